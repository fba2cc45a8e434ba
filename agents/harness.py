"""The harness of every agent: a model, its bounds, and what happens when a call fails."""

from collections.abc import Callable, Mapping
from contextvars import Context
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from langchain.agents.middleware import (
    AgentMiddleware,
    ModelCallLimitMiddleware,
    ModelFallbackMiddleware,
    ModelRetryMiddleware,
    ToolErrorMiddleware,
    hook_config,
)
from langchain.agents.middleware.model_call_limit import ModelCallLimitExceededError
from langchain_core.messages import ToolMessage
from langgraph.errors import GraphRecursionError

from agents.bounds import Budget, CutShort, Metered, OverBudget, Spent
from agents.models import Model
from state.objectives import Objectives
from state.thinking import Stop
from tools.grading.assumptions import Assumptions

if TYPE_CHECKING:
    from tools.docs.shelf import Shelf

Observe = Callable[[str, Mapping[str, object]], None]
AskAws = Callable[[str, str, Mapping[str, Any], str | None], Any]
"""Operation, Region, arguments and projection -> the answer."""

Result = TypeVar("Result")

STEPS_PER_CALL = 8  # of langgraph's recursion: the model, its tools, the middleware between
_LONGEST_COMPLAINT = 1500  # characters of what a tool says went wrong
_REFUSALS = ("guardrail_intervened", "content_filtered", "refusal")
_ATTEMPTS_AGAIN = 3  # of a model call that was throttled or timed out


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


class Done(AgentMiddleware[Any, Any]):
    """Ends an agent once its result is in; one that did not fit the form may be tried again."""

    def __init__(self, done: Callable[[], bool]) -> None:
        super().__init__()
        self._done = done

    @hook_config(can_jump_to=["end"])
    def before_model(self, state: Any, runtime: Any) -> dict[str, Any] | None:
        """Nothing is left to be asked."""
        return {"jump_to": "end"} if self._done() else None


class Curt(AgentMiddleware[Any, Any]):
    """Cuts what a tool says went wrong: a form filled in wrongly comes back with every mistake."""

    def wrap_tool_call(self, request: Any, handler: Callable[[Any], Any]) -> Any:
        """Run the tool."""
        answer = handler(request)
        if isinstance(answer, ToolMessage) and answer.status == "error":
            text = str(answer.content)
            if len(text) > _LONGEST_COMPLAINT:
                half = _LONGEST_COMPLAINT // 2  # the end says what is wrong with the last
                return answer.model_copy(update={"content": f"{text[:half]} ... {text[-half:]}"})
        return answer


def middleware(mind: Mind, done: Callable[[], bool], spent: Spent, steps: int) -> list[Any]:
    """From the outside in: the end, the limit, the models that stand in, trying again, counting."""
    chats = [mind.model.chat, *mind.model.fallbacks]
    layers: list[Any] = [
        Done(done),
        ModelCallLimitMiddleware(run_limit=steps, exit_behavior="error"),
        Curt(),
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


def apart(work: Callable[..., Result], *arguments: Any) -> Result:
    """Run an agent as one of its own, not as a part of the machine whose node asks for it.

    Langgraph hands a run's settings down through the context: how durable it is, where it is kept.
    An agent is kept nowhere, and would break on them.
    """
    return Context().run(work, *arguments)


def ending(error: Exception, steps: int) -> tuple[Stop, str]:
    """Why an agent ended that raised, and what there is to say about it."""
    if isinstance(error, OverBudget):
        return Stop.BUDGET, str(error)
    if isinstance(error, (ModelCallLimitExceededError, GraphRecursionError)):
        return Stop.STEPS, f"no result after {steps} steps"
    return Stop.FAILED, f"{type(error).__name__}: {error}"


def ending_without_result(last: Any, wanted: str) -> tuple[Stop, str]:
    """Why an agent ended by itself without calling a tool: it refused, or only talked."""
    reason = str(last.response_metadata.get("stopReason", "")) if last is not None else ""
    if reason in _REFUSALS:
        return Stop.REFUSED, f"the model stopped: {reason}"
    return Stop.NONSENSE, f"it ended without calling {wanted}"


def _caching(model: Model) -> list[Any]:
    """Prompt caching where Bedrock's model has it."""
    if not model.name.startswith("bedrock"):
        return []
    from langchain_aws.middleware import BedrockPromptCachingMiddleware

    return [BedrockPromptCachingMiddleware(unsupported_model_behavior="ignore")]


def _may_pass(error: Exception) -> bool:
    """Whether trying again may help: throttling, a timeout, a hiccup, an answer cut short."""
    from tools.aws.refusals import may_pass  # other providers' clients raise what they like

    return isinstance(error, CutShort) or may_pass(error)
