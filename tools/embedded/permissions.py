"""Roles and function code for the sample workloads."""

import io
import json
import zipfile
from functools import cache
from typing import Any

from tools.embedded.tags import Tags, pairs

Statement = tuple[tuple[str, ...], tuple[str, ...]]  # actions, resources


def document(*statements: Statement) -> str:
    """A policy that allows each statement's actions on its resources."""
    return json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Action": list(actions), "Resource": list(resources)}
                for actions, resources in statements
            ],
        }
    )


def role(iam: Any, name: str, service: str, tags: Tags, *statements: Statement) -> str:
    """A role that `service` may assume, with one inline policy; its ARN."""
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
        ],
    }
    arn: str = iam.create_role(
        RoleName=name, AssumeRolePolicyDocument=json.dumps(trust), Tags=pairs(tags)
    )["Role"]["Arn"]
    if statements:
        iam.put_role_policy(
            RoleName=name, PolicyName=f"{name}-access", PolicyDocument=document(*statements)
        )
    return arn


@cache
def function_code() -> bytes:
    """A handler, zipped; it is stored and never run."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as code:
        code.writestr(zipfile.ZipInfo("index.py"), "def handler(event, context):\n    return {}\n")
    return archive.getvalue()
