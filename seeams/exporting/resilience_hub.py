"""`.resiliencehub.json`: findings in the fields of AWS Resilience Hub v2's `GetFailureModeFinding`.

Its limits are AWS's: three severities, five recommendations, 500 characters for each text.
"""

import json
import textwrap
import uuid
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from seeams.exporting import Result, exporter
from state.grades import Finding, Severity
from state.judgements import Phase

if TYPE_CHECKING:
    from tools.checks import Check

_LONGEST = 500  # characters of a description and of a suggested change
_MOST_CHANGES = 10
_SEVERITIES = {
    Severity.CRITICAL: "HIGH",
    Severity.HIGH: "HIGH",
    Severity.MEDIUM: "MEDIUM",
    Severity.LOW: "LOW",
}
_NAMESPACE = uuid.UUID("4f1d7a8e-5a43-5d1c-9b0e-2f6f0a1c7d52")  # of our findings' ids
_DATA = "DATA_RECOVERY"
_COMPONENTS = {  # scenario -> what of a policy it puts in doubt, the one to name first
    "data_deleted": _DATA,
    "zone_lost": "MULTI_AZ_DISASTER_RECOVERY",
    "region_lost": "MULTI_REGION_DISASTER_RECOVERY",
}
_AVAILABILITY = "AVAILABILITY_SLO"


@exporter(".resiliencehub.json", "findings in the fields of AWS Resilience Hub v2")
def write(result: Result) -> str:
    """The findings as AWS's service would answer them."""
    findings = [_finding(result, each) for each in result.report.findings]
    return json.dumps({"findings": findings}, indent=2) + "\n"


def _finding(result: Result, finding: Finding) -> dict[str, Any]:
    from tools.checks import all_checks

    report = result.report
    check = all_checks().get(finding.id)
    observes = check is not None and _only_tells(check)
    changes = [{"suggestedChanges": _pieces(finding.recommendation)[:_MOST_CHANGES]}]
    return {
        "findingId": str(uuid.uuid5(_NAMESPACE, f"{report.workload.account}\0{finding.key}")),
        "name": finding.title,
        "description": _pieces(f"{finding.title}: {', '.join(_names(result, finding))}")[0],
        "failureCategory": finding.category,
        "status": "OPEN",
        "reasoning": " ".join(_reasons(finding)),
        "severity": _SEVERITIES[finding.severity],
        "policyComponent": _component(finding, check),
        "infrastructureAndCodeRecommendations": [] if observes else changes,
        "observabilityRecommendations": changes if observes else [],
        "testingRecommendations": [],
        "updatedAt": report.generated_at.isoformat(),
    }


def _names(result: Result, finding: Finding) -> Sequence[str]:
    return [result.names.of(resource) for resource in finding.resources]


def _reasons(finding: Finding) -> Iterator[str]:
    from seeams.rendering.words import distinct, effect_words, evidence_words

    yield " ".join(finding.rationale.split())
    yield f"At worst: {effect_words(finding.effect)}."
    for each in distinct(finding.evidence):
        if each.resource == finding.resource:
            yield f"Seen: {evidence_words(each)}."


def _only_tells(check: "Check") -> bool:
    """Whether all that the defect costs is time until somebody notices or finds the cause."""
    phases = {effect.phase for effect in check.on_fail}
    return bool(phases) and phases <= {Phase.DETECT, Phase.DIAGNOSE}


def _component(finding: Finding, check: "Check | None") -> str:
    """What the scenarios of the defect put in doubt; without such a one data, if some is lost."""
    effects = check.on_fail if check else ()
    struck = {effect.scenario.name for effect in effects if effect.scenario}
    named = (component for scenario, component in _COMPONENTS.items() if scenario in struck)
    return next(named, _AVAILABILITY if finding.effect.rpo_seconds == 0 else _DATA)


def _pieces(text: str) -> list[str]:
    """Texts of a length that the service takes."""
    pieces = textwrap.wrap(text, _LONGEST, break_long_words=True) or [text]
    return [piece for piece in pieces if piece]
