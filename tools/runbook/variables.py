"""Variables of the shell for what differs from one resource to the next in the same command.

Nothing is guessed: a word is written with a variable only where each resource's value, put in its
place, makes that resource's own word again.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile

from state.runbooks import Command
from tools.runbook.commands import quoted

_SHORTEST = 3  # characters of a value that is looked for inside of words
_TAKEN = frozenset(("USER", "HOST", "GROUPS", "PATH", "HOME", "START_TIME", "START_MILLISECONDS"))
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_IN_CODE = frozenset("`|")  # a code span or a table would show them otherwise

Words = Mapping[str, str]  # resource -> its own word at the same place of the same command


@dataclass(frozen=True)
class Part:
    """A word: a variable, and what is the same for all before and after it."""

    before: str
    name: str
    after: str

    @property
    def shell(self) -> str:
        """As a shell reads it; without a value it refuses the command."""
        outer = [quoted(each) if each else "" for each in (self.before, self.after)]
        return f'{outer[0]}"${{{self.name}:?}}"{outer[1]}'


class Variables:
    """The variables of one kind of resource.

    Args:
        kind: the type; it names the first variable: `FUNCTION`.
        short: what each resource is called in most commands.
        taken: names of other kinds' variables; those of this one are added.
    """

    def __init__(self, kind: str, short: Words, taken: set[str]) -> None:
        self._service, _, what = kind.removeprefix("AWS::").rpartition("::")
        self._what = _upper(what)
        self._taken = taken
        self._values: dict[str, dict[str, str]] = {}
        self._used: set[str] = set()
        if len(set(short.values())) == len(short) and all(map(_is_telling, short.values())):
            self._values[self._free(self._what)] = dict(short)

    def fit(self, option: str, words: Words) -> Part:
        """A variable for words that differ, a new one where none of those that there are fits."""
        part = self._within(words) or self._same(option, words) or self._new(option, words)
        self._used.add(part.name)
        self._taken.add(part.name)
        return part

    def of(self, resource: str, word: str) -> str:
        """A resource's word as a shell reads it, with a variable that is in use, if one fits."""
        for name, values in self._values.items():
            value = values.get(resource)
            if name in self._used and value and _is_telling(value) and value in word:
                return next(iter(_parts(name, word, value))).shell
        return quoted(word)

    def setting(self, resource: str) -> str:
        """The line that chooses a resource; empty if there is nothing to set.

        What does not apply to it is emptied: the one chosen before must not stay.
        """
        return " ".join(
            f"{name}={quoted(values[resource], _IN_CODE) if values.get(resource) else ''}"
            for name, values in self._values.items()
            if name in self._used
        )

    def _within(self, words: Words) -> Part | None:
        for name, values in self._values.items():
            both = [each for each in words if each in values]
            for part in _parts(name, words[both[0]], values[both[0]]) if both else ():
                found = {each: _inside(part, word) for each, word in words.items()}
                if all(found[each] == values[each] for each in both) and all(
                    map(_is_telling, found.values())
                ):
                    values.update({each: value for each, value in found.items() if value})
                    return part
        return None

    def _same(self, option: str, words: Words) -> Part | None:
        """The variable of the same option, whose other resources these are."""
        name = self._name(option)
        values = self._values.get(name)
        if values is None or any(values.get(each, word) != word for each, word in words.items()):
            return None
        values.update(words)
        return Part("", name, "")

    def _new(self, option: str, words: Words) -> Part:
        name = self._free(self._name(option))
        if not any("<" in word for word in words.values()):
            self._values[name] = dict(words)
            return Part("", name, "")
        # It holds a blank, and a person fills that in: it stays in the command.
        texts = list(words.values())
        before = _start_of_all(texts)
        after = _start_of_all([each[len(before) :][::-1] for each in texts])[::-1]
        part = Part(before, name, after)
        self._values[name] = {each: _inside(part, word) or "" for each, word in words.items()}
        return part

    def _name(self, option: str) -> str:
        name = _upper(option)
        return name if "_" in name else f"{self._what}_{name}"

    def _free(self, name: str) -> str:
        known = self._taken | self._values.keys() | _TAKEN
        if name in known and self._service:
            name = f"{_upper(self._service)}_{name}"
        number = 2
        found = name
        while found in known:
            found, number = f"{name}_{number}", number + 1
        return found


def masked(command: Command, short: str) -> tuple[object, ...]:
    """What has to be equal for two commands to be one: all but the values of their options."""
    words: list[str] = []
    query = False
    for word in command.words:
        if query or word.startswith("--") or len(words) < 3:  # aws SERVICE OPERATION
            words.append(word)
        elif any(f"<{each}>" in word for each in command.blanks):
            words.append(word.replace(short, "\0") if len(short) >= _SHORTEST else word)
        else:
            words.append("\0" if word else "")
        query = word == "--query"
    return (*words, command.blanks)


def differing(commands: Mapping[str, Command]) -> Iterator[tuple[int, str, Words]]:
    """The place of each word that is not the same for all, its option, and the words."""
    option = ""
    for place, word in enumerate(next(iter(commands.values())).words):
        option = word[2:] if word.startswith("--") else option
        words = {resource: each.words[place] for resource, each in commands.items()}
        if len(set(words.values())) > 1:
            yield place, option, words


def plainest_first(found: Sequence[tuple[str, Words]]) -> list[int]:
    """Places of those that others are made of, first: names before ARNs, ARNs before JSON."""

    def made_of(place: int) -> tuple[bool, int, int]:
        words = found[place][1].values()
        return any(each[:1] in "[{" for each in words), max(map(len, words)), place

    return sorted(range(len(found)), key=made_of)


def _start_of_all(texts: Iterable[str]) -> str:
    """The characters that all begin with."""
    alike = takewhile(lambda column: len(set(column)) == 1, zip(*texts, strict=False))
    return "".join(column[0] for column in alike)


def _upper(name: str) -> str:
    return re.sub(r"[^A-Z0-9]+", "_", _HUMP.sub("_", name).upper()).strip("_")


def _is_telling(value: str | None) -> bool:
    return value is not None and len(value) >= _SHORTEST and not value.isdigit()


def _parts(name: str, word: str, value: str) -> Iterable[Part]:
    """Each place in the word where the value is."""
    start = word.find(value)
    while start >= 0:
        yield Part(word[:start], name, word[start + len(value) :])
        start = word.find(value, start + 1)


def _inside(part: Part, word: str) -> str | None:
    """What the variable has to hold to make this word."""
    if len(word) < len(part.before) + len(part.after):
        return None
    if not (word.startswith(part.before) and word.endswith(part.after)):
        return None
    return word[len(part.before) : len(word) - len(part.after)]
