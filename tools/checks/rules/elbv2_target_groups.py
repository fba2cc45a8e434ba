"""Target groups: what a load balancer sends requests to, and how it finds out what failed."""

import re

from state.categories.excessive_latency import FAIL_FAST, SLOW_DEPENDENCY
from state.categories.misconfiguration_and_bugs import BAD_CHANGE, BAD_CHANGES_KEPT_OUT
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
    passed_if,
    puts,
)
from tools.checks.paper import Draft
from tools.checks.rules.elbv2 import BALANCER, BALANCERS
from tools.checks.view import View
from tools.checks.zones import another_zone, place_in

TARGET_GROUP = "AWS::ElasticLoadBalancingV2::TargetGroup"
GROUP = "AWS::AutoScaling::AutoScalingGroup"
INSTANCE = "AWS::EC2::Instance"
SERVICE = "AWS::ECS::Service"
TARGET_GROUPS = "elbv2:DescribeTargetGroups"
HEALTH = "elbv2:DescribeTargetHealth"
ATTRIBUTES = "elbv2:DescribeTargetGroupAttributes"
INSTANCES = "ec2:DescribeInstances"

_OF_A_CLUSTER = "elbv2.k8s.aws/cluster"  # set by the controller that registers pods
_CONNECTIONS = ("TCP", "TLS", "UDP", "TCP_UDP")  # clients stay with the target they have
_DEFAULT_DRAINING = 300.0  # seconds
_DEFAULT_DETECTION = 90  # seconds: what a network load balancer's defaults come to


def _targets(
    *zones: str | None,
    kind: str = "ip",
    state: str = "healthy",
    tags: dict[str, str] | None = None,
    linked: tuple[Example, ...] = (),
    **fields: object,
) -> Example:
    """A target group with one target in each zone given."""
    health = [
        {
            "Target": {"Id": f"10.0.0.{number}", **({"AvailabilityZone": zone} if zone else {})},
            "TargetHealth": {"State": state},
        }
        for number, zone in enumerate(zones)
    ]
    facts = {
        "TargetType": kind,
        "LoadBalancerArns": ["arn:lb"],
        "HealthCheckEnabled": True,
        "HealthCheckProtocol": "HTTP",
        "HealthCheckPath": "/health",
        "HealthCheckIntervalSeconds": 10,
        "HealthyThresholdCount": 2,
        "UnhealthyThresholdCount": 2,
        "Matcher": {"HttpCode": "200"},
        **fields,
    }
    return Example(facts={TARGET_GROUPS: facts, HEALTH: health}, tags=tags or {}, linked=linked)


def _in_zone(zone: str) -> Example:
    facts = {INSTANCES: {"Placement": {"AvailabilityZone": zone}}}
    return Example(type=INSTANCE, label="forwards to", facts=facts)


_BY_GROUP = Example(type=GROUP, label="forwards to")


def _is_in_use(group: View) -> bool:
    """Whether a load balancer sends requests to machines, tasks or pods of the group."""
    kind = group.read(TARGET_GROUPS, "TargetType")
    return bool(group.read(TARGET_GROUPS, "LoadBalancerArns")) and kind in ("instance", "ip")


def _targets_in_service(group: View) -> set[str]:
    path = "[?contains(['healthy', 'initial', 'unavailable'], TargetHealth.State)].Target.Id"
    return set(group.read(HEALTH, path) or [])


def _zones(group: View) -> set[str]:
    """Zones of the targets; of instances where their registration does not say.

    None where one is outside the VPC: its zone, and whether it has any, is not known.
    """
    zones = set(group.read(HEALTH, "[].Target.AvailabilityZone") or [])
    if "all" in zones:
        return set()
    for instance in group.linked(INSTANCE, label="forwards to"):
        zones.add(instance.read(INSTANCES, "Placement.AvailabilityZone"))
    return zones - {None}


def _is_filled_by_others(group: View) -> bool:
    """Whether a group, service or cluster registers the targets, and replaces those it loses."""
    if _OF_A_CLUSTER in group.tags:
        return True
    return bool(group.linked(GROUP, SERVICE) or group.linked_from(SERVICE))


