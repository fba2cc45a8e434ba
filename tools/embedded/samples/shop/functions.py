"""The shop's functions and what drives them: nothing is kept that fails."""

import json
from typing import Any

from tools.embedded.network import Network
from tools.embedded.permissions import function_code, role
from tools.embedded.samples import Clients
from tools.embedded.samples.shop.naming import TAGS, account_of, invoices_of
from tools.embedded.samples.shop.stores import Stores
from tools.embedded.tags import pairs, small_pairs


def build_functions(client: Clients, network: Network, stores: Stores) -> None:
    """Three functions under one role: behind a queue, behind an API, and told of events."""
    functions = client("lambda")
    execution_role = role(
        client("iam"),
        "shop-functions",
        "lambda.amazonaws.com",
        TAGS,
        (("sqs:*", "dynamodb:*", "sns:Publish", "logs:*"), ("*",)),
        (("s3:GetObject", "s3:PutObject"), (f"arn:aws:s3:::{invoices_of(client)}/*",)),
    )
    common: dict[str, Any] = {
        "Role": execution_role,
        "Handler": "index.handler",
        "Code": {"ZipFile": function_code()},
        "MemorySize": 128,
        "Tags": TAGS,
    }
    orders = functions.create_function(
        FunctionName="shop-orders",
        Runtime="python3.9",
        Timeout=60,
        VpcConfig={"SubnetIds": [network.private[0]], "SecurityGroupIds": [network.app]},
        Environment={
            "Variables": {
                "DATABASE_HOST": stores.database,
                "INVOICES_BUCKET": invoices_of(client),
                "CARTS_TABLE": "shop-carts",
            }
        },
        **common,
    )["FunctionArn"]
    queue = client("sqs").create_queue(
        QueueName="shop-orders",
        Attributes={"VisibilityTimeout": "60"},
        tags={**TAGS, "keep": "14 days"},  # meant, and never set: messages are kept for four
    )["QueueUrl"]
    queue_arn = client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])[
        "Attributes"
    ]["QueueArn"]
    functions.create_event_source_mapping(
        FunctionName=orders, EventSourceArn=queue_arn, BatchSize=10, Tags=TAGS
    )
    mails = functions.create_function(
        FunctionName="shop-mails", Runtime="python3.12", Timeout=60, **common
    )["FunctionArn"]
    rule = client("events").put_rule(
        Name="shop-mails",
        EventPattern=json.dumps({"source": ["shop"], "detail-type": ["OrderPlaced"]}),
        Tags=pairs(TAGS),
    )["RuleArn"]
    client("events").put_targets(Rule="shop-mails", Targets=[{"Id": "mails", "Arn": mails}])
    functions.add_permission(
        FunctionName="shop-mails",
        StatementId="rule",
        Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com",
        SourceArn=rule,
    )
    checkout = functions.create_function(
        FunctionName="shop-api",
        Runtime="python3.12",
        Timeout=60,
        Environment={"Variables": {"ORDERS_QUEUE": queue, "CARTS_TABLE": "shop-carts"}},
        **common,
    )["FunctionArn"]
    _api(client, checkout)
    _checkout(client, checkout)


def _api(client: Clients, function: str) -> None:
    api = client("apigateway")
    region = api.meta.region_name
    rest_api = api.create_rest_api(name="shop", tags=TAGS)["id"]
    root = api.get_resources(restApiId=rest_api)["items"][0]["id"]
    address = {"restApiId": rest_api, "resourceId": root, "httpMethod": "POST"}
    api.put_method(**address, authorizationType="NONE")
    api.put_integration(
        **address,
        type="AWS_PROXY",
        integrationHttpMethod="POST",
        uri=f"arn:aws:apigateway:{region}:lambda:path/2015-03-31/functions/{function}/invocations",
    )
    deployment = api.create_deployment(restApiId=rest_api)["id"]
    api.create_stage(restApiId=rest_api, stageName="prod", deploymentId=deployment, tags=TAGS)
    client("lambda").add_permission(
        FunctionName="shop-api",
        StatementId="api",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
        SourceArn=f"arn:aws:execute-api:{region}:{account_of(client)}:{rest_api}/*/POST/",
    )


def _checkout(client: Clients, function: str) -> None:
    """A state machine that neither retries nor gives up."""
    client("stepfunctions").create_state_machine(
        name="shop-checkout",
        roleArn=role(
            client("iam"),
            "shop-checkout",
            "states.amazonaws.com",
            TAGS,
            (("lambda:InvokeFunction",), (function,)),
        ),
        definition=json.dumps(
            {
                "StartAt": "Pay",
                "States": {"Pay": {"Type": "Task", "Resource": function, "End": True}},
            }
        ),
        tags=small_pairs(TAGS),
    )
