"""Hard and soft along paths, the critical path, what is missing, and stores that come apart."""

import random
from collections.abc import Iterable, Sequence
from itertools import pairwise, permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from state.categories import categories
from state.grades import Overall
from state.objectives import Objectives
from state.snapshot import Relation, RelationKind, Resource, Snapshot
from tests.tools.grading.workloads import (
    lasts,
    reached,
    reckoned,
    resource,
    snapshot_of,
    use,
    workloads,
)
from tools.grading.composition import Composition, composition_of
from tools.grading.grading import compose, grade
from tools.grading.ledger import build_ledger
from tools.grading.letters import as_number
from tools.grading.reckoning import Reckoning

MINUTE, HOUR, DAY = 60, 3600, 24 * 3600
ASKED = Objectives(
    rto_seconds=DAY, rpo_seconds=12 * HOUR, region_rto_seconds=DAY, region_rpo_seconds=DAY
)
FLOW, PART, MAY, WATCH = (
    RelationKind.DATA_FLOW,
    RelationKind.CONTAINMENT,
    RelationKind.PERMISSIONS,
    RelationKind.OBSERVABILITY,
)
API, FUNCTION = "AWS::ApiGateway::RestApi", "AWS::Lambda::Function"
DATABASE, BUCKET, CACHE = (
    "AWS::RDS::DBInstance",
    "AWS::S3::Bucket",
    "AWS::ElastiCache::CacheCluster",
)


def composed(resources: Iterable[Resource | str], *relations: Relation) -> Composition:
    known = [each if isinstance(each, Resource) else resource(each) for each in resources]
    return composition_of(known, relations)


def overall(reckoning: Reckoning, asked: Objectives = ASKED) -> Overall:
    grades = {category.code: grade(category, reckoning, asked) for category in categories()}
    return compose(grades, reckoning, asked)


# -- hard and soft --------------------------------------------------------------------------------


def test_soft_is_what_every_user_of_it_would_ride_out() -> None:
    found = composed(
        ["app", "cache", "database", "alone", "watched", resource("stranger", member=False)],
        use("app", "cache", hard=False),
        use("app", "database", hard=False),
        use("other", "database"),
        use("stranger", "alone", hard=False),
        use("app", "watched", kind=WATCH, hard=False),
    )
    assert found.soft == {"cache", "database"}
    assert found.entries == {"alone", "app", "watched"}


def test_what_only_something_soft_cannot_do_without_is_soft_as_well() -> None:
    """app ~> reports -> warehouse -> key: without the reports the app goes on, so without the key.

    The table, which the app cannot do without, is hard although the reports use it too.
    """
    found = composed(
        ["app", "reports", "warehouse", "key", "table"],
        use("app", "reports", hard=False),
        use("reports", "warehouse"),
        use("warehouse", "key", kind=MAY),
        use("reports", "table"),
        use("app", "table"),
    )
    assert found.soft == {"reports", "warehouse", "key"}


def test_a_circle_that_nobody_uses_is_an_entry_point_as_a_whole() -> None:
    """a -> b -> c ~> a is used by nobody: all three are where work enters, d is one step away."""
    circle = [use("a", "b"), use("b", "c"), use("c", "a", hard=False), use("c", "d")]
    found = composed("abcd", *circle)
    assert found.entries == {"a", "b", "c"}
    assert found.soft == set()
    assert found.needed_by == {"d": "c"}
    used = composed("abcde", use("e", "b", hard=False), *circle)
    assert used.entries == {"e"}
    assert used.soft == {"a", "b", "c", "d"}


def test_who_uses_itself_is_not_used() -> None:
    assert composed("a", use("a", "a", hard=False)).entries == {"a"}


def test_what_is_not_there_leads_nowhere() -> None:
    found = composed("ab", use("a", "gone", dangling=True), use("gone", "b", hard=False))
    assert found.entries == {"a", "b"}


def test_a_path_may_lead_over_what_is_not_part_of_the_workload() -> None:
    """app -> shared (not ours) -> store: hard, although the app's own use of the store is soft."""
    shared = resource("shared", member=False)
    found = composed(
        ["app", shared, "store"],
        use("app", "store", hard=False),
        use("app", "shared"),
        use("shared", "store"),
    )
    assert found.entries == {"app"}
    assert found.soft == set()
    assert found.needed_by == {"shared": "app", "store": "shared"}


