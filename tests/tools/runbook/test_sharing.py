"""A command with variables is each resource's own command, as a real shell reads it."""

import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from state.runbooks import Command, Procedure
from state.snapshot import Resource, Selector, Snapshot
from tests.tools.runbook.bash import as_bash_reads, printable
from tests.tools.runbook.conftest import SAMPLES, Assessed
from tools.checks.examples import TAKEN_AT
from tools.runbook.declarations import Known, Place, act, declared, look
from tools.runbook.sharing import (
    Section,
    commands_of,
    numbered,
    resources_of,
    sections_of,
    sections_of_places,
)
from tools.runbook.variables import Variables

Sample = Callable[[str], Assessed]


def _read_by_bash(sections: list[Section]) -> list[list[str]]:
    """Every command for every resource, after the line that chooses it."""
    return as_bash_reads(
        line
        for section in sections
        for procedure in section.procedures
        for resource in procedure.members
        for line in (section.settings.get(resource, ""), *procedure.commands)
    )


def _own(sections: list[Section]) -> list[list[str]]:
    return [
        printable(command.words)
        for section in sections
        for procedure in section.procedures
        for member in procedure.members.values()
        for command in commands_of(member)
    ]


@pytest.mark.parametrize("name", SAMPLES)
def test_with_its_line_a_command_is_the_resources_own(assessed: Sample, name: str) -> None:
    book = assessed(name).runbook()
    sections = [*sections_of(book.procedures), *sections_of_places(book.places)]
    assert _read_by_bash(sections) == _own(sections)
    printed = [each for section in sections for each in resources_of(section.procedures)]
    struck = {p.place for p in book.places if p.loss.outages or p.loss.rides_out}
    assert {*printed} == {p.resource for p in book.procedures} | struck


def _procedure(
    resource: str, *words: str, blanks: tuple[str, ...] = (), says: str = "x"
) -> Procedure:
    command = Command(words=("aws", "sqs", "x", *words), blanks=blanks)
    return Procedure(
        resource=resource,
        name=resource,
        type="AWS::SQS::Queue",
        region="eu-west-1",
        title="t",
        scenarios=(),
        purpose="p",
        checks=(look(command, "a", "b"),),
        actions=(act(says),),
        verification=(),
        rollback=(),
        never=(),
    )


names = st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=12)


@given(st.lists(st.tuples(names, names), min_size=1, max_size=4, unique_by=lambda pair: pair[0]))
def test_whatever_things_are_called(pairs: list[tuple[str, str]]) -> None:
    sections = sections_of(
        numbered(
            [
                _procedure(f"arn:aws:sqs:eu-west-1:1:{a}", "--a", a, "--b", f"x/{a}", "--c", b)
                for a, b in pairs
            ]
        )
    )
    assert _read_by_bash(sections) == _own(sections)


def test_one_variable_for_all_that_is_made_of_the_name() -> None:
    """The queue's name, its address and its ARN."""
    procedures = [
        _procedure(
            f"arn:aws:sqs:eu-west-1:1:{q}", "--url", f"https://a/{q}", "--json", f'{{"a": "{q}"}}'
        )
        for q in ("orders", "mails")
    ]
    (section,) = sections_of(numbered(procedures))
    (shared,) = section.procedures
    assert list(section.settings.values()) == ["QUEUE=orders", "QUEUE=mails"]
    assert shared.commands == [
        """aws sqs x --url https://a/"${QUEUE:?}" --json '{"a": "'"${QUEUE:?}"'"}'"""
    ]


def test_what_a_resource_has_not_is_emptied_by_its_line() -> None:
    """The one chosen before had a key; this one has not, and none must be left over."""
    found = numbered(
        [
            *(
                _procedure(f"arn:1:{q}", "--url", q, "--key", f"k-{n}")
                for n, q in enumerate(("one", "two"))
            ),
            _procedure("arn:1:three", "--url", "three"),
            _procedure("arn:1:four", "--url", "four"),
        ]
    )
    (section,) = sections_of(found)
    assert [each.number for each in found] == [1, 1, 2, 2]
    assert section.settings["arn:1:one"] == "QUEUE=one QUEUE_KEY=k-0"
    assert section.settings["arn:1:three"] == "QUEUE=three QUEUE_KEY="


