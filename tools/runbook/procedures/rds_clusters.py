"""Aurora clusters: failover, restore, readers."""

from state.categories.excessive_latency import SLOW_DEPENDENCY
from state.categories.excessive_load import OVERLOAD
from state.categories.misconfiguration_and_bugs import DATA_DELETED
from state.categories.single_point_of_failure import COMPONENT_LOST, ZONE_LOST
from tools.runbook.commands import blank
from tools.runbook.databases import (
    APPLICATION,
    CLUSTER,
    DAMAGE_STAYS,
    READ_CLUSTER,
    busy,
    cluster_id,
    events,
    members,
    sent_back,
    waits,
)
from tools.runbook.declarations import Draft, Place, act, look, procedure


@procedure(CLUSTER, COMPONENT_LOST, ZONE_LOST, title="fail over to a reader")
def fail_over(at: Place) -> Draft:
    """Aurora does it by itself where there is a reader."""
    return Draft(
        purpose="The writer or its zone failed, and Aurora has not moved the writer by itself.",
        checks=[members(at), events(at, "db-cluster", cluster_id(at))],
        actions=[
            act(
                "Promote a reader in a zone that works.",
                at.aws(
                    "rds",
                    "failover-db-cluster",
                    db_cluster_identifier=cluster_id(at),
                    target_db_instance_identifier=blank("READER_ID"),
                ),
                warning="Connections to the writer are cut off, for about half a minute.",
            ),
            act(
                "Wait until the cluster is available.",
                at.aws("rds", "wait db-cluster-available", db_cluster_identifier=cluster_id(at)),
            ),
        ],
        verification=[members(at)],
        rollback=[act("Fail over to the former writer with the same command, in a quiet hour.")],
        never=["Do not fail over repeatedly: look at the events after the first time."],
    )


@procedure(CLUSTER, DATA_DELETED, title="restore to a point in time")
def restore_cluster(at: Place) -> Draft:
    """A new cluster, then an instance in it."""
    new = at.new_name("restored", 60)
    first = f"{new}-1"
    return Draft(
        purpose="Rows or the whole database were deleted or corrupted.",
        checks=[members(at), events(at, "db-cluster", cluster_id(at))],
        actions=[
            act("Stop whatever goes on writing bad data, and note the time of the damage."),
            act(
                "Restore to the last moment before the damage, beside the damaged cluster.",
                at.aws(
                    "rds",
                    "restore-db-cluster-to-point-in-time",
                    source_db_cluster_identifier=cluster_id(at),
                    db_cluster_identifier=new,
                    restore_to_time=blank("GOOD_TIME"),
                    db_subnet_group_name=at.fact(READ_CLUSTER, "DBSubnetGroup"),
                    vpc_security_group_ids=at.fact(
                        READ_CLUSTER, "VpcSecurityGroups[].VpcSecurityGroupId"
                    )
                    or None,
                    deletion_protection=True,
                ),
            ),
            act(
                "Wait until the cluster is available.",
                at.aws("rds", "wait db-cluster-available", db_cluster_identifier=new),
            ),
            act(
                "Give it an instance: a cluster has none after a restore.",
                at.aws(
                    "rds",
                    "create-db-instance",
                    db_instance_identifier=first,
                    db_cluster_identifier=new,
                    db_instance_class=blank("DB_CLASS"),
                    engine=at.or_blank(READ_CLUSTER, "Engine", "DB_ENGINE"),
                ),
            ),
            act("Wait until the instance is available.", waits(at, first)),
            act(APPLICATION, phase="propagate"),
        ],
        verification=[
            look(
                at.aws(
                    "rds",
                    "describe-db-clusters",
                    db_cluster_identifier=new,
                    query="DBClusters[0].[Status, Endpoint]",
                ),
                "the status and the new endpoint",
                "`available`; the application uses this endpoint",
            )
        ],
        rollback=[sent_back("the former cluster, which is untouched")],
        never=[DAMAGE_STAYS],
    )


@procedure(CLUSTER, OVERLOAD, SLOW_DEPENDENCY, title="take the load off, or add a reader")
def relieve_cluster(at: Place) -> Draft:
    """A reader takes reads; only a larger writer takes more writes."""
    new = at.new_name("reader", 63)
    return Draft(
        purpose="The cluster is slow, or out of connections, processor or memory.",
        checks=[
            members(at),
            busy(at, DBClusterIdentifier=cluster_id(at)),
        ],
        actions=[
            act("Stop what presses on it and can wait: reports, batch jobs, retries."),
            act(
                "If reads press on it, add a reader.",
                at.aws(
                    "rds",
                    "create-db-instance",
                    db_instance_identifier=new,
                    db_cluster_identifier=cluster_id(at),
                    db_instance_class=blank("DB_CLASS"),
                    engine=at.or_blank(READ_CLUSTER, "Engine", "DB_ENGINE"),
                ),
                expect="an instance with the status `creating`",
            ),
            act("Wait until it is available.", waits(at, new), phase="warm up"),
        ],
        verification=[members(at)],
        rollback=[act("Remove the reader in a quiet hour, once reads are back to normal.")],
        never=["Do not restart the writer to free connections before the cause is known."],
    )
