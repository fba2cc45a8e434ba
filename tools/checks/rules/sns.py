"""SNS topics and subscriptions. Topics of alarms are judged with the alarms."""

from typing import Any

from state.categories.excessive_latency import SLOW_DEPENDENCY
from state.categories.misconfiguration_and_bugs import (
    BAD_CHANGE,
    BAD_CHANGES_KEPT_OUT,
    GUARDRAILS,
)
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
from tools.checks.dead_letters import keep_failures, lost_while_standing_still
from tools.checks.paper import Draft
from tools.checks.view import View

TOPIC = "AWS::SNS::Topic"
SUBSCRIPTION = "AWS::SNS::Subscription"
ALARM, COMPOSITE = "AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm"
ATTRIBUTES = "sns:GetTopicAttributes"
LIST = "sns:ListSubscriptions"
SUBSCRIPTION_ATTRIBUTES = "sns:GetSubscriptionAttributes"

# Endpoints that work on the message; mail and telephones cannot be sent anything again.
MACHINES = {"http", "https", "sqs", "lambda", "firehose"}

_TRIES_OF_AWS_ENDPOINTS = 23 * 86_400.0  # seconds: as long SNS tries queues, functions, streams
# Web hooks that set nothing else are tried again three times, 20 seconds apart.
_DEFAULT_POLICY = {"numRetries": 3, "minDelayTarget": 20, "maxDelayTarget": 20}


def _seconds_of_tries(subscription: View) -> float:
    """How long SNS tries an endpoint that does not answer."""
    if subscription.read(LIST, "Protocol") not in ("http", "https"):
        return _TRIES_OF_AWS_ENDPOINTS
    path = "EffectiveDeliveryPolicy.healthyRetryPolicy"
    own: dict[str, Any] = subscription.read(SUBSCRIPTION_ATTRIBUTES, path) or {}
    policy = _DEFAULT_POLICY | {k: v for k, v in own.items() if isinstance(v, int)}
    last = policy.get("numMaxDelayRetries", 0)
    sooner = policy["numRetries"] - policy.get("numNoDelayRetries", 0) - last
    return float(last * policy["maxDelayTarget"] + max(sooner, 0) * policy["minDelayTarget"])


def _keep_what_fails(subscription: Draft) -> None:
    arn = keep_failures(subscription, "dead letters to")
    subscription.put(SUBSCRIPTION_ATTRIBUTES, RedrivePolicy={"deadLetterTargetArn": arn})


def _subscription(protocol: str, *topics: Example, dead_letters: bool = False) -> Example:
    redrive = {"RedrivePolicy": {"deadLetterTargetArn": "arn:aws:sqs:::dead"}}
    return Example(
        facts={
            LIST: {"Protocol": protocol},
            SUBSCRIPTION_ATTRIBUTES: redrive if dead_letters else {},
        },
        linked_from=topics,
    )


_ALARM_TOPIC = Example(
    type=TOPIC, label="has subscription", linked_from=[Example(type=ALARM, label="tells")]
)


@check(
    id="sns.subscription_no_dlq",
    resource_type=SUBSCRIPTION,
    title="Messages that a topic cannot deliver are thrown away: one broken endpoint loses them",
    question=GUARDRAILS,
    layer=Layer.DISASTER_RECOVERY,
    on_fail=(
        Effect(BAD_CHANGE, Phase.LOSE, "dropped_until_noticed"),
        Effect(SLOW_DEPENDENCY, Phase.LOSE, "kept_too_short"),
    ),
    on_pass=(Effect(SLOW_DEPENDENCY, Phase.LOSE, "kept_too_short"),),
    effect_source=(
        "the delivery policy (a minute for web hooks, 23 days for AWS's own endpoints) where it "
        "does not answer; SNS does not try again if it is gone or refuses"
    ),
    recommendation=(
        "Name an SQS queue in the subscription's `RedrivePolicy`: what cannot be delivered waits "
        "there; costs next to nothing."
    ),
    documentation=(
        "Amazon SNS dead-letter queues",
        "https://docs.aws.amazon.com/sns/latest/dg/sns-dead-letter-queues.html",
    ),
    remedy=Remedy(change=_keep_what_fails, effort=Effort.MINUTES, cost=Cost.LITTLE),
    passes=[_subscription("sqs", dead_letters=True)],
    fails=[_subscription("sqs"), _subscription("https")],
    silent=[_subscription("email"), _subscription("sms"), _subscription("https", _ALARM_TOPIC)],
)
def subscription_no_dlq(subscription: View) -> Outcome:
    """A deleted queue, a changed permission or a web hook down for hours loses each message."""
    if subscription.read(LIST, "Protocol") not in MACHINES:
        return NOT_APPLICABLE
    topics = subscription.linked_from(TOPIC, label="has subscription")
    if any(topic.linked_from(ALARM, COMPOSITE) for topic in topics):
        return NOT_APPLICABLE
    if subscription.read(SUBSCRIPTION_ATTRIBUTES, "RedrivePolicy.deadLetterTargetArn"):
        return passed(kept_too_short=0.0)
    watched = [subscription, *topics, *subscription.linked(label="delivers to")]
    lost = lost_while_standing_still(_seconds_of_tries(subscription), *watched)
    return failed(kept_too_short=lost)


def _topic(confirmed: int, *subscriptions: Example, alarm: bool = False) -> Example:
    return Example(
        facts={ATTRIBUTES: {"SubscriptionsConfirmed": str(confirmed)}},
        linked=subscriptions,
        linked_from=[Example(type=ALARM, label="tells")] if alarm else [],
    )


@check(
    id="sns.topic_no_subscription",
    resource_type=TOPIC,
    title="A topic has no confirmed subscriber: what is published to it reaches nobody",
    question=BAD_CHANGES_KEPT_OUT,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=(Effect(BAD_CHANGE, Phase.LOSE, "dropped_until_noticed"),),
    effect_source="SNS keeps no message; without a subscriber it is gone at once",
    recommendation=(
        "Subscribe whoever should work on the messages and confirm the subscription, or delete the "
        "topic; no cost."
    ),
    documentation=(
        "Creating a subscription to an Amazon SNS topic",
        "https://docs.aws.amazon.com/sns/latest/dg/sns-create-subscribe-endpoint-to-topic.html",
    ),
    remedy=Remedy(
        change=puts(ATTRIBUTES, SubscriptionsConfirmed="1"), effort=Effort.HOURS, cost=Cost.FREE
    ),
    passes=[
        _topic(1),
        _topic(0, Example(type=SUBSCRIPTION, label="has subscription")),
    ],
    fails=[_topic(0)],
    silent=[
        _topic(0, alarm=True),
        Example(facts=_topic(0).facts, linked_from=[Example(type=COMPOSITE, label="notifies")]),
    ],
)
def topic_no_subscription(topic: View) -> Outcome:
    """Publishing succeeds all the same, so the publisher never learns of it."""
    confirmed = int(topic.read(ATTRIBUTES, "SubscriptionsConfirmed") or 0)
    if topic.linked_from(ALARM, COMPOSITE):
        return NOT_APPLICABLE
    return passed_if(bool(confirmed or topic.linked(SUBSCRIPTION, label="has subscription")))
