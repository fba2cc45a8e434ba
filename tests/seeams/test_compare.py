"""`seeams compare`, as a user runs it, over a store with results that differ."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from graph.runs import assess, what_if
from state.channels import Request
from state.comparisons import Comparison
from state.objectives import Objectives
from state.report import Report
from state.snapshot import Snapshot
from state.store import RunRow, Store
from tests.graph.fakes import READ, CountingAccount, arn, request

Seeams = Callable[..., Result]

DAY = Objectives(rto_seconds=86400, rpo_seconds=43200)
HOUR = Objectives(rto_seconds=3600, rpo_seconds=1800)


class MendedAccount(CountingAccount):
    """The same databases, with a standby each; and one more."""

    def __init__(self) -> None:
        super().__init__(databases=3)

    def __call__(self, asked: Request, observe: Any) -> Snapshot:
        found = super().__call__(asked, observe)
        for resource in found.resources.values():
            resource.facts[READ]["MultiAZ"] = True
        return found


@pytest.fixture
def results(tmp_path: Path) -> tuple[str, list[Report]]:
    """A store's address, and what is in it: an assessment, a what-if, an assessment months on."""
    url = f"sqlite:///{tmp_path}/seeams.db"
    with Store(url) as store:
        first = assess(store, request(), DAY, CountingAccount())
        asked = what_if(store, "shop", HOUR)[1]
        later = assess(store, request(), DAY, MendedAccount())
        assess(store, request("other"), DAY, CountingAccount())
    return url, [first, asked, later]


def document(shown: Result) -> Comparison:
    assert shown.exit_code == 0, shown.stderr
    return Comparison.model_validate_json(shown.stdout)


def test_what_was_mended_is_named(seeams: Seeams, results: tuple[str, list[Report]]) -> None:
    url, (first, _, later) = results
    ids = first.checkpoint, later.checkpoint
    shown = seeams("compare", f"shop@{ids[0]}", ids[1], "--store", url, env={"COLUMNS": "120"})
    assert shown.exit_code == 0, shown.stderr
    assert "rds.instance_single_az at db0 (RDS DB instance): fails → passes" in shown.stdout
    assert f"{READ} MultiAZ: false → true" in shown.stdout
    assert "+ db2 (RDS DB instance)" in shown.stdout
    assert "resolved" in shown.stdout
    comparison = document(seeams("compare", *ids, "--json", "--store", url))
    assert comparison.facts is not None
    rows = {(f.what, f.resource): (f.before, f.after) for f in comparison.facts}
    assert rows["rds.instance_single_az", arn("db0")] == ("FAIL", "PASS")
    assert [each.resource for each in comparison.resources] == [arn("db2")]


def test_one_thread_is_its_last_two_results(
    seeams: Seeams, results: tuple[str, list[Report]]
) -> None:
    url, (_, asked, later) = results
    comparison = document(seeams("compare", "shop", "--json", "--store", url))
    assert comparison.before.checkpoint == asked.checkpoint
    assert comparison.after.checkpoint == later.checkpoint
    assert comparison.before.objectives == HOUR


def test_a_result_is_called_by_thread_run_or_checkpoint(
    seeams: Seeams, results: tuple[str, list[Report]]
) -> None:
    url, (first, _, later) = results
    with Store(url) as store:
        run = store.require_runs("shop")[0].run
    for name in ("shop", f"shop@{later.checkpoint}", later.checkpoint):
        comparison = document(seeams("compare", run[:12], name, "--json", "--store", url))
        assert comparison.before.checkpoint == first.checkpoint
        assert comparison.after.checkpoint == later.checkpoint


def test_a_result_and_itself(seeams: Seeams, results: tuple[str, list[Report]]) -> None:
    shown = seeams("compare", "other", "other", "--store", results[0])
    assert "Nothing changed." in shown.stdout
    assert (
        document(seeams("compare", "other", "other", "--json", "--store", results[0])).facts == ()
    )


def test_two_threads_of_one_workload_say_the_same(
    seeams: Seeams, results: tuple[str, list[Report]]
) -> None:
    url, (first, _, _) = results
    comparison = document(seeams("compare", first.checkpoint, "other", "--json", "--store", url))
    assert comparison.nothing_changed
    assert comparison.after.thread == "other"


@pytest.mark.parametrize("width", [40, 80, 120])
def test_nothing_is_wider_than_the_terminal(
    seeams: Seeams, results: tuple[str, list[Report]], width: int
) -> None:
    url, (first, asked, later) = results
    for one, other in ((first, later), (later, asked)):
        names = one.checkpoint, other.checkpoint
        shown = seeams("compare", *names, "--store", url, env={"COLUMNS": str(width)})
        assert shown.exit_code == 0, shown.stderr
        assert [line for line in shown.stdout.splitlines() if len(line) > width] == []


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("other",), 3, "one result only"),
        (("nothing-like-it",), 3, "known threads"),
        (("shop", "nothing-like-it"), 3, "threads: other, shop"),
        (("shop", "shop@zz"), 3, "seeams history shop"),
        (("shop", "1"), 3, "several results begin"),
    ],
)
def test_what_the_user_can_mend_is_one_message(
    seeams: Seeams,
    results: tuple[str, list[Report]],
    arguments: tuple[str, ...],
    code: int,
    said: str,
) -> None:
    failed = seeams("compare", *arguments, "--store", results[0])
    assert (failed.exit_code, failed.stdout) == (code, "")
    assert said in failed.stderr


def test_without_checkpoints_reports_are_compared(
    seeams: Seeams, results: tuple[str, list[Report]]
) -> None:
    """Checkpoints that were cleared away, or that an older version wrote otherwise."""
    url, (first, _, later) = results
    with Store(url) as store:
        kept = later.model_copy(update={"thread": "cleared", "checkpoint": "gone"})
        row = store.require_runs("shop")[-1]
        changed = {"thread": "cleared", "run": "r", "checkpoint": "gone", "report": store.put(kept)}
        store.note_run(RunRow.model_validate({**row.model_dump(), **changed}))
    shown = seeams("compare", first.checkpoint, "cleared", "--store", url)
    assert shown.exit_code == 0, shown.stderr
    assert "not known" in shown.stdout
    assert (
        json.loads(seeams("compare", first.checkpoint, "cleared", "--json", "--store", url).stdout)[
            "facts"
        ]
        is None
    )
