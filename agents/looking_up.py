"""Documentation in reports: every finding's topic is searched, and what comes back is only linked.

Queries are made of the product's own words: a check's title, its service, the title of its page.
"""

import re
import time
from collections.abc import Callable, Iterable, Mapping
from urllib.parse import urlsplit

from state.grades import Documentation, Finding
from state.report import LookedUp, Report
from state.snapshot import Snapshot
from tools.docs.pages import Page
from tools.docs.shelf import Shelf

Observe = Callable[[str, Mapping[str, object]], None]

BUDGET_SECONDS = 60.0  # of a run; findings that are not reached keep the catalogue's links
_PAGES = 6  # of one search


def look_up(
    report: Report,
    snapshot: Snapshot,
    shelf: Shelf,
    observe: Observe,
    *,
    budget_seconds: float = BUDGET_SECONDS,
) -> Report:
    """The report with links that the documentation tools returned; worst findings first.

    A link of the catalogue always stays; it is marked where a tool returned it as well. At most one
    further link joins a finding's. Never raises for what a server does: it is said in
    `Report.documentation`.

    Args:
        report: what is to be linked; nothing but links and `documentation` change.
        snapshot: what no query may carry words of.
        shelf: the run's documentation client.
        observe: is told of every finding that is looked up.
        budget_seconds: after which no further search begins.
    """
    del snapshot
    until = time.monotonic() + budget_seconds
    left = 0
    done: dict[str, list[Finding]] = {"findings": [], "proposals": []}
    for kind, findings in (("findings", report.findings), ("proposals", report.proposals)):
        for finding in findings:
            if time.monotonic() >= until:
                left += 1
                done[kind].append(finding)
                continue
            observe("documentation", {"finding": finding.id})
            pages = shelf.search(_topic(finding), _PAGES)
            done[kind].append(_linked(finding, pages))
    looked_up = LookedUp(
        calls=shelf.calls,
        pages=len(shelf.returned),
        troubles=list(shelf.troubles),
        left=left,
        servers=list(dict.fromkeys(page.source for page in shelf.returned.values())),
    )
    return report.model_copy(update={**done, "documentation": looked_up})


def _topic(finding: Finding) -> str:
    service = finding.id.partition(".")[0]
    return " ".join([service, *(link.title for link in finding.documentation), finding.title])


def _linked(finding: Finding, pages: Iterable[Page]) -> Finding:
    returned = {_page(page.url): page for page in pages}
    links = tuple(
        link.model_copy(update={"source": "mcp", "server": returned[_page(link.url)].source})
        if _page(link.url) in returned
        else link
        for link in finding.documentation
    )
    return finding.model_copy(update={"documentation": links})


def _page(url: str) -> str:
    return url.partition("#")[0]
