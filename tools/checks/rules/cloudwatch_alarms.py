"""What is wrong with single alarms: muted, mute by design, blind, deaf to silence, averaged.

Parts of composite alarms and alarms that gate a deployment need no action of their own.
"""

from state.categories.excessive_latency import SLOW_DEPENDENCY, VISIBLE
from state.categories.misconfiguration_and_bugs import BAD_CHANGE, GUARDRAILS
from state.judgements import Cost, Effort, Layer, Phase
from tools.checks import (
    NOT_APPLICABLE,
    Effect,
    Example,
    Outcome,
    Remedy,
    check,
    failed,
    passed,
    passed_if,
    puts,
)
from tools.checks.alarms import (
    ALARM,
    COMPOSITE,
    READ,
    TOPIC,
    TOPIC_READ,
    has_subscriber,
    is_blind,
    is_on_steady_metrics,
    metrics_of,
)
from tools.checks.metrics import has_percentiles, is_sign_of_life
from tools.checks.new_alarms import notify_somebody, subscribe
from tools.checks.paper import Draft
from tools.checks.rules.cloudwatch import (
    HEARD,
    SCALES,
    SERVICE,
    SLOW,
    USER_GUIDE,
    alarm_with,
    topic_with,
)
from tools.checks.view import Unknown, View


def _gates_deployment(alarm: View) -> bool:
    return bool(alarm.linked_from(SERVICE, label="rolls back on"))


def _is_part_of_another(alarm: View) -> bool:
    return bool(alarm.linked_from(COMPOSITE, label="combines"))


def _bare(**fields: object) -> Example:
    """An alarm as the example itself."""
    return Example(facts={READ: {**alarm_with().facts[READ], **fields}})


_UNHEARD_EFFECT = (Effect(BAD_CHANGE, Phase.DETECT, "unmonitored"),)


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
    documentation=("Acting on alarm changes", f"{USER_GUIDE}/AlarmThatSendsEmail.html"),
    remedy=Remedy(change=puts(READ, ActionsEnabled=True), effort=Effort.MINUTES, cost=Cost.FREE),
    passes=[_bare()],
    fails=[_bare(ActionsEnabled=False)],
    silent=[
        _bare(ActionsEnabled=False, AlarmActions=[]),
        Example(
            facts=alarm_with(ActionsEnabled=False).facts,
            linked_from=[Example(type=COMPOSITE, label="combines")],
        ),
    ],
)
def alarm_actions_disabled(alarm: View) -> Outcome:
    """Actions are switched off for a maintenance that is long over; nothing reminds anybody.

    Those of a part are switched off on purpose where a composite alarm speaks for it.
    """
    if not alarm.read(READ, "AlarmActions"):
        return NOT_APPLICABLE
    if alarm.read(READ, "ActionsEnabled"):
        return passed()
    return NOT_APPLICABLE if _is_part_of_another(alarm) else failed()


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
    documentation=("Acting on alarm changes", f"{USER_GUIDE}/AlarmThatSendsEmail.html"),
    remedy=Remedy(change=notify_somebody, effort=Effort.MINUTES, cost=Cost.FREE),
    passes=[_bare()],
    fails=[_bare(AlarmActions=[])],
    silent=[
        Example(
            facts=alarm_with(AlarmActions=[]).facts,
            linked_from=[Example(type=COMPOSITE, label="combines")],
        ),
        Example(
            facts=alarm_with(AlarmActions=[]).facts,
            linked_from=[Example(type=SERVICE, label="rolls back on")],
        ),
    ],
)
def alarm_no_action(alarm: View) -> Outcome:
    """Nobody watches consoles at night. Parts of composite alarms and gates need none."""
    if alarm.read(READ, "AlarmActions"):
        return passed()
    if _is_part_of_another(alarm) or _gates_deployment(alarm):
        return NOT_APPLICABLE
    return failed()


def _subscribe(alarm: Draft) -> None:
    """Have people subscribe to its topics; where all are gone, notify another one instead."""
    topics = alarm.linked(TOPIC, label="notifies")
    for topic in topics:
        subscribe(topic)
    if not topics:
        others = [a for a in alarm.read(READ, "AlarmActions") if ":sns:" not in a]
        alarm.put(READ, AlarmActions=others)
        alarm.drop_dangling("notifies")
        notify_somebody(alarm)


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
        f"{USER_GUIDE}/Notify_Users_Alarm_Changes.html",
    ),
    remedy=Remedy(change=_subscribe, effort=Effort.MINUTES, cost=Cost.FREE),
    passes=[Example(facts=HEARD.facts, linked=[topic_with(1)])],
    fails=[
        Example(facts=HEARD.facts, linked=[topic_with(0)]),
        Example(facts=HEARD.facts, linked=[topic_with(1, dangling=True)]),
    ],
    silent=[_bare(AlarmActions=[]), _bare(AlarmActions=SCALES.facts[READ]["AlarmActions"])],
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


def _correct(alarm: Draft) -> None:
    """With the dimensions right, data arrives."""
    alarm.put(READ, StateValue="OK", StateUpdatedTimestamp=alarm.taken_at.isoformat())


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
    documentation=("Using Amazon CloudWatch alarms", f"{USER_GUIDE}/AlarmThatSendsEmail.html"),
    remedy=Remedy(change=_correct, effort=Effort.HOURS, cost=Cost.FREE),
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
    if not is_on_steady_metrics(alarm):
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
        f"{USER_GUIDE}/AlarmThatSendsEmail.html#alarms-and-missing-data",
    ),
    remedy=Remedy(
        change=puts(READ, TreatMissingData="breaching"), effort=Effort.MINUTES, cost=Cost.FREE
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


def _take_percentile(alarm: Draft) -> None:
    alarm.drop(READ, "Statistic")
    alarm.put(READ, ExtendedStatistic="p99")


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
        f"{USER_GUIDE}/Statistics-definitions.html",
    ),
    remedy=Remedy(change=_take_percentile, effort=Effort.MINUTES, cost=Cost.FREE),
    passes=[
        _bare(**SLOW, ExtendedStatistic="p99"),
        _bare(**SLOW, Statistic="Maximum"),
    ],
    fails=[_bare(**SLOW, Statistic="Average")],
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
