"""RDS instances: brought back, restored, relieved; other users kept off."""

from state.categories.excessive_latency import SLOW_DEPENDENCY
from state.categories.excessive_load import OVERLOAD
from state.categories.misconfiguration_and_bugs import DATA_DELETED
from state.categories.shared_fate import SHARED_COMPONENT_FAILED
from state.categories.single_point_of_failure import COMPONENT_LOST, ZONE_LOST
from state.runbooks import Action, Look
from tools.markdown import code
from tools.runbook.commands import blank
from tools.runbook.databases import (
    APPLICATION,
    CLUSTER,
    DAMAGE_STAYS,
    INSTANCE,
    LATE,
    READ_INSTANCE,
    busy,
    connections,
    events,
    instance_id,
    instance_state,
    members,
    sent_back,
    waits,
)
from tools.runbook.declarations import Draft, Place, act, look, metric, procedure


def _same_place(at: Place) -> dict[str, object]:
    """Where a restored instance has to lie to be reached as the one before was."""
    return {
        "db_instance_class": at.fact(READ_INSTANCE, "DBInstanceClass"),
        "db_subnet_group_name": at.fact(READ_INSTANCE, "DBSubnetGroup.DBSubnetGroupName"),
        "vpc_security_group_ids": at.fact(READ_INSTANCE, "VpcSecurityGroups[].VpcSecurityGroupId")
        or None,
        "db_parameter_group_name": at.fact(
            READ_INSTANCE, "DBParameterGroups[0].DBParameterGroupName"
        ),
        "multi_az": bool(at.fact(READ_INSTANCE, "MultiAZ")),
        "deletion_protection": True,
    }


_SLOW_AT_FIRST = act(
    "Let load in slowly: a restored database reads each block from S3 when it is first asked for.",
    phase="warm up",
)


@procedure(INSTANCE, COMPONENT_LOST, ZONE_LOST, title="bring the instance back")
def bring_back(at: Place) -> Draft:
    """A failover where there is a standby, a restart or a restore where there is none."""
    if at.fact(READ_INSTANCE, "DBClusterIdentifier"):
        return _member_of_cluster(at)
    standby = bool(at.fact(READ_INSTANCE, "MultiAZ"))
    reboot = at.aws(
        "rds",
        "reboot-db-instance",
        db_instance_identifier=instance_id(at),
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
        act("Wait until it is available.", waits(at, instance_id(at))),
    ]
    if not standby:
        steps += [
            act(
                "If it does not come back (its zone or its storage is lost): restore it, with the "
                "procedure for deleted data. Without a zone in the command RDS chooses one: add "
                "`--availability-zone` with one that works."
            ),
            act(f"After a restore: {APPLICATION[:1].lower()}{APPLICATION[1:]}", phase="propagate"),
            _SLOW_AT_FIRST,
        ]
    return Draft(
        purpose="The instance, its storage or its zone failed, and clients cannot connect."
        + ("" if standby else " There is no standby: nothing takes over by itself."),
        checks=[instance_state(at), events(at, "db-instance", instance_id(at))],
        actions=steps,
        verification=[instance_state(at), connections(at)],
        rollback=[act("None is needed: the address stays the same.")],
        never=[
            "Do not modify the instance while it fails over.",
            "Do not delete it to 'start afresh': automated backups may go with it.",
        ],
    )


def _member_of_cluster(at: Place) -> Draft:
    cluster = at.fact(READ_INSTANCE, "DBClusterIdentifier")
    return Draft(
        purpose=f"An instance of the cluster {code(cluster)} failed.",
        checks=[instance_state(at), events(at, "db-instance", instance_id(at))],
        actions=[
            act(
                "If the instance hangs, restart it. Aurora moves the writer by itself.",
                at.aws("rds", "reboot-db-instance", db_instance_identifier=instance_id(at)),
                warning="Its open connections are cut off.",
            ),
            act("Wait until it is available.", waits(at, instance_id(at))),
        ],
        verification=[instance_state(at), connections(at)],
        rollback=[act("None is needed: the cluster's endpoints stay the same.")],
        never=["Do not delete the instance while it is the only one of the cluster."],
    )


