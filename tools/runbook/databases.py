"""What procedures for RDS instances and Aurora clusters have in common."""

from state.runbooks import Action, Command, Look
from tools.runbook.declarations import Place, act, look, metric

INSTANCE, CLUSTER = "AWS::RDS::DBInstance", "AWS::RDS::DBCluster"
READ_INSTANCE, READ_CLUSTER = "rds:DescribeDBInstances", "rds:DescribeDBClusters"
DAMAGE_STAYS = "Do not delete the damaged database: it is the evidence, and the way back."
APPLICATION = (
    "Point the application at the new endpoint: change it where the application reads it (secret, "
    "environment variable, DNS record), then restart or redeploy it."
)

LATE = "no output; the state changes a minute late: look at it once more after that"


def instance_id(at: Place) -> str:
    """What RDS calls the instance."""
    return str(at.fact(READ_INSTANCE, "DBInstanceIdentifier") or at.short)


def instance_state(at: Place) -> Look:
    """Whether the instance is there, where, and until when it can be restored."""
    return look(
        at.aws(
            "rds",
            "describe-db-instances",
            db_instance_identifier=instance_id(at),
            query="DBInstances[0].{Status: DBInstanceStatus, Class: DBInstanceClass, "
            "Zone: AvailabilityZone, MultiAZ: MultiAZ, Restorable: LatestRestorableTime, "
            "Address: Endpoint.Address}",
        ),
        "`Status`, `Zone`, `Restorable`",
        "`available`, unless it is the instance itself that failed",
    )


def events(at: Place, source: str, name: str) -> Look:
    """What RDS says that it did; `source`: `db-instance` or `db-cluster`."""
    return look(
        at.aws(
            "rds",
            "describe-events",
            source_type=source,
            source_identifier=name,
            duration=180,
            query="Events[].[Date, Message]",
        ),
        "the messages of the last three hours",
        "a failover, a restart, full storage or a change: it tells which procedure fits",
    )


def busy(at: Place, **database: str) -> Look:
    """How much there is to do; `database`: the dimension that says which."""
    return look(
        metric(at, "AWS/RDS", "CPUUtilization", "Maximum", **database),
        "`CPUUtilization` (maximum)",
        "below 90; if not, find the statement that costs most (Performance Insights)",
    )


def connections(at: Place) -> Look:
    """Whether clients are back."""
    return look(
        metric(
            at, "AWS/RDS", "DatabaseConnections", "Average", DBInstanceIdentifier=instance_id(at)
        ),
        "`DatabaseConnections` (average)",
        "as many connections as before the incident",
    )


def cluster_id(at: Place) -> str:
    """What Aurora calls the cluster."""
    return str(at.fact(READ_CLUSTER, "DBClusterIdentifier") or at.short)


def members(at: Place) -> Look:
    """Whether the cluster is there, and who writes."""
    return look(
        at.aws(
            "rds",
            "describe-db-clusters",
            db_cluster_identifier=cluster_id(at),
            query="DBClusters[0].{Status: Status, Restorable: LatestRestorableTime, "
            "Endpoint: Endpoint, Members: DBClusterMembers[].[DBInstanceIdentifier, "
            "IsClusterWriter, PromotionTier]}",
        ),
        "`Status`, and who is the writer",
        "`available`, one writer, and at least one reader to fail over to",
    )


def sent_back(what: str) -> Action:
    """The way back from a restore."""
    return act(f"Point the application back at {what}, and restart it.")


def waits(at: Place, name: str) -> Command:
    """Until the instance can be used."""
    return at.aws("rds", "wait db-instance-available", db_instance_identifier=name)
