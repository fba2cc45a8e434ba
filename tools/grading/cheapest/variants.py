"""How resources would be judged and estimated with some of the fixes on paper.

A row is judged again only where a fix touches what it was read from: each verdict is kept with the
fixes that bear on it, and stands for every set that holds the same ones of them.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

from state.errors import InvalidPremises
from state.judgements import WORKLOAD, Assessment, Judgement
from state.objectives import Objectives
from state.snapshot import RelationKind, Snapshot
from tools.checks import Check, all_checks
from tools.checks.fixing import mend
from tools.checks.judging import judge, workload_of
from tools.checks.paper import Paper
from tools.checks.tracing import EVERY, Changes, Key, TracedWorkload, Tracer, changes_on
from tools.checks.view import View
from tools.grading.assumptions import Assumptions
from tools.grading.cheapest.search import Fixes
from tools.grading.cheapest.warnings import Warnings
from tools.grading.composition import composition_of
from tools.grading.estimates import share
from tools.grading.ledger import GradedResource, Ledger
from tools.grading.reckoning import Reckoning
from tools.grading.targets import targets_of

NO_FIX: Fixes = frozenset()
_FEW = 3  # fixes beside one, all of whose sets are tried
Candidate = tuple[str, str]  # check, resource: mend the one at the other


@dataclass(frozen=True)
class _Verdict:
    """A verdict, and the sets of fixes it stands for: those that hold `made` of `bearing`."""

    bearing: Fixes
    made: Fixes
    row: Judgement | None


class Variants:
    """The rows of a workload's resources by the set of fixes that is made."""

    def __init__(self, snapshot: Snapshot, ledger: Ledger, candidates: Iterable[Candidate]) -> None:
        """`ledger`: the rows as they are without any of the fixes; those that break are left out.

        Args:
            snapshot: the account.
            ledger: its rows.
            candidates: failing rows of checks that have a remedy.
        """
        self._account = workload_of(snapshot)
        self._tracer = Tracer(self._account)
        self._ledger = ledger
        self._by_type: dict[str, list[Check]] = defaultdict(list)
        for check in all_checks().values():
            for kind in check.resource_types:
                self._by_type[kind].append(check)
        self.candidates: list[Candidate] = []
        self._alone: list[Changes] = []
        self._softened: list[frozenset[str]] = []
        self._touching: dict[Key, set[int]] = defaultdict(set)
        for candidate in sorted(candidates):
            self._add(candidate)
        self._rows: dict[tuple[str, str], Judgement] = {}
        self._others: dict[str, list[tuple[str, Judgement]]] = defaultdict(list)
        for code, assessment in ledger.assessments.items():
            for row in assessment.judgements:
                if row.check in all_checks():
                    self._rows[row.check, row.resource] = row
                else:
                    self._others[row.resource].append((code, row))
        self._kept: dict[tuple[str, str], list[_Verdict]] = defaultdict(list)
        self._bearing: dict[str, Fixes] = {}
        self._made = lru_cache(maxsize=1024)(self._changed)
        self._on_paper = lru_cache(maxsize=256)(self._traced)
        self._warnings = Warnings(snapshot, self._alone, self.candidates)

    def bearing_on(self, resource: str) -> Fixes:
        """The fixes that can change how a resource is judged, and how soon anybody is told."""
        if resource not in self._bearing:
            softening = {fix for fix, soft in enumerate(self._softened) if resource in soft}
            found, before = self._warnings.bearing_on(resource) | softening, None
            while found != before:
                before = found
                for check in self._checks_of(resource):
                    for made in (NO_FIX, before):
                        found |= self._verdict(check, resource, made).bearing
            self._bearing[resource] = found
        return self._bearing[resource]

    def mattering_to(self, resource: str, scenarios: Set[str]) -> Fixes:
        """Of the fixes that bear on a resource those that change what counts in some scenarios."""
        found = self._warnings.bearing_on(resource)
        found |= {fix for fix in self.bearing_on(resource) if not self.counts(resource, {fix})}
        for check in self._checks_of(resource):
            if not _speaks_of(check, scenarios):
                continue
            kept = self._kept[check.id, resource]
            bearing = self.bearing_on(resource) & NO_FIX.union(*(v.bearing for v in kept))
            for fix in bearing - found:
                if self._matters(fix, check, resource, bearing, scenarios):
                    found |= {fix}
        return found

    def rows(self, resource: str, fixes: Fixes, category: str | None = None) -> list[Judgement]:
        """One specialist's rows about a resource, or every one's, with these fixes made.

        What did not come from a check of the catalogue stays as it is.
        """
        if self.is_gone(resource, fixes):
            return []
        verdicts = (
            self._row(check, resource, fixes)
            for check in self._checks_of(resource)
            if category in (None, check.category.code)
        )
        others = (row for code, row in self._others[resource] if category in (None, code))
        return [row for row in verdicts if row] + list(others)

    def known(self, resource: GradedResource, identity: str, fixes: Fixes) -> GradedResource:
        """What grading knows of a resource, with these fixes made."""
        told = self._warnings.of(identity, fixes)
        return resource.model_copy(update={"noticed": told})

    def is_gone(self, resource: str, fixes: Set[int]) -> bool:
        """Whether one of the fixes takes the resource away, or out of the workload."""
        changed = [self._alone[fix].resources for fix in fixes]
        after = [resources[resource] for resources in changed if resource in resources]
        return any(each is None or not each.member for each in after)

    def counts(self, resource: str, fixes: Set[int]) -> bool:
        """Whether it sets letters: it is there, and the rest cannot go on without it."""
        softened = any(resource in self._softened[fix] for fix in fixes)
        return not softened and not self.is_gone(resource, fixes)

    def added(self) -> set[str]:
        """The resources that some fix adds."""
        there = self._account.snapshot.resources
        return {name for changes in self._alone for name in changes.resources if name not in there}

    # -- parts ------------------------------------------------------------------------------------

    def _add(self, candidate: Candidate) -> None:
        paper = Paper(self._account.snapshot)
        try:
            mend(paper, *candidate)
        except InvalidPremises:
            return  # nothing that can be tried on paper here
        changes = changes_on(paper, self._account)
        for key in changes.touched:
            self._touching[key].add(len(self.candidates))
        self.candidates.append(candidate)
        self._alone.append(changes)
        self._softened.append(self._now_soft(paper, changes))

    def _now_soft(self, paper: Paper, changes: Changes) -> frozenset[str]:
        """What the rest goes on without as soon as the fix is made."""
        relations = (r for found in changes.outgoing.values() for r in found)
        if all(relation.kind is RelationKind.OBSERVABILITY for relation in relations):
            return frozenset()
        return composition_of(paper.resources.values(), paper.relations).soft

    def _changed(self, fixes: Fixes) -> Snapshot:
        """The account with these fixes made, in the one order there is."""
        if not fixes:
            return self._account.snapshot
        last = max(fixes)
        paper = Paper(self._made(fixes - {last}))
        # One that another fix leaves nothing to do for, or nothing that it knows, does nothing.
        with suppress(InvalidPremises):
            mend(paper, *self.candidates[last])
        return paper.snapshot()

    def _traced(self, fixes: Fixes) -> TracedWorkload:
        return self._tracer.workload(changes_on(Paper(self._made(fixes)), self._account))

    def _checks_of(self, resource: str) -> Sequence[Check]:
        if resource == WORKLOAD:
            return self._by_type[WORKLOAD]
        known = self._account.snapshot.resources.get(resource)
        kinds = {known.type} if known else set()
        kinds |= {r.type for c in self._alone if (r := c.resources.get(resource))}
        return [check for kind in sorted(kinds) for check in self._by_type[kind]]

    def _row(self, check: Check, resource: str, fixes: Fixes) -> Judgement | None:
        """As the ledger has it where the check says what it said, whoever had a word in it."""
        if self._ledger.assessments[check.category.code].failed:
            return None
        row = self._verdict(check, resource, fixes).row
        if _same(row, self._verdict(check, resource, NO_FIX).row):
            return self._rows.get((check.id, resource))
        return row

    def _matters(
        self, fix: int, check: Check, resource: str, bearing: Fixes, scenarios: Set[str]
    ) -> bool:
        """Whether it changes the row, whichever of the others is made."""
        others = sorted(bearing - {fix})
        sets: Iterable[Iterable[int]] = (
            (c for n in range(len(others) + 1) for c in combinations(others, n))
            if len(others) <= _FEW
            else ((), others)
        )
        for made in map(frozenset, sets):
            without = self._row(check, resource, made)
            made_too = self._row(check, resource, made | {fix})
            if _counting(without, scenarios) != _counting(made_too, scenarios):
                return True
        return len(others) > _FEW and _counting(
            self._row(check, resource, NO_FIX), scenarios
        ) != _counting(self._row(check, resource, bearing), scenarios)

    def _verdict(self, check: Check, resource: str, fixes: Fixes) -> _Verdict:
        """The verdict with the fixes made, judged with no more of them than bear on it.

        What was read with some of them made reads the same with more, unless those touch it.
        """
        kept = self._kept[check.id, resource]
        made = NO_FIX
        while True:
            found = next((v for v in kept if made & v.bearing == v.made), None)
            if found is None:
                found = self._judge(check, resource, made)
                kept.append(found)
            if fixes & found.bearing == found.made:
                return found
            made |= fixes & found.bearing

    def _judge(self, check: Check, resource: str, made: Fixes) -> _Verdict:
        workload = self._on_paper(made)
        self._tracer.seen.clear()
        row = None
        if check.of_workload:
            row = judge(check, View(None, workload))
        else:
            known = workload.snapshot.resources.get(resource)
            if known and known.member and known.type in check.resource_types:
                row = judge(check, View(known, workload))
        bearing = frozenset(
            fix
            for key in self._tracer.seen
            for fix in self._touching.get(key, ())
            if fix in made or not self._adds_the_same(fix, made, key)
        )
        return _Verdict(bearing, made & bearing, row)

    def _adds_the_same(self, fix: int, made: Fixes, key: Key) -> bool:
        """Whether one of those made adds what this one would add: it is there already."""
        _, name, *_ = key
        if name in self._account.snapshot.resources or name == EVERY:
            return False
        value = self._alone[fix].value(key)
        return any(self._alone[other].value(key) == value for other in made)


