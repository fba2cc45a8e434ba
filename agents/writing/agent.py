"""The report writer's summary: a model's sentences, of which only verified ones are kept."""

from collections.abc import Mapping, Sequence
from typing import Any

from langchain.agents import create_agent
from langchain_core.messages import HumanMessage
from langchain_core.tools import BaseTool, tool

from agents.bounds import Spent
from agents.harness import STEPS_PER_CALL, Mind, apart, ending, ending_without_result, middleware
from agents.prompts import fenced, prompt
from agents.wording import plainly
from agents.writing.verifying import verified
from state.categories import categories
from state.objectives import spell_duration
from state.report import Report
from state.thinking import Stop, Summary

_STEPS = 4
_MOST_FINDINGS = 12


def summarise(report: Report, names: Mapping[str, str], mind: Mind) -> Summary:
    """The summary of a report; never raises for what a model does.

    Args:
        report: the finished report, without a summary.
        names: resource id -> name.
        mind: the model and its bounds.
    """
    told = _told(report, names)
    spent, written = Spent(), _Written()
    agent = create_agent(
        mind.model.chat,
        [written.tool()],
        system_prompt=prompt("agents.writing", report=fenced(told)),
        middleware=middleware(mind, lambda: written.sentences is not None, spent, steps=_STEPS),
        checkpointer=False,
    )
    begin: Any = {"messages": [HumanMessage("Begin.")]}
    stop, detail = Stop.DONE, ""
    try:
        done = apart(agent.invoke, begin, {"recursion_limit": _STEPS * STEPS_PER_CALL})
        if written.sentences is None:
            stop, detail = ending_without_result(done["messages"][-1], "write_summary")
    except Exception as error:  # a model, its client and the network can fail in any way
        stop, detail = ending(error, _STEPS)
    kept, dropped = verified(written.sentences or (), told, names.values())
    return Summary(
        model=mind.model.name,
        stop=stop,
        detail=plainly(detail),
        sentences=tuple(kept),
        dropped=tuple(dropped),
        model_calls=spent.model_calls,
        input_tokens=spent.input_tokens,
        output_tokens=spent.output_tokens,
        usd=round(spent.usd, 6),
    )


class _Written:
    """What the model wrote."""

    def __init__(self) -> None:
        self.sentences: Sequence[str] | None = None

    def tool(self) -> BaseTool:
        @tool
        def write_summary(sentences: list[str]) -> str:
            """Hand in the summary, sentence by sentence."""
            self.sentences = sentences
            return "written"

        return write_summary


def _told(report: Report, names: Mapping[str, str]) -> dict[str, Any]:
    """What the writer may speak of, in the words of the report."""
    overall = report.overall
    return {
        "workload": str(report.workload.selector),
        "resources": report.workload.resources,
        "objectives": {
            "may be down for (RTO)": spell_duration(report.objectives.rto_seconds),
            "may lose data of (RPO)": spell_duration(report.objectives.rpo_seconds),
        },
        "overall": {
            "letter": overall.letter,
            "back after": spell_duration(overall.rto_seconds),
            "data lost": spell_duration(overall.rpo_seconds),
            "why": overall.reason,
            "over-built": overall.over_built,
        },
        "categories": [
            {
                "category": category.title,
                "letter": grade.letter,
                "why": grade.reason,
            }
            for category in categories()
            if (grade := report.grades.get(category.code))
        ],
        "findings, worst first": [
            {
                "severity": finding.severity.value,
                "title": finding.title,
                "on": [names.get(each, each) for each in finding.resources[:5]],
                "do": finding.recommendation,
            }
            for finding in report.findings[:_MOST_FINDINGS]
        ],
        "number of findings": len(report.findings),
        "could not be read": sorted({gap.action for gap in report.gaps}),
        "strengths": report.strengths,
    }
