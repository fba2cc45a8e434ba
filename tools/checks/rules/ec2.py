"""EC2 instances. What a group, a fleet or another scheduler replaces is judged there, not here."""

from state.categories.excessive_latency import SLOW_DEPENDENCY
from state.categories.excessive_load import OVERLOAD, OVERWHELMED
from state.categories.misconfiguration_and_bugs import BAD_CHANGE
from state.categories.single_point_of_failure import (
    COMPONENT_LOST,
    EACH_COMPONENT_FAILS,
    REDUNDANT,
    ZONE_LOST,
)
from state.judgements import Cost, Effort, Layer, Phase
from state.snapshot import RelationKind
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
from tools.checks.new_alarms import alarm_on_failure
from tools.checks.paper import Draft
from tools.checks.scaling_groups import POLICIES, TARGET_TRACKING, reach_another_zone
from tools.checks.scaling_groups import READ as GROUPS
from tools.checks.view import View
from tools.checks.zones import SUBNET, zones_of

INSTANCE = "AWS::EC2::Instance"
GROUP = "AWS::AutoScaling::AutoScalingGroup"
TARGET_GROUP = "AWS::ElasticLoadBalancingV2::TargetGroup"
ALARM = "AWS::CloudWatch::Alarm"
READ = "ec2:DescribeInstances"
CREDITS = "ec2:DescribeInstanceCreditSpecifications"
HEALTH = "elbv2:DescribeTargetHealth"

# Tags that AWS services and Karpenter put on instances which they launch, and launch again.
_REPLACED_BY = (
    "aws:autoscaling:groupName",
    "aws:ec2:fleet-id",
    "aws:ec2spot:fleet-request-id",
    "aws:elasticmapreduce:job-flow-id",
    "karpenter.sh/nodepool",
    "karpenter.sh/provisioner-name",
)
_BURSTABLE = ("t2.", "t3.", "t3a.", "t4g.")  # other types with a t, such as trn1, have no credits


# Without a group nothing adds a server, and none is put in place of one that a release broke.
_BY_HAND = (
    Effect(OVERLOAD, Phase.ACT, "add_capacity_by_hand", by_person=True),
    Effect(BAD_CHANGE, Phase.ACT, "redeploy_by_hand", by_person=True),
)


def instance_example(tags: tuple[str, ...] = (), **fields: object) -> Example:
    """A running instance with one volume."""
    return Example(type=INSTANCE, facts={READ: {**_RUNNING, "Tags": _tags(tags), **fields}})


