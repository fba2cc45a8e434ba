"""RDS instances and Aurora clusters: failover, restore, capacity, certificates."""

from state.categories.excessive_latency import SLOW_DEPENDENCY
from state.categories.excessive_load import OVERLOAD
from state.categories.misconfiguration_and_bugs import BAD_CHANGE, DATA_DELETED, EXPIRY
from state.categories.shared_fate import SHARED_COMPONENT_FAILED
from state.categories.single_point_of_failure import COMPONENT_LOST, REGION_LOST, ZONE_LOST
from state.runbooks import Action, Command, Look
from tools.markdown import code
from tools.runbook.commands import blank
from tools.runbook.declarations import Draft, Place, act, look, metric, procedure

_INSTANCE, _CLUSTER = "AWS::RDS::DBInstance", "AWS::RDS::DBCluster"
_READ, _READ_CLUSTER = "rds:DescribeDBInstances", "rds:DescribeDBClusters"
_DAMAGE_SPREADS = "Do not delete the damaged database: it is the evidence, and the way back."
_APPLICATION = (
    "Point the application at the new endpoint: change it where the application reads it (secret, "
    "environment variable, DNS record), then restart or redeploy it."
)


def _name(at: Place) -> str:
    return str(at.fact(_READ, "DBInstanceIdentifier") or at.short)


def _state(at: Place) -> Look:
    return look(
        at.aws(
            "rds",
            "describe-db-instances",
            db_instance_identifier=_name(at),
            query="DBInstances[0].{Status: DBInstanceStatus, Class: DBInstanceClass, "
            "Zone: AvailabilityZone, MultiAZ: MultiAZ, Restorable: LatestRestorableTime, "
            "Address: Endpoint.Address}",
        ),
        "`Status`, `Zone`, `Restorable`",
        "`available`, unless it is the instance itself that failed",
    )


def _events(at: Place, source: str, name: str) -> Look:
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


def _connections(at: Place) -> Look:
    return look(
        metric(at, "AWS/RDS", "DatabaseConnections", "Average", DBInstanceIdentifier=_name(at)),
        "`DatabaseConnections` (average)",
        "as many connections as before the incident",
    )


def _sent_back(what: str) -> Action:
    return act(f"Point the application back at {what}, and restart it.")


def _same_place(at: Place) -> dict[str, object]:
    """Where a restored instance has to lie to be reached as the one before was."""
    return {
        "db_instance_class": at.fact(_READ, "DBInstanceClass"),
        "db_subnet_group_name": at.fact(_READ, "DBSubnetGroup.DBSubnetGroupName"),
        "vpc_security_group_ids": at.fact(_READ, "VpcSecurityGroups[].VpcSecurityGroupId") or None,
        "db_parameter_group_name": at.fact(_READ, "DBParameterGroups[0].DBParameterGroupName"),
        "multi_az": bool(at.fact(_READ, "MultiAZ")),
        "deletion_protection": True,
    }


def _waits(at: Place, name: str) -> Command:
    return at.aws("rds", "wait db-instance-available", db_instance_identifier=name)


@procedure(_INSTANCE, COMPONENT_LOST, ZONE_LOST, title="bring the instance back")
def bring_back(at: Place) -> Draft:
    """A failover where there is a standby, a restart or a restore where there is none."""
    if at.fact(_READ, "DBClusterIdentifier"):
        return _member_of_cluster(at)
    standby = bool(at.fact(_READ, "MultiAZ"))
    reboot = at.aws(
        "rds",
        "reboot-db-instance",
        db_instance_identifier=_name(at),
        force_failover=True if standby else None,
    )
    steps = [
        act(
            "Fail over to the standby, if RDS has not done so by itself."
            if standby
            else "Restart the instance, if RDS has not done so by itself.",
            reboot,
            warning="Open connections and transactions are cut off.",
        ),
        act("Wait until it is available.", _waits(at, _name(at))),
    ]
    if not standby:
        steps.append(
            act(
                "If it does not come back (its zone or its storage is lost): restore it, with the "
                "procedure for deleted data, into a zone that works."
            )
        )
    return Draft(
        purpose="The instance, its storage or its zone failed, and clients cannot connect."
        + ("" if standby else " There is no standby: nothing takes over by itself."),
        checks=[_state(at), _events(at, "db-instance", _name(at))],
        actions=steps,
        verification=[_state(at), _connections(at)],
        rollback=[act("None is needed: the address stays the same.")],
        never=[
            "Do not modify the instance while it fails over.",
            "Do not delete it to 'start afresh': automated backups may go with it.",
        ],
    )


