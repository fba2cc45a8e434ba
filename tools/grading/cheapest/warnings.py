"""How soon alarms elsewhere would tell somebody of an outage, with some of the fixes on paper.

An alarm at one component counts for all that it cannot work without, so a fix to it is one to them.
The quickest counts; where several fixes mend the same alarm they may only do so together.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from math import inf

from state.errors import InvalidPremises
from state.judgements import Contribution
from state.snapshot import Snapshot
from tools.checks.alarms import ALARM
from tools.checks.fixing import mend
from tools.checks.paper import Paper
from tools.checks.tracing import Changes
from tools.grading.cheapest.search import Fixes
from tools.grading.composition import uses
from tools.grading.noticing import noticed

_TELLING = frozenset((ALARM, "AWS::SNS::Topic", "AWS::SNS::Subscription"))

_Told = tuple[Contribution, ...]


class Warnings:
    """What the alarms on other resources say of each resource, by the set of fixes made."""

    def __init__(
        self, snapshot: Snapshot, alone: Sequence[Changes], candidates: Sequence[tuple[str, str]]
    ) -> None:
        """`alone`: what each of the candidates (check, resource) changes by itself."""
        self._uses = uses(snapshot.resources, snapshot.relations)
        self._before = noticed(snapshot, self._uses)
        self._after: list[tuple[Fixes, Mapping[str, _Told]]] = []
        together: dict[str, set[int]] = defaultdict(set)
        for fix, changes in enumerate(alone):
            if _TELLING & changes.by_type.keys():
                self._note(snapshot, candidates, frozenset({fix}))
                together[candidates[fix][1]].add(fix)
        for fixes in together.values():
            if len(fixes) > 1:
                self._note(snapshot, candidates, frozenset(fixes))

    def bearing_on(self, resource: str) -> Fixes:
        """The fixes that have somebody told of its outage, or told sooner."""
        return frozenset(fix for fixes, told in self._after if resource in told for fix in fixes)

    def of(self, resource: str, fixes: Fixes) -> _Told:
        """The quickest warning there is."""
        found = [told[resource] for made, told in self._after if resource in told and made <= fixes]
        before = self._before.get(resource)
        return min([*found, *([before] if before else [])], key=_soonness, default=())

    def _note(
        self, snapshot: Snapshot, candidates: Sequence[tuple[str, str]], fixes: Fixes
    ) -> None:
        paper = Paper(snapshot)
        for fix in sorted(fixes):
            try:
                mend(paper, *candidates[fix])
            except InvalidPremises:
                return
        told = noticed(paper.snapshot(), self._uses)
        sooner = {
            name: each
            for name, each in told.items()
            if _seconds(each) < _seconds(self._before.get(name, ()))
        }
        self._after.append((fixes, sooner))


def _seconds(told: _Told) -> float:
    return told[0].units if told else inf


def _soonness(told: _Told) -> tuple[float, str]:
    return _seconds(told), told[0].seen_at
