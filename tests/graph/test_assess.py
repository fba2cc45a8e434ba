"""A full run, and runs in which something breaks."""

import sqlite3
import threading
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from langgraph.checkpoint.serde import _msgpack

from graph.runs import assess, history, snapshot_of
from state.categories import categories
from state.channels import RunKind
from state.errors import CredentialsRefused, Fixable, NothingMatches, StoreUnusable, ThreadConflict
from state.objectives import Objectives
from state.report import Report
from state.store import Store
from tests.graph.fakes import (
    EVERY_NODE,
    SPECIALISTS,
    BrokenSpecialist,
    CountingAccount,
    CountingSpecialist,
    FailingAccount,
    MeetingSpecialist,
    request,
    without_times,
)
from tools.grading.assumptions import assumptions
from tools.grading.grading import grade
from tools.grading.ledger import build_ledger
from tools.grading.reckoning import Reckoning

SLUGS = {category.slug for category in categories()}


def test_checkpoints_revive_only_what_is_allowed() -> None:
    assert _msgpack.STRICT_MSGPACK_ENABLED, "set before langgraph is imported"


def test_a_run_executes_each_node_once_and_the_specialists_at_once(
    store: Store, day: Objectives
) -> None:
    account, specialist = CountingAccount(), MeetingSpecialist()
    report = assess(store, request(), day, account, specialist=specialist)
    assert report.usage.nodes_run == dict.fromkeys(EVERY_NODE, 1)
    assert specialist.asked == dict.fromkeys(SLUGS, 1)
    assert account.times_read == 1
    assert (report.usage.aws_calls, report.usage.aws_seconds) == (2, 0.5)
    assert report.usage.seconds > 0
    assert set(report.grades) == {category.code for category in categories()}
    assert report.overall.letter


def test_the_graph_grades_as_the_grader_does(store: Store, day: Objectives) -> None:
    specialist = CountingSpecialist()
    report = assess(store, request(), day, CountingAccount(), specialist=specialist)
    seen = snapshot_of(store, report)
    rows = {c.code: specialist(c, seen, lambda *_: None) for c in categories()}
    ledger = build_ledger(seen, rows)
    for category in categories():
        assert report.grades[category.code] == grade(
            category, Reckoning(ledger, assumptions()), day
        )


def test_whoever_watches_is_told_what_each_node_does(store: Store, day: Objectives) -> None:
    told: list[Mapping[str, Any]] = []
    assess(store, request(), day, CountingAccount(), tell=told.append)
    started = [part["node"] for part in told if part["event"] == "started"]
    finished = [part["node"] for part in told if part["event"] == "finished"]
    assert sorted(started) == sorted(finished) == sorted(EVERY_NODE)
    assert {"event": "read", "operation": "rds:DescribeDBInstances"} in told
    assert any(part["event"] == "check" for part in told)


def test_two_runs_give_the_same_report(tmp_path: Path, day: Objectives) -> None:
    said = []
    for name in ("one", "two"):
        with Store(f"sqlite:///{tmp_path / name}.db") as store:
            report = assess(store, request(), day, CountingAccount())
            said.append(without_times(report.model_dump(mode="json")))
    assert said[0] == said[1]
    assert [list(part) for part in said[0].values() if isinstance(part, dict)] == [
        list(part) for part in said[1].values() if isinstance(part, dict)
    ]


def test_what_is_stored_is_what_was_returned(path: Path, store: Store, day: Objectives) -> None:
    report = assess(store, request(), day, CountingAccount())
    (row,) = store.runs("shop")
    assert row.finished_at
    assert row.letter == report.overall.letter
    assert row.checkpoint == report.checkpoint
    with Store(f"sqlite:///{path}") as again:
        assert again.get(Report, row.report) == report


# -- something breaks ------------------------------------------------------------------------------


def test_one_specialist_failing_leaves_the_other_four_standing(
    store: Store, day: Objectives
) -> None:
    specialist = BrokenSpecialist("load", error=KeyError("MinSize"))
    report = assess(store, request(), day, CountingAccount(), specialist=specialist)
    letters = {code: given.letter for code, given in report.grades.items()}
    assert letters.pop("EXCESSIVE_LOAD") is None
    assert None not in letters.values()
    assert "KeyError: 'MinSize'" in report.grades["EXCESSIVE_LOAD"].reason
    assert report.overall.letter is None
    assert report.usage.nodes_run == dict.fromkeys(EVERY_NODE, 1)
    assert specialist.asked["load"] == 1, "a bug is not tried again"


