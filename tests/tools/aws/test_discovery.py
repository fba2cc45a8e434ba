"""From a selector to a snapshot: who is a member, what is a neighbour, and what is left alone."""

import io
import json
import re
import zipfile
from collections import Counter
from typing import Any

import boto3
import pytest

from state.errors import NothingMatches
from state.snapshot import GapReason, Resource, Selector, Snapshot
from tests.tools.aws.wire import Wire, dawdling, saying
from tools.aws.account import CALLS_IN_FLIGHT_PER_SERVICE, Account
from tools.aws.asking import CALLS_IN_FLIGHT
from tools.aws.discovery import discover
from tools.aws.relating import USERS_KEPT
from tools.embedded.server import EmbeddedAccount

pytestmark = pytest.mark.usefixtures("few_services", "shop")

REGION, ELSEWHERE = "us-east-1", "eu-west-1"
ACCOUNT = "123456789012"
TAGS = {"workload": "shop", "env": "prod"}
SHOP = Selector(tags={"workload": "shop"})
SECRET, KEY = "hunter2hunter2", "AKIAIOSFODNN7EXAMPLE"
LEAKS = {"password": SECRET, "store": f"https://u:{SECRET}@example.com/", "note": f"key {KEY}"}
FOREIGN_FUNCTIONS = USERS_KEPT + 3


def arn(service: str, rest: str, region: str = REGION) -> str:
    return f"arn:aws:{service}:{region}:{ACCOUNT}:{rest}"


QUEUE, DEAD_LETTERS = arn("sqs", "shop-orders"), arn("sqs", "dead-letters")
FUNCTION = arn("lambda", "function:shop-orders")
ROLE = f"arn:aws:iam::{ACCOUNT}:role/shared"
TABLE = arn("dynamodb", "table/carts")
TABLE_ELSEWHERE = arn("dynamodb", "table/carts", ELSEWHERE)
LOG_GROUP = arn("logs", "log-group:/aws/lambda/shop-orders")
ALARM = arn("cloudwatch", "alarm:shop-orders-errors")
DATABASES = [arn("rds", f"db:shop-{n}") for n in range(3)]


@pytest.fixture(scope="module")
def shop(embedded: EmbeddedAccount) -> dict[str, Any]:
    return _Shop(embedded.session()).build()


class _Shop:
    """A function between two queues, tables in two Regions, and neighbours of every kind."""

    def __init__(self, session: boto3.Session) -> None:
        self.session = session
        self.made: dict[str, Any] = {}

    def client(self, service: str, region: str = REGION) -> Any:
        return self.session.client(service, region_name=region)

    def build(self) -> dict[str, Any]:
        self._queues_and_tables()
        self._functions()
        self._databases()
        self._zones()
        self.client("cloudformation").create_stack(
            StackName="inner", TemplateBody=json.dumps(_TEMPLATE)
        )
        return self.made

    def _queues_and_tables(self) -> None:
        sqs = self.client("sqs")
        sqs.create_queue(QueueName="dead-letters")
        redrive = json.dumps({"deadLetterTargetArn": DEAD_LETTERS, "maxReceiveCount": 3})
        sqs.create_queue(
            QueueName="shop-orders", tags=TAGS | LEAKS, Attributes={"RedrivePolicy": redrive}
        )
        sqs.create_queue(QueueName="shop-test", tags={"workload": "shop", "env": "test"})
        for region in (REGION, ELSEWHERE):
            self.client("dynamodb", region).create_table(
                TableName="carts",
                AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
                KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
                BillingMode="PAY_PER_REQUEST",
                Tags=[{"Key": "workload", "Value": "shop"}],
            )

    def _functions(self) -> None:
        trust = json.dumps({"Version": "2012-10-17", "Statement": []})
        self.client("iam").create_role(RoleName="shared", AssumeRolePolicyDocument=trust)
        self.client("logs").create_log_group(logGroupName="/aws/lambda/shop-orders")
        self.client("logs", ELSEWHERE).create_log_group(logGroupName="/aws/lambda/shop-orders")
        environment = {"PASSWORD": SECRET, "REMOTE": TABLE_ELSEWHERE, "HOST": "carts"}
        names = ["shop-orders", *(f"foreign-{n:02}" for n in range(FOREIGN_FUNCTIONS))]
        for name in names:
            self.client("lambda").create_function(
                FunctionName=name,
                Runtime="python3.12",
                Role=ROLE,
                Description=f"pushes with {KEY}",
                Handler="a.b",
                Code={"ZipFile": _code()},
                Environment={"Variables": environment if name == "shop-orders" else {}},
                Tags=TAGS if name == "shop-orders" else {},
            )
        self.client("lambda").create_event_source_mapping(
            FunctionName="shop-orders", EventSourceArn=QUEUE
        )
        self.client("cloudwatch").put_metric_alarm(
            AlarmName="shop-orders-errors",
            Namespace="AWS/Lambda",
            MetricName="Errors",
            Dimensions=[{"Name": "FunctionName", "Value": "shop-orders"}],
            Period=60,
            EvaluationPeriods=1,
            Threshold=1,
            Statistic="Sum",
            ComparisonOperator="GreaterThanThreshold",
            AlarmActions=[
                f"arn:aws:sns:{REGION}:999999999999:of-another-account",
                arn("sns", "elsewhere", ELSEWHERE),
            ],
        )

    def _databases(self) -> None:
        for number in range(3):
            self.client("rds").create_db_instance(
                DBInstanceIdentifier=f"shop-{number}",
                Engine="postgres",
                DBInstanceClass="db.t3.medium",
                AllocatedStorage=20,
                MasterUsername="u",
                MasterUserPassword=SECRET,
                Tags=[{"Key": "workload", "Value": "shop"}],
            )

    def _zones(self) -> None:
        route53 = self.client("route53")
        for number in range(25):
            zone = route53.create_hosted_zone(
                Name=f"z{number}.example.com.", CallerReference=str(number)
            )
            if number == 17:
                identifier = zone["HostedZone"]["Id"].split("/")[-1]
                self.made["zone"] = f"arn:aws:route53:::hostedzone/{identifier}"
                route53.change_tags_for_resource(
                    ResourceType="hostedzone",
                    ResourceId=identifier,
                    AddTags=[{"Key": "workload", "Value": "shop"}],
                )