def _speaks_of(check: Check, scenarios: Set[str]) -> bool:
    every = (effect.scenario for effect in (*check.on_fail, *check.on_pass))
    return any(scenario is None or scenario.name in scenarios for scenario in every)


def _counting(row: Judgement | None, scenarios: Set[str]) -> tuple[object, ...]:
    """What a row adds to the estimates of some scenarios."""
    every = row.contributions if row else ()
    adds = tuple(c for c in every if c.scenario is None or c.scenario in scenarios)
    return (row.verdict, adds) if row and adds else ()


def _same(row: Judgement | None, other: Judgement | None) -> bool:
    if row is None or other is None:
        return row is other
    return (row.verdict, row.contributions) == (other.verdict, other.contributions)


class Shares:
    """Which share of their targets resources consume, by scenario, with some fixes made."""

    def __init__(
        self, variants: Variants, ledger: Ledger, table: Assumptions, objectives: Objectives
    ) -> None:
        self._variants = variants
        self._ledger = ledger
        self._table = table
        self._objectives = objectives
        self._known: dict[tuple[str, Fixes], Mapping[str, float]] = {}

    def of(self, resource: str, fixes: Fixes) -> Mapping[str, float]:
        """Scenario -> the larger share of time and of data."""
        fixes &= self._variants.bearing_on(resource)
        if (resource, fixes) not in self._known:
            self._known[resource, fixes] = self._worked_out(resource, fixes)
        return self._known[resource, fixes]

    def _worked_out(self, resource: str, fixes: Fixes) -> Mapping[str, float]:
        if not self._variants.counts(resource, fixes):
            return {}
        rows = tuple(self._variants.rows(resource, fixes))
        known = self._ledger.resources.get(resource)
        alone = Ledger.model_construct(
            assessments={"": Assessment.model_construct(judgements=rows)},
            resources={resource: self._variants.known(known, resource, fixes)} if known else {},
            gaps=(),
        )
        return shares_of(Reckoning(alone, self._table), self._objectives).get(resource, {})


def shares_of(reckoning: Reckoning, objectives: Objectives) -> dict[str, dict[str, float]]:
    """Resource -> scenario -> the larger share of time and of data, for all that sets letters."""
    found: dict[str, dict[str, float]] = defaultdict(dict)
    for estimate in reckoning.counting:
        targets = targets_of(estimate.scenario, objectives)
        if targets is not None:
            found[estimate.resource][estimate.scenario] = max(
                share(estimate.rto_seconds, targets.rto), share(estimate.rpo_seconds, targets.rpo)
            )
    return found
