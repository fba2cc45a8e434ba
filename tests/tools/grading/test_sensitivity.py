"""Each constant, halved and doubled, moves what it is in, the right way, and nothing else."""

from collections.abc import Callable, Mapping

from hypothesis import given, settings
from hypothesis import strategies as st

from agents.specialist import assess
from state.categories import categories
from state.grades import Estimate, Term
from state.judgements import Judgement, Phase
from state.objectives import Objectives
from state.premises import Override
from state.snapshot import Snapshot
from tests.tools.grading.generated import TABLE, objectives, some_rows
from tools.grading.assumptions import Assumptions, with_overrides
from tools.grading.estimates import longer
from tools.grading.ledger import Ledger, build_ledger
from tools.grading.letters import as_number
from tools.grading.reckoning import Reckoning
from tools.grading.sweeping import letters_at

Rows = Mapping[str, tuple[Judgement, ...]]
LedgerOf = Callable[..., Ledger]

NAMES = sorted(TABLE)
SCALED = [name for name in NAMES if TABLE[name].amount(1) not in (0, float("inf"))]
PRESENT = [
    Objectives(rto_seconds=rto, rpo_seconds=rpo)
    for rto, rpo in ((86400, 43200), (7200, 1800), (600, 60))
]


def scaled(name: str, factor: float) -> Assumptions:
    """The table with one constant so many times as large."""
    known = TABLE[name]
    amounts = {
        "seconds": known.seconds * factor,
        "seconds_per_unit": known.seconds_per_unit * factor,
    }
    return {**TABLE, name: known.model_copy(update=amounts)}


def steps(estimate: Estimate, *, lose: bool, of: str) -> list[Term]:
    """The terms of the time, or of the data, that are made of a constant."""
    return [
        term
        for term in estimate.terms
        if (term.term == Phase.LOSE) == lose
        and term.source.endswith(f":{of}")
        and not term.measured
    ]


def judge_move(before: Estimate, after: Estimate, name: str, factor: float) -> None:
    """One estimate, in time and in data, under the table as it is and the scaled one."""
    for lose in (False, True):
        was, now = (
            longer(each.rpo_seconds if lose else each.rto_seconds) for each in (before, after)
        )
        had = steps(before, lose=lose, of=name)
        if was != now:
            assert had or steps(after, lose=lose, of=name), (name, before)
            assert (now > was) == (factor > 1)
        share = sum(term.seconds or 0 for term in had)
        if share and factor > 1 and was < float("inf"):
            assert now > was
        if factor < 1 and was < float("inf"):
            assert was - now <= share * (1 - factor) + 1e-6


def judge(
    before: Reckoning, after: Reckoning, name: str, factor: float, asked: list[Objectives]
) -> None:
    """Every estimate; and a longer step never raises a letter, nor a shorter one lowers it."""
    for was, now in zip(before.estimates, after.estimates, strict=True):
        assert (was.resource, was.scenario) == (now.resource, now.scenario)
        judge_move(was, now, name, factor)
    for each in asked:
        earlier, later = letters_at(before, each), letters_at(after, each)
        for code, letter in earlier.items():
            other = later[code]
            assert (letter is None) == (other is None)
            if letter and other:
                moved = as_number(other) - as_number(letter)
                assert moved <= 0 if factor > 1 else moved >= 0


@settings(max_examples=100)
@given(some_rows, st.sampled_from(SCALED), st.sampled_from([0.5, 2.0]), objectives())
def test_of_any_rows(
    ledger_of: LedgerOf, rows: Rows, name: str, factor: float, asked: Objectives
) -> None:
    ledger = ledger_of(rows, soft=["arn:c"])
    before, after = Reckoning(ledger, TABLE), Reckoning(ledger, scaled(name, factor))
    judge(before, after, name, factor, [asked])


def test_of_the_samples(samples_read: Mapping[str, Snapshot]) -> None:
    moved = set()
    for snapshot in samples_read.values():
        ledger = build_ledger(snapshot, {c.code: assess(c, snapshot) for c in categories()})
        before = Reckoning(ledger, TABLE)
        for name in SCALED:
            for factor in (0.5, 2.0):
                after = Reckoning(ledger, scaled(name, factor))
                judge(before, after, name, factor, PRESENT)
                if after.estimates != before.estimates:
                    moved.add(name)
    assert {"unmonitored", "decide", "redeploy_by_hand"} <= moved


def test_a_constant_that_is_given_as_it_is_changes_no_estimate(ledger_of: LedgerOf) -> None:
    """Only where it comes from: `given`."""
    same = {
        name: Override(seconds=known.seconds, why="as it is")
        for name, known in TABLE.items()
        if known.kind != "configured" and not known.never
    }
    given = with_overrides(TABLE, same)
    for name in same:
        assert given[name].amount(3) == TABLE[name].amount(3)
        assert given[name].kind == "given"
    assert given.keys() == TABLE.keys()
