"""API Gateway, HTTP and WebSocket APIs: stages and integrations."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

import jmespath

from tools.aws.declarations import Call, Collector, Find, Item, Reference
from tools.aws.mentions import log_groups

INTEGRATIONS = "apigatewayv2:GetIntegrations"
STAGES = "apigatewayv2:GetStages"

_FUNCTION = re.compile(r"(arn:[^:]+:lambda:[^:]*:\d+:function:[^/\s]+)")


def _backends(answers: Mapping[str, Any]) -> Iterable[Reference]:
    """What the routes call: functions, load balancers, state machines and queues by ARN."""
    for integration in answers.get(INTEGRATIONS) or ():
        uri = integration.get("IntegrationUri") or ""
        if function := _FUNCTION.search(uri):
            yield Reference(
                value=function[1],
                to="AWS::Lambda::Function",
                label="invokes",
                operation=INTEGRATIONS,
                path="[].IntegrationUri",
            )
        elif uri:
            host = re.match(r"https?://([^/:]+)", uri)
            yield Reference(
                value=host[1] if host else uri,
                label="calls",
                guess=True,
                operation=INTEGRATIONS,
                path="[].IntegrationUri",
            )


def _named_by_api(api: Item, answers: Mapping[str, Any]) -> Iterable[Reference]:
    yield from _backends(answers)
    logs = jmespath.search("[].AccessLogSettings.DestinationArn", answers.get(STAGES) or []) or ()
    yield from log_groups(logs, operation=STAGES, path="[].AccessLogSettings.DestinationArn")


API = Collector(
    type="AWS::ApiGatewayV2::Api",
    read=Call(operation="apigatewayv2:GetApis", items="Items[]", iam="apigateway:GET"),
    id="ApiId",
    arn="arn:{partition}:apigateway:{region}::/apis/{id}",
    arn_pattern=r"arn:[^:]+:apigateway:[^:]*::/apis/(?P<id>[^/]+)(?:/stages/.+)?",
    name="Name",
    tags="Tags",
    find=Find.LISTED,
    follow_ups=(
        Call(
            operation=STAGES,
            items="Items[]",
            arguments={"ApiId": "{id}"},
            iam="apigateway:GET",
        ),
        Call(
            operation=INTEGRATIONS,
            items="Items[]",
            arguments={"ApiId": "{id}"},
            iam="apigateway:GET",
        ),
    ),
    references=_named_by_api,
    redact=("*.StageVariables.*", "*.RequestParameters.*", "*.RequestTemplates.*"),
)

COLLECTORS = (API,)
