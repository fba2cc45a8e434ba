"""Letters worked out by hand, and what is never done to them."""

from collections.abc import Callable, Iterable, Mapping
from itertools import permutations
from typing import Any

import pytest

from state.categories import Category, categories, category_of_scenario
from state.categories.misconfiguration_and_bugs import DATA_DELETED
from state.categories.single_point_of_failure import COMPONENT_LOST, REGION_LOST, ZONE_LOST
from state.grades import Binds, Estimate, Grade
from state.judgements import Assessment, Contribution, Judgement, Phase, Verdict
from state.objectives import Objectives
from state.snapshot import Gap, GapReason
from tools.grading.assumptions import assumptions
from tools.grading.estimates import estimates_of
from tools.grading.grading import compose, grade
from tools.grading.ledger import Ledger
from tools.grading.letters import LETTERS, as_number, letter_for, severity_for
from tools.grading.reckoning import Reckoning

LedgerOf = Callable[..., Ledger]

pytestmark = pytest.mark.usefixtures("no_floors")  # the arithmetic is of verdicts

MINUTE, HOUR = 60, 3600
DAY_AND_HALF_A_DAY = Objectives(rto_seconds=24 * HOUR, rpo_seconds=12 * HOUR)
SPOF = category_of_scenario()[ZONE_LOST.name]
BUGS = category_of_scenario()[DATA_DELETED.name]


def effect(scenario: str | None, phase: Phase, assumption: str, **fields: Any) -> Contribution:
    return Contribution(scenario=scenario, phase=phase, assumption=assumption, **fields)


def row(verdict: Verdict, *contributions: Contribution, **fields: Any) -> Judgement:
    return Judgement(
        **{"check": "rds.instance_single_az", "resource": "arn:db", **fields},
        verdict=verdict,
        contributions=contributions,
    )


RESTORE = effect(ZONE_LOST.name, Phase.ACT, "restore_files", units=100, by_person=True)
FAILOVER = effect(ZONE_LOST.name, Phase.ACT, "rds_failover")
ALARM = row(
    Verdict.PASS,
    effect(None, Phase.DETECT, "alarm_evaluation", units=5 * MINUTE),
    check="example.alarm",
)
UNKNOWN = row(Verdict.UNKNOWN, gaps=("rds:DescribeDBInstances",))
PASS = row(Verdict.PASS, check="example.fine")


def given(category: Category, ledger: Ledger, asked: Objectives = DAY_AND_HALF_A_DAY) -> Grade:
    return grade(category, Reckoning(ledger, assumptions()), asked)


def estimates(rows: Iterable[Judgement]) -> list[Estimate]:
    """What rows about one resource come to."""
    return estimates_of("arn:db", [(c, r) for r in rows for c in r.contributions], assumptions())


# -- by hand ---------------------------------------------------------------------------------------


def test_restore_by_hand_unmonitored(ledger_of: LedgerOf) -> None:
    """100 GiB, nobody told.

    detect 4 h + decide 30 min + act (30 min + 100 GiB x 24 s) = 4 h + 0.5 h + 0.5 h + 40 min
    = 5 h 40 min = 20400 s; of 24 h = 86400 s: 0.2361, just above a B+ (0.2333), so a B.
    """
    grade_given = given(SPOF, ledger_of({SPOF.code: [row(Verdict.FAIL, RESTORE), PASS]}))
    assert [(t.term, t.seconds) for t in grade_given.terms] == [
        ("detect", 14400),
        ("decide", 1800),
        ("act", 4200),
    ]
    assert [t.source for t in grade_given.terms] == [
        "assumption:unmonitored",
        "assumption:decide",
        "assumption:restore_files",
    ]
    assert [t.finding for t in grade_given.terms] == [None, None, "rds.instance_single_az"]
    assert grade_given.rto_seconds == 20400
    assert grade_given.rto_share == 0.2361
    assert grade_given.letter == "B"
    assert grade_given.binds is Binds.RTO
    assert grade_given.reason == (
        "when an Availability Zone is lost, arn:db is back after 5 hours and 40 minutes (detect 4 "
        "hours + decide 30 minutes + act 1 hour and 10 minutes), of 1 day allowed"
    )


