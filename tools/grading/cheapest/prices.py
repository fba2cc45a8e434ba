"""What fixes take, and which of two sets of them is the cheaper one.

The one place where that order is defined: less effort of people first, then less on the bill, then
fewer fixes. Every part of a price adds up over the fixes of a set, and a smaller first part decides
whatever the others are: so the cheapest set of a workload is made of the cheapest sets of its
independent parts.
"""

from collections.abc import Iterable
from typing import NamedTuple

from state.judgements import Cost, Effort

HOUR = 60
DAY = 8 * HOUR  # of work

# Minutes of work for one resource: the middle of what the word stands for.
_EFFORT = {
    Effort.MINUTES: 15,
    Effort.HOURS: 4 * HOUR,
    Effort.DAYS: 3 * DAY,
    Effort.WEEKS: 15 * DAY,
}
# Of no unit: only how much more the one is than the other.
_COST = {Cost.FREE: 0, Cost.LITTLE: 1, Cost.SOME: 10, Cost.MUCH: 40}


class Price(NamedTuple):
    """What a set of fixes takes; compared part by part."""

    minutes: int  # of a person's work
    cost: int
    number: int


NOTHING = Price(0, 0, 0)


def price_of(effort: Effort, cost: Cost) -> Price:
    """What one fix of one resource takes."""
    return Price(_EFFORT[effort], _COST[cost], 1)


def total(prices: Iterable[Price]) -> Price:
    """What several fixes take together."""
    every = list(prices)
    return Price(
        sum(each.minutes for each in every),
        sum(each.cost for each in every),
        sum(each.number for each in every),
    )
