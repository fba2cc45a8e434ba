"""RDS instances. Every check keys on cluster membership: an Aurora member is no stand-alone instance."""

from state.categories.misconfiguration_and_bugs import DATA_DELETED
from state.categories.single_point_of_failure import (
    COMPONENT_LOST,
    EACH_COMPONENT_FAILS,
    ZONE_LOSS,
    ZONE_LOST,
)
from state.judgements import Layer, Phase
from tools.checks import NOT_APPLICABLE, Effect, Example, Outcome, check, failed, passed
from tools.checks.view import View

INSTANCE = "AWS::RDS::DBInstance"
READ = "rds:DescribeDBInstances"


def _instance(**fields: object) -> Example:
    return Example(facts={READ: {"Engine": "postgres", "AllocatedStorage": 100, **fields}})


def _stands_alone(db: View) -> bool:
    """Neither a cluster's member nor a read replica: those recover with their cluster or source."""
    in_cluster = db.read(READ, "DBClusterIdentifier")
    return not in_cluster and not db.read(READ, "ReadReplicaSourceDBInstanceIdentifier")


@check(
    id="rds.instance_single_az",
    resource_type=INSTANCE,
    title="A database has no standby in another zone: losing its zone or host means restoring a backup",
    question=ZONE_LOSS,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=(
        Effect(ZONE_LOST, Phase.ACT, "restore_database", by_person=True),
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
    passes=[_instance(MultiAZ=True)],
    fails=[_instance(MultiAZ=False)],
    silent=[
        _instance(MultiAZ=False, DBClusterIdentifier="orders"),
        _instance(MultiAZ=False, ReadReplicaSourceDBInstanceIdentifier="orders"),
    ],
)
def instance_single_az(db: View) -> Outcome:
    """Without a standby, the loss of the zone takes the database with it, and recovery is a restore.

    A read replica is no standby: somebody has to promote it and move the application over.
    """
    if not _stands_alone(db):
        return NOT_APPLICABLE
    if db.read(READ, "MultiAZ"):
        return passed()
    return failed(restore_database=float(db.read(READ, "AllocatedStorage") or 0))


@check(
    id="rds.instance_backup_off",
    resource_type=INSTANCE,
    title="A database has no backups: what is lost with its storage, or deleted, is gone",
    question=EACH_COMPONENT_FAILS,
    layer=Layer.DISASTER_RECOVERY,
    on_fail=(
        Effect(COMPONENT_LOST, Phase.LOSE, "no_copy"),
        Effect(DATA_DELETED, Phase.LOSE, "no_copy"),
        Effect(DATA_DELETED, Phase.ACT, "no_way_back", by_person=True),
    ),
    on_pass=(
        Effect(DATA_DELETED, Phase.LOSE, "rds_pitr_lag"),
        Effect(DATA_DELETED, Phase.ACT, "restore_database", by_person=True),
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
    strength="databases can be restored to any point in time",
    passes=[_instance(BackupRetentionPeriod=7)],
    fails=[_instance(BackupRetentionPeriod=0)],
    silent=[_instance(BackupRetentionPeriod=0, DBClusterIdentifier="orders")],
)
def instance_backup_off(db: View) -> Outcome:
    """Multi-AZ copies a deletion or a corruption to the standby in the same second: only a backup helps."""
    if not _stands_alone(db):
        return NOT_APPLICABLE
    size = float(db.read(READ, "AllocatedStorage") or 0)
    if db.read(READ, "BackupRetentionPeriod"):
        return passed(restore_database=size)
    return failed()
