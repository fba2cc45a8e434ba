"""What is stored: reports by thread and checkpoint, without the machine."""

from datetime import datetime
from typing import TYPE_CHECKING

from pydantic import BaseModel

from state.channels import RunKind
from state.errors import Fixable, UnknownThread
from state.report import Report
from state.store import RunRow, Store

if TYPE_CHECKING:
    from state.snapshot import Snapshot


def finished_runs(store: Store, thread: str) -> list[RunRow]:
    """The runs of a thread that left a report, oldest first.

    Raises:
        UnknownThread: nothing is stored under the thread.
        Fixable: no run of it was finished.
    """
    rows = [row for row in store.require_runs(thread) if row.report]
    if not rows:
        raise Fixable(
            f"the assessment of thread {thread!r} was never finished: run the same command again, "
            "it goes on where it stopped"
        )
    return rows


def report_at(store: Store, thread: str, checkpoint: str | None = None) -> Report:
    """The report at a checkpoint (the beginning of its id will do), or the latest assessment's.

    Raises:
        UnknownThread: nothing is stored under the thread, or no report at the checkpoint.
        Fixable: no run of the thread was finished.
    """
    rows = finished_runs(store, thread)
    if checkpoint is None:
        row = next((r for r in reversed(rows) if r.kind == RunKind.ASSESS), rows[-1])
    else:
        found = {r.checkpoint: r for r in rows if r.checkpoint.startswith(checkpoint)}
        if checkpoint in found:
            found = {checkpoint: found[checkpoint]}
        if len(found) != 1:
            how = "several results begin" if found else "no finished result begins"
            raise UnknownThread(
                f"{how} with checkpoint {checkpoint!r} in thread {thread!r}: "
                f"`seeams history {thread}` lists them"
            )
        row = next(iter(found.values()))
    return store.get(Report, row.report).model_copy(update={"checkpoint": row.checkpoint})


def snapshot_of(store: Store, report: Report) -> "Snapshot":
    """The account as a report's run saw it."""
    from state.snapshot import Snapshot

    return store.get(Snapshot, report.workload.snapshot)


class ThreadRow(BaseModel):
    """One thread: its workload, and how its last run ended."""

    thread: str
    workload: str
    letter: str | None  # of the latest finished assessment
    checkpoint: str
    runs: int
    last_run_at: datetime
    finished: bool


def threads_in(store: Store) -> list[ThreadRow]:
    """Every thread, the one that was used last at the end."""
    by_thread: dict[str, list[RunRow]] = {}
    for row in store.runs():
        by_thread.setdefault(row.thread, []).append(row)
    rows = [
        ThreadRow(
            thread=thread,
            workload=runs[-1].workload,
            letter=done[-1].letter if done else None,
            checkpoint=done[-1].checkpoint if done else "",
            runs=len(runs),
            last_run_at=runs[-1].started_at,
            finished=runs[-1].finished_at is not None,
        )
        for thread, runs in by_thread.items()
        for done in [[r for r in runs if r.report and r.kind == RunKind.ASSESS]]
    ]
    return sorted(rows, key=lambda row: row.last_run_at)
