"""A specialist that thinks: looks beyond the checks with tools, and reports what can be verified.

Whatever happens to the model, the rows of the checks stand, and what it did not do is said.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from langchain.agents import create_agent
from langchain.agents.middleware import (
    AgentMiddleware,
    ModelCallLimitMiddleware,
    ModelFallbackMiddleware,
    ModelRetryMiddleware,
    ToolErrorMiddleware,
    hook_config,
)
from langchain.agents.middleware.model_call_limit import ModelCallLimitExceededError
from langchain_core.messages import HumanMessage
from langgraph.errors import GraphRecursionError

from agents.bounds import Budget, CutShort, Metered, OverBudget, Spent
from agents.grounding import Sources, ground
from agents.models import Model
from agents.prompts import fenced, prompt
from agents.thinking.tools import AskAws, Bench
from state.categories import Category
from state.judgements import Assessment, Verdict
from state.objectives import Objectives, spell_duration
from state.snapshot import Snapshot
from state.thinking import Stop, Thinking
from tools.aws.redaction import redact_text
from tools.grading.assumptions import Assumptions
from tools.inspecting import Inspection

if TYPE_CHECKING:
    from tools.docs.shelf import Shelf

Observe = Callable[[str, Mapping[str, object]], None]

_ATTEMPTS_AGAIN = 3  # of a model call that was throttled or timed out
_STEPS_PER_CALL = 8  # of langgraph's recursion: the model, its tools, the middleware between
_REFUSALS = ("guardrail_intervened", "content_filtered", "refusal")
_PASSING = (
    "ThrottlingException",
    "throttlingException",
    "ServiceUnavailableException",
    "serviceUnavailableException",
    "InternalServerException",
    "internalServerException",
    "ModelTimeoutException",
    "modelTimeoutException",
    "ModelStreamErrorException",
    "modelStreamErrorException",
    "ModelNotReadyException",
    "TooManyRequestsException",
)


@dataclass(frozen=True)
class Mind:
    """What the agents of a run share."""

    model: Model
    objectives: Objectives
    table: Assumptions
    budget: Budget = field(default_factory=Budget)
    shelf: "Shelf | None" = None
    ask_aws: AskAws | None = None
    pause_seconds: float = 2.0  # before a throttled call is tried again; doubled each time


class Reported(AgentMiddleware[Any, Any]):
    """Ends the agent once its report is in; one that did not fit the form may be tried again."""

    def __init__(self, bench: Bench) -> None:
        super().__init__()
        self._bench = bench

    @hook_config(can_jump_to=["end"])
    def before_model(self, state: Any, runtime: Any) -> dict[str, Any] | None:
        """Nothing is left to be asked."""
        return {"jump_to": "end"} if self._bench.reported else None


def think(
    category: Category, snapshot: Snapshot, assessment: Assessment, mind: Mind, observe: Observe
) -> Thinking:
    """What one agent adds to a category's rows. Never raises for what a model does."""
    started = time.monotonic()
    spent = Spent()
    bench = Bench(Inspection(snapshot), mind.objectives, mind.shelf, mind.ask_aws)
    stop, detail, tool_calls = _run(category, snapshot, assessment, mind, bench, spent, observe)
    findings = bench.reported
    sources = Sources(snapshot, bench.aws_answers, mind.shelf.returned if mind.shelf else {})
    kept = (
        ground(findings, category, assessment, sources, mind.table, mind.model.name)
        if findings
        else None
    )
    return Thinking(
        model=mind.model.name,
        stop=stop,
        detail=redact_text(detail),
        undone=tuple(findings.undone if findings else [q.id for q in category.questions]),
        proposals=tuple(kept.proposals if kept else ()),
        contests=tuple(kept.contests if kept else ()),
        answers=tuple(kept.answers if kept else ()),
        dropped=tuple(kept.dropped if kept else ()),
        tool_calls=tool_calls,
        model_calls=spent.model_calls,
        input_tokens=spent.input_tokens,
        output_tokens=spent.output_tokens,
        cached_tokens=spent.cached_tokens,
        usd=round(spent.usd, 6),
        seconds=round(time.monotonic() - started, 3),
    )


