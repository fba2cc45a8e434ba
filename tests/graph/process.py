"""One assessment or what-if in a process of its own, to be killed.

Says in files what it executes, and waits for ever where it is told to.

    python process.py STORE FOLDER [WAIT_AT [MODEL]]

WAIT_AT: `discover`, `assess_<slug>`, `grade_<slug>`, or nothing. MODEL: with agents that share it.
"""

import json
import os
import sys
import threading
from pathlib import Path
from typing import Any
from uuid import uuid4

os.environ["LANGGRAPH_STRICT_MSGPACK"] = "true"

from agents.specialist import assess as run_checks
from graph import nodes
from graph.nodes import NOTHING_OUTSIDE, Outside
from graph.runs import assess
from state.categories import Category
from state.channels import Request
from state.grades import Grade
from state.judgements import Assessment
from state.objectives import Objectives
from state.snapshot import Snapshot
from state.store import Store
from tests.graph.fakes import request, snapshot
from tools.grading.assumptions import assumptions
from tools.grading.grading import grade


class Diary:
    """A file for each execution of each step."""

    def __init__(self, folder: Path, wait_at: str) -> None:
        self.folder, self.wait_at = folder, wait_at

    def begins(self, step: str) -> None:
        """Note a step, and stay in it if that is where to wait."""
        (self.folder / f"{step}.{uuid4().hex}").touch()
        if step == self.wait_at:
            threading.Event().wait()


def with_agents(model: str, objectives: Objectives) -> Outside:
    """Agents that share a model and a budget."""
    from agents.harness import Mind
    from agents.models import model_named
    from agents.thinking.agent import think
    from agents.writing.agent import summarise

    named = model_named(model)
    assert named
    mind = Mind(named, objectives, assumptions(), pause_seconds=0.01)
    return Outside(
        think=lambda category, seen, rows, observe: think(category, seen, rows, mind, observe),
        summarise=lambda report, _: summarise(report, {}, mind),
    )


def main(store_path: str, folder: str, wait_at: str = "", model: str = "") -> None:
    diary = Diary(Path(folder), wait_at)

    def read_account(asked: Request, _observe: Any) -> Snapshot:
        diary.begins("discover")
        return snapshot(asked)

    def specialist(category: Category, seen: Snapshot, observe: Any) -> Assessment:
        diary.begins(f"assess_{category.slug}")
        return run_checks(category, seen, observe)

    def grade_slowly(category: Category, *arguments: Any) -> Grade:
        diary.begins(f"grade_{category.slug}")
        return grade(category, *arguments)

    vars(nodes)["grade"] = grade_slowly
    objectives = Objectives(rto_seconds=24 * 3600, rpo_seconds=12 * 3600)
    with Store(f"sqlite:///{store_path}") as store:
        report = assess(
            store,
            request(),
            objectives,
            read_account,
            specialist=specialist,
            outside=with_agents(model, objectives) if model else NOTHING_OUTSIDE,
        )
    sys.stdout.write(json.dumps(report.model_dump(mode="json")))


if __name__ == "__main__":
    main(*sys.argv[1:])
