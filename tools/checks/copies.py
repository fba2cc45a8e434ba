"""What AWS Backup holds of a data store, measured by the dates of its copies."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import pairwise

from tools.checks.view import View

RECOVERY_POINT = "AWS::Backup::RecoveryPoint"
PROTECTED = "backup:ListProtectedResources"
POINTS = "backup:ListRecoveryPointsByResource"
COPY_JOBS = "backup:ListCopyJobs"

DAY = 86400.0
_USABLE = ("COMPLETED", "AVAILABLE")  # as points that were made once and continuous ones are called
_LATEST = 15  # a fortnight of daily copies shows the rhythm as it is now


def ages(store: View) -> list[float] | None:
    """Seconds since each copy in the Region, newest first; None if AWS Backup has none.

    Raises:
        Unknown: AWS Backup's copies could not be listed.
    """
    found: set[datetime] = set()
    for point in store.linked_from(RECOVERY_POINT):
        last = point.read_time(PROTECTED, "LastBackupTime")
        pairs = point.read(POINTS, "[].[Status, CreationDate]") or ()
        kept = {_moment(date) for status, date in pairs if status in _USABLE}
        # The list of what was ever protected still shows what has lost its last copy.
        found |= kept | {last} if kept and last else kept
    return _ages(found, store) if found else None


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


def _ages(moments: Iterable[datetime], store: View) -> list[float]:
    return sorted((store.workload.taken_at - moment).total_seconds() for moment in moments)


def _moment(value: str | datetime) -> datetime:
    return datetime.fromisoformat(value) if isinstance(value, str) else value
