"""Copies of a data store, measured by their dates, and what a restore of one takes.

A copy of AWS Backup, a snapshot of the service's own and point-in-time recovery are different
things: what is lost is counted from the best of them, and its term says which it is.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from state.categories import Scenario
from state.judgements import Phase
from state.snapshot import RelationKind
from tools.checks import Effect, Measured
from tools.checks.paper import Draft
from tools.checks.view import View
from tools.grading.assumptions import assumptions

RECOVERY_POINT = "AWS::Backup::RecoveryPoint"
PROTECTED = "backup:ListProtectedResources"
POINTS = "backup:ListRecoveryPointsByResource"
COPY_JOBS = "backup:ListCopyJobs"
RESTORES = "backup:ListRestoreJobs"

HOUR = 3600.0
DAY = 86400.0
_USABLE = ("COMPLETED", "AVAILABLE")  # as points that were made once and continuous ones are called
_STATUS_AND_DATE = "[].[Status, CreationDate]"
_LATEST = 15  # a fortnight of daily copies shows the rhythm as it is now


def ages(store: View) -> list[float] | None:
    """Seconds since each copy in the Region, newest first; None if AWS Backup has none.

    Raises:
        Unknown: AWS Backup's copies could not be listed.
    """
    found: set[datetime] = set()
    for point in store.linked_from(RECOVERY_POINT):
        last = point.read_time(PROTECTED, "LastBackupTime")
        kept = _usable(point.read(POINTS, _STATUS_AND_DATE))
        # The list of what was ever protected still shows what has lost its last copy.
        found |= kept | {last} if kept and last else kept
    return _ages(found, store) if found else None


def any_copies(store: View, own: Callable[[View], list[float]]) -> bool:
    """Whether AWS Backup has a copy, or `own` knows of one of the service's own.

    Raises:
        Unknown: one of the two could not be seen, and the other has none.
    """
    hidden = store.workload.gap(PROTECTED) is not None
    first, second = (own, ages) if hidden else (ages, own)
    return bool(first(store) or second(store))


def reach_back(store: View, seconds: float) -> bool:
    """Whether AWS Backup holds a copy from before that many seconds.

    Raises:
        Unknown: AWS Backup's copies could not be listed.
    """
    return (ages(store) or [0.0])[-1] >= seconds


def ages_elsewhere(store: View) -> list[float] | None:
    """Seconds since each copy that AWS Backup took to another Region; None if there is none.

    Raises:
        Unknown: AWS Backup's copies could not be listed.
    """
    found: set[datetime] = set()
    for point in store.linked_from(RECOVERY_POINT):
        pairs = point.read(COPY_JOBS, "[].[DestinationBackupVaultArn, CompletionDate]") or ()
        found.update(
            _moment(date) for vault, date in pairs if date and vault.split(":")[3] != store.region
        )
    return _ages(found, store) if found else None


def at_risk(since_copies: Sequence[float]) -> float:
    """Seconds of data that are lost at worst: the longest pause between copies, this one included.

    A single copy shows no rhythm: a day is assumed, which is what AWS Backup's own plans do.
    """
    pauses = [older - newer for newer, older in pairwise(since_copies[:_LATEST])]
    newest = since_copies[0] if since_copies else 0.0
    return max(newest, *pauses) if pauses else max(newest, DAY)


def between(since_copies: Sequence[float]) -> float:
    """The longest pause between copies, apart from how long ago the newest is.

    Where there are too few to tell a rhythm, the time since the newest counts as well.
    """
    if rhythm(since_copies) is None:
        return at_risk(since_copies)
    return max(older - newer for newer, older in pairwise(since_copies[:_LATEST]))


def rhythm(since_copies: Sequence[float]) -> float | None:
    """The usual pause between copies in seconds; None if there are too few to tell."""
    pauses = sorted(older - newer for newer, older in pairwise(since_copies[:_LATEST]))
    return pauses[len(pauses) // 2] if len(pauses) > 1 else None


def lost_at_worst(since_copies: Sequence[float]) -> float | Measured:
    """What `at_risk` gives: measured, unless there is a single copy, which shows no rhythm."""
    seconds = at_risk(since_copies)
    return Measured(seconds) if len(since_copies) > 1 else seconds


def times_since(store: View, operation: str, path: str) -> list[float]:
    """Seconds since each of the moments at a JMESPath, the latest first."""
    return _ages((_moment(date) for date in store.read(operation, path) or () if date), store)


def restoring(
    scenario: Scenario, assumption: str, *, loads: bool = False, moves: bool = True
) -> tuple[Effect, ...]:
    """The steps of a restore by somebody.

    `loads`: its blocks come by themselves, but only when they are read, by the size of the storage.
    `moves`: what is restored is a new resource, to which the application has to be pointed.
    """
    act = Effect(scenario, Phase.ACT, assumption, by_person=True)
    load = Effect(scenario, Phase.WARM_UP, "storage_loads")
    move = Effect(scenario, Phase.PROPAGATE, "switch_to_restored", by_person=True)
    return (act, *([load] if loads else []), *([move] if moves else []))


def restored(store: View, units: float = 1.0) -> float | Measured:
    """How long AWS Backup's last restore of it took, or the units of the assumption."""
    if store.workload.gap(PROTECTED):
        return units
    path = "[?Status=='COMPLETED'].[CompletionDate, CreationDate]"
    rows = [
        (_moment(end), _moment(start))
        for point in store.linked_from(RECOVERY_POINT)
        if point.has(RESTORES)
        for end, start in point.read(RESTORES, path) or ()
        if end and start
    ]
    if not rows:
        return units
    end, start = max(rows)
    return Measured((end - start).total_seconds())


