"""Why a letter is what it is, and what would make it another."""

from typing import Any

from agents.conversation.arguments import Arguments, At, Letter
from agents.conversation.desk import LATEST, Desk, Names, heading
from agents.conversation.plans import plan_words
from agents.conversation.verbs import Said, Verb
from state.explanations import (
    CategoryExplained,
    EstimateExplained,
    FindingExplained,
    OverallExplained,
    ResourceExplained,
    Step,
    Sum,
)
from state.objectives import spell_duration
from state.premises import NOTHING_GIVEN
from tools.grading.explaining import explain
from tools.markdown import own, text

_MOST = 6  # estimates of a resource, rows of a finding
_FIXED = (
    "Letters are arithmetic over facts and objectives: nothing said here changes one. Other "
    "objectives, other facts or a fix do."
)


class Explain(Arguments):
    """What is asked about, and what the user said of it."""

    what: str  # overall, a category, the id of a check or finding, a resource
    letter: Letter | None = None  # that the user thinks it has
    target: Letter | None = None  # that the user wants it to have
    at: At = LATEST


def _explain(desk: Desk, asked: Explain) -> Said:
    report = desk.report(asked.at)
    names = Names(desk.snapshot(report))
    explanation = explain(asked.what, report, desk.reckoning(report))
    about = explanation.explained
    parts = []
    if asked.target:
        parts.append(_FIXED)
    parts.append(heading(report, desk.report()))
    if explanation.changed:
        parts.append(f"{text(_sentence(explanation.changed))}")
    if isinstance(about, OverallExplained | CategoryExplained):
        if asked.letter and about.letter != asked.letter:
            is_ = f"{_article(about.letter)} {about.letter}" if about.letter else "without a letter"
            parts.append(f"It is not {_article(asked.letter)} {asked.letter}: it is {is_}.")
        parts.append(
            _overall(about) if isinstance(about, OverallExplained) else _category(about, names)
        )
    elif isinstance(about, FindingExplained):
        parts.append(_finding(about, names))
    else:
        parts.append(_resource(about, names))
    result: dict[str, Any] = explanation.model_dump(mode="json")
    if asked.target:
        plan = desk.cheapest_way(asked.target, report.objectives, NOTHING_GIVEN)
        parts.append(plan_words(plan, names))
        result["plan"] = plan.model_dump(mode="json")
    elif isinstance(about, OverallExplained | CategoryExplained):
        parts.append(_FIXED)
    return Said("\n\n".join(parts), result)


def _overall(about: OverallExplained) -> str:
    lines = [f"**Overall: {about.letter or 'no letter'}**. {text(_sentence(about.reason))}", ""]
    lines += ["| | letter | because |", "|---|---|---|"]
    lines += [
        f"| {each.title} | {each.letter or '?'} | {text(each.reason)} |"
        for each in about.categories
    ]
    if about.critical_path:
        lines += ["", f"Critical path: {text(about.critical_path.sentence)}."]
    return "\n".join(lines)


def _category(about: CategoryExplained, names: Names) -> str:
    lines = [f"**{about.title}: {about.letter or 'no letter'}**. {text(_sentence(about.reason))}"]
    for label, estimate in (("Recovery", about.slowest), ("Data", about.lossiest)):
        if estimate:
            chosen = estimate.time if label == "Recovery" else estimate.data
            if chosen.steps and (chosen.seconds is None or chosen.seconds >= 1):
                lines += ["", *_estimate(label, estimate, chosen, names)]
    if about.if_mended and about.if_mended != about.letter:
        lines += ["", f"Were that no more, the letter would be {about.if_mended}."]
    if about.known:
        for cap in about.known.caps:
            if cap.letter:
                lines += ["", f"No better than {cap.letter}: {text(cap.because)}."]
        if about.known.missing:
            lines += ["", f"To know more, allow {', '.join(map(text, about.known.missing[:6]))}."]
    return "\n".join(lines)


def _estimate(label: str, estimate: EstimateExplained, chosen: Sum, names: Names) -> list[str]:
    lines = [f"{label}: when {estimate.text}, {names.of(estimate.resource)}:", ""]
    lines += [f"- {_step(step)}" for step in chosen.steps]
    total = "no end" if chosen.seconds is None else spell_duration(chosen.seconds)
    allowed = ""
    if chosen.target_seconds:
        allowed = f" of {spell_duration(chosen.target_seconds)} allowed"
        if chosen.letter:
            allowed += f": {chosen.letter}"
    lines.append(f"- **together {total}**{allowed}")
    if chosen.better_up_to:
        turn = chosen.better_up_to
        lines += [
            "",
            f"Up to {spell_duration(turn.seconds)} would be {_article(turn.to)} {turn.to}.",
        ]
    return lines


def _step(step: Step) -> str:
    time = "for ever" if step.seconds is None else spell_duration(step.seconds)
    source = "measured here" if step.source.value == "measured" else step.source.value
    check = f", `{step.check}`" if step.check else ""
    return f"{step.phase} {time}: {text(step.what)} ({source}: {text(step.constant)}{check})"


def _finding(about: FindingExplained, names: Names) -> str:
    severity = about.severity.value if about.severity else "not needed by these objectives"
    lines = [f"**{text(about.title)}** (`{about.check}`): {severity}."]
    found = about.finding
    if found:
        lines += ["", text(" ".join(found.rationale.split()))]
    for row in about.rows[:_MOST]:
        cost = "costs nothing that is asked for"
        if row.binding and row.binding.target_seconds:
            alone = "no end" if row.binding.seconds is None else spell_duration(row.binding.seconds)
            kind = "data" if row.binding.objective == "rpo" else "recovery"
            cost = f"costs {alone} of {kind}, of {spell_duration(row.binding.target_seconds)}"
        lines += ["", f"- {names.of(row.resource)}: {cost}"]
    if about.shortfall:
        lines += ["", *_estimate("Recovery", about.shortfall, about.shortfall.time, names)]
    if found:
        lines += ["", f"Do: {own(found.recommendation)}"]
        lines += [f"See [{text(d.title)}]({d.url})" for d in found.documentation[:1]]
    return "\n".join(lines)


def _resource(about: ResourceExplained, names: Names) -> str:
    kind = "everything goes on without it" if about.soft else "others need it"
    lines = [f"{names.of(about.resource)} ({text(about.type)}; {kind}):", ""]
    for each in about.estimates[:_MOST]:
        time = each.time.seconds
        back = "it does not come back" if time is None else f"back after {spell_duration(time)}"
        lost = each.data.seconds
        data = "all data lost" if lost is None else f"{spell_duration(lost)} of data lost"
        letter = f" ({each.time.letter})" if each.time.letter else ""
        lines.append(f"- when {each.text}: {back}{letter}, {data}")
    if not about.estimates:
        lines.append("- nothing that was read says how long it would be down")
    return "\n".join(lines)


def _article(letter: str) -> str:
    return "an" if letter[0] in "AF" else "a"


def _sentence(reason: str) -> str:
    return f"{reason[:1].upper()}{reason[1:]}."


VERB = Verb(
    name="explain",
    about="Why a letter, a finding's severity or a resource's estimate is what it is, step by "
    "step. Also whenever a grade is doubted, or asked to be raised or changed (`target`): it says "
    "that nothing said changes one, and what would.",
    arguments=Explain,
    carry_out=_explain,
)
