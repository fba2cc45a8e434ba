"""Auto Scaling groups: redundancy, and what finds a sick instance."""

from collections import Counter

from state.categories import Scenario
from state.categories.excessive_load import OVERLOAD, OVERWHELMED
from state.categories.misconfiguration_and_bugs import BAD_CHANGE
from state.categories.single_point_of_failure import (
    COMPONENT_LOST,
    CONTROL_PLANE,
    EACH_COMPONENT_FAILS,
    ZONE_LOSS,
    ZONE_LOST,
)
from state.judgements import Cost, Effort, Layer, Phase, Verdict
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
from tools.checks.scaling_groups import (
    READ,
    SHORTEST_BOOT,
    even_out,
    keep_two,
    reach_another_zone,
    trust_the_load_balancer,
)
from tools.checks.view import View

GROUP = "AWS::AutoScaling::AutoScalingGroup"
TARGET_GROUP = "AWS::ElasticLoadBalancingV2::TargetGroup"

# Tags of groups that another scheduler sizes: cluster autoscaler, node groups, capacity providers.
_SIZED_BY_OTHERS = (
    "k8s.io/cluster-autoscaler/enabled",
    "eks:nodegroup-name",
    "eks:cluster-name",
    "AmazonECSManaged",
    "AWSBatchServiceTag",
)
_OF_A_CLUSTER = ("kubernetes.io/cluster/", "k8s.io/cluster-autoscaler/")


def group_facts(**fields: object) -> dict[str, object]:
    """What is read of a group of two in two zones behind a load balancer."""
    return {
        "MinSize": 2,
        "MaxSize": 6,
        "DesiredCapacity": 2,
        "AvailabilityZones": ["eu-west-1a", "eu-west-1b"],
        "HealthCheckType": "ELB",
        "TargetGroupARNs": ["arn:web"],
        **fields,
    }


def _group(**fields: object) -> Example:
    return Example(facts={READ: group_facts(**fields)})


def is_switched_off(group: View) -> bool:
    """Whether it may hold no instance, or holds none and wants none: the colour that is idle."""
    return bool(group.read(READ, "MaxSize") == 0 or group.read(READ, "DesiredCapacity") == 0)


def serves(group: View) -> bool:
    """Whether a load balancer sends requests to it, so that users wait while it has no instance."""
    balancers = group.read(READ, "[TargetGroupARNs, LoadBalancerNames, TrafficSources][]")
    return bool(balancers)


def is_sized_by_others(group: View) -> bool:
    """Whether a scheduler outside the group decides how many instances it has."""
    keys = group.read(READ, "Tags[].Key") or []
    return any(key in _SIZED_BY_OTHERS or key.startswith(_OF_A_CLUSTER) for key in keys)


def _stands_in(group: View) -> list[View]:
    """The group, and those that do the same work: one for each zone, or blue beside green.

    They register with the same target group or, as nodes of a cluster, are sized by its scheduler.
    """
    if is_sized_by_others(group):
        nodes = [each for each in group.members(GROUP) if is_sized_by_others(each)]
        return [each for each in nodes if not is_switched_off(each)]
    groups = group.linked_from(TARGET_GROUP, label="forwards to")
    others = [each for target in groups for each in target.linked(GROUP, label="forwards to")]
    return list({each.id: each for each in (group, *others) if not is_switched_off(each)}.values())


def rides_out_a_loss(group: View) -> bool:
    """Whether the loss of one instance leaves another, in the group or beside it."""
    return sum(int(each.read(READ, "MinSize") or 0) for each in _stands_in(group)) >= 2


def relaunched(scenario: Scenario, act: str = "instance_launch") -> tuple[Effect, ...]:
    """An instance is launched and boots; give the check's outcome `**boot(group)`."""
    return (Effect(scenario, Phase.ACT, act), *booted(scenario))


def booted(scenario: Scenario) -> tuple[Effect, ...]:
    """An instance boots: as long as its group allows, or as is assumed."""
    assumed = Effect(scenario, Phase.WARM_UP, "instance_boot")
    return (assumed, Effect(scenario, Phase.WARM_UP, "instance_warm_up"))


def boot(group: View, *policies: float) -> dict[str, float | None]:
    """Units for `booted`: the seconds that the group allows a new instance, if it says so.

    `policies`: the warm-up of its scaling policies, which go before the group's own.
    """
    allowed = policies or group.read(READ, "[HealthCheckGracePeriod, DefaultInstanceWarmup]")
    seconds = max((float(each) for each in allowed if each), default=0.0)
    if seconds < SHORTEST_BOOT:
        return {"instance_warm_up": None}
    return {"instance_boot": None, "instance_warm_up": seconds}