def lag_of(
    store: View, assumption: str, operation: str, latest_restorable: str
) -> float | Measured:
    """How far point-in-time recovery lags here, if that is more than the constant says.

    What was read is one moment: a smaller lag than AWS's figure is luck, a larger one a fact.
    """
    latest = store.read_time(operation, latest_restorable)
    lag = (store.workload.taken_at - latest).total_seconds() if latest else 0.0
    return Measured(lag) if lag > assumptions()[assumption].seconds else 1.0


def copy_every(store: Draft, seconds: float) -> None:
    """On paper: for a week, AWS Backup has copied the store that often."""
    [point, *_] = store.linked_from(RECOVERY_POINT) or [_first_point(store)]
    _add_copies(point, [number * seconds for number in range(1, int(7 * DAY / seconds) + 1)])


def resume(store: Draft) -> None:
    """On paper: AWS Backup has gone on copying the store in the rhythm it had."""
    for point in store.linked_from(RECOVERY_POINT):
        taken = _usable(point.read(POINTS, _STATUS_AND_DATE))
        since_copies = sorted((store.taken_at - moment).total_seconds() for moment in taken)
        usual = rhythm(since_copies)
        if usual and since_copies[0] > usual:
            missed = int(since_copies[0] / usual)
            _add_copies(point, [since_copies[0] - (n + 1) * usual for n in reversed(range(missed))])


def _add_copies(point: Draft, since_copies: Sequence[float]) -> None:
    """Add copies taken so many seconds before the account was read, the newest first."""
    taken = [(point.taken_at - timedelta(seconds=each)).isoformat() for each in since_copies]
    copies = [{"Status": "COMPLETED", "CreationDate": moment} for moment in taken]
    point.replace(POINTS, [*copies, *(point.read(POINTS, "@") or ())])
    point.put(PROTECTED, LastBackupTime=taken[0])


def _first_point(store: Draft) -> Draft:
    facts = {PROTECTED: {"ResourceArn": store.id}, POINTS: [], COPY_JOBS: []}
    point = store.add(RECOVERY_POINT, f"backup of {store.name}", facts)
    point.link(store, "copy of", kind=RelationKind.CONTAINMENT, hard=False)
    return point


def _usable(pairs: Iterable[tuple[str, str | datetime]] | None) -> set[datetime]:
    return {_moment(date) for status, date in pairs or () if status in _USABLE}


def _ages(moments: Iterable[datetime], store: View) -> list[float]:
    return sorted((store.workload.taken_at - moment).total_seconds() for moment in moments)


def _moment(value: str | datetime) -> datetime:
    return datetime.fromisoformat(value) if isinstance(value, str) else value
