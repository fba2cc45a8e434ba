"""Who is told of an outage by an alarm on something else."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from state.judgements import Contribution, Judgement, Phase, Verdict
from state.snapshot import Relation, RelationKind, Resource, Selector, Snapshot
from tools.grading.assumptions import assumptions
from tools.grading.composition import uses
from tools.grading.estimates import Row, estimate_of
from tools.grading.noticing import noticed

FUNCTION = "AWS::Lambda::Function"
ON_CALL = "arn:aws:sns:eu-west-1:123456789012:on-call"
FAILURES = ("AWS/Lambda", "Errors")
ALWAYS = {"component_lost", "zone_lost", "bad_change", "shared_component_failed"}
TABLE = assumptions()


def resource(name: str, kind: str = FUNCTION, **facts: object) -> Resource:
    return Resource(id=name, type=kind, name=name, region="eu-west-1", member=True, facts=facts)


def use(user: str, used: str, *, hard: bool = True, label: str = "") -> Relation:
    return Relation(source=user, target=used, kind=RelationKind.DATA_FLOW, hard=hard, label=label)


def alarm(
    on: str,
    *,
    minutes: int = 3,
    metric: tuple[str, str] = FAILURES,
    enabled: bool = True,
    told: bool = True,
) -> tuple[Resource, list[Relation]]:
    """An alarm that waits for so many minutes, with what it watches and notifies."""
    name = f"alarm on {on}"
    fact = {
        "Namespace": metric[0],
        "MetricName": metric[1],
        "Period": 60,
        "EvaluationPeriods": minutes,
        "ActionsEnabled": enabled,
        "AlarmActions": [ON_CALL],
        "StateValue": "OK",
    }
    relations = [
        Relation(source=name, target=on, kind=RelationKind.OBSERVABILITY, label="watches"),
    ]
    if told:
        relations.append(
            Relation(source=name, target=ON_CALL, kind=RelationKind.OBSERVABILITY, label="notifies")
        )
    described = {"cloudwatch:DescribeAlarms": fact}
    return (
        Resource(
            id=name,
            type="AWS::CloudWatch::Alarm",
            name=name,
            region="eu-west-1",
            member=True,
            facts=described,
        ),
        relations,
    )


def account(
    resources: Sequence[Resource],
    relations: Sequence[Relation],
    *alarms: tuple[Resource, list[Relation]],
) -> Snapshot:
    topic = Resource(
        id=ON_CALL,
        type="AWS::SNS::Topic",
        name="on-call",
        region="eu-west-1",
        member=False,
        facts={"sns:GetTopicAttributes": {"SubscriptionsConfirmed": "1"}},
    )
    every = [*resources, topic, *(each for each, _ in alarms)]
    return Snapshot(
        selector=Selector(tags={"workload": "orders"}),
        account="123456789012",
        regions=["eu-west-1"],
        taken_at=datetime(2026, 6, 1, tzinfo=UTC),
        resources={each.id: each for each in every},
        relations=[*relations, *(r for _, found in alarms for r in found)],
        gaps=[],
        calls={},
    )


def told(snapshot: Snapshot) -> Mapping[str, tuple[Contribution, ...]]:
    return noticed(snapshot, uses(snapshot.resources, snapshot.relations))


CHAIN = [
    resource("api", "AWS::ApiGateway::RestApi"),
    resource("function"),
    resource("table", "AWS::DynamoDB::Table"),
]
CALLS = [use("api", "function"), use("function", "table")]


def test_an_alarm_at_the_entry_point_tells_of_all_that_it_needs() -> None:
    """3 minutes at the API, 5 at the function: the API's is the sooner one for the table too."""
    found = told(
        account(
            CHAIN,
            CALLS,
            alarm("api", metric=("AWS/ApiGateway", "5XXError")),
            alarm("function", minutes=5),
        )
    )
    assert {name: {c.units for c in rows} for name, rows in found.items()} == {
        "function": {180.0},
        "table": {180.0},
    }
    assert {c.seen_at for c in found["table"]} == {"api"}
    assert {c.scenario for c in found["table"]} == ALWAYS


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("AWS::DynamoDB::Table", set()),  # a deleted row is no error
        ("AWS::RDS::DBInstance", set()),
        ("AWS::S3::Bucket", {"data_deleted"}),  # a read of a deleted object is one
        ("AWS::SecretsManager::Secret", {"data_deleted", "expiry"}),
        ("AWS::KMS::Key", {"data_deleted", "expiry"}),
    ],
)
def test_only_what_makes_requests_fail_is_noticed(kind: str, more: set[str]) -> None:
    used = resource("used", kind)
    found = told(account([CHAIN[1], used], [use("function", "used")], alarm("function")))
    assert {c.scenario for c in found["used"]} == ALWAYS | more


