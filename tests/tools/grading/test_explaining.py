"""Explanations: every number in them can be worked out again, and is the grader's own."""

import re
from collections.abc import Callable
from math import fsum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from state.categories import categories, scenarios
from state.categories.misconfiguration_and_bugs import DATA_DELETED
from state.categories.single_point_of_failure import REGION_LOST, ZONE_LOST
from state.errors import StoreUnusable, WrongUse
from state.explanations import (
    CategoryExplained,
    EstimateExplained,
    FindingExplained,
    OverallExplained,
    ResourceExplained,
    Source,
    Sum,
)
from state.grades import Binds
from state.judgements import Contribution, Evidence, Judgement, Phase, Verdict
from state.objectives import Objectives
from state.premises import Override
from state.report import Report
from tests.tools.grading.generated import CODES, RESOURCES, TABLE, objectives, some_rows
from tools.grading.assumptions import Assumption, with_overrides
from tools.grading.explaining import explain
from tools.grading.findings import findings
from tools.grading.grading import grade
from tools.grading.ledger import Ledger
from tools.grading.letters import LETTERS, as_number, letter_for, severity_for, worst
from tools.grading.reckoning import Reckoning
from tools.grading.recoveries import recoveries

LedgerOf = Callable[..., Ledger]
ReportOf = Callable[..., Report]

HOUR = 3600
DAY_AND_HALF_A_DAY = Objectives(rto_seconds=24 * HOUR, rpo_seconds=12 * HOUR)
SPOF, BUGS = "SINGLE_POINT_OF_FAILURE", "MISCONFIGURATION_AND_BUGS"
BARE = "AWS::Example::Bare"  # recovers in no way that is known
SINGLE_AZ = "rds.instance_single_az"


def effect(scenario: str | None, phase: Phase, assumption: str, **fields: Any) -> Contribution:
    return Contribution(scenario=scenario, phase=phase, assumption=assumption, **fields)


def row(verdict: Verdict, *contributions: Contribution, **fields: Any) -> Judgement:
    place = fields.get("resource", "arn:db")
    seen = Evidence(resource=place, operation="o", path="MultiAZ", value=False, region="r")
    return Judgement(
        **{"check": SINGLE_AZ, "resource": "arn:db", "evidence": (seen,), **fields},
        verdict=verdict,
        contributions=contributions,
    )


HAND = {
    **TABLE,
    "restored": Assumption(
        kind="assumption",
        seconds=1800,
        seconds_per_unit=24,
        unit="GiB",
        what="restore it from backup",
        why="about 150 GiB an hour",
    ),
}
RESTORE = effect(ZONE_LOST.name, Phase.ACT, "restored", units=100, by_person=True)
PASS = row(Verdict.PASS, check="example.fine")


def checked(total: Sum) -> None:
    """Work a sum out again as a person would, from what is shown."""
    for step in total.steps:
        never = step.seconds is None
        if step.source in (Source.MEASURED, Source.ATTESTED) or never:
            continue
        assert step.seconds == step.constant_seconds + step.seconds_per_unit * step.units
    amounts = [step.seconds for step in total.steps]
    if None in amounts:
        assert total.seconds is None
    else:
        assert total.seconds == fsum(amount for amount in amounts if amount is not None)
    if total.target_seconds is None:
        assert (total.share, total.letter) == (None, None)
        return
    if total.seconds is None:
        assert (total.share, total.letter) == (None, "F")
    else:
        assert total.share == total.seconds / total.target_seconds
        assert total.letter == letter_for(total.share)
    _turns_where_it_says(total)


