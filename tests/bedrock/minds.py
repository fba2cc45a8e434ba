"""A mind whose model follows a script, behind the real client."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import pytest

from agents.bounds import Budget, Limits
from agents.harness import Mind
from agents.models import model_named
from state.objectives import Objectives
from tests.bedrock.wire import FakeBedrock, Script, Turn
from tools.grading.assumptions import assumptions

CLAUDE = "bedrock:anthropic.claude-sonnet-4-5-20250929-v1:0"

Minds = Callable[..., tuple[Mind, FakeBedrock]]


@contextmanager
def scripted(monkeypatch: pytest.MonkeyPatch) -> Iterator[Minds]:
    """Builds minds, and the servers that play their models; a later one's environment counts."""
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
