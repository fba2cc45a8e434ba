"""Commands as a shell reads them: whatever a resource is called, it stays one word."""

import json
import re
import shlex
import unicodedata
from collections.abc import Container, Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from state.runbooks import Command
from tools.runbook.blanks import BLANKS

WIDTH = 98
SET_ONCE = {
    "<START_TIME>": '"${START_TIME:?}"',
    "<START_MILLISECONDS>": '"${START_MILLISECONDS:?}"',
    "<END_TIME>": '"$(date -u +%FT%TZ)"',
}
_TIMES = ("--start-time", "--end-time")
_UNSEEN = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))
_READ_FROM_FILE = re.compile(r"(file|fileb)://", re.IGNORECASE)


class Text(str):
    """A text that may hold blanks; it knows which, so that a name like `<KEY>` is none."""

    blanks: tuple[str, ...] = ()

    def __new__(cls, value: str, blanks: Iterable[str] = ()) -> "Text":
        """A text with these blanks in it."""
        text = super().__new__(cls, value)
        text.blanks = tuple(blanks)
        return text


def blank(name: str) -> Text:
    """`<NAME>`, to be filled in.

    Raises:
        KeyError: nobody says what that is.
    """
    return Text(f"<{BLANKS[name].name}>", [name])


def joined(*parts: str) -> Text:
    """Texts one after the other."""
    return Text("".join(parts), [name for part in parts for name in blanks_in(part)])


class Number(Text):
    """A blank for a number: JSON has no quotes about it."""


def number(text: Text) -> Number:
    """The same blank, as a number."""
    return Number(text, text.blanks)


def from_file(name: str, *, binary: bool = False) -> Text:
    """The contents of a file that a person fills in."""
    return joined("fileb://" if binary else "file://", blank(name))


def blanks_in(value: Any) -> tuple[str, ...]:
    """The blanks in a value, however deep."""
    if isinstance(value, Text):
        return value.blanks
    if isinstance(value, Mapping):
        return tuple(name for each in value.values() for name in blanks_in(each))
    if isinstance(value, (list, tuple)):
        return tuple(name for each in value for name in blanks_in(each))
    return ()


def command(service: str, operation: str, options: Mapping[str, Any]) -> Command:
    """`aws SERVICE OPERATION --options`.

    Args:
        service: as the command line calls it.
        operation: as the command line calls it; `wait NAME` waits.
        options: by name, `_` for `-`; None leaves one out, True and False are `--x` and `--no-x`, a
            list is several words, anything with fields JSON.
    """
    words: list[str] = ["aws", service, *operation.split()]
    for name, value in options.items():
        option = f"--{name.replace('_', '-')}"
        if value is None:
            continue
        if isinstance(value, bool):
            words.append(option if value else f"--no-{option[2:]}")
            continue
        values = [_word(each) for each in (value if _is_several(value) else [value])]
        if any(each.startswith("-") for each in values):  # an option it is not
            words += [f"{option}={each}" for each in values]
        else:
            words += [option, *values]
    return Command(words=tuple(words), blanks=tuple(dict.fromkeys(blanks_in(options))))


def shell(call: Command) -> str:
    """A command to be copied: quoted, with a backslash where a line goes on."""
    return wrapped(written(call))


def written(call: Command) -> list[str]:
    """Its words as a shell reads them; the times of the incident are set once for all commands."""
    return [
        SET_ONCE[word]
        if before in _TIMES and word in SET_ONCE and word[1:-1] in call.blanks
        else quoted(word)
        for before, word in zip(("", *call.words), call.words, strict=False)
    ]


def wrapped(words: Iterable[str]) -> str:
    """Quoted words on lines: an option stays together with its values."""
    lines, line = [], ""
    for part in _parts(words):
        if line and len(line) + len(part) + 3 > WIDTH:
            lines.append(f"{line} \\")
            line = f"    {part}"
        else:
            line = f"{line} {part}" if line else part
    return "\n".join([*lines, line])


def quoted(word: str, spelled: Container[str] = ()) -> str:
    """One word for a POSIX shell; what is not printed is spelled out (bash, zsh).

    Args:
        word: any text.
        spelled: other characters that are spelled out.
    """
    if not any(_is_unseen(each) or each in spelled for each in word):
        return shlex.quote(word)
    inner = "".join(_spelled(each, always=each in spelled) for each in word)
    return f"$'{inner}'"


# -- parts ----------------------------------------------------------------------------------------


def _is_several(value: Any) -> bool:
    return isinstance(value, (list, tuple)) and not any(isinstance(v, Mapping) for v in value)


def _numbers(value: Any) -> Iterator[Number]:
    if isinstance(value, Number):
        yield value
    elif isinstance(value, Mapping):
        yield from _numbers(list(value.values()))
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from _numbers(each)


def _word(value: Any) -> str:
    if isinstance(value, (Mapping, list, tuple)):
        text = json.dumps(value, ensure_ascii=False)
        for each in _numbers(value):
            text = text.replace(f'"{each}"', each)
        return text
    text = str(value)
    if _READ_FROM_FILE.match(text) and not isinstance(value, Text):
        return json.dumps(text)  # a name that the command line would read a file for
    return text


def _parts(words: Iterable[str]) -> Iterable[str]:
    """What stays on one line: the command itself, then each option with its values."""
    part: list[str] = []
    for word in words:
        if word.startswith(("--", "'--", "$'--")) and part:
            yield " ".join(part)
            part = []
        part.append(word)
    yield " ".join(part)


@cache
def _is_unseen(character: str) -> bool:
    return unicodedata.category(character) in _UNSEEN


def _spelled(character: str, *, always: bool) -> str:
    if character in "\\'":
        return f"\\{character}"
    if not always and not _is_unseen(character):
        return character
    if ord(character) < 0x80:
        return f"\\x{ord(character):02x}"
    return f"\\u{ord(character):04x}" if ord(character) < 0x10000 else f"\\U{ord(character):08x}"
