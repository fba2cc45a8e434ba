"""Shortfalls: what is well built, and still misses the objectives.

A letter below C must never stand without something to do about it. Where no failing check explains
it, the step that takes longest does.
"""

from collections import defaultdict
from dataclasses import dataclass

from state.categories import category_of_scenario, scenarios
from state.grades import Estimate, Finding, FindingEffect, Term
from state.judgements import WORKLOAD, Evidence, Phase, Verdict
from state.objectives import Objectives, spell_duration
from tools.checks import all_checks
from tools.grading.estimates import share
from tools.grading.ledger import Ledger
from tools.grading.letters import severity_for
from tools.grading.reckoning import Reckoning
from tools.grading.targets import targets_of


@dataclass(frozen=True)
class Shortfall:
    """A finding about what no check calls a defect, and the share of the target it consumes."""

    share: float
    finding: Finding


@dataclass(frozen=True)
class _Missed:
    """An estimate over its target, in time or in data, without a defect in it."""

    share: float
    estimate: Estimate
    step: Term  # the one to blame: the longest that a verdict put there

    @property
    def in_data(self) -> bool:
        return self.step.term == Phase.LOSE


def shortfalls(reckoning: Reckoning, objectives: Objectives) -> list[Shortfall]:
    """At most one in time and one in data for each category, however many resources show it."""
    grouped: dict[tuple[str, bool], list[_Missed]] = defaultdict(list)
    for estimate in reckoning.counting:
        targets = targets_of(estimate.scenario, objectives)
        if targets is None:
            continue
        for consumed, in_data in (
            (share(estimate.rto_seconds, targets.rto), False),
            (share(estimate.rpo_seconds, targets.rpo), True),
        ):
            step = _step_to_blame(estimate, in_data=in_data) if consumed > 1 else None
            if step:
                category = category_of_scenario()[estimate.scenario].slug
                grouped[category, in_data].append(_Missed(consumed, estimate, step))
    return [
        _shortfall(sorted(same, key=_worst_first), reckoning.ledger)
        for _, same in sorted(grouped.items())
    ]


def _step_to_blame(estimate: Estimate, *, in_data: bool) -> Term | None:
    """The longest step; None where a defect lengthens it, for then the defect is the finding."""
    terms = [term for term in estimate.terms if (term.term == Phase.LOSE) == in_data]
    if any(term.finding for term in terms):
        return None
    own = [term for term in terms if term.check]
    return max(own, key=lambda term: (term.seconds or 0, term.source), default=None)


def _worst_first(missed: _Missed) -> tuple[float, str, str]:
    return -missed.share, missed.estimate.resource, missed.estimate.scenario


def _shortfall(missed: list[_Missed], ledger: Ledger) -> Shortfall:
    worst = missed[0]
    estimate, step = worst.estimate, worst.step
    check = all_checks()[step.check or ""]
    severity = severity_for(worst.share)
    if severity is None:
        raise ValueError("a missed target is always severe")
    known = ledger.resources.get(estimate.resource)
    category = category_of_scenario()[estimate.scenario]
    identity = f"shortfall.{category.slug}_{'rpo' if worst.in_data else 'rto'}"
    return Shortfall(
        worst.share,
        Finding(
            id=identity,
            key=identity,
            title=_title(worst),
            resource=estimate.resource,
            resources=tuple(dict.fromkeys(each.estimate.resource for each in missed)),
            resource_type=known.type if known else WORKLOAD,
            category=category.code,
            severity=severity,
            layer=check.layer,
            effect=FindingEffect(
                rto_seconds=0 if worst.in_data else estimate.rto_seconds,
                rpo_seconds=estimate.rpo_seconds if worst.in_data else 0,
            ),
            rationale=f"When {scenarios()[estimate.scenario].text}: {step.what}.",
            evidence=_evidence(worst, ledger),
            recommendation=_recommendation(worst),
            documentation=check.documentation,
        ),
    )


def _title(missed: _Missed) -> str:
    if missed.in_data:
        return "More data is lost than the objective allows, although backups are as they should be"
    if missed.estimate.by_itself:
        return "Recovery goes by itself, and still takes longer than the objective allows"
    return "Recovery waits for a person, and so takes longer than the objective allows"


def _recommendation(missed: _Missed) -> str:
    estimate, step = missed.estimate, missed.step
    if missed.in_data:
        least = spell_duration(estimate.rpo_seconds)
        return (
            f"Copy more often or replicate ({step.what}), or allow a data loss of {least}: that is "
            "met as it is."
        )
    least = spell_duration(estimate.rto_seconds)
    change = (
        f"Choose an architecture that recovers faster than this ({step.what})"
        if estimate.by_itself
        else f"Have it done without a person ({step.what})"
    )
    return f"{change}, or allow an outage of {least}: that is met as it is."


def _evidence(missed: _Missed, ledger: Ledger) -> tuple[Evidence, ...]:
    """What the verdict that put the step there was read from."""
    return next(
        judgement.evidence
        for judgement in ledger.judgements
        if judgement.check == missed.step.check
        and judgement.resource == missed.estimate.resource
        and judgement.verdict is Verdict.PASS
    )
