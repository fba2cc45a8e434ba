"""A zone without power: what lies in it stops, and what can fail over does."""

from collections.abc import Iterator, Mapping
from typing import Any

from state.snapshot import Resource
from tools.as_code.faults import Experiment, all_of, by_arn, running_in, task_of
from tools.as_code.scene import (
    DB_CLUSTER,
    DB_INSTANCE,
    GROUP,
    INSTANCE,
    NEIGHBOURS,
    SERVICE,
    Scene,
    cluster_of,
    has_reader,
    has_standby,
)
from tools.grading.placement import SUBNET

_CACHE_GROUP = "AWS::ElastiCache::ReplicationGroup"
_ZONE = "zone_lost"
# As long as AWS's own scenario of a zone without power, and its shorter cut of the network.
_OUTAGE, _CUT = "PT30M", "PT2M"


def zones(scene: Scene) -> Iterator[Experiment]:
    """Zones without power, where the workload lies in several and is to outlive one."""
    here = [z for z in scene.placement.names if z.startswith(scene.stack.region)]
    for zone in here if scene.asks_of(_ZONE) and len(here) > 1 else ():
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
    groups = [g for g in scene.members(GROUP) if scene.lies_in(g, zone) and _has_template(g)]
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
            target = task_of(cluster_of(facts), str(facts.get("serviceName", service.name)), zone)
            found.strike(f"StopTasks{number}", "aws:ecs:stop-task", [service], [target])


def _fail_data_over(scene: Scene, found: Experiment, zone: str) -> None:
    """Those whose writer or primary is in the zone when the experiment starts."""
    clusters = [c for c in scene.members(DB_CLUSTER) if scene.lies_in(c, zone) and has_reader(c)]
    found.strike(
        "FailOverClusters",
        "aws:rds:failover-db-cluster",
        clusters,
        by_arn(clusters, writerAvailabilityZoneIdentifiers=zone),
    )
    databases = [d for d in scene.members(DB_INSTANCE) if has_standby(d) and scene.lies_in(d, zone)]
    found.strike(
        "FailOverDatabases",
        "aws:rds:reboot-db-instances",
        databases,
        by_arn(databases, availabilityZoneIdentifiers=zone),
        forceFailover="true",
    )
    caches = [
        each
        for each in scene.members(_CACHE_GROUP)
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
    if subnets:
        found.beside[NEIGHBOURS] = None


# -- facts ----------------------------------------------------------------------------------------


def _is_fargate(service: Mapping[str, Any]) -> bool:
    providers = service.get("capacityProviderStrategy") or ()
    return service.get("launchType") == "FARGATE" or any(
        str(each.get("capacityProvider", "")).startswith("FARGATE") for each in providers
    )


def _has_template(group: Resource) -> bool:
    """FIS holds back the capacity of groups that use a launch template alone."""
    facts = group.facts.get("autoscaling:DescribeAutoScalingGroups", {})
    return bool(facts.get("LaunchTemplate") or facts.get("MixedInstancesPolicy"))


def _fails_over(group: Resource) -> bool:
    facts: Mapping[str, Any] = group.facts.get("elasticache:DescribeReplicationGroups", {})
    return facts.get("AutomaticFailover") == facts.get("MultiAZ") == "enabled"
