"""Lambda functions and who waits for them: how long, and whether anybody could see it."""

from collections.abc import Iterable, Iterator
from math import ceil

from state.categories import excessive_latency
from state.categories.excessive_latency import SLOW_DEPENDENCY, VISIBLE
from state.categories.excessive_load import OVERLOAD, WASTED_WORK
from state.judgements import Cost, Effort, Layer, Phase
from tools.checks import (
    NOT_APPLICABLE,
    Effect,
    Example,
    Outcome,
    Remedy,
    check,
    failed,
    passed,
    passed_if,
)
from tools.checks.paper import Draft
from tools.checks.rules.lambda_ import (
    FUNCTION,
    HELPER,
    LIST,
    at_the_edge,
    runs_at_the_edge,
    serves_deployments_only,
)
from tools.checks.view import View, Workload

REST_API = "AWS::ApiGateway::RestApi"
HTTP_API = "AWS::ApiGatewayV2::Api"
REST = "apigateway:GetResources"
HTTP = "apigatewayv2:GetIntegrations"
# Layers that trace a function without X-Ray's own setting.
_TRACERS = ("otel", "opentelemetry", "datadog", "newrelic", "dynatrace", "lumigo")
REST_DEFAULT_MILLIS, HTTP_DEFAULT_MILLIS = 29_000, 30_000

_INVOCATION = "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/{}/invocations"


def _behind_api(seconds: int, millis: int | None = None, **integration: object) -> Example:
    """A function with a timeout, called by a REST API that waits so long."""
    arn = "arn:aws:lambda:eu-west-1:123456789012:function:orders"
    call: dict[str, object] = {"uri": _INVOCATION.format(arn)} | integration
    if millis:
        call["timeoutInMillis"] = millis
    method = {"GET": {"methodIntegration": call}}
    return Example(
        facts={LIST: {"FunctionName": "orders", "Timeout": seconds}},
        linked_from=[
            Example(type=REST_API, label="invokes", facts={REST: [{"resourceMethods": method}]})
        ],
    )


def _behind_http_api(seconds: int, millis: int) -> Example:
    call = {
        "IntegrationUri": "arn:aws:lambda:eu-west-1:123456789012:function:orders",
        "TimeoutInMillis": millis,
    }
    return Example(
        facts={LIST: {"FunctionName": "orders", "Timeout": seconds}},
        linked_from=[Example(type=HTTP_API, label="invokes", facts={HTTP: [call]})],
    )


def _give_up_sooner(function: Draft) -> None:
    view = View(function.resource, Workload(function.paper.snapshot()))
    apis = view.linked_from(REST_API, HTTP_API, label="invokes")
    shortest = min(_waits(apis, function.read(LIST, "FunctionName")))
    function.put(LIST, Timeout=max(1, ceil(shortest) - 1))


@check(
    id="lambda.function_timeout_exceeds_caller",
    resource_type=FUNCTION,
    title=(
        "A function may run on after its API has given up: work is paid for that nobody waits for"
    ),
    question=WASTED_WORK,
    also=(excessive_latency.CATEGORY,),
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=(Effect(OVERLOAD, Phase.PROPAGATE, "abandoned_work"),),
    effect_source="the function's own timeout: so long abandoned calls hold its concurrency",
    recommendation=(
        "Set the function's `Timeout` a little below the API's integration timeout, and the "
        "clients inside it lower still; work that takes longer belongs behind a queue. No cost."
    ),
    documentation=(
        "Set client timeouts",
        "https://docs.aws.amazon.com/wellarchitected/latest/reliability-pillar/"
        "rel_mitigate_interaction_failure_client_timeouts.html",
    ),
    remedy=Remedy(change=_give_up_sooner, effort=Effort.HOURS, cost=Cost.FREE),
    passes=[_behind_api(10), _behind_api(5, 6_000), _behind_http_api(20, 30_000)],
    fails=[_behind_api(60), _behind_api(10, 5_000), _behind_http_api(60, 30_000)],
    silent=[
        Example(facts={LIST: {"FunctionName": "orders", "Timeout": 900}}),
        _behind_api(
            900,
            requestParameters={
                "integration.request.header.X-Amz-Invocation-Type": "[redacted]",
            },
        ),
    ],
)
def function_timeout_exceeds_caller(function: View) -> Outcome:
    """When something behind it is slow, abandoned executions pile up and retries add more."""
    timeout = function.read(LIST, "Timeout")
    name = function.read(LIST, "FunctionName")
    apis = function.linked_from(REST_API, HTTP_API, label="invokes")
    waits = list(_waits(apis, name))
    if not waits or timeout is None:
        return NOT_APPLICABLE
    shortest = min(waits)
    return passed_if(
        timeout <= shortest,
        note=f"the function may take {timeout} s, its API waits {shortest:g} s",
        abandoned_work=float(timeout),
    )