def _turns_where_it_says(total: Sum) -> None:
    """A second on either side of a turn is another letter, and none stands between."""
    assert total.target_seconds is not None
    assert total.letter is not None

    def at(seconds: int) -> str:
        assert total.target_seconds is not None
        return letter_for(seconds / total.target_seconds)

    if total.better_up_to is None:
        assert at(0) == total.letter
    else:
        assert at(total.better_up_to.seconds) == total.better_up_to.to
        assert as_number(total.better_up_to.to) > as_number(total.letter)
        assert as_number(at(total.better_up_to.seconds + 1)) <= as_number(total.letter)
    if total.worse_from is None:
        assert total.letter == "F"
    else:
        assert at(total.worse_from.seconds) == total.worse_from.to
        assert as_number(total.worse_from.to) < as_number(total.letter)
        assert as_number(at(total.worse_from.seconds - 1)) >= as_number(total.letter)


def largest(estimate: EstimateExplained) -> float:
    both = (estimate.time, estimate.data)
    return max(float("inf") if each.share is None else each.share for each in both)


# -- whatever the rows ----------------------------------------------------------------------------


@given(some_rows, objectives(), st.sampled_from(CODES))
def test_a_categorys_numbers_are_the_grades(
    ledger_of: LedgerOf, report_of: ReportOf, rows: Any, asked: Objectives, code: str
) -> None:
    ledger = ledger_of(rows, soft=["arn:c"])
    report, reckoning = report_of(ledger, asked), Reckoning(ledger, TABLE)
    explanation = explain(code, report, reckoning)
    shown, graded = explanation.explained, report.grades[code]
    assert isinstance(shown, CategoryExplained)
    assert explanation.changed == ""
    assert (shown.letter, shown.reason, shown.binds) == (graded.letter, graded.reason, graded.binds)
    if graded.letter is None:
        assert shown.slowest is None
        return
    known = shown.known
    assert known is not None
    asked_for = known.rows + known.questions
    judged = known.rows_judged + known.questions_answered
    expected = round(judged / asked_for * (1 - known.unscanned), 2) if asked_for else 0.0
    assert known.confidence == graded.confidence == expected
    assert shown.earned is not None
    caps = [cap.letter for cap in known.caps if cap.letter]
    assert shown.letter == worst([shown.earned, *caps])
    if shown.slowest is None or shown.lossiest is None:
        assert graded.terms == ()
        return
    checked(shown.slowest.time)
    checked(shown.lossiest.data)
    assert shown.slowest.time.seconds == graded.rto_seconds
    assert shown.lossiest.data.seconds == graded.rpo_seconds
    shares = (shown.slowest.time.share, shown.lossiest.data.share)
    rounded = [None if share is None else round(share, 4) for share in shares]
    assert rounded == [graded.rto_share, graded.rpo_share]
    steps = [*shown.slowest.time.steps, *shown.lossiest.data.steps]
    assert [(s.phase, s.seconds, s.check) for s in steps] == [
        (term.term, term.seconds, term.check) for term in graded.terms
    ]
    if graded.binds is not Binds.GAP:
        worse = max(shares, key=lambda share: float("inf") if share is None else share)
        assert letter_for(float("inf") if worse is None else worse) == graded.letter


@given(some_rows, objectives(), st.sampled_from(CODES))
def test_what_stands_behind_is_next(
    ledger_of: LedgerOf, report_of: ReportOf, rows: Any, asked: Objectives, code: str
) -> None:
    """The worst of the rest, in order; it alone says what mending the first would give."""
    ledger = ledger_of(rows)
    shown = explain(code, report_of(ledger, asked), Reckoning(ledger, TABLE)).explained
    assert isinstance(shown, CategoryExplained)
    if shown.slowest is None or shown.lossiest is None or shown.known is None:
        return
    shares = [largest(each) for each in shown.next]
    assert shares == sorted(shares, reverse=True)
    binding = max(largest(shown.slowest), largest(shown.lossiest))
    assert all(share <= binding for share in shares)
    caps = [cap.letter for cap in shown.known.caps if cap.letter]
    assert shown.if_mended == worst([letter_for(shares[0] if shares else 0.0), *caps])
    for each in shown.next:
        checked(each.time)
        checked(each.data)