def test_a_second_group_of_zones_has_a_variable_of_its_own() -> None:
    """No service stands before a zone that could tell the two apart."""
    zones = {f"eu-west-1{letter}": f"eu-west-1{letter}" for letter in "cd"}
    variables = Variables("Zone", zones, {"ZONE"})
    assert variables.fit("zone", zones).name == "ZONE_2"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("--force",), ("--no-force",)),
        (("--query", "a"), ("--query", "b")),
        (("--ids", "a"), ("--ids", "a", "b")),
        (("--name", ""), ("--name", "a")),
        (("--name=-x",), ("--name", "x")),
    ],
)
def test_what_differs_by_more_than_a_value_stays_apart(
    one: tuple[str, ...], other: tuple[str, ...]
) -> None:
    found = numbered([_procedure("arn:1:one", *one), _procedure("arn:1:two", *other)])
    assert [each.number for each in found] == [1, 2]


def test_what_says_something_else_stays_apart() -> None:
    found = numbered([_procedure("a", says="stop"), _procedure("b", says="start")])
    assert [each.number for each in found] == [1, 2]


def test_what_a_person_fills_in_stays_in_the_command() -> None:
    found = numbered(
        [
            _procedure(f"arn:1:{b}", "--source", f"{b}/<OBJECT_KEY>", blanks=("OBJECT_KEY",))
            for b in ("invoices", "pictures")
        ]
    )
    (section,) = sections_of(found)
    assert section.procedures[0].commands == ["""aws sqs x --source "${QUEUE:?}"'/<OBJECT_KEY>'"""]


def test_equal_resources_add_a_line_or_two_and_no_procedure() -> None:
    """Every procedure for a function, written for three and for thirty: only the lines differ."""

    def written(many: int) -> list[Section]:
        resources = {
            each.id: each
            for n in range(many)
            for each in [
                Resource(
                    id=f"arn:aws:lambda:eu-west-1:1:function:shop-{n}",
                    type="AWS::Lambda::Function",
                    name=f"shop-{n}",
                    region="eu-west-1",
                    member=True,
                )
            ]
        }
        known = Known(
            Snapshot(
                selector=Selector(tags={"a": "b"}),
                account="1",
                regions=["eu-west-1"],
                taken_at=TAKEN_AT,
                resources=resources,
                relations=[],
                gaps=[],
                calls={},
            )
        )
        drafts = [
            (each, one, draft)
            for each in resources.values()
            for one in declared()[each.type]
            if (draft := one.write(Place(each, known)))
        ]
        return sections_of(
            numbered(
                [
                    Procedure(
                        resource=each.id,
                        name=each.name,
                        type=each.type,
                        region=each.region,
                        title=one.title,
                        scenarios=one.scenarios,
                        purpose=draft.purpose,
                        checks=tuple(draft.checks),
                        actions=tuple(draft.actions),
                        verification=tuple(draft.verification),
                        rollback=tuple(draft.rollback),
                        never=tuple(draft.never),
                    )
                    for each, one, draft in drafts
                ]
            )
        )

    ((few,), (many,)) = written(3), written(30)
    assert [each.commands for each in few.procedures] == [each.commands for each in many.procedures]
    assert list(many.settings.values()) == [f"FUNCTION=shop-{n}" for n in range(30)]
    assert all(
        re.search(r'"\$\{FUNCTION:\?\}"', look.command) or "FUNCTION" not in look.command
        for look in many.looks
    )


@pytest.mark.parametrize("name", SAMPLES)
def test_what_is_referred_to_is_printed_once_in_its_chapter(assessed: Sample, name: str) -> None:
    """No label stands for two things, and none that is named is missing."""
    for section in sections_of(assessed(name).runbook().procedures):
        for each in section.procedures:
            parts = (*each.checks, *each.actions, *each.verification, *each.rollback)
            printed = [*section.looks, *(part for part in parts if not part.known)]
            labels = [part.label for part in printed]
            assert len(labels) == len(set(labels))
            written = {part.label for part in printed if part.command and not part.again}
            assert {part.again for part in parts if part.again} <= written
