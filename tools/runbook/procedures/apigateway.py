"""API Gateway: the deployment before, and throttling."""

from state.categories.excessive_latency import SLOW_DEPENDENCY
from state.categories.excessive_load import OVERLOAD
from state.categories.misconfiguration_and_bugs import BAD_CHANGE
from state.runbooks import Action, Look
from tools.runbook.commands import Text, blank, number
from tools.runbook.declarations import Draft, Place, act, look, metric, procedure

_REST, _HTTP = "AWS::ApiGateway::RestApi", "AWS::ApiGatewayV2::Api"


def _is_rest(at: Place) -> bool:
    return at.resource.type == _REST


def _id(at: Place) -> str:
    found = at.fact("apigateway:GetRestApis", "id") or at.fact("apigatewayv2:GetApis", "ApiId")
    return str(found or at.short)


def _stage(at: Place) -> str | Text:
    name = at.fact("apigateway:GetStages", "[0].stageName") or at.fact(
        "apigatewayv2:GetStages", "[0].StageName"
    )
    return str(name) if name else blank("STAGE")


def _stages(at: Place) -> Look:
    if _is_rest(at):
        call = at.aws(
            "apigateway",
            "get-stages",
            rest_api_id=_id(at),
            query="item[].[stageName, deploymentId, lastUpdatedDate, methodSettings]",
        )
    else:
        call = at.aws(
            "apigatewayv2",
            "get-stages",
            api_id=_id(at),
            query="Items[].[StageName, DeploymentId, LastUpdatedDate, AutoDeploy, "
            "DefaultRouteSettings]",
        )
    return look(call, "each stage and its deployment", "note the deployment that is in use now")


def _failing(at: Place) -> Look:
    if _is_rest(at):
        call = metric(at, "AWS/ApiGateway", "5XXError", "Sum", ApiName=at.name, Stage=_stage(at))
    else:
        call = metric(at, "AWS/ApiGateway", "5xx", "Sum", ApiId=_id(at), Stage=_stage(at))
    return look(call, "server errors (sum)", "no points, or as few as before the incident")


def _set_to(at: Place, deployment: str, says: str) -> Action:
    if _is_rest(at):
        call = at.aws(
            "apigateway",
            "update-stage",
            rest_api_id=_id(at),
            stage_name=_stage(at),
            patch_operations=[
                {"op": "replace", "path": "/deploymentId", "value": blank(deployment)}
            ],
        )
    else:
        call = at.aws(
            "apigatewayv2",
            "update-stage",
            api_id=_id(at),
            stage_name=_stage(at),
            deployment_id=blank(deployment),
        )
    return act(says, call, expect="the stage with the deployment that you chose")


@procedure((_REST, _HTTP), BAD_CHANGE, title="go back to the deployment before")
def deployment_back(at: Place) -> Draft:
    """A stage points at a deployment: that is quickly changed."""
    if _is_rest(at):
        call = at.aws(
            "apigateway",
            "get-deployments",
            rest_api_id=_id(at),
            query="items[].[id, createdDate, description]",
        )
    else:
        call = at.aws(
            "apigatewayv2",
            "get-deployments",
            api_id=_id(at),
            query="Items[].[DeploymentId, CreatedDate, DeploymentStatus, AutoDeployed]",
        )
    return Draft(
        purpose="A deployment of the API breaks its callers.",
        checks=[
            _stages(at),
            look(
                call,
                "the deployments and when they were made",
                "one from before the change; a stage that deploys by itself (`AutoDeploy`) has to "
                "be mended by changing the API back",
            ),
        ],
        actions=[_set_to(at, "DEPLOYMENT_ID", "Let the stage use the deployment before.")],
        verification=[_stages(at), _failing(at)],
        rollback=[_set_to(at, "BAD_DEPLOYMENT_ID", "Let the stage use the one that you noted.")],
        never=["Do not delete the API: its address cannot be had again."],
    )


@procedure((_REST, _HTTP), OVERLOAD, SLOW_DEPENDENCY, title="let fewer requests through")
def throttle(at: Place) -> Draft:
    """What is behind recovers only if it is not asked for more than it can."""
    rate, burst = "throttling/rateLimit", "throttling/burstLimit"

    def limited(says: str, to: Text, warning: str = "") -> Action:
        if _is_rest(at):
            call = at.aws(
                "apigateway",
                "update-stage",
                rest_api_id=_id(at),
                stage_name=_stage(at),
                patch_operations=[
                    {"op": "replace", "path": f"/*/*/{name}", "value": to} for name in (rate, burst)
                ],
            )
        else:
            call = at.aws(
                "apigatewayv2",
                "update-stage",
                api_id=_id(at),
                stage_name=_stage(at),
                default_route_settings={
                    "ThrottlingRateLimit": number(to),
                    "ThrottlingBurstLimit": number(to),
                },
            )
        return act(says, call, warning=warning)

    return Draft(
        purpose="The API or what is behind it has more to do than it can, or answers too slowly.",
        checks=[_stages(at), _failing(at)],
        actions=[
            limited(
                "Set how many requests a second go through.",
                blank("RATE"),
                "Requests above it get an error 429.",
            ),
            act("Mend what is behind it: see its procedures. Then raise the limit step by step."),
        ],
        verification=[_failing(at), _stages(at)],
        rollback=[limited("Set the former limit again.", blank("FORMER_RATE"))],
        never=["Do not raise timeouts: requests that wait take the places of those that could go."],
    )
