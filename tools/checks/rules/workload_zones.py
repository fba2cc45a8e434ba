"""The workload as a whole: the zones it stands in."""

from state.categories.single_point_of_failure import ZONE_LOSS, ZONE_LOST
from state.judgements import WORKLOAD, Cost, Effort, Layer, Phase
from tools.checks import (
    NOT_APPLICABLE,
    Effect,
    Example,
    Outcome,
    Remedy,
    all_checks,
    check,
    failed,
    passed,
)
from tools.checks.paper import Draft
from tools.checks.rules.asg import is_switched_off
from tools.checks.rules.ec2 import INSTANCE, is_replaced
from tools.checks.rules.ec2 import READ as INSTANCES
from tools.checks.rules.ecs import READ as SERVICES
from tools.checks.rules.ecs import is_kept_running
from tools.checks.view import View
from tools.checks.zones import SUBNET, another_zone, place_in, zones_of

_PILLAR = "https://docs.aws.amazon.com/wellarchitected/latest/reliability-pillar"
_GROUP = "AWS::AutoScaling::AutoScalingGroup"
_SERVICE = "AWS::ECS::Service"
_DATABASE = "AWS::RDS::DBInstance"
_FUNCTION = "AWS::Lambda::Function"
_RUNNING = (_GROUP, INSTANCE, _SERVICE, _FUNCTION)  # what does the work
# What replaces itself, and the check whose remedy gives it a second zone.
_SPREAD_BY = {
    _GROUP: "asg.group_single_az",
    _SERVICE: "ecs.service_single_az",
    _FUNCTION: "lambda.function_vpc_single_az",
}


def _placed(*zones: str, kind: str = _SERVICE) -> Example:
    subnets = [
        Example(
            type=SUBNET,
            facts={"ec2:DescribeSubnets": {"AvailabilityZone": zone}},
            member=False,
            label="placed in",
            name=zone,
        )
        for zone in zones
    ]
    facts = {INSTANCES: {"State": {"Name": "running"}}, SERVICES: {"desiredCount": 2}}
    return Example(type=kind, facts=facts, linked=subnets)


def _database(zone: str, standby: str | None = None) -> Example:
    fields = {"AvailabilityZone": zone, "SecondaryAvailabilityZone": standby}
    return Example(type=_DATABASE, facts={"rds:DescribeDBInstances": fields})


_BALANCED = _placed("eu-west-1a", "eu-west-1b", kind="AWS::ElasticLoadBalancingV2::LoadBalancer")
_HERE = _placed("eu-west-1a")
_BOTH = _placed("eu-west-1a", "eu-west-1b")


def _spread(workload: Draft) -> None:
    """What replaces itself may use a second zone; where nothing does, a store or a server is there.

    Whether all of it then stands in several zones is for the checks of each to say.
    """
    movable = [each for each in workload.members(*_SPREAD_BY) if zones_of(each)]
    for each in movable:
        remedy = all_checks()[_SPREAD_BY[each.type]].remedy
        if remedy:
            remedy.change(each)
    if not movable:
        _move_one(workload)


def _move_one(workload: Draft) -> None:
    for database in workload.members(_DATABASE):
        if not database.read("rds:DescribeDBInstances", "DBClusterIdentifier"):
            database.put("rds:DescribeDBInstances", MultiAZ=True)
            return
    running = [
        s for s in workload.members(INSTANCE) if s.read(INSTANCES, "State.Name") == "running"
    ]
    server = [each for each in running if zones_of(each)][-1]
    zone = another_zone(server, zones_of(server))
    for subnet in server.linked(SUBNET, label="placed in"):
        server.unlink(subnet, "placed in")
    server.put(INSTANCES, SubnetId=place_in(server, zone))
    server.put_in(INSTANCES, "Placement.AvailabilityZone", zone)


