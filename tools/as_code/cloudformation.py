"""A stack as a CloudFormation template, in YAML: PyYAML quotes, nothing is pasted together."""

from collections.abc import Mapping
from typing import Any

from tools.as_code.stack import Ref, Stack

_KEPT = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}


def template(stack: Stack, description: str) -> str:
    """The template as text; ASCII alone, so that no letter can pass for another."""
    import yaml

    document: dict[str, Any] = {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": description,
        "Parameters": {
            each.name: {
                "Type": "String",
                "Description": each.what,
                "AllowedPattern": each.pattern,
            }
            for each in stack.parameters.values()
        },
        "Resources": {
            name: {
                "Type": piece.type,
                **(_KEPT if piece.keep else {}),
                "Properties": _written(piece.properties),
            }
            for name, piece in stack.pieces.items()
        },
    }
    if not document["Parameters"]:
        del document["Parameters"]
    text: str = yaml.dump(document, Dumper=_dumper(), sort_keys=False, width=96)
    return text


def _dumper() -> Any:
    import yaml

    class Unshared(yaml.SafeDumper):
        """CloudFormation reads no aliases."""

        def ignore_aliases(self, data: Any) -> bool:
            return True

    return Unshared


def _written(value: Any) -> Any:
    if isinstance(value, Ref):
        if value.attribute:
            return {"Fn::GetAtt": [value.name, value.attribute]}
        return {"Ref": value.name}
    if isinstance(value, Mapping):
        return {key: _written(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_written(each) for each in value]
    return value
