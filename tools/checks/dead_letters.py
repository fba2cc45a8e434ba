"""Work that waits for a consumer: how long it is kept, and where it goes when it cannot be done."""

from typing import Any

from state.snapshot import RelationKind
from tools.checks.alarms import soonest, watching
from tools.checks.paper import Draft
from tools.checks.view import View
from tools.grading.assumptions import assumptions

QUEUE = "AWS::SQS::Queue"
ATTRIBUTES = "sqs:GetQueueAttributes"
LONGEST_RETENTION = 14 * 86_400  # seconds


def lost_while_standing_still(kept: float, *watched: View) -> float:
    """Seconds of work that is gone before its consumer works again, if it is kept that long.

    The consumer stands still until an alarm on one of those that are watched (or the assumption for
    what nobody watches) has fired, somebody has decided, and the backlog is cleared.

    Raises:
        Unknown: it would be known only if the alarms could be seen.
    """
    table = assumptions()
    by_hand = table["decide"].seconds + table["drain_by_hand"].seconds
    unnoticed = table["unmonitored"].seconds
    if kept >= unnoticed + by_hand:
        return 0.0
    told = soonest(watching(*watched))
    noticed = unnoticed if told is None else min(told, unnoticed)
    return max(noticed + by_hand - kept, 0.0)


def keep_failures(source: Draft, label: str, *, fifo: bool = False) -> str:
    """Set up a queue on paper that takes what the source cannot get done; the queue's ARN."""
    name = f"{source.name.removesuffix('.fifo')}-dead-letters" + (".fifo" if fifo else "")
    arn = source.paper.arn("sqs", source.region, name)
    facts: dict[str, Any] = {
        "QueueArn": arn,
        "MessageRetentionPeriod": str(LONGEST_RETENTION),
        "VisibilityTimeout": "30",
        "ApproximateNumberOfMessages": "0",
        **({"FifoQueue": "true"} if fifo else {}),
    }
    queue = source.add(QUEUE, name, {ATTRIBUTES: facts}, member=False)
    source.link(queue, label, kind=RelationKind.DATA_FLOW, hard=False)
    return arn
