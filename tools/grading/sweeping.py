"""A sweep: the letters at every pair of a grid of objectives, and where they turn.

Estimates do not depend on objectives, so one reckoning serves all pairs, and each letter is the one
that `grade` and `compose` give for that pair.
"""

from collections.abc import Callable, Iterable, Mapping
from itertools import groupby
from math import ceil

from state.categories import categories
from state.objectives import DAY, HOUR, LONGEST, MINUTE, Objectives
from state.sweeps import OVERALL, Sweep, Turn
from tools.grading.grading import overall_letter, standing
from tools.grading.letters import LETTERS, most_for
from tools.grading.reckoning import Reckoning

# What people ask for, in steps that look about even on a logarithmic axis.
RTO_GRID = (
    *(10, 30, MINUTE, 5 * MINUTE, 15 * MINUTE, 30 * MINUTE),
    *(HOUR, 2 * HOUR, 4 * HOUR, 8 * HOUR, DAY, 3 * DAY, 7 * DAY),
)
RPO_GRID = (
    *(1, 10, MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR),
    *(4 * HOUR, 12 * HOUR, DAY, 3 * DAY, 7 * DAY),
)

Letters = Mapping[str, str | None]  # by category code, and OVERALL


def sweep(
    reckoning: Reckoning,
    present: Objectives,
    rto: Iterable[int] = RTO_GRID,
    rpo: Iterable[int] = RPO_GRID,
) -> Sweep:
    """The letters over a grid, which holds the present objectives too.

    Args:
        reckoning: the estimates.
        present: the objectives from which the turns are looked for.
        rto: seconds, in any order.
        rpo: seconds, in any order.
    """
    rtos = tuple(sorted({present.rto_seconds, *rto}))
    rpos = tuple(sorted({present.rpo_seconds, *rpo}))
    rows = [
        [letters_at(reckoning, objectives_at(present, down, lost)) for lost in rpos]
        for down in rtos
    ]
    names = [*(category.code for category in categories()), OVERALL]
    rto_now, rpo_now = present.rto_seconds, present.rpo_seconds
    worst = [estimate for pair in reckoning.worst.values() for estimate in pair]
    by_rto = _at_turns(
        (estimate.rto_seconds for estimate in worst),
        lambda down: letters_at(reckoning, objectives_at(present, down, rpo_now)),
    )
    by_rpo = _at_turns(
        (estimate.rpo_seconds for estimate in worst),
        lambda lost: letters_at(reckoning, objectives_at(present, rto_now, lost)),
    )
    return Sweep(
        rto_seconds=rtos,
        rpo_seconds=rpos,
        letters={name: tuple(tuple(at[name] for at in row) for row in rows) for name in names},
        rto_present=rto_now,
        rpo_present=rpo_now,
        by_rto={name: _turns_of(name, by_rto) for name in names},
        by_rpo={name: _turns_of(name, by_rpo) for name in names},
    )


def objectives_at(present: Objectives, rto: int, rpo: int) -> Objectives:
    """The objectives of one pair: for everything, whatever a policy says of its disruptions.

    What is asked for the loss of a Region stays, but no tighter than what is asked for less.
    """
    region_rto, region_rpo = present.region_rto_seconds, present.region_rpo_seconds
    return Objectives(
        rto_seconds=rto,
        rpo_seconds=rpo,
        region_rto_seconds=None if region_rto is None else max(region_rto, rto),
        region_rpo_seconds=None if region_rpo is None else max(region_rpo, rpo),
    )


def letters_at(reckoning: Reckoning, objectives: Objectives) -> Letters:
    """The letters that `grade` and `compose` give."""
    letters = {c.code: standing(c, reckoning, objectives).letter for c in categories()}
    return letters | {OVERALL: overall_letter(letters, reckoning)}


def _at_turns(
    times: Iterable[float | None], letters: Callable[[int], Letters]
) -> list[tuple[int, Letters]]:
    """The letters at every objective from which on one can turn, the shortest first.

    That is where a time is the most of the objective that a letter bears, to the second.
    """
    finite = {seconds for seconds in times if seconds is not None}
    ends = [ceil(seconds / most_for(letter)) for seconds in finite for letter in LETTERS[:-1]]
    near = {1, *(end + off for end in ends for off in (-1, 0, 1))}
    return [(each, letters(each)) for each in sorted(near) if 1 <= each <= LONGEST]


def _turns_of(name: str, found: Iterable[tuple[int, Letters]]) -> tuple[Turn, ...]:
    """Where one of the letters becomes another."""
    alike = groupby(found, key=lambda each: each[1][name])
    return tuple(Turn(letter=letter, from_seconds=next(same)[0]) for letter, same in alike)
