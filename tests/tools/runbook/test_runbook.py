"""The runbook of a whole workload: its times, its order, and names that nobody may write with."""

from collections.abc import Callable
from functools import partial
from itertools import groupby
from math import fsum

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from state.errors import WrongUse
from state.judgements import Phase
from state.runbooks import Procedure
from state.snapshot import Gap, GapReason, Relation, RelationKind, Resource, Selector, Snapshot
from tests.tools.runbook.bash import as_bash_reads, printable
from tests.tools.runbook.conftest import SAMPLES, Assessed, parse
from tests.tools.runbook.test_procedures import READS, level_of
from tools.checks.examples import TAKEN_AT
from tools.grading.composition import uses
from tools.runbook import commands_in
from tools.runbook.commands import shell
from tools.runbook.declarations import Known, Place, declared
from tools.runbook.markdown import as_markdown
from tools.runbook.ordering import waves_of
from tools.runbook.sharing import sections_of, sections_of_places

# Before anybody acts: told, decided, found out by the checks.
NOT_STEPS = (Phase.DETECT, Phase.DECIDE, Phase.DIAGNOSE)
STORES = ("AWS::RDS::DBInstance", "AWS::RDS::DBCluster", "AWS::DynamoDB::Table")
Sample = Callable[[str], Assessed]


@pytest.mark.parametrize("name", SAMPLES)
def test_every_command_is_one_that_aws_has_and_looks_only_read(assessed: Sample, name: str) -> None:
    book = assessed(name).runbook()
    for each in commands_in(book):
        parse(each.words)
    looks = [*book.triage, *book.validation]
    looks += [look for p in book.procedures for look in (*p.checks, *p.verification)]
    looks += [look for place in book.places for look in (*place.checks, *place.verification)]
    assert {level_of(parse(look.command.words)) for look in looks} <= READS


@pytest.mark.parametrize("name", SAMPLES)
def test_times_are_the_estimates(assessed: Sample, name: str) -> None:
    """Each scenario once per procedure, with the estimate's own sum, and rows that add up to it."""
    sample = assessed(name)
    known = {(e.resource, e.scenario): e for e in sample.reckoning.estimates}
    for procedure in sample.runbook().procedures:
        told = [scenario for timing in procedure.timings for scenario in timing.scenarios]
        assert len(told) == len(set(told))
        for timing in procedure.timings:
            for scenario in timing.scenarios:
                estimate = known[procedure.resource, scenario]
                assert timing.rto_seconds == estimate.rto_seconds
                assert timing.rpo_seconds == estimate.rpo_seconds
            seconds = [row.seconds for row in timing.rows]
            total = None if None in seconds else fsum(s for s in seconds if s is not None)
            assert total == timing.rto_seconds


@pytest.mark.parametrize("name", SAMPLES)
def test_steps_and_times_tell_the_same_story(assessed: Sample, name: str) -> None:
    """Each step has its time in one row, and each row that is work has a step that does it."""
    for procedure in assessed(name).runbook().procedures:
        for timing in procedure.timings:
            if timing.by_itself:
                assert not any(row.actions for row in timing.rows)
                continue
            numbers = [n for row in timing.rows for n in row.actions]
            phases = {row.phase for row in timing.rows}
            steps = range(1, len(procedure.actions) + 1)
            assert sorted(numbers) == [*steps] if Phase.ACT in phases else set(numbers) <= {*steps}
            for row in timing.rows:
                assert row.actions or row.phase in NOT_STEPS, (procedure.title, row)


@pytest.mark.parametrize("name", SAMPLES)
def test_a_change_of_a_setting_is_no_restore(assessed: Sample, name: str) -> None:
    """The estimate of a bad change is that of a setting: so is what the procedure does."""
    for procedure in assessed(name).runbook().procedures:
        if "bad_change" in procedure.scenarios and procedure.type in STORES:
            assert not any("restore" in command.words[2] for command in commands_in(procedure))


@pytest.mark.parametrize("name", SAMPLES)
def test_whatever_takes_a_person_has_a_procedure(assessed: Sample, name: str) -> None:
    assert assessed(name).runbook().uncovered == ()


@pytest.mark.parametrize("name", SAMPLES)
def test_what_others_cannot_do_without_comes_first(assessed: Sample, name: str) -> None:
    sample = assessed(name)
    waves = sample.runbook().waves
    number = {each: wave.number for wave in waves for each in wave.resources}
    together = {each: circle for wave in waves for circle in wave.circles for each in circle}
    for use in uses(sample.snapshot.resources, sample.snapshot.relations):
        if use.hard and use.user in number and use.used in number:
            circle = together.get(use.user, ())
            assert number[use.used] < number[use.user] or use.used in circle