def test_what_may_pass_is_tried_again(store: Store, day: Objectives) -> None:
    specialist = BrokenSpecialist("load", error=ConnectionResetError("by peer"), times=1)
    report = assess(store, request(), day, CountingAccount(), specialist=specialist)
    assert specialist.asked["load"] == 2
    assert report.grades["EXCESSIVE_LOAD"].letter


@pytest.mark.parametrize(
    "error", [CredentialsRefused("expired: run `aws sso login`"), RuntimeError("a bug")]
)
def test_discovery_that_fails_is_told_as_itself_and_resumed(
    store: Store, day: Objectives, error: Exception
) -> None:
    account, specialist = FailingAccount(error), CountingSpecialist()
    with pytest.raises(type(error)) as told:
        assess(store, request(), day, account, specialist=specialist)
    assert told.value is error
    assert not specialist.asked
    (row,) = store.runs("shop")
    assert row.finished_at is None

    report = assess(store, request(), day, account, specialist=specialist)
    assert account.times_read == 2
    assert report.usage.nodes_run == dict.fromkeys(EVERY_NODE, 1)
    (row,) = store.runs("shop")
    assert row.finished_at, "it is the same run, and it is finished now"


def test_an_error_of_the_operating_system_is_not_blamed_on_the_store(
    store: Store, day: Objectives
) -> None:
    with pytest.raises(ConnectionError, match="no route"):
        assess(store, request(), day, FailingAccount(ConnectionError("no route")))


def test_what_the_user_must_mend_ends_the_run_and_only_that_specialist_runs_again(
    store: Store, day: Objectives
) -> None:
    specialist = BrokenSpecialist("load", error=Fixable("grant the model"), times=1)
    account = CountingAccount()
    with pytest.raises(Fixable, match="grant the model"):
        assess(store, request(), day, account, specialist=specialist)
    report = assess(store, request(), day, account, specialist=specialist)
    assert account.times_read == 1
    assert specialist.asked == {**dict.fromkeys(SLUGS, 1), "load": 2}
    assert report.grades["EXCESSIVE_LOAD"].letter
    assert report.usage.aws_calls == 0, "this invocation read nothing"
    assert {n for n in report.usage.nodes_run if n in SPECIALISTS} == {"assess_load"}


class Impatient:
    """Interrupts as soon as some event is told, as Ctrl-C would."""

    def __init__(self, event: str, node: str) -> None:
        self.event, self.node = event, node

    def __call__(self, part: Mapping[str, Any]) -> None:
        if part["event"] == self.event and part.get("node") == self.node:
            raise KeyboardInterrupt


@pytest.mark.parametrize(
    "node", ["discover", "assess_load", "assessed", "grade_spof", "compose", "write_report"]
)
@pytest.mark.parametrize("event", ["started", "finished"])
def test_interrupted_anywhere_a_run_goes_on_where_it_stopped(
    store: Store, day: Objectives, event: str, node: str
) -> None:
    account, specialist = CountingAccount(), CountingSpecialist()
    before = threading.active_count()
    with pytest.raises(KeyboardInterrupt):
        assess(store, request(), day, account, specialist=specialist, tell=Impatient(event, node))
    assert threading.active_count() <= before, "nothing goes on behind the user's back"
    report = assess(store, request(), day, account, specialist=specialist)
    assert account.times_read == 1
    assert specialist.asked == dict.fromkeys(SLUGS, 1)
    assert report.overall.letter
    assert len(store.runs("shop")) == 1


def test_a_store_that_is_locked_in_the_middle_is_told_and_the_run_resumed(
    path: Path, store: Store, day: Objectives
) -> None:
    account, specialist = CountingAccount(), CountingSpecialist()
    with closing(sqlite3.connect(path, check_same_thread=False)) as other:

        def lock(part: Mapping[str, Any]) -> None:
            if part == {"event": "finished", "node": "discover"}:
                other.execute("BEGIN IMMEDIATE")

        with pytest.raises(StoreUnusable, match="locked by another program"):
            assess(store, request(), day, account, specialist=specialist, tell=lock)
        other.rollback()
    report = assess(store, request(), day, account, specialist=specialist)
    assert report.overall.letter
    assert account.times_read <= 2


