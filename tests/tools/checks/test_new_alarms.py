"""Alarms set up on paper look as CloudWatch would describe them, and tell somebody."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from state.judgements import Verdict
from state.snapshot import Relation, RelationKind, Resource, Selector, Snapshot
from tools.aws.services.cloudwatch import ALARM as COLLECTED
from tools.checks import all_checks
from tools.checks.judging import workload_of
from tools.checks.new_alarms import alarm_on_failure, alarm_on_latency
from tools.checks.paper import Paper
from tools.checks.rules.cloudwatch import _COMPONENTS
from tools.checks.view import View

ARN = "arn:aws:{}:eu-west-1:123456789012:{}".format
ON_CALL = "arn:aws:sns:eu-west-1:123456789012:night-shift"

# Id of each kind of component, what CloudWatch's collector finds it by, and its facts.
KNOWN: Mapping[str, tuple[str, str | None, dict[str, Any]]] = {
    "AWS::Lambda::Function": (
        ARN("lambda", "function:orders"),
        None,
        {"lambda:ListFunctions": {"FunctionName": "orders"}},
    ),
    "AWS::DynamoDB::Table": (
        ARN("dynamodb", "table/orders"),
        None,
        {"dynamodb:DescribeTable": {"TableName": "orders"}},
    ),
    "AWS::SQS::Queue": (
        ARN("sqs", "orders"),
        None,
        {"sqs:GetQueueAttributes": {"QueueArn": ARN("sqs", "orders")}},
    ),
    "AWS::EC2::Instance": (
        ARN("ec2", "instance/i-1"),
        "i-1",
        {"ec2:DescribeInstances": {"InstanceId": "i-1"}},
    ),
    "AWS::AutoScaling::AutoScalingGroup": (
        ARN("autoscaling", "autoScalingGroup:u:autoScalingGroupName/web"),
        "web",
        {"autoscaling:DescribeAutoScalingGroups": {"AutoScalingGroupName": "web"}},
    ),
    "AWS::ECS::Service": (
        ARN("ecs", "service/shop/web"),
        None,
        {"ecs:DescribeServices": {"clusterArn": ARN("ecs", "cluster/shop"), "serviceName": "web"}},
    ),
    "AWS::ElasticLoadBalancingV2::LoadBalancer": (
        ARN("elasticloadbalancing", "loadbalancer/app/web/1"),
        None,
        {"elbv2:DescribeLoadBalancers": {"Type": "application"}},
    ),
    "AWS::ElasticLoadBalancingV2::TargetGroup": (
        ARN("elasticloadbalancing", "targetgroup/web/1"),
        None,
        {"elbv2:DescribeTargetGroups": {"Protocol": "HTTP"}},
    ),
    "AWS::ApiGateway::RestApi": (
        "arn:aws:apigateway:eu-west-1::/restapis/a1",
        "orders",
        {"apigateway:GetRestApis": {"id": "a1", "name": "orders"}},
    ),
    "AWS::ApiGatewayV2::Api": (
        "arn:aws:apigateway:eu-west-1::/apis/a2",
        "a2",
        {"apigatewayv2:GetApis": {"ApiId": "a2", "ProtocolType": "HTTP"}},
    ),
    "AWS::RDS::DBInstance": (
        ARN("rds", "db:orders"),
        None,
        {"rds:DescribeDBInstances": {"DBInstanceIdentifier": "orders"}},
    ),
    "AWS::RDS::DBCluster": (
        ARN("rds", "cluster:orders"),
        None,
        {"rds:DescribeDBClusters": {"DBClusterIdentifier": "orders"}},
    ),
    "AWS::ElastiCache::CacheCluster": (
        ARN("elasticache", "cluster:hot"),
        "hot",
        {"elasticache:DescribeCacheClusters": {"CacheClusterId": "hot"}},
    ),
    "AWS::ElastiCache::ReplicationGroup": (
        ARN("elasticache", "replicationgroup:hot"),
        "hot",
        {"elasticache:DescribeReplicationGroups": {"MemberClusters": ["hot-001", "hot-002"]}},
    ),
    "AWS::EFS::FileSystem": (
        ARN("elasticfilesystem", "file-system/fs-1"),
        "fs-1",
        {"efs:DescribeFileSystems": {"FileSystemId": "fs-1"}},
    ),
    "AWS::StepFunctions::StateMachine": (
        ARN("states", "stateMachine:orders"),
        None,
        {
            "stepfunctions:DescribeStateMachine": {
                "stateMachineArn": ARN("states", "stateMachine:orders")
            }
        },
    ),
    "AWS::Bedrock::Agent": (
        ARN("bedrock", "agent/AGENT1"),
        None,
        {
            "bedrock-agent:GetAgent": {"agentId": "AGENT1"},
            "bedrock-agent:ListAgentAliases": [{"agentAliasId": "LIVE"}],
        },
    ),
}
ENTRIES = (
    "AWS::ElasticLoadBalancingV2::LoadBalancer",
    "AWS::ApiGateway::RestApi",
    "AWS::ApiGatewayV2::Api",
)


def component(kind: str, **facts: Any) -> Resource:
    identity, _, known = KNOWN[kind]
    read = next(iter(known))
    merged = {**known, read: {**known[read], **facts}}
    return Resource(
        id=identity, type=kind, name="orders", region="eu-west-1", member=True, facts=merged
    )


def account(*resources: Resource, relations: tuple[Relation, ...] = ()) -> Snapshot:
    return Snapshot(
        selector=Selector(tags={"workload": "orders"}),
        account="123456789012",
        regions=["eu-west-1"],
        taken_at=datetime(2026, 6, 1, tzinfo=UTC),
        resources={each.id: each for each in resources},
        relations=list(relations),
        gaps=[],
        calls={},
    )


def the(kind: str, snapshot: Snapshot) -> Resource:
    [found] = [each for each in snapshot.resources.values() if each.type == kind]
    return found


def found_by_cloudwatch(alarm: Resource) -> set[tuple[str | None, str]]:
    """Types and names of what CloudWatch's collector would say that the alarm watches."""
    fact = alarm.facts["cloudwatch:DescribeAlarms"]
    assert COLLECTED.references
    return {(each.to, each.value) for each in COLLECTED.references(fact, {})}