@given(some_rows, objectives())
def test_overall_is_the_worst_of_the_five(
    ledger_of: LedgerOf, report_of: ReportOf, rows: Any, asked: Objectives
) -> None:
    ledger = ledger_of(rows)
    report = report_of(ledger, asked)
    shown = explain("overall", report, Reckoning(ledger, TABLE)).explained
    assert isinstance(shown, OverallExplained)
    assert shown.letter == report.overall.letter
    assert [each.letter for each in shown.categories] == [g.letter for g in report.grades.values()]
    confidences = [each.known.confidence if each.known else 0.0 for each in shown.categories]
    assert shown.confidence == round(sum(confidences) / len(confidences), 2)
    if shown.letter:
        assert shown.letter == worst([each.letter for each in shown.categories if each.letter])
        assert shown.set_by


@given(some_rows, objectives())
def test_a_findings_severity_is_its_share(
    ledger_of: LedgerOf, report_of: ReportOf, rows: Any, asked: Objectives
) -> None:
    ledger = ledger_of(rows, soft=["arn:c"])
    report, reckoning = report_of(ledger, asked), Reckoning(ledger, TABLE)
    for finding in report.findings:
        shown = explain(finding.id, report, reckoning).explained
        assert isinstance(shown, FindingExplained)
        assert shown.severity == finding.severity
        if shown.shortfall is not None:
            assert severity_for(largest(shown.shortfall)) == finding.severity
            continue
        assert [each.resource for each in shown.rows] == list(finding.resources)
        worst_row = shown.rows[0]
        assert worst_row.severity == finding.severity
        for each in shown.rows:
            if each.binding is not None:
                checked(each.binding)
            if each.binding is not None and not each.soft:
                share = each.binding.share
                assert severity_for(float("inf") if share is None else share) == each.severity


@given(some_rows, objectives(), st.sampled_from(RESOURCES))
def test_a_resource_has_an_estimate_or_a_reason_in_every_scenario(
    ledger_of: LedgerOf, report_of: ReportOf, rows: Any, asked: Objectives, resource: str
) -> None:
    ledger = ledger_of(rows)
    reckoning = Reckoning(ledger, TABLE)
    if resource not in ledger.resources:
        return
    shown = explain(resource, report_of(ledger, asked), reckoning).explained
    assert isinstance(shown, ResourceExplained)
    there = [each.scenario for each in shown.estimates]
    missing = [each.scenario for each in shown.none]
    assert sorted(there + missing) == sorted(scenarios())
    assert all(each.because for each in shown.none)
    for each in shown.estimates:
        checked(each.time)
        checked(each.data)
    own = [e for e in reckoning.estimates if e.resource == resource]
    assert {(e.scenario, e.rto_seconds, e.rpo_seconds) for e in own} == {
        (e.scenario, e.time.seconds, e.data.seconds) for e in shown.estimates
    }


# -- by hand ---------------------------------------------------------------------------------------


def category(what: str, report: Report, ledger: Ledger) -> CategoryExplained:
    shown = explain(what, report, Reckoning(ledger, HAND)).explained
    assert isinstance(shown, CategoryExplained)
    return shown


@pytest.mark.parametrize("what", ["spof", SPOF, "Single points of failure", "SPOF"])
def test_restore_by_hand(ledger_of: LedgerOf, report_of: ReportOf, what: str) -> None:
    """100 GiB, nobody told: 14400 + 1800 + (1800 + 100 x 24) = 20400 s; / 86400 s = 0.2361.

    A B+ ends at (0.1 + 0.4 / 3) x 86400 = 20160 s, a B at (0.1 + 0.8 / 3) x 86400 = 31680 s.
    """
    ledger = ledger_of({SPOF: [row(Verdict.FAIL, RESTORE), PASS]}, kind=BARE)
    shown = category(what, report_of(ledger, DAY_AND_HALF_A_DAY, HAND), ledger)
    assert shown.slowest is not None
    time = shown.slowest.time
    assert [step.seconds for step in time.steps] == [14400, 1800, 4200]
    act = time.steps[-1]
    assert (act.constant_seconds, act.units, act.unit, act.seconds_per_unit) == (
        1800,
        100,
        "GiB",
        24,
    )
    assert (act.constant, act.source) == ("restored", Source.ASSUMPTION)
    assert (act.check, act.verdict) == (SINGLE_AZ, Verdict.FAIL)
    assert [(e.path, e.value) for e in act.evidence] == [("MultiAZ", False)]
    assert time.seconds == 20400
    assert time.share == pytest.approx(0.236111, abs=1e-6)
    assert time.better_up_to is not None
    assert (time.better_up_to.to, time.better_up_to.seconds) == ("B+", 20160)
    assert time.worse_from is not None
    assert (time.worse_from.to, time.worse_from.seconds) == ("B-", 31681)
    assert shown.if_mended == "A"
    assert shown.next == ()


