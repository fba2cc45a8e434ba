"""CloudWatch alarms: what each watches, found by its dimensions, and whom it notifies."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from state.snapshot import RelationKind
from tools.aws.declarations import Call, Collector, Find, Item, Link, Reference


class _Watched(NamedTuple):
    type: str
    name: str = "{value}"  # what the resource is called: an ARN after its partition, or a plain id


_GROUP = _Watched("AWS::AutoScaling::AutoScalingGroup")
_INSTANCE = _Watched("AWS::EC2::Instance")
_TARGETS = _Watched(
    "AWS::ElasticLoadBalancingV2::TargetGroup", "elasticloadbalancing:{region}:{account}:{value}"
)
_BALANCER = _Watched(
    "AWS::ElasticLoadBalancingV2::LoadBalancer",
    "elasticloadbalancing:{region}:{account}:loadbalancer/{value}",
)
_FUNCTION = _Watched("AWS::Lambda::Function", "lambda:{region}:{account}:function:{value}")
_ECS_CLUSTER = _Watched("AWS::ECS::Cluster", "ecs:{region}:{account}:cluster/{value}")

_CACHE_NODE = "AWS::ElastiCache::CacheCluster"
_CACHE_GROUP = "AWS::ElastiCache::ReplicationGroup"
_NODE_OF_A_GROUP = re.compile(r"(-\d{4})?-\d{3}$")

# The one dimension that names the resource, by namespace. Others (Stage, Operation) only narrow it.
_BY_DIMENSION: Mapping[tuple[str, str], _Watched] = {
    ("AWS/ApiGateway", "ApiId"): _Watched("AWS::ApiGatewayV2::Api"),
    ("AWS/ApiGateway", "ApiName"): _Watched("AWS::ApiGateway::RestApi"),
    ("AWS/ApplicationELB", "LoadBalancer"): _BALANCER,
    ("AWS/ApplicationELB", "TargetGroup"): _TARGETS,
    ("AWS/AutoScaling", "AutoScalingGroupName"): _GROUP,
    ("AWS/CertificateManager", "CertificateArn"): _Watched("AWS::CertificateManager::Certificate"),
    ("AWS/CloudFront", "DistributionId"): _Watched("AWS::CloudFront::Distribution"),
    ("AWS/DynamoDB", "TableName"): _Watched(
        "AWS::DynamoDB::Table", "dynamodb:{region}:{account}:table/{value}"
    ),
    ("AWS/EBS", "VolumeId"): _Watched("AWS::EC2::Volume"),
    ("AWS/EC2", "AutoScalingGroupName"): _GROUP,
    ("AWS/EC2", "InstanceId"): _INSTANCE,
    ("AWS/EFS", "FileSystemId"): _Watched("AWS::EFS::FileSystem"),
    ("AWS/ELB", "LoadBalancerName"): _Watched("AWS::ElasticLoadBalancing::LoadBalancer"),
    ("AWS/ES", "DomainName"): _Watched("AWS::OpenSearchService::Domain"),
    ("AWS/ElastiCache", "clusterId"): _Watched("AWS::ElastiCache::ServerlessCache"),
    ("AWS/ElastiCache", "ReplicationGroupId"): _Watched(_CACHE_GROUP),
    ("AWS/Events", "RuleName"): _Watched("AWS::Events::Rule"),
    ("AWS/Firehose", "DeliveryStreamName"): _Watched("AWS::KinesisFirehose::DeliveryStream"),
    ("AWS/GatewayELB", "LoadBalancer"): _BALANCER,
    ("AWS/GatewayELB", "TargetGroup"): _TARGETS,
    ("AWS/Kinesis", "StreamName"): _Watched(
        "AWS::Kinesis::Stream", "kinesis:{region}:{account}:stream/{value}"
    ),
    ("AWS/Lambda", "FunctionName"): _FUNCTION,
    ("AWS/NATGateway", "NatGatewayId"): _Watched("AWS::EC2::NatGateway"),
    ("AWS/NetworkELB", "LoadBalancer"): _BALANCER,
    ("AWS/NetworkELB", "TargetGroup"): _TARGETS,
    ("AWS/RDS", "DBClusterIdentifier"): _Watched(
        "AWS::RDS::DBCluster", "rds:{region}:{account}:cluster:{value}"
    ),
    ("AWS/RDS", "DBInstanceIdentifier"): _Watched(
        "AWS::RDS::DBInstance", "rds:{region}:{account}:db:{value}"
    ),
    ("AWS/Redshift", "ClusterIdentifier"): _Watched("AWS::Redshift::Cluster"),
    ("AWS/Route53", "HealthCheckId"): _Watched("AWS::Route53::HealthCheck"),
    ("AWS/S3", "BucketName"): _Watched("AWS::S3::Bucket"),
    ("AWS/SNS", "TopicName"): _Watched("AWS::SNS::Topic", "sns:{region}:{account}:{value}"),
    ("AWS/SQS", "QueueName"): _Watched("AWS::SQS::Queue", "sqs:{region}:{account}:{value}"),
    ("AWS/States", "StateMachineArn"): _Watched("AWS::StepFunctions::StateMachine"),
    ("CWAgent", "AutoScalingGroupName"): _GROUP,
    ("CWAgent", "InstanceId"): _INSTANCE,
    ("LambdaInsights", "function_name"): _FUNCTION,
}
_ECS = ("AWS/ECS", "ECS/ContainerInsights")
_AGENT = "AWS::Bedrock::Agent"

WATCHED_TYPES = tuple(
    sorted(
        {watched.type for watched in _BY_DIMENSION.values()}
        | {"AWS::ECS::Service", "AWS::ECS::Cluster", _AGENT, _CACHE_NODE}
    )
)
_IN_RULE = re.compile(
    r"\b(?:ALARM|OK|INSUFFICIENT_DATA)\s*\(\s*[\"']?(?P<alarm>[^\"')]+?)[\"']?\s*\)"
)


def _watches(item: Item, answers: Mapping[str, Any]) -> Iterator[Reference]:
    """What the alarm's metric, or each metric of its expression, is a metric of."""
    if answers:
        return
    yield from _metric(item, item, "Dimensions[].Value")
    for query in item.get("Metrics") or ():
        metric = (query.get("MetricStat") or {}).get("Metric") or {}
        yield from _metric(item, metric, "Metrics[].MetricStat.Metric.Dimensions[].Value")