def test_what_sets_a_letter_is_told_apart_from_what_is_called_the_same(
    ledger_of: LedgerOf,
) -> None:
    ledger = ledger_of({SPOF.code: [row(Verdict.FAIL, RESTORE), PASS]})
    (database,) = ledger.resources.values()
    queue = database.model_copy(update={"type": "AWS::SQS::Queue"})
    both = ledger.model_copy(update={"resources": {**ledger.resources, "arn:queue": queue}})
    said = f", {database.name} (RDS DB instance) is back after"
    assert said in given(SPOF, both).reason
    assert said not in given(SPOF, ledger).reason


def test_an_alarm_shortens_detection_only(ledger_of: LedgerOf) -> None:
    """detect 5 min + decide 30 min + act 70 min = 6300 s; of 24 h: 0.0729, an A-."""
    rows = [row(Verdict.FAIL, RESTORE), ALARM]
    grade_given = given(SPOF, ledger_of({SPOF.code: rows}))
    assert grade_given.rto_seconds == 6300
    assert grade_given.letter == "A-"


def test_failover_needs_nobody(ledger_of: LedgerOf) -> None:
    """Two minutes, and no detection or decision, whoever is told."""
    (estimate,) = estimates([row(Verdict.PASS, FAILOVER), ALARM])
    assert estimate.by_itself
    assert [(t.term, t.seconds) for t in estimate.terms] == [("act", 120)]


def test_the_largest_of_a_phase_counts_and_phases_are_added(ledger_of: LedgerOf) -> None:
    """act max(2 min, 20 min) + warm up 7 min = 27 min."""
    rows = [
        row(Verdict.PASS, effect(COMPONENT_LOST.name, Phase.ACT, "rds_failover")),
        row(Verdict.FAIL, effect(COMPONENT_LOST.name, Phase.ACT, "rds_host_replacement")),
        row(Verdict.PASS, effect(COMPONENT_LOST.name, Phase.WARM_UP, "instance_replacement")),
    ]
    (estimate,) = estimates(rows)
    assert estimate.rto_seconds == (20 + 7) * MINUTE
    assert [t.finding for t in estimate.terms] == ["rds.instance_single_az", None]


def test_ties_are_broken_alike_in_any_order() -> None:
    """Two minutes say all three: a defect is named before what passed, and always the same one."""
    failover = effect(COMPONENT_LOST.name, Phase.ACT, "rds_failover")
    rows = [
        row(Verdict.FAIL, failover, check="example.a"),
        row(Verdict.FAIL, failover, check="example.b"),
        row(Verdict.PASS, failover, check="example.c"),
    ]
    said = [estimates(order) for order in permutations(rows)]
    assert all(each == said[0] for each in said)
    assert [term.finding for term in said[0][0].terms] == ["example.b"]


def test_resources_wait_for_nobody_else(ledger_of: LedgerOf) -> None:
    """An estimate per resource: the worst sets the letter, they are not added."""
    rows = [row(Verdict.FAIL, RESTORE, resource=f"arn:{i}") for i in range(3)]
    assert given(SPOF, ledger_of({SPOF.code: [*rows, PASS]})).rto_seconds == 20400


def test_a_slow_alarm_is_no_worse_than_none(ledger_of: LedgerOf) -> None:
    """A warning after a day: the users have noticed after four hours."""
    late = row(Verdict.PASS, effect(None, Phase.DETECT, "alarm_evaluation", units=86400))
    (estimate,) = estimates([row(Verdict.FAIL, RESTORE), late])
    assert estimate.terms[0].seconds == 4 * HOUR


def test_a_defect_of_an_alarm_does_not_stand_for_an_alarm(ledger_of: LedgerOf) -> None:
    broken = row(Verdict.FAIL, effect(None, Phase.DETECT, "alarm_evaluation", units=60))
    (estimate,) = estimates([row(Verdict.FAIL, RESTORE), broken])
    assert estimate.terms[0].seconds == 4 * HOUR


