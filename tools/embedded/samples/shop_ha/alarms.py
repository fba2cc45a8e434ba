"""The well-built shop's alarms: one at least for everything that can break, told to people."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tools.embedded.network import Network
from tools.embedded.samples import Clients
from tools.embedded.samples.shop_ha.events import STAGE, Events
from tools.embedded.samples.shop_ha.naming import NAME, TAGS
from tools.embedded.samples.shop_ha.queues import MAILS_FAILED, ORDERS, ORDERS_FAILED
from tools.embedded.samples.shop_ha.stores import CACHE, DATABASE, TABLE
from tools.embedded.samples.shop_ha.web import GROUP, SERVICE, Web
from tools.embedded.tags import pairs

GIBIBYTE = 1024**3
LONGEST = {"shop-ha-orders": 45_000, "shop-ha-api": 10_000, "shop-ha-mails": 45_000}  # ms


@dataclass(frozen=True)
class Watch:
    """A subject's metric and the value it must not cross."""

    subject: str
    metric: str  # namespace and name: AWS/RDS CPUUtilization
    dimensions: dict[str, str]
    crosses: str  # "> 80" or "< 3"
    statistic: str = "Sum"  # or a percentile: p99


def build_alarms(client: Clients, network: Network, web: Web, events: Events) -> None:
    """Put every alarm, each telling the topic; the metrics arrive, so the alarms' state is OK."""
    cloudwatch = client("cloudwatch")
    for watched in (
        *_balancer(web),
        *_servers(network, web),
        *_tasks(),
        *_stores(),
        *_functions(),
        *_events(events),
    ):
        name = f"{watched.subject}-{watched.metric.split()[1]}"
        cloudwatch.put_metric_alarm(AlarmName=name, **_settings(watched, events.topic))
        cloudwatch.set_alarm_state(
            AlarmName=name, StateValue="OK", StateReason="Threshold not crossed"
        )


def _settings(watched: Watch, topic: str) -> dict[str, Any]:
    namespace, metric = watched.metric.split()
    comparison, threshold = watched.crosses.split()
    statistic = "ExtendedStatistic" if watched.statistic.startswith("p") else "Statistic"
    return {
        "Namespace": namespace,
        "MetricName": metric,
        "Dimensions": [
            {"Name": name, "Value": value} for name, value in watched.dimensions.items()
        ],
        statistic: watched.statistic,
        "Period": 60,
        "EvaluationPeriods": 3,
        "DatapointsToAlarm": 3,
        "ComparisonOperator": {">": "GreaterThanThreshold", "<": "LessThanThreshold"}[comparison],
        "Threshold": float(threshold),
        "TreatMissingData": "notBreaching" if comparison == ">" else "breaching",
        "ActionsEnabled": True,
        "AlarmActions": [topic],
        "OKActions": [topic],
        "Tags": pairs(TAGS),
    }


def _balancer(web: Web) -> Iterator[Watch]:
    balancer = {"LoadBalancer": web.balancer.partition("loadbalancer/")[2]}
    targets = {"TargetGroup": web.targets.rsplit(":", 1)[-1], **balancer}
    elb = "AWS/ApplicationELB"
    yield Watch("shop-ha-web", f"{elb} HTTPCode_ELB_5XX_Count", balancer, "> 10")
    yield Watch("shop-ha-web", f"{elb} HTTPCode_Target_5XX_Count", targets, "> 10")
    yield Watch("shop-ha-web", f"{elb} TargetResponseTime", balancer, "> 1", "p99")
    yield Watch("shop-ha-web", f"{elb} UnHealthyHostCount", targets, "> 0", "Maximum")
    certificate = {"CertificateArn": web.certificate}
    days = "AWS/CertificateManager DaysToExpiry"
    yield Watch("shop-ha-certificate", days, certificate, "< 30", "Minimum")


