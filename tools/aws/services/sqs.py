"""SQS queues. A queue is read by its address, which is made from its ARN."""

from collections.abc import Iterable, Mapping
from typing import Any

from state.snapshot import RelationKind
from tools.aws.declarations import Call, Collector, Item, Link, Reference
from tools.aws.mentions import callers


def _senders(queue: Item, answers: Mapping[str, Any]) -> Iterable[Reference]:
    if not answers:
        yield from callers(
            queue.get("Policy"),
            label="sends to",
            operation="sqs:GetQueueAttributes",
            path="Policy",
        )


QUEUE = Collector(
    type="AWS::SQS::Queue",
    read=Call(
        operation="sqs:GetQueueAttributes",
        items="Attributes",
        arguments={
            "QueueUrl": "https://sqs.{region}.{domain}/{account}/{id}",
            "AttributeNames": ["All"],
        },
        absent=("AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist"),
    ),
    each=True,
    id="_id",
    arn="arn:{partition}:sqs:{region}:{account}:{id}",
    arn_pattern=r"(?:arn:[^:]+:sqs:[^:]*:[^:]*:|https?://[^/]+/\d+/)(?P<id>[^:/]+)",
    links=(
        Link(
            path="RedrivePolicy.deadLetterTargetArn",
            to="AWS::SQS::Queue",
            label="dead letters to",
            hard=False,
        ),
        Link(
            path="[KmsMasterKeyId][?@ && !contains(@, 'alias/aws/')]",
            to="AWS::KMS::Key",
            kind=RelationKind.PERMISSIONS,
            label="encrypted with",
        ),
    ),
    references=_senders,
    json_texts=("RedrivePolicy", "RedriveAllowPolicy", "Policy"),
)

COLLECTORS = (QUEUE,)
