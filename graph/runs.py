"""The ways into the machine: assess (or resume), what if, and what is stored."""

import uuid
from collections.abc import Callable, Mapping
from datetime import datetime
from time import time
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.types import Command, Overwrite, StateSnapshot
from pydantic import BaseModel

from agents.specialist import assess as run_checks
from graph.machine import AssessCategory, Machine, ReadAccount, build, report_of
from state.categories import categories
from state.channels import Request, Run, RunKind
from state.errors import Fixable, ThreadConflict
from state.objectives import Objectives
from state.report import Report
from state.snapshot import Snapshot
from state.store import RunRow, Store, now

Tell = Callable[[Mapping[str, Any]], None]


def assess(
    store: Store,
    request: Request,
    objectives: Objectives,
    read_account: ReadAccount,
    *,
    tell: Tell | None = None,
    specialist: AssessCategory = run_checks,
) -> Report:
    """Assess a workload, or go on with an assessment of it that was cut short.

    What the interrupted run had finished (discovery, specialists) is not done again.

    Args:
        store: where everything is kept.
        request: the workload and the thread.
        objectives: what it is graded against.
        read_account: reads the workload from AWS.
        tell: is told what is going on, in dictionaries with an `event`.
        specialist: judges one category.

    Raises:
        ThreadConflict: the thread belongs to another workload, or another process is at work on it.
        Fixable: as `read_account` raises it.
    """
    with store.only_writer(request.thread), store.explained():
        machine = build(store, store.checkpointer(), read_account, specialist)
        config = _config(request.thread)
        current = machine.get_state(config)
        _refuse_other_workload(current, request)
        run: Run | None = current.values.get("run")
        unfinished = bool(current.next) and run is not None and run.kind is RunKind.ASSESS
        if unfinished and current.values["objectives"] == objectives and run is not None:
            return _go(machine, store, None, config, run, request, tell)
        run = Run(id=uuid.uuid4().hex, kind=RunKind.ASSESS, started_at=now())
        start = {
            "run": run,
            "request": request,
            "objectives": objectives,
            "assessments": Overwrite({}),
            "grades": Overwrite({}),
        }
        return _go(machine, store, start, config, run, request, tell)


def what_if(
    store: Store, thread: str, objectives: Objectives, *, tell: Tell | None = None
) -> tuple[Report, Report]:
    """Grade a stored assessment against other objectives: the report before, and the one after.

    Forks from the checkpoint before the grading branches; no AWS call, no specialist.

    Raises:
        UnknownThread: nothing is stored under the thread.
        Fixable: its assessment was never finished.
    """
    store.require_runs(thread)
    with store.only_writer(thread), store.explained():
        machine = build(store, store.checkpointer(), _no_account)
        base = _base(machine, thread)
        before = _latest_report(store, thread, RunKind.ASSESS)
        request: Request = base.values["request"]
        run = Run(id=uuid.uuid4().hex, kind=RunKind.WHAT_IF, started_at=now())
        fork = Command(update={"objectives": objectives, "run": run})
        config = {**base.config, **_invocation()}
        config["configurable"] = base.config["configurable"] | config["configurable"]
        after = _go(machine, store, fork, config, run, request, tell)
        return before, after


class HistoryEntry(BaseModel):
    """One checkpoint: which run wrote it, what ran to make it, what comes next."""

    checkpoint: str
    parent: str | None
    created_at: datetime
    run: str
    kind: RunKind
    rto_seconds: int
    rpo_seconds: int
    ran: list[str]
    next: list[str]
    letter: str | None = None


