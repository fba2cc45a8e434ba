"""Comparisons: what moved is named, what did not is not, and either way round says the same."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from state.categories.misconfiguration_and_bugs import DATA_DELETED
from state.categories.single_point_of_failure import ZONE_LOST
from state.comparisons import OVERALL, Comparison, FactMove, How
from state.grades import GapRow
from state.judgements import Contribution, Evidence, Judgement, Phase, Verdict
from state.objectives import Objectives
from state.premises import Override, Premises
from state.report import Report
from state.snapshot import Gap, GapReason
from tests.tools.grading.generated import (
    CODES,
    RESOURCES,
    TABLE,
    judgements,
    objectives,
    some_rows,
)
from tools.grading.assumptions import Assumption, with_overrides
from tools.grading.comparing import compare
from tools.grading.exchanging import Result
from tools.grading.ledger import Ledger
from tools.grading.reckoning import Reckoning

LedgerOf = Callable[..., Ledger]
ReportOf = Callable[..., Report]

HOUR = 3600
DAY_AND_HALF_A_DAY = Objectives(rto_seconds=24 * HOUR, rpo_seconds=12 * HOUR)
SPOF, BUGS = "SINGLE_POINT_OF_FAILURE", "MISCONFIGURATION_AND_BUGS"
BARE = "AWS::Example::Bare"  # recovers in no way that is known
SINGLE_AZ, BACKUP_OFF = "rds.instance_single_az", "rds.instance_backup_off"
READ = "rds:DescribeDBInstances"


def mirrored(document: Any) -> Any:
    """A comparison with every `before` for `after` and every `after` for `before`."""
    if isinstance(document, list):
        return [mirrored(each) for each in document]
    if not isinstance(document, dict):
        return document
    turned = {}
    for key, value in document.items():
        name = key
        if key.startswith("before"):
            name = f"after{key.removeprefix('before')}"
        elif key.startswith("after"):
            name = f"before{key.removeprefix('after')}"
        if key.endswith("_drift"):
            turned[name] = None if value is None else -value
        else:
            turned[name] = mirrored(value)
    return turned


def compared(
    ledgers: tuple[Ledger, Ledger], asked: tuple[Objectives, Objectives], report_of: ReportOf
) -> Comparison:
    before, after = (report_of(each, o) for each, o in zip(ledgers, asked, strict=True))
    return compare(before, after, (Reckoning(ledgers[0], TABLE), Reckoning(ledgers[1], TABLE)))


# -- whatever the rows ----------------------------------------------------------------------------


@given(some_rows, objectives())
def test_with_itself_nothing_changed(
    ledger_of: LedgerOf, report_of: ReportOf, rows: Any, asked: Objectives
) -> None:
    ledger = ledger_of(rows, soft=["arn:c"])
    comparison = compared((ledger, ledger), (asked, asked), report_of)
    assert comparison.nothing_changed
    assert comparison.facts == ()
    assert not any(letter.moved for letter in comparison.letters)
    assert all(letter.rto_drift in (0, None) for letter in comparison.letters)


@given(some_rows, objectives(), st.randoms(use_true_random=False))
def test_the_order_of_rows_is_no_difference(
    ledger_of: LedgerOf, report_of: ReportOf, rows: Any, asked: Objectives, chance: Any
) -> None:
    shuffled = {code: tuple(chance.sample(js, len(js))) for code, js in rows.items()}
    both = ledger_of(rows), ledger_of(shuffled)
    assert compared(both, (asked, asked), report_of).nothing_changed


@given(some_rows, some_rows, objectives(), objectives())
def test_the_other_way_round_is_the_mirror_image(
    ledger_of: LedgerOf, report_of: ReportOf, rows: Any, others: Any, asked: Objectives, tight: Any
) -> None:
    one, other = ledger_of(rows, soft=["arn:c"]), ledger_of(others)
    there = compared((one, other), (asked, tight), report_of).model_dump(mode="json")
    back = compared((other, one), (tight, asked), report_of).model_dump(mode="json")
    assert mirrored(there) == back


@given(some_rows, objectives(), st.sampled_from(CODES), judgements(*Verdict))
def test_one_row_more_is_what_moved_every_letter(
    ledger_of: LedgerOf,
    report_of: ReportOf,
    rows: Any,
    asked: Objectives,
    code: str,
    row: Judgement,
) -> None:
    """Where one row alone differs, it is named for each letter and estimate that moved."""
    more = {**rows, code: (*rows.get(code, ()), row)}
    one, other = ledger_of(rows), ledger_of(more)
    if one.resources.keys() != other.resources.keys():
        return  # a resource more is another difference
    comparison = compared((one, other), (asked, asked), report_of)
    assert comparison.facts is not None
    moved = {each.category for each in comparison.letters if each.moved and _graded(each)}
    letters = {
        e.category
        for e in comparison.letters
        if e.before and e.after and e.before.letter != e.after.letter
    }
    (fact,) = comparison.facts
    assert (fact.kind, fact.what, fact.resource) == ("row", row.check, row.resource)
    assert letters <= {category for category, how in fact.moves.items() if how is How.LETTER}
    assert moved - {OVERALL} <= set(fact.moves)


def _graded(letter: Any) -> bool:
    return letter.before.letter is not None and letter.after.letter is not None


@given(some_rows, some_rows, objectives(), st.sampled_from(RESOURCES))
def test_an_exchange_is_as_if_all_were_graded_again(
    ledger_of: LedgerOf, rows: Any, others: Any, asked: Objectives, resource: str
) -> None:
    """The quick way (other estimates are kept) and the long way come to the same numbers."""
    ledger, other = ledger_of(rows, soft=["arn:b"]), ledger_of(others, soft=["arn:a"])
    known = other.resources.get(resource)
    given_rows = Result(Reckoning(other, TABLE), asked).rows_of(resource)
    quick = Result(Reckoning(ledger, TABLE), asked).with_resource(resource, known, given_rows)
    members = {r: each for r, each in ledger.resources.items() if r != resource}
    if known is not None:
        members[resource] = known
    long = ledger.model_copy(
        update={
            "resources": members,
            "assessments": {
                code: assessment.model_copy(
                    update={
                        "judgements": (
                            *(j for j in assessment.judgements if j.resource != resource),
                            *given_rows.get(code, ()),
                        )
                    }
                )
                for code, assessment in ledger.assessments.items()
            },
        }
    )
    again = Result(Reckoning(long, TABLE), asked)
    assert quick.numbers() == again.numbers()
    assert quick.overall(quick.numbers()) == again.overall(again.numbers())


# -- by hand ---------------------------------------------------------------------------------------

HAND = {
    **TABLE,
    "restored": Assumption(
        kind="assumption", seconds=1800, seconds_per_unit=24, unit="GiB", what="w", why="y"
    ),
    "switched": Assumption(kind="published", seconds=120, what="w", why="y"),
}


def row(verdict: Verdict, *contributions: Contribution, **fields: Any) -> Judgement:
    place, seen = fields.get("resource", "arn:db"), fields.pop("seen", False)
    evidence = Evidence(resource=place, operation=READ, path="MultiAZ", value=seen, region="r")
    return Judgement(
        **{"check": SINGLE_AZ, "resource": "arn:db", "evidence": (evidence,), **fields},
        verdict=verdict,
        contributions=contributions,
    )


def restore(gibibytes: float) -> Contribution:
    return Contribution(
        scenario=ZONE_LOST.name,
        phase=Phase.ACT,
        assumption="restored",
        units=gibibytes,
        by_person=True,
    )


FAILOVER = Contribution(scenario=ZONE_LOST.name, phase=Phase.ACT, assumption="switched")
FAILS = row(Verdict.FAIL, restore(100))
PASSES = row(Verdict.PASS, FAILOVER, seen=True)


class Compare:
    """Compares hand-made ledgers."""

    def __init__(self, ledger_of: LedgerOf, report_of: ReportOf) -> None:
        self.ledger_of = ledger_of
        self.report_of = report_of

    def __call__(
        self,
        one: Any,
        other: Any,
        asked: Objectives = DAY_AND_HALF_A_DAY,
        later: Objectives | None = None,
        **fields: Any,
    ) -> Comparison:
        ledgers = [self.ledger_of(rows, kind=BARE) for rows in (one, other)]
        before = self.report_of(ledgers[0], asked, HAND)
        after = self.report_of(ledgers[1], later or asked, HAND, **fields)
        table = with_overrides(HAND, after.premises.assumptions)
        return compare(before, after, (Reckoning(ledgers[0], HAND), Reckoning(ledgers[1], table)))


@pytest.fixture
def comparing(ledger_of: LedgerOf, report_of: ReportOf) -> Compare:
    return Compare(ledger_of, report_of)


def the(comparison: Comparison, kind: str) -> FactMove:
    assert comparison.facts is not None
    (fact,) = [fact for fact in comparison.facts if fact.kind == kind]
    return fact


def test_a_standby_moves_the_letter(comparing: Compare) -> None:
    """14400 + 1800 + 1800 + 100 x 24 = 20400 s, a B; then a failover of 120 s, an A: -20280 s."""
    comparison = comparing({SPOF: [FAILS]}, {SPOF: [PASSES]})
    spof = comparison.letters[0]
    assert spof.before
    assert spof.after
    assert (spof.before.letter, spof.after.letter, spof.rto_drift) == ("B", "A", -20280)
    fact = the(comparison, "row")
    assert (fact.what, fact.before, fact.after) == (SINGLE_AZ, "FAIL", "PASS")
    assert [(e.path, e.before, e.after) for e in fact.evidence if e.before and e.after] == [
        ("MultiAZ", e.before, e.after) for e in fact.evidence
    ]
    assert [(e.before.value, e.after.value) for e in fact.evidence if e.before and e.after] == [
        (False, True)
    ]
    assert fact.moves[SPOF] is How.LETTER
    assert fact.binds == (SPOF,)
    (finding,) = [each for each in comparison.findings if each.id == SINGLE_AZ]
    assert (finding.before is None, finding.after is None) == (False, True)
    assert (finding.before_failing, finding.after_failing) == (True, False)


def test_a_database_that_grew_moves_the_estimate_alone(comparing: Compare) -> None:
    """110 GiB instead of 100: 240 s more, still a B."""
    comparison = comparing({SPOF: [FAILS]}, {SPOF: [row(Verdict.FAIL, restore(110))]})
    assert comparison.letters[0].rto_drift == 240
    fact = the(comparison, "row")
    assert (fact.before, fact.after, fact.moves) == ("FAIL", "FAIL", {SPOF: How.ESTIMATE})


def test_what_changes_nothing_moves_nothing(comparing: Compare) -> None:
    """A warm-up that is there twice: neither row sets the estimate more than the other."""
    small = row(Verdict.FAIL, restore(1), check=BACKUP_OFF)
    comparison = comparing({SPOF: [FAILS]}, {SPOF: [FAILS, small]})
    assert the(comparison, "row").moves == {}
    assert not comparison.letters[0].moved


def test_of_two_causes_each_is_named(comparing: Compare) -> None:
    """Both hold the letter at F; mending one alone would leave it. Both together moved it."""
    gone = Contribution(scenario=ZONE_LOST.name, phase=Phase.LOSE, assumption="no_copy")
    both = [row(Verdict.FAIL, gone), row(Verdict.FAIL, gone, check=BACKUP_OFF)]
    mended = [row(Verdict.PASS), row(Verdict.PASS, check=BACKUP_OFF)]
    comparison = comparing({SPOF: both}, {SPOF: mended})
    assert comparison.facts is not None
    assert [fact.moves[SPOF] for fact in comparison.facts] == [How.LETTER, How.LETTER]


def test_the_objectives_alone_move_it(comparing: Compare) -> None:
    tight = Objectives(rto_seconds=HOUR, rpo_seconds=HOUR)
    comparison = comparing({SPOF: [FAILS]}, {SPOF: [FAILS]}, later=tight)
    assert comparison.facts is not None
    (fact,) = comparison.facts
    assert (fact.kind, fact.moves[SPOF]) == ("objectives", How.LETTER)
    assert comparison.letters[0].rto_drift == 0


def test_a_constant_alone_moves_it(comparing: Compare) -> None:
    """Decided in 10 h instead of 30 min: 14400 + 36000 + 4200 = 54600 s, a C."""
    own = Premises(assumptions={"decide": Override(seconds=36000, why="far away")})
    ledger = {SPOF: [FAILS]}
    before = comparing.report_of(comparing.ledger_of(ledger, kind=BARE), DAY_AND_HALF_A_DAY, HAND)
    table = with_overrides(HAND, own.assumptions)
    known = comparing.ledger_of(ledger, kind=BARE)
    after = comparing.report_of(known, DAY_AND_HALF_A_DAY, table, premises=own)
    comparison = compare(before, after, (Reckoning(known, HAND), Reckoning(known, table)))
    fact = the(comparison, "constant")
    assert (fact.what, fact.before, fact.after) == ("decide", "1800 s", "36000 s")
    assert fact.moves[SPOF] is How.LETTER
    assert [(p.kind, p.what, p.before, p.after) for p in comparison.premises] == [
        ("constant", "decide", None, "seconds 36000")
    ]


def test_a_resource_that_appears_brings_its_defects(comparing: Compare) -> None:
    second = row(Verdict.FAIL, restore(4000), resource="arn:new")
    comparison = comparing({SPOF: [PASSES]}, {SPOF: [PASSES, second]})
    (new,) = comparison.resources
    assert (new.resource, new.before, new.after) == ("arn:new", False, True)
    fact = the(comparison, "resource")
    assert (fact.failing, fact.moves[SPOF]) == ((SINGLE_AZ,), How.LETTER)


def test_a_broken_specialist_is_one_fact(ledger_of: LedgerOf, report_of: ReportOf) -> None:
    one, other = ledger_of({SPOF: [FAILS]}, kind=BARE), ledger_of({SPOF: [FAILS]}, kind=BARE)
    broken = other.assessments[SPOF].model_copy(update={"failed": "it broke", "judgements": ()})
    other.assessments[SPOF] = broken
    before, after = (report_of(each, DAY_AND_HALF_A_DAY, HAND) for each in (one, other))
    comparison = compare(before, after, (Reckoning(one, HAND), Reckoning(other, HAND)))
    assert comparison.facts is not None
    assert [(f.kind, f.what, f.before, f.after) for f in comparison.facts] == [
        ("specialist", SPOF, "judged", "broke")
    ]
    assert comparison.facts[0].moves[SPOF] is How.LETTER


def test_gaps_open_and_close(comparing: Compare, ledger_of: LedgerOf) -> None:
    gap = GapRow(service="rds", region="eu-west-1", action=READ, reason="Denied", resources=2)
    comparison = comparing({SPOF: [FAILS]}, {SPOF: [FAILS]}, gaps=[gap])
    (opened,) = comparison.gaps
    assert (opened.action, opened.before, opened.after) == (READ, None, 2)
    assert comparison.facts == ()


def test_types_that_are_no_longer_read_are_a_fact(ledger_of: LedgerOf, report_of: ReportOf) -> None:
    """One of one resource is not read: more than half, so a C at best instead of an A."""
    one = ledger_of({SPOF: [PASSES]}, kind=BARE)
    gap = Gap(
        service="x",
        region="r",
        action="x:*",
        reason=GapReason.NOT_SCANNED,
        resource="arn:db",
    )
    other = ledger_of({SPOF: [PASSES]}, kind=BARE, gaps=[gap])
    before, after = (report_of(each, DAY_AND_HALF_A_DAY, HAND) for each in (one, other))
    comparison = compare(before, after, (Reckoning(one, HAND), Reckoning(other, HAND)))
    assert comparison.letters[0].after is not None
    assert comparison.letters[0].after.letter == "C"
    assert the(comparison, "scanned").moves[SPOF] is How.LETTER


# -- versions apart --------------------------------------------------------------------------------


def test_a_renamed_check_is_removed_and_added(comparing: Compare) -> None:
    """Neither name is in the catalogue of this version, or only one: both are rows all the same."""
    old = row(Verdict.PASS, FAILOVER, check="rds.called_so_once")
    new = row(Verdict.PASS, FAILOVER, check="rds.called_so_now")
    comparison = comparing({SPOF: [old]}, {SPOF: [new]})
    assert comparison.facts is not None
    assert [(f.what, f.before, f.after) for f in comparison.facts] == [
        ("rds.called_so_now", None, "PASS"),
        ("rds.called_so_once", "PASS", None),
    ]


def test_steps_of_another_version_are_compared_without_naming_a_cause(
    ledger_of: LedgerOf, report_of: ReportOf
) -> None:
    one, other = ledger_of({SPOF: [FAILS]}, kind=BARE), ledger_of({SPOF: [PASSES]}, kind=BARE)
    before, after = (report_of(each, DAY_AND_HALF_A_DAY, HAND) for each in (one, other))
    known = {name: each for name, each in HAND.items() if name != "restored"}
    comparison = compare(before, after, (Reckoning(one, known), Reckoning(other, known)))
    assert "restored" in comparison.not_attributed
    assert comparison.letters[0].rto_drift == -20280
    assert comparison.facts is not None
    assert [(fact.what, fact.moves) for fact in comparison.facts] == [(SINGLE_AZ, {})]


def test_other_bands_or_constants_are_said(ledger_of: LedgerOf, report_of: ReportOf) -> None:
    """Graded when a restore took 30 min more; by this version it is 20400 s, a B."""
    ledger = ledger_of({SPOF: [FAILS]}, kind=BARE)
    slower = {**HAND, "restored": HAND["restored"].model_copy(update={"seconds": 30000})}
    before = report_of(ledger, DAY_AND_HALF_A_DAY, slower)
    after = report_of(ledger, DAY_AND_HALF_A_DAY, HAND)
    comparison = compare(before, after, (Reckoning(ledger, HAND), Reckoning(ledger, HAND)))
    spof = comparison.letters[0]
    assert spof.before_by_this_version is not None
    assert spof.before_by_this_version.rto_seconds == 20400
    assert spof.after_by_this_version is None
    assert comparison.facts == ()


def test_reports_alone_are_compared_too(ledger_of: LedgerOf, report_of: ReportOf) -> None:
    deleted = Contribution(scenario=DATA_DELETED.name, phase=Phase.LOSE, assumption="no_copy")
    one, other = ledger_of({}), ledger_of({BUGS: [row(Verdict.FAIL, deleted, check=BACKUP_OFF)]})
    before, after = (report_of(each, DAY_AND_HALF_A_DAY) for each in (one, other))
    comparison = compare(before, after)
    assert comparison.facts is None
    (finding,) = comparison.findings
    assert (finding.id, finding.before, finding.before_failing) == (BACKUP_OFF, None, None)
