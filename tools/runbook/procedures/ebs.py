"""EBS: a volume restored from a snapshot, or made faster."""

from state.categories.excessive_latency import SLOW_DEPENDENCY
from state.categories.misconfiguration_and_bugs import DATA_DELETED
from state.categories.shared_fate import SHARED_COMPONENT_FAILED
from state.categories.single_point_of_failure import COMPONENT_LOST, ZONE_LOST
from state.runbooks import Look
from tools.runbook.commands import blank
from tools.runbook.declarations import Draft, Place, act, look, metric, procedure

_VOLUME, _READ_VOLUME = "AWS::EC2::Volume", "ec2:DescribeVolumes"


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
                "Wait until the device is free.",
                at.aws("ec2", "wait volume-available", volume_ids=[_volume(at)]),
            ),
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
        "`VolumeQueueLength` (average)",
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
