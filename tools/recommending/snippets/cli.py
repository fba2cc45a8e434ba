"""Commands of the AWS CLI, quoted for a POSIX shell."""

import json
import shlex
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_WIDEST = 88  # columns, before a command is spread over several lines


def command(call: str, options: Mapping[str, Any]) -> str:
    """One command.

    Args:
        call: service and operation, `rds modify-db-instance`.
        options: by name without dashes. True and False are flags, lists of texts and numbers are
            given one by one, whatever else is structured as JSON.
    """
    words = [option for name, value in options.items() for option in _option(name, value)]
    line = " ".join(["aws", call, *words])
    return line if len(line) <= _WIDEST else " \\\n    ".join([f"aws {call}", *words])


def _option(name: str, value: Any) -> Iterator[str]:
    if isinstance(value, bool):
        yield f"--{name}" if value else f"--no-{name}"
    elif isinstance(value, Mapping) or (isinstance(value, list) and _needs_json(value)):
        yield f"--{name} {shlex.quote(json.dumps(value))}"
    elif isinstance(value, list):
        yield " ".join([f"--{name}", *(shlex.quote(_text(each)) for each in value)])
    elif _text(value).startswith("-"):  # would be read as another option
        yield f"--{name}={shlex.quote(_text(value))}"
    else:
        yield f"--{name} {shlex.quote(_text(value))}"


def _needs_json(values: Sequence[Any]) -> bool:
    return any(isinstance(each, Mapping | list) or str(each).startswith("-") for each in values)


def _text(value: Any) -> str:
    return json.dumps(value) if isinstance(value, bool) else str(value)
