"""The least an identity must be allowed to read the account: IAM policies from declarations."""

import json
from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

from tools.aws.declarations import Call, collectors
from tools.aws.gate import CORE_CALLS

# IAM's limit for a managed policy, which does not count white space.
MOST_CHARACTERS = 6144

# Permissions that AWS checks besides the one the call is named after.
_BESIDES = {
    "resource-groups:ListGroupResources": (
        "cloudformation:DescribeStacks",
        "cloudformation:ListStackResources",
        "tag:GetResources",
    ),
}

Policy = Mapping[str, Any]


def actions(types: Iterable[str] | None = None) -> list[str]:
    """The IAM actions needed to read resources of the types (None: of all), sorted."""
    read = collectors()
    wanted = read if types is None else {kind: read[kind] for kind in types if kind in read}
    calls: list[Call] = [*CORE_CALLS, *(call for c in wanted.values() for call in c.calls)]
    needed = {call.iam_action for call in calls}
    needed |= {action for call in calls for action in _BESIDES.get(call.operation, ())}
    return sorted(needed)


def policy_documents(types: Iterable[str] | None = None) -> list[Policy]:
    """The least policy documents for the types, each within IAM's limit, mostly one.

    A statement holds the actions of one service.
    """
    documents: list[list[Policy]] = [[]]
    for service, group in groupby(actions(types), lambda action: action.partition(":")[0]):
        statement = {
            "Sid": "Read" + "".join(part.capitalize() for part in service.split("-")),
            "Effect": "Allow",
            "Action": list(group),
            "Resource": "*",
        }
        if documents[-1] and size(_document([*documents[-1], statement])) > MOST_CHARACTERS:
            documents.append([])
        documents[-1].append(statement)
    return [_document(statements) for statements in documents]


def size(policy: Policy) -> int:
    """The characters of a policy that IAM counts."""
    return len(json.dumps(policy, separators=(",", ":")))


def _document(statements: list[Policy]) -> Policy:
    return {"Version": "2012-10-17", "Statement": statements}