def test_data_binds_where_it_is_worse(ledger_of: LedgerOf) -> None:
    """A day between backups, of 12 h allowed: twice the target, a D+; the restore takes 5 h 40."""
    rows = [
        row(Verdict.FAIL, effect(DATA_DELETED.name, Phase.LOSE, "backup_interval", units=86400)),
        row(
            Verdict.PASS,
            effect(DATA_DELETED.name, Phase.ACT, "restore_files", units=100, by_person=True),
        ),
    ]
    grade_given = given(BUGS, ledger_of({BUGS.code: rows}))
    assert grade_given.letter == "D+"
    assert grade_given.binds is Binds.RPO
    assert (grade_given.rto_seconds, grade_given.rpo_seconds) == (20400, 86400)
    assert grade_given.reason.endswith("arn:db loses 1 day of data, of 12 hours allowed")
    assert grade_given.terms[-1].term == "lose"


@pytest.mark.parametrize("target", [60, 24 * HOUR, 3650 * 24 * HOUR])
def test_no_copy_is_an_f_at_any_objective(ledger_of: LedgerOf, target: int) -> None:
    rows = [row(Verdict.FAIL, effect(DATA_DELETED.name, Phase.LOSE, "no_copy")), PASS]
    asked = Objectives(rto_seconds=target, rpo_seconds=target)
    grade_given = given(BUGS, ledger_of({BUGS.code: rows}), asked)
    assert grade_given.letter == "F"
    assert grade_given.rpo_seconds is None
    assert grade_given.rpo_share is None
    assert grade_given.terms[-1].seconds is None
    assert grade_given.reason.endswith("loses all its data")
    assert Grade.model_validate_json(grade_given.model_dump_json()) == grade_given


# -- what bears on a letter ------------------------------------------------------------------------


def test_the_loss_of_a_region_counts_only_if_a_region_must_survive(ledger_of: LedgerOf) -> None:
    """8 h 30 by hand: nothing at all without Region objectives, an F of one hour, a B of a day."""
    gone = effect(REGION_LOST.name, Phase.ACT, "rebuild_component", by_person=True)
    ledger = ledger_of({SPOF.code: [row(Verdict.FAIL, gone), row(Verdict.PASS, FAILOVER)]})
    hour: dict[str, Any] = {"rto_seconds": HOUR, "rpo_seconds": HOUR}
    assert given(SPOF, ledger, Objectives(**hour)).letter == "A"
    for region, letter in ((HOUR, "F"), (24 * HOUR, "B")):
        asked = Objectives(**hour, region_rto_seconds=region, region_rpo_seconds=region)
        grade_given = given(SPOF, ledger, asked)
        assert grade_given.letter == letter
        assert grade_given.terms[0].scenario == REGION_LOST.name


def test_what_the_rest_goes_on_without_sets_no_letter(ledger_of: LedgerOf) -> None:
    rows = {SPOF.code: [row(Verdict.FAIL, RESTORE), row(Verdict.PASS, resource="arn:other")]}
    hour = Objectives(rto_seconds=HOUR, rpo_seconds=HOUR)
    assert given(SPOF, ledger_of(rows), hour).letter == "F"
    assert given(SPOF, ledger_of(rows, soft=["arn:db"]), hour).letter == "A"


def test_a_category_that_nothing_strikes_is_an_a_only_if_something_was_judged(
    ledger_of: LedgerOf,
) -> None:
    judged = given(SPOF, ledger_of({SPOF.code: [PASS]}))
    assert (judged.letter, judged.binds) == ("A", Binds.NOTHING)
    nothing = given(SPOF, ledger_of({}))
    assert (nothing.letter, nothing.binds, nothing.confidence) == ("B", Binds.NOTHING, 0.0)
    assert "no proof" in nothing.reason