def _servers(network: Network, web: Web) -> Iterator[Watch]:
    group = {"AutoScalingGroupName": GROUP}
    yield Watch(GROUP, "AWS/AutoScaling GroupInServiceInstances", group, "< 3", "Minimum")
    yield Watch(GROUP, "AWS/EC2 CPUUtilization", group, "> 80", "Average")
    for number, gateway in enumerate(network.nat_gateways, start=1):
        subject, dimension = f"shop-ha-nat-{number}", {"NatGatewayId": gateway}
        yield Watch(subject, "AWS/NATGateway ErrorPortAllocation", dimension, "> 0")


def _tasks() -> Iterator[Watch]:
    service = {"ClusterName": NAME, "ServiceName": SERVICE}
    yield Watch(SERVICE, "AWS/ECS CPUUtilization", service, "> 80", "Average")
    yield Watch(SERVICE, "AWS/ECS MemoryUtilization", service, "> 80", "Average")
    yield Watch(SERVICE, "ECS/ContainerInsights RunningTaskCount", service, "< 3", "Minimum")


def _stores() -> Iterator[Watch]:
    database = {"DBInstanceIdentifier": DATABASE}
    yield Watch(DATABASE, "AWS/RDS CPUUtilization", database, "> 80", "Average")
    yield Watch(DATABASE, "AWS/RDS DatabaseConnections", database, "> 700", "Maximum")
    yield Watch(DATABASE, "AWS/RDS FreeStorageSpace", database, f"< {20 * GIBIBYTE}", "Minimum")
    yield Watch(DATABASE, "AWS/RDS FreeableMemory", database, f"< {GIBIBYTE}", "Minimum")
    yield Watch(DATABASE, "AWS/RDS ReadLatency", database, "> 0.02", "p99")
    yield Watch(DATABASE, "AWS/RDS WriteLatency", database, "> 0.02", "p99")
    for node in (f"{CACHE}-{number:03}" for number in (1, 2, 3)):
        for metric in ("EngineCPUUtilization", "DatabaseMemoryUsagePercentage"):
            dimension = {"CacheClusterId": node}
            yield Watch(node, f"AWS/ElastiCache {metric}", dimension, "> 80", "Average")
    for metric in ("ReadThrottleEvents", "WriteThrottleEvents"):
        yield Watch(TABLE, f"AWS/DynamoDB {metric}", {"TableName": TABLE}, "> 0")


def _functions() -> Iterator[Watch]:
    for name, longest in LONGEST.items():
        function = {"FunctionName": name}
        yield Watch(name, "AWS/Lambda Errors", function, "> 0")
        yield Watch(name, "AWS/Lambda Throttles", function, "> 0")
        yield Watch(name, "AWS/Lambda Duration", function, f"> {longest}", "p99")


def _events(events: Events) -> Iterator[Watch]:
    age, waiting = "ApproximateAgeOfOldestMessage", "ApproximateNumberOfMessagesVisible"
    yield Watch(ORDERS, f"AWS/SQS {age}", {"QueueName": ORDERS}, "> 600", "Maximum")
    for queue in (ORDERS_FAILED, MAILS_FAILED):
        yield Watch(queue, f"AWS/SQS {waiting}", {"QueueName": queue}, "> 0", "Maximum")
    topic = events.topic.rsplit(":", 1)[-1]
    yield Watch(topic, "AWS/SNS NumberOfNotificationsFailed", {"TopicName": topic}, "> 0")
    rule = {"RuleName": "shop-ha-mails"}
    yield Watch("shop-ha-mails", "AWS/Events FailedInvocations", rule, "> 0")
    machine = {"StateMachineArn": events.state_machine}
    yield Watch("shop-ha-checkout", "AWS/States ExecutionsFailed", machine, "> 0")
    yield Watch("shop-ha-checkout", "AWS/States ExecutionsTimedOut", machine, "> 0")
    api = {"ApiName": NAME, "Stage": STAGE}
    yield Watch("shop-ha-prod", "AWS/ApiGateway 5XXError", api, "> 5")
    yield Watch("shop-ha-prod", "AWS/ApiGateway Latency", api, "> 5000", "p99")
