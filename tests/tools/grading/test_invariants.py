"""What must hold for any rows and any objectives.

A category without a letter is not below an F: it may deserve anything up to the cap for what is
unknown. Where a row is added that says something, "never raised" is read of the best letter that is
possible; where one is added that says nothing, losing the letter is the lowest there is.
"""

import random
from collections.abc import Callable, Mapping
from math import fsum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from state.categories import categories
from state.grades import Grade, Overall, Severity
from state.judgements import Assessment, Judgement, Phase, Verdict
from state.objectives import Objectives
from tests.tools.grading.generated import (
    CODES,
    RESOURCES,
    TABLE,
    judgements,
    objectives,
    seconds,
    some_rows,
)
from tools.grading.findings import findings
from tools.grading.grading import compose, grade
from tools.grading.ledger import Ledger
from tools.grading.letters import as_number
from tools.grading.reckoning import Reckoning

Rows = Mapping[str, tuple[Judgement, ...]]
LedgerOf = Callable[..., Ledger]

BEST_OF_UNGRADED = as_number("C")


@st.composite
def tightened(draw: st.DrawFn) -> tuple[Objectives, Objectives]:
    """Objectives, and others that are nowhere looser."""
    loose = draw(objectives())
    rto = draw(st.integers(1, loose.rto_seconds))
    rpo = draw(st.integers(1, loose.rpo_seconds))
    region_rto, region_rpo = loose.region_rto_seconds, loose.region_rpo_seconds
    if region_rto is None or region_rpo is None:
        if draw(st.booleans()):  # to ask something of the loss of a Region is tighter than nothing
            region_rto, region_rpo = rto + draw(seconds), rpo + draw(seconds)
    else:
        region_rto = draw(st.integers(rto, region_rto))
        region_rpo = draw(st.integers(rpo, region_rpo))
    return loose, Objectives(
        rto_seconds=rto,
        rpo_seconds=rpo,
        region_rto_seconds=region_rto,
        region_rpo_seconds=region_rpo,
    )


def graded(ledger: Ledger, asked: Objectives) -> tuple[dict[str, Grade], Overall]:
    grades = {c.code: grade(c, Reckoning(ledger, TABLE), asked) for c in categories()}
    return grades, compose(grades, Reckoning(ledger, TABLE), asked)


def letters(ledger: Ledger, asked: Objectives) -> dict[str, str | None]:
    grades, overall = graded(ledger, asked)
    return {"OVERALL": overall.letter, **{code: g.letter for code, g in grades.items()}}


def never_better(after: Mapping[str, str | None], before: Mapping[str, str | None]) -> None:
    """No letter rose, as to the best that is possible."""

    def best(letter: str | None) -> int:
        return BEST_OF_UNGRADED if letter is None else as_number(letter)

    for code in CODES:
        assert best(after[code]) <= best(before[code]), (code, before[code], after[code])
    if after["OVERALL"] and before["OVERALL"]:
        assert as_number(after["OVERALL"]) <= as_number(before["OVERALL"])


def never_raised(after: Mapping[str, str | None], before: Mapping[str, str | None]) -> None:
    """No letter rose, and none appeared."""
    for code, was in before.items():
        now = after[code]
        assert now is None or (was is not None and as_number(now) <= as_number(was)), (was, now)


def with_row(rows: Rows, code: str, row: Judgement) -> Rows:
    return {**rows, code: (*rows.get(code, ()), row)}


# -- objectives ------------------------------------------------------------------------------------


@given(some_rows, tightened())
def test_tighter_objectives_never_raise_a_letter(
    ledger_of: LedgerOf, rows: Rows, asked: tuple[Objectives, Objectives]
) -> None:
    ledger = ledger_of(rows, soft=["arn:c"])
    loose, tight = asked
    never_raised(letters(ledger, tight), letters(ledger, loose))


@given(some_rows, tightened())
def test_tighter_objectives_never_make_a_finding_milder(
    ledger_of: LedgerOf, rows: Rows, asked: tuple[Objectives, Objectives]
) -> None:
    ledger = ledger_of(rows, soft=["arn:c"])
    order = list(Severity)
    loose, tight = (
        {f.id: f.severity for f in findings(Reckoning(ledger, TABLE), o)} for o in asked
    )
    for check, severity in loose.items():
        assert order.index(tight[check]) <= order.index(severity)


# -- rows ------------------------------------------------------------------------------------------


@given(some_rows, objectives(), st.sampled_from(CODES), judgements(Verdict.FAIL))
def test_one_more_defect_never_raises_a_letter_nor_one_less_lowers_it(
    ledger_of: LedgerOf, rows: Rows, asked: Objectives, code: str, defect: Judgement
) -> None:
    without, with_it = ledger_of(rows), ledger_of(with_row(rows, code, defect))
    never_better(letters(with_it, asked), letters(without, asked))