def history(store: Store, thread: str) -> list[HistoryEntry]:
    """The checkpoints of a thread and its forks, oldest first.

    Raises:
        UnknownThread: nothing is stored under the thread.
    """
    store.require_runs(thread)
    with store.explained():
        machine = build(store, store.checkpointer(), _no_account)
        states = [s for s in machine.get_state_history(_config(thread)) if "run" in s.values]
    ran = {_id(s): sorted(task.name for task in s.tasks) for s in states}
    return [
        HistoryEntry(
            checkpoint=_id(state),
            parent=(parent := _id_of(state.parent_config)),
            created_at=datetime.fromisoformat(str(state.created_at)),
            run=state.values["run"].id,
            kind=state.values["run"].kind,
            rto_seconds=state.values["objectives"].rto_seconds,
            rpo_seconds=state.values["objectives"].rpo_seconds,
            ran=[] if _is_fork(state) else ran.get(parent or "", []),
            next=list(state.next),
            letter=state.values["overall"].letter if not state.next else None,
        )
        for state in reversed(states)
    ]


def snapshot_of(store: Store, report: Report) -> Snapshot:
    """The account as a report's run saw it."""
    return store.get(Snapshot, report.workload.snapshot)


# -- parts ----------------------------------------------------------------------------------------------


def _go(
    machine: Machine,
    store: Store,
    start: Any,
    config: RunnableConfig,
    run: Run,
    request: Request,
    tell: Tell | None,
) -> Report:
    row = RunRow(
        thread=request.thread,
        run=run.id,
        kind=run.kind.value,
        workload=str(request.selector),
        started_at=run.started_at,
    )
    store.note_run(row)
    for mode, part in machine.stream(start, config, stream_mode=["custom", "tasks"]):
        if tell:
            tell(part if mode == "custom" else _node_event(part))
    final = machine.get_state(_config(request.thread))
    report = report_of(store, final.values).model_copy(update={"checkpoint": _id(final)})
    store.note_run(
        row.model_copy(
            update={
                "finished_at": now(),
                "letter": report.overall.letter,
                "checkpoint": report.checkpoint,
                "report": store.put(report),
            }
        )
    )
    return report


def _node_event(part: Mapping[str, Any]) -> Mapping[str, Any]:
    finished = "result" in part or "error" in part
    return {"event": "finished" if finished else "started", "node": part["name"]}


def _config(thread: str) -> RunnableConfig:
    config = _invocation()
    config["configurable"]["thread_id"] = thread
    return config


def _invocation() -> RunnableConfig:
    return {"configurable": {"invocation": uuid.uuid4().hex, "started": time()}}


def _refuse_other_workload(current: StateSnapshot, request: Request) -> None:
    stored: Request | None = current.values.get("request")
    if stored is not None and stored != request:
        raise ThreadConflict(
            f"thread {request.thread!r} holds {stored.selector} of account {stored.account} in "
            f"{', '.join(stored.regions)}: pass --thread with another name"
        )


def _base(machine: Machine, thread: str) -> StateSnapshot:
    """The latest assessment's checkpoint from which grading starts."""
    grading = {f"grade_{category.slug}" for category in categories()}
    candidates = [
        state
        for state in machine.get_state_history(_config(thread))
        if set(state.next) == grading and state.values["run"].kind is RunKind.ASSESS
    ]
    if not candidates:
        raise Fixable(
            f"the assessment of thread {thread!r} was never finished: run the same `seeams assess` "
            "again, it goes on where it stopped"
        )
    newest_run = candidates[0].values["run"].id
    return [state for state in candidates if state.values["run"].id == newest_run][-1]


def _latest_report(store: Store, thread: str, kind: RunKind) -> Report:
    finished = [r for r in store.runs(thread) if r.kind == kind.value and r.report]
    return store.get(Report, finished[-1].report)


def _is_fork(state: StateSnapshot) -> bool:
    """Whether the checkpoint only replaces channels: nothing ran to make it."""
    return (state.metadata or {}).get("source") in ("update", "fork")


def _no_account(_request: Request, _observe: Any) -> Snapshot:
    raise AssertionError("a what-if never reads the account")


def _id(state: StateSnapshot) -> str:
    return str(state.config["configurable"]["checkpoint_id"])


def _id_of(config: RunnableConfig | None) -> str | None:
    return str(config["configurable"]["checkpoint_id"]) if config else None
