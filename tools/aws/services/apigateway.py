"""API Gateway, REST APIs: stages, and every method's integration in one call per API."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import jmespath

from tools.aws.declarations import Call, Collector, Find, Item, Link, Reference
from tools.aws.mentions import log_groups

RESOURCES = "apigateway:GetResources"
STAGES = "apigateway:GetStages"

_FUNCTION = re.compile(r"/functions/(arn:[^/]+)/invocations")
_QUEUE = re.compile(r":sqs:path/\d+/([\w.-]+)")


def _backends(answers: Mapping[str, Any]) -> Iterable[Reference]:
    """What the methods call: functions (synchronously or as events), queues, other resources."""
    for integration in _integrations(answers.get(RESOURCES) or ()):
        uri = integration.get("uri") or ""
        path = "[].resourceMethods.*.methodIntegration.uri"
        if function := _FUNCTION.search(uri):
            label = "sends events to" if _is_event(integration) else "invokes"
            yield Reference(
                value=function[1],
                to="AWS::Lambda::Function",
                label=label,
                operation=RESOURCES,
                path=path,
            )
        elif queue := _QUEUE.search(uri):
            yield Reference(
                value=queue[1],
                to="AWS::SQS::Queue",
                label="sends to",
                operation=RESOURCES,
                path=path,
            )
        elif host := re.match(r"https?://([^/:]+)", uri):
            yield Reference(
                value=host[1], label="calls", guess=True, operation=RESOURCES, path=path
            )


def _named_by_api(api: Item, answers: Mapping[str, Any]) -> Iterable[Reference]:
    yield from _backends(answers)
    logs = jmespath.search("[].accessLogSettings.destinationArn", answers.get(STAGES) or []) or ()
    yield from log_groups(logs, operation=STAGES, path="[].accessLogSettings.destinationArn")


def _integrations(resources: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for resource in resources:
        for method in (resource.get("resourceMethods") or {}).values():
            if integration := method.get("methodIntegration"):
                yield integration


def _is_event(integration: Mapping[str, Any]) -> bool:
    parameters = integration.get("requestParameters") or {}
    kind = parameters.get("integration.request.header.X-Amz-Invocation-Type", "")
    return "Event" in str(kind)


REST_API = Collector(
    type="AWS::ApiGateway::RestApi",
    read=Call(operation="apigateway:GetRestApis", items="items[]", iam="apigateway:GET"),
    id="id",
    arn="arn:{partition}:apigateway:{region}::/restapis/{id}",
    # A tagged stage stands for its API.
    arn_pattern=r"arn:[^:]+:apigateway:[^:]*::/restapis/(?P<id>[^/]+)(?:/stages/.+)?",
    name="name",
    aliases=("name",),  # as metrics call it
    tags="tags",
    find=Find.LISTED,
    follow_ups=(
        Call(
            operation=STAGES,
            items="item[]",
            arguments={"restApiId": "{id}"},
            iam="apigateway:GET",
        ),
        Call(
            operation=RESOURCES,
            items="items[]",
            arguments={"restApiId": "{id}", "embed": ["methods"]},
            iam="apigateway:GET",
            page_size=500,
        ),
    ),
    links=(
        Link(
            path="endpointConfiguration.vpcEndpointIds",
            to="AWS::EC2::VPCEndpoint",
            label="reached through",
        ),
    ),
    references=_named_by_api,
    redact=(
        "policy",
        "*.variables.*",
        "*.resourceMethods.*.methodIntegration.requestParameters.*",
        "*.resourceMethods.*.methodIntegration.requestTemplates.*",
    ),
)

COLLECTORS = (REST_API,)
