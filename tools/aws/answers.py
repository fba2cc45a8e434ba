"""Answers as they are kept: searched by JMESPath, changed at dotted paths, the rest shared."""

import json
from base64 import b64encode
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import cache
from typing import Any

import jmespath

Change = Callable[[Any], Any]

# jmespath itself remembers 128 expressions; the declarations have about a thousand.
_compiled = cache(jmespath.compile)


def search(path: str, value: Any) -> Any:
    """What a JMESPath finds in a value; None if nothing."""
    return _compiled(path).search(value)


def as_json(value: Any) -> Any:
    """The value as it comes back from a store: times as ISO 8601, bytes as base64."""
    if isinstance(value, dict):
        return {key: as_json(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [as_json(inner) for inner in value]
    if isinstance(value, datetime):
        return value.isoformat()
    return b64encode(value).decode() if isinstance(value, bytes) else value


def strings(value: Any) -> list[str]:
    """The non-empty strings in a string or in (nested) lists of them."""
    if isinstance(value, str):
        return [value] if value else []
    if isinstance(value, list):
        return [text for inner in value for text in strings(inner)]
    return []


def replaced(value: Any, path: str, change: Change) -> Any:
    """The value with `change` applied to what lies at a dotted path; what is not touched is shared.

    `*` stands for every key or element: `containerDefinitions.*.environment.*.value`.
    """
    return _replaced(value, path.split("."), change)


def _replaced(value: Any, path: list[str], change: Change) -> Any:
    if not path:
        return change(value)
    head, *rest = path
    if isinstance(value, dict):
        keys = value if head == "*" else (head,) if head in value else ()
        return {**value, **{key: _replaced(value[key], rest, change) for key in keys}}
    if isinstance(value, list) and head == "*":
        return [_replaced(inner, rest, change) for inner in value]
    return value


def parse_json_texts(answer: Any, paths: Iterable[str]) -> Any:
    """The answer with the JSON texts at `paths` parsed. What is no JSON stays a string."""
    for path in paths:
        answer = replaced(answer, path, _parsed)
    return answer


def _parsed(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value