def _code() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.py", "def b(*_): pass")
    return packed.getvalue()


_TEMPLATE = {
    "Resources": {
        "Queue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "of-a-stack"}},
        "Stream": {"Type": "AWS::Kinesis::Stream", "Properties": {"ShardCount": 1}},
    }
}


@pytest.fixture(scope="module")
def found(few_services: None, shop: dict[str, Any], session: boto3.Session) -> Snapshot:
    return discover(Account(session), SHOP, [REGION])


def members(snapshot: Snapshot) -> set[str]:
    return {resource.id for resource in snapshot.resources.values() if resource.member}


def neighbours(snapshot: Snapshot) -> set[str]:
    return {resource.id for resource in snapshot.resources.values() if not resource.member}


def gaps(snapshot: Snapshot, reason: GapReason) -> set[tuple[str, str | None]]:
    return {(gap.action, gap.resource) for gap in snapshot.gaps if gap.reason is reason}


# -- members and neighbours -----------------------------------------------------------------------


def test_members_are_found_by_tag_united_with_what_the_index_cannot_see(
    found: Snapshot, shop: dict[str, Any]
) -> None:
    assert {QUEUE, FUNCTION, TABLE, *DATABASES, shop["zone"]} <= members(found)
    assert found.resources[shop["zone"]].region == "global"
    assert TAGS.items() <= found.resources[QUEUE].tags.items()


def test_one_hop_is_taken_and_no_second(found: Snapshot) -> None:
    assert {DEAD_LETTERS, ROLE} <= neighbours(found)
    told = {(r.source, r.target) for r in found.relations}
    assert {(FUNCTION, ROLE), (QUEUE, DEAD_LETTERS)} <= told


def test_what_is_attached_to_a_member_is_a_member(found: Snapshot) -> None:
    assert ALARM in members(found)
    mapping = [r for r in found.resources.values() if r.type.endswith("EventSourceMapping")]
    assert mapping


def test_foreign_users_of_a_dependency_are_neighbours_and_not_all_of_them(found: Snapshot) -> None:
    foreign = {each for each in found.resources if "foreign-" in each}
    assert len(foreign) == USERS_KEPT
    assert foreign <= neighbours(found)
    assert ("iam:*", ROLE) in gaps(found, GapReason.NOT_SCANNED)


def test_all_of_several_tags_must_match(account: Account) -> None:
    snapshot = discover(account, Selector(tags=TAGS), [REGION])
    assert {QUEUE, FUNCTION} <= members(snapshot)
    assert members(snapshot).isdisjoint({arn("sqs", "shop-test"), TABLE})


def test_other_accounts_are_named_and_never_read(found: Snapshot) -> None:
    theirs = f"arn:aws:sns:{REGION}:999999999999:of-another-account"
    assert theirs not in found.resources
    assert not [gap for gap in found.gaps if gap.resource == theirs]
    [relation] = [r for r in found.relations if r.target == theirs]
    assert not relation.dangling


