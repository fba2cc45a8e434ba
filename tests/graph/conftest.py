"""A store of the test's own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from state.objectives import Objectives
from state.store import Store


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "seeams.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    with Store(f"sqlite:///{path}", patience=0.5) as opened:
        yield opened


@pytest.fixture
def day() -> Objectives:
    """A day, and half of one: most things are well."""
    return Objectives(rto_seconds=24 * 3600, rpo_seconds=12 * 3600)


@pytest.fixture
def hour() -> Objectives:
    """An hour, and half of one: hardly anything is."""
    return Objectives(rto_seconds=3600, rpo_seconds=1800)
