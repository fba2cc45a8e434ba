"""What waits for what, in the terminal and in Markdown: sentences that hold names as data."""

import io

import pytest
from rich.console import Console

from seeams.rendering.markdown import as_markdown
from seeams.rendering.names import Names
from seeams.rendering.report import print_report
from state.grades import ConsistencyGap, CriticalPath, Degraded, RecoveryPoint
from state.report import Report
from state.snapshot import Snapshot

HOSTILE = "[red]x[/] \x1b[2J"
HEADING = "What waits for what"


@pytest.fixture
def connected(report: Report) -> Report:
    """A critical path, something to go on without, and three pairs of stores that come apart."""
    gaps = tuple(
        ConsistencyGap(
            scenario="region_lost",
            stores=(RecoveryPoint(resource="a", seconds=hours * 3600.0),),
            span_seconds=hours * 3600.0,
            sentence=f"{hours} hours of orders without receipts",
        )
        for hours in (23, 7, 5)
    )
    update = {
        "critical_path": CriticalPath(
            scenario="zone_lost",
            resources=("api", "db"),
            sentence=f"users reach api, which needs {HOSTILE}: it is back after 5 hours",
        ),
        "degraded": Degraded(
            resources=("cache",), rto_seconds=60.0, sentence="it goes on without cache"
        ),
        "consistency_gaps": gaps,
    }
    return report.model_copy(update={"overall": report.overall.model_copy(update=update)})


def page(report: Report, snapshot: Snapshot, width: int) -> str:
    file = io.StringIO()
    console = Console(file=file, width=width, markup=False, emoji=False, highlight=False)
    print_report(console, report, Names(snapshot))
    return file.getvalue()


def test_the_terminal_says_what_waits_for_what(connected: Report, snapshot: Snapshot) -> None:
    shown = page(connected, snapshot, 120)
    block = shown[shown.index(HEADING) :].split("\n\n")[0].splitlines()
    assert block[1:] == [
        "- users reach api, which needs [red]x[/] \\x1b[2J: it is back after 5 hours",
        "- it goes on without cache",
        "- 23 hours of orders without receipts",
        "- 7 hours of orders without receipts",
    ]


@pytest.mark.parametrize("width", [40, 80])
def test_sentences_are_wrapped(connected: Report, snapshot: Snapshot, width: int) -> None:
    shown = page(connected, snapshot, width)
    block = shown[shown.index(HEADING) :].split("\n\n")[0]
    assert max(map(len, block.splitlines())) <= width


def test_markdown_says_it_below_the_letters(connected: Report, snapshot: Snapshot) -> None:
    shown = as_markdown(connected, Names(snapshot))
    assert "\n- users reach api, which needs \\[red\\]x\\[/\\] \\\\x1b\\[2J: it is" in shown
    assert "\n- 7 hours of orders without receipts\n" in shown
    assert "5 hours of orders" not in shown


def test_where_nothing_waits_nothing_is_said(report: Report, snapshot: Snapshot) -> None:
    assert HEADING not in page(report, snapshot, 80)
    assert "\n\n\n" not in as_markdown(report, Names(snapshot)).partition("## Findings")[0]
