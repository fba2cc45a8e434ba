"""SQS: work off what piled up, move dead letters back. Nothing is ever purged."""

from state.categories.excessive_latency import SLOW_DEPENDENCY
from state.categories.excessive_load import OVERLOAD
from state.categories.misconfiguration_and_bugs import BAD_CHANGE
from state.categories.shared_fate import SHARED_COMPONENT_FAILED
from state.runbooks import Look
from tools.runbook.commands import blank, from_file
from tools.runbook.declarations import Draft, Place, act, look, metric, procedure

_QUEUE = "AWS::SQS::Queue"
_NEVER = (
    "Never purge the queue: every message in it is lost.",
    "Do not delete the queue or shorten its retention.",
)


def _url(at: Place) -> str:
    """The queue's address, which its name spells."""
    suffix = "amazonaws.com.cn" if at.known.snapshot.partition == "aws-cn" else "amazonaws.com"
    return f"https://sqs.{at.region}.{suffix}/{at.known.snapshot.account}/{at.short}"


def _depth(at: Place) -> Look:
    return look(
        at.aws(
            "sqs",
            "get-queue-attributes",
            queue_url=_url(at),
            attribute_names=["All"],
            query="Attributes.{Waiting: ApproximateNumberOfMessages, "
            "InHand: ApproximateNumberOfMessagesNotVisible, Retention: MessageRetentionPeriod, "
            "Dead: RedrivePolicy}",
        ),
        "`Waiting`, `InHand`, `Retention` (seconds)",
        "few are waiting, and more are in hand than none",
    )


def _age(at: Place) -> Look:
    return look(
        metric(at, "AWS/SQS", "ApproximateAgeOfOldestMessage", "Maximum", QueueName=at.short),
        "`ApproximateAgeOfOldestMessage` (maximum), in seconds",
        "falling, and well below the retention: beyond it messages are lost",
    )


@procedure(_QUEUE, OVERLOAD, SLOW_DEPENDENCY, SHARED_COMPONENT_FAILED, title="work off the backlog")
def drain(at: Place) -> Draft:
    """More consumers, or more time until messages expire."""
    retention = at.fact("sqs:GetQueueAttributes", "MessageRetentionPeriod") or "345600"
    return Draft(
        purpose="Messages pile up: their consumer is too slow, stopped or fails.",
        checks=[_depth(at), _age(at)],
        actions=[
            act(
                "If the oldest message is near the retention, keep messages longer: 14 days.",
                at.aws(
                    "sqs",
                    "set-queue-attributes",
                    queue_url=_url(at),
                    attributes={"MessageRetentionPeriod": "1209600"},
                ),
            ),
            act("Mend the consumer: see the procedures of what takes from this queue."),
            act("Let more consumers run, as far as what they call can bear it."),
            act(
                "Wait for messages that consumers failed with: each shows again once the queue's "
                "visibility timeout is over.",
                phase="propagate",
            ),
        ],
        verification=[_age(at), _depth(at)],
        rollback=[
            act(
                "Set the former retention, once the backlog is gone.",
                at.aws(
                    "sqs",
                    "set-queue-attributes",
                    queue_url=_url(at),
                    attributes={"MessageRetentionPeriod": str(retention)},
                ),
                warning="Older messages are deleted at once: check that none is waiting.",
            )
        ],
        never=_NEVER,
    )


@procedure(_QUEUE, BAD_CHANGE, title="move dead letters back")
def redrive(at: Place) -> Draft:
    """Only after the consumer is mended: otherwise they come right back."""
    target = at.fact("sqs:GetQueueAttributes", "RedrivePolicy.deadLetterTargetArn")
    source = str(target) if target else blank("SOURCE_QUEUE_ARN")
    return Draft(
        purpose="A bad change made messages fail, or the queue's policy keeps users out.",
        checks=[
            _depth(at),
            look(
                at.aws(
                    "sqs",
                    "list-dead-letter-source-queues",
                    queue_url=_url(at),
                    query="queueUrls",
                ),
                "queues that send their dead letters here",
                "an empty list, unless this queue is itself for dead letters",
            ),
        ],
        actions=[
            act("Mend what fails on the messages first."),
            act(
                "If the policy was changed, put the former attributes back from a file.",
                at.aws(
                    "sqs",
                    "set-queue-attributes",
                    queue_url=_url(at),
                    attributes=from_file("POLICY_FILE"),
                ),
                warning="It replaces what the file names.",
            ),
            act(
                "Move the dead letters back to this queue, slowly.",
                at.aws(
                    "sqs",
                    "start-message-move-task",
                    source_arn=source,
                    destination_arn=at.id,
                    max_number_of_messages_per_second=10,
                ),
                expect="a `TaskHandle`: note it",
                warning="Consumers see these messages again: they must bear duplicates.",
            ),
        ],
        verification=[
            look(
                at.aws("sqs", "list-message-move-tasks", source_arn=source),
                "`Status`, `ApproximateNumberOfMessagesMoved`",
                "`COMPLETED`",
            ),
            _age(at),
        ],
        rollback=[
            act(
                "Stop the move if messages fail again.",
                at.aws("sqs", "cancel-message-move-task", task_handle=blank("TASK_HANDLE")),
            )
        ],
        never=_NEVER,
    )
