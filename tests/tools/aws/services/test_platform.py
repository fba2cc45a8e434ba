"""A small account of containers, an agent and alarms: what is read, related, and judged."""

import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from state.judgements import Verdict
from state.snapshot import Gap, GapReason, Relation, RelationKind, Selector, Snapshot
from tools.aws.account import Account
from tools.aws.discovery import discover
from tools.aws.services.cloudwatch import ALARM, COMPOSITE_ALARM
from tools.checks import all_checks
from tools.checks.view import Unknown, View, Workload
from tools.embedded.server import EmbeddedAccount

REGION = "eu-west-1"
ACCOUNT = "123456789012"
TAGS = {"workload": "shop"}
PAIRS = [{"Key": "workload", "Value": "shop"}]
PASSWORD = "hunter2-of-the-environment"
MODEL = "anthropic.claude-sonnet-4-5-20250929-v1:0"


def arn(service: str, rest: str) -> str:
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{rest}"


SERVICE = arn("ecs", "service/shop/web")
TASK_DEFINITION = arn("ecs", "task-definition/web:1")
TABLE = arn("dynamodb", "table/orders")
FUNCTION = arn("lambda", "function:shop-orders")
TASK_ROLE = f"arn:aws:iam::{ACCOUNT}:role/shop/web"
BUCKET = "arn:aws:s3:::shop-invoices"
LOG_GROUP = arn("logs", "log-group:/shop/web")


def _build(session: boto3.Session) -> dict[str, str]:
    """Two tasks in one zone, a table and a secret they use, an agent, and alarms of every kind."""

    def client(service: str) -> Any:
        return session.client(service)

    made = _foundations(client)
    _service(client, made)
    made["agent"] = _agent(client)
    _alarms(client("cloudwatch"), client("sns"))
    made["stack"] = client("cloudformation").create_stack(
        StackName="shop",
        TemplateBody=json.dumps({"Resources": {"Queue": {"Type": "AWS::SQS::Queue"}}}),
        Tags=PAIRS,
    )["StackId"]
    return made


def _foundations(client: Any) -> dict[str, str]:
    kms = client("kms")
    key = kms.create_key(Tags=[{"TagKey": "workload", "TagValue": "shop"}])["KeyMetadata"]["Arn"]
    kms.create_alias(AliasName="alias/shop", TargetKeyId=key)
    secret = client("secretsmanager").create_secret(
        Name="shop/database", SecretString="made-up", KmsKeyId="alias/shop", Tags=PAIRS
    )["ARN"]
    client("s3").create_bucket(
        Bucket="shop-invoices", CreateBucketConfiguration={"LocationConstraint": REGION}
    )
    client("s3").put_bucket_tagging(Bucket="shop-invoices", Tagging={"TagSet": PAIRS})
    client("dynamodb").create_table(
        TableName="orders",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        Tags=PAIRS,
    )
    client("logs").create_log_group(logGroupName="/shop/web", tags=TAGS)
    subnet = client("ec2").describe_subnets(
        Filters=[{"Name": "availability-zone", "Values": [f"{REGION}a"]}]
    )["Subnets"][0]["SubnetId"]
    _role(client("iam"))
    group = client("ec2").describe_security_groups()["SecurityGroups"][0]["GroupId"]
    return {"key": key, "secret": secret, "subnet": subnet, "group": group}


def _role(iam: Any) -> None:
    def allow(action: str | list[str], *resources: str) -> dict[str, Any]:
        return {"Effect": "Allow", "Action": action, "Resource": list(resources)}

    iam.create_role(
        RoleName="web", Path="/shop/", AssumeRolePolicyDocument="{}", Description="of the tasks"
    )
    iam.put_role_policy(
        RoleName="web",
        PolicyName="data",
        PolicyDocument=json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    allow(["s3:GetObject", "s3:PutObject"], f"{BUCKET}/*"),
                    allow("dynamodb:Query", TABLE, f"{TABLE}/index/*"),
                    allow("sqs:SendMessage", "*"),
                ],
            }
        ),
    )
    policy = iam.create_policy(
        PolicyName="logs",
        PolicyDocument=json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": allow("logs:PutLogEvents", f"{LOG_GROUP}:*"),
            }
        ),
    )
    iam.attach_role_policy(RoleName="web", PolicyArn=policy["Policy"]["Arn"])
    iam.create_role(RoleName="agent", AssumeRolePolicyDocument="{}")


