"""Changes of ECS services: deployments, images, secrets.

What another controller deploys is not judged by ECS's own settings.
"""

from math import ceil
from typing import Any

from state.categories.misconfiguration_and_bugs import (
    BAD_CHANGE,
    GUARDRAILS,
    ROLLS_BACK,
)
from state.categories.shared_fate import CHANGE_SIZE
from state.categories.single_point_of_failure import COMPONENT_LOST
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
from tools.checks.regions import another_region
from tools.checks.rules.ecs import (
    DEFINITION,
    GUIDE,
    READ,
    SERVICE,
    is_kept_running,
    is_one_by_design,
    service_with,
)
from tools.checks.rules.ecs_tasks import running
from tools.checks.view import Unknown, View

SECRET = "AWS::SecretsManager::Secret"
SECRETS = "secretsmanager:DescribeSecret"


def _is_rolling(service: View) -> bool:
    """Whether ECS replaces tasks a few at a time, and not one whole set by another."""
    if service.read(READ, "deploymentController.type") not in (None, "ECS"):
        return False
    return service.read(READ, "deploymentConfiguration.strategy") in (None, "ROLLING")


def _deploy_with(service: Draft, **settings: Any) -> None:
    known = service.read(READ, "deploymentConfiguration") or {}
    service.put(READ, deploymentConfiguration={**known, **settings})


def _roll_back(service: Draft) -> None:
    _deploy_with(service, **_BREAKER)


def _start_beside(service: Draft) -> None:
    _deploy_with(service, minimumHealthyPercent=100, maximumPercent=200)


_BREAKER = {"deploymentCircuitBreaker": {"enable": True, "rollback": True}}
_ON_ALARM = {"alarms": {"enable": True, "rollback": True, "alarmNames": ["web-5xx"]}}
_NO_BREAKER = {"deploymentCircuitBreaker": {"enable": False, "rollback": False}}


@check(
    id="ecs.deployment_circuit_breaker_off",
    resource_type=SERVICE,
    title="A deployment that fails is not rolled back: ECS goes on trying the broken version",
    question=ROLLS_BACK,
    layer=Layer.CONTINUOUS_IMPROVEMENT,
    on_fail=(
        Effect(BAD_CHANGE, Phase.ACT, "roll_back_prepared", by_person=True),
        Effect(BAD_CHANGE, Phase.PROPAGATE, "tasks_in_rounds"),
    ),
    on_pass=(
        Effect(BAD_CHANGE, Phase.ACT, "roll_back_prepared"),
        Effect(BAD_CHANGE, Phase.PROPAGATE, "tasks_in_rounds"),
    ),
    effect_source=(
        "the previous task definition is kept: the question is who goes back to it, and in how "
        "many rounds the deployment's healthy percentages let tasks be replaced"
    ),
    recommendation=(
        "Turn on `deploymentCircuitBreaker` with `rollback`, or bind CloudWatch alarms to the "
        "deployment with `rollback`: one setting, free, effective from the next deployment."
    ),
    documentation=(
        "How the deployment circuit breaker detects failures",
        f"{GUIDE}/deployment-circuit-breaker.html",
    ),
    strength="failed deployments of services roll back by themselves",
    remedy=Remedy(change=_roll_back, effort=Effort.MINUTES, cost=Cost.FREE),
    passes=[
        service_with(deploymentConfiguration=_BREAKER),
        service_with(deploymentConfiguration={**_NO_BREAKER, **_ON_ALARM}),
    ],
    fails=[
        service_with(deploymentConfiguration=_NO_BREAKER),
        service_with(deploymentConfiguration={"deploymentCircuitBreaker": {"enable": True}}),
        service_with(),
    ],
    silent=[
        service_with(deploymentController={"type": "CODE_DEPLOY"}),
        service_with(deploymentConfiguration={"strategy": "BLUE_GREEN", **_NO_BREAKER}),
        service_with(desiredCount=0),
    ],
)
def deployment_circuit_breaker_off(service: View) -> Outcome:
    """Without it ECS replaces failing tasks by more failing tasks for hours, and tells nobody."""
    if not is_kept_running(service) or not _is_rolling(service):
        return NOT_APPLICABLE
    settings = service.read(
        READ,
        "deploymentConfiguration.[deploymentCircuitBreaker.[enable, rollback],"
        " alarms.[enable, rollback]]",
    )
    rolls_back = any(setting == [True, True] for setting in settings or ())
    return passed_if(rolls_back, "", tasks_in_rounds=_rounds(service))


def _rounds(service: View) -> float:
    """In how many rounds ECS replaces the tasks: it may stop and start such a share at a time.

    Settings that leave it no room let no deployment begin, so there is none to take back.
    """
    path = "deploymentConfiguration.[minimumHealthyPercent, maximumPercent]"
    low, high = service.read(READ, path) or (None, None)
    share = (200 if high is None else high) - (100 if low is None else low)
    return float(ceil(100 / share)) if share > 0 else 1.0


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
        f"{GUIDE}/service_definition_parameters.html",
    ),
    remedy=Remedy(change=_start_beside, effort=Effort.MINUTES, cost=Cost.LITTLE),
    passes=[
        service_with(deploymentConfiguration={"minimumHealthyPercent": 100}),
        service_with(deploymentConfiguration={"minimumHealthyPercent": 50}),
        service_with(),
    ],
    fails=[service_with(deploymentConfiguration={"minimumHealthyPercent": 0})],
    silent=[
        service_with(
            schedulingStrategy="DAEMON", deploymentConfiguration={"minimumHealthyPercent": 0}
        ),
        service_with(
            deploymentConfiguration={"minimumHealthyPercent": 0},
            deploymentController={"type": "CODE_DEPLOY"},
        ),
        service_with(
            desiredCount=1,
            deploymentConfiguration={"minimumHealthyPercent": 0, "maximumPercent": 100},
        ),
    ],
)
def minimum_healthy_zero(service: View) -> Outcome:
    """One change then reaches all tasks at once: a bad one leaves none that still serves.

    Where there must never be two tasks it has to be so.
    """
    if not is_kept_running(service) or not _is_rolling(service) or is_one_by_design(service):
        return NOT_APPLICABLE
    return passed_if(service.read(READ, "deploymentConfiguration.minimumHealthyPercent") != 0)


