"""SNS: topics and subscriptions. Endpoints are redacted: mail addresses, numbers, web hooks."""

from collections.abc import Iterable, Mapping
from typing import Any

from state.snapshot import RelationKind
from tools.aws.declarations import Call, Collector, Find, Item, Link, Reference
from tools.aws.mentions import callers


def _publishers(topic: Item, answers: Mapping[str, Any]) -> Iterable[Reference]:
    if not answers:
        yield from callers(
            topic.get("Policy"),
            label="publishes to",
            operation="sns:GetTopicAttributes",
            path="Policy",
        )


TOPIC = Collector(
    type="AWS::SNS::Topic",
    read=Call(
        operation="sns:GetTopicAttributes",
        items="Attributes",
        arguments={"TopicArn": "{arn}"},
        absent=("NotFound", "NotFoundException"),
    ),
    each=True,
    id="_id",
    arn="arn:{partition}:sns:{region}:{account}:{id}",
    arn_pattern=r"arn:[^:]+:sns:[^:]*:[^:]*:(?P<id>[^:]+)",
    links=(
        Link(
            path="[KmsMasterKeyId][?@ && !contains(@, 'alias/aws/')]",
            to="AWS::KMS::Key",
            kind=RelationKind.PERMISSIONS,
            label="encrypted with",
        ),
    ),
    references=_publishers,
    json_texts=("Policy", "DeliveryPolicy", "EffectiveDeliveryPolicy"),
)

SUBSCRIPTION = Collector(
    type="AWS::SNS::Subscription",
    read=Call(operation="sns:ListSubscriptions", items="Subscriptions[]"),
    id="SubscriptionArn",
    arn="arn:{partition}:sns:{region}:{account}:*",
    arn_path="SubscriptionArn",
    arn_pattern=r"arn:[^:]+:sns:[^:]*:[^:]*:(?P<name>[^:]+:[^:]+)",
    name="join(' ', [Protocol, 'subscription to', TopicArn])",
    find=Find.ATTACHED,
    attached_are_members=True,
    keep="starts_with(SubscriptionArn, 'arn:')",  # not yet confirmed: has no ARN
    follow_ups=(
        Call(
            operation="sns:GetSubscriptionAttributes",
            items="Attributes",
            arguments={"SubscriptionArn": "{arn}"},
            when="contains(['http', 'https', 'sqs', 'lambda', 'firehose'], Protocol)",
        ),
    ),
    links=(
        Link(
            path="TopicArn",
            to="AWS::SNS::Topic",
            kind=RelationKind.CONTAINMENT,
            label="has subscription",
            hard=False,
            incoming=True,
            attach=True,
        ),
        Link(path="[Endpoint][?starts_with(@, 'arn:')]", label="delivers to"),
        Link(
            path="RedrivePolicy.deadLetterTargetArn",
            to="AWS::SQS::Queue",
            label="dead letters to",
            hard=False,
            operation="sns:GetSubscriptionAttributes",
        ),
    ),
    json_texts=("RedrivePolicy", "FilterPolicy", "DeliveryPolicy", "EffectiveDeliveryPolicy"),
    redact=("Endpoint",),
)

COLLECTORS = (TOPIC, SUBSCRIPTION)
