"""Which alarms can fire and tell somebody, and after how many seconds they do."""

from collections.abc import Iterable, Iterator
from datetime import timedelta

from tools.checks.metrics import always_has_data, counts_failures, exists, seconds_of_age
from tools.checks.view import Unknown, View
from tools.grading.assumptions import assumptions

ALARM = "AWS::CloudWatch::Alarm"
COMPOSITE = "AWS::CloudWatch::CompositeAlarm"
TOPIC = "AWS::SNS::Topic"
READ = "cloudwatch:DescribeAlarms"
TOPIC_READ = "sns:GetTopicAttributes"

_TELLS = (
    ":lambda:",
    ":ssm:",
    ":ssm-incidents:",
)  # a notifier of one's own, an OpsItem, an incident
_BLIND_AFTER = timedelta(days=1)


def metrics_of(alarm: View) -> list[tuple[str, str]]:
    """Namespace and name of the alarm's metric, or of each metric in its expression."""
    pairs = alarm.read(READ, "[[Namespace, MetricName]]") or []
    inner = alarm.read(READ, "Metrics[].MetricStat.Metric.[Namespace, MetricName]") or []
    return [(namespace, name) for namespace, name in (*pairs, *inner) if namespace and name]


def is_blind(alarm: View) -> bool:
    """No data for a day although every one of its metrics is reported at all times."""
    if alarm.read(READ, "StateValue") != "INSUFFICIENT_DATA":
        return False
    since = alarm.read_time(READ, "StateUpdatedTimestamp")
    if since is None or alarm.workload.taken_at - since <= _BLIND_AFTER:
        return False
    return is_on_steady_metrics(alarm)


def is_on_steady_metrics(alarm: View) -> bool:
    """Whether it watches metrics of AWS that a healthy resource reports at all times."""
    metrics = metrics_of(alarm)
    return bool(metrics) and all(always_has_data(*metric) for metric in metrics)


def notifies(alarm: View) -> bool:
    """Whether an action of the alarm reaches somebody: scaling and recovering tell nobody.

    Raises:
        Unknown: it notifies a topic whose subscriptions cannot be seen, in another account.
    """
    actions = alarm.read(READ, "AlarmActions") or []
    if any(service in action for action in actions for service in _TELLS):
        return True
    topics = alarm.linked(TOPIC, label="notifies")
    if any(has_subscriber(topic) for topic in topics):
        return True
    named = sum(":sns:" in action for action in actions)
    if named > len(topics) + len(alarm.dangling("notifies")):
        raise Unknown(TOPIC_READ)
    return False


def has_subscriber(topic: View) -> bool:
    """Whether somebody has confirmed a subscription to the topic."""
    return int(topic.read(TOPIC_READ, "SubscriptionsConfirmed") or 0) > 0


def tells_somebody(alarm: View) -> bool:
    """Whether the alarm, or a composite alarm that it is part of, is switched on and notifies."""
    chain = [alarm, *alarm.linked_from(COMPOSITE, label="combines")]
    return any(each.read(READ, "ActionsEnabled") and notifies(each) for each in chain)


def is_on_failures(alarm: View) -> bool:
    """Whether it fires when requests fail, be it for want of something that it does not watch."""
    return any(counts_failures(*metric) for metric in metrics_of(alarm))


def seconds_to_fire(alarm: View) -> float:
    """Period times the breaching data points it waits for; an age has to be reached before."""
    periods = alarm.read(READ, "[Period, Metrics[].MetricStat.Period, Metrics[].Period][]") or []
    points = alarm.read(READ, "DatapointsToAlarm") or alarm.read(READ, "EvaluationPeriods") or 1
    return float(max((p for p in periods if p), default=60) * points) + _age_reached(alarm)


def _age_reached(alarm: View) -> float:
    metric = alarm.read(READ, "[Namespace, MetricName]")
    unit = seconds_of_age(*metric) if all(metric) else None
    return (alarm.read(READ, "Threshold") or 0.0) * unit if unit else 0.0


def _fires_after(alarm: View) -> float | None:
    """Seconds until it fires; None if no data arrives for it, or if a user would call sooner."""
    if not all(exists(*metric) for metric in metrics_of(alarm)) or is_blind(alarm):
        return None
    seconds = seconds_to_fire(alarm)
    return seconds if seconds <= _too_late() else None


def soonest(alarms: Iterable[View]) -> float | None:
    """Seconds until the quickest effective alarm fires; None if none of them is effective.

    Raises:
        Unknown: none is known to be effective, and for one of them it could not be seen.
    """
    unseen: Unknown | None = None
    seconds: list[float] = []
    for alarm in alarms:
        try:
            after = _fires_after(alarm)
            if after is not None and tells_somebody(alarm):
                seconds.append(after)
        except Unknown as unknown:
            unseen = unknown
    if not seconds and unseen:
        raise unseen
    return min(seconds, default=None)


def watching(*components: View) -> Iterator[View]:
    """The alarms on any of these.

    Raises:
        Unknown: alarms could not be listed.
    """
    found = {a.id: a for c in components for a in c.linked_from(ALARM, label="watches")}
    yield from found.values()


def _too_late() -> float:
    return assumptions()["unmonitored"].seconds