# -- again -----------------------------------------------------------------------------------------


def test_a_finished_thread_is_assessed_afresh(
    store: Store, day: Objectives, hour: Objectives
) -> None:
    first = assess(store, request(), day, CountingAccount(databases=3))
    account = CountingAccount(databases=1)
    second = assess(
        store, request(), hour, account, specialist=BrokenSpecialist("load", error=KeyError("x"))
    )
    assert account.times_read == 1
    assert (first.workload.resources, second.workload.resources) == (3, 1)
    assert second.grades["EXCESSIVE_LOAD"].letter is None, "no grade of the first run is left"
    assert second.usage.nodes_run == dict.fromkeys(EVERY_NODE, 1)
    entries = history(store, "shop")
    assert [row.run for row in store.runs("shop")] == list(dict.fromkeys(e.run for e in entries))
    for run in store.runs("shop"):
        ran = [name for e in entries if e.run == run.run for name in e.ran]
        assert sorted(ran) == sorted(EVERY_NODE)
    assert all(entry.kind is RunKind.ASSESS for entry in entries)
    finals = [entry for entry in entries if not entry.next]
    assert [entry.letter for entry in finals] == [first.overall.letter, second.overall.letter]
    assert [entry.checkpoint for entry in finals] == [first.checkpoint, second.checkpoint]


def test_an_unfinished_run_against_other_objectives_starts_afresh(
    store: Store, day: Objectives, hour: Objectives
) -> None:
    account = CountingAccount()
    with pytest.raises(KeyboardInterrupt):
        assess(store, request(), day, account, tell=Impatient("finished", "assessed"))
    report = assess(store, request(), hour, account)
    assert account.times_read == 2
    assert report.objectives == hour
    assert [row.report != "" for row in store.runs("shop")] == [False, True]


def test_a_thread_of_another_workload_is_refused(store: Store, day: Objectives) -> None:
    assess(store, request(), day, CountingAccount())
    account = CountingAccount()
    with pytest.raises(ThreadConflict, match=r"holds workload=shop of account .* --thread"):
        assess(store, request(workload="food"), day, account)
    assert account.times_read == 0
    assert assess(store, request("food", workload="food"), day, account).thread == "food"


def test_a_thread_is_read_again_in_other_regions(store: Store, day: Objectives) -> None:
    assess(store, request(), day, CountingAccount())
    wider = request().model_copy(update={"regions": ("eu-west-1", "eu-west-3")})
    account = CountingAccount()
    assert assess(store, wider, day, account).workload.regions == ["eu-west-1", "eu-west-3"]
    assert account.times_read == 1


def test_a_name_that_matched_nothing_leaves_no_thread_behind(store: Store, day: Objectives) -> None:
    mistyped, nothing = request(workload="shpo"), FailingAccount(NothingMatches("nothing matches"))
    with pytest.raises(NothingMatches):
        assess(store, mistyped, day, nothing)
    assert store.runs() == []
    assert assess(store, request(), day, CountingAccount()).workload.selector == request().selector


def test_what_was_cut_short_goes_on_in_the_same_regions_only(store: Store, day: Objectives) -> None:
    specialist = BrokenSpecialist("spof", error=CredentialsRefused("expired"), times=1)
    with pytest.raises(CredentialsRefused):
        assess(store, request(), day, CountingAccount(), specialist=specialist)
    wider = request().model_copy(update={"regions": ("eu-west-1", "eu-west-3")})
    account = CountingAccount()
    assert assess(store, wider, day, account).workload.regions == ["eu-west-1", "eu-west-3"]
    assert account.times_read == 1


def test_a_checkpoint_that_cannot_be_read_says_which_file_is_damaged(
    store: Store, day: Objectives
) -> None:
    assess(store, request(), day, CountingAccount())
    with closing(sqlite3.connect(store.path)) as connection, connection:
        connection.execute("UPDATE checkpoints SET checkpoint = x'a3ffffff'")
    with pytest.raises(StoreUnusable, match="is damaged"):
        assess(store, request(), day, CountingAccount())


def test_a_thread_at_work_is_refused(store: Store, day: Objectives) -> None:
    with store.only_writer("shop"), pytest.raises(ThreadConflict):
        assess(store, request(), day, CountingAccount())
