"""Findings: failing rows, one per defect, with the severity that the objectives give them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from state.grades import Estimate, Finding, FindingEffect, Severity
from state.judgements import WORKLOAD, Judgement, Layer, Verdict
from state.objectives import Objectives
from state.thinking import Proposal
from tools.checks import all_checks
from tools.grading.accepting import rows_of
from tools.grading.estimates import own_effects, share
from tools.grading.ledger import Ledger
from tools.grading.letters import SOFT_SHARE, severity_for
from tools.grading.reckoning import Reckoning
from tools.grading.shortfalls import shortfalls
from tools.grading.targets import Targets, targets_of

_MOST_EVIDENCE = 12  # per finding; the rest is in the snapshot


@dataclass(frozen=True)
class Weighed:
    """A failing row, and what it costs alone in the scenario where that is most of the target."""

    judgement: Judgement
    share: float = 0.0  # of the target
    scenario: str | None = None  # None: whatever strikes
    alone: Estimate | None = None  # None: it costs nothing that the objectives ask for
    targets: Targets | None = None

    @property
    def effect(self) -> FindingEffect:
        """What it costs in seconds."""
        if self.alone is None:
            return FindingEffect(rto_seconds=0.0, rpo_seconds=0.0)
        alone = self.alone
        return FindingEffect(rto_seconds=alone.rto_seconds, rpo_seconds=alone.rpo_seconds)

    @property
    def place(self) -> tuple[float, str]:
        """Sorts the costliest first."""
        return -self.share, self.judgement.resource


def findings(reckoning: Reckoning, objectives: Objectives) -> list[Finding]:
    """What the objectives need mended, most severe first; a defect they can bear is not listed."""
    ledger = reckoning.ledger
    failing: dict[str, list[Weighed]] = defaultdict(list)
    for judgement in ledger.judgements:
        if judgement.verdict is Verdict.FAIL:
            failing[judgement.check].append(weigh(judgement, reckoning, objectives))
    found: list[tuple[float, Finding]] = []
    for check_id, weighed_rows in failing.items():
        ordered = sorted(weighed_rows, key=lambda weighed: weighed.place)
        severity = severity_for(ordered[0].share)
        if severity is not None:
            finding = _finding(check_id, ordered, severity, ledger)
            found.append((-ordered[0].share, finding))
    found += [(-s.share, s.finding) for s in shortfalls(reckoning, objectives)]
    return [f for _, f in sorted(found, key=lambda pair: (pair[0], pair[1].key))]


def weigh(judgement: Judgement, reckoning: Reckoning, objectives: Objectives) -> Weighed:
    """What a row costs alone; of what the rest goes on without, never more than a low finding."""
    heaviest = Weighed(judgement)
    for scenario, alone in own_effects(judgement, reckoning.table):
        targets = targets_of(scenario, objectives)
        if targets is None:
            continue
        consumed = max(share(alone.rto_seconds, targets.rto), share(alone.rpo_seconds, targets.rpo))
        if consumed > heaviest.share:
            heaviest = Weighed(judgement, consumed, scenario, alone, targets)
    if reckoning.ledger.is_soft(judgement.resource):
        return replace(heaviest, share=min(heaviest.share, SOFT_SHARE))
    return heaviest


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


def proposed(reckoning: Reckoning, objectives: Objectives) -> list[Finding]:
    """Models' proposals that nobody has accepted, as severe as they would be, worst first."""
    ledger = reckoning.ledger
    accepted = {judgement.check for judgement in ledger.judgements}
    found: list[tuple[float, Finding]] = []
    for proposal in ledger.proposals.values():
        if proposal.id in accepted:
            continue
        weighed = sorted(
            (weigh(row, reckoning, objectives) for row in rows_of(proposal, ledger.resources)),
            key=lambda each: each.place,
        )
        severity = severity_for(weighed[0].share) if weighed else None
        if severity is not None:
            finding = _of_model(proposal, weighed, severity, ledger)
            found.append((-weighed[0].share, finding.model_copy(update={"status": "PROPOSED"})))
    return [f for _, f in sorted(found, key=lambda pair: (pair[0], pair[1].key))]


def _finding(
    check_id: str, weighed: Sequence[Weighed], severity: Severity, ledger: Ledger
) -> Finding:
    """One defect on all resources that show it, the worst first."""
    if check_id in ledger.proposals:
        return _of_model(ledger.proposals[check_id], weighed, severity, ledger)
    check = all_checks()[check_id]
    worst = weighed[0]
    evidence = [e for row in weighed for e in row.judgement.evidence]
    known = ledger.resources.get(worst.judgement.resource)
    return Finding(
        id=check.id,
        key=check.id,
        title=check.title,
        resource=worst.judgement.resource,
        resources=tuple(row.judgement.resource for row in weighed),
        resource_type=known.type if known else WORKLOAD,
        category=check.category.code,
        also=tuple(category.code for category in check.also),
        severity=severity,
        layer=check.layer,
        effect=worst.effect,
        rationale=check.rationale,
        notes=tuple(
            f"{ledger.name_of(row.judgement.resource)}: {row.judgement.note}"
            for row in weighed
            if row.judgement.note
        ),
        evidence=tuple(evidence[:_MOST_EVIDENCE]),
        recommendation=check.recommendation,
        documentation=check.documentation,
    )


def _of_model(
    proposal: Proposal, weighed: Sequence[Weighed], severity: Severity, ledger: Ledger
) -> Finding:
    """What a model found: marked as such, whoever has accepted it."""
    worst = weighed[0]
    known = ledger.resources.get(worst.judgement.resource)
    return Finding(
        id=proposal.id,
        key=proposal.id,
        title=proposal.title,
        resource=worst.judgement.resource,
        resources=tuple(row.judgement.resource for row in weighed),
        resource_type=known.type if known else WORKLOAD,
        category=proposal.category,
        severity=severity,
        layer=Layer.CONTINUOUS_IMPROVEMENT,
        effect=worst.effect,
        origin="model",
        rationale=proposal.because,
        evidence=proposal.evidence[:_MOST_EVIDENCE],
        recommendation=proposal.recommendation,
        documentation=proposal.documentation,
    )