@pytest.mark.parametrize(
    ("passed", "unknown", "letter"),
    [(10, 0, "A"), (9, 1, "B"), (3, 1, "B"), (2, 1, "C"), (1, 1, "C"), (1, 2, None), (0, 1, None)],
)
def test_gaps_cap_the_letter(
    ledger_of: LedgerOf, passed: int, unknown: int, letter: str | None
) -> None:
    rows = [row(Verdict.PASS, FAILOVER)] * passed + [UNKNOWN] * unknown
    grade_given = given(SPOF, ledger_of({SPOF.code: rows}))
    assert grade_given.letter == letter
    assert grade_given.confidence == round(passed / (passed + unknown), 2)
    assert (grade_given.binds is Binds.GAP) == bool(unknown)
    assert grade_given.gaps == (("rds:DescribeDBInstances",) if unknown else ())
    if letter and unknown:
        assert f"no better than {letter} while rds:DescribeDBInstances" in grade_given.reason


def test_many_defects_do_not_make_what_is_unknown_look_small(ledger_of: LedgerOf) -> None:
    small = row(Verdict.FAIL, effect(ZONE_LOST.name, Phase.ACT, "rds_failover"))
    rows = [PASS, UNKNOWN, *[small] * 20]
    assert given(SPOF, ledger_of({SPOF.code: rows})).letter == "C"


@pytest.mark.parametrize(("unread", "letter"), [(0, "A"), (1, "A"), (2, "B"), (6, "C")])
def test_resources_that_are_not_read_at_all_lower_confidence_then_the_letter(
    ledger_of: LedgerOf, unread: int, letter: str
) -> None:
    rows = [row(Verdict.PASS, FAILOVER, resource=f"arn:{i}") for i in range(4)]
    ledger = ledger_of({SPOF.code: rows})
    one = ledger.resources["arn:0"]
    strangers = [f"arn:strange{i}" for i in range(unread)]
    gaps = [
        Gap(service="mq", region="r", action="mq:*", reason=GapReason.NOT_SCANNED, resource=each)
        for each in strangers
    ]
    ledger = ledger.model_copy(
        update={
            "gaps": tuple(gaps),
            "resources": ledger.resources | dict.fromkeys(strangers, one),
        }
    )
    grade_given = given(SPOF, ledger)
    assert grade_given.letter == letter
    assert grade_given.confidence == round(4 / (4 + unread), 2)
    if letter != "A":
        assert "while mq:* cannot be read" in grade_given.reason


def test_a_specialist_that_broke_leaves_no_letter(ledger_of: LedgerOf) -> None:
    ledger = ledger_of({BUGS.code: [PASS]})
    broken = Assessment(category=SPOF.code, judgements=(), answers=(), failed="KeyError: 'x'")
    missing = {code: a for code, a in ledger.assessments.items() if code != "EXCESSIVE_LOAD"}
    ledger = ledger.model_copy(update={"assessments": {**missing, SPOF.code: broken}})
    grades = {category.code: given(category, ledger) for category in categories()}
    assert grades[SPOF.code].letter is None
    assert grades[SPOF.code].reason == "it could not be assessed: KeyError: 'x'"
    assert grades["EXCESSIVE_LOAD"].letter is None
    overall = compose(grades, Reckoning(ledger, assumptions()), DAY_AND_HALF_A_DAY)
    assert overall.letter is None
    assert (overall.rto_seconds, overall.rpo_seconds) == (0, 0), "of what could be graded"
    assert overall.reason == (
        "no overall letter: Single points of failure, Excessive load could not be graded"
    )


def test_a_workload_on_which_no_check_has_anything_to_say_has_no_letter(
    ledger_of: LedgerOf,
) -> None:
    ledger = ledger_of({category.code: [] for category in categories()})
    grades = {category.code: given(category, ledger) for category in categories()}
    overall = compose(grades, Reckoning(ledger, assumptions()), DAY_AND_HALF_A_DAY)
    assert overall.letter is None
    assert overall.reason == "no overall letter: no check applies to any of these resources"


