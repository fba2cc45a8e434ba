"""The report writer's summary: a model's sentences, of which only verified ones are kept."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from langchain.agents import create_agent
from langchain_core.messages import HumanMessage
from langchain_core.tools import BaseTool, tool

from agents.bounds import OverBudget, Spent
from agents.harness import STEPS_PER_CALL, Mind, middleware
from agents.prompts import fenced, prompt
from state.categories import categories
from state.objectives import spell_duration
from state.report import Report
from state.thinking import Dropped, Stop, Summary
from tools.aws.redaction import redact_text

_STEPS = 4
_MOST_FINDINGS = 12
_LONGEST = 400  # characters of a sentence
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
_LETTER = re.compile(r"(?<![\w-])[A-DF][+-]?(?![\w+-]|\.\w)")
_ARTICLE = "A"  # a word as well as a letter: it proves nothing
_MARKUP = re.compile(r"https?://|[<>`*#\[\]|]")


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
        agent.invoke(begin, {"recursion_limit": _STEPS * STEPS_PER_CALL})
    except OverBudget as error:
        stop, detail = Stop.BUDGET, str(error)
    except Exception as error:  # a model, its client and the network can fail in any way
        stop, detail = Stop.FAILED, f"{type(error).__name__}: {error}"
    if stop is Stop.DONE and written.sentences is None:
        stop, detail = Stop.NONSENSE, "it ended without calling write_summary"
    kept, dropped = verified(written.sentences or (), told)
    return Summary(
        model=mind.model.name,
        stop=stop,
        detail=redact_text(detail),
        sentences=tuple(kept),
        dropped=tuple(dropped),
        model_calls=spent.model_calls,
        input_tokens=spent.input_tokens,
        output_tokens=spent.output_tokens,
        usd=round(spent.usd, 6),
    )


def verified(sentences: Iterable[str], told: Any) -> tuple[list[str], list[Dropped]]:
    """The sentences whose every number and letter stands in what the writer was told."""
    known = " ".join(_texts(told))
    numbers, letters = set(_NUMBER.findall(known)), set(_LETTER.findall(known))
    kept: list[str] = []
    dropped: list[Dropped] = []
    for sentence in sentences:
        clean = " ".join(redact_text(sentence).split())
        strange = [n for n in _NUMBER.findall(clean) if n not in numbers]
        strange += [x for x in _LETTER.findall(clean) if x not in letters and x != _ARTICLE]
        why = ""
        if strange:
            why = f"nothing in the report says {', '.join(dict.fromkeys(strange))}"
        elif _MARKUP.search(clean):
            why = "it holds markup or a link"
        elif len(clean) > _LONGEST:
            why = f"it is longer than {_LONGEST} characters"
        if why:
            dropped.append(Dropped(claim=clean[:120], why=why))
        elif clean:
            kept.append(clean)
    return kept, dropped


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


def _texts(value: Any) -> Iterable[str]:
    if isinstance(value, Mapping):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from _texts(inner)
    elif value is not None:
        yield str(value)
