"""DynamoDB tables: a Region's zones never matter here; deletion, capacity and the Region do."""

from state.categories.excessive_load import OVERLOAD, QUOTAS, SCALING
from state.categories.misconfiguration_and_bugs import DATA_DELETED, GUARDRAILS
from state.categories.shared_fate import SHARED_COMPONENT_FAILED, SHARED_WITH_OTHERS
from state.categories.single_point_of_failure import REGION_LOSS, REGION_LOST
from state.judgements import Cost, Effort, Layer, Phase
from tools.checks import (
    NOT_APPLICABLE,
    Effect,
    Example,
    Outcome,
    Remedy,
    check,
    failed,
    passed,
    passed_if,
    puts,
)
from tools.checks.copies import (
    POINTS,
    PROTECTED,
    RECOVERY_POINT,
    ages_elsewhere,
    any_copies,
    lag_of,
    lost_at_worst,
    restored,
    restoring,
    times_since,
)
from tools.checks.paper import Draft
from tools.checks.regions import another_region
from tools.checks.sharing import named, outsiders, separate, users
from tools.checks.view import View

TABLE = "AWS::DynamoDB::Table"
TARGET = "AWS::ApplicationAutoScaling::ScalableTarget"
POLICY = "AWS::ApplicationAutoScaling::ScalingPolicy"
READ = "dynamodb:DescribeTable"
BACKUPS = "dynamodb:DescribeContinuousBackups"
ON_DEMAND = "dynamodb:ListBackups"
TARGETS = "application-autoscaling:DescribeScalableTargets"
POLICIES = "application-autoscaling:DescribeScalingPolicies"

_ON, _OFF = ({"PointInTimeRecoveryStatus": status} for status in ("ENABLED", "DISABLED"))


_GIB = 2**30


def on_demand_backups(table: View) -> list[float]:
    """Seconds since each backup that somebody took by hand or script, newest first.

    Raises:
        Unknown: they could not be listed.
    """
    return times_since(table, ON_DEMAND, "[?BackupStatus=='AVAILABLE'].BackupCreationDateTime")


def _gibibytes(table: View) -> float:
    """The table with its indexes, which a restore builds as well."""
    sizes = table.read(READ, "[TableSizeBytes, GlobalSecondaryIndexes[].IndexSizeBytes][]") or ()
    return round(float(sum(size for size in sizes if size)) / _GIB, 1)


def _table(*scaling: Example, **fields: object) -> Example:
    return Example(facts={READ: {"TableName": "orders", **fields}}, linked_from=scaling)


def _recovery(status: dict[str, str], *copies: Example, by_hand: str = "") -> Example:
    backup = {"BackupStatus": "AVAILABLE", "BackupCreationDateTime": by_hand}
    facts = {
        READ: {"TableName": "orders", "TableSizeBytes": 20 * _GIB},
        BACKUPS: {"PointInTimeRecoveryDescription": status} if status else {},
        ON_DEMAND: [backup] if by_hand else [],
    }
    return Example(facts=facts, linked_from=copies)


def recover_to_any_point(table: Draft) -> None:
    """Turn on point-in-time recovery."""
    path = "PointInTimeRecoveryDescription.PointInTimeRecoveryStatus"
    table.put_in(BACKUPS, path, "ENABLED")


