"""SQS queues. A queue that others send their failures to is a dead-letter queue and has no own."""

from state.categories.excessive_latency import SLOW_DEPENDENCY, TIMEOUTS
from state.categories.excessive_load import BACKLOG, OVERLOAD
from state.categories.misconfiguration_and_bugs import BAD_CHANGE, GUARDRAILS
from state.categories.shared_fate import GREY_FAILURE, SHARED_COMPONENT_FAILED
from state.judgements import Cost, Effort, Layer, Phase
from tools.checks import NOT_APPLICABLE, Effect, Example, Outcome, Remedy, check, passed_if, puts
from tools.checks.alarms import TOPIC, TOPIC_READ
from tools.checks.dead_letters import ATTRIBUTES as READ
from tools.checks.dead_letters import (
    LONGEST_RETENTION,
    QUEUE,
    keep_failures,
    lost_while_standing_still,
)
from tools.checks.paper import Draft
from tools.checks.rules import lambda_, lambda_event_sources
from tools.checks.view import View
from tools.grading.assumptions import assumptions

FUNCTION, MAPPING = lambda_.FUNCTION, lambda_event_sources.MAPPING

DAY = 86_400
DEFAULT_RETENTION = 4 * DAY
TRIES = 5  # before a message steps aside, as recommended
TRIES_OF_VISIBILITY = 6  # AWS's figure: room for Lambda's pollers to retry when throttled


def _consumer(timeout: int = 30, window: int = 0) -> Example:
    return Example(
        type=MAPPING,
        label="polls",
        facts={lambda_event_sources.LIST: {"MaximumBatchingWindowInSeconds": window}},
        linked=[
            Example(type=FUNCTION, label="invokes", facts={lambda_.LIST: {"Timeout": timeout}})
        ],
    )


def _queue(
    *linked_from: Example, linked: tuple[Example, ...] = (), **attributes: object
) -> Example:
    return Example(facts={READ: attributes}, linked_from=linked_from, linked=linked)


_SOURCE = Example(type=QUEUE, label="dead letters to")
_REDRIVE = {"deadLetterTargetArn": "arn:aws:sqs:eu-west-1:123456789012:dead", "maxReceiveCount": 5}


def _consumers(queue: View) -> list[View]:
    return queue.linked_from(MAPPING, label="polls")


def _is_dead_letter_queue(queue: View) -> bool:
    """Whether somebody sends failures to it, or it names those who may (in other accounts)."""
    return bool(
        queue.linked_from(label="dead letters to")
        or queue.linked_from(label="sends failures to")
        or queue.read(READ, "RedriveAllowPolicy.redrivePermission") == "byQueue"
    )


def _let_failures_step_aside(queue: Draft) -> None:
    arn = keep_failures(queue, "dead letters to", fifo=queue.read(READ, "FifoQueue") == "true")
    queue.put(READ, RedrivePolicy={"deadLetterTargetArn": arn, "maxReceiveCount": TRIES})


def _seconds_of_tries(queue: View) -> float:
    """How long a message that always fails comes back: as long as by hand, at most.

    Each try takes the visibility timeout, or what its consumer needs where that is longer.
    """
    tries = int(queue.read(READ, "RedrivePolicy.maxReceiveCount") or 0)
    visible = max(int(queue.read(READ, "VisibilityTimeout") or 0), _visibility_needed(queue))
    return min(float(tries * visible), assumptions()["drain_by_hand"].seconds)