def _seconds_to_eject(group: View) -> float:
    return _seconds_of_checks(group, "UnhealthyThresholdCount")


def _seconds_to_take_back(group: View) -> float:
    return _seconds_of_checks(group, "HealthyThresholdCount")


def _seconds_of_checks(group: View, threshold: str) -> float:
    interval = group.read(TARGET_GROUPS, "HealthCheckIntervalSeconds") or 0
    return float(interval * (group.read(TARGET_GROUPS, threshold) or 0))


def _seconds_of_draining(group: View) -> float:
    """How long clients stay connected to targets that were taken out.

    An application load balancer sends the next request elsewhere, whatever the connection.
    """
    if group.read(TARGET_GROUPS, "Protocol") not in _CONNECTIONS:
        return 0.0
    path = "[?Key=='deregistration_delay.timeout_seconds'].Value | [0]"
    return float(group.read(ATTRIBUTES, path) or _DEFAULT_DRAINING)


def _zone_to_add(group: Draft, taken: set[str]) -> str:
    """A zone without a target, preferably one that the load balancer is enabled in."""
    balancers = group.linked_from(BALANCER, label="forwards to")
    enabled = [b.read(BALANCERS, "AvailabilityZones[].ZoneName") or [] for b in balancers]
    free = sorted({zone for zones in enabled for zone in zones} - taken)
    return free[0] if free else another_zone(group, taken)


def _register_another(group: Draft) -> None:
    targets = group.read(HEALTH, "@") or []
    taken = {zone for each in targets if (zone := each["Target"].get("AvailabilityZone"))}
    target = {
        "Id": f"{group.name}-on-paper",
        "Port": group.read(TARGET_GROUPS, "Port"),
        "AvailabilityZone": _zone_to_add(group, taken),
    }
    added = {"Target": target, "TargetHealth": {"State": "healthy"}}
    group.replace(HEALTH, [*targets, added])


def _move_one(group: Draft) -> None:
    """One target is replaced by its like in another zone."""
    instances = group.linked(INSTANCE, label="forwards to")
    taken = set(group.read(HEALTH, "[].Target.AvailabilityZone") or [])
    taken |= {each.read(INSTANCES, "Placement.AvailabilityZone") for each in instances}
    zone = _zone_to_add(group, taken - {None})
    if not instances:
        group.edit(HEALTH, lambda targets: targets[-1]["Target"].update(AvailabilityZone=zone))
        return
    moved = instances[-1]
    for subnet in moved.linked("AWS::EC2::Subnet", label="placed in"):
        moved.unlink(subnet, "placed in")
    moved.put_in(INSTANCES, "Placement.AvailabilityZone", zone)
    moved.put(INSTANCES, SubnetId=place_in(moved, zone))


def _check_often(group: Draft) -> None:
    """Every ten seconds, which the time to wait for an answer has to stay below."""
    wait = group.read(TARGET_GROUPS, "HealthCheckTimeoutSeconds") or 5
    tries = group.read(TARGET_GROUPS, "UnhealthyThresholdCount") or 3
    group.put(
        TARGET_GROUPS,
        HealthCheckIntervalSeconds=10,
        HealthCheckTimeoutSeconds=min(wait, 5),
        UnhealthyThresholdCount=min(tries, 3),
    )


