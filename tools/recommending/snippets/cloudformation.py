"""A fragment of a CloudFormation template, in YAML."""

from collections.abc import Mapping
from typing import Any


def template(resources: Mapping[str, Any]) -> str:
    """The `Resources:` section that declares these, by logical id."""
    import yaml

    text: str = yaml.safe_dump(
        {"Resources": resources}, sort_keys=False, allow_unicode=True, width=88
    )
    return text.rstrip("\n")
