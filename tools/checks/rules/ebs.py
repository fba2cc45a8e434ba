"""EBS volumes that hold data: attached, and not thrown away with a replaceable instance."""

from datetime import timedelta
from typing import Any

from state.categories.excessive_latency import SLOW_DEPENDENCY, SLOWNESS
from state.categories.misconfiguration_and_bugs import DATA_DELETED, GUARDRAILS
from state.categories.shared_fate import SHARED_COMPONENT_FAILED, TIGHTLY_COUPLED
from state.categories.single_point_of_failure import (
    COMPONENT_LOST,
    EACH_COMPONENT_FAILS,
    ZONE_LOST,
)
from state.judgements import Cost, Effort, Layer, Phase
from tools.checks import (
    NOT_APPLICABLE,
    Effect,
    Example,
    Measured,
    Outcome,
    Remedy,
    check,
    failed,
    passed,
    passed_if,
    puts,
)
from tools.checks.copies import DAY, HOUR, restoring
from tools.checks.paper import Draft
from tools.checks.rules.ec2 import INSTANCE, instance_example, is_replaced, stands_alone
from tools.checks.rules.ec2 import READ as INSTANCES
from tools.checks.view import View

VOLUME = "AWS::EC2::Volume"
READ = "ec2:DescribeVolumes"
SNAPSHOTS = "ec2:DescribeSnapshots"

_A_DAY = 26 * 3600  # daily, and the two hours by which a backup window may slip
_OF_A_POD = "kubernetes.io/created-for/pvc/name"  # outlives the node that it is attached to
_GP2_WITHOUT_BURSTS = 1000  # GiB, from which on baseline and burst are the same 3,000 IOPS

_TWO_VOLUMES = [
    {"DeviceName": "/dev/xvda", "Ebs": {"VolumeId": "vol-1", "DeleteOnTermination": True}},
    {"DeviceName": "/dev/sdf", "Ebs": {"VolumeId": "vol-2", "DeleteOnTermination": False}},
]


def _attached_to(instance: Example) -> Example:
    return Example(**{**vars(instance), "label": "reads and writes"})


_SERVER = _attached_to(instance_example(BlockDeviceMappings=_TWO_VOLUMES))
_LONE_SERVER = _attached_to(instance_example())
_IN_GROUP = _attached_to(
    instance_example(("aws:autoscaling:groupName",), BlockDeviceMappings=_TWO_VOLUMES)
)


def _volume(
    *taken: str,
    on: Example | None = _SERVER,
    device: str = "/dev/sdf",
    tags: dict[str, str] | None = None,
    **fields: object,
) -> Example:
    """A volume, the times its snapshots were taken, and the instance it is attached to."""
    attachments = [{"InstanceId": "i-0a1", "Device": device}] if on else []
    volume = {"Size": 100, "VolumeType": "gp3", "Attachments": attachments, **fields}
    snapshots = [{"StartTime": time, "State": "completed"} for time in taken]
    return Example(
        facts={READ: volume, SNAPSHOTS: snapshots}, tags=tags or {}, linked_from=[on] if on else []
    )


def _holds_data(volume: View) -> bool:
    """A data volume, or the only volume of a server that nothing replaces."""
    attachments = volume.read(READ, "Attachments[].Device")
    if attachments and _OF_A_POD in volume.tags:
        return True
    instances = volume.linked_from(INSTANCE, label="reads and writes")
    if not attachments or not instances:
        return False
    if all(is_replaced(instance) for instance in instances):
        return False
    instance = instances[0]
    if attachments[0] != instance.read(INSTANCES, "RootDeviceName"):
        return True
    only = len(instance.read(INSTANCES, "BlockDeviceMappings[].Ebs.VolumeId")) == 1
    return only and stands_alone(instance)


def _take_snapshots(volume: Draft) -> None:
    """A snapshot every day of the last week, the newest an hour old."""
    ages = [HOUR + number * DAY for number in range(7)]
    taken = [
        {"State": "completed", "StartTime": (volume.taken_at - timedelta(seconds=age)).isoformat()}
        for age in ages
    ]
    volume.replace(SNAPSHOTS, [*(volume.read(SNAPSHOTS, "@") or ()), *taken])