def _service(client: Any, made: dict[str, str]) -> None:
    ecs = client("ecs")
    ecs.create_cluster(clusterName="shop", tags=[{"key": "workload", "value": "shop"}])
    ecs.register_task_definition(
        family="web",
        networkMode="awsvpc",
        requiresCompatibilities=["FARGATE"],
        cpu="256",
        memory="512",
        taskRoleArn=TASK_ROLE,
        executionRoleArn=f"arn:aws:iam::{ACCOUNT}:role/deleted-long-ago",
        containerDefinitions=[
            {
                "name": "web",
                "image": "shop/web:latest",
                "environment": [
                    {"name": "TABLE_NAME", "value": "orders"},
                    {"name": "PASSWORD", "value": PASSWORD},
                ],
                "secrets": [{"name": "DB", "valueFrom": f"{made['secret']}:password::"}],
                "logConfiguration": {
                    "logDriver": "awslogs",
                    "options": {"awslogs-group": "/shop/web"},
                },
            }
        ],
    )
    ecs.create_service(
        cluster="shop",
        serviceName="web",
        taskDefinition="web",
        desiredCount=2,
        launchType="FARGATE",
        networkConfiguration={
            "awsvpcConfiguration": {"subnets": [made["subnet"]], "securityGroups": [made["group"]]}
        },
        tags=[{"key": "workload", "value": "shop"}],
    )


def _agent(client: Any) -> str:
    agent = client("bedrock-agent").create_agent(
        agentName="shop",
        foundationModel=MODEL,
        agentResourceRoleArn=f"arn:aws:iam::{ACCOUNT}:role/agent",
        tags=TAGS,
    )["agent"]["agentArn"]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("i.py", "def h(event, context): return 1")
    functions = client("lambda")
    functions.create_function(
        FunctionName="shop-orders",
        Runtime="python3.13",
        Role=f"arn:aws:iam::{ACCOUNT}:role/agent",
        Handler="i.h",
        Code={"ZipFile": buffer.getvalue()},
        Tags=TAGS,
    )
    functions.add_permission(
        FunctionName="shop-orders",
        StatementId="agent",
        Action="lambda:InvokeFunction",
        Principal="bedrock.amazonaws.com",
        SourceArn=agent,
    )
    return str(agent)


def _alarms(cloudwatch: Any, sns: Any) -> None:
    def alarm(name: str, namespace: str, metric: str, actions: list[str], **dims: str) -> None:
        cloudwatch.put_metric_alarm(
            AlarmName=name,
            Namespace=namespace,
            MetricName=metric,
            Dimensions=[{"Name": key, "Value": value} for key, value in dims.items()],
            Statistic="Average",
            Period=60,
            EvaluationPeriods=3,
            Threshold=90,
            ComparisonOperator="GreaterThanThreshold",
            AlarmActions=actions,
        )

    on_call = sns.create_topic(Name="on-call")["TopicArn"]
    sns.subscribe(TopicArn=on_call, Protocol="email", Endpoint="someone@example.com")
    silent = sns.create_topic(Name="silent")["TopicArn"]
    alarm("web-cpu", "AWS/ECS", "CPUUtilization", [on_call], ClusterName="shop", ServiceName="web")
    alarm("orders-errors", "AWS/Lambda", "Errors", [silent], FunctionName="shop-orders")
    alarm("foreign", "AWS/Lambda", "Errors", [on_call], FunctionName="payroll")


@pytest.fixture(scope="module")
def account() -> Iterator[tuple[EmbeddedAccount, dict[str, str]]]:
    with EmbeddedAccount(region=REGION) as embedded:
        yield embedded, _build(embedded.session())


@pytest.fixture(scope="module")
def made(account: tuple[EmbeddedAccount, dict[str, str]]) -> dict[str, str]:
    return account[1]


@pytest.fixture(scope="module")
def snapshot(account: tuple[EmbeddedAccount, dict[str, str]]) -> Snapshot:
    session, url = account[0].session(), account[0].endpoint_url
    return discover(Account(session, endpoint_url=url), Selector(tags=TAGS), [REGION])


def relation(snapshot: Snapshot, source: str, target: str, label: str) -> Relation:
    (found,) = (
        r for r in snapshot.relations if (r.source, r.target, r.label) == (source, target, label)
    )
    return found


def verdict(snapshot: Snapshot, check: str, resource: str | None = None) -> Verdict | None:
    workload = Workload(snapshot, {"AWS::CloudWatch::Alarm": "cloudwatch:DescribeAlarms"})
    found = snapshot.resources[resource] if resource else None
    try:
        return all_checks()[check].judge(View(found, workload)).verdict
    except Unknown:
        return Verdict.UNKNOWN


