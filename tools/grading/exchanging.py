"""What one difference between two results does by itself: it alone is exchanged, all else stays.

A result is rows, constants and objectives. To see what a difference did to a category, it is put
alone into the earlier result, and taken alone out of the later one: whatever changes the letter (or
an estimate that binds it) in either case moved it. Both are asked, because of two defects that set
a letter each for itself neither moves it when it is mended alone, but either does when it comes
alone; and the other way round.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from state.categories import Category, categories
from state.grades import Estimate
from state.judgements import Assessment, Judgement, Verdict
from state.objectives import Objectives
from tools.grading.assumptions import Assumptions
from tools.grading.coverage import Coverage, coverage_of
from tools.grading.estimates import longer
from tools.grading.grading import overall_letter, standing
from tools.grading.ledger import GradedResource, Ledger
from tools.grading.reckoning import Reckoning

Rows = Mapping[str, Sequence[Judgement]]  # of one resource, by category code
Numbers = tuple[str | None, float | None, float | None]  # letter, recovery time, data loss


@dataclass(frozen=True)
class Result:
    """What a result was graded from."""

    reckoning: Reckoning
    objectives: Objectives

    @property
    def ledger(self) -> Ledger:
        """The rows."""
        return self.reckoning.ledger

    @property
    def table(self) -> Assumptions:
        """The constants."""
        return self.reckoning.table

    def numbers(self) -> dict[str, Numbers]:
        """Category code -> its letter and the estimates that bind it."""
        found = {}
        for category in categories():
            stands = standing(category, self.reckoning, self.objectives)
            found[category.code] = (
                stands.letter,
                stands.slowest.estimate.rto_seconds if stands.slowest else 0.0,
                stands.lossiest.estimate.rpo_seconds if stands.lossiest else 0.0,
            )
        return found

    def overall(self, numbers: Mapping[str, Numbers]) -> str | None:
        """The workload's letter, given the categories'."""
        return overall_letter({code: each[0] for code, each in numbers.items()}, self.reckoning)

    # -- with one thing of another result ---------------------------------------------------------

    def with_objectives(self, other: "Result") -> "Result":
        """This result against the other's objectives."""
        return Result(self.reckoning, other.objectives)

    def with_constant(self, name: str, other: "Result") -> "Result":
        """This result with one constant as the other has it."""
        table = {**self.table, name: other.table[name]}
        return Result(Reckoning(self.ledger, table), self.objectives)

    def with_gaps(self, other: "Result") -> "Result":
        """This result with what the other could not scan."""
        ledger = self.ledger.model_copy(update={"gaps": other.ledger.gaps})
        return Result(Reckoning(ledger, self.table), self.objectives)

    def with_assessment(self, code: str, other: "Result") -> "Result":
        """This result with all rows of one specialist as the other has them."""
        kept = {c: a for c, a in self.ledger.assessments.items() if c != code}
        if code in other.ledger.assessments:
            kept[code] = other.ledger.assessments[code]
        ledger = self.ledger.model_copy(update={"assessments": dict(sorted(kept.items()))})
        return Result(Reckoning(ledger, self.table), self.objectives)

    def with_resource(self, resource: str, known: GradedResource | None, rows: Rows) -> "Result":
        """This result with another entry and other rows of one resource."""
        exchanged = _Exchanged(self._ordered, resource, known, rows)
        return Result(exchanged, self.objectives)

    def rows_of(self, resource: str) -> Rows:
        """The rows about one resource, by category code."""
        return self._ordered.rows_by_category.get(resource, {})

    @cached_property
    def _ordered(self) -> "_Ordered":
        return _Ordered(self.reckoning)


class _Ordered:
    """A reckoning put in order, so that one resource can be left out at once."""

    def __init__(self, reckoning: Reckoning) -> None:
        self.reckoning = reckoning
        self.rows_by_category: dict[str, dict[str, list[Judgement]]] = {}
        self.judged: set[str] = set()  # resources of which some check has anything to say
        for code, assessment in reckoning.ledger.assessments.items():
            for row in assessment.judgements:
                of_resource = self.rows_by_category.setdefault(row.resource, {})
                of_resource.setdefault(code, []).append(row)
                if row.verdict is not Verdict.UNKNOWN:
                    self.judged.add(row.resource)

    @cached_property
    def worst_first(self) -> Mapping[str, tuple[Sequence[Estimate], Sequence[Estimate]]]:
        """By scenario, the estimates that count: the slowest first, and the lossiest first."""
        struck: dict[str, list[Estimate]] = defaultdict(list)
        for estimate in self.reckoning.counting:
            struck[estimate.scenario].append(estimate)
        return {
            scenario: (
                sorted(estimates, key=_slowness, reverse=True),
                sorted(estimates, key=_lossiness, reverse=True),
            )
            for scenario, estimates in struck.items()
        }


def _slowness(estimate: Estimate) -> tuple[float, str]:
    return longer(estimate.rto_seconds), estimate.resource


def _lossiness(estimate: Estimate) -> tuple[float, str]:
    return longer(estimate.rpo_seconds), estimate.resource


class _Exchanged(Reckoning):
    """A reckoning with other rows of one resource; the estimates of all others are kept."""

    def __init__(
        self, base: _Ordered, resource: str, known: GradedResource | None, rows: Rows
    ) -> None:
        ledger = base.reckoning.ledger
        members = {**ledger.resources}
        members.pop(resource, None)
        if known is not None:
            members[resource] = known
        super().__init__(ledger.model_copy(update={"resources": members}), base.reckoning.table)
        self._base = base
        self._resource = resource
        self._other_rows = rows
        self._alone = Reckoning(
            Ledger.model_construct(
                assessments={
                    code: Assessment(category=code, judgements=tuple(own), answers=())
                    for code, own in rows.items()
                },
                resources={} if known is None else {resource: known},
                gaps=(),
            ),
            base.reckoning.table,
        )

    @cached_property
    def judged(self) -> bool:
        return self._alone.judged or bool(self._base.judged - {self._resource})

    @cached_property
    def worst(self) -> Mapping[str, Sequence[Estimate]]:
        found: dict[str, list[Estimate]] = defaultdict(list)
        for scenario, orders in self._base.worst_first.items():
            for estimates in orders:
                others = (each for each in estimates if each.resource != self._resource)
                if (worst := next(others, None)) is not None:
                    found[scenario].append(worst)
        for estimate in self._alone.counting:
            found[estimate.scenario].append(estimate)
        return found

    def coverage(self, category: Category, objectives: Objectives) -> Coverage | None:
        whole = self._base.reckoning.coverage(category, objectives)
        if whole is None:
            return None
        gone = self._base.rows_by_category.get(self._resource, {}).get(category.code, ())
        less = self._counted(category, gone, objectives)
        more = self._counted(category, self._other_rows.get(category.code, ()), objectives)
        return replace(
            whole,
            rows=whole.rows - less.rows + more.rows,
            unknown=whole.unknown - less.unknown + more.unknown,
            passed=whole.passed - less.passed + more.passed,
            unscanned=self.ledger.unscanned,
        )

    def _counted(
        self, category: Category, rows: Sequence[Judgement], objectives: Objectives
    ) -> Coverage:
        few = Assessment(category=category.code, judgements=tuple(rows), answers=())
        return coverage_of(few, _NO_GAPS, objectives)


_NO_GAPS = Ledger(assessments={}, resources={}, gaps=())
