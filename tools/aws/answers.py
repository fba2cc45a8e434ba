"""Answers as they are kept: JSON texts inside them parsed."""

import copy
import json
from collections.abc import Iterable
from typing import Any


def parse_json_texts(answer: Any, paths: Iterable[str]) -> Any:
    """A copy of the answer in which the strings at `paths` that hold JSON are parsed.

    A path is dotted, `*` stands for every key or element. What is no JSON stays a string.
    """
    paths = tuple(paths)
    if not paths:
        return answer
    copied = copy.deepcopy(answer)
    for path in paths:
        _parse(copied, path.split("."))
    return copied


def _parse(value: Any, path: list[str]) -> None:
    head, *rest = path
    if isinstance(value, dict):
        keys: Iterable[Any] = list(value) if head == "*" else [head] if head in value else []
    elif isinstance(value, list):
        keys = range(len(value)) if head == "*" else []
    else:
        return
    for key in keys:
        if rest:
            _parse(value[key], rest)
        elif isinstance(value[key], str):
            try:
                value[key] = json.loads(value[key])
            except ValueError:
                continue