def test_what_carries_the_tag_or_watches_it_belongs_to_the_workload(
    snapshot: Snapshot, made: dict[str, str]
) -> None:
    members = {identity for identity, each in snapshot.resources.items() if each.member}
    expected = {SERVICE, arn("ecs", "cluster/shop"), TABLE, FUNCTION, BUCKET, LOG_GROUP}
    assert expected | {made["key"], made["secret"], made["agent"]} <= members
    alarms = {each.name for each in snapshot.resources.values() if "Alarm" in each.type}
    assert alarms == {"web-cpu", "orders-errors"}  # and not the one on somebody else's function
    assert {arn("cloudwatch", f"alarm:{name}") for name in alarms} <= members
    assert not snapshot.resources[TASK_DEFINITION].member


def test_a_service_names_what_its_containers_use(snapshot: Snapshot, made: dict[str, str]) -> None:
    relation(snapshot, SERVICE, TASK_DEFINITION, "runs")
    relation(snapshot, SERVICE, made["secret"], "reads")
    relation(snapshot, SERVICE, TABLE, "names in its environment")
    relation(snapshot, SERVICE, TASK_ROLE, "acts as")
    assert not relation(snapshot, SERVICE, LOG_GROUP, "logs to").hard
    gone = f"arn:aws:iam::{ACCOUNT}:role/deleted-long-ago"
    assert relation(snapshot, SERVICE, gone, "starts as").dangling
    (subnet,) = (r for r in snapshot.relations if r.label == "placed in")
    assert subnet.hard


def test_environment_values_are_not_kept(snapshot: Snapshot) -> None:
    assert PASSWORD not in snapshot.model_dump_json()
    (container,) = snapshot.resources[SERVICE].facts["ecs:DescribeTaskDefinition"][
        "containerDefinitions"
    ]
    assert [variable["name"] for variable in container["environment"]] == ["TABLE_NAME", "PASSWORD"]


def test_a_role_shows_what_it_may_do_to_which_resource(snapshot: Snapshot) -> None:
    invoices = relation(snapshot, TASK_ROLE, BUCKET, "reads and writes")
    assert invoices.kind is RelationKind.PERMISSIONS
    assert invoices.operation == "iam:GetRolePolicy"
    relation(snapshot, TASK_ROLE, TABLE, "reads")  # its index is the same table
    logs = relation(snapshot, TASK_ROLE, LOG_GROUP, "writes")
    assert (logs.operation, logs.hard) == ("iam:GetPolicyVersion", False)
    assert len([r for r in snapshot.relations if r.source == TASK_ROLE]) == 3  # no wildcard


def test_a_key_is_found_by_its_alias(snapshot: Snapshot, made: dict[str, str]) -> None:
    relation(snapshot, made["secret"], made["key"], "encrypted with")
    keys = [each.id for each in snapshot.resources.values() if each.type == "AWS::KMS::Key"]
    assert keys == [made["key"]]


def test_the_agent_is_read_and_what_cannot_be_read_is_a_gap(
    snapshot: Snapshot, made: dict[str, str]
) -> None:
    agent = made["agent"]
    assert snapshot.resources[agent].facts["bedrock-agent:GetAgent"]["foundationModel"] == MODEL
    relation(snapshot, agent, FUNCTION, "invokes")
    relation(snapshot, agent, f"arn:aws:iam::{ACCOUNT}:role/agent", "acts as")
    gaps = {gap.action for gap in snapshot.gaps if gap.resource == agent}
    assert "bedrock-agent:ListAgentAliases" in gaps


def test_a_tagged_stack_is_judged(snapshot: Snapshot, made: dict[str, str]) -> None:
    assert snapshot.resources[made["stack"]].member
    assert verdict(snapshot, "cloudformation.stack_stuck", made["stack"]) is Verdict.PASS
    protected = verdict(snapshot, "cloudformation.termination_protection_off", made["stack"])
    assert protected is Verdict.FAIL


def test_alarms_watch_and_notify(snapshot: Snapshot) -> None:
    watches = relation(snapshot, arn("cloudwatch", "alarm:web-cpu"), SERVICE, "watches")
    assert watches.kind is RelationKind.OBSERVABILITY
    relation(snapshot, arn("cloudwatch", "alarm:web-cpu"), arn("sns", "on-call"), "notifies")


