"""The well-built shop's queues: what fails lands in a queue that keeps it longest."""

import json
from dataclasses import dataclass

from tools.embedded.samples import Clients
from tools.embedded.samples.shop_ha.naming import TAGS, account_of

DAY = 24 * 60 * 60
ORDERS, ORDERS_FAILED = "shop-ha-orders", "shop-ha-orders-failed"
MAILS_FAILED = "shop-ha-mails-failed"


@dataclass(frozen=True, kw_only=True)
class Queues:
    """ARNs, and the URL under which orders are sent."""

    orders: str
    orders_url: str
    mails_failed: str


def build_queues(client: Clients) -> Queues:
    """The orders, and what failed of orders and of mails."""
    sqs, keep = client("sqs"), str(14 * DAY)
    prefix = f"arn:aws:sqs:{sqs.meta.region_name}:{account_of(client)}"
    sqs.create_queue(
        QueueName=ORDERS_FAILED, Attributes={"MessageRetentionPeriod": keep}, tags=TAGS
    )
    sqs.create_queue(
        QueueName=MAILS_FAILED,
        Attributes={
            "MessageRetentionPeriod": keep,
            "Policy": _from_events(f"{prefix}:{MAILS_FAILED}"),
        },
        tags=TAGS,
    )
    orders_url = sqs.create_queue(
        QueueName=ORDERS,
        Attributes={
            "VisibilityTimeout": "360",  # six times the function's timeout
            "MessageRetentionPeriod": str(4 * DAY),
            "ReceiveMessageWaitTimeSeconds": "20",
            "RedrivePolicy": json.dumps(
                {"deadLetterTargetArn": f"{prefix}:{ORDERS_FAILED}", "maxReceiveCount": 5}
            ),
        },
        tags=TAGS,
    )["QueueUrl"]
    return Queues(
        orders=f"{prefix}:{ORDERS}",
        orders_url=orders_url,
        mails_failed=f"{prefix}:{MAILS_FAILED}",
    )


def _from_events(queue: str) -> str:
    return json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "events.amazonaws.com"},
                    "Action": "sqs:SendMessage",
                    "Resource": queue,
                }
            ],
        }
    )
