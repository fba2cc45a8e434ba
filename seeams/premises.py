"""Premises from files: a person's own constants, and what people attest."""

import difflib
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from state.errors import InvalidDuration, InvalidPremises

if TYPE_CHECKING:
    from pydantic import ValidationError

    from state.premises import Attestation, Override, Premises

STDIN = Path("-")


def premises_of(assumptions: Path | None, attest: Path | None) -> "Premises":
    """The premises in the files.

    Raises:
        InvalidPremises: a file cannot be read, or names or says what makes no sense; the message
            names the file and the line.
    """
    from state.premises import Premises

    return Premises(
        assumptions=assumptions_in(assumptions) if assumptions else {},
        attestations=attestations_in(attest) if attest else (),
    )


def assumptions_in(path: Path) -> "dict[str, Override]":
    """A person's own constants, by name, from a TOML file.

    `[unmonitored]` with `seconds` and `seconds_per_unit` (numbers, or durations in words) and
    `why`, or `unmonitored = "15 min"` in short.

    Raises:
        InvalidPremises: as `premises_of` does.
    """
    from tools.grading.assumptions import assumptions, with_overrides

    source = _Source(path)
    found = {}
    for name, values in source.content.items():
        source.require(name, assumptions(), name, "constant", "`seeams assumptions` lists them")
        found[name] = _override(source, name, values)
        with source.explained(name):
            with_overrides(assumptions(), {name: found[name]})
    return found


def attestations_in(path: Path) -> "tuple[Attestation, ...]":
    """What people attest, from the `[[attestation]]` tables of a TOML file.

    Raises:
        InvalidPremises: as `premises_of` does.
    """
    from tools.grading.attesting import require_sense

    source = _Source(path)
    for name in source.content:
        source.require(name, ("attestation",), name, "table", "write [[attestation]] tables")
    tables = source.content.get("attestation", [])
    if not isinstance(tables, list):
        raise source.refusal("attestation", "write [[attestation]], with two brackets")
    found = []
    for number, table in enumerate(tables, 1):
        where = f"attestation {number}"
        with source.explained(where):
            found.append(_attestation(table))
            require_sense(found[-1])
    return tuple(found)


def read_text(path: Path) -> str:
    """The text of a file; `-` is stdin.

    Raises:
        InvalidPremises: it cannot be read.
    """
    try:
        return sys.stdin.read() if path == STDIN else path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no UTF-8 text"
        raise InvalidPremises(f"{path}: {why}") from error


def first_complaint(error: "ValidationError") -> str:
    """What is wrong first, and with which key."""
    first = error.errors()[0]
    key = ".".join(str(part) for part in first["loc"] if part != "[key]")
    message = first["msg"].removeprefix("Value error, ")
    return f"{key}: {message}" if key else message


# -- parts ----------------------------------------------------------------------------------------


class _Source:
    """A TOML file, and where in it things are."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._text = read_text(path)
        try:
            self.content = tomllib.loads(self._text)
        except tomllib.TOMLDecodeError as error:
            raise InvalidPremises(f"{path}: {error}") from error

    def require(
        self, name: str, known: Iterable[str], place: str, noun: str, otherwise: str
    ) -> None:
        """Refuse a name that there is not, with those that look like it."""
        if name not in known:
            near = difflib.get_close_matches(name, list(known), n=3)
            hint = f"did you mean {' or '.join(near)}?" if near else otherwise
            raise self.refusal(place, f"there is no {noun} {name!r}: {hint}")

    def refusal(self, place: str, why: str) -> InvalidPremises:
        """What is wrong, and where."""
        line = self._line_of(place)
        return InvalidPremises(f"{self._path}{f', line {line}' if line else ''}: {place}: {why}")

    @contextmanager
    def explained(self, place: str) -> Iterator[None]:
        """Whatever is wrong within is said with its place."""
        from pydantic import ValidationError

        try:
            yield
        except ValidationError as error:
            raise self.refusal(place, first_complaint(error)) from error
        except (InvalidPremises, InvalidDuration) as error:
            raise self.refusal(place, str(error)) from error

    def _line_of(self, place: str) -> int | None:
        """Where a key or a table begins; `attestation 2` is the second of its kind."""
        name, _, number = place.partition(" ")
        begins = re.compile(rf"\s*(\[\[?\s*)?[\"']?{re.escape(name)}[\"']?\s*[\]=.]")
        lines = [n for n, line in enumerate(self._text.splitlines(), 1) if begins.match(line)]
        wanted = int(number) - 1 if number else 0
        return lines[wanted] if wanted < len(lines) else None


def _override(source: _Source, name: str, values: Any) -> "Override":
    from state.premises import Override

    table = values if isinstance(values, Mapping) else {"seconds": values}
    with source.explained(name):
        given = {
            key: _seconds(key, value) if key.startswith("seconds") else value
            for key, value in table.items()
        }
        override = Override.model_validate(given)
    if override.seconds is None and override.seconds_per_unit is None:
        raise source.refusal(name, "give `seconds`, `seconds_per_unit` or both")
    return override


def _attestation(table: Any) -> "Attestation":
    from state.premises import Attestation

    values = dict(table)
    if isinstance(values.get("answer"), str):
        values["answer"] = values["answer"].upper()
    if isinstance(values.get("takes"), Mapping):
        values["takes"] = {
            phase: _seconds(f"takes.{phase}", amount) for phase, amount in values["takes"].items()
        }
    return Attestation.model_validate(values)


def _seconds(key: str, value: Any) -> float:
    """Seconds: a number, or a duration in words.

    Raises:
        InvalidPremises: it is neither.
        InvalidDuration: the words are no duration.
    """
    from state.objectives import parse_duration

    if isinstance(value, str):
        return parse_duration(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidPremises(f"{key}: {value!r} is neither seconds nor a duration like '20 min'")
    return float(value)
