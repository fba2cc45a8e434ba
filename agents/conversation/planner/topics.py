"""Topics of recommendations and scopes of runbooks, in one spelling each."""

import re
from collections.abc import Mapping

from agents.conversation.planner.reading import Reading
from state.categories import categories
from tools.recommending.topics import topic_names, vocabulary

TOPICS: Mapping[str, str] = {
    "observability": r"\bobservability\b|\bmonitoring\b|\balert(?:s|ing)?\b|\balarms?\b"
    r"|\blogg?ing\b|\blogs\b|\btracing\b|\btraces?\b|\bmetrics\b|\bdashboards?\b",
    "backup": r"\bback ?-?ups?\b|\brestor(?:e|es|ing)\b|\brecovery points?\b",
    "scaling": r"\b(?:auto[ -]?)?scal(?:e|ing|ability)\b|\bautoscaling\b|\bcapacity\b",
    "deployment": r"\bdeploy(?:ments?|ing|s)\b|\breleases?\b|\brollbacks?\b|\bpipelines?\b"
    r"|\bci/cd\b",
    "disaster recovery": r"\bdisaster recovery\b|\bdr\b",
    "high availability": r"\bhigh availability\b|\bavailab(?:le|ility)\b(?! zone)|\buptime\b",
    "continuous improvement": r"\bcontinuous improvement\b|\bgame ?days?\b|\bchaos\b",
}
_FREE = re.compile(
    r"\b(?:about|on|for|regarding|around|concerning)\b (?:the |our |my |better )*(.+)"
)

_NOTHING = (
    r"(?:us|me|now|today|it|this|that|start"
    r"|(?:next|this|the next|the coming) (?:\d+ )?(?:sprint|week|month|quarter|year)s?)?"
)


def topic_in(reading: Reading) -> str | None:
    """What recommendations are to be about: a resource, a topic, a category, a service."""
    if reading.named:
        return reading.named[0].name
    for topic, pattern in TOPICS.items():
        if re.search(pattern, reading.unnamed):
            return topic
    if reading.categories:
        return reading.categories[0]
    return topic_named(reading) or _free(reading)


def topic_named(reading: Reading) -> str | None:
    """A topic by its own words; neither a resource nor a category."""
    for topic, pattern in TOPICS.items():
        if re.search(pattern, reading.unnamed):
            return topic
    slugs = {category.slug for category in categories()}
    names = [n for n in topic_names() if n not in slugs and re.search(rf"\b{n}\b", reading.unnamed)]
    return names[0] if names else None


def _free(reading: Reading) -> str | None:
    """What comes after `about`, `on`, `for`: a topic's own word, a kind of resource, or itself."""
    free = _FREE.search(reading.unnamed)
    said = free[1].strip(" .?!") if free else ""
    phrases = [each for each in vocabulary() if re.search(rf"(?<!\w){re.escape(each)}(?!\w)", said)]
    if phrases:
        return vocabulary()[max(phrases, key=len)].name
    if reading.nouns:
        return reading.nouns[0]
    return None if re.fullmatch(_NOTHING, said) else said


def scope_in(reading: Reading) -> str | None:
    """What a runbook is to cover: a resource by name, or a kind; None: all of it."""
    if reading.named:
        return reading.named[0].name
    return reading.nouns[0] if reading.nouns else None
