"""DynamoDB: back to a point in time, from a backup, and capacity."""

from typing import Any

from state.categories.excessive_load import OVERLOAD
from state.categories.misconfiguration_and_bugs import BAD_CHANGE, DATA_DELETED
from state.categories.shared_fate import SHARED_COMPONENT_FAILED
from state.categories.single_point_of_failure import REGION_LOST
from state.runbooks import Action, Look
from tools.runbook.commands import blank, number
from tools.runbook.declarations import Draft, Place, act, changes, look, metric, procedure

_TABLE = "AWS::DynamoDB::Table"
_READ = "dynamodb:DescribeTable"


def _name(at: Place) -> str:
    return str(at.fact(_READ, "TableName") or at.short)


def _state(at: Place, table: str | None = None) -> Look:
    return look(
        at.aws(
            "dynamodb",
            "describe-table",
            table_name=table or _name(at),
            query="Table.{Status: TableStatus, Items: ItemCount, Billing: "
            "BillingModeSummary.BillingMode, Capacity: ProvisionedThroughput, "
            "Protected: DeletionProtectionEnabled}",
        ),
        "`Status`, `Billing`, `Capacity`",
        "`ACTIVE`; an error `ResourceNotFoundException` means that the table is gone",
    )


def _throttled(at: Place, of: str, table: str | None = None) -> Look:
    return look(
        metric(at, "AWS/DynamoDB", f"{of}ThrottleEvents", "Sum", TableName=table or _name(at)),
        f"`{of}ThrottleEvents` (sum)",
        "no points, or none above zero",
    )


def _wait(at: Place, table: str) -> Action:
    return act(
        "Wait until the new table is there.",
        at.aws("dynamodb", "wait table-exists", table_name=table),
    )


@procedure(_TABLE, DATA_DELETED, title="restore the table")
def restore(at: Place) -> Draft:
    """To a point in time where that is on, else from a backup; always into a new table."""
    new = at.new_name("restored", 255)
    continuous = at.fact(
        "dynamodb:DescribeContinuousBackups",
        "PointInTimeRecoveryDescription.PointInTimeRecoveryStatus",
    )
    checks = [_state(at)]
    if continuous == "ENABLED":
        checks.append(
            look(
                at.aws(
                    "dynamodb",
                    "describe-continuous-backups",
                    table_name=_name(at),
                    query="ContinuousBackupsDescription.PointInTimeRecoveryDescription",
                ),
                "`EarliestRestorableDateTime`, `LatestRestorableDateTime`",
                "the moment before the damage lies between the two",
            )
        )
        brought = act(
            "Restore to the last moment before the damage, into a new table.",
            at.aws(
                "dynamodb",
                "restore-table-to-point-in-time",
                source_table_name=_name(at),
                target_table_name=new,
                restore_date_time=blank("GOOD_TIME"),
            ),
            expect="`TableStatus` is `CREATING`",
        )
    else:
        checks.append(
            look(
                at.aws(
                    "dynamodb",
                    "list-backups",
                    table_name=_name(at),
                    backup_type="ALL",
                    query="BackupSummaries[].[BackupArn, BackupCreationDateTime, BackupStatus]",
                ),
                "the newest backup from before the damage",
                "one that is `AVAILABLE`; an empty list means that there is no way back: tell the "
                "incident lead at once, and keep what is left",
            )
        )
        brought = act(
            "Point-in-time recovery was off when the account was read: restore the newest good "
            "backup, if the check shows one.",
            at.aws(
                "dynamodb",
                "restore-table-from-backup",
                target_table_name=new,
                backup_arn=blank("BACKUP_ARN"),
            ),
            expect="`TableStatus` is `CREATING`",
        )
    return Draft(
        purpose="Items or the whole table were deleted or corrupted.",
        checks=checks,
        actions=[
            act("Stop whatever goes on writing bad data, and note the time of the damage."),
            brought,
            _wait(at, new),
            act(
                "Give the new table what a restore leaves behind: scaling policies, TTL, streams, "
                "tags, alarms, point-in-time recovery, deletion protection.",
                at.aws(
                    "dynamodb",
                    "update-continuous-backups",
                    table_name=new,
                    point_in_time_recovery_specification={"PointInTimeRecoveryEnabled": True},
                ),
            ),
            act(
                "Point the application at the new table: change the name where it reads it, and "
                "the IAM policy of its role.",
                phase="propagate",
            ),
        ],
        verification=[_state(at, new), _throttled(at, "Write", new)],
        rollback=[act("Point the application back at the former table, which is untouched.")],
        never=["Do not delete the damaged table: it is the evidence, and holds the newest items."],
    )


