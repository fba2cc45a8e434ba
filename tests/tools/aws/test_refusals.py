"""What AWS refuses becomes a gap that costs only its own facts; what nobody can answer is told."""

from collections.abc import Callable
from typing import Any

import boto3
import pytest

from state.errors import AccountUnreachable, CredentialsRefused
from state.snapshot import GapReason, Selector, Snapshot
from tests.tools.aws.wire import (
    Wire,
    answering_something_else,
    answering_with_a_page,
    cutting_off,
    denying,
    expiring,
    failing_with_a_page,
    knowing_no_such_page,
    never_answering,
    refusing,
    resetting,
    saying,
    throttling,
)
from tools.aws import gate
from tools.aws.account import Account
from tools.aws.declarations import Call
from tools.aws.discovery import discover
from tools.aws.refusals import Refusal
from tools.embedded.server import EmbeddedAccount

pytestmark = pytest.mark.usefixtures("few_services", "shop")

REGION, ACCOUNT = "us-east-1", "123456789012"
SHOP = Selector(tags={"workload": "shop"})
QUEUES = [f"arn:aws:sqs:{REGION}:{ACCOUNT}:queue-{n}" for n in range(2)]
DATABASES = [f"arn:aws:rds:{REGION}:{ACCOUNT}:db:shop-{n}" for n in range(3)]
BUCKET = "arn:aws:s3:::shop-invoices"
PAIRS = [{"Key": "workload", "Value": "shop"}]
ATTRIBUTES, INSTANCES = "sqs:GetQueueAttributes", "rds:DescribeDBInstances"


@pytest.fixture(scope="module")
def shop(embedded: EmbeddedAccount) -> None:
    session = embedded.session()
    for name in QUEUES:
        session.client("sqs").create_queue(
            QueueName=name.rpartition(":")[2], tags={"workload": "shop"}
        )
    for number in range(3):
        session.client("rds").create_db_instance(
            DBInstanceIdentifier=f"shop-{number}",
            Engine="postgres",
            DBInstanceClass="db.t3.medium",
            AllocatedStorage=20,
            MasterUsername="u",
            MasterUserPassword="made-up-here",
            Tags=PAIRS,
        )
    session.client("s3").create_bucket(Bucket="shop-invoices")
    session.client("s3").put_bucket_tagging(Bucket="shop-invoices", Tagging={"TagSet": PAIRS})


def reasons(snapshot: Snapshot, action: str) -> set[GapReason]:
    return {gap.reason for gap in snapshot.gaps if gap.action == action}


FAULTS: list[tuple[str, str, Callable[[Any], None], GapReason]] = [
    ("AmazonSQS.GetQueueAttributes", ATTRIBUTES, denying, GapReason.DENIED),
    ("AmazonSQS.GetQueueAttributes", ATTRIBUTES, throttling, GapReason.THROTTLED),
    ("AmazonSQS.GetQueueAttributes", ATTRIBUTES, failing_with_a_page, GapReason.FAILED),
    ("AmazonSQS.GetQueueAttributes", ATTRIBUTES, knowing_no_such_page, GapReason.FAILED),
    ("AmazonSQS.GetQueueAttributes", ATTRIBUTES, answering_with_a_page, GapReason.FAILED),
    ("AmazonSQS.GetQueueAttributes", ATTRIBUTES, cutting_off, GapReason.FAILED),
    ("AmazonSQS.GetQueueAttributes", ATTRIBUTES, resetting, GapReason.FAILED),
    ("AmazonSQS.GetQueueAttributes", ATTRIBUTES, never_answering, GapReason.FAILED),
    (
        "AmazonSQS.GetQueueAttributes",
        ATTRIBUTES,
        refusing(400, "UnsupportedOperation", "not here"),
        GapReason.UNSUPPORTED,
    ),
    ("Action=DescribeDBInstances", INSTANCES, denying, GapReason.DENIED),
    ("Action=DescribeDBInstances", INSTANCES, failing_with_a_page, GapReason.FAILED),
    ("Action=DescribeDBInstances", INSTANCES, answering_with_a_page, GapReason.FAILED),
    ("Action=DescribeDBInstances", INSTANCES, cutting_off, GapReason.FAILED),
    ("Action=DescribeDBInstances", INSTANCES, answering_something_else, GapReason.FAILED),
    (r"GET /shop-invoices\?versioning", "s3:GetBucketVersioning", denying, GapReason.DENIED),
    (r"GET /shop-invoices\?versioning", "s3:GetBucketVersioning", cutting_off, GapReason.FAILED),
    (
        r"GET /shop-invoices\?versioning",
        "s3:GetBucketVersioning",
        knowing_no_such_page,
        GapReason.FAILED,
    ),
    (r"GET /(\?|$| )", "s3:ListBuckets", denying, GapReason.DENIED),
]


@pytest.mark.parametrize(
    ("pattern", "action", "behaviour", "reason"),
    FAULTS,
    ids=[f"{action}-{behaviour.__name__}" for _, action, behaviour, _ in FAULTS],
)
def test_a_call_that_fails_is_a_gap_and_costs_only_its_own_facts(
    account: Account,
    wire: Wire,
    pattern: str,
    action: str,
    behaviour: Callable[[Any], None],
    reason: GapReason,
) -> None:
    wire.when(pattern, behaviour)
    snapshot = discover(account, SHOP, [REGION])
    assert reasons(snapshot, action) == {reason}
    assert {gap.action for gap in snapshot.gaps if gap.reason is reason} == {action}
    members = {each.id for each in snapshot.resources.values() if each.member}
    assert members == {*QUEUES, *DATABASES, BUCKET}, "what exists is known, whatever can be read"
    of_action = {"sqs": QUEUES, "rds": DATABASES, "s3": [BUCKET]}[action.partition(":")[0]]
    for identity in of_action:
        assert action not in snapshot.resources[identity].facts, "never an empty answer"
    for identity in members.difference(of_action):
        assert snapshot.resources[identity].facts


