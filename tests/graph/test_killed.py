"""Runs whose process is killed, and go on in another one."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from graph.runs import assess, history, what_if
from state.objectives import Objectives
from state.store import Store
from tests.graph.fakes import (
    EVERY_NODE,
    GRADERS,
    SPECIALISTS,
    CountingAccount,
    request,
    without_times,
)

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0  # seconds, on a machine that has much else to do


class Runs:
    """Starts runs on one store and reads what they noted."""

    def __init__(self, folder: Path) -> None:
        self.store = folder / "killed.db"
        self.diary = folder / "diary"
        self.diary.mkdir()

    def start(self, wait_at: str = "") -> subprocess.Popen[str]:
        return subprocess.Popen(
            [
                sys.executable,
                str(Path(__file__).with_name("process.py")),
                str(self.store),
                str(self.diary),
                wait_at,
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )

    def finish(self) -> dict[str, Any]:
        process = self.start()
        out, err = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0, err
        report: dict[str, Any] = json.loads(out)
        return report

    def stop(
        self, wait_at: str, ready: Callable[[], bool], how: signal.Signals = signal.SIGKILL
    ) -> None:
        """Start a run, wait until it stands where it should, and stop it there."""
        process = self.start(wait_at)
        until = time.monotonic() + PATIENCE
        while not ready():
            assert process.poll() is None, process.communicate()[1]
            assert time.monotonic() < until, f"it never got there: {self.executed()}"
            time.sleep(0.02)
        process.send_signal(how)
        if how is signal.SIGINT:  # a second one, for what waits for ever
            time.sleep(0.5)
            process.kill()
        process.communicate(timeout=PATIENCE)

    def executed(self) -> Counter[str]:
        return Counter(file.name.partition(".")[0] for file in self.diary.iterdir())

    def written(self, channel: str) -> int:
        """How many tasks' writes to a channel are on disk and not yet part of a checkpoint."""
        if not self.store.exists():
            return 0
        with closing(sqlite3.connect(self.store)) as connection:
            try:
                found = connection.execute(
                    "SELECT count(*) FROM writes WHERE channel = ? AND checkpoint_id = "
                    "(SELECT max(checkpoint_id) FROM checkpoints)",
                    (channel,),
                ).fetchone()
            except sqlite3.OperationalError:  # not created yet, or busy
                return 0
        return int(found[0])


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    return Runs(tmp_path)


@pytest.fixture
def uninterrupted(store: Store, day: Objectives) -> dict[str, Any]:
    """What a run says that nobody stopped."""
    report = assess(store, request(), day, CountingAccount())
    return without_times(report.model_dump(mode="json"))


def _same(report: dict[str, Any], uninterrupted: dict[str, Any]) -> bool:
    ours = without_times(report)
    return {**ours, "nodes_run": None} == {**uninterrupted, "nodes_run": None}


def test_killed_among_the_specialists_only_the_one_that_was_at_work_runs_again(
    runs: Runs, uninterrupted: dict[str, Any]
) -> None:
    runs.stop(
        "assess_load",
        lambda: runs.written("assessments") == 4 and runs.executed()["assess_load"] == 1,
    )
    assert runs.executed() == Counter(["discover", *SPECIALISTS])

    report = runs.finish()
    assert runs.executed() == Counter(["discover", *SPECIALISTS, "assess_load", *GRADERS])
    assert _same(report, uninterrupted)
    rest = EVERY_NODE - {"discover", *SPECIALISTS} | {"assess_load"}
    assert report["usage"]["nodes_run"] == dict.fromkeys(rest, 1)
    assert report["usage"]["aws_calls"] == 0
    with Store(f"sqlite:///{runs.store}") as store:
        (row,) = store.runs()
        assert row.finished_at
        assert {entry.run for entry in history(store, "shop")} == {row.run}
        before, after = what_if(store, "shop", Objectives(rto_seconds=3600, rpo_seconds=1800))
        assert before.checkpoint == report["checkpoint"]
        assert set(after.usage.nodes_run) == {*GRADERS, "compose", "write_report"}


def test_killed_in_discovery_the_account_is_read_again(
    runs: Runs, uninterrupted: dict[str, Any]
) -> None:
    runs.stop("discover", lambda: runs.executed()["discover"] == 1)
    report = runs.finish()
    assert runs.executed() == Counter(["discover", "discover", *SPECIALISTS, *GRADERS])
    assert _same(report, uninterrupted)
    assert report["usage"]["nodes_run"] == dict.fromkeys(EVERY_NODE, 1)


def test_killed_in_grading_no_specialist_runs_again(
    runs: Runs, uninterrupted: dict[str, Any]
) -> None:
    runs.stop(
        "grade_spof",
        lambda: runs.written("grades") == 4 and runs.executed()["grade_spof"] == 1,
    )
    report = runs.finish()
    assert runs.executed() == Counter(["discover", *SPECIALISTS, *GRADERS, "grade_spof"])
    assert _same(report, uninterrupted)
    rest = {"grade_spof", "compose", "write_report"}
    assert report["usage"]["nodes_run"] == dict.fromkeys(rest, 1)


def test_killed_twice_in_the_same_step(runs: Runs, uninterrupted: dict[str, Any]) -> None:
    runs.stop("assess_load", lambda: runs.written("assessments") == 4)
    runs.stop("assess_load", lambda: runs.executed()["assess_load"] == 2)
    report = runs.finish()
    assert runs.executed() == Counter(
        ["discover", *SPECIALISTS, "assess_load", "assess_load", *GRADERS]
    )
    assert _same(report, uninterrupted)


def test_interrupted_from_the_keyboard_what_was_finished_is_kept(
    runs: Runs, uninterrupted: dict[str, Any]
) -> None:
    runs.stop("assess_load", lambda: runs.written("assessments") == 4, signal.SIGINT)
    report = runs.finish()
    assert runs.executed() == Counter(["discover", *SPECIALISTS, "assess_load", *GRADERS])
    assert _same(report, uninterrupted)
