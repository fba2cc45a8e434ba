"""What drives the well-built shop's functions: queue, events, API and state machine."""

import json
from dataclasses import dataclass
from typing import Any

from tools.embedded.permissions import role
from tools.embedded.samples import Clients
from tools.embedded.samples.shop_ha.functions import ALIAS, Functions
from tools.embedded.samples.shop_ha.naming import NAME, TAGS, account_of
from tools.embedded.samples.shop_ha.queues import Queues
from tools.embedded.tags import pairs, small_pairs

STAGE = "prod"


@dataclass(frozen=True, kw_only=True)
class Events:
    """What the alarms need to know."""

    topic: str
    state_machine: str


def build_events(client: Clients, functions: Functions, queues: Queues) -> Events:
    """Consumer, events, API, state machine, and the topic that alarms tell."""
    _orders(client, functions, queues)
    _mails(client, functions, queues)
    _api(client, functions)
    return Events(topic=_topic(client), state_machine=_checkout(client, functions))


def _orders(client: Clients, functions: Functions, queues: Queues) -> None:
    client("lambda").create_event_source_mapping(
        FunctionName=functions.orders,
        EventSourceArn=queues.orders,
        BatchSize=10,
        FunctionResponseTypes=["ReportBatchItemFailures"],
        ScalingConfig={"MaximumConcurrency": 40},
        Tags=TAGS,
    )


def _mails(client: Clients, functions: Functions, queues: Queues) -> None:
    rule = client("events").put_rule(
        Name="shop-ha-mails",
        EventPattern=json.dumps({"source": ["shop-ha"], "detail-type": ["OrderPlaced"]}),
        Tags=pairs(TAGS),
    )["RuleArn"]
    client("events").put_targets(
        Rule="shop-ha-mails",
        Targets=[
            {
                "Id": "mails",
                "Arn": functions.mails,
                "DeadLetterConfig": {"Arn": queues.mails_failed},
                "RetryPolicy": {"MaximumRetryAttempts": 8, "MaximumEventAgeInSeconds": 3600},
            }
        ],
    )
    client("lambda").add_permission(
        FunctionName="shop-ha-mails",
        Qualifier=ALIAS,
        StatementId="rule",
        Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com",
        SourceArn=rule,
    )
    client("lambda").put_function_event_invoke_config(
        FunctionName="shop-ha-mails",
        Qualifier=ALIAS,
        MaximumRetryAttempts=2,
        MaximumEventAgeInSeconds=3600,
        DestinationConfig={"OnFailure": {"Destination": queues.mails_failed}},
    )


def _api(client: Clients, functions: Functions) -> None:
    api, region = client("apigateway"), client("apigateway").meta.region_name
    rest_api = api.create_rest_api(
        name=NAME, endpointConfiguration={"types": ["REGIONAL"]}, tags=TAGS
    )["id"]
    root = api.get_resources(restApiId=rest_api)["items"][0]["id"]
    address = {"restApiId": rest_api, "resourceId": root, "httpMethod": "POST"}
    api.put_method(**address, authorizationType="NONE")
    api.put_integration(
        **address,
        type="AWS_PROXY",
        integrationHttpMethod="POST",
        timeoutInMillis=20_000,
        uri=(
            f"arn:aws:apigateway:{region}:lambda:path/2015-03-31"
            f"/functions/{functions.checkout}/invocations"
        ),
    )
    deployment = api.create_deployment(restApiId=rest_api)["id"]
    api.create_stage(
        restApiId=rest_api,
        stageName=STAGE,
        deploymentId=deployment,
        tracingEnabled=True,
        tags=TAGS,
    )
    client("logs").create_log_group(logGroupName="/aws/apigateway/shop-ha", tags=TAGS)
    client("logs").put_retention_policy(logGroupName="/aws/apigateway/shop-ha", retentionInDays=30)
    access_log = f"arn:aws:logs:{region}:{account_of(client)}:log-group:/aws/apigateway/shop-ha"
    api.update_stage(
        restApiId=rest_api,
        stageName=STAGE,
        patchOperations=[
            {"op": "replace", "path": path, "value": value}
            for path, value in {
                "/*/*/throttling/rateLimit": "100",
                "/*/*/throttling/burstLimit": "200",
                "/*/*/metrics/enabled": "true",
                "/*/*/logging/loglevel": "ERROR",
                "/accessLogSettings/destinationArn": access_log,
                "/accessLogSettings/format": '{"requestId":"$context.requestId"}',
            }.items()
        ],
    )
    client("lambda").add_permission(
        FunctionName="shop-ha-api",
        Qualifier=ALIAS,
        StatementId="api",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
        SourceArn=f"arn:aws:execute-api:{region}:{account_of(client)}:{rest_api}/*/POST/",
    )


def _topic(client: Clients) -> str:
    topic: str = client("sns").create_topic(Name="shop-ha-alerts", Tags=pairs(TAGS))["TopicArn"]
    client("sns").subscribe(
        TopicArn=topic, Protocol="email", Endpoint="on-call@example.com", ReturnSubscriptionArn=True
    )
    return topic


def _checkout(client: Clients, functions: Functions) -> str:
    """A state machine that retries with backoff, gives up in time, and says so."""
    logs = "/aws/vendedlogs/states/shop-ha-checkout"
    client("logs").create_log_group(logGroupName=logs, tags=TAGS)
    client("logs").put_retention_policy(logGroupName=logs, retentionInDays=30)
    destination = (
        f"arn:aws:logs:{client('logs').meta.region_name}:{account_of(client)}:log-group:{logs}:*"
    )
    arn: str = client("stepfunctions").create_state_machine(
        name="shop-ha-checkout",
        type="STANDARD",
        roleArn=role(
            client("iam"),
            "shop-ha-checkout",
            "states.amazonaws.com",
            TAGS,
            (("lambda:InvokeFunction",), (functions.checkout,)),
        ),
        definition=json.dumps(_pay(functions.checkout)),
        loggingConfiguration={
            "level": "ERROR",
            "includeExecutionData": False,
            "destinations": [{"cloudWatchLogsLogGroup": {"logGroupArn": destination}}],
        },
        tracingConfiguration={"enabled": True},
        tags=small_pairs(TAGS),
    )["stateMachineArn"]
    return arn


def _pay(function: str) -> dict[str, Any]:
    return {
        "StartAt": "Pay",
        "TimeoutSeconds": 900,
        "States": {
            "Pay": {
                "Type": "Task",
                "Resource": function,
                "TimeoutSeconds": 30,
                "Retry": [
                    {
                        "ErrorEquals": ["States.Timeout", "States.TaskFailed"],
                        "IntervalSeconds": 2,
                        "MaxAttempts": 4,
                        "BackoffRate": 2.0,
                        "MaxDelaySeconds": 30,
                        "JitterStrategy": "FULL",
                    }
                ],
                "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "NotPaid"}],
                "End": True,
            },
            "NotPaid": {"Type": "Fail", "Error": "NotPaid"},
        },
    }