@pytest.mark.parametrize(
    ("check", "resource", "expected"),
    [
        ("cloudwatch.component_unalarmed", SERVICE, Verdict.PASS),
        ("cloudwatch.component_unalarmed", FUNCTION, Verdict.FAIL),  # its topic has no subscriber
        ("cloudwatch.component_unalarmed", TABLE, None),  # on demand
        ("cloudwatch.component_unalarmed", BUCKET, None),
        ("cloudwatch.alarm_target_dead", arn("cloudwatch", "alarm:orders-errors"), Verdict.FAIL),
        ("cloudwatch.alarm_target_dead", arn("cloudwatch", "alarm:web-cpu"), Verdict.PASS),
        ("ecs.service_single_task", SERVICE, Verdict.PASS),
        ("ecs.service_single_az", SERVICE, Verdict.FAIL),
        ("ecs.service_no_autoscaling", SERVICE, Verdict.FAIL),
        ("ecs.image_tag_mutable", SERVICE, Verdict.FAIL),
        ("ecs.task_secret_missing", SERVICE, Verdict.PASS),
        ("iam.role_missing", SERVICE, Verdict.FAIL),
        ("iam.role_shared_by_workloads", FUNCTION, Verdict.PASS),
        ("workload.single_region", None, Verdict.FAIL),
        ("workload.cross_region_dependency", None, Verdict.PASS),
        ("workload.untagged_dependency", None, Verdict.PASS),
    ],
)
def test_verdicts(
    snapshot: Snapshot, check: str, resource: str | None, expected: Verdict | None
) -> None:
    assert verdict(snapshot, check, resource) is expected


def test_verdicts_on_keys_secrets_and_agents(snapshot: Snapshot, made: dict[str, str]) -> None:
    assert verdict(snapshot, "kms.key_unusable", made["key"]) is Verdict.PASS
    assert verdict(snapshot, "kms.key_shared_widely", made["key"]) is Verdict.PASS
    assert verdict(snapshot, "secretsmanager.secret_not_replicated", made["secret"]) is Verdict.FAIL
    assert verdict(snapshot, "bedrock.model_single_region", made["agent"]) is Verdict.FAIL
    unseen = verdict(snapshot, "bedrock.agent_no_versioned_alias", made["agent"])
    assert unseen is Verdict.UNKNOWN


def test_alarms_that_could_not_be_listed_are_not_missing(snapshot: Snapshot) -> None:
    denied = Gap(
        service="cloudwatch",
        region=REGION,
        action="cloudwatch:DescribeAlarms",
        reason=GapReason.DENIED,
    )
    resources = {i: r for i, r in snapshot.resources.items() if "CloudWatch" not in r.type}
    blind = snapshot.model_copy(update={"gaps": [denied], "resources": resources})
    assert verdict(blind, "cloudwatch.component_unalarmed", SERVICE) is Verdict.UNKNOWN
    assert verdict(blind, "ecs.service_single_az", SERVICE) is Verdict.FAIL


@pytest.mark.parametrize(
    ("rule", "names"),
    [
        ('ALARM("web-cpu") OR ALARM(orders-errors)', ["web-cpu", "orders-errors"]),
        ("NOT (OK('a b') AND INSUFFICIENT_DATA( c ))", ["a b", "c"]),
        ("TRUE", []),
    ],
)
def test_a_composite_alarm_names_what_it_combines(rule: str, names: list[str]) -> None:
    references = COMPOSITE_ALARM.references
    assert references is not None
    assert [each.value for each in references({"AlarmRule": rule}, {})] == names


@pytest.mark.parametrize(
    ("namespace", "dimensions", "named"),
    [
        (
            "AWS/ApplicationELB",
            {"LoadBalancer": "app/web/1", "TargetGroup": "targetgroup/web/2"},
            {
                arn("elasticloadbalancing", "loadbalancer/app/web/1"),
                arn("elasticloadbalancing", "targetgroup/web/2"),
            },
        ),
        ("AWS/ECS", {"ClusterName": "shop"}, {arn("ecs", "cluster/shop")}),
        ("AWS/ElastiCache", {"CacheClusterId": "cart-001"}, {"cart-001", "cart"}),
        ("AWS/ApiGateway", {"ApiName": "web", "Stage": "live"}, {"web"}),
        (
            "AWS/Bedrock/Agents",
            {"AgentAliasArn": arn("bedrock", "agent-alias/AGENT1/ALIAS1")},
            {arn("bedrock", "agent/AGENT1")},
        ),
        ("Shop", {"FunctionName": "orders"}, set()),
    ],
)
def test_dimensions_name_resources(
    namespace: str, dimensions: dict[str, str], named: set[str]
) -> None:
    metric = {
        "Namespace": namespace,
        "Dimensions": [{"Name": name, "Value": value} for name, value in dimensions.items()],
    }
    alarm = {
        "AlarmArn": arn("cloudwatch", "alarm:x"),
        "Metrics": [{"MetricStat": {"Metric": metric}}],
    }
    assert ALARM.references is not None
    assert {each.value for each in ALARM.references(alarm, {})} == named
