"""Tasks of ECS services that hang: whether anybody finds out, and what makes them wait."""

from collections.abc import Iterable
from typing import Any

from state.categories.excessive_latency import SLOW_DEPENDENCY, SLOWNESS
from state.judgements import Cost, Effort, Layer, Phase
from tools.checks import (
    NOT_APPLICABLE,
    Effect,
    Example,
    Outcome,
    Remedy,
    check,
    passed,
    passed_if,
)
from tools.checks.paper import Draft
from tools.checks.rules.ecs import (
    DEFINITION,
    GUIDE,
    READ,
    SERVICE,
    is_kept_running,
    replaced,
    service_with,
    start,
    started,
)
from tools.checks.view import View


def running(*containers: dict[str, Any], linked: Iterable[Example] = ()) -> Example:
    """A service with these containers in its task definition."""
    facts = {**service_with().facts, DEFINITION: {"containerDefinitions": list(containers)}}
    return Example(facts=facts, linked=tuple(linked))


def _check_health(service: Draft) -> None:
    def add(definition: Any) -> None:
        containers = definition["containerDefinitions"]
        essential = next(each for each in containers if each.get("essential") is not False)
        essential["healthCheck"] = {
            "command": ["CMD-SHELL", "curl -f http://localhost/ || exit 1"],
            "interval": 30,
            "timeout": 5,
            "retries": 3,
            "startPeriod": 60,
        }

    service.edit(DEFINITION, add)


_CHECKED = {"name": "web", "healthCheck": {"command": ["CMD", "true"]}}


@check(
    id="ecs.task_no_health_check",
    resource_type=SERVICE,
    title=(
        "Nobody checks a service's tasks: one that hangs keeps its place until somebody restarts it"
    ),
    question=SLOWNESS,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=(
        Effect(SLOW_DEPENDENCY, Phase.ACT, "restart_by_hand", by_person=True),
        *started(SLOW_DEPENDENCY),
    ),
    on_pass=replaced(SLOW_DEPENDENCY),
    effect_source="ECS replaces a task that fails its health check by itself",
    recommendation=(
        "Add a `healthCheck` to the essential container, or put the service behind a target group "
        "that checks it: no cost; give it the grace period that a cold start needs."
    ),
    documentation=(
        "Determine task health using container health checks",
        f"{GUIDE}/healthcheck.html",
    ),
    strength="hanging tasks are found and replaced by themselves",
    remedy=Remedy(change=_check_health, effort=Effort.HOURS, cost=Cost.FREE),
    passes=[
        service_with(loadBalancers=[{"targetGroupArn": "arn"}]),
        service_with(taskSets=[{"loadBalancers": [{"targetGroupArn": "arn"}]}]),
        running(_CHECKED),
    ],
    fails=[running({"name": "worker"})],
    silent=[service_with(desiredCount=0)],
)
def task_no_health_check(service: View) -> Outcome:
    """Without a check only a process that exits is replaced, not one that waits for ever."""
    if not is_kept_running(service):
        return NOT_APPLICABLE
    named = "loadBalancers[].[targetGroupArn, loadBalancerName][]"
    if service.read(READ, f"[{named}, taskSets[].{named}][][] | [?@]"):
        return passed("", **start(service))
    command = "containerDefinitions[].healthCheck.command"
    return passed_if(bool(service.read(DEFINITION, command)), "", **start(service))


def _log_without_waiting(service: Draft) -> None:
    def relax(definition: Any) -> None:
        for container in definition["containerDefinitions"]:
            options = (container.get("logConfiguration") or {}).get("options") or {}
            if options.get("mode") == "blocking":
                options.update({"mode": "non-blocking", "max-buffer-size": "25m"})

    service.edit(DEFINITION, relax)


def _logging(driver: str = "awslogs", **options: str) -> Example:
    return running({"logConfiguration": {"logDriver": driver, "options": options}})


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
    documentation=("Send Amazon ECS logs to CloudWatch", f"{GUIDE}/using_awslogs.html"),
    remedy=Remedy(change=_log_without_waiting, effort=Effort.MINUTES, cost=Cost.FREE),
    passes=[_logging(mode="non-blocking")],
    fails=[_logging(mode="blocking")],
    silent=[_logging(), _logging("fluentd", mode="blocking")],
)
def log_driver_blocking(service: View) -> Outcome:
    """A blocking driver stops the program at its next log line once the buffer is full.

    Without a mode the account's default counts, which is non-blocking since June 2025.
    """
    if not is_kept_running(service):
        return NOT_APPLICABLE
    to_cloudwatch = "logConfiguration.logDriver=='awslogs'"
    path = f"containerDefinitions[?{to_cloudwatch}].logConfiguration.options.mode"
    modes = service.read(DEFINITION, path)
    return passed_if("blocking" not in modes) if modes else NOT_APPLICABLE
