"""How resources would be judged and estimated with some of the fixes on paper.

A row is judged again only where a fix touches what it was read from: each verdict is kept with the
fixes that bear on it, and stands for every set that holds the same ones of them.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from state.categories import category_of_scenario
from state.errors import InvalidPremises
from state.judgements import WORKLOAD, Assessment, Judgement
from state.objectives import Objectives
from state.snapshot import Snapshot
from tools.checks import Check, all_checks
from tools.checks.fixing import mend
from tools.checks.judging import judge, workload_of
from tools.checks.paper import Paper
from tools.checks.tracing import EVERY, Changes, Key, TracedWorkload, changes_on
from tools.checks.view import View
from tools.grading.assumptions import Assumptions
from tools.grading.cheapest.search import Fixes
from tools.grading.estimates import share
from tools.grading.ledger import Ledger
from tools.grading.reckoning import Reckoning
from tools.grading.targets import targets_of

NO_FIX: Fixes = frozenset()
Candidate = tuple[str, str]  # check, resource: mend the one at the other


@dataclass(frozen=True)
class _Verdict:
    """A verdict, and the sets of fixes it stands for: those that hold `made` of `bearing`."""

    bearing: Fixes
    made: Fixes
    keys: frozenset[Key]
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
        self._ledger = ledger
        self._by_type: dict[str, list[Check]] = defaultdict(list)
        for check in all_checks().values():
            for kind in check.resource_types:
                self._by_type[kind].append(check)
        self.candidates: list[Candidate] = []
        self._alone: list[Changes] = []
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
        self._on_paper = lru_cache(maxsize=64)(self._write)

    def bearing_on(self, resource: str) -> Fixes:
        """The fixes that can change how a resource is judged.

        Another fix that adds the very thing that one of them adds does not count: it is there.
        """
        if resource not in self._bearing:
            found = NO_FIX
            while more := self._more(resource, found):
                found |= more
            self._bearing[resource] = found
        return self._bearing[resource]

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

    def is_gone(self, resource: str, fixes: Fixes) -> bool:
        """Whether one of the fixes takes the resource away."""
        return any(self._alone[fix].resources.get(resource, self) is None for fix in fixes)

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

    def _write(self, fixes: Fixes) -> TracedWorkload:
        """The workload with these fixes made, in the one order there is."""
        paper = Paper(self._account.snapshot)
        for fix in sorted(fixes):
            try:
                mend(paper, *self.candidates[fix])
            except InvalidPremises:  # not after another one that changed what it is for
                continue
        return TracedWorkload(self._account, changes_on(paper, self._account))

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

    def _verdict(self, check: Check, resource: str, fixes: Fixes) -> _Verdict:
        kept = self._kept[check.id, resource]
        found = next((each for each in kept if fixes & each.bearing == each.made), None)
        if found is None:
            found = self._judge(check, resource, fixes)
            kept.append(found)
        return found

    def _judge(self, check: Check, resource: str, fixes: Fixes) -> _Verdict:
        workload = self._on_paper(fixes)
        workload.seen.clear()
        row = None
        if check.of_workload:
            row = judge(check, View(None, workload))
        else:
            known = workload.snapshot.resources.get(resource)
            if known and known.member and known.type in check.resource_types:
                row = judge(check, View(known, workload))
        keys = frozenset(workload.seen)
        bearing = frozenset(fix for key in keys for fix in self._touching.get(key, ()))
        return _Verdict(bearing, fixes & bearing, keys, row)

    def _more(self, resource: str, fixes: Fixes) -> Fixes:
        """Fixes beyond these that bear on the resource when none or all of these are made."""
        found = set()
        for check in self._checks_of(resource):
            for made in {NO_FIX, fixes}:
                verdict = self._verdict(check, resource, made)
                for key in verdict.keys if verdict.bearing - fixes else ():
                    others = self._touching.get(key, set()) - fixes
                    found |= {fix for fix in others if not self._adds_the_same(fix, fixes, key)}
        return frozenset(found)

    def _adds_the_same(self, fix: int, fixes: Fixes, key: Key) -> bool:
        _, name = key
        if name in self._account.snapshot.resources or name == EVERY:
            return False
        value = self._alone[fix].value(key)
        return any(self._alone[other].value(key) == value for other in fixes)


def _same(row: Judgement | None, other: Judgement | None) -> bool:
    if row is None or other is None:
        return row is other
    return (row.verdict, row.contributions) == (other.verdict, other.contributions)


class Shares:
    """Which share of their targets resources consume, by category, with some fixes made."""

    def __init__(
        self, variants: Variants, ledger: Ledger, table: Assumptions, objectives: Objectives
    ) -> None:
        self._variants = variants
        self._ledger = ledger
        self._table = table
        self._objectives = objectives
        self._known: dict[tuple[str, Fixes], Mapping[str, float]] = {}

    def of(self, resource: str, fixes: Fixes) -> Mapping[str, float]:
        """Category code -> the largest share of time or data in any of its scenarios."""
        fixes &= self._variants.bearing_on(resource)
        if (resource, fixes) not in self._known:
            self._known[resource, fixes] = self._worked_out(resource, fixes)
        return self._known[resource, fixes]

    def _worked_out(self, resource: str, fixes: Fixes) -> Mapping[str, float]:
        if self._variants.is_gone(resource, fixes):
            return {}
        rows = tuple(self._variants.rows(resource, fixes))
        known = self._ledger.resources.get(resource)
        alone = Ledger.model_construct(
            assessments={"": Assessment.model_construct(judgements=rows)},
            resources={resource: known} if known else {},
            gaps=(),
        )
        return shares_of(Reckoning(alone, self._table), self._objectives).get(resource, {})


def shares_of(reckoning: Reckoning, objectives: Objectives) -> dict[str, dict[str, float]]:
    """Resource -> category code -> the largest share of a target, over what sets letters."""
    found: dict[str, dict[str, float]] = defaultdict(dict)
    for estimate in reckoning.counting:
        targets = targets_of(estimate.scenario, objectives)
        if targets is None:
            continue
        code = category_of_scenario()[estimate.scenario].code
        consumed = max(
            share(estimate.rto_seconds, targets.rto), share(estimate.rpo_seconds, targets.rpo)
        )
        shares = found[estimate.resource]
        shares[code] = max(shares.get(code, 0.0), consumed)
    return found
