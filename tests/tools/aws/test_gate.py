"""Nothing but declared, harmless reads leaves the process, whoever made the client."""

from collections.abc import Iterator

import boto3
import botocore.exceptions
import botocore.session
import pytest
from botocore.config import Config
from botocore.model import OperationModel, Shape, StructureShape

from tools.aws import gate
from tools.aws.account import Account, botocore_method
from tools.aws.declarations import Call
from tools.aws.gate import CORE_CALLS, NotAllowed, allowed_calls, is_sensitive

_MODELS = botocore.session.get_session()

NEVER = (
    "rds:FailoverDBCluster",
    "rds:SwitchoverReadReplica",
    "sqs:PurgeQueue",
    "sqs:ReceiveMessage",
    "kms:ScheduleKeyDeletion",
    "kms:Decrypt",
    "secretsmanager:GetSecretValue",
    "s3:GetObject",
    "s3:CopyObject",
    "ssm:GetParameter",
    "ssm:GetParametersByPath",
    "dynamodb:Scan",
    "dynamodb:BatchWriteItem",
    "lambda:GetFunction",
    "lambda:Invoke",
    "ec2:GetPasswordData",
    "ec2:GetConsoleOutput",
    "ec2:DescribeInstanceAttribute",
    "logs:FilterLogEvents",
    "stepfunctions:RedriveExecution",
    "cloudformation:RollbackStack",
    "bedrock-runtime:InvokeModel",
    "sts:GetFederationToken",
)


def _unsent(client_of: boto3.Session, operation: str) -> None:
    service, _, name = operation.partition(":")
    client = client_of.client(service, region_name="us-east-1", endpoint_url="http://127.0.0.1:9")
    model = _MODELS.get_service_model(service).operation_model(name)
    with pytest.raises(NotAllowed, match=operation):
        getattr(client, botocore_method(operation))(**_least(model.input_shape))


def _least(shape: Shape | None) -> dict[str, object]:
    """The required arguments, so that botocore has nothing to say before the gate has."""
    assert shape is None or isinstance(shape, StructureShape)
    return {} if shape is None else {n: _value(shape.members[n]) for n in shape.required_members}


def _value(shape: Shape) -> object:
    if isinstance(shape, StructureShape):
        return _least(shape)
    values = {"list": [], "map": {}, "boolean": True, "blob": b"x", "timestamp": 0, "double": 1.0}
    if shape.type_name == "string":
        return shape.enum[0] if shape.enum else "x" * max(shape.metadata.get("min", 1), 1)
    if shape.type_name in ("integer", "long"):
        return shape.metadata.get("min", 1)
    return values.get(shape.type_name, 1.0)


@pytest.fixture(scope="module")
def closed() -> boto3.Session:
    session = boto3.Session("id", "key", region_name="us-east-1")
    Account(session)
    return session


@pytest.mark.parametrize("operation", NEVER)
def test_what_must_never_be_called_does_not_leave_the_process(
    closed: boto3.Session, operation: str
) -> None:
    _unsent(closed, operation)


def _undeclared(service: str) -> Iterator[OperationModel]:
    model = _MODELS.get_service_model(service)
    for name in model.operation_names:
        if f"{service}:{name}" not in allowed_calls():
            yield model.operation_model(name)


@pytest.mark.parametrize("service", ["sqs", "kms", "rds", "sns", "secretsmanager"])
def test_every_operation_that_is_not_declared_is_refused(
    closed: boto3.Session, service: str
) -> None:
    unchecked = Config(parameter_validation=False)
    client = closed.client(service, endpoint_url="http://127.0.0.1:9", config=unchecked)
    for operation in _undeclared(service):
        with pytest.raises(NotAllowed):
            getattr(client, botocore.xform_name(operation.name))(**_least(operation.input_shape))


def test_a_declared_sensitive_read_is_refused_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bad = Call(operation="secretsmanager:GetSecretValue", arguments={"SecretId": "x"})
    monkeypatch.setattr(gate, "CORE_CALLS", (*CORE_CALLS, bad))
    account = Account(boto3.Session("id", "key"), endpoint_url="http://127.0.0.1:9")
    with pytest.raises(NotAllowed):
        account.call(bad, "us-east-1", {"SecretId": "x"})
    assert not account.calls


def test_credentials_of_a_role_can_be_renewed_but_the_account_takes_no_role() -> None:
    role = Call(operation="sts:AssumeRole")
    session = boto3.Session("id", "key")
    account = Account(session, endpoint_url="http://127.0.0.1:9", attempts=1)
    arguments = {"RoleArn": "arn:aws:iam::123456789012:role/x", "RoleSessionName": "xx"}
    with pytest.raises(NotAllowed):
        account.call(role, "us-east-1", arguments)
    renewing = session.client("sts", region_name="us-east-1", endpoint_url="http://127.0.0.1:9")
    with pytest.raises(botocore.exceptions.EndpointConnectionError):  # it passes the gate
        renewing.assume_role(**arguments)


def test_the_list_of_sensitive_reads_names_operations_that_exist() -> None:
    services = set(_MODELS.get_available_services())
    for operation in sorted(gate.SENSITIVE_READS):
        service, _, name = operation.partition(":")
        assert service in services, operation
        assert name in _MODELS.get_service_model(service).operation_names, operation


def test_core_calls_are_harmless() -> None:
    assert not [call.operation for call in CORE_CALLS if is_sensitive(call.operation)]