@check(
    id="ebs.volume_no_snapshot",
    resource_type=VOLUME,
    title="A volume with data has no snapshot: when it fails or is deleted, the data is gone",
    question=EACH_COMPONENT_FAILS,
    layer=Layer.DISASTER_RECOVERY,
    on_fail=(
        Effect(COMPONENT_LOST, Phase.LOSE, "no_copy"),
        Effect(COMPONENT_LOST, Phase.ACT, "no_way_back", by_person=True),
        Effect(ZONE_LOST, Phase.LOSE, "no_copy"),
        Effect(ZONE_LOST, Phase.ACT, "no_way_back", by_person=True),
        Effect(DATA_DELETED, Phase.LOSE, "no_copy"),
        Effect(DATA_DELETED, Phase.ACT, "no_way_back", by_person=True),
    ),
    on_pass=(
        *restoring(COMPONENT_LOST, "restore_volume", loads=True),
        *restoring(ZONE_LOST, "restore_volume", loads=True),
        *restoring(DATA_DELETED, "restore_volume", loads=True),
    ),
    effect_source="an assumed restore of the volume's size; without a snapshot there is no copy",
    recommendation=(
        "Let AWS Backup or Data Lifecycle Manager take a snapshot every day or more often: only "
        "changed blocks are stored and paid for, and nothing has to be stopped."
    ),
    documentation=(
        "Amazon EBS snapshots",
        "https://docs.aws.amazon.com/ebs/latest/userguide/ebs-snapshots.html",
    ),
    strength="volumes with data have snapshots",
    remedy=Remedy(change=_take_snapshots, effort=Effort.HOURS, cost=Cost.LITTLE),
    passes=[_volume("2026-06-01T03:00:00+00:00")],
    fails=[
        _volume(),
        _volume(on=_LONE_SERVER, device="/dev/xvda"),
        _volume(on=_IN_GROUP, tags={_OF_A_POD: "orders"}),
    ],
    silent=[_volume(on=None), _volume(on=_IN_GROUP), _volume(device="/dev/xvda")],
)
def volume_no_snapshot(volume: View) -> Outcome:
    """A volume exists in one zone; its copies inside that zone do not help against deletion.

    The root volume counts only on a server that nothing replaces and that has no other volume:
    there, the data is where the system is. What a pod claimed counts, wherever the pod runs.
    """
    if not _holds_data(volume):
        return NOT_APPLICABLE
    if volume.read(SNAPSHOTS, "[?State=='completed'].StartTime"):
        return passed(storage_loads=float(volume.read(READ, "Size") or 0))
    return failed()


def _apart(volume: View) -> float | None:
    """Seconds since the newest snapshot, or between the two newest; the longer counts."""
    ordered = "sort_by([?State=='completed'], &to_string(StartTime))"
    newest = volume.read_time(SNAPSHOTS, f"{ordered}[-1].StartTime")
    if newest is None:
        return None
    age = (volume.workload.taken_at - newest).total_seconds()
    before = volume.read_time(SNAPSHOTS, f"{ordered}[-2].StartTime")
    return max(age, (newest - before).total_seconds()) if before else age


@check(
    id="ebs.volume_snapshot_stale",
    resource_type=VOLUME,
    title="Snapshots of a volume are more than a day apart: a restore loses all that came after",
    question=EACH_COMPONENT_FAILS,
    layer=Layer.DISASTER_RECOVERY,
    on_fail=(
        Effect(COMPONENT_LOST, Phase.LOSE, "snapshot_interval"),
        Effect(ZONE_LOST, Phase.LOSE, "snapshot_interval"),
        Effect(DATA_DELETED, Phase.LOSE, "snapshot_interval"),
    ),
    on_pass=(
        Effect(COMPONENT_LOST, Phase.LOSE, "snapshot_interval"),
        Effect(ZONE_LOST, Phase.LOSE, "snapshot_interval"),
        Effect(DATA_DELETED, Phase.LOSE, "snapshot_interval"),
    ),
    effect_source="the time since the newest snapshot, or between the two newest",
    recommendation=(
        "Take snapshots at least as often as the recovery point objective asks, by a backup plan "
        "and "
        "not by hand: each stores only what changed."
    ),
    documentation=(
        "Automate snapshots with Data Lifecycle Manager",
        "https://docs.aws.amazon.com/ebs/latest/userguide/snapshot-lifecycle.html",
    ),
    remedy=Remedy(change=_take_snapshots, effort=Effort.HOURS, cost=Cost.LITTLE),
    passes=[_volume("2026-05-31T12:00:00+00:00", "2026-06-01T11:00:00+00:00")],
    fails=[
        _volume("2026-05-20T03:00:00+00:00"),
        _volume("2026-05-25T03:00:00+00:00", "2026-06-01T11:00:00+00:00"),
    ],
    silent=[_volume(), _volume("2026-01-01T03:00:00+00:00", on=_IN_GROUP)],
)
def volume_snapshot_stale(volume: View) -> Outcome:
    """A restore returns to the newest snapshot; the distance between two is what may be lost."""
    if not _holds_data(volume):
        return NOT_APPLICABLE
    apart = _apart(volume)
    if apart is None:
        return NOT_APPLICABLE
    return passed_if(apart <= _A_DAY, snapshot_interval=Measured(apart))


