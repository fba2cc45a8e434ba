"""The cheapest way to a letter: the fixes that bring every category there, and what none can reach.

A letter comes from the worst of many estimates, each of one resource: so it is asked of every
resource whose estimates are too long by themselves, and of what is known of a category where that
caps its letter (`needs`). `search` finds the cheapest set that meets them all; what a fix changes
is seen by judging again on paper (`variants`). The whole set is then really made and graded.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from state.categories import categories
from state.grades import Grade
from state.judgements import Verdict
from state.objectives import Objectives
from state.plans import Move, Plan, PlanStep
from state.premises import Fix
from state.snapshot import Snapshot
from tools.checks import all_checks
from tools.grading.assumptions import Assumptions
from tools.grading.cheapest.needs import CoverageNeed, Goals, ResourceNeed, goals_of, resource_needs
from tools.grading.cheapest.obstacles import unreached
from tools.grading.cheapest.prices import price_of, total
from tools.grading.cheapest.search import Fixes, cheapest_set
from tools.grading.cheapest.variants import Candidate, Shares, Variants
from tools.grading.coverage import coverage_of, is_asked_for
from tools.grading.grading import compose, grade
from tools.grading.ledger import Ledger
from tools.grading.letters import worst
from tools.grading.reckoning import Reckoning

OVERALL = "OVERALL"

JudgeAgain = Callable[[Sequence[Fix]], Ledger]
_Need = ResourceNeed | CoverageNeed


def cheapest(
    snapshot: Snapshot,
    ledger: Ledger,
    candidates: Iterable[Candidate],
    judge_again: JudgeAgain,
    table: Assumptions,
    objectives: Objectives,
    target: str,
) -> Plan:
    """The cheapest fixes after which every category earns a letter, or comes as near as it can.

    Args:
        snapshot: the account, with what is on paper already.
        ledger: its rows.
        candidates: (check, resource) of the failing rows that may be mended.
        judge_again: all rows with fixes made on top of that.
        table: the constants.
        objectives: what is graded against.
        target: the letter.
    """
    case = _Case(snapshot, ledger, candidates, judge_again, table, objectives, target)
    found = cheapest_set(case.needs, case.prices)
    after = case.graded_with(found.fixes)
    steps = case.steps(found.fixes, after)
    letters = _letters(after.grades, after.overall)
    return Plan(
        target=target,
        objectives=objectives,
        reached=all(_is_reached(grade.letter, target) for grade in after.grades.values()),
        exact=found.exact
        and all(_is_reached(letters[code], goal) for code, goal in case.goals.items()),
        before=_letters(case.now.grades, case.now.overall),
        after=letters,
        steps=tuple(steps),
        minutes=total(case.prices[fix] for fix in found.fixes).minutes,
        considered=len(case.variants.candidates),
        unreached=unreached(case.best.reckoning, case.best.grades, objectives, target),
    )


def candidates_in(ledger: Ledger) -> list[Candidate]:
    """(check, resource) of every failing row that has a remedy."""
    known = all_checks()
    return [
        (row.check, row.resource)
        for row in ledger.judgements
        if row.verdict is Verdict.FAIL and row.check in known and known[row.check].remedy
    ]


# -- parts ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Graded:
    reckoning: Reckoning
    grades: Mapping[str, Grade]
    overall: str | None


def _letters(grades: Mapping[str, Grade], overall: str | None) -> dict[str, str | None]:
    return {OVERALL: overall, **{code: grade.letter for code, grade in grades.items()}}


def _is_reached(letter: str | None, target: str) -> bool:
    return letter is not None and worst([letter, target]) == target


class _Case:
    """One question, and what is worked out on the way to its answer."""

    def __init__(
        self,
        snapshot: Snapshot,
        ledger: Ledger,
        candidates: Iterable[Candidate],
        judge_again: JudgeAgain,
        table: Assumptions,
        objectives: Objectives,
        target: str,
    ) -> None:
        self._ledger = ledger
        self._judge_again = judge_again
        self._table = table
        self._objectives = objectives
        asked_for = [each for each in candidates if is_asked_for(each[0], objectives)]
        self.variants = Variants(snapshot, ledger, asked_for)
        self.now = self._graded(ledger)
        self.best = self.graded_with(frozenset(range(len(self.variants.candidates))))
        self.goals: Goals = goals_of(target, self.now.grades, self.best.grades)
        self.prices = [
            price_of(remedy.effort, remedy.cost)
            for check, _ in self.variants.candidates
            if (remedy := all_checks()[check].remedy)
        ]

    @cached_property
    def needs(self) -> list[_Need]:
        """What is not as it has to be, where all fixes together would make it so."""
        shares = Shares(self.variants, self._ledger, self._table, self._objectives)
        late = resource_needs(
            self.variants, shares, self.now.reckoning, self._objectives, self.goals
        )
        found: list[_Need] = [*late, *self._coverage_needs()]
        return [need for need in found if need.met(need.fixes)]

    def graded_with(self, fixes: Fixes) -> _Graded:
        """The letters with these fixes really made."""
        if not fixes:
            return self.now
        made = [
            Fix(check=c, resource=r)
            for c, r in map(self.variants.candidates.__getitem__, sorted(fixes))
        ]
        return self._graded(self._judge_again(made))

    def steps(self, fixes: Fixes, after: _Graded) -> list[PlanStep]:
        """The fixes by check, the cheapest first."""
        together: dict[str, list[int]] = {}
        for fix in sorted(fixes):
            together.setdefault(self.variants.candidates[fix][0], []).append(fix)
        ordered = sorted(
            together.values(), key=lambda own: (total(self.prices[f] for f in own), own)
        )
        return [self._step(own, fixes, after) for own in ordered]

    # -- parts ------------------------------------------------------------------------------------

    def _graded(self, ledger: Ledger) -> _Graded:
        reckoning = Reckoning(ledger, self._table)
        grades = {c.code: grade(c, reckoning, self._objectives) for c in categories()}
        return _Graded(reckoning, grades, compose(grades, reckoning, self._objectives).letter)

    def _coverage_needs(self) -> list[CoverageNeed]:
        needs = []
        for code, goal in self.goals.items():
            coverage = coverage_of(self._ledger.assessments[code], self._ledger, self._objectives)
            if coverage.too_little or coverage.limit(goal) != goal:
                needs.append(
                    CoverageNeed(code, goal, self.variants, self._ledger, self._objectives)
                )
        return needs

    def _step(self, own: Sequence[int], fixes: Fixes, after: _Graded) -> PlanStep:
        check = all_checks()[self.variants.candidates[own[0]][0]]
        if check.remedy is None:
            raise LookupError(f"{check.id} has no remedy")
        resources = tuple(self.variants.candidates[fix][1] for fix in own)
        failing = {
            row.resource
            for row in self._ledger.judgements
            if row.check == check.id and row.verdict is Verdict.FAIL
        }
        return PlanStep(
            check=check.id,
            title=check.title,
            resources=resources,
            everywhere=set(resources) == failing,
            recommendation=check.recommendation,
            effort=check.remedy.effort,
            cost=check.remedy.cost,
            moves=tuple(self._moves(frozenset(own), fixes, after)),
        )

    def _moves(self, own: Fixes, fixes: Fixes, after: _Graded) -> list[Move]:
        """The categories whose letters would be worse without these."""
        rest = fixes - own
        without: dict[str, list[str | None]] = {}
        for need in self.needs:
            if own & need.fixes:
                for code, letter in need.letters(rest).items():
                    without.setdefault(code, []).append(letter)
        found = []
        for code, letters in without.items():
            if code not in self.goals:
                continue
            reached, left = after.grades[code].letter, [letter for letter in letters if letter]
            least = worst(left) if len(left) == len(letters) else None
            if reached and (least is None or worst([least, reached]) != reached):
                found.append(Move(category=code, without=least, letter=reached))
        order = list(after.grades)
        return sorted(found, key=lambda move: order.index(move.category))
