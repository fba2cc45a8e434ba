"""Servers: Auto Scaling groups, instances, and the volumes on them."""

from state.categories.excessive_latency import SLOW_DEPENDENCY
from state.categories.excessive_load import OVERLOAD
from state.categories.misconfiguration_and_bugs import BAD_CHANGE, DATA_DELETED
from state.categories.shared_fate import SHARED_COMPONENT_FAILED
from state.categories.single_point_of_failure import COMPONENT_LOST, ZONE_LOST
from state.runbooks import Action, Look
from tools.markdown import code
from tools.runbook.commands import blank
from tools.runbook.declarations import Draft, Place, act, look, metric, procedure

_GROUP = "AWS::AutoScaling::AutoScalingGroup"
_INSTANCE, _VOLUME = "AWS::EC2::Instance", "AWS::EC2::Volume"
_READ_GROUP = "autoscaling:DescribeAutoScalingGroups"
_READ, _READ_VOLUME = "ec2:DescribeInstances", "ec2:DescribeVolumes"


# -- Auto Scaling groups ---------------------------------------------------------------------------


def _group(at: Place) -> str:
    return str(at.fact(_READ_GROUP, "AutoScalingGroupName") or at.short)


def _servers(at: Place) -> Look:
    return look(
        at.aws(
            "autoscaling",
            "describe-auto-scaling-groups",
            auto_scaling_group_names=[_group(at)],
            query="AutoScalingGroups[0].{Min: MinSize, Wanted: DesiredCapacity, Max: MaxSize, "
            "Suspended: SuspendedProcesses[].ProcessName, Instances: Instances[].[InstanceId, "
            "AvailabilityZone, LifecycleState, HealthStatus, LaunchTemplate.Version]}",
        ),
        "`Wanted`, `Instances`, `Suspended`",
        "as many `InService` and `Healthy` as wanted; no process suspended",
    )


def _activities(at: Place) -> Look:
    return look(
        at.aws(
            "autoscaling",
            "describe-scaling-activities",
            auto_scaling_group_name=_group(at),
            max_items=10,
            query="Activities[].[StartTime, StatusCode, StatusMessage, Cause]",
        ),
        "the last activities",
        "`Successful`; a `Failed` one says why no server starts",
    )


@procedure(_GROUP, COMPONENT_LOST, title="replace a server")
def replace(at: Place) -> Draft:
    """Called unhealthy, a server is replaced by the group."""
    return Draft(
        purpose="A server hangs or is gone, and the group has not replaced it.",
        checks=[_servers(at), _activities(at)],
        actions=[
            act(
                "Have the group replace it.",
                at.aws(
                    "autoscaling",
                    "set-instance-health",
                    instance_id=blank("INSTANCE_ID"),
                    health_status="Unhealthy",
                ),
                warning="The server is ended, with all that is on its own disks.",
            ),
            act("Wait until the new one is in service: run the check again.", phase="warm up"),
        ],
        verification=[_servers(at)],
        rollback=[act("None is needed: the new server is made from the same template.")],
        never=["Do not end the last server that still works."],
    )


@procedure(_GROUP, OVERLOAD, title="add servers")
def add(at: Place) -> Draft:
    """The ceiling first, then the number."""
    now = at.fact(_READ_GROUP, "DesiredCapacity")
    most = at.fact(_READ_GROUP, "MaxSize")
    load = look(
        metric(at, "AWS/EC2", "CPUUtilization", "Average", AutoScalingGroupName=_group(at)),
        "`Average`",
        "below 80; if it is low, the servers wait for something: more of them do not help",
    )
    return Draft(
        purpose="The servers have more to do than they can.",
        checks=[_servers(at), load],
        actions=[
            act(
                "Raise the ceiling and the number.",
                at.aws(
                    "autoscaling",
                    "update-auto-scaling-group",
                    auto_scaling_group_name=_group(at),
                    max_size=blank("COUNT"),
                    desired_capacity=blank("COUNT"),
                ),
                warning="Each server opens connections to the database and costs money.",
            ),
            act("Wait until they are in service: run the check again.", phase="warm up"),
        ],
        verification=[_servers(at), load],
        rollback=[
            act(
                "Go back to the former numbers, once the load is.",
                at.aws(
                    "autoscaling",
                    "update-auto-scaling-group",
                    auto_scaling_group_name=_group(at),
                    max_size=blank("COUNT") if most is None else most,
                    desired_capacity=blank("COUNT") if now is None else now,
                ),
                warning="Servers are ended: see that requests are drained first.",
            )
        ],
        never=["Do not scale in during the incident."],
    )


