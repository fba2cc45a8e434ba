"""SNS and EventBridge: subscriptions, rules, and events that were not delivered."""

from state.categories.excessive_latency import SLOW_DEPENDENCY
from state.categories.misconfiguration_and_bugs import BAD_CHANGE
from state.runbooks import Look
from tools.runbook.commands import blank
from tools.runbook.declarations import Draft, Place, act, look, metric, procedure

_TOPIC, _SUBSCRIPTION = "AWS::SNS::Topic", "AWS::SNS::Subscription"
_RULE = "AWS::Events::Rule"


def _subscribed(at: Place, topic: str) -> Look:
    return look(
        at.aws(
            "sns",
            "list-subscriptions-by-topic",
            topic_arn=topic,
            query="Subscriptions[].[Protocol, SubscriptionArn]",
        ),
        "who is subscribed",
        "each with an ARN; `PendingConfirmation` means that nobody has confirmed",
    )


def _failed(at: Place, topic: str) -> Look:
    return look(
        metric(
            at,
            "AWS/SNS",
            "NumberOfNotificationsFailed",
            "Sum",
            TopicName=topic.rpartition(":")[2] or at.short,
        ),
        "`NumberOfNotificationsFailed` (sum)",
        "no points, or none above zero",
    )


def _topic_of(at: Place) -> str:
    if at.resource.type == _TOPIC:
        return at.id
    return str(at.fact("sns:ListSubscriptions", "TopicArn") or at.id.rpartition(":")[0])


@procedure((_TOPIC, _SUBSCRIPTION), BAD_CHANGE, SLOW_DEPENDENCY, title="get messages through")
def deliver(at: Place) -> Draft:
    """A subscriber that is gone or refuses; messages are tried again for a while only."""
    topic = _topic_of(at)
    return Draft(
        purpose="Messages of the topic do not arrive.",
        checks=[_subscribed(at, topic), _failed(at, topic)],
        actions=[
            act("Mend the subscriber: see its procedures. SNS tries again for a while."),
            act(
                "Subscribe again whoever is missing.",
                at.aws(
                    "sns",
                    "subscribe",
                    topic_arn=topic,
                    protocol=blank("PROTOCOL"),
                    notification_endpoint=blank("ENDPOINT"),
                ),
                expect="an ARN, or `pending confirmation`: then have it confirmed",
            ),
            act("Move what lies in the subscription's dead-letter queue back, if it has one."),
        ],
        verification=[_subscribed(at, topic), _failed(at, topic)],
        rollback=[
            act(
                "Take a subscription away that was a mistake.",
                at.aws("sns", "unsubscribe", subscription_arn=blank("SUBSCRIPTION_ARN")),
                warning="Its filter and its settings are lost: note them first.",
            )
        ],
        never=["Do not delete the topic: every subscription goes with it."],
    )


@procedure(_RULE, BAD_CHANGE, SLOW_DEPENDENCY, title="switch the rule on, and its targets back")
def rule_back(at: Place) -> Draft:
    """A rule that is off, matches nothing, or whose target refuses."""
    name = at.fact("events:DescribeRule", "Name") or at.short
    bus = at.fact("events:DescribeRule", "EventBusName") or "default"
    which = {"name": name, "event_bus_name": bus}
    state = look(
        at.aws(
            "events", "describe-rule", **which, query="[State, EventPattern, ScheduleExpression]"
        ),
        "`State`, the pattern",
        "`ENABLED`, and the pattern of your templates",
    )
    dimensions = {"RuleName": str(name)}
    if bus != "default":
        dimensions["EventBusName"] = str(bus)
    failed = look(
        metric(at, "AWS/Events", "FailedInvocations", "Sum", **dimensions),
        "`FailedInvocations` (sum)",
        "no points, or none above zero",
    )
    disable = at.aws("events", "disable-rule", **which)
    return Draft(
        purpose="Events do not reach their target.",
        checks=[
            state,
            failed,
            look(
                at.aws(
                    "events",
                    "list-targets-by-rule",
                    rule=name,
                    event_bus_name=bus,
                    query="Targets[].[Id, Arn, DeadLetterConfig.Arn]",
                ),
                "the targets, and where failed events go",
                "the targets of your templates",
            ),
        ],
        actions=[
            act("If it is off, switch it on.", at.aws("events", "enable-rule", **which)),
            act("Mend the target: see its procedures. EventBridge tries again for a day."),
            act("Events that are gone: send them again from an archive, if the bus has one."),
        ],
        verification=[state, failed],
        rollback=[
            act(
                "Switch it off if its events do harm.",
                disable,
                warning="Events that arrive meanwhile are lost.",
            )
        ],
        never=["Do not delete the rule: its targets go with it."],
    )