@given(
    some_rows,
    objectives(),
    st.sampled_from(CODES),
    judgements(Verdict.FAIL, Verdict.PASS).filter(lambda j: j.contributions),
    st.data(),
)
def test_a_larger_contribution_never_raises_a_letter(
    ledger_of: LedgerOf,
    rows: Rows,
    asked: Objectives,
    code: str,
    row: Judgement,
    data: st.DataObject,
) -> None:
    position = data.draw(st.integers(0, len(row.contributions) - 1))
    changed = list(row.contributions)
    worse: dict[str, Any] = {
        "units": changed[position].units + data.draw(st.floats(0, 1e6)),
        "by_person": changed[position].by_person or data.draw(st.booleans()),
    }
    changed[position] = changed[position].model_copy(update=worse)
    larger = row.model_copy(update={"contributions": tuple(changed)})
    before = letters(ledger_of(with_row(rows, code, row)), asked)
    never_better(letters(ledger_of(with_row(rows, code, larger)), asked), before)


@given(some_rows, objectives(), st.sampled_from(CODES), judgements(Verdict.PASS))
def test_a_pass_that_turns_into_a_defect_never_raises_a_letter(
    ledger_of: LedgerOf, rows: Rows, asked: Objectives, code: str, row: Judgement
) -> None:
    broken = row.model_copy(update={"verdict": Verdict.FAIL})
    before = letters(ledger_of(with_row(rows, code, row)), asked)
    never_better(letters(ledger_of(with_row(rows, code, broken)), asked), before)


@given(some_rows, objectives(), st.sampled_from(CODES), judgements(Verdict.UNKNOWN))
def test_unknown_never_raises_a_letter_and_more_of_it_neither(
    ledger_of: LedgerOf, rows: Rows, asked: Objectives, code: str, unknown: Judgement
) -> None:
    for _ in range(3):
        more = with_row(rows, code, unknown)
        never_raised(letters(ledger_of(more), asked), letters(ledger_of(rows), asked))
        rows = more


# -- arithmetic ------------------------------------------------------------------------------------


def _adds_up(printed: float | None, terms: list[float | None]) -> bool:
    if None in terms:
        return printed is None
    return printed == fsum(t for t in terms if t is not None)


@given(some_rows, objectives())
def test_terms_add_up_to_what_is_printed(
    ledger_of: LedgerOf, rows: Rows, asked: Objectives
) -> None:
    ledger = ledger_of(rows)
    for estimate in Reckoning(ledger, TABLE).estimates:
        time = [t.seconds for t in estimate.terms if t.term != Phase.LOSE]
        lost = [t.seconds for t in estimate.terms if t.term == Phase.LOSE]
        assert _adds_up(estimate.rto_seconds, time)
        assert _adds_up(estimate.rpo_seconds, lost)
        assert [t.term for t in estimate.terms] == [
            phase for phase in Phase if phase in {t.term for t in estimate.terms}
        ]
    for given_grade in graded(ledger, asked)[0].values():
        if given_grade.letter is None:
            continue
        time = [t.seconds for t in given_grade.terms if t.term != Phase.LOSE]
        lost = [t.seconds for t in given_grade.terms if t.term == Phase.LOSE]
        assert _adds_up(given_grade.rto_seconds, time)
        assert _adds_up(given_grade.rpo_seconds, lost)


@given(some_rows, objectives(), st.randoms(use_true_random=False))
def test_order_changes_no_byte(
    ledger_of: LedgerOf, rows: Rows, asked: Objectives, chance: random.Random
) -> None:
    def said(ledger: Ledger) -> str:
        grades, overall = graded(ledger, asked)
        parts = [grades[code] for code in CODES] + [
            overall,
            *findings(Reckoning(ledger, TABLE), asked),
        ]
        return "\n".join(part.model_dump_json() for part in parts)

    ledger = ledger_of(rows)
    assessments = list(ledger.assessments.items())
    chance.shuffle(assessments)
    shuffled = {
        code: a.model_copy(
            update={"judgements": tuple(chance.sample(a.judgements, len(a.judgements)))}
        )
        for code, a in assessments
    }
    assert said(ledger.model_copy(update={"assessments": shuffled})) == said(ledger)


@given(some_rows, objectives(), st.text(), st.text())
def test_no_text_changes_a_letter_or_a_number(
    ledger_of: LedgerOf, rows: Rows, asked: Objectives, name: str, note: str
) -> None:
    """Names and notes come from the account and from models: they are shown, never weighed."""

    def noted(row: Judgement) -> Judgement:
        return row.model_copy(update={"note": note, "evidence": ()})

    plain = ledger_of(rows)
    told = ledger_of(
        {code: tuple(map(noted, js)) for code, js in rows.items()},
        names=dict.fromkeys(RESOURCES, name),
    )
    spoken = {"reason", "savings"}
    for before, after in zip(
        graded(plain, asked)[0].values(), graded(told, asked)[0].values(), strict=True
    ):
        assert before.model_dump(exclude=spoken) == after.model_dump(exclude=spoken)
    assert graded(plain, asked)[1].letter == graded(told, asked)[1].letter


# -- ungraded -------------------------------------------------------------------------------------


@pytest.mark.parametrize("tight", [600, 3600, 24 * 3600])
def test_ungraded_is_not_a_letter(ledger_of: LedgerOf, tight: int) -> None:
    ledger = ledger_of({})
    broken = Assessment(category=CODES[0], judgements=(), answers=(), failed="it broke")
    ledger.assessments[CODES[0]] = broken
    grades, overall = graded(ledger, Objectives(rto_seconds=tight, rpo_seconds=tight))
    assert grades[CODES[0]].letter is None
    assert "it broke" in grades[CODES[0]].reason
    assert overall.letter is None
    assert "Single points of failure could not be graded" in overall.reason
