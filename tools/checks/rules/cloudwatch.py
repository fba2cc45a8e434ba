"""Alarms: whether each component has one that reaches somebody, and what is wrong with them.

Scaling alarms and alarms that gate a deployment are no notifications and not judged as such.
"""

from collections.abc import Iterable
from typing import Any

from state.categories import excessive_latency
from state.categories.excessive_latency import SLOW_DEPENDENCY, VISIBLE
from state.categories.misconfiguration_and_bugs import BAD_CHANGE, GUARDRAILS
from state.categories.single_point_of_failure import EACH_COMPONENT_FAILS
from state.judgements import Layer, Phase
from tools.checks import NOT_APPLICABLE, Effect, Example, Outcome, check, failed, passed, passed_if
from tools.checks.alarms import (
    ALARM,
    COMPOSITE,
    READ,
    TOPIC,
    TOPIC_READ,
    can_fire,
    has_subscriber,
    is_blind,
    metrics_of,
    seconds_to_fire,
    soonest,
    watching,
)
from tools.checks.metrics import always_has_data, has_percentiles, is_latency, is_sign_of_life
from tools.checks.neighbours import identify
from tools.checks.view import Unknown, View

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

_USER_GUIDE = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring"

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
# What is noticed through those that use it: an alarm there counts here, none is no finding here.
_NOTICED_BY_USERS = (
    "AWS::EC2::Volume",
    "AWS::ECS::Cluster",
    "AWS::ECS::TaskDefinition",
    "AWS::IAM::Role",
    "AWS::KMS::Key",
    "AWS::S3::Bucket",
    "AWS::SNS::Topic",
    "AWS::SecretsManager::Secret",
)
# The same fault shows in these as well: an alarm on one of them watches the component too.
_SHOWS_IN = {
    CACHE: (CACHE_GROUP,),
    CACHE_GROUP: (CACHE,),
    DB_CLUSTER: (DB_INSTANCE,),
    DB_INSTANCE: (DB_CLUSTER,),
    GROUP: (TARGET_GROUP, INSTANCE),
    INSTANCE: (GROUP, TARGET_GROUP),
    LOAD_BALANCER: (TARGET_GROUP,),
    SERVICE: (TARGET_GROUP,),
    TARGET_GROUP: (LOAD_BALANCER,),
    AGENT: (FUNCTION,),
}


def _alarm(*, topic: Example | None = None, label: str = "watches", **fields: object) -> Example:
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


def _topic(confirmed: int, **more: Any) -> Example:
    facts = {TOPIC_READ: {"SubscriptionsConfirmed": str(confirmed)}}
    return Example(type=TOPIC, facts=facts, label="notifies", **more)


def _database(*alarms: Example, **more: Any) -> Example:
    facts = {"rds:DescribeDBInstances": {"DBInstanceIdentifier": "orders"}}
    return Example(type=DB_INSTANCE, facts=facts, linked_from=alarms, **more)


_HEARD = _alarm(topic=_topic(1))
_UNHEARD = _alarm(topic=_topic(0))
_SCALES = _alarm(AlarmActions=["arn:aws:autoscaling:eu-west-1:123456789012:scalingPolicy:1"])


def _related(component: View) -> list[View]:
    types = _SHOWS_IN.get(component.type, ())
    if component.type in _NOTICED_BY_USERS:
        return [user for user in component.linked_from() if user.type in _COMPONENTS]
    return [*component.linked(*types), *component.linked_from(*types)] if types else []


def _needs_an_alarm(component: View) -> bool:
    """Tables on demand and queues that nobody polls are noticed through their users."""
    if component.type == TABLE:
        return component.read("dynamodb:DescribeTable", "BillingModeSummary.BillingMode") in (
            None,
            "PROVISIONED",
        )
    if component.type == QUEUE:
        return bool(component.linked_from(MAPPING, label="polls"))
    return component.type in _COMPONENTS


