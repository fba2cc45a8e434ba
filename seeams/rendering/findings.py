"""Findings, in a line and in full."""

from seeams.console import plain
from seeams.rendering import words
from seeams.rendering.names import Names
from seeams.rendering.page import SEVERITY_STYLES, Page, Part, joined
from seeams.rendering.thoughts import contests_of, found_by
from state.grades import Finding
from state.report import Report

_MOST_EVIDENCE = 3
_COST, _WHERE = 13, 16  # widths


def list_finding(page: Page, lead: Part, finding: Finding, names: Names) -> None:
    """A finding in one line: what is wrong, what it costs, where."""
    page.listed(
        lead,
        plain(finding.title),
        (words.short_effect(finding.effect), _COST),
        (names.some(finding.resources, 1), max(_WHERE, page.console.width // 4)),
    )


def finding_in_full(
    page: Page, number: int | None, finding: Finding, names: Names, report: Report | None = None
) -> None:
    """A finding with its evidence; with a report, what its models doubt about it."""
    style = SEVERITY_STYLES[finding.severity]
    lead = f"{number or '':>3} "
    page.line((lead, style), " ", (plain(finding.title), "bold"), hanging=5)
    page.line(
        joined(
            (
                names.with_kinds(finding.resources, finding.resource_type),
                words.title_of(finding.category),
                words.phrase(finding.layer.value),
                found_by(finding),
            )
        ),
        indent=5,
    )
    if finding.origin != "check":
        page.line(f"id     {plain(finding.id)}", indent=5, hanging=7)
        page.line(f"why    {plain(finding.rationale)}", indent=5, hanging=7)
    page.line(f"costs  {words.effect_words(finding.effect)}", indent=5, hanging=7)
    if finding.notes:
        more = f" (and {len(finding.notes) - 1} more)" if len(finding.notes) > 1 else ""
        page.line(f"note   {plain(finding.notes[0])}{more}", indent=5, hanging=7)
    seen = words.distinct(finding.evidence)
    # A check reads until it knows: what it read last of the worst resource decided.
    shown = [e for e in seen if e.resource == finding.resource][-_MOST_EVIDENCE:] or seen[:1]
    several = len(finding.resources) > 1
    for evidence in shown:
        whose = f" ({names.of(evidence.resource)})" if several else ""
        page.line(f"seen   {words.evidence_words(evidence)}{whose}", indent=5, hanging=7)
    if len(seen) > len(shown):
        page.line(f"       and {len(seen) - len(shown)} more", indent=5, hanging=7)
    for contest in contests_of(report, finding) if report else ():
        page.line(
            ("doubt", "magenta"),
            f"  {names.of(contest.resource)}: {plain(contest.because)} (a model's, which changes "
            "nothing)",
            indent=5,
            hanging=7,
        )
    page.line(f"do     {plain(finding.recommendation)}", indent=5, hanging=7)
    for document in finding.documentation:
        page.verbatim(f"read   {plain(document.url)}", indent=5)
