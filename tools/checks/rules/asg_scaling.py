"""Auto Scaling groups: how they meet load."""

from state.categories.excessive_load import OVERLOAD, OVERWHELMED, QUOTAS, SCALING
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
from tools.checks.rules.asg import (
    GROUP,
    boot,
    booted,
    group_facts,
    is_sized_by_others,
    is_switched_off,
    relaunched,
    serves,
)
from tools.checks.scaling_groups import (
    POLICIES,
    READ,
    TARGET_TRACKING,
    add_addresses,
    follow_demand,
    keep_a_base,
    make_room,
)
from tools.checks.view import View

SUBNET = "AWS::EC2::Subnet"
SUBNETS = "ec2:DescribeSubnets"

_FORECAST: dict[str, object] = {
    "PolicyName": "days",
    "PredictiveScalingConfiguration": {"Mode": "ForecastOnly"},
}


def _group(*policies: dict[str, object], **fields: object) -> Example:
    return Example(facts={READ: group_facts(**fields), POLICIES: list(policies)})


def _policies(group: View) -> list[str]:
    """Policies that change the group's size: not those switched off, or that only forecast."""
    if "AlarmNotification" in (group.read(READ, "SuspendedProcesses[].ProcessName") or []):
        return []
    forecast = "PredictiveScalingConfiguration.Mode == 'ForecastOnly'"
    return group.read(POLICIES, f"[?Enabled != `false` && !({forecast})].PolicyName") or []


@check(
    id="asg.group_no_scaling_policy",
    resource_type=GROUP,
    title=(
        "Nothing makes a group grow with demand: under load it slows down until somebody adds more"
    ),
    question=SCALING,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=(
        Effect(OVERLOAD, Phase.ACT, "add_capacity_by_hand", by_person=True),
        *booted(OVERLOAD),
    ),
    on_pass=relaunched(OVERLOAD, "instances_added"),
    effect_source=(
        "an assumed change of capacity by hand, against target tracking, which launches after "
        "three breaching minutes, and the boot that the group allows"
    ),
    recommendation=(
        "Add a target tracking policy (average CPU or requests per target) and a `MaxSize` above "
        "today's: instances are paid for only while they run."
    ),
    documentation=(
        "Target tracking scaling policies",
        "https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-scaling-target-tracking.html",
    ),
    strength="groups of instances grow with demand",
    remedy=Remedy(change=follow_demand, effort=Effort.MINUTES, cost=Cost.SOME),
    passes=[_group(TARGET_TRACKING)],
    fails=[
        _group(),
        _group({**TARGET_TRACKING, "Enabled": False}),
        _group(_FORECAST),
        _group(TARGET_TRACKING, SuspendedProcesses=[{"ProcessName": "AlarmNotification"}]),
    ],
    silent=[
        _group(Tags=[{"Key": "eks:nodegroup-name", "Value": "web"}]),
        _group(MaxSize=0),
        _group(MinSize=1, MaxSize=1),
    ],
)
def group_no_scaling_policy(group: View) -> Outcome:
    """A group of a fixed size heals itself, but it does not grow.

    Groups that another scheduler sizes, and those of exactly one for the sake of self-healing, are
    left alone.
    """
    alone = group.read(READ, "MinSize") == group.read(READ, "MaxSize") == 1
    if is_switched_off(group) or alone or is_sized_by_others(group):
        return NOT_APPLICABLE
    warm_ups = group.read(POLICIES, "[].EstimatedInstanceWarmup") or ()
    return passed_if(bool(_policies(group)), "", **boot(group, *warm_ups))


@check(
    id="asg.group_no_headroom",
    resource_type=GROUP,
    title="A group is at its maximum size: its scaling policies cannot add anything any more",
    question=OVERWHELMED,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=(Effect(OVERLOAD, Phase.ACT, "add_capacity_by_hand", by_person=True),),
    effect_source="an assumed change of capacity by hand",
    recommendation=(
        "Raise `MaxSize` to what the peak that was tested needs: it costs nothing until it is "
        "used. "
        "Check that the dependencies bear it, and the quota."
    ),
    documentation=(
        "Set scaling limits for a group",
        "https://docs.aws.amazon.com/autoscaling/ec2/userguide/asg-capacity-limits.html",
    ),
    remedy=Remedy(change=make_room, effort=Effort.MINUTES, cost=Cost.FREE),
    passes=[_group(TARGET_TRACKING)],
    fails=[_group(TARGET_TRACKING, DesiredCapacity=6)],
    silent=[_group(DesiredCapacity=6), _group(TARGET_TRACKING, MaxSize=0, DesiredCapacity=0)],
)
def group_no_headroom(group: View) -> Outcome:
    """The policy keeps asking and the group keeps refusing; neither of them tells anybody."""
    if is_switched_off(group) or not _policies(group):
        return NOT_APPLICABLE
    return passed_if(group.read(READ, "DesiredCapacity") < group.read(READ, "MaxSize"))


