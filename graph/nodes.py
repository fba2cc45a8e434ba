"""The nodes of the machine: thin functions over the rooms that do the work."""

import time
from collections.abc import Callable, Mapping
from contextvars import copy_context
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

from langchain_core.runnables import RunnableConfig
from langgraph.config import get_stream_writer

from agents.on_paper import given
from agents.report_writer import write_report as write
from state.categories import Category
from state.channels import (
    Assessed,
    Composed,
    Discovered,
    Gathered,
    Graded,
    Reported,
    Request,
    State,
    add_usage,
)
from state.errors import SeeamsError
from state.grades import Spending, Usage
from state.judgements import Assessment
from state.premises import Premises
from state.report import Report
from state.snapshot import Snapshot
from state.store import Store, now
from state.thinking import Summary, Thinking
from tools.grading.assumptions import assumptions, with_overrides
from tools.grading.grading import compose as compose_grades
from tools.grading.grading import grade
from tools.grading.ledger import Ledger
from tools.grading.reckoning import Reckoning

Observe = Callable[[str, Mapping[str, Any]], None]
ReadAccount = Callable[[Request, Observe], Snapshot]
AssessCategory = Callable[[Category, Snapshot, Observe], Assessment]
Think = Callable[[Category, Snapshot, Assessment, Observe], Thinking]
Summarise = Callable[[Report, Snapshot], Summary]
LookUp = Callable[[Report, Snapshot, Observe], Report]


@dataclass(frozen=True)
class Outside:
    """What a run may have from beyond the facts: models and documentation."""

    think: Think | None = None  # looks beyond the rows of a category
    summarise: Summarise | None = None  # puts the report into words
    look_up: LookUp | None = None  # adds what the documentation tools return


NOTHING_OUTSIDE = Outside()


class Node(Protocol):
    """A step of the machine."""

    def __call__(self, state: State, config: RunnableConfig) -> Any:
        """Read the state; return the channels to write."""


