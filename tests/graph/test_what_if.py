"""What-ifs: other objectives on the same rows, asked of the checkpoint before grading."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from graph.machine import build
from graph.runs import assess, history, snapshot_of, what_if
from state.categories import categories
from state.channels import RunKind
from state.errors import Fixable, UnknownThread
from state.objectives import Objectives
from state.report import Report
from state.snapshot import Snapshot
from state.store import Store
from tests.graph.fakes import (
    EVERY_NODE,
    GRADERS,
    SPECIALISTS,
    CountingAccount,
    CountingSpecialist,
    request,
    without_times,
)
from tools.grading.assumptions import assumptions
from tools.grading.grading import grade
from tools.grading.ledger import build_ledger
from tools.grading.reckoning import Reckoning

REGRADED = {*GRADERS, "compose", "write_report"}


def stop_before(node: str) -> Any:
    def tell(part: Mapping[str, Any]) -> None:
        if part == {"event": "started", "node": node}:
            raise KeyboardInterrupt

    return tell


def test_grades_follow_the_objectives_and_nothing_else_runs(
    store: Store, day: Objectives, hour: Objectives
) -> None:
    base = assess(store, request(), day, CountingAccount())
    before, after = what_if(store, "shop", hour)
    assert before == base
    assert after.usage.nodes_run == dict.fromkeys(REGRADED, 1)
    assert after.usage.aws_calls == 0
    assert after.usage.aws_seconds == 0
    assert after.objectives == hour
    assert after.workload == base.workload
    assert after.overall.letter != base.overall.letter
    seen, specialist = snapshot_of(store, base), CountingSpecialist()
    rows = {c.code: specialist(c, seen, lambda *_: None) for c in categories()}
    ledger = build_ledger(seen, rows)
    for category in categories():
        assert after.grades[category.code] == grade(
            category, Reckoning(ledger, assumptions()), hour
        )


def test_a_what_if_equals_an_assessment_against_its_objectives(
    store: Store, day: Objectives, hour: Objectives
) -> None:
    assess(store, request(), day, CountingAccount())
    _, after = what_if(store, "shop", hour)
    direct = assess(store, request("other"), hour, CountingAccount())
    ignored = {"thread", "nodes_run"}
    said = [
        {k: v for k, v in without_times(r.model_dump(mode="json")).items() if k not in ignored}
        for r in (after, direct)
    ]
    assert said[0] == said[1]


def test_each_what_if_forks_from_the_base_and_leaves_it_as_it_was(
    store: Store, day: Objectives, hour: Objectives
) -> None:
    base = assess(store, request(), day, CountingAccount())
    _, first = what_if(store, "shop", hour)
    before, back = what_if(store, "shop", day)
    assert before == base
    assert back.grades == base.grades
    assert first.grades != base.grades
    entries = {entry.checkpoint: entry for entry in history(store, "shop")}
    forks = [e for e in entries.values() if e.kind is RunKind.WHAT_IF and set(e.next) == GRADERS]
    assert len(forks) == 2
    assert len({fork.parent for fork in forks}) == 1
    parent = entries[forks[0].parent or ""]
    assert (parent.kind, parent.ran) == (RunKind.ASSESS, ["assessed"])
    assert [fork.ran for fork in forks] == [[], []]
    assert [e.rto_seconds for e in forks] == [3600, 24 * 3600]
    row = store.runs("shop")[0]
    assert store.get(Report, row.report) == base


def test_history_tells_what_each_run_ran(store: Store, day: Objectives, hour: Objectives) -> None:
    assess(store, request(), day, CountingAccount())
    what_if(store, "shop", hour)
    base, asked = store.runs("shop")
    ran = {run.run: [] for run in (base, asked)}  # type: dict[str, list[str]]
    for entry in history(store, "shop"):
        ran[entry.run] += entry.ran
    assert sorted(ran[base.run]) == sorted(EVERY_NODE)
    assert sorted(ran[asked.run]) == sorted(REGRADED)


def test_what_ifs_work_in_another_process_later(
    path: Path, store: Store, day: Objectives, hour: Objectives
) -> None:
    base = assess(store, request(), day, CountingAccount())
    store.close()
    with Store(f"sqlite:///{path}") as later:
        before, after = what_if(later, "shop", hour)
    assert before == base
    assert after.usage.nodes_run == dict.fromkeys(REGRADED, 1)


def test_an_unknown_thread_names_those_that_are_known(store: Store, day: Objectives) -> None:
    with pytest.raises(UnknownThread, match="nothing is stored yet"):
        what_if(store, "shop", day)
    assess(store, request(), day, CountingAccount())
    with pytest.raises(UnknownThread, match=r"no thread 'food' .*known threads: shop"):
        what_if(store, "food", day)
    with pytest.raises(UnknownThread):
        history(store, "food")


def test_an_assessment_that_was_never_finished_is_refused_with_advice(
    store: Store, day: Objectives, hour: Objectives
) -> None:
    for node in ("discover", "assess_load", "grade_load"):
        with pytest.raises(KeyboardInterrupt):
            assess(store, request(node), day, CountingAccount(), tell=stop_before(node))
        with pytest.raises(Fixable, match="never finished: run the same `seeams assess` again"):
            what_if(store, node, hour)


def test_the_last_finished_assessment_is_asked_while_a_newer_one_is_not(
    store: Store, day: Objectives, hour: Objectives
) -> None:
    base = assess(store, request(), day, CountingAccount(databases=3))
    with pytest.raises(KeyboardInterrupt):
        assess(
            store,
            request(),
            day,
            CountingAccount(databases=1),
            tell=stop_before("compose"),
        )
    before, after = what_if(store, "shop", hour)
    assert before == base
    assert after.workload.resources == 3


def test_the_latest_assessment_is_the_base(store: Store, day: Objectives, hour: Objectives) -> None:
    assess(store, request(), day, CountingAccount(databases=3))
    what_if(store, "shop", hour)
    latest = assess(store, request(), day, CountingAccount(databases=1))
    before, after = what_if(store, "shop", hour)
    assert before == latest
    assert after.workload.resources == 1


def test_a_what_if_that_was_cut_short_is_asked_again_from_the_base(
    store: Store, day: Objectives, hour: Objectives
) -> None:
    base = assess(store, request(), day, CountingAccount())
    with pytest.raises(KeyboardInterrupt):
        what_if(store, "shop", hour, tell=stop_before("compose"))
    before, after = what_if(store, "shop", hour)
    assert before == base
    assert after.usage.nodes_run == dict.fromkeys(REGRADED, 1)
    again = assess(store, request(), day, CountingAccount())
    assert {n for n in again.usage.nodes_run if n in SPECIALISTS} == SPECIALISTS


def test_channels_revived_elsewhere_have_their_types(
    path: Path, store: Store, day: Objectives
) -> None:
    """Not dictionaries: everything a channel holds is what it was, in another process as well."""

    def values(opened: Store) -> dict[str, Any]:
        machine = build(opened, opened.checkpointer(), CountingAccount())
        return dict(machine.get_state({"configurable": {"thread_id": "shop"}}).values)

    assess(store, request(), day, CountingAccount())
    here = values(store)
    store.close()
    with Store(f"sqlite:///{path}") as later:
        there = values(later)
    assert there == here
    assert there["objectives"] == day
    assert there["request"] == request()
    kinds = {name: type(value).__name__ for name, value in there.items()}
    assert kinds == {
        "run": "Run",
        "request": "Request",
        "objectives": "Objectives",
        "premises": "Premises",
        "snapshot": "str",
        "assessments": "dict",
        "ledger": "str",
        "grades": "dict",
        "overall": "Overall",
        "report": "str",
        "usage": "Usage",
    }
    assert {type(grade).__name__ for grade in there["grades"].values()} == {"Grade"}
    assert {type(term).__name__ for g in there["grades"].values() for term in g.terms} == {"Term"}


def test_a_large_account_is_kept_once(
    path: Path, store: Store, day: Objectives, hour: Objectives
) -> None:
    """A snapshot of a megabyte that does not compress, a run and two what-ifs."""
    noise = "".join(chr(33 + (i * i * 7919 + i * 104729) % 90) for i in range(500_000))
    report = assess(store, request(), day, CountingAccount(padding=noise))
    seen = store.get(Snapshot, report.workload.snapshot)
    assert len(seen.model_dump_json()) > 1_000_000
    what_if(store, "shop", hour)
    what_if(store, "shop", day)
    store.close()
    with closing(sqlite3.connect(path)) as connection:
        kept, largest = connection.execute(
            "SELECT sum(length(body)), max(length(body)) FROM seeams_blobs"
        ).fetchone()
        checkpoints, writes = (
            connection.execute(f"SELECT sum(length({column})) FROM {table}").fetchone()[0]
            for table, column in (("checkpoints", "checkpoint"), ("writes", "value"))
        )
    assert kept - largest < 100_000, "beside the snapshot there is little"
    assert checkpoints + writes < 300_000
    assert path.stat().st_size < 2_000_000
