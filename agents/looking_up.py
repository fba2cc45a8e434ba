"""Documentation in reports: every finding's topic is searched; what comes back is only linked.

Searched are the product's own words: a check's title, its service, the title of its page. Of what a
model wrote, only words that the documentation catalogue uses as well.
"""

from collections.abc import Callable, Mapping, Sequence

from state.grades import Documentation, Finding
from state.report import LookedUp, Report
from state.snapshot import Snapshot
from tools.docs.discretion import public
from tools.docs.pages import Page
from tools.docs.relevance import Topic, page_of
from tools.docs.shelf import Shelf

Observe = Callable[[str, Mapping[str, object]], None]

_PAGES = 6  # of one search


def look_up(report: Report, snapshot: Snapshot, shelf: Shelf, observe: Observe) -> Report:
    """The report with links that the documentation tools returned; the worst findings first.

    A link of the catalogue always stays; it is marked where a tool returned the page too. At most
    one further page joins a finding's. How long that may take is the shelf's to bound; findings
    that no server was left for keep the catalogue's links. Never raises for what a server does: it
    is said in `Report.documentation`.

    Args:
        report: what is to be linked; nothing but links and `documentation` change.
        snapshot: the account whose words no query may carry.
        shelf: the run's documentation client.
        observe: is told of every finding that is looked up.
    """
    shelf.keep_private(snapshot)
    findings = [_looked_up(finding, shelf, observe) for finding in report.findings]
    proposals = [_looked_up(finding, shelf, observe) for finding in report.proposals]
    linked = [finding for finding in (*findings, *proposals) if finding is not None]
    done = LookedUp(
        servers=list(dict.fromkeys(page.source for page in shelf.returned.values())),
        calls=shelf.calls,
        pages=len(shelf.returned),
        left=len(findings) + len(proposals) - len(linked),
        troubles=list(shelf.troubles),
    )
    return report.model_copy(
        update={
            "findings": _or_as_before(findings, report.findings),
            "proposals": _or_as_before(proposals, report.proposals),
            "documentation": done,
        }
    )


def _looked_up(finding: Finding, shelf: Shelf, observe: Observe) -> Finding | None:
    """The finding with its links; None if no server is left to be asked."""
    if shelf.is_empty:
        return None
    observe("documentation", {"finding": finding.id, "title": finding.title})
    topic = _topic(finding)
    titles = [title for title, _ in topic.known]
    pages = shelf.search(" ".join([topic.service, *titles, topic.title]), _PAGES)
    if not pages and shelf.is_empty:
        return None
    return finding.model_copy(update={"documentation": _links(finding, topic, pages)})


def _topic(finding: Finding) -> Topic:
    """What a finding is about; of a model's words only those that anybody might use."""
    own = finding.origin == "check"
    _, _, kind = finding.resource_type.partition("::")
    service = finding.id.partition(".")[0] if own and "shortfall" not in finding.id else kind
    return Topic(
        service=service.partition("::")[0].lower(),
        title=finding.title if own else public(finding.title),
        advice=finding.recommendation,
        known=tuple((link.title, link.url) for link in finding.documentation),
    )


def _links(finding: Finding, topic: Topic, pages: Sequence[Page]) -> tuple[Documentation, ...]:
    returned = {page_of(page.url): page for page in pages}
    links = [
        link.model_copy(update={"source": "mcp", "server": page.source})
        if (page := returned.get(page_of(link.url)))
        else link
        for link in finding.documentation
    ]
    further = next((page for page in pages if topic.is_met_by(page)), None)
    if further is not None:
        links.append(_documentation(further))
    return tuple(links)


def _documentation(page: Page) -> Documentation:
    return Documentation(title=page.title, url=page.url, source="mcp", server=page.source)


def _or_as_before(looked_up: Sequence[Finding | None], before: Sequence[Finding]) -> list[Finding]:
    return [new or old for new, old in zip(looked_up, before, strict=True)]