@procedure(_GROUP, BAD_CHANGE, title="roll the servers back")
def roll_back(at: Place) -> Draft:
    """The launch template's version before, then an instance refresh."""
    template = at.fact(_READ_GROUP, "LaunchTemplate.LaunchTemplateId")
    version = at.fact(_READ_GROUP, "LaunchTemplate.Version")
    chosen = template or blank("LAUNCH_TEMPLATE_ID")

    def updated(to: object) -> Action:
        return act(
            "Let the group start servers from this version.",
            at.aws(
                "autoscaling",
                "update-auto-scaling-group",
                auto_scaling_group_name=_group(at),
                launch_template={"LaunchTemplateId": chosen, "Version": to},
            ),
        )

    refresh = at.aws(
        "autoscaling",
        "start-instance-refresh",
        auto_scaling_group_name=_group(at),
        preferences={"MinHealthyPercentage": 90},
    )
    return Draft(
        purpose="A new image, template or start script breaks the servers.",
        checks=[
            _servers(at),
            look(
                at.aws(
                    "ec2",
                    "describe-launch-template-versions",
                    launch_template_id=chosen,
                    query="LaunchTemplateVersions[].[VersionNumber, CreateTime, "
                    "LaunchTemplateData.ImageId]",
                ),
                "the versions, and their images",
                "one from before the change, whose image is still there",
            ),
        ],
        actions=[
            updated(blank("GOOD_VERSION")),
            act(
                "Replace the servers in rounds.",
                refresh,
                expect="an `InstanceRefreshId`",
                warning="Servers are ended one after the other.",
            ),
            act(
                "Follow it until it is `Successful`.",
                at.aws(
                    "autoscaling",
                    "describe-instance-refreshes",
                    auto_scaling_group_name=_group(at),
                    max_records=1,
                    query="InstanceRefreshes[].[Status, PercentageComplete, StatusReason]",
                ),
                phase="warm up",
            ),
        ],
        verification=[_servers(at)],
        rollback=[updated(str(version) if version else blank("BAD_VERSION"))],
        never=["Do not delete the template's bad version: it is the evidence."],
    )


@procedure(_GROUP, ZONE_LOST, title="start servers in zones that work")
def other_zone(at: Place) -> Draft:
    """The group's subnets decide where it starts servers."""
    former = at.fact(_READ_GROUP, "VPCZoneIdentifier") or blank("SUBNET_ID")
    return Draft(
        purpose="A zone is lost, and the group does not start servers elsewhere.",
        checks=[
            _servers(at),
            look(
                at.aws(
                    "ec2",
                    "describe-subnets",
                    filters=[
                        {
                            "Name": "vpc-id",
                            "Values": [
                                vpc.id.rpartition("/")[2]
                                for vpc in at.known.of_type("AWS::EC2::VPC")
                            ]
                            or ["*"],
                        }
                    ],
                    query="Subnets[].[SubnetId, AvailabilityZone, AvailableIpAddressCount, "
                    "Tags[?Key=='Name'].Value | [0]]",
                ),
                "subnets in zones that work",
                "one with free addresses and the same way out",
            ),
        ],
        actions=[
            act(
                "Give the group subnets in zones that work.",
                at.aws(
                    "autoscaling",
                    "update-auto-scaling-group",
                    auto_scaling_group_name=_group(at),
                    vpc_zone_identifier=blank("SUBNET_ID"),
                ),
                warning="Several subnets are separated by commas. Servers elsewhere are replaced.",
            ),
            act("Wait until they are in service: run the check again.", phase="warm up"),
        ],
        verification=[_servers(at)],
        rollback=[
            act(
                "Give it its former subnets back once the zone is healthy.",
                at.aws(
                    "autoscaling",
                    "update-auto-scaling-group",
                    auto_scaling_group_name=_group(at),
                    vpc_zone_identifier=former,
                ),
            )
        ],
        never=["Do not take a subnet in a zone that the load balancer does not lie in."],
    )


