"""EC2 Auto Scaling: groups with their scaling policies."""

from collections.abc import Iterable, Mapping
from typing import Any

from state.snapshot import RelationKind
from tools.aws.declarations import Batch, Call, Collector, Find, Item, Link, Reference
from tools.aws.services.vpc import SUBNET_TYPE

READ = "autoscaling:DescribeAutoScalingGroups"


def _subnets(item: Item, answers: Mapping[str, Any]) -> Iterable[Reference]:
    """The subnets, which the answer joins with commas."""
    if answers:
        return
    subnets = [each.strip() for each in (item.get("VPCZoneIdentifier") or "").split(",")]
    for subnet in filter(None, subnets):
        yield Reference(
            value=subnet,
            to=SUBNET_TYPE,
            kind=RelationKind.CONTAINMENT,
            label="placed in",
            hard=len(subnets) == 1,
            path="VPCZoneIdentifier",
            operation=READ,
        )


GROUP = Collector(
    type="AWS::AutoScaling::AutoScalingGroup",
    read=Call(operation=READ, items="AutoScalingGroups[]", page_size=100),
    batch=Batch(arguments={"AutoScalingGroupNames": "{ids}"}, size=100),
    find=Find.LISTED,  # the tagging API never returns groups
    id="AutoScalingGroupName",
    arn="arn:{partition}:autoscaling:{region}:{account}:autoScalingGroup:*:autoScalingGroupName/{id}",
    arn_path="AutoScalingGroupARN",
    tags="Tags",
    follow_ups=(
        Call(
            operation="autoscaling:DescribePolicies",
            items="ScalingPolicies[]",
            batch=Batch(arguments={}, size=10_000),  # without a group it answers for all of them
            about="AutoScalingGroupName",
            page_size=100,
        ),
    ),
    links=(
        Link(
            path="Instances[].InstanceId",
            to="AWS::EC2::Instance",
            kind=RelationKind.CONTAINMENT,
            label="launches",
            hard=False,
        ),
        Link(
            path="LaunchTemplate.LaunchTemplateId",
            to="AWS::EC2::LaunchTemplate",
            kind=RelationKind.CONTAINMENT,
            label="launches from",
        ),
        Link(
            path="MixedInstancesPolicy.LaunchTemplate.LaunchTemplateSpecification.LaunchTemplateId",
            to="AWS::EC2::LaunchTemplate",
            kind=RelationKind.CONTAINMENT,
            label="launches from",
        ),
        Link(
            path="TargetGroupARNs",
            to="AWS::ElasticLoadBalancingV2::TargetGroup",
            label="forwards to",
            incoming=True,
        ),
    ),
    references=_subnets,
)

COLLECTORS = (GROUP,)