def test_what_is_in_a_region_that_was_not_searched_is_a_gap(found: Snapshot) -> None:
    elsewhere = arn("sns", "elsewhere", ELSEWHERE)
    assert ("sns:GetTopicAttributes", elsewhere) in gaps(found, GapReason.NOT_SCANNED)
    assert not [r for r in found.relations if r.target == elsewhere and r.dangling]


def test_several_regions_are_searched_and_global_services_once(
    account: Account, shop: dict[str, Any]
) -> None:
    snapshot = discover(account, SHOP, [REGION, ELSEWHERE])
    assert {TABLE, TABLE_ELSEWHERE, shop["zone"]} <= members(snapshot)
    assert snapshot.calls["route53:ListHostedZones"] == 1
    assert (FUNCTION, TABLE_ELSEWHERE) in {(r.source, r.target) for r in snapshot.relations}
    assert (FUNCTION, TABLE) in {(r.source, r.target) for r in snapshot.relations}
    assert arn("logs", "log-group:/aws/lambda/shop-orders", ELSEWHERE) not in snapshot.resources
    missing = arn("sns", "elsewhere", ELSEWHERE)
    assert [r for r in snapshot.relations if r.target == missing and r.dangling]


def test_global_resources_are_found_from_any_region(account: Account, shop: dict[str, Any]) -> None:
    snapshot = discover(account, SHOP, [ELSEWHERE])
    assert members(snapshot) >= {TABLE_ELSEWHERE, shop["zone"]}
    assert TABLE not in snapshot.resources


def test_tags_are_asked_for_in_batches(found: Snapshot) -> None:
    assert found.calls["route53:ListTagsForResources"] == 3  # 25 zones, 10 at a time


def test_neighbours_that_carry_the_tag_are_members(account: Account, wire: Wire) -> None:
    carrying = {"ResourceARN": DEAD_LETTERS, "Tags": [{"Key": "workload", "Value": "shop"}]}
    wire.when(r"GetResources .*ResourceARNList", saying({"ResourceTagMappingList": [carrying]}))
    snapshot = discover(account, SHOP, [REGION])
    assert DEAD_LETTERS in members(snapshot)
    asked = snapshot.calls["resourcegroupstaggingapi:GetResources"]
    assert asked <= 1 + 2, "the index once, and the neighbours of each step together"


def test_a_member_is_known_however_its_arn_is_spelled(account: Account, wire: Wire) -> None:
    carrying = {"ResourceARN": f"{LOG_GROUP}:*", "Tags": [{"Key": "workload", "Value": "shop"}]}
    wire.when(r"GetResources .*TagFilters", saying({"ResourceTagMappingList": [carrying]}))
    found = discover(account, SHOP, [REGION])
    assert [r.tags for r in found.resources.values() if r.type == "AWS::Logs::LogGroup"] == [
        {"workload": "shop"}
    ]
    assert LOG_GROUP in {each.removesuffix(":*") for each in members(found)}


def test_types_that_are_not_read_are_kept_with_a_gap(account: Account, wire: Wire) -> None:
    stranger = arn("kinesis", "stream/clicks")
    setting = arn("ec2", "security-group-rule/sgr-1")
    entries = [
        {"ResourceARN": each, "Tags": [{"Key": "workload", "Value": "shop"}]}
        for each in (stranger, setting)
    ]
    wire.when(r"GetResources .*TagFilters", saying({"ResourceTagMappingList": entries}))
    snapshot = discover(account, SHOP, [REGION])
    assert snapshot.resources[stranger].type == "kinesis:stream"
    assert ("kinesis:*", stranger) in gaps(snapshot, GapReason.NOT_SCANNED)
    assert setting not in snapshot.resources, "a setting runs nothing that could fail"


def test_a_stack_names_its_members(account: Account) -> None:
    snapshot = discover(account, Selector(stack="inner"), [REGION, ELSEWHERE])
    assert arn("sqs", "of-a-stack") in members(snapshot)
    kinds = {r.type for r in snapshot.resources.values() if r.member}
    assert kinds == {"AWS::SQS::Queue", "AWS::Kinesis::Stream"}
    assert not [gap for gap in snapshot.gaps if gap.region == ELSEWHERE], "it is in one Region"


