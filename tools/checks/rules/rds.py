"""RDS instances that stand alone: redundancy, backups, guardrails.

Every check keys on cluster membership: an Aurora member is no stand-alone instance, a read replica
no standby. What a cluster needs is in aurora.py, load and latency in rds_performance.py.
"""

from datetime import timedelta

from state.categories.misconfiguration_and_bugs import DATA_DELETED, EXPIRES, EXPIRY, GUARDRAILS
from state.categories.shared_fate import SHARED_COMPONENT_FAILED, SHARED_WITH_OTHERS
from state.categories.single_point_of_failure import (
    COMPONENT_LOST,
    EACH_COMPONENT_FAILS,
    REGION_LOSS,
    REGION_LOST,
    ZONE_LOSS,
    ZONE_LOST,
)
from state.judgements import Cost, Effort, Layer, Phase, Verdict
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
from tools.checks.copies import (
    COPY_JOBS,
    DAY,
    POINTS,
    PROTECTED,
    RECOVERY_POINT,
    RESTORES,
    ages_elsewhere,
    any_copies,
    lag_of,
    lost_at_worst,
    reach_back,
    restored,
    restoring,
    times_since,
)
from tools.checks.paper import Draft
from tools.checks.sharing import SECURITY_GROUP, named, outsiders, separate, users
from tools.checks.view import View

INSTANCE = "AWS::RDS::DBInstance"
CLUSTER = "AWS::RDS::DBCluster"
PROXY = "AWS::RDS::DBProxy"
READ = "rds:DescribeDBInstances"
READ_CLUSTER = "rds:DescribeDBClusters"
SNAPSHOTS = "rds:DescribeDBSnapshots"

WEEK = 7  # days
LONG_WEEKEND = 3  # days; the constant `noticed_late` is as long
_RECOVERS_WITH = (
    "DBClusterIdentifier",
    "ReadReplicaSourceDBInstanceIdentifier",
    "ReadReplicaSourceDBClusterIdentifier",
)


def _instance(**fields: object) -> Example:
    return Example(facts={READ: {"Engine": "postgres", "AllocatedStorage": 100, **fields}})


def _without_backups(*snapshots: str, **fields: object) -> Example:
    taken = [{"Status": "available", "SnapshotCreateTime": time} for time in snapshots]
    return Example(facts={**_instance(BackupRetentionPeriod=0, **fields).facts, SNAPSHOTS: taken})


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
    return Example(facts=_instance(**fields).facts, linked_from=[point])


def stands_alone(db: View) -> bool:
    """Neither a cluster's member nor a read replica: those recover with their cluster or source."""
    return not any(db.read(READ, field) for field in _RECOVERS_WITH)


def snapshots(db: View) -> list[float]:
    """Seconds since each snapshot that somebody took by hand or script, newest first.

    They are read only where the instance has no automated backups.

    Raises:
        Unknown: they could not be listed.
    """
    return times_since(db, SNAPSHOTS, "[?Status=='available'].SnapshotCreateTime")


def _size(db: View) -> float:
    return float(db.read(READ, "AllocatedStorage") or 0)


def _lag(db: View) -> float | Measured:
    """A stopped instance writes no log that could lag."""
    if db.read(READ, "DBInstanceStatus") == "stopped":
        return 1.0
    return lag_of(db, "rds_pitr_lag", READ, "LatestRestorableTime")


@check(
    id="rds.instance_single_az",
    resource_type=INSTANCE,
    title="A database has no standby in another zone: losing its zone means restoring a backup",
    question=ZONE_LOSS,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=(
        *restoring(ZONE_LOST, "restore_database", loads=True),
        Effect(ZONE_LOST, Phase.LOSE, "rds_pitr_lag"),
        Effect(COMPONENT_LOST, Phase.ACT, "rds_host_replacement"),
    ),
    on_pass=(
        Effect(ZONE_LOST, Phase.ACT, "rds_failover"),
        Effect(COMPONENT_LOST, Phase.ACT, "rds_failover"),
    ),
    effect_source="AWS's published failover time against a restore of the allocated storage",
    recommendation=(
        "Turn on Multi-AZ (`MultiAZ`): about twice the instance price, no downtime to switch on; "
        "failover then takes one to two minutes without anybody."
    ),
    documentation=(
        "Multi-AZ DB instance deployments",
        "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.MultiAZSingleStandby.html",
    ),
    strength="databases fail over to a standby in another zone by themselves",
    saving="the standby: about half of what the instance costs",
    remedy=Remedy(change=puts(READ, MultiAZ=True), effort=Effort.MINUTES, cost=Cost.MUCH),
    passes=[_instance(MultiAZ=True)],
    fails=[_instance(MultiAZ=False)],
    silent=[
        _instance(MultiAZ=False, DBClusterIdentifier="orders"),
        _instance(MultiAZ=False, ReadReplicaSourceDBInstanceIdentifier="orders"),
        _instance(MultiAZ=False, ReadReplicaSourceDBClusterIdentifier="orders"),
    ],
)
def instance_single_az(db: View) -> Outcome:
    """Without a standby, the loss of the zone takes the database with it: recovery is a restore.

    A read replica is no standby: somebody has to promote it and move the application over.
    """
    if not stands_alone(db):
        return NOT_APPLICABLE
    if db.read(READ, "MultiAZ"):
        return passed()
    return failed(restore_database=restored(db), storage_loads=_size(db), rds_pitr_lag=_lag(db))


