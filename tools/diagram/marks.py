"""What a report says of each resource: its findings, and the letters it sets."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from state.grades import Severity
from state.report import Report

_SEVERITIES = tuple(Severity)  # the worst first


@dataclass(frozen=True)
class Mark:
    """The findings of a resource, and how many categories' letters rest on it."""

    severity: Severity | None = None
    findings: int = 0
    letters: int = 0


UNMARKED = Mark()


def marks(report: Report) -> Mapping[str, Mark]:
    """Resource id -> its mark, for all that have one."""
    severities: dict[str, list[Severity]] = {}
    for finding in report.findings:
        for resource in dict.fromkeys(finding.resources):
            severities.setdefault(resource, []).append(finding.severity)
    letters: dict[str, int] = {}
    for grade in report.grades.values():
        for resource in {t.resource for t in grade.terms if t.seconds is None or t.seconds > 0}:
            letters[resource] = letters.get(resource, 0) + 1
    return {
        resource: Mark(
            worst_severity(severities.get(resource, ())),
            len(severities.get(resource, ())),
            letters.get(resource, 0),
        )
        for resource in severities.keys() | letters.keys()
    }


def together(every: Iterable[Mark]) -> Mark:
    """The mark of several resources drawn as one: the worst, and how many findings in all."""
    known = list(every)
    return Mark(
        worst_severity(mark.severity for mark in known),
        sum(mark.findings for mark in known),
        max((mark.letters for mark in known), default=0),
    )


def worst_severity(severities: Iterable[Severity | None]) -> Severity | None:
    """The worst of them, None if there is none."""
    return min((s for s in severities if s), key=_SEVERITIES.index, default=None)
