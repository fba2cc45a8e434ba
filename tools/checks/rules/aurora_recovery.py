"""Aurora clusters: what brings the data back when it is deleted, or its Region is lost."""

from state.categories.misconfiguration_and_bugs import (
    DATA_DELETED,
    GUARDRAILS,
)
from state.categories.single_point_of_failure import (
    REGION_LOSS,
    REGION_LOST,
)
from state.judgements import Cost, Effort, Layer, Phase
from tools.aws.identity import region_of
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
    DAY,
    POINTS,
    PROTECTED,
    RECOVERY_POINT,
    ages_elsewhere,
    lag_of,
    lost_at_worst,
    reach_back,
    restored,
    restoring,
)
from tools.checks.paper import Draft
from tools.checks.rules.aurora import NOT_AURORA, A, cluster_of, is_aurora, size_in_gib
from tools.checks.rules.rds import CLUSTER, LONG_WEEKEND, WEEK
from tools.checks.rules.rds import READ_CLUSTER as READ
from tools.checks.view import View


@check(
    id="aurora.deletion_protection_off",
    resource_type=CLUSTER,
    title="A database cluster can be deleted by one mistaken command",
    question=GUARDRAILS,
    layer=Layer.CONTINUOUS_IMPROVEMENT,
    on_fail=restoring(DATA_DELETED, "restore_cluster"),
    effect_source="a restore, which the guardrail makes unnecessary",
    recommendation=(
        "Turn on deletion protection (`DeletionProtection`) of the cluster: free, at once, no "
        "downtime."
    ),
    documentation=(
        "Deleting Aurora DB clusters and DB instances",
        "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/USER_DeleteCluster.html",
    ),
    strength="database clusters are protected from deletion",
    remedy=Remedy(
        change=puts(READ, DeletionProtection=True), effort=Effort.MINUTES, cost=Cost.FREE
    ),
    passes=[cluster_of(A, DeletionProtection=True)],
    fails=[cluster_of(A, DeletionProtection=False), cluster_of(A)],
)
def deletion_protection_off(cluster: View) -> Outcome:
    """Deleting a cluster deletes its automated backups as well; the guardrail costs nothing."""
    takes = restored(cluster, size_in_gib(cluster))
    return passed_if(bool(cluster.read(READ, "DeletionProtection")), restore_cluster=takes)


_COPIED = Example(
    facts=cluster_of(BackupRetentionPeriod=1).facts,
    linked_from=[
        Example(
            type=RECOVERY_POINT,
            facts={
                PROTECTED: {},
                POINTS: [{"Status": "COMPLETED", "CreationDate": "2026-05-20T05:00:00+00:00"}],
            },
        )
    ],
)


@check(
    id="aurora.backup_retention_short",
    resource_type=CLUSTER,
    title="Backups of a cluster are gone before damage done on a weekend is noticed",
    question=GUARDRAILS,
    layer=Layer.DISASTER_RECOVERY,
    on_fail=(
        Effect(DATA_DELETED, Phase.LOSE, "noticed_late"),
        *restoring(DATA_DELETED, "restore_cluster"),
    ),
    on_pass=(
        Effect(DATA_DELETED, Phase.LOSE, "rds_pitr_lag"),
        *restoring(DATA_DELETED, "restore_cluster"),
    ),
    effect_source=(
        "AWS's published lag of point-in-time recovery; an assumption of how long damage stays "
        "unnoticed"
    ),
    recommendation=(
        "Raise `BackupRetentionPeriod` to 7 days or more (1 is the default): no downtime, storage "
        "is priced per GiB-month."
    ),
    documentation=(
        "Backing up and restoring an Aurora DB cluster",
        "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Aurora.Managing.Backups.html",
    ),
    strength="database clusters can be restored to any point of the last days",
    remedy=Remedy(
        change=puts(READ, BackupRetentionPeriod=WEEK), effort=Effort.MINUTES, cost=Cost.LITTLE
    ),
    passes=[
        cluster_of(A, BackupRetentionPeriod=7),
        cluster_of(A, BackupRetentionPeriod=7, LatestRestorableTime="2026-06-01T11:50:00+00:00"),
        _COPIED,
    ],
    fails=[cluster_of(A, BackupRetentionPeriod=1)],
)
def backup_retention_short(cluster: View) -> Outcome:
    """A cluster is always backed up, but for one day only unless somebody asks for more.

    What was damaged on Friday evening and is noticed on Monday is past saving by then.
    """
    takes = restored(cluster, size_in_gib(cluster))
    kept = (cluster.read(READ, "BackupRetentionPeriod") or 0) >= LONG_WEEKEND
    return passed_if(
        kept or reach_back(cluster, LONG_WEEKEND * DAY),
        restore_cluster=takes,
        rds_pitr_lag=_lag(cluster),
    )


