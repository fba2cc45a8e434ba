"""A summary's sentences, held against the report: what they say is there, or they go."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from agents.wording import plainly, what_is_wrong, without_links
from state.thinking import Dropped

_MOST_SENTENCES = 8
_MOST_LISTED = 20  # of those that were dropped
_LONGEST = 400  # characters of a sentence

_MARKUP = re.compile(r"[<>`*#\[\]|\\]|_{2}")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_WITH_UNIT = re.compile(
    r"(?i)(\d+(?:[.,]\d+)*)\s?-?(s|m|h|d|min|sec|hr|second|minute|hour|day|week|month|year)s?\b"
)
_UNITS = {"sec": "s", "second": "s", "m": "min", "minute": "min", "hr": "h", "hour": "h"}
_UNITS |= {"day": "d"}
_TENS = {
    word: str(10 * number)
    for number, word in enumerate(
        ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"), start=2
    )
}
_SMALL = {
    word: str(number)
    for number, word in enumerate(
        (
            *("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven"),
            *("twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen"),
            "nineteen",
        ),
        start=2,
    )
}
_WORDS = _SMALL | _TENS
_IN_WORDS = re.compile(rf"(?i)\b({'|'.join(_WORDS)})\b")
_VAGUE = re.compile(  # amounts that nothing can be held against
    r"(?i)\b(?:hundred|thousand|million|billion|dozen|twice|thrice|double|triple|half|quarter"
    r"|percent)s?\b"
)

_ARTICLE = re.compile(r"(?:^|(?<=[:;\"(] ))A(?= (?!is\b|was\b|stands\b|means\b|in\b|for\b)[a-z])")
_LETTER = re.compile(r"(?<![\w-])[A-F][+-]?(?![\w+-]|\.\w)")
_SMALL_LETTER = re.compile(r"\b(?:an|letter|grade) (a)\b|\b(?:a|letter|grade) ([b-f])\b")
_LETTERS_OF_ALL = re.compile(r"(?i)\bcategor")
_WHOLE = re.compile(r"(?i)\b(?:overall|workload|whole|altogether|total)\b")
_OTHER_ALPHABET = re.compile(r"[^\W\d_a-zA-Z]")
_NAME = re.compile(r"[A-Za-z]\S{3,}")  # anything else might be a sentence, a letter, an amount

_NAMING = ("on", "workload", "could not be read")  # what stands there counts nothing


def verified(
    sentences: Iterable[str], told: Mapping[str, Any], names: Iterable[str] = ()
) -> tuple[list[str], list[Dropped]]:
    """The sentences whose every number, duration and letter stands in what the writer was told.

    A letter must be that of the category the sentence is about. What resources are called is left
    aside: a name with a number in it proves no number.
    """
    known = _Known(told, names)
    kept: list[str] = []
    dropped: list[Dropped] = []
    for sentence in sentences:
        clean = plainly(sentence, _LONGEST + 1)
        why = known.refusal(clean)
        if not why and len(kept) == _MOST_SENTENCES:
            why = f"there are {_MOST_SENTENCES} before it"
        if not why:
            kept.append(clean)
        elif clean and len(dropped) < _MOST_LISTED:
            dropped.append(Dropped(claim=plainly(without_links(clean), 120), why=why))
    return kept, dropped


class _Known:
    """What the report says, as far as a sentence can be held against it."""

    def __init__(self, told: Mapping[str, Any], names: Iterable[str]) -> None:
        said = " ".join(_texts(told))
        self._names = [n for n in (*names, *_names(told)) if _NAME.fullmatch(n)]
        self._names.sort(key=len, reverse=True)
        self._numbers = set(_NUMBER.findall(said))
        self._with_units = set(_with_units(said))
        self._overall = _letters(told["overall"])
        self._by_title = {each["category"].lower(): _letters(each) for each in told["categories"]}

    def refusal(self, sentence: str) -> str | None:
        """Why a sentence cannot stand, if it cannot."""
        if not sentence:
            return "it is empty"
        if len(sentence) > _LONGEST:
            return f"it is longer than {_LONGEST} characters"
        if _MARKUP.search(sentence):
            return "it holds markup"
        wrong = what_is_wrong(sentence)
        if wrong:
            return wrong
        spoken = _in_digits(self._without_names(sentence))
        if _OTHER_ALPHABET.search(spoken):
            return "it holds letters of another alphabet"
        strange = dict.fromkeys(self._strange(spoken))
        return f"the report does not say {', '.join(strange)}" if strange else None

    def _without_names(self, sentence: str) -> str:
        for name in self._names:
            sentence = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", "it", sentence)
        return sentence

    def _strange(self, spoken: str) -> Iterator[str]:
        yield from (n for n in _NUMBER.findall(spoken) if n not in self._numbers)
        for number, unit in _with_units(spoken):
            if (number, unit) not in self._with_units:
                yield f"{number} {unit}"
        yield from (word.lower() for word in _VAGUE.findall(spoken))
        may = self._letters_for(spoken)
        yield from (letter for letter in _letters_in(spoken) if letter not in may)

    def _letters_for(self, spoken: str) -> set[str]:
        """The letters that a sentence may give, by what it is about."""
        lower = spoken.lower()
        about = [letters for title, letters in self._by_title.items() if title in lower]
        if not about and _LETTERS_OF_ALL.search(spoken):
            about = list(self._by_title.values())
        if not about or _WHOLE.search(spoken):
            about.append(self._overall)
        return set().union(*about)


def _in_digits(text: str) -> str:
    return _IN_WORDS.sub(lambda found: _WORDS[found[0].lower()], text)


def _with_units(text: str) -> Iterator[tuple[str, str]]:
    for number, unit in _WITH_UNIT.findall(text):
        yield number, _UNITS.get(unit.lower(), unit.lower())


def _letters(part: Mapping[str, Any]) -> set[str]:
    """The letter of a category or of the whole, and those in its reason."""
    given = {part["letter"]} if part["letter"] else set()
    return given | set(_letters_in(str(part["why"])))


def _letters_in(text: str) -> Iterator[str]:
    yield from _LETTER.findall(_ARTICLE.sub("", text))
    yield from ((a or other).upper() for a, other in _SMALL_LETTER.findall(text))


def _texts(value: Any) -> Iterator[str]:
    """Every text that counts something."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if key not in _NAMING:
                yield from _texts(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from _texts(inner)
    elif value is not None:
        yield str(value)


def _names(told: Mapping[str, Any]) -> Iterator[str]:
    yield str(told["workload"])
    for finding in told["findings, worst first"]:
        yield from finding["on"]
