"""RDS instances: what brings the data back when it is deleted, or its Region is lost."""

from state.categories.misconfiguration_and_bugs import DATA_DELETED, GUARDRAILS
from state.categories.single_point_of_failure import (
    COMPONENT_LOST,
    EACH_COMPONENT_FAILS,
    REGION_LOSS,
    REGION_LOST,
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
    puts,
)
from tools.checks.copies import (
    COPY_JOBS,
    DAY,
    POINTS,
    PROTECTED,
    RECOVERY_POINT,
    RESTORES,
    ages_elsewhere,
    any_copies,
    lost_at_worst,
    reach_back,
    restored,
    restoring,
    times_since,
)
from tools.checks.paper import Draft
from tools.checks.rules.rds import (
    INSTANCE,
    LONG_WEEKEND,
    READ,
    WEEK,
    instance_of,
    lag,
    size_in_gib,
    stands_alone,
)
from tools.checks.view import View

SNAPSHOTS = "rds:DescribeDBSnapshots"


def _without_backups(*snapshots: str, **fields: object) -> Example:
    taken = [{"Status": "available", "SnapshotCreateTime": time} for time in snapshots]
    return Example(facts={**instance_of(BackupRetentionPeriod=0, **fields).facts, SNAPSHOTS: taken})


def _copied(copies_to: str = "", **fields: object) -> Example:
    """An instance of which AWS Backup takes a copy each day, and sends it to another Region."""
    days = [f"2026-{day}T05:00:00+00:00" for day in ("05-29", "05-30", "05-31", "06-01")]
    vault = f"arn:aws:backup:{copies_to}:123456789012:backup-vault:main"
    point = Example(
        type=RECOVERY_POINT,
        facts={
            PROTECTED: {"LastBackupTime": days[-1]},
            POINTS: [{"Status": "COMPLETED", "CreationDate": day} for day in days],
            COPY_JOBS: [
                {"DestinationBackupVaultArn": vault, "CompletionDate": day}
                for day in days
                if copies_to
            ],
            RESTORES: [
                {
                    "Status": "COMPLETED",
                    "CreationDate": "2026-05-29T08:00:00+00:00",
                    "CompletionDate": "2026-05-29T08:20:00+00:00",
                }
            ],
        },
    )
    return Example(facts=instance_of(**fields).facts, linked_from=[point])


def snapshots(db: View) -> list[float]:
    """Seconds since each snapshot that somebody took by hand or script, newest first.

    They are read only where the instance has no automated backups.

    Raises:
        Unknown: they could not be listed.
    """
    return times_since(db, SNAPSHOTS, "[?Status=='available'].SnapshotCreateTime")


@check(
    id="rds.instance_backup_off",
    resource_type=INSTANCE,
    title="A database has no backups: what is lost with its storage, or deleted, is gone",
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
        Effect(DATA_DELETED, Phase.LOSE, "rds_pitr_lag"),
        *restoring(DATA_DELETED, "restore_database", loads=True),
    ),
    effect_source="AWS's published lag of point-in-time recovery; without backups there is no copy",
    recommendation=(
        "Set `BackupRetentionPeriod` to 7 days or more: point-in-time recovery to within five "
        "minutes; storage up to the database's size is free. Turning backups on takes the database "
        "offline for moments, so do it in the maintenance window."
    ),
    documentation=(
        "Backup retention period",
        "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithAutomatedBackups.BackupRetention.html",
    ),
    strength="databases are backed up",
    remedy=Remedy(
        change=puts(READ, BackupRetentionPeriod=WEEK), effort=Effort.MINUTES, cost=Cost.LITTLE
    ),
    passes=[
        instance_of(BackupRetentionPeriod=7),
        instance_of(BackupRetentionPeriod=7, LatestRestorableTime="2026-06-01T11:00:00+00:00"),
        _copied(BackupRetentionPeriod=0),
        _without_backups("2026-05-31T12:00:00+00:00"),
    ],
    fails=[_without_backups(), _without_backups(MultiAZ=True)],
    silent=[instance_of(BackupRetentionPeriod=0, DBClusterIdentifier="orders")],
)
def instance_backup_off(db: View) -> Outcome:
    """Multi-AZ copies a deletion or corruption to the standby in the same second: backups help.

    With a standby the loss of a volume or a zone costs no data; without one it costs all of it.
    """
    if not stands_alone(db):
        return NOT_APPLICABLE
    if db.read(READ, "BackupRetentionPeriod"):
        return passed(
            restore_database=restored(db), storage_loads=size_in_gib(db), rds_pitr_lag=lag(db)
        )
    if any_copies(db, snapshots):
        # How much is lost with them is another check's to tell.
        return passed(
            "copied now and then",
            restore_database=restored(db),
            storage_loads=size_in_gib(db),
            rds_pitr_lag=None,
        )
    return failed(spared=(COMPONENT_LOST, ZONE_LOST) if db.read(READ, "MultiAZ") else ())