@pytest.mark.parametrize(
    ("kind", "relation"),
    [
        ("AWS::Backup::RecoveryPoint", PART),
        ("AWS::EC2::Snapshot", PART),
        ("AWS::ApplicationAutoScaling::ScalableTarget", FLOW),
        ("AWS::EFS::ReplicationConfiguration", FLOW),
    ],
)
def test_a_copy_or_a_scaler_of_something_does_not_use_it(kind: str, relation: RelationKind) -> None:
    """A database that nothing is seen to use is hard, with a backup as without."""
    copy = use("copy", "database", hard=False, kind=relation)
    assert composed(["database", resource("copy", kind)], copy).soft == set()


def test_a_subscriber_needs_its_topic_and_not_the_other_way_round() -> None:
    topic = resource("topic", "AWS::SNS::Topic")
    subscription = resource("subscription", "AWS::SNS::Subscription")
    found = composed(
        ["app", topic, subscription, "mails"],
        use("app", "topic", hard=False),
        use("topic", "subscription", kind=PART, hard=False),
        use("subscription", "mails"),
    )
    assert found.entries == {"app", "subscription"}
    assert found.soft == set()


def test_a_permission_stands_for_a_use_only_where_none_is_seen() -> None:
    """The role may write to both queues: the function is seen to do without one of them."""
    role = resource("role", "AWS::IAM::Role")
    relations = [
        use("function", "role", kind=MAY),
        use("role", "failed", kind=MAY),
        use("role", "orders", kind=MAY),
        use("function", "failed", hard=False),
    ]
    assert composed(["function", role, "failed", "orders"], *relations).soft == {"failed"}
    another = [*relations, use("other", "role", kind=MAY)]
    assert composed(["function", "other", role, "failed", "orders"], *another).soft == set()


def test_groundwork_explains_only_what_nothing_else_does() -> None:
    """A subnet in which nothing lies is nearer to the gateway, but not why it is needed."""
    subnets = [resource(name, "AWS::EC2::Subnet") for name in ("empty", "used")]
    gateway = resource("gateway", "AWS::EC2::NatGateway")
    found = composed(
        ["app", *subnets, gateway],
        use("empty", "gateway"),
        use("app", "used", kind=PART),
        use("used", "gateway"),
    )
    assert found.entries == {"app", "empty"}
    assert found.needed_by == {"used": "app", "gateway": "used"}


# -- sentences ------------------------------------------------------------------------------------


def shop() -> Snapshot:
    """An API, its function, a database, a bucket and a cache without which it goes on."""
    return snapshot_of(
        [
            resource("orders-api", API),
            resource("orders", FUNCTION),
            resource("orders-db", DATABASE),
            resource("receipts", BUCKET),
            resource("cache", CACHE),
        ],
        [
            use("orders-api", "orders"),
            use("orders", "orders-db"),
            use("orders", "receipts"),
            use("orders", "cache", hard=False),
        ],
    )


@pytest.mark.usefixtures("no_floors")
def test_the_critical_path_leads_to_what_is_back_last() -> None:
    """5 h 40 of the database are more than the 2 h of the function: 20400 s > 7200 s."""
    found = overall(
        reckoned(
            shop(),
            lasts("orders-db", "zone_lost", back=20400),
            lasts("orders", "bad_change", back=7200),
        )
    )
    path = found.critical_path
    assert path is not None
    assert found.rto_seconds == 20400
    assert (path.scenario, path.resources) == ("zone_lost", ("orders-api", "orders", "orders-db"))
    assert path.sentence == (
        "users reach orders-api (API Gateway REST API), which needs orders (Lambda function), "
        "which needs orders-db (RDS DB instance): when an Availability Zone is lost, the workload "
        "is back no sooner than orders-db, after 5 hours and 40 minutes"
    )


@pytest.mark.usefixtures("no_floors")
def test_what_is_soft_is_never_on_the_critical_path_but_missing() -> None:
    found = overall(
        reckoned(
            shop(),
            lasts("cache", "zone_lost", back=DAY),
            lasts("cache", "component_lost", back=HOUR),
            lasts("orders", "bad_change", back=7200),
        )
    )
    assert found.critical_path is not None
    assert found.critical_path.resources[-1] == "orders"
    assert found.degraded is not None
    assert (found.degraded.resources, found.degraded.rto_seconds) == (("cache",), DAY)
    assert found.degraded.sentence == (
        "the workload goes on without cache (ElastiCache cache cluster) while it is down, for up "
        "to 1 day"
    )


@pytest.mark.usefixtures("no_floors")
def test_nothing_that_takes_time_has_no_path() -> None:
    found = overall(reckoned(shop()))
    assert (found.critical_path, found.degraded, found.consistency_gaps) == (None, None, ())


