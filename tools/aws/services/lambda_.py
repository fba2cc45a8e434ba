"""Lambda: functions with their callers, aliases and limits; event source mappings.

AWS allows 15 control-plane calls a second (and another 15 for policies), so each follow-up has to
be worth one:

- The policy is the only place that shows every caller: a bucket, a rule of somebody else, an agent.
- Aliases are what a rollback needs. One can only lead to a published version, and one list shows
  which functions have any.
- The reserved concurrency is the bulkhead. That nothing is taken out of the account's pool
  (GetAccountSettings) would spare no call: a function that is shut off reserves zero of it.
- Only where events come in is it asked where failed ones go.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from state.snapshot import RelationKind
from tools.aws.declarations import Call, Collector, Find, Item, Link, Reference, Unless
from tools.aws.mentions import callers, mentions

FUNCTION_TYPE = "AWS::Lambda::Function"

# Services that hand over an event and don't wait for the answer.
ASYNCHRONOUS_CALLERS = tuple(
    f"{service}.amazonaws.com" for service in ("s3", "sns", "events", "iot", "ses", "codecommit")
)
_FROM_THEM = f"Policy.Statement[?contains(`{json.dumps(ASYNCHRONOUS_CALLERS)}`, Principal.Service)]"

_PUBLISHED = Call(  # the names of functions that have a version for an alias to lead to
    operation="lambda:ListFunctions",
    items="Functions[?Version != '$LATEST'].FunctionName",
    arguments={"FunctionVersion": "ALL"},
)


def _named_by_function(function: Item, answers: Mapping[str, Any]) -> Iterable[Reference]:
    """Resources that the environment names; given follow-up answers, callers in the policy."""
    if not answers:
        variables = (function.get("Environment") or {}).get("Variables") or {}
        path = "Environment.Variables"
        yield from mentions(variables, operation="lambda:ListFunctions", path=path)
        return
    policy = (answers.get("lambda:GetPolicy") or {}).get("Policy")
    yield from callers(policy, label="invokes", operation="lambda:GetPolicy", path="Policy")


FUNCTION = Collector(
    type=FUNCTION_TYPE,
    read=Call(operation="lambda:ListFunctions", items="Functions[]"),
    id="FunctionName",
    arn="arn:{partition}:lambda:{region}:{account}:function:{id}",
    arn_pattern=r"arn:[^:]+:lambda:[^:]*:[^:]*:function:(?P<id>[^:]+)(?::.+)?",
    find=Find.ATTACHED,
    attaches_to=(
        "AWS::IAM::Role",
        "AWS::SQS::Queue",
        "AWS::SNS::Topic",
        "AWS::KMS::Key",
        "AWS::EC2::SecurityGroup",
        "AWS::EFS::AccessPoint",
        "AWS::RDS::DBCluster",
        "AWS::RDS::DBInstance",
        "AWS::RDS::DBProxy",
        "AWS::DynamoDB::Table",
        "AWS::ElastiCache::ReplicationGroup",
    ),
    follow_ups=(
        Call(
            operation="lambda:GetPolicy",
            arguments={"FunctionName": "{id}"},
            absent=("ResourceNotFoundException",),
        ),
        Call(
            operation="lambda:ListAliases",
            items="Aliases[?FunctionVersion != '$LATEST']",
            arguments={"FunctionName": "{id}"},
            unless=Unless(call=_PUBLISHED, says="!contains(answer, id)"),
        ),
        Call(operation="lambda:GetFunctionConcurrency", arguments={"FunctionName": "{id}"}),
        Call(
            operation="lambda:ListFunctionEventInvokeConfigs",
            items="FunctionEventInvokeConfigs[]",
            arguments={"FunctionName": "{id}"},
            over=("lambda:GetPolicy", f"{_FROM_THEM} | [:1]"),
        ),
    ),
    links=(
        Link(
            path="Role",
            to="AWS::IAM::Role",
            kind=RelationKind.PERMISSIONS,
            label="runs as",
            attach=True,
        ),
        Link(
            path="VpcConfig.SubnetIds",
            to="AWS::EC2::Subnet",
            kind=RelationKind.CONTAINMENT,
            label="placed in",
        ),
        Link(
            path="VpcConfig.SecurityGroupIds",
            to="AWS::EC2::SecurityGroup",
            kind=RelationKind.PERMISSIONS,
            label="guarded by",
            attach=True,
        ),
        Link(
            path="DeadLetterConfig.TargetArn",
            label="sends failures to",
            hard=False,
            attach=True,
        ),
        Link(
            path="KMSKeyArn",
            to="AWS::KMS::Key",
            kind=RelationKind.PERMISSIONS,
            label="encrypted with",
            attach=True,
        ),
        Link(path="FileSystemConfigs[].Arn", label="mounts", attach=True),
        Link(
            path="LoggingConfig.LogGroup || join('', ['/aws/lambda/', FunctionName])",
            to="AWS::Logs::LogGroup",
            kind=RelationKind.OBSERVABILITY,
            label="logs to",
            hard=False,
            guess=True,
        ),
        Link(
            path="[][].DestinationConfig.OnFailure.Destination",
            label="sends failures to",
            hard=False,
            operation="lambda:ListFunctionEventInvokeConfigs",
        ),
        Link(
            path="[][].DestinationConfig.OnSuccess.Destination",
            label="sends results to",
            operation="lambda:ListFunctionEventInvokeConfigs",
        ),
    ),
    references=_named_by_function,
    json_texts=("Policy",),
    redact=(
        "Environment.Variables.*",
        "Environment.Error.Message",
        "ImageConfigResponse.Error.Message",
    ),
)


def _source(mapping: Item, answers: Mapping[str, Any]) -> Iterable[Reference]:
    """The queue or stream; a table's stream stands for the table."""
    source = mapping.get("EventSourceArn")
    if source and not answers:
        yield Reference(
            value=source.partition("/stream/")[0] if ":dynamodb:" in source else source,
            label="polls",
            attach=True,
            operation="lambda:ListEventSourceMappings",
            path="EventSourceArn",
        )


EVENT_SOURCE_MAPPING = Collector(
    type="AWS::Lambda::EventSourceMapping",
    read=Call(operation="lambda:ListEventSourceMappings", items="EventSourceMappings[]"),
    id="UUID",
    arn="arn:{partition}:lambda:{region}:{account}:event-source-mapping:{id}",
    name="EventSourceArn && join(' ', ['mapping from', EventSourceArn])",
    find=Find.ATTACHED,
    attached_are_members=True,
    attaches_to=(
        FUNCTION_TYPE,
        "AWS::SQS::Queue",
        "AWS::Kinesis::Stream",
        "AWS::DynamoDB::Table",
    ),
    links=(
        Link(path="FunctionArn", to=FUNCTION_TYPE, label="invokes", attach=True),
        Link(path="DestinationConfig.OnFailure.Destination", label="sends failures to", hard=False),
    ),
    references=_source,
)

COLLECTORS = (FUNCTION, EVENT_SOURCE_MAPPING)
