"""Which words are nothing out of the ordinary in a question; any other may be a name."""

import re
from collections.abc import Sequence
from functools import cache

from agents.conversation.planner import cues
from agents.conversation.planner.words import words
from tools.recommending.topics import vocabulary


@cache
def is_ordinary(word: str) -> bool:
    """Whether questions are made of such words, or a rule looks for it, or it names a topic."""
    spellings = {word, f"{word}s", word.removesuffix("s"), word.removesuffix("es")}
    return is_looked_for(word) or bool(spellings & (_known() | _in_rules() | words().ordinary))


@cache
def is_looked_for(word: str) -> bool:
    """Whether a rule looks for it, or it names a topic."""
    return word in _known() or any(re.search(each, word) for each in cues.ALONE)


@cache
def _known() -> frozenset[str]:
    w = words()
    phrases: Sequence[str] = [*w.nouns, *w.synonyms, *vocabulary()]
    parts = {part for phrase in phrases for part in phrase.split()}
    listed = (w.dull, w.everyday, w.hyphened, w.looked_for, w.numbers, w.after_a_letter)
    return frozenset[str]().union(phrases, parts, *listed)


@cache
def _in_rules() -> frozenset[str]:
    """Every word of a pattern, also where it counts beside others only."""
    return frozenset(re.findall(r"[a-z]{3,}", re.sub(r"\\[a-z]", " ", "|".join(cues.ALONE))))
