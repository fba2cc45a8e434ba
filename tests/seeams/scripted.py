"""A model that thinks about the food agent: what it claims is true, invented, or mistaken."""

from collections.abc import Mapping
from typing import Any

from tests.bedrock.wire import Turn

MODEL = "bedrock:anthropic.claude-sonnet-4-5-20250929-v1:0"
FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:food-agent-orders"
PAGE = "https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html"
TRUE_SENTENCE = "Put an alarm on every component first."
INVENTED_SENTENCE = "It would be back in 99 hours."

MEMORY = {
    "resource": FUNCTION,
    "operation": "lambda:ListFunctions",
    "path": "MemorySize",
    "value": 512,
}
DEFECT = {
    "title": "One function answers for every action of the agent",
    "because": "every action group of the agent names the same function",
    "recommendation": "Give the actions that must go on a function of their own.",
    "resources": [FUNCTION],
    "scenario": "component_lost",
    "phase": "act",
    "constant": "rebuild_component",
    "needs_a_person": True,
    "facts": [MEMORY],
}
INVENTED = {**DEFECT, "title": "A database without a standby", "resources": ["arn:aws:rds:nothing"]}
DOUBT = {
    "check": "lambda.function_no_alias",
    "resource": FUNCTION,
    "because": "the function is released by its agent's version",
    "facts": [MEMORY],
}
REPLY = {
    "question": "load.throttling",
    "answer": "PARTLY",
    "because": "the function has the whole of the account's concurrency",
    "facts": [MEMORY],
}


def category_of(request: Mapping[str, Any]) -> str:
    """Which specialist asks; "" where it is the report writer."""
    system = request["system"][0]["text"]
    titles = {
        "Single points of failure": "spof",
        "Excessive load": "load",
        "Excessive latency": "latency",
        "Misconfiguration and bugs": "misconfiguration",
        "Shared fate": "shared_fate",
    }
    return next((slug for title, slug in titles.items() if f"**{title}**" in system), "")


def turns_taken(request: Mapping[str, Any]) -> int:
    """How often this agent's model has answered already."""
    return sum(message["role"] == "assistant" for message in request["messages"])


def thinking(request: Mapping[str, Any]) -> Turn:
    """Looks, reads documentation, reports; and writes the summary."""
    slug = category_of(request)
    if not slug:
        sentences = [TRUE_SENTENCE, INVENTED_SENTENCE]
        return Turn(tools=[("write_summary", {"sentences": sentences})], input_tokens=3000)
    taken = turns_taken(request)
    if taken == 0:
        look: list[tuple[str, dict[str, Any]]] = [("list_resources", {}), ("gaps", {})]
        return Turn(text="I look at the parts first.", tools=look, input_tokens=4000)
    if taken == 1 and slug == "load":
        ask: dict[str, Any] = {"operation": "lambda:ListFunctions", "region": "us-east-1"}
        return Turn(tools=[("use_aws", ask)], input_tokens=5000)
    return Turn(text="That is all.", tools=[("report_findings", _found(slug))], input_tokens=6000)


def _found(slug: str) -> dict[str, Any]:
    found: dict[str, dict[str, Any]] = {
        "spof": {"defects": [DEFECT, INVENTED]},
        "load": {"replies": [REPLY], "undone": ["load.quotas"]},
        "misconfiguration": {"doubts": [DOUBT]},
    }
    return found.get(slug, {})
