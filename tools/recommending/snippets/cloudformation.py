"""A fragment of a CloudFormation template, in YAML."""

import json
from collections.abc import Mapping
from typing import Any


def template(resources: Mapping[str, Any]) -> str:
    """The `Resources:` section that declares these, by logical id; `Name=json` is JSON."""
    import yaml

    text: str = yaml.safe_dump(
        {"Resources": _written(resources)}, sort_keys=False, allow_unicode=True, width=88
    )
    return text.rstrip("\n")


def _written(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {
            key.removesuffix("=json"): json.dumps(each) if key.endswith("=json") else _written(each)
            for key, each in value.items()
        }
    return [_written(each) for each in value] if isinstance(value, list) else value
