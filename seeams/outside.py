"""What a run has from beyond the facts: models and documentation, opened before, closed after."""

import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, wait
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any, TypeVar

from seeams.failures import Interrupted
from state.errors import CredentialsRefused, WrongUse

if TYPE_CHECKING:
    from agents.bounds import Budget
    from agents.harness import Mind
    from agents.models import Model
    from graph.nodes import Observe, Outside
    from seeams.progress import Progress
    from state.categories import Category
    from state.judgements import Assessment
    from state.limits import Limits
    from state.objectives import Objectives
    from state.premises import Premises
    from state.report import Report
    from state.snapshot import Snapshot
    from state.thinking import Summary, Thinking
    from tools.aws.account import Account
    from tools.docs.servers import Docs
    from tools.docs.shelf import Shelf

Result = TypeVar("Result")

_LOOKS_EVERY = 0.1  # seconds between looks at whether the run was stopped


@dataclass(frozen=True)
class Help:
    """Who helps in a run, and within which bounds."""

    model: "Model | None"
    docs: "Docs"
    limits: "Limits"

    @property
    def is_none(self) -> bool:
        """Whether the run has nothing but the facts."""
        from tools.docs.servers import Docs

        return self.model is None and self.docs is Docs.OFF


def help_of(
    model: str | None,
    docs: str,
    budget: str | None,
    *,
    region: str | None = None,
    profile: str | None = None,
) -> Help:
    """What `--model`, `--docs` and `--budget` ask for; no model is called, no server started.

    Without a model, `auto` stays with the embedded documentation: such a run tells nobody anything.

    Args:
        model: `bedrock:ID`, several with commas between; None: no model.
        docs: a `Docs`.
        budget: as `seeams.asked.limits_of` reads it.
        region: where Amazon Bedrock is asked; None: as AWS's settings say.
        profile: whose credentials are used for it.

    Raises:
        WrongUse: a name or a limit cannot be understood, or there is a budget and no model.
        ModelUnavailable: the model's package, Region or credentials are missing.
    """
    from seeams.asked import limits_of
    from tools.docs.servers import Docs

    limits, where = limits_of(budget), Docs(docs)
    if budget is not None and model is None:
        raise WrongUse("--budget limits a model, and there is none: name one with --model")
    named = None
    if model is not None:
        from agents.models import model_named

        named = model_named(model, region=region, profile=profile)
    if named is None and where is Docs.AUTO:
        where = Docs.EMBEDDED
    return Help(named, where, limits)


@contextmanager
def beyond(
    helping: Help,
    objectives: "Objectives",
    premises: "Premises",
    account: "Account",
    progress: "Progress",
) -> "Iterator[Outside]":
    """What the machine is given; documentation is opened in the background, and closed at the end.

    A run that `progress` stops calls no model, no documentation server and no AWS any more.
    """
    from graph.nodes import NOTHING_OUTSIDE, Outside
    from tools.docs.servers import shelf

    if helping.is_none:
        yield NOTHING_OUTSIDE
        return
    shared = shelf(helping.docs)
    if shared is not None:
        progress.when_stopped(shared.stop)
    with shared or nullcontext():
        agents = _Agents(helping, objectives, premises, account, shared, progress)
        progress.watch(agents.so_far)
        yield Outside(
            think=agents.think if helping.model else None,
            summarise=agents.summarise if helping.model else None,
            look_up=agents.look_up if shared else None,
        )


