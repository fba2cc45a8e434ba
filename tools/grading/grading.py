"""The grader: one category's letter, and the workload's, from a ledger and the objectives."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import inf

from state.categories import Category, categories, scenarios
from state.grades import Binds, Estimate, Grade, Overall, Term
from state.judgements import AnswerValue, Assessment, Contribution, Judgement, Phase, Verdict
from state.objectives import Objectives, spell_duration
from tools.grading.assumptions import Assumptions
from tools.grading.estimates import estimate_of, estimates, share
from tools.grading.ledger import Ledger
from tools.grading.letters import (
    COMFORTABLE,
    LETTERS,
    MOST_UNREAD_FOR_ANY_LETTER,
    NO_EVIDENCE_CAP,
    cap,
    letter_for,
    worst,
)


@dataclass(frozen=True)
class Targets:
    """What an estimate of a scenario is compared with, in seconds."""

    rto: int
    rpo: int


def targets_of(scenario: str, objectives: Objectives) -> Targets | None:
    """The objectives that bear on a scenario; None: the user asks nothing for it."""
    if not scenarios()[scenario].only_if_region_must_survive:
        return Targets(objectives.rto_seconds, objectives.rpo_seconds)
    if objectives.region_rto_seconds is None or objectives.region_rpo_seconds is None:
        return None
    return Targets(objectives.region_rto_seconds, objectives.region_rpo_seconds)


def grade(
    category: Category,
    ledger: Ledger,
    objectives: Objectives,
    table: Assumptions,
    every_estimate: Sequence[Estimate] | None = None,
) -> Grade:
    """One category against the objectives: the worst estimate over target, for time and for data.

    `every_estimate`: the ledger's estimates, where the caller has them already.
    """
    assessment = ledger.assessments.get(category.code)
    if assessment is None or assessment.failed:
        why = assessment.failed if assessment else "the specialist has not reported"
        return _ungraded(category, f"it could not be assessed: {why}", 0.0)
    if every_estimate is None:
        every_estimate = estimates(ledger.judgements, table)
    struck = [
        (estimate, targets)
        for estimate in every_estimate
        if any(scenario.name == estimate.scenario for scenario in category.scenarios)
        and (targets := targets_of(estimate.scenario, objectives)) is not None
        and not _soft(ledger, estimate.resource)
    ]
    unread, confidence = _coverage(assessment)
    gaps = tuple(sorted({action for j in assessment.judgements for action in j.gaps}))
    if unread > MOST_UNREAD_FOR_ANY_LETTER:
        return _ungraded(category, "too little of it could be read", confidence, gaps)
    ceiling = cap(unread)
    if not struck:
        return _nothing_strikes(category, assessment, ceiling, confidence, gaps)

    slowest, rto_share = _worst((e, share(e.rto_seconds, t.rto)) for e, t in struck)
    lossiest, rpo_share = _worst((e, share(e.rpo_seconds, t.rpo)) for e, t in struck)
    earned = letter_for(max(rto_share, rpo_share))
    letter = worst([earned, ceiling]) if ceiling else earned
    binds = Binds.RTO if rto_share >= rpo_share else Binds.RPO
    if letter != earned:
        binds = Binds.GAP
    binding = slowest if rto_share >= rpo_share else lossiest
    targets = targets_of(binding.scenario, objectives)
    savings = _savings(category, ledger, objectives, table)
    reason = _reason(binding, targets, ledger, binds_rto=rto_share >= rpo_share)
    if binds is Binds.GAP:
        reason += f"; no better than {letter} while {_some(gaps)} cannot be read"
    return Grade(
        category=category.code,
        letter=letter,
        rto_seconds=slowest.rto_seconds,
        rpo_seconds=lossiest.rpo_seconds,
        rto_share=_finite(rto_share),
        rpo_share=_finite(rpo_share),
        binds=binds,
        reason=reason,
        terms=_terms(slowest, lossiest),
        gaps=gaps,
        confidence=confidence,
        over_built=bool(savings),
        savings=savings,
    )


def compose(grades: Mapping[str, Grade], ledger: Ledger) -> Overall:
    """The workload: back no sooner than its slowest hard dependency, and as poor as its worst category."""
    ordered = [grades[c.code] for c in categories() if c.code in grades]
    letters = [g.letter for g in ordered if g.letter is not None]
    letter = worst(letters) if letters and len(letters) == len(ordered) else None
    slowest = max(ordered, key=lambda g: _seconds(g.rto_seconds))
    lossiest = max(ordered, key=lambda g: _seconds(g.rpo_seconds))
    limiting = [g for g in ordered if g.letter == letter]
    if letter is None:
        missing = ", ".join(_title(g.category) for g in ordered if g.letter is None)
        reason = f"no overall letter: {missing} could not be graded"
    else:
        reason = f"{_title(limiting[0].category)}: {limiting[0].reason}"
    return Overall(
        letter=letter,
        rto_seconds=slowest.rto_seconds,
        rpo_seconds=lossiest.rpo_seconds,
        over_built=bool(ordered)
        and all(g.letter in LETTERS[:5] for g in ordered)
        and any(g.over_built for g in ordered),
        confidence=round(sum(g.confidence for g in ordered) / len(ordered), 2) if ordered else 0.0,
        reason=reason,
    )


# -- parts ----------------------------------------------------------------------------------------------


def _worst(candidates: Iterable[tuple[Estimate, float]]) -> tuple[Estimate, float]:
    return max(candidates, key=lambda pair: (pair[1], pair[0].scenario, pair[0].resource))


def _terms(slowest: Estimate, lossiest: Estimate) -> tuple[Term, ...]:
    """The steps of the slowest recovery, then the loss of the lossiest."""
    time = tuple(term for term in slowest.terms if term.term != Phase.LOSE)
    return time + tuple(term for term in lossiest.terms if term.term == Phase.LOSE)


def _coverage(assessment: Assessment) -> tuple[float, float]:
    """The share of checks that could not be judged, and the confidence to print.

    Confidence counts the questions too: one that nobody could answer is not a pass.
    """
    verdicts = [judgement.verdict for judgement in assessment.judgements]
    unknown = verdicts.count(Verdict.UNKNOWN)
    answered = [a for a in assessment.answers if a.answer is not AnswerValue.CANNOT_DETERMINE]
    known = len(verdicts) - unknown + len(answered)
    asked = len(verdicts) + len(assessment.answers)
    return (
        unknown / len(verdicts) if verdicts else 0.0,
        round(known / asked, 2) if asked else 0.0,
    )


def _ungraded(
    category: Category, reason: str, confidence: float, gaps: tuple[str, ...] = ()
) -> Grade:
    return Grade(
        category=category.code,
        letter=None,
        rto_seconds=None,
        rpo_seconds=None,
        rto_share=None,
        rpo_share=None,
        binds=Binds.GAP,
        reason=reason,
        gaps=gaps,
        confidence=confidence,
    )


def _nothing_strikes(
    category: Category,
    assessment: Assessment,
    ceiling: str | None,
    confidence: float,
    gaps: tuple[str, ...],
) -> Grade:
    judged = any(j.verdict is not Verdict.UNKNOWN for j in assessment.judgements)
    letters = ["A", *([ceiling] if ceiling else []), *([] if judged else [NO_EVIDENCE_CAP])]
    reason = (
        "nothing that was read can cause an outage here"
        if judged
        else "no check applies to these resources, which is no proof that nothing can happen"
    )
    if ceiling:
        reason += f"; no better than {worst(letters)} while {_some(gaps)} cannot be read"
    return Grade(
        category=category.code,
        letter=worst(letters),
        binds=Binds.GAP if ceiling else Binds.NOTHING,
        reason=reason,
        gaps=gaps,
        confidence=confidence,
    )


def _reason(binding: Estimate, targets: Targets | None, ledger: Ledger, *, binds_rto: bool) -> str:
    """One sentence with the arithmetic in it."""
    assert targets is not None  # chosen among those with targets
    where = _name(ledger, binding.resource)
    when = scenarios()[binding.scenario].text
    if not binds_rto:
        loss = (
            "all its data" if binding.rpo_seconds is None else spell_duration(binding.rpo_seconds)
        )
        return f"when {when}, {where} loses {loss} of data, of {spell_duration(targets.rpo)} allowed".replace(
            "all its data of data", "all its data"
        )
    if binding.rto_seconds is None:
        return f"when {when}, {where} does not come back"
    steps = " + ".join(
        f"{term.term} {spell_duration(term.seconds)}" for term in binding.terms if term.seconds
    )
    total = spell_duration(binding.rto_seconds)
    return f"when {when}, {where} is back after {total} ({steps}), of {spell_duration(targets.rto)} allowed"


def _savings(
    category: Category, ledger: Ledger, objectives: Objectives, table: Assumptions
) -> tuple[str, ...]:
    """What the objectives would bear to lose: passing checks whose failing would still leave a B."""
    from tools.checks import all_checks

    savings: dict[str, None] = {}
    others: dict[str, list[Judgement]] = {}
    for judgement in ledger.judgements:
        others.setdefault(judgement.resource, []).append(judgement)
    for judgement in ledger.assessments[category.code].judgements:
        saving = all_checks()[judgement.check].saving if judgement.otherwise else None
        if saving is None:
            continue
        without = [
            (c, j)
            for j in others[judgement.resource]
            for c in (judgement.otherwise if j is judgement else j.contributions)
        ]
        if _still_comfortable(judgement.resource, without, objectives, table):
            savings[f"{_name(ledger, judgement.resource)}: {saving}"] = None
    return tuple(sorted(savings))


def _still_comfortable(
    resource: str,
    contributions: Sequence[tuple[Contribution, Judgement]],
    objectives: Objectives,
    table: Assumptions,
) -> bool:
    everywhere = [(c, j) for c, j in contributions if c.scenario is None]
    for scenario in {c.scenario for c, _ in contributions if c.scenario}:
        targets = targets_of(scenario, objectives)
        if targets is None:
            continue
        named = [(c, j) for c, j in contributions if c.scenario == scenario]
        estimate = estimate_of(scenario, resource, named, everywhere, table)
        worst_share = max(
            share(estimate.rto_seconds, targets.rto), share(estimate.rpo_seconds, targets.rpo)
        )
        if worst_share > COMFORTABLE:
            return False
    return True


def _soft(ledger: Ledger, resource: str) -> bool:
    known = ledger.resources.get(resource)
    return known is not None and known.soft


def _name(ledger: Ledger, resource: str) -> str:
    known = ledger.resources.get(resource)
    return known.name if known else "the workload"


def _title(code: str) -> str:
    return next(category.title for category in categories() if category.code == code)


def _seconds(seconds: float | None) -> float:
    return inf if seconds is None else seconds


def _finite(value: float) -> float | None:
    return None if value == inf else round(value, 4)


def _some(actions: Sequence[str], most: int = 2) -> str:
    shown = " and ".join(actions[:most]) or "part of it"
    return shown + (f" and {len(actions) - most} more" if len(actions) > most else "")
