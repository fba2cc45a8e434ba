"""Who is told of a failure and by what: alarms, topics, and what nobody watches."""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress

from state.errors import InvalidPremises
from state.judgements import Verdict
from state.objectives import spell_duration
from state.runbooks import Channel, Unwatched, Watch
from state.snapshot import Snapshot
from tools.checks.alarms import ALARM, COMPOSITE, READ, TOPIC, TOPIC_READ, soonest
from tools.checks.fixing import mend
from tools.checks.judging import workload_of
from tools.checks.paper import Paper
from tools.checks.view import Unknown, View
from tools.grading.ledger import Ledger

UNALARMED = "cloudwatch.component_unalarmed"
_SUBSCRIPTION = "AWS::SNS::Subscription"
_SCALES = (":autoscaling:", ":automate:", ":swf:")
_COMPARISONS = {
    "GreaterThanThreshold": "is above",
    "GreaterThanOrEqualToThreshold": "is at least",
    "LessThanThreshold": "is below",
    "LessThanOrEqualToThreshold": "is at most",
}


def watches_of(snapshot: Snapshot) -> tuple[Watch, ...]:
    """Every alarm, those that somebody hears of first, the soonest first."""
    workload = workload_of(snapshot)
    found = [
        _watch(View(each, workload))
        for kind in (ALARM, COMPOSITE)
        for each in workload.by_type.get(kind, ())
    ]
    return tuple(sorted(found, key=lambda w: (w.seconds is None, w.seconds or 0.0, w.name)))


def channels_of(snapshot: Snapshot) -> tuple[Channel, ...]:
    """The topics that alarms notify, and how many have confirmed that they want to hear."""
    workload = workload_of(snapshot)
    topics = (View(each, workload) for each in workload.by_type.get(TOPIC, ()))
    return tuple(
        _channel(topic, alarms)
        for topic in topics
        if (alarms := len(topic.linked_from(label="notifies")))
    )


def unwatched_of(snapshot: Snapshot, ledger: Ledger) -> tuple[Unwatched, ...]:
    """What fails without anybody being told, and the alarm that would tell."""
    failing = {
        (each.resource, each.note)
        for each in ledger.judgements
        if each.check == UNALARMED and each.verdict is Verdict.FAIL
    }
    return tuple(
        Unwatched(resource=resource, alarm=_wanted(snapshot, resource), note=note)
        for resource, note in sorted(failing)
    )


def unseen_of(ledger: Ledger) -> tuple[str, ...]:
    """Of what it could not be seen whether anybody is told."""
    return tuple(
        sorted(
            each.resource
            for each in ledger.judgements
            if each.check == UNALARMED and each.verdict is Verdict.UNKNOWN
        )
    )


# -- parts ----------------------------------------------------------------------------------------


def _watch(alarm: View) -> Watch:
    seconds, trouble = _heard(alarm)
    return Watch(
        alarm=alarm.id,
        name=alarm.name,
        watches=tuple(sorted({each.id for each in alarm.linked(label="watches")})),
        condition=_condition(alarm.resource.facts.get(READ, {})),
        seconds=seconds,
        tells=tuple(sorted({each.name for each in alarm.linked(TOPIC, label="notifies")})),
        trouble=trouble,
    )


def _heard(alarm: View) -> tuple[float | None, str]:
    """Seconds until somebody is told; or why nobody is."""
    try:
        seconds = soonest([alarm])
        return seconds, "" if seconds is not None else _trouble(alarm)
    except Unknown:
        return None, "it cannot be seen who listens"


def _trouble(alarm: View) -> str:
    actions = [str(each) for each in alarm.read(READ, "AlarmActions") or ()]
    if not actions:
        return "it has no action"
    if all(any(kind in each for kind in _SCALES) for each in actions):
        return "it scales, and tells nobody"
    if not alarm.read(READ, "ActionsEnabled"):
        return "its actions are switched off"
    if alarm.dangling("notifies"):
        return "the topic that it notifies is gone"
    if any(not _confirmed(topic) for topic in alarm.linked(TOPIC, label="notifies")):
        return "nobody has confirmed a subscription to its topic"
    return "its metric has no data, or it fires later than users call"


def _confirmed(topic: View) -> int | None:
    with suppress(Unknown, TypeError, ValueError):
        return int(topic.read(TOPIC_READ, "SubscriptionsConfirmed") or 0)
    return None


def _channel(topic: View, alarms: int) -> Channel:
    kinds = {
        each.id: str(each.resource.facts.get("sns:ListSubscriptions", {}).get("Protocol"))
        for each in (*topic.linked(), *topic.linked_from())
        if each.type == _SUBSCRIPTION
    }
    return Channel(
        resource=topic.id,
        name=topic.name,
        alarms=alarms,
        confirmed=_confirmed(topic),
        protocols=dict(sorted(Counter(kinds.values()).items())),
    )


def _wanted(snapshot: Snapshot, resource: str) -> str:
    """The alarm that the check's own remedy sets up, in words."""
    paper = Paper(snapshot)
    try:
        mend(paper, UNALARMED, resource)
    except InvalidPremises:
        return "an alarm on its errors"
    new = [paper.resources[each] for each in sorted(set(paper.resources) - set(snapshot.resources))]
    return "; ".join(_condition(each.facts.get(READ, {})) for each in new if each.type == ALARM)


def _condition(facts: dict[str, object]) -> str:
    """When an alarm fires, in words."""
    if rule := facts.get("AlarmRule"):
        return f"the rule {rule}"
    metric = " and ".join(_metrics(facts)) or "an expression"
    compares = _COMPARISONS.get(str(facts.get("ComparisonOperator")))
    limit = facts.get("Threshold")
    value = (
        f"{compares} {limit:,.15g}"
        if compares and isinstance(limit, (int, float))
        else ("leaves its band")
    )
    periods = facts.get("EvaluationPeriods") or 1
    points = facts.get("DatapointsToAlarm") or periods
    return f"{metric} {value}{_how_long(points, periods, facts.get('Period'))}"


def _how_long(points: object, periods: object, period: object) -> str:
    each = f" of {spell_duration(period)}" if isinstance(period, (int, float)) else ""
    often = f"{points} of {periods} periods" if periods != 1 else "one period"
    return f", in {often}{each}"


def _metrics(facts: dict[str, object]) -> Iterator[str]:
    statistic = facts.get("Statistic") or facts.get("ExtendedStatistic")
    if facts.get("MetricName"):
        yield f"{facts.get('Namespace')} {facts['MetricName']} ({statistic})"
    inner = facts.get("Metrics")
    for each in inner if isinstance(inner, Iterable) else ():
        metric = each.get("MetricStat", {}).get("Metric", {}) if isinstance(each, dict) else {}
        if metric.get("MetricName"):
            yield f"{metric.get('Namespace')} {metric['MetricName']}"
