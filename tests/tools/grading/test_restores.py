"""What restoring a data store takes and loses, from its facts to the estimate."""

from datetime import timedelta
from typing import Any

import pytest

from state.grades import Estimate
from state.judgements import Contribution, Judgement, Phase, Verdict
from tools.checks import Example, all_checks
from tools.checks.copies import COPY_JOBS, POINTS, PROTECTED, RECOVERY_POINT, RESTORES
from tools.checks.examples import TAKEN_AT, view_of
from tools.checks.judging import judge
from tools.grading.assumptions import assumptions
from tools.grading.estimates import Row, estimates_of
from tools.grading.recoveries import recovery_of

MINUTE, HOUR = 60, 3600
TOLD = 4 * HOUR + 30 * MINUTE  # nobody is told for half a night; somebody decides in half an hour
GIB = 2**30


def estimate(
    check: str, facts: dict[str, Any], *linked_from: Example, scenario: str = "data_deleted"
) -> Estimate:
    """What one check says of a store, as an estimate."""
    row = judge(
        all_checks()[check],
        view_of(all_checks()[check], Example(facts=facts, linked_from=linked_from)),
    )
    assert row
    rows = [(contribution, row) for contribution in row.contributions]
    found = estimates_of(row.resource, rows, assumptions())
    return next(each for each in found if each.scenario == scenario)


def restored_in(minutes: float) -> Example:
    """AWS Backup copied the store yesterday, and restored it last week in so many minutes."""
    begun = TAKEN_AT - timedelta(days=7)
    job = {
        "Status": "COMPLETED",
        "CreationDate": begun.isoformat(),
        "CompletionDate": (begun + timedelta(minutes=minutes)).isoformat(),
    }
    copy = {"Status": "COMPLETED", "CreationDate": (TAKEN_AT - timedelta(days=1)).isoformat()}
    facts = {PROTECTED: {}, POINTS: [copy], COPY_JOBS: [], RESTORES: [job]}
    return Example(type=RECOVERY_POINT, facts=facts)


def database(**fields: Any) -> dict[str, Any]:
    known = {"Engine": "postgres", "AllocatedStorage": 100, "BackupRetentionPeriod": 7}
    return {"rds:DescribeDBInstances": {**known, **fields}}


def table(gib: float) -> dict[str, Any]:
    status = {"PointInTimeRecoveryDescription": {"PointInTimeRecoveryStatus": "ENABLED"}}
    return {
        "dynamodb:DescribeTable": {"TableName": "orders", "TableSizeBytes": gib * GIB},
        "dynamodb:DescribeContinuousBackups": status,
    }


def test_an_instance_is_created_its_blocks_load_and_the_application_moves() -> None:
    """New instance 15 min + 100 GiB x 24 s = 40 min + move the application 15 min = 70 min."""
    found = estimate("rds.instance_backup_off", database())
    assert found.rto_seconds == TOLD + 70 * MINUTE
    assert found.rpo_seconds == 5 * MINUTE


def test_a_measured_restore_takes_the_place_of_the_new_instance_alone() -> None:
    """20 min measured + 40 min until the blocks are there + 15 min to move = 75 min."""
    found = estimate("rds.instance_backup_off", database(), restored_in(20))
    assert found.rto_seconds == TOLD + 75 * MINUTE
    assert [t.source for t in found.terms if t.term == "act"] == ["measured:restore_database"]


@pytest.mark.parametrize(
    ("minutes", "lost", "source"),
    [(3, 5, "published:rds_pitr_lag"), (40, 40, "measured:rds_pitr_lag")],
)
def test_a_lag_that_was_seen_is_lost(minutes: float, lost: float, source: str) -> None:
    latest = (TAKEN_AT - timedelta(minutes=minutes)).isoformat()
    found = estimate("rds.instance_backup_off", database(LatestRestorableTime=latest))
    assert found.rpo_seconds == lost * MINUTE
    assert [t.source for t in found.terms if t.term == "lose"] == [source]


@pytest.mark.parametrize(("gib", "minutes"), [(0, 90), (30, 91), (1800, 150)])
def test_a_large_table_takes_longer(gib: float, minutes: float) -> None:
    """Restore 75 min + 2 s a GiB, and 15 min to move the application."""
    assert estimate("dynamodb.table_pitr_off", table(gib)).rto_seconds == TOLD + minutes * MINUTE


def test_a_measured_restore_of_a_table_leaves_the_move_to_be_done() -> None:
    """37 min measured, whatever the size, and 15 min to move the application."""
    found = estimate("dynamodb.table_pitr_off", table(1800), restored_in(37))
    assert found.rto_seconds == TOLD + 52 * MINUTE


