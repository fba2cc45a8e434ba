"""Which experiments a workload needs: one for each failure that can strike what it has."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from state.objectives import Objectives
from state.snapshot import Resource
from tools.as_code.faults import (
    Experiment,
    all_of,
    by_arn,
    instance_of_group,
    one_of,
    running_in,
    task_of,
)
from tools.as_code.stack import Stack
from tools.grading.placement import SUBNET, Placement, placement_of
from tools.grading.reckoning import Reckoning
from tools.grading.striking import RUNS
from tools.grading.targets import targets_of

INSTANCE = "AWS::EC2::Instance"
GROUP = "AWS::AutoScaling::AutoScalingGroup"
VOLUME = "AWS::EC2::Volume"
SERVICE, CLUSTER = "AWS::ECS::Service", "AWS::ECS::Cluster"
FUNCTION = "AWS::Lambda::Function"
DB_INSTANCE, DB_CLUSTER = "AWS::RDS::DBInstance", "AWS::RDS::DBCluster"
CACHE_GROUP = "AWS::ElastiCache::ReplicationGroup"
TABLES = ("AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable")
BUCKET = "AWS::S3::Bucket"
_COMPONENT, _ZONE, _REGION = "component_lost", "zone_lost", "region_lost"
_SLOW, _CHANGE = "slow_dependency", "bad_change"
# As long as AWS's own scenario of a zone without power, and its shorter cut of the network.
_OUTAGE, _CUT, _SHORT = "PT30M", "PT2M", "PT5M"
NEEDS_EXTENSION = (
    "Lambda faults strike functions alone that carry the AWS FIS extension as a layer: "
    "https://docs.aws.amazon.com/fis/latest/userguide/use-lambda-actions.html"
)


@dataclass(frozen=True)
class Scene:
    """What experiments are made from: the members in a Region, and what can strike them."""

    stack: Stack
    reckoning: Reckoning
    objectives: Objectives

    @cached_property
    def placement(self) -> Placement:
        """In which zones they lie."""
        return placement_of(self.stack.snapshot)

    @cached_property
    def struck(self) -> frozenset[tuple[str, str]]:
        """Resource and scenario, where the objectives ask something of it."""
        return frozenset(
            (each.resource, each.scenario)
            for each in self.reckoning.estimates
            if targets_of(each.scenario, self.objectives)
        )

    def members(self, *types: str, scenario: str | None = None) -> list[Resource]:
        """The workload's own in the Region, in the order of their names."""
        own = (each for each in self.stack.snapshot.resources.values() if each.member)
        found = (
            each
            for each in own
            if each.type in types and each.region == self.stack.region
            if scenario is None or (each.id, scenario) in self.struck
        )
        return sorted(found, key=lambda each: (each.name, each.id))

    def lies_in(self, resource: Resource, zone: str) -> bool:
        """Whether any of it lies in the zone."""
        return zone in self.placement.zones.get(resource.id, ())

    def in_group(self, instance: Resource) -> bool:
        """Whether an Auto Scaling group replaces the instance."""
        return "aws:autoscaling:groupName" in instance.tags or any(
            instance.id in (each.source, each.target)
            and GROUP in (self._type(each.source), self._type(each.target))
            for each in self.stack.snapshot.relations
        )

    def _type(self, resource: str) -> str:
        known = self.stack.snapshot.resources.get(resource)
        return known.type if known else ""


def experiments_for(scene: Scene) -> Iterator[Experiment]:
    """Every experiment that strikes something."""
    for make in _MAKERS:
        for experiment in make(scene):
            if experiment.actions:
                yield experiment


# -- a zone ---------------------------------------------------------------------------------------


def _zones(scene: Scene) -> Iterator[Experiment]:
    """Zones without power, where the workload lies in several and is to outlive one."""
    asked = any(scenario == _ZONE for _, scenario in scene.struck)
    here = [z for z in scene.placement.names if z.startswith(scene.stack.region)]
    for zone in here if asked and len(here) > 1 else ():
        found = Experiment(
            title=f"Zone without power: {zone}",
            says=f"{zone} stops: instances, tasks, new capacity, the network; databases fail over",
            scenario=_ZONE,
            may_miss=True,
        )
        _stop_compute(scene, found, zone)
        _fail_data_over(scene, found, zone)
        _cut_off(scene, found, zone)
        yield found


def _stop_compute(scene: Scene, found: Experiment, zone: str) -> None:
    stack, every = scene.stack, scene.members(INSTANCE)
    there = [each for each in every if scene.lies_in(each, zone)]
    if there:
        found.strike(
            "StopInstances",
            "aws:ec2:stop-instances",
            there,
            all_of(stack, there, every=every, filters=running_in(zone)),
            startInstancesAfterDuration=_OUTAGE,
            completeIfInstancesTerminated="true",
        )
    groups = [each for each in scene.members(GROUP) if scene.lies_in(each, zone)]
    found.strike(
        "NoNewInstances",
        "aws:ec2:asg-insufficient-instance-capacity-error",
        groups,
        by_arn(groups),
        duration=_OUTAGE,
        availabilityZoneIdentifiers=zone,
        percentage="100",
    )
    for number, service in enumerate(scene.members(SERVICE), 1):
        facts = service.facts.get("ecs:DescribeServices", {})
        if _is_fargate(facts):
            target = task_of(_cluster(facts), str(facts.get("serviceName", service.name)), zone)
            found.strike(f"StopTasks{number}", "aws:ecs:stop-task", [service], [target])


