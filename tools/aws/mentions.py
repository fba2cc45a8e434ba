"""Names of resources in settings and in policies: whom a program uses, and who calls it."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from state.snapshot import RelationKind
from tools.aws.declarations import Reference

QUEUE = "AWS::SQS::Queue"
REST_API = "AWS::ApiGateway::RestApi"
HTTP_API = "AWS::ApiGatewayV2::Api"

_QUEUE_ADDRESS = re.compile(r"https?://[^/\s]+/\d{12}/[\w.-]+")
_WITHIN = (
    re.compile(r"arn:aws[\w-]*:[^\s\"',;]+"),
    re.compile(r"(?<=s3://)[\w.-]+"),
    re.compile(r"(?<![\w.-])(?:[\w-]+\.){2,}[a-z]{2,}(?![\w-])"),  # a host
)
# Values that are too common to be anybody's name, and variables that never hold one.
_COMMON = {
    *(
        "default",
        "dev",
        "development",
        "false",
        "info",
        "debug",
        "latest",
        "main",
        "master",
        "none",
    ),
    *("null", "prod", "production", "staging", "test", "true", "warn", "warning", "error"),
}
_NO_NAME = {
    "ENV",
    "ENVIRONMENT",
    "STAGE",
    "LOG_LEVEL",
    "LOGLEVEL",
    "NODE_ENV",
    "REGION",
    "AWS_REGION",
}
_SHORTEST_NAME = 3
_EXECUTE_API = re.compile(r"arn:[^:]+:execute-api:[^:]*:[^:]*:(?P<api>[^/:*]+)")


def mentions(variables: Mapping[str, Any], *, operation: str, path: str) -> Iterator[Reference]:
    """Guesses at what environment variables name: whole values, and ARNs, hosts, buckets in them.

    A guess becomes a relation only if something known is called so; the values are not kept.
    """
    for variable, value in variables.items():
        if not isinstance(value, str) or variable.upper() in _NO_NAME:
            continue
        for name, to in _candidates(value.strip()):
            yield Reference(
                value=name,
                to=to,
                label="names in its environment",
                guess=True,
                attach=any(mark in name for mark in ".:"),  # a plain word may be anybody's
                operation=operation,
                path=path,
            )


def _candidates(text: str) -> Iterator[tuple[str, str | None]]:
    if _QUEUE_ADDRESS.fullmatch(text):
        yield text, QUEUE
        return
    if len(text) >= _SHORTEST_NAME and text.lower() not in _COMMON and not re.search(r"\s", text):
        yield text, None
    for pattern in _WITHIN:
        for found in pattern.findall(text):
            if found != text:
                yield found, None


def source_arns(policy: Any) -> list[str]:
    """The ARNs that a resource policy's conditions name as source, wildcards left out."""
    found: list[str] = []
    for statement in _statements(policy):
        conditions = statement.get("Condition") or {}
        for tests in conditions.values():
            for key, value in tests.items():
                if key.lower() == "aws:sourcearn":
                    found.extend([value] if isinstance(value, str) else value)
    return sorted({arn for arn in found if arn.startswith("arn:")})


def callers(policy: Any, *, label: str, operation: str, path: str) -> Iterator[Reference]:
    """Who may call or send, by the source ARNs in the called resource's policy."""
    for arn in source_arns(policy):
        api = _EXECUTE_API.match(arn)
        # The ARN of a call does not say which of the two kinds of API makes it.
        names = [(api["api"], REST_API), (api["api"], HTTP_API)] if api else [(arn, None)]
        for value, to in names:
            if "*" in value.removesuffix(":*"):
                continue
            yield Reference(
                value=value.removesuffix(":*"),
                to=to,
                kind=RelationKind.DATA_FLOW,
                label=label,
                incoming=True,
                operation=operation,
                path=path,
            )


def log_groups(arns: Iterable[str], *, operation: str, path: str) -> Iterator[Reference]:
    """Log groups by ARNs that end in a log stream or its wildcard."""
    for arn in arns:
        _, found, rest = arn.partition(":log-group:")
        if found:
            yield Reference(
                value=rest.partition(":")[0],
                to="AWS::Logs::LogGroup",
                kind=RelationKind.OBSERVABILITY,
                label="logs to",
                hard=False,
                guess=True,
                operation=operation,
                path=path,
            )


def _statements(policy: Any) -> Iterable[Mapping[str, Any]]:
    found = policy.get("Statement", ()) if isinstance(policy, Mapping) else ()
    return [found] if isinstance(found, Mapping) else found
