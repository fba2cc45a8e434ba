"""EFS file systems: where they are kept, where they can be mounted, whether they are backed up."""

from typing import Any

from state.categories.excessive_load import OVERLOAD, OVERWHELMED
from state.categories.misconfiguration_and_bugs import DATA_DELETED, GUARDRAILS
from state.categories.shared_fate import SHARED_COMPONENT_FAILED, SHARED_WITH_OTHERS
from state.categories.single_point_of_failure import (
    REDUNDANT,
    REGION_LOSS,
    REGION_LOST,
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
    passed,
    passed_if,
    puts,
)
from tools.checks.copies import (
    DAY,
    HOUR,
    POINTS,
    PROTECTED,
    RECOVERY_POINT,
    ages,
    ages_elsewhere,
    copy_every,
    lost_at_worst,
    restored,
    restoring,
)
from tools.checks.paper import Draft
from tools.checks.regions import another_region
from tools.checks.sharing import named, outsiders, separate, users
from tools.checks.view import View
from tools.checks.zones import another_zone

FILE_SYSTEM = "AWS::EFS::FileSystem"
ACCESS_POINT = "AWS::EFS::AccessPoint"
REPLICATION = "AWS::EFS::ReplicationConfiguration"
READ = "efs:DescribeFileSystems"
REPLICATIONS = "efs:DescribeReplicationConfigurations"
MOUNT_TARGETS = "efs:DescribeMountTargets"
BACKUP_POLICY = "efs:DescribeBackupPolicy"

_GIB = 2**30
_TIB = 2**40
_REPLICA = {"ReplicationOverwriteProtection": "REPLICATING"}


def _files(
    *zones: str, backup: str = "", users: tuple[Example, ...] = (), **fields: Any
) -> Example:
    return Example(
        facts={
            READ: {"FileSystemId": "fs-1", "SizeInBytes": {"Value": 50 * _GIB}, **fields},
            MOUNT_TARGETS: [{"AvailabilityZoneName": zone} for zone in zones],
            BACKUP_POLICY: {"Status": backup} if backup else {},
        },
        linked_from=users,
    )


def _is_replica(files: View) -> bool:
    """Whether it is the read-only destination of a replication: the source is what counts."""
    overwrites = files.read(READ, "FileSystemProtection.ReplicationOverwriteProtection")
    return bool(overwrites == "REPLICATING")


def _gibibytes(files: View) -> float:
    return round((files.read(READ, "SizeInBytes.Value") or 0) / _GIB, 1)


def _mount_in_another_zone(files: Draft) -> None:
    zones = set(files.read(MOUNT_TARGETS, "[].AvailabilityZoneName") or ())
    if len(zones) == 1:
        target = {"AvailabilityZoneName": another_zone(files, zones), "LifeCycleState": "available"}
        files.edit(MOUNT_TARGETS, lambda targets: targets.append(target))


def _make_regional(files: Draft) -> None:
    """Its successor keeps the files in several zones, and can be mounted in more than one."""
    files.drop(READ, "AvailabilityZoneName", "AvailabilityZoneId")
    _mount_in_another_zone(files)


@check(
    id="efs.one_zone",
    resource_type=FILE_SYSTEM,
    title="A file system is kept in one zone: losing the zone means restoring its files",
    question=REDUNDANT,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=(
        Effect(ZONE_LOST, Phase.ACT, "restore_files", by_person=True),
        Effect(ZONE_LOST, Phase.LOSE, "backup_interval"),
    ),
    effect_source="an assumed speed of restoring; the daily rhythm of EFS's automatic backups",
    recommendation=(
        "Move the files to a Regional file system (replication copies them while they are in use): "
        "about twice the storage price."
    ),
    documentation=(
        "Amazon EFS features",
        "https://docs.aws.amazon.com/efs/latest/ug/features.html",
    ),
    strength="file systems are kept in several zones",
    saving="about half of the storage price, with a One Zone file system",
    remedy=Remedy(change=_make_regional, effort=Effort.DAYS, cost=Cost.MUCH),
    passes=[_files("eu-west-1a", "eu-west-1b")],
    fails=[_files("eu-west-1a", AvailabilityZoneName="eu-west-1a")],
)
def one_zone(files: View) -> Outcome:
    """The type cannot be changed: what stands in one zone has to be copied to get out of it."""
    if not files.read(READ, "AvailabilityZoneName"):
        return passed()
    return failed(restore_files=restored(files, _gibibytes(files)), backup_interval=DAY)


