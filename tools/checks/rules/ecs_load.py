"""ECS services under load: whether they can add tasks, and whether there is capacity for them."""

from state.categories.excessive_load import OVERLOAD, SCALING
from state.categories.single_point_of_failure import COMPONENT_LOST
from state.judgements import Layer, Phase
from tools.checks import NOT_APPLICABLE, Effect, Outcome, check, passed_if
from tools.checks.rules.ecs import (
    GUIDE,
    READ,
    SCALABLE_TARGET,
    SERVICE,
    TARGETS,
    is_kept_running,
    scaled_between,
    service_with,
)
from tools.checks.view import View


@check(
    id="ecs.service_spot_only",
    resource_type=SERVICE,
    title=(
        "All tasks of a service run on Spot: AWS may take every one back at once, with no capacity "
        "left"
    ),
    question=SCALING,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=(
        Effect(OVERLOAD, Phase.ACT, "change_configuration", by_person=True),
        Effect(COMPONENT_LOST, Phase.ACT, "change_configuration", by_person=True),
    ),
    effect_source=(
        "while there is no Spot capacity nothing starts until somebody changes the strategy"
    ),
    recommendation=(
        "Give `FARGATE` a `base` of at least 1 or 2 in the capacity provider strategy and leave "
        "the rest on Spot: the base costs about three times as much as on Spot."
    ),
    documentation=("Fargate capacity providers", f"{GUIDE}/fargate-capacity-providers.html"),
    passes=[
        service_with(
            capacityProviderStrategy=[
                {"capacityProvider": "FARGATE", "base": 1, "weight": 1},
                {"capacityProvider": "FARGATE_SPOT", "weight": 3},
            ]
        )
    ],
    fails=[
        service_with(capacityProviderStrategy=[{"capacityProvider": "FARGATE_SPOT", "weight": 1}])
    ],
    silent=[
        service_with(launchType="FARGATE"),
        service_with(
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
    if not is_kept_running(service) or not providers:
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
        f"{GUIDE}/service-auto-scaling.html",
    ),
    strength="services add tasks by themselves when load rises",
    saving="tasks that run at fixed strength around the clock",
    passes=[service_with(linked_from=[scaled_between(2, 10)])],
    fails=[service_with()],
    silent=[service_with(schedulingStrategy="DAEMON"), service_with(desiredCount=0)],
)
def service_no_autoscaling(service: View) -> Outcome:
    """A fixed number of tasks is sized for a day that somebody imagined, not for what comes."""
    if not is_kept_running(service):
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
        f"{GUIDE}/service-auto-scaling.html",
    ),
    passes=[service_with(linked_from=[scaled_between(2, 10)])],
    fails=[service_with(linked_from=[scaled_between(2, 2)])],
    silent=[service_with()],
)
def service_scaling_at_ceiling(service: View) -> Outcome:
    """Scaling that has no room left protects from nothing, and looks as if it did."""
    if not is_kept_running(service):
        return NOT_APPLICABLE
    targets = service.linked_from(SCALABLE_TARGET, label="scales")
    if not targets:
        return NOT_APPLICABLE
    most = max(target.read(TARGETS, "MaxCapacity") for target in targets)
    return passed_if(most > service.read(READ, "desiredCount"), f"at most {most} tasks")
