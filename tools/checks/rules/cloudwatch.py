"""Alarms: whether each component has one that reaches somebody, and what is wrong with them."""

from collections.abc import Iterable
from typing import Any

from state.categories import excessive_latency
from state.categories.excessive_latency import SLOW_DEPENDENCY, VISIBLE
from state.categories.single_point_of_failure import EACH_COMPONENT_FAILS
from state.judgements import Cost, Effort, Layer, Phase
from tools.checks import NOT_APPLICABLE, Effect, Example, Outcome, Remedy, check, failed, passed
from tools.checks.alarms import (
    ALARM,
    COMPOSITE,
    READ,
    TOPIC,
    TOPIC_READ,
    metrics_of,
    soonest,
    watching,
)
from tools.checks.metrics import is_latency
from tools.checks.neighbours import identify
from tools.checks.new_alarms import alarm_on_failure, alarm_on_latency
from tools.checks.rules.lambda_ import HELPER, serves_deployments_only
from tools.checks.view import View

FUNCTION = "AWS::Lambda::Function"
TABLE = "AWS::DynamoDB::Table"
QUEUE = "AWS::SQS::Queue"
INSTANCE = "AWS::EC2::Instance"
GROUP = "AWS::AutoScaling::AutoScalingGroup"
SERVICE = "AWS::ECS::Service"
LOAD_BALANCER = "AWS::ElasticLoadBalancingV2::LoadBalancer"
TARGET_GROUP = "AWS::ElasticLoadBalancingV2::TargetGroup"
REST_API = "AWS::ApiGateway::RestApi"
HTTP_API = "AWS::ApiGatewayV2::Api"
DB_INSTANCE = "AWS::RDS::DBInstance"
DB_CLUSTER = "AWS::RDS::DBCluster"
CACHE = "AWS::ElastiCache::CacheCluster"
CACHE_GROUP = "AWS::ElastiCache::ReplicationGroup"
FILE_SYSTEM = "AWS::EFS::FileSystem"
STATE_MACHINE = "AWS::StepFunctions::StateMachine"
AGENT = "AWS::Bedrock::Agent"
MAPPING = "AWS::Lambda::EventSourceMapping"

USER_GUIDE = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring"

# What fails visibly by itself, with metrics that AWS reports without being asked.
_COMPONENTS = (
    FUNCTION,
    TABLE,
    QUEUE,
    INSTANCE,
    GROUP,
    SERVICE,
    LOAD_BALANCER,
    TARGET_GROUP,
    REST_API,
    HTTP_API,
    DB_INSTANCE,
    DB_CLUSTER,
    CACHE,
    CACHE_GROUP,
    FILE_SYSTEM,
    STATE_MACHINE,
    AGENT,
)
# Its outage shows at those that use it: an alarm of its own counts, but none is no finding.
_SHOWN_BY_USERS = (
    "AWS::CertificateManager::Certificate",
    "AWS::EC2::NatGateway",
    "AWS::EC2::Volume",
    "AWS::ECS::Cluster",
    "AWS::Events::Rule",
    "AWS::IAM::Role",
    "AWS::KMS::Key",
    MAPPING,
    "AWS::S3::Bucket",
    "AWS::SNS::Topic",
    "AWS::SecretsManager::Secret",
)
# The same fault shows in these as well: an alarm on one of them watches the component too.
_SHOWS_IN = {
    "AWS::EC2::Volume": (INSTANCE,),
    "AWS::ECS::Cluster": (SERVICE,),
    CACHE: (CACHE_GROUP,),
    CACHE_GROUP: (CACHE,),
    DB_CLUSTER: (DB_INSTANCE,),
    DB_INSTANCE: (DB_CLUSTER,),
    GROUP: (TARGET_GROUP, INSTANCE),
    INSTANCE: (GROUP, TARGET_GROUP),
    LOAD_BALANCER: (TARGET_GROUP,),
    MAPPING: (FUNCTION, QUEUE),
    SERVICE: (TARGET_GROUP,),
    TARGET_GROUP: (LOAD_BALANCER,),
}


def alarm_with(
    *, topic: Example | None = None, label: str = "watches", **fields: object
) -> Example:
    """An example: an alarm that would fire and notifies the topic."""
    facts = {
        "AlarmName": "orders",
        "Namespace": "AWS/RDS",
        "MetricName": "CPUUtilization",
        "Period": 60,
        "EvaluationPeriods": 3,
        "ActionsEnabled": True,
        "AlarmActions": ["arn:aws:sns:eu-west-1:123456789012:on-call"],
        "StateValue": "OK",
    }
    linked = [topic] if topic else []
    return Example(type=ALARM, facts={READ: {**facts, **fields}}, linked=linked, label=label)


