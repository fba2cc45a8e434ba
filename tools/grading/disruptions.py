"""Disruptions: the same estimates, sorted as a policy sorts them, each against its own target."""

from collections.abc import Callable

from state.categories import category_of_scenario
from state.disruptions import DisruptionGrade
from state.grades import Estimate
from state.objectives import Disruption, Objectives
from tools.grading.coverage import coverage_of
from tools.grading.estimates import share
from tools.grading.letters import letter_for, worst
from tools.grading.reckoning import Reckoning
from tools.grading.targets import Targets, disruptions_of, targets_for


def disruptions(reckoning: Reckoning, objectives: Objectives) -> list[DisruptionGrade]:
    """Every disruption of which something is asked; what is unknown caps it as elsewhere."""
    return [
        _grade(disruption, targets, reckoning, objectives)
        for disruption in disruptions_of(objectives)
        if (targets := targets_for(disruption, objectives)) is not None
    ]


def _grade(
    disruption: Disruption, targets: Targets, reckoning: Reckoning, objectives: Objectives
) -> DisruptionGrade:
    struck = [each for each in reckoning.counting if each.scenario in disruption.scenarios]
    slowest = max(struck, key=_by(lambda e: share(e.rto_seconds, targets.rto)), default=None)
    lossiest = max(struck, key=_by(lambda e: share(e.rpo_seconds, targets.rpo)), default=None)
    rto = slowest.rto_seconds if slowest else 0.0
    rpo = lossiest.rpo_seconds if lossiest else 0.0
    consumed = max(share(rto, targets.rto), share(rpo, targets.rpo))
    caps = _caps(disruption, reckoning, objectives)
    letter = None if caps is None else worst([letter_for(consumed), *caps])
    return DisruptionGrade(
        name=disruption.name,
        scenarios=disruption.scenarios,
        rto_target_seconds=targets.rto,
        rpo_target_seconds=targets.rpo,
        rto_seconds=rto,
        rpo_seconds=rpo,
        slowest=slowest.resource if slowest else None,
        lossiest=lossiest.resource if lossiest else None,
        letter=letter,
        achieved=None if letter is None else consumed <= 1,
    )


def _by(weight: Callable[[Estimate], float]) -> Callable[[Estimate], tuple[float, str, str]]:
    """Ties are broken by what does not depend on the order of the verdicts."""
    return lambda estimate: (weight(estimate), estimate.scenario, estimate.resource)


def _caps(disruption: Disruption, reckoning: Reckoning, objectives: Objectives) -> list[str] | None:
    """The best letters of the categories that judge it; None: one of them could not be graded."""
    caps: list[str] = []
    for code in sorted({category_of_scenario()[name].code for name in disruption.scenarios}):
        assessment = reckoning.ledger.assessments.get(code)
        if assessment is None or assessment.failed:
            return None
        coverage = coverage_of(assessment, reckoning.ledger, objectives)
        if coverage.too_little:
            return None
        if coverage.ceiling:
            caps.append(coverage.ceiling)
    return caps