def _server(delete: bool, *tags: str) -> Example:
    disks = [_TWO_VOLUMES[0], {"DeviceName": "/dev/sdf", "Ebs": {"DeleteOnTermination": delete}}]
    server = instance_example(tags, BlockDeviceMappings=disks)
    volume = Example(type=VOLUME, label="reads and writes", facts={READ: {"Size": 100}})
    return Example(**{**vars(server), "linked": [volume]})


def _keep_data_disks(instance: Draft) -> None:
    root = instance.read(INSTANCES, "RootDeviceName")

    def change(answer: Any) -> None:
        for disk in answer.get("BlockDeviceMappings") or ():
            if disk.get("DeviceName") != root:
                disk.setdefault("Ebs", {})["DeleteOnTermination"] = False

    instance.edit(INSTANCES, change)


@check(
    id="ebs.volume_deleted_with_instance",
    resource_type=INSTANCE,
    title="A data volume is deleted together with its server: ending the server ends the data",
    question=GUARDRAILS,
    layer=Layer.DISASTER_RECOVERY,
    on_fail=restoring(DATA_DELETED, "restore_volume", loads=True),
    effect_source="an assumed restore of the volumes' size",
    recommendation=(
        "Set `DeleteOnTermination` of the data volume to false (`modify-instance-attribute`, no "
        "restart); volumes left over after a termination then have to be deleted by hand."
    ),
    documentation=(
        "Preserve data when an instance is terminated",
        "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/preserving-volumes-on-"
        "termination.html",
    ),
    remedy=Remedy(change=_keep_data_disks, effort=Effort.MINUTES, cost=Cost.FREE),
    passes=[_server(False)],
    fails=[_server(True)],
    silent=[_server(True, "aws:autoscaling:groupName"), instance_example()],
)
def volume_deleted_with_instance(instance: View) -> Outcome:
    """Somebody who terminates the wrong server, or replaces it, deletes its data in the same step.

    Tidiness asks for the opposite; on a server that a group replaces anyway it is right.
    """
    root = instance.read(INSTANCES, "RootDeviceName")
    disks = instance.read(INSTANCES, "BlockDeviceMappings[].[DeviceName, Ebs.DeleteOnTermination]")
    data = [deleted for device, deleted in disks or () if device != root]
    if not data or is_replaced(instance):
        return NOT_APPLICABLE
    volumes = instance.linked(VOLUME, label="reads and writes")
    return passed_if(
        not any(data), storage_loads=sum(float(v.read(READ, "Size") or 0) for v in volumes)
    )


@check(
    id="ebs.volume_magnetic",
    resource_type=VOLUME,
    title="A volume is on magnetic disks of the first generation: everything on it waits for them",
    question=SLOWNESS,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=(Effect(SLOW_DEPENDENCY, Phase.ACT, "change_configuration", by_person=True),),
    effect_source="an assumed change by hand while users wait",
    recommendation=(
        "Change the type to `gp3` (`modify-volume`, while in use): 3,000 IOPS instead of about 100."
    ),
    documentation=(
        "Previous generation volumes",
        "https://docs.aws.amazon.com/ebs/latest/userguide/ebs-volume-types.html",
    ),
    remedy=Remedy(change=puts(READ, VolumeType="gp3"), effort=Effort.MINUTES, cost=Cost.LITTLE),
    passes=[_volume()],
    fails=[_volume(VolumeType="standard")],
    silent=[_volume(on=None, VolumeType="standard"), _volume(on=_IN_GROUP, VolumeType="standard")],
)
def volume_magnetic(volume: View) -> Outcome:
    """About 100 operations a second, tens of milliseconds each: a queue forms at small loads."""
    if not _holds_data(volume):
        return NOT_APPLICABLE
    return passed_if(volume.read(READ, "VolumeType") != "standard")


