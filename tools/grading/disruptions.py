"""Disruptions: the same estimates, sorted as a policy sorts them, each against its own target."""

from state.categories import categories, category_of_scenario
from state.disruptions import DisruptionGrade
from state.grades import Estimate
from state.objectives import Disruption, Objectives
from tools.grading.estimates import longer, share
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
    struck = [e for name in disruption.scenarios for e in reckoning.worst.get(name, ())]
    slowest = max(struck, key=lambda e: (longer(e.rto_seconds), _place(e)), default=None)
    lossiest = max(struck, key=lambda e: (longer(e.rpo_seconds), _place(e)), default=None)
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


def _place(estimate: Estimate) -> tuple[str, str]:
    """Breaks ties, whatever the order of the verdicts."""
    return estimate.scenario, estimate.resource


def _caps(disruption: Disruption, reckoning: Reckoning, objectives: Objectives) -> list[str] | None:
    """The best letters of the categories that judge it; None: one of them could not be graded."""
    judges = {category_of_scenario()[name].code for name in disruption.scenarios}
    covered = [reckoning.coverage(c, objectives) for c in categories() if c.code in judges]
    known = [coverage for coverage in covered if coverage and not coverage.too_little]
    if len(known) < len(covered):
        return None
    return [coverage.ceiling for coverage in known if coverage.ceiling]
