"""A sweep gives the letters that grading gives, and they turn where it says."""

from collections.abc import Callable, Mapping
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from state.categories import categories
from state.judgements import Contribution, Evidence, Judgement, Phase, Verdict
from state.objectives import LONGEST, Disruption, Objectives
from state.sweeps import OVERALL, Turn
from tests.tools.grading.generated import (
    CODES,
    TABLE,
    judgements,
    objectives,
    seconds,
    some_rows,
)
from tools.grading.grading import compose, grade
from tools.grading.ledger import Ledger
from tools.grading.letters import as_number
from tools.grading.reckoning import Reckoning
from tools.grading.sweeping import RPO_GRID, RTO_GRID, objectives_at, sweep

Rows = Mapping[str, tuple[Judgement, ...]]
LedgerOf = Callable[..., Ledger]
EVIDENCE = Evidence(resource="arn:a", operation="o", path="p", value=1, region="r")

# Passes alone: what was read speaks for the workload, and letters of every kind come up.
well_read = st.dictionaries(
    st.sampled_from(CODES), st.lists(judgements(Verdict.PASS), min_size=1, max_size=4).map(tuple)
)


def graded(reckoning: Reckoning, asked: Objectives) -> dict[str, str | None]:
    """The letters as a run would give them."""
    grades = {c.code: grade(c, reckoning, asked) for c in categories()}
    overall = compose(grades, reckoning, asked)
    return {OVERALL: overall.letter, **{code: g.letter for code, g in grades.items()}}


@settings(max_examples=20)
@given(
    some_rows | well_read,
    objectives(),
    st.lists(seconds, max_size=2),
    st.lists(seconds, max_size=2),
)
def test_a_sweep_gives_the_letters_that_grading_gives(
    ledger_of: LedgerOf, rows: Rows, present: Objectives, rto: list[int], rpo: list[int]
) -> None:
    ledger = ledger_of(rows, soft=["arn:c"])
    found = sweep(Reckoning(ledger, TABLE), present, rto, rpo)
    for y, down in enumerate(found.rto_seconds):
        for x, lost in enumerate(found.rpo_seconds):
            alone = Reckoning(ledger, TABLE)  # with nothing kept from another pair
            expected = graded(alone, objectives_at(present, down, lost))
            assert {name: letters[y][x] for name, letters in found.letters.items()} == expected


@settings(max_examples=20)
@given(some_rows | well_read, objectives())
def test_over_the_grid_tighter_never_raises_a_letter(
    ledger_of: LedgerOf, rows: Rows, present: Objectives
) -> None:
    def number(letter: str | None) -> int:
        return -1 if letter is None else as_number(letter)

    found = sweep(Reckoning(ledger_of(rows), TABLE), present, RTO_GRID[::2], RPO_GRID[::2])
    for rows_of_letters in found.letters.values():
        numbers = [[number(letter) for letter in row] for row in rows_of_letters]
        assert all(row == sorted(row) for row in numbers)
        assert all(list(column) == sorted(column) for column in zip(*numbers, strict=True))


def test_the_grid_is_wide_and_holds_the_present_objectives(ledger_of: LedgerOf) -> None:
    present = Objectives(rto_seconds=5000, rpo_seconds=7)
    found = sweep(Reckoning(ledger_of({}), TABLE), present)
    assert len(RTO_GRID) * len(RPO_GRID) >= 120
    assert (found.rto_present, found.rpo_present) == (5000, 7)
    assert set(found.rto_seconds) == {5000, *RTO_GRID}
    assert set(found.rpo_seconds) == {7, *RPO_GRID}


@settings(max_examples=20)
@given(some_rows | well_read, objectives())
def test_letters_turn_to_the_second_where_it_is_said(
    ledger_of: LedgerOf, rows: Rows, present: Objectives
) -> None:
    reckoning = Reckoning(ledger_of(rows), TABLE)
    found = sweep(reckoning, present, [], [])

    def at(axis: str, name: str, each: int) -> str | None:
        pair = (each, present.rpo_seconds) if axis == "rto" else (present.rto_seconds, each)
        return graded(reckoning, objectives_at(present, *pair))[name]

    for axis, turns_by_name in (("rto", found.by_rto), ("rpo", found.by_rpo)):
        for name, turns in turns_by_name.items():
            assert turns[0].from_seconds == 1
            for before, after in pairwise(turns):
                assert at(axis, name, after.from_seconds - 1) == before.letter
                assert at(axis, name, after.from_seconds) == after.letter
            assert at(axis, name, LONGEST) == turns[-1].letter


def test_worked_by_hand(ledger_of: LedgerOf) -> None:
    """One database whose restore is measured at 3,600 s and goes by itself; it loses 300 s.

    By time an A bears 1/15 of the RTO: 3,600 x 15 = 54,000 s. An A- bears a tenth: 36,000 s; a C-
    all of it: 3,600 s; a D+ half: 1,800 s; a D- a quarter: 900 s. At an RPO of 1,000 s the data
    takes 0.3 of it: no better than a B (up to 0.3667), from an RTO of 3,600 / 0.3667 = 9,819 s.
    """
    row = Judgement(
        check="rds.instance_single_az",
        resource="arn:a",
        verdict=Verdict.PASS,
        contributions=(
            _measured("zone_lost", Phase.ACT, 3600),
            _measured("zone_lost", Phase.LOSE, 300),
        ),
        evidence=(EVIDENCE,),
    )
    ledger = ledger_of({"SINGLE_POINT_OF_FAILURE": [row]}, kind="AWS::Test::Nothing")
    roomy = sweep(Reckoning(ledger, TABLE), Objectives(rto_seconds=60, rpo_seconds=86400), [], [])
    by_rto = roomy.by_rto["SINGLE_POINT_OF_FAILURE"]
    assert by_rto[0] == Turn(letter="F", from_seconds=1)
    assert Turn(letter="D-", from_seconds=900) in by_rto
    assert Turn(letter="D+", from_seconds=1800) in by_rto
    assert Turn(letter="C-", from_seconds=3600) in by_rto
    assert by_rto[-2:] == (
        Turn(letter="A-", from_seconds=36000),
        Turn(letter="A", from_seconds=54000),
    )
    bound = sweep(Reckoning(ledger, TABLE), Objectives(rto_seconds=60, rpo_seconds=1000), [], [])
    assert bound.by_rto["SINGLE_POINT_OF_FAILURE"][-1] == Turn(letter="B", from_seconds=9819)
    assert roomy.letters[OVERALL] == (("F",),)


def test_what_a_policy_asks_of_disruptions_is_left_aside_and_a_regions_loss_is_not() -> None:
    asked = Objectives(
        rto_seconds=60,
        rpo_seconds=60,
        region_rto_seconds=3600,
        region_rpo_seconds=600,
        disruptions=(Disruption(name="AZ", scenarios=("zone_lost",), rto_seconds=10),),
    )
    assert objectives_at(asked, 7200, 30) == Objectives(
        rto_seconds=7200, rpo_seconds=30, region_rto_seconds=7200, region_rpo_seconds=600
    )


def _measured(scenario: str, phase: Phase, amount: float) -> Contribution:
    return Contribution(
        scenario=scenario, phase=phase, assumption="restore_database", units=amount, measured=True
    )