@check(
    id="cloudwatch.component_unalarmed",
    resource_type=(DB_INSTANCE, *(t for t in _COMPONENTS if t != DB_INSTANCE), *_NOTICED_BY_USERS),
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
        f"{_USER_GUIDE}/Best_Practice_Recommended_Alarms_AWS_Services.html",
    ),
    also=(excessive_latency.CATEGORY,),
    strength="every component has an alarm that fires and reaches somebody",
    passes=[
        _database(_HEARD),
        _database(_UNHEARD, _HEARD),
        _database(_alarm(AlarmActions=["arn:aws:ssm:eu-west-1:123456789012:opsitem:1"])),
        _database(
            Example(
                type=ALARM,
                facts=_alarm(AlarmActions=[]).facts,
                label="watches",
                linked_from=[
                    Example(
                        type=COMPOSITE,
                        facts=_HEARD.facts,
                        linked=[_topic(1)],
                        label="combines",
                    )
                ],
            )
        ),
        Example(
            type=TABLE,
            facts={"dynamodb:DescribeTable": {"TableName": "orders"}},
            linked_from=[
                _alarm(topic=_topic(1), Namespace="AWS/DynamoDB", MetricName="ThrottledRequests")
            ],
        ),
        Example(
            type="AWS::KMS::Key",
            facts={"kms:DescribeKey": {"KeyId": "1"}},
            linked_from=[_database(_HEARD)],
        ),
    ],
    fails=[
        _database(),
        _database(_UNHEARD),
        _database(_SCALES),
        _database(_alarm(topic=_topic(1), ActionsEnabled=False)),
        _database(_alarm(topic=_topic(1, dangling=True))),
        _database(_alarm(topic=_topic(1), Namespace="AWS/Lambda", MetricName="Error")),
        _database(_alarm(topic=_topic(1), Period=86400)),
        _database(
            _alarm(
                topic=_topic(1),
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
        Example(type="AWS::KMS::Key", facts={"kms:DescribeKey": {"KeyId": "1"}}),
    ],
)
def component_unalarmed(component: View) -> Outcome:
    """Recovery begins when somebody knows. What nobody notices costs hours, redundant or not.

    An alarm counts if its metric exists and has data, its actions are on, and they reach a person: a
    confirmed subscription, an OpsItem or incident, a function. Scaling on an alarm tells nobody.
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


def _gates_deployment(alarm: View) -> bool:
    return bool(alarm.linked_from(SERVICE, label="rolls back on"))


def _is_part_of_another(alarm: View) -> bool:
    return bool(alarm.linked_from(COMPOSITE, label="combines"))


def _bare(**fields: object) -> Example:
    """An alarm as the example itself."""
    return Example(facts={READ: {**_alarm().facts[READ], **fields}})


_UNHEARD_EFFECT = (Effect(BAD_CHANGE, Phase.DETECT, "unmonitored"),)
_HEARD_EFFECT = (Effect(BAD_CHANGE, Phase.DETECT, "alarm_evaluation"),)


def _heard(alarm: View) -> Outcome:
    return passed(alarm_evaluation=seconds_to_fire(alarm)) if can_fire(alarm) else passed()


@check(
    id="cloudwatch.alarm_actions_disabled",
    resource_type=(ALARM, COMPOSITE),
    title="An alarm's actions are switched off: it turns red and tells nobody",
    question=GUARDRAILS,
    layer=Layer.CONTINUOUS_IMPROVEMENT,
    on_fail=_UNHEARD_EFFECT,
    effect_source="a muted alarm is as good as none",
    recommendation=(
        "Switch the actions on again (`aws cloudwatch enable-alarm-actions`); for maintenance use "
        "an alarm mute rule, which ends by itself."
    ),
    documentation=("Acting on alarm changes", f"{_USER_GUIDE}/AlarmThatSendsEmail.html"),
    passes=[_bare()],
    fails=[_bare(ActionsEnabled=False)],
    silent=[_bare(ActionsEnabled=False, AlarmActions=[])],
)
def alarm_actions_disabled(alarm: View) -> Outcome:
    """Actions are switched off for a maintenance that is long over; nothing reminds anybody."""
    if not alarm.read(READ, "AlarmActions"):
        return NOT_APPLICABLE
    return passed_if(bool(alarm.read(READ, "ActionsEnabled")))


@check(
    id="cloudwatch.alarm_no_action",
    resource_type=(ALARM, COMPOSITE),
    title="An alarm has no action: it has to be looked at to be noticed",
    question=GUARDRAILS,
    layer=Layer.CONTINUOUS_IMPROVEMENT,
    on_fail=_UNHEARD_EFFECT,
    effect_source="an alarm that tells nobody is as good as none",
    recommendation=(
        "Add an SNS topic with a confirmed subscription to `AlarmActions`, or make the alarm part "
        "of a composite alarm that has one: free but for the messages."
    ),
    documentation=("Acting on alarm changes", f"{_USER_GUIDE}/AlarmThatSendsEmail.html"),
    passes=[_bare()],
    fails=[_bare(AlarmActions=[])],
    silent=[
        Example(
            facts=_alarm(AlarmActions=[]).facts,
            linked_from=[Example(type=COMPOSITE, label="combines")],
        ),
        Example(
            facts=_alarm(AlarmActions=[]).facts,
            linked_from=[Example(type=SERVICE, label="rolls back on")],
        ),
    ],
)
def alarm_no_action(alarm: View) -> Outcome:
    """Nobody watches consoles at night. Parts of composite alarms and deployment gates need none."""
    if alarm.read(READ, "AlarmActions"):
        return passed()
    if _is_part_of_another(alarm) or _gates_deployment(alarm):
        return NOT_APPLICABLE
    return failed()


@check(
    id="cloudwatch.alarm_target_dead",
    resource_type=(ALARM, COMPOSITE),
    title="An alarm notifies a topic that is gone or has no confirmed subscriber",
    question=GUARDRAILS,
    layer=Layer.CONTINUOUS_IMPROVEMENT,
    on_fail=_UNHEARD_EFFECT,
    effect_source="a message that nobody receives is as good as none",
    recommendation=(
        "Subscribe the people on call to the topic and have them confirm (the confirmation mail is "
        "valid for two days), or point the alarm at a topic that has subscribers."
    ),
    documentation=(
        "Notifying users on alarm changes",
        f"{_USER_GUIDE}/Notify_Users_Alarm_Changes.html",
    ),
    passes=[Example(facts=_HEARD.facts, linked=[_topic(1)])],
    fails=[
        Example(facts=_HEARD.facts, linked=[_topic(0)]),
        Example(facts=_HEARD.facts, linked=[_topic(1, dangling=True)]),
    ],
    silent=[_bare(AlarmActions=[]), _bare(AlarmActions=_SCALES.facts[READ]["AlarmActions"])],
)
def alarm_target_dead(alarm: View) -> Outcome:
    """The alarm looks complete in the console; the address behind it was never confirmed."""
    actions = [a for a in alarm.read(READ, "AlarmActions") or () if ":sns:" in a]
    if not actions:
        return NOT_APPLICABLE
    topics = alarm.linked(TOPIC, label="notifies")
    if any(has_subscriber(topic) for topic in topics):
        return passed()
    if len(actions) > len(topics) + len(alarm.dangling("notifies")):
        raise Unknown(TOPIC_READ)  # another account's topic
    return failed()


_LONG_AGO = "2026-05-01T00:00:00+00:00"


@check(
    id="cloudwatch.alarm_blind",
    resource_type=ALARM,
    title="An alarm has had no data for a day: it watches something that does not report",
    question=GUARDRAILS,
    layer=Layer.CONTINUOUS_IMPROVEMENT,
    on_fail=_UNHEARD_EFFECT,
    effect_source="an alarm without data cannot fire",
    recommendation=(
        "Compare its dimensions with the metric in the console (a replaced instance, a typing "
        "error, a dimension too many), correct it, or delete it with what it watched."
    ),
    documentation=("Using Amazon CloudWatch alarms", f"{_USER_GUIDE}/AlarmThatSendsEmail.html"),
    passes=[_bare()],
    fails=[_bare(StateValue="INSUFFICIENT_DATA", StateUpdatedTimestamp=_LONG_AGO)],
    silent=[
        _bare(
            Namespace="AWS/Lambda",
            MetricName="Errors",
            StateValue="INSUFFICIENT_DATA",
            StateUpdatedTimestamp=_LONG_AGO,
        )
    ],
)
def alarm_blind(alarm: View) -> Outcome:
    """Only metrics that are always reported are judged: no errors for a day is no missing data."""
    if not all(always_has_data(*metric) for metric in metrics_of(alarm)):
        return NOT_APPLICABLE
    return passed_if(not is_blind(alarm))


_AT_LEAST_ONE = {
    "Namespace": "AWS/ApplicationELB",
    "MetricName": "HealthyHostCount",
    "ComparisonOperator": "LessThanThreshold",
}


@check(
    id="cloudwatch.alarm_missing_data_ignored",
    resource_type=ALARM,
    title="An alarm for signs of life takes silence for health: it stays green when nothing runs",
    question=GUARDRAILS,
    layer=Layer.CONTINUOUS_IMPROVEMENT,
    on_fail=_UNHEARD_EFFECT,
    effect_source="an alarm that takes the fault for health is as good as none",
    recommendation=(
        "Set `TreatMissingData` to `breaching` for alarms that fire below a threshold: one "
        "setting, free; on a metric that rests at night, alarm on its rate in working hours "
        "instead."
    ),
    documentation=(
        "Configuring how CloudWatch alarms treat missing data",
        f"{_USER_GUIDE}/alarms-and-missing-data.html",
    ),
    passes=[
        _bare(**_AT_LEAST_ONE, TreatMissingData="breaching"),
        _bare(**_AT_LEAST_ONE),
    ],
    fails=[
        _bare(**_AT_LEAST_ONE, TreatMissingData="notBreaching"),
        _bare(**_AT_LEAST_ONE, TreatMissingData="ignore"),
    ],
    silent=[_bare(ComparisonOperator="GreaterThanThreshold", TreatMissingData="notBreaching")],
)
def alarm_missing_data_ignored(alarm: View) -> Outcome:
    """What has stopped altogether reports nothing, least of all a low number."""
    below = str(alarm.read(READ, "ComparisonOperator") or "").startswith("LessThan")
    if not below or not any(is_sign_of_life(metric) for _, metric in metrics_of(alarm)):
        return NOT_APPLICABLE
    return passed_if(alarm.read(READ, "TreatMissingData") not in ("notBreaching", "ignore"))


def _balancer(*alarms: Example, **fields: object) -> Example:
    facts = {"elbv2:DescribeLoadBalancers": {"Type": "application", **fields}}
    return Example(type=LOAD_BALANCER, facts=facts, linked_from=alarms)


_SLOW = {"Namespace": "AWS/ApplicationELB", "MetricName": "TargetResponseTime"}


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
    passes=[_balancer(_alarm(topic=_topic(1), **_SLOW))],
    fails=[
        _balancer(),
        _balancer(
            _alarm(
                topic=_topic(1), Namespace="AWS/ApplicationELB", MetricName="HTTPCode_ELB_5XX_Count"
            )
        ),
        _balancer(_alarm(topic=_topic(0), **_SLOW)),
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


@check(
    id="cloudwatch.latency_alarm_on_average",
    resource_type=ALARM,
    title="A latency alarm watches the average: the slowest requests disappear in it",
    question=VISIBLE,
    layer=Layer.CONTINUOUS_IMPROVEMENT,
    on_fail=(Effect(SLOW_DEPENDENCY, Phase.DETECT, "unmonitored"),),
    effect_source=(
        "an average moves only when most requests are slow; until then users notice first"
    ),
    recommendation=(
        "Use the percentile `p99` (or `p95` at little traffic) instead of the average in the "
        "alarm: free, but set the threshold anew."
    ),
    documentation=(
        "CloudWatch statistics definitions",
        f"{_USER_GUIDE}/Statistics-definitions.html",
    ),
    passes=[
        _bare(**_SLOW, ExtendedStatistic="p99"),
        _bare(**_SLOW, Statistic="Maximum"),
    ],
    fails=[_bare(**_SLOW, Statistic="Average")],
    silent=[
        _bare(Statistic="Average"),
        _bare(Namespace="AWS/RDS", MetricName="ReadLatency", Statistic="Average"),
    ],
)
def latency_alarm_on_average(alarm: View) -> Outcome:
    """One slow request in twenty is one slow page in two; an average of the twenty hardly moves."""
    metric = alarm.read(READ, "[Namespace, MetricName]")
    if not all(metric) or not has_percentiles(*metric):
        return NOT_APPLICABLE
    return passed_if(alarm.read(READ, "Statistic") != "Average")
