"""API Gateway: REST APIs, and HTTP APIs, which know no tracing."""

from collections.abc import Callable, Iterator
from typing import Any

from state.categories import shared_fate
from state.categories.excessive_latency import FAIL_FAST, SLOW_DEPENDENCY, VISIBLE
from state.categories.excessive_load import OVERLOAD, THROTTLING
from state.judgements import Cost, Effort, Layer, Phase
from tools.checks import NOT_APPLICABLE, Effect, Example, Outcome, Remedy, check, passed_if
from tools.checks.paper import Draft
from tools.checks.rules.lambda_calls import (
    HTTP,
    HTTP_API,
    HTTP_DEFAULT_MILLIS,
    REST,
    REST_API,
    REST_DEFAULT_MILLIS,
)
from tools.checks.view import View

REST_STAGES = "apigateway:GetStages"
HTTP_STAGES = "apigatewayv2:GetStages"
_USUAL_RATE = 1_000.0  # a limit on paper, for want of the measured peak that it should follow
_USUAL_BURST = 500
_PATIENCE_MILLIS = 10_000  # a few times what most backends take at their slowest
ACCOUNT_RATE = 10_000  # requests a second: what a stage shows that has no limit of its own


def _rest_stages(*stages: dict[str, object]) -> Example:
    return Example(facts={REST_STAGES: [{"stageName": "live", **stage} for stage in stages]})


def _each(api: Draft, operation: str, change: Callable[[dict[str, Any]], None]) -> None:
    """Change every element of a list that a call answers with."""

    def change_all(elements: list[dict[str, Any]]) -> None:
        for element in elements:
            change(element)

    api.edit(operation, change_all)


def _trace(api: Draft) -> None:
    _each(api, REST_STAGES, lambda stage: stage.update(tracingEnabled=True))


@check(
    id="apigateway.stage_tracing_off",
    resource_type=REST_API,
    title="An API is not traced: whether it or what it calls is slow has to be guessed",
    question=VISIBLE,
    layer=Layer.CONTINUOUS_IMPROVEMENT,
    on_fail=(Effect(SLOW_DEPENDENCY, Phase.DIAGNOSE, "diagnose_blind", by_person=True),),
    on_pass=(Effect(SLOW_DEPENDENCY, Phase.DIAGNOSE, "diagnose_with_traces", by_person=True),),
    effect_source="finding a slow component with a trace, against by logs and guesswork",
    recommendation=(
        "Turn on X-Ray tracing for the stage (`tracingEnabled`): a minute of work, cents per "
        "100,000 traces; the trace then begins where the user's request arrives."
    ),
    documentation=(
        "Trace user requests to REST APIs using X-Ray",
        "https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-xray.html",
    ),
    strength="requests are traced from the API on",
    remedy=Remedy(change=_trace, effort=Effort.MINUTES, cost=Cost.LITTLE),
    passes=[_rest_stages({"tracingEnabled": True})],
    fails=[_rest_stages({"tracingEnabled": False}), _rest_stages({}, {"tracingEnabled": True})],
    silent=[_rest_stages()],
)
def stage_tracing_off(api: View) -> Outcome:
    """The gateway sees every request first: its trace says how long each step behind it took."""
    stages = api.read(REST_STAGES, "[].stageName") or []
    if not stages:
        return NOT_APPLICABLE
    traced = api.read(REST_STAGES, "[].tracingEnabled") or []
    return passed_if(sum(map(bool, traced)) == len(stages))


def _http_stages(*stages: dict[str, object]) -> Example:
    named = [{"StageName": "$default", **stage} for stage in stages]
    return Example(type=HTTP_API, facts={HTTP_STAGES: named})


def _limited(rate: object) -> bool:
    return isinstance(rate, int | float) and 0 < rate < ACCOUNT_RATE


def _limit(api: Draft) -> None:
    """Stages that have a limit keep it."""
    if api.type == REST_API:
        _each(api, REST_STAGES, _limit_rest_stage)
    else:
        _each(api, HTTP_STAGES, _limit_http_stage)


def _limit_rest_stage(stage: dict[str, Any]) -> None:
    every = stage.setdefault("methodSettings", {}).setdefault("*/*", {})
    if not _limited(every.get("throttlingRateLimit")):
        every |= {"throttlingRateLimit": _USUAL_RATE, "throttlingBurstLimit": _USUAL_BURST}


def _limit_http_stage(stage: dict[str, Any]) -> None:
    routes = stage.setdefault("DefaultRouteSettings", {})
    if not _limited(routes.get("ThrottlingRateLimit")):
        routes |= {"ThrottlingRateLimit": _USUAL_RATE, "ThrottlingBurstLimit": _USUAL_BURST}