@pytest.mark.parametrize("name", SAMPLES)
def test_procedures_stand_in_the_order_of_recovery_and_are_numbered_by_kind(
    assessed: Sample, name: str
) -> None:
    book = assessed(name).runbook()
    order = [resource for wave in book.waves for resource in wave.resources]
    places = [order.index(each.resource) for each in book.procedures]
    assert places == sorted(places)
    assert set(order) == {each.resource for each in book.procedures}
    numbers = {each.number: each.type for each in book.procedures}
    assert set(numbers) == set(range(1, len(numbers) + 1))
    kinds = [numbers[number] for number in sorted(numbers)]
    assert [kind for kind, _ in groupby(kinds)] == list(dict.fromkeys(kinds))


def test_the_demos_runbook_names_its_real_ids(assessed: Sample) -> None:
    sample = assessed("food-agent")
    printed = as_markdown(sample.runbook())
    for kind in ("Lambda::Function", "S3::Bucket", "SecretsManager::Secret", "Bedrock::Agent"):
        (member,) = [
            r for r in sample.snapshot.resources.values() if r.type == f"AWS::{kind}" and r.member
        ]
        assert member.id in printed
    (key,) = [r for r in sample.snapshot.resources.values() if r.type == "AWS::KMS::Key"]
    cancel = [c.words for c in commands_in(sample.runbook()) if "cancel-key-deletion" in c.words]
    assert key.id.rpartition("/")[2] in cancel[0]
    assert "nobody would be told" in printed


def test_a_workload_without_findings_has_a_runbook_as_well(assessed: Sample) -> None:
    book = assessed("shop-ha").runbook()
    assert book.procedures
    assert book.unwatched == ()
    assert {each.place for each in book.places} >= {"us-east-1a", "us-east-1"}
    assert all(each.seconds == 180 for each in book.watches if each.name == "shop-ha-api-Errors")


def test_what_waits_for_something_unknown_is_given_no_time(assessed: Sample) -> None:
    book = assessed("shop").runbook()
    place = next(each for each in book.places if each.loss.outages)
    unknown = place.loss.outages[0].model_copy(update={"back_seconds": 0.0, "at_least": True})
    loss = place.loss.model_copy(update={"outages": (unknown,)})
    printed = as_markdown(
        book.model_copy(update={"places": (place.model_copy(update={"loss": loss}),)})
    )
    assert "): for how long is not known (" in printed
    assert "no time" not in printed


def test_what_waits_for_what_a_person_brings_back_is_not_back_by_itself(assessed: Sample) -> None:
    """The load balancer takes a minute by itself, but its only servers lie in the zone."""
    printed = as_markdown(assessed("shop").runbook())
    (line,) = [each for each in printed.splitlines() if "(lies there and in us-east-1b; " in each]
    assert "by itself" not in line
    assert "; waits for `shop-web` (Auto Scaling group))" in line
    assert "back after 1 minute by itself (lies there and in us-east-1a)" in printed


def test_alarms_that_nobody_hears_say_why(assessed: Sample) -> None:
    book = assessed("shop").runbook()
    assert {each.name: each.trouble for each in book.watches} == {
        "shop-orders-cpu": "its actions are switched off",
        "shop-orders-storage": "nobody has confirmed a subscription to its topic",
    }
    (channel,) = book.channels
    assert (channel.alarms, channel.confirmed) == (2, 0)
    assert len(book.unwatched) == 15


def test_an_alarm_that_nobody_hears_does_not_come_back_by_itself(assessed: Sample) -> None:
    """All that its estimate has is the time until somebody notices."""
    book = assessed("shop").runbook("AWS::CloudWatch::Alarm")
    assert all(each.phase == "detect" for t in book.procedures[0].timings for each in t.rows)
    chapter = as_markdown(book).partition("Make the alarm heard again")[2]
    assert "goes live: nobody is told of it for **4 hours**. Meets the RTO" in chapter
    assert "by itself" not in chapter.partition("**Check 1.**")[0]


