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
    return bool(spellings & _ordinary()) or any(re.search(each, word) for each in cues.ALONE)


@cache
def _ordinary() -> frozenset[str]:
    w = words()
    phrases: Sequence[str] = [*w.nouns, *w.synonyms, *vocabulary()]
    parts = {part for phrase in phrases for part in phrase.split()}
    listed = (w.ordinary, w.dull, w.everyday, w.hyphened, w.looked_for, w.numbers, w.after_a_letter)
    rules = re.findall(r"[a-z]{3,}", re.sub(r"\\[a-z]", " ", "|".join(cues.ALONE)))
    return frozenset[str]().union(phrases, parts, rules, *listed)
