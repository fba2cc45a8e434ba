"""What the state machine carries from node to node, and into every checkpoint.

Everything large lives outside, content-addressed, in the store; a channel holds its digest. Each
node writes one of the small dictionaries below, and `State` inherits them all.
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict
from typing_extensions import TypedDict

from state.grades import Grade, Overall, Spending, Usage
from state.objectives import Objectives
from state.premises import Premises
from state.snapshot import Selector


class RunKind(StrEnum):
    """What a run is: a full assessment, a person's word on it, or a question asked of one."""

    ASSESS = "assess"
    ACCEPT = "accept"
    WHAT_IF = "what-if"


ASSESSMENTS = (RunKind.ASSESS, RunKind.ACCEPT)
"""Runs whose result stands for the workload: later questions are asked of the latest of them."""


class Run(BaseModel):
    """One pass through the machine. It keeps its id when it is resumed in another process."""

    model_config = ConfigDict(frozen=True)

    id: str
    kind: RunKind
    started_at: datetime


class Request(BaseModel):
    """What is to be assessed, and where it is kept."""

    model_config = ConfigDict(frozen=True)

    thread: str
    selector: Selector
    account: str
    regions: tuple[str, ...]


def merge_by_key(before: dict[str, str], after: dict[str, str]) -> dict[str, str]:
    """Rows of parallel specialists side by side."""
    return {**before, **after}


def merge_grades(before: dict[str, Grade], after: dict[str, Grade]) -> dict[str, Grade]:
    """Grades of parallel branches side by side; a later run replaces an earlier one's."""
    return {**before, **after}


def add_usage(before: Usage, after: Usage) -> Usage:
    """The sum within the latest invocation, whose name sorts last.

    When a run is resumed, what its interrupted invocation had finished arrives in the same step.
    """
    if before.invocation != after.invocation:
        return max(before, after, key=lambda usage: usage.invocation)
    nodes = dict(before.nodes_run)
    for name, times in after.nodes_run.items():
        nodes[name] = nodes.get(name, 0) + times
    models = dict(before.models)
    for name, spent in after.models.items():
        models[name] = models.get(name, Spending()).plus(spent)
    return Usage(
        invocation=after.invocation,
        aws_calls=before.aws_calls + after.aws_calls,
        aws_seconds=before.aws_seconds + after.aws_seconds,
        model_calls=before.model_calls + after.model_calls,
        input_tokens=before.input_tokens + after.input_tokens,
        output_tokens=before.output_tokens + after.output_tokens,
        usd=before.usd + after.usd,
        seconds=max(before.seconds, after.seconds),
        nodes_run=nodes,
        models=models,
    )


class Used(TypedDict):
    """Every node says what it used."""

    usage: Annotated[Usage, add_usage]


class Asked(TypedDict):
    """What a run starts from; a what-if replaces all but the request."""

    run: Run
    request: Request
    objectives: Objectives
    premises: Premises


class Discovered(Used):
    """Written by `discover`."""

    snapshot: str  # digest


class Assessed(Used):
    """Written by each specialist."""

    assessments: Annotated[dict[str, str], merge_by_key]  # category code -> digest
    thoughts: Annotated[dict[str, str], merge_by_key]  # the same, of what a model added


class Gathered(Used):
    """Written by `assessed`: the specialists' rows as one ledger, from which all grading starts."""

    ledger: str  # digest


class Graded(Used):
    """Written by each grading branch."""

    grades: Annotated[dict[str, Grade], merge_grades]


class Composed(Used):
    """Written by `compose`."""

    overall: Overall


class Reported(Used):
    """Written by `write_report`."""

    report: str  # digest


class State(Asked, Discovered, Assessed, Gathered, Graded, Composed, Reported):
    """All channels."""
