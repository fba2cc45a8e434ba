"""The ways into the machine: assess (or resume), what if, and what is stored."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from datetime import datetime
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.graph import START
from langgraph.types import Command, Overwrite, StateSnapshot, StreamMode
from pydantic import BaseModel

from agents.on_paper import cheapest_way as plan_fixes
from agents.on_paper import given
from agents.specialist import assess as run_checks
from graph.machine import Machine, build
from graph.nodes import NOTHING_OUTSIDE, AssessCategory, Outside, ReadAccount, new_invocation
from state.categories import categories
from state.channels import ASSESSMENTS, Request, Run, RunKind
from state.errors import Fixable, NothingMatches, StoreUnusable, ThreadConflict
from state.judgements import Assessment
from state.objectives import Objectives
from state.plans import Plan
from state.premises import NOTHING_GIVEN, Premises
from state.report import Report
from state.snapshot import Snapshot
from state.store import RunRow, Store, now
from state.thinking import Thinking
from tools.grading.assumptions import assumptions, with_overrides
from tools.grading.ledger import Ledger
from tools.grading.reckoning import Reckoning

Tell = Callable[[Mapping[str, Any]], None]
Review = Callable[[Snapshot], bool]


class HeldBack(Exception):
    """A review of what was found did not let the run go on; the same call without it does."""


def assess(
    store: Store,
    request: Request,
    objectives: Objectives,
    read_account: ReadAccount,
    *,
    premises: Premises = NOTHING_GIVEN,
    tell: Tell | None = None,
    specialist: AssessCategory = run_checks,
    outside: Outside = NOTHING_OUTSIDE,
    review: Review | None = None,
) -> Report:
    """Assess a workload, or go on with an assessment of it that was cut short.

    What the interrupted run had finished (discovery, specialists) is not done again.

    Args:
        store: where everything is kept.
        request: the workload and the thread.
        objectives: what it is graded against.
        read_account: reads the workload from AWS.
        premises: what else it goes by: a person's constants and attestations.
        tell: is told what is going on, in dictionaries with an `event`.
        specialist: judges one category.
        outside: models and documentation.
        review: is shown what was found, before the specialists begin; whether to go on.

    Raises:
        HeldBack: `review` said no.
        ThreadConflict: the thread belongs to another workload, or another process is at work on it.
        Fixable: as `read_account` raises it.
    """
    with store.only_writer(request.thread), store.explained():
        machine = build(store, store.checkpointer(), read_account, specialist, outside)
        config = _config(request.thread)
        current = machine.get_state(config)
        _refuse_other_workload(current, request)
        run: Run | None = current.values.get("run")
        if run is not None and _is_unfinished(current, request, objectives, premises):
            return _go(machine, store, None, config, run, request, tell, review)
        run = Run(id=uuid.uuid4().hex, kind=RunKind.ASSESS, started_at=now())
        start = {
            "run": run,
            "request": request,
            "objectives": objectives,
            "premises": premises,
            "assessments": Overwrite({}),
            "thoughts": Overwrite({}),
            "grades": Overwrite({}),
        }
        return _go(machine, store, start, config, run, request, tell, review)


def what_if(
    store: Store,
    thread: str,
    objectives: Objectives,
    premises: Premises = NOTHING_GIVEN,
    *,
    tell: Tell | None = None,
) -> tuple[Report, Report]:
    """Grade a stored assessment on other terms: the report before, and the one after.

    Forks from the checkpoint before the grading branches; no AWS call, no specialist. What is given
    joins what the assessment went by; fixes are made on a copy of the snapshot, which the checks
    then judge.

    Raises:
        UnknownThread: nothing is stored under the thread.
        Fixable: its assessment was never finished.
        InvalidPremises: a fix, an attestation or a constant names what there is not.
    """
    return _fork(store, thread, RunKind.WHAT_IF, objectives, premises, tell)


def accept(
    store: Store,
    thread: str,
    proposals: Sequence[str],
    *,
    tell: Tell | None = None,
    outside: Outside = NOTHING_OUTSIDE,
) -> tuple[Report, Report]:
    """Let models' proposals bear on the letters: the report before, and the one after.

    What is accepted stays so for every later question to the thread, until it is assessed anew.
    `outside` may put the new report into words, and look it up.

    Raises:
        UnknownThread: nothing is stored under the thread.
        Fixable: its assessment was never finished.
        InvalidPremises: one of them was not proposed.
    """
    premises = Premises(accepted=tuple(proposals))
    return _fork(store, thread, RunKind.ACCEPT, None, premises, tell, outside)


def _fork(
    store: Store,
    thread: str,
    kind: RunKind,
    objectives: Objectives | None,
    premises: Premises,
    tell: Tell | None,
    outside: Outside = NOTHING_OUTSIDE,
) -> tuple[Report, Report]:
    """Grade the latest assessment once more; objectives None: against its own."""
    store.require_runs(thread)
    with store.only_writer(thread), store.explained():
        machine = build(store, store.checkpointer(), _no_account, outside=outside)
        finished = latest_assessment(store, thread)
        base = _before_grading(machine, thread, finished.checkpoint)
        premises = base.values["premises"].plus(premises)
        run = Run(id=uuid.uuid4().hex, kind=kind, started_at=now())
        asked = objectives or base.values["objectives"]
        update: dict[str, Any] = {"objectives": asked, "premises": premises, "run": run}
        if premises != base.values["premises"]:
            update |= _on_paper(store, base, premises)
        fork: Command[Any] = Command(update=update)
        config = _config(thread, checkpoint=_id(base))
        after = _go(machine, store, fork, config, run, base.values["request"], tell)
        return store.get(Report, finished.report), after


def cheapest_way(
    store: Store,
    thread: str,
    target: str,
    objectives: Objectives,
    premises: Premises = NOTHING_GIVEN,
) -> Plan:
    """The cheapest fixes that bring a stored assessment to a letter in every category.

    Worked out on the same rows as a what-if with these premises; nothing is stored.

    Raises:
        UnknownThread, Fixable, InvalidPremises: as `what_if` raises them.
    """
    finished = latest_assessment(store, thread)
    with store.explained():
        machine = build(store, store.checkpointer(), _no_account)
        base = _before_grading(machine, thread, finished.checkpoint)
    snapshot, rows, thoughts = _read(store, base)
    given_here = base.values["premises"].plus(premises)
    return plan_fixes(snapshot, rows, given_here, objectives, target, thoughts)


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
    on_paper: list[str] = []  # fixes: "check" or "check@resource"
    accepted: list[str] = []  # ids of models' proposals


def history(store: Store, thread: str) -> list[HistoryEntry]:
    """The checkpoints of a thread and its forks, oldest first.

    Raises:
        UnknownThread: nothing is stored under the thread.
    """
    store.require_runs(thread)
    with store.explained():
        machine = build(store, store.checkpointer(), _no_account)
        states = [s for s in machine.get_state_history(_config(thread)) if _source(s) != "input"]
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
            ran=[] if _source(state) == "fork" else ran.get(parent or "", []),
            next=list(state.next),
            letter=state.values["overall"].letter if not state.tasks else None,
            on_paper=[str(fix) for fix in state.values["premises"].fixes],
            accepted=list(state.values["premises"].accepted),
        )
        for state in reversed(states)
    ]


def snapshot_of(store: Store, report: Report) -> Snapshot:
    """The account as a report's run saw it."""
    return store.get(Snapshot, report.workload.snapshot)


