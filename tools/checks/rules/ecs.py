"""ECS services: how many tasks, in how many zones.

Tasks are replaced by themselves, so one lost task is slow, not dead. Daemons and services that are
switched off are left alone.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from state.categories import Scenario
from state.categories.excessive_load import OVERLOAD
from state.categories.misconfiguration_and_bugs import BAD_CHANGE
from state.categories.single_point_of_failure import (
    COMPONENT_LOST,
    REDUNDANT,
    ZONE_LOSS,
    ZONE_LOST,
)
from state.judgements import Cost, Effort, Layer, Phase
from tools.checks import (
    NOT_APPLICABLE,
    Effect,
    Example,
    Outcome,
    Remedy,
    check,
    failed,
    passed,
    passed_if,
)
from tools.checks.paper import Draft
from tools.checks.view import Unknown, View
from tools.checks.zones import another_zone, place_in, zones_of

SERVICE = "AWS::ECS::Service"
TARGET_GROUP = "AWS::ElasticLoadBalancingV2::TargetGroup"
SCALABLE_TARGET = "AWS::ApplicationAutoScaling::ScalableTarget"
SUBNET = "AWS::EC2::Subnet"
READ = "ecs:DescribeServices"
DEFINITION = "ecs:DescribeTaskDefinition"
TARGETS = "application-autoscaling:DescribeScalableTargets"

_SUBNETS = (
    "networkConfiguration.awsvpcConfiguration.subnets"
    " || deployments[0].networkConfiguration.awsvpcConfiguration.subnets"
    " || taskSets[0].networkConfiguration.awsvpcConfiguration.subnets"
)
GUIDE = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide"


def service_with(
    *,
    linked: Iterable[Example] = (),
    linked_from: Iterable[Example] = (),
    **fields: object,
) -> Example:
    """An example: a service of two tasks with these fields."""
    facts = {
        READ: {"status": "ACTIVE", "schedulingStrategy": "REPLICA", "desiredCount": 2, **fields}
    }
    return Example(facts=facts, linked=tuple(linked), linked_from=tuple(linked_from))


def _subnet(zone: str) -> Example:
    facts = {"ec2:DescribeSubnets": {"AvailabilityZone": zone}}
    return Example(type=SUBNET, name=zone, facts=facts, label="placed in")


def scaled_between(minimum: int, maximum: int) -> Example:
    """An example: the scalable target of a service."""
    facts = {TARGETS: {"MinCapacity": minimum, "MaxCapacity": maximum}}
    return Example(type=SCALABLE_TARGET, facts=facts, label="scales")


def is_kept_running(service: View) -> bool:
    """Whether ECS keeps a wanted number of tasks running: no daemon, not switched off."""
    if service.read(READ, "schedulingStrategy") == "DAEMON":
        return False
    return bool(service.read(READ, "desiredCount"))


def is_one_by_design(service: View) -> bool:
    """Whether there must never be two of its tasks: a deployment may not start one beside it."""
    most = service.read(READ, "deploymentConfiguration.maximumPercent")
    return bool(most == 100 and service.read(READ, "desiredCount") == 1)


def serves(service: View) -> bool:
    """Whether others send it requests, by a load balancer or a name."""
    path = "[loadBalancers, taskSets[].loadBalancers[], serviceRegistries][]"
    return bool(
        service.read(READ, path)
        or service.read(READ, "deployments[].serviceConnectConfiguration.services[]")
    )


def replaced(scenario: Scenario, act: str = "task_placed") -> tuple[Effect, ...]:
    """A task is placed and starts; give the check's outcome `**start(service)`."""
    return (Effect(scenario, Phase.ACT, act), *started(scenario))


def started(scenario: Scenario) -> tuple[Effect, ...]:
    """A task starts: in the grace period that is set, or as is assumed."""
    assumed = Effect(scenario, Phase.WARM_UP, "task_start")
    return (assumed, Effect(scenario, Phase.WARM_UP, "task_warm_up"))