@check(
    id="sqs.queue_no_dlq",
    resource_type=QUEUE,
    title="A queue has no dead-letter queue: a message that fails comes back until it expires",
    question=GREY_FAILURE,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=(Effect(SHARED_COMPONENT_FAILED, Phase.ACT, "drain_by_hand", by_person=True),),
    on_pass=(Effect(SHARED_COMPONENT_FAILED, Phase.ACT, "message_steps_aside"),),
    effect_source=(
        "somebody has to find the poison message among the good ones and remove it; with a "
        "dead-letter queue, the maximum receive count times the visibility timeout"
    ),
    recommendation=(
        "Make a dead-letter queue and name it in the queue's `RedrivePolicy` with a "
        "`maxReceiveCount` of 5 or so: failing messages step aside by themselves and can be "
        "replayed; costs next to nothing."
    ),
    documentation=(
        "Using dead-letter queues in Amazon SQS",
        "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/"
        "sqs-dead-letter-queues.html",
    ),
    strength="messages that fail again and again step aside into a dead-letter queue",
    remedy=Remedy(change=_let_failures_step_aside, effort=Effort.HOURS, cost=Cost.LITTLE),
    passes=[_queue(_consumer(), RedrivePolicy=_REDRIVE, VisibilityTimeout="180")],
    fails=[_queue(_consumer())],
    silent=[
        _queue(),
        _queue(_consumer(), _SOURCE),
        _queue(_consumer(), RedriveAllowPolicy={"redrivePermission": "byQueue"}),
    ],
)
def queue_no_dlq(queue: View) -> Outcome:
    """The consumer spends itself on the same message; a FIFO queue's group stands still."""
    target = queue.read(READ, "RedrivePolicy.deadLetterTargetArn")
    if not _consumers(queue) or _is_dead_letter_queue(queue):
        return NOT_APPLICABLE
    return passed_if(bool(target), message_steps_aside=_seconds_of_tries(queue))


def _visibility_needed(queue: View | Draft) -> int:
    """What the slowest consumer needs, in seconds; 0 if no function takes from the queue."""
    needed = 0
    for mapping in queue.linked_from(MAPPING, label="polls"):
        window = mapping.read(lambda_event_sources.LIST, "MaximumBatchingWindowInSeconds") or 0
        for function in mapping.linked(FUNCTION, label="invokes"):
            timeout = function.read(lambda_.LIST, "Timeout") or 0
            needed = max(needed, TRIES_OF_VISIBILITY * timeout + window)
    return needed


def _outlast_consumer(queue: Draft) -> None:
    queue.put(READ, VisibilityTimeout=str(_visibility_needed(queue)))


@check(
    id="sqs.visibility_timeout_low",
    resource_type=QUEUE,
    title=(
        "A queue's visibility timeout is under six times its consumer's: slow work is done twice "
        "or given up"
    ),
    question=TIMEOUTS,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=(
        Effect(SLOW_DEPENDENCY, Phase.ACT, "drain_by_hand", by_person=True),
        Effect(SLOW_DEPENDENCY, Phase.PROPAGATE, "message_shows_again"),
    ),
    on_pass=(Effect(SLOW_DEPENDENCY, Phase.PROPAGATE, "message_shows_again"),),
    effect_source=(
        "good messages that were given up wait in the dead-letter queue for somebody; those that a "
        "consumer fails with show again after the visibility timeout (that it needs, if longer)"
    ),
    recommendation=(
        "Set the queue's `VisibilityTimeout` to six times the function's timeout plus the batching "
        "window, or shorten the function's timeout; no cost."
    ),
    documentation=(
        "Creating and configuring an Amazon SQS event source mapping",
        "https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html",
    ),
    remedy=Remedy(change=_outlast_consumer, effort=Effort.MINUTES, cost=Cost.FREE),
    passes=[_queue(_consumer(5), VisibilityTimeout="30")],
    fails=[
        _queue(_consumer(30), VisibilityTimeout="60"),
        _queue(_consumer(5, window=10), VisibilityTimeout="30"),
    ],
    silent=[_queue(VisibilityTimeout="30")],
)
def visibility_timeout_low(queue: View) -> Outcome:
    """A message that shows again while it is worked on uses up its tries without having failed."""
    visible = int(queue.read(READ, "VisibilityTimeout") or 0)
    needed = _visibility_needed(queue)
    if not needed:
        return NOT_APPLICABLE
    return passed_if(
        visible >= needed,
        note=f"{visible} s, its consumer needs {needed} s",
        message_shows_again=float(max(visible, needed)),
    )