def reckoning_of(store: Store, report: Report) -> Reckoning:
    """The rows and constants that a report was graded from, as its checkpoint keeps them.

    Raises:
        StoreUnusable: the checkpoint is not there, or speaks of constants there are no more.
    """
    with store.explained():
        machine = build(store, store.checkpointer(), _no_account)
        values = machine.get_state(_config(report.thread, report.checkpoint)).values
    if "ledger" not in values:
        raise StoreUnusable(
            f"thread {report.thread!r} lacks the checkpoint of that result: assess it again"
        )
    return Reckoning(
        store.get(Ledger, values["ledger"]),
        with_overrides(assumptions(), report.premises.assumptions),
    )


# -- parts ----------------------------------------------------------------------------------------


def _go(
    machine: Machine,
    store: Store,
    start: Any,
    config: RunnableConfig,
    run: Run,
    request: Request,
    tell: Tell | None,
    review: Review | None = None,
) -> Report:
    row = RunRow(
        thread=request.thread,
        run=run.id,
        kind=run.kind.value,
        workload=str(request.selector),
        started_at=run.started_at,
    )
    store.note_run(row)
    try:
        if review is not None:
            start = _reviewed(machine, store, start, config, tell, review)
        _stream(machine, start, config, tell)
    except NothingMatches:  # a name that was mistyped is nothing to go on with
        store.forget_run(row)
        raise
    final = machine.get_state(_config(request.thread))
    report = store.get(Report, final.values["report"])
    report = report.model_copy(update={"checkpoint": _id(final)})
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


def _reviewed(
    machine: Machine,
    store: Store,
    start: Any,
    config: RunnableConfig,
    tell: Tell | None,
    review: Review,
) -> Any:
    """Read the account if that is still to be done, and have it reviewed; what to go on from."""
    if start is not None or "discover" in machine.get_state(config).next:
        _stream(machine, start, config, tell, until="discover")
    found = machine.get_state(config)
    judging = any(name.startswith("assess_") for name in found.next)
    if judging and not review(store.get(Snapshot, found.values["snapshot"])):
        raise HeldBack
    return None


