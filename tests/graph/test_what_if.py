"""What-ifs: other objectives on the same rows, asked of the checkpoint before grading."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from graph.machine import build
from graph.runs import assess, cheapest_way, history, snapshot_of, what_if
from state.categories import categories
from state.channels import Request, RunKind
from state.errors import Fixable, InvalidPremises, UnknownThread
from state.objectives import Objectives
from state.premises import Fix, Override, Premises
from state.report import Report
from state.snapshot import Snapshot
from state.store import Store
from tests.graph.fakes import (
    EVERY_NODE,
    GRADERS,
    READ,
    SPECIALISTS,
    CountingAccount,
    CountingSpecialist,
    arn,
    request,
    snapshot,
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
        "thoughts": "dict",
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


# -- on paper --------------------------------------------------------------------------------------

MULTI_AZ = Premises(fixes=(Fix(check="rds.instance_single_az"),))


def database_with(asked: Request, **facts: Any) -> Snapshot:
    """The account in which somebody has done it."""
    seen = snapshot(asked)
    for identity, resource in seen.resources.items():
        changed = {READ: {**resource.facts[READ], **facts}}
        seen.resources[identity] = resource.model_copy(update={"facts": changed})
    return seen


def test_a_fix_on_paper_equals_an_assessment_of_an_account_that_has_it(
    store: Store, day: Objectives, hour: Objectives
) -> None:
    base = assess(store, request(), day, CountingAccount())
    before, after = what_if(store, "shop", hour, MULTI_AZ)
    assert before == base
    assert after.usage.nodes_run == dict.fromkeys(REGRADED, 1)
    assert (after.usage.aws_calls, after.usage.aws_seconds) == (0, 0)
    assert after.premises == MULTI_AZ
    direct = assess(
        store, request("mended"), hour, lambda asked, _: database_with(asked, MultiAZ=True)
    )
    ignored = {"thread", "nodes_run", "premises", "workload"}
    said = [
        {k: v for k, v in without_times(r.model_dump(mode="json")).items() if k not in ignored}
        for r in (after, direct)
    ]
    assert said[0] == said[1]
    assert snapshot_of(store, base) == snapshot(request()), "the account itself stays as it was"


def test_a_fix_is_for_one_resource_by_name_or_id(store: Store, day: Objectives) -> None:
    assess(store, request(), day, CountingAccount())
    for named in ("db1", arn("db1")):
        fixes = (Fix(check="rds.instance_single_az", resource=named),)
        _, after = what_if(store, "shop", day, Premises(fixes=fixes))
        seen = snapshot_of(store, after).resources
        assert [seen[arn(name)].facts[READ]["MultiAZ"] for name in ("db0", "db1")] == [False, True]


@pytest.mark.parametrize(
    ("fix", "message"),
    [
        (Fix(check="rds.instance_single_z"), "did you mean rds.instance_single_az"),
        (Fix(check="rds.instance_single_az", resource="db7"), "fails on db0, db1"),
        (Fix(check="rds.instance_backup_off"), "does not fail: nothing to mend; what fails there"),
    ],
)
def test_a_fix_that_cannot_be_made_says_what_could(
    store: Store, day: Objectives, fix: Fix, message: str
) -> None:
    assess(store, request(), day, CountingAccount())
    with pytest.raises(InvalidPremises, match=message):
        what_if(store, "shop", day, Premises(fixes=(fix,)))
    assert len(store.runs("shop")) == 1, "nothing was asked"


def test_what_an_assessment_went_by_stays_and_more_joins_it(
    store: Store, day: Objectives, hour: Objectives
) -> None:
    own = Premises(assumptions={"decide": Override(seconds=60.0)})
    base = assess(store, request(), day, CountingAccount(), premises=own)
    _, after = what_if(store, "shop", hour, MULTI_AZ)
    assert after.premises == own.plus(MULTI_AZ)
    _, plain = what_if(store, "shop", hour)
    assert plain.premises == base.premises == own
    on_paper = [entry.on_paper for entry in history(store, "shop") if entry.letter]
    assert on_paper == [[], ["rds.instance_single_az"], []]


def test_the_cheapest_way_is_worked_out_beside_the_store_and_holds(
    store: Store, day: Objectives, hour: Objectives
) -> None:
    assess(store, request(), day, CountingAccount())
    plan = cheapest_way(store, "shop", "B", hour)
    assert len(store.runs("shop")) == 1
    _, after = what_if(store, "shop", hour, Premises(fixes=plan.fixes))
    letters = {code: grade.letter for code, grade in after.grades.items()}
    assert plan.after == {"OVERALL": after.overall.letter, **letters}
    less = cheapest_way(store, "shop", "B", hour, Premises(fixes=plan.fixes[:1]))
    assert plan.fixes[0] not in less.fixes
    assert less.after == plan.after
