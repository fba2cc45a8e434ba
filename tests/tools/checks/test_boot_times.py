"""How long an instance or a task takes to serve: what is set in the account, or else assumed."""

from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from state.categories.excessive_load import OVERLOAD
from state.categories.misconfiguration_and_bugs import BAD_CHANGE
from state.categories.single_point_of_failure import COMPONENT_LOST
from state.grades import Term
from state.judgements import Verdict
from tools.checks import Example, all_checks
from tools.checks.examples import view_of
from tools.checks.judging import judge
from tools.checks.paper import Paper
from tools.checks.rules.asg import group_facts
from tools.checks.rules.ecs import DEFINITION, service_with
from tools.checks.scaling_groups import POLICIES, READ
from tools.checks.view import View, Workload
from tools.grading.assumptions import assumptions
from tools.grading.estimates import estimates_of


def group(*policies: dict[str, object], **fields: object) -> Example:
    return Example(facts={READ: group_facts(**fields), POLICIES: list(policies)})


def terms_of(check_id: str, example: Example, scenario: str) -> list[Term]:
    """The terms that one check alone gives the estimate of a scenario."""
    row = judge(all_checks()[check_id], view_of(all_checks()[check_id], example))
    assert row
    rows = [(contribution, row) for contribution in row.contributions]
    estimates = estimates_of(row.resource, rows, assumptions())
    return [t for e in estimates if e.scenario == scenario for t in e.terms]


def told(terms: list[Term]) -> list[tuple[str, float | None, str]]:
    return [(term.term, term.seconds, term.source) for term in terms]


def test_a_group_s_longest_grace_stands_for_the_boot() -> None:
    """Launch 120 s (assumed) + the longer of 90 s of grace and 60 s of warm-up = 210 s."""
    alone = group(MinSize=1, HealthCheckGracePeriod=90, DefaultInstanceWarmup=60)
    assert told(terms_of("asg.group_min_below_two", alone, COMPONENT_LOST.name)) == [
        ("act", 120, "assumption:instance_launch"),
        ("warm up", 90, "configured:instance_warm_up"),
    ]


@pytest.mark.parametrize(
    "fields", [{}, {"HealthCheckGracePeriod": 0}, {"DefaultInstanceWarmup": 59}]
)
def test_less_than_a_minute_was_not_set_for_a_boot(fields: dict[str, object]) -> None:
    """Launch 120 s + boot 300 s, both assumed = 7 min, as for a group that says nothing."""
    assert told(terms_of("asg.group_min_below_two", group(MinSize=1, **fields), "zone_lost")) == [
        ("act", 120, "assumption:instance_launch"),
        ("warm up", 300, "assumption:instance_boot"),
    ]


def test_a_policy_s_warm_up_goes_before_the_group_s() -> None:
    """Target tracking acts and launches after 300 s; its policy counts instances after 180 s."""
    policy = {"PolicyName": "cpu", "Enabled": True, "EstimatedInstanceWarmup": 180}
    scaled = group(policy, HealthCheckGracePeriod=600)
    assert told(terms_of("asg.group_no_scaling_policy", scaled, OVERLOAD.name)) == [
        ("act", 300, "assumption:instances_added"),
        ("warm up", 180, "configured:instance_warm_up"),
    ]


@given(
    grace=st.none() | st.integers(0, 7200),
    warm_up=st.none() | st.integers(0, 7200),
    longer=st.integers(60, 3600),
)
def test_a_longer_grace_never_makes_a_recovery_shorter(
    grace: int | None, warm_up: int | None, longer: int
) -> None:
    """Once a boot time is said at all: what is assumed without one may be more or less."""
    fields: dict[str, Any] = {"HealthCheckGracePeriod": grace, "DefaultInstanceWarmup": warm_up}
    assume(max(grace or 0, warm_up or 0) >= 60)
    before = _seconds(group(MinSize=1, **fields))
    fields["HealthCheckGracePeriod"] = (grace or 0) + longer
    assert _seconds(group(MinSize=1, **fields)) >= before


