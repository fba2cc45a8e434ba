"""What leaves the machine: words about services, never words that are the account's own."""

import re
import threading
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import combinations
from typing import Any

from botocore.loaders import Loader

from state.snapshot import Snapshot
from tools.docs.index import entries

_SECRETIVE = re.compile(
    r"arn:\S+|\S+://\S+|\S+@\S+|\b\d{12}\b|\b(?:\d{1,3}\.){3}\d{1,3}\b|\b[a-z]+-[0-9a-f]{8,17}\b"
)
_PART = re.compile(r"[^\W_]+")
_HUMP = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_EDGE = ".,;:!?'\"()[]{}<>"
_NAMING = re.compile(
    r"names?|ids?|identifier|arns?|alias|aliases|ur[li]|endpoint|address|domain|owner|email"
    r"|description|comment"
)


class Discretion:
    """Takes the account's own words out of phrases.

    A word of the account is any part of its names: `orders-db` makes `orders`, `db` and the two
    together words of its own. But a word that the product's documentation catalogue uses says
    nothing of the account, whatever is called so: a database named `db` leaves `db` a word.
    """

    def __init__(self, private: Iterable[str] = ()) -> None:
        self._own: frozenset[str] = frozenset()
        self._adding = threading.Lock()
        self.withhold(private)

    def withhold(self, private: Iterable[str]) -> None:
        """Names, ids, tags: from now on no phrase keeps a word of them."""
        own: set[str] = set()
        for name in set(private):
            own.update(_own(name))
        with self._adding:
            self._own |= own

    def applied(self, phrase: str) -> str:
        """The phrase without what belongs to the account."""
        own = self._own  # replaced as a whole, never changed
        return " ".join(
            word for word in _SECRETIVE.sub(" ", phrase).split() if not _is_of(own, word)
        )


def public(phrase: str) -> str:
    """Only those words of a phrase that the documentation catalogue uses as well."""
    return " ".join(word for word in phrase.split() if is_public(word))


def is_public(word: str) -> bool:
    """Whether the documentation catalogue uses a word."""
    return _bare(word) in _catalogue()


def own_words(snapshot: Snapshot) -> set[str]:
    """Names, ids and tags in a snapshot, also those that only facts show."""
    found = {
        snapshot.account,
        snapshot.selector.stack or "",
        snapshot.selector.resource_group or "",
    }
    found.update(snapshot.selector.tags, snapshot.selector.tags.values())
    for resource in snapshot.resources.values():
        found.update((resource.id, resource.name))
        found.update(resource.tags, resource.tags.values())
        found.update(_named(resource.facts))
    return found


def _is_of(own: frozenset[str], word: str) -> bool:
    """Whether a word is the account's, or none at all."""
    if is_public(word):
        return False
    parts = _parts(word)
    return (
        not parts
        or " ".join(parts) in own
        or any(part in own and part not in _catalogue() for part in parts)
    )


def _own(name: str) -> Iterator[str]:
    """What gives a name away: all of it, its parts, and what a part is put together of."""
    for word in (name, *name.split()):
        if whole := " ".join(_parts(word)):
            yield whole
    for part in _PART.findall(name):
        humps = [hump.lower() for hump in _HUMP.findall(part)]
        joined = ("".join(humps[i:j]) for i, j in combinations(range(len(humps) + 1), 2))
        yield from (each for each in (part.casefold(), *joined) if _is_telling(each))


def _is_telling(part: str) -> bool:
    """A letter or a small number is not."""
    return len(part) > 3 if part.isdigit() else len(part) > 1


def _parts(name: str) -> list[str]:
    return [part.casefold() for part in _PART.findall(name)]


def _bare(word: str) -> str:
    return word.strip(_EDGE).casefold()


def _named(facts: Any, key: str = "") -> Iterator[str]:
    """The texts in facts whose key says that they name something."""
    if isinstance(facts, str):
        humps = _HUMP.findall(key)
        if humps and _NAMING.fullmatch(humps[-1].lower()):
            yield facts
    elif isinstance(facts, Mapping):
        for name, value in facts.items():
            yield from _named(value, str(name))
    elif isinstance(facts, list):
        for value in facts:
            yield from _named(value, key)


@cache
def _catalogue() -> frozenset[str]:
    """Every word of the catalogue's titles and texts, joined and in parts; AWS's services."""
    words = set(Loader().list_available_services("service-2"))
    for entry in entries():
        for word in f"{entry.title} {entry.text}".split():
            words.update((_bare(word), *_parts(word)))
    return frozenset(words - {""})
