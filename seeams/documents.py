"""The JSON of `assess`, `what-if`, `show` and `sweep`."""

from typing import Any

from pydantic import BaseModel, Field

from state.grades import Overall
from state.losses import Loss
from state.plans import Plan
from state.report import Report
from state.sweeps import Sweep


class Before(BaseModel):
    """What a what-if is compared with: the assessment it was asked of."""

    overall: Overall
    letters: dict[str, str | None] = Field(description="category code -> letter")


class Document(Report):
    """A report as it is printed; `before`, `plan` and `loss` stand in a what-if's alone."""

    before: Before | None = None
    plan: Plan | None = Field(default=None, description="the cheapest way to --target")
    loss: Loss | None = Field(default=None, description="what --lose does")


def document_of(
    report: Report,
    before: Report | None = None,
    *,
    plan: Plan | None = None,
    loss: Loss | None = None,
) -> dict[str, Any]:
    """The JSON document of a report, or of a what-if and the report before it."""
    document = report.model_dump(mode="json")
    for name, part in (("plan", plan), ("loss", loss)):
        if part is not None:
            document[name] = part.model_dump(mode="json")
    if before is not None:
        letters = {code: grade.letter for code, grade in before.grades.items()}
        document["before"] = Before(overall=before.overall, letters=letters).model_dump(mode="json")
    return document


def schema() -> dict[str, Any]:
    """The JSON schema of the document."""
    return Document.model_json_schema(mode="serialization")


def sweep_document(found: Sweep, report: Report) -> dict[str, Any]:
    """The JSON of a sweep: letters in rows that follow the RTO, and where they turn."""
    return {
        "thread": report.thread,
        "checkpoint": report.checkpoint,
        **found.model_dump(mode="json"),
    }