@check(
    id="dynamodb.table_pitr_off",
    resource_type=TABLE,
    title="A table has no backups: what a mistake deletes or overwrites is gone",
    question=GUARDRAILS,
    layer=Layer.DISASTER_RECOVERY,
    on_fail=(
        Effect(DATA_DELETED, Phase.LOSE, "no_copy"),
        Effect(DATA_DELETED, Phase.ACT, "no_way_back", by_person=True),
    ),
    on_pass=(
        Effect(DATA_DELETED, Phase.LOSE, "dynamodb_pitr_lag"),
        *restoring(DATA_DELETED, "restore_table"),
    ),
    effect_source="AWS's published lag of point-in-time recovery; without backups there is no copy",
    recommendation=(
        "Turn on point-in-time recovery: no downtime, priced by the table's size; it reaches back "
        "35 days, to within five minutes."
    ),
    documentation=(
        "Point-in-time backups for DynamoDB",
        "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Point-in-time-recovery.html",
    ),
    strength="tables are backed up",
    remedy=Remedy(change=recover_to_any_point, effort=Effort.MINUTES, cost=Cost.SOME),
    passes=[
        _recovery(_ON),
        _recovery({**_ON, "LatestRestorableDateTime": "2026-06-01T11:00:00+00:00"}),
        _recovery(_OFF, by_hand="2026-05-31T12:00:00+00:00"),
        _recovery(
            _OFF,
            Example(
                type=RECOVERY_POINT,
                facts={
                    PROTECTED: {"LastBackupTime": "2026-06-01T05:00:00+00:00"},
                    POINTS: [
                        {"Status": "COMPLETED", "CreationDate": "2026-06-01T05:00:00+00:00"},
                        {"Status": "COMPLETED", "CreationDate": "2026-05-31T05:00:00+00:00"},
                    ],
                },
            ),
        ),
    ],
    fails=[_recovery(_OFF), _recovery({})],
)
def table_pitr_off(table: View) -> Outcome:
    """A table survives the loss of a zone, and loses every item to one wrong loop of a program.

    Replicas in other Regions repeat the mistake within a second.
    """
    status = table.read(BACKUPS, "PointInTimeRecoveryDescription.PointInTimeRecoveryStatus")
    takes = restored(table, _gibibytes(table))
    if status == "ENABLED":
        latest = "PointInTimeRecoveryDescription.LatestRestorableDateTime"
        lag = lag_of(table, "dynamodb_pitr_lag", BACKUPS, latest)
        return passed(restore_table=takes, dynamodb_pitr_lag=lag)
    if any_copies(table, on_demand_backups):
        # How much is lost with them is another check's to tell.
        return passed("copied now and then", restore_table=takes, dynamodb_pitr_lag=None)
    return failed()


@check(
    id="dynamodb.table_deletion_protection_off",
    resource_type=TABLE,
    title="A table can be deleted by one mistaken command",
    question=GUARDRAILS,
    layer=Layer.CONTINUOUS_IMPROVEMENT,
    on_fail=restoring(DATA_DELETED, "restore_table"),
    effect_source="a restore, which the guardrail makes unnecessary",
    recommendation="Turn on deletion protection (`DeletionProtectionEnabled`): free, at once.",
    documentation=(
        "Basic operations on DynamoDB tables",
        "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/WorkingWithTables.Basics.html",
    ),
    strength="tables are protected from deletion",
    remedy=Remedy(
        change=puts(READ, DeletionProtectionEnabled=True), effort=Effort.MINUTES, cost=Cost.FREE
    ),
    passes=[_table(DeletionProtectionEnabled=True)],
    fails=[_table(DeletionProtectionEnabled=False), _table()],
)
def table_deletion_protection_off(table: View) -> Outcome:
    """A stack update that replaces a table deletes the old one; protection makes it stop."""
    takes = restored(table, _gibibytes(table))
    return passed_if(bool(table.read(READ, "DeletionProtectionEnabled")), restore_table=takes)


def _add_replica(table: Draft) -> None:
    region = another_region(table.region)
    others = [
        replica
        for replica in table.read(READ, "Replicas") or ()
        if replica.get("RegionName") != region
    ]
    replica = {"RegionName": region, "ReplicaStatus": "ACTIVE"}
    table.put(READ, Replicas=[*others, replica])


@check(
    id="dynamodb.table_not_global",
    resource_type=TABLE,
    title="No copy of a table leaves its Region: if the Region is lost, the data is too",
    question=REGION_LOSS,
    layer=Layer.DISASTER_RECOVERY,
    on_fail=(
        Effect(REGION_LOST, Phase.LOSE, "no_copy"),
        Effect(REGION_LOST, Phase.ACT, "no_way_back", by_person=True),
    ),
    on_pass=(
        Effect(REGION_LOST, Phase.LOSE, "dynamodb_global_lag"),
        Effect(REGION_LOST, Phase.LOSE, "backup_interval"),
        *restoring(REGION_LOST, "restore_table", moves=False),
        Effect(REGION_LOST, Phase.PROPAGATE, "switch_region", by_person=True),
    ),
    effect_source="AWS's published lag of global tables, or the pauses between AWS Backup's copies",
    recommendation=(
        "Add a replica in a second Region: no downtime; storage and every write are paid for once "
        "more. If hours of loss are bearable, let AWS Backup copy the table there."
    ),
    documentation=(
        "Global tables",
        "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GlobalTables.html",
    ),
    strength="tables are copied to another Region",
    saving="the copy in the other Region: as much storage as the table's own, or its writes too",
    remedy=Remedy(change=_add_replica, effort=Effort.HOURS, cost=Cost.MUCH),
    passes=[
        _table(Replicas=[{"RegionName": "eu-central-1", "ReplicaStatus": "ACTIVE"}]),
    ],
    fails=[
        _table(),
        _table(Replicas=[{"RegionName": "eu-west-1", "ReplicaStatus": "ACTIVE"}]),
        _table(Replicas=[{"RegionName": "eu-central-1", "ReplicaStatus": "CREATING"}]),
    ],
)
def table_not_global(table: View) -> Outcome:
    """A table is kept in several zones of one Region; point-in-time recovery stays there too."""
    replicas = table.read(READ, "Replicas[].[RegionName, ReplicaStatus]") or ()
    if any(region != table.region and status == "ACTIVE" for region, status in replicas):
        return passed(backup_interval=None, restore_table=None)
    elsewhere = ages_elsewhere(table)
    if elsewhere is None:
        return failed()
    return passed(
        "AWS Backup copies it there",
        backup_interval=lost_at_worst(elsewhere),
        dynamodb_global_lag=None,
        restore_table=restored(table, _gibibytes(table)),
    )