def test_each_component_has_one() -> None:
    assert set(KNOWN) == set(_COMPONENTS)


@pytest.mark.parametrize("kind", KNOWN)
def test_the_collector_would_relate_it_and_it_reaches_somebody(kind: str) -> None:
    resource = component(kind)
    paper = Paper(account(resource))
    alarm_on_failure(paper.draft(resource.id))
    after = paper.snapshot()

    alarm = the("AWS::CloudWatch::Alarm", after)
    assert (kind, KNOWN[kind][1] or resource.id) in found_by_cloudwatch(alarm)
    outcome = all_checks()["cloudwatch.component_unalarmed"].judge(
        View(after.resources[resource.id], workload_of(after))
    )
    assert outcome.verdict is Verdict.PASS
    aged = 900.0 if kind == "AWS::SQS::Queue" else 0.0  # a message has to become that old before
    assert outcome.units == {"alarm_evaluation": aged + 180.0}  # three minutes, one after another


@pytest.mark.parametrize(
    ("kind", "facts"),
    [
        ("AWS::ElasticLoadBalancingV2::LoadBalancer", {"Type": "network"}),
        ("AWS::ElasticLoadBalancingV2::LoadBalancer", {"Type": "gateway"}),
        ("AWS::ElasticLoadBalancingV2::TargetGroup", {"Protocol": "TCP"}),
        ("AWS::ElasticLoadBalancingV2::TargetGroup", {"Protocol": "GENEVE"}),
        ("AWS::ApiGatewayV2::Api", {"ProtocolType": "WEBSOCKET"}),
    ],
)
def test_other_kinds_report_other_metrics(kind: str, facts: dict[str, Any]) -> None:
    resource = component(kind, **facts)
    paper = Paper(account(resource))
    alarm_on_failure(paper.draft(resource.id))
    alarm = the("AWS::CloudWatch::Alarm", paper.snapshot())
    assert found_by_cloudwatch(alarm)


