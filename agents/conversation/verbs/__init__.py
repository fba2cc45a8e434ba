"""The verbs of the conversation, one module each.

A module in this package defines `VERB`: its name, what it is for, its arguments and how it is
carried out. Nothing else lists verbs.
"""

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

from agents.conversation.arguments import Arguments
from agents.conversation.desk import Desk


@dataclass(frozen=True)
class Said:
    """An answer."""

    answer: str  # Markdown in which all that comes from the account is escaped
    result: dict[str, Any]  # the same as data, as JSON has it


@dataclass(frozen=True, kw_only=True)
class Verb:
    """Something a person can ask for."""

    name: str
    about: str  # for whoever chooses: when it is the right one
    arguments: type[Arguments]
    carry_out: Callable[[Desk, Any], Said]
    """Raises WrongUse where the arguments name what there is not."""


@cache
def verbs() -> Mapping[str, Verb]:
    """Every verb, by name."""
    modules = [
        importlib.import_module(f"{__name__}.{module.name}")
        for module in pkgutil.iter_modules(__path__)
    ]
    return MappingProxyType({module.VERB.name: module.VERB for module in modules})