def _remember_longer(queue: Draft) -> None:
    """Four days, and no less in the queue that takes what fails."""
    queue.put(READ, MessageRetentionPeriod=str(DEFAULT_RETENTION))
    for target in queue.linked(QUEUE, label="dead letters to"):
        if int(target.read(READ, "MessageRetentionPeriod") or 0) < DEFAULT_RETENTION:
            _keep_longest(target)


def _keep_longest(queue: Draft) -> None:
    queue.put(READ, MessageRetentionPeriod=str(LONGEST_RETENTION))


def _keep_failures_longer(queue: Draft) -> None:
    for target in queue.linked(QUEUE, label="dead letters to"):
        _keep_longest(target)


_WATCHED = Example(
    type="AWS::CloudWatch::Alarm",
    label="watches",
    facts={
        "cloudwatch:DescribeAlarms": {
            "Namespace": "AWS/SQS",
            "MetricName": "ApproximateAgeOfOldestMessage",
            "Period": 60,
            "EvaluationPeriods": 5,
            "ActionsEnabled": True,
            "AlarmActions": ["arn:aws:sns:eu-west-1:123456789012:on-call"],
        }
    },
    linked=[
        Example(type=TOPIC, label="notifies", facts={TOPIC_READ: {"SubscriptionsConfirmed": "1"}})
    ],
)
_FORGOTTEN = (
    Effect(OVERLOAD, Phase.LOSE, "kept_too_short"),
    Effect(BAD_CHANGE, Phase.LOSE, "kept_too_short"),
)


@check(
    id="sqs.queue_retention_short",
    resource_type=QUEUE,
    title="A queue forgets its messages before a consumer that stands still is noticed and mended",
    question=BACKLOG,
    layer=Layer.DISASTER_RECOVERY,
    on_fail=_FORGOTTEN,
    on_pass=_FORGOTTEN,
    effect_source=(
        "the time until somebody is told (an alarm's, or the assumption for none), decides and "
        "clears the backlog, less the retention period: what is older is deleted, read or not"
    ),
    recommendation=(
        "Raise `MessageRetentionPeriod` to four days (AWS's default) or more, unless the messages "
        "are worthless by then; no cost."
    ),
    documentation=(
        "Basic Amazon SQS architecture",
        "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/"
        "sqs-basic-architecture.html",
    ),
    remedy=Remedy(change=_remember_longer, effort=Effort.MINUTES, cost=Cost.FREE),
    passes=[
        _queue(_consumer(), MessageRetentionPeriod="345600"),
        _queue(_consumer(), _WATCHED, MessageRetentionPeriod="14400"),
    ],
    fails=[
        _queue(_consumer(), MessageRetentionPeriod="14400"),
        _queue(_consumer(), _WATCHED, MessageRetentionPeriod="3600"),
    ],
    silent=[_queue(MessageRetentionPeriod="3600")],
)
def queue_retention_short(queue: View) -> Outcome:
    """The queue is the buffer that carries work over an outage; it is as long as its retention."""
    retention = int(queue.read(READ, "MessageRetentionPeriod") or 0)
    if not _consumers(queue) or _is_dead_letter_queue(queue):
        return NOT_APPLICABLE
    consumers = [f for m in _consumers(queue) for f in m.linked(FUNCTION, label="invokes")]
    lost = lost_while_standing_still(retention, queue, *consumers)
    return passed_if(not lost, kept_too_short=lost)


def _with_dead_letters(own: int, dead: int, **attributes: object) -> Example:
    target = Example(
        type=QUEUE, label="dead letters to", facts={READ: {"MessageRetentionPeriod": str(dead)}}
    )
    return _queue(
        linked=(target,),
        MessageRetentionPeriod=str(own),
        RedrivePolicy=_REDRIVE,
        **attributes,
    )


