"""A question taken apart: words in one spelling, and what of the workload it names."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

from rapidfuzz.distance import OSA

from agents.conversation.planner import cues
from agents.conversation.planner.amounts import Span, durations_in, with_digits
from agents.conversation.planner.ordinary import is_looked_for, is_ordinary
from agents.conversation.planner.vocabulary import Named, Vocabulary
from agents.conversation.planner.words import words
from tools.checks import all_checks
from tools.grading.letters import LETTERS

_SEVERITIES = ("critical", "high", "medium", "low")
_POLITE = re.compile(
    r"\b(?:please|pls|kindly|thanks|thank you|hey|hi there)\b"
    r"|^(?:(?:so|well|ok|okay|u[mh]+|hm+|right|ah|oh|yeah|yes|fine)[,. ]+)+"
    r"|(?<!what )(?<!which )(?<!how )\b(?:could|can|would|will) you (?:please )?(?=\w+ )"
    r"|\bi(?:'d| would) (?:like|love)(?: you)?(?: to)?\b|\bi (?:want|need)(?: you)?(?: to)?\b"
)
_RTO = re.compile(
    r"\brto\b|\brecovery[ -]time(?: objective)?\b|\bback\b|\bup (?:again|and running)\b"
    r"|\bdowntime\b|\bdown\b|\boutages?\b|\brecover(?:ed|s|y)?\b(?! point)|\brestored\b"
    r"|\boffline\b|\bunavailable\b|\bsurviv\w*(?=.*\bwithin\b)"
)
_RPO = re.compile(
    r"\brpo\b|\brecovery[ -]point(?: objective)?\b|\bdata[ -]loss\b|\blos[et]\b(?= [^.?!]*\bdata\b)"
    r"|\bof (?:the |our )?data\b|\blost data\b"
    r"|\blos(?:e|es|t|ing)\b(?= (?:(?:at most|up to|no more than|more than|only|max(?:imum)?) )?\d)"
)
_REGION_BEFORE = re.compile(r"\bregion(?:al|'s)?[ -]$")
_OF_REGION = re.compile(
    r" (?:for |of |from )?(?:(?:the |a )?(?:loss|losing|outage|failure) (?:of )?)?"
    r"(?:(?:a|the|our|whole|entire) )*region\b"
)
_ZONE_BY_LETTER = re.compile(r"\b(?:az|zone|availability zone)[ -]?([a-f])\b(?![-'])")
_ZONE = re.compile(r"\b[a-z]{2}(?:-[a-z]+)+-\d[a-z]\b|\b[a-z]{3,4}\d-az\d\b")
_REGION = re.compile(r"\b[a-z]{2}(?:-[a-z]+)+-\d\b(?![a-z-])")
_CHECK = re.compile(r"\b[a-z0-9]+\.[a-z0-9_]+\b(?:@[^\s,;?!]+)?")
_STRANGER = re.compile(r"(?<![\w.-])[a-z][\w]*(?:[-_][\w]+)+(?![\w-])")
_ONE_WORD = re.compile(  # but `15 minutes of orders` are data
    r"(?<![\w-])(?<!minutes of )(?<!hours of )(?<!hour of )(?<!day of )(?<!days of )(?<!worth of )"
    r"[a-z0-9]{4,}(?![\w-])"
)
_SPOKEN_OF = re.compile(
    r"\b(?:about|and|are|covering|does|explain|for|if|is|kill|lose|losing|of|on|when|with"
    r"|without|would) "
    r"(?:(?:the|our|my) )?([a-z0-9]{4,})(?![\w-])"
)
_QUOTED = re.compile(r"[\"`\u201c]([^\"`\u201c\u201d]{2,60})[\"`\u201d]")
_ADDRESS = re.compile(r"\w+://\S*")
_UNSEEN = re.compile(  # colours of a terminal, control characters, marks of direction
    r"\x1b\[[0-9;]*[A-Za-z]|[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
)
_LEAST_LETTERS = 4  # of a word that may be mistyped

_LETTER = re.compile(r"(?<![\w-])([A-DF][+-]?)(?![\w+-])(?!['.]\w)")
_SMALL_LETTER = re.compile(r"\b(?:an?|to|reach|is|are)\s+([b-df][+-]?)(?![\w+'-])")


class Reading:
    """A question against the words of a workload."""

    def __init__(self, question: str, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        seen = _UNSEEN.sub(" ", unicodedata.normalize("NFKC", question))
        self.raw = " ".join(seen.replace("\u2019", "'").split())
        lower = _POLITE.sub(" ", self.raw.lower())
        self.folded = " ".join(lower.split()).strip(" .!?,;:")
        plain = re.sub(r"(?<=[a-z])-(?=(?:severity|priority)\b)", " ", self.folded)
        self.text = with_digits(self._corrected(plain))

    def as_typed(self, folded: str) -> str:
        """A part of the folded text with its capitals."""
        typed = re.search(re.escape(folded), self.raw, re.IGNORECASE)
        return typed[0] if typed else folded

    def has(self, pattern: str) -> bool:
        """Whether a pattern stands in the text."""
        return re.search(pattern, self.text) is not None

    @cached_property
    def unnamed(self) -> str:
        """The text without the names of resources: `shop-load` says nothing of load."""
        text = _REGION.sub(" ", _ZONE.sub(" ", self.text))
        for each in sorted(self.named, key=lambda n: -len(n.name)):
            for spelling in (each.id.lower(), each.name.lower()):
                text = text.replace(spelling, " ") if spelling else text
        for part in self.parts:
            text = re.sub(rf"(?<![\w-]){part}(?![\w-])", " ", text)
        return text

    # -- the workload's own -----------------------------------------------------------------------

    @cached_property
    def named(self) -> list[Named]:
        """Resources by name, else by a part of it."""
        of_part = (each for part in self.parts for each in self.vocabulary.parted(part))
        return self._by_name or list(dict.fromkeys(of_part))

    @cached_property
    def parts(self) -> list[str]:
        """`orders` of a `shop-orders`, where nothing is named in full."""
        said = [] if self._by_name else _ONE_WORD.findall(self._without_places)
        spoken_of = _SPOKEN_OF.findall(self._without_places)
        return [
            word
            for word in dict.fromkeys(said)
            if self.vocabulary.parted(word)
            and (not is_ordinary(word) or (word in spoken_of and not is_looked_for(word)))
        ]

    @cached_property
    def _by_name(self) -> list[Named]:
        return self.vocabulary.named_in(self._without_places)

    @cached_property
    def nouns(self) -> list[str]:
        """What is spoken of by its kind: database, load balancer."""
        return list(dict.fromkeys(words().synonyms.get(each, each) for each in self.kinds))

    @cached_property
    def kinds(self) -> list[str]:
        """The same in the words of the text, in its order; the longest match first."""
        rest, found = self.unnamed, []
        spellings = [*words().synonyms, *words().nouns]
        for spelling in sorted(spellings, key=len, reverse=True):
            pattern = rf"(?<![\w-]){spelling}(?:e?s)?(?![\w-])"
            match = re.search(pattern, rest)
            if match:
                found.append((match.start(), spelling))
                rest = re.sub(pattern, lambda m: " " * len(m[0]), rest)
        return [spelling for _, spelling in sorted(found)]

    @cached_property
    def zones(self) -> list[str]:
        """Availability Zones by name or id, whether or not they are the workload's."""
        named = _ZONE.findall(self.text)
        if not named and len(self.vocabulary.regions) == 1:  # `zone b`
            letters = _ZONE_BY_LETTER.findall(self.text)
            named = [f"{self.vocabulary.regions[0]}{letter}" for letter in letters]
        return list(dict.fromkeys(named))

    @cached_property
    def regions(self) -> list[str]:
        """Regions by name."""
        return list(dict.fromkeys(_REGION.findall(_ZONE.sub(" ", self.text))))

    @cached_property
    def checks(self) -> list[str]:
        """Ids of checks, with `@resource` where the text has it."""
        known = all_checks()
        return [m for m in _CHECK.findall(self.folded) if m.partition("@")[0] in known]

    @cached_property
    def strangers(self) -> list[str]:
        """What looks like a resource's name, and is none here."""
        text = _REGION.sub(" ", _ZONE.sub(" ", _CHECK.sub(" ", self.unnamed)))
        found = [*_QUOTED.findall(text), *_ADDRESS.findall(text), *_STRANGER.findall(text)]
        return [each for each in found if not all(map(is_ordinary, re.split(r"[\s]+", each)))]

    @cached_property
    def categories(self) -> list[str]:
        """Slugs of categories, in their own order."""
        return [
            slug for slug, pattern in cues.CATEGORIES.items() if re.search(pattern, self.unnamed)
        ]

    # -- amounts ----------------------------------------------------------------------------------

    @cached_property
    def durations(self) -> list[Span]:
        """All durations."""
        return durations_in(self.text)

    @cached_property
    def objectives(self) -> Mapping[str, Sequence[str]]:
        """Objectives -> the durations that are said of them, each by the nearest word.

        `rto` and `rpo`; `region_rto` and `region_rpo` where the loss of a Region is spoken of.
        """
        near_to = [(_kind("rto", m, self.text), m) for m in _RTO.finditer(self.text)]
        near_to += [(_kind("rpo", m, self.text), m) for m in _RPO.finditer(self.text)]
        found: dict[str, list[str]] = {}
        for span in self.durations:
            near = [(_distance(span, m, self.text), kind) for kind, m in near_to]
            if near:
                found.setdefault(min(near)[1], []).append(span.text)
        return found

    @property
    def speaks_of_objectives(self) -> bool:
        """Whether RTO or RPO are named, with a time or without."""
        return self.has(r"\b(?:rto|rpo)s?\b|\brecovery[ -](?:time|point)\b")

    @cached_property
    def severities(self) -> list[str]:
        """The severities that are named, the worst first."""
        return [each for each in _SEVERITIES if self.has(rf"\b{each}\b")]

    @cached_property
    def letters(self) -> list[str]:
        """Grade letters; an article is none."""
        found = []
        if not self.raw.isupper():
            for match in _LETTER.finditer(self.raw):
                if match[1] != "A" or self._is_grade(match):
                    found.append(match[1])
        found += [m.upper() for m in _SMALL_LETTER.findall(self.raw) if m.upper() in LETTERS]
        if re.search(r"\ban a(?![\w+'-])", self.raw.lower()):
            found.append("A")
        return list(dict.fromkeys(found))

    @property
    def strange_letter(self) -> bool:
        """Whether a letter is asked for that there is not."""
        return (
            re.search(r"\b(?:to|get|reach|want) an? [eg-z]\b(?![\w'-])", self.raw.lower())
            is not None
        )

    # -- parts ------------------------------------------------------------------------------------

    def _is_grade(self, match: re.Match[str]) -> bool:
        after = re.match(r"\s+([a-z]\w*)", self.raw[match.end() :])
        if after is None:
            return match.start() > 0
        return match.start() > 0 and after[1] in words().after_a_letter

    @cached_property
    def _without_places(self) -> str:
        return _REGION.sub(" ", _ZONE.sub(" ", self.folded))

    def _corrected(self, text: str) -> str:
        names = {each.name.lower() for each in self.vocabulary.resources}
        return re.sub(r"(?<![\w.@-])[a-z]+(?![\w.@-])", lambda m: _word(m[0], names), text)


