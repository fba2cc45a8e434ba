"""The conversation about a thread, kept beside it: START -> answer -> END, once a question.

It goes on in any process: its turns are checkpoints of their own in the same store. Nothing said in
it changes what is stored of an assessment; a what-if asked in it is one like any other.
"""

import operator
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cached_property
from typing import Annotated, Any

from langchain_core.runnables import RunnableConfig
from langgraph.graph import END, START, StateGraph
from typing_extensions import TypedDict

from agents.conversation.agent import converse
from agents.conversation.desk import LATEST, Result
from agents.harness import Mind
from graph.runs import cheapest_way, latest_assessment, reckoning_of, snapshot_of, what_if
from state.channels import RunKind
from state.conversation import Turn
from state.errors import WrongUse
from state.objectives import Objectives
from state.plans import Plan
from state.premises import Premises
from state.report import Report
from state.snapshot import Snapshot
from state.store import RunRow, Store, now
from tools.docs.pages import Page
from tools.grading.reckoning import Reckoning

LookUp = Callable[[str, Snapshot], Sequence[Page]]


class Talk(TypedDict):
    """What the conversation carries from question to question."""

    question: str
    turns: Annotated[list[str], operator.add]  # digests


def ask(
    store: Store,
    thread: str,
    question: str,
    *,
    mind: Mind | None = None,
    look_up: LookUp | None = None,
) -> Turn:
    """Ask a thread something, and keep question and answer.

    Args:
        store: where the thread is kept.
        thread: one that was assessed.
        question: in words.
        mind: a model that understands it; None: rules do.
        look_up: searches documentation; None: it is not wanted.

    Raises:
        UnknownThread: nothing is stored under the thread.
        Fixable: its assessment was never finished, or what is stored cannot be used.
        ThreadConflict: another process is asking it something.
    """
    store.require_runs(thread)
    kept = _kept_as(thread)
    with store.only_writer(kept), store.explained():

        def answer(state: Talk) -> dict[str, Any]:
            earlier = [store.get(Turn, digest) for digest in state["turns"]]
            desk = StoredDesk(store, thread, earlier, look_up)
            return {"turns": [store.put(converse(state["question"], earlier, desk, mind))]}

        machine = _machine(store, answer)
        done = machine.invoke({"question": question, "turns": []}, _config(kept), durability="sync")
        return store.get(Turn, done["turns"][-1])


def turns_of(store: Store, thread: str) -> list[Turn]:
    """All that was asked of a thread, oldest first.

    Raises:
        UnknownThread: nothing is stored under the thread.
    """
    store.require_runs(thread)
    with store.explained():
        values = _machine(store, lambda _: {}).get_state(_config(_kept_as(thread))).values
    return [store.get(Turn, digest) for digest in values.get("turns", ())]


class StoredDesk:
    """A thread in a store, as the verbs see it."""

    def __init__(
        self, store: Store, thread: str, earlier: Sequence[Turn], look_up: LookUp | None
    ) -> None:
        self._store, self.thread, self._look_up = store, thread, look_up
        asked = (did.result.get("checkpoint") for t in earlier for did in t.did if _forked(did))
        self._what_if = next((c for c in reversed(list(asked)) if c), None)
        self._reckoned: dict[str, Reckoning] = {}

    @property
    def now(self) -> datetime:
        """The time of day, UTC."""
        return now()

    def report(self, at: str = LATEST) -> Report:
        """The latest assessment, or the conversation's last what-if."""
        if at == LATEST:
            return self._assessed
        if self._what_if is None:
            raise WrongUse("no what-if was asked in this conversation yet")
        rows = {row.checkpoint: row for row in self._store.runs(self.thread) if row.report}
        row = rows.get(self._what_if)
        return self._read(row) if row else self._assessed

    @cached_property
    def _assessed(self) -> Report:
        return self._read(latest_assessment(self._store, self.thread))

    def results(self) -> list[Result]:
        """Every finished run, oldest first."""
        return [
            Result(row.checkpoint, row.kind, row.finished_at)
            for row in self._store.runs(self.thread)
            if row.report and row.finished_at
        ]

    def report_of(self, result: Result) -> Report:
        """The report of a result."""
        rows = self._store.runs(self.thread)
        return self._read(next(row for row in rows if row.checkpoint == result.checkpoint))

    def snapshot(self, report: Report) -> Snapshot:
        """The account as the report's run saw it."""
        return snapshot_of(self._store, report)

    def reckoning(self, report: Report) -> Reckoning:
        """What the report was graded from."""
        if report.checkpoint not in self._reckoned:
            self._reckoned[report.checkpoint] = reckoning_of(self._store, report)
        return self._reckoned[report.checkpoint]

    def what_if(self, objectives: Objectives, premises: Premises) -> tuple[Report, Report]:
        """The assessment on other terms; from now on, the last what-if."""
        _, after = what_if(self._store, self.thread, objectives, premises)
        self._what_if = after.checkpoint
        return self._assessed, after

    def cheapest_way(self, target: str, objectives: Objectives, premises: Premises) -> Plan:
        """The fixes that bring every category to a letter."""
        return cheapest_way(self._store, self.thread, target, objectives, premises)

    def look_up(self, phrase: str) -> Sequence[Page] | None:
        """Documentation on a phrase, without the account's words in it."""
        return self._look_up(phrase, self.snapshot(self._assessed)) if self._look_up else None

    def _read(self, row: RunRow) -> Report:
        report = self._store.get(Report, row.report)
        return report.model_copy(update={"checkpoint": row.checkpoint})


# -- parts ----------------------------------------------------------------------------------------


def _machine(store: Store, answer: Callable[[Talk], dict[str, Any]]) -> Any:
    builder = StateGraph(Talk)

    def answer_question(state: Talk) -> dict[str, Any]:
        return answer(state)

    builder.add_node("answer", answer_question)
    builder.add_edge(START, "answer")
    builder.add_edge("answer", END)
    return builder.compile(checkpointer=store.checkpointer())


def _kept_as(thread: str) -> str:
    """The thread of the conversation: no option can hold a line feed, so no assessment has it."""
    return f"{thread}\nconversation"


def _config(kept: str) -> RunnableConfig:
    return {"configurable": {"thread_id": kept}}


def _forked(did: Any) -> bool:
    return did.verb == RunKind.WHAT_IF.value.replace("-", "_") and "error" not in did.result