def _scaled(resource: str, dimension: str, least: int = 5, most: int = 100) -> tuple[Example, ...]:
    what = {"ResourceId": resource, "ScalableDimension": dimension}
    return (
        Example(type=TARGET, facts={TARGETS: {**what, "MinCapacity": least, "MaxCapacity": most}}),
        Example(type=POLICY, facts={POLICIES: what}),
    )


_READS = _scaled("table/orders", "dynamodb:table:ReadCapacityUnits")
_WRITES = _scaled("table/orders", "dynamodb:table:WriteCapacityUnits")
_PROVISIONED = {
    "BillingModeSummary": {"BillingMode": "PROVISIONED"},
    "ProvisionedThroughput": {"ReadCapacityUnits": 10, "WriteCapacityUnits": 10},
}
_INDEX = {"GlobalSecondaryIndexes": [{"IndexName": "by-date"}]}


@check(
    id="dynamodb.table_fixed_capacity",
    resource_type=TABLE,
    title="A table's capacity is fixed: requests beyond it are throttled until somebody raises it",
    question=SCALING,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=(Effect(OVERLOAD, Phase.ACT, "add_capacity_by_hand", by_person=True),),
    on_pass=(Effect(OVERLOAD, Phase.ACT, "table_scales_out"),),
    effect_source="assumptions: capacity is raised by hand, or by itself, while requests wait",
    recommendation=(
        "Switch the table to on-demand capacity, or give reads and writes of the table and of each "
        "index a scalable target with a policy: no downtime; idle capacity is no longer paid for."
    ),
    documentation=(
        "Managing throughput capacity automatically with DynamoDB auto scaling",
        "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/AutoScaling.html",
    ),
    strength="the capacity of tables follows the load",
    remedy=Remedy(
        change=puts(READ, BillingModeSummary={"BillingMode": "PAY_PER_REQUEST"}),
        effort=Effort.MINUTES,
        cost=Cost.SOME,
    ),
    passes=[
        _table(BillingModeSummary={"BillingMode": "PAY_PER_REQUEST"}),
        _table(*_READS, *_WRITES, **_PROVISIONED),
    ],
    fails=[
        _table(**_PROVISIONED),
        _table(ProvisionedThroughput={"ReadCapacityUnits": 5, "WriteCapacityUnits": 5}),
        _table(*_READS, **_PROVISIONED),
        _table(*_READS, *_WRITES, **_PROVISIONED, **_INDEX),
        _table(*_READS, *_WRITES[:1], **_PROVISIONED),
    ],
)
def table_fixed_capacity(table: View) -> Outcome:
    """An index without capacity of its own throttles the writes of its table as well.

    A scalable target does nothing without a policy, and nothing where its range is a single value.
    """
    if table.read(READ, "BillingModeSummary.BillingMode") == "PAY_PER_REQUEST":
        return passed()
    name = table.read(READ, "TableName")
    wanted = {(f"table/{name}", f"dynamodb:table:{each}CapacityUnits") for each in _MODES}
    for index in table.read(READ, "GlobalSecondaryIndexes[].IndexName") or ():
        wanted |= {
            (f"table/{name}/index/{index}", f"dynamodb:index:{each}CapacityUnits")
            for each in _MODES
        }
    fixed = sorted({resource for resource, _ in wanted - _scaling(table)})
    return failed(", ".join(fixed)) if fixed else passed()


_MODES = ("Read", "Write")


