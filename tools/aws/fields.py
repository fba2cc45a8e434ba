"""The fields that an AWS call can answer with: whether a missing one is an answer or a mistake."""

from collections.abc import Mapping
from functools import cache
from typing import Any

Fields = Mapping[str, frozenset[str]]


@cache
def fields_of(operation: str) -> Fields:
    """Every field of a call's answer, by name, with the names of the fields that lie in it.

    Empty for what botocore does not know. A map's keys count as fields where the service names
    them (the attributes of a queue).
    """
    from botocore.exceptions import BotoCoreError
    from botocore.model import OperationNotFoundError

    service, _, name = operation.partition(":")
    try:
        shape = _model(service).operation_model(name).output_shape
    except (BotoCoreError, OperationNotFoundError):
        return {}
    found: dict[str, set[str]] = {}
    if shape is not None:
        _walk(shape, found, set())
    return {field: frozenset(inner) for field, inner in found.items()}


@cache
def _model(service: str) -> Any:
    import botocore.session

    return botocore.session.Session().get_service_model(service)


def _walk(shape: Any, found: dict[str, set[str]], seen: set[str]) -> None:
    if shape.name in seen:
        return
    seen.add(shape.name)
    for field, inner in _members(shape).items():
        found.setdefault(field, set()).update(_names(inner))
        _walk(inner, found, seen)
    if shape.type_name == "list":
        _walk(shape.member, found, seen)
    if shape.type_name == "map":
        _walk(shape.value, found, seen)


def _members(shape: Any) -> dict[str, Any]:
    """The fields of a structure, or the known keys of a map."""
    if shape.type_name == "structure":
        return dict(shape.members)
    if shape.type_name == "map" and shape.key.type_name == "string":
        return dict.fromkeys(shape.key.enum, shape.value)
    return {}


def _names(shape: Any) -> frozenset[str]:
    """The fields that lie in a value, through lists."""
    while shape.type_name == "list":
        shape = shape.member
    return frozenset(_members(shape))
