"""AWS Backup: whether its copies still come, and whether its plans protect anything."""

from state.categories.misconfiguration_and_bugs import (
    BAD_CHANGE,
    DATA_DELETED,
    GUARDRAILS,
)
from state.categories.single_point_of_failure import COMPONENT_LOST, ZONE_LOST
from state.judgements import Cost, Effort, Layer, Phase, Verdict
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
)
from tools.checks.copies import (
    DAY,
    HOUR,
    POINTS,
    PROTECTED,
    RECOVERY_POINT,
    ages,
    at_risk,
    between,
    resume,
    rhythm,
)
from tools.checks.paper import Draft
from tools.checks.rules.dynamodb import (
    BACKUPS,
    ON_DEMAND,
    TABLE,
    on_demand_backups,
    recover_to_any_point,
)
from tools.checks.rules.efs import BACKUP_POLICY, FILE_SYSTEM, copy_hourly
from tools.checks.rules.rds import INSTANCE, READ, WEEK, stands_alone
from tools.checks.rules.rds_recovery import snapshots
from tools.checks.view import View

PLAN = "AWS::Backup::BackupPlan"
PLAN_READ = "backup:GetBackupPlan"
SELECTIONS = "backup:ListBackupSelections"

_OUTLIVED = (COMPONENT_LOST, ZONE_LOST)  # what tables, files and standbys lose no data in
# Copies of AWS Backup, and what somebody takes by hand or script of an instance or a table.
_KINDS = ("backup_interval", "snapshot_interval", "table_backup_interval")
_HOURLY = 2 * HOUR  # the most that AWS Backup offers: once an hour, begun within an hour
_MISSED = 2.5  # pauses without a copy before it is called missing


def _point(*dates: str) -> Example:
    return Example(
        type=RECOVERY_POINT,
        facts={
            PROTECTED: {"LastBackupTime": dates[-1]} if dates else {},
            POINTS: [{"Status": "COMPLETED", "CreationDate": date} for date in dates],
        },
    )


def _unprotected(*days: int, status: str = "DISABLED") -> Example:
    """A table without point-in-time recovery, copied on these days of May 2026."""
    dates = [f"2026-05-{day:02}T12:00:00+00:00" for day in days]
    recovery = {"PointInTimeRecoveryDescription": {"PointInTimeRecoveryStatus": status}}
    return Example(
        type=TABLE,
        facts={BACKUPS: recovery, ON_DEMAND: []},
        linked_from=[_point(*dates)] if days else [],
    )


def _has_backups_of_its_own(store: View) -> bool:
    if store.type == TABLE:
        path = "PointInTimeRecoveryDescription.PointInTimeRecoveryStatus"
        return bool(store.read(BACKUPS, path) == "ENABLED")
    if store.type == FILE_SYSTEM:
        return store.read(BACKUP_POLICY, "Status") in ("ENABLED", "ENABLING")
    return bool(store.read(READ, "BackupRetentionPeriod")) or not stands_alone(store)


@check(
    id="backup.last_point_stale",
    resource_type=(TABLE, INSTANCE, FILE_SYSTEM),
    title="Backups of a data store have stopped: the newest copy is much older than it used to be",
    question=GUARDRAILS,
    layer=Layer.DISASTER_RECOVERY,
    on_fail=(Effect(DATA_DELETED, Phase.LOSE, "backup_interval"),),
    effect_source="measured: the age of the newest copy",
    recommendation=(
        "Look at the failed jobs of AWS Backup, mend what stops them (a role, a key, the opt-in of "
        "the service), and have failures reported by an EventBridge rule."
    ),
    documentation=(
        "Monitoring AWS Backup",
        "https://docs.aws.amazon.com/aws-backup/latest/devguide/monitoring.html",
    ),
    remedy=Remedy(change=resume, effort=Effort.HOURS, cost=Cost.FREE),
    passes=[_unprotected(28, 29, 30, 31)],
    fails=[_unprotected(1, 2, 3, 4)],
    silent=[
        _unprotected(),
        _unprotected(31),
        _unprotected(1, 2, 3, 4, status="ENABLED"),
    ],
)
def last_point_stale(store: View) -> Outcome:
    """A plan promises copies, their dates show them. A store with backups of its own has both."""
    if _has_backups_of_its_own(store):
        return NOT_APPLICABLE
    since_copies = ages(store)
    usual = rhythm(since_copies) if since_copies else None
    if since_copies is None or usual is None:
        return NOT_APPLICABLE
    if since_copies[0] > _MISSED * usual:
        return failed(backup_interval=Measured(at_risk(since_copies)))
    return passed()


def _recover_to_the_last_hour(store: Draft) -> None:
    if store.type == TABLE:
        recover_to_any_point(store)
    elif store.type == FILE_SYSTEM:
        copy_hourly(store)
    else:
        store.put(READ, BackupRetentionPeriod=WEEK)


