"""The assessment on other terms: objectives, fixes on paper, a letter wanted, something lost."""

from typing import Any

from pydantic import Field

from agents.conversation.arguments import Arguments, Duration, Letter
from agents.conversation.desk import Desk, Names, terms_of
from agents.conversation.plans import plan_words
from agents.conversation.verbs import Said, Verb
from agents.conversation.verbs.lose import loss_words
from state.categories import categories
from state.errors import WrongUse
from state.objectives import objectives_from, spell_duration
from state.premises import Fix, Premises
from state.report import Report
from tools.grading.comparing import compare
from tools.grading.losses import losses_of
from tools.markdown import text

_MOST = 8  # findings that are named


class WhatIf(Arguments):
    """What is other than in the assessment; what is left out stays as it was."""

    rto: Duration | None = None
    rpo: Duration | None = None
    region_rto: Duration | None = None
    region_rpo: Duration | None = None
    fixes: tuple[str, ...] = Field(default=(), description="CHECK or CHECK@RESOURCE, each")
    target: Letter | None = Field(default=None, description="find the cheapest fixes to it")
    lose: str | None = Field(default=None, description="az:NAME, region:NAME or resource:NAME")


def _what_if(desk: Desk, asked: WhatIf) -> Said:
    if asked == WhatIf():
        raise WrongUse("what if what? Name an RTO, an RPO, a fix or a letter")
    assessed = desk.report()
    objectives = objectives_from(
        assessed.objectives.fields,
        rto=asked.rto,
        rpo=asked.rpo,
        region_rto=asked.region_rto,
        region_rpo=asked.region_rpo,
    )
    premises = Premises(fixes=tuple(Fix.written(each) for each in asked.fixes))
    plan = None
    if asked.target:
        plan = desk.cheapest_way(asked.target, objectives, premises)
        premises = premises.plus(Premises(fixes=plan.fixes))
    anew = premises.fixes or objectives != assessed.objectives
    before, after = desk.what_if(objectives, premises) if anew else (assessed, assessed)
    seen = desk.snapshot(after)
    names, parts = Names(seen), []
    result: dict[str, Any] = {
        "objectives": after.objectives.model_dump(mode="json"),
        "checkpoint": after.checkpoint,
        "before": letters_of(before),
        "after": letters_of(after),
    }
    if plan:
        parts.append(plan_words(plan, names))
        result["plan"] = plan.model_dump(mode="json")
    if anew:
        parts.append(_moved(before, after, names))
        result["overall"] = after.overall.model_dump(mode="json")
    if asked.lose:
        loss = losses_of(seen, desk.reckoning(after), after.objectives, asked.lose)
        parts.append(f"Then, {loss_words(loss, names)}")
        result["loss"] = loss.model_dump(mode="json")
    return Said("\n\n".join(parts), result)


def letters_of(report: Report) -> dict[str, str | None]:
    """Category code, or OVERALL -> letter."""
    letters = {code: grade.letter for code, grade in report.grades.items()}
    return {"OVERALL": report.overall.letter, **letters}


def _moved(before: Report, after: Report, names: Names) -> str:
    overall = after.overall
    lines = [f"**{terms_of(after)}**, on paper; it was {terms_of(before)}."]
    lines += [f"On paper: {text(fix)}" for fix in after.premises.fixes]
    lines += [
        "",
        "| | before | after | recovery | data lost |",
        "|---|---|---|---|---|",
        _row("**Overall**", before.overall.letter, overall.letter, overall),
    ]
    for category in categories():
        grade = after.grades.get(category.code)
        if grade:
            was = before.grades.get(category.code)
            lines.append(_row(category.title, was.letter if was else None, grade.letter, grade))
    lines += ["", f"{text(overall.reason[:1].upper() + overall.reason[1:])}."]
    return "\n".join([*lines, *_findings(before, after, names)])


def _row(title: str, was: str | None, now: str | None, estimate: Any) -> str:
    rto = estimate.rto_seconds
    recovery = "no way back" if rto is None else spell_duration(rto)
    rpo = estimate.rpo_seconds
    lost = "everything" if rpo is None else spell_duration(rpo) if rpo >= 1 else "nothing"
    return f"| {title} | {was or '?'} | {now or '?'} | {recovery} | {lost} |"


def _findings(before: Report, after: Report, names: Names) -> list[str]:
    """Findings that weigh otherwise now, the worst first."""
    findings = {finding.key: finding for finding in after.findings}
    order = list(findings)
    moves = [m for m in compare(before, after).findings if m.after and not m.unchanged]
    moves.sort(key=lambda move: order.index(move.key))
    if not moves:
        return []
    lines = ["", "What weighs otherwise now:", ""]
    for move in moves[:_MOST]:
        was = move.before.severity.value if move.before else "not needed"
        now = findings[move.key]
        lines.append(
            f"- {now.severity.value} (was {was}): {text(now.title)}: {names.some(now.resources)}"
        )
    if len(moves) > _MOST:
        lines.append(f"- and {len(moves) - _MOST} more")
    return lines


VERB = Verb(
    name="what_if",
    about="Grade the assessment again on other terms: another RTO or RPO, defects mended on paper, "
    "the cheapest fixes that reach a letter, something lost on top.",
    arguments=WhatIf,
    carry_out=_what_if,
)