def start(service: View) -> dict[str, float | None]:
    """Units for `started`: the seconds that a new task is given, if the service says so."""
    given = [service.read(READ, "healthCheckGracePeriodSeconds")]
    if service.has(DEFINITION):
        given += service.read(DEFINITION, "containerDefinitions[].healthCheck.startPeriod") or ()
    seconds = max((float(each) for each in given if each), default=0.0)
    if not seconds:
        return {"task_warm_up": None}
    return {"task_start": None, "task_warm_up": seconds}


def _ejected_after(service: View) -> float:
    """Seconds until the load balancer avoids a dead task; 0 where none stands in front."""
    groups = service.linked_from(TARGET_GROUP)
    return max(
        (
            float(group.read("elbv2:DescribeTargetGroups", "HealthCheckIntervalSeconds") or 30)
            * float(group.read("elbv2:DescribeTargetGroups", "UnhealthyThresholdCount") or 2)
            for group in groups
        ),
        default=0.0,
    )


def scale_between(target: Draft, least: int, desired: int) -> None:
    """Let auto scaling go no lower than this, and leave it room above the desired count."""
    most = int(target.read(TARGETS, "MaxCapacity") or 0)
    target.put(TARGETS, MinCapacity=max(least, int(target.read(TARGETS, "MinCapacity") or 0)))
    if most <= desired:
        target.put(TARGETS, MaxCapacity=2 * desired)


def _run_two(service: Draft) -> None:
    desired = max(2, service.read(READ, "desiredCount"))
    service.put(READ, desiredCount=desired)
    for target in service.linked_from(SCALABLE_TARGET, label="scales"):
        scale_between(target, 2, desired)


def _place_in_another_zone(service: Draft) -> None:
    subnet = place_in(service, another_zone(service, zones_of(service)))

    def extend(answer: Any) -> None:
        rolled_out = (*(answer.get("deployments") or ()), *(answer.get("taskSets") or ()))
        for place in (answer, *rolled_out):
            vpc = (place.get("networkConfiguration") or {}).get("awsvpcConfiguration")
            if vpc:
                vpc["subnets"] = [*vpc["subnets"], subnet]

    service.edit(READ, extend)


_TARGET_GROUP = Example(
    type=TARGET_GROUP,
    facts={
        "elbv2:DescribeTargetGroups": {
            "HealthCheckIntervalSeconds": 15,
            "UnhealthyThresholdCount": 2,
        }
    },
    label="forwards to",
)


# A task that hangs is replaced only when its health checks have failed: one task or many.
_EJECTED = (
    Effect(COMPONENT_LOST, Phase.ACT, "load_balancer_ejects"),
    Effect(ZONE_LOST, Phase.ACT, "load_balancer_ejects"),
)
_SLOW_CHECK = replace(
    _TARGET_GROUP,
    facts={
        "elbv2:DescribeTargetGroups": {
            "HealthCheckIntervalSeconds": 60,
            "UnhealthyThresholdCount": 5,
        }
    },
)


