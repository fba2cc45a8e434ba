"""What differs between two results, and which difference moved which letter."""

import json
from collections.abc import Iterable, Sequence

from seeams.console import plain
from seeams.rendering import words
from seeams.rendering.names import Names
from seeams.rendering.page import Page, badge, counted, joined
from state.comparisons import (
    OVERALL,
    Compared,
    Comparison,
    EvidenceMove,
    FactMove,
    How,
    LetterMove,
    PremiseMove,
    Seen,
)
from state.judgements import Verdict

_MOST_FACTS = 6  # for each letter
_MOST_OTHERS = 8
_MOST_FIELDS = 3
_MOST_RESOURCES = 12
_LONGEST_VALUE = 40  # characters
_VERDICTS = {
    Verdict.PASS: "passes",
    Verdict.FAIL: "fails",
    Verdict.UNKNOWN: "unknown",
}
_HOW = {
    How.LETTER: "moves the letter by itself",
    How.ESTIMATE: "moves the estimate by itself",
    How.TERM: "is part of the estimate",
}


def contexts(page: Page, comparison: Comparison) -> None:
    """Whatever makes the two results hard to compare, before anything else."""
    before, after = comparison.before, comparison.after
    for what, one, other in (
        ("workloads", _workload(before), _workload(after)),
        ("Regions", ", ".join(before.regions), ", ".join(after.regions)),
        (
            "objectives",
            words.objectives_words(before.objectives),
            words.objectives_words(after.objectives),
        ),
    ):
        if one != other:
            page.line(
                (f"Different {what}: ", "bold magenta"), f"{plain(one)} → {plain(other)}", hanging=2
            )
    for premise in comparison.premises:
        page.line(("Different premise: ", "bold magenta"), premise_words(premise), hanging=2)
    for letter in comparison.letters:
        for stand, now, which in (
            (letter.before, letter.before_by_this_version, "earlier"),
            (letter.after, letter.after_by_this_version, "later"),
        ):
            if stand is not None and now is not None:
                page.line(
                    ("Another version of seeams: ", "bold magenta"),
                    f"{_title(letter.category)} of the {which} result was {stand.letter}, and "
                    f"would be {now.letter or 'without a letter'} by this one",
                    hanging=2,
                )


def drift(page: Page, letters: Sequence[LetterMove]) -> None:
    """By how much estimates moved."""
    lines = [(letter, said) for letter in letters if (said := joined(_drifts(letter)))]
    if lines:
        page.heading("Drift", "of the estimates")
    for letter, said in lines:
        page.line((_title(letter.category), "bold"), f": {said}", hanging=2)


def facts(page: Page, comparison: Comparison, names: Names) -> None:
    """For each letter that moved, the facts that moved it; then those that moved none."""
    if comparison.not_attributed:
        page.heading("Which fact moved which letter", "not known")
        page.line(plain(comparison.not_attributed))
    if comparison.facts is None:
        return
    moved = [each for each in comparison.letters if each.category != OVERALL and each.moved]
    if comparison.not_attributed:
        moved = []
    if moved:
        page.heading("Which fact moved which letter")
    for letter in moved:
        before = letter.before.letter if letter.before else None
        after = letter.after.letter if letter.after else None
        page.line(
            badge(before), " → ", badge(after), "  ", (_title(letter.category), "bold"), hanging=2
        )
        mine = [each for each in comparison.facts if letter.category in each.moves]
        mine.sort(key=lambda fact: _weight(fact, letter.category))
        for fact in mine[:_MOST_FACTS]:
            _fact(page, fact, names, _HOW[fact.moves[letter.category]])
        if len(mine) > _MOST_FACTS:
            page.line(f"and {counted(len(mine) - _MOST_FACTS, 'other fact')}", indent=2)
        if not mine:
            page.line("only several facts together", indent=2)
    heading = "What differs" if comparison.not_attributed else "What moved no letter"
    _others(page, heading, _idle(comparison.facts), names)


def resources(page: Page, comparison: Comparison, names: Names) -> None:
    """Members that appeared or disappeared."""
    came = [each.resource for each in comparison.resources if each.after]
    gone = [each.resource for each in comparison.resources if each.before]
    if came or gone:
        page.heading("Resources", f"{len(came)} appeared, {len(gone)} disappeared")
    for sign, ids in (("+", came), ("-", gone)):
        for each in ids[:_MOST_RESOURCES]:
            page.line(f"{sign} {names.with_kinds([each], '')}", indent=2, hanging=2)
        if len(ids) > _MOST_RESOURCES:
            page.line(f"{sign} and {len(ids) - _MOST_RESOURCES} more", indent=2)


def gaps(page: Page, comparison: Comparison) -> None:
    """Calls that became unreadable, or readable."""
    opened = [each for each in comparison.gaps if each.after is not None]
    closed = [each for each in comparison.gaps if each.before is not None]
    if opened or closed:
        page.heading("Not read", f"{len(opened)} opened, {len(closed)} closed")
    for sign, same in (("+", opened), ("-", closed)):
        for gap in same:
            where = f"{plain(gap.action)} in {plain(gap.region)}"
            page.line(f"{sign} {where}: {words.phrase(gap.reason)}", indent=2, hanging=2)


