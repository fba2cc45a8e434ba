"""`.sarif`: findings for code scanning, one result for each finding on each resource."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from seeams.exporting import Result, exporter
from state.grades import Finding, GapRow, Severity

if TYPE_CHECKING:
    from tools.checks import Check

VERSION = "2.1.0"
_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_LEVELS = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
}


@exporter(".sarif", "findings as SARIF 2.1.0, for code scanning")
def write(result: Result) -> str:
    """The findings as a SARIF log of one run."""
    log = {"$schema": _SCHEMA, "version": VERSION, "runs": [_run(result)]}
    return json.dumps(log, indent=2) + "\n"


def _run(result: Result) -> dict[str, Any]:
    from seeams import __version__
    from tools.checks import all_checks

    report = result.report
    found = list({finding.id: finding for finding in report.findings}.values())
    places = {finding.id: place for place, finding in enumerate(found)}
    return {
        "tool": {
            "driver": {
                "name": "seeams",
                "semanticVersion": __version__,
                "rules": [_rule(each, all_checks().get(each.id)) for each in found],
            }
        },
        "automationDetails": {"id": f"seeams/{report.thread}/"},
        "invocations": [
            {
                "executionSuccessful": True,
                "endTimeUtc": report.generated_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
                "toolExecutionNotifications": [_notification(gap) for gap in report.gaps],
            }
        ],
        "results": [
            _result(result, finding, resource, places[finding.id])
            for finding in report.findings
            for resource in finding.resources
        ],
        "columnKind": "unicodeCodePoints",
    }


def _rule(finding: Finding, check: "Check | None") -> dict[str, Any]:
    """What the finding is an instance of: the check, or what a model described."""
    rule: dict[str, Any] = {
        "id": finding.id,
        "shortDescription": {"text": finding.title},
        "fullDescription": {"text": finding.rationale or finding.title},
        "help": {"text": "\n\n".join(_help(finding, check))},
        "defaultConfiguration": {"level": _LEVELS[finding.severity]},
        "properties": {
            "tags": ["resilience", *(_words(c) for c in (finding.category, *finding.also))],
            "layer": _words(finding.layer.value),
            "origin": finding.origin,
        },
    }
    if finding.documentation:
        rule["helpUri"] = quote(finding.documentation[0].url, safe=":/?#[]@!$&'()*+,;=%")
    return rule


def _help(finding: Finding, check: "Check | None") -> Iterator[str]:
    yield finding.recommendation
    if check:
        yield f"How its effect is estimated: {check.effect_source}"
    for document in finding.documentation:
        yield f"{document.title}: {document.url}"


def _result(result: Result, finding: Finding, resource: str, rule: int) -> dict[str, Any]:
    from seeams.rendering.words import distinct, effect_words, evidence_words

    seen = distinct([each for each in finding.evidence if each.resource == resource])
    name = result.names.of(resource)
    said = [f"{finding.title}: {name}. At worst: {effect_words(finding.effect)}."]
    said += [f"Seen: {evidence_words(each)}." for each in seen[:3]]
    fingerprint = hashlib.sha256(f"{finding.key}\0{resource}".encode()).hexdigest()
    return {
        "ruleId": finding.id,
        "ruleIndex": rule,
        "level": _LEVELS[finding.severity],
        "message": {"text": _unlinked(" ".join(said))},
        "locations": [_location(result, resource, name)],
        # Beside our own name for it the one that GitHub goes by: no line of a file is meant.
        "partialFingerprints": {
            "findingOnResource/v1": fingerprint,
            "primaryLocationLineHash": fingerprint,
        },
        "properties": {"severity": finding.severity.value, "key": finding.key},
    }


def _location(result: Result, resource: str, name: str) -> dict[str, Any]:
    """The resource, and a path made of it: code scanning refuses what lies in no file."""
    known = result.snapshot.resources.get(resource)
    logical = {"name": name, "fullyQualifiedName": resource, "kind": "resource"}
    if known:
        logical["properties"] = {"type": known.type}  # type: ignore[assignment]  # a bag of JSON
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": "/".join(_path(resource, result.report.workload.account))},
            "region": {"startLine": 1},
        },
        "logicalLocations": [logical],
    }


def _path(resource: str, account: str) -> Sequence[str]:
    """`aws/rds/eu-west-1/123456789012/db/orders`, of an ARN or of any other id."""
    parts = resource.removeprefix("arn:").replace(":", "/").split("/")
    if not resource.startswith("arn:"):
        parts = ["aws", account, *parts]
    return [quote(part, safe="") for part in parts if part not in ("", ".", "..")]


def _notification(gap: GapRow) -> dict[str, Any]:
    """Unknown is no pass: what was not read is said."""
    return {
        "level": "warning",
        "message": {
            "text": f"{gap.action} in {gap.region} was not read ({_words(gap.reason)}): "
            f"{gap.resolve or 'what it would have shown is unknown'}"
        },
        "descriptor": {"id": f"gap/{gap.action}"},
    }


def _unlinked(text: str) -> str:
    """A message may hold links as Markdown writes them; a name must not."""
    return text.replace("](", "] (")


def _words(code: str) -> str:
    from seeams.rendering.words import phrase

    return phrase(code)
