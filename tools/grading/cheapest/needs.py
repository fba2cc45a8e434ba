"""What has to hold for every category to earn its letter, as needs of the search."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from math import inf

from state.categories import category_of_scenario
from state.grades import Grade
from state.objectives import Objectives
from tools.grading.cheapest.search import Fixes
from tools.grading.cheapest.variants import Shares, Variants, shares_of
from tools.grading.coverage import Coverage, coverage_of
from tools.grading.ledger import Ledger
from tools.grading.letters import LETTERS, letter_for, most_for, worst
from tools.grading.reckoning import Reckoning

_MOST = 1e6  # a share: what never recovers is no further off than this

Goals = Mapping[str, str]  # category code -> the letter to reach


def goals_of(target: str, now: Mapping[str, Grade], best: Mapping[str, Grade]) -> Goals:
    """The letter that is asked for, or the best that fixes reach.

    None where there is no letter; nor where fixes only turn no letter into a poor one.
    """
    return {
        code: worst([target, grade.letter])
        for code, grade in best.items()
        if grade.letter and (now[code].letter or worst([target, grade.letter]) == target)
    }


def limits_of(goals: Goals) -> dict[str, float]:
    """Scenario -> the largest share of its target that its category's goal leaves it."""
    return {
        name: most_for(goals[category.code])
        for name, category in category_of_scenario().items()
        if category.code in goals
    }


def resource_needs(
    variants: Variants, shares: Shares, now: Reckoning, objectives: Objectives, goals: Goals
) -> Iterator["ResourceNeed"]:
    """Those of the resources that do not recover soon enough as they are."""
    limits = limits_of(goals)
    for resource, by_scenario in sorted(shares_of(now, objectives).items()):
        late = {name for name, share in by_scenario.items() if share > limits.get(name, inf)}
        if late:
            every = variants.bearing_on(resource)
            need = ResourceNeed(resource, limits, shares, variants.mattering_to(resource, late))
            yield need if need.met(need.fixes) else replace(need, fixes=every)


@dataclass(frozen=True)
class ResourceNeed:
    """A resource is to recover soon enough in every scenario that strikes it."""

    resource: str
    limits: Mapping[str, float]  # scenario -> largest share
    shares: Shares
    fixes: Fixes

    def met(self, fixes: Fixes) -> bool:
        """Whether it does, with these fixes."""
        return all(
            share <= self.limits.get(name, inf)
            for name, share in self.shares.of(self.resource, fixes).items()
        )

    def excess(self, fixes: Fixes) -> float:
        """By which shares of the targets it is too late, added up."""
        return sum(
            max(0.0, min(share, _MOST) - min(self.limits.get(name, inf), _MOST))
            for name, share in self.shares.of(self.resource, fixes).items()
        )

    def letters(self, fixes: Fixes) -> dict[str, str | None]:
        """The letter that each category would have because of this resource."""
        largest: dict[str, float] = {}
        for name, share in self.shares.of(self.resource, fixes).items():
            code = category_of_scenario()[name].code
            largest[code] = max(largest.get(code, 0.0), share)
        return {code: letter_for(share) for code, share in largest.items()}


@dataclass(frozen=True)
class CoverageNeed:
    """Enough of a category is to be known, and to speak for it, for the letter."""

    category: str
    goal: str
    variants: Variants
    ledger: Ledger
    objectives: Objectives

    @cached_property
    def fixes(self) -> Fixes:
        """Those that change a verdict of the category anywhere."""
        return frozenset().union(*(self.variants.bearing_on(each) for each in self._resources))

    def met(self, fixes: Fixes) -> bool:
        """Whether that much is known, with these fixes."""
        coverage = self._coverage(fixes)
        return not coverage.too_little and coverage.limit(self.goal) == self.goal

    def excess(self, fixes: Fixes) -> float:
        """How many letters the cap is too low."""
        coverage = self._coverage(fixes)
        if coverage.too_little:
            return float(len(LETTERS))
        return float(LETTERS.index(coverage.limit(self.goal)) - LETTERS.index(self.goal))

    def letters(self, fixes: Fixes) -> dict[str, str | None]:
        """The best letter that may be given for the category."""
        coverage = self._coverage(fixes)
        return {self.category: None if coverage.too_little else coverage.limit("A")}

    @cached_property
    def _resources(self) -> frozenset[str]:
        judged = {row.resource for row in self.ledger.judgements}
        return frozenset(judged | self.ledger.resources.keys() | self.variants.added())

    def _coverage(self, fixes: Fixes) -> Coverage:
        rows = tuple(
            row
            for resource in sorted(self._resources)
            for row in self.variants.rows(resource, fixes & self.fixes, self.category)
        )
        before = self.ledger.assessments[self.category]
        return coverage_of(
            before.model_copy(update={"judgements": rows}), self.ledger, self.objectives
        )