def _with_addresses(*free: int, ipv6_only: bool = False, **fields: object) -> Example:
    subnets = [
        Example(
            type=SUBNET,
            label="placed in",
            facts={SUBNETS: {"AvailableIpAddressCount": count, "Ipv6Native": ipv6_only}},
        )
        for count in free
    ]
    return Example(facts={READ: group_facts(**fields)}, linked=subnets)


@check(
    id="asg.group_subnet_ips_low",
    resource_type=GROUP,
    title="The subnets of a group have fewer free addresses than the instances it may still launch",
    question=QUOTAS,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=(Effect(OVERLOAD, Phase.ACT, "change_configuration", by_person=True),),
    effect_source="an assumed change by hand: another subnet for the group",
    recommendation=(
        "Add a subnet to the group, from a secondary address range if the VPC is full: no cost."
    ),
    documentation=(
        "Subnet sizing",
        "https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html",
    ),
    remedy=Remedy(change=add_addresses, effort=Effort.HOURS, cost=Cost.FREE),
    passes=[_with_addresses(100, 100)],
    fails=[_with_addresses(1, 2)],
    silent=[
        _with_addresses(0, MaxSize=0),
        _with_addresses(),
        _with_addresses(0, 0, ipv6_only=True),
    ],
)
def group_subnet_ips_low(group: View) -> Outcome:
    """Scaling out stops at the last address, long before the maximum size; so does moving zones."""
    subnets = group.linked(SUBNET, label="placed in")
    if is_switched_off(group) or not subnets:
        return NOT_APPLICABLE
    if any(subnet.read(SUBNETS, "Ipv6Native") for subnet in subnets):
        return NOT_APPLICABLE  # without IPv4 there is no such limit, and none are counted as free
    free = sum(subnet.read(SUBNETS, "AvailableIpAddressCount") or 0 for subnet in subnets)
    growth = group.read(READ, "MaxSize") - group.read(READ, "DesiredCapacity")
    return passed_if(free >= growth, f"{free} free, {growth} wanted")


def _mixed(base: int, percentage: int) -> dict[str, object]:
    return {
        "InstancesDistribution": {
            "OnDemandBaseCapacity": base,
            "OnDemandPercentageAboveBaseCapacity": percentage,
        }
    }


@check(
    id="asg.group_spot_only",
    resource_type=GROUP,
    title="A group that serves users runs on Spot alone: AWS may take all of it back at busy times",
    question=OVERWHELMED,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=(Effect(OVERLOAD, Phase.ACT, "add_capacity_by_hand", by_person=True),),
    effect_source="an assumed change to On-Demand capacity by hand",
    recommendation=(
        "Set `OnDemandBaseCapacity` to what must never be missing, and let Spot carry what comes "
        "on "
        "top: the base costs the On-Demand price."
    ),
    documentation=(
        "Mixed instances groups",
        "https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-mixed-instances-"
        "groups.html",
    ),
    remedy=Remedy(change=keep_a_base, effort=Effort.MINUTES, cost=Cost.SOME),
    passes=[_group(MixedInstancesPolicy=_mixed(2, 0)), _group(MixedInstancesPolicy=_mixed(0, 50))],
    fails=[_group(MixedInstancesPolicy=_mixed(0, 0))],
    silent=[_group(), _group(MixedInstancesPolicy=_mixed(0, 0), TargetGroupARNs=[])],
)
def group_spot_only(group: View) -> Outcome:
    """Interruptions come with two minutes' notice, and together: when everybody wants more.

    Work that can wait is well placed there, so only groups behind a load balancer are asked.
    """
    path = "MixedInstancesPolicy.InstancesDistribution"
    percentage = group.read(READ, f"{path}.OnDemandPercentageAboveBaseCapacity")
    if percentage is None or not serves(group) or is_switched_off(group):
        return NOT_APPLICABLE
    base = group.read(READ, f"{path}.OnDemandBaseCapacity") or 0
    return passed() if base or percentage else failed()