@check(
    id="efs.mount_target_single_az",
    resource_type=FILE_SYSTEM,
    title="A file system can be mounted in one zone only: without that zone nobody reaches it",
    question=ZONE_LOSS,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=(Effect(ZONE_LOST, Phase.ACT, "change_configuration", by_person=True),),
    effect_source="an assumption: a mount target is created elsewhere and clients are moved",
    recommendation=(
        "Create a mount target in each zone in which clients run: free, a minute each, no downtime."
    ),
    documentation=(
        "Managing mount targets",
        "https://docs.aws.amazon.com/efs/latest/ug/accessing-fs.html",
    ),
    remedy=Remedy(change=_mount_in_another_zone, effort=Effort.MINUTES, cost=Cost.FREE),
    passes=[_files("eu-west-1a", "eu-west-1b")],
    fails=[_files("eu-west-1a"), _files("eu-west-1a", "eu-west-1a")],
    silent=[_files(), _files("eu-west-1a", AvailabilityZoneName="eu-west-1a")],
)
def mount_target_single_az(files: View) -> Outcome:
    """The files are safe in three zones, but the door to them stands in one."""
    if files.read(READ, "AvailabilityZoneName"):
        return NOT_APPLICABLE
    zones = files.read(MOUNT_TARGETS, "[].AvailabilityZoneName") or ()
    return passed_if(len(set(zones)) > 1) if zones else NOT_APPLICABLE


_COPIED_DAILY = Example(
    type=RECOVERY_POINT,
    facts={
        PROTECTED: {"LastBackupTime": "2026-06-01T05:00:00+00:00"},
        POINTS: [
            {"Status": "COMPLETED", "CreationDate": "2026-06-01T05:00:00+00:00"},
            {"Status": "COMPLETED", "CreationDate": "2026-05-31T05:00:00+00:00"},
        ],
    },
)


def copy_hourly(files: Draft) -> None:
    """Let AWS Backup copy the files as often as it can: once an hour, begun within the hour."""
    copy_every(files, 2 * HOUR)


@check(
    id="efs.backup_off",
    resource_type=FILE_SYSTEM,
    title="A file system has no backups: files that a mistake deletes or overwrites are gone",
    question=GUARDRAILS,
    layer=Layer.DISASTER_RECOVERY,
    on_fail=(
        Effect(ZONE_LOST, Phase.LOSE, "no_copy"),
        Effect(DATA_DELETED, Phase.LOSE, "no_copy"),
        Effect(DATA_DELETED, Phase.ACT, "no_way_back", by_person=True),
    ),
    on_pass=(Effect(DATA_DELETED, Phase.ACT, "restore_files", by_person=True),),
    effect_source="without backups there is no copy; an assumed speed of restoring",
    recommendation=(
        "Let a plan of AWS Backup copy it every hour, or turn on its automatic backups "
        "(`put-backup-policy`) if a day's loss is bearable: only changes are stored and paid for."
    ),
    documentation=(
        "Backing up EFS file systems",
        "https://docs.aws.amazon.com/efs/latest/ug/awsbackup.html",
    ),
    strength="file systems are backed up",
    remedy=Remedy(change=copy_hourly, effort=Effort.HOURS, cost=Cost.SOME),
    passes=[
        _files(backup="ENABLED"),
        _files(backup="DISABLED", users=(_COPIED_DAILY,)),
    ],
    fails=[_files(backup="DISABLED"), _files(), _files(AvailabilityZoneName="eu-west-1a")],
    silent=[_files(FileSystemProtection=_REPLICA)],
)
def backup_off(files: View) -> Outcome:
    """Files are shared and writable by design: any machine that mounts them can ruin them.

    A file system in several zones loses nothing with one of them; one in a single zone loses all.
    """
    if _is_replica(files):
        return NOT_APPLICABLE
    takes = restored(files, _gibibytes(files))
    if files.read(BACKUP_POLICY, "Status") in ("ENABLED", "ENABLING"):
        return passed(restore_files=takes)
    if ages(files) is not None:
        return passed("AWS Backup copies it", restore_files=takes)
    return failed(spared=() if files.read(READ, "AvailabilityZoneName") else (ZONE_LOST,))


def _replicated(region: str, status: str = "ENABLED") -> Example:
    destination = {"Region": region, "Status": status}
    return Example(type=REPLICATION, facts={REPLICATIONS: {"Destinations": [destination]}})


def _replicate(files: Draft) -> None:
    destination = {"Region": another_region(files.region), "Status": "ENABLED"}
    facts = {"SourceFileSystemArn": files.id, "Destinations": [destination]}
    replication = files.add(REPLICATION, f"replication of {files.name}", {REPLICATIONS: facts})
    replication.link(files, "copies", hard=False)