def test_clients_turn_away_from_a_bad_certificate_without_an_error() -> None:
    certificate = resource("certificate", "AWS::CertificateManager::Certificate")
    balancer = resource("balancer", "AWS::ElasticLoadBalancingV2::LoadBalancer")
    found = told(
        account(
            [balancer, certificate],
            [use("balancer", "certificate")],
            alarm("balancer", metric=("AWS/ApplicationELB", "HTTPCode_ELB_5XX_Count")),
        )
    )
    assert found["certificate"] == ()


@pytest.mark.parametrize(
    "deaf",
    [
        alarm("function", metric=("AWS/Lambda", "Duration")),
        alarm("function", enabled=False),
        alarm("function", told=False),
        alarm("function", minutes=60 * 24),
    ],
    ids=["on duration", "switched off", "tells nobody", "later than a user"],
)
def test_an_alarm_that_does_not_fire_or_is_not_heard_tells_nothing(
    deaf: tuple[Resource, list[Relation]],
) -> None:
    assert told(account(CHAIN, CALLS, deaf)) == {}


def test_what_it_goes_on_without_is_not_noticed() -> None:
    cache = [use("api", "function"), use("function", "table", hard=False)]
    found = told(account(CHAIN, cache, alarm("api", metric=("AWS/ApiGateway", "5XXError"))))
    assert set(found) == {"function"}


def test_work_that_piles_up_shows_that_its_consumer_fails() -> None:
    """A message must be 10 minutes old, and stay so for 3: 780 seconds."""
    queue = resource("queue", "AWS::SQS::Queue")
    mapping = resource("mapping", "AWS::Lambda::EventSourceMapping")
    aged, relations = alarm("queue", metric=("AWS/SQS", "ApproximateAgeOfOldestMessage"))
    aged.facts["cloudwatch:DescribeAlarms"]["Threshold"] = 600.0
    found = told(
        account(
            [queue, mapping, *CHAIN[1:]],
            [use("mapping", "queue", label="polls"), use("mapping", "function"), CALLS[1]],
            (aged, relations),
        )
    )
    assert {c.units for c in found["table"]} == {780.0}


def test_an_alarm_on_a_health_check_tells_of_its_endpoint_too() -> None:
    """The check asks the API from outside: it fails with the API, its function and its table."""
    check = resource("check", "AWS::Route53::HealthCheck")
    asks = Relation(
        source="check", target="api", kind=RelationKind.OBSERVABILITY, label="watches", hard=False
    )
    found = told(
        account(
            [check, *CHAIN],
            [asks, *CALLS],
            alarm("check", metric=("AWS/Route53", "HealthCheckStatus")),
        )
    )
    assert set(found) == {"api", "function", "table"}


# -- in an estimate --------------------------------------------------------------------------------

BY_HAND = Contribution(
    scenario="bad_change", phase=Phase.ACT, assumption="change_configuration", by_person=True
)


def row(contribution: Contribution, verdict: Verdict = Verdict.FAIL) -> Row:
    return contribution, Judgement(check="c", resource="table", verdict=verdict)