@check(
    id="backup.only_periodic",
    resource_type=(TABLE, INSTANCE, FILE_SYSTEM),
    title="Backups of a data store are taken only now and then: what changed since is lost",
    question=GUARDRAILS,
    layer=Layer.DISASTER_RECOVERY,
    on_fail=[
        Effect(scenario, Phase.LOSE, kind)
        for scenario in (DATA_DELETED, COMPONENT_LOST, ZONE_LOST)
        for kind in _KINDS
    ],
    on_pass=(Effect(DATA_DELETED, Phase.LOSE, "backup_interval"),),
    effect_source=(
        "measured: the longest pause between copies, of the kind that loses least; else EFS's own "
        "daily rhythm"
    ),
    recommendation=(
        "Turn on point-in-time recovery where the store has it (RDS, DynamoDB); for files, let AWS "
        "Backup copy them every hour: only changes are stored."
    ),
    documentation=(
        "Backup plan options and configuration",
        "https://docs.aws.amazon.com/aws-backup/latest/devguide/plan-options-and-configuration.html",
    ),
    strength="data stores can be restored to any point in time, or to the last hour",
    remedy=Remedy(change=_recover_to_the_last_hour, effort=Effort.MINUTES, cost=Cost.SOME),
    passes=[
        _unprotected(31, status="ENABLED"),
        Example(
            type=FILE_SYSTEM,
            facts={BACKUP_POLICY: {}},
            linked_from=[_point(*(f"2026-06-01T{hour:02}:00:00+00:00" for hour in range(12)))],
        ),
    ],
    fails=[
        _unprotected(28, 29, 30, 31),
        Example(type=FILE_SYSTEM, facts={BACKUP_POLICY: {"Status": "ENABLED"}}),
    ],
    silent=[_unprotected(), Example(type=FILE_SYSTEM, facts={BACKUP_POLICY: {}})],
)
def only_periodic(store: View) -> Outcome:
    """Whether daily copies are enough is for the objectives to say: the loss is up to a pause.

    Files have no point-in-time recovery: hourly copies are the best there is. Only a database
    without a standby is restored from them when its volume or zone is lost too.
    """
    automatic = store.type == FILE_SYSTEM and _has_backups_of_its_own(store)
    if store.type == INSTANCE and not stands_alone(store):
        return NOT_APPLICABLE
    if store.type != FILE_SYSTEM and _has_backups_of_its_own(store):
        return passed(backup_interval=None)
    kinds = _kinds(store)
    if not kinds:
        if not automatic:
            return NOT_APPLICABLE
        return Outcome(Verdict.FAIL, _units("backup_interval", DAY), spared=_OUTLIVED)
    best = min(kinds, key=lambda kind: between(kinds[kind]))
    pause = between(kinds[best])
    units = _units(best, Measured(pause) if len(kinds[best]) > 1 else pause)
    if store.type == FILE_SYSTEM and pause <= _HOURLY:
        return Outcome(Verdict.PASS, units)
    alone = store.type == INSTANCE and not store.read(READ, "MultiAZ")
    return Outcome(Verdict.FAIL, units, spared=() if alone else _OUTLIVED)


def _kinds(store: View) -> dict[str, list[float]]:
    """Seconds since each copy, by the kind of copy, of which there are any.

    Raises:
        Unknown: none is known, and one kind could not be seen; where one is known, the others could
            only lose less.
    """
    found: dict[str, list[float]] = {}
    if store.type == INSTANCE:
        found["snapshot_interval"] = snapshots(store)
    elif store.type == TABLE:
        found["table_backup_interval"] = on_demand_backups(store)
    known = any(found.values()) or (store.type == FILE_SYSTEM and _has_backups_of_its_own(store))
    if not (known and store.workload.gap(PROTECTED)):
        found["backup_interval"] = ages(store) or []
    return {kind: since for kind, since in found.items() if since}


def _units(kind: str, amount: float | Measured) -> dict[str, float | Measured | None]:
    return {**dict.fromkeys(_KINDS), kind: amount}


def _assign(plan: Draft) -> None:
    selection = {"SelectionName": "by-tag", "BackupPlanId": plan.read(PLAN_READ, "BackupPlanId")}
    plan.replace(SELECTIONS, [selection])


@check(
    id="backup.plan_protects_nothing",
    resource_type=PLAN,
    title="A backup plan has no resources assigned to it, so it never copies anything",
    question=GUARDRAILS,
    layer=Layer.DISASTER_RECOVERY,
    on_fail=(Effect(BAD_CHANGE, Phase.ACT, "change_configuration", by_person=True),),
    effect_source="an assumption: assigning resources once it is noticed that none are",
    recommendation=(
        "Assign resources to the plan by tag, so that new ones are included by themselves, or "
        "delete the plan."
    ),
    documentation=(
        "Assigning resources to a backup plan",
        "https://docs.aws.amazon.com/aws-backup/latest/devguide/assigning-resources.html",
    ),
    remedy=Remedy(change=_assign, effort=Effort.MINUTES, cost=Cost.SOME),
    passes=[
        Example(facts={PLAN_READ: {"BackupPlanId": "1"}, SELECTIONS: [{"SelectionName": "tagged"}]})
    ],
    fails=[Example(facts={PLAN_READ: {"BackupPlanId": "1"}, SELECTIONS: []})],
)
def plan_protects_nothing(plan: View) -> Outcome:
    """A plan looks like protection to whoever sees it in a list; the assignment makes it one."""
    return passed_if(bool(plan.read(SELECTIONS, "[].SelectionName")))
