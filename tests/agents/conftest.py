"""A model on this machine, behind the real client, and a workload to think about."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from agents.bounds import Budget, Limits
from agents.harness import Mind
from agents.models import model_named
from agents.specialist import assess
from agents.thinking.agent import think
from state.categories import Category, categories
from state.objectives import Objectives
from state.snapshot import Snapshot
from state.thinking import Thinking
from tests.bedrock.wire import FakeBedrock, Script, Turn
from tests.graph.fakes import request, snapshot
from tools.grading.assumptions import assumptions

CLAUDE = "bedrock:anthropic.claude-sonnet-4-5-20250929-v1:0"
SPOF = next(category for category in categories() if category.slug == "spof")

Minds = Callable[..., tuple[Mind, FakeBedrock]]


@pytest.fixture
def mind_of(monkeypatch: pytest.MonkeyPatch) -> Iterator[Minds]:
    """A mind whose model follows a script, and the server that plays it."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    with ExitStack() as servers:

        def build(
            script: Script | list[Turn], limits: Limits | None = None, model: str = CLAUDE
        ) -> tuple[Mind, FakeBedrock]:
            bedrock = servers.enter_context(FakeBedrock(script))
            monkeypatch.setenv("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", bedrock.url)
            named = model_named(model)
            assert named
            mind = Mind(
                named,
                Objectives(rto_seconds=7200, rpo_seconds=1800),
                assumptions(),
                Budget(limits or Limits()),
                pause_seconds=0.01,
            )
            return mind, bedrock

        yield build


@pytest.fixture
def seen() -> Snapshot:
    """Two databases without a standby."""
    return snapshot(request())


def thought(mind: Mind, seen: Snapshot, category: Category = SPOF) -> Thinking:
    """What an agent adds to the rows of the checks."""
    return think(category, seen, assess(category, seen), mind, lambda *_: None)
