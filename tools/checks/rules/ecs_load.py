"""ECS services under load: whether they can add tasks, and whether there is capacity for them."""

from state.categories.excessive_load import OVERLOAD, SCALING
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
from tools.checks.rules.ecs import (
    GUIDE,
    READ,
    SCALABLE_TARGET,
    SERVICE,
    TARGETS,
    is_kept_running,
    is_one_by_design,
    replaced,
    scale_between,
    scaled_between,
    serves,
    service_with,
    start,
    started,
)
from tools.checks.view import View

SCALING_POLICY = "AWS::ApplicationAutoScaling::ScalingPolicy"
POLICIES = "application-autoscaling:DescribeScalingPolicies"


def _keep_a_base(service: Draft) -> None:
    base = min(2, service.read(READ, "desiredCount"))
    strategy = service.read(READ, "capacityProviderStrategy")
    rest = [each for each in strategy if each["capacityProvider"] != "FARGATE"]
    kept = {"capacityProvider": "FARGATE", "base": base, "weight": 0}
    service.put(READ, capacityProviderStrategy=[kept, *({**each, "base": 0} for each in rest)])


_SPOT = {"capacityProvider": "FARGATE_SPOT", "base": 0, "weight": 3}
_ON_DEMAND = {"capacityProvider": "FARGATE", "base": 1, "weight": 0}


def _on(*providers: dict[str, object], desired: int = 2, is_public: bool = True) -> Example:
    """A service on these capacity providers, behind a load balancer or with nothing in front."""
    return service_with(
        desiredCount=desired,
        capacityProviderStrategy=list(providers),
        loadBalancers=[{"targetGroupArn": "arn"}] if is_public else [],
    )


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
    remedy=Remedy(change=_keep_a_base, effort=Effort.MINUTES, cost=Cost.SOME),
    passes=[_on(_ON_DEMAND, _SPOT)],
    fails=[_on(_SPOT), _on({**_ON_DEMAND, "base": 0, "weight": 0}, _SPOT)],
    silent=[
        service_with(launchType="FARGATE"),
        _on(_SPOT, desired=0),
        _on(_SPOT, is_public=False),
    ],
)
def service_spot_only(service: View) -> Outcome:
    """Spot capacity is taken back with two minutes' notice, and when demand is high there is none.

    ECS does not fall back to on-demand capacity by itself. Work that can wait is well placed there,
    so only services that get requests are asked; of several tasks, one that is lost is borne.
    """
    used = "capacityProviderStrategy[?weight > `0` || base > `0`].capacityProvider"
    providers = service.read(READ, used)
    if not is_kept_running(service) or not providers or not serves(service):
        return NOT_APPLICABLE
    if set(providers) != {"FARGATE_SPOT"}:
        return passed()
    return failed(spared=[COMPONENT_LOST] if service.read(READ, "desiredCount") > 1 else [])


def _follow_demand(service: Draft) -> None:
    desired = service.read(READ, "desiredCount")
    targets = service.linked_from(SCALABLE_TARGET, label="scales")
    if not targets:
        targets = [service.add(SCALABLE_TARGET, service.name, {TARGETS: {"MinCapacity": desired}})]
        targets[0].link(service, "scales", hard=False)
    for target in targets:
        target.put(TARGETS, SuspendedState={})
        scale_between(target, 0, desired)
    if not service.linked_from(SCALING_POLICY, label="scales"):
        facts = {"PolicyName": "cpu at 60 %", "PolicyType": "TargetTrackingScaling"}
        policy = service.add(SCALING_POLICY, service.name, {POLICIES: facts})
        policy.link(service, "scales", hard=False)


def _make_room(service: Draft) -> None:
    for target in service.linked_from(SCALABLE_TARGET, label="scales"):
        scale_between(target, 0, service.read(READ, "desiredCount"))


_NO_SCALING_OUT = "SuspendedState.DynamicScalingOutSuspended"
_POLICY = Example(type=SCALING_POLICY, label="scales")
_SUSPENDED = Example(
    type=SCALABLE_TARGET,
    label="scales",
    facts={TARGETS: {"SuspendedState": {"DynamicScalingOutSuspended": True}}},
)


@check(
    id="ecs.service_no_autoscaling",
    resource_type=SERVICE,
    title="A service does not scale: more load than its fixed number of tasks bears is turned away",
    question=SCALING,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=(
        Effect(OVERLOAD, Phase.ACT, "add_capacity_by_hand", by_person=True),
        *started(OVERLOAD),
    ),
    on_pass=replaced(OVERLOAD, "tasks_added"),
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
    remedy=Remedy(change=_follow_demand, effort=Effort.MINUTES, cost=Cost.SOME),
    passes=[service_with(linked_from=[scaled_between(2, 10), _POLICY])],
    fails=[
        service_with(),
        service_with(linked_from=[scaled_between(2, 10)]),
        service_with(linked_from=[_SUSPENDED, _POLICY]),
    ],
    silent=[
        service_with(schedulingStrategy="DAEMON"),
        service_with(desiredCount=0),
        service_with(desiredCount=1, deploymentConfiguration={"maximumPercent": 100}),
    ],
)
def service_no_autoscaling(service: View) -> Outcome:
    """A fixed number of tasks is sized for a day that somebody imagined, not for what comes.

    A range without a policy changes nothing, nor does one that is suspended. A service of which
    there must never be two tasks cannot scale.
    """
    if not is_kept_running(service) or is_one_by_design(service):
        return NOT_APPLICABLE
    targets = service.linked_from(SCALABLE_TARGET, label="scales")
    suspended = [target.read(TARGETS, _NO_SCALING_OUT) for target in targets]
    if not targets or all(suspended):
        note = "scaling is suspended" if targets else ""
        return failed(note, spared=(), **start(service))
    policies = service.linked_from(SCALING_POLICY, label="scales")
    return passed_if(bool(policies), "" if policies else "no policy", **start(service))


@check(
    id="ecs.service_scaling_at_ceiling",
    resource_type=SERVICE,
    title=(
        "A service already runs as many tasks as auto scaling allows: it cannot grow with the load"
    ),
    question=SCALING,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=(
        Effect(OVERLOAD, Phase.ACT, "change_configuration", by_person=True),
        *started(OVERLOAD),
    ),
    on_pass=replaced(OVERLOAD, "tasks_added"),
    effect_source="target tracking reacts within minutes, unless somebody has to raise its ceiling",
    recommendation=(
        "Raise `MaxCapacity` to at least twice the usual number of tasks, after looking at what "
        "the database behind them bears: costs nothing until it is used."
    ),
    documentation=(
        "Automatically scale your Amazon ECS service",
        f"{GUIDE}/service-auto-scaling.html",
    ),
    remedy=Remedy(change=_make_room, effort=Effort.MINUTES, cost=Cost.FREE),
    passes=[service_with(linked_from=[scaled_between(2, 10), _POLICY])],
    fails=[service_with(linked_from=[scaled_between(2, 2), _POLICY])],
    silent=[service_with(), service_with(linked_from=[scaled_between(2, 2)])],
)
def service_scaling_at_ceiling(service: View) -> Outcome:
    """Scaling that has no room left protects from nothing, and looks as if it did."""
    if not is_kept_running(service):
        return NOT_APPLICABLE
    targets = service.linked_from(SCALABLE_TARGET, label="scales")
    if not targets or not service.linked_from(SCALING_POLICY, label="scales"):
        return NOT_APPLICABLE
    most = max(target.read(TARGETS, "MaxCapacity") for target in targets)
    has_room = most > service.read(READ, "desiredCount")
    return passed_if(has_room, f"at most {most} tasks", **start(service))
