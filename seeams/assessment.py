"""One assessment from the command line: read, judged, reviewed by a person, delivered."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from seeams.console import complain, plain

if TYPE_CHECKING:
    import boto3

    from graph.nodes import Outside
    from seeams.outcomes import Wanted
    from seeams.outside import Help
    from seeams.progress import Progress
    from state.objectives import Objectives
    from state.premises import Premises
    from state.report import Report
    from state.snapshot import Selector, Snapshot
    from state.store import Store


@dataclass(frozen=True)
class Job:
    """What is to be assessed, by whom, and what becomes of the result."""

    session: "boto3.Session"
    endpoint_url: str | None  # the embedded account's; None: AWS itself
    regions: Sequence[str]
    selector: "Selector"
    objectives: "Objectives"
    premises: "Premises"
    helping: "Help"
    wanted: "Wanted"
    thread: str | None = None  # None: made from the workload
    review: bool = False


def carried_out(job: Job) -> int:
    """Assess, and deliver the result; returns the exit code."""
    from graph.runs import HeldBack, assess, snapshot_of
    from seeams.accounts import account_of, reader
    from seeams.asked import thread_of
    from seeams.outcomes import deliver
    from seeams.outside import beyond
    from seeams.progress import Progress
    from seeams.reviewing import Reviewer
    from state.channels import Request
    from state.store import Store

    progress = Progress(f"Reading {plain(job.selector)} in {', '.join(job.regions)}")
    with Store(job.wanted.store) as store:
        account = account_of(job.session, progress.on_call, job.endpoint_url)
        reviewer = Reviewer(progress, job.helping, as_json=job.wanted.as_json)
        with (
            stopping(progress),
            progress,
            beyond(job.helping, job.objectives, job.premises, account, progress) as outside,
        ):
            account_id, _ = account.identify(job.regions[0])
            request = Request(
                thread=job.thread or thread_of(job.selector),
                selector=job.selector,
                account=account_id,
                regions=tuple(job.regions),
            )
            try:
                report = assess(
                    store,
                    request,
                    job.objectives,
                    reader(account),
                    premises=job.premises,
                    tell=progress.tell,
                    outside=outside,
                    review=reviewer.goes_on if job.review else None,
                )
            except HeldBack:
                reviewer.say_how_to_go_on()
                return 0
            if job.review and report.proposals:
                report = _with_accepted(store, report, reviewer, outside)
        return deliver(report, snapshot_of(store, report), job.wanted)


def _with_accepted(store: "Store", report: "Report", reviewer: Any, outside: "Outside") -> "Report":
    """The report with what a person accepts of its proposals; the same where that is nothing."""
    from graph.runs import accept, snapshot_of

    seen: Snapshot = snapshot_of(store, report)
    accepted = reviewer.accepted(report, seen)
    if not accepted:
        return report
    before, after = accept(
        store, report.thread, accepted, tell=reviewer.progress.tell, outside=outside
    )
    complain(f"overall {before.overall.letter or '?'} → {after.overall.letter or '?'}")
    return after


@contextmanager
def stopping(progress: "Progress") -> Iterator[None]:
    """Ctrl-C and SIGTERM reach the threads that wait for AWS too: none begins another call."""
    import signal
    from types import FrameType

    from seeams.failures import Terminated

    def interrupt(number: int, _frame: FrameType | None) -> None:
        progress.stop()
        raise Terminated if number == signal.SIGTERM else KeyboardInterrupt

    before: dict[signal.Signals, Any] = {}
    try:
        for number in (signal.SIGINT, signal.SIGTERM):
            before[number] = signal.signal(number, interrupt)
    except ValueError:  # not in the main thread: nobody presses Ctrl-C here
        yield
        return
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
