"""What changed between two results."""

from datetime import UTC, datetime, timedelta
from typing import Literal

from agents.conversation.arguments import Arguments, Since
from agents.conversation.desk import LATEST, WHAT_IF, Desk, Names, Result, terms_of
from agents.conversation.verbs import Said, Verb
from state.categories import categories
from state.comparisons import OVERALL, Comparison, FactMove, How
from state.errors import InvalidPremises, StoreUnusable
from state.objectives import parse_duration
from state.report import Report
from tools.grading.comparing import compare
from tools.markdown import text

_MOST = 8  # facts, and findings
_VERDICTS = {"PASS": "passes", "FAIL": "fails", "UNKNOWN": "unknown"}
_TITLES = {category.code: category.title for category in categories()} | {OVERALL: "Overall"}


class Compare(Arguments):
    """Since when; or the assessment with the what-if before. Neither: the last two results."""

    since: Since | None = None
    between: Literal["assessments", "what-if"] = "assessments"


def _compare(desk: Desk, asked: Compare) -> Said:
    if asked.between == WHAT_IF:
        return _compared(desk, desk.report(LATEST), desk.report(WHAT_IF), "")
    read = [each for each in desk.results() if each.kind != WHAT_IF]
    if asked.since:
        return _since(desk, read, asked.since)
    pair = read[-2:] if len(read) > 1 else desk.results()[-2:]
    if len(pair) < 2:
        return _only_one(desk)
    note = "" if len(read) > 1 else "There is one assessment only; this is the last what-if."
    return _compared(desk, desk.report_of(pair[0]), desk.report_of(pair[1]), note)


def _since(desk: Desk, read: list[Result], since: str) -> Said:
    """The last assessment that there was by then, against the latest."""
    by = (
        datetime.fromisoformat(since).replace(tzinfo=UTC)
        if "-" in since
        else desk.now - timedelta(seconds=parse_duration(since))
    )
    before = [each for each in read if each.finished_at <= by]
    note = ""
    if not before:
        before = read[:1]
        note = f"Nothing was assessed before {by:%Y-%m-%d}: this starts from the first assessment."
    if before[-1] == read[-1]:
        latest = f"{read[-1].finished_at:%Y-%m-%d %H:%M} UTC"
        return Said(
            f"Nothing was assessed since {by:%Y-%m-%d %H:%M} UTC: the latest assessment is of "
            f"{latest}. Run `seeams assess` again to see what changed in the account.",
            {"since": by.isoformat(), "latest": read[-1].finished_at.isoformat()},
        )
    return _compared(desk, desk.report_of(before[-1]), desk.report_of(read[-1]), note)


def _only_one(desk: Desk) -> Said:
    return Said(
        "There is one result only. Assess the workload again later, or ask a what-if, to have "
        "something to compare.",
        {"results": len(desk.results())},
    )


def _compared(desk: Desk, before: Report, after: Report, note: str) -> Said:
    why_not = ""
    try:
        reckoned = desk.reckoning(before), desk.reckoning(after)
    except (StoreUnusable, InvalidPremises) as error:
        reckoned, why_not = None, str(error)
    found = compare(before, after, reckoned, why_not)
    names = Names(
        desk.snapshot(after).model_copy(
            update={
                "resources": {
                    **desk.snapshot(before).resources,
                    **desk.snapshot(after).resources,
                }
            }
        )
    )
    lines = [note, ""] if note else []
    lines += [
        f"Earlier: read {before.workload.taken_at:%Y-%m-%d %H:%M} UTC, {terms_of(before)}. "
        f"Later: read {after.workload.taken_at:%Y-%m-%d %H:%M} UTC, {terms_of(after)}.",
        "",
        *_lines(found, names),
    ]
    return Said("\n".join(lines), found.model_dump(mode="json"))


def _lines(found: Comparison, names: Names) -> list[str]:
    if found.nothing_changed:
        return ["**Nothing changed.**"]
    lines = ["| | before | after |", "|---|---|---|"]
    for move in found.letters:
        was, now = (s.letter if s else None for s in (move.before, move.after))
        lines.append(
            f"| {_TITLES.get(move.category, move.category)} | {was or '?'} | {now or '?'} |"
        )
    facts = [fact for fact in found.facts or () if fact.moves]
    facts.sort(key=lambda fact: How.LETTER not in fact.moves.values())
    if facts:
        lines += ["", "What moved them:", ""]
        lines += [f"- {_fact(fact, names)}" for fact in facts[:_MOST]]
    for label, moves in (
        ("New findings", [m for m in found.findings if m.before is None]),
        ("Gone", [m for m in found.findings if m.after is None]),
    ):
        if moves:
            lines += ["", f"{label}:", ""]
            for each in moves[:_MOST]:
                state = each.after or each.before
                if state:
                    lines.append(
                        f"- {state.severity.value}: {text(state.title)}: "
                        f"{names.some(state.resources)}"
                    )
    return lines


def _fact(fact: FactMove, names: Names) -> str:
    where = f" on {names.of(fact.resource)}" if fact.resource else ""
    letters = ", ".join(_TITLES.get(code, code) for code in fact.moves)
    if fact.kind == "objectives":  # which is said above
        return f"the objectives ({letters})"
    was, now = (
        _VERDICTS.get(each, text(each)) if each is not None else "not there"
        for each in (fact.before, fact.after)
    )
    return f"{text(fact.what)}{where}: {was} to {now} ({letters})"


VERB = Verb(
    name="compare",
    about="What changed: since a date, since the last assessment, or between the assessment and "
    "the what-if before; which fact moved which letter.",
    arguments=Compare,
    carry_out=_compare,
)
