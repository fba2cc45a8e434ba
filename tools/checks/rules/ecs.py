"""ECS services and the task definitions they run.

Tasks are replaced by themselves, so one lost task is slow, not dead. Daemons and services that are
switched off are left alone; what another controller deploys is not judged by ECS's own settings.
"""

from collections.abc import Iterable
from typing import Any

from state.categories.excessive_latency import SLOW_DEPENDENCY, SLOWNESS
from state.categories.excessive_load import OVERLOAD, SCALING
from state.categories.misconfiguration_and_bugs import (
    BAD_CHANGE,
    BAD_CHANGES_KEPT_OUT,
    EXPIRES,
    ROLLS_BACK,
)
from state.categories.shared_fate import CHANGE_SIZE
from state.categories.single_point_of_failure import (
    COMPONENT_LOST,
    REDUNDANT,
    ZONE_LOSS,
    ZONE_LOST,
)
from state.judgements import Layer, Phase
from tools.checks import NOT_APPLICABLE, Effect, Example, Outcome, check, failed, passed, passed_if
from tools.checks.view import Unknown, View

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
)
_GUIDE = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide"


def _service(
    *,
    linked: Iterable[Example] = (),
    linked_from: Iterable[Example] = (),
    **fields: object,
) -> Example:
    facts = {
        READ: {"status": "ACTIVE", "schedulingStrategy": "REPLICA", "desiredCount": 2, **fields}
    }
    return Example(facts=facts, linked=tuple(linked), linked_from=tuple(linked_from))


def _running(*containers: dict[str, Any], linked: Iterable[Example] = ()) -> Example:
    """A service with these containers in its task definition."""
    facts = {**_service().facts, DEFINITION: {"containerDefinitions": list(containers)}}
    return Example(facts=facts, linked=tuple(linked))


def _subnet(zone: str) -> Example:
    facts = {"ec2:DescribeSubnets": {"AvailabilityZone": zone}}
    return Example(type=SUBNET, name=zone, facts=facts, label="placed in")


def _scales(minimum: int, maximum: int) -> Example:
    facts = {TARGETS: {"MinCapacity": minimum, "MaxCapacity": maximum}}
    return Example(type=SCALABLE_TARGET, facts=facts, label="scales")


def _runs(service: View) -> bool:
    """Whether ECS keeps a wanted number of tasks running: no daemon, not switched off."""
    if service.read(READ, "schedulingStrategy") == "DAEMON":
        return False
    return bool(service.read(READ, "desiredCount"))


def _deployed_by_ecs(service: View) -> bool:
    return service.read(READ, "deploymentController.type") in (None, "ECS")


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


@check(
    id="ecs.service_single_task",
    resource_type=SERVICE,
    title="A service runs a single task: it is down while a lost task is replaced",
    question=REDUNDANT,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=(
        Effect(COMPONENT_LOST, Phase.ACT, "task_replacement"),
        Effect(ZONE_LOST, Phase.ACT, "task_replacement"),
    ),
    on_pass=(
        Effect(COMPONENT_LOST, Phase.ACT, "load_balancer_ejects"),
        Effect(ZONE_LOST, Phase.ACT, "load_balancer_ejects"),
    ),
    effect_source="the target group's health check against the start of a new task",
    recommendation=(
        "Set the desired count, and the minimum of auto scaling, to 2 in subnets of two zones: "
        "doubles the smallest bill, and a lost task then costs no more than a few failed requests."
    ),
    documentation=("Amazon ECS services", f"{_GUIDE}/ecs_services.html"),
    strength="services run several tasks, so the loss of one is hardly noticed",
    saving="the tasks beyond the first",
    passes=[
        _service(desiredCount=2),
        _service(desiredCount=2, linked_from=[_scales(2, 6), _TARGET_GROUP]),
    ],
    fails=[_service(desiredCount=1), _service(desiredCount=3, linked_from=[_scales(1, 6)])],
    silent=[_service(desiredCount=0), _service(desiredCount=1, schedulingStrategy="DAEMON")],
)
def service_single_task(service: View) -> Outcome:
    """ECS starts a new task by itself, but until it serves nobody does.

    What counts is the smallest number that may run: auto scaling's minimum on a quiet night.
    """
    if not _runs(service):
        return NOT_APPLICABLE
    if service.read(READ, "desiredCount") < 2:
        return failed("one task is wanted")
    scaling = service.linked_from(SCALABLE_TARGET, label="scales")
    if any(target.read(TARGETS, "MinCapacity") < 2 for target in scaling):
        return failed("auto scaling may go down to one task")
    return passed(load_balancer_ejects=_ejected_after(service))