def _member_of_cluster(at: Place) -> Draft:
    cluster = at.fact(_READ, "DBClusterIdentifier")
    return Draft(
        purpose=f"An instance of the cluster {code(cluster)} failed.",
        checks=[_state(at), _events(at, "db-instance", _name(at))],
        actions=[
            act(
                "If the instance hangs, restart it. Aurora moves the writer by itself.",
                at.aws("rds", "reboot-db-instance", db_instance_identifier=_name(at)),
                warning="Its open connections are cut off.",
            ),
            act("Wait until it is available.", _waits(at, _name(at))),
        ],
        verification=[_state(at), _connections(at)],
        rollback=[act("None is needed: the cluster's endpoints stay the same.")],
        never=["Do not delete the instance while it is the only one of the cluster."],
    )


@procedure(_INSTANCE, DATA_DELETED, BAD_CHANGE, title="restore to a point in time")
def restore(at: Place) -> Draft | None:
    """Into a new instance beside the damaged one; from a snapshot where there is no more."""
    if at.fact(_READ, "DBClusterIdentifier"):
        return None
    new = at.new_name("restored", 63)
    if at.fact(_READ, "BackupRetentionPeriod"):
        brought = act(
            "Restore to the last moment before the damage, beside the damaged instance.",
            at.aws(
                "rds",
                "restore-db-instance-to-point-in-time",
                source_db_instance_identifier=_name(at),
                target_db_instance_identifier=new,
                restore_time=blank("GOOD_TIME"),
                **_same_place(at),
            ),
            expect="an instance with the status `creating`",
        )
        first = _state(at)
    else:
        brought = act(
            "Automated backups are off: restore the newest good snapshot, if the check shows one. "
            "All that was written since is lost.",
            at.aws(
                "rds",
                "restore-db-instance-from-db-snapshot",
                db_instance_identifier=new,
                db_snapshot_identifier=blank("SNAPSHOT_ID"),
                **_same_place(at),
            ),
            expect="an instance with the status `creating`",
        )
        first = look(
            at.aws(
                "rds",
                "describe-db-snapshots",
                db_instance_identifier=_name(at),
                query="sort_by(DBSnapshots, &SnapshotCreateTime)[].[DBSnapshotIdentifier, "
                "SnapshotCreateTime, Status]",
            ),
            "the newest snapshot from before the damage",
            "at least one with the status `available`; an empty list means that there is no way "
            "back: tell the incident lead at once",
        )
    return Draft(
        purpose="Rows or the whole database were deleted or corrupted, or a change broke them.",
        checks=[first, _events(at, "db-instance", _name(at))],
        actions=[
            act("Stop whatever goes on writing bad data, and note the time of the damage."),
            brought,
            act("Wait until the new instance is available.", _waits(at, new)),
            act("Compare the restored data with the damaged one, with the application's owner."),
            act(_APPLICATION, phase="propagate"),
        ],
        verification=[
            look(
                at.aws(
                    "rds",
                    "describe-db-instances",
                    db_instance_identifier=new,
                    query="DBInstances[0].[DBInstanceStatus, Endpoint.Address, DBInstanceClass]",
                ),
                "the status and the new address",
                "`available`; the application uses this address",
            ),
            look(
                metric(at, "AWS/RDS", "DatabaseConnections", "Average", DBInstanceIdentifier=new),
                "`DatabaseConnections` (average)",
                "more than zero once the application uses it",
            ),
        ],
        rollback=[_sent_back("the former instance, which is untouched")],
        never=[
            _DAMAGE_SPREADS,
            "Do not restore over the former name: first see that the data is right.",
        ],
    )


