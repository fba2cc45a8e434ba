"""Reads the words of an `aws` command as version 2 of the command line does, by botocore's models.

Knows what this product prints: `--option value ...`, `--option=value`, flags, JSON, `file://`,
`wait`, and `<NAME>` for what a person fills in. What `--query` asks for has to be in the answer.
"""

import json
import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import botocore.session
from botocore import xform_name
from botocore.model import OperationModel, ServiceModel
from botocore.validate import ParamValidator

from tests.aws_answers import NotThere, found_by

PLACEHOLDER = re.compile(r"<[A-Z][A-Z0-9_]*>")
_OF_EVERY_COMMAND = {"region", "query", "output"}
_PAGES = {"max-items"}  # of commands whose answer comes in pages
_BOTOCORE = {"s3api": "s3"}
_RENAMED = {("sns", "notification-endpoint"): "endpoint"}  # by the CLI, from the model's name
_NUMBERS: dict[str, type[int] | type[float]] = {
    "integer": int,
    "long": int,
    "float": float,
    "double": float,
}


class Refused(Exception):
    """The command line would not take it."""


@dataclass(frozen=True)
class Call:
    """What a command asks of AWS."""

    service: str  # botocore's name
    operation: str  # the API's name
    parameters: dict[str, Any]
    waits: bool


def commands_in(script: str) -> list[list[str]]:
    """The words of each command of a shell script."""
    found: list[list[str]] = []
    for word in shlex.split(script.replace("\\\n", " ").replace("\naws ", "\n;aws ")):
        if word in ("aws", ";aws"):
            found.append(["aws"])
        else:
            found[-1].append(word)
    return found


def parse(words: Sequence[str]) -> Call:
    """The call that a command makes.

    Raises:
        Refused: there is no such service, operation or option, a value is of the wrong type, or
            `--query` asks for what the answer does not hold.
    """
    program, cli_service, *rest = words
    if program != "aws":
        raise Refused(f"no aws command: {words}")
    service = _BOTOCORE.get(cli_service, cli_service)
    waits = rest[0] == "wait"
    if waits:
        rest = [_waited_for(service, rest[1]), *rest[2:]]
    model = _operation(service, rest[0])
    options = _options(rest[1:])
    parameters = _parameters(cli_service, model, options)
    for member in model.idempotent_members:  # the command line makes one up
        parameters.setdefault(member, "00000000-0000-0000-0000-000000000000")
    report = ParamValidator().validate(parameters, model.input_shape) if model.input_shape else None
    if report and report.has_errors():
        raise Refused(f"{' '.join(words)}: {report.generate_report()}")
    if "query" in options:
        try:
            found_by(options["query"][0], model.output_shape)
        except NotThere as error:
            raise Refused(f"{' '.join(words)}: {error}") from error
    return Call(service, model.name, parameters, waits)


# -- operations and options ------------------------------------------------------------------------


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
        flag = name.removeprefix("no-")
        if (service, model.name, name) == ("ec2", "RunInstances", "count"):
            found |= {"MinCount": int(values[0]), "MaxCount": int(values[0])}
        elif flag in names and not values:
            if members[names[flag]].type_name != "boolean":
                raise Refused(f"--{option} is no flag")
            found[names[flag]] = name == flag
        elif name in names:
            found[names[name]] = _value(members[names[name]], values)
        elif not (name in _OF_EVERY_COMMAND or (name in _PAGES and _has_pages(model))):
            raise Refused(f"{service} {model.name} has no --{option}")
    return found


@cache
def _paginated(service: str) -> Any:
    return botocore.session.get_session().get_paginator_model(service)


def _has_pages(model: OperationModel) -> bool:
    try:
        _paginated(model.service_model.service_name).get_paginator(model.name)
    except ValueError:
        return False
    return True


# -- values ----------------------------------------------------------------------------------------


def _value(shape: Any, words: list[str]) -> Any:
    if words[0].startswith(("file://", "fileb://")):
        return _any(shape)
    if shape.type_name == "list" and not words[0].startswith("["):
        return [_value(shape.member, [each]) for each in words]
    if len(words) > 1:
        raise Refused(f"too many values for {shape.name}: {words}")
    if shape.type_name in ("list", "structure", "map"):
        return _typed(shape, json.loads(words[0]))
    return _scalar(shape, words[0])


def _typed(shape: Any, value: Any) -> Any:
    """A value of JSON: nothing in it becomes another type but what a person fills in."""
    if shape.type_name == "structure" and isinstance(value, dict):
        unknown = value.keys() - shape.members.keys()
        if unknown:
            raise Refused(f"{shape.name} has no {unknown}")
        return {name: _typed(shape.members[name], each) for name, each in value.items()}
    if shape.type_name == "map" and isinstance(value, dict):
        return {name: _typed(shape.value, each) for name, each in value.items()}
    if shape.type_name == "list" and isinstance(value, list):
        return [_typed(shape.member, each) for each in value]
    if not isinstance(value, str) or shape.type_name == "boolean":
        return value
    if shape.type_name in _NUMBERS and not PLACEHOLDER.fullmatch(value):
        raise Refused(f"{value!r} is no number: {shape.name}")
    return _scalar(shape, value)


def _scalar(shape: Any, word: str) -> Any:
    open_still = PLACEHOLDER.fullmatch(word)
    if shape.type_name in _NUMBERS:
        return _NUMBERS[shape.type_name]("5" if open_still else word)
    if shape.type_name == "boolean":
        return {"true": True, "false": False}[word]
    if open_still:
        stands_for = "2026-06-01T00:00:00Z" if shape.type_name == "timestamp" else word
        return stands_for.ljust(shape.metadata.get("min", 0), "x")
    allowed = getattr(shape, "enum", None)
    if allowed and word not in allowed:
        raise Refused(f"{word!r} is none of {allowed}")
    return word


def _any(shape: Any) -> Any:
    """Something of the right type: what the file holds is the reader's."""
    if shape.type_name == "structure":
        return {name: _any(shape.members[name]) for name in shape.required_members}
    if shape.type_name == "list":
        return [_any(shape.member)]
    kinds: dict[str, Any] = {"map": {"a": "b"}, "blob": b"x"}
    return shape.enum[0] if getattr(shape, "enum", None) else kinds.get(shape.type_name, "x")