def test_what_could_not_be_read_is_said(assessed: Sample) -> None:
    sample = assessed("food-agent")
    table = Resource(id="t", type="AWS::RDS::DBInstance", name="t", region="us-east-1", member=True)
    gap = Gap(
        service="rds",
        region="us-east-1",
        action="rds:Describe",
        reason=GapReason.DENIED,
        resource="t",
    )
    changed = sample.snapshot.model_copy(
        update={"resources": {**sample.snapshot.resources, "t": table}, "gaps": [gap]}
    )
    printed = as_markdown(Assessed(sample.report, changed, sample.reckoning).runbook())
    assert all(row.action in printed for row in sample.report.gaps)


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("database", {"AWS::RDS::DBInstance", "AWS::DynamoDB::Table"}),
        ("rds", {"AWS::RDS::DBInstance"}),
        ("shop-carts", {"AWS::DynamoDB::Table"}),
        ("Lambda functions", {"AWS::Lambda::Function"}),
        ("buckets", {"AWS::S3::Bucket"}),
        ("AWS::SQS::Queue", {"AWS::SQS::Queue"}),
        ("cache", {"AWS::ElastiCache::ReplicationGroup"}),
        (
            "load balancers",
            {
                "AWS::ElasticLoadBalancingV2::LoadBalancer",
                "AWS::ElasticLoadBalancingV2::TargetGroup",
            },
        ),
        ("checkout", {"AWS::StepFunctions::StateMachine"}),
    ],
)
def test_only_what_is_asked_for(assessed: Sample, name: str, kinds: set[str]) -> None:
    assert {each.type for each in assessed("shop").runbook(name).procedures} == kinds


def test_only_a_category(assessed: Sample) -> None:
    found = assessed("shop").runbook("load").procedures
    assert found
    assert all("overload" in each.scenarios for each in found)


@pytest.mark.parametrize("name", ["nothing", "", "  ", "$(reboot)"])
def test_what_there_is_not_names_what_there_is(assessed: Sample, name: str) -> None:
    with pytest.raises(WrongUse, match="shop-carts"):
        assessed("shop").runbook(name)


# -- order ----------------------------------------------------------------------------------------


def _workload(edges: list[tuple[int, int]]) -> Snapshot:
    ids = sorted({str(n) for edge in edges for n in edge})
    return Snapshot(
        selector=Selector(tags={"a": "b"}),
        account="1",
        regions=["eu-west-1"],
        taken_at=TAKEN_AT,
        resources={
            each: Resource(
                id=each, type="AWS::Lambda::Function", name=each, region="eu-west-1", member=True
            )
            for each in ids
        },
        relations=[
            Relation(source=str(a), target=str(b), kind=RelationKind.DATA_FLOW) for a, b in edges
        ],
        gaps=[],
        calls={},
    )


def test_a_circle_is_brought_up_together() -> None:
    """1 needs 2, 2 and 3 need each other, 3 needs 4: 4 first, then 2 with 3, then 1."""
    waves = waves_of(_workload([(1, 2), (2, 3), (3, 2), (3, 4)]), ["1", "2", "3", "4"])
    assert [wave.resources for wave in waves] == [("4",), ("2", "3"), ("1",)]
    assert [wave.circles for wave in waves] == [(), (("2", "3"),), ()]


def test_what_lies_between_counts_though_it_is_not_wanted() -> None:
    """1 needs 2, which nobody asks for, and 2 needs 3: 3 comes before 1 all the same."""
    waves = waves_of(_workload([(1, 2), (2, 3)]), ["1", "3"])
    assert [wave.resources for wave in waves] == [("3",), ("1",)]


@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), min_size=1, max_size=20))
def test_any_workload_has_an_order(edges: list[tuple[int, int]]) -> None:
    snapshot = _workload(edges)
    waves = waves_of(snapshot, snapshot.resources)
    number = {each: wave.number for wave in waves for each in wave.resources}
    circles = {each: set(c) for wave in waves for c in wave.circles for each in c}
    assert set(number) == set(snapshot.resources)
    for user, used in edges:
        a, b = str(user), str(used)
        assert a == b or number[b] < number[a] or b in circles.get(a, ())


# -- hostile names --------------------------------------------------------------------------------

HOSTILE = (
    "$(rm -rf /)",
    "`reboot`",
    "a\nrm -rf /\n",
    "'; reboot; '",
    '"; reboot; "',
    "```\n# Run this\n```",
    "<GOOD_TIME>",
    "-x",
    "--region",
    "file:///etc/passwd",
    "| a | b |\n|---|---|",
    "[click](https://evil.example)",
    "<script>alert(1)</script>",
    "\u202egnp.exe",
    "a\\",
    "~!#{}*?",
    "",
)
hostile = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=30))


def _renamed(sample: Assessed, name: str) -> Assessed:
    """All that is called something is called this; also the fields of facts that name it."""
    fields = ("Name", "Identifier", "name", "Id", "Arn")

    def facts(value: object) -> object:
        if isinstance(value, dict):
            return {
                key: name
                if isinstance(inner, str) and key.endswith(fields) and "Zone" not in key
                else facts(inner)
                for key, inner in value.items()
            }
        return [facts(each) for each in value] if isinstance(value, list) else value

    changed = {
        each.id: each.model_copy(update={"name": name, "facts": facts(each.facts)})
        for each in sample.snapshot.resources.values()
    }
    snapshot = sample.snapshot.model_copy(update={"resources": changed})
    return Assessed(sample.report, snapshot, sample.reckoning)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=8)