def _tags(keys: tuple[str, ...]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": "web"} for key in keys]


_RUNNING = {
    "InstanceId": "i-0a1",
    "InstanceType": "m7g.large",
    "State": {"Name": "running"},
    "RootDeviceName": "/dev/xvda",
    "BlockDeviceMappings": [{"DeviceName": "/dev/xvda", "Ebs": {"VolumeId": "vol-1"}}],
}


def is_replaced(instance: View) -> bool:
    """Whether something launches another one when this one is gone."""
    tags = instance.read(READ, "Tags[].Key") or []
    return bool(set(tags) & set(_REPLACED_BY) or instance.read(READ, "Operator.Managed"))


def stands_alone(instance: View) -> bool:
    """Neither replaced by anything, nor one of several targets behind a load balancer."""
    if is_replaced(instance):
        return False
    groups = instance.linked_from(TARGET_GROUP, label="forwards to")
    return all(len(set(group.read(HEALTH, "[].Target.Id"))) < 2 for group in groups)


def _behind(*targets: str) -> Example:
    health = [{"Target": {"Id": each}, "TargetHealth": {"State": "healthy"}} for each in targets]
    return Example(type=TARGET_GROUP, label="forwards to", facts={HEALTH: health})


def _recovered_by_an_alarm() -> Example:
    facts = {"cloudwatch:DescribeAlarms": {"AlarmActions": ["arn:aws:automate:x:ec2:recover"]}}
    alarm = Example(type=ALARM, label="watches", facts=facts)
    off = {"AutoRecovery": "disabled"}
    return Example(facts={READ: {**_RUNNING, "MaintenanceOptions": off}}, linked_from=[alarm])


def _one_of_two() -> Example:
    return Example(facts={READ: _RUNNING}, linked_from=[_behind("i-0a1", "i-0a2")])


def _put_into_a_group(instance: Draft) -> None:
    """A group of two, with all that groups are asked for; the server is the first of them."""
    tags = instance.read(READ, "Tags") or []
    instance.put(READ, Tags=[*tags, {"Key": _REPLACED_BY[0], "Value": instance.name}])
    members = [*instance.linked_from(TARGET_GROUP, label="forwards to")]
    own = instance.read(READ, "Placement.AvailabilityZone")
    zone = own or next(iter(sorted(zones_of(instance))), f"{instance.region}a")
    group = instance.add(
        GROUP,
        instance.name,
        {
            GROUPS: {
                "AutoScalingGroupName": instance.name,
                "MinSize": 2,
                "MaxSize": 4,
                "DesiredCapacity": 2,
                "AvailabilityZones": [zone],
                "HealthCheckType": "ELB" if members else "EC2",
                "HealthCheckGracePeriod": 300,
                "TargetGroupARNs": [each.id for each in members],
            },
            POLICIES: [TARGET_TRACKING],
        },
    )
    group.link(instance, "launches", kind=RelationKind.CONTAINMENT, hard=False)
    for balancer in members:
        balancer.link(group, "forwards to")
    for subnet in instance.linked(SUBNET, label="placed in"):
        group.link(subnet, "placed in", kind=RelationKind.CONTAINMENT)
    reach_another_zone(group)
    alarm_on_failure(group)


@check(
    id="ec2.instance_standalone",
    resource_type=INSTANCE,
    title="A server runs on its own: when its zone or the machine is lost, somebody rebuilds it",
    question=REDUNDANT,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=(
        Effect(ZONE_LOST, Phase.ACT, "rebuild_component", by_person=True),
        Effect(COMPONENT_LOST, Phase.ACT, "instance_recovery"),
        Effect(SLOW_DEPENDENCY, Phase.ACT, "restart_by_hand", by_person=True),
        *_BY_HAND,
    ),
    on_pass=_BY_HAND,
    effect_source=(
        "an assumed rebuild by hand, or a restart where it hangs; AWS recovers the instance when "
        "only its host fails. Capacity "
        "and releases are put on servers that no group launches by hand, however many there are"
    ),
    recommendation=(
        "Put it into an Auto Scaling group of two over two zones: the loss of one is no outage. A "
        "group of one is replaced within minutes, and costs nothing more. State has to move off "
        "the machine."
    ),
    documentation=(
        "Auto Scaling benefits for application architecture",
        "https://docs.aws.amazon.com/autoscaling/ec2/userguide/auto-scaling-benefits.html",
    ),
    strength="no server carries its load alone",
    remedy=Remedy(change=_put_into_a_group, effort=Effort.DAYS, cost=Cost.MUCH),
    passes=[_one_of_two()],
    fails=[instance_example(), Example(facts={READ: _RUNNING}, linked_from=[_behind("i-0a1")])],
    silent=[
        instance_example(("aws:autoscaling:groupName",)),
        instance_example(State={"Name": "stopped"}),
        instance_example(Operator={"Managed": True}),
    ],
)
def instance_standalone(instance: View) -> Outcome:
    """Nothing launches a second one: the machine is put together again while people wait.

    AWS moves an instance to a healthy host by itself, but not into another zone, and it does not
    bring back one that was terminated.
    """
    if instance.read(READ, "State.Name") != "running" or is_replaced(instance):
        return NOT_APPLICABLE
    return passed_if(not stands_alone(instance))


def _recover(instance: Draft) -> None:
    instance.put_in(READ, "MaintenanceOptions.AutoRecovery", "default")


@check(
    id="ec2.instance_auto_recovery_off",
    resource_type=INSTANCE,
    title="Automatic recovery of a lone server is turned off: a failed host waits for a person",
    question=EACH_COMPONENT_FAILS,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=(Effect(COMPONENT_LOST, Phase.ACT, "rebuild_component", by_person=True),),
    on_pass=(Effect(COMPONENT_LOST, Phase.ACT, "instance_recovery"),),
    effect_source="an assumed rebuild by hand against an assumed restart on another host",
    recommendation=(
        "Set `MaintenanceOptions.AutoRecovery` back to `default`: no cost and no restart, and a "
        "failed "
        "host is left behind within minutes."
    ),
    documentation=(
        "Automatic instance recovery",
        "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-recover.html",
    ),
    remedy=Remedy(change=_recover, effort=Effort.MINUTES, cost=Cost.FREE),
    passes=[
        instance_example(),
        instance_example(MaintenanceOptions={"AutoRecovery": "default"}),
        _recovered_by_an_alarm(),
    ],
    fails=[instance_example(MaintenanceOptions={"AutoRecovery": "disabled"})],
    silent=[
        instance_example(
            ("aws:autoscaling:groupName",), MaintenanceOptions={"AutoRecovery": "disabled"}
        ),
        instance_example(InstanceType="m7i.metal-24xl"),
        instance_example(
            State={"Name": "stopped"}, MaintenanceOptions={"AutoRecovery": "disabled"}
        ),
        instance_example(
            Placement={"Tenancy": "host"}, MaintenanceOptions={"AutoRecovery": "disabled"}
        ),
    ],
)
def instance_auto_recovery_off(instance: View) -> Outcome:
    """It is on by default and keeps address and volumes; somebody must have switched it off.

    An alarm whose action recovers the instance does the same, and is a reason to switch it off.
    Neither exists on bare metal, and on a dedicated host the host's own recovery counts.
    """
    if ".metal" in instance.read(READ, "InstanceType") or not stands_alone(instance):
        return NOT_APPLICABLE
    if instance.read(READ, "State.Name") != "running":
        return NOT_APPLICABLE
    if instance.read(READ, "Placement.Tenancy") == "host":
        return NOT_APPLICABLE
    alarms = instance.linked_from(ALARM, label="watches")
    actions = [alarm.read("cloudwatch:DescribeAlarms", "AlarmActions") for alarm in alarms]
    if any(action.endswith(":ec2:recover") for each in actions for action in each or ()):
        return passed("an alarm recovers it")
    return passed_if(instance.read(READ, "MaintenanceOptions.AutoRecovery") != "disabled")


def _unlimit(instance: Draft) -> None:
    modes = instance.resource.facts[CREDITS]
    instance.replace(CREDITS, [{**mode, "CpuCredits": "unlimited"} for mode in modes])


def _burstable(credits: str | None) -> Example:
    fact = [{"InstanceId": "i-0a1", "CpuCredits": credits}] if credits else []
    return Example(facts={READ: {**_RUNNING, "InstanceType": "t3.medium"}, CREDITS: fact})


@check(
    id="ec2.instance_burstable_throttled",
    resource_type=INSTANCE,
    title=(
        "A burstable server may not exceed its credits: under lasting load it falls to its baseline"
    ),
    question=OVERWHELMED,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=(Effect(OVERLOAD, Phase.ACT, "add_capacity_by_hand", by_person=True),),
    effect_source="an assumed change of capacity by hand",
    recommendation=(
        "Set the credit option to `unlimited` (no restart; extra CPU is billed by the hour only "
        "when "
        "used), or move to a type that is not burstable."
    ),
    documentation=(
        "Burstable performance instances",
        "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/burstable-performance-instances.html",
    ),
    remedy=Remedy(change=_unlimit, effort=Effort.MINUTES, cost=Cost.LITTLE),
    passes=[_burstable("unlimited")],
    fails=[_burstable("standard")],
    silent=[instance_example(), _burstable(None), instance_example(InstanceType="trn1.32xlarge")],
)
def instance_burstable_throttled(instance: View) -> Outcome:
    """In standard mode a t instance gets 5 to 40 % of its CPU once credits are spent.

    That is when load is highest and lasts longest, which no short test shows.
    """
    burstable = instance.read(READ, "InstanceType").startswith(_BURSTABLE)
    if not burstable or instance.read(READ, "State.Name") != "running":
        return NOT_APPLICABLE
    mode = instance.read(CREDITS, "[0].CpuCredits")
    if mode is None:
        return NOT_APPLICABLE
    return passed() if mode == "unlimited" else failed(f"credit mode {mode}")