@check(
    id="ecs.service_single_az",
    resource_type=SERVICE,
    title="A service may place tasks in one zone only: the loss of that zone takes all of them",
    question=ZONE_LOSS,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=(Effect(ZONE_LOST, Phase.ACT, "rebuild_component", by_person=True),),
    on_pass=(Effect(ZONE_LOST, Phase.ACT, "task_replacement"),),
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
    passes=[
        _service(
            networkConfiguration={"awsvpcConfiguration": {"subnets": ["subnet-a", "subnet-b"]}},
            linked=[_subnet("eu-west-1a"), _subnet("eu-west-1b")],
        )
    ],
    fails=[
        _service(
            networkConfiguration={"awsvpcConfiguration": {"subnets": ["subnet-a", "subnet-c"]}},
            linked=[_subnet("eu-west-1a"), _subnet("eu-west-1a")],
        )
    ],
    silent=[_service(), _service(desiredCount=0)],
)
def service_single_az(service: View) -> Outcome:
    """Two subnets in one zone are one zone: with it go all tasks, and the place for new ones.

    Without subnets of its own (bridge or host network) the tasks stand where the instances do.
    """
    if not _runs(service):
        return NOT_APPLICABLE
    if not service.read(READ, _SUBNETS):
        return NOT_APPLICABLE
    subnets = service.linked(SUBNET, label="placed in")
    if not subnets:
        raise Unknown("ec2:DescribeSubnets")
    zones = {subnet.read("ec2:DescribeSubnets", "AvailabilityZone") for subnet in subnets}
    return passed_if(len(zones) > 1, "" if len(zones) > 1 else f"all subnets are in {min(zones)}")


@check(
    id="ecs.service_spot_only",
    resource_type=SERVICE,
    title=(
        "All tasks of a service run on Spot: AWS may take every one back at once, with no capacity "
        "left"
    ),
    question=REDUNDANT,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=(Effect(COMPONENT_LOST, Phase.ACT, "change_configuration", by_person=True),),
    effect_source=(
        "while there is no Spot capacity nothing starts until somebody changes the strategy"
    ),
    recommendation=(
        "Give `FARGATE` a `base` of at least 1 or 2 in the capacity provider strategy and leave "
        "the rest on Spot: the base costs about three times as much as on Spot."
    ),
    documentation=("Fargate capacity providers", f"{_GUIDE}/fargate-capacity-providers.html"),
    passes=[
        _service(
            capacityProviderStrategy=[
                {"capacityProvider": "FARGATE", "base": 1, "weight": 1},
                {"capacityProvider": "FARGATE_SPOT", "weight": 3},
            ]
        )
    ],
    fails=[_service(capacityProviderStrategy=[{"capacityProvider": "FARGATE_SPOT", "weight": 1}])],
    silent=[
        _service(launchType="FARGATE"),
        _service(
            desiredCount=0,
            capacityProviderStrategy=[{"capacityProvider": "FARGATE_SPOT", "weight": 1}],
        ),
    ],
)
def service_spot_only(service: View) -> Outcome:
    """Spot capacity is taken back with two minutes' notice, and when demand is high there is none.

    ECS does not fall back to on-demand capacity by itself.
    """
    providers = service.read(READ, "capacityProviderStrategy[].capacityProvider")
    if not _runs(service) or not providers:
        return NOT_APPLICABLE
    return passed_if(set(providers) != {"FARGATE_SPOT"})