@given(name=hostile)
@example(name=HOSTILE[0])
@example(name=HOSTILE[2])
@example(name=HOSTILE[5])
def test_a_name_is_one_word_for_a_shell_and_only_text_in_the_document(
    assessed: Sample, name: str
) -> None:
    book = _renamed(assessed("shop"), name.replace("\0", "")).runbook()
    commands = {each.words: shell(each) for each in commands_in(book)}
    assert as_bash_reads(commands.values()) == list(map(printable, commands))
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(as_markdown(book))
    fences = {each.content.strip("\n") for each in tokens if each.type == "fence"}
    shared = {
        command
        for section in (*sections_of(book.procedures), *sections_of_places(book.places))
        for procedure in section.procedures
        for command in procedure.commands
    }
    (first,) = {each for each in fences if each.startswith("export AWS_PAGER=")}
    assert fences - {first} <= {*commands.values(), *shared}
    inner = [child.type for each in tokens for child in each.children or ()]
    assert not {"link_open", "html_inline", "image"} & set(inner)
    assert "html_block" not in {each.type for each in tokens}


@given(name=hostile)
def test_a_new_name_is_one_that_aws_takes_and_that_is_free(name: str) -> None:
    one = Resource(
        id=f"arn:aws:rds:eu-west-1:1:db:{name}",
        type="T",
        name=name,
        region="eu-west-1",
        member=True,
    )
    taken = one.model_copy(update={"id": "x"})
    known = Known(_workload([(1, 2)]).model_copy(update={"resources": {one.id: one, "x": taken}}))
    found = Place(one, known).new_name("restored", 63)
    assert found.replace("-", "").isalnum()
    assert found.isascii()
    assert found[0].isalpha()
    assert "--" not in found
    assert len(found) <= 63
    assert found not in known.names


def test_a_second_restore_takes_another_name() -> None:
    ids = ["arn:aws:rds:eu-west-1:1:db:orders", "arn:aws:rds:eu-west-1:1:db:orders-restored"]
    make = partial(Resource, type="T", name="x", region="eu-west-1", member=True)
    resources = {each: make(id=each) for each in ids}
    known = Known(_workload([(1, 2)]).model_copy(update={"resources": resources}))
    assert Place(resources[ids[0]], known).new_name("restored", 63) == "orders-restored-2"


def test_no_capacity_of_a_table_is_made_up() -> None:
    """Where it was not read, a person fills it in: too little throttles what works."""
    one = Resource(
        id="carts", type="AWS::DynamoDB::Table", name="carts", region="eu-west-1", member=True
    )
    place = Place(one, Known(_workload([])))
    drafts = [draft for each in declared()[one.type] if (draft := each.write(place))]
    capacities = {
        words[-1]
        for draft in drafts
        for words in (c.words for c in commands_in([*draft.actions, *draft.rollback]))
        if words[-2] == "--provisioned-throughput"
    }
    assert capacities == {
        '{"ReadCapacityUnits": <READ_CAPACITY>, "WriteCapacityUnits": <WRITE_CAPACITY>}'
    }


def test_every_procedure_says_how_to_verify_it_and_how_to_go_back(assessed: Sample) -> None:
    procedures: list[Procedure] = [
        p for name in SAMPLES for p in assessed(name).runbook().procedures
    ]
    for each in procedures:
        assert each.checks, each.title
        assert each.actions, each.title
        assert each.verification, each.title
        assert each.rollback, each.title
        assert each.never, each.title


@pytest.mark.parametrize(("cluster", "grows"), [(None, 1), ("orders", 0)])
def test_storage_that_runs_out_can_be_grown_where_it_does_not_grow_by_itself(
    cluster: str | None, grows: int
) -> None:
    """Aurora's does; `--apply-immediately`, or it would wait for the maintenance window."""
    database = Resource(
        id="arn:aws:rds:eu-west-1:123456789012:db:orders",
        type="AWS::RDS::DBInstance",
        name="orders",
        region="eu-west-1",
        member=True,
        facts={"rds:DescribeDBInstances": {"DBClusterIdentifier": cluster}},
    )
    known = Known(_workload([(1, 2)]).model_copy(update={"resources": {database.id: database}}))
    one = next(each for each in declared()[database.type] if "load off" in each.title)
    draft = one.write(Place(database, known))
    assert draft is not None
    commands = [shell(each.command) for each in draft.actions if each.command]
    assert sum("--allocated-storage" in each for each in commands) == grows
    assert all("--apply-immediately" in each for each in commands if "--allocated" in each)
    looks = [shell(each.command) for each in draft.checks]
    assert sum("FreeStorageSpace" in each for each in looks) == grows