@check(
    id="elbv2.target_group_single_target",
    resource_type=TARGET_GROUP,
    title="A load balancer has a single target: when it fails there is nowhere to send requests",
    question=REDUNDANT,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=(
        Effect(COMPONENT_LOST, Phase.ACT, "rebuild_component", by_person=True),
        Effect(ZONE_LOST, Phase.ACT, "rebuild_component", by_person=True),
    ),
    on_pass=(Effect(COMPONENT_LOST, Phase.ACT, "load_balancer_ejects"),),
    effect_source="an assumed rebuild by hand against the health check's interval and threshold",
    recommendation=(
        "Register a second target in another zone, or let a service or Auto Scaling group register "
        "them: it costs the second target, and a failed one is passed over within seconds."
    ),
    documentation=(
        "Target groups",
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-target-"
        "groups.html",
    ),
    strength="load balancers have more than one target to send requests to",
    remedy=Remedy(change=_register_another, effort=Effort.HOURS, cost=Cost.MUCH),
    passes=[_targets("eu-west-1a", "eu-west-1b")],
    fails=[_targets("eu-west-1a")],
    silent=[
        _targets(),
        _targets("eu-west-1a", LoadBalancerArns=[]),
        _targets("eu-west-1a", kind="lambda"),
        _targets("eu-west-1a", linked=(_BY_GROUP,)),
        _targets("eu-west-1a", tags={_OF_A_CLUSTER: "web"}),
        _targets("eu-west-1a", state="unused"),
        _targets(None, kind="instance", linked=(_in_zone("eu-west-1a"),)),
    ],
)
def target_group_single_target(group: View) -> Outcome:
    """The load balancer is redundant by itself; what it sends requests to is up to you.

    A lone server, and a group or service of one, are told so where they are judged themselves.
    """
    targets = _targets_in_service(group)
    if not _is_in_use(group) or not targets:
        return NOT_APPLICABLE
    alone = len(targets) == 1
    if alone and (_is_filled_by_others(group) or group.linked(INSTANCE, label="forwards to")):
        return NOT_APPLICABLE
    return passed_if(not alone, load_balancer_ejects=_seconds_to_eject(group))


@check(
    id="elbv2.target_group_single_az",
    resource_type=TARGET_GROUP,
    title="All targets of a load balancer are in one zone: when it is lost, so is the service",
    question=ZONE_LOSS,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=(Effect(ZONE_LOST, Phase.ACT, "rebuild_component", by_person=True),),
    on_pass=(Effect(ZONE_LOST, Phase.ACT, "load_balancer_ejects"),),
    effect_source="an assumed rebuild by hand against the health check's interval and threshold",
    recommendation=(
        "Move one of the targets to another zone that the load balancer is enabled in: the same "
        "number "
        "of machines, at the price of some traffic between zones."
    ),
    documentation=(
        "Target groups",
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-target-"
        "groups.html",
    ),
    strength="targets behind load balancers are spread over zones",
    remedy=Remedy(change=_move_one, effort=Effort.HOURS, cost=Cost.LITTLE),
    passes=[
        _targets("eu-west-1a", "eu-west-1b"),
        _targets(
            None,
            None,
            kind="instance",
            linked=(_in_zone("eu-west-1a"), _in_zone("eu-west-1b"), _BY_GROUP),
        ),
    ],
    fails=[
        _targets("eu-west-1a", "eu-west-1a"),
        _targets(None, None, kind="instance", linked=(_in_zone("eu-west-1a"),) * 2),
    ],
    silent=[
        _targets("eu-west-1a"),
        _targets(None, None),
        _targets("eu-west-1a", "eu-west-1a", linked=(_BY_GROUP,)),
        _targets("eu-west-1a", "eu-west-1a", tags={_OF_A_CLUSTER: "web"}),
        _targets("eu-west-1a", "all"),
    ],
)
def target_group_single_az(group: View) -> Outcome:
    """Several targets in one zone are redundant against the loss of a machine, not of the zone."""
    if not _is_in_use(group) or len(_targets_in_service(group)) < 2:
        return NOT_APPLICABLE
    zones = _zones(group)
    if not zones or (len(zones) == 1 and _is_filled_by_others(group)):
        return NOT_APPLICABLE
    return passed_if(len(zones) > 1, load_balancer_ejects=_seconds_to_eject(group))


def _of_connections(group: Example) -> Example:
    """The same behind a network load balancer, where targets keep their clients for a minute."""
    kept = [{"Key": "deregistration_delay.timeout_seconds", "Value": "60"}]
    over_tcp = {**group.facts[TARGET_GROUPS], "Protocol": "TCP"}
    return Example(facts={**group.facts, TARGET_GROUPS: over_tcp, ATTRIBUTES: kept})


_BY_CHECKS = (
    Effect(SLOW_DEPENDENCY, Phase.ACT, "load_balancer_ejects"),
    Effect(COMPONENT_LOST, Phase.ACT, "load_balancer_ejects"),
    Effect(BAD_CHANGE, Phase.PROPAGATE, "target_drains"),
    Effect(BAD_CHANGE, Phase.WARM_UP, "load_balancer_takes_back"),
)