@procedure(_INSTANCE, OVERLOAD, SLOW_DEPENDENCY, title="take the load off, or give it more")
def relieve(at: Place) -> Draft:
    """Find what presses on it; a larger class takes a restart."""
    now_class = code(at.fact(_READ, "DBInstanceClass") or "the class")
    return Draft(
        purpose="The database is slow, out of connections, processor, memory or storage.",
        checks=[
            _state(at),
            look(
                metric(at, "AWS/RDS", "CPUUtilization", "Maximum", DBInstanceIdentifier=_name(at)),
                "`CPUUtilization` (maximum)",
                "below 90; if not, find the statement that costs most (Performance Insights)",
            ),
            look(
                metric(
                    at, "AWS/RDS", "FreeStorageSpace", "Minimum", DBInstanceIdentifier=_name(at)
                ),
                "`FreeStorageSpace` (minimum), in bytes",
                "more than a tenth of the storage; if not, grow the storage and not the class",
            ),
        ],
        actions=[
            act("Stop what presses on it and can wait: reports, batch jobs, retries."),
            act(
                f"If that is not enough, change {now_class} to a larger class.",
                at.aws(
                    "rds",
                    "modify-db-instance",
                    db_instance_identifier=_name(at),
                    db_instance_class=blank("NEW_CLASS"),
                    apply_immediately=True,
                ),
                warning="The instance restarts (with a standby: it fails over).",
            ),
            act("Wait until it is available.", _waits(at, _name(at)), phase="warm up"),
        ],
        verification=[_state(at), _connections(at)],
        rollback=[
            act(
                "Go back to the former class in a quiet hour.",
                at.aws(
                    "rds",
                    "modify-db-instance",
                    db_instance_identifier=_name(at),
                    db_instance_class=at.or_blank(_READ, "DBInstanceClass", "NEW_CLASS"),
                    apply_immediately=False,
                ),
            )
        ],
        never=["Do not restart it to free connections before the cause is known: they come back."],
    )


@procedure(_INSTANCE, EXPIRY, title="renew the certificate")
def renew(at: Place) -> Draft:
    """Clients that verify the server turn away once its certificate has expired."""
    return Draft(
        purpose="The server's certificate has expired, and clients that verify it turn away.",
        checks=[
            look(
                at.aws(
                    "rds",
                    "describe-db-instances",
                    db_instance_identifier=_name(at),
                    query="DBInstances[0].CertificateDetails",
                ),
                "`ValidTill`, `CAIdentifier`",
                "a date to come; one that has passed is the cause",
            ),
            look(
                at.aws(
                    "rds",
                    "describe-certificates",
                    query="Certificates[].[CertificateIdentifier, ValidTill]",
                ),
                "an authority that is valid for years",
                "one that the clients' trust stores hold",
            ),
        ],
        actions=[
            act(
                "Change the authority.",
                at.aws(
                    "rds",
                    "modify-db-instance",
                    db_instance_identifier=_name(at),
                    ca_certificate_identifier=blank("CA_IDENTIFIER"),
                    apply_immediately=True,
                ),
                warning="Older engine versions restart.",
            ),
            act("Wait until it is available.", _waits(at, _name(at))),
        ],
        verification=[_state(at), _connections(at)],
        rollback=[act("Change the authority back with the same command and the former name.")],
        never=["Do not switch verification off in the clients."],
    )


# -- Aurora ----------------------------------------------------------------------------------------


def _cluster(at: Place) -> str:
    return str(at.fact(_READ_CLUSTER, "DBClusterIdentifier") or at.short)


def _members(at: Place) -> Look:
    return look(
        at.aws(
            "rds",
            "describe-db-clusters",
            db_cluster_identifier=_cluster(at),
            query="DBClusters[0].{Status: Status, Restorable: LatestRestorableTime, "
            "Endpoint: Endpoint, Members: DBClusterMembers[].[DBInstanceIdentifier, "
            "IsClusterWriter, PromotionTier]}",
        ),
        "`Status`, and who is the writer",
        "`available`, one writer, and at least one reader to fail over to",
    )


@procedure(_CLUSTER, COMPONENT_LOST, ZONE_LOST, title="fail over to a reader")
def fail_over(at: Place) -> Draft:
    """Aurora does it by itself where there is a reader."""
    return Draft(
        purpose="The writer or its zone failed, and Aurora has not moved the writer by itself.",
        checks=[_members(at), _events(at, "db-cluster", _cluster(at))],
        actions=[
            act(
                "Promote a reader in a zone that works.",
                at.aws(
                    "rds",
                    "failover-db-cluster",
                    db_cluster_identifier=_cluster(at),
                    target_db_instance_identifier=blank("READER_ID"),
                ),
                warning="Connections to the writer are cut off, for about half a minute.",
            ),
            act(
                "Wait until the cluster is available.",
                at.aws("rds", "wait db-cluster-available", db_cluster_identifier=_cluster(at)),
            ),
        ],
        verification=[_members(at)],
        rollback=[act("Fail over to the former writer with the same command, in a quiet hour.")],
        never=["Do not fail over repeatedly: look at the events after the first time."],
    )


