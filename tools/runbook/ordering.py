"""In which order resources come back: first what others cannot do without."""

from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter

from state.runbooks import Wave
from state.snapshot import Snapshot
from tools.grading.composition import uses

_ALONGSIDE = ("AWS::Backup::", "AWS::CloudFormation::", "AWS::CloudWatch::")


def waves_of(snapshot: Snapshot, wanted: Iterable[str]) -> tuple[Wave, ...]:
    """Waves of the wanted resources; a wave needs nothing of a later one.

    What needs each other in a circle has to be brought up together: it is in the same wave. What
    watches or builds the workload comes last: no request waits for it.
    """
    kept = set(wanted)
    last = {each for each in kept if snapshot.resources[each].type.startswith(_ALONGSIDE)}
    waves = _waves(snapshot, kept - last)
    if not last:
        return waves
    return (*waves, Wave(number=len(waves) + 1, resources=tuple(sorted(last)), alongside=True))


def _waves(snapshot: Snapshot, kept: set[str]) -> tuple[Wave, ...]:
    needs: dict[str, set[str]] = {each: set() for each in sorted(kept)}
    for use in uses(snapshot.resources, snapshot.relations):
        if use.hard:
            needs.setdefault(use.user, set()).add(use.used)
            needs.setdefault(use.used, set())
    circle_of = _circles(needs)
    depths = _depths(_between(needs, circle_of), circle_of, kept)
    by_depth: dict[int, list[str]] = {}
    for each in sorted(kept):
        by_depth.setdefault(depths[circle_of[each]], []).append(each)
    return tuple(
        Wave(
            number=number, resources=tuple(by_depth[depth]), circles=_in(by_depth[depth], circle_of)
        )
        for number, depth in enumerate(sorted(by_depth), 1)
    )


_Needs = Mapping[str, set[str]]


def _circles(needs: _Needs) -> dict[str, str]:
    """Each resource -> the first of its circle: itself, if it is in none."""
    first = {each: each for each in needs}
    while True:
        sorter = TopologicalSorter(_between(needs, first))
        try:
            sorter.prepare()
        except CycleError as error:
            together = set(error.args[1])
            to = min(together)
            first = {each: to if at in together else at for each, at in first.items()}
        else:
            return first


def _between(needs: _Needs, first: Mapping[str, str]) -> dict[str, set[str]]:
    """What circles need of each other."""
    found: dict[str, set[str]] = {}
    for user, used in needs.items():
        found.setdefault(first[user], set()).update(first[each] for each in used)
    return {each: used - {each} for each, used in found.items()}


def _depths(needs: _Needs, first: Mapping[str, str], kept: set[str]) -> dict[str, int]:
    """How many of those that are wanted have to be back one after the other before each."""
    counted = {first[each] for each in kept}
    depths: dict[str, int] = {}
    for each in TopologicalSorter(needs).static_order():
        depths[each] = max((depths[n] + (n in counted) for n in needs[each]), default=0)
    return depths


def _in(wave: Iterable[str], first: Mapping[str, str]) -> tuple[tuple[str, ...], ...]:
    together: dict[str, list[str]] = {}
    for each in wave:
        together.setdefault(first[each], []).append(each)
    return tuple(tuple(found) for _, found in sorted(together.items()) if len(found) > 1)
