"""RDS: on in the other Region."""

from state.categories.single_point_of_failure import REGION_LOST
from tools.runbook.commands import blank
from tools.runbook.databases import APPLICATION, CLUSTER, INSTANCE, READ_INSTANCE
from tools.runbook.declarations import Draft, Place, act, look, procedure


@procedure(CLUSTER, REGION_LOST, title="fail over to the other Region")
def other_region_of_cluster(at: Place) -> Draft:
    """A global database's secondary cluster takes over."""
    there = look(
        at.aws(
            "rds",
            "describe-db-clusters",
            region=blank("OTHER_REGION"),
            query="DBClusters[].[DBClusterIdentifier, DBClusterArn, Status, Endpoint]",
        ),
        "the cluster in the other Region",
        "`available`; an empty list means that only a copied snapshot can bring the data back",
    )
    return Draft(
        purpose="The Region is lost, and the cluster with it.",
        checks=[
            there,
            look(
                at.aws(
                    "rds",
                    "describe-global-clusters",
                    region=blank("OTHER_REGION"),
                    query="GlobalClusters[].[GlobalClusterIdentifier, Status, "
                    "GlobalClusterMembers[].[DBClusterArn, IsWriter]]",
                ),
                "the global database, and who writes",
                "the cluster of the other Region is a member",
            ),
        ],
        actions=[
            act(
                "Fail over to it.",
                at.aws(
                    "rds",
                    "failover-global-cluster",
                    region=blank("OTHER_REGION"),
                    global_cluster_identifier=blank("GLOBAL_CLUSTER_ID"),
                    target_db_cluster_identifier=blank("SECONDARY_CLUSTER_ARN"),
                    allow_data_loss=True,
                ),
                warning="What was not replicated yet is lost: seconds, as a rule.",
            ),
            act(APPLICATION, phase="propagate"),
        ],
        verification=[there],
        rollback=[act("Switch over to the former Region once it is a healthy member again.")],
        never=["Do not write to both clusters."],
    )


@procedure(INSTANCE, REGION_LOST, title="go on in the other Region")
def other_region(at: Place) -> Draft:
    """A copy that is promoted, or a backup that was copied there."""
    new = at.new_name("restored", 60)
    return Draft(
        purpose="The Region is lost, and the database with it.",
        checks=[
            look(
                at.aws(
                    "rds",
                    "describe-db-instances",
                    region=blank("OTHER_REGION"),
                    query="DBInstances[].[DBInstanceIdentifier, DBInstanceStatus, "
                    "ReadReplicaSourceDBInstanceIdentifier]",
                ),
                "a replica of this database",
                "one that is `available`",
            ),
            look(
                at.aws(
                    "rds",
                    "describe-db-snapshots",
                    region=blank("OTHER_REGION"),
                    query="sort_by(DBSnapshots, &SnapshotCreateTime)[-5:].[DBSnapshotIdentifier, "
                    "SnapshotCreateTime, Status]",
                ),
                "snapshots that were copied there",
                "one that is `available`; neither a replica nor a snapshot means that there is no "
                "way back: tell the incident lead at once",
            ),
        ],
        actions=[
            act(
                "If there is a replica, make it a database of its own.",
                at.aws(
                    "rds",
                    "promote-read-replica",
                    region=blank("OTHER_REGION"),
                    db_instance_identifier=blank("READER_ID"),
                ),
                warning="It is no longer kept equal to the former one.",
            ),
            act(
                "Otherwise restore the newest snapshot there.",
                at.aws(
                    "rds",
                    "restore-db-instance-from-db-snapshot",
                    region=blank("OTHER_REGION"),
                    db_instance_identifier=new,
                    db_snapshot_identifier=blank("SNAPSHOT_ID"),
                    db_instance_class=at.or_blank(READ_INSTANCE, "DBInstanceClass", "DB_CLASS"),
                    db_subnet_group_name=blank("DB_SUBNET_GROUP"),
                ),
            ),
            act(APPLICATION, phase="propagate"),
        ],
        verification=[
            look(
                at.aws(
                    "rds",
                    "describe-db-instances",
                    region=blank("OTHER_REGION"),
                    query="DBInstances[].[DBInstanceIdentifier, DBInstanceStatus, "
                    "Endpoint.Address]",
                ),
                "the database in the other Region",
                "`available`; the application uses its address",
            )
        ],
        rollback=[act("Copy what was written meanwhile back before you use the former one.")],
        never=["Do not write to both databases."],
    )