def _floats(image: str) -> bool:
    """Whether the image's name may mean another image tomorrow."""
    if "@" in image:
        return False
    _, colon, tag = image.rpartition("/")[2].partition(":")
    return not colon or tag == "latest"


def _pin_images(service: Draft) -> None:
    def pin(definition: Any) -> None:
        for container in definition["containerDefinitions"]:
            if _floats(container["image"]):
                container["image"] = f"{container['image'].removesuffix(':latest')}:on-paper"

    service.edit(DEFINITION, pin)


@check(
    id="ecs.image_tag_mutable",
    resource_type=SERVICE,
    title=(
        "A service runs an image tagged `latest`: going back to the old task definition may not go "
        "back"
    ),
    question=ROLLS_BACK,
    layer=Layer.CONTINUOUS_IMPROVEMENT,
    on_fail=(Effect(BAD_CHANGE, Phase.ACT, "redeploy_by_hand", by_person=True),),
    effect_source="the earlier image has to be found and deployed under a name of its own",
    recommendation=(
        "Name images by digest, or by a tag that is never reused (the commit), in the task "
        "definition: a line in the pipeline, no cost."
    ),
    documentation=(
        "Best practices for Amazon ECS container images",
        f"{GUIDE}/container-considerations.html",
    ),
    remedy=Remedy(change=_pin_images, effort=Effort.HOURS, cost=Cost.FREE),
    passes=[
        running({"image": "registry:5000/web:1.4.2"}),
        running({"image": "web@sha256:0c1d"}),
    ],
    fails=[
        running({"image": "registry:5000/web"}),
        running({"image": "web:1"}, {"image": "x:latest"}),
    ],
    silent=[service_with(desiredCount=0)],
)
def image_tag_mutable(service: View) -> Outcome:
    """Every revision names the same moving tag, so an earlier revision starts the newest image."""
    if not is_kept_running(service):
        return NOT_APPLICABLE
    images = service.read(DEFINITION, "containerDefinitions[].image") or ()
    floating = sorted(image for image in images if _floats(image))
    return passed_if(not floating, ", ".join(floating))


_ARN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:orders-a1B2c3"
_WITH_SECRET = {"image": "web:1", "secrets": [{"valueFrom": f"{_ARN}:password::"}]}
_THERE = Example(type=SECRET, label="reads")
_GONE = Example(type=SECRET, label="reads", dangling=True)


def _make_secrets_again(service: Draft) -> None:
    named = service.read(DEFINITION, "containerDefinitions[].secrets[].valueFrom") or ()
    service.drop_dangling("reads")
    there = {secret.id for secret in service.linked(SECRET, label="reads")}
    for arn in sorted({_arn_of(value) for value in named} - there):
        if ":secretsmanager:" in arn:
            name = arn.rpartition(":")[2]
            copies = [{"Region": another_region(service.region), "Status": "InSync"}]
            facts = {"ARN": arn, "Name": name, "ReplicationStatus": copies}
            service.link(service.add(SECRET, name, {SECRETS: facts}), "reads")


@check(
    id="ecs.task_secret_missing",
    resource_type=SERVICE,
    title="A service names a secret that is gone: no new task can start",
    question=GUARDRAILS,
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
        f"{GUIDE}/specifying-sensitive-data.html",
    ),
    remedy=Remedy(change=_make_secrets_again, effort=Effort.HOURS, cost=Cost.LITTLE),
    passes=[running(_WITH_SECRET, linked=[_THERE])],
    fails=[running(_WITH_SECRET, linked=[_GONE])],
    silent=[
        running({"image": "web:1"}),
        running({"image": "web:1", "secrets": [{"valueFrom": "/orders/password"}]}),
    ],
)
def task_secret_missing(service: View) -> Outcome:
    """The agent fetches secrets before the container starts; if one is missing, it never does.

    Secrets of this account only: parameters are not read, nor is what other accounts hold.
    """
    named = _own_secrets(service)
    if not named or not is_kept_running(service):
        return NOT_APPLICABLE
    if service.dangling("reads"):
        return failed(spared=[COMPONENT_LOST] if service.read(READ, "desiredCount") > 1 else [])
    if len(service.linked(SECRET, label="reads")) < len(named):
        raise Unknown("secretsmanager:DescribeSecret")
    return passed()


def _own_secrets(service: View) -> set[str]:
    """Secrets of this account and Region that its containers get, without key and version."""
    own = f":secretsmanager:{service.region}:{service.workload.snapshot.account}:"
    path = "containerDefinitions[].secrets[].valueFrom"
    values = service.read(DEFINITION, path) or ()
    return {_arn_of(value) for value in values if own in value}


def _arn_of(value: str) -> str:
    return ":".join(value.split(":")[:7])