@check(
    id="elbv2.target_group_detection_slow",
    resource_type=TARGET_GROUP,
    title="A failed target keeps getting requests for minutes before health checks take it out",
    question=FAIL_FAST,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=_BY_CHECKS,
    on_pass=_BY_CHECKS,
    effect_source=(
        "the health check's interval times its thresholds; where connections last, the time that a "
        "target which was taken out keeps them"
    ),
    recommendation=(
        "Check every 10 seconds with a threshold of 2 or 3: no cost, and a failed target is passed "
        "over within half a minute."
    ),
    documentation=(
        "Health checks for target groups",
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-"
        "checks.html",
    ),
    strength="load balancers pass over failed targets within a minute and a half",
    remedy=Remedy(change=_check_often, effort=Effort.MINUTES, cost=Cost.FREE),
    passes=[_targets("eu-west-1a"), _targets(HealthCheckIntervalSeconds=30)],
    fails=[
        _targets(HealthCheckIntervalSeconds=60, UnhealthyThresholdCount=5),
        _of_connections(_targets(HealthCheckIntervalSeconds=60, UnhealthyThresholdCount=5)),
    ],
    silent=[
        _targets(LoadBalancerArns=[]),
        _targets(kind="lambda"),
        _targets(HealthCheckEnabled=False),
    ],
)
def target_group_detection_slow(group: View) -> Outcome:
    """Until then a share of the requests fails or hangs, and those who retry add to the load."""
    if not _is_in_use(group) or not group.read(TARGET_GROUPS, "HealthCheckEnabled"):
        return NOT_APPLICABLE
    seconds = _seconds_to_eject(group)
    return passed_if(
        seconds <= _DEFAULT_DETECTION,
        f"{seconds:.0f} s",
        load_balancer_ejects=seconds,
        target_drains=_seconds_of_draining(group),
        load_balancer_takes_back=_seconds_to_take_back(group),
    )


_LOG_IN = ("401", "403")


def _accepts_errors(codes: str) -> bool:
    """Whether a matcher such as `200,300-499` counts an error as an answer.

    A demand to log in is no error: it takes a working application to make it.
    """
    return any(int(code) >= 400 for code in re.findall(r"\d{3}", codes) if code not in _LOG_IN)


@check(
    id="elbv2.target_group_check_shallow",
    resource_type=TARGET_GROUP,
    title="A health check takes errors for health: a broken release keeps getting requests",
    question=BAD_CHANGES_KEPT_OUT,
    layer=Layer.CONTINUOUS_IMPROVEMENT,
    on_fail=(
        Effect(BAD_CHANGE, Phase.ACT, "redeploy_by_hand", by_person=True),
        Effect(COMPONENT_LOST, Phase.ACT, "restart_by_hand", by_person=True),
    ),
    effect_source="an assumed deployment by hand of the earlier version, once somebody noticed",
    recommendation=(
        "Give the application a health address that answers 200 when it can do its work, and let "
        "the "
        "matcher accept nothing else."
    ),
    documentation=(
        "Health checks for target groups",
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-"
        "checks.html",
    ),
    remedy=Remedy(
        change=puts(TARGET_GROUPS, Matcher={"HttpCode": "200"}),
        effort=Effort.HOURS,
        cost=Cost.FREE,
    ),
    passes=[
        _targets(),
        _targets(Matcher={"HttpCode": "200-399"}),
        _targets(Matcher={"HttpCode": "200,401"}),
    ],
    fails=[_targets(Matcher={"HttpCode": "200-499"}), _targets(Matcher={"HttpCode": "200,404"})],
    silent=[_targets(HealthCheckProtocol="TCP"), _targets(LoadBalancerArns=[])],
)
def target_group_check_shallow(group: View) -> Outcome:
    """Accepting 404 saves a health address, and hides the release that answers nothing else."""
    codes = group.read(TARGET_GROUPS, "Matcher.HttpCode")
    protocol = group.read(TARGET_GROUPS, "HealthCheckProtocol")
    if not _is_in_use(group) or not codes or protocol not in ("HTTP", "HTTPS"):
        return NOT_APPLICABLE
    return failed(f"accepts {codes}") if _accepts_errors(codes) else passed_if(True)