REGION = [
    lasts("orders-db", "region_lost", back=HOUR, lost=5 * MINUTE),
    lasts("receipts", "region_lost", back=HOUR, lost=DAY),
]
DELETED = [
    lasts("orders-db", "data_deleted", back=HOUR, lost=HOUR),
    lasts("receipts", "data_deleted", back=HOUR),
]


@pytest.mark.usefixtures("no_floors")
def test_stores_that_come_back_at_different_times_contradict_each_other() -> None:
    """After the Region: 24 h - 5 min = 23 h 55 min apart. After a deletion: 1 h - 0 = 1 h."""
    together, one = overall(reckoned(shop(), *REGION, *DELETED)).consistency_gaps
    assert (together.scenario, together.span_seconds) == ("region_lost", 86100)
    assert [(p.resource, p.seconds) for p in together.stores] == [
        ("receipts", DAY),
        ("orders-db", 5 * MINUTE),
    ]
    assert together.sentence == (
        "after the loss of the Region, receipts (S3 bucket) stands 1 day back and orders-db (RDS "
        "DB instance) 5 minutes back: 23 hours and 55 minutes of orders-db without receipts"
    )
    assert (one.scenario, one.span_seconds) == ("data_deleted", HOUR)
    assert one.sentence == (
        "after data was deleted or corrupted in one store, orders-db (RDS DB instance) stands 1 "
        "hour back and receipts (S3 bucket) at now: 1 hour of receipts without orders-db"
    )


@pytest.mark.usefixtures("no_floors")
def test_a_region_that_may_be_lost_brings_no_stores_apart() -> None:
    plain = Objectives(rto_seconds=DAY, rpo_seconds=12 * HOUR)
    gaps = overall(reckoned(shop(), *REGION, *DELETED), plain).consistency_gaps
    assert [gap.scenario for gap in gaps] == ["data_deleted"]


@pytest.mark.usefixtures("no_floors")
def test_a_gap_that_the_objectives_can_bear_is_not_told() -> None:
    """5 minutes of 12 h are 0.7 %, below the 2 % from which on a defect is one; of 1 h, 8 %."""
    rows = [lasts("orders-db", "data_deleted", back=HOUR, lost=5 * MINUTE), DELETED[1]]
    assert overall(reckoned(shop(), *rows)).consistency_gaps == ()
    hour = Objectives(rto_seconds=HOUR, rpo_seconds=HOUR)
    assert len(overall(reckoned(shop(), *rows), hour).consistency_gaps) == 1


@pytest.mark.usefixtures("no_floors")
def test_stores_that_share_only_the_ground_cannot_contradict_each_other() -> None:
    """Two services in one VPC and under one key: neither's records speak of the other's."""
    apart = shop()
    apart.resources |= {
        each.id: each
        for each in (
            resource("vpc", "AWS::EC2::VPC"),
            resource("key", "AWS::KMS::Key"),
            resource("batch", FUNCTION),
        )
    }
    apart.relations[2] = use("batch", "receipts")
    apart.relations += [
        use(each, ground, kind=kind)
        for each, ground, kind in (
            ("orders-db", "key", MAY),
            ("receipts", "key", MAY),
            ("orders", "vpc", PART),
            ("batch", "vpc", PART),
        )
    ]
    assert overall(reckoned(apart, *REGION, *DELETED)).consistency_gaps == ()


# -- any workload ---------------------------------------------------------------------------------


def by_definition(
    resources: Sequence[Resource], relations: Sequence[Relation]
) -> tuple[frozenset[str], frozenset[str]]:
    """Entry points and soft resources, by looking from everywhere: quadratic, and plain."""
    known = {each.id for each in resources}
    every: dict[str, set[str]] = {}
    hard: dict[str, set[str]] = {}
    for r in relations:
        if {r.source, r.target} <= known:
            every.setdefault(r.source, set()).add(r.target)
            if r.hard:
                hard.setdefault(r.source, set()).add(r.target)
    members = {each.id for each in resources if each.member}
    ahead = {each: reached(each, every) for each in known}
    ours = set[str]().union(*(ahead[each] for each in members))
    entries = {
        each for each in members if all(user in ahead[each] for user in ours if each in ahead[user])
    }
    soft = members.difference(*(reached(each, hard) for each in entries))
    return frozenset(entries), frozenset(soft)


@given(workloads())
def test_reach_is_what_the_definition_says(
    workload: tuple[list[Resource], list[Relation]],
) -> None:
    resources, relations = workload
    found = composition_of(resources, relations)
    assert (found.entries, found.soft) == by_definition(resources, relations)


