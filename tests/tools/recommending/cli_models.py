"""Reads a printed AWS CLI command as the CLI does, by botocore's models; for tests alone."""

import json
import re
import shlex
from functools import cache
from typing import Any

import botocore.session
from botocore import xform_name
from botocore.model import OperationModel, Shape
from botocore.validate import ParamValidator

PLACEHOLDER = re.compile(r"<[A-Z][A-Z0-9_]*>")
GLOBAL_OPTIONS = {"region", "query", "output"}
SERVICES = {"s3api": "s3"}  # where the CLI's name of a service is not botocore's
RENAMED = {("sns", "notification-endpoint"): "endpoint"}  # by the CLI, from the model's name
_NUMBERS: dict[str, Any] = {"integer": 5, "long": 5, "float": 5.0, "double": 5.0}


@cache
def _operations(service: str) -> dict[str, OperationModel]:
    model = botocore.session.get_session().get_service_model(SERVICES.get(service, service))
    return {xform_name(name, "-"): model.operation_model(name) for name in model.operation_names}


@cache
def _waited_for(service: str) -> dict[str, str]:
    """The operation that each of the CLI's `wait` commands asks."""
    session = botocore.session.get_session()
    model = session.get_waiter_model(SERVICES.get(service, service))
    return {
        xform_name(name, "-"): xform_name(model.get_waiter(name).operation, "-")
        for name in model.waiter_names
    }


def commands_in(printed: str) -> list[list[str]]:
    """The words of each command of a shell script."""
    found: list[list[str]] = []
    for word in shlex.split(printed.replace("\\\n", " ").replace("\naws ", "\n;aws ")):
        if word == ";aws" or not found:
            found.append([])
        else:
            found[-1].append(word)
    return found


def parameters_of(words: list[str]) -> tuple[OperationModel, dict[str, Any]]:
    """The operation of a command and its parameters, checked against the model."""
    service, operation, *rest = words
    if operation == "wait":
        waiter, *rest = rest
        operation = _waited_for(service)[waiter]
    model = _operations(service)[operation]
    shape = model.input_shape
    assert shape is not None
    names = {xform_name(name, "-"): name for name in shape.members}
    options: list[tuple[str, list[str]]] = []
    for word in rest:
        if word.startswith("--"):
            name, given, value = word[2:].partition("=")
            options.append((name, [value] if given else []))
        else:
            options[-1][1].append(word)
    assert len({name for name, _ in options}) == len(options), "an option is given twice"
    parameters: dict[str, Any] = {}
    for option, values in options:
        name = RENAMED.get((service, option), option)
        if name in GLOBAL_OPTIONS and name not in names:
            continue
        if name.removeprefix("no-") in names and not values:
            member = names[name.removeprefix("no-")]
            assert shape.members[member].type_name == "boolean", f"--{name} is no flag"
            parameters[member] = not name.startswith("no-")
        else:
            parameters[names[name]] = _value(shape.members[names[name]], values)
    for member in model.idempotent_members:  # the CLI makes one up
        parameters.setdefault(member, "00000000-0000-0000-0000-000000000000")
    report = ParamValidator().validate(parameters, shape)
    assert not report.has_errors(), report.generate_report()
    return model, parameters


def _value(shape: Shape, words: list[str]) -> Any:
    assert words
    if words[0].startswith("file://") and shape.type_name in ("structure", "map", "list"):
        return [] if shape.type_name == "list" else {}  # what the reader's file holds
    if shape.type_name in ("structure", "map"):
        assert len(words) == 1
        return _typed(shape, json.loads(words[0]))
    if shape.type_name == "list":
        if words[0].startswith("["):
            return _typed(shape, json.loads(words[0]))
        return [_value(shape.member, [word]) for word in words]
    assert len(words) == 1
    return _scalar(shape, words[0])


def _typed(shape: Shape, value: Any) -> Any:
    """A value out of JSON: what stands for the reader's own becomes one of the right type."""
    if isinstance(value, dict) and shape.type_name == "structure":
        return {k: _typed(shape.members[k], v) for k, v in value.items()}
    if isinstance(value, dict) and shape.type_name == "map":
        return {k: _typed(shape.value, v) for k, v in value.items()}
    if isinstance(value, list) and shape.type_name == "list":
        return [_typed(shape.member, each) for each in value]
    if isinstance(value, str) and PLACEHOLDER.fullmatch(value):
        return _scalar(shape, value)
    return value


def _scalar(shape: Shape, word: str) -> Any:
    if shape.type_name in _NUMBERS:
        if PLACEHOLDER.fullmatch(word):
            return _NUMBERS[shape.type_name]
        return type(_NUMBERS[shape.type_name])(word)
    if shape.type_name == "timestamp" and PLACEHOLDER.fullmatch(word):
        return "2026-06-01T00:00:00Z"
    if shape.type_name == "boolean":
        return {"true": True, "false": False}[word]
    allowed = getattr(shape, "enum", None)
    assert not allowed or PLACEHOLDER.fullmatch(word) or word in allowed, f"{word!r}: {allowed}"
    return word.ljust(shape.metadata.get("min", 0), "x") if PLACEHOLDER.fullmatch(word) else word
