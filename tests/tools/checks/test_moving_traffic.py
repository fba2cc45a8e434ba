"""How soon traffic leaves what failed: load balancers' checks, DNS failover, DNS's memory."""

import pytest

from state.categories.excessive_latency import SLOW_DEPENDENCY
from state.categories.misconfiguration_and_bugs import BAD_CHANGE
from state.categories.single_point_of_failure import COMPONENT_LOST, REGION_LOST
from state.judgements import Assessment, Verdict
from tools.checks import Example, all_checks
from tools.checks.examples import view_of
from tools.checks.judging import judge
from tools.grading.assumptions import assumptions
from tools.grading.ledger import build_ledger
from tools.grading.reckoning import Reckoning


def estimates(check_id: str, example: Example) -> dict[str, dict[str, float | None]]:
    """Seconds of each term, by scenario and phase, from one check and the type's own recovery."""
    check = all_checks()[check_id]
    view = view_of(check, example)
    row = judge(check, view)
    assert row
    assert row.verdict is not Verdict.UNKNOWN
    rows = Assessment(category=check.category.code, judgements=(row,), answers=())
    ledger = build_ledger(view.workload.snapshot, {check.category.code: rows})
    return {
        each.scenario: {term.term: term.seconds for term in each.terms}
        for each in Reckoning(ledger, assumptions()).estimates
        if each.resource == view.id
    }


def targets(**fields: object) -> Example:
    group = {
        "TargetType": "instance",
        "LoadBalancerArns": ["arn:lb"],
        "HealthCheckEnabled": True,
        "HealthCheckIntervalSeconds": 10,
        "HealthyThresholdCount": 5,
        "UnhealthyThresholdCount": 2,
        **fields,
    }
    delay = [{"Key": "deregistration_delay.timeout_seconds", "Value": "120"}]
    return Example(
        facts={
            "elbv2:DescribeTargetGroups": group,
            "elbv2:DescribeTargetHealth": [],
            "elbv2:DescribeTargetGroupAttributes": delay,
        }
    )


@pytest.mark.parametrize(("protocol", "drains"), [("HTTP", 0), ("TCP", 120)])
def test_a_target_group_ejects_takes_back_and_drains(protocol: str, drains: int) -> None:
    """Out after 10 s x 2, in again after 10 s x 5.

    A network load balancer's clients stay with a target that was taken out for the delay of 120 s.
    """
    found = estimates("elbv2.target_group_detection_slow", targets(Protocol=protocol))
    assert found[COMPONENT_LOST.name] == {"act": 20}
    assert found[SLOW_DEPENDENCY.name] == {"act": 20}
    assert found[BAD_CHANGE.name] == {"propagate": drains, "warm up": 50}


def health_check(identity: str, interval: int | None, threshold: int | None) -> Example:
    config = {"RequestInterval": interval, "FailureThreshold": threshold}
    return Example(
        type="AWS::Route53::HealthCheck",
        label="checked by",
        name=identity,
        facts={"route53:ListHealthChecks": {"Id": identity, "HealthCheckConfig": config}},
    )


def zone(*checks: Example, ttl: int = 60) -> Example:
    records = [
        {"Name": "www.", "Type": "A", "TTL": ttl, "Failover": role, "HealthCheckId": f"hc-{n}"}
        for n, role in enumerate(("PRIMARY", "SECONDARY"))
    ]
    return Example(facts={"route53:ListResourceRecordSets": records}, linked=checks)


FAST, SLOW = health_check("hc-0", 10, 3), health_check("hc-1", 30, 2)
COMBINED = health_check("hc-1", None, None)


@pytest.mark.parametrize(
    ("checks", "seconds"), [((FAST, SLOW), 60), ((FAST,), 90), ((FAST, COMBINED), 90), ((), 90)]
)
def test_dns_failover_is_the_slowest_health_check_and_the_time_to_live(
    checks: tuple[Example, ...], seconds: float
) -> None:
    """10 s x 3 = 30 s and 30 s x 2 = 60 s: the longer; 60 s + 45 s of TTL = 1 min 45 s.

    One that cannot be seen, or combines others, counts 30 s x 3 = 90 s.
    """
    found = estimates("route53.record_ttl_high", zone(*checks, ttl=45))
    for scenario in (COMPONENT_LOST, REGION_LOST, SLOW_DEPENDENCY):
        assert found[scenario.name] == {"act": seconds, "propagate": 45}


def test_a_load_balancer_without_one_of_its_nodes_is_found_by_its_name() -> None:
    zones = [{"ZoneName": "eu-west-1a"}, {"ZoneName": "eu-west-1b"}]
    example = Example(facts={"elbv2:DescribeLoadBalancers": {"AvailabilityZones": zones}})
    found = estimates("elbv2.lb_single_az", example)
    assert found["zone_lost"] == found[COMPONENT_LOST.name] == {"propagate": 60}


@pytest.mark.parametrize("millis", [5_000, 29_000])
def test_callers_of_a_hanging_backend_are_held_as_long_as_the_api_waits(millis: int) -> None:
    """A short timeout passes and a long one fails; either is what a caller is held for.

    Users notice after 4 h; deciding and changing a setting take 30 min each.
    """
    call = {"type": "HTTP_PROXY", "timeoutInMillis": millis}
    resources = [{"resourceMethods": {"GET": {"methodIntegration": call}}}]
    example = Example(facts={"apigateway:GetResources": resources})
    found = estimates("apigateway.integration_timeout_default", example)
    by_hand = {"detect": 14_400, "decide": 1_800, "act": 1_800}
    assert found[SLOW_DEPENDENCY.name] == {**by_hand, "propagate": millis / 1000}


@pytest.mark.parametrize(("ttl", "seconds"), [(300, 300), (None, 60)])
def test_resolvers_keep_the_old_answer_whoever_changes_it(ttl: int | None, seconds: int) -> None:
    """Half a pair does not fail over: 4 h + 30 min + 30 min by hand, and then the time to live.

    An alias lives as long as its target's answer: a minute for a load balancer's.
    """
    record = {"Name": "www.", "Type": "A", "Failover": "PRIMARY"} | ({"TTL": ttl} if ttl else {})
    example = Example(facts={"route53:ListResourceRecordSets": [record]})
    found = estimates("route53.failover_record_incomplete", example)
    by_hand = {"detect": 14_400, "decide": 1_800, "act": 1_800, "propagate": seconds}
    assert found[COMPONENT_LOST.name] == found[REGION_LOST.name] == by_hand
