"""What the verbs work with: a thread's stored results, and the ways to ask them more."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from state.judgements import WORKLOAD
from state.objectives import Objectives, spell_duration
from state.plans import Plan
from state.premises import Premises
from state.report import Report
from state.snapshot import Snapshot
from tools.diagram.words import type_words
from tools.docs.pages import Page
from tools.grading.reckoning import Reckoning
from tools.markdown import code, text

LATEST: Final = "assessment"
WHAT_IF: Final = "what-if"


@dataclass(frozen=True)
class Result:
    """A finished run of the thread, without its report."""

    checkpoint: str
    kind: str  # assess, accept, what-if
    finished_at: datetime


class Desk(Protocol):
    """A thread on the desk. No AWS call is made from it."""

    thread: str

    @property
    def now(self) -> datetime:
        """When the question is asked, UTC."""

    def report(self, at: str = LATEST) -> Report:
        """The assessment that what-ifs start from, or the last what-if of the conversation.

        Raises:
            WrongUse: there was no what-if.
        """

    def results(self) -> Sequence[Result]:
        """Every finished run, oldest first."""

    def report_of(self, result: Result) -> Report:
        """Its report."""

    def snapshot(self, report: Report) -> Snapshot:
        """The account as the report's run saw it."""

    def reckoning(self, report: Report) -> Reckoning:
        """What the report was graded from."""

    def what_if(self, objectives: Objectives, premises: Premises) -> tuple[Report, Report]:
        """The assessment on other terms: before and after."""

    def cheapest_way(self, target: str, objectives: Objectives, premises: Premises) -> Plan:
        """The fixes that bring every category to a letter."""

    def look_up(self, phrase: str) -> Sequence[Page] | None:
        """Documentation on a phrase; None where it is not wanted."""


class Names:
    """What resources are called, as Markdown."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._resources = snapshot.resources
        self._shared = Counter(each.name for each in snapshot.resources.values())

    def of(self, resource: str) -> str:
        """One resource, by its id."""
        if resource == WORKLOAD:
            return "the workload as a whole"
        known = self._resources.get(resource)
        if known is None or not known.name:
            return code(resource.rpartition("/")[2] or resource)
        shared = self._shared[known.name] > 1
        return code(known.name) + (f" ({text(type_words(known.type))})" if shared else "")

    def some(self, resources: Sequence[str], most: int = 4) -> str:
        """The first few, and how many more there are."""
        shown = ", ".join(self.of(each) for each in resources[:most])
        return f"{shown} and {len(resources) - most} more" if len(resources) > most else shown


def terms_of(report: Report) -> str:
    """What a result was graded against: `RTO 2 hours, RPO 30 minutes`."""
    objectives = report.objectives
    return (
        f"RTO {spell_duration(objectives.rto_seconds)}, "
        f"RPO {spell_duration(objectives.rpo_seconds)}"
    )


def heading(report: Report, assessed: Report) -> str:
    """Which result an answer speaks of."""
    if report.checkpoint == assessed.checkpoint:
        return f"Of the assessment ({terms_of(report)}):"
    fixes = len(report.premises.fixes) - len(assessed.premises.fixes)
    mended = f", {fixes} fix{'es' if fixes > 1 else ''} made" if fixes else ""
    return f"Of the what-if ({terms_of(report)}{mended}), on paper:"