# -- parts ----------------------------------------------------------------------------------------


def _workload(compared: Compared) -> str:
    return f"{compared.workload} in account {compared.account}"


def premise_words(premise: PremiseMove) -> str:
    """What only one of two results goes by."""
    if premise.kind == "constant":
        was, now = premise.before or "as it was", premise.after or "as it was"
        return plain(f"{premise.what}: {was} → {now}")
    sign = "+" if premise.after else "-"
    return plain(f"{sign} {premise.kind} {premise.what}")


def _title(category: str) -> str:
    return "Overall" if category == OVERALL else words.title_of(category)


def _drifts(letter: LetterMove) -> Iterable[str]:
    if letter.before is None or letter.after is None or not letter.moved:
        return
    for what, was, now, longer in (
        (
            "recovery",
            words.recovery_of(letter.before.rto_seconds),
            words.recovery_of(letter.after.rto_seconds),
            (letter.before.rto_seconds, letter.rto_drift),
        ),
        (
            "data lost",
            words.loss_of(letter.before.rpo_seconds),
            words.loss_of(letter.after.rpo_seconds),
            (letter.before.rpo_seconds, letter.rpo_drift),
        ),
    ):
        by = drift_words(*longer)
        if was != now or by:
            yield f"{what} {was} → {now}{by}"


def drift_words(before: float | None, longer: float | None) -> str:
    """How much more, as a time and as a share of what it was."""
    if not longer:
        return ""
    share = f", {longer / before:+.1%}".replace("%", " %") if before else ""
    more = "more" if longer > 0 else "less"
    return f" ({words.short_duration(abs(longer))} {more}{share})"


def _fact(page: Page, fact: FactMove, names: Names, how: str) -> None:
    page.line(f"- {_difference(fact, names)}", f"  [{how}]" if how else "", indent=2, hanging=2)
    for each in fact.evidence[:_MOST_FIELDS]:
        page.line(_field(each), indent=6, hanging=2)
    if len(fact.evidence) > _MOST_FIELDS:
        page.line(f"and {counted(len(fact.evidence) - _MOST_FIELDS, 'other field')}", indent=6)


def _difference(fact: FactMove, names: Names) -> str:
    where = names.with_kinds([fact.resource], "") if fact.resource else ""
    if fact.kind == "row":
        was, now = _verdict(fact.before), _verdict(fact.after)
        change = f"{was} → {now}" if was != now else f"still {now}, at another cost"
        return f"{plain(fact.what)} at {where}: {change}"
    if fact.kind == "resource":
        failing = f", failing {', '.join(map(plain, fact.failing[:3]))}" if fact.failing else ""
        more = f" and {len(fact.failing) - 3} more" if len(fact.failing) > 3 else ""
        return f"{where} {'appeared' if fact.after else 'disappeared'}{failing}{more}"
    if fact.kind == "use":
        return f"{where}: {plain(fact.before)} → {plain(fact.after)}"
    if fact.kind == "objectives":
        return "the objectives"
    if fact.kind == "specialist":
        return f"the specialist for {words.title_of(fact.what)}: {fact.before} → {fact.after}"
    return f"{plain(fact.what)}: {plain(fact.before)} → {plain(fact.after)}"


def _verdict(said: str | None) -> str:
    if said is None:
        return "not judged"
    return ", ".join(_VERDICTS[Verdict(each)] for each in said.split(", "))


def _field(move: EvidenceMove) -> str:
    """A field and its values; one that only one of the two looked at has but one."""
    field = f"{plain(move.operation)} {plain(move.path)}"
    if move.before and move.after:
        return f"{field}: {_value(move.before)} → {_value(move.after)}"
    return f"{field} {'=' if move.after else 'was'} {_value(move.after or move.before)}"


def _value(seen: Seen | None) -> str:
    if seen is None:
        return "-"
    value = plain(json.dumps(seen.value, ensure_ascii=False, default=str))
    return value if len(value) <= _LONGEST_VALUE else f"{value[: _LONGEST_VALUE - 1]}…"


def _weight(fact: FactMove, category: str) -> tuple[int, bool]:
    """What moves a letter first, and first of all what stands in the estimate that sets it."""
    return list(How).index(fact.moves[category]), category not in fact.binds


def _idle(facts: Iterable[FactMove]) -> list[FactMove]:
    """Those that moved nothing; resources that came or went have a list of their own."""
    return [fact for fact in facts if not fact.moves and fact.kind != "resource"]


def _others(page: Page, heading: str, others: Sequence[FactMove], names: Names) -> None:
    if not others:
        return
    page.heading(heading, counted(len(others), "difference"))
    for fact in others[:_MOST_OTHERS]:
        seen = next((f"  {_field(e)}" for e in fact.evidence if e.before and e.after), "")
        page.line(f"- {_difference(fact, names)}{seen}", indent=2, hanging=2)
    if len(others) > _MOST_OTHERS:
        page.line(f"and {len(others) - _MOST_OTHERS} more: --json lists them all", indent=2)
