"""EventBridge: rules with their targets, and event buses.

A rule of a custom bus is called BUS/NAME in its ARN. Rules have no tags in their answers; one that
was reached over a function's or queue's policy is asked for them.
"""

from state.snapshot import RelationKind
from tools.aws.declarations import Call, Collector, Link

RULE = Collector(
    type="AWS::Events::Rule",
    read=Call(
        operation="events:DescribeRule",
        arguments={
            "Name": "@_parts[-1]",
            "EventBusName": "@join('/', _parts[:-1]) || 'default'",
        },
        absent=("ResourceNotFoundException",),
    ),
    each=True,
    id="_id",
    arn="arn:{partition}:events:{region}:{account}:rule/{id}",
    name="Name",
    tag_call=Call(
        operation="events:ListTagsForResource",
        items="Tags",
        arguments={"ResourceARN": "{arn}"},
    ),
    follow_ups=(
        Call(
            operation="events:ListTargetsByRule",
            items="Targets[]",
            arguments={"Rule": "@Name", "EventBusName": "@EventBusName"},
        ),
    ),
    links=(
        Link(
            path="[EventBusName][?@ && @ != 'default']",
            to="AWS::Events::EventBus",
            kind=RelationKind.CONTAINMENT,
            label="listens on",
        ),
        Link(path="[].Arn", label="sends to", operation="events:ListTargetsByRule"),
        Link(
            path="[].DeadLetterConfig.Arn",
            label="sends failures to",
            hard=False,
            operation="events:ListTargetsByRule",
        ),
        Link(
            path="[].RoleArn",
            to="AWS::IAM::Role",
            kind=RelationKind.PERMISSIONS,
            label="acts as",
            operation="events:ListTargetsByRule",
        ),
    ),
    redact=(
        "*.Input",
        "*.InputTransformer.InputTemplate",
        "*.HttpParameters.HeaderParameters.*",
        "*.AppSyncParameters.GraphQLOperation",
        "*.RedshiftDataParameters.Sql",
        "*.RedshiftDataParameters.Sqls.*",
    ),
)

EVENT_BUS = Collector(
    type="AWS::Events::EventBus",
    read=Call(
        operation="events:DescribeEventBus",
        arguments={"Name": "{id}"},
        absent=("ResourceNotFoundException",),
    ),
    each=True,
    id="_id",
    arn="arn:{partition}:events:{region}:{account}:event-bus/{id}",
    json_texts=("Policy",),
)

COLLECTORS = (RULE, EVENT_BUS)