def _fail_data_over(scene: Scene, found: Experiment, zone: str) -> None:
    clusters = [c for c in scene.members(DB_CLUSTER) if scene.lies_in(c, zone) and _has_reader(c)]
    found.strike("FailOverClusters", "aws:rds:failover-db-cluster", clusters, by_arn(clusters))
    databases = [
        each
        for each in scene.members(DB_INSTANCE)
        if _has_standby(each) and _database(each).get("AvailabilityZone") == zone
    ]
    found.strike(
        "FailOverDatabases",
        "aws:rds:reboot-db-instances",
        databases,
        by_arn(databases),
        forceFailover="true",
    )
    caches = [
        each
        for each in scene.members(CACHE_GROUP)
        if scene.lies_in(each, zone) and _fails_over(each)
    ]
    found.strike(
        "InterruptCaches",
        "aws:elasticache:replicationgroup-interrupt-az-power",
        caches,
        by_arn(caches, availabilityZoneIdentifier=zone),
        duration=_OUTAGE,
    )


def _cut_off(scene: Scene, found: Experiment, zone: str) -> None:
    used = {subnet for each in scene.placement.subnets.values() for subnet in each}
    subnets = [s for s in scene.members(SUBNET) if s.id in used and scene.lies_in(s, zone)]
    found.strike(
        "CutNetwork",
        "aws:network:disrupt-connectivity",
        subnets,
        by_arn(subnets),
        duration=_CUT,
        scope="all",
    )


# -- one component --------------------------------------------------------------------------------


def _instances(scene: Scene) -> Iterator[Experiment]:
    lost = scene.members(INSTANCE, scenario=_COMPONENT)
    alone = [each for each in lost if not scene.in_group(each)]
    if alone:
        found = _of("Instance stops", "one instance stops for ten minutes", _COMPONENT)
        found.strike(
            "StopInstance",
            "aws:ec2:stop-instances",
            alone,
            [one_of(alone)],
            startInstancesAfterDuration="PT10M",
        )
        yield found
    for group in scene.members(GROUP):  # whose instances are lost, not the group itself
        facts = group.facts.get("autoscaling:DescribeAutoScalingGroups", {})
        name = str(facts.get("AutoScalingGroupName", group.name))
        found = _of(f"Instance lost: {name}", f"one instance of {name} is terminated", _COMPONENT)
        target = instance_of_group(name)
        found.strike("TerminateInstance", "aws:ec2:terminate-instances", [group], [target])
        yield found


def _containers(scene: Scene) -> Iterator[Experiment]:
    for service in scene.members(SERVICE, scenario=_COMPONENT):
        facts = service.facts.get("ecs:DescribeServices", {})
        name = str(facts.get("serviceName", service.name))
        found = _of(f"Task stops: {name}", f"one task of {name} is stopped", _COMPONENT)
        found.strike("StopTask", "aws:ecs:stop-task", [service], [task_of(_cluster(facts), name)])
        yield found
    for cluster in scene.members(CLUSTER):
        facts = cluster.facts.get("ecs:DescribeClusters", {})
        if facts.get("registeredContainerInstancesCount"):
            found = _of(
                f"Hosts drained: {cluster.name}",
                f"half of the container instances of {cluster.name} are drained",
                _COMPONENT,
            )
            found.strike(
                "DrainHosts",
                "aws:ecs:drain-container-instances",
                [cluster],
                by_arn([cluster]),
                drainagePercentage="50",
                duration="PT10M",
            )
            yield found


def _databases(scene: Scene) -> Iterator[Experiment]:
    for cluster in scene.members(DB_CLUSTER, scenario=_COMPONENT):
        if _has_reader(cluster):
            name = cluster.name
            found = _of(f"Failover: {name}", f"the writer of {name} fails over", _COMPONENT)
            found.strike("FailOver", "aws:rds:failover-db-cluster", [cluster], by_arn([cluster]))
            yield found
    for each in scene.members(DB_INSTANCE, scenario=_COMPONENT):
        if _database(each).get("DBClusterIdentifier") and _in_cluster_with_reader(scene, each):
            continue
        standby = _has_standby(each)
        does = "fails over to its standby" if standby else "restarts"
        found = _of(f"Restart: {each.name}", f"the database {each.name} {does}", _COMPONENT)
        found.strike(
            "Reboot",
            "aws:rds:reboot-db-instances",
            [each],
            by_arn([each]),
            **({"forceFailover": "true"} if standby else {}),
        )
        yield found


