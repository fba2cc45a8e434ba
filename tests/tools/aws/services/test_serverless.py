"""A small serverless account: what is read of it, how it is related, what a few checks say."""

import io
import json
import logging
import zipfile
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

from state.judgements import Verdict
from state.snapshot import Relation, Resource, Selector, Snapshot
from tools.aws.account import Account
from tools.aws.discovery import discover
from tools.checks import all_checks
from tools.checks.view import View, Workload

REGION = "eu-west-1"
ACCOUNT = "123456789012"
TAGS = {"workload": "orders"}
PASSWORD = "hunter2-of-the-environment"


def arn(service: str, rest: str) -> str:
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{rest}"


ORDERS, FOREIGN = arn("lambda", "function:orders"), arn("lambda", "function:payroll")
WORKER = arn("lambda", "function:worker")
JOBS, DEAD = arn("sqs", "jobs"), arn("sqs", "dead")
TOPIC, RULE = arn("sns", "placed"), arn("events", "rule/shop/placed")
MACHINE = arn("states", "stateMachine:fulfil")


def _code() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("i.py", "def h(event, context): return 1")
    return buffer.getvalue()


def _build(session: boto3.Session, url: str) -> dict[str, str]:
    """The account: an API and a rule before one function, a queue before another."""

    def client(service: str) -> Any:
        return session.client(service, endpoint_url=url)

    role = client("iam").create_role(RoleName="orders", AssumeRolePolicyDocument="{}")
    sqs = client("sqs")
    sqs.create_queue(QueueName="dead", tags=TAGS)
    redrive = json.dumps({"deadLetterTargetArn": DEAD, "maxReceiveCount": 5})
    jobs = sqs.create_queue(QueueName="jobs", tags=TAGS, Attributes={"RedrivePolicy": redrive})
    functions = client("lambda")

    def function(name: str, **more: Any) -> None:
        functions.create_function(
            FunctionName=name,
            Runtime="python3.9",
            Role=role["Role"]["Arn"],
            Handler="i.h",
            Code={"ZipFile": _code()},
            **more,
        )

    variables = {"JOBS": jobs["QueueUrl"], "TOPIC": TOPIC, "PASSWORD": PASSWORD, "STAGE": "prod"}
    function("orders", Timeout=60, Tags=TAGS, Environment={"Variables": variables})
    function("worker", Timeout=60, Tags=TAGS)
    function("payroll")
    mapping = functions.create_event_source_mapping(
        EventSourceArn=JOBS, FunctionName="worker", BatchSize=10
    )
    api = _api(client("apigateway"))
    http_api = client("apigatewayv2").create_api(Name="web", ProtocolType="HTTP", Tags=TAGS)
    for caller, source in (
        ("apigateway", arn("execute-api", f"{api}/*/GET/")),
        ("events", RULE),
        ("sns", arn("sns", "deleted-long-ago")),
    ):
        functions.add_permission(
            FunctionName="orders",
            StatementId=caller,
            Action="lambda:InvokeFunction",
            Principal=f"{caller}.amazonaws.com",
            SourceArn=source,
        )
    sns = client("sns")
    sns.create_topic(Name="placed", Tags=[{"Key": "workload", "Value": "orders"}])
    sns.subscribe(TopicArn=TOPIC, Protocol="sqs", Endpoint=JOBS)
    sns.subscribe(TopicArn=TOPIC, Protocol="email", Endpoint="someone@example.com")
    events = client("events")
    events.create_event_bus(Name="shop")
    events.put_rule(
        Name="placed",
        EventBusName="shop",
        EventPattern='{"source": ["shop"]}',
        Tags=[{"Key": "workload", "Value": "orders"}],
    )
    events.put_targets(Rule="placed", EventBusName="shop", Targets=[{"Id": "1", "Arn": ORDERS}])
    _state_machine(client("stepfunctions"), role["Role"]["Arn"])
    return {"api": api, "http_api": http_api["ApiId"], "mapping": mapping["UUID"]}


def _api(client: Any) -> str:
    api = client.create_rest_api(name="orders-api", tags=TAGS)
    target = {"restApiId": api["id"], "resourceId": api["rootResourceId"], "httpMethod": "GET"}
    client.put_method(**target, authorizationType="NONE")
    client.put_integration(
        **target,
        type="AWS_PROXY",
        integrationHttpMethod="POST",
        uri=f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{ORDERS}/invocations",
    )
    client.create_deployment(restApiId=api["id"], stageName="live", variables={"key": PASSWORD})
    return str(api["id"])