@pytest.mark.parametrize("density", [0.7, 1.5, 4.0])
def test_reach_is_what_the_definition_says_of_a_thousand(density: float) -> None:
    chance = random.Random(density)
    resources = [resource(f"r{n}") for n in range(1000)]
    relations = [
        use(chance.choice(resources).id, chance.choice(resources).id, hard=chance.random() < 0.6)
        for _ in range(int(1000 * density))
    ]
    found = composition_of(resources, relations)
    assert (found.entries, found.soft) == by_definition(resources, relations)


def test_a_chain_of_thousands_needs_no_stack() -> None:
    names = [f"r{n:05}" for n in range(20_000)]
    steps = [use(a, b) for a, b in pairwise(names)]
    found = composed(names, *steps)
    assert (found.entries, found.soft) == (frozenset(names[:1]), frozenset())
    circle = composed(names, *steps, use(names[-1], names[0]))
    assert circle.entries == set(names)


@given(workloads())
def test_a_path_is_hard_from_an_entry_point_on_and_no_longer_than_any(
    workload: tuple[list[Resource], list[Relation]],
) -> None:
    resources, relations = workload
    found = composition_of(resources, relations)
    ledger = build_ledger(snapshot_of(resources, relations), {})
    hard = {(r.source, r.target) for r in relations if r.hard}
    distance = dict.fromkeys(found.entries, 0)
    for step in range(1, len(resources) + 1):  # one more step reaches what is that far away
        nearer = {b for a, b in hard if distance.get(a) == step - 1}
        distance |= {b: step for b in nearer if b not in distance}
    for each in resources:
        if each.member and each.id not in found.soft:
            path = ledger.path_to(each.id)
            assert path[0] in found.entries
            assert path[-1] == each.id
            assert set(pairwise(path)) <= hard
            assert len(path) - 1 == distance[each.id]


@given(workloads(), st.data())
def test_one_more_relation_to_what_is_used_makes_nothing_soft(
    workload: tuple[list[Resource], list[Relation]], data: st.DataObject
) -> None:
    """To what nothing used before, it shows how that is used; that is what makes it soft."""
    resources, relations = workload
    resources = [each.model_copy(update={"member": True}) for each in resources]
    before = composition_of(resources, relations)
    ends = st.sampled_from([each.id for each in resources])
    added = use(data.draw(ends), data.draw(ends), hard=data.draw(st.booleans()))
    after = composition_of(resources, [*relations, added])
    if added.target not in before.entries:
        assert after.soft <= before.soft
        assert after.entries == before.entries


@given(workloads(), st.randoms(use_true_random=False))
def test_the_order_of_relations_changes_no_byte(
    workload: tuple[list[Resource], list[Relation]], chance: random.Random
) -> None:
    resources, relations = workload
    ledger = build_ledger(snapshot_of(resources, relations), {})
    chance.shuffle(resources)
    chance.shuffle(relations)
    again = build_ledger(snapshot_of(resources, relations), {})
    assert again.resources == ledger.resources
    assert again.between == ledger.between


@settings(max_examples=40)
@given(workloads(most=5), st.data())
def test_a_soft_relation_turned_hard_never_raises_a_letter(
    workload: tuple[list[Resource], list[Relation]], data: st.DataObject
) -> None:
    resources, relations = workload
    soft = [n for n, relation in enumerate(relations) if not relation.hard]
    if not soft:
        return
    seconds = st.integers(1, 40 * DAY)
    rows = [
        lasts(
            each.id,
            data.draw(st.sampled_from(["zone_lost", "data_deleted", "overload"])),
            back=data.draw(seconds),
            lost=data.draw(seconds),
        )
        for each in resources
        if each.member
    ]
    harder = list(relations)
    turned = data.draw(st.sampled_from(soft))
    harder[turned] = harder[turned].model_copy(update={"hard": True})
    before, after = (
        {
            category.code: grade(category, reckoned(snapshot_of(resources, each), *rows), ASKED)
            for category in categories()
        }
        for each in (relations, harder)
    )
    for code, grade_before in before.items():
        letter = after[code].letter
        assert (
            letter is None
            or grade_before.letter is None
            or (as_number(letter) <= as_number(grade_before.letter))
        )


@pytest.mark.usefixtures("no_floors")
def test_sentences_do_not_depend_on_the_order_of_relations() -> None:
    rows = [*REGION, *DELETED, lasts("cache", "zone_lost", back=DAY)]
    base = shop()
    said = {
        overall(
            reckoned(base.model_copy(update={"relations": list(order)}), *rows)
        ).model_dump_json()
        for order in permutations(base.relations)
    }
    assert len(said) == 1
