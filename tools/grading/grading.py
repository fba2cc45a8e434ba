"""The grader: one category's letter, and the workload's, from a ledger and the objectives."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import inf

from state.categories import Category, categories, scenarios
from state.grades import Binds, Estimate, Grade, Overall, Term
from state.judgements import Phase, Verdict
from state.objectives import Objectives, spell_duration
from tools.grading.consequences import consistency_gaps, critical_path, degraded
from tools.grading.coverage import Coverage
from tools.grading.estimates import share
from tools.grading.ledger import Ledger
from tools.grading.letters import COMFORTABLE_LETTERS, letter_for, worst
from tools.grading.reckoning import Reckoning
from tools.grading.savings import savings_of
from tools.grading.targets import Targets, targets_of


@dataclass(frozen=True)
class Struck:
    """An estimate and what it is compared with."""

    estimate: Estimate
    targets: Targets

    @property
    def rto_share(self) -> float:
        """Recovery time / RTO; infinity: no recovery."""
        return share(self.estimate.rto_seconds, self.targets.rto)

    @property
    def rpo_share(self) -> float:
        """Data loss / RPO; infinity: the data is gone."""
        return share(self.estimate.rpo_seconds, self.targets.rpo)

    @property
    def place(self) -> tuple[str, str]:
        """Breaks ties, whatever the order of the verdicts."""
        return self.estimate.scenario, self.estimate.resource


def struck_by(category: Category, reckoning: Reckoning, objectives: Objectives) -> list[Struck]:
    """The estimates that bear on a category's letter, each with its targets."""
    named = {scenario.name for scenario in category.scenarios}
    return [
        Struck(estimate, targets)
        for estimate in reckoning.counting
        if estimate.scenario in named
        and (targets := targets_of(estimate.scenario, objectives)) is not None
    ]


def slowest_of(struck: Sequence[Struck]) -> Struck:
    """The recovery that sets the letter as to time."""
    return max(struck, key=lambda s: (s.rto_share, s.place))


def lossiest_of(struck: Sequence[Struck]) -> Struck:
    """The loss that sets the letter as to data."""
    return max(struck, key=lambda s: (s.rpo_share, s.place))


@dataclass(frozen=True)
class Standing:
    """How a category stands: all that its letter comes from, in numbers."""

    letter: str | None
    coverage: Coverage | None  # None: it could not be assessed
    slowest: Struck | None = None  # None: nothing strikes
    lossiest: Struck | None = None


def standing(category: Category, reckoning: Reckoning, objectives: Objectives) -> Standing:
    """The letter of a category, without a word: the worst estimate over its target."""
    coverage = reckoning.coverage(category, objectives)
    if coverage is None or coverage.too_little:
        return Standing(None, coverage)
    struck = [
        Struck(estimate, targets)
        for scenario in category.scenarios
        for estimate in reckoning.worst.get(scenario.name, ())
        if (targets := targets_of(scenario.name, objectives)) is not None
    ]
    if not struck:
        return Standing(coverage.limit("A"), coverage)
    slowest, lossiest = slowest_of(struck), lossiest_of(struck)
    earned = letter_for(max(slowest.rto_share, lossiest.rpo_share))
    return Standing(coverage.limit(earned), coverage, slowest, lossiest)


def overall_letter(letters: Mapping[str, str | None], reckoning: Reckoning) -> str | None:
    """The worst of the categories'; None if one is missing, or no check has anything to say."""
    found = [letter for c in categories() if (letter := letters.get(c.code))]
    return worst(found) if reckoning.judged and len(found) == len(categories()) else None


def grade(category: Category, reckoning: Reckoning, objectives: Objectives) -> Grade:
    """One category: its worst estimate over target, for time and for data separately."""
    stands = standing(category, reckoning, objectives)
    coverage = stands.coverage
    assessment = reckoning.ledger.assessments.get(category.code)
    if coverage is None or assessment is None:
        why = assessment.failed if assessment else "the specialist has not reported"
        return _ungraded(category, f"it could not be assessed: {why}")
    if stands.letter is None:
        return _ungraded(category, "too little of it could be read", coverage)
    if stands.slowest is None or stands.lossiest is None:
        judged = any(j.verdict is not Verdict.UNKNOWN for j in assessment.judgements)
        return _nothing_strikes(category, coverage, objectives, judged=judged)
    return _graded(category, stands.slowest, stands.lossiest, coverage, reckoning, objectives)


def compose(grades: Mapping[str, Grade], reckoning: Reckoning, objectives: Objectives) -> Overall:
    """The workload: back no sooner than its slowest hard dependency, as poor as its worst category.

    Times are those of the categories that could be graded; one that could not leaves no letter,
    and neither does a workload on which no check has anything to say.
    """
    ordered = [grades[c.code] for c in categories() if c.code in grades]
    graded = [g for g in ordered if g.letter is not None]
    missing = [c.title for c in categories() if c.code not in {g.category for g in graded}]
    letter = overall_letter({g.category: g.letter for g in graded}, reckoning)
    if missing:
        reason = f"no overall letter: {', '.join(missing)} could not be graded"
    elif not reckoning.judged:
        reason = "no overall letter: no check applies to any of these resources"
    else:
        limiting = max((g for g in graded if g.letter == letter), key=_largest_share)
        reason = f"{_title(limiting.category)}: {limiting.reason}"
    comfortable = all(g.letter in COMFORTABLE_LETTERS for g in ordered)
    return Overall(
        letter=letter,
        rto_seconds=_longest(g.rto_seconds for g in graded),
        rpo_seconds=_longest(g.rpo_seconds for g in graded),
        over_built=comfortable and any(g.over_built for g in ordered),
        confidence=round(sum(g.confidence for g in ordered) / len(categories()), 2),
        reason=reason,
        critical_path=critical_path(graded, reckoning.ledger),
        degraded=degraded(reckoning, objectives),
        consistency_gaps=consistency_gaps(reckoning, objectives),
    )


