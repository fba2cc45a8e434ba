"""IAM roles that the workload's resources act as, and what those may do to which resource."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from state.snapshot import RelationKind
from tools.aws.declarations import Call, Collector, Item, Reference

_INLINE = "iam:GetRolePolicy"
_ATTACHED = "iam:GetPolicyVersion"

# Parts of a resource that a policy names, cut off so that the ARN names the resource itself.
_PART_OF_A_RESOURCE = (
    re.compile(r"(?P<whole>arn:[^:]+:s3:::[^/*?]+)/.*"),
    re.compile(r"(?P<whole>arn:[^:]+:dynamodb:[^/]+:table/[^/*?]+)/.*"),
    re.compile(r"(?P<whole>arn:[^:]+:logs:[^:]+:[^:]+:log-group:[^:*?]+):.*"),
    re.compile(r"(?P<whole>arn:[^:]+:lambda:[^:]+:[^:]+:function:[^:*?]+):.*"),
    re.compile(r"(?P<whole>arn:[^:]+:secretsmanager:.+)-(?:\?{6}|\*)"),
    re.compile(r"(?P<whole>arn:[^:]+:execute-api:[^/*?]+)/.*"),
)
_INVOKES = re.compile(r"(lambda:invoke|states:start|bedrock:invoke|execute-api:invoke)", re.I)
_READS = re.compile(
    r"[\w-]+:(get|list|describe|head|query|scan|select|batchget|condition|receive|read|decrypt"
    r"|transactget|search|download)",
    re.I,
)
_WITHOUT_THEM_IT_GOES_ON = (":logs:", ":xray:", ":cloudwatch:")


def _may_act_on(item: Item, answers: Mapping[str, Any]) -> Iterator[Reference]:
    """One reference per resource that an Allow statement names in full."""
    for operation, path, document in _documents(answers):
        verbs: dict[str, set[str]] = defaultdict(set)
        for statement in _listed(document.get("Statement")):
            if statement.get("Effect") != "Allow":
                continue
            for resource in _listed(statement.get("Resource")):
                if whole := _whole(resource):
                    verbs[whole] |= {_verb(action) for action in _listed(statement.get("Action"))}
        for arn, found in sorted(verbs.items()):
            yield Reference(
                value=arn,
                kind=RelationKind.PERMISSIONS,
                label=_label(found),
                hard=not any(service in arn for service in _WITHOUT_THEM_IT_GOES_ON),
                operation=operation,
                path=path,
            )


def _documents(answers: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for policy in answers.get(_INLINE) or ():
        yield _INLINE, "[].PolicyDocument.Statement", policy.get("PolicyDocument") or {}
    for policy in answers.get(_ATTACHED) or ():
        yield _ATTACHED, "[].Document.Statement", policy.get("Document") or {}


def _listed(value: Any) -> Iterable[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _whole(resource: str) -> str | None:
    for pattern in _PART_OF_A_RESOURCE:
        if match := pattern.fullmatch(resource):
            resource = match["whole"]
            break
    return resource if resource.startswith("arn:") and not re.search(r"[*?$]", resource) else None


def _verb(action: str) -> str:
    if action.lower().startswith("kms:"):
        return "uses"
    if "*" in action.rpartition(":")[2][:1]:
        return "reads and writes"
    if _INVOKES.match(action):
        return "invokes"
    return "reads" if _READS.match(action) else "writes"


def _label(verbs: set[str]) -> str:
    if "reads and writes" in verbs or {"reads", "writes"} <= verbs:
        return "reads and writes"
    return next((verb for verb in ("writes", "reads", "invokes") if verb in verbs), "uses")


ROLE = Collector(
    type="AWS::IAM::Role",
    read=Call(
        operation="iam:GetRole",
        items="Role",
        arguments={"RoleName": "{id}"},
        absent=("NoSuchEntity", "NoSuchEntityException"),
    ),
    each=True,
    id="RoleName",
    arn="arn:{partition}:iam::{account}:role/{id}",
    arn_path="Arn",
    arn_pattern=r"arn:[^:]+:iam::[^:]*:role/(?:.+/)?(?P<id>[^/]+)",
    tags="Tags",
    region="us-east-1",
    follow_ups=(
        Call(
            operation="iam:ListRolePolicies",
            items="PolicyNames",
            arguments={"RoleName": "{id}"},
        ),
        Call(
            operation=_INLINE,
            arguments={"RoleName": "{id}", "PolicyName": "{each}"},
            over=("iam:ListRolePolicies", "[]"),
        ),
        Call(
            operation="iam:ListAttachedRolePolicies",
            items="AttachedPolicies",
            arguments={"RoleName": "{id}"},
        ),
        Call(
            operation="iam:GetPolicy",
            items="Policy",
            arguments={"PolicyArn": "{each}"},
            over=(
                "iam:ListAttachedRolePolicies",
                "[?!contains(PolicyArn, ':iam::aws:')].PolicyArn",
            ),
        ),
        Call(
            operation=_ATTACHED,
            items="PolicyVersion",
            arguments={"PolicyArn": "{each[Arn]}", "VersionId": "{each[DefaultVersionId]}"},
            over=("iam:GetPolicy", "[]"),
        ),
    ),
    references=_may_act_on,
)

COLLECTORS = (ROLE,)
