"""What to do: recommendations, and the runbook."""

from collections.abc import Mapping
from typing import Any

from seeams.exporting import Result
from seeams.rendering.html.prose import folded
from state.recommendations import Recommendation, Way
from state.sweeps import OVERALL

_MOST = 10  # recommendations
_LONGEST = 700_000  # characters of a runbook: a page stays a page
_TITLES = {
    Way.CONSOLE: "In the console",
    Way.CLI: "On the command line",
    Way.CLOUDFORMATION: "CloudFormation",
    Way.TERRAFORM: "Terraform",
}


def recommendations(result: Result) -> Mapping[str, Any] | None:
    """What to do first, whatever it is about."""
    from agents.recommending import recommended

    report = result.report
    found = recommended(report, result.reckoning, result.snapshot, top=_MOST).recommendations
    shown = [(each, result.names.some(each.resources), _ways(each)) for each in found]
    return {"shown": shown, "thread": report.thread, "overall": OVERALL} if found else None


def _ways(each: Recommendation) -> list[tuple[str, str, bool]]:
    """(title, text, whether it is code) of each way; where one makes no sense, why."""
    return [
        (title, each.how.none[way], False)
        if way in each.how.none
        else (title, getattr(each.how, way.value), way is not Way.CONSOLE)
        for way, title in _TITLES.items()
    ]


def runbook(result: Result) -> Mapping[str, Any]:
    """What to do when the workload fails; without a text it is too long for a page."""
    from tools.runbook import runbook_of
    from tools.runbook.markdown import as_markdown

    report = result.report
    text = folded(as_markdown(runbook_of(report, result.snapshot, result.reckoning)))
    return {
        "text": text if len(text) <= _LONGEST else "",
        "resources": report.workload.resources,
        "thread": report.thread,
    }
