"""Resource blocks of Terraform, in HCL."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

_STEP = "  "
_EXPRESSION = re.compile(r"\$\{([^{}]+)\}")
_NAME = re.compile(r"[A-Za-z_][\w-]*")


def resource(kind: str, label: str, body: Mapping[str, Any]) -> str:
    """One `resource` block.

    A table in the body is a nested block, and so is each of a list of tables. `name=` makes a map
    of it, `name=json` a map in `jsonencode`, `name=pairs` a map of a list of `Name` and `Value`. A
    text that is one `${...}` is a bare expression.
    """
    return "\n".join([f"resource {_quoted(kind)} {_quoted(label)} {{", *_body(body, _STEP), "}"])


def _body(body: Mapping[str, Any], lead: str) -> Iterator[str]:
    for key, value in body.items():
        name, is_map, how = key.partition("=")
        if is_map:
            written = _written(_paired(value) if how == "pairs" else value, lead)
            yield f"{lead}{name} = {f'jsonencode({written})' if how == 'json' else written}"
        elif blocks := _blocks(value):
            for block in blocks:
                yield f"{lead}{name} {{"
                yield from _body(block, lead + _STEP)
                yield f"{lead}}}"
        else:
            yield f"{lead}{name} = {_written(value, lead)}"


def _blocks(value: Any) -> list[Mapping[str, Any]]:
    if isinstance(value, Mapping):
        return [value]
    tables = isinstance(value, list) and all(isinstance(each, Mapping) for each in value)
    return list(value) if tables else []


def _paired(value: Any) -> Any:
    """`Dimensions` as CloudWatch has them, as a map; what the reader has to put in stays."""
    return {each["Name"]: each["Value"] for each in value} if isinstance(value, list) else value


def _written(value: Any, lead: str) -> str:
    """A value as an expression."""
    if isinstance(value, str):
        expression = _EXPRESSION.fullmatch(value)
        return expression[1] if expression else _quoted(value)
    if isinstance(value, Mapping):
        if not value:
            return "{}"
        inner = lead + _STEP
        lines = (f"{inner}{_key(k)} = {_written(v, inner)}" for k, v in value.items())
        return "\n".join(["{", *lines, f"{lead}}}"])
    if isinstance(value, list):
        return f"[{', '.join(_written(each, lead) for each in value)}]"
    return json.dumps(value)


def _key(name: str) -> str:
    return name if _NAME.fullmatch(name) else _quoted(name)


def _quoted(text: str) -> str:
    """HCL's quoted strings escape as JSON's do; all else may stand in them as it is."""
    return json.dumps(text, ensure_ascii=False)