@check(
    id="sqs.dlq_retention_not_longer",
    resource_type=QUEUE,
    title="A dead-letter queue keeps messages no longer than its source: they expire unseen",
    question=GUARDRAILS,
    layer=Layer.DISASTER_RECOVERY,
    on_fail=(Effect(BAD_CHANGE, Phase.LOSE, "dropped_until_noticed"),),
    effect_source="a message's age counts from when it was first sent, also in the second queue",
    recommendation=(
        "Set the dead-letter queue's `MessageRetentionPeriod` to 14 days, the longest; no cost."
    ),
    documentation=(
        "Using dead-letter queues in Amazon SQS",
        "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/"
        "sqs-dead-letter-queues.html",
    ),
    remedy=Remedy(change=_keep_failures_longer, effort=Effort.MINUTES, cost=Cost.FREE),
    passes=[
        _with_dead_letters(4 * DAY, 14 * DAY),
        _with_dead_letters(14 * DAY, 14 * DAY),
        _with_dead_letters(4 * DAY, 4 * DAY),
    ],
    fails=[_with_dead_letters(14 * DAY, 4 * DAY), _with_dead_letters(DAY, DAY)],
    silent=[_queue(), _with_dead_letters(14 * DAY, 4 * DAY, FifoQueue="true")],
)
def dlq_retention_not_longer(queue: View) -> Outcome:
    """A message that has waited days before it failed has that much less time to be looked at.

    Four days in both queues, as AWS makes them, outlast a long weekend. FIFO queues count anew.
    """
    if not queue.read(READ, "RedrivePolicy.deadLetterTargetArn"):
        return NOT_APPLICABLE
    if queue.read(READ, "FifoQueue") == "true":
        return NOT_APPLICABLE
    own = int(queue.read(READ, "MessageRetentionPeriod") or 0)
    kept = [
        int(target.read(READ, "MessageRetentionPeriod") or 0)
        for target in queue.linked(QUEUE, label="dead letters to")
    ]
    if not kept:
        return NOT_APPLICABLE
    enough = max(own, DEFAULT_RETENTION)
    return passed_if(all(each >= enough or each > own for each in kept))


@check(
    id="sqs.dlq_not_empty",
    resource_type=QUEUE,
    title="A dead-letter queue holds messages: work has failed and nobody has dealt with it",
    question=BACKLOG,
    layer=Layer.CONTINUOUS_IMPROVEMENT,
    on_fail=(Effect(OVERLOAD, Phase.ACT, "drain_by_hand", by_person=True),),
    effect_source="the queue's own count; each message has to be understood and sent back",
    recommendation=(
        "Find out why they failed, start a redrive to the source queue (`StartMessageMoveTask`), "
        "and set an alarm on the queue's `ApproximateNumberOfMessagesVisible` above zero."
    ),
    documentation=(
        "Learn how to configure a dead-letter queue redrive in Amazon SQS",
        "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/"
        "sqs-configure-dead-letter-queue-redrive.html",
    ),
    remedy=Remedy(
        change=puts(READ, ApproximateNumberOfMessages="0"), effort=Effort.HOURS, cost=Cost.FREE
    ),
    passes=[_queue(_SOURCE, ApproximateNumberOfMessages="0")],
    fails=[_queue(_SOURCE, ApproximateNumberOfMessages="12")],
    silent=[_queue(ApproximateNumberOfMessages="12")],
)
def dlq_not_empty(queue: View) -> Outcome:
    """What nobody takes out of a dead-letter queue is lost as surely as if thrown away."""
    waiting = int(queue.read(READ, "ApproximateNumberOfMessages") or 0)
    if not _is_dead_letter_queue(queue):
        return NOT_APPLICABLE
    return passed_if(waiting == 0, note=f"{waiting} messages")
