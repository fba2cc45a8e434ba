"""What a result holds: letters, findings, gaps, questions and answers, strengths, resources."""

from collections.abc import Sequence
from typing import Any, Literal

from agents.conversation.arguments import Arguments, At, CategorySlug
from agents.conversation.desk import LATEST, Desk, Names, heading
from agents.conversation.planner.words import words
from agents.conversation.verbs import Said, Verb
from state.categories import Category, categories
from state.errors import WrongUse
from state.grades import Finding, Severity
from state.objectives import spell_duration
from state.report import Report
from state.snapshot import Snapshot
from tools.diagram.words import type_words
from tools.markdown import code, own, text

_MOST = 20


class Show(Arguments):
    """What to show, and of which severity, category or resource."""

    what: Literal["letters", "findings", "gaps", "questions", "strengths", "resources"]
    severity: tuple[Severity, ...] = ()
    category: CategorySlug | None = None
    resource: str | None = None  # name or id
    kind: str | None = None  # of resources: database, queue, function
    at: At = LATEST


def _show(desk: Desk, asked: Show) -> Said:
    report = desk.report(asked.at)
    seen = desk.snapshot(report)
    category = next((c for c in categories() if c.slug == asked.category), None)
    if asked.what == "findings":
        lines, result = _findings(report, seen, asked, category)
    elif asked.what == "gaps":
        lines, result = _gaps(report, category)
    elif asked.what == "questions":
        lines, result = _questions(report, category)
    elif asked.what == "strengths":
        lines = [f"- {text(each)}" for each in report.strengths] or [
            "None that any check vouches for."
        ]
        result = {"strengths": report.strengths}
    elif asked.what == "resources":
        lines, result = _resources(seen, asked.kind)
    else:
        lines, result = _letters(report, category)
    return Said("\n".join([heading(report, desk.report()), "", *lines]), result)


def _letters(report: Report, only: Category | None) -> tuple[list[str], dict[str, Any]]:
    overall = report.overall
    shown = [each for each in categories() if each.code in report.grades and only in (None, each)]
    lines = ["| | letter | because |", "|---|---|---|"]
    result: dict[str, Any] = {"letters": {c.code: report.grades[c.code].letter for c in shown}}
    if not only:
        lines.append(f"| **Overall** | {overall.letter or '?'} | {text(overall.reason)} |")
        result["overall"] = overall.model_dump(mode="json")
    for each in shown:
        grade = report.grades[each.code]
        lines.append(f"| {each.title} | {grade.letter or '?'} | {text(grade.reason)} |")
    if not only:
        rpo = overall.rpo_seconds
        lost = "everything" if rpo is None else spell_duration(rpo) if rpo >= 1 else "nothing"
        rto = overall.rto_seconds
        recovery = "no way back" if rto is None else spell_duration(rto)
        lines += [
            "",
            f"Recovery: {recovery}. Data lost: {lost}. {len(report.findings)} findings.",
        ]
    return lines, result


def _findings(
    report: Report, seen: Snapshot, asked: Show, category: Category | None
) -> tuple[list[str], dict[str, Any]]:
    wanted = [
        finding
        for finding in report.findings
        if (not asked.severity or finding.severity in asked.severity)
        and (category is None or category.code in (finding.category, *finding.also))
        and (asked.resource is None or _on(finding, seen, asked.resource))
    ]
    names = Names(seen)
    lines = [f"- {_finding(each, names)}" for each in wanted[:_MOST]]
    if len(wanted) > _MOST:
        lines.append(f"- and {len(wanted) - _MOST} more")
    if not wanted:
        lines = ["No such finding."]
    return lines, {"findings": [each.model_dump(mode="json") for each in wanted]}


def _finding(finding: Finding, names: Names) -> str:
    return (
        f"**{finding.severity.value}** {text(finding.title)}: {names.some(finding.resources)} "
        f"(`{finding.id}`). {own(finding.recommendation)}"
    )


def _on(finding: Finding, seen: Snapshot, resource: str) -> bool:
    called = {each.id for each in seen.resources.values() if resource in (each.id, each.name)}
    if not called:
        raise WrongUse(f"nothing is called {resource!r} here")
    return bool(called & {finding.resource, *finding.resources})


def _gaps(report: Report, category: Category | None) -> tuple[list[str], dict[str, Any]]:
    gaps = [g for g in report.gaps if category is None or category.code in g.bears_on]
    lines = [
        f"- {text(gap.action)} in {text(gap.region)}: {text(gap.reason)}. {text(gap.resolve)}"
        for gap in gaps[:_MOST]
    ]
    unanswered = [
        answer
        for answer in report.answers
        if answer.answer == "CANNOT_DETERMINE"
        and (category is None or answer.category == category.code)
    ]
    lines = lines or ["Everything that was asked for could be read."]
    if unanswered:
        lines += ["", "Questions that nothing read answers:", ""]
        lines += [f"- {text(a.question)} One could attest {text(a.attest)}." for a in unanswered]
    return lines, {
        "gaps": [gap.model_dump(mode="json") for gap in gaps],
        "unanswered": [answer.question for answer in unanswered],
    }


def _questions(report: Report, category: Category | None) -> tuple[list[str], dict[str, Any]]:
    answers = sorted(  # what is open before what is answered
        (a for a in report.answers if category is None or a.category == category.code),
        key=lambda answer: answer.answer != "CANNOT_DETERMINE",
    )
    lines = [
        f"- {text(a.question)} **{text(a.answer.replace('_', ' ').lower())}**: {text(a.because)}"
        for a in answers
    ]
    return lines, {"answers": [answer.model_dump(mode="json") for answer in answers]}


def _resources(seen: Snapshot, kind: str | None) -> tuple[list[str], dict[str, Any]]:
    members: Sequence[Any] = sorted(
        (r for r in seen.resources.values() if r.member and (not kind or _is(r.type, kind))),
        key=lambda r: (r.type, r.name),
    )
    lines = [
        f"- {code(r.name or r.id)} ({text(type_words(r.type))}, {text(r.region)})" for r in members
    ]
    return lines or ["There is none."], {
        "resources": [{"id": r.id, "type": r.type, "name": r.name} for r in members],
    }


def _is(resource_type: str, kind: str) -> bool:
    called = words().synonyms.get(kind.lower(), kind.lower())
    types = {each for meaning in words().nouns.get(called, ()) for each in meaning}
    return resource_type in types or (not types and called in type_words(resource_type).lower())


VERB = Verb(
    name="show",
    about="Show the letters (of all categories or one), the findings (by severity, category or "
    "resource), what could not be read, the questions and their answers, the strengths, or the "
    "resources (of one kind).",
    arguments=Show,
    carry_out=_show,
)
