"""Files of constants and attestations, and what is said of those that make no sense."""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seeams.premises import assumptions_in, attestations_in, premises_of
from seeams.rendering.assumptions import template_text
from state.errors import InvalidPremises, WrongUse
from state.judgements import AnswerValue, Phase
from state.premises import Override, Premises
from tests.seeams.conftest import Seeams
from tools.grading.assumptions import assumptions, with_overrides

ATTESTED = """
[[attestation]]
question = "spof.each_component_fails"
answer = "yes"
by = "Ana"
on = 2026-10-03
because = "game day"

[[attestation]]
check = "lambda.function_no_alias"
resource = "menu"
takes = { act = "5 min" }
by_itself = true
by = "Ben"
on = 2026-10-03
until = 2027-01-31
because = "the pipeline rolls back"
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "given.toml"


def test_constants_are_given_in_short_or_in_full(file: Path) -> None:
    file.write_text(
        'unmonitored = "15 min"\ndecide = 90\n'
        '[storage_loads]\nseconds = "20 min"\nseconds_per_unit = 10.5\nwhy = "game day"\n'
    )
    assert assumptions_in(file) == {
        "unmonitored": Override(seconds=900),
        "decide": Override(seconds=90),
        "storage_loads": Override(seconds=1200, seconds_per_unit=10.5, why="game day"),
    }


def test_what_people_attest_is_read(file: Path) -> None:
    file.write_text(ATTESTED)
    first, second = attestations_in(file)
    assert first.answer is AnswerValue.YES
    assert second.takes == {Phase.ACT: 300.0}
    assert second.by_itself
    assert str(second.last_day) == "2027-01-31"


def test_files_add_to_what_was_given_before(tmp_path: Path, file: Path) -> None:
    file.write_text(ATTESTED)
    constants = tmp_path / "constants.toml"
    constants.write_text('decide = "1 min"\n')
    before = Premises(
        assumptions={"decide": Override(seconds=9), "unmonitored": Override(seconds=8)}
    )
    first = before.plus(premises_of(constants, file))
    assert first.assumptions == {
        "decide": Override(seconds=60),
        "unmonitored": Override(seconds=8),
    }
    assert first.plus(premises_of(constants, file)) == first


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('decide = "5 min"\n[unmonitord]\nseconds = 3', "line 2: .*did you mean unmonitored"),
        ("decide = -1", "line 1: decide: seconds: .*greater than or equal to 0"),
        ("decide = inf", "seconds: .*finite"),
        ("decide = nan", "seconds: "),
        ("decide = true", "neither seconds nor a duration"),
        ('decide = "5 parsecs"', "is no duration"),
        ('decide = "5"', "has no unit"),
        ("[decide]\nseconds_per_unit = 3", "it has no unit"),
        ("[decide]\nminutes = 3", "minutes: "),
        ('[decide]\nwhy = "so"', "give `seconds`"),
        ("dns_ttl = 60", "read from each resource"),
        ("no_copy = 60", "the only copy is gone: say in `seconds`"),
        ("decide = 1\n[unmonitored\n", "line 2"),
    ],
)
def test_constants_that_make_no_sense_are_refused_with_their_place(
    file: Path, text: str, complaint: str
) -> None:
    file.write_text(text)
    with pytest.raises(InvalidPremises, match=complaint) as refusal:
        assumptions_in(file)
    assert str(file) in str(refusal.value)


@pytest.mark.parametrize(
    ("changed", "complaint"),
    [
        (("spof.each_component_fails", "spof.each"), "line 2: attestation 1: there is no question"),
        (("lambda.function_no_alias", "lambda.no_alias"), "line 9: attestation 2: .*no check"),
        (('answer = "yes"', 'answer = "maybe"'), "line 2: attestation 1: answer"),
        (('answer = "yes"', 'answer = "cannot_determine"'), "answered yes, partly or no"),
        (('answer = "yes"\n', ""), "answered yes, partly or no"),
        (('by = "Ana"', 'by = " "'), "say who attests it"),
        (("on = 2026-10-03\nbecause", "because"), "on: "),
        (("until = 2027-01-31", "until = 2026-01-31"), "`until` comes before `on`"),
        (('act = "5 min"', 'lose = "5 min"'), "no step 'lose'"),
        (('act = "5 min"', "act = -5"), "takes"),
        (('takes = { act = "5 min" }\n', ""), "`by_itself` needs `takes`"),
        (("[[attestation]]\ncheck", "[[attestations]]\ncheck"), "did you mean attestation"),
        (('resource = "menu"', 'resource = "menu"\nseverity = "low"'), "severity"),
    ],
)
def test_attestations_that_make_no_sense_are_refused_with_their_place(
    file: Path, changed: tuple[str, str], complaint: str
) -> None:
    assert changed[0] in ATTESTED
    file.write_text(ATTESTED.replace(*changed, 1))
    with pytest.raises(InvalidPremises, match=complaint):
        attestations_in(file)


@given(st.text())
def test_any_text_is_understood_or_refused(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    file = tmp_path_factory.mktemp("any") / "given.toml"
    file.write_text(text, encoding="utf-8")
    for read in (assumptions_in, attestations_in):
        with suppress(WrongUse):
            read(file)


def test_a_file_that_is_not_there_is_wrong_use(seeams: Seeams, tmp_path: Path) -> None:
    missing = str(tmp_path / "none.toml")
    result = seeams("demo", "--assumptions", missing)
    assert result.exit_code == 2
    assert "No such file" in result.stderr


def test_the_template_gives_what_there_is_when_its_lines_are_taken_in(file: Path) -> None:
    lines = template_text().splitlines()
    assert all(line.startswith("#") or not line for line in lines)
    taken_in = [line[1:] if line[1:2].strip() else line for line in lines]
    named = "\n".join(taken_in).replace('"..."', '"1 h"').replace('why = ""', 'why = "ours"')
    file.write_text(named)
    own = with_overrides(assumptions(), assumptions_in(file))
    for name, known in assumptions().items():
        if known.kind != "configured" and not known.never:
            assert own[name].amount(7) == known.amount(7)
            assert own[name].kind == "given"


def test_constants_are_listed_for_people_and_for_programs(seeams: Seeams) -> None:
    listed = seeams("assumptions").stdout
    assert set(assumptions()) <= set(listed.split())
    assert '"unmonitored"' in seeams("assumptions", "--json").stdout
