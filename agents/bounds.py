"""What a run may spend on models, shared by all its agents, and what they spent."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from langchain.agents.middleware import AgentMiddleware
from langchain_core.messages import AIMessage

from agents.models import Price, price_of
from state.limits import Limits

if TYPE_CHECKING:
    from langchain.agents.middleware import ModelRequest, ModelResponse

__all__ = ["Budget", "CutShort", "Limits", "Metered", "OverBudget", "Spent"]

_CUT_SHORT = ("max_tokens", "model_context_window_exceeded")


class OverBudget(Exception):
    """A limit of the run is reached; the message says which."""


class CutShort(Exception):
    """An answer ended in the middle of a tool's arguments, which are then not what was meant.

    The client repairs truncated JSON in silence: `{"resource": "db1"` would run.
    """


@dataclass
class Spent:
    """What was spent, by one agent or by all."""

    model_calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    usd: float = 0.0

    def add(self, usage: Any, price: Price | None) -> None:
        """Count one answer's usage, as langchain gives it."""
        details = usage.get("input_token_details") or {}
        cached = int(details.get("cache_read") or 0)
        self.input_tokens += usage.get("input_tokens", 0)
        self.output_tokens += usage.get("output_tokens", 0)
        self.cached_tokens += cached
        if price:
            fresh = usage.get("input_tokens", 0) - cached
            cost = fresh * price.input + cached * price.cached
            self.usd += (cost + usage.get("output_tokens", 0) * price.output) / 1e6


@dataclass
class Budget:
    """The limits of a run and what is left of them; safe to share between threads.

    Once `stopped` is set, because the user ends the run, no further call is made.
    """

    limits: Limits = field(default_factory=Limits)
    clock: Callable[[], float] = time.monotonic
    stopped: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._started = self.clock()
        self.spent = Spent()

    def take_call(self) -> None:
        """Reserve one model call.

        Raises:
            OverBudget: a limit is reached, or the run was stopped.
        """
        if self.stopped.is_set():
            raise OverBudget("the run was stopped")
        with self._lock:
            spent, limits = self.spent, self.limits
            seconds = self.clock() - self._started
            for reached, what in (
                (spent.model_calls >= limits.model_calls, f"{limits.model_calls} model calls"),
                (
                    spent.input_tokens + spent.output_tokens >= limits.tokens,
                    f"{limits.tokens} tokens",
                ),
                (spent.usd >= limits.usd, f"{limits.usd:g} USD"),
                (seconds >= limits.seconds, f"{limits.seconds:g} seconds"),
            ):
                if reached:
                    raise OverBudget(f"the run's limit of {what} is reached")
            spent.model_calls += 1

    def count(self, usage: Any, price: Price | None) -> None:
        """Count what an answer used."""
        with self._lock:
            self.spent.add(usage, price)


class Metered(AgentMiddleware[Any, Any]):
    """Counts every attempt at a model call, and refuses those that the budget has no room for."""

    def __init__(self, budget: Budget, spent: Spent, names: dict[int, str]) -> None:
        """`names`: id() of a chat model -> what it is called, for its price."""
        super().__init__()
        self._budget, self._spent, self._names = budget, spent, names

    def wrap_model_call(
        self, request: "ModelRequest[Any]", handler: "Callable[[Any], ModelResponse[Any]]"
    ) -> "ModelResponse[Any]":
        """Reserve, call, count."""
        self._budget.take_call()
        self._spent.model_calls += 1
        response = handler(request)
        price = price_of(self._names.get(id(request.model), ""))
        for message in response.result:
            if isinstance(message, AIMessage):
                usage: Any = message.usage_metadata or {}
                self._budget.count(usage, price)
                self._spent.add(usage, price)
                if message.tool_calls and message.response_metadata.get("stopReason") in _CUT_SHORT:
                    raise CutShort("the answer was cut short in the middle of a tool call")
        return response
