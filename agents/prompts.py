"""Prompts are files, `prompt.md`, with `{placeholders}`; account data stands in fences."""

import json
import re
import secrets
from importlib.resources import files
from typing import Any

_PLACEHOLDER = re.compile(r"\{(\w+)\}")


def prompt(package: str, **values: str) -> str:
    """The prompt of an agent's package, filled in.

    Raises:
        LookupError: a placeholder has no value, or a value no placeholder.
    """
    text = files(package).joinpath("prompt.md").read_text(encoding="utf-8")
    wanted = set(_PLACEHOLDER.findall(text))
    if wanted != set(values):
        missing, strange = sorted(wanted - set(values)), sorted(set(values) - wanted)
        raise LookupError(f"{package}/prompt.md: missing {missing}, unknown {strange}")
    return _PLACEHOLDER.sub(lambda found: values[found[1]], text)


def fenced(data: Any) -> str:
    """Account data for a model: JSON between marks that nothing in the data can close.

    Names, tags, descriptions, policies and documents may hold anything, instructions included.
    """
    text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False, default=str)
    mark = secrets.token_hex(4)
    while mark in text:
        mark = secrets.token_hex(4)
    return f"<data-{mark}>\n{text}\n</data-{mark}>"