class _Agents:
    """The agents of one run, which share a model, a budget, a shelf and the account."""

    def __init__(
        self,
        helping: Help,
        objectives: "Objectives",
        premises: "Premises",
        account: "Account",
        shared: "Shelf | None",
        progress: "Progress",
    ) -> None:
        self._helping, self._shelf, self._progress = helping, shared, progress
        self._objectives, self._premises = objectives, premises
        self._aws = _Aws(account)
        self._lock = Lock()
        self._begun: Mind | None = None

    def think(
        self,
        category: "Category",
        snapshot: "Snapshot",
        assessment: "Assessment",
        observe: "Observe",
    ) -> "Thinking":
        """One specialist's agent at work; see `agents.thinking.agent.think`.

        Raises:
            Interrupted: the run was stopped, and the agent with it.
        """
        from agents.thinking.agent import think
        from state.thinking import Stop

        observe("thinks", {"category": category.code})
        way = _AskAws(self._aws, _regions_of(snapshot))
        mind = replace(self._mind(snapshot), ask_aws=way)
        thinking = self._unless_stopped(
            lambda: think(category, snapshot, assessment, mind, observe)
        )
        if self._progress.is_stopped and thinking.stop is not Stop.DONE:
            raise Interrupted
        thinking = thinking.model_copy(
            update={
                "troubles": thinking.troubles + way.troubles,
                "aws_calls": way.calls,
                "aws_seconds": round(way.seconds, 3),
            }
        )
        told = {"proposals": len(thinking.proposals), "stop": thinking.stop.value}
        observe("thought", {"category": category.code, "detail": thinking.detail, **told})
        return thinking

    def summarise(self, report: "Report", snapshot: "Snapshot") -> "Summary":
        """The report in a model's words; see `agents.writing.agent.summarise`.

        Raises:
            Interrupted: the run was stopped.
        """
        from agents.writing.agent import summarise

        began = time.monotonic()
        names = {each.id: each.name for each in snapshot.resources.values()}
        mind = self._mind(snapshot)
        summary = self._unless_stopped(lambda: summarise(report, names, mind))
        if self._progress.is_stopped:
            raise Interrupted
        return summary.model_copy(update={"seconds": round(time.monotonic() - began, 3)})

    def look_up(self, report: "Report", snapshot: "Snapshot", observe: "Observe") -> "Report":
        """The report with links that the documentation tools returned.

        Raises:
            Interrupted: the run was stopped.
        """
        from agents.looking_up import look_up

        shelf = self._shelf
        if shelf is None:
            return report
        shelf.keep_private(snapshot)
        return self._unless_stopped(lambda: look_up(report, snapshot, shelf, observe))

    def so_far(self) -> str:
        """What was spent and looked up until now, in words."""
        from seeams.rendering.words import spending_words

        begun = self._begun
        spent = spending_words(begun.budget.spent) if begun else ""
        found = len(self._shelf.returned) if self._shelf else 0
        pages = f"{found} pages of documentation" if found else ""
        return ", ".join(part for part in (spent, pages) if part)

    def _mind(self, snapshot: "Snapshot") -> "Mind":
        """What the agents share; the budget's time begins when the first of them does."""
        from agents.harness import Mind
        from tools.grading.assumptions import assumptions, with_overrides

        with self._lock:
            if self._begun is None:
                if self._helping.model is None:
                    raise RuntimeError("there is no model to think with")
                if self._shelf is not None:
                    self._shelf.keep_private(snapshot)
                self._begun = Mind(
                    self._helping.model,
                    self._objectives,
                    with_overrides(assumptions(), self._premises.assumptions),
                    self._budget(),
                    self._shelf,
                )
            return self._begun

    def _budget(self) -> "Budget":
        from agents.bounds import Budget

        return Budget(self._helping.limits, stopped=self._progress.stopped)

    def _unless_stopped(self, work: Callable[[], Result]) -> Result:
        """What `work` returns; who stops the run does not wait for a model to answer."""
        answer: Future[Result] = Future()

        def run() -> None:
            try:
                answer.set_result(work())
            except BaseException as error:
                answer.set_exception(error)

        Thread(target=run, name="agent", daemon=True).start()
        while not wait([answer], _LOOKS_EVERY).done:
            if self._progress.is_stopped:
                raise Interrupted
        return answer.result()


@dataclass
class _Aws:
    """The run's gated account, asked by one agent at a time, so that each call has its own cost."""

    account: "Account"
    refused: str = ""  # why no later call can succeed
    lock: Lock = field(default_factory=Lock)


@dataclass
class _AskAws:
    """One specialist's way to AWS, in the Regions that are read: what it cost, where it ended."""

    aws: _Aws
    regions: frozenset[str]
    calls: int = 0
    seconds: float = 0.0
    troubles: tuple[str, ...] = ()

    def __call__(
        self, operation: str, region: str, arguments: Mapping[str, Any], projection: str | None
    ) -> Any:
        """The answer of one read-only call, or `{"error": ...}`."""
        from tools.aws.using import use_aws

        if region not in self.regions:
            return {"error": f"this run reads {', '.join(sorted(self.regions))} only"}
        account = self.aws.account
        with self.aws.lock:
            calls, seconds = account.calls.total(), account.seconds
            try:
                if not self.aws.refused:
                    return use_aws(account, operation, region, arguments, projection)
            except CredentialsRefused as error:
                self.aws.refused = str(error)
            finally:
                self.calls += account.calls.total() - calls
                self.seconds += account.seconds - seconds
            self.troubles = (f"went on without AWS: {self.aws.refused}",)
            return {"error": self.aws.refused}


def _regions_of(snapshot: "Snapshot") -> frozenset[str]:
    """Where something was read."""
    placed = (each.region for each in snapshot.resources.values() if each.region)
    return frozenset((*snapshot.regions, *placed))