# -- instances ---------------------------------------------------------------------------


def _instance(at: Place) -> str:
    return str(at.fact(_READ, "InstanceId") or at.short)


def _state(at: Place) -> Look:
    return look(
        at.aws(
            "ec2",
            "describe-instance-status",
            instance_ids=[_instance(at)],
            include_all_instances=True,
            query="InstanceStatuses[0].{State: InstanceState.Name, System: SystemStatus.Status, "
            "Instance: InstanceStatus.Status, Zone: AvailabilityZone, Events: Events}",
        ),
        "`State`, `System`, `Instance`, `Events`",
        "`running`, `ok`, `ok`; `System` impaired: AWS's hardware; `Instance` impaired: what runs "
        "on it",
    )


def _running(at: Place) -> Action:
    return act(
        "Wait until both status checks are passed.",
        at.aws("ec2", "wait instance-status-ok", instance_ids=[_instance(at)]),
        phase="warm up",
    )


def _of_group(at: Place) -> Draft | None:
    """A server of a group is replaced, not mended: the group would end it while it is stopped."""
    group = next(iter((*at.linked_from(_GROUP), *at.linked(_GROUP))), None)
    if group is None:
        return None
    return Draft(
        purpose=f"The server belongs to the Auto Scaling group {code(group.name)}.",
        checks=[_state(at)],
        actions=[act("Follow the procedures of its group: it replaces the server.")],
        verification=[_state(at)],
        rollback=[act("See the procedures of its group.")],
        never=["Do not stop it: its group would call it ill and end it."],
    )


@procedure(_INSTANCE, COMPONENT_LOST, SLOW_DEPENDENCY, title="restart it on other hardware")
def restart(at: Place) -> Draft:
    """A stop and a start move it; a reboot does not."""
    if found := _of_group(at):
        return found
    return Draft(
        purpose="The server hangs, or the hardware under it failed.",
        checks=[_state(at)],
        actions=[
            act(
                "Stop it.",
                at.aws("ec2", "stop-instances", instance_ids=[_instance(at)]),
                warning="Instance store and, without an Elastic IP, the public address are lost. "
                "EBS volumes stay.",
            ),
            act(
                "Wait until it has stopped.",
                at.aws("ec2", "wait instance-stopped", instance_ids=[_instance(at)]),
            ),
            act(
                "Start it: it comes up on other hardware.",
                at.aws("ec2", "start-instances", instance_ids=[_instance(at)]),
            ),
            _running(at),
        ],
        verification=[_state(at)],
        rollback=[act("None is needed: it is the same server.")],
        never=["Do not terminate it: its volumes may go with it."],
    )