def _lag(cluster: View) -> float | Measured:
    """How far point-in-time recovery lags; what is stopped, or may pause, need not go on."""
    least = cluster.read(READ, "ServerlessV2ScalingConfiguration.MinCapacity")
    if least == 0 or cluster.read(READ, "Status") == "stopped":
        return 1.0
    return lag_of(cluster, "rds_pitr_lag", READ, "LatestRestorableTime")


def _go_global(cluster: Draft) -> None:
    cluster.put(READ, GlobalClusterIdentifier=f"{cluster.name}-global")


@check(
    id="aurora.no_global_database",
    resource_type=CLUSTER,
    title="No copy of a cluster leaves its Region: if the Region is lost, the data is too",
    question=REGION_LOSS,
    layer=Layer.DISASTER_RECOVERY,
    on_fail=(
        Effect(REGION_LOST, Phase.LOSE, "no_copy"),
        Effect(REGION_LOST, Phase.ACT, "no_way_back", by_person=True),
    ),
    on_pass=(
        Effect(REGION_LOST, Phase.LOSE, "aurora_global_lag"),
        Effect(REGION_LOST, Phase.LOSE, "backup_interval"),
        *restoring(REGION_LOST, "restore_cluster", moves=False),
        Effect(REGION_LOST, Phase.PROPAGATE, "switch_region", by_person=True),
    ),
    effect_source="AWS's published lag of a global database, or the pauses between copies",
    recommendation=(
        "Add the cluster to a global database with a second Region (storage, transfer, and an "
        "instance there), or let AWS Backup copy it there if hours of loss are bearable."
    ),
    documentation=(
        "Using Amazon Aurora Global Database",
        "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-global-database.html",
    ),
    strength="clusters are copied to another Region",
    remedy=Remedy(change=_go_global, effort=Effort.HOURS, cost=Cost.MUCH),
    passes=[
        cluster_of(A, GlobalClusterIdentifier="orders"),
        cluster_of(
            A, ReadReplicaIdentifiers=["arn:aws:rds:eu-central-1:123456789012:cluster:orders"]
        ),
    ],
    fails=[cluster_of(A)],
    silent=[NOT_AURORA],
)
def no_global_database(cluster: View) -> Outcome:
    """A cluster's volume spans zones, never Regions."""
    if not is_aurora(cluster):
        return NOT_APPLICABLE
    replicas = cluster.read(READ, "ReadReplicaIdentifiers") or ()
    replicated = any(region_of(name) not in ("", cluster.region) for name in replicas)
    if replicated or cluster.read(READ, "GlobalClusterIdentifier"):
        return passed(backup_interval=None, restore_cluster=None)
    elsewhere = ages_elsewhere(cluster)
    if elsewhere is None:
        return failed()
    return passed(
        "AWS Backup copies it there",
        backup_interval=lost_at_worst(elsewhere),
        aurora_global_lag=None,
        restore_cluster=restored(cluster, size_in_gib(cluster)),
    )