@check(
    id="ecs.service_no_autoscaling",
    resource_type=SERVICE,
    title="A service does not scale: more load than its fixed number of tasks bears is turned away",
    question=SCALING,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=(Effect(OVERLOAD, Phase.ACT, "add_capacity_by_hand", by_person=True),),
    on_pass=(Effect(OVERLOAD, Phase.ACT, "tasks_scale_out"),),
    effect_source="target tracking reacts within minutes; otherwise somebody raises the count",
    recommendation=(
        "Register the service with Application Auto Scaling and add a target-tracking policy (CPU "
        "at 60 %, or requests per target): free, and you pay for tasks only while they are needed."
    ),
    documentation=(
        "Automatically scale your Amazon ECS service",
        f"{_GUIDE}/service-auto-scaling.html",
    ),
    strength="services add tasks by themselves when load rises",
    saving="tasks that run at fixed strength around the clock",
    passes=[_service(linked_from=[_scales(2, 10)])],
    fails=[_service()],
    silent=[_service(schedulingStrategy="DAEMON"), _service(desiredCount=0)],
)
def service_no_autoscaling(service: View) -> Outcome:
    """A fixed number of tasks is sized for a day that somebody imagined, not for what comes."""
    if not _runs(service):
        return NOT_APPLICABLE
    return passed_if(bool(service.linked_from(SCALABLE_TARGET, label="scales")))


@check(
    id="ecs.service_scaling_at_ceiling",
    resource_type=SERVICE,
    title=(
        "A service already runs as many tasks as auto scaling allows: it cannot grow with the load"
    ),
    question=SCALING,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=(Effect(OVERLOAD, Phase.ACT, "change_configuration", by_person=True),),
    on_pass=(Effect(OVERLOAD, Phase.ACT, "tasks_scale_out"),),
    effect_source="target tracking reacts within minutes, unless somebody has to raise its ceiling",
    recommendation=(
        "Raise `MaxCapacity` to at least twice the usual number of tasks, after looking at what "
        "the database behind them bears: costs nothing until it is used."
    ),
    documentation=(
        "Automatically scale your Amazon ECS service",
        f"{_GUIDE}/service-auto-scaling.html",
    ),
    passes=[_service(linked_from=[_scales(2, 10)])],
    fails=[_service(linked_from=[_scales(2, 2)])],
    silent=[_service()],
)
def service_scaling_at_ceiling(service: View) -> Outcome:
    """Scaling that has no room left protects from nothing, and looks as if it did."""
    if not _runs(service):
        return NOT_APPLICABLE
    targets = service.linked_from(SCALABLE_TARGET, label="scales")
    if not targets:
        return NOT_APPLICABLE
    most = max(target.read(TARGETS, "MaxCapacity") for target in targets)
    return passed_if(most > service.read(READ, "desiredCount"), f"at most {most} tasks")


_BREAKER = {"deploymentCircuitBreaker": {"enable": True, "rollback": True}}
_ON_ALARM = {"alarms": {"enable": True, "rollback": True, "alarmNames": ["web-5xx"]}}
_NO_BREAKER = {"deploymentCircuitBreaker": {"enable": False, "rollback": False}}


@check(
    id="ecs.deployment_circuit_breaker_off",
    resource_type=SERVICE,
    title="A deployment that fails is not rolled back: ECS goes on trying the broken version",
    question=ROLLS_BACK,
    layer=Layer.CONTINUOUS_IMPROVEMENT,
    on_fail=(Effect(BAD_CHANGE, Phase.ACT, "roll_back_prepared", by_person=True),),
    on_pass=(Effect(BAD_CHANGE, Phase.ACT, "roll_back_prepared"),),
    effect_source="the previous task definition is kept: the question is who goes back to it",
    recommendation=(
        "Turn on `deploymentCircuitBreaker` with `rollback`, or bind CloudWatch alarms to the "
        "deployment with `rollback`: one setting, free, effective from the next deployment."
    ),
    documentation=(
        "How the deployment circuit breaker detects failures",
        f"{_GUIDE}/deployment-circuit-breaker.html",
    ),
    strength="failed deployments of services roll back by themselves",
    passes=[
        _service(deploymentConfiguration=_BREAKER),
        _service(deploymentConfiguration={**_NO_BREAKER, **_ON_ALARM}),
    ],
    fails=[
        _service(deploymentConfiguration=_NO_BREAKER),
        _service(deploymentConfiguration={"deploymentCircuitBreaker": {"enable": True}}),
        _service(),
    ],
    silent=[
        _service(deploymentController={"type": "CODE_DEPLOY"}),
        _service(desiredCount=0),
    ],
)
def deployment_circuit_breaker_off(service: View) -> Outcome:
    """Without it ECS replaces failing tasks by more failing tasks for hours, and tells nobody."""
    if not _runs(service) or not _deployed_by_ecs(service):
        return NOT_APPLICABLE
    settings = service.read(
        READ,
        "deploymentConfiguration.[deploymentCircuitBreaker.[enable, rollback],"
        " alarms.[enable, rollback]]",
    )
    return passed_if(any(setting == [True, True] for setting in settings or ()))


