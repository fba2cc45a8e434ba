"""ECS: clusters, services, and the task definitions that services run."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import jmespath

from state.snapshot import RelationKind
from tools.aws.declarations import Batch, Call, Collector, Item, Link, Reference
from tools.aws.mentions import mentions

READ = "ecs:DescribeServices"
DEFINITION = "ecs:DescribeTaskDefinition"
_ARN_PARTS_OF_A_SECRET = 7  # further ones name a key in it, a stage and a version


def _uses(item: Item, answers: Mapping[str, Any]) -> Iterator[Reference]:
    """Where the tasks run and, given the task definition, what its containers name."""
    definition = answers.get(DEFINITION) or {}
    if not answers:
        yield from _placed_in(item)
    for container in definition.get("containerDefinitions") or ():
        yield from _secrets(container.get("secrets") or ())
        variables = {v["name"]: v.get("value") for v in container.get("environment") or ()}
        yield from mentions(
            variables, operation=DEFINITION, path="containerDefinitions[].environment[].name"
        )


def _placed_in(item: Item) -> Iterator[Reference]:
    """Subnets of the service or, if another controller deploys it, of its task sets."""
    path = (
        "[networkConfiguration, deployments[].networkConfiguration,"
        " taskSets[].networkConfiguration][].awsvpcConfiguration.subnets[]"
    )
    subnets = sorted(set(jmespath.search(path, item) or ()))
    for subnet in subnets:
        yield Reference(
            value=subnet,
            to="AWS::EC2::Subnet",
            kind=RelationKind.CONTAINMENT,
            label="placed in",
            hard=len(subnets) == 1,
            operation=READ,
            path=path,
        )


def _secrets(entries: Iterable[Item]) -> Iterator[Reference]:
    """Secrets and parameters that containers get when they start."""
    for entry in entries:
        value = entry.get("valueFrom") or ""
        of_secrets_manager = ":secretsmanager:" in value
        if not value:
            continue
        yield Reference(
            value=":".join(value.split(":")[:_ARN_PARTS_OF_A_SECRET]),
            to="AWS::SecretsManager::Secret" if of_secrets_manager else "AWS::SSM::Parameter",
            label="reads",
            operation=DEFINITION,
            path="containerDefinitions[].secrets[].valueFrom",
        )


CLUSTER = Collector(
    type="AWS::ECS::Cluster",
    read=Call(
        operation="ecs:DescribeClusters",
        items="clusters[]",
        arguments={"include": ["TAGS", "SETTINGS"]},
    ),
    batch=Batch(arguments={"clusters": "{ids}"}, size=100),
    id="clusterName",
    arn="arn:{partition}:ecs:{region}:{account}:cluster/{id}",
    tags="tags",
    keep="status=='ACTIVE'",
)

SERVICE = Collector(
    type="AWS::ECS::Service",
    read=Call(
        operation=READ,
        items="services[]",
        arguments={"cluster": "{parts[0]}", "services": ["{parts[1]}"], "include": ["TAGS"]},
        absent=("ClusterNotFoundException",),
    ),
    each=True,
    id="_id",
    arn="arn:{partition}:ecs:{region}:{account}:service/{id}",
    arn_pattern=r"arn:[^:]+:ecs:[^:]+:[^:]+:service/(?P<id>[^/]+/[^/]+)",
    aliases=("join('', ['service/', _id])",),
    tags="tags",
    keep="status!='INACTIVE'",
    # A service's definition is read as part of it: it is seldom tagged, and what it names counts.
    follow_ups=(
        Call(
            operation=DEFINITION,
            items="taskDefinition",
            arguments={"taskDefinition": "@taskDefinition"},
            when="taskDefinition",
        ),
    ),
    references=_uses,
    redact=(
        "containerDefinitions.*.environment.*.value",
        "containerDefinitions.*.logConfiguration.options.splunk-token",
    ),
    links=(
        Link(
            path="clusterArn",
            to="AWS::ECS::Cluster",
            kind=RelationKind.CONTAINMENT,
            label="part of",
        ),
        Link(
            path="taskDefinition",
            to="AWS::ECS::TaskDefinition",
            kind=RelationKind.CONTAINMENT,
            label="runs",
        ),
        Link(
            path="[loadBalancers[].targetGroupArn, taskSets[].loadBalancers[].targetGroupArn][]",
            to="AWS::ElasticLoadBalancingV2::TargetGroup",
            label="forwards to",
            incoming=True,
        ),
        Link(
            path="networkConfiguration.awsvpcConfiguration.securityGroups",
            to="AWS::EC2::SecurityGroup",
            kind=RelationKind.PERMISSIONS,
            label="guarded by",
        ),
        Link(
            path="deploymentConfiguration.alarms.alarmNames",
            to="AWS::CloudWatch::Alarm",
            kind=RelationKind.OBSERVABILITY,
            label="rolls back on",
            hard=False,
        ),
        Link(
            path="taskRoleArn",
            to="AWS::IAM::Role",
            kind=RelationKind.PERMISSIONS,
            label="acts as",
            operation=DEFINITION,
        ),
        Link(
            path="executionRoleArn",
            to="AWS::IAM::Role",
            kind=RelationKind.PERMISSIONS,
            label="starts as",
            operation=DEFINITION,
        ),
        Link(
            path='containerDefinitions[].logConfiguration.options."awslogs-group"',
            to="AWS::Logs::LogGroup",
            kind=RelationKind.OBSERVABILITY,
            label="logs to",
            hard=False,
            operation=DEFINITION,
        ),
        Link(
            path="volumes[].efsVolumeConfiguration.fileSystemId",
            to="AWS::EFS::FileSystem",
            label="mounts",
            operation=DEFINITION,
        ),
    ),
)

TASK_DEFINITION = Collector(
    type="AWS::ECS::TaskDefinition",
    read=Call(
        operation=DEFINITION,
        items="taskDefinition",
        arguments={"taskDefinition": "{arn}"},
    ),
    each=True,
    id="join(':', [family, to_string(revision)])",
    name="join(':', [family, to_string(revision)])",
    arn="arn:{partition}:ecs:{region}:{account}:task-definition/{id}",
    keep="status=='ACTIVE'",
    redact=SERVICE.redact,
)

COLLECTORS = (CLUSTER, SERVICE, TASK_DEFINITION)