@procedure(INSTANCE, DATA_DELETED, title="restore to a point in time")
def restore(at: Place) -> Draft | None:
    """Into a new instance beside the damaged one; from a snapshot where there is no more."""
    if at.fact(READ_INSTANCE, "DBClusterIdentifier"):
        return None
    new = at.new_name("restored", 63)
    if at.fact(READ_INSTANCE, "BackupRetentionPeriod"):
        brought = act(
            "Restore to the last moment before the damage, beside the damaged instance.",
            at.aws(
                "rds",
                "restore-db-instance-to-point-in-time",
                source_db_instance_identifier=instance_id(at),
                target_db_instance_identifier=new,
                restore_time=blank("GOOD_TIME"),
                **_same_place(at),
            ),
            expect="an instance with the status `creating`",
        )
        first = instance_state(at)
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
                db_instance_identifier=instance_id(at),
                query="sort_by(DBSnapshots, &SnapshotCreateTime)[].[DBSnapshotIdentifier, "
                "SnapshotCreateTime, Status]",
            ),
            "the newest snapshot from before the damage",
            "at least one with the status `available`; an empty list means that there is no way "
            "back: tell the incident lead at once",
        )
    return Draft(
        purpose="Rows or the whole database were deleted or corrupted.",
        checks=[first, events(at, "db-instance", instance_id(at))],
        actions=[
            act("Stop whatever goes on writing bad data, and note the time of the damage."),
            brought,
            act("Wait until the new instance is available.", waits(at, new)),
            act("Compare the restored data with the damaged one, with the application's owner."),
            act(APPLICATION, phase="propagate"),
            _SLOW_AT_FIRST,
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
        rollback=[sent_back("the former instance, which is untouched")],
        never=[
            DAMAGE_STAYS,
            "Do not restore over the former name: first see that the data is right.",
        ],
    )


@procedure(INSTANCE, OVERLOAD, SLOW_DEPENDENCY, title="take the load off, or give it more")
def relieve(at: Place) -> Draft:
    """Find what presses on it; a larger class takes a restart."""
    now_class = code(at.fact(READ_INSTANCE, "DBInstanceClass") or "the class")
    return Draft(
        purpose="The database is slow, out of connections, processor, memory or storage.",
        checks=[
            instance_state(at),
            busy(at, DBInstanceIdentifier=instance_id(at)),
            *_room_left(at),
        ],
        actions=[
            act("Stop what presses on it and can wait: reports, batch jobs, retries."),
            *_more_room(at),
            act(
                f"If that is not enough, change {now_class} to a larger class.",
                at.aws(
                    "rds",
                    "modify-db-instance",
                    db_instance_identifier=instance_id(at),
                    db_instance_class=blank("NEW_CLASS"),
                    apply_immediately=True,
                ),
                warning="The instance restarts (with a standby: it fails over).",
            ),
            act(
                "Wait until it is available.",
                waits(at, instance_id(at)),
                phase="warm up",
                expect=LATE,
            ),
        ],
        verification=[instance_state(at), connections(at)],
        rollback=[
            act(
                "Go back to the former class in a quiet hour.",
                at.aws(
                    "rds",
                    "modify-db-instance",
                    db_instance_identifier=instance_id(at),
                    db_instance_class=at.or_blank(READ_INSTANCE, "DBInstanceClass", "NEW_CLASS"),
                    apply_immediately=False,
                ),
            )
        ],
        never=["Do not restart it to free connections before the cause is known: they come back."],
    )


def _room_left(at: Place) -> list[Look]:
    """None in a cluster: Aurora's storage grows by itself."""
    if at.fact(READ_INSTANCE, "DBClusterIdentifier"):
        return []
    return [
        look(
            metric(
                at, "AWS/RDS", "FreeStorageSpace", "Minimum", DBInstanceIdentifier=instance_id(at)
            ),
            "`FreeStorageSpace` (minimum), in bytes",
            "more than a tenth of the storage; if not, grow the storage (step 2), not the class",
        )
    ]


def _more_room(at: Place) -> list[Action]:
    if at.fact(READ_INSTANCE, "DBClusterIdentifier"):
        return []
    return [
        act(
            "If storage runs out, let it grow by a tenth at least. Clients are served meanwhile.",
            at.aws(
                "rds",
                "modify-db-instance",
                db_instance_identifier=instance_id(at),
                allocated_storage=blank("STORAGE_GIB"),
                apply_immediately=True,
            ),
            warning="It never gets smaller again, and may not be changed again for six hours.",
        )
    ]


@procedure((INSTANCE, CLUSTER), SHARED_COMPONENT_FAILED, title="keep the other users off")
def separate(at: Place) -> Draft:
    """Two workloads on one database: the other's trouble is this one's."""
    cluster = at.resource.type == CLUSTER
    return Draft(
        purpose="Another workload on the same database fails, and takes this one along.",
        checks=[members(at) if cluster else instance_state(at)],
        actions=[
            act("Find the other users: ask the owners of the other workload to stop their jobs."),
            act(
                "If they cannot: take their database user's connections away inside the database "
                "(`ALTER ROLE ... CONNECTION LIMIT`, `ALTER USER ... WITH MAX_USER_CONNECTIONS`)."
            ),
        ],
        verification=[members(at) if cluster else connections(at)],
        rollback=[act("Give the other workload its connections back, with its owner.")],
        never=["Do not change the password of a user that you do not own."],
    )