def _functions(scene: Scene) -> Iterator[Experiment]:
    every = scene.members(FUNCTION)
    for title, says, scenario, action, parameters in (
        (
            "Functions fail",
            "half of the functions' invocations fail without being run",
            _CHANGE,
            "aws:lambda:invocation-error",
            {"invocationPercentage": "50", "preventExecution": "true"},
        ),
        (
            "Functions are slow",
            "the functions start two seconds later",
            _SLOW,
            "aws:lambda:invocation-add-delay",
            {"invocationPercentage": "100", "startupDelayMilliseconds": "2000"},
        ),
    ):
        if every and any(strikes == scenario for _, strikes in scene.struck):
            scene.stack.note(NEEDS_EXTENSION)
            found = _of(title, says, scenario)
            targets = all_of(scene.stack, every, every=every)
            found.strike("Invocations", action, every, targets, duration=_SHORT, **parameters)
            yield found


def _volumes(scene: Scene) -> Iterator[Experiment]:
    """FIS pauses volumes of one zone at a time, and those of Nitro instances alone."""
    attached = [
        each
        for each in scene.members(VOLUME, scenario=_COMPONENT)
        if each.facts.get("ec2:DescribeVolumes", {}).get("Attachments")
    ]
    zones: dict[str, list[Resource]] = {}
    for each in attached:
        for zone in scene.placement.zones.get(each.id, ()):
            zones.setdefault(zone, []).append(each)
    for zone, volumes in sorted(zones.items()):
        found = _of(f"Volumes hang: {zone}", f"no I/O on volumes in {zone}", _COMPONENT)
        targets = by_arn(volumes)
        found.strike("PauseIO", "aws:ebs:pause-volume-io", volumes, targets, duration=_SHORT)
        yield found


def _dependencies(scene: Scene) -> Iterator[Experiment]:
    """What runs in subnets cannot reach DynamoDB or S3."""
    code = {each.id for each in scene.members(*RUNS)}
    used = {s for each, found in scene.placement.subnets.items() if each in code for s in found}
    subnets = [each for each in scene.members(SUBNET) if each.id in used]
    for scope, service, stores in (
        ("dynamodb", "DynamoDB", scene.members(*TABLES)),
        ("s3", "S3", scene.members(BUCKET)),
    ):
        if stores and subnets and any(scenario == _SLOW for _, scenario in scene.struck):
            says = f"{service} cannot be reached from the subnets of the workload's code"
            found = _of(f"{service} out of reach", says, _SLOW)
            found.strike(
                "CutService",
                "aws:network:disrupt-connectivity",
                subnets,
                by_arn(subnets),
                duration=_SHORT,
                scope=scope,
            )
            yield found


def _replication(scene: Scene) -> Iterator[Experiment]:
    tables = [
        each
        for each in scene.members(*TABLES, scenario=_REGION)
        if each.facts.get("dynamodb:DescribeTable", {}).get("Replicas")
    ]
    if tables:
        says = "tables are no longer replicated to the other Region"
        found = _of("Replication pauses", says, _REGION)
        found.strike(
            "PauseReplication",
            "aws:dynamodb:global-table-pause-replication",
            tables,
            by_arn(tables),
            duration="PT10M",
        )
        yield found


_MAKERS: Sequence[Callable[[Scene], Iterator[Experiment]]] = (
    _zones,
    _instances,
    _containers,
    _databases,
    _functions,
    _volumes,
    _dependencies,
    _replication,
)


# -- facts ----------------------------------------------------------------------------------------


def _of(title: str, says: str, scenario: str) -> Experiment:
    return Experiment(title=title, says=says, scenario=scenario)


def _is_fargate(service: Mapping[str, Any]) -> bool:
    providers = service.get("capacityProviderStrategy") or ()
    return service.get("launchType") == "FARGATE" or any(
        str(each.get("capacityProvider", "")).startswith("FARGATE") for each in providers
    )


def _cluster(service: Mapping[str, Any]) -> str:
    return str(service.get("clusterArn") or "default").rpartition("/")[2]


def _database(database: Resource) -> Mapping[str, Any]:
    facts: Mapping[str, Any] = database.facts.get("rds:DescribeDBInstances", {})
    return facts


def _has_standby(database: Resource) -> bool:
    facts = _database(database)
    return facts.get("MultiAZ") is True and not facts.get("DBClusterIdentifier")


def _has_reader(cluster: Resource) -> bool:
    return len(cluster.facts.get("rds:DescribeDBClusters", {}).get("DBClusterMembers") or ()) > 1


def _in_cluster_with_reader(scene: Scene, database: Resource) -> bool:
    name = _database(database).get("DBClusterIdentifier")
    return any(
        _has_reader(each)
        for each in scene.members(DB_CLUSTER)
        if each.facts.get("rds:DescribeDBClusters", {}).get("DBClusterIdentifier") == name
    )


def _fails_over(group: Resource) -> bool:
    facts: Mapping[str, Any] = group.facts.get("elasticache:DescribeReplicationGroups", {})
    return facts.get("AutomaticFailover") == facts.get("MultiAZ") == "enabled"
