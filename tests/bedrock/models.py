"""Models by what they do, as scripts for the server that plays them."""

from collections.abc import Mapping, Sequence
from typing import Any

from tests.bedrock.wire import Request, Script, Turn

WRITER = "the summary"


def who_asks(request: Request) -> str:
    """The category's title, or WRITER."""
    prompt = request["system"][0]["text"]
    found: str = prompt.partition("Your category is **")[2].partition("**")[0]
    return found or WRITER


def tool_results(request: Request) -> list[str]:
    """What tools returned, as the next request carries it."""
    return [
        content["text"]
        for message in request["messages"]
        for block in message["content"]
        if "toolResult" in block
        for content in block["toolResult"]["content"]
    ]


def report(**lists: Any) -> Turn:
    """A specialist's result."""
    return Turn(tools=[("report_findings", lists)])


def summary(*sentences: str) -> Turn:
    """The writer's result."""
    return Turn(tools=[("write_summary", {"sentences": list(sentences)})])


def always(turn: Turn) -> Script:
    """Does the same whoever asks, for ever."""
    return lambda _: turn


def reporting(findings: Mapping[str, Mapping[str, Sequence[Any]]], *sentences: str) -> Script:
    """Reports what belongs to the category that asks, by its title; writes those sentences."""

    def script(request: Request) -> Turn:
        who = who_asks(request)
        return summary(*sentences) if who == WRITER else report(**findings.get(who, {}))

    return script
