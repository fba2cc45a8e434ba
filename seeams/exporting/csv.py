"""`.csv`: findings for a spreadsheet, one row for each finding on each resource."""

import csv
import io

from seeams.exporting import Result, exporter
from state.grades import Finding

COLUMNS = (
    *("severity", "check", "title", "resource", "name", "resource_type", "region"),
    *("category", "also", "layer", "status", "origin", "recovery_seconds", "data_loss_seconds"),
    *("note", "evidence", "recommendation", "documentation", "key"),
)
_NEVER = "never"  # in seconds: no recovery, or the data is gone
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@exporter(".csv", "findings, one row for each on each resource, for a spreadsheet")
def write(result: Result) -> str:
    """The findings as rows below a row of names; seconds are those of the worst resource."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for finding in result.report.findings:
        for resource in finding.resources:
            writer.writerow([_cell(each) for each in _row(result, finding, resource)])
    return text.getvalue()


def _row(result: Result, finding: Finding, resource: str) -> tuple[str, ...]:
    from seeams.rendering.words import distinct, evidence_words

    known = result.snapshot.resources.get(resource)
    name = (known.name if known else "") or resource
    seen = distinct([each for each in finding.evidence if each.resource == resource])
    notes = [note for note in finding.notes if note.startswith(f"{name}: ")]
    return (
        finding.severity.value,
        finding.id,
        finding.title,
        resource,
        result.names.of(resource),
        known.type if known else finding.resource_type,
        (known.region or "global") if known else "",
        finding.category,
        " ".join(finding.also),
        finding.layer.value,
        finding.status,
        finding.origin,
        _seconds(finding.effect.rto_seconds),
        _seconds(finding.effect.rpo_seconds),
        "; ".join(notes),
        "; ".join(evidence_words(each) for each in seen),
        finding.recommendation,
        " ".join(document.url for document in finding.documentation),
        finding.key,
    )


def _seconds(seconds: float | None) -> str:
    return _NEVER if seconds is None else f"{seconds:.0f}"


def _cell(text: str) -> str:
    """Shown as it is: a spreadsheet runs what begins like a formula, whoever named it so."""
    from seeams.console import plain

    shown = plain(text)
    return f"'{shown}" if shown.startswith(_FORMULA) else shown
