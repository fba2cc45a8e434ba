"""What recommendations are asked for: a theme, a service, a category, a layer, a resource."""

import difflib
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
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
_BETWEEN = re.compile(r"\s*(?:[,;&+]|(?<= )/(?= )|\b(?:and|plus|or|as well as)\b)\s*")
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
    themes: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()  # codes
    layers: tuple[Layer, ...] = ()
    resources: tuple[str, ...] = ()  # ids
    parts: "tuple[Topic, ...]" = ()  # topics of which each is asked for
    unknown: tuple[str, ...] = ()  # what was asked for beside it, and is no topic
    of: "Topic | None" = None  # first of all on what this one is about: the backups of a database

    @property
    def is_everything(self) -> bool:
        """Whether nothing is left out."""
        return self.name == EVERYTHING

    @property
    def is_narrow(self) -> bool:
        """Whether it is about some resources alone."""
        return bool(self.resources or self.types)

    def covers_check(self, check: str, category: str, layer: Layer) -> bool:
        """Whether a check (or another finding's id) is on this topic, wherever it fails."""
        known = all_checks().get(check)
        return (
            self.is_everything
            or any(fnmatchcase(check, pattern) for pattern in self.checks)
            or (known is not None and known.question.id in self.questions)
            or category in self.categories
            or layer in self.layers
        )

    def covers_theme(self, themes: Sequence[str], category: str, layer: Layer) -> bool:
        """Whether good practice of these themes is on this topic."""
        return (
            self.is_everything
            or bool({*self.themes} & {*themes})
            or category in self.categories
            or layer in self.layers
        )

    def among(self, resources: Sequence[str], snapshot: Snapshot) -> tuple[str, ...]:
        """Those of some resources that the topic is about."""
        known = snapshot.resources
        return tuple(
            each
            for each in resources
            if each in self.resources or (each in known and known[each].type in self.types)
        )


_EVERYTHING = Topic(EVERYTHING)


def topic_of(words: str, snapshot: Snapshot) -> Topic:
    """The topic that a person means.

    A resource goes by its id or name; a topic by its name or one of its words. Topics with "and" or
    a comma between them are asked for together; of several words that are no name together, a theme
    is asked for of a service (`rds backups`), and else the first one counts.

    Raises:
        WrongUse: there is no such topic.
    """
    asked = _plain(words)
    if (found := _named(asked, snapshot)) or (found := _named(_kept(asked), snapshot)):
        return found
    said = [kept for part in _BETWEEN.split(asked) if (kept := _kept(part))]
    named = {each: _within(each, snapshot) for each in said}
    parts = list(dict.fromkeys(each for each in named.values() if each is not None))
    if not parts:
        raise WrongUse(f"there are no recommendations on {words!r}{_instead(asked)}")
    topic = parts[0] if len(parts) == 1 else _together(parts)
    return replace(topic, unknown=tuple(each for each in said if named[each] is None))


def topic_names() -> list[str]:
    """The topics there are, in print."""
    return list(dict.fromkeys(topic.name for topic in vocabulary().values()))


@cache
def vocabulary() -> Mapping[str, Topic]:
    """Words in lower case -> the topic they name."""
    found: dict[str, Topic] = {}
    for category in categories():
        topic = Topic(category.slug, categories=(category.code,), themes=(category.slug,))
        for word in (category.slug, category.code, category.title):
            found[_plain(word)] = topic
    for layer, words in _LAYER_WORDS.items():
        for word in words:
            found.setdefault(word, Topic(words[0], layers=(layer,)))
    text = (files("tools.recommending") / "topics.toml").read_text("utf-8")
    for name, table in tomllib.loads(text).items():
        listed = _Listed.model_validate(table)
        themes = (listed.theme,) if listed.theme else ()
        topic = Topic(name, listed.checks, listed.questions, listed.types, themes)
        for word in (name, *listed.words):
            found.setdefault(_plain(word), topic)
    return found


# -- parts ----------------------------------------------------------------------------------------


def _plain(words: str) -> str:
    return " ".join(re.sub(r"[_\s]+", " ", words.casefold()).strip(" ?!.,").split())


def _kept(asked: str) -> str:
    return _plain(_FILLER.sub(" ", asked))


def _named(phrase: str, snapshot: Snapshot) -> Topic | None:
    """What a phrase is the name of."""
    if phrase in _ALL:
        return _EVERYTHING
    if phrase in vocabulary():
        return vocabulary()[phrase]
    for each in sorted(snapshot.resources.values(), key=lambda r: (not r.member, r.id)):
        if phrase in (_plain(each.id), _plain(each.name), _plain(each.id.split("/")[-1])):
            return Topic(each.name, resources=(each.id,))
    return None


def _within(phrase: str, snapshot: Snapshot) -> Topic | None:
    """What the parts of a phrase name, the longest part first."""
    words, found = _kept(phrase).split(), list[Topic]()
    for length in range(len(words), 0, -1):
        for start in range(len(words) - length + 1):
            if named := _named(" ".join(words[start : start + length]), snapshot):
                found.append(named)
    narrow = next((each for each in found if each.is_narrow), None)
    broad = next((each for each in found if not each.is_narrow and not each.is_everything), None)
    if narrow and broad:
        return replace(broad, name=f"{broad.name} of {narrow.name}", of=narrow)
    return next(iter(found), None)


def _together(parts: Sequence[Topic]) -> Topic:
    """All that any of them asks for."""
    if any(each.is_everything for each in parts):
        return _EVERYTHING
    *others, last = (each.name for each in parts)
    return Topic(
        name=f"{', '.join(others)} and {last}",
        checks=tuple(one for each in parts for one in each.checks),
        questions=tuple(one for each in parts for one in each.questions),
        types=tuple(one for each in parts for one in each.types),
        themes=tuple(one for each in parts for one in each.themes),
        categories=tuple(one for each in parts for one in each.categories),
        layers=tuple(one for each in parts for one in each.layers),
        resources=tuple(one for each in parts for one in each.resources),
        parts=tuple(parts),
    )


def _instead(asked: str) -> str:
    """What may have been meant, or what there is."""
    near = difflib.get_close_matches(_kept(asked), vocabulary(), n=1, cutoff=0.75)
    if near:
        return f": did you mean {near[0]!r}?"
    names = ", ".join(topic_names())
    return f". Topics: {names}; or the name or id of a resource"