def topic_with(confirmed: int, **more: Any) -> Example:
    """An example: a topic with that many confirmed subscriptions."""
    facts = {TOPIC_READ: {"SubscriptionsConfirmed": str(confirmed)}}
    return Example(type=TOPIC, facts=facts, label="notifies", **more)


def _database(*alarms: Example, **more: Any) -> Example:
    facts = {"rds:DescribeDBInstances": {"DBInstanceIdentifier": "orders"}}
    return Example(type=DB_INSTANCE, facts=facts, linked_from=alarms, **more)


HEARD = alarm_with(topic=topic_with(1))
_UNHEARD = alarm_with(topic=topic_with(0))
SCALES = alarm_with(AlarmActions=["arn:aws:autoscaling:eu-west-1:123456789012:scalingPolicy:1"])


def _related(component: View) -> list[View]:
    types = _SHOWS_IN.get(component.type, ())
    return [*component.linked(*types), *component.linked_from(*types)] if types else []


def _needs_an_alarm(component: View) -> bool:
    """Whether nothing else shows its faults.

    Tables on demand, queues that nobody polls and a group's instances are noticed elsewhere, a
    helper of deployments in the deployment.
    """
    if component.type == FUNCTION:
        return not serves_deployments_only(component)
    if component.type == TABLE:
        return component.read("dynamodb:DescribeTable", "BillingModeSummary.BillingMode") in (
            None,
            "PROVISIONED",
        )
    if component.type == QUEUE:
        return bool(component.linked_from(MAPPING, label="polls"))
    if component.type == INSTANCE:
        return not (component.linked(GROUP) or component.linked_from(GROUP))
    return component.type in _COMPONENTS


@check(
    id="cloudwatch.component_unalarmed",
    resource_type=(DB_INSTANCE, *(t for t in _COMPONENTS if t != DB_INSTANCE), *_SHOWN_BY_USERS),
    title="No alarm tells anybody when a component fails: a user finds out first",
    question=EACH_COMPONENT_FAILS,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=(Effect(None, Phase.DETECT, "unmonitored"),),
    on_pass=(Effect(None, Phase.DETECT, "alarm_evaluation"),),
    effect_source=(
        "the alarm's period and data points, or the assumption for an unwatched component"
    ),
    recommendation=(
        "Create an alarm on the component's recommended metric (errors, unhealthy hosts, age of "
        "the oldest message) with an SNS topic to which somebody has confirmed a subscription: "
        "about 10 cents a month each, and the largest gain in recovery time for its price."
    ),
    documentation=(
        "Recommended alarms",
        f"{USER_GUIDE}/Best_Practice_Recommended_Alarms_AWS_Services.html",
    ),
    also=(excessive_latency.CATEGORY,),
    strength="every component has an alarm that fires and reaches somebody",
    remedy=Remedy(change=alarm_on_failure, effort=Effort.MINUTES, cost=Cost.LITTLE),
    passes=[
        _database(HEARD),
        _database(_UNHEARD, HEARD),
        _database(alarm_with(AlarmActions=["arn:aws:ssm:eu-west-1:123456789012:opsitem:1"])),
        _database(
            Example(
                type=ALARM,
                facts=alarm_with(AlarmActions=[]).facts,
                label="watches",
                linked_from=[
                    Example(
                        type=COMPOSITE,
                        facts=HEARD.facts,
                        linked=[topic_with(1)],
                        label="combines",
                    )
                ],
            )
        ),
        Example(
            type=TABLE,
            facts={"dynamodb:DescribeTable": {"TableName": "orders"}},
            linked_from=[
                alarm_with(
                    topic=topic_with(1), Namespace="AWS/DynamoDB", MetricName="ThrottledRequests"
                )
            ],
        ),
    ],
    fails=[
        _database(),
        _database(_UNHEARD),
        _database(SCALES),
        _database(alarm_with(topic=topic_with(1), ActionsEnabled=False)),
        _database(alarm_with(topic=topic_with(1, dangling=True))),
        _database(alarm_with(topic=topic_with(1), Namespace="AWS/Lambda", MetricName="Error")),
        _database(alarm_with(topic=topic_with(1), Period=86400)),
        _database(
            alarm_with(
                topic=topic_with(1),
                StateValue="INSUFFICIENT_DATA",
                StateUpdatedTimestamp="2026-05-01T00:00:00+00:00",
            )
        ),
    ],
    silent=[
        Example(
            type=TABLE,
            facts={
                "dynamodb:DescribeTable": {"BillingModeSummary": {"BillingMode": "PAY_PER_REQUEST"}}
            },
        ),
        Example(
            type="AWS::KMS::Key",
            facts={"kms:DescribeKey": {"KeyId": "1"}},
            linked_from=[_database(HEARD)],
        ),
        Example(
            type=INSTANCE,
            facts={"ec2:DescribeInstances": {"InstanceId": "i-1"}},
            linked_from=[Example(type=GROUP)],
        ),
        Example(
            type=FUNCTION, name=HELPER, facts={"lambda:ListFunctions": {"FunctionName": HELPER}}
        ),
    ],
)
def component_unalarmed(component: View) -> Outcome:
    """Recovery begins when somebody knows. What nobody notices costs hours, redundant or not.

    An alarm counts if its metric exists and has data, its actions are on, and they reach a person:
    a confirmed subscription, an OpsItem or incident, a function. Scaling on an alarm tells nobody.
    """
    identify(component)
    alarms = list(watching(component, *_related(component)))
    seconds = soonest(alarms)
    if seconds is not None:
        return passed(alarm_evaluation=seconds)
    if not _needs_an_alarm(component):
        return NOT_APPLICABLE
    there = ", ".join(sorted(alarm.name for alarm in alarms)[:3])
    return failed(f"there is {there}, which cannot fire or reaches nobody" if there else "no alarm")


