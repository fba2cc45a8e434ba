"""What the dates of copies say: how much is lost at worst, and whether the copies still come."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import pytest

from state.judgements import Verdict
from state.snapshot import Gap, GapReason
from tools.checks import Example, Measured, all_checks
from tools.checks.copies import (
    COPY_JOBS,
    DAY,
    POINTS,
    PROTECTED,
    RECOVERY_POINT,
    RESTORES,
    ages,
    ages_elsewhere,
    any_copies,
    at_risk,
    between,
    lag_of,
    lost_at_worst,
    restored,
    resume,
    rhythm,
)
from tools.checks.examples import TAKEN_AT, view_of
from tools.checks.paper import Paper
from tools.checks.regions import another_region
from tools.checks.rules.dynamodb import BACKUPS, ON_DEMAND
from tools.checks.view import Unknown, View, Workload

HOUR = 3600.0


def table(
    *hours: float,
    copied_to: str = "",
    as_text: bool = True,
    restores: Sequence[tuple[float, float]] | None = (),
    denied: Sequence[str] = (),
    facts: Mapping[str, Any] | None = None,
) -> View:
    """A table, copied so many hours before the account was read.

    `restores` are the hours since each of them began, and the minutes that it took; None: the list
    of them could not be read.
    """
    moments = [TAKEN_AT - timedelta(hours=each) for each in hours]
    dates = [moment.isoformat() if as_text else moment for moment in moments]
    vault = f"arn:aws:backup:{copied_to}:123456789012:backup-vault:main"
    jobs = [{"DestinationBackupVaultArn": vault, "CompletionDate": date} for date in dates]
    points = [{"Status": "COMPLETED", "CreationDate": date} for date in dates]
    failed = {"Status": "PARTIAL", "CreationDate": TAKEN_AT.isoformat()}
    seen = {} if restores is None else {RESTORES: [_restore(*each) for each in restores]}
    point = Example(
        type=RECOVERY_POINT,
        facts={
            PROTECTED: {"LastBackupTime": dates[0]} if dates else {},
            POINTS: [*points, failed],
            COPY_JOBS: jobs if copied_to else [],
            **seen,
        },
    )
    check = all_checks()["dynamodb.table_pitr_off"]
    linked = [point] if hours else []
    view = view_of(check, Example(linked_from=linked, facts=facts or {}))
    for action in denied:
        gap = Gap(service="x", region="eu-west-1", action=action, reason=GapReason.DENIED)
        view.workload.snapshot.gaps.append(gap)
    return view


def _restore(hours: float, minutes: float) -> dict[str, str]:
    begun = TAKEN_AT - timedelta(hours=hours)
    done = begun + timedelta(minutes=minutes)
    dates = {"CreationDate": begun.isoformat(), "CompletionDate": done.isoformat()}
    return {"Status": "COMPLETED", **dates}


@pytest.mark.parametrize(
    ("since_copies", "lost"),
    [
        ([2 * HOUR, 14 * HOUR, 26 * HOUR], 12 * HOUR),
        ([30 * HOUR, 42 * HOUR], 30 * HOUR),  # they have stopped
        ([2 * HOUR], DAY),  # a single one shows no rhythm
        ([90 * HOUR], 90 * HOUR),
        ([], DAY),
    ],
)
def test_at_worst_the_longest_pause_is_lost(since_copies: list[float], lost: float) -> None:
    assert at_risk(since_copies) == lost


def test_the_rhythm_takes_two_pauses_to_tell() -> None:
    assert rhythm([HOUR, 2 * HOUR]) is None
    assert rhythm([HOUR, 13 * HOUR, 25 * HOUR, 60 * HOUR]) == 12 * HOUR


def test_copies_that_have_stopped_keep_their_rhythm() -> None:
    """That they stopped is another defect than that they come once a day."""
    assert between([72 * HOUR, 84 * HOUR, 96 * HOUR]) == 12 * HOUR
    assert between([72 * HOUR, 84 * HOUR]) == 72 * HOUR


@pytest.mark.parametrize("as_text", [True, False])
def test_dates_count_as_read_and_as_stored(as_text: bool) -> None:
    assert ages(table(1, 25, as_text=as_text)) == [HOUR, 25 * HOUR]


def test_no_copy_is_not_an_empty_list() -> None:
    assert ages(table()) is None
    assert ages_elsewhere(table(1, 25)) is None


def test_only_copies_in_another_region_outlive_this_one() -> None:
    assert ages_elsewhere(table(1, 25, copied_to="eu-west-1")) is None
    assert ages_elsewhere(table(1, 25, copied_to="eu-central-1")) == [HOUR, 25 * HOUR]


def test_a_table_copied_elsewhere_survives_its_region() -> None:
    check = all_checks()["dynamodb.table_not_global"]
    view = table(1, 25, copied_to="eu-central-1")
    view.resource.facts["dynamodb:DescribeTable"] = {"TableName": "orders", "TableSizeBytes": 0}
    outcome = check.judge(view)
    assert outcome.verdict is Verdict.PASS
    assert outcome.units["backup_interval"] == Measured(DAY)


def test_the_last_restore_is_the_one_that_ended_last() -> None:
    """One that began 50 hours ago took 20 minutes; one that began 5 hours ago took 90."""
    assert restored(table(1, restores=[(50, 20), (5, 90)]), 3.0) == Measured(90 * 60)


@pytest.mark.parametrize("restores", [(), None])
def test_without_a_restore_the_assumption_stands(
    restores: Sequence[tuple[float, float]] | None,
) -> None:
    assert restored(table(1, restores=restores), 3.0) == 3.0
    assert restored(table(1, restores=[(5, 90)], denied=[PROTECTED]), 3.0) == 3.0


@pytest.mark.parametrize(
    ("minutes", "lag"), [(4, 1.0), (5, 1.0), (45, Measured(45 * 60)), (-1, 1.0)]
)
def test_a_lag_counts_where_it_is_longer_than_aws_says(
    minutes: float, lag: float | Measured
) -> None:
    """AWS says five minutes: that less was seen at one moment promises nothing."""
    latest = (TAKEN_AT - timedelta(minutes=minutes)).isoformat()
    view = table(facts={BACKUPS: {"LatestRestorableDateTime": latest}})
    assert lag_of(view, "dynamodb_pitr_lag", BACKUPS, "LatestRestorableDateTime") == lag


def test_without_a_latest_moment_aws_figure_stands() -> None:
    view = table(facts={BACKUPS: {}})
    assert lag_of(view, "dynamodb_pitr_lag", BACKUPS, "LatestRestorableDateTime") == 1.0


def test_a_single_copy_measures_no_rhythm() -> None:
    assert lost_at_worst([2 * HOUR]) == DAY
    assert lost_at_worst([2 * HOUR, 14 * HOUR]) == Measured(12 * HOUR)


def test_one_known_kind_of_copy_will_do_and_none_unknown_is_no_answer() -> None:
    assert any_copies(table(1), lambda _: [])
    assert any_copies(table(), lambda _: [HOUR])
    assert not any_copies(table(), lambda _: [])
    assert any_copies(table(denied=[PROTECTED]), lambda _: [HOUR])
    with pytest.raises(Unknown):
        any_copies(listed(table(denied=[PROTECTED])), lambda _: [])


def listed(view: View) -> View:
    """The view in a workload that knows which call lists the copies."""
    return View(view.resource, Workload(view.workload.snapshot, {RECOVERY_POINT: PROTECTED}))


def test_the_kind_that_loses_least_is_counted() -> None:
    """AWS Backup copies it each day; somebody's script backs it up every two hours."""
    backups = [
        {
            "BackupStatus": "AVAILABLE",
            "BackupCreationDateTime": (TAKEN_AT - timedelta(hours=hours)).isoformat(),
        }
        for hours in (1, 3, 5)
    ]
    facts = {BACKUPS: {}, ON_DEMAND: backups}
    check = all_checks()["backup.only_periodic"]
    found = check.contributions(check.judge(table(1, 25, 49, facts=facts)))
    assert {(c.assumption, c.units, c.measured) for c in found} == {
        ("table_backup_interval", 2 * HOUR, True)
    }


def test_copies_that_go_on_again_have_no_hole() -> None:
    """Daily copies that stopped four days ago: the days that are missing come back."""
    view = table(96, 120, 144, 168)
    paper = Paper(view.workload.snapshot)
    resume(paper.draft(view.id))
    again = View(view.resource, Workload(paper.snapshot()))
    assert ages(again) == [hours * HOUR for hours in (0, 24, 48, 72, 96, 120, 144, 168)]


def test_a_second_region_is_in_the_same_partition() -> None:
    assert another_region("eu-west-1") == "eu-central-1"
    assert another_region("eu-central-1") == "eu-west-1"
    assert another_region("us-gov-west-1") == "us-gov-east-1"
    assert another_region("cn-north-1") == "cn-northwest-1"
    assert another_region("sa-east-1") not in ("sa-east-1", "cn-north-1", "us-gov-east-1")