@pytest.mark.parametrize("kind", ENTRIES)
def test_an_alarm_on_latency_is_related_too(kind: str) -> None:
    resource = component(kind)
    paper = Paper(account(resource))
    alarm_on_latency(paper.draft(resource.id))
    after = paper.snapshot()
    assert (kind, KNOWN[kind][1] or resource.id) in found_by_cloudwatch(
        the("AWS::CloudWatch::Alarm", after)
    )
    outcome = all_checks()["cloudwatch.latency_unwatched"].judge(
        View(after.resources[resource.id], workload_of(after))
    )
    assert outcome.verdict is Verdict.PASS


def _topic(arn: str, confirmed: str) -> Resource:
    return Resource(
        id=arn,
        type="AWS::SNS::Topic",
        name=arn.rpartition(":")[2],
        region="eu-west-1",
        member=True,
        facts={"sns:GetTopicAttributes": {"TopicArn": arn, "SubscriptionsConfirmed": confirmed}},
    )


def test_the_topic_that_alarms_use_already_is_used_again() -> None:
    """Not the one with the workload's own messages, whoever listens to that."""
    orders = _topic(ARN("sns", "a-orders"), "2")
    on_call = _topic(ON_CALL, "1")
    other = Resource(
        id="alarm", type="AWS::CloudWatch::Alarm", name="a", region="eu-west-1", member=True
    )
    told = Relation(
        source="alarm", target=ON_CALL, kind=RelationKind.OBSERVABILITY, label="notifies"
    )
    function = component("AWS::Lambda::Function")
    paper = Paper(account(orders, on_call, other, function, relations=(told,)))
    alarm_on_failure(paper.draft(function.id))
    [alarm] = paper.draft(function.id).linked_from("AWS::CloudWatch::Alarm", label="watches")
    assert alarm.read("cloudwatch:DescribeAlarms", "AlarmActions") == [ON_CALL]
    assert [topic.id for topic in alarm.linked("AWS::SNS::Topic")] == [ON_CALL]


def test_components_of_the_same_name_in_two_regions_get_an_alarm_each() -> None:
    here = component("AWS::Lambda::Function")
    there = here.model_copy(update={"id": f"{here.id}-there", "region": "eu-central-1"})
    paper = Paper(account(here, there))
    for each in (here, there):
        alarm_on_failure(paper.draft(each.id))
    alarms = [r for r in paper.resources.values() if r.type == "AWS::CloudWatch::Alarm"]
    assert sorted(alarm.region for alarm in alarms) == ["eu-central-1", "eu-west-1"]


def test_two_of_one_name_have_an_alarm_each() -> None:
    """Servers are called after their tag: the second alarm must not take the first one's place."""
    first = component("AWS::EC2::Instance")
    other = first.model_copy(
        update={
            "id": ARN("ec2", "instance/i-2"),
            "facts": {"ec2:DescribeInstances": {"InstanceId": "i-2"}},
        }
    )
    paper = Paper(account(first, other))
    for each in (first, other):
        alarm_on_failure(paper.draft(each.id))
    after = paper.snapshot()
    alarms = [r for r in after.resources.values() if r.type == "AWS::CloudWatch::Alarm"]
    watched = {value for alarm in alarms for _, value in found_by_cloudwatch(alarm)}
    assert {"i-1", "i-2"} <= watched
    assert len({alarm.name for alarm in alarms}) == 2