def test_nested_stacks_are_followed_and_settings_are_no_resources(
    account: Account, wire: Wire
) -> None:
    wire.when(r"Action=ListStackResources.*StackName=outer", _outer)
    snapshot = discover(account, Selector(stack="outer"), [REGION])
    assert arn("sqs", "of-a-stack") in members(snapshot)
    assert "AWS::SQS::QueuePolicy" not in {r.type for r in snapshot.resources.values()}


def _outer(request: Any) -> None:
    made = {"AWS::CloudFormation::Stack": "inner", "AWS::SQS::QueuePolicy": "outer-policy"}
    entries = "".join(
        f"<member><ResourceType>{kind}</ResourceType><PhysicalResourceId>{name}</PhysicalResourceId>"
        "<ResourceStatus>CREATE_COMPLETE</ResourceStatus></member>"
        for kind, name in made.items()
    )
    body = (
        f"<R><ListStackResourcesResult><StackResourceSummaries>{entries}</StackResourceSummaries>"
    )
    ends = "</ListStackResourcesResult></R>"
    request.answer(200, {"Content-Type": "text/xml"}, (body + ends).encode())


def test_a_resource_group_names_its_members(account: Account, wire: Wire) -> None:
    entries = [{"Identifier": {"ResourceArn": each}} for each in (QUEUE, FUNCTION)]
    wire.when(r"list-group-resources|ListGroupResources", saying({"Resources": entries}))
    snapshot = discover(account, Selector(resource_group="shop"), [REGION])
    assert members(snapshot) >= {QUEUE, FUNCTION, ALARM}
    assert TABLE not in members(snapshot)


def test_nothing_matches_says_what_there_is(account: Account) -> None:
    with pytest.raises(NothingMatches, match=r"no resource has the tag 'team'.*'workload'") as said:
        discover(account, Selector(tags={"team": "x"}), [REGION])
    assert str(said.value).count("'workload'") == 1, "each key once"
    with pytest.raises(NothingMatches, match=r"has the values: .*'shop'"):
        discover(account, Selector(tags={"workload": "shpo"}), [REGION])
    with pytest.raises(NothingMatches, match="stack nowhere"):
        discover(account, Selector(stack="nowhere"), [REGION])


# -- what goes over the wire ----------------------------------------------------------------------


def test_nothing_is_asked_twice_and_every_call_is_counted(account: Account, wire: Wire) -> None:
    asked: Counter[str] = Counter()

    def remember(request: Any) -> None:
        asked[f"{request.region} {request.service} {request.text}"] += 1
        request.pass_on()

    wire.when("", remember)
    snapshot = discover(account, SHOP, [REGION])
    assert not [request for request, times in asked.items() if times > 1]
    assert sum(snapshot.calls.values()) == sum(asked.values())


def test_calls_in_flight_are_bounded(account: Account, wire: Wire) -> None:
    wire.when("", dawdling(seed=1, most=0.05))
    discover(account, SHOP, [REGION, ELSEWHERE])
    assert 2 < wire.most_in_flight["all"] <= CALLS_IN_FLIGHT
    del wire.most_in_flight["all"]
    assert max(wire.most_in_flight.values()) <= CALLS_IN_FLIGHT_PER_SERVICE


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_answers_changes_nothing(
    account: Account, found: Snapshot, wire: Wire, seed: int
) -> None:
    at_once = found
    wire.when("", dawdling(seed))
    shuffled = discover(account, SHOP, [REGION])
    assert list(shuffled.resources) == list(at_once.resources)
    for identity, resource in at_once.resources.items():
        assert _timeless(shuffled.resources[identity]) == _timeless(resource)
    assert shuffled.relations == at_once.relations
    assert (shuffled.gaps, shuffled.calls) == (at_once.gaps, at_once.calls)


def _timeless(resource: Resource) -> str:
    return re.sub(r'"LatestRestorableTime":"[^"]+"', "", resource.model_dump_json())


def test_progress_is_told(session: boto3.Session) -> None:
    calls: list[tuple[str, str]] = []
    events: list[tuple[str, dict[str, Any]]] = []
    account = Account(session, observe=lambda *call: calls.append(call))
    snapshot = discover(account, SHOP, [REGION], lambda kind, of: events.append((kind, dict(of))))
    assert len(calls) == sum(snapshot.calls.values())
    told = Counter(kind for kind, _ in events)
    assert told["resource"] == len(snapshot.resources)


def test_no_secret_is_in_the_snapshot_and_it_survives_a_store(found: Snapshot) -> None:
    stored = found.model_dump_json()
    assert SECRET not in stored
    assert KEY not in stored
    assert set(LEAKS) <= set(found.resources[QUEUE].tags), "that they exist may be seen"
    assert Snapshot.model_validate_json(stored) == found
