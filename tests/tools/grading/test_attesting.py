"""What people attest: it fills what nobody could read, and changes no fact."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from state.categories import categories, category_of_question
from state.errors import InvalidPremises
from state.judgements import (
    Answer,
    AnswerValue,
    Assessment,
    Contribution,
    Judgement,
    Phase,
    Verdict,
)
from state.objectives import Objectives
from state.premises import Attestation
from state.snapshot import Resource, Selector, Snapshot
from tests.tools.grading.generated import (
    CODES,
    RESOURCES,
    TABLE,
    judgements,
    objectives,
    some_rows,
)
from tools.checks import all_checks
from tools.grading.attesting import require_sense, with_attestations
from tools.grading.estimates import estimates_of
from tools.grading.grading import grade
from tools.grading.ledger import Ledger, build_ledger
from tools.grading.reckoning import Reckoning

Rows = Mapping[str, tuple[Judgement, ...]]
LedgerOf = Callable[..., Ledger]

READ = datetime(2026, 11, 23, tzinfo=UTC)
SPOF, LATENCY = "SINGLE_POINT_OF_FAILURE", "EXCESSIVE_LATENCY"
FAILS, ALIAS = "spof.each_component_fails", "lambda.function_no_alias"
TRACING = "lambda.function_tracing_off"
ASKED = Objectives(rto_seconds=7200, rpo_seconds=7200)


def attested(**said: Any) -> Attestation:
    return Attestation(**{"by": "Ana", "on": date(2026, 10, 3), "because": "game day", **said})


def snapshot() -> Snapshot:
    return Snapshot(
        selector=Selector(tags={"workload": "shop"}),
        account="123456789012",
        regions=["eu-west-1"],
        taken_at=READ,
        resources={
            each: Resource(
                id=each,
                type="AWS::Lambda::Function",
                name=each.removeprefix("arn:"),
                region="eu-west-1",
                member=True,
            )
            for each in RESOURCES
            if each != "workload"
        },
        relations=[],
        gaps=[],
        calls={},
    )


def row(verdict: Verdict, resource: str = "arn:a", check: str = TRACING) -> Judgement:
    known = all_checks()[check]
    effects = {Verdict.FAIL: known.on_fail, Verdict.PASS: known.on_pass}.get(verdict, ())
    return Judgement(
        check=check,
        resource=resource,
        verdict=verdict,
        contributions=tuple(
            Contribution(
                scenario=effect.scenario.name if effect.scenario else None,
                phase=effect.phase,
                assumption=effect.assumption,
                by_person=effect.by_person,
            )
            for effect in effects
        ),
        gaps=("lambda:GetFunction",) if verdict is Verdict.UNKNOWN else (),
    )


def rows_of(*judgements: Judgement, answers: tuple[Answer, ...] = ()) -> dict[str, Assessment]:
    return {
        category.code: Assessment(
            category=category.code,
            judgements=tuple(j for j in judgements if all_checks()[j.check].category is category),
            answers=tuple(a for a in answers if a.category == category.code),
        )
        for category in categories()
    }


def answer(value: AnswerValue, question: str = FAILS) -> Answer:
    category = category_of_question()[question]
    text = next(q.text for q in category.questions if q.id == question)
    return Answer(
        category=category.code, question=text, answer=value, because="what was read", attest="-"
    )


# -- checks ---------------------------------------------------------------------------------------


def test_a_check_that_nobody_could_judge_passes_on_somebodys_word() -> None:
    told = with_attestations(
        rows_of(row(Verdict.UNKNOWN)), snapshot(), [attested(check=TRACING, resource="a")]
    )
    (found,) = told[LATENCY].judgements
    assert found.verdict is Verdict.PASS
    assert found.gaps == ()
    assert found.note == "attested by Ana on 2026-10-03: game day"
    estimate = Reckoning(build_ledger(snapshot(), told), TABLE).worst["slow_dependency"][0]
    sources = {term.check: term.source for term in estimate.terms}
    assert sources[TRACING] == "attested:diagnose_with_traces"


def test_a_defect_that_was_read_stays_one() -> None:
    before = rows_of(row(Verdict.FAIL))
    told = with_attestations(before, snapshot(), [attested(check=TRACING)])
    (was,), (found,) = before[LATENCY].judgements, told[LATENCY].judgements
    assert found.verdict is Verdict.FAIL
    assert found.contributions == was.contributions
    assert found.note == "attested by Ana on 2026-10-03: game day"


def test_how_long_it_takes_all_the_same_is_taken_into_account() -> None:
    """A version without an alias takes a person 2 h to take back, found out after 4 h and 30 min.

    A pipeline outside AWS that goes back by itself in 5 minutes: 300 s, and nobody has to notice.
    """
    said = attested(check=ALIAS, takes={Phase.ACT: 300.0}, by_itself=True)
    before = rows_of(row(Verdict.FAIL, check=ALIAS))
    told = with_attestations(before, snapshot(), [said])
    (found,) = told["MISCONFIGURATION_AND_BUGS"].judgements
    assert found.verdict is Verdict.FAIL
    contributed = [(c, found) for c in found.contributions]
    (alone,) = (e for e in estimates_of("arn:a", contributed, TABLE) if e.scenario == "bad_change")
    assert alone.rto_seconds == 300
    assert [t.source for t in alone.terms] == ["attested:redeploy_by_hand"]


def test_a_persons_word_that_somebody_is_told_counts_as_an_alarm() -> None:
    """Nobody is told: 4 h. Monitoring elsewhere rings in 5 minutes: 300 s instead of 14,400."""
    unwatched = "cloudwatch.latency_unwatched"
    said = attested(check=unwatched, takes={Phase.DETECT: 300.0})
    judged = row(Verdict.FAIL, check=unwatched), row(Verdict.FAIL)
    before = Reckoning(build_ledger(snapshot(), rows_of(*judged)), TABLE)
    told = with_attestations(rows_of(*judged), snapshot(), [said])
    after = Reckoning(build_ledger(snapshot(), told), TABLE)
    was, now = (r.worst["slow_dependency"][0].rto_seconds for r in (before, after))
    assert was is not None
    assert now == was - 14400 + 300


def test_what_passes_by_what_was_read_needs_nobodys_word() -> None:
    before = rows_of(row(Verdict.PASS))
    assert with_attestations(before, snapshot(), [attested(check=TRACING)]) == before


def test_only_the_resource_that_is_named_is_attested() -> None:
    before = rows_of(row(Verdict.UNKNOWN, "arn:a"), row(Verdict.UNKNOWN, "arn:b"))
    told = with_attestations(before, snapshot(), [attested(check=TRACING, resource="arn:b")])
    verdicts = {j.resource: j.verdict for j in told[LATENCY].judgements}
    assert verdicts == {"arn:a": Verdict.UNKNOWN, "arn:b": Verdict.PASS}


def test_what_was_attested_last_counts() -> None:
    said = [
        attested(check=ALIAS, takes={Phase.ACT: 60.0}, on=date(2026, 11, 1)),
        attested(check=ALIAS, takes={Phase.ACT: 900.0}, on=date(2026, 10, 1)),
    ]
    for order in (said, said[::-1]):
        told = with_attestations(rows_of(row(Verdict.FAIL, check=ALIAS)), snapshot(), order)
        (found,) = told["MISCONFIGURATION_AND_BUGS"].judgements
        assert [c.units for c in found.contributions] == [60.0]


# -- questions ------------------------------------------------------------------------------------


def test_a_question_that_nobody_could_answer_gets_the_attested_answer() -> None:
    before = rows_of(row(Verdict.PASS), answers=(answer(AnswerValue.CANNOT_DETERMINE),))
    said = attested(question=FAILS, answer=AnswerValue.YES)
    told = with_attestations(before, snapshot(), [said])
    (found,) = told[SPOF].answers
    assert found.answer is AnswerValue.YES
    assert found.because == "attested by Ana on 2026-10-03: game day"
    assert [told[code].judgements for code in CODES] == [before[code].judgements for code in CODES]


def test_an_answer_that_facts_give_stays() -> None:
    before = rows_of(answers=(answer(AnswerValue.NO),))
    said = attested(question=FAILS, answer=AnswerValue.YES)
    (found,) = with_attestations(before, snapshot(), [said])[SPOF].answers
    assert found.answer is AnswerValue.NO
    assert found.because == "what was read; yes attested by Ana on 2026-10-03: game day"


# -- validity -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "counts"),
    [
        ({"on": READ.date() - timedelta(days=365)}, True),
        ({"on": READ.date() - timedelta(days=366)}, False),
        ({"until": READ.date()}, True),
        ({"until": READ.date() - timedelta(days=1)}, False),
        ({"on": READ.date() - timedelta(days=400), "until": READ.date()}, False),
        ({"on": READ.date() + timedelta(days=1)}, True),
    ],
)
def test_a_word_counts_until_its_last_day_and_a_year_at_most(
    said: dict[str, date], counts: bool
) -> None:
    before = rows_of(row(Verdict.UNKNOWN))
    told = with_attestations(before, snapshot(), [attested(check=TRACING, **said)])
    assert (told != before) == counts


@pytest.mark.parametrize(
    ("said", "complaint"),
    [
        ({"check": "lambda.function_tracing_of"}, "did you mean lambda.function_tracing_off"),
        ({"question": "spof.redundent", "answer": "YES"}, "did you mean spof.redundant"),
        ({"check": TRACING, "takes": {"act": 5}}, "has no step 'act'"),
        ({"check": "cloudwatch.latency_unwatched"}, 'say it with takes = { detect = "..." }'),
    ],
)
def test_what_makes_no_sense_is_refused(said: dict[str, Any], complaint: str) -> None:
    with pytest.raises(InvalidPremises, match=complaint.replace("{", r"\{").replace("..", r"\.\.")):
        require_sense(attested(**said))


def test_a_resource_that_is_not_there_is_refused() -> None:
    with pytest.raises(InvalidPremises, match="nothing is called 'aa'"):
        with_attestations(
            rows_of(row(Verdict.UNKNOWN)), snapshot(), [attested(check=TRACING, resource="aa")]
        )


# -- invariants -----------------------------------------------------------------------------------


def sensible(check: str, amounts: Mapping[Phase, float]) -> dict[Phase, float]:
    """The amounts that a check has steps for, and one for each that only facts could show."""
    known = all_checks()[check]
    used = {e.phase for e in (*known.on_pass, *known.on_fail)}
    needed = {e.phase: 60.0 for e in known.on_pass if TABLE[e.assumption].unit}
    return {**needed, **{phase: s for phase, s in amounts.items() if phase in used}}


@st.composite
def rows_and_words(draw: st.DrawFn) -> tuple[Rows, list[Attestation]]:
    """Rows in the categories that their checks belong to, and attestations of some of them."""
    rows = draw(st.lists(judgements(*Verdict), min_size=1, max_size=8))
    takes = st.dictionaries(st.sampled_from(Phase), st.floats(0, 1e6))
    said = [
        attested(
            check=each.check,
            resource=draw(st.sampled_from([None, each.resource])),
            takes=sensible(each.check, draw(takes)),
        )
        for each in rows
        if draw(st.booleans())
    ]
    told = rows_of(*rows)
    return {code: told[code].judgements for code in CODES}, said


@given(rows_and_words())
def test_no_word_makes_a_defect_a_pass_nor_hides_a_row(
    ledger_of: LedgerOf, drawn: tuple[Rows, list[Attestation]]
) -> None:
    rows, said = drawn
    before = ledger_of(rows).assessments
    after = with_attestations(before, snapshot(), said)
    for code in CODES:
        pairs = zip(before[code].judgements, after[code].judgements, strict=True)
        for was, now in pairs:
            assert (was.check, was.resource, was.evidence) == (
                now.check,
                now.resource,
                now.evidence,
            )
            if was.verdict is not Verdict.UNKNOWN:
                assert now.verdict is was.verdict
            if was.verdict is Verdict.PASS:
                assert now == was


@given(rows_and_words(), objectives())
def test_filling_a_gap_never_leaves_more_of_them(
    ledger_of: LedgerOf, drawn: tuple[Rows, list[Attestation]], asked: Objectives
) -> None:
    rows, said = drawn
    ledger = ledger_of(rows)
    after = ledger.model_copy(
        update={"assessments": dict(with_attestations(ledger.assessments, snapshot(), said))}
    )
    for category in categories():
        was, now = (grade(category, Reckoning(each, TABLE), asked) for each in (ledger, after))
        assert set(now.gaps) <= set(was.gaps)
        assert now.confidence >= was.confidence


@given(rows_and_words())
def test_a_term_rests_on_a_word_only_where_somebody_gave_it(
    ledger_of: LedgerOf, drawn: tuple[Rows, list[Attestation]]
) -> None:
    rows, said = drawn
    ledger = ledger_of(rows)
    told = with_attestations(ledger.assessments, snapshot(), said)
    after = ledger.model_copy(update={"assessments": dict(told)})
    about = {each.check for each in said}
    terms = [term for e in Reckoning(after, TABLE).estimates for term in e.terms]
    assert {t.check for t in terms if t.source.startswith("attested:")} <= about


@given(some_rows, objectives(), st.sampled_from(sorted(category_of_question())))
def test_an_answered_question_raises_confidence_and_no_letter(
    ledger_of: LedgerOf, rows: Rows, asked: Objectives, question: str
) -> None:
    ledger = ledger_of(rows)
    category = category_of_question()[question]
    open_answers = tuple(answer(AnswerValue.CANNOT_DETERMINE, q.id) for q in category.questions)
    ledger.assessments[category.code] = ledger.assessments[category.code].model_copy(
        update={"answers": open_answers}
    )
    said = attested(question=question, answer=AnswerValue.PARTLY)
    told = with_attestations(ledger.assessments, snapshot(), [said])
    after = ledger.model_copy(update={"assessments": dict(told)})
    was, now = (grade(category, Reckoning(each, TABLE), asked) for each in (ledger, after))
    assert now.letter == was.letter
    if was.letter:
        assert now.confidence > was.confidence


def test_with_nothing_attested_nothing_changes(ledger_of: LedgerOf) -> None:
    rows = ledger_of({}).assessments
    assert with_attestations(rows, snapshot(), []) is rows