@procedure(_TABLE, BAD_CHANGE, title="take the change back")
def changed(at: Place) -> Draft:
    """A setting of the table; items that a change spoiled are deleted data."""
    on_demand = at.fact(_READ, "BillingModeSummary.BillingMode") == "PAY_PER_REQUEST"
    return Draft(
        purpose="A change of the table's capacity, time to live, indexes or policy breaks its "
        "users.",
        checks=[
            _state(at),
            changes(at, _name(at)),
            look(
                at.aws(
                    "dynamodb",
                    "describe-time-to-live",
                    table_name=_name(at),
                    query="TimeToLiveDescription",
                ),
                "`TimeToLiveStatus`, `AttributeName`",
                "what your templates say; if it is newly `ENABLED`, items are being deleted",
            ),
        ],
        actions=[
            act(
                "If time to live deletes what is still needed: switch it off.",
                at.aws(
                    "dynamodb",
                    "update-time-to-live",
                    table_name=_name(at),
                    time_to_live_specification={
                        "Enabled": False,
                        "AttributeName": blank("ATTRIBUTE_NAME"),
                    },
                ),
                warning="It can be changed once an hour. Items that are gone need a restore.",
            ),
            act(
                "If the capacity was changed: set it back to what it was when the account was "
                "read.",
                at.aws(
                    "dynamodb",
                    "update-table",
                    table_name=_name(at),
                    billing_mode="PAY_PER_REQUEST" if on_demand else "PROVISIONED",
                    provisioned_throughput=None if on_demand else _provisioned(at),
                ),
                expect="`TableStatus` is `UPDATING`, then `ACTIVE`",
                warning="To on-demand it can be changed only a few times a day.",
            ),
            act(
                "An index, a policy or a stream: put it back from your templates. If the change "
                "spoiled items, take the procedure for deleted data."
            ),
        ],
        verification=[_state(at), _throttled(at, "Read"), _throttled(at, "Write")],
        rollback=[
            act(
                "Let items expire again.",
                at.aws(
                    "dynamodb",
                    "update-time-to-live",
                    table_name=_name(at),
                    time_to_live_specification={
                        "Enabled": True,
                        "AttributeName": blank("ATTRIBUTE_NAME"),
                    },
                ),
                warning="Items that have expired are deleted.",
            ),
            act("Set the newer capacity again, with the command of step 2."),
        ],
        never=["Do not restore the whole table because of a setting: that takes hours."],
    )


def _provisioned(at: Place) -> dict[str, Any]:
    """The capacity of when the account was read; a table on demand has none."""
    return {
        f"{of}CapacityUnits": at.fact(_READ, f"ProvisionedThroughput.{of}CapacityUnits")
        or number(blank(f"{of.upper()}_CAPACITY"))
        for of in ("Read", "Write")
    }


@procedure(_TABLE, OVERLOAD, SHARED_COMPONENT_FAILED, title="give it capacity")
def capacity(at: Place) -> Draft:
    """On demand: one change, and no more numbers to guess."""
    on_demand = at.fact(_READ, "BillingModeSummary.BillingMode") == "PAY_PER_REQUEST"
    if on_demand:
        steps = [
            act("Find the hot key or the caller: a table on demand throttles on one partition."),
            act("Hold that caller back: reserved concurrency, a smaller batch, a slower schedule."),
        ]
        back = [act("Let the caller go on as before.")]
    else:
        steps = [
            act(
                "Bill by request: DynamoDB then takes what comes.",
                at.aws(
                    "dynamodb",
                    "update-table",
                    table_name=_name(at),
                    billing_mode="PAY_PER_REQUEST",
                ),
                expect="`TableStatus` is `UPDATING`, then `ACTIVE`",
                warning="It is paid for by the request. A table can be changed only a few times a "
                "day.",
            )
        ]
        back = [
            act(
                "Go back to the former capacity, once the load is.",
                at.aws(
                    "dynamodb",
                    "update-table",
                    table_name=_name(at),
                    billing_mode="PROVISIONED",
                    provisioned_throughput=_provisioned(at),
                ),
                warning="Set scaling policies again, if there were any.",
            )
        ]
    return Draft(
        purpose="Requests to the table are throttled.",
        checks=[_state(at), _throttled(at, "Read"), _throttled(at, "Write")],
        actions=steps,
        verification=[_throttled(at, "Read"), _throttled(at, "Write")],
        rollback=back,
        never=["Do not retry harder: retries are requests too."],
    )


@procedure(_TABLE, REGION_LOST, title="go on in the other Region")
def other_region(at: Place) -> Draft:
    """A replica of a global table takes over at once; a copy of a backup has to be restored."""
    replicas = [str(each) for each in at.fact(_READ, "Replicas[].RegionName") or ()]
    region = replicas[0] if replicas else blank("OTHER_REGION")
    there = look(
        at.aws(
            "dynamodb",
            "describe-table",
            table_name=_name(at),
            region=region,
            query="Table.[TableStatus, ItemCount]",
        ),
        "the table in the other Region",
        "`ACTIVE`; not there: only a copy of a backup can bring it back",
    )
    copy = look(
        at.aws(
            "backup",
            "list-recovery-points-by-backup-vault",
            backup_vault_name=blank("BACKUP_VAULT"),
            by_resource_arn=at.id,
            region=region,
            query="RecoveryPoints[].[RecoveryPointArn, CreationDate, Status]",
        ),
        "the copies in the other Region's vault",
        "one that is `COMPLETED`",
    )
    return Draft(
        purpose="The Region is lost, and the table with it.",
        checks=[there] if replicas else [there, copy],
        actions=[
            act(
                "Point the application at the replica in the other Region."
                if replicas
                else "Restore the copy in the other Region (AWS Backup), then point the "
                "application at it."
            )
        ],
        verification=[there],
        rollback=[act("Go back only after the tables are equal again.")],
        never=["Do not write in both Regions, unless the application is made for it."],
    )