@procedure(_CLUSTER, DATA_DELETED, BAD_CHANGE, title="restore to a point in time")
def restore_cluster(at: Place) -> Draft:
    """A new cluster, then an instance in it."""
    new = at.new_name("restored", 60)
    first = f"{new}-1"
    return Draft(
        purpose="Rows or the whole database were deleted or corrupted, or a change broke them.",
        checks=[_members(at), _events(at, "db-cluster", _cluster(at))],
        actions=[
            act("Stop whatever goes on writing bad data, and note the time of the damage."),
            act(
                "Restore to the last moment before the damage, beside the damaged cluster.",
                at.aws(
                    "rds",
                    "restore-db-cluster-to-point-in-time",
                    source_db_cluster_identifier=_cluster(at),
                    db_cluster_identifier=new,
                    restore_to_time=blank("GOOD_TIME"),
                    db_subnet_group_name=at.fact(_READ_CLUSTER, "DBSubnetGroup"),
                    vpc_security_group_ids=at.fact(
                        _READ_CLUSTER, "VpcSecurityGroups[].VpcSecurityGroupId"
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
                    engine=at.or_blank(_READ_CLUSTER, "Engine", "DB_ENGINE"),
                ),
            ),
            act("Wait until the instance is available.", _waits(at, first)),
            act(_APPLICATION, phase="propagate"),
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
        rollback=[_sent_back("the former cluster, which is untouched")],
        never=[_DAMAGE_SPREADS],
    )


@procedure(_CLUSTER, OVERLOAD, SLOW_DEPENDENCY, title="take the load off, or add a reader")
def relieve_cluster(at: Place) -> Draft:
    """A reader takes reads; only a larger writer takes more writes."""
    new = at.new_name("reader", 63)
    return Draft(
        purpose="The cluster is slow, or out of connections, processor or memory.",
        checks=[
            _members(at),
            look(
                metric(
                    at, "AWS/RDS", "CPUUtilization", "Maximum", DBClusterIdentifier=_cluster(at)
                ),
                "`CPUUtilization` (maximum)",
                "below 90; if not, find the statement that costs most (Performance Insights)",
            ),
        ],
        actions=[
            act("Stop what presses on it and can wait: reports, batch jobs, retries."),
            act(
                "If reads press on it, add a reader.",
                at.aws(
                    "rds",
                    "create-db-instance",
                    db_instance_identifier=new,
                    db_cluster_identifier=_cluster(at),
                    db_instance_class=blank("DB_CLASS"),
                    engine=at.or_blank(_READ_CLUSTER, "Engine", "DB_ENGINE"),
                ),
                expect="an instance with the status `creating`",
            ),
            act("Wait until it is available.", _waits(at, new), phase="warm up"),
        ],
        verification=[_members(at)],
        rollback=[act("Remove the reader in a quiet hour, once reads are back to normal.")],
        never=["Do not restart the writer to free connections before the cause is known."],
    )


@procedure((_INSTANCE, _CLUSTER), SHARED_COMPONENT_FAILED, title="keep the other users off")
def separate(at: Place) -> Draft:
    """Two workloads on one database: the other's trouble is this one's."""
    cluster = at.resource.type == _CLUSTER
    return Draft(
        purpose="Another workload on the same database fails, and takes this one along.",
        checks=[_members(at) if cluster else _state(at)],
        actions=[
            act("Find the other users: ask the owners of the other workload to stop their jobs."),
            act(
                "If they cannot: take their database user's connections away inside the database "
                "(`ALTER ROLE ... CONNECTION LIMIT`, `ALTER USER ... WITH MAX_USER_CONNECTIONS`)."
            ),
        ],
        verification=[_members(at) if cluster else _connections(at)],
        rollback=[act("Give the other workload its connections back, with its owner.")],
        never=["Do not change the password of a user that you do not own."],
    )


@procedure(_CLUSTER, REGION_LOST, title="fail over to the other Region")
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
            act(_APPLICATION, phase="propagate"),
        ],
        verification=[there],
        rollback=[act("Switch over to the former Region once it is a healthy member again.")],
        never=["Do not write to both clusters."],
    )


@procedure(_INSTANCE, REGION_LOST, title="go on in the other Region")
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
                    db_instance_class=at.or_blank(_READ, "DBInstanceClass", "DB_CLASS"),
                    db_subnet_group_name=blank("DB_SUBNET_GROUP"),
                ),
            ),
            act(_APPLICATION, phase="propagate"),
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