def test_what_is_measured_or_given_says_so(ledger_of: LedgerOf, report_of: ReportOf) -> None:
    """A restore that took 25 min, and a team that decides in 2 h: 14400 + 7200 + 1500 s."""
    measured = RESTORE.model_copy(update={"units": 1500.0, "measured": True})
    ledger = ledger_of({SPOF: [row(Verdict.FAIL, measured), PASS]}, kind=BARE)
    own = with_overrides(HAND, {"decide": Override(seconds=7200, why="we ask first")})
    report = report_of(ledger, DAY_AND_HALF_A_DAY, HAND)
    explanation = explain("spof", report, Reckoning(ledger, own))
    shown = explanation.explained
    assert isinstance(shown, CategoryExplained)
    assert shown.slowest is not None
    _, decide, act = shown.slowest.time.steps
    assert (decide.source, decide.seconds, decide.why) == (Source.GIVEN, 7200, "we ask first")
    assert (act.source, act.seconds, act.units) == (Source.MEASURED, 1500, 0)
    assert shown.slowest.time.seconds == 23100
    assert "Single points of failure B+" in explanation.changed  # the stored one decides in 30 min


def test_a_cap_is_explained(ledger_of: LedgerOf, report_of: ReportOf) -> None:
    """One of two that could have spoken for it is unknown: 1 / 2 > 1/4, so a C at best."""
    unknown = row(Verdict.UNKNOWN, check="rds.instance_backup_off", gaps=("rds:DescribeX",))
    failover = row(Verdict.PASS, effect(ZONE_LOST.name, Phase.ACT, "rds_failover"))
    ledger = ledger_of({SPOF: [failover, unknown]})
    shown = category("spof", report_of(ledger, DAY_AND_HALF_A_DAY, HAND), ledger)
    assert (shown.earned, shown.letter) == ("A", "C")
    assert shown.known is not None
    assert [(cap.letter, cap.share) for cap in shown.known.caps] == [("C", 0.5)]
    assert shown.known.missing == ("rds:DescribeX",)
    assert (shown.known.rows_judged, shown.known.rows, shown.known.confidence) == (1, 2, 0.5)


def test_a_broken_specialist_has_no_arithmetic(ledger_of: LedgerOf, report_of: ReportOf) -> None:
    ledger = ledger_of({})
    broken = ledger.assessments[SPOF].model_copy(update={"failed": "it broke"})
    ledger.assessments[SPOF] = broken
    shown = category("spof", report_of(ledger, DAY_AND_HALF_A_DAY, HAND), ledger)
    assert (shown.letter, shown.earned, shown.known) == (None, None, None)
    assert "it broke" in shown.reason


def test_of_a_lost_region_nothing_is_asked(ledger_of: LedgerOf, report_of: ReportOf) -> None:
    lost = effect(REGION_LOST.name, Phase.LOSE, "no_copy")
    ledger = ledger_of({SPOF: [row(Verdict.FAIL, lost)]})
    report = report_of(ledger, DAY_AND_HALF_A_DAY, HAND)
    shown = explain("arn:db", report, Reckoning(ledger, HAND)).explained
    assert isinstance(shown, ResourceExplained)
    (region,) = [each for each in shown.estimates if each.scenario == REGION_LOST.name]
    assert (region.data.seconds, region.data.target_seconds, region.data.letter) == (None,) * 3