@check(
    id="rds.instance_backup_retention_short",
    resource_type=INSTANCE,
    title="Backups of a database are gone before damage done on a weekend is noticed",
    question=GUARDRAILS,
    layer=Layer.DISASTER_RECOVERY,
    on_fail=(Effect(DATA_DELETED, Phase.LOSE, "noticed_late"),),
    effect_source="an assumption: how long damage stays unnoticed",
    recommendation=(
        "Raise `BackupRetentionPeriod` to 7 days or more: no downtime, and backup storage up to "
        "the database's size stays free."
    ),
    documentation=(
        "Backup retention period",
        "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithAutomatedBackups.BackupRetention.html",
    ),
    remedy=Remedy(
        change=puts(READ, BackupRetentionPeriod=WEEK), effort=Effort.MINUTES, cost=Cost.LITTLE
    ),
    passes=[
        instance_of(BackupRetentionPeriod=7),
        instance_of(BackupRetentionPeriod=3),
        _copied(BackupRetentionPeriod=1),
    ],
    fails=[instance_of(BackupRetentionPeriod=1)],
    silent=[
        instance_of(BackupRetentionPeriod=0),
        instance_of(BackupRetentionPeriod=1, DBClusterIdentifier="orders"),
    ],
)
def instance_backup_retention_short(db: View) -> Outcome:
    """A backup must outlive the time until somebody notices the damage it would undo.

    Published floors of 7 to 35 days are habits; a long weekend is the demand that can be derived.
    """
    days = db.read(READ, "BackupRetentionPeriod")
    if not stands_alone(db) or not days:
        return NOT_APPLICABLE
    if days >= LONG_WEEKEND:
        return passed()
    return passed_if(reach_back(db, LONG_WEEKEND * DAY))


@check(
    id="rds.instance_deletion_protection_off",
    resource_type=INSTANCE,
    title="A database can be deleted by one mistaken command",
    question=GUARDRAILS,
    layer=Layer.CONTINUOUS_IMPROVEMENT,
    on_fail=restoring(DATA_DELETED, "restore_database", loads=True),
    effect_source="a restore of the allocated storage, which the guardrail makes unnecessary",
    recommendation="Turn on deletion protection (`DeletionProtection`): free, no downtime.",
    documentation=(
        "Deleting a DB instance",
        "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_DeleteInstance.html",
    ),
    strength="databases are protected from deletion",
    remedy=Remedy(
        change=puts(READ, DeletionProtection=True), effort=Effort.MINUTES, cost=Cost.FREE
    ),
    passes=[instance_of(DeletionProtection=True)],
    fails=[instance_of(DeletionProtection=False)],
    silent=[instance_of(DeletionProtection=False, DBClusterIdentifier="orders")],
)
def instance_deletion_protection_off(db: View) -> Outcome:
    """Deleting an instance deletes its automated backups too, unless somebody asks to keep them."""
    if not stands_alone(db):
        return NOT_APPLICABLE
    if db.read(READ, "DeletionProtection"):
        return passed()
    return failed(restore_database=restored(db), storage_loads=size_in_gib(db))


