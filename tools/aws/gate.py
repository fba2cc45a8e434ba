"""The read-only gate: an allow-list of exact operations, closed by default, on every client.

Neither a verb in an operation's name nor IAM's access level makes a call safe: `purge_queue` has no
changing verb, and `GetSecretValue` is a read. So only what is declared passes, and of that no
sensitive read.
"""

from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Any

from tools.aws.declarations import Call, collectors

if TYPE_CHECKING:
    import boto3

# Reads that belong to no resource type: who am I, what carries the tag, what is in the stack.
IDENTITY = Call(operation="sts:GetCallerIdentity")
TAG_INDEX = Call(
    operation="resourcegroupstaggingapi:GetResources",
    items="ResourceTagMappingList[]",
    page_size=100,
)
TAG_KEYS = Call(operation="resourcegroupstaggingapi:GetTagKeys", items="TagKeys[]")
TAG_VALUES = Call(operation="resourcegroupstaggingapi:GetTagValues", items="TagValues[]")
STACK_RESOURCES = Call(
    operation="cloudformation:ListStackResources",
    items="StackResourceSummaries[]",
    absent=("ValidationError",),  # what it says of a stack that is in another Region
)
GROUP_RESOURCES = Call(
    operation="resource-groups:ListGroupResources",
    items="Resources[].Identifier",
    absent=("NotFoundException",),
)
CORE_CALLS = (IDENTITY, TAG_INDEX, TAG_KEYS, TAG_VALUES, STACK_RESOURCES, GROUP_RESOURCES)

# IAM calls these Read or List, and so might a declaration: they reveal secrets or contents, change
# state, hand out credentials, or cost money.
SENSITIVE_READS = frozenset(
    {
        "athena:GetQueryResults",
        "codeartifact:GetAuthorizationToken",
        "codecommit:GetFile",
        "codecommit:GetBlob",
        "cognito-identity:GetCredentialsForIdentity",
        "cognito-identity:GetOpenIdToken",
        "cognito-idp:ListUsers",
        "dynamodb:BatchGetItem",
        "dynamodb:ExecuteStatement",
        "dynamodb:GetItem",
        "dynamodb:Query",
        "dynamodb:Scan",
        "dynamodb:TransactGetItems",
        "dynamodbstreams:GetRecords",
        "ebs:GetSnapshotBlock",
        "ec2:DescribeInstanceAttribute",
        "ec2:GetConsoleOutput",
        "ec2:GetConsoleScreenshot",
        "ec2:GetLaunchTemplateData",
        "ec2:GetPasswordData",
        "ecr-public:GetAuthorizationToken",
        "ecr:GetAuthorizationToken",
        "ecr:GetDownloadUrlForLayer",
        "gamelift:GetComputeAuthToken",
        "glue:GetConnection",
        "glue:GetConnections",
        "iot:GetRegistrationCode",
        "kinesis:GetRecords",
        "kinesis:GetShardIterator",
        "lambda:GetFunction",  # a presigned address of the code
        "lambda:GetLayerVersion",
        "lambda:GetLayerVersionByArn",
        "lightsail:DownloadDefaultKeyPair",
        "lightsail:GetInstanceAccessDetails",
        "lightsail:GetRelationalDatabaseMasterUserPassword",
        "logs:FilterLogEvents",
        "logs:GetLogEvents",
        "logs:GetLogRecord",
        "logs:GetQueryResults",
        "logs:StartLiveTail",
        "logs:StartQuery",
        "rds:DownloadDBLogFilePortion",
        "redshift:GetClusterCredentials",
        "redshift:GetClusterCredentialsWithIAM",
        "route53domains:RetrieveDomainAuthCode",
        "s3:GetObject",
        "s3:GetObjectTorrent",
        "s3:SelectObjectContent",
        "s3:CreateSession",
        "sagemaker-runtime:InvokeEndpoint",
        "secretsmanager:BatchGetSecretValue",
        "secretsmanager:GetRandomPassword",
        "secretsmanager:GetSecretValue",
        "sqs:ReceiveMessage",
        "ssm:GetCommandInvocation",
        "ssm:GetParameter",
        "ssm:GetParameterHistory",
        "ssm:GetParameters",
        "ssm:GetParametersByPath",
        "sso:GetRoleCredentials",
        "sts:GetFederationToken",
        "sts:GetSessionToken",
        "stepfunctions:GetActivityTask",
        "stepfunctions:GetExecutionHistory",
        "support:DescribeAttachment",
        "workmailmessageflow:GetRawMessageContent",
        "xray:BatchGetTraces",
    }
)
SENSITIVE_SERVICES = frozenset(
    {"bedrock-runtime", "bedrock-agent-runtime", "bedrock-agentcore", "lambda-runtime"}
)


# What botocore calls to renew the credentials of a role or a single sign-on.
_RENEWALS = frozenset(
    {
        "sso-oidc:CreateToken",
        "sso:GetRoleCredentials",
        "sts:AssumeRole",
        "sts:AssumeRoleWithWebIdentity",
    }
)


class NotAllowed(Exception):
    """A call that is not on the allow-list reached the gate: a bug, never the user's doing."""


def allowed_calls() -> frozenset[str]:
    """The allow-list: exactly what collectors and the core declare; all else is refused."""
    declared = {call.operation for c in collectors().values() for call in c.calls}
    return frozenset(declared | {call.operation for call in CORE_CALLS})


def is_sensitive(operation: str) -> bool:
    """Whether an operation stays closed even if a collector declares it."""
    return operation in SENSITIVE_READS or operation.partition(":")[0] in SENSITIVE_SERVICES


def close(session: "boto3.Session") -> None:
    """Let no client of the session, made from now on, do anything but read.

    Only botocore's renewal of credentials passes besides: it makes its clients of the session too.
    """
    allowed = allowed_calls() | _RENEWALS

    def gate(model: Any, **_: Any) -> None:
        _check(_operation(model), allowed)

    session.events.register_first("before-call", gate, unique_id="seeams-gate")


def guard(client: Any, passed: Callable[[str, str], None]) -> None:
    """Let a client do nothing but read, and tell `passed` of (operation, Region) of every call."""
    allowed = allowed_calls()

    def gate(model: Any, context: Mapping[str, Any], **_: Any) -> None:
        operation = _operation(model)
        _check(operation, allowed)
        passed(operation, context["client_region"])

    client.meta.events.register_first("before-call", gate)
    client.meta.events.register("before-parse", _refuse_what_is_no_answer)


def _operation(model: Any) -> str:
    return f"{model.service_model.service_name}:{model.name}"


def _check(operation: str, allowed: Collection[str]) -> None:
    if operation not in allowed or (is_sensitive(operation) and operation not in _RENEWALS):
        raise NotAllowed(f"{operation} is not on the read-only allow-list")


def _refuse_what_is_no_answer(operation_model: Any, response_dict: Any, **_: Any) -> None:
    """Botocore takes a portal's page or a cut-off JSON text for an empty answer: a failure."""
    from botocore.parsers import ResponseParserError  # the policy is made without boto3

    shape = operation_model.output_shape
    if response_dict["status_code"] != 200 or shape is None or "payload" in shape.serialization:
        return
    body = response_dict["body"].strip()
    if body[:14].lower().startswith((b"<!doctype html", b"<html")):
        raise ResponseParserError("a web page came instead of an answer")
    is_json = "json" in operation_model.service_model.resolved_protocol
    if is_json and body and not (body.startswith(b"{") and body.endswith(b"}")):
        raise ResponseParserError("the answer is no complete JSON text")