def shown(seconds: float, at: str = "api") -> Row:
    return (
        Contribution(
            scenario="bad_change",
            phase=Phase.DETECT,
            assumption="alarm_evaluation",
            units=seconds,
            seen_at=at,
        ),
        None,
    )


def test_it_stands_in_for_the_first_user_of_the_morning() -> None:
    """3 minutes to detect it at the API, 30 to decide, 30 to act: 1 h 3 min instead of 5 h."""
    alone = estimate_of("bad_change", "table", [row(BY_HAND)], TABLE)
    heard = estimate_of("bad_change", "table", [row(BY_HAND), shown(180.0)], TABLE)
    assert alone.rto_seconds == 14400 + 1800 + 1800
    assert heard.rto_seconds == 180 + 1800 + 1800
    assert heard.terms[0].source == "configured:alarm_evaluation"
    assert heard.terms[0].what.endswith("it is on api, which fails when this does")


def test_nobody_has_to_notice_what_recovers_by_itself() -> None:
    by_itself = row(BY_HAND.model_copy(update={"by_person": False}), Verdict.PASS)
    estimate = estimate_of("bad_change", "table", [by_itself, shown(180.0)], TABLE)
    assert estimate.rto_seconds == 1800
    assert estimate.by_itself


rows = st.lists(
    st.builds(
        row,
        st.builds(
            Contribution,
            scenario=st.sampled_from([None, "bad_change"]),
            phase=st.sampled_from(Phase),
            assumption=st.sampled_from(sorted(TABLE)),
            units=st.floats(0, 1e6),
            by_person=st.booleans(),
        ),
        st.sampled_from([Verdict.PASS, Verdict.FAIL]),
    ),
    max_size=6,
)
signs = st.lists(st.builds(shown, st.floats(0, 1e6), st.sampled_from("ab")), max_size=3)


def takes(found: Sequence[Row]) -> float:
    seconds = estimate_of("bad_change", "table", found, TABLE).rto_seconds
    return inf if seconds is None else seconds


@given(rows, signs, signs)
def test_one_alarm_more_never_lengthens(found: list[Row], some: list[Row], more: list[Row]) -> None:
    assert takes([*found, *some, *more]) <= takes([*found, *some])


@given(rows, rows, signs)
def test_one_defect_more_never_shortens(found: list[Row], more: list[Row], some: list[Row]) -> None:
    defects = [(c, j) for c, j in more if j and j.verdict is Verdict.FAIL]
    assert takes([*found, *defects, *some]) >= takes([*found, *some])


# -- over any graph --------------------------------------------------------------------------------

NAMES = "abcdef"
graphs = st.lists(
    st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES), st.booleans()), max_size=12
)
alarms = st.dictionaries(st.sampled_from(NAMES), st.integers(1, 5))


@given(graphs, alarms)
def test_it_is_the_quickest_alarm_above(
    edges: list[tuple[str, str, bool]], on: dict[str, int]
) -> None:
    """The same as trying each alarm by itself, whatever circles there are.

    An alarm of its own that is as quick as those above is told of in the resource's own rows.
    """
    relations = [use(a, b, hard=hard) for a, b, hard in edges if a != b]
    found = told(
        account(
            [resource(name) for name in NAMES],
            relations,
            *(alarm(name, minutes=minutes) for name, minutes in on.items()),
        )
    )
    hard = {(a, b) for a, b, is_hard in edges if is_hard and a != b}
    expected: dict[str, float] = {}
    for start, minutes in on.items():
        reached = {start}
        while more := {b for a, b in hard if a in reached} - reached:
            reached |= more
        for name in reached:
            expected[name] = min(expected.get(name, inf), minutes * 60.0)
    own = {name: minutes * 60.0 for name, minutes in on.items()}
    above = {name: rows[0].units for name, rows in found.items()}
    assert {n: min(own.get(n, inf), above.get(n, inf)) for n in own | above} == expected
    assert not any(rows[0].seen_at == name for name, rows in found.items())
