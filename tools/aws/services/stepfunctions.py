"""Step Functions: state machines, whose definition says what they call."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

import jmespath

from state.snapshot import RelationKind
from tools.aws.declarations import Call, Collector, Item, Link, Reference
from tools.aws.mentions import log_groups
from tools.aws.states_language import states

DESCRIBE = "stepfunctions:DescribeStateMachine"

# Parameters of the service integrations, and the type they name.
_PARAMETERS: Mapping[str, str | None] = {
    "FunctionName": "AWS::Lambda::Function",
    "StateMachineArn": "AWS::StepFunctions::StateMachine",
    "QueueUrl": "AWS::SQS::Queue",
    "TopicArn": "AWS::SNS::Topic",
    "TableName": "AWS::DynamoDB::Table",
    "Bucket": "AWS::S3::Bucket",
    "EventBusName": "AWS::Events::EventBus",
    "SecretId": None,
    "Cluster": None,
    "TaskDefinition": None,
}

_MAKES_OR_REMOVES = re.compile(
    r":(create|delete)(Bucket|EventBus|Function|Queue|StateMachine|Table|Topic)\b"
)


def _called(machine: Item, answers: Mapping[str, Any]) -> Iterable[Reference]:
    """Log groups, and what the tasks name outright; paths into the input name nothing."""
    if answers:
        return
    path = "loggingConfiguration.destinations[].cloudWatchLogsLogGroup.logGroupArn"
    yield from log_groups(jmespath.search(path, machine) or (), operation=DESCRIBE, path=path)
    for state in states(machine.get("definition")):
        if re.match(r"arn:[^:]+:lambda:", state.resource):
            yield _reference(state.resource, "AWS::Lambda::Function")
        if _MAKES_OR_REMOVES.search(state.resource):
            continue  # what it names is not there before, or not after
        parameters = state.body.get("Parameters") or state.body.get("Arguments") or {}
        if not isinstance(parameters, Mapping):
            continue
        for key, to in _PARAMETERS.items():
            value = parameters.get(key)
            if isinstance(value, str) and value and not value.startswith(("$", "{%")):
                yield _reference(_function(machine, value) if key == "FunctionName" else value, to)


def _function(machine: Item, name: str) -> str:
    """A function may be named by its ARN, by account and name, or by name, each with an alias."""
    if re.match(r"\d{12}:", name):
        _, partition, _, region, *_ = machine["stateMachineArn"].split(":")
        return f"arn:{partition}:lambda:{region}:{name}"
    return name if name.startswith("arn:") else name.partition(":")[0]


def _reference(value: str, to: str | None) -> Reference:
    return Reference(
        value=value, to=to, label="calls", guess=to is None, operation=DESCRIBE, path="definition"
    )


STATE_MACHINE = Collector(
    type="AWS::StepFunctions::StateMachine",
    read=Call(
        operation=DESCRIBE,
        arguments={"stateMachineArn": "{arn}"},
        absent=("StateMachineDoesNotExist",),
        iam="states:DescribeStateMachine",
    ),
    each=True,
    id="name",
    arn="arn:{partition}:states:{region}:{account}:stateMachine:{id}",
    arn_pattern=r"arn:[^:]+:states:[^:]*:[^:]*:stateMachine:(?P<id>[^:]+)(?::.+)?",
    links=(
        Link(
            path="roleArn",
            to="AWS::IAM::Role",
            kind=RelationKind.PERMISSIONS,
            label="runs as",
        ),
        Link(
            path="[encryptionConfiguration.kmsKeyId][?@]",
            to="AWS::KMS::Key",
            kind=RelationKind.PERMISSIONS,
            label="encrypted with",
        ),
    ),
    references=_called,
    json_texts=("definition",),
)

COLLECTORS = (STATE_MACHINE,)