def _beside(other: Example, **fields: object) -> Example:
    """A group, and another behind the same target group."""
    sibling = Example(type=GROUP, label="forwards to", facts=other.facts)
    targets = Example(type=TARGET_GROUP, label="forwards to", linked=[sibling])
    return Example(facts={READ: group_facts(**fields)}, linked_from=[targets])


def _in_one_zone(*others: str) -> Example:
    own = ["eu-west-1a"]
    if not others:
        return _group(AvailabilityZones=own)
    return _beside(_group(AvailabilityZones=list(others)), AvailabilityZones=own)


@check(
    id="asg.group_single_az",
    resource_type=GROUP,
    title="A group launches into one zone: when the zone is lost, so is every instance",
    question=ZONE_LOSS,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=(
        Effect(ZONE_LOST, Phase.ACT, "change_configuration", by_person=True),
        *booted(ZONE_LOST),
    ),
    on_pass=relaunched(ZONE_LOST),
    effect_source=(
        "an assumed change of the group's subnets by hand; the group launches in the zones left, "
        "and instances boot as long as it allows"
    ),
    recommendation=(
        "Give the group subnets in two or more zones: no instance more than today is needed, and "
        "the "
        "group replaces what is lost in the zones that are left."
    ),
    documentation=(
        "Add an Availability Zone",
        "https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-add-availability-zone.html",
    ),
    strength="groups of instances span several zones",
    remedy=Remedy(change=reach_another_zone, effort=Effort.MINUTES, cost=Cost.FREE),
    passes=[_group(), _in_one_zone("eu-west-1b")],
    fails=[_in_one_zone(), _in_one_zone("eu-west-1a")],
    silent=[
        _group(AvailabilityZones=["eu-west-1a"], MaxSize=0),
        _group(AvailabilityZones=["eu-west-1a"], MinSize=0, DesiredCapacity=0),
    ],
)
def group_single_az(group: View) -> Outcome:
    """The group heals itself only where it may launch; two subnets in one zone are one zone.

    One group for each zone is a design of its own, with others to carry on where one is lost.
    """
    if is_switched_off(group):
        return NOT_APPLICABLE
    together = [each.read(READ, "AvailabilityZones") or [] for each in _stands_in(group)]
    return passed_if(len({zone for zones in together for zone in zones}) > 1, "", **boot(group))


@check(
    id="asg.group_min_below_two",
    resource_type=GROUP,
    title="A group may run on one instance: when it is lost, users wait for the next to start",
    question=CONTROL_PLANE,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=(
        *relaunched(COMPONENT_LOST),
        *relaunched(ZONE_LOST),
        Effect(OVERLOAD, Phase.ACT, "add_capacity_by_hand", by_person=True),
        *booted(OVERLOAD),
    ),
    effect_source=(
        "an assumed launch of a new instance, and the boot that its group allows; where one is "
        "also the most that may run, somebody has to raise that under load"
    ),
    recommendation=(
        "Set `MinSize` to 2: one instance more to pay for, and the loss of one is no outage. A "
        "group of one still heals itself within minutes, which may be enough."
    ),
    documentation=(
        "Set scaling limits for a group",
        "https://docs.aws.amazon.com/autoscaling/ec2/userguide/asg-capacity-limits.html",
    ),
    strength="groups keep at least two instances running",
    saving="the second instance of each group",
    remedy=Remedy(change=keep_two, effort=Effort.MINUTES, cost=Cost.MUCH),
    passes=[_group(), _beside(_group(MinSize=1), MinSize=1)],
    fails=[_group(MinSize=1), _group(MinSize=1, TargetGroupARNs=[])],
    silent=[
        _group(MinSize=0, TargetGroupARNs=[]),
        _group(MinSize=0, MaxSize=0),
        _group(MinSize=0, DesiredCapacity=0),
        _group(MinSize=1, Tags=[{"Key": "eks:nodegroup-name", "Value": "web"}]),
    ],
)
def group_min_below_two(group: View) -> Outcome:
    """It is slow, not dead: the group launches another, which boots while everything waits.

    That launch needs EC2's control plane, which may be as impaired as the instance that was lost.

    Groups without a load balancer that may shrink to nothing work off queues at their own pace.
    """
    if is_switched_off(group) or (group.read(READ, "MinSize") == 0 and not serves(group)):
        return NOT_APPLICABLE
    if is_sized_by_others(group) and group.read(READ, "DesiredCapacity") >= 2:
        return NOT_APPLICABLE
    may_grow = group.read(READ, "MaxSize") > 1 or not serves(group)
    verdict = Verdict.PASS if rides_out_a_loss(group) else Verdict.FAIL
    return Outcome(verdict, boot(group), spared=(OVERLOAD,) if may_grow else ())