@check(
    id="ecs.minimum_healthy_zero",
    resource_type=SERVICE,
    title="A deployment may stop every task of a service before a new one runs",
    question=CHANGE_SIZE,
    layer=Layer.CONTINUOUS_IMPROVEMENT,
    on_fail=(Effect(BAD_CHANGE, Phase.WARM_UP, "task_replacement"),),
    effect_source="after going back, too, everything starts from nothing",
    recommendation=(
        "Set `minimumHealthyPercent` to 100 and `maximumPercent` to 200: new tasks start beside "
        "the old ones; costs the second set of tasks for the minutes of a deployment."
    ),
    documentation=(
        "Amazon ECS service definition parameters",
        f"{_GUIDE}/service_definition_parameters.html",
    ),
    passes=[
        _service(deploymentConfiguration={"minimumHealthyPercent": 100}),
        _service(deploymentConfiguration={"minimumHealthyPercent": 50}),
        _service(),
    ],
    fails=[_service(deploymentConfiguration={"minimumHealthyPercent": 0})],
    silent=[
        _service(schedulingStrategy="DAEMON", deploymentConfiguration={"minimumHealthyPercent": 0}),
        _service(
            deploymentConfiguration={"minimumHealthyPercent": 0},
            deploymentController={"type": "CODE_DEPLOY"},
        ),
    ],
)
def minimum_healthy_zero(service: View) -> Outcome:
    """One change then reaches all tasks at once: a bad one leaves none that still serves."""
    if not _runs(service) or not _deployed_by_ecs(service):
        return NOT_APPLICABLE
    return passed_if(service.read(READ, "deploymentConfiguration.minimumHealthyPercent") != 0)


def _floats(image: str) -> bool:
    """Whether the image's name may mean another image tomorrow."""
    if "@" in image:
        return False
    _, colon, tag = image.rpartition("/")[2].partition(":")
    return not colon or tag == "latest"


@check(
    id="ecs.image_tag_mutable",
    resource_type=SERVICE,
    title=(
        "A service runs an image tagged `latest`: going back to the old task definition may not go "
        "back"
    ),
    question=BAD_CHANGES_KEPT_OUT,
    layer=Layer.CONTINUOUS_IMPROVEMENT,
    on_fail=(Effect(BAD_CHANGE, Phase.ACT, "redeploy_by_hand", by_person=True),),
    effect_source="the earlier image has to be found and deployed under a name of its own",
    recommendation=(
        "Name images by digest, or by a tag that is never reused (the commit), in the task "
        "definition: a line in the pipeline, no cost."
    ),
    documentation=(
        "Best practices for Amazon ECS container images",
        f"{_GUIDE}/container-considerations.html",
    ),
    passes=[
        _running({"image": "registry:5000/web:1.4.2"}),
        _running({"image": "web@sha256:0c1d"}),
    ],
    fails=[
        _running({"image": "registry:5000/web"}),
        _running({"image": "web:1"}, {"image": "x:latest"}),
    ],
    silent=[_service(desiredCount=0)],
)
def image_tag_mutable(service: View) -> Outcome:
    """Every revision names the same moving tag, so an earlier revision starts the newest image."""
    if not _runs(service):
        return NOT_APPLICABLE
    images = service.read(DEFINITION, "containerDefinitions[].image") or ()
    floating = sorted(image for image in images if _floats(image))
    return passed_if(not floating, ", ".join(floating))


_WITH_SECRET = {"image": "web:1", "secrets": [{"valueFrom": "arn"}]}


