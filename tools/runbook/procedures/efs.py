"""EFS: files back from AWS Backup, mount targets, throughput, the replica."""

from state.categories.excessive_load import OVERLOAD
from state.categories.misconfiguration_and_bugs import BAD_CHANGE, DATA_DELETED
from state.categories.shared_fate import SHARED_COMPONENT_FAILED
from state.categories.single_point_of_failure import COMPONENT_LOST, REGION_LOST, ZONE_LOST
from state.runbooks import Look
from tools.runbook.backups import recovery_points, restored
from tools.runbook.commands import blank, from_file
from tools.runbook.declarations import Draft, Place, act, look, metric, procedure

_FILES = "AWS::EFS::FileSystem"
_TARGETS = "efs:DescribeMountTargets"


def _id(at: Place) -> str:
    return str(at.fact("efs:DescribeFileSystems", "FileSystemId") or at.short)


def _state(at: Place) -> Look:
    return look(
        at.aws(
            "efs",
            "describe-file-systems",
            file_system_id=_id(at),
            query="FileSystems[0].{State: LifeCycleState, Size: SizeInBytes.Value, "
            "Targets: NumberOfMountTargets, Throughput: ThroughputMode}",
        ),
        "`State`, `Size`, `Targets`",
        "`available`, and about the size that it had",
    )


def _targets(at: Place) -> Look:
    return look(
        at.aws(
            "efs",
            "describe-mount-targets",
            file_system_id=_id(at),
            query="MountTargets[].[MountTargetId, AvailabilityZoneName, LifeCycleState, IpAddress]",
        ),
        "the mount target of each zone",
        "`available`, one in each zone that servers or tasks run in",
    )


@procedure(_FILES, DATA_DELETED, title="bring files back")
def bring_back(at: Place) -> Draft:
    """AWS Backup restores into the file system or into a new one."""
    return Draft(
        purpose="Files were deleted or overwritten.",
        checks=[_state(at), *recovery_points(at)],
        actions=[
            act("Stop whatever deletes or overwrites."),
            *restored(at),
            act("Copy the files back from the restored folder or file system, and compare them."),
        ],
        verification=[_state(at)],
        rollback=[act("Remove the restored folder: nothing else was touched.")],
        never=["Do not delete the file system or its mount targets."],
    )


@procedure(_FILES, ZONE_LOST, COMPONENT_LOST, title="mount it in another zone")
def mount(at: Place) -> Draft:
    """Each zone needs a mount target of its own."""
    groups = [blank("SECURITY_GROUP_ID")]
    return Draft(
        purpose="The zone of a mount target is lost: who mounts through it hangs.",
        checks=[_state(at), _targets(at)],
        actions=[
            act(
                "Make a mount target in a zone that works and has none.",
                at.aws(
                    "efs",
                    "create-mount-target",
                    file_system_id=_id(at),
                    subnet_id=blank("MOUNT_TARGET_SUBNET_ID"),
                    security_groups=groups,
                ),
                expect="`creating`, then `available` after about two minutes",
            ),
            act("Start servers or tasks in that zone: see their procedures."),
        ],
        verification=[_targets(at)],
        rollback=[act("None is needed: the mount target may stay.")],
        never=["Do not mount through the address of another zone: it is the one that may be lost."],
    )


@procedure(_FILES, OVERLOAD, SHARED_COMPONENT_FAILED, title="give it throughput")
def throughput(at: Place) -> Draft:
    """Bursting runs out of credits; elastic does not."""
    mode = at.fact("efs:DescribeFileSystems", "ThroughputMode") or "bursting"
    credits = look(
        metric(at, "AWS/EFS", "PercentIOLimit", "Maximum", FileSystemId=_id(at)),
        "`PercentIOLimit` (maximum)",
        "below 95",
    )
    left = look(
        metric(at, "AWS/EFS", "BurstCreditBalance", "Minimum", FileSystemId=_id(at)),
        "`BurstCreditBalance` (minimum), in bytes",
        "well above zero; no points where throughput is elastic",
    )
    return Draft(
        purpose="The file system is slow: its throughput is used up.",
        checks=[_state(at), credits, left],
        actions=[
            act(
                "Let throughput follow the demand.",
                at.aws(
                    "efs",
                    "update-file-system",
                    file_system_id=_id(at),
                    throughput_mode="elastic",
                ),
                warning="It is paid for by what is read and written. The mode can be changed back "
                "only after a day.",
            )
        ],
        verification=[_state(at), credits],
        rollback=[
            act(
                "Go back to the former mode after a day.",
                at.aws(
                    "efs", "update-file-system", file_system_id=_id(at), throughput_mode=str(mode)
                ),
            )
            if mode in ("bursting", "elastic")
            else act("Go back to the former provisioned throughput after a day, in the console.")
        ],
        never=["Do not write ballast files to earn credits during the incident."],
    )


@procedure(_FILES, BAD_CHANGE, title="put the file system's policy back")
def policy_back(at: Place) -> Draft:
    """A policy or security group that keeps clients out."""
    policy = at.aws(
        "efs", "put-file-system-policy", file_system_id=_id(at), policy=from_file("POLICY_FILE")
    )
    return Draft(
        purpose="A change of the policy or of a security group keeps clients out.",
        checks=[
            _targets(at),
            look(
                at.aws(
                    "efs",
                    "describe-file-system-policy",
                    file_system_id=_id(at),
                    query="Policy",
                    output="text",
                ),
                "the policy",
                "the workload's roles may mount and write; an error `PolicyNotFound` means there "
                "is none. Keep the answer in a file",
            ),
        ],
        actions=[
            act(
                "Put the former policy back: it stands in your templates.",
                policy,
                warning="It replaces the whole policy. Keep the present one first.",
            )
        ],
        verification=[_state(at), _targets(at)],
        rollback=[act("Put back the policy that you kept.", policy)],
        never=["Do not open port 2049 to everybody."],
    )


@procedure(_FILES, REGION_LOST, title="use the copy in the other Region")
def other_region(at: Place) -> Draft:
    """A replica is read-only until the replication is deleted."""
    there = look(
        at.aws(
            "efs",
            "describe-file-systems",
            file_system_id=blank("FILE_SYSTEM_ID"),
            region=blank("OTHER_REGION"),
            query="FileSystems[0].[LifeCycleState, SizeInBytes.Value]",
        ),
        "the copy",
        "`available`; an error means that there is none, but perhaps a copied backup",
    )
    return Draft(
        purpose="The Region is lost, and the file system with it.",
        checks=[there],
        actions=[
            act(
                "Make the copy writable: end the replication.",
                at.aws(
                    "efs",
                    "delete-replication-configuration",
                    source_file_system_id=_id(at),
                    region=blank("OTHER_REGION"),
                ),
                warning="It cannot be taken up again without copying everything.",
            ),
            act("Mount the copy, and point the application at it."),
        ],
        verification=[there],
        rollback=[act("Copy what was written meanwhile back before you use the former one.")],
        never=["Do not write to both."],
    )
