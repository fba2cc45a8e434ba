"""Auto Scaling groups: redundancy and self-healing."""

from collections import Counter

from state.categories.excessive_load import OVERLOAD, OVERWHELMED
from state.categories.misconfiguration_and_bugs import BAD_CHANGE, CHANGED_BY_HAND, GUARDRAILS
from state.categories.shared_fate import CHANGE_SIZE
from state.categories.single_point_of_failure import (
    COMPONENT_LOST,
    CONTROL_PLANE,
    EACH_COMPONENT_FAILS,
    ZONE_LOSS,
    ZONE_LOST,
)
from state.judgements import Layer, Phase
from tools.checks import NOT_APPLICABLE, Effect, Example, Outcome, check, failed, passed, passed_if
from tools.checks.view import Unknown, View

GROUP = "AWS::AutoScaling::AutoScalingGroup"
TEMPLATE = "AWS::EC2::LaunchTemplate"
IMAGE = "AWS::EC2::Image"
TARGET_GROUP = "AWS::ElasticLoadBalancingV2::TargetGroup"
READ = "autoscaling:DescribeAutoScalingGroups"
VERSIONS = "ec2:DescribeLaunchTemplateVersions"
IMAGES = "ec2:DescribeImages"

# Tags of groups that another scheduler sizes: cluster autoscaler, node groups, capacity providers.
_SIZED_BY_OTHERS = (
    "k8s.io/cluster-autoscaler/enabled",
    "eks:nodegroup-name",
    "eks:cluster-name",
    "AmazonECSManaged",
    "AWSBatchServiceTag",
)
_OF_A_CLUSTER = ("kubernetes.io/cluster/", "k8s.io/cluster-autoscaler/")
_SELF_HEALING = {"Launch", "Terminate", "HealthCheck", "ReplaceUnhealthy", "AddToLoadBalancer"}


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


def _rides_out_a_loss(group: View) -> bool:
    return sum(int(each.read(READ, "MinSize") or 0) for each in _stands_in(group)) >= 2


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
        Effect(ZONE_LOST, Phase.WARM_UP, "instance_replacement"),
    ),
    effect_source="an assumed change of the group's subnets by hand, and the launch of instances",
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
    return passed_if(len({zone for zones in together for zone in zones}) > 1)


