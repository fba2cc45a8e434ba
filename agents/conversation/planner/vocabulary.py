"""The words of a workload: what its resources, zones and Regions are called, what can be mended."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from math import log

from rapidfuzz import fuzz

from agents.conversation.planner.words import words
from state.judgements import Verdict
from state.snapshot import Snapshot
from tools.checks import all_checks
from tools.grading.ledger import Ledger
from tools.grading.placement import placement_of

_WORD = re.compile(r"[a-z0-9]+")

_PARTS = re.compile(r"[\W_]+")
_LEAST_FUZZY = 5  # letters of a name that may be mistyped
_NEAR = 88.0  # of 100: how much alike a mistyped name is

_ELSEWHERE = "region"


@dataclass(frozen=True)
class Named:
    """A resource that a text may name."""

    id: str
    name: str
    type: str
    shared: bool = False  # others have the name as well

    @property
    def call(self) -> str:
        """What verbs call it: its name, unless others have it too."""
        return self.id if self.shared or not self.name else self.name


@dataclass(frozen=True)
class Mendable:
    """A failing check and where it fails."""

    check: str
    resources: frozenset[str]  # ids


@dataclass(frozen=True)
class Vocabulary:
    """All that a text is read against. Made from facts; what a name says orders nothing."""

    resources: tuple[Named, ...]
    zones: tuple[str, ...]
    regions: tuple[str, ...]
    mendable: tuple[Mendable, ...]
    today: date
    own_words: frozenset[str] = frozenset()  # of the workload's own tags

    @classmethod
    def of(cls, snapshot: Snapshot, ledger: Ledger, today: date) -> "Vocabulary":
        """The words of an assessed workload."""
        failing: dict[str, set[str]] = {}
        for row in ledger.judgements:
            if row.verdict is Verdict.FAIL:
                failing.setdefault(row.check, set()).add(row.resource)
        known = all_checks()
        placement = placement_of(snapshot)
        shared = Counter(each.name for each in snapshot.resources.values())
        named = {t for meanings in words().nouns.values() for types in meanings for t in types}
        return cls(
            resources=tuple(
                Named(each.id, each.name, each.type, shared[each.name] > 1)
                for each in sorted(snapshot.resources.values(), key=lambda r: (not r.member, r.id))
                if each.member or each.type in named
            ),
            zones=tuple(placement.names),
            regions=tuple(snapshot.regions),
            mendable=tuple(
                Mendable(check, frozenset(resources))
                for check, resources in sorted(failing.items())
                if check in known and known[check].remedy
            ),
            today=today,
            own_words=frozenset(_PARTS.split(str(snapshot.selector).lower())),
        )

    # -- names ------------------------------------------------------------------------------------

    def named_in(self, text: str) -> list[Named]:
        """Resources whose name, id or ARN stands in a text, in the order of the text."""
        found: dict[str, tuple[int, Named]] = {}
        taken: list[tuple[int, int]] = []
        for spelling, each in self._spellings:
            for match in re.finditer(rf"(?<![\w-]){re.escape(spelling)}(?![\w-])", text):
                clear = not any(a < match.end() and match.start() < b for a, b in taken)
                if clear or match.span() in taken:  # another resource of the same name
                    taken.append(match.span())
                    found.setdefault(each.id, (match.start(), each))
        if not found:
            for match in re.finditer(r"[\w-]+", text):
                near = self._near(match[0])
                if near:
                    found.setdefault(near.id, (match.start(), near))
        return [each for _, each in sorted(found.values(), key=lambda pair: pair[0])]

    def parted(self, word: str) -> list[Named]:
        """Resources with a word as a part of their name: `orders` of `shop-orders`."""
        return [each for each in self.resources if word in _PARTS.split(each.name.lower())]

    def of_noun(self, noun: str) -> list[Named]:
        """The resources that a noun can mean."""
        types = self.types_of(noun)
        return [each for each in self.resources if each.type in types]

    def types_of(self, noun: str) -> frozenset[str]:
        """The resource types that a noun means here: the first meaning that there is any of."""
        present = {each.type for each in self.resources}
        meanings = words().nouns.get(noun, ())
        return next((frozenset(m) for m in meanings if present & set(m)), frozenset())

    def alike(self, name: str) -> list[str]:
        """Names that look like one that there is not."""
        scored = sorted(
            ((fuzz.ratio(name, each.name.lower()), each.name) for each in self.resources),
            reverse=True,
        )
        return [each for score, each in scored[:3] if score > 60]

    @cached_property
    def _spellings(self) -> list[tuple[str, Named]]:
        """The longest first: `orders-db` before `orders`."""
        pairs = [(each.id.lower(), each) for each in self.resources]
        pairs += [
            (each.name.lower(), each)
            for each in self.resources
            if each.name and each.name.lower() not in words().everyday
        ]
        return sorted(pairs, key=lambda pair: -len(pair[0]))

    def _near(self, word: str) -> Named | None:
        """The one resource whose name is mistyped: `ordersdb`, `chekout`."""
        bare = _bare(word)
        if len(bare) < _LEAST_FUZZY:
            return None
        scores = [
            (fuzz.ratio(bare, _bare(name)), each)
            for name, each in self._spellings
            if abs(len(_bare(name)) - len(bare)) <= 2 and _digits(name) == _digits(word)
        ]
        near = [each for score, each in scores if score >= _NEAR]
        return near[0] if len({each.id for each in near}) == 1 else None

    def failing_on(self, on: Iterable[Named]) -> list[str]:
        """What can be mended on resources, as `CHECK@RESOURCE`."""
        return [
            f"{check.check}@{each.call}"
            for each in on
            for check in self.mendable
            if each.id in check.resources
        ]

    def where(self, check: str) -> frozenset[str]:
        """Where a check fails, by id."""
        return next((m.resources for m in self.mendable if m.check == check), frozenset())

    # -- fixes ------------------------------------------------------------------------------------

    def fixes_for(self, phrase: str, on: Iterable[Named]) -> list[str]:
        """Failing checks that a phrase speaks of, the nearest; several if equally near.

        Args:
            phrase: lower case, without the names of resources.
            on: the resources that were named; none: any.
        """
        wanted = {each.id for each in on}
        said = {_stem(word) for word in _words(phrase)} - {_stem(word) for word in words().dull}
        scored = []
        for each in self.mendable:
            if wanted and not wanted & each.resources:
                continue
            weights = self._weights[each.check]
            common = said & weights.keys()
            score = sum(weights[word] for word in common)
            covered = score / (sum(self._rarity.get(word, _STRANGE) for word in said) or 1.0)
            # A copy in another Region is meant after all others, where nobody says so.
            near = score / 2 if _ELSEWHERE in weights.keys() - said else score
            scored.append((round(near, 6), score, covered, each.check))
        nearest, score, covered, _ = max(scored, default=(0.0, 0.0, 0.0, ""))
        if score < _LEAST_RARITY or covered < _LEAST_COVERED:
            return []
        return sorted(check for near, *_, check in scored if near == nearest)

    def speaks_of_fixes(self, word: str) -> bool:
        """Whether any check has a word in its name or in what it recommends."""
        return _stem(word) in self._rarity

    @cached_property
    def _rarity(self) -> Mapping[str, float]:
        """How much a word tells, over the whole catalogue."""
        return _rarity()

    @cached_property
    def _weights(self) -> Mapping[str, Mapping[str, float]]:
        """Check -> word -> how much it tells; a word of its id or first clause tells double."""
        found = {}
        for each in self.mendable:
            known = all_checks()[each.check]
            own = {_stem(w) for w in _words(each.check.replace(".", " ").replace("_", " "))}
            own |= {_stem(w) for w in _words(_first(known.recommendation))}
            rest = {_stem(w) for w in _words(known.title)}
            found[each.check] = {
                word: self._rarity[word] * (2.0 if word in own else 1.0) for word in own | rest
            }
        return found


_LEAST_RARITY = 2.0
_LEAST_COVERED = 0.5  # of what a phrase says
_STRANGE = 5.0  # a word that no check knows


def _rarity() -> Mapping[str, float]:
    texts = [
        {
            _stem(word)
            for word in _words(
                f"{check.id.replace('_', ' ').replace('.', ' ')} {_first(check.recommendation)} "
                f"{check.title}"
            )
        }
        for check in all_checks().values()
    ]
    every = set[str]().union(*texts)
    return {word: log(len(texts) / sum(word in each for each in texts)) + 0.1 for word in every}


def _first(recommendation: str) -> str:
    return re.split(r"[;:.](?:\s|$)|, ", recommendation)[0]


def _words(text: str) -> Sequence[str]:
    joined = re.sub(r"multi[\s-]?az", "multiaz", text.lower())
    joined = re.sub(r"point[\s-]in[\s-]time", "pitr", joined)
    joined = re.sub(r"dead[\s-]letters?( queue)?", "dlq", joined)
    return _WORD.findall(joined)


def _stem(word: str) -> str:
    """Singular and plural, `protected` and `protection` alike."""
    for ending in ("ations", "ation", "ions", "ion", "ing", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word.removesuffix(ending)
    return word


def _bare(name: str) -> str:
    return re.sub(r"[\W_]", "", name.lower())


def _digits(name: str) -> str:
    return "".join(c for c in name if c.isdigit())
