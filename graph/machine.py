"""The machine: discover, five specialists side by side, five grading branches side by side, report.

START -> discover -> assess_* (5) -> assessed -> grade_* (5) -> compose -> write_report -> END
"""

import time
from collections.abc import Callable, Mapping
from contextvars import copy_context
from functools import cache
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.config import get_stream_writer
from langgraph.errors import NodeError
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.types import RetryPolicy

from agents.report_writer import write_report as write
from agents.specialist import assess
from state.categories import Category, categories
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
from state.grades import Estimate, Usage
from state.judgements import Assessment
from state.report import Report
from state.snapshot import Snapshot
from state.store import Store, now
from tools.grading.assumptions import assumptions
from tools.grading.estimates import estimates
from tools.grading.grading import compose as compose_grades
from tools.grading.grading import grade
from tools.grading.ledger import Ledger, build_ledger

Observe = Callable[[str, Mapping[str, Any]], None]
ReadAccount = Callable[[Request, Observe], Snapshot]
AssessCategory = Callable[[Category, Snapshot, Observe], Assessment]

ASSESSED = "assessed"  # the node before which a what-if forks
Machine = CompiledStateGraph[State, None, State, State]


def build(
    store: Store,
    checkpointer: BaseCheckpointSaver[str],
    read_account: ReadAccount,
    specialist: AssessCategory = assess,
) -> Machine:
    """Compile the machine.

    Args:
        store: where snapshots, rows and reports are kept; channels hold their digests.
        checkpointer: where the channels are kept after every step.
        read_account: reads the workload; the only node that touches AWS calls it.
        specialist: judges one category over a snapshot.
    """

    def discover(state: State, config: RunnableConfig) -> Discovered:
        tell = _teller()
        snapshot = read_account(state["request"], tell)
        return {
            "snapshot": store.put(snapshot),
            "usage": _used(
                config,
                "discover",
                aws_calls=sum(snapshot.calls.values()),
                aws_seconds=snapshot.seconds,
            ),
        }

    def specialist_for(category: Category) -> Callable[[State, RunnableConfig], Assessed]:
        node = f"assess_{category.slug}"

        def assess_category(state: State, config: RunnableConfig) -> Assessed:
            snapshot = store.get(Snapshot, state["snapshot"])
            return _assessed(specialist(category, snapshot, _teller()), node, config)

        return assess_category

    def broken_specialist(
        category: Category,
    ) -> Callable[[State, NodeError, RunnableConfig], Assessed]:
        node = f"assess_{category.slug}"

        def assess_nothing(state: State, error: NodeError, config: RunnableConfig) -> Assessed:
            why = f"{type(error.error).__name__}: {error.error}"
            nothing = Assessment(category=category.code, judgements=(), answers=(), failed=why)
            return _assessed(nothing, node, config)

        return assess_nothing

    def _assessed(assessment: Assessment, node: str, config: RunnableConfig) -> Assessed:
        return {
            "assessments": {assessment.category: store.put(assessment)},
            "usage": _used(config, node),
        }

    def assessed(state: State, config: RunnableConfig) -> Gathered:
        snapshot = store.get(Snapshot, state["snapshot"])
        rows = {code: store.get(Assessment, d) for code, d in state["assessments"].items()}
        return {
            "ledger": store.put(build_ledger(snapshot, rows)),
            "usage": _used(config, ASSESSED),
        }

    @cache
    def estimates_of(digest: str) -> list[Estimate]:
        return estimates(store.get(Ledger, digest).judgements, assumptions())

    def grader_for(category: Category) -> Callable[[State, RunnableConfig], Graded]:
        def grade_category(state: State, config: RunnableConfig) -> Graded:
            given = grade(
                category,
                store.get(Ledger, state["ledger"]),
                state["objectives"],
                assumptions(),
                estimates_of(state["ledger"]),
            )
            return {
                "grades": {category.code: given},
                "usage": _used(config, f"grade_{category.slug}"),
            }

        return grade_category

    def compose(state: State, config: RunnableConfig) -> Composed:
        ledger = store.get(Ledger, state["ledger"])
        return {
            "overall": compose_grades(state["grades"], ledger),
            "usage": _used(config, "compose"),
        }

    def write_report(state: State, config: RunnableConfig) -> Reported:
        usage = _used(config, "write_report")
        report = write(
            thread=state["request"].thread,
            generated_at=now(),
            snapshot=store.get(Snapshot, state["snapshot"]),
            digest=state["snapshot"],
            ledger=store.get(Ledger, state["ledger"]),
            objectives=state["objectives"],
            grades=state["grades"],
            overall=state["overall"],
            usage=add_usage(state["usage"], usage),
            table=assumptions(),
        )
        return {"report": store.put(report), "usage": usage}

    builder = StateGraph(State)
    builder.add_node(discover)
    builder.add_node(assessed)
    builder.add_node(compose)
    builder.add_node(write_report)
    builder.add_edge(START, "discover")
    for category in categories():
        assess_node, grade_node = f"assess_{category.slug}", f"grade_{category.slug}"
        builder.add_node(
            assess_node,
            specialist_for(category),
            retry_policy=RetryPolicy(max_attempts=2, retry_on=_is_passing),
            # One specialist failing leaves the other four standing, and a gap in the report.
            error_handler=broken_specialist(category),
        )
        builder.add_node(grade_node, grader_for(category))
        builder.add_edge("discover", assess_node)
        # One plain edge each: a list of sources would hide what comes next at this checkpoint.
        builder.add_edge(assess_node, ASSESSED)
        # Objectives are read in the branch, not sent to it: a fork replaces them and all five follow.
        builder.add_edge(ASSESSED, grade_node)
        builder.add_edge(grade_node, "compose")
    builder.add_edge("compose", "write_report")
    builder.add_edge("write_report", END)
    return builder.compile(checkpointer=checkpointer)


def report_of(store: Store, state: Mapping[str, Any]) -> Report:
    """The report that a finished run left."""
    return store.get(Report, state["report"])


def _is_passing(error: Exception) -> bool:
    """What may go away by itself: not our own errors, not a bug."""
    return isinstance(error, OSError) and not isinstance(error, SeeamsError)


def _teller() -> Observe:
    """A way to tell whoever streams the run what a node is doing, from any of its threads."""
    writer, context = get_stream_writer(), copy_context()
    # The writer looks its node up in the context, and one context cannot be entered by two threads.
    return lambda event, details: context.copy().run(writer, {"event": event, **details})


def _used(config: RunnableConfig, node: str, **amounts: float) -> Usage:
    return Usage(
        invocation=str(config["configurable"]["invocation"]),
        seconds=round(time.time() - float(config["configurable"]["started"]), 3),
        nodes_run={node: 1},
        **amounts,  # type: ignore[arg-type]  # pydantic turns whole floats into the counts they are
    )