def _stream(
    machine: Machine,
    start: Any,
    config: RunnableConfig,
    tell: Tell | None,
    until: str | None = None,
) -> None:
    """Run to the end, or to where the node `until` has run."""
    modes: list[StreamMode] = ["custom", "tasks"]
    # Each step is on disk before the next begins. Closed at once if `tell` raises or the user
    # interrupts: a stream that is only dropped runs on.
    stream: Any = machine.stream(
        start,
        config,
        stream_mode=modes,
        durability="sync",
        interrupt_after=[until] if until else None,
    )
    with closing(stream) as parts:
        for mode, part in parts:
            if tell:
                tell(part if mode == "custom" else _node_event(part))


def _node_event(part: Mapping[str, Any]) -> Mapping[str, Any]:
    finished = "result" in part or "error" in part
    return {"event": "finished" if finished else "started", "node": part["name"]}


def _config(thread: str, checkpoint: str | None = None) -> RunnableConfig:
    configurable = {"thread_id": thread, "checkpoint_ns": "", "invocation": new_invocation()}
    return {"configurable": configurable | ({"checkpoint_id": checkpoint} if checkpoint else {})}


def _refuse_other_workload(current: StateSnapshot, request: Request) -> None:
    """A thread is one workload's; it may be read again in other Regions."""
    stored: Request | None = current.values.get("request")
    if stored is None or "snapshot" not in current.values:
        return  # nothing was read: perhaps the name was wrong
    if (stored.selector, stored.account) != (request.selector, request.account):
        raise ThreadConflict(
            f"thread {request.thread!r} holds {stored.selector} of account {stored.account}: pass "
            "--thread with another name"
        )


def _is_unfinished(
    current: StateSnapshot, request: Request, objectives: Objectives, premises: Premises
) -> bool:
    """Whether the thread stands in the middle of this assessment, asked for in the same way.

    Its tasks tell: `next` leaves out those that finished, though their step was never closed. Not
    where the input was not taken in yet: the channels are still those of the run before.
    """
    return (
        bool(current.tasks)
        and START not in {task.name for task in current.tasks}
        and current.values["run"].kind is RunKind.ASSESS
        and current.values["request"] == request
        and current.values["objectives"] == objectives
        and current.values["premises"] == premises
    )


def latest_assessment(store: Store, thread: str) -> RunRow:
    """The last assessment that was finished, whatever was begun or asked since."""
    rows = [row for row in store.require_runs(thread) if row.kind in ASSESSMENTS]
    finished = [row for row in rows if row.report]
    if not finished:
        raise Fixable(
            f"the assessment of thread {thread!r} was never finished: run the same `seeams assess` "
            "again, it goes on where it stopped"
        )
    return finished[-1]


def _before_grading(machine: Machine, thread: str, checkpoint: str) -> StateSnapshot:
    """The checkpoint from which a finished run's grading started: some steps before its last."""
    grading = {f"grade_{category.slug}" for category in categories()}
    state = machine.get_state(_config(thread, checkpoint))
    while set(state.next) != grading:
        parent = _id_of(state.parent_config)
        if parent is None:
            raise StoreUnusable(
                f"thread {thread!r} lacks the checkpoint before its grading: assess it again"
            )
        state = machine.get_state(_config(thread, parent))
    return state


def _on_paper(store: Store, base: StateSnapshot, premises: Premises) -> dict[str, str]:
    """The snapshot and the rows of an assessment as the premises make them."""
    snapshot, rows, thoughts = _read(store, base)
    changed = given(snapshot, rows, premises, thoughts)
    return {"snapshot": store.put(changed.snapshot), "ledger": store.put(changed.ledger)}


def _read(
    store: Store, base: StateSnapshot
) -> tuple[Snapshot, Mapping[str, Assessment], Mapping[str, Thinking]]:
    """The snapshot of an assessment, its specialists' rows, and what models added."""
    values = base.values
    rows = {code: store.get(Assessment, digest) for code, digest in values["assessments"].items()}
    thoughts = {
        code: store.get(Thinking, digest) for code, digest in values.get("thoughts", {}).items()
    }
    return store.get(Snapshot, values["snapshot"]), rows, thoughts


def _source(state: StateSnapshot) -> str:
    """What made a checkpoint: `loop` (nodes ran), `fork` (only replaces channels), `input`."""
    return str((state.metadata or {}).get("source"))


def _no_account(_request: Request, _observe: Any) -> Snapshot:
    raise AssertionError("a what-if never reads the account")


def _id(state: StateSnapshot) -> str:
    return str(state.config["configurable"]["checkpoint_id"])


def _id_of(config: RunnableConfig | None) -> str | None:
    return str(config["configurable"]["checkpoint_id"]) if config else None