def test_one_of_a_batch_that_is_gone_does_not_lose_the_others(account: Account, wire: Wire) -> None:
    gone = f"arn:aws:rds:{REGION}:{ACCOUNT}:db:shop-gone"
    entries = [{"ResourceARN": arn, "Tags": PAIRS} for arn in [*DATABASES, gone]]
    wire.when(r"GetResources .*TagFilters", saying({"ResourceTagMappingList": entries}))
    not_found = refusing(404, "DBInstanceNotFound", "DBInstance shop-gone not found")
    wire.when(r"Action=DescribeDBInstances.*shop-gone", not_found)
    snapshot = discover(account, SHOP, [REGION])
    assert set(DATABASES) <= set(snapshot.resources)
    assert gone not in snapshot.resources
    assert not reasons(snapshot, INSTANCES)


def test_a_queue_that_is_gone_is_not_there(account: Account, wire: Wire) -> None:
    gone = refusing(400, "AWS.SimpleQueueService.NonExistentQueue", "no such queue")
    wire.when("AmazonSQS.GetQueueAttributes.*queue-1", gone)
    snapshot = discover(account, SHOP, [REGION])
    assert QUEUES[0] in snapshot.resources
    assert QUEUES[1] not in snapshot.resources
    assert not reasons(snapshot, ATTRIBUTES)


def test_a_denied_tag_index_is_told_and_is_no_empty_account(account: Account, wire: Wire) -> None:
    wire.when("GetResources .*TagFilters", denying)
    with pytest.raises(Exception, match=r"tagging.*AccessDenied") as told:
        discover(account, SHOP, [REGION])
    assert "not authorized" in str(told.value)


@pytest.mark.parametrize("pattern", ["AmazonSQS.GetQueueAttributes", "GetCallerIdentity"])
def test_expired_credentials_end_the_run_with_advice(
    account: Account, wire: Wire, pattern: str
) -> None:
    wire.when(pattern, expiring)
    with pytest.raises(CredentialsRefused, match="aws sso login"):
        discover(account, SHOP, [REGION])


def test_no_credentials_are_told_with_advice(wire: Wire) -> None:
    nobody = boto3.Session(region_name=REGION)
    with pytest.raises(CredentialsRefused, match="aws configure"):
        Account(nobody, endpoint_url=wire.url).identify(REGION)


def test_nobody_to_ask_is_told_with_advice(session: boto3.Session) -> None:
    nowhere = Account(session, endpoint_url="http://127.0.0.1:9", attempts=1)
    with pytest.raises(AccountUnreachable, match="AWS_ENDPOINT_URL"):
        discover(nowhere, SHOP, [REGION])


def test_a_service_without_an_endpoint_in_the_region_is_unsupported(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    young = Call(operation="apprunner:ListServices")
    monkeypatch.setattr(gate, "CORE_CALLS", (*gate.CORE_CALLS, young))
    account = Account(boto3.Session("id", "key"), endpoint_url="http://127.0.0.1:9", attempts=1)
    answer = account.call(young, "af-south-1", {})
    assert isinstance(answer, Refusal)
    assert answer.reason is GapReason.UNSUPPORTED


def test_a_region_that_is_not_enabled_is_no_matter_of_credentials(
    account: Account, wire: Wire
) -> None:
    account.identify(REGION)
    wire.when(".", refusing(403, "UnrecognizedClientException", "token invalid"))
    call = Call(operation="sqs:GetQueueAttributes")
    answer = account.call(call, "af-south-1", {"QueueUrl": "http://x/1/y"})
    assert isinstance(answer, Refusal)
    assert answer.reason is GapReason.UNSUPPORTED


def test_secrets_in_what_aws_says_are_hidden(account: Account, wire: Wire) -> None:
    secret = "AKIAIOSFODNN7EXAMPLE"
    wire.when(
        "AmazonSQS.GetQueueAttributes", refusing(400, "Odd", f"key {secret} password=hunter22")
    )
    snapshot = discover(account, SHOP, [REGION])
    assert reasons(snapshot, ATTRIBUTES) == {GapReason.FAILED}
    assert secret not in snapshot.model_dump_json()
    assert "hunter22" not in snapshot.model_dump_json()
    wire.when("GetCallerIdentity", refusing(403, "ExpiredToken", f"key {secret}"))
    with pytest.raises(CredentialsRefused) as told:
        Account(account._session, endpoint_url=wire.url).identify(REGION)
    assert secret not in str(told.value)


def test_throttled_calls_are_tried_again(session: boto3.Session, wire: Wire) -> None:
    left = [2]

    def busy_at_first(request: Any) -> None:
        left[0] -= 1
        throttling(request) if left[0] >= 0 else request.pass_on()

    wire.when("AmazonSQS.GetQueueAttributes.*queue-0", busy_at_first)
    snapshot = discover(Account(session, endpoint_url=wire.url), SHOP, [REGION])
    assert not reasons(snapshot, ATTRIBUTES)
    assert snapshot.resources[QUEUES[0]].facts[ATTRIBUTES]