@check(
    id="rds.instance_backup_off",
    resource_type=INSTANCE,
    title="A database has no backups: what is lost with its storage, or deleted, is gone",
    question=EACH_COMPONENT_FAILS,
    layer=Layer.DISASTER_RECOVERY,
    on_fail=(
        Effect(COMPONENT_LOST, Phase.LOSE, "no_copy"),
        Effect(ZONE_LOST, Phase.LOSE, "no_copy"),
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
        "minutes; storage up to the database's size is free."
    ),
    documentation=(
        "Introduction to backups",
        "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithAutomatedBackups.html",
    ),
    strength="databases are backed up",
    remedy=Remedy(
        change=puts(READ, BackupRetentionPeriod=WEEK), effort=Effort.MINUTES, cost=Cost.LITTLE
    ),
    passes=[
        _instance(BackupRetentionPeriod=7),
        _instance(BackupRetentionPeriod=7, LatestRestorableTime="2026-06-01T11:00:00+00:00"),
        _copied(BackupRetentionPeriod=0),
        _without_backups("2026-05-31T12:00:00+00:00"),
    ],
    fails=[_without_backups(), _without_backups(MultiAZ=True)],
    silent=[_instance(BackupRetentionPeriod=0, DBClusterIdentifier="orders")],
)
def instance_backup_off(db: View) -> Outcome:
    """Multi-AZ copies a deletion or corruption to the standby in the same second: backups help.

    With a standby the loss of a volume or a zone costs no data; without one it costs all of it.
    """
    if not stands_alone(db):
        return NOT_APPLICABLE
    if db.read(READ, "BackupRetentionPeriod"):
        return passed(restore_database=restored(db), storage_loads=_size(db), rds_pitr_lag=_lag(db))
    if any_copies(db, snapshots):
        # How much is lost with them is another check's to tell.
        return passed(
            "copied now and then",
            restore_database=restored(db),
            storage_loads=_size(db),
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
        _instance(BackupRetentionPeriod=7),
        _instance(BackupRetentionPeriod=3),
        _copied(BackupRetentionPeriod=1),
    ],
    fails=[_instance(BackupRetentionPeriod=1)],
    silent=[
        _instance(BackupRetentionPeriod=0),
        _instance(BackupRetentionPeriod=1, DBClusterIdentifier="orders"),
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
    passes=[_instance(DeletionProtection=True)],
    fails=[_instance(DeletionProtection=False)],
    silent=[_instance(DeletionProtection=False, DBClusterIdentifier="orders")],
)
def instance_deletion_protection_off(db: View) -> Outcome:
    """Deleting an instance deletes its automated backups too, unless somebody asks to keep them."""
    if not stands_alone(db):
        return NOT_APPLICABLE
    if db.read(READ, "DeletionProtection"):
        return passed()
    return failed(restore_database=restored(db), storage_loads=_size(db))


