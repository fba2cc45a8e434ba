"""Backup plans meet the RPO, for what AWS Backup can copy."""

import re
from collections.abc import Mapping
from typing import Any

import pytest

from state.as_code import CodeKind
from state.grades import Estimate
from state.objectives import Objectives
from state.snapshot import Resource, Selector, Snapshot
from tests.tools.as_code.conftest import (
    AGAINST,
    DAY,
    EACH,
    HOUR,
    AssessFor,
    pieces,
    written,
)
from tools.as_code.backups import OPT_IN, add_backups, rhythm
from tools.as_code.stack import Stack
from tools.checks.examples import TAKEN_AT
from tools.grading.assumptions import assumptions
from tools.grading.ledger import Ledger
from tools.grading.reckoning import Reckoning


@pytest.mark.parametrize(
    ("rpo", "hours"),
    [(HOUR, None), (2 * HOUR - 1, None), (2 * HOUR, 1), (9 * HOUR, 4), (24 * HOUR, 12)],
)
def test_a_backup_comes_twice_in_the_rpo(rpo: int, hours: int | None) -> None:
    """Half of nine hours is four and a half: every four hours divides a day."""
    assert rhythm(rpo) == hours


@EACH
@AGAINST
def test_plans_meet_the_rpo_and_outlast_a_long_weekend(
    assessed: AssessFor, name: str, objectives: Objectives
) -> None:
    *_, reckoning = asked = assessed(name, objectives)
    code = written(asked, CodeKind.BACKUPS)
    noticed = reckoning.table["noticed_late"].seconds
    for plan in pieces(code, "AWS::Backup::BackupPlan"):
        [rule] = plan["BackupPlan"]["BackupPlanRule"]
        every = re.search(r"0/(\d+)", rule["ScheduleExpression"])
        hours = int(every[1]) if every else 24
        assert rule.get("EnableContinuousBackup") or hours * HOUR <= objectives.rpo_seconds / 2
        assert rule["Lifecycle"]["DeleteAfterDays"] * 86400 > noticed
        assert bool(rule.get("CopyActions")) == (objectives.region_rpo_seconds is not None)
    needy = {
        each.resource
        for each in reckoning.estimates
        if each.rpo_seconds is None or each.rpo_seconds > objectives.rpo_seconds
    }
    for template in code.templates:
        for declared in template.declares:
            if objectives.region_rpo_seconds is None:
                assert set(declared.about) <= needy


def test_there_are_plans_where_stores_lose_too_much(assessed: AssessFor) -> None:
    assert pieces(written(assessed("everything", DAY)), "AWS::Backup::BackupPlan")


# -- what AWS Backup copies -----------------------------------------------------------------------


def asked_for(
    *resources: Resource, tags: Mapping[str, str], objectives: Objectives = DAY
) -> tuple[Stack, list[Any]]:
    """The backup plans' selections for stores that would all lose a week."""
    snapshot = Snapshot(
        selector=Selector(tags=dict(tags)),
        account="123456789012",
        regions=["eu-west-1"],
        taken_at=TAKEN_AT,
        resources={each.id: each for each in resources},
        relations=[],
        gaps=[],
        calls={},
    )
    losing = [
        Estimate(
            scenario="data_deleted",
            resource=each.id,
            rto_seconds=60,
            rpo_seconds=7 * 24 * HOUR,
            terms=(),
            by_itself=False,
        )
        for each in resources
    ]
    reckoning = Reckoning(Ledger(assessments={}, resources={}, gaps=()), assumptions())
    reckoning.estimates = losing
    stack = Stack(snapshot, "eu-west-1")
    add_backups(stack, objectives, reckoning)
    selections = [p for p in stack.pieces.values() if p.type == "AWS::Backup::BackupSelection"]
    return stack, [each.properties["BackupSelection"] for each in selections]


def database(name: str, cluster: str = "", **tags: str) -> Resource:
    return Resource(
        id=f"arn:aws:rds:eu-west-1:123456789012:db:{name}",
        type="AWS::RDS::DBInstance",
        name=name,
        region="eu-west-1",
        member=True,
        tags=tags,
        facts={"rds:DescribeDBInstances": {"DBClusterIdentifier": cluster}} if cluster else {},
    )


