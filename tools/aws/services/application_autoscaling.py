"""Application Auto Scaling: scalable targets and policies of DynamoDB tables and ECS services."""

from collections.abc import Iterable, Mapping
from typing import Any

from tools.aws.declarations import Call, Collector, Find, Item, Reference

_TABLE, _SERVICE = "AWS::DynamoDB::Table", "AWS::ECS::Service"
_NAMESPACES = ({"ServiceNamespace": "dynamodb"}, {"ServiceNamespace": "ecs"})
_SCALED = {"dynamodb": _TABLE, "ecs": _SERVICE}


def _scaled(item: Item, answers: Mapping[str, Any]) -> Iterable[Reference]:
    """What is scaled: `table/NAME`, `table/NAME/index/INDEX` or `service/CLUSTER/SERVICE`."""
    kind = _SCALED.get(item["ServiceNamespace"])
    if answers or kind is None:
        return
    path: str = item["ResourceId"]
    yield Reference(
        value="/".join(path.split("/")[:2]) if kind == _TABLE else path,
        to=kind,
        label="scales",
        hard=False,
        attach=True,
        path="ResourceId",
        operation=(SCALING_POLICY if "PolicyARN" in item else SCALABLE_TARGET).read.operation,
    )


SCALABLE_TARGET = Collector(
    type="AWS::ApplicationAutoScaling::ScalableTarget",
    read=Call(
        operation="application-autoscaling:DescribeScalableTargets", items="ScalableTargets[]"
    ),
    list_with=_NAMESPACES,
    id="join('|', [ResourceId, ScalableDimension, ServiceNamespace])",
    arn="arn:{partition}:application-autoscaling:{region}:{account}:scalable-target/*",
    arn_path="ScalableTargetARN",
    find=Find.ATTACHED,
    attaches_to=(_TABLE, _SERVICE),
    references=_scaled,
)

SCALING_POLICY = Collector(
    type="AWS::ApplicationAutoScaling::ScalingPolicy",
    read=Call(
        operation="application-autoscaling:DescribeScalingPolicies", items="ScalingPolicies[]"
    ),
    list_with=_NAMESPACES,
    id="PolicyARN",
    arn="arn:{partition}:autoscaling:{region}:{account}:scalingPolicy:*",
    arn_path="PolicyARN",
    name="PolicyName",
    find=Find.ATTACHED,
    attaches_to=(_TABLE, _SERVICE),
    references=_scaled,
)

COLLECTORS = (SCALABLE_TARGET, SCALING_POLICY)
