"""What recommendations are asked for: a theme, a service, a category, a layer, a resource."""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files

from pydantic import BaseModel, ConfigDict

from state.categories import categories
from state.errors import WrongUse
from state.judgements import Layer
from state.snapshot import Snapshot
from tools.checks import all_checks

EVERYTHING = "everything"
ANY = "any"  # the theme of practices that fit whatever is asked about
_FILLER = re.compile(
    r"\b(a|about|amazon|an|and|aws|for|in|me|of|on|our|please|recommendations?|the|things?|this|to"
    r"|top|what|with|workload)\b"
)
_ALL = frozenset(("", "all", "anything", "everything", "overall", "general"))
_LAYER_WORDS = {
    Layer.HIGH_AVAILABILITY: ("high availability", "availability", "ha", "redundancy"),
    Layer.DISASTER_RECOVERY: ("disaster recovery", "dr", "disaster", "recovery"),
    Layer.CONTINUOUS_IMPROVEMENT: ("continuous improvement", "improvement", "operations"),
}


class _Listed(BaseModel):
    """A topic as `topics.toml` has it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    words: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    theme: str = ""


@dataclass(frozen=True)
class Topic:
    """What is asked for; fields that are empty ask for nothing."""

    name: str
    checks: tuple[str, ...] = ()  # ids, `*` for any part
    questions: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    theme: str = ""
    category: str = ""
    layer: Layer | None = None
    resource: str = ""

    @property
    def is_everything(self) -> bool:
        """Whether nothing is left out."""
        return self == _EVERYTHING

    @property
    def is_narrow(self) -> bool:
        """Whether it is about some resources alone."""
        return bool(self.resource or self.types)

    def covers_check(self, check: str, category: str, layer: Layer) -> bool:
        """Whether a check (or another finding's id) is on this topic, wherever it fails."""
        known = all_checks().get(check)
        return (
            self.is_everything
            or any(fnmatchcase(check, pattern) for pattern in self.checks)
            or (known is not None and known.question.id in self.questions)
            or category == self.category
            or layer is self.layer
        )

    def covers_theme(self, themes: Sequence[str], category: str, layer: Layer) -> bool:
        """Whether good practice of these themes is on this topic."""
        return (
            self.is_everything
            or (bool(self.theme) and self.theme in themes)
            or category == self.category
            or layer is self.layer
        )

    def among(self, resources: Sequence[str], snapshot: Snapshot) -> tuple[str, ...]:
        """Those of some resources that the topic is about."""
        if self.resource:
            return tuple(each for each in resources if each == self.resource)
        known = snapshot.resources
        return tuple(each for each in resources if each in known and known[each].type in self.types)


_EVERYTHING = Topic(EVERYTHING)


def topic_of(words: str, snapshot: Snapshot) -> Topic:
    """The topic that a person means.

    A resource goes by its id or name; a topic by its name or one of its words. Of several words
    that are no name together, each may name a topic: the first one counts.

    Raises:
        WrongUse: there is no such topic.
    """
    asked = _plain(words)
    resource = _resource(asked, snapshot)
    known = vocabulary()
    kept = _plain(_FILLER.sub(" ", asked))
    for phrase in (asked, kept):
        if phrase in _ALL:
            return _EVERYTHING
        if phrase in known:
            return known[phrase]
        if resource or (resource := _resource(phrase, snapshot)):
            return Topic(snapshot.resources[resource].name, resource=resource)
    found = next(_within(kept, known), None)
    if found is None:
        raise WrongUse(
            f"there are no recommendations on {words!r}. Topics: {', '.join(topic_names())}; or "
            "the name or id of a resource"
        )
    return found


def topic_names() -> list[str]:
    """The topics there are, in print."""
    return list(dict.fromkeys(topic.name for topic in vocabulary().values()))


@cache
def vocabulary() -> Mapping[str, Topic]:
    """Words in lower case -> the topic they name."""
    found: dict[str, Topic] = {}
    for category in categories():
        topic = Topic(category.slug, category=category.code, theme=category.slug)
        for word in (category.slug, category.code, category.title):
            found[_plain(word)] = topic
    for layer, words in _LAYER_WORDS.items():
        for word in words:
            found.setdefault(word, Topic(words[0], layer=layer))
    text = (files("tools.recommending") / "topics.toml").read_text("utf-8")
    for name, table in tomllib.loads(text).items():
        listed = _Listed.model_validate(table)
        topic = Topic(name, listed.checks, listed.questions, listed.types, listed.theme)
        for word in (name, *listed.words):
            found.setdefault(_plain(word), topic)
    return found


# -- parts ----------------------------------------------------------------------------------------


def _plain(words: str) -> str:
    return " ".join(re.sub(r"[_\s]+", " ", words.casefold()).strip(" ?!.,").split())


def _resource(asked: str, snapshot: Snapshot) -> str | None:
    named = (
        each.id
        for each in sorted(snapshot.resources.values(), key=lambda r: (not r.member, r.id))
        if asked and asked in (_plain(each.id), _plain(each.name), _plain(each.id.split("/")[-1]))
    )
    return next(named, None)


def _within(words: str, known: Mapping[str, Topic]) -> Iterator[Topic]:
    """Topics that parts of a phrase name, the longest part first."""
    parts = words.split()
    for length in range(len(parts), 0, -1):
        for start in range(len(parts) - length + 1):
            part = " ".join(parts[start : start + length])
            if part in known:
                yield known[part]