def _word(word: str, names: Iterable[str]) -> str:
    if word in words().usual:
        return words().usual[word]
    if (
        word in words().looked_for
        or word in words().ordinary
        or word in names
        or len(word) < _LEAST_LETTERS
    ):
        return word
    allowed = 2 if len(word) >= 8 else 1
    near = [
        each
        for each in words().looked_for
        if each[0] == word[0]
        and abs(len(each) - len(word)) <= allowed
        and OSA.distance(word, each) <= allowed
        and each.rstrip("s") != word.rstrip("s")
        and each not in (f"{word}d", f"{word}ed")
    ]
    return min(near, key=lambda each: OSA.distance(word, each)) if near else word


def _kind(objective: str, cue: re.Match[str], text: str) -> str:
    """An objective of its own for the loss of a Region, or the usual one."""
    of_region = _REGION_BEFORE.search(text[: cue.start()]) or _OF_REGION.match(text[cue.end() :])
    return f"region_{objective}" if of_region else objective


def _distance(span: Span, cue: re.Match[str], text: str) -> float:
    """Letters between a duration and a word about it; what stands before is nearer.

    What an `and` or a comma parts belongs together only if nothing else is there.
    """
    before = cue.end() <= span.start
    between = text[cue.end() : span.start] if before else text[span.end : cue.start()]
    apart = len(text) if re.search(r"[,;/]|\band\b", between) else 0
    return len(between) + apart + (0.0 if before else 0.5)