class Nodes:
    """The nodes, with what they are given at build time."""

    def __init__(
        self, store: Store, read_account: ReadAccount, specialist: AssessCategory, outside: Outside
    ) -> None:
        self._store = store
        self._read_account = read_account
        self._specialist = specialist
        self._outside = outside
        # The five branches ask at once for the same estimates; objectives change none of them.
        self._reckoning = lru_cache(maxsize=1)(self._reckon)

    def discover(self, state: State, config: RunnableConfig) -> Discovered:
        """Read the account; the only node that touches AWS."""
        snapshot = self._read_account(state["request"], _teller())
        return {
            "snapshot": self._store.put(snapshot),
            "usage": _used(
                config,
                "discover",
                aws_calls=sum(snapshot.calls.values()),
                aws_seconds=snapshot.seconds,
            ),
        }

    def assess(self, category: Category) -> Node:
        """The node of one specialist."""

        def assess_category(state: State, config: RunnableConfig) -> Assessed:
            snapshot = self._store.get(Snapshot, state["snapshot"])
            node, observe = f"assess_{category.slug}", _teller()
            assessment = self._assess(category, snapshot, observe)
            written: Assessed = {
                "assessments": {category.code: self._store.put(assessment)},
                "thoughts": {},
                "usage": _used(config, node),
            }
            if self._outside.think and not assessment.failed:
                thinking = self._outside.think(category, snapshot, assessment, observe)
                written["thoughts"] = {category.code: self._store.put(thinking)}
                written["usage"] = _used(
                    config,
                    node,
                    aws_calls=thinking.aws_calls,
                    aws_seconds=thinking.aws_seconds,
                    spending=thinking.spending,
                )
            return written

        return assess_category

    def assessed(self, state: State, config: RunnableConfig) -> Gathered:
        """Put the specialists' rows side by side; all grading starts from here."""
        snapshot = self._store.get(Snapshot, state["snapshot"])
        rows = {
            code: self._store.get(Assessment, digest)
            for code, digest in state["assessments"].items()
        }
        return {
            "ledger": self._store.put(
                given(snapshot, rows, state["premises"], self._thoughts(state)).ledger
            ),
            "usage": _used(config, "assessed"),
        }

    def grade(self, category: Category) -> Node:
        """The grading branch of one category."""

        def grade_category(state: State, config: RunnableConfig) -> Graded:
            graded = grade(category, self._reckoned(state), state["objectives"])
            return {
                "grades": {category.code: graded},
                "usage": _used(config, f"grade_{category.slug}"),
            }

        return grade_category

    def compose(self, state: State, config: RunnableConfig) -> Composed:
        """The workload's letter from the five."""
        return {
            "overall": compose_grades(state["grades"], self._reckoned(state), state["objectives"]),
            "usage": _used(config, "compose"),
        }

    def write_report(self, state: State, config: RunnableConfig) -> Reported:
        """Everything into one document."""
        usage = _used(config, "write_report")
        snapshot = self._store.get(Snapshot, state["snapshot"])
        report = write(
            thread=state["request"].thread,
            generated_at=now(),
            snapshot=snapshot,
            digest=state["snapshot"],
            reckoning=self._reckoned(state),
            objectives=state["objectives"],
            premises=state["premises"],
            grades=state["grades"],
            overall=state["overall"],
            usage=add_usage(state["usage"], usage),
            thoughts=self._thoughts(state),
        )
        if self._outside.look_up:
            report = self._outside.look_up(report, snapshot, _teller())
        if self._outside.summarise:
            summary = self._outside.summarise(report, snapshot)
            usage = _used(config, "write_report", spending=summary.spending)
            spent = add_usage(state["usage"], usage)
            report = report.model_copy(update={"summary": summary, "usage": spent})
        return {"report": self._store.put(report), "usage": usage}

    # -- parts ------------------------------------------------------------------------------------

    def _assess(self, category: Category, snapshot: Snapshot, observe: Observe) -> Assessment:
        """Ask the specialist. If it breaks, the other four stand, and its category has no letter.

        What the user must put right (a locked store, refused credentials) ends the run, to be
        resumed. langgraph's own error handlers cannot: the run goes on when they raise.
        """
        try:
            try:
                return self._specialist(category, snapshot, observe)
            except OSError:  # may have gone by itself
                return self._specialist(category, snapshot, observe)
        except SeeamsError:
            raise
        except Exception as error:
            why = f"{type(error).__name__}: {error}"
            return Assessment(category=category.code, judgements=(), answers=(), failed=why)

    def _thoughts(self, state: State) -> Mapping[str, Thinking]:
        """What models added, by category code; a thread of old has none."""
        digests = state.get("thoughts", {})
        return {code: self._store.get(Thinking, digest) for code, digest in digests.items()}

    def _reckoned(self, state: State) -> Reckoning:
        return self._reckoning(state["ledger"], state["premises"].model_dump_json())

    def _reckon(self, ledger: str, premises: str) -> Reckoning:
        overrides = Premises.model_validate_json(premises).assumptions
        return Reckoning(self._store.get(Ledger, ledger), with_overrides(assumptions(), overrides))


def _teller() -> Observe:
    """A way to tell whoever streams the run what a node is doing, from any of its threads."""
    writer, context = get_stream_writer(), copy_context()
    # The writer looks its node up in the context, and one context cannot be entered by two threads.
    return lambda event, details: context.copy().run(writer, {"event": event, **details})


def _used(
    config: RunnableConfig,
    node: str,
    *,
    aws_calls: int = 0,
    aws_seconds: float = 0,
    spending: Spending | None = None,
) -> Usage:
    spent = spending or Spending()
    invocation = config["configurable"]["invocation"]
    return Usage(
        invocation=invocation,
        seconds=round(time.time() - started_at(invocation), 3),
        nodes_run={node: 1},
        aws_calls=aws_calls,
        aws_seconds=aws_seconds,
        model_calls=spent.model_calls,
        input_tokens=spent.input_tokens,
        output_tokens=spent.output_tokens,
        usd=spent.usd,
        models={node: spending} if spending else {},
    )


def new_invocation() -> str:
    """A name for one call of the machine; a later one's sorts after an earlier one's."""
    return f"{time.time_ns():020d}"


def started_at(invocation: str) -> float:
    """When an invocation began, in seconds since the epoch."""
    return int(invocation) / 1e9