@check(
    id="efs.no_replication",
    resource_type=FILE_SYSTEM,
    title="No copy of a file system leaves its Region: if the Region is lost, the files are too",
    question=REGION_LOSS,
    layer=Layer.DISASTER_RECOVERY,
    on_fail=(
        Effect(REGION_LOST, Phase.LOSE, "no_copy"),
        Effect(REGION_LOST, Phase.ACT, "no_way_back", by_person=True),
    ),
    on_pass=(
        Effect(REGION_LOST, Phase.LOSE, "efs_replication_lag"),
        Effect(REGION_LOST, Phase.LOSE, "backup_interval"),
        *restoring(REGION_LOST, "restore_files", moves=False),
        Effect(REGION_LOST, Phase.PROPAGATE, "switch_region", by_person=True),
    ),
    effect_source="AWS's published lag of replication, or the pauses between AWS Backup's copies",
    recommendation=(
        "Replicate the file system to a second Region: storage and transfer are paid once more. "
        "If hours of loss are bearable, let AWS Backup copy it there."
    ),
    documentation=(
        "Replicating EFS file systems",
        "https://docs.aws.amazon.com/efs/latest/ug/efs-replication.html",
    ),
    strength="file systems are replicated to another Region",
    saving="the replica: as much storage as the file system itself",
    remedy=Remedy(change=_replicate, effort=Effort.MINUTES, cost=Cost.MUCH),
    passes=[_files(users=(_replicated("eu-central-1"),))],
    fails=[
        _files(),
        _files(users=(_replicated("eu-west-1"),)),
        _files(users=(_replicated("eu-central-1", "PAUSED"),)),
    ],
    silent=[_files(FileSystemProtection=_REPLICA)],
)
def no_replication(files: View) -> Outcome:
    """A Regional file system spans zones; its automatic backups stay in the Region as well."""
    if not files.read(READ, "FileSystemId") or _is_replica(files):
        return NOT_APPLICABLE
    destinations = [
        row
        for each in files.linked_from(REPLICATION)
        for row in each.read(REPLICATIONS, "Destinations[].[Region, Status]") or ()
    ]
    if any(region != files.region and status == "ENABLED" for region, status in destinations):
        return passed(backup_interval=None, restore_files=None)
    elsewhere = ages_elsewhere(files)
    if elsewhere is None:
        return failed()
    return passed(
        "AWS Backup copies it there",
        backup_interval=lost_at_worst(elsewhere),
        efs_replication_lag=None,
        restore_files=restored(files, _gibibytes(files)),
    )


@check(
    id="efs.throughput_bursting",
    resource_type=FILE_SYSTEM,
    title="A file system lives on burst credits: once they are spent, it slows to a trickle",
    question=OVERWHELMED,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=(Effect(OVERLOAD, Phase.ACT, "change_configuration", by_person=True),),
    effect_source="an assumption: the throughput mode is changed when the credits are spent",
    recommendation=(
        "Set `ThroughputMode` to `elastic`: no downtime, paid by what is read and written; "
        "bursting gives 50 KiB/s for each GiB stored when the credits are spent."
    ),
    documentation=(
        "Amazon EFS performance",
        "https://docs.aws.amazon.com/efs/latest/ug/performance.html",
    ),
    remedy=Remedy(
        change=puts(READ, ThroughputMode="elastic"), effort=Effort.MINUTES, cost=Cost.SOME
    ),
    passes=[
        _files("eu-west-1a", ThroughputMode="elastic"),
        _files(ThroughputMode="bursting", SizeInBytes={"Value": 2 * _TIB}),
    ],
    fails=[_files(ThroughputMode="bursting")],
)
def throughput_bursting(files: View) -> Outcome:
    """Throughput in this mode grows with the files stored, not with the need; small ones starve.

    From one TiB on the baseline alone is 50 MiB/s, which is left alone.
    """
    size = files.read(READ, "SizeInBytes.Value") or 0
    return passed_if(files.read(READ, "ThroughputMode") != "bursting" or size >= _TIB)


def _separate(files: Draft) -> None:
    separate(files, *files.linked_from(ACCESS_POINT))


@check(
    id="efs.shared_by_workloads",
    resource_type=FILE_SYSTEM,
    title="A file system is also mounted from outside the workload: others use up its throughput",
    question=SHARED_WITH_OTHERS,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=(Effect(SHARED_COMPONENT_FAILED, Phase.ACT, "separate_by_hand", by_person=True),),
    effect_source="an assumption: finding the other user and taking it off",
    recommendation=(
        "Give the other user a file system of its own, or hand files over through a bucket; if it "
        "belongs to this workload, tag it."
    ),
    documentation=(
        "Use bulkhead architectures to limit scope of impact",
        "https://docs.aws.amazon.com/wellarchitected/latest/framework/rel_fault_isolation_use_bulkhead.html",
    ),
    remedy=Remedy(change=_separate, effort=Effort.DAYS, cost=Cost.SOME),
    passes=[_files(users=(Example(type="AWS::Lambda::Function"),))],
    fails=[
        _files(
            users=(
                Example(
                    type=ACCESS_POINT,
                    linked_from=[Example(type="AWS::Lambda::Function", member=False)],
                ),
            )
        ),
    ],
    silent=[_files()],
)
def shared_by_workloads(files: View) -> Outcome:
    """Throughput, burst credits and the files themselves are one thing to all who mount them."""
    if not files.read(READ, "FileSystemId"):
        return NOT_APPLICABLE
    everyone = users(files, *files.linked_from(ACCESS_POINT))
    others = outsiders(everyone)
    if others:
        return failed(f"used by {named(others)}")
    return passed() if everyone else NOT_APPLICABLE