@check(
    id="apigateway.stage_no_throttle",
    resource_type=(REST_API, HTTP_API),
    title="An API has no request limit of its own: a flood reaches all that is behind it",
    question=THROTTLING,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=(Effect(OVERLOAD, Phase.ACT, "change_configuration", by_person=True),),
    effect_source="a limit has to be found and set while the backend is down",
    recommendation=(
        "Set the stage's throttling (rate and burst) a little above the measured peak: the gateway "
        "then answers 429 to what the backend could not bear; no cost."
    ),
    documentation=(
        "Throttle requests to your REST APIs",
        "https://docs.aws.amazon.com/apigateway/latest/developerguide/"
        "api-gateway-request-throttling.html",
    ),
    also=(shared_fate.CATEGORY,),
    strength="requests to APIs are refused when they exceed a set limit",
    remedy=Remedy(change=_limit, effort=Effort.HOURS, cost=Cost.FREE),
    passes=[
        _rest_stages({"methodSettings": {"*/*": {"throttlingRateLimit": 200.0}}}),
        _http_stages({"DefaultRouteSettings": {"ThrottlingRateLimit": 200.0}}),
    ],
    fails=[
        _rest_stages({}),
        _rest_stages({"methodSettings": {"*/*": {"throttlingRateLimit": 10000.0}}}),
        _http_stages({"DefaultRouteSettings": {"DetailedMetricsEnabled": False}}),
    ],
    silent=[_rest_stages(), _http_stages()],
)
def stage_no_throttle(api: View) -> Outcome:
    """Without it the account's limit holds, 10,000 a second shared by all APIs: far too much."""
    if api.type == REST_API:
        stages = api.read(REST_STAGES, "[].stageName") or []
        rates = api.read(REST_STAGES, '[].methodSettings."*/*".throttlingRateLimit') or []
    else:
        stages = api.read(HTTP_STAGES, "[].StageName") or []
        rates = api.read(HTTP_STAGES, "[].DefaultRouteSettings.ThrottlingRateLimit") or []
    if not stages:
        return NOT_APPLICABLE
    return passed_if(sum(map(_limited, rates)) == len(stages))


def _calling(kind: str, millis: int | None) -> Example:
    integration = {"type": kind} | ({"timeoutInMillis": millis} if millis else {})
    return Example(facts={REST: [{"resourceMethods": {"GET": {"methodIntegration": integration}}}]})


_HTTP = ("HTTP", "HTTP_PROXY")


def _lose_patience(api: Draft) -> None:
    """What waits longer than a backend needs waits no more; shorter timeouts stay."""
    if api.type == REST_API:
        _each(api, REST, _hurry_rest)
    else:
        _each(api, HTTP, lambda call: _hurry(call, "IntegrationType", "TimeoutInMillis"))


def _hurry_rest(resource: dict[str, Any]) -> None:
    for method in (resource.get("resourceMethods") or {}).values():
        _hurry(method.get("methodIntegration") or {}, "type", "timeoutInMillis")


def _hurry(integration: dict[str, Any], kind: str, timeout: str) -> None:
    if integration.get(kind) in _HTTP:
        known = integration.get(timeout) or _PATIENCE_MILLIS
        integration[timeout] = min(known, _PATIENCE_MILLIS)


@check(
    id="apigateway.integration_timeout_default",
    resource_type=(REST_API, HTTP_API),
    title="An API waits half a minute for a slow backend: callers pile up instead of failing fast",
    question=FAIL_FAST,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=(Effect(SLOW_DEPENDENCY, Phase.PROPAGATE, "abandoned_work"),),
    on_pass=(Effect(SLOW_DEPENDENCY, Phase.PROPAGATE, "abandoned_work"),),
    effect_source="the integration timeout: so long each caller of a hanging backend is held",
    recommendation=(
        "Set the integration's timeout to a few times the backend's usual slowest answer (p99); no "
        "cost."
    ),
    documentation=(
        "Amazon API Gateway quotas and important notes",
        "https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html",
    ),
    remedy=Remedy(change=_lose_patience, effort=Effort.MINUTES, cost=Cost.FREE),
    passes=[
        _calling("HTTP_PROXY", 5_000),
        Example(
            type=HTTP_API, facts={HTTP: [{"IntegrationType": "HTTP_PROXY", "TimeoutInMillis": 500}]}
        ),
    ],
    fails=[
        _calling("HTTP", 29_000),
        _calling("HTTP_PROXY", None),
        Example(type=HTTP_API, facts={HTTP: [{"IntegrationType": "HTTP_PROXY"}]}),
    ],
    silent=[_calling("AWS_PROXY", 29_000), _calling("MOCK", None)],
)
def integration_timeout_default(api: View) -> Outcome:
    """Functions bring a timeout of their own; an HTTP backend has only this one."""
    if api.type == REST_API:
        path = "[].resourceMethods.*.methodIntegration[].[type, timeoutInMillis]"
        calls = api.read(REST, path) or []
        longest = REST_DEFAULT_MILLIS
    else:
        calls = api.read(HTTP, "[].[IntegrationType, TimeoutInMillis]") or []
        longest = HTTP_DEFAULT_MILLIS
    waits = list(_waits_for_http(calls, longest))
    if not waits:
        return NOT_APPLICABLE
    return passed_if(max(waits) < longest, abandoned_work=max(waits) / 1000)


def _waits_for_http(calls: list[list[object]], default: int) -> Iterator[int]:
    """The milliseconds that calls of HTTP backends may take."""
    for kind, millis in calls:
        if kind in _HTTP:
            yield millis if isinstance(millis, int) else default