@procedure(_INSTANCE, ZONE_LOST, DATA_DELETED, BAD_CHANGE, title="start a new one from an image")
def rebuild(at: Place) -> Draft:
    """The same size and security groups, in a zone that works."""
    if found := _of_group(at):
        return found
    image = at.fact(_READ, "ImageId")
    return Draft(
        purpose="The server or its zone is lost, or what is on it was broken or deleted.",
        checks=[
            _state(at),
            look(
                at.aws(
                    "ec2",
                    "describe-images",
                    owners=["self"],
                    query="sort_by(Images, &CreationDate)[-5:].[ImageId, Name, CreationDate]",
                ),
                "the newest images of your own",
                "one of this server from before the damage; otherwise build it from the image that "
                "it was made from",
            ),
        ],
        actions=[
            act(
                "Start a new server in a zone that works.",
                at.aws(
                    "ec2",
                    "run-instances",
                    image_id=blank("IMAGE_ID"),
                    instance_type=at.fact(_READ, "InstanceType"),
                    subnet_id=blank("SUBNET_ID"),
                    security_group_ids=at.fact(_READ, "SecurityGroups[].GroupId") or None,
                    key_name=at.fact(_READ, "KeyName"),
                    iam_instance_profile=(
                        {"Arn": profile}
                        if (profile := at.fact(_READ, "IamInstanceProfile.Arn"))
                        else None
                    ),
                    count=1,
                ),
                expect="an `InstanceId`: note it",
            ),
            act(
                "Wait until both status checks are passed.",
                at.aws("ec2", "wait instance-status-ok", instance_ids=[blank("INSTANCE_ID")]),
            ),
            act("Bring its data back: see the procedures of its volumes."),
            act("Point at the new server what pointed at the former: targets, DNS, addresses."),
        ],
        verification=[
            look(
                at.aws(
                    "ec2",
                    "describe-instance-status",
                    instance_ids=[blank("INSTANCE_ID")],
                    query="InstanceStatuses[0].[InstanceState.Name, SystemStatus.Status, "
                    "InstanceStatus.Status]",
                ),
                "the new server",
                "`running`, `ok`, `ok`",
            )
        ],
        rollback=[
            act(
                "Point back at the former server"
                + (f" (made from `{image}`)." if _is_plain(image) else ".")
            )
        ],
        never=["Do not terminate the former server before the analysis is done."],
    )


def _is_plain(image: object) -> bool:
    return isinstance(image, str) and image.replace("-", "").isalnum()


@procedure(_INSTANCE, OVERLOAD, title="give it a larger size")
def larger(at: Place) -> Draft:
    """It has to stop for that."""
    if found := _of_group(at):
        return found
    size = at.fact(_READ, "InstanceType")

    def sized(to: object) -> Action:
        return act(
            "Change the size.",
            at.aws(
                "ec2",
                "modify-instance-attribute",
                instance_id=_instance(at),
                instance_type={"Value": to},
            ),
        )

    stop = act(
        "Stop it.",
        at.aws("ec2", "stop-instances", instance_ids=[_instance(at)]),
        warning="It is down until it is started again; instance store is lost.",
    )
    stopped = act(
        "Wait until it has stopped.",
        at.aws("ec2", "wait instance-stopped", instance_ids=[_instance(at)]),
    )
    start = act("Start it.", at.aws("ec2", "start-instances", instance_ids=[_instance(at)]))
    load = look(
        metric(at, "AWS/EC2", "CPUUtilization", "Maximum", InstanceId=_instance(at)),
        "`Maximum`",
        "below 90",
    )
    return Draft(
        purpose="The server has more to do than it can.",
        checks=[_state(at), load],
        actions=[
            act("Stop what can wait: jobs, reports, retries."),
            stop,
            stopped,
            sized(blank("NEW_INSTANCE_TYPE")),
            start,
            _running(at),
        ],
        verification=[_state(at), load],
        rollback=[stop, stopped, sized(size or blank("NEW_INSTANCE_TYPE")), start],
        never=["Do not restart it before the cause is known: what waits is lost."],
    )


# -- volumes ---------------------------------------------------------------------------


def _volume(at: Place) -> str:
    return str(at.fact(_READ_VOLUME, "VolumeId") or at.short)