def _state_machine(client: Any, role: str) -> None:
    wait = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters": {"QueueUrl": f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/jobs"},
        "End": True,
    }
    definition = {
        "StartAt": "Order",
        "States": {
            "Order": {"Type": "Task", "Resource": f"{ORDERS}:live", "Next": "Each"},
            "Each": {"Type": "Map", "End": True, "Iterator": {"States": {"Wait": wait}}},
        },
    }
    definition["States"]["Each"]["Iterator"]["StartAt"] = "Wait"  # type: ignore[index]
    client.create_state_machine(
        name="fulfil",
        definition=json.dumps(definition),
        roleArn=role,
        tags=[{"key": "workload", "value": "orders"}],
    )


@pytest.fixture(scope="module")
def account() -> Iterator[tuple[Snapshot, dict[str, str]]]:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    session = boto3.Session(
        aws_access_key_id="test", aws_secret_access_key="test", region_name=REGION
    )
    try:
        ids = _build(session, url)
        yield discover(Account(session, endpoint_url=url), Selector(tags=TAGS), [REGION]), ids
    finally:
        server.stop()


@pytest.fixture(scope="module")
def snapshot(account: tuple[Snapshot, dict[str, str]]) -> Snapshot:
    return account[0]


@pytest.fixture(scope="module")
def ids(account: tuple[Snapshot, dict[str, str]]) -> dict[str, str]:
    made = account[1]
    prefix = f"arn:aws:apigateway:{REGION}::"
    return {
        "api": f"{prefix}/restapis/{made['api']}",
        "http_api": f"{prefix}/apis/{made['http_api']}",
        "mapping": arn("lambda", f"event-source-mapping:{made['mapping']}"),
    }


def related(snapshot: Snapshot, source: str, label: str) -> set[str]:
    return {r.target for r in snapshot.relations if r.source == source and r.label == label}


def subscriptions(snapshot: Snapshot) -> list[Resource]:
    return [r for r in snapshot.resources.values() if r.type == "AWS::SNS::Subscription"]


def verdict(snapshot: Snapshot, check: str, resource: str) -> Verdict | None:
    view = View(snapshot.resources[resource], Workload(snapshot))
    return all_checks()[check].judge(view).verdict


def test_every_tagged_resource_is_a_member(snapshot: Snapshot, ids: dict[str, str]) -> None:
    members = {r.id for r in snapshot.resources.values() if r.member}
    assert members >= {ORDERS, WORKER, JOBS, DEAD, TOPIC, RULE, MACHINE, *ids.values()}
    assert len(subscriptions(snapshot)) == 2
    assert all(subscription.member for subscription in subscriptions(snapshot))


def test_a_foreign_function_with_the_same_role_is_a_neighbour(snapshot: Snapshot) -> None:
    assert not snapshot.resources[FOREIGN].member


def test_nothing_is_missing(snapshot: Snapshot) -> None:
    assert snapshot.gaps == []


def test_functions_are_listed_once_and_their_versions_once(snapshot: Snapshot) -> None:
    assert snapshot.calls["lambda:ListFunctions"] == 2
    assert "lambda:ListAliases" not in snapshot.calls, "none has a version for an alias to lead to"
    assert snapshot.calls["lambda:GetPolicy"] == 2, "neighbours are not asked for details"


def test_the_policy_names_the_callers(snapshot: Snapshot, ids: dict[str, str]) -> None:
    callers = {r.source for r in snapshot.relations if r.target == ORDERS and r.label == "invokes"}
    assert callers == {ids["api"], RULE}
    assert not any(r.dangling and r.target == ORDERS for r in snapshot.relations)


def test_the_environment_names_what_the_function_uses(snapshot: Snapshot) -> None:
    assert related(snapshot, ORDERS, "names in its environment") == {JOBS, TOPIC}


def test_secrets_are_not_kept(snapshot: Snapshot) -> None:
    text = snapshot.model_dump_json()
    assert PASSWORD not in text
    assert "someone@example.com" not in text
    assert "PASSWORD" in text, "a check may see that the variable exists"


def test_relations(snapshot: Snapshot, ids: dict[str, str]) -> None:
    assert related(snapshot, JOBS, "dead letters to") == {DEAD}
    assert related(snapshot, ids["mapping"], "polls") == {JOBS}
    assert related(snapshot, ids["mapping"], "invokes") == {WORKER}
    assert related(snapshot, ids["api"], "invokes") == {ORDERS}
    assert related(snapshot, RULE, "sends to") == {ORDERS}
    assert related(snapshot, RULE, "listens on") == {arn("events", "event-bus/shop")}
    assert related(snapshot, MACHINE, "calls") == {ORDERS, JOBS}
    assert related(snapshot, MACHINE, "runs as") == {f"arn:aws:iam::{ACCOUNT}:role/orders"}
    delivered = {t for s in subscriptions(snapshot) for t in related(snapshot, s.id, "delivers to")}
    assert delivered == {JOBS}