@check(
    id="ebs.volume_burst_limited",
    resource_type=VOLUME,
    title="A gp2 volume is fast only until its credits are spent: then it falls to its baseline",
    question=SLOWNESS,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=(Effect(SLOW_DEPENDENCY, Phase.ACT, "change_configuration", by_person=True),),
    effect_source="an assumed change by hand while users wait",
    recommendation=(
        "Change the type to `gp3` (`modify-volume`, while in use): 3,000 IOPS at any size and "
        "time, "
        "for a fifth less."
    ),
    documentation=(
        "General Purpose SSD volumes",
        "https://docs.aws.amazon.com/ebs/latest/userguide/general-purpose.html",
    ),
    remedy=Remedy(change=puts(READ, VolumeType="gp3"), effort=Effort.MINUTES, cost=Cost.FREE),
    passes=[_volume(), _volume(VolumeType="gp2", Size=2000)],
    fails=[_volume(VolumeType="gp2", Size=100)],
    silent=[_volume(on=_IN_GROUP, VolumeType="gp2"), _volume(VolumeType="standard")],
)
def volume_burst_limited(volume: View) -> Outcome:
    """The baseline is 3 IOPS a GiB: 100 GiB keep a tenth of the burst while the load lasts."""
    kind, size = volume.read(READ, "VolumeType"), volume.read(READ, "Size") or 0
    if kind == "standard" or not _holds_data(volume):
        return NOT_APPLICABLE
    if kind != "gp2" or size >= _GP2_WITHOUT_BURSTS:
        return passed()
    return failed(f"baseline of {max(100, 3 * size)} IOPS")


_SHARED_DISK = [{"InstanceId": "i-0a1"}, {"InstanceId": "i-0a2"}]


def _attach_to_one(volume: Draft) -> None:
    """The first server keeps it; the others have volumes of their own, with snapshots."""
    first, *others = volume.read(READ, "Attachments") or [{}]
    for attachment in others:
        server = str(attachment.get("InstanceId"))
        own = volume.add(
            VOLUME,
            f"{volume.name} of {server}",
            {
                READ: {
                    **volume.read(READ, "@"),
                    "Attachments": [attachment],
                    "MultiAttachEnabled": False,
                },
                SNAPSHOTS: [],
            },
        )
        _take_snapshots(own)
        for instance in volume.linked_from(INSTANCE, label="reads and writes"):
            if instance.read(INSTANCES, "InstanceId") == server:
                instance.unlink(volume)
                instance.link(own, "reads and writes")
    volume.put(READ, Attachments=[first], MultiAttachEnabled=False)


@check(
    id="ebs.volume_multi_attach",
    resource_type=VOLUME,
    title="Several servers share one volume: its failure, or that of its zone, takes all of them",
    question=TIGHTLY_COUPLED,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=restoring(SHARED_COMPONENT_FAILED, "restore_volume", loads=True),
    effect_source="an assumed restore of the volume's size",
    recommendation=(
        "Keep shared files on EFS or FSx, which span zones, or give each server a volume of its "
        "own and "
        "replicate in the application."
    ),
    documentation=(
        "Attach a volume to multiple instances",
        "https://docs.aws.amazon.com/ebs/latest/userguide/ebs-volumes-multi.html",
    ),
    remedy=Remedy(change=_attach_to_one, effort=Effort.WEEKS, cost=Cost.SOME),
    passes=[_volume(MultiAttachEnabled=False)],
    fails=[_volume(MultiAttachEnabled=True, Attachments=_SHARED_DISK)],
    silent=[_volume(on=None)],
)
def volume_multi_attach(volume: View) -> Outcome:
    """The servers look redundant, and one volume in one zone decides over all of them."""
    attached = volume.read(READ, "Attachments[].InstanceId")
    if not attached:
        return NOT_APPLICABLE
    shared = volume.read(READ, "MultiAttachEnabled") and len(attached) > 1
    return passed_if(not shared, storage_loads=float(volume.read(READ, "Size") or 0))