@check(
    id="ecs.service_single_task",
    resource_type=SERVICE,
    title="A service runs a single task: it is down while a lost task is replaced",
    question=REDUNDANT,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=(
        *replaced(COMPONENT_LOST),
        *replaced(ZONE_LOST),
        *_EJECTED,
        Effect(OVERLOAD, Phase.ACT, "add_capacity_by_hand", by_person=True),
        *started(OVERLOAD),
        Effect(BAD_CHANGE, Phase.WARM_UP, "task_replacement"),
    ),
    on_pass=_EJECTED,
    effect_source=(
        "the target group's health check, then the start of a new task; one of which there must "
        "never be two can neither grow nor be replaced by a task beside it"
    ),
    recommendation=(
        "Set the desired count, and the minimum of auto scaling, to 2 in subnets of two zones: "
        "doubles the smallest bill, and a lost task then costs no more than a few failed requests. "
        "A task of which there must never be two stays alone; ECS replaces it within minutes."
    ),
    documentation=("Amazon ECS services", f"{GUIDE}/ecs_services.html"),
    strength="services run several tasks, so the loss of one is hardly noticed",
    saving="the tasks beyond the first",
    remedy=Remedy(change=_run_two, effort=Effort.MINUTES, cost=Cost.MUCH),
    passes=[
        service_with(desiredCount=2),
        service_with(desiredCount=2, linked_from=[scaled_between(2, 6), _TARGET_GROUP]),
    ],
    fails=[
        service_with(desiredCount=1),
        service_with(desiredCount=1, linked_from=[_SLOW_CHECK]),
        service_with(desiredCount=3, linked_from=[scaled_between(1, 6)]),
    ],
    silent=[
        service_with(desiredCount=0),
        service_with(desiredCount=1, schedulingStrategy="DAEMON"),
    ],
)
def service_single_task(service: View) -> Outcome:
    """ECS starts a new task by itself, but until it serves nobody does.

    What counts is the smallest number that may run: auto scaling's minimum on a quiet night.
    """
    if not is_kept_running(service):
        return NOT_APPLICABLE
    spared = () if is_one_by_design(service) else (OVERLOAD, BAD_CHANGE)
    units = {"load_balancer_ejects": _ejected_after(service), **start(service)}
    if service.read(READ, "desiredCount") < 2:
        return failed("one task is wanted", spared=spared, **units)
    scaling = service.linked_from(SCALABLE_TARGET, label="scales")
    if any(target.read(TARGETS, "MinCapacity") < 2 for target in scaling):
        return failed("auto scaling may go down to one task", spared=spared, **units)
    return passed("", **units)


@check(
    id="ecs.service_single_az",
    resource_type=SERVICE,
    title="A service may place tasks in one zone only: the loss of that zone takes all of them",
    question=ZONE_LOSS,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=(
        Effect(ZONE_LOST, Phase.ACT, "change_configuration", by_person=True),
        *started(ZONE_LOST),
    ),
    on_pass=replaced(ZONE_LOST),
    effect_source="ECS replaces tasks in the remaining zones; without one somebody has to add it",
    recommendation=(
        "Add a subnet of another zone to the service's network configuration (and to its load "
        "balancer): no cost but traffic between zones, and ECS spreads the tasks by itself."
    ),
    documentation=(
        "Deploy the workload to multiple locations",
        "https://docs.aws.amazon.com/wellarchitected/latest/reliability-pillar/"
        "rel_fault_isolation_multiaz_region_system.html",
    ),
    strength="services may place their tasks in several zones",
    remedy=Remedy(change=_place_in_another_zone, effort=Effort.MINUTES, cost=Cost.FREE),
    passes=[
        service_with(
            networkConfiguration={
                "awsvpcConfiguration": {"subnets": ["subnet-0000000a", "subnet-0000000b"]}
            },
            linked=[_subnet("eu-west-1a"), _subnet("eu-west-1b")],
        )
    ],
    fails=[
        service_with(
            networkConfiguration={
                "awsvpcConfiguration": {"subnets": ["subnet-0000000a", "subnet-0000000c"]}
            },
            linked=[_subnet("eu-west-1a"), _subnet("eu-west-1a")],
        )
    ],
    silent=[service_with(), service_with(desiredCount=0)],
)
def service_single_az(service: View) -> Outcome:
    """Two subnets in one zone are one zone: with it go all tasks, and the place for new ones.

    Without subnets of its own (bridge or host network) the tasks stand where the instances do.
    """
    if not is_kept_running(service):
        return NOT_APPLICABLE
    if not service.read(READ, _SUBNETS):
        return NOT_APPLICABLE
    subnets = service.linked(SUBNET, label="placed in")
    if not subnets:
        raise Unknown("ec2:DescribeSubnets")
    zones = {subnet.read("ec2:DescribeSubnets", "AvailabilityZone") for subnet in subnets}
    note = "" if len(zones) > 1 else f"all subnets are in {min(zones)}"
    return passed_if(len(zones) > 1, note, **start(service))