@check(
    id="ecs.task_secret_missing",
    resource_type=SERVICE,
    title="A service names a secret that is gone: no new task can start",
    question=EXPIRES,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=(
        Effect(COMPONENT_LOST, Phase.ACT, "renew_by_hand", by_person=True),
        Effect(BAD_CHANGE, Phase.ACT, "renew_by_hand", by_person=True),
    ),
    effect_source="running tasks go on, but none can be replaced until the secret is back",
    recommendation=(
        "Create the secret again (or restore it, within its recovery window) or take it out of the "
        "task definition; then force a new deployment to see that tasks start."
    ),
    documentation=(
        "Pass sensitive data to an Amazon ECS container",
        f"{_GUIDE}/specifying-sensitive-data.html",
    ),
    passes=[_running(_WITH_SECRET)],
    fails=[
        _running(
            _WITH_SECRET,
            linked=[Example(type="AWS::SecretsManager::Secret", dangling=True, label="reads")],
        )
    ],
    silent=[_running({"image": "web:1"})],
)
def task_secret_missing(service: View) -> Outcome:
    """The agent fetches secrets before the container starts; if one is missing, it never does."""
    if not service.read(DEFINITION, "containerDefinitions[].secrets[].valueFrom"):
        return NOT_APPLICABLE
    return passed_if(not service.dangling("reads"))


_CHECKED = {"name": "web", "healthCheck": {"command": ["CMD", "true"]}}


@check(
    id="ecs.task_no_health_check",
    resource_type=SERVICE,
    title=(
        "Nobody checks a service's tasks: one that hangs keeps its place until somebody restarts it"
    ),
    question=SLOWNESS,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=(Effect(SLOW_DEPENDENCY, Phase.ACT, "restart_by_hand", by_person=True),),
    on_pass=(Effect(SLOW_DEPENDENCY, Phase.ACT, "task_replacement"),),
    effect_source="ECS replaces a task that fails its health check by itself",
    recommendation=(
        "Add a `healthCheck` to the essential container, or put the service behind a target group "
        "that checks it: no cost; give it the grace period that a cold start needs."
    ),
    documentation=(
        "Determine task health using container health checks",
        f"{_GUIDE}/healthcheck.html",
    ),
    strength="hanging tasks are found and replaced by themselves",
    passes=[
        _service(loadBalancers=[{"targetGroupArn": "arn"}]),
        _running(_CHECKED),
    ],
    fails=[_running({"name": "worker"})],
    silent=[_service(desiredCount=0)],
)
def task_no_health_check(service: View) -> Outcome:
    """Without a check only a process that exits is replaced, not one that waits for ever."""
    if not _runs(service):
        return NOT_APPLICABLE
    if service.read(READ, "loadBalancers[].[targetGroupArn, loadBalancerName][] | [?@]"):
        return passed()
    command = "containerDefinitions[].healthCheck.command"
    return passed_if(bool(service.read(DEFINITION, command)))


@check(
    id="ecs.log_driver_blocking",
    resource_type=SERVICE,
    title="Containers wait for their log driver: when CloudWatch Logs is slow, so is the service",
    question=SLOWNESS,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=(Effect(SLOW_DEPENDENCY, Phase.ACT, "redeploy_by_hand", by_person=True),),
    effect_source="the way out is a new task definition, found under pressure",
    recommendation=(
        "Set `mode` to `non-blocking` with a `max-buffer-size` (25m) in the log configuration: "
        "the newest log lines may be lost when CloudWatch Logs is down, requests are not."
    ),
    documentation=("Send Amazon ECS logs to CloudWatch", f"{_GUIDE}/using_awslogs.html"),
    passes=[_running({"logConfiguration": {"options": {"mode": "non-blocking"}}})],
    fails=[_running({"logConfiguration": {"options": {"mode": "blocking"}}})],
    silent=[_running({"logConfiguration": {"logDriver": "awslogs", "options": {}}})],
)
def log_driver_blocking(service: View) -> Outcome:
    """A blocking driver stops the program at its next log line once the buffer is full.

    Without a mode the account's default counts, which is non-blocking since June 2025.
    """
    if not _runs(service):
        return NOT_APPLICABLE
    path = "containerDefinitions[].logConfiguration.options.mode"
    modes = service.read(DEFINITION, path)
    return passed_if("blocking" not in modes) if modes else NOT_APPLICABLE