def _waits(apis: Iterable[View], name: str) -> Iterator[float]:
    """The seconds that each API which calls the function synchronously waits for it."""
    called = (f":function:{name}/", f":function:{name}:")
    for api in apis:
        if api.has(REST):
            path = (
                "[].resourceMethods.*.methodIntegration[].[uri, timeoutInMillis, requestParameters]"
            )
            integrations, default = api.read(REST, path) or [], REST_DEFAULT_MILLIS
        elif api.has(HTTP):
            path = "[].[IntegrationUri, TimeoutInMillis, RequestParameters]"
            integrations, default = api.read(HTTP, path) or [], HTTP_DEFAULT_MILLIS
        else:
            continue  # a neighbour, of which no integrations were read
        for uri, millis, parameters in integrations:
            is_event = any("Invocation-Type" in key for key in parameters or ())
            if not is_event and any(part in f"{uri}/" for part in called):
                yield (millis or default) / 1000


def _trace(function: Draft) -> None:
    function.put_in(LIST, "TracingConfig.Mode", "Active")


def _with_layer(arn: str) -> Example:
    return Example(
        facts={LIST: {"TracingConfig": {"Mode": "PassThrough"}, "Layers": [{"Arn": arn}]}}
    )


@check(
    id="lambda.function_tracing_off",
    resource_type=FUNCTION,
    title="A function is not traced: when it is slow, the cause is searched for by hand",
    question=VISIBLE,
    layer=Layer.CONTINUOUS_IMPROVEMENT,
    on_fail=(Effect(SLOW_DEPENDENCY, Phase.DIAGNOSE, "diagnose_blind", by_person=True),),
    on_pass=(Effect(SLOW_DEPENDENCY, Phase.DIAGNOSE, "diagnose_with_traces", by_person=True),),
    effect_source="finding a slow component with a trace, against by logs and guesswork",
    recommendation=(
        "Set `TracingConfig.Mode` to `Active` and instrument the function's clients (X-Ray SDK or "
        "OpenTelemetry layer): minutes of work, cents per 100,000 traces."
    ),
    documentation=(
        "Visualize Lambda function invocations using AWS X-Ray",
        "https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html",
    ),
    strength="requests can be traced through the functions",
    remedy=Remedy(change=_trace, effort=Effort.HOURS, cost=Cost.LITTLE),
    passes=[
        Example(facts={LIST: {"TracingConfig": {"Mode": "Active"}}}),
        _with_layer("arn:aws:lambda:eu-west-1:464622532012:layer:Datadog-Extension:80"),
    ],
    fails=[
        Example(facts={LIST: {"TracingConfig": {"Mode": "PassThrough"}}}),
        _with_layer("arn:aws:lambda:eu-west-1:123456789012:layer:pandas:3"),
    ],
    silent=[
        at_the_edge(**{LIST: {"TracingConfig": {"Mode": "PassThrough"}}}),
        Example(name=HELPER, facts={LIST: {"TracingConfig": {"Mode": "PassThrough"}}}),
    ],
)
def function_tracing_off(function: View) -> Outcome:
    """A trace shows in one picture which of the calls behind a function took the time.

    Layers of OpenTelemetry and of other makers trace it as well; what CloudFront runs cannot be.
    """
    if function.read(LIST, "TracingConfig.Mode") == "Active":
        return passed()
    layers = [str(arn).lower() for arn in function.read(LIST, "Layers[].Arn") or ()]
    if any(tracer in arn for arn in layers for tracer in _TRACERS):
        return passed("by a layer")
    if serves_deployments_only(function) or runs_at_the_edge(function):
        return NOT_APPLICABLE
    return failed()
