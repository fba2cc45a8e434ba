"""What the dates of copies say: how much is lost at worst, and whether the copies still come."""

from datetime import timedelta

import pytest

from state.judgements import Verdict
from tools.checks import Example, Measured, all_checks
from tools.checks.copies import (
    COPY_JOBS,
    DAY,
    POINTS,
    PROTECTED,
    RECOVERY_POINT,
    ages,
    ages_elsewhere,
    at_risk,
    between,
    rhythm,
)
from tools.checks.examples import TAKEN_AT, view_of
from tools.checks.view import View

HOUR = 3600.0


def table(*hours: float, copied_to: str = "", as_text: bool = True) -> View:
    """A table, copied so many hours before the account was read."""
    moments = [TAKEN_AT - timedelta(hours=each) for each in hours]
    dates = [moment.isoformat() if as_text else moment for moment in moments]
    vault = f"arn:aws:backup:{copied_to}:123456789012:backup-vault:main"
    jobs = [{"DestinationBackupVaultArn": vault, "CompletionDate": date} for date in dates]
    points = [{"Status": "COMPLETED", "CreationDate": date} for date in dates]
    failed = {"Status": "PARTIAL", "CreationDate": TAKEN_AT.isoformat()}
    point = Example(
        type=RECOVERY_POINT,
        facts={
            PROTECTED: {"LastBackupTime": dates[0]} if dates else {},
            POINTS: [*points, failed],
            COPY_JOBS: jobs if copied_to else [],
        },
    )
    check = all_checks()["dynamodb.table_pitr_off"]
    return view_of(check, Example(linked_from=[point] if hours else []))


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
