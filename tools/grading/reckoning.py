"""A ledger under a table of constants: worked out once for whatever is asked of it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cached_property

from state.categories import Category, scenarios
from state.grades import Estimate
from state.judgements import Verdict
from state.objectives import Objectives
from tools.grading.assumptions import Assumptions
from tools.grading.coverage import Coverage, coverage_of
from tools.grading.estimates import Row, estimates_of, longer, rows_by_resource
from tools.grading.ledger import Ledger
from tools.grading.targets import targets_of


class Reckoning:
    """Estimates of a workload: objectives change none, so any number of them can be graded."""

    def __init__(self, ledger: Ledger, table: Assumptions) -> None:
        self.ledger = ledger
        self.table = table
        self._coverage: dict[tuple[str, frozenset[str]], Coverage] = {}

    @cached_property
    def rows(self) -> Mapping[str, Sequence[Row]]:
        """What is contributed, by resource id."""
        return rows_by_resource(self.ledger)

    @cached_property
    def estimates(self) -> Sequence[Estimate]:
        """One for each resource and scenario that can strike it, in a stable order."""
        return [
            estimate
            for resource, rows in sorted(self.rows.items())
            for estimate in estimates_of(resource, rows, self.table)
        ]

    @cached_property
    def counting(self) -> Sequence[Estimate]:
        """The estimates that set letters: not those of what the rest goes on without."""
        return [each for each in self.estimates if not self.ledger.is_soft(each.resource)]

    @cached_property
    def soft(self) -> Sequence[Estimate]:
        """The estimates of what the rest goes on without."""
        return [each for each in self.estimates if self.ledger.is_soft(each.resource)]

    @cached_property
    def judged(self) -> bool:
        """Whether any check has anything to say."""
        return any(each.verdict is not Verdict.UNKNOWN for each in self.ledger.judgements)

    @cached_property
    def worst(self) -> Mapping[str, Sequence[Estimate]]:
        """By scenario, the slowest recovery and the largest loss: none else can set a letter."""
        struck: dict[str, list[Estimate]] = defaultdict(list)
        for estimate in self.counting:
            struck[estimate.scenario].append(estimate)
        return {
            scenario: (
                max(estimates, key=lambda e: (longer(e.rto_seconds), e.resource)),
                max(estimates, key=lambda e: (longer(e.rpo_seconds), e.resource)),
            )
            for scenario, estimates in struck.items()
        }

    def coverage(self, category: Category, objectives: Objectives) -> Coverage | None:
        """How much of a category could be judged; None: it could not be assessed at all.

        Of the objectives it matters alone which scenarios something is asked of.
        """
        assessment = self.ledger.assessments.get(category.code)
        if assessment is None or assessment.failed:
            return None
        asked = frozenset(name for name in scenarios() if targets_of(name, objectives))
        place = category.code, asked
        if place not in self._coverage:
            self._coverage[place] = coverage_of(assessment, self.ledger, objectives)
        return self._coverage[place]
