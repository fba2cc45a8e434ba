"""Reads the words of an `aws` command as version 2 of the command line does, by botocore's models.

Knows what a runbook uses: `--option value ...`, `--option=value`, flags, JSON, `file://`, `wait`.
"""

import json
from dataclasses import dataclass
from functools import cache
from typing import Any

import botocore.session
from botocore import xform_name
from botocore.model import OperationModel, ServiceModel, Shape
from botocore.validate import ParamValidator

from tools.runbook.blanks import BLANKS

_OF_EVERY_COMMAND = {"region", "query", "output"}
_PAGES = {"max-items"}  # of commands whose answer comes in pages
_BOTOCORE = {"s3api": "s3"}
_NUMBERS = {"integer": int, "long": int, "float": float, "double": float}
_RENAMED = {("sns", "notification-endpoint"): "endpoint"}


class Refused(Exception):
    """The command line would not take it."""


@dataclass(frozen=True)
class Call:
    """What a command asks of AWS."""

    service: str  # botocore's name
    operation: str  # the API's name
    parameters: dict[str, Any]
    waits: bool


def filled(word: str) -> str:
    """The word with each blank's example in it."""
    for blank in BLANKS.values():
        word = word.replace(f"<{blank.name}>", blank.example)
    return word


def parse(words: tuple[str, ...]) -> Call:
    """The call that a command makes.

    Raises:
        Refused: there is no such service, operation or option, or a value is of the wrong type.
    """
    program, cli_service, *rest = [filled(word) for word in words]
    if program != "aws":
        raise Refused(f"no aws command: {words}")
    service = _BOTOCORE.get(cli_service, cli_service)
    waits = rest[0] == "wait"
    if waits:
        rest = [_waited_for(service, rest[1]), *rest[2:]]
    model = _operation(service, rest[0])
    parameters = _parameters(cli_service, model, _options(rest[1:]))
    for member in model.idempotent_members:  # the command line makes one up
        parameters.setdefault(member, "00000000-0000-0000-0000-000000000000")
    shape = model.input_shape
    report = ParamValidator().validate(parameters, shape) if shape else None
    if report and report.has_errors():
        raise Refused(f"{' '.join(words)}: {report.generate_report()}")
    return Call(service, model.name, parameters, waits)


@cache
def _model(service: str) -> ServiceModel:
    return botocore.session.get_session().get_service_model(service)


@cache
def _operations(service: str) -> dict[str, str]:
    return {xform_name(name, "-"): name for name in _model(service).operation_names}


def _operation(service: str, name: str) -> OperationModel:
    if name not in _operations(service):
        raise Refused(f"{service} has no {name}")
    return _model(service).operation_model(_operations(service)[name])


@cache
def _waited_for(service: str, name: str) -> str:
    model = botocore.session.get_session().get_waiter_model(service)
    known = {xform_name(each, "-"): each for each in model.waiter_names}
    if name not in known:
        raise Refused(f"{service} has no wait {name}")
    return str(xform_name(model.get_waiter(known[name]).operation, "-"))


def _options(words: list[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    last = ""
    for word in words:
        if word.startswith("--"):
            last, given, value = word[2:].partition("=")
            if last in found:
                raise Refused(f"--{last} is given twice")
            found[last] = [value] if given else []
        elif not last:
            raise Refused(f"{word} belongs to no option")
        else:
            found[last].append(word)
    return found


def _parameters(
    service: str, model: OperationModel, options: dict[str, list[str]]
) -> dict[str, Any]:
    members = model.input_shape.members if model.input_shape else {}
    names = {xform_name(name, "-"): name for name in members}
    found: dict[str, Any] = {}
    for option, values in options.items():
        name = _RENAMED.get((service, option), option)
        if (service, model.name, name) == ("ec2", "RunInstances", "count"):
            found |= {"MinCount": int(values[0]), "MaxCount": int(values[0])}
        elif name in names:
            found[names[name]] = _value(members[names[name]], values)
        elif name.removeprefix("no-") in names and not values:
            found[names[name.removeprefix("no-")]] = False
        elif name in _OF_EVERY_COMMAND or (name in _PAGES and _has_pages(model)):
            continue
        else:
            raise Refused(f"{service} {model.name} has no --{option}")
    return found


def _has_pages(model: OperationModel) -> bool:
    pages = botocore.session.get_session().get_paginator_model(model.service_model.service_name)
    try:
        pages.get_paginator(model.name)
    except ValueError:
        return False
    return True


def _value(shape: Shape, values: list[str]) -> Any:
    kind = shape.type_name
    if kind == "boolean" and not values:
        return True
    if not values:
        raise Refused(f"no value for {shape.name}")
    if values[0].startswith(("file://", "fileb://")):
        return _any(shape)
    if kind == "list" and not values[0].startswith("["):
        member = shape.member
        return [_value(member, [each]) for each in values]
    if len(values) > 1:
        raise Refused(f"too many values for {shape.name}: {values}")
    if kind in ("list", "structure", "map"):
        return _typed(shape, json.loads(values[0]))
    return _typed(shape, values[0])


def _typed(shape: Any, value: Any) -> Any:
    """A value of JSON or a word, in the type that the model asks for."""
    if shape.type_name == "structure":
        unknown = value.keys() - shape.members.keys()
        if unknown:
            raise Refused(f"{shape.name} has no {unknown}")
        return {name: _typed(shape.members[name], each) for name, each in value.items()}
    if shape.type_name == "map":
        return {name: _typed(shape.value, each) for name, each in value.items()}
    if shape.type_name == "list":
        return [_typed(shape.member, each) for each in value]
    if shape.type_name in _NUMBERS:
        return _NUMBERS[shape.type_name](value)
    allowed = getattr(shape, "enum", None)
    if allowed and value not in allowed:
        raise Refused(f"{value!r} is none of {allowed}")
    return value


def _any(shape: Any) -> Any:
    """Something of the right type: what the file holds is the reader's."""
    if shape.type_name == "structure":
        required = shape.required_members
        return {name: _any(shape.members[name]) for name in required}
    if shape.type_name == "list":
        return [_any(shape.member)]
    kinds: dict[str, Any] = {"map": {"a": "b"}, "blob": b"x"}
    return shape.enum[0] if getattr(shape, "enum", None) else kinds.get(shape.type_name, "x")
