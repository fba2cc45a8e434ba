"""Which experiments a workload needs: one for each failure that can strike what it has."""

from collections.abc import Callable, Iterator, Sequence

from state.snapshot import Resource
from tools.as_code.faults import (
    Experiment,
    all_of,
    by_arn,
    instance_of_group,
    one_of,
    task_of,
)
from tools.as_code.scene import (
    DB_CLUSTER,
    DB_INSTANCE,
    GROUP,
    INSTANCE,
    NEIGHBOURS,
    SERVICE,
    Scene,
    cluster_of,
    database_facts,
    has_reader,
    has_standby,
)
from tools.as_code.zones import zones
from tools.grading.placement import SUBNET
from tools.grading.striking import RUNS

_VOLUME, _CLUSTER, _FUNCTION = "AWS::EC2::Volume", "AWS::ECS::Cluster", "AWS::Lambda::Function"
_TABLES = ("AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable")
_BUCKET = "AWS::S3::Bucket"
_COMPONENT, _REGION = "component_lost", "region_lost"
_SLOW, _CHANGE = "slow_dependency", "bad_change"
_SHORT = "PT5M"
NEEDS_NITRO = "I/O is paused on volumes of instances on the Nitro system alone; on others it fails"
NEEDS_EXTENSION = (
    "Lambda faults strike functions alone that carry the AWS FIS extension as a layer: "
    "https://docs.aws.amazon.com/fis/latest/userguide/use-lambda-actions.html"
)


def experiments_for(scene: Scene) -> Iterator[Experiment]:
    """Every experiment that strikes something."""
    for make in _MAKERS:
        for experiment in make(scene):
            if experiment.actions:
                yield from experiment.parts()


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
        found.strike("StopTask", "aws:ecs:stop-task", [service], [task_of(cluster_of(facts), name)])
        yield found
    for cluster in scene.members(_CLUSTER):
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
            found.beside["whatever else runs on the cluster's instances"] = None
            yield found


def _databases(scene: Scene) -> Iterator[Experiment]:
    for cluster in scene.members(DB_CLUSTER, scenario=_COMPONENT):
        if has_reader(cluster):
            name = cluster.name
            found = _of(f"Failover: {name}", f"the writer of {name} fails over", _COMPONENT)
            found.strike("FailOver", "aws:rds:failover-db-cluster", [cluster], by_arn([cluster]))
            yield found
    for each in scene.members(DB_INSTANCE, scenario=_COMPONENT):
        if database_facts(each).get("DBClusterIdentifier") and _in_cluster_with_reader(scene, each):
            continue
        standby = has_standby(each)
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
    every = scene.members(_FUNCTION)
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
        if every and scene.asks_of(scenario):
            scene.stack.note(NEEDS_EXTENSION)
            found = _of(title, says, scenario)
            targets = all_of(scene.stack, every, every=every)
            found.strike("Invocations", action, every, targets, duration=_SHORT, **parameters)
            yield found


def _volumes(scene: Scene) -> Iterator[Experiment]:
    """FIS pauses volumes of one zone at a time, and those of Nitro instances alone."""
    attached = [
        each
        for each in scene.members(_VOLUME, scenario=_COMPONENT)
        if each.facts.get("ec2:DescribeVolumes", {}).get("Attachments")
    ]
    by_zone: dict[str, list[Resource]] = {}
    for each in attached:
        for zone in scene.placement.zones.get(each.id, ()):
            by_zone.setdefault(zone, []).append(each)
    for zone, volumes in sorted(by_zone.items()):
        found = _of(f"Volumes hang: {zone}", f"no I/O on volumes in {zone}", _COMPONENT)
        targets = by_arn(volumes)
        scene.stack.note(NEEDS_NITRO)
        found.strike("PauseIO", "aws:ebs:pause-volume-io", volumes, targets, duration=_SHORT)
        yield found


def _dependencies(scene: Scene) -> Iterator[Experiment]:
    """What runs in subnets cannot reach DynamoDB or S3."""
    code = {each.id for each in scene.members(*RUNS)}
    used = {s for each, found in scene.placement.subnets.items() if each in code for s in found}
    subnets = [each for each in scene.members(SUBNET) if each.id in used]
    for scope, service, stores in (
        ("dynamodb", "DynamoDB", scene.members(*_TABLES)),
        ("s3", "S3", scene.members(_BUCKET)),
    ):
        if stores and subnets and scene.asks_of(_SLOW):
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
            found.beside[NEIGHBOURS] = None
            yield found


def _replication(scene: Scene) -> Iterator[Experiment]:
    tables = [
        each
        for each in scene.members(*_TABLES, scenario=_REGION)
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
    zones,
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


def _in_cluster_with_reader(scene: Scene, database: Resource) -> bool:
    name = database_facts(database).get("DBClusterIdentifier")
    return any(
        has_reader(each)
        for each in scene.members(DB_CLUSTER)
        if each.facts.get("rds:DescribeDBClusters", {}).get("DBClusterIdentifier") == name
    )