def _metric(alarm: Item, metric: Item, path: str) -> Iterator[Reference]:
    namespace = metric.get("Namespace") or ""
    dimensions = {d["Name"]: d["Value"] for d in metric.get("Dimensions") or ()}
    for kind, value, guess in _resources(alarm["AlarmArn"], namespace, dimensions):
        yield Reference(
            value=value,
            to=kind,
            kind=RelationKind.OBSERVABILITY,
            label="watches",
            hard=False,
            guess=guess,
            attach=True,
            operation="cloudwatch:DescribeAlarms",
            path=path,
        )


def _resources(
    alarm_arn: str, namespace: str, dimensions: Mapping[str, str]
) -> Iterator[tuple[str, str, bool]]:
    """Type and name of what the dimensions name, and whether that is a guess."""
    _, partition, _, region, account, *_ = alarm_arn.split(":")

    def named(watched: _Watched, value: str) -> str:
        text = watched.name.format(region=region, account=account, value=value)
        return text if watched.name == "{value}" else f"arn:{partition}:{text}"

    for dimension, value in dimensions.items():
        if watched := _BY_DIMENSION.get((namespace, dimension)):
            yield watched.type, named(watched, value), False
    if namespace in _ECS and (cluster := dimensions.get("ClusterName")):
        if service := dimensions.get("ServiceName"):
            service_arn = f"arn:{partition}:ecs:{region}:{account}:service/{cluster}/{service}"
            yield "AWS::ECS::Service", service_arn, False
        else:
            yield "AWS::ECS::Cluster", named(_ECS_CLUSTER, cluster), False
    if namespace == "AWS/ElastiCache" and (node := dimensions.get("CacheClusterId")):
        yield _CACHE_NODE, node, True
        yield _CACHE_GROUP, _NODE_OF_A_GROUP.sub("", node), True  # nodes are called after it
    if namespace.startswith("AWS/Bedrock") and (alias := dimensions.get("AgentAliasArn")):
        agent = alias.partition(":agent-alias/")[2].partition("/")[0]
        yield _AGENT, f"arn:{partition}:bedrock:{region}:{account}:agent/{agent}", False


def _combines(item: Item, answers: Mapping[str, Any]) -> Iterator[Reference]:
    if answers:
        return
    for name in _IN_RULE.findall(item.get("AlarmRule") or ""):
        yield Reference(
            value=name,
            to="AWS::CloudWatch::Alarm",
            kind=RelationKind.OBSERVABILITY,
            label="combines",
            hard=False,
            guess=True,  # it may be a composite alarm as well
            attach=True,
            operation="cloudwatch:DescribeAlarms",
            path="AlarmRule",
        )


_NOTIFIES = Link(
    path="AlarmActions[?contains(@, ':sns:')]",
    to="AWS::SNS::Topic",
    kind=RelationKind.OBSERVABILITY,
    label="notifies",
    hard=False,
)

ALARM = Collector(
    type="AWS::CloudWatch::Alarm",
    read=Call(
        operation="cloudwatch:DescribeAlarms",
        items="MetricAlarms[]",
        arguments={"AlarmTypes": ["MetricAlarm"]},
        page_size=100,
    ),
    id="AlarmName",
    arn="arn:{partition}:cloudwatch:{region}:{account}:alarm:{id}",
    find=Find.ATTACHED,
    attached_are_members=True,
    attaches_to=WATCHED_TYPES,
    links=(_NOTIFIES,),
    references=_watches,
)

COMPOSITE_ALARM = Collector(
    type="AWS::CloudWatch::CompositeAlarm",
    read=Call(
        operation="cloudwatch:DescribeAlarms",
        items="CompositeAlarms[]",
        arguments={"AlarmTypes": ["CompositeAlarm"]},
        page_size=100,
    ),
    id="AlarmName",
    # A composite alarm's ARN looks like a metric alarm's: the tag index cannot tell them apart.
    arn="arn:{partition}:cloudwatch:{region}:{account}:alarm:*",
    arn_path="AlarmArn",
    arn_pattern=r"(?!)(?P<id>)",
    find=Find.ATTACHED,
    attached_are_members=True,
    attaches_to=("AWS::CloudWatch::Alarm",),
    links=(_NOTIFIES,),
    references=_combines,
)

COLLECTORS = (ALARM, COMPOSITE_ALARM)