def _disk(at: Place) -> Look:
    return look(
        at.aws(
            "ec2",
            "describe-volumes",
            volume_ids=[_volume(at)],
            query="Volumes[0].{State: State, Zone: AvailabilityZone, Size: Size, Type: VolumeType, "
            "Attached: Attachments[].[InstanceId, Device, State]}",
        ),
        "`State`, `Attached`",
        "`in-use` and `attached`",
    )


@procedure(
    _VOLUME, COMPONENT_LOST, ZONE_LOST, DATA_DELETED, title="restore the volume from a snapshot"
)
def restore_volume(at: Place) -> Draft:
    """A new volume beside the damaged one, in the zone of the server that is to use it."""
    device = at.fact(_READ_VOLUME, "Attachments[0].Device") or blank("DEVICE")
    server = at.fact(_READ_VOLUME, "Attachments[0].InstanceId") or blank("INSTANCE_ID")
    detach = act(
        "Stop what writes to it, then detach the damaged volume, if it is still attached.",
        at.aws("ec2", "detach-volume", volume_id=_volume(at)),
        warning="Unmount it in the operating system first.",
    )
    return Draft(
        purpose="The volume failed, its zone is lost, or files on it were deleted or broken.",
        checks=[
            _disk(at),
            look(
                at.aws(
                    "ec2",
                    "describe-snapshots",
                    owner_ids=["self"],
                    filters=[{"Name": "volume-id", "Values": [_volume(at)]}],
                    query="sort_by(Snapshots, &StartTime)[].[SnapshotId, StartTime, State]",
                ),
                "the newest snapshot from before the damage",
                "one that is `completed`; an empty list means that there is no way back: tell the "
                "incident lead at once, and keep what is left",
            ),
        ],
        actions=[
            act(
                "Make a new volume from the snapshot, in the zone of the server.",
                at.aws(
                    "ec2",
                    "create-volume",
                    snapshot_id=blank("EBS_SNAPSHOT_ID"),
                    availability_zone=blank("ZONE"),
                    volume_type=at.fact(_READ_VOLUME, "VolumeType"),
                ),
                expect="a `VolumeId`: note it",
            ),
            act(
                "Wait until it is available.",
                at.aws("ec2", "wait volume-available", volume_ids=[blank("VOLUME_ID")]),
            ),
            detach,
            act(
                "Attach the new one.",
                at.aws(
                    "ec2",
                    "attach-volume",
                    volume_id=blank("VOLUME_ID"),
                    instance_id=server,
                    device=device,
                ),
            ),
        ],
        verification=[
            look(
                at.aws(
                    "ec2",
                    "describe-volumes",
                    volume_ids=[blank("VOLUME_ID")],
                    query="Volumes[0].[State, Attachments]",
                ),
                "the new volume",
                "`in-use` and `attached`; the files are there",
            )
        ],
        rollback=[
            act("Detach the new volume, and attach the former one in the same way."),
        ],
        never=["Do not delete the damaged volume: it is the evidence."],
    )


@procedure(_VOLUME, SLOW_DEPENDENCY, SHARED_COMPONENT_FAILED, title="make the volume faster")
def faster(at: Place) -> Draft:
    """It can be changed while it is in use."""
    waiting = look(
        metric(at, "AWS/EBS", "VolumeQueueLength", "Average", VolumeId=_volume(at)),
        "`Average`",
        "a handful at most",
    )
    return Draft(
        purpose="The disk is too slow: requests to it pile up.",
        checks=[_disk(at), waiting],
        actions=[
            act(
                "Make it a gp3 volume with more operations a second.",
                at.aws(
                    "ec2",
                    "modify-volume",
                    volume_id=_volume(at),
                    volume_type="gp3",
                    iops=blank("IOPS"),
                ),
                warning="It can be changed again only after six hours.",
            )
        ],
        verification=[waiting, _disk(at)],
        rollback=[act("After six hours change it back with the same command.")],
        never=["Do not detach it while it is in use."],
    )
