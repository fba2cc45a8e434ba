"""Where failed events go, on paper: a queue that keeps them until somebody looks, for remedies."""

from state.snapshot import RelationKind
from tools.checks.paper import Draft

QUEUE = "AWS::SQS::Queue"
READ = "sqs:GetQueueAttributes"
_LONGEST = 14 * 86_400  # seconds; the most that SQS keeps


def keep_failures(component: Draft) -> str:
    """Give the component a queue for what it cannot handle; the queue's ARN."""
    name = f"{component.name}-failures"
    arn = component.paper.arn("sqs", component.region, name)
    facts = {
        "QueueArn": arn,
        "MessageRetentionPeriod": str(_LONGEST),
        "VisibilityTimeout": "30",
        "ApproximateNumberOfMessages": "0",
    }
    queue = component.add(QUEUE, name, {READ: facts}, member=False)
    component.link(queue, "sends failures to", kind=RelationKind.DATA_FLOW, hard=False)
    return arn