@check(
    id="asg.group_elb_health_check_off",
    resource_type=GROUP,
    title="A group ignores its load balancer's health checks: what hangs is never replaced",
    question=EACH_COMPONENT_FAILS,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=(
        Effect(BAD_CHANGE, Phase.ACT, "restart_by_hand", by_person=True),
        Effect(COMPONENT_LOST, Phase.ACT, "restart_by_hand", by_person=True),
    ),
    effect_source="an assumed restart by hand of the instance that hangs",
    recommendation=(
        "Set `HealthCheckType` to `ELB`, with a grace period as long as the application takes to "
        "start: no cost. Instances that fail the check are then replaced."
    ),
    documentation=(
        "Attach a load balancer: health checks",
        "https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-add-elb-healthcheck.html",
    ),
    strength="instances that fail the load balancer's check are replaced",
    remedy=Remedy(change=trust_the_load_balancer, effort=Effort.MINUTES, cost=Cost.FREE),
    passes=[_group(), _group(HealthCheckType="EBS,ELB")],
    fails=[_group(HealthCheckType="EC2")],
    silent=[
        _group(HealthCheckType="EC2", TargetGroupARNs=[]),
        _group(HealthCheckType="EC2", Tags=[{"Key": "eks:nodegroup-name", "Value": "web"}]),
    ],
)
def group_elb_health_check_off(group: View) -> Outcome:
    """EC2 looks at the machine only: with a full disk or a dead process it runs, and is useless.

    The nodes of a cluster are left alone: there, one sick pod would cost a node with all its pods.
    """
    if is_switched_off(group) or not serves(group) or is_sized_by_others(group):
        return NOT_APPLICABLE
    trusted = set((group.read(READ, "HealthCheckType") or "").split(","))
    if trusted & {"ELB", "VPC_LATTICE"}:
        return passed()
    return failed(spared=[COMPONENT_LOST] if rides_out_a_loss(group) else [])


_FOUR_THREE_TWO = ("eu-west-1a",) * 4 + ("eu-west-1b",) * 3 + ("eu-west-1c",) * 2


def _in_zones(*zones: str, **fields: object) -> Example:
    instances = [{"AvailabilityZone": z, "LifecycleState": "InService"} for z in zones]
    return _group(Instances=instances, **fields)


@check(
    id="asg.group_az_loss_undersized",
    resource_type=GROUP,
    title="Most instances of a group are in one zone: without it, the rest must carry everything",
    question=OVERWHELMED,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=(*relaunched(ZONE_LOST), *relaunched(OVERLOAD)),
    effect_source="an assumed launch of the instances that are short, while the rest is overloaded",
    recommendation=(
        "Find out why the group is out of balance (rebalancing suspended, no capacity or no free "
        "addresses in a zone) and let it even itself out: no cost."
    ),
    documentation=(
        "Static stability",
        "https://docs.aws.amazon.com/wellarchitected/latest/reliability-pillar/"
        "rel_withstand_component_failures_static_stability.html",
    ),
    remedy=Remedy(change=even_out, effort=Effort.HOURS, cost=Cost.FREE),
    passes=[
        _in_zones("eu-west-1a", "eu-west-1b"),
        _in_zones(*_FOUR_THREE_TWO, AvailabilityZones=sorted(set(_FOUR_THREE_TWO))),
    ],
    fails=[_in_zones("eu-west-1a", "eu-west-1a")],
    silent=[
        _in_zones("eu-west-1a"),
        _group(AvailabilityZones=["eu-west-1a"]),
        _in_zones("eu-west-1a", "eu-west-1a", Tags=[{"Key": "eks:cluster-name", "Value": "web"}]),
    ],
)
def group_az_loss_undersized(group: View) -> Outcome:
    """Groups spread instances evenly by themselves; a difference of two is not their choice.

    The scheduler of a cluster has reasons of its own, and pods to place.
    """
    zones = set(group.read(READ, "AvailabilityZones") or [])
    path = "Instances[?LifecycleState=='InService'].AvailabilityZone"
    count = Counter(dict.fromkeys(zones, 0))
    count.update(group.read(READ, path) or [])
    if len(zones) < 2 or count.total() < 2 or is_sized_by_others(group):
        return NOT_APPLICABLE
    most, least = max(count.values()), min(count.values())
    even = most - least < 2 or most * 2 <= count.total()
    return passed_if(even, f"{most} of {count.total()}", **boot(group))