@check(
    id="rds.ca_certificate_expiring",
    resource_type=INSTANCE,
    title="A database's certificate expires soon, and clients that verify it will be refused",
    question=EXPIRES,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=(Effect(EXPIRY, Phase.ACT, "renew_by_hand", by_person=True),),
    effect_source="an assumption: changing the authority on the server and in every client",
    recommendation=(
        "Give clients the new certificate bundle, then set `CACertificateIdentifier` to "
        "`rds-ca-rsa2048-g1`, whose server certificates RDS renews by itself."
    ),
    documentation=(
        "Rotating your SSL/TLS certificate",
        "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.SSL-certificate-rotation.html",
    ),
    remedy=Remedy(
        change=puts(READ, CACertificateIdentifier="rds-ca-rsa2048-g1"),
        effort=Effort.HOURS,
        cost=Cost.FREE,
    ),
    passes=[
        _instance(
            CACertificateIdentifier="custom-ca",
            CertificateDetails={"ValidTill": "2028-08-22T17:08:50+00:00"},
        ),
        _instance(
            CACertificateIdentifier="rds-ca-rsa2048-g1",
            CertificateDetails={"ValidTill": "2026-07-01T00:00:00+00:00"},
        ),
    ],
    fails=[
        _instance(
            CACertificateIdentifier="rds-ca-2019",
            CertificateDetails={"ValidTill": "2026-08-22T17:08:50+00:00"},
        )
    ],
    silent=[_instance()],
)
def ca_certificate_expiring(db: View) -> Outcome:
    """RDS renews server certificates of its current authorities (`-g1`) itself, no others."""
    valid_till = db.read_time(READ, "CertificateDetails.ValidTill")
    if valid_till is None:
        return NOT_APPLICABLE
    if str(db.read(READ, "CACertificateIdentifier")).endswith("-g1"):
        return passed()
    return passed_if(valid_till - db.workload.taken_at > timedelta(days=90))


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
        _instance(
            DBInstanceAutomatedBackupsReplications=[{"DBInstanceAutomatedBackupsArn": "arn"}]
        ),
        _instance(
            ReadReplicaDBInstanceIdentifiers=["arn:aws:rds:eu-central-1:123456789012:db:orders"]
        ),
        _copied("eu-central-1"),
    ],
    fails=[
        _instance(ReadReplicaDBInstanceIdentifiers=["orders-replica"], BackupRetentionPeriod=7),
        _copied("eu-west-1", BackupRetentionPeriod=7),
    ],
    silent=[_instance(DBClusterIdentifier="orders")],
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
    units = {"restore_database": restored(db), "storage_loads": _size(db)}
    if db.read(READ, "DBInstanceAutomatedBackupsReplications[].DBInstanceAutomatedBackupsArn"):
        return Outcome(Verdict.PASS, {**units, "backup_interval": None})
    elsewhere = ages_elsewhere(db)
    if elsewhere is None:
        return failed()
    copies = {"backup_interval": lost_at_worst(elsewhere), "cross_region_backup_lag": None}
    return Outcome(Verdict.PASS, {**units, **copies}, "AWS Backup copies it there")


def _user(member: bool, kind: str = "AWS::Lambda::Function") -> Example:
    return Example(type=kind, name="report" if not member else "order", member=member)


def _guarded(*carriers: Example) -> Example:
    """An instance whose security group admits a group that the carriers carry."""
    admitted = Example(type=SECURITY_GROUP, member=False, linked_from=carriers)
    own = Example(type=SECURITY_GROUP, linked=[admitted])
    return Example(facts=_instance(DBInstanceStatus="available").facts, linked=[own])


def _separate(db: Draft) -> None:
    separate(db, *db.linked(INSTANCE), *db.linked_from(PROXY))


@check(
    id="rds.shared_by_workloads",
    resource_type=(INSTANCE, CLUSTER),
    title="A database also serves users outside the workload: their queries can take it down",
    question=SHARED_WITH_OTHERS,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=(Effect(SHARED_COMPONENT_FAILED, Phase.ACT, "separate_by_hand", by_person=True),),
    effect_source="an assumption: finding the other user and taking it off",
    recommendation=(
        "Give the other user a database, a read replica or at least a connection limit of its own; "
        "if it belongs to this workload, tag it."
    ),
    documentation=(
        "Use bulkhead architectures to limit scope of impact",
        "https://docs.aws.amazon.com/wellarchitected/latest/framework/rel_fault_isolation_use_bulkhead.html",
    ),
    remedy=Remedy(change=_separate, effort=Effort.DAYS, cost=Cost.SOME),
    passes=[
        Example(facts=_instance(DBInstanceStatus="available").facts, linked_from=[_user(True)]),
        _guarded(_user(True)),
    ],
    fails=[
        Example(
            facts=_instance(DBInstanceStatus="available").facts,
            linked_from=[_user(True), _user(False)],
        ),
        _guarded(_user(True), _user(False)),
    ],
    silent=[
        _instance(DBInstanceStatus="available"),
        Example(
            facts=_instance(DBClusterIdentifier="orders").facts,
            linked_from=[_user(False)],
        ),
    ],
)
def shared_by_workloads(db: View) -> Outcome:
    """A database under two workloads has one pool of connections, one set of locks, one failover.

    Those who name its address and those whose security group it admits count as its users.
    """
    if db.type == INSTANCE:
        if db.read(READ, "DBClusterIdentifier") or not db.read(READ, "DBInstanceStatus"):
            return NOT_APPLICABLE
        everyone = users(db, *db.linked_from(PROXY))
    else:
        members = db.read(READ_CLUSTER, "DBClusterMembers[].DBInstanceIdentifier")
        everyone = users(db, *(db.linked(INSTANCE) if members else ()), *db.linked_from(PROXY))
    others = outsiders(everyone)
    if others:
        return failed(f"used by {named(others)}")
    return passed() if everyone else NOT_APPLICABLE