# -- parts ----------------------------------------------------------------------------------------


def _graded(
    category: Category,
    slowest: Struck,
    lossiest: Struck,
    coverage: Coverage,
    reckoning: Reckoning,
    objectives: Objectives,
) -> Grade:
    ledger = reckoning.ledger
    by_time = slowest.rto_share >= lossiest.rpo_share
    earned = letter_for(max(slowest.rto_share, lossiest.rpo_share))
    letter = coverage.limit(earned)
    binds = Binds.RTO if by_time else Binds.RPO
    reason = _time_reason(slowest, ledger) if by_time else _data_reason(lossiest, ledger)
    if letter != earned:
        binds = Binds.GAP
        reason += f"; {_limited(coverage)}"
    savings: tuple[str, ...] = ()
    if letter in COMFORTABLE_LETTERS:
        savings = savings_of(category, reckoning, objectives)
    return Grade(
        category=category.code,
        letter=letter,
        rto_seconds=slowest.estimate.rto_seconds,
        rpo_seconds=lossiest.estimate.rpo_seconds,
        rto_share=_finite(slowest.rto_share),
        rpo_share=_finite(lossiest.rpo_share),
        binds=binds,
        reason=reason,
        terms=_terms(slowest.estimate, lossiest.estimate),
        gaps=coverage.gaps,
        confidence=coverage.confidence,
        over_built=bool(savings),
        savings=savings,
    )


def _terms(slowest: Estimate, lossiest: Estimate) -> tuple[Term, ...]:
    """The steps of the slowest recovery, then the loss of the lossiest."""
    time = tuple(term for term in slowest.terms if term.term != Phase.LOSE)
    return time + tuple(term for term in lossiest.terms if term.term == Phase.LOSE)


def _ungraded(category: Category, reason: str, coverage: Coverage | None = None) -> Grade:
    return Grade(
        category=category.code,
        letter=None,
        rto_seconds=None,
        rpo_seconds=None,
        rto_share=None,
        rpo_share=None,
        binds=Binds.GAP,
        reason=reason,
        gaps=coverage.gaps if coverage else (),
        confidence=coverage.confidence if coverage else 0.0,
    )


def _nothing_strikes(
    category: Category, coverage: Coverage, objectives: Objectives, *, judged: bool
) -> Grade:
    struck = [each.text for each in category.scenarios if targets_of(each.name, objectives)]
    reason = (
        f"nothing that was read stops when {' or when '.join(struck)}"
        if judged
        else "no check applies to these resources, which is no proof that nothing can happen"
    )
    letter = coverage.limit("A")
    if coverage.ceiling and judged:
        reason += f"; {_limited(coverage)}"
    return Grade(
        category=category.code,
        letter=letter,
        binds=Binds.GAP if coverage.gaps else Binds.NOTHING,
        reason=reason,
        gaps=coverage.gaps,
        confidence=coverage.confidence,
    )


def _limited(coverage: Coverage) -> str:
    """Why the letter is no better."""
    most = 2
    if not coverage.gaps:
        return f"no better than {coverage.ceiling} while no check that passed vouches for it"
    shown = " and ".join(coverage.gaps[:most])
    more = f" and {len(coverage.gaps) - most} more" if len(coverage.gaps) > most else ""
    return f"no better than {coverage.ceiling} while {shown}{more} cannot be read"


def _time_reason(struck: Struck, ledger: Ledger) -> str:
    """One sentence with the arithmetic of the slowest recovery in it."""
    estimate = struck.estimate
    start = f"when {scenarios()[estimate.scenario].text}, {ledger.told_apart(estimate.resource)}"
    if estimate.rto_seconds is None:
        return f"{start} does not come back"
    steps = " + ".join(
        f"{term.term} {spell_duration(term.seconds)}"
        for term in estimate.terms
        if term.seconds and term.term != Phase.LOSE
    )
    total, allowed = spell_duration(estimate.rto_seconds), spell_duration(struck.targets.rto)
    return f"{start} is back after {total} ({steps}), of {allowed} allowed"


def _data_reason(struck: Struck, ledger: Ledger) -> str:
    """One sentence about the worst loss of data."""
    estimate = struck.estimate
    start = f"when {scenarios()[estimate.scenario].text}, {ledger.told_apart(estimate.resource)}"
    if estimate.rpo_seconds is None:
        return f"{start} loses all its data"
    lost, allowed = spell_duration(estimate.rpo_seconds), spell_duration(struck.targets.rpo)
    return f"{start} loses {lost} of data, of {allowed} allowed"


def _largest_share(grade: Grade) -> float:
    return max(inf if share is None else share for share in (grade.rto_share, grade.rpo_share))


def _title(code: str) -> str:
    return next(category.title for category in categories() if category.code == code)


def _longest(times: Iterable[float | None]) -> float | None:
    """The longest time; None, which never ends, is longer than any."""
    every = list(times)
    return None if not every or None in every else max(t for t in every if t is not None)


def _finite(value: float) -> float | None:
    return None if value == inf else round(value, 4)
