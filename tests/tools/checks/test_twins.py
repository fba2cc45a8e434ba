"""What remedies of the workload as a whole do on paper."""

from datetime import UTC, datetime

from state.judgements import Verdict
from state.snapshot import Relation, RelationKind, Resource, Selector, Snapshot
from tools.checks import all_checks
from tools.checks.judging import judge, workload_of
from tools.checks.paper import Paper
from tools.checks.twins import build_twins
from tools.checks.view import View, Workload
from tools.checks.zones import zones_of

TABLE = Resource(
    id="arn:aws:dynamodb:us-east-1:123456789012:table/orders",
    type="AWS::DynamoDB::Table",
    name="orders",
    region="us-east-1",
    member=True,
    tags={"workload": "shop"},
    facts={
        "dynamodb:DescribeTable": {"TableName": "orders", "DeletionProtectionEnabled": False},
    },
)
FUNCTION = Resource(
    id="arn:aws:lambda:eu-west-1:123456789012:function:orders",
    type="AWS::Lambda::Function",
    name="orders",
    region="eu-west-1",
    member=True,
    facts={"lambda:ListFunctions": {"FunctionName": "orders"}},
)


def snapshot(*resources: Resource, selector: Selector, relations: int = 0) -> Snapshot:
    """An account in which the first resource uses the second one, if `relations` is 1."""
    uses = [
        Relation(source=resources[n].id, target=resources[n + 1].id, kind=RelationKind.DATA_FLOW)
        for n in range(relations)
    ]
    return Snapshot(
        selector=selector,
        account="123456789012",
        regions=["eu-west-1", "us-east-1"],
        taken_at=datetime(2026, 6, 1, tzinfo=UTC),
        resources={each.id: each for each in resources},
        relations=uses,
        gaps=[],
        calls={},
    )


def test_a_twin_is_built_without_the_defects_of_its_original() -> None:
    """The original has no alarm and no deletion protection."""
    paper = Paper(snapshot(TABLE, selector=Selector(tags={"workload": "shop"})))
    [twin] = build_twins([paper.draft(TABLE.id)], region="eu-west-1")
    after = workload_of(paper.snapshot())

    def failing(resource: str) -> set[str]:
        view = View(after.snapshot.resources[resource], after)
        rows = [
            judge(check, view)
            for check in all_checks().values()
            if TABLE.type in check.resource_types
        ]
        return {row.check for row in rows if row and row.verdict is Verdict.FAIL}

    assert {
        "cloudwatch.component_unalarmed",
        "dynamodb.table_deletion_protection_off",
    } <= failing(TABLE.id)
    assert not failing(twin.id)
    assert twin.region == "eu-west-1"
    assert twin.resource.tags == TABLE.tags
    assert TABLE.facts["dynamodb:DescribeTable"]["DeletionProtectionEnabled"] is False


def test_only_a_tag_can_be_lacking() -> None:
    """Who names the workload by its stack is not told that something outside lacks a tag."""
    stranger = TABLE.model_copy(update={"member": False, "tags": {}})
    check = all_checks()["workload.untagged_dependency"]

    def verdict(selector: Selector) -> Verdict | None:
        account = snapshot(FUNCTION, stranger, selector=selector, relations=1)
        return check.judge(View(None, Workload(account))).verdict

    assert verdict(Selector(tags={"workload": "shop"})) is Verdict.FAIL
    assert verdict(Selector(stack="shop")) is None


def test_a_twin_acts_as_the_same_role_and_stands_in_two_zones() -> None:
    """A role is global; the original's only subnet lies in a zone of its own Region."""
    role = Resource(
        id="arn:aws:iam::123456789012:role/orders",
        type="AWS::IAM::Role",
        name="orders",
        region="global",
        member=True,
        facts={},
    )
    subnet = Resource(
        id="subnet-1",
        type="AWS::EC2::Subnet",
        name="a",
        region="eu-west-1",
        member=False,
        facts={"ec2:DescribeSubnets": {"AvailabilityZone": "eu-west-1a"}},
    )
    account = snapshot(FUNCTION, role, subnet, selector=Selector(tags={"workload": "shop"}))
    account.relations = [
        Relation(source=FUNCTION.id, target=id, kind=RelationKind.CONTAINMENT, label=label)
        for id, label in ((role.id, "runs as"), (subnet.id, "placed in"))
    ]
    paper = Paper(account)
    [twin] = build_twins([paper.draft(FUNCTION.id)], region="us-east-1")
    assert [each.id for each in twin.linked("AWS::IAM::Role")] == [role.id]
    assert zones_of(twin) == {"us-east-1a", "us-east-1b"}