def test_why_there_is_no_estimate(ledger_of: LedgerOf, report_of: ReportOf) -> None:
    """What the table of recoveries says; and what a check could not judge is no "cannot happen"."""
    gaps = ("rds:DescribeDBInstances",)
    unknown = row(Verdict.UNKNOWN, gaps=gaps, check="rds.instance_backup_off")
    ledger = ledger_of({BUGS: [unknown]})
    report = report_of(ledger, DAY_AND_HALF_A_DAY, HAND)
    shown = explain("arn:db", report, Reckoning(ledger, HAND)).explained
    assert isinstance(shown, ResourceExplained)
    reasons = {each.scenario: each.because for each in shown.none}
    assert "rds.instance_backup_off (rds:DescribeDBInstances)" in reasons[DATA_DELETED.name]
    of_table = recoveries().get("AWS::RDS::DBInstance", {})
    stated = {s: r.none for s, r in of_table.items() if r.none and s != DATA_DELETED.name}
    assert {s: reasons[s] for s in stated if s in reasons} == {
        s: why for s, why in stated.items() if s in reasons
    }


def test_a_check_that_passes_costs_nothing(ledger_of: LedgerOf, report_of: ReportOf) -> None:
    ledger = ledger_of({SPOF: [row(Verdict.PASS)]})
    report = report_of(ledger, DAY_AND_HALF_A_DAY, HAND)
    shown = explain(SINGLE_AZ, report, Reckoning(ledger, HAND)).explained
    assert isinstance(shown, FindingExplained)
    assert (shown.severity, shown.rows) == (None, ())
    assert shown.verdicts[Verdict.PASS] == ("arn:db",)


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("nothing-like-it", "nothing is called"),
        ("twin", "several resources"),
        ("dynamodb.table_pitr_off", "applies to no resource"),
    ],
)
def test_what_is_not_there_is_refused(
    ledger_of: LedgerOf, report_of: ReportOf, what: str, said: str
) -> None:
    rows = [row(Verdict.PASS, resource=resource) for resource in ("arn:1", "arn:2")]
    ledger = ledger_of({SPOF: rows}, names={"arn:1": "twin", "arn:2": "twin"})
    report = report_of(ledger, DAY_AND_HALF_A_DAY, HAND)
    with pytest.raises(WrongUse, match=re.escape(said)):
        explain(what, report, Reckoning(ledger, HAND))
    assert explain("1", report, Reckoning(ledger, HAND)).explained.kind == "resource"


def test_another_versions_steps_are_refused(ledger_of: LedgerOf, report_of: ReportOf) -> None:
    ledger = ledger_of({SPOF: [row(Verdict.FAIL, RESTORE)]})
    report = report_of(ledger, DAY_AND_HALF_A_DAY, HAND)
    with pytest.raises(StoreUnusable, match="restored"):
        explain("spof", report, Reckoning(ledger, TABLE))


def test_every_letter_can_be_better_or_worse() -> None:
    """The letters in the order that `turns` relies on."""
    shares = [n / 1000 for n in range(5000)]
    assert [LETTERS.index(letter_for(s)) for s in shares] == sorted(
        LETTERS.index(letter_for(s)) for s in shares
    )


def test_findings_and_grades_are_the_graders(ledger_of: LedgerOf, report_of: ReportOf) -> None:
    ledger = ledger_of({SPOF: [row(Verdict.FAIL, RESTORE)]})
    reckoning = Reckoning(ledger, HAND)
    report = report_of(ledger, DAY_AND_HALF_A_DAY, HAND)
    assert report.findings == findings(reckoning, DAY_AND_HALF_A_DAY)
    assert report.grades == {c.code: grade(c, reckoning, DAY_AND_HALF_A_DAY) for c in categories()}
