"""The well-built shop's functions: published, aliased, traced, each with a role of its own."""

from dataclasses import dataclass

from tools.embedded.network import Network
from tools.embedded.permissions import Statement, function_code, role
from tools.embedded.samples import Clients
from tools.embedded.samples.shop_ha.naming import TAGS, account_of
from tools.embedded.samples.shop_ha.queues import Queues
from tools.embedded.samples.shop_ha.stores import TABLE, Stores

ALIAS = "live"


@dataclass(frozen=True, kw_only=True)
class Functions:
    """What the other parts need to know: ARNs of the aliases."""

    orders: str
    checkout: str
    mails: str


def build_functions(client: Clients, network: Network, stores: Stores, queues: Queues) -> Functions:
    """One function behind a queue, one behind an API, one told of events."""
    return Functions(
        orders=_function(
            client,
            "shop-ha-orders",
            (
                ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"),
                (queues.orders,),
            ),
            (("dynamodb:GetItem", "dynamodb:DeleteItem"), (stores.table,)),
            (("s3:PutObject",), (f"arn:aws:s3:::{stores.invoices}/*",)),
            timeout=60,
            network=network,
            variables={
                "DATABASE_HOST": stores.database,
                "CARTS_TABLE": TABLE,
                "INVOICES_BUCKET": stores.invoices,
            },
        ),
        checkout=_function(
            client,
            "shop-ha-api",
            (("sqs:SendMessage",), (queues.orders,)),
            (("dynamodb:GetItem", "dynamodb:PutItem"), (stores.table,)),
            timeout=15,
            variables={"CARTS_TABLE": TABLE, "ORDERS_QUEUE": queues.orders_url},
        ),
        mails=_function(
            client,
            "shop-ha-mails",
            (("dynamodb:GetItem",), (stores.table,)),
            (("sqs:SendMessage",), (queues.mails_failed,)),
            timeout=60,
            variables={"CARTS_TABLE": TABLE},
        ),
    )


def _function(
    client: Clients,
    name: str,
    *statements: Statement,
    timeout: int,
    variables: dict[str, str],
    network: Network | None = None,
) -> str:
    """Create the function and publish it; the ARN of its alias."""
    functions, group = client("lambda"), f"/aws/lambda/{name}"
    client("logs").create_log_group(logGroupName=group, tags=TAGS)
    client("logs").put_retention_policy(logGroupName=group, retentionInDays=30)
    logs = f"arn:aws:logs:{_region(client)}:{account_of(client)}:log-group:{group}:*"
    placed = (
        {
            "VpcConfig": {
                "SubnetIds": list(network.private),
                "SecurityGroupIds": [network.app],
            }
        }
        if network
        else {}
    )
    functions.create_function(
        FunctionName=name,
        Runtime="python3.13",
        Role=role(
            client("iam"),
            name,
            "lambda.amazonaws.com",
            TAGS,
            *statements,
            (("logs:CreateLogStream", "logs:PutLogEvents"), (logs,)),
            (("xray:PutTraceSegments", "xray:PutTelemetryRecords"), ("*",)),
        ),
        Handler="index.handler",
        Code={"ZipFile": function_code()},
        Timeout=timeout,
        MemorySize=512,
        Architectures=["arm64"],
        TracingConfig={"Mode": "Active"},
        LoggingConfig={"LogFormat": "JSON", "LogGroup": group},
        Environment={"Variables": variables},
        Tags=TAGS,
        **placed,
    )
    functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=50)
    version = functions.publish_version(FunctionName=name)["Version"]
    alias: str = functions.create_alias(FunctionName=name, Name=ALIAS, FunctionVersion=version)[
        "AliasArn"
    ]
    return alias


def _region(client: Clients) -> str:
    region: str = client("lambda").meta.region_name
    return region
