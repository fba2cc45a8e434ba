"""The shop, assessed into a store of the test's own."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from graph.conversation import ask as ask_thread
from graph.runs import assess
from state.channels import Request
from state.conversation import Turn
from state.objectives import Objectives
from state.snapshot import Resource, Selector
from state.store import Store
from tests.agents.conversation.workload import ACCOUNT, REGION, shop

DAY = Objectives(rto_seconds=24 * 3600, rpo_seconds=12 * 3600)
Ask = Callable[..., Turn]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "seeams.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    with Store(f"sqlite:///{path}", patience=0.5) as opened:
        assessed(opened)
        yield opened


@pytest.fixture
def ask(store: Store) -> Ask:
    """Asks the shop."""
    return lambda question, **options: ask_thread(store, "shop", question, **options)


def assessed(store: Store, **extra: Resource) -> None:
    """The shop with extra resources under the thread `shop`."""
    request = Request(
        thread="shop",
        selector=Selector(tags={"workload": "shop"}),
        account=ACCOUNT,
        regions=(REGION,),
    )
    assess(store, request, DAY, lambda *_: shop(**extra))