@check(
    id="workload.single_az",
    resource_type=WORKLOAD,
    title="Everything that runs stands in one zone: without that zone there is no workload",
    question=ZONE_LOSS,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=(Effect(ZONE_LOST, Phase.ACT, "rebuild_component", by_person=True),),
    effect_source="every component has to be set up in another zone; they can be done side by side",
    recommendation=(
        "Begin with subnets in a second zone and let what replaces itself (services, groups, "
        "functions) use them: traffic between zones is the only cost; then the data stores."
    ),
    documentation=(
        "Deploy the workload to multiple locations",
        f"{_PILLAR}/rel_fault_isolation_multiaz_region_system.html",
    ),
    strength="what runs is spread over several zones",
    remedy=Remedy(change=_spread, effort=Effort.HOURS, cost=Cost.SOME),
    passes=[
        Example(linked=[_BOTH, _BOTH, _BALANCED]),
        Example(linked=[_BOTH, _database("eu-west-1a", "eu-west-1b")]),
        Example(
            linked=[_placed("eu-west-1a", kind=INSTANCE), _placed("eu-west-1b", kind=INSTANCE)]
        ),
    ],
    fails=[
        Example(linked=[_HERE, _placed("eu-west-1a", "eu-west-1a")]),
        Example(linked=[_HERE, _placed("eu-west-1a", kind=INSTANCE), _BALANCED]),
        Example(linked=[_HERE, _database("eu-west-1a")]),
        Example(linked=[_placed("eu-west-1a", kind=INSTANCE), _database("eu-west-1a")]),
        Example(
            linked=[_placed("eu-west-1a", kind=INSTANCE), _placed("eu-west-1a", kind=INSTANCE)]
        ),
    ],
    silent=[
        Example(linked=[_HERE]),
        Example(linked=[Example(type="AWS::DynamoDB::Table")]),
        Example(linked=[_HERE, _BOTH]),
        Example(linked=[_HERE, _database("eu-west-1b")]),
        Example(linked=[_BALANCED, _BALANCED]),
    ],
)
def single_az(workload: View) -> Outcome:
    """A zone has its own power and network, and fails as one.

    Judged where two or more servers, tasks, functions or databases stand in zones; one alone is its
    own matter, and so is a mixture. Load balancers have nodes in several zones anyway, and serve
    nothing by themselves.
    """
    running = [m for m in workload.members(*_RUNNING) if _is_at_work(m)]
    together: dict[str, set[str]] = {}
    components = 0
    for key, zones in [*map(_running_in, running), *map(_stored_in, workload.members(_DATABASE))]:
        if zones:
            components += 1
            together.setdefault(key, set()).update(zones)
    if not running or components < 2:
        return NOT_APPLICABLE
    everywhere = sorted(set().union(*together.values()))
    if len(everywhere) == 1:
        return failed(f"in {everywhere[0]}")
    if any(len(zones) == 1 for zones in together.values()):
        return NOT_APPLICABLE
    return passed(f"in {', '.join(everywhere)}")


def _is_at_work(member: View) -> bool:
    if member.type == INSTANCE:
        return member.read(INSTANCES, "State.Name") == "running" and not is_replaced(member)
    if member.type == _GROUP:
        return not is_switched_off(member)
    return member.type != _SERVICE or is_kept_running(member)


def _running_in(member: View) -> tuple[str, set[str]]:
    """What stands in for one another (lone servers, at best), and the zones it may run in."""
    subnets = member.linked(SUBNET, label="placed in")
    zones = {subnet.read("ec2:DescribeSubnets", "AvailabilityZone") for subnet in subnets}
    return INSTANCE if member.type == INSTANCE else member.id, zones


def _stored_in(database: View) -> tuple[str, set[str]]:
    """The cluster or source that a database belongs to, and the zones of it and its standby."""
    one, other, both, cluster, source = database.read(
        "rds:DescribeDBInstances",
        "[AvailabilityZone, SecondaryAvailabilityZone, MultiAZ, DBClusterIdentifier,"
        " ReadReplicaSourceDBInstanceIdentifier]",
    )
    standby = other or ("another zone" if both else None)
    return cluster or source or database.name, {one, standby} - {None}
