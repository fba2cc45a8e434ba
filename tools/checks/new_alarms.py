"""Alarms that remedies set up on paper: AWS's recommended metric of each kind of component.

They look as CloudWatch would describe them and are related as its collector would relate them, so
whatever judges alarms judges these too.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from state.snapshot import RelationKind
from tools.checks.alarms import ALARM, COMPOSITE, READ, TOPIC, TOPIC_READ
from tools.checks.paper import Draft

_ON_CALL = "on-call"
_LOAD_BALANCER = "AWS::ElasticLoadBalancingV2::LoadBalancer"

Dimensions = Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Recommended:
    """What to watch; `settings` in the words of PutMetricAlarm."""

    namespace: str
    metric: str
    dimensions: Dimensions
    settings: Mapping[str, Any]


_AT_LEAST = "GreaterThanOrEqualToThreshold"
# Many services report failures only while there are some: silence is no failure, nor does it go on.
_SOME = {
    "Statistic": "Sum",
    "ComparisonOperator": _AT_LEAST,
    "Threshold": 1.0,
    "TreatMissingData": "notBreaching",
}
_ANY = {"Statistic": "Maximum", "ComparisonOperator": _AT_LEAST, "Threshold": 1.0}
# What is gone reports nothing: silence of a metric that is always there is the fault itself.
_BUSY_OR_GONE = {
    "Statistic": "Average",
    "ComparisonOperator": _AT_LEAST,
    "Threshold": 90.0,
    "TreatMissingData": "breaching",
}
_OLD = {"Statistic": "Maximum", "ComparisonOperator": _AT_LEAST, "Threshold": 900.0}  # seconds
_SLOW = {"ExtendedStatistic": "p99", "ComparisonOperator": _AT_LEAST}


def alarm_on_failure(component: Draft) -> None:
    """An alarm that fires when the component fails, and tells somebody."""
    _set_up(component, _FAILURE[component.type](component))


def alarm_on_latency(entry: Draft) -> None:
    """An alarm on the slowest requests at an entry point, which tells somebody."""
    _set_up(entry, _LATENCY[entry.type](entry))


def recommended_for(component: Draft) -> Recommended | None:
    """What shows that the component fails; None: nothing is recommended for its type."""
    return _FAILURE[component.type](component) if component.type in _FAILURE else None


def notify_somebody(alarm: Draft) -> None:
    """Let the alarm notify a topic to which somebody has confirmed a subscription."""
    topic = on_call_topic(alarm)
    actions = alarm.read(READ, "AlarmActions") or []
    arn = _arn_of(topic)
    if arn not in actions:
        actions = [*actions, arn]
    alarm.put(READ, AlarmActions=actions, ActionsEnabled=True)
    alarm.link(topic, "notifies", kind=RelationKind.OBSERVABILITY, hard=False)


def on_call_topic(near: Draft) -> Draft:
    """The Region's topic that alarms notify and somebody listens to; a new one if there is none.

    A topic that no alarm notifies carries the workload's own messages, whoever is subscribed.
    """
    paper = near.paper
    heard = (
        topic
        for each in sorted(paper.resources)
        if paper.resources[each].type == TOPIC and paper.resources[each].region == near.region
        if _is_heard(topic := paper.draft(each)) and topic.linked_from(ALARM, COMPOSITE)
    )
    known = next(heard, None)
    if known is not None:
        return known
    facts = {
        "TopicArn": paper.arn("sns", near.region, _ON_CALL),
        "SubscriptionsConfirmed": "1",
        "SubscriptionsPending": "0",
    }
    return near.add(TOPIC, _ON_CALL, {TOPIC_READ: facts}, member=False)


def subscribe(topic: Draft) -> None:
    """Have somebody subscribe to the topic and confirm."""
    confirmed = int(topic.read(TOPIC_READ, "SubscriptionsConfirmed") or 0)
    topic.put(TOPIC_READ, SubscriptionsConfirmed=str(confirmed + 1))


# -- parts ---------------------------------------------------------------------------------------


def _is_heard(topic: Draft) -> bool:
    return int(topic.read(TOPIC_READ, "SubscriptionsConfirmed") or 0) > 0


def _arn_of(topic: Draft) -> str:
    return str(topic.read(TOPIC_READ, "TopicArn") or topic.id)


def _set_up(component: Draft, wanted: Recommended) -> None:
    dimensions = [{"Name": n, "Value": v} for n, v in wanted.dimensions.items()]
    alarm = _alarm(component, component.name, wanted, dimensions)
    if alarm.read(READ, "Dimensions") != dimensions:  # of another component with this name
        alarm = _alarm(component, component.id.split(":", 5)[-1], wanted, dimensions)
    alarm.link(component, "watches", kind=RelationKind.OBSERVABILITY, hard=False)
    notify_somebody(alarm)


def _alarm(
    component: Draft, label: str, wanted: Recommended, dimensions: list[dict[str, str]]
) -> Draft:
    name = f"{label}-{wanted.metric}"
    return component.add(
        ALARM,
        name,
        {
            READ: {
                "AlarmName": name,
                "AlarmArn": component.paper.arn("cloudwatch", component.region, f"alarm:{name}"),
                "Namespace": wanted.namespace,
                "MetricName": wanted.metric,
                "Dimensions": dimensions,
                "Period": 60,
                "EvaluationPeriods": 3,
                "DatapointsToAlarm": 3,
                "TreatMissingData": "missing",
                "ActionsEnabled": True,
                "AlarmActions": [],
                "StateValue": "OK",
                **wanted.settings,
            }
        },
    )


def _simple(
    namespace: str, metric: str, dimension: str, settings: Mapping[str, Any], field: str
) -> Callable[[Draft], Recommended]:
    """An alarm with one dimension; `field` is `<call> <path>` of the name that it holds."""
    operation, _, path = field.partition(" ")

    def recommended(component: Draft) -> Recommended:
        value = str(component.read(operation, path) or component.name)
        return Recommended(
            namespace=namespace, metric=metric, dimensions={dimension: value}, settings=settings
        )

    return recommended


def _service(service: Draft) -> Recommended:
    cluster, name = service.read("ecs:DescribeServices", "[clusterArn, serviceName]")
    return Recommended(
        namespace="AWS/ECS",
        metric="CPUUtilization",
        dimensions={
            "ClusterName": str(cluster or "default").rpartition("/")[2],
            "ServiceName": str(name or service.name),
        },
        settings=_BUSY_OR_GONE,
    )


def _queue(queue: Draft) -> Recommended:
    arn = str(queue.read("sqs:GetQueueAttributes", "QueueArn") or queue.id)
    return Recommended(
        namespace="AWS/SQS",
        metric="ApproximateAgeOfOldestMessage",
        dimensions={"QueueName": arn.rpartition(":")[2]},
        settings=_OLD,
    )


def _cache_group(group: Draft) -> Recommended:
    """Metrics are its nodes'; that of the first shows the group's health as well as any."""
    nodes = group.read("elasticache:DescribeReplicationGroups", "MemberClusters") or ()
    return Recommended(
        namespace="AWS/ElastiCache",
        metric="CPUUtilization",
        dimensions={"CacheClusterId": nodes[0] if nodes else f"{group.name}-001"},
        settings=_BUSY_OR_GONE,
    )


_BALANCERS = {
    "application": ("AWS/ApplicationELB", "HTTPCode_ELB_5XX_Count"),
    "network": ("AWS/NetworkELB", "TCP_ELB_Reset_Count"),
    "gateway": ("AWS/GatewayELB", "UnHealthyHostCount"),
}


def _load_balancer(balancer: Draft, *, latency: bool = False) -> Recommended:
    kind = balancer.read("elbv2:DescribeLoadBalancers", "Type") or "application"
    namespace, metric = _BALANCERS[kind]
    return Recommended(
        namespace=namespace,
        metric="TargetResponseTime" if latency else metric,
        dimensions={"LoadBalancer": _balancer_name(balancer.read(*_BALANCER_ARN) or balancer.id)},
        settings={**_SLOW, "Threshold": 1.0} if latency else _SOME,
    )


_BALANCER_ARN = ("elbv2:DescribeLoadBalancers", "LoadBalancerArn")


def _balancer_name(arn: str) -> str:
    """As metrics call it: `app/web/50dc6c495c0c9188`."""
    return arn.rpartition(":loadbalancer/")[2]


_BY_PROTOCOL = {
    None: "AWS/ApplicationELB",  # its target is a function
    "HTTP": "AWS/ApplicationELB",
    "HTTPS": "AWS/ApplicationELB",
    "GENEVE": "AWS/GatewayELB",
}


def _target_group(group: Draft) -> Recommended:
    read = "elbv2:DescribeTargetGroups"
    balancers = group.read(read, "LoadBalancerArns")
    protocol = group.read(read, "Protocol")
    arn = str(group.read(read, "TargetGroupArn") or group.id)
    return Recommended(
        namespace=_BY_PROTOCOL.get(protocol, "AWS/NetworkELB"),
        metric="UnHealthyHostCount",
        dimensions={
            "TargetGroup": arn.rpartition(":")[2],
            **({"LoadBalancer": _balancer_name(balancers[0])} if balancers else {}),
        },
        settings=_ANY,
    )


def _http_api(api: Draft, *, latency: bool = False) -> Recommended:
    name, protocol = api.read("apigatewayv2:GetApis", "[ApiId, ProtocolType]") or (None, None)
    talks = protocol == "WEBSOCKET"
    failures = "ExecutionError" if talks else "5xx"
    slowness = "IntegrationLatency" if talks else "Latency"
    return Recommended(
        namespace="AWS/ApiGateway",
        metric=slowness if latency else failures,
        dimensions={"ApiId": str(name or api.name)},
        settings={**_SLOW, "Threshold": 1000.0} if latency else _SOME,  # milliseconds
    )


def _agent(agent: Draft) -> Recommended:
    """Its own errors are counted for all agents together; those of its model under its alias."""
    name = agent.read("bedrock-agent:GetAgent", "agentId") or agent.name
    model = agent.read("bedrock-agent:GetAgent", "foundationModel") or ""
    aliases = agent.read("bedrock-agent:ListAgentAliases", "[].agentAliasId") or ["TSTALIASID"]
    alias = agent.paper.arn("bedrock", agent.region, f"agent-alias/{name}/{aliases[0]}")
    return Recommended(
        namespace="AWS/Bedrock/Agents",
        metric="ModelInvocationServerErrors",
        dimensions={
            "Operation": "InvokeAgent",
            "AgentAliasArn": alias,
            "ModelId": model.rpartition("/")[2],
        },
        settings=_SOME,
    )


_REST_NAME = "apigateway:GetRestApis name"

_FAILURE: Mapping[str, Callable[[Draft], Recommended]] = {
    "AWS::Lambda::Function": _simple(
        "AWS/Lambda", "Errors", "FunctionName", _SOME, "lambda:ListFunctions FunctionName"
    ),
    "AWS::DynamoDB::Table": _simple(
        "AWS/DynamoDB",
        "WriteThrottleEvents",
        "TableName",
        _SOME,
        "dynamodb:DescribeTable TableName",
    ),
    "AWS::SQS::Queue": _queue,
    "AWS::EC2::Instance": _simple(
        "AWS/EC2", "StatusCheckFailed", "InstanceId", _ANY, "ec2:DescribeInstances InstanceId"
    ),
    "AWS::AutoScaling::AutoScalingGroup": _simple(
        "AWS/EC2",
        "StatusCheckFailed",
        "AutoScalingGroupName",
        _ANY,
        "autoscaling:DescribeAutoScalingGroups AutoScalingGroupName",
    ),
    "AWS::ECS::Service": _service,
    _LOAD_BALANCER: _load_balancer,
    "AWS::ElasticLoadBalancingV2::TargetGroup": _target_group,
    "AWS::ApiGateway::RestApi": _simple("AWS/ApiGateway", "5XXError", "ApiName", _SOME, _REST_NAME),
    "AWS::ApiGatewayV2::Api": _http_api,
    "AWS::RDS::DBInstance": _simple(
        "AWS/RDS",
        "CPUUtilization",
        "DBInstanceIdentifier",
        _BUSY_OR_GONE,
        "rds:DescribeDBInstances DBInstanceIdentifier",
    ),
    "AWS::RDS::DBCluster": _simple(
        "AWS/RDS",
        "CPUUtilization",
        "DBClusterIdentifier",
        _BUSY_OR_GONE,
        "rds:DescribeDBClusters DBClusterIdentifier",
    ),
    "AWS::ElastiCache::CacheCluster": _simple(
        "AWS/ElastiCache",
        "CPUUtilization",
        "CacheClusterId",
        _BUSY_OR_GONE,
        "elasticache:DescribeCacheClusters CacheClusterId",
    ),
    "AWS::ElastiCache::ReplicationGroup": _cache_group,
    "AWS::EFS::FileSystem": _simple(
        "AWS/EFS",
        "PercentIOLimit",
        "FileSystemId",
        {**_BUSY_OR_GONE, "TreatMissingData": "missing"},  # Max I/O has no limit to report
        "efs:DescribeFileSystems FileSystemId",
    ),
    "AWS::StepFunctions::StateMachine": _simple(
        "AWS/States",
        "ExecutionsFailed",
        "StateMachineArn",
        _SOME,
        "stepfunctions:DescribeStateMachine stateMachineArn",
    ),
    "AWS::Bedrock::Agent": _agent,
}
_LATENCY: Mapping[str, Callable[[Draft], Recommended]] = {
    _LOAD_BALANCER: partial(_load_balancer, latency=True),
    "AWS::ApiGateway::RestApi": _simple(
        "AWS/ApiGateway", "Latency", "ApiName", {**_SLOW, "Threshold": 1000.0}, _REST_NAME
    ),
    "AWS::ApiGatewayV2::Api": partial(_http_api, latency=True),
}