def test_the_workload_is_as_poor_as_its_worst_category(ledger_of: LedgerOf) -> None:
    lost = row(Verdict.FAIL, effect(DATA_DELETED.name, Phase.LOSE, "no_copy"))
    ledger = ledger_of({SPOF.code: [row(Verdict.FAIL, RESTORE), PASS], BUGS.code: [lost, PASS]})
    grades = {category.code: given(category, ledger) for category in categories()}
    overall = compose(grades, Reckoning(ledger, assumptions()), DAY_AND_HALF_A_DAY)
    assert overall.letter == "F"
    assert (overall.rto_seconds, overall.rpo_seconds) == (20400, None)
    assert overall.reason.startswith("Misconfiguration and bugs: when data or its store")


# -- over-built ------------------------------------------------------------------------------------


def _multi_az(ledger_of: LedgerOf, *more: Judgement) -> Ledger:
    standby = row(Verdict.PASS, FAILOVER).model_copy(update={"otherwise": (RESTORE,)})
    return ledger_of({SPOF.code: [standby, *more]}, names={"arn:db": "orders"})


def test_over_built_says_what_could_be_saved_and_lowers_nothing(ledger_of: LedgerOf) -> None:
    """Without the standby 5 h 40 of 24 h would still be a B; of 6 h it would not."""
    grade_given = given(SPOF, _multi_az(ledger_of))
    assert grade_given.letter == "A"
    assert grade_given.over_built
    assert grade_given.savings == ("orders: the standby: about half of what the instance costs",)
    tighter = Objectives(rto_seconds=6 * HOUR, rpo_seconds=6 * HOUR)
    assert not given(SPOF, _multi_az(ledger_of), tighter).over_built


def test_who_is_short_of_the_target_has_nothing_to_save(ledger_of: LedgerOf) -> None:
    gone = row(
        Verdict.FAIL, effect(COMPONENT_LOST.name, Phase.ACT, "no_way_back"), resource="arn:other"
    )
    grade_given = given(SPOF, _multi_az(ledger_of, gone))
    assert (grade_given.letter, grade_given.over_built) == ("F", False)


def test_the_workload_is_over_built_only_if_every_category_is_comfortable(
    ledger_of: LedgerOf,
) -> None:
    def overall(ledger: Ledger) -> bool:
        grades = {category.code: given(category, ledger) for category in categories()}
        return compose(grades, Reckoning(ledger, assumptions()), DAY_AND_HALF_A_DAY).over_built

    ledger = _multi_az(ledger_of)
    assert overall(ledger)
    lost = row(Verdict.FAIL, effect(DATA_DELETED.name, Phase.LOSE, "no_copy"))
    poor = ledger.assessments[BUGS.code].model_copy(update={"judgements": (lost,)})
    assessments: Mapping[str, Assessment] = {**ledger.assessments, BUGS.code: poor}
    assert not overall(ledger.model_copy(update={"assessments": assessments}))


# -- the vocabulary --------------------------------------------------------------------------------


def test_every_letter_is_given_and_in_order() -> None:
    shares = [i / 1000 for i in range(4200)]
    given_letters = [letter_for(share) for share in shares]
    assert list(dict.fromkeys(given_letters)) == list(LETTERS)
    numbers = [as_number(letter) for letter in given_letters]
    assert numbers == sorted(numbers, reverse=True)
    assert (as_number("A"), as_number("F")) == (11, 0)
    assert letter_for(float("inf")) == "F"


@pytest.mark.parametrize(
    ("share", "severity"),
    [
        (float("inf"), "critical"),
        (1.0, "critical"),
        (0.99, "high"),
        (0.5, "high"),
        (0.49, "medium"),
        (0.25, "medium"),
        (0.24, "low"),
        (0.02, "low"),
        (0.0199, None),
        (0.0, None),
    ],
)
def test_severity_is_the_share_of_the_target(share: float, severity: str | None) -> None:
    assert severity_for(share) == severity
