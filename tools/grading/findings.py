"""Findings: failing rows, one per defect, with the severity that the objectives give them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from state.grades import Finding, FindingEffect, Severity
from state.judgements import Contribution, Judgement, Verdict
from state.objectives import Objectives
from tools.checks import Check, all_checks
from tools.grading.assumptions import Assumptions
from tools.grading.estimates import finite, own_effect
from tools.grading.grading import Targets, targets_of
from tools.grading.ledger import Ledger
from tools.grading.letters import severity_for

WORKLOAD = "workload"  # the resource of a judgement about the workload as a whole
_SEVERITIES = tuple(Severity)
_MOST_EVIDENCE = 12  # per finding; the rest is in the snapshot


def findings(ledger: Ledger, objectives: Objectives, table: Assumptions) -> list[Finding]:
    """What the objectives need mended, the most severe first. A defect they can bear is not listed."""
    failing: dict[str, list[Judgement]] = defaultdict(list)
    for judgement in ledger.judgements:
        if judgement.verdict is Verdict.FAIL:
            failing[judgement.check].append(judgement)
    detection = ledger.detection()
    found = [
        finding
        for check_id in sorted(failing)
        if (
            finding := _finding(
                all_checks()[check_id], failing[check_id], ledger, objectives, detection, table
            )
        )
    ]
    return sorted(
        found, key=lambda f: (_SEVERITIES.index(f.severity), -_weight(f, objectives), f.id)
    )


def strengths(ledger: Ledger) -> list[str]:
    """What the workload does well: checks worth praising that passed wherever they applied."""
    verdicts: dict[str, set[Verdict]] = defaultdict(set)
    for judgement in ledger.judgements:
        verdicts[judgement.check].add(judgement.verdict)
    return [
        strength
        for check_id, check in all_checks().items()
        if (strength := check.strength) and verdicts.get(check_id) == {Verdict.PASS}
    ]


def _finding(
    check: Check,
    judgements: Sequence[Judgement],
    ledger: Ledger,
    objectives: Objectives,
    detection: Mapping[str, Contribution],
    table: Assumptions,
) -> Finding | None:
    weighed = [
        (share, effect, judgement)
        for judgement in judgements
        for share, effect in [_weigh(judgement, ledger, objectives, detection, table)]
    ]
    share, effect, worst = max(weighed, key=lambda w: (w[0], w[2].resource))
    severity = severity_for(share)
    if severity is None:
        return None
    others = [
        j for _, _, j in sorted(weighed, key=lambda w: (-w[0], w[2].resource)) if j is not worst
    ]
    evidence = [e for judgement in (worst, *others) for e in judgement.evidence]
    known = ledger.resources.get(worst.resource)
    return Finding(
        id=check.id,
        key=check.id,
        title=check.title,
        resource=worst.resource,
        resources=(worst.resource, *(j.resource for j in others)),
        resource_type=known.type if known else WORKLOAD,
        category=check.category.code,
        also=tuple(category.code for category in check.also),
        severity=severity,
        layer=check.layer,
        effect=effect,
        rationale=check.rationale,
        evidence=tuple(evidence[:_MOST_EVIDENCE]),
        recommendation=check.recommendation,
        documentation=check.documentation,
    )


def _weigh(
    judgement: Judgement,
    ledger: Ledger,
    objectives: Objectives,
    detection: Mapping[str, Contribution],
    table: Assumptions,
) -> tuple[float, FindingEffect]:
    """The share of the target that this row consumes alone, and its effect in the worst scenario."""
    heaviest = (0.0, 0.0, 0.0)
    for scenario, (time, data) in own_effect(judgement, detection, table).items():
        targets = (
            Targets(objectives.rto_seconds, objectives.rpo_seconds)
            if scenario is None
            else targets_of(scenario, objectives)
        )
        if targets is None:
            continue
        share = max(time / targets.rto, data / targets.rpo)
        heaviest = max(heaviest, (share, time, data))
    share, time, data = heaviest
    known = ledger.resources.get(judgement.resource)
    if known is not None and known.soft:
        share = min(share, 0.2)  # the rest goes on without it: worth a line, never an alarm
    return share, FindingEffect(rto_seconds=finite(time), rpo_seconds=finite(data))


def _weight(finding: Finding, objectives: Objectives) -> float:
    time, data = finding.effect.rto_seconds, finding.effect.rpo_seconds
    if time is None or data is None:
        return float("inf")
    return max(time / objectives.rto_seconds, data / objectives.rpo_seconds)