def _seconds(example: Example) -> float:
    terms = terms_of("asg.group_min_below_two", example, COMPONENT_LOST.name)
    return sum(term.seconds or 0 for term in terms)


def test_a_service_s_longest_grace_stands_for_the_start() -> None:
    """Placed in 90 s (assumed) + the longest of 45 s and 120 s = 210 s."""
    container = {"name": "web", "healthCheck": {"startPeriod": 120}}
    service = service_with(desiredCount=1, healthCheckGracePeriodSeconds=45)
    facts = {**service.facts, DEFINITION: {"containerDefinitions": [container]}}
    alone = Example(facts=facts)
    assert told(terms_of("ecs.service_single_task", alone, COMPONENT_LOST.name)) == [
        ("act", 90, "assumption:task_placed"),
        ("warm up", 120, "configured:task_warm_up"),
    ]


def test_a_service_that_says_nothing_starts_in_three_minutes() -> None:
    """Placed in 90 s + started in 90 s, both assumed."""
    terms = terms_of("ecs.service_single_task", service_with(desiredCount=1), COMPONENT_LOST.name)
    assert sum(term.seconds or 0 for term in terms) == 180


@pytest.mark.parametrize(
    ("low", "high", "rounds"),
    [(100, 200, 1), (None, None, 1), (100, 110, 10), (50, 100, 2), (0, 100, 1), (100, 100, 1)],
)
def test_tasks_are_taken_back_in_rounds(low: int | None, high: int | None, rounds: int) -> None:
    """Of 100 percent, 10 at a time make ten rounds of 180 s; with no room none has begun."""
    settings = {
        "deploymentCircuitBreaker": {"enable": True, "rollback": True},
        "minimumHealthyPercent": low,
        "maximumPercent": high,
    }
    service = service_with(deploymentConfiguration=settings)
    assert told(terms_of("ecs.deployment_circuit_breaker_off", service, BAD_CHANGE.name)) == [
        ("act", 600, "assumption:roll_back_prepared"),
        ("propagate", 180 * rounds, "assumption:tasks_in_rounds"),
    ]


def test_a_group_of_exactly_one_cannot_grow_until_its_remedy_lets_it() -> None:
    """By hand, until the remedy keeps two and has the group follow demand."""
    check = all_checks()["asg.group_min_below_two"]
    example = group(MinSize=1, MaxSize=1, DesiredCapacity=1)
    assert [term.term for term in terms_of(check.id, example, OVERLOAD.name)] == [
        "detect",
        "decide",
        "act",
        "warm up",
    ]
    before = view_of(check, example)
    paper = Paper(before.workload.snapshot)
    assert check.remedy
    check.remedy.change(paper.draft(before.id))
    after = paper.snapshot()
    now = View(after.resources[before.id], Workload(after))
    for other in (
        "asg.group_min_below_two",
        "asg.group_no_scaling_policy",
        "asg.group_no_headroom",
    ):
        assert all_checks()[other].judge(now).verdict is Verdict.PASS


def test_a_worker_group_that_may_hold_one_is_not_asked_to_grow() -> None:
    """Nobody waits for it, so only the loss of its instance counts."""
    worker = group(MinSize=1, MaxSize=1, TargetGroupARNs=[])
    assert not terms_of("asg.group_min_below_two", worker, OVERLOAD.name)


def test_what_a_second_instance_saves_is_worked_out_with_the_group_s_own_boot() -> None:
    """If one were enough: launched in 120 s and booted in 90 s after either loss, and no more."""
    check = all_checks()["asg.group_min_below_two"]
    row = judge(check, view_of(check, group(HealthCheckGracePeriod=90)))
    assert row
    assert row.verdict is Verdict.PASS
    assert sorted((c.scenario, c.assumption, c.units) for c in row.otherwise) == [
        ("component_lost", "instance_launch", 1),
        ("component_lost", "instance_warm_up", 90),
        ("zone_lost", "instance_launch", 1),
        ("zone_lost", "instance_warm_up", 90),
    ]
