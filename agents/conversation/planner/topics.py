"""Topics of recommendations and scopes of runbooks, in one spelling each."""

import re

from agents.conversation.planner import cues
from agents.conversation.planner.reading import Reading
from state.categories import categories
from tools.recommending.topics import topic_names, vocabulary

_FREE = re.compile(
    r"\b(?:about|on|for|regarding|around|concerning)\b (?:the |our |my |better )*(.+)"
)
_AND = re.compile(r"\band\b|\bplus\b|[,&]")


def topic_in(reading: Reading) -> str | None:
    """What recommendations are to be about: topics, a category, a service."""
    known = [topic for topic, said in cues.TOPICS.items() if re.search(said, reading.unnamed)]
    if known:
        return " and ".join(known if _AND.search(reading.unnamed) else known[:1])
    if reading.categories:
        return reading.categories[0]
    free = _free(reading)
    if len(free) > 1:
        return " and ".join(free)
    return topic_named(reading) or next(iter(free), None) or next(iter(reading.nouns), None)


def topic_named(reading: Reading) -> str | None:
    """A topic by its own words; neither a resource nor a category."""
    for topic, pattern in cues.TOPICS.items():
        if re.search(pattern, reading.unnamed):
            return topic
    slugs = {category.slug for category in categories()}
    names = [n for n in topic_names() if n not in slugs and re.search(rf"\b{n}\b", reading.unnamed)]
    return names[0] if names else None


def _free(reading: Reading) -> list[str]:
    """What comes after `about`, `on`, `for`: topics by any of their words."""
    free = _FREE.search(reading.unnamed)
    found: dict[str, None] = {}
    for part in _AND.split(free[1].strip(" .?!") if free else ""):
        said = [
            each for each in vocabulary() if re.search(rf"(?<!\w){re.escape(each)}(?!\w)", part)
        ]
        if said:
            found[vocabulary()[max(said, key=len)].name] = None
    return list(found)


def scope_in(reading: Reading) -> str | None:
    """What a runbook is to cover: a kind of resource, or a service; None: all of it."""
    if reading.nouns:
        return reading.nouns[0]
    kinds = [word for word, topic in vocabulary().items() if topic.types]
    said = [
        word
        for word in kinds
        if re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", reading.unnamed)
    ]
    return max(said, key=len) if said else None