def _scaling(table: View) -> set[tuple[str, str]]:
    """What of the table scales: resource and dimension with a target, a range and a policy."""
    targets = {
        (target.read(TARGETS, "ResourceId"), target.read(TARGETS, "ScalableDimension"))
        for target in table.linked_from(TARGET)
        if target.read(TARGETS, "MaxCapacity") > target.read(TARGETS, "MinCapacity")
    }
    policies = {
        (policy.read(POLICIES, "ResourceId"), policy.read(POLICIES, "ScalableDimension"))
        for policy in table.linked_from(POLICY)
    }
    return targets & policies


def _raise_maximum(table: Draft) -> None:
    """Where a ceiling is reached: to four times of what is provisioned now."""
    for target in table.linked_from(TARGET):
        dimension = str(target.read(TARGETS, "ScalableDimension")).rpartition(":")[2]
        now = table.read(READ, f"ProvisionedThroughput.{dimension}") or 0
        if now >= target.read(TARGETS, "MaxCapacity"):
            target.put(TARGETS, MaxCapacity=4 * now)


@check(
    id="dynamodb.scaling_at_maximum",
    resource_type=TABLE,
    title="A table has reached the maximum of its auto scaling: more load will be throttled",
    question=QUOTAS,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=(Effect(OVERLOAD, Phase.ACT, "add_capacity_by_hand", by_person=True),),
    effect_source="an assumption: the maximum is raised by hand while requests are refused",
    recommendation=(
        "Raise `MaxCapacity` of the scalable target to several times the present peak: capacity "
        "that is not used is not provisioned, so it costs nothing."
    ),
    documentation=(
        "Managing throughput capacity automatically with DynamoDB auto scaling",
        "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/AutoScaling.html",
    ),
    remedy=Remedy(change=_raise_maximum, effort=Effort.MINUTES, cost=Cost.FREE),
    passes=[_table(*_READS, *_WRITES, **_PROVISIONED)],
    fails=[
        _table(
            *_READS,
            *_scaled("table/orders", "dynamodb:table:WriteCapacityUnits", most=10),
            **_PROVISIONED,
        )
    ],
    silent=[
        _table(BillingModeSummary={"BillingMode": "PAY_PER_REQUEST"}),
        _table(**_PROVISIONED),
    ],
)
def scaling_at_maximum(table: View) -> Outcome:
    """Auto scaling at its ceiling is a fixed capacity again, and nobody is told."""
    provisioned = {
        f"dynamodb:table:{each}": table.read(READ, f"ProvisionedThroughput.{each}") or 0
        for each in ("ReadCapacityUnits", "WriteCapacityUnits")
    }
    if table.read(READ, "BillingModeSummary.BillingMode") == "PAY_PER_REQUEST":
        return NOT_APPLICABLE
    ceilings = [
        (target.read(TARGETS, "ScalableDimension"), target.read(TARGETS, "MaxCapacity"))
        for target in table.linked_from(TARGET)
        if target.read(TARGETS, "MaxCapacity") > target.read(TARGETS, "MinCapacity")
    ]
    if not ceilings:
        return NOT_APPLICABLE
    return passed_if(all(provisioned.get(what, 0) < most for what, most in ceilings))


@check(
    id="dynamodb.shared_by_workloads",
    resource_type=TABLE,
    title="A table is also used from outside the workload: foreign load and writes reach its data",
    question=SHARED_WITH_OTHERS,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=(Effect(SHARED_COMPONENT_FAILED, Phase.ACT, "separate_by_hand", by_person=True),),
    effect_source="an assumption: finding the other user and taking it off",
    recommendation=(
        "Let the other user ask this workload's interface, or read a copy fed from the table's "
        "stream; if it belongs to this workload, tag it."
    ),
    documentation=(
        "Use bulkhead architectures to limit scope of impact",
        "https://docs.aws.amazon.com/wellarchitected/latest/framework/rel_fault_isolation_use_bulkhead.html",
    ),
    remedy=Remedy(change=separate, effort=Effort.DAYS, cost=Cost.SOME),
    passes=[_table(Example(type="AWS::Lambda::Function"))],
    fails=[
        _table(
            Example(type="AWS::Lambda::Function"), Example(type="AWS::ECS::Service", member=False)
        )
    ],
    silent=[_table()],
)
def shared_by_workloads(table: View) -> Outcome:
    """Whoever writes into another's table bypasses every check its owner makes of the data."""
    if not table.read(READ, "TableName"):
        return NOT_APPLICABLE
    everyone = users(table)
    others = outsiders(everyone)
    if others:
        return failed(f"used by {named(others)}")
    return passed() if everyone else NOT_APPLICABLE
