"""What was found, answered, given, not read, and what it took."""

from collections.abc import Mapping, Sequence
from typing import Any

from seeams.exporting import Result
from seeams.rendering import words
from seeams.rendering.premises import fix_words, given_by_people
from seeams.rendering.thoughts import (
    SPENDING_TITLES,
    SUGGESTED,
    accept_command,
    contests_of,
    detail_lines,
    found_by,
    models_of,
    spending_rows,
    suggested,
)
from state.grades import AnswerRow, Finding, Severity
from state.judgements import Answer, Evidence, Layer

_MOST_NAMES = 8  # of resources, before they are folded away
_MOST_FOLDED = 30  # lines of a kind for one finding: a page stays a page
_MOST_SEEN = 5  # pieces of evidence, before they are folded away
_MOST_SAID = 100  # lines about models
_OPEN = 3  # findings that are unfolded


def findings(result: Result) -> Mapping[str, Any]:
    """Every finding, the worst first, and what they can be filtered by."""
    report = result.report
    found = report.findings
    return {
        "findings": [_finding(result, each) for each in found],
        "open": _OPEN,
        "severities": [s.value for s in Severity if any(f.severity is s for f in found)],
        "categories": list(dict.fromkeys(c for f in found for c in (f.category, *f.also))),
        "layers": [each.value for each in Layer if any(f.layer is each for f in found)],
        "ungraded": report.overall.letter is None,
    }


def proposals(result: Result) -> Mapping[str, Any] | None:
    """What models propose and nobody has accepted."""
    proposed = result.report.proposals
    if not proposed:
        return None
    return {
        "findings": [_finding(result, each) for each in proposed],
        "accept": accept_command(result.report),
    }


def _finding(result: Result, finding: Finding) -> dict[str, Any]:
    names = [result.names.of(resource) for resource in finding.resources]
    seen = _decisive_first(finding)
    return {
        "finding": finding,
        "names": names[:_MOST_NAMES],
        "more_names": names[_MOST_NAMES:_MOST_FOLDED],
        "unnamed": _left_out(names),
        "kinds": result.names.with_kinds(finding.resources, finding.resource_type, 1),
        "notes": finding.notes[:_MOST_FOLDED],
        "unnoted": _left_out(finding.notes),
        "seen": seen[:_MOST_SEEN],
        "more_seen": seen[_MOST_SEEN:_MOST_FOLDED],
        "unseen": _left_out(seen),
        "several": len(finding.resources) > 1,
        "doubts": list(contests_of(result.report, finding)),
        "found_by": found_by(finding),
    }


def _left_out(lines: Sequence[object]) -> int:
    return max(0, len(lines) - _MOST_FOLDED)


def _decisive_first(finding: Finding) -> list[Evidence]:
    """A check reads until it knows: what it read last of the worst resource decided."""
    seen = words.distinct(finding.evidence)
    of_worst = [each for each in seen if each.resource == finding.resource]
    return of_worst[::-1] + [each for each in seen if each.resource != finding.resource]


def questions(result: Result) -> Mapping[str, Any] | None:
    """Every question under its category."""
    report = result.report
    by_category: dict[str, list[tuple[AnswerRow, Answer | None]]] = {}
    for row in report.answers:
        by_category.setdefault(row.category, []).append((row, suggested(report, row)))
    return {"by_category": by_category, "suggested": SUGGESTED} if by_category else None


def strengths(result: Result) -> Mapping[str, Any] | None:
    """What is in order."""
    return {"strengths": result.report.strengths} if result.report.strengths else None


def gaps(result: Result) -> Mapping[str, Any] | None:
    """Calls that gave no answer."""
    return {"gaps": result.report.gaps} if result.report.gaps else None


def savings(result: Result) -> Mapping[str, Any] | None:
    """What could be saved."""
    found = dict.fromkeys(s for g in result.report.grades.values() for s in g.savings)
    return {"savings": list(found)} if found else None


def premises(result: Result) -> Mapping[str, Any] | None:
    """What it goes by beside the account."""
    report = result.report
    fixes = [fix_words(fix, result.names) for fix in report.premises.fixes]
    given = given_by_people(report)
    accepted = report.premises.accepted
    notes = report.objectives.notes
    if not (fixes or given or accepted or notes):
        return None
    return {"fixes": fixes, "given": given, "accepted": accepted, "notes": notes}


def models(result: Result) -> Mapping[str, Any] | None:
    """What each model did and cost, and what of it did not stand."""
    report = result.report
    rows, lines = (
        list(spending_rows(report)),
        list(detail_lines(report, result.names, everything=True)),
    )
    if not (rows or lines):
        return None
    return {
        "models": models_of(report),
        "titles": SPENDING_TITLES,
        "rows": rows,
        "lines": lines[:_MOST_SAID],
        "more": max(0, len(lines) - _MOST_SAID),
    }


def usage(result: Result) -> Mapping[str, Any]:
    """Calls, time, money, and where to find this result again."""
    report = result.report
    return {
        "usage": words.usage_words(report.usage),
        "report": report,
    }