def test_names_that_people_can_read(snapshot: Snapshot, ids: dict[str, str]) -> None:
    assert snapshot.resources[ids["mapping"]].name == "mapping from jobs"
    assert {s.name for s in subscriptions(snapshot)} == {
        "sqs subscription to placed",
        "email subscription to placed",
    }


def test_json_texts_are_parsed(snapshot: Snapshot) -> None:
    queue = snapshot.resources[JOBS].facts["sqs:GetQueueAttributes"]
    assert queue["RedrivePolicy"]["maxReceiveCount"] == 5
    machine = snapshot.resources[MACHINE].facts["stepfunctions:DescribeStateMachine"]
    assert machine["definition"]["StartAt"] == "Order"


def test_follow_up_facts(snapshot: Snapshot, ids: dict[str, str]) -> None:
    worker = snapshot.resources[WORKER].facts
    assert worker["lambda:GetPolicy"] == {}, "no policy is a fact, not a gap"
    assert worker["lambda:ListAliases"] == []
    assert worker["lambda:GetFunctionConcurrency"] == {}
    assert snapshot.calls["lambda:ListFunctionEventInvokeConfigs"] == 1, "only where events come in"
    api = snapshot.resources[ids["api"]].facts
    assert api["apigateway:GetStages"][0]["stageName"] == "live"
    assert "methodIntegration" in api["apigateway:GetResources"][0]["resourceMethods"]["GET"]
    assert isinstance(snapshot.resources[ids["http_api"]].facts["apigatewayv2:GetStages"], list)
    assert snapshot.resources[RULE].facts["events:ListTargetsByRule"][0]["Arn"] == ORDERS


def dangling(snapshot: Snapshot) -> list[Relation]:
    return [r for r in snapshot.relations if r.dangling]


def test_nothing_is_taken_for_gone(snapshot: Snapshot) -> None:
    assert dangling(snapshot) == []


def test_verdicts_on_functions(snapshot: Snapshot) -> None:
    assert verdict(snapshot, "lambda.function_timeout_exceeds_caller", ORDERS) is Verdict.FAIL
    assert verdict(snapshot, "lambda.function_timeout_exceeds_caller", WORKER) is None
    assert verdict(snapshot, "lambda.function_no_failure_destination", ORDERS) is Verdict.FAIL
    assert verdict(snapshot, "lambda.function_no_failure_destination", WORKER) is None
    assert verdict(snapshot, "lambda.function_runtime_deprecated", ORDERS) is Verdict.FAIL
    assert verdict(snapshot, "lambda.concurrency_pool_shared", ORDERS) is Verdict.FAIL
    assert verdict(snapshot, "lambda.function_role_missing", ORDERS) is Verdict.PASS
    assert verdict(snapshot, "lambda.function_no_alias", WORKER) is Verdict.FAIL
    assert verdict(snapshot, "lambda.function_vpc_single_az", ORDERS) is None


def test_verdicts_on_queues_and_topics(snapshot: Snapshot, ids: dict[str, str]) -> None:
    assert verdict(snapshot, "sqs.queue_no_dlq", JOBS) is Verdict.PASS
    assert verdict(snapshot, "sqs.queue_no_dlq", DEAD) is None
    assert verdict(snapshot, "sqs.visibility_timeout_low", JOBS) is Verdict.FAIL
    assert verdict(snapshot, "sqs.dlq_not_empty", DEAD) is Verdict.PASS
    assert verdict(snapshot, "lambda.esm_partial_batch_off", ids["mapping"]) is Verdict.FAIL
    assert verdict(snapshot, "sns.topic_no_subscription", TOPIC) is Verdict.PASS
    said = {verdict(snapshot, "sns.subscription_no_dlq", s.id) for s in subscriptions(snapshot)}
    assert said == {None, Verdict.FAIL}, "a mail address needs no dead-letter queue"


def test_verdicts_on_rules_apis_and_workflows(snapshot: Snapshot, ids: dict[str, str]) -> None:
    assert verdict(snapshot, "eventbridge.target_no_dlq", RULE) is Verdict.FAIL
    assert verdict(snapshot, "eventbridge.rule_disabled", RULE) is Verdict.PASS
    assert verdict(snapshot, "apigateway.stage_tracing_off", ids["api"]) is Verdict.FAIL
    assert verdict(snapshot, "apigateway.stage_no_throttle", ids["http_api"]) is None
    assert verdict(snapshot, "stepfunctions.callback_no_heartbeat", MACHINE) is Verdict.FAIL
    assert verdict(snapshot, "stepfunctions.machine_broken_reference", MACHINE) is Verdict.PASS
