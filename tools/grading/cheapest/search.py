"""The cheapest set of fixes that meets every need: exactly for small groups, greedily beyond.

A need can only be met by more fixes, never be missed by them. So a fix without which all others
together do not do is in every set that does; what is left open then falls into groups that share
no fix, and the cheapest set is made of each group's cheapest set. A group's sets are tried in order
of their price until one does: that is exact. Where `MOST_TRIED` of them do not (at the earliest in
a group of more than twelve fixes) the group is solved greedily.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import Protocol

from tools.grading.cheapest.prices import Price, total

MOST_TRIED = 2**12

Fixes = frozenset[int]  # positions in a list of candidates


class Need(Protocol):
    """Something that has to hold, and that all of its fixes together make hold."""

    @property
    def fixes(self) -> Fixes:
        """Those that can change whether it is met."""

    def met(self, fixes: Fixes) -> bool:
        """Whether these are enough."""

    def excess(self, fixes: Fixes) -> float:
        """By how much these are too little; 0 if they are enough."""


@dataclass(frozen=True)
class Found:
    """A set that meets every need, and whether there is none cheaper."""

    fixes: Fixes
    exact: bool


def cheapest_set(needs: Iterable[Need], prices: Sequence[Price]) -> Found:
    """The cheapest set that meets all needs, or nearly so; no fix of it can be left out.

    Args:
        needs: each met by all of its fixes.
        prices: of the candidates, by position.
    """
    unmet = [need for need in needs if not need.met(frozenset())]
    certain = frozenset(
        fix for need in unmet for fix in need.fixes if not need.met(need.fixes - {fix})
    )
    unmet = [need for need in unmet if not need.met(certain & need.fixes)]
    chosen, exact = certain, True
    for group in _groups(unmet, certain):
        found = _in_order_of_price(group, certain, prices)
        if found is None:
            found, exact = _greedily(group, certain, prices), False
        chosen |= found
    return Found(chosen, exact)


# -- parts ----------------------------------------------------------------------------------------


def _open(group: Iterable[Need], certain: Fixes) -> Fixes:
    """The fixes that a group has a choice of."""
    return frozenset().union(*(need.fixes for need in group)) - certain


def _all_met(group: Iterable[Need], fixes: Fixes) -> bool:
    return all(need.met(fixes & need.fixes) for need in group)


def _groups(needs: Sequence[Need], certain: Fixes) -> list[list[Need]]:
    """Needs that share a fix which is not certain, however indirectly, side by side."""
    groups: list[tuple[Fixes, list[Need]]] = []
    for need in needs:
        fixes, together = need.fixes - certain, [need]
        apart = []
        for other_fixes, others in groups:
            if fixes & other_fixes:
                fixes, together = fixes | other_fixes, others + together
            else:
                apart.append((other_fixes, others))
        groups = [*apart, (fixes, together)]
    return [group for _, group in groups]


def _in_order_of_price(
    group: Sequence[Need], certain: Fixes, prices: Sequence[Price]
) -> Fixes | None:
    """The first set that does; None: too many had to be tried."""
    candidates = sorted(_open(group, certain), key=lambda fix: (prices[fix], fix))
    for number, chosen in enumerate(_by_price(candidates, prices)):
        if number >= MOST_TRIED:
            return None
        if _all_met(group, certain | chosen):
            return chosen
    raise ValueError("a need that all of its fixes do not meet")


def _by_price(candidates: Sequence[int], prices: Sequence[Price]) -> Iterator[Fixes]:
    """Every set of the candidates (cheapest first), a cheaper one before a dearer one.

    From a set whose dearest is the n-th candidate come the one that has the next candidate too, and
    the one that has it instead: each set comes from exactly one, which is no dearer.
    """
    yield frozenset()
    heap: list[tuple[Price, tuple[int, ...]]] = []

    def offer(places: tuple[int, ...]) -> None:
        if places[-1] < len(candidates):
            heappush(heap, (total(prices[candidates[place]] for place in places), places))

    offer((0,))
    while heap:
        _, places = heappop(heap)
        yield frozenset(candidates[place] for place in places)
        *rest, last = places
        offer((*places, last + 1))
        offer((*rest, last + 1))


def _greedily(group: Sequence[Need], certain: Fixes, prices: Sequence[Price]) -> Fixes:
    """What gets nearest for its effort, again and again; then what turns out needless goes."""
    left, chosen = set(_open(group, certain)), certain
    while left and not _all_met(group, chosen):
        gains = {fix: _gain(group, chosen, fix) / prices[fix].minutes for fix in left}
        best = max(left, key=lambda fix: (gains[fix], [-part for part in prices[fix]], -fix))
        # Where no fix does anything alone, several have to come together: take them all.
        chosen |= {best} if gains[best] > 0 else left
        left -= chosen
    for fix in sorted(chosen - certain, key=lambda fix: (prices[fix], fix), reverse=True):
        if _all_met((need for need in group if fix in need.fixes), chosen - {fix}):
            chosen -= {fix}
    return chosen - certain


def _gain(group: Iterable[Need], chosen: Fixes, fix: int) -> float:
    more = chosen | {fix}
    return sum(
        need.excess(chosen & need.fixes) - need.excess(more & need.fixes)
        for need in group
        if fix in need.fixes
    )
