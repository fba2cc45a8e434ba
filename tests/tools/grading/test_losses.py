"""Losses worked out by hand, and what holds for any."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from state.errors import InvalidPremises
from state.losses import Hit, Loss
from state.objectives import Objectives
from state.snapshot import Gap, GapReason, Relation, RelationKind, Resource, Snapshot
from tests.tools.grading.workloads import (
    lasts,
    reached,
    reckoned,
    resource,
    snapshot_of,
    use,
    workloads,
)
from tools.grading.composition import uses
from tools.grading.losses import losses_of
from tools.grading.reckoning import Reckoning
from tools.grading.recoveries import recoveries
from tools.grading.timeline import timeline

MINUTE, HOUR = 60, 3600
DAY_AND_HALF_A_DAY = Objectives(rto_seconds=24 * HOUR, rpo_seconds=12 * HOUR)
PART, MAY = RelationKind.CONTAINMENT, RelationKind.PERMISSIONS
A, B = "eu-west-1a", "eu-west-1b"
SUBNET, TABLE, GATEWAY = "AWS::EC2::Subnet", "AWS::EC2::RouteTable", "AWS::EC2::NatGateway"

pytestmark = pytest.mark.usefixtures("no_floors")


def shop() -> Snapshot:
    """An API, its function in two zones, a database and a cache in a, a batch in b, a queue.

    The function cannot do without the database and the queue, and goes on without the cache. Of the
    queue, which lies in no zone, nothing is known.
    """
    known = [
        resource("api", "AWS::ApiGateway::RestApi"),
        resource("orders", "AWS::Lambda::Function"),
        resource("db", "AWS::RDS::DBInstance", AvailabilityZone=A, MultiAZ=False),
        resource("cache", "AWS::ElastiCache::CacheCluster", PreferredAvailabilityZone=A),
        resource("queue", "AWS::X::Queue"),
        resource("batch", "AWS::EC2::Instance", Placement={"AvailabilityZone": B}),
        resource("net-a", SUBNET, AvailabilityZone=A, AvailabilityZoneId="euw1-az1"),
        resource("net-b", SUBNET, AvailabilityZone=B, AvailabilityZoneId="euw1-az2"),
    ]
    return snapshot_of(
        known,
        [
            use("api", "orders"),
            use("orders", "db"),
            use("orders", "cache", hard=False),
            use("orders", "queue"),
            use("orders", "net-a", kind=PART),
            use("orders", "net-b", kind=PART),
        ],
    )


def estimated(snapshot: Snapshot) -> Reckoning:
    return reckoned(
        snapshot,
        lasts("db", "zone_lost", back=20400, lost=5 * MINUTE),
        lasts("db", "component_lost", back=20 * MINUTE),
        lasts("db", "region_lost", back=20 * HOUR, lost=5 * MINUTE),
        lasts("cache", "zone_lost", back=30 * HOUR),
        lasts("orders", "zone_lost", back=2 * MINUTE),
        lasts("queue", "data_deleted", back=HOUR),
        lasts("workload", "region_lost", back=28 * HOUR),
    )


def lose(
    text: str, snapshot: Snapshot | None = None, asked: Objectives = DAY_AND_HALF_A_DAY
) -> Loss:
    of = snapshot or shop()
    return losses_of(of, estimated(of), asked, text)


def told(loss: Loss) -> list[tuple[str, str, float | None, str | None]]:
    return [(o.resource, o.hit.value, o.back_seconds, o.waits_for) for o in loss.outages]


# -- a zone ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [A, "euw1-az1"])
def test_a_zone_takes_what_lies_in_it_and_stops_what_needs_that(name: str) -> None:
    """The function itself is back after 2 min, but the database takes 5 h 40 min = 20400 s.

    The API waits for the function, so for the database as well. The cache takes 30 h, which is more
    than the 24 h allowed, but everything goes on without it: 20400 s <= 86400 s, the RTO is met.
    Lost are the 5 min of the database.
    """
    loss = lose(f"az:{name}")
    assert loss.scenario == "zone_lost"
    assert told(loss) == [
        ("db", "struck", 20400, None),
        ("orders", "struck", 20400, "db"),
        ("api", "stops", 20400, "db"),
        ("cache", "struck", 30 * HOUR, None),
    ]
    assert [(o.resource, o.soft) for o in loss.outages if o.soft] == [("cache", True)]
    assert (loss.rto_seconds, loss.rpo_seconds) == (20400, 300)
    assert (loss.rto_allowed, loss.rpo_allowed) == (24 * HOUR, 12 * HOUR)
    assert (loss.outages[1].own_seconds, loss.outages[1].because) == (
        120,
        "lies there and in eu-west-1b",
    )
    assert loss.outages[2].because == "needs orders (Lambda function)"
    assert [(each.resource, each.because) for each in loss.rides_out] == [
        ("batch", "lies in eu-west-1b")
    ]
    assert [each.resource for each in loss.unknown] == ["queue"]
    assert (loss.rto_met, loss.rpo_met) == (None, None), "the queue may be down for longer"
    assert "back after at least 5 hours and 40 minutes, with db" in loss.sentence


def test_what_is_longer_than_allowed_is_missed_whatever_is_unknown() -> None:
    tight = Objectives(rto_seconds=HOUR, rpo_seconds=HOUR)
    assert (lose(f"az:{A}", asked=tight).rto_met, lose(f"az:{A}", asked=tight).rpo_met) == (
        False,
        None,
    )


def test_an_objective_is_met_where_nothing_is_unknown() -> None:
    known = shop()
    del known.resources["queue"]
    loss = lose(f"az:{A}", known)
    assert (loss.unknown, loss.rto_met, loss.rpo_met) == ((), True, True)


def test_the_zone_of_a_standby_takes_nothing() -> None:
    known = shop()
    known.resources["db"].facts["x:Describe"] |= {
        "MultiAZ": True,
        "Engine": "postgres",
        "SecondaryAvailabilityZone": B,
    }
    loss = lose(f"az:{B}", known)
    assert ("db", "only its standby lies there") in {
        (each.resource, each.because) for each in loss.rides_out
    }
    assert told(loss) == [("orders", "struck", 120, None), ("api", "stops", 120, "orders")]
    assert lose(f"az:{A}", known).outages[0].because == "lies there, its standby elsewhere"


def test_why_the_loss_of_a_zone_does_not_strike_a_type_stands_with_its_recovery() -> None:
    known = shop()
    known.resources["queue"] = resource("queue", "AWS::SQS::Queue")
    because = {each.resource: each.because for each in lose(f"az:{A}", known).rides_out}
    assert because["queue"] == recoveries()["AWS::SQS::Queue"]["zone_lost"].none


def test_a_workload_that_lies_in_no_zone_may_still_be_asked_for_one() -> None:
    known = snapshot_of([resource("queue", "AWS::SQS::Queue")], [])
    loss = lose(f"az:{A}", known)
    assert (loss.outages, loss.rto_seconds, loss.rto_met) == ((), 0, True)
    assert loss.sentence == "after the loss of eu-west-1a, the workload goes on"
    with pytest.raises(InvalidPremises, match="us-east-1a"):
        lose("az:us-east-1a", known)


def test_where_a_resource_lies_may_not_have_been_read() -> None:
    known = shop()
    known.resources["db"].facts.clear()
    loss = lose(f"az:{A}", known)
    assert ("db", "in which zones it lies was not read") in {
        (each.resource, each.because) for each in loss.unknown
    }


def test_a_type_that_is_not_read_is_unknown() -> None:
    known = shop()
    gap = Gap(
        service="sqs",
        region="eu-west-1",
        action="sqs:*",
        reason=GapReason.NOT_SCANNED,
        resource="queue",
    )
    known.gaps.append(gap)
    (queue,) = lose(f"az:{A}", known).unknown
    assert queue.because == "it is in no zone; AWS::X::Queue is not read"


def test_a_neighbour_that_is_needed_and_lies_there_is_down_for_nobody_knows_how_long() -> None:
    """The function needs it: its 5 h 40 min with the database of its own are only the least."""
    known = shop()
    theirs = resource("theirs", "AWS::RDS::DBInstance", member=False, AvailabilityZone=A)
    known.resources["theirs"] = theirs
    known.relations.append(use("orders", "theirs"))
    outages = {each.resource: each for each in lose(f"az:{A}", known).outages}
    assert outages["theirs"].at_least
    assert (outages["orders"].back_seconds, outages["orders"].at_least) == (20400, True)
    assert not outages["db"].at_least
    assert "theirs" not in {each.resource for each in lose(f"az:{B}", known).outages}


def test_what_lies_there_and_nowhere_else_is_down_also_if_nothing_more_is_known() -> None:
    """The batch lies in b: its user is down as long, and nobody knows how long that is."""
    known = shop()
    known.resources["jobs"] = resource("jobs", "AWS::X::Queue")
    known.relations.append(use("jobs", "batch"))
    known.resources["batch"] = known.resources["batch"].model_copy(update={"type": "AWS::X::Y"})
    loss = lose(f"az:{B}", known)
    assert {(each.resource, each.hit) for each in loss.outages if each.at_least} == {
        ("batch", Hit.STRUCK),
        ("jobs", Hit.STOPS),
    }
    assert loss.rto_met is None


def test_subnets_whose_way_out_is_lost_are_cut_off_in_every_zone() -> None:
    """One gateway in a for both zones: the batch in b goes on, and gets nothing out."""
    known = shop()
    known.resources |= {
        each.id: each for each in (resource("routes", TABLE), resource("nat", GATEWAY))
    }
    known.relations += [
        use("net-a", "routes"),
        use("net-b", "routes"),
        use("routes", "nat"),
        use("nat", "net-a", kind=PART),
        use("batch", "net-b", kind=PART),
        use("db", "net-b", kind=PART),
    ]
    rows = [lasts("nat", "zone_lost", back=5 * HOUR), lasts("db", "zone_lost", back=20400)]
    loss = losses_of(known, reckoned(known, *rows), DAY_AND_HALF_A_DAY, f"az:{A}")
    batch = next(each for each in loss.outages if each.resource == "batch")
    assert (batch.hit, batch.back_seconds) == (Hit.DEGRADED, 5 * HOUR)
    assert batch.because == "has no way out without nat (NAT gateway)"
    assert {"routes", "net-a", "net-b"}.isdisjoint(each.resource for each in loss.outages)


def test_a_load_balancer_without_a_way_in_stops_and_all_before_it() -> None:
    """The internet gateway is gone, and nothing says for how long: so the site is, as long."""
    known = snapshot_of(
        [
            resource("site", "AWS::Route53::HostedZone"),
            resource("balancer", "AWS::ElasticLoadBalancingV2::LoadBalancer"),
            resource("net", SUBNET, AvailabilityZone=A),
            resource("routes", TABLE),
            resource("gateway", "AWS::EC2::InternetGateway"),
        ],
        [
            use("site", "balancer"),
            use("balancer", "net", kind=PART, hard=False),
            use("net", "routes"),
            use("routes", "gateway"),
        ],
    )
    loss = losses_of(known, reckoned(known), DAY_AND_HALF_A_DAY, "resource:gateway")
    assert {(o.resource, o.hit, o.at_least) for o in loss.outages} == {
        ("gateway", Hit.STRUCK, True),
        ("balancer", Hit.STOPS, True),
        ("site", Hit.STOPS, True),
    }
    assert loss.rto_met is None


# -- a Region -------------------------------------------------------------------------------------


def test_a_region_takes_what_is_in_it_and_the_whole_is_set_up_again() -> None:
    """The whole takes 28 h, the database 20 h: the workload is back after the longer, 28 h."""
    known = shop()
    known.resources["site"] = resource("site", "AWS::Route53::HostedZone", region="global")
    known.relations.append(use("site", "api"))
    loss = lose("region:eu-west-1", known)
    assert (loss.rto_seconds, loss.rpo_seconds) == (28 * HOUR, 300)
    assert (loss.rto_allowed, loss.rto_met) == (None, None), "nothing is asked of a Region"
    asked = Objectives(
        rto_seconds=HOUR,
        rpo_seconds=HOUR,
        region_rto_seconds=30 * HOUR,
        region_rpo_seconds=HOUR,
    )
    again = lose("region:eu-west-1", known, asked)
    assert (again.rto_allowed, again.rpo_allowed) == (30 * HOUR, HOUR)
    site = next(each for each in again.outages if each.resource == "site")
    assert site.hit is Hit.STOPS


# -- one resource ---------------------------------------------------------------------------------


def test_a_resource_takes_along_what_cannot_do_without_it() -> None:
    loss = lose("resource:db")
    assert (loss.scenario, loss.rto_met, loss.rpo_met) == ("component_lost", True, True)
    assert told(loss) == [
        ("db", "struck", 20 * MINUTE, None),
        ("api", "stops", 20 * MINUTE, "db"),
        ("orders", "stops", 20 * MINUTE, "db"),
    ]
    assert "the workload is back after 20 minutes; no data is lost" in loss.sentence


def test_a_resource_without_an_estimate_is_down_for_nobody_knows_how_long() -> None:
    loss = lose("resource:cache")
    (cache, orders) = loss.outages
    assert (cache.hit, cache.back_seconds, cache.at_least) == (Hit.STRUCK, 30 * HOUR, False)
    assert loss.scenario == "zone_lost"
    assert loss.taken_as.startswith("an Availability Zone is lost (there is no estimate for when")
    assert (orders.hit, orders.because) == (
        Hit.DEGRADED,
        "goes on without cache (ElastiCache cache cluster)",
    )
    assert loss.rto_seconds == 0, "the rest goes on"
    open_ = lose("resource:batch")
    (batch,) = open_.outages
    assert (batch.at_least, open_.rto_met) == (True, None)


@pytest.mark.parametrize(
    ("kind", "scenario"),
    [
        ("AWS::S3::Bucket", "data_deleted"),
        ("AWS::SecretsManager::Secret", "data_deleted"),
        ("AWS::KMS::Key", "data_deleted"),
        ("AWS::DynamoDB::Table", "data_deleted"),
        ("AWS::EC2::Instance", "component_lost"),
    ],
)
def test_what_can_only_be_deleted_is_taken_to_be_deleted(kind: str, scenario: str) -> None:
    """Whichever of its estimates is the longer."""
    known = snapshot_of([resource("it", kind), resource("app")], [use("app", "it", kind=MAY)])
    rows = [lasts("it", "component_lost", back=HOUR), lasts("it", "data_deleted", back=MINUTE)]
    loss = losses_of(known, reckoned(known, *rows), DAY_AND_HALF_A_DAY, "resource:it")
    assert loss.scenario == scenario
    assert loss.rto_seconds == (MINUTE if scenario == "data_deleted" else HOUR)
    assert loss.outages[0].because == "is lost"


def test_what_does_not_come_back_takes_its_users_along_for_good() -> None:
    known = shop()
    gone = lasts("db", "component_lost", back=HOUR)
    step = gone.contributions[0].model_copy(update={"assumption": "no_way_back", "measured": False})
    rows = [gone.model_copy(update={"contributions": (step,)})]
    loss = losses_of(known, reckoned(known, *rows), DAY_AND_HALF_A_DAY, "resource:db")
    assert (loss.rto_seconds, loss.rto_met) == (None, False)
    assert {each.back_seconds for each in loss.outages} == {None}
    assert "the workload does not come back; no data is lost" in loss.sentence


def test_what_runs_goes_on_without_what_it_was_started_from() -> None:
    known = snapshot_of(
        [
            resource("group", "AWS::AutoScaling::AutoScalingGroup"),
            resource("template", "AWS::EC2::LaunchTemplate"),
        ],
        [use("group", "template", kind=PART)],
    )
    rows = [lasts("template", "component_lost", back=HOUR)]
    loss = losses_of(known, reckoned(known, *rows), DAY_AND_HALF_A_DAY, "resource:template")
    assert [(o.resource, o.hit) for o in loss.outages][1:] == [("group", Hit.DEGRADED)]


def test_a_shared_role_does_not_stop_whoever_may_use_what_another_does() -> None:
    known = snapshot_of(
        [resource("role", "AWS::IAM::Role"), *map(resource, ("reads", "mails", "table"))],
        [
            use("reads", "role", kind=MAY),
            use("mails", "role", kind=MAY),
            use("role", "table", kind=MAY),
            use("reads", "table"),
        ],
    )
    rows = [lasts("table", "component_lost", back=HOUR)]
    loss = losses_of(known, reckoned(known, *rows), DAY_AND_HALF_A_DAY, "resource:table")
    assert [each.resource for each in loss.outages] == ["table", "reads"]


# -- what cannot be lost --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("db", "say az:NAME, region:NAME or resource:NAME"),
        ("planet:earth", "say az:NAME"),
        ("az:", "say az:NAME"),
        ("az:eu-west-1z", "there are eu-west-1a, eu-west-1b"),
        ("region:mars-1", "there are eu-west-1"),
        ("resource:dv", "there are db"),
        ("resource:twin", "2 resources are called 'twin': say which: twin-1, twin-2"),
    ],
)
def test_what_there_is_not_cannot_be_lost(text: str, says: str) -> None:
    known = shop()
    for number in (1, 2):
        twin = resource(f"twin-{number}").model_copy(update={"name": "twin"})
        known.resources[twin.id] = twin
    with pytest.raises(InvalidPremises, match=says):
        lose(text, known)


# -- any loss -------------------------------------------------------------------------------------

seconds = st.one_of(st.integers(1, 10**6).map(float), st.just(float("inf")))


@given(workloads(), st.data())
def test_everything_waits_for_the_slowest_of_what_it_cannot_do_without(
    workload: tuple[list[Resource], list[Relation]], data: st.DataObject
) -> None:
    """By definition: the longest of all that are down and that hard relations lead to."""
    resources, relations = workload
    known = {each.id: each for each in resources}
    down = data.draw(st.dictionaries(st.sampled_from(sorted(known)), seconds))
    found = uses(known, relations)
    stops = timeline(down, (), found, known).stops
    onward: dict[str, set[str]] = {}
    for of in found:
        if of.hard:
            onward.setdefault(of.user, set()).add(of.used)
    for each in known:
        waits = [down[other] for other in reached(each, onward) if other in down]
        assert (each in stops) == bool(waits)
        if waits:
            assert stops[each].seconds == max(waits)


@given(workloads(), st.data())
def test_losing_more_never_brings_anything_back_sooner(
    workload: tuple[list[Resource], list[Relation]], data: st.DataObject
) -> None:
    resources, relations = workload
    known = {each.id: each for each in resources}
    ids = st.sampled_from(sorted(known))
    less = data.draw(st.dictionaries(ids, seconds))
    added = data.draw(st.dictionaries(ids, seconds))
    more = {each: max(less.get(each, 0), added.get(each, 0)) for each in {*less, *added}}
    found = uses(known, relations)
    before, after = (timeline(down, (), found, known) for down in (less, more))
    for each, wait in before.stops.items():
        assert after.stops[each].seconds >= wait.seconds
    for each in before.degraded:
        assert each in after.degraded or each in after.stops


@given(workloads(), st.randoms(use_true_random=False))
def test_the_order_of_relations_changes_no_byte(
    workload: tuple[list[Resource], list[Relation]], chance: random.Random
) -> None:
    resources, relations = workload
    member = next((each for each in resources if each.member), None)
    if member is None:
        return
    rows = [lasts(each.id, "component_lost", back=HOUR) for each in resources if each.member]

    def said() -> str:
        known = snapshot_of(resources, relations)
        text = f"resource:{member.id}"
        return losses_of(known, reckoned(known, *rows), DAY_AND_HALF_A_DAY, text).model_dump_json()

    first = said()
    chance.shuffle(resources)
    chance.shuffle(relations)
    assert said() == first