def _balancer(*alarms: Example, **fields: object) -> Example:
    facts = {"elbv2:DescribeLoadBalancers": {"Type": "application", **fields}}
    return Example(type=LOAD_BALANCER, facts=facts, linked_from=alarms)


SLOW = {"Namespace": "AWS/ApplicationELB", "MetricName": "TargetResponseTime"}


def _latency_alarms(alarms: Iterable[View]) -> list[View]:
    return [a for a in alarms if any(is_latency(metric) for _, metric in metrics_of(a))]


@check(
    id="cloudwatch.latency_unwatched",
    resource_type=(LOAD_BALANCER, REST_API, HTTP_API),
    title="Nobody is told when answers become slow: only errors, if anything, raise an alarm",
    question=VISIBLE,
    layer=Layer.CONTINUOUS_IMPROVEMENT,
    on_fail=(Effect(SLOW_DEPENDENCY, Phase.DETECT, "unmonitored"),),
    on_pass=(Effect(SLOW_DEPENDENCY, Phase.DETECT, "alarm_evaluation"),),
    effect_source="the latency alarm's period and data points, or the assumption for no alarm",
    recommendation=(
        "Alarm on the 99th percentile of the entry point's latency (`TargetResponseTime` or "
        "`Latency`) at what users bear: about 10 cents a month."
    ),
    documentation=(
        "CloudWatch metrics for your Application Load Balancer",
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/"
        "load-balancer-cloudwatch-metrics.html",
    ),
    strength="somebody is told when the entry points become slow",
    remedy=Remedy(change=alarm_on_latency, effort=Effort.MINUTES, cost=Cost.LITTLE),
    passes=[_balancer(alarm_with(topic=topic_with(1), **SLOW))],
    fails=[
        _balancer(),
        _balancer(
            alarm_with(
                topic=topic_with(1),
                Namespace="AWS/ApplicationELB",
                MetricName="HTTPCode_ELB_5XX_Count",
            )
        ),
        _balancer(alarm_with(topic=topic_with(0), **SLOW)),
    ],
    silent=[_balancer(Type="network")],
)
def latency_unwatched(entry: View) -> Outcome:
    """A service that answers after half a minute has failed its users, without a single error."""
    identify(entry)
    behind: list[View] = []
    if entry.type == LOAD_BALANCER:
        if entry.read("elbv2:DescribeLoadBalancers", "Type") != "application":
            return NOT_APPLICABLE
        behind = [*entry.linked(TARGET_GROUP), *entry.linked_from(TARGET_GROUP)]
    seconds = soonest(_latency_alarms(watching(entry, *behind)))
    return failed() if seconds is None else passed(alarm_evaluation=seconds)