@check(
    id="asg.group_min_below_two",
    resource_type=GROUP,
    title="A group may run on one instance: when it is lost, users wait for the next to start",
    question=CONTROL_PLANE,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=(
        Effect(COMPONENT_LOST, Phase.ACT, "instance_replacement"),
        Effect(ZONE_LOST, Phase.ACT, "instance_replacement"),
    ),
    effect_source="an assumed launch of a new instance; nobody has to act",
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
    return passed_if(_rides_out_a_loss(group))


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
    return failed(spared=[COMPONENT_LOST] if _rides_out_a_loss(group) else [])


def _suspended(*names: str) -> list[dict[str, str]]:
    return [{"ProcessName": name} for name in names]


@check(
    id="asg.group_process_suspended",
    resource_type=GROUP,
    title=(
        "A group's self-healing is suspended: what is lost is not replaced until somebody resumes "
        "it"
    ),
    question=CHANGED_BY_HAND,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=(
        Effect(BAD_CHANGE, Phase.ACT, "change_configuration", by_person=True),
        Effect(ZONE_LOST, Phase.ACT, "change_configuration", by_person=True),
        Effect(COMPONENT_LOST, Phase.ACT, "change_configuration", by_person=True),
        Effect(OVERLOAD, Phase.ACT, "change_configuration", by_person=True),
    ),
    effect_source="an assumed change by hand: find out why, and resume",
    recommendation=(
        "Resume the processes (`resume-processes`), and suspend them for the length of a job only: "
        "standby or instance protection spare single instances instead."
    ),
    documentation=(
        "Suspend and resume processes",
        "https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-suspend-resume-processes.html",
    ),
    passes=[_group(), _group(SuspendedProcesses=_suspended("AZRebalance"))],
    fails=[
        _group(SuspendedProcesses=_suspended("Launch")),
        _group(SuspendedProcesses=_suspended("ReplaceUnhealthy")),
    ],
    silent=[_group(MaxSize=0, SuspendedProcesses=_suspended("Launch"))],
)
def group_process_suspended(group: View) -> Outcome:
    """Usually left over from a deployment or an inquiry: all looks well until it is needed."""
    if is_switched_off(group):
        return NOT_APPLICABLE
    names = set(group.read(READ, "SuspendedProcesses[].ProcessName") or [])
    suspended = sorted(names & _SELF_HEALING)
    if not suspended:
        return passed()
    spared = [] if "Launch" in suspended else [OVERLOAD]
    if _rides_out_a_loss(group):
        spared.append(COMPONENT_LOST)
    return failed(", ".join(suspended), spared=spared)


def _template(image_state: str | None, *, newer: Example | None = None) -> Example:
    """A template whose first and default version boots from an image in this state."""
    versions = [_version(1, "ami-1", DefaultVersion=True)]
    images = [_image("ami-1", image_state)]
    if newer:
        versions.append(_version(2, "ami-2"))
        images.append(newer)
    return Example(type=TEMPLATE, label="launches from", facts={VERSIONS: versions}, linked=images)


def _version(number: int, image: str, **fields: object) -> dict[str, object]:
    return {"VersionNumber": number, "LaunchTemplateData": {"ImageId": image}, **fields}


def _image(image: str, state: str | None) -> Example:
    return Example(
        type=IMAGE,
        label="boots from",
        dangling=state is None,
        facts={IMAGES: {"ImageId": image, "State": state}},
    )


def _launching(template: Example, *target_groups: Example, version: str | None = None) -> Example:
    groups = [
        Example(type=TARGET_GROUP, label="forwards to", dangling=each.dangling)
        for each in target_groups or (Example(),)
    ]
    named = {"LaunchTemplateId": "lt-1", **({"Version": version} if version else {})}
    facts = group_facts(LaunchTemplate=named)
    return Example(facts={READ: facts}, linked=[template], linked_from=groups)


def _is_gone(group: View) -> str:
    """What the group refers to and cannot find, in words; empty if everything is there."""
    named = group.read(READ, "TargetGroupARNs") or []
    if group.workload.gap("elbv2:DescribeTargetGroups"):
        raise Unknown("elbv2:DescribeTargetGroups")
    if len(set(named)) > len(group.linked_from(TARGET_GROUP, label="forwards to")):
        return "a target group is gone"
    if group.dangling("launches from"):
        return "the launch template is gone"
    for template in group.linked(TEMPLATE, label="launches from"):
        wanted = _boots_from(group, template)
        images = template.linked(IMAGE, label="boots from")
        states = {image.read(IMAGES, "ImageId"): image.read(IMAGES, "State") for image in images}
        if wanted in states and states[wanted] != "available":
            return f"the image is {states[wanted]}"
        if wanted and wanted not in states and template.dangling("boots from"):
            return "the image is gone"
    return ""


def _boots_from(group: View, template: View) -> str | None:
    """The image of the template's version that the group launches, if that version was read."""
    version = group.read(
        READ,
        "LaunchTemplate.Version"
        " || MixedInstancesPolicy.LaunchTemplate.LaunchTemplateSpecification.Version",
    )
    path = "[].[VersionNumber, DefaultVersion, LaunchTemplateData.ImageId]"
    rows = sorted(template.read(VERSIONS, path) or [], key=lambda row: int(row[0]))
    if version == "$Latest":
        rows = rows[-1:]
    elif version in (None, "$Default"):
        rows = [row for row in rows if row[1]]
    else:
        rows = [row for row in rows if str(row[0]) == version]
    image = rows[0][2] if rows else None
    return image if image and image.startswith("ami-") else None


@check(
    id="asg.group_broken_reference",
    resource_type=GROUP,
    title=(
        "A group refers to an image, template or target group that is gone: it can replace nothing"
    ),
    question=GUARDRAILS,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=(
        Effect(ZONE_LOST, Phase.ACT, "redeploy_by_hand", by_person=True),
        Effect(COMPONENT_LOST, Phase.ACT, "redeploy_by_hand", by_person=True),
        Effect(OVERLOAD, Phase.ACT, "redeploy_by_hand", by_person=True),
    ),
    effect_source="an assumed build of an image and template under pressure",
    recommendation=(
        "Point the launch template at an image that exists and start one instance from it; keep "
        "images "
        "that templates refer to out of the clean-up job."
    ),
    documentation=(
        "Troubleshoot Amazon EC2 Auto Scaling",
        "https://docs.aws.amazon.com/autoscaling/ec2/userguide/CHAP_Troubleshooting.html",
    ),
    passes=[
        _launching(_template("available")),
        _launching(_template(None, newer=_image("ami-2", "available")), version="$Latest"),
        _launching(_template("available", newer=_image("ami-2", "disabled")), version="1"),
    ],
    fails=[
        _launching(_template("available", newer=_image("ami-2", "disabled")), version="$Latest"),
        _launching(_template(None)),
        _launching(_template("disabled")),
        _launching(Example(type=TEMPLATE, label="launches from", dangling=True)),
        _launching(_template("available"), Example(dangling=True)),
    ],
    silent=[_group(MaxSize=0)],
)
def group_broken_reference(group: View) -> Outcome:
    """Running instances hide it: it shows when the first is lost, or when load asks for more.

    Only the version that the group launches counts; an old default may name what it likes. A group
    that stands by with no instance needs all of it most.
    """
    if group.read(READ, "MaxSize") == 0:
        return NOT_APPLICABLE
    if gone := _is_gone(group):
        return failed(gone, spared=[COMPONENT_LOST] if _rides_out_a_loss(group) else [])
    return passed()


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
    on_fail=(
        Effect(ZONE_LOST, Phase.ACT, "instance_replacement"),
        Effect(OVERLOAD, Phase.ACT, "instance_replacement"),
    ),
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
    return passed_if(most - least < 2 or most * 2 <= count.total(), f"{most} of {count.total()}")


@check(
    id="asg.group_replaced_at_once",
    resource_type=GROUP,
    title="A group may replace most instances at once: one bad release reaches nearly all users",
    question=CHANGE_SIZE,
    layer=Layer.CONTINUOUS_IMPROVEMENT,
    on_fail=(Effect(BAD_CHANGE, Phase.ACT, "redeploy_by_hand", by_person=True),),
    effect_source="an assumed deployment of the earlier version by hand",
    recommendation=(
        "Set `MinHealthyPercentage` of the instance maintenance policy to 90 or more: replacing "
        "takes "
        "longer, and a bad release stops at the first instances."
    ),
    documentation=(
        "Instance maintenance policies",
        "https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-instance-"
        "maintenance-policy.html",
    ),
    passes=[_group(InstanceMaintenancePolicy={"MinHealthyPercentage": 90})],
    fails=[_group(InstanceMaintenancePolicy={"MinHealthyPercentage": 0})],
    silent=[
        _group(),
        _group(InstanceMaintenancePolicy={"MinHealthyPercentage": -1}),
        _group(MaxSize=1, InstanceMaintenancePolicy={"MinHealthyPercentage": 0}),
    ],
)
def group_replaced_at_once(group: View) -> Outcome:
    """The share that stays in service while instances are replaced is the size of one change."""
    share = group.read(READ, "InstanceMaintenancePolicy.MinHealthyPercentage")
    if share in (None, -1) or group.read(READ, "MaxSize") < 2:
        return NOT_APPLICABLE
    return passed_if(share >= 50)
