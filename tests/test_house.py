"""Rules of the house that no single room can hold."""

import importlib.metadata
from pathlib import Path

ROOMS = {"seeams", "graph", "agents", "tools", "state"}


def test_no_dependency_ships_a_package_of_our_names() -> None:
    owners = importlib.metadata.packages_distributions()
    assert {owner for room in ROOMS for owner in owners.get(room, [])} <= {"seeams"}


def test_no_package_below_tests_shadows_a_room() -> None:
    assert not list(Path(__file__).parent.rglob("__init__.py"))
