"""Elastic Load Balancing: application, network and gateway load balancers, target groups."""

from collections.abc import Iterable, Mapping
from typing import Any

from state.snapshot import RelationKind
from tools.aws.declarations import Batch, Call, Collector, Find, Item, Link, Reference
from tools.aws.services.vpc import IN_VPC, SECURITY_GROUP_TYPE, SUBNET_TYPE

LOAD_BALANCER_TYPE = "AWS::ElasticLoadBalancingV2::LoadBalancer"
HEALTH = "elbv2:DescribeTargetHealth"

# By ARN both describe calls fail for all if one is gone, so all are listed, 400 in a page.

LOAD_BALANCER = Collector(
    type=LOAD_BALANCER_TYPE,
    read=Call(
        operation="elbv2:DescribeLoadBalancers",
        items="LoadBalancers[]",
        iam="elasticloadbalancing:DescribeLoadBalancers",
        page_size=400,
    ),
    id="LoadBalancerArn",
    arn="arn:{partition}:elasticloadbalancing:{region}:{account}:loadbalancer/{id}",
    # The id is what CloudWatch's dimension LoadBalancer holds; a Classic one has no kind in it.
    arn_pattern=r"arn:[^:]+:elasticloadbalancing:[^:]*:[^:]*:loadbalancer/(?P<id>(app|net|gwy)/.+)",
    name="LoadBalancerName",
    aliases=("DNSName",),
    follow_ups=(
        Call(
            operation="elbv2:DescribeLoadBalancerAttributes",
            items="Attributes[]",
            arguments={"LoadBalancerArn": "{arn}"},
            iam="elasticloadbalancing:DescribeLoadBalancerAttributes",
        ),
        Call(
            operation="elbv2:DescribeListeners",
            items="Listeners[]",
            arguments={"LoadBalancerArn": "{arn}"},
            iam="elasticloadbalancing:DescribeListeners",
        ),
    ),
    links=(
        IN_VPC,
        Link(
            path="AvailabilityZones[].SubnetId",
            to=SUBNET_TYPE,
            kind=RelationKind.CONTAINMENT,
            label="placed in",
            hard=False,
        ),
        Link(
            path="SecurityGroups",
            to=SECURITY_GROUP_TYPE,
            kind=RelationKind.PERMISSIONS,
            label="guarded by",
        ),
        Link(
            path="[].Certificates[].CertificateArn",
            to="AWS::CertificateManager::Certificate",
            kind=RelationKind.PERMISSIONS,
            label="presents",
            operation="elbv2:DescribeListeners",
        ),
        Link(
            path="[?Key=='access_logs.s3.bucket'].Value",
            to="AWS::S3::Bucket",
            kind=RelationKind.OBSERVABILITY,
            label="logs to",
            hard=False,
            guess=True,
            operation="elbv2:DescribeLoadBalancerAttributes",
        ),
    ),
    redact=("*.DefaultActions.*.AuthenticateOidcConfig.ClientSecret",),
)


def _targets(item: Item, answers: Mapping[str, Any]) -> Iterable[Reference]:
    """Registered instances, functions and load balancers; addresses only if they are known."""
    targets = sorted({each["Target"]["Id"] for each in answers.get(HEALTH) or ()})
    types = {"instance": "AWS::EC2::Instance", "alb": LOAD_BALANCER_TYPE}
    for target in targets:
        yield Reference(
            value=target,
            to=types.get(item.get("TargetType", "instance")),
            label="forwards to",
            hard=len(targets) == 1,
            guess=item.get("TargetType") == "ip",
            path="[].Target.Id",
            operation=HEALTH,
        )


TARGET_GROUP = Collector(
    type="AWS::ElasticLoadBalancingV2::TargetGroup",
    read=Call(
        operation="elbv2:DescribeTargetGroups",
        items="TargetGroups[]",
        iam="elasticloadbalancing:DescribeTargetGroups",
        page_size=400,
    ),
    find=Find.ATTACHED,
    attaches_to=(LOAD_BALANCER_TYPE,),
    id="TargetGroupArn",
    arn="arn:{partition}:elasticloadbalancing:{region}:{account}:{id}",
    # The id is what CloudWatch's dimension TargetGroup holds.
    arn_pattern=r"arn:[^:]+:elasticloadbalancing:[^:]*:[^:]*:(?P<id>targetgroup/.+)",
    name="TargetGroupName",
    follow_ups=(
        Call(
            operation=HEALTH,
            items="TargetHealthDescriptions[]",
            arguments={"TargetGroupArn": "{arn}"},
            iam="elasticloadbalancing:DescribeTargetHealth",
        ),
        Call(
            operation="elbv2:DescribeTargetGroupAttributes",
            items="Attributes[]",
            arguments={"TargetGroupArn": "{arn}"},
            iam="elasticloadbalancing:DescribeTargetGroupAttributes",
        ),
    ),
    links=(
        Link(
            path="LoadBalancerArns",
            to=LOAD_BALANCER_TYPE,
            label="forwards to",
            incoming=True,
            attach=True,
        ),
    ),
    references=_targets,
)

# Listeners and rules are facts of their load balancer; those that carry tags of their own are
# members, and read as such.

LISTENER = Collector(
    type="AWS::ElasticLoadBalancingV2::Listener",
    read=Call(
        operation="elbv2:DescribeListeners",
        items="Listeners[]",
        iam="elasticloadbalancing:DescribeListeners",
    ),
    batch=Batch(arguments={"ListenerArns": "{ids}"}, size=20),
    id="ListenerArn",
    arn="*",
    arn_pattern=r"arn:[^:]+:elasticloadbalancing:[^:]*:[^:]*:listener/(app|net|gwy)/.+",
    links=(
        Link(
            path="LoadBalancerArn",
            to=LOAD_BALANCER_TYPE,
            kind=RelationKind.CONTAINMENT,
            label="part of",
        ),
    ),
    redact=("DefaultActions.*.AuthenticateOidcConfig.ClientSecret",),
)

LISTENER_RULE = Collector(
    type="AWS::ElasticLoadBalancingV2::ListenerRule",
    read=Call(
        operation="elbv2:DescribeRules",
        items="Rules[]",
        iam="elasticloadbalancing:DescribeRules",
    ),
    batch=Batch(arguments={"RuleArns": "{ids}"}, size=20),
    id="RuleArn",
    arn="*",
    arn_pattern=r"arn:[^:]+:elasticloadbalancing:[^:]*:[^:]*:listener-rule/.+",
    links=(
        Link(
            path="Actions[].[TargetGroupArn, ForwardConfig.TargetGroups[].TargetGroupArn]",
            to="AWS::ElasticLoadBalancingV2::TargetGroup",
            label="forwards to",
        ),
    ),
    redact=("Actions.*.AuthenticateOidcConfig.ClientSecret",),
)

COLLECTORS = (LOAD_BALANCER, TARGET_GROUP, LISTENER, LISTENER_RULE)