def _replicate_backups(db: Draft) -> None:
    """What is replicated are automated backups: without a retention there are none."""
    arn = f"{db.id.replace(':db:', ':auto-backup:')}-replica"
    replicas = db.read(READ, "DBInstanceAutomatedBackupsReplications") or []
    db.put(
        READ,
        BackupRetentionPeriod=db.read(READ, "BackupRetentionPeriod") or WEEK,
        DBInstanceAutomatedBackupsReplications=[
            *replicas,
            {"DBInstanceAutomatedBackupsArn": arn},
        ],
    )


@check(
    id="rds.instance_no_cross_region_backup",
    resource_type=INSTANCE,
    title="No copy of a database leaves its Region: if the Region is lost, the data is too",
    question=REGION_LOSS,
    layer=Layer.DISASTER_RECOVERY,
    on_fail=(
        Effect(REGION_LOST, Phase.LOSE, "no_copy"),
        Effect(REGION_LOST, Phase.ACT, "no_way_back", by_person=True),
    ),
    on_pass=(
        Effect(REGION_LOST, Phase.LOSE, "cross_region_backup_lag"),
        Effect(REGION_LOST, Phase.LOSE, "backup_interval"),
        *restoring(REGION_LOST, "restore_database", loads=True, moves=False),
        Effect(REGION_LOST, Phase.PROPAGATE, "switch_region", by_person=True),
    ),
    effect_source="an assumed lag of copies, or the measured pauses between AWS Backup's",
    recommendation=(
        "Replicate automated backups to a second Region (`start-db-instance-automated-backups-"
        "replication`): the price of the storage and the transfer, nothing to run there."
    ),
    documentation=(
        "Replicating automated backups to another AWS Region",
        "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ReplicateBackups.html",
    ),
    strength="copies of databases are kept in another Region",
    remedy=Remedy(change=_replicate_backups, effort=Effort.MINUTES, cost=Cost.SOME),
    passes=[
        instance_of(
            DBInstanceAutomatedBackupsReplications=[{"DBInstanceAutomatedBackupsArn": "arn"}]
        ),
        instance_of(
            ReadReplicaDBInstanceIdentifiers=["arn:aws:rds:eu-central-1:123456789012:db:orders"]
        ),
        _copied("eu-central-1"),
    ],
    fails=[
        instance_of(ReadReplicaDBInstanceIdentifiers=["orders-replica"], BackupRetentionPeriod=7),
        _copied("eu-west-1", BackupRetentionPeriod=7),
    ],
    silent=[instance_of(DBClusterIdentifier="orders")],
)
def instance_no_cross_region_backup(db: View) -> Outcome:
    """Snapshots and automated backups stay in the Region unless they are copied to another one."""
    if not stands_alone(db):
        return NOT_APPLICABLE
    replicas = db.read(READ, "ReadReplicaDBInstanceIdentifiers") or ()
    if any(replica.startswith("arn:") for replica in replicas):
        return passed(
            "a replica runs there", restore_database=None, storage_loads=None, backup_interval=None
        )
    units = {"restore_database": restored(db), "storage_loads": size_in_gib(db)}
    if db.read(READ, "DBInstanceAutomatedBackupsReplications[].DBInstanceAutomatedBackupsArn"):
        return Outcome(Verdict.PASS, {**units, "backup_interval": None})
    elsewhere = ages_elsewhere(db)
    if elsewhere is None:
        return failed()
    copies = {"backup_interval": lost_at_worst(elsewhere), "cross_region_backup_lag": None}
    return Outcome(Verdict.PASS, {**units, **copies}, "AWS Backup copies it there")