def test_another_regions_copy_is_restored_a_replica_is_there() -> None:
    """Copies: restore 75 min and switch 60 min. A replica: switch 60 min."""
    check = "dynamodb.table_not_global"
    vault = "arn:aws:backup:eu-central-1:123456789012:backup-vault:main"
    done = (TAKEN_AT - timedelta(hours=3)).isoformat()
    point = restored_in(20)
    jobs = [{"DestinationBackupVaultArn": vault, "CompletionDate": done}]
    copied = Example(type=RECOVERY_POINT, facts={**point.facts, COPY_JOBS: jobs, RESTORES: []})
    found = estimate(check, table(0), copied, scenario="region_lost")
    assert found.rto_seconds == TOLD + 135 * MINUTE
    facts = table(0)
    facts["dynamodb:DescribeTable"]["Replicas"] = [
        {"RegionName": "eu-central-1", "ReplicaStatus": "ACTIVE"}
    ]
    found = estimate(check, facts, scenario="region_lost")
    assert (found.rto_seconds, found.rpo_seconds) == (TOLD + 60 * MINUTE, 1)


def test_the_alarms_of_a_lost_region_are_lost_with_it() -> None:
    """A region's loss is noticed by users after 4 h, a table's deletion by its alarm after 3 min.

    4 h + decide 30 min + switch to the replica 60 min = 5 h 30 min.
    3 min + decide 30 min + restore 75 min + move the application 15 min = 2 h 3 min.
    """
    facts = table(0)
    facts["dynamodb:DescribeTable"]["Replicas"] = [
        {"RegionName": "eu-central-1", "ReplicaStatus": "ACTIVE"}
    ]
    alarm = Contribution(
        scenario=None, phase=Phase.DETECT, assumption="alarm_evaluation", units=3 * MINUTE
    )
    told = Judgement(
        check="cloudwatch.component_unalarmed",
        resource="table",
        verdict=Verdict.PASS,
        contributions=(alarm,),
    )
    rows: list[Row] = [(alarm, told)]
    for check in ("dynamodb.table_not_global", "dynamodb.table_pitr_off"):
        row = judge(all_checks()[check], view_of(all_checks()[check], Example(facts=facts)))
        assert row
        rows += [(contribution, row) for contribution in row.contributions]
    found = {e.scenario: e.rto_seconds for e in estimates_of("table", rows, assumptions())}
    assert found["region_lost"] == 5 * HOUR + 30 * MINUTE
    assert found["data_deleted"] == 2 * HOUR + 3 * MINUTE


def test_who_is_told_by_other_means_hears_of_a_lost_region() -> None:
    """A person's word that somebody is told within 10 min holds: 10 + 30 + 60 min = 1 h 40 min."""
    word = Contribution(
        scenario=None,
        phase=Phase.DETECT,
        assumption="alarm_evaluation",
        units=10 * MINUTE,
        attested=True,
    )
    switch = Contribution(
        scenario="region_lost", phase=Phase.PROPAGATE, assumption="switch_region", by_person=True
    )
    row = Judgement(check="c", resource="table", verdict=Verdict.PASS)
    [found] = estimates_of("table", [(word, row), (switch, row)], assumptions())
    assert found.rto_seconds == 100 * MINUTE


@pytest.mark.parametrize(
    "kind",
    [
        "AWS::ApiGateway::RestApi",
        "AWS::ApiGatewayV2::Api",
        "AWS::ElasticLoadBalancingV2::LoadBalancer",
        "AWS::Lambda::Function",
        "AWS::RDS::DBInstance",
    ],
)
def test_to_know_what_is_slow_is_not_yet_to_mend_it(kind: str) -> None:
    """Users notice after 4 h, deciding takes 30 min, and changing a setting 30 min more."""
    rows: list[Row] = [(each, None) for each in recovery_of(kind)]
    found = {e.scenario: e for e in estimates_of("slow", rows, assumptions())}
    assert found["slow_dependency"].rto_seconds == TOLD + 30 * MINUTE
    assert not found["slow_dependency"].by_itself


def test_objects_in_an_archive_are_asked_for_and_then_waited_for() -> None:
    """Somebody writes the script in an hour; Deep Archive takes 12 hours after that."""
    rows: list[Row] = []
    facts = {
        "s3:GetBucketVersioning": {"Status": "Enabled"},
        "s3:GetBucketLifecycleConfiguration": {
            "Rules": [
                {
                    "Status": "Enabled",
                    "Filter": {},
                    "Transitions": [{"Days": 1, "StorageClass": "DEEP_ARCHIVE"}],
                }
            ]
        },
    }
    for check in ("s3.bucket_versioning_off", "s3.data_in_slow_archive"):
        row = judge(all_checks()[check], view_of(all_checks()[check], Example(facts=facts)))
        assert row
        rows += [(contribution, row) for contribution in row.contributions]
    [found] = estimates_of("bucket", rows, assumptions())
    assert found.rto_seconds == TOLD + 13 * HOUR
