"""A ledger under a table of constants: worked out once for whatever is asked of it."""

from collections.abc import Mapping, Sequence
from functools import cached_property

from state.grades import Estimate
from tools.grading.assumptions import Assumptions
from tools.grading.estimates import Row, estimates_of, rows_by_resource
from tools.grading.ledger import Ledger


class Reckoning:
    """Estimates of a workload: objectives change none, so any number of them can be graded."""

    def __init__(self, ledger: Ledger, table: Assumptions) -> None:
        self.ledger = ledger
        self.table = table

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