def cluster(name: str, engine: str = "aurora-postgresql", *, member: bool = True) -> Resource:
    return Resource(
        id=f"arn:aws:rds:eu-west-1:123456789012:cluster:{name}",
        type="AWS::RDS::DBCluster",
        name=name,
        region="eu-west-1",
        member=member,
        tags={"workload": "shop"},
        facts={"rds:DescribeDBClusters": {"DBClusterIdentifier": name, "Engine": engine}},
    )


TAGS = {"workload": "shop"}


def test_an_instance_of_aurora_is_copied_with_its_cluster() -> None:
    """By the cluster's ARN, once for all of its instances; the lone database by its own."""
    lone, one, two = (
        database("lone", **TAGS),
        database("one", "orders", **TAGS),
        database("two", "orders", **TAGS),
    )
    stack, [selection] = asked_for(lone, one, two, cluster("orders"), tags=TAGS)
    assert selection["Resources"] == [
        "arn:aws:rds:eu-west-1:123456789012:cluster:orders",
        "arn:aws:rds:eu-west-1:123456789012:db:lone",
    ]
    assert "Conditions" not in selection  # tags would choose the instances as well
    assert OPT_IN in stack.notes


def test_a_cluster_of_others_is_left_alone() -> None:
    one = database("one", "orders", **TAGS)
    for others in ([], [cluster("orders", member=False)]):
        stack, selections = asked_for(one, *others, tags=TAGS)
        assert not selections
        assert "orders, which is no part of the workload" in stack.left_out[0].why


def test_tags_choose_where_every_store_of_the_kind_bears_them() -> None:
    """A database that is added later is copied as well."""
    _, [selection] = asked_for(database("a", **TAGS), database("b", **TAGS), tags=TAGS)
    assert selection["Resources"] == ["arn:aws:rds:eu-west-1:123456789012:db:*"]
    [condition] = selection["Conditions"]["StringEquals"]
    assert condition == {"ConditionKey": "aws:ResourceTag/workload", "ConditionValue": "shop"}
    _, [selection] = asked_for(database("a", **TAGS), database("b"), tags=TAGS)
    assert len(selection["Resources"]) == 2


@pytest.mark.parametrize(
    ("engine", "continuous"), [("aurora-mysql", True), ("postgres", False), ("docdb", False)]
)
def test_auroras_clusters_alone_go_back_to_any_moment(engine: str, continuous: bool) -> None:
    stack, _ = asked_for(cluster("orders", engine), tags=TAGS)
    [plan] = [p for p in stack.pieces.values() if p.type == "AWS::Backup::BackupPlan"]
    [rule] = plan.properties["BackupPlan"]["BackupPlanRule"]
    assert rule.get("EnableContinuousBackup", False) is continuous


def test_an_rpo_below_an_hour_takes_more_than_copies() -> None:
    """A copy an hour at most, that starts within an hour: no plan loses less than two hours."""
    table = Resource(
        id="arn:aws:dynamodb:eu-west-1:123456789012:table/carts",
        type="AWS::DynamoDB::Table",
        name="carts",
        region="eu-west-1",
        member=True,
    )
    tight = Objectives(rto_seconds=HOUR, rpo_seconds=1800)
    stack, selections = asked_for(table, database("a"), tags=TAGS, objectives=tight)
    assert [each["Resources"] for each in selections] == [[database("a").id]]
    [left] = stack.left_out
    assert left.resource == table.id
    assert "no plan meets an RPO of 30 minutes" in left.why
    assert "point-in-time recovery" in left.why


def test_copies_in_another_region_are_no_more_frequent_than_aws_backup() -> None:
    """Two hours there: one an hour. One hour there: said that it takes a replica."""
    loose = Objectives(
        rto_seconds=HOUR,
        rpo_seconds=HOUR,
        region_rto_seconds=24 * HOUR,
        region_rpo_seconds=2 * HOUR,
    )
    stack, _ = asked_for(database("a"), tags=TAGS, objectives=loose)
    assert not stack.left_out
    tight = loose.model_copy(update={"region_rpo_seconds": HOUR})
    stack, _ = asked_for(database("a"), tags=TAGS, objectives=tight)
    assert "takes a replica" in stack.left_out[0].why
    for each in stack.pieces.values():
        if each.type == "AWS::Backup::BackupPlan":
            [rule] = each.properties["BackupPlan"]["BackupPlanRule"]
            assert rule["ScheduleExpression"] == "cron(0 0/1 * * ? *)"
            assert rule["CopyActions"]
