"""A model on this machine, behind the real client, and a workload to think about."""

from collections.abc import Iterator

import pytest

from agents.harness import Mind
from agents.specialist import assess
from agents.thinking.agent import think
from state.categories import Category, categories
from state.snapshot import Snapshot
from state.thinking import Thinking
from tests.bedrock.minds import CLAUDE, Minds, scripted
from tests.graph.fakes import request, snapshot

__all__ = ["CLAUDE", "SPOF", "Minds", "mind_of", "seen", "thought"]

SPOF = next(category for category in categories() if category.slug == "spof")


@pytest.fixture
def mind_of(monkeypatch: pytest.MonkeyPatch) -> Iterator[Minds]:
    """A mind whose model follows a script, and the server that plays it."""
    with scripted(monkeypatch) as build:
        yield build


@pytest.fixture
def seen() -> Snapshot:
    """Two databases without a standby."""
    return snapshot(request())


def thought(mind: Mind, seen: Snapshot, category: Category = SPOF) -> Thinking:
    """What an agent adds to the rows of the checks."""
    return think(category, seen, assess(category, seen), mind, lambda *_: None)
