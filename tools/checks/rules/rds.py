"""RDS instances that stand alone: redundancy, what expires, who else uses them.

Every check keys on cluster membership: an Aurora member is no stand-alone instance, a read replica
no standby. What a cluster needs is in aurora.py, recovery of data in rds_recovery.py, load and
latency in rds_performance.py.
"""

from datetime import timedelta

from state.categories.misconfiguration_and_bugs import EXPIRES, EXPIRY
from state.categories.shared_fate import SHARED_COMPONENT_FAILED, SHARED_WITH_OTHERS
from state.categories.single_point_of_failure import (
    COMPONENT_LOST,
    ZONE_LOSS,
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
from tools.checks.copies import (
    lag_of,
    restored,
    restoring,
)
from tools.checks.paper import Draft
from tools.checks.sharing import SECURITY_GROUP, named, outsiders, separate, users
from tools.checks.view import View

INSTANCE = "AWS::RDS::DBInstance"
CLUSTER = "AWS::RDS::DBCluster"
PROXY = "AWS::RDS::DBProxy"
READ = "rds:DescribeDBInstances"
READ_CLUSTER = "rds:DescribeDBClusters"

WEEK = 7  # days
LONG_WEEKEND = 3  # days; the constant `noticed_late` is as long
_RECOVERS_WITH = (
    "DBClusterIdentifier",
    "ReadReplicaSourceDBInstanceIdentifier",
    "ReadReplicaSourceDBClusterIdentifier",
)


def instance_of(**fields: object) -> Example:
    """An example: an instance of 100 GiB with these fields."""
    return Example(facts={READ: {"Engine": "postgres", "AllocatedStorage": 100, **fields}})


def stands_alone(db: View) -> bool:
    """Neither a cluster's member nor a read replica: those recover with their cluster or source."""
    return not any(db.read(READ, field) for field in _RECOVERS_WITH)


def size_in_gib(db: View) -> float:
    """What is loaded again after a restore."""
    return float(db.read(READ, "AllocatedStorage") or 0)


def lag(db: View) -> float | Measured:
    """How far point-in-time recovery lags; a stopped instance writes no log that could."""
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
        Effect(COMPONENT_LOST, Phase.PROPAGATE, "clients_reconnect"),
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
    passes=[instance_of(MultiAZ=True)],
    fails=[instance_of(MultiAZ=False)],
    silent=[
        instance_of(MultiAZ=False, DBClusterIdentifier="orders"),
        instance_of(MultiAZ=False, ReadReplicaSourceDBInstanceIdentifier="orders"),
        instance_of(MultiAZ=False, ReadReplicaSourceDBClusterIdentifier="orders"),
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
    return failed(
        restore_database=restored(db), storage_loads=size_in_gib(db), rds_pitr_lag=lag(db)
    )


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
        instance_of(
            CACertificateIdentifier="custom-ca",
            CertificateDetails={"ValidTill": "2028-08-22T17:08:50+00:00"},
        ),
        instance_of(
            CACertificateIdentifier="rds-ca-rsa2048-g1",
            CertificateDetails={"ValidTill": "2026-07-01T00:00:00+00:00"},
        ),
    ],
    fails=[
        instance_of(
            CACertificateIdentifier="rds-ca-2019",
            CertificateDetails={"ValidTill": "2026-08-22T17:08:50+00:00"},
        )
    ],
    silent=[instance_of()],
)
def ca_certificate_expiring(db: View) -> Outcome:
    """RDS renews server certificates of its current authorities (`-g1`) itself, no others."""
    valid_till = db.read_time(READ, "CertificateDetails.ValidTill")
    if valid_till is None:
        return NOT_APPLICABLE
    if str(db.read(READ, "CACertificateIdentifier")).endswith("-g1"):
        return passed()
    return passed_if(valid_till - db.workload.taken_at > timedelta(days=90))


def _user(member: bool, kind: str = "AWS::Lambda::Function") -> Example:
    return Example(type=kind, name="report" if not member else "order", member=member)


def _guarded(*carriers: Example) -> Example:
    """An instance whose security group admits a group that the carriers carry."""
    admitted = Example(type=SECURITY_GROUP, member=False, linked_from=carriers)
    own = Example(type=SECURITY_GROUP, linked=[admitted])
    return Example(facts=instance_of(DBInstanceStatus="available").facts, linked=[own])


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
        Example(facts=instance_of(DBInstanceStatus="available").facts, linked_from=[_user(True)]),
        _guarded(_user(True)),
    ],
    fails=[
        Example(
            facts=instance_of(DBInstanceStatus="available").facts,
            linked_from=[_user(True), _user(False)],
        ),
        _guarded(_user(True), _user(False)),
    ],
    silent=[
        instance_of(DBInstanceStatus="available"),
        Example(
            facts=instance_of(DBClusterIdentifier="orders").facts,
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
