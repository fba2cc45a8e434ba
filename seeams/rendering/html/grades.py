"""What the grader says: letters, the sums under them, what waits for what."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from seeams.exporting import Result
from seeams.rendering import words
from seeams.rendering.premises import disruption_cells
from seeams.rendering.report import dependencies_of, estimates_of
from state.categories import scenarios
from state.grades import Grade, Term
from state.judgements import Phase
from state.objectives import spell_duration
from tools.grading.targets import targets_of

_ROOM = 1.25  # of a bar, so that what never ends is seen to go on
_THINNEST = 0.8  # percent of a bar


def heading(result: Result) -> dict[str, Any]:
    """Which workload, against what."""
    report = result.report
    return {
        "report": report,
        "objectives": words.objectives_words(report.objectives),
        "tolerance": words.tolerance_words(report.objectives),
        "summary": report.summary,
    }


def letters(result: Result) -> Mapping[str, Any]:
    """The five, each with its estimates against targets, its reason and how sure it is."""
    report = result.report
    return {
        "cards": [(grade, *estimates_of(grade, report)) for grade in report.grades.values()],
        "limiting": words.titles_of(
            [g.category for g in report.grades.values() if g.letter == report.overall.letter]
        ),
    }


def dependencies(result: Result) -> Mapping[str, Any] | None:
    """The critical path, what is missing meanwhile, the stores that come apart."""
    overall = result.report.overall
    said = dependencies_of(result.report)
    gaps = [gap for gap in overall.consistency_gaps if gap.sentence not in said]
    if not said:
        return None
    path = overall.critical_path.resources if overall.critical_path else ()
    return {"sentences": said, "path": path, "more": gaps}


def disruptions(result: Result) -> Mapping[str, Any] | None:
    """The disruptions of a policy, or of AWS Resilience Hub, against their own targets."""
    report = result.report
    if not report.disruptions:
        return None
    rows = [(each, disruption_cells(each)) for each in report.disruptions]
    return {"rows": rows, "policy": report.objectives.policy}


def arithmetic(result: Result) -> Mapping[str, Any] | None:
    """For each category the sums that its letter rests on."""
    shown = [
        (grade, waterfalls(grade, result)) for grade in result.report.grades.values() if grade.terms
    ]
    return {"shown": shown} if shown else None


@dataclass(frozen=True)
class Step:
    """One bar; where it begins and how long it is in percent."""

    term: Term
    takes: str
    start: float
    width: float


@dataclass(frozen=True)
class Waterfall:
    """A sum of steps against its target; None: nothing is asked of it."""

    scenario: str
    resource: str
    of_data: bool
    steps: tuple[Step, ...]
    total: str
    target: str | None
    target_at: float | None  # percent
    within: bool


def waterfalls(grade: Grade, result: Result) -> list[Waterfall]:
    """The recovery and the data loss of the binding estimates."""

    def identity(term: Term) -> tuple[bool, str, str]:
        return (term.term == Phase.LOSE, term.scenario, term.resource)

    ordered = sorted(grade.terms, key=lambda term: term.term == Phase.LOSE)
    return [_waterfall(list(terms), result) for _, terms in groupby(ordered, key=identity)]


def _waterfall(terms: Sequence[Term], result: Result) -> Waterfall:
    first = terms[0]
    of_data = first.term == Phase.LOSE
    known = scenarios().get(first.scenario)
    targets = targets_of(first.scenario, result.report.objectives) if known else None
    target = (targets.rpo if of_data else targets.rto) if targets else None
    finite = sum(term.seconds for term in terms if term.seconds is not None)
    endless = any(term.seconds is None for term in terms)
    total = None if endless else finite
    full = max(finite, target or 0.0, 1.0) * (_ROOM if endless else 1.0)
    return Waterfall(
        scenario=known.text if known else first.scenario,
        resource=first.resource,
        of_data=of_data,
        steps=tuple(_steps(terms, full)),
        total=words.loss_of(total) if of_data else words.recovery_of(total),
        target=words.short_duration(target) if target is not None else None,
        target_at=100 * target / full if target is not None else None,
        within=target is None or (total is not None and total <= target),
    )


def _steps(terms: Sequence[Term], full: float) -> list[Step]:
    steps, start, goes_on = [], 0.0, True
    for term in terms:
        width = 100.0 - start if term.seconds is None else 100 * term.seconds / full
        shown = max(width, _THINNEST) if goes_on and term.seconds != 0 else 0.0
        steps.append(Step(term, _takes(term), min(start, 100.0 - shown), shown))
        start = min(start + width, 100.0)
        goes_on = goes_on and term.seconds is not None  # nothing follows what never ends
    return steps


def _takes(term: Term) -> str:
    if term.term == Phase.LOSE:
        return words.loss_of(term.seconds)
    return "for ever" if term.seconds is None else spell_duration(term.seconds)
