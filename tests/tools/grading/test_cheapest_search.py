"""The cheapest set: never dearer than any other that does, never with a fix to spare."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from unittest.mock import patch

from hypothesis import given
from hypothesis import strategies as st

from state.judgements import Cost, Effort
from tools.grading.cheapest import search
from tools.grading.cheapest.prices import NOTHING, Price, price_of, total
from tools.grading.cheapest.search import Fixes, cheapest_set

CANDIDATES = 7


@dataclass(frozen=True)
class AnyOf:
    """A need that is met once one of some sets is made as a whole."""

    ways: tuple[Fixes, ...]

    @property
    def fixes(self) -> Fixes:
        return Fixes().union(*self.ways)

    def met(self, fixes: Fixes) -> bool:
        return any(way <= fixes for way in self.ways)

    def excess(self, fixes: Fixes) -> float:
        return float(min(len(way - fixes) for way in self.ways))


fixes = st.frozensets(st.integers(0, CANDIDATES - 1), min_size=1, max_size=3)
needs = st.lists(st.builds(AnyOf, st.lists(fixes, min_size=1, max_size=3).map(tuple)), max_size=5)
prices = st.lists(
    st.builds(price_of, st.sampled_from(Effort), st.sampled_from(Cost)),
    min_size=CANDIDATES,
    max_size=CANDIDATES,
)


def met(asked: Sequence[AnyOf], made: Fixes) -> bool:
    return all(need.met(made & need.fixes) for need in asked)


def price(made: Fixes, prices: Sequence[Price]) -> Price:
    return total(prices[fix] for fix in made)


@given(needs, prices)
def test_no_set_that_does_is_cheaper(asked: list[AnyOf], prices: list[Price]) -> None:
    found = cheapest_set(asked, prices)
    every = (
        frozenset(made)
        for number in range(CANDIDATES + 1)
        for made in combinations(range(CANDIDATES), number)
    )
    cheapest = min(price(made, prices) for made in every if met(asked, made))
    assert found.exact
    assert met(asked, found.fixes)
    assert price(found.fixes, prices) == cheapest


@given(needs, prices)
def test_greedily_no_fix_is_left_over_and_it_is_said(
    asked: list[AnyOf], prices: list[Price]
) -> None:
    with patch.object(search, "MOST_TRIED", 1):
        found = cheapest_set(asked, prices)
    assert met(asked, found.fixes)
    for fix in found.fixes:
        assert not met(asked, found.fixes - {fix})
    if price(found.fixes, prices) > price(cheapest_set(asked, prices).fixes, prices):
        assert not found.exact


@given(st.lists(st.sampled_from(Effort), max_size=6), st.sampled_from(Cost))
def test_effort_comes_before_cost_and_cost_before_number(efforts: list[Effort], cost: Cost) -> None:
    """Six fixes of minutes are less than one of hours, whatever they cost; ties go to fewer."""
    several = total(price_of(effort, cost) for effort in efforts)
    assert several == Price(
        sum(price_of(e, cost).minutes for e in efforts),
        sum(price_of(e, cost).cost for e in efforts),
        len(efforts),
    )
    assert (several == NOTHING) == (not efforts)
    six = total([price_of(Effort.MINUTES, Cost.MUCH)] * 6)
    assert six < price_of(Effort.HOURS, Cost.FREE)
    assert price_of(Effort.HOURS, Cost.FREE) < price_of(Effort.HOURS, Cost.LITTLE)


def test_two_ways_and_a_shared_fix() -> None:
    """A needs 0, or 1 and 2; B needs 2. By effort 15 min each: {0, 2} and {1, 2} take the same
    30 minutes; 0 costs much (40) and 1 is free, so {1, 2} it is.
    """
    asked = [AnyOf((frozenset({0}), frozenset({1, 2}))), AnyOf((frozenset({2}),))]
    prices = [
        price_of(Effort.MINUTES, Cost.MUCH),
        price_of(Effort.MINUTES, Cost.FREE),
        price_of(Effort.MINUTES, Cost.FREE),
    ]
    found = cheapest_set(asked, prices)
    assert (found.fixes, found.exact) == (frozenset({1, 2}), True)
