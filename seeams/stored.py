"""What is stored: reports by thread and checkpoint, without the machine."""

from datetime import datetime
from typing import TYPE_CHECKING

from pydantic import BaseModel

from state.channels import ASSESSMENTS, RunKind
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

    What was accepted of an assessment belongs to it.

    Raises:
        UnknownThread: nothing is stored under the thread, or no report at the checkpoint.
        Fixable: no run of the thread was finished.
    """
    rows = finished_runs(store, thread)
    if checkpoint is None:
        row = next((r for r in reversed(rows) if r.kind in ASSESSMENTS), rows[-1])
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


def result_called(store: Store, name: str) -> Report:
    """The result that a person means by a thread, `thread@checkpoint`, a run or a checkpoint.

    A thread stands for its latest assessment. Of all but a thread the beginning will do, as long as
    no other begins so.

    Raises:
        UnknownThread: there is none, or there are several.
        Fixable: no run of the thread was finished.
    """
    runs = store.runs()
    threads = {row.thread for row in runs}
    if name in threads:
        return report_at(store, name)
    thread, at, checkpoint = name.rpartition("@")
    if at and thread in threads:
        return report_at(store, thread, checkpoint)
    done = [row for row in runs if row.report]
    found = [row for row in done if row.run.startswith(name) or row.checkpoint.startswith(name)]
    exact = [row for row in found if name in (row.run, row.checkpoint)]
    if len(exact or found) == 1:
        row = (exact or found)[0]
        return report_at(store, row.thread, row.checkpoint)
    if found:
        raise UnknownThread(f"several results begin with {name!r}: give more of it")
    known = ", ".join(sorted(threads)[-10:]) or "nothing is stored yet"
    raise UnknownThread(
        f"no thread, checkpoint or run {name!r} in {store.path} (threads: {known}). "
        "`seeams history THREAD` lists results"
    )


def last_two(store: Store, thread: str) -> tuple[Report, Report]:
    """The last two finished results of a thread, whatever was asked.

    Raises:
        UnknownThread: nothing is stored under the thread.
        Fixable: it has fewer.
    """
    rows = finished_runs(store, thread)
    if len(rows) < 2:
        raise Fixable(
            f"thread {thread!r} has one result only: assess it again later, ask a what-if, or name "
            "another result to compare it with"
        )
    earlier, later = (report_at(store, thread, row.checkpoint) for row in rows[-2:])
    return earlier, later


class ThreadRow(BaseModel):
    """One thread: its workload, and how its last run ended."""

    thread: str
    workload: str
    letter: str | None  # of the latest finished assessment
    checkpoint: str
    runs: int
    last_run_at: datetime
    finished: bool
    on_paper: list[str] = []  # fixes of the last run: "check" or "check@resource"
    accepted: list[str] = []  # proposals of models that count in the latest assessment


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
            on_paper=_on_paper(store, runs[-1]),
            accepted=_accepted(store, done[-1]) if done else [],
        )
        for thread, runs in by_thread.items()
        for done in [[r for r in runs if r.report and r.kind in ASSESSMENTS]]
    ]
    return sorted(rows, key=lambda row: row.last_run_at)


def _on_paper(store: Store, row: RunRow) -> list[str]:
    if row.kind != RunKind.WHAT_IF or not row.report:
        return []
    return [str(fix) for fix in store.get(Report, row.report).premises.fixes]


def _accepted(store: Store, row: RunRow) -> list[str]:
    if row.kind != RunKind.ACCEPT:  # only then is anything accepted
        return []
    return list(store.get(Report, row.report).premises.accepted)