def _run(
    category: Category,
    snapshot: Snapshot,
    assessment: Assessment,
    mind: Mind,
    bench: Bench,
    spent: Spent,
    observe: Observe,
) -> tuple[Stop, str, int]:
    """Let the agent work until it reports; how it ended, why, and how many tools it used."""
    agent = create_agent(
        mind.model.chat,
        bench.tools(),
        system_prompt=_system_prompt(category, snapshot, assessment, mind),
        middleware=_middleware(mind, bench, spent),
        checkpointer=False,  # its messages hold the account's facts, and end with it
    )
    steps = mind.budget.limits.steps
    tool_calls, last = 0, None
    begin: Any = {"messages": [HumanMessage("Begin.")]}
    try:
        for mode, part in agent.stream(
            begin,
            {"recursion_limit": steps * _STEPS_PER_CALL},
            stream_mode=["updates", "messages"],
        ):
            if mode == "messages":
                _tell_text(category, part[0], observe)
                continue
            for message in _messages(part):
                for call in getattr(message, "tool_calls", ()):
                    tool_calls += 1
                    observe("tool", {"category": category.code, "tool": call["name"]})
                last = message if message.type == "ai" else last
    except OverBudget as error:
        return Stop.BUDGET, str(error), tool_calls
    except (ModelCallLimitExceededError, GraphRecursionError):
        return Stop.STEPS, f"no report after {steps} steps", tool_calls
    except Exception as error:  # a model, its client and the network can fail in any way
        return Stop.FAILED, f"{type(error).__name__}: {error}", tool_calls
    if bench.reported:
        return Stop.DONE, "", tool_calls
    reason = str(last.response_metadata.get("stopReason", "")) if last is not None else ""
    if reason in _REFUSALS:
        return Stop.REFUSED, f"the model stopped: {reason}", tool_calls
    return Stop.NONSENSE, "it ended without calling report_findings", tool_calls


def _middleware(mind: Mind, bench: Bench, spent: Spent) -> list[Any]:
    """From the outside in: the end, the limit, the models that stand in, trying again, counting."""
    chats = [mind.model.chat, *mind.model.fallbacks]
    layers: list[Any] = [
        Reported(bench),
        ModelCallLimitMiddleware(run_limit=mind.budget.limits.steps, exit_behavior="error"),
        ToolErrorMiddleware(lambda error, _: f"that did not work: {error}"),
    ]
    if mind.model.fallbacks:
        layers.append(ModelFallbackMiddleware(*mind.model.fallbacks))
    layers.append(
        ModelRetryMiddleware(
            max_retries=_ATTEMPTS_AGAIN,
            retry_on=_may_pass,
            on_failure="error",
            initial_delay=mind.pause_seconds,
        )
    )
    names = {id(chat): name for chat, name in zip(chats, mind.model.names, strict=True)}
    layers.append(Metered(mind.budget, spent, names))
    return [*layers, *_caching(mind.model)]


def _caching(model: Model) -> list[Any]:
    """Prompt caching where Bedrock's model has it."""
    if not model.name.startswith("bedrock"):
        return []
    from langchain_aws.middleware import BedrockPromptCachingMiddleware

    return [BedrockPromptCachingMiddleware(unsupported_model_behavior="ignore")]


def _may_pass(error: Exception) -> bool:
    """Whether trying again may help: throttling, a timeout, a hiccup, an answer cut short."""
    from botocore.exceptions import ConnectionError as NoConnection
    from botocore.exceptions import HTTPClientError

    response = getattr(error, "response", None) or {}
    code = response.get("Error", {}).get("Code", "")
    return isinstance(error, (CutShort, HTTPClientError, NoConnection)) or code in _PASSING


def _system_prompt(
    category: Category, snapshot: Snapshot, assessment: Assessment, mind: Mind
) -> str:
    objectives = mind.objectives
    focus = files("agents").joinpath(category.slug, "prompt.md").read_text(encoding="utf-8")
    rows = [
        {
            "check": row.check,
            "resource": row.resource,
            "verdict": row.verdict.value,
            **({"note": row.note} if row.note else {}),
        }
        for row in assessment.judgements
        if row.verdict is not Verdict.PASS
    ]
    open_questions = [
        {"id": q.id, "text": q.text, "answer": a.answer.value}
        for q, a in zip(category.questions, assessment.answers, strict=True)
    ]
    members = [
        {"id": r.id, "type": r.type, "name": r.name}
        for r in snapshot.resources.values()
        if r.member
    ]
    return prompt(
        "agents.thinking",
        title=category.title,
        violates=category.violates,
        focus=focus.strip(),
        scenarios="; ".join(f"`{s.name}` ({s.text})" for s in category.scenarios),
        questions=fenced(open_questions),
        constants=fenced(
            {n: f"{a.what}, {_worth(a)}" for n, a in mind.table.items() if not a.seconds_per_unit}
        ),
        objectives=f"RTO {spell_duration(objectives.rto_seconds)}, "
        f"RPO {spell_duration(objectives.rpo_seconds)}",
        workload=fenced(Inspection(snapshot).answer(members)),
        verdicts=fenced(Inspection(snapshot).answer(rows)),
    )


def _worth(assumption: Any) -> str:
    return "for ever" if assumption.never else f"{assumption.seconds:g} s"


def _tell_text(category: Category, chunk: Any, observe: Observe) -> None:
    """What the model says while it works, as it comes."""
    if chunk.type == "AIMessageChunk" and chunk.text:
        observe("says", {"category": category.code, "text": chunk.text})


def _messages(update: Any) -> list[Any]:
    """The messages that a step of the agent wrote."""
    return [
        message
        for written in update.values()
        if isinstance(written, Mapping)
        for message in written.get("messages", ())
    ]
