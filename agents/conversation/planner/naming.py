"""What of the workload a question names, as arguments of verbs; or what to ask back."""

import re
from collections.abc import Sequence

from agents.conversation.planner.calls import Call, Said, clarify
from agents.conversation.planner.reading import Reading
from agents.conversation.planner.topics import scope_in
from agents.conversation.planner.vocabulary import Named
from tools.diagram.words import type_words

_MENDING = (
    r"\b(?:turn|switch|enabl|activat|add|introduc|mov|migrat|replac)(?:ed|e)?\b|\bput\b|\bused?\b"
)
_TOGETHER = r"\band\b|\bplus\b|\bwith\b|[+&,;]"
_ZONE = r"\b(?:az|azs|zones?|data ?cent(?:er|re)s?)\b"
_NO_AMOUNT = re.compile(
    r"\b(?:rto|rpo)\b|\b\d+(?:\.\d+)?\s*(?:h|min|s|d|hours?|minutes?|days?|seconds?)?\b"
)
_MOST_OPTIONS = 6


class Naming:
    """The names in one question."""

    def __init__(self, reading: Reading, said: Said) -> None:
        self.r, self.said = reading, said

    def resources(self) -> list[Named]:
        """What is named, else what its kind can mean; a name that several share, by its kind too.

        `the database orders` is one, though there is a queue of that name.
        """
        if self.r.named:
            types = {t for noun in self.r.nouns for t in self.r.vocabulary.types_of(noun)}
            return [each for each in self.r.named if each.type in types] or self.r.named
        for noun in self.r.nouns:
            return self.r.vocabulary.of_noun(noun)
        return []

    def resource(self) -> "str | Call | None":
        """The one resource that is spoken of, as verbs call it; asks back if it can be several."""
        found = self.resources()
        if not found:
            return self._no_such() if self.r.strangers else None
        in_full = self.r.named and not self.r.parts
        first = [each for each in found if each.name == found[0].name] if in_full else found
        return (
            first[0].call
            if len(first) == 1
            else _which([f"{type_words(each.type)} {each.call}" for each in first])
        )

    def scope(self) -> str | None:
        """What a runbook is to cover, of which there may be several; None: all of it."""
        found = self.resources() if self.r.named else []
        if not found:
            return scope_in(self.r)
        if len(found) == 1:
            return found[0].call
        return self.r.parts[0] if self.r.parts else found[0].name

    def subject(self) -> "str | Call":
        """What is explained: what is named, what was talked of, or the overall letter."""
        if self.r.checks:
            return self.r.checks[0].partition("@")[0]
        if self.r.categories:
            return self.r.categories[0]
        resource = self.resource()
        if resource:
            return resource
        if self.r.has(r"\boverall\b|\beverything\b|\ball\b"):
            return "overall"
        talked_of = self.said.before("explain").get("what")
        return str(talked_of) if talked_of and self.r.has(r"\bwhy\b|\bthat\b|\bit\b") else "overall"

    @property
    def has_subject(self) -> bool:
        """Whether something is named that can be explained."""
        return bool(self.r.checks or self.r.categories or self.resources())

    def place(self, *, required: bool) -> "str | Call | None":
        """What is lost, as `az:`, `region:` or `resource:`."""
        vocabulary, resource = self.r.vocabulary, None
        for kind, names in (("az", self.r.zones), ("region", self.r.regions)):
            if names and not (kind == "region" and self.r.named):
                return f"{kind}:{names[0]}"
        if self.r.named or self.r.strangers or not self.r.has(_ZONE):
            resource = self.resource()
        if isinstance(resource, str):
            return f"resource:{resource}"
        if resource is None and self.r.has(_ZONE):
            return _one_of("az", vocabulary.zones)
        if resource is None and self.r.has(r"\bregions?\b"):
            return _one_of("region", vocabulary.regions)
        if resource is None and (self.r.nouns or (required and self.r.has(r"\b(?:lose|kill)\b"))):
            options = [f"what if we lose {each}" for each in vocabulary.zones[:2]]
            reason = "unknown_name" if self.r.nouns else "incomplete"
            return clarify(reason, "" if self.r.nouns else "Lose what?", options)
        return resource

    def mended(self) -> "list[str] | Call | None":
        """CHECK@RESOURCE of what is mended; asks back where that is none, or several."""
        if self.r.checks:
            on = self.resources() if self.r.named else []
            return [each for check in self.r.checks for each in self._where(check, on)]
        if not self.r.named and self.r.strangers:
            return self._no_such()
        on = self.resources()
        several = self._several(on)
        if len(several) > 1:
            return [each for check in several for each in self._placed(check, on)]
        found = self._fixes(self.r.unnamed, on)
        if not found:
            options = [f"what if we fixed {each}" for each in self.r.vocabulary.failing_on(on)[:3]]
            said = self.r.has(_MENDING) and (on or self.r.has(r"\b(?:we|i)\b"))
            return clarify("unknown_fix", options=options) if said else None
        if len(found) > 1:
            return clarify(
                "ambiguous", "Which of these?", [f"what if we fixed {each}" for each in found[:4]]
            )
        return self._placed(found[0], on)

    def _several(self, on: Sequence[Named]) -> list[str]:
        """The checks of `Multi-AZ and deletion protection`, where each part names one alone."""
        parts = [self._fixes(part, on) for part in re.split(_TOGETHER, self.r.unnamed)]
        return list(dict.fromkeys(found[0] for found in parts if len(found) == 1))

    def _fixes(self, text: str, on: Sequence[Named]) -> list[str]:
        return self.r.vocabulary.fixes_for(_NO_AMOUNT.sub(" ", re.sub(r"[^\w -]", " ", text)), on)

    def _where(self, check: str, on: Sequence[Named]) -> list[str]:
        """A check that is named, on what is named; also where it does not fail, which is told."""
        if "@" in check or not on:
            return [check]
        placed = self._placed(check, on)
        return [f"{check}@{on[0].call}"] if placed == [check] else placed

    def _placed(self, check: str, on: Sequence[Named]) -> list[str]:
        where = self.r.vocabulary.where(check)
        return [f"{check}@{each.call}" for each in on if each.id in where] or [check]

    def _no_such(self) -> Call:
        name = self.r.strangers[0]
        return clarify("unknown_name", f"{name!r} is none.", self.r.vocabulary.alike(name))


def _one_of(kind: str, names: Sequence[str]) -> Call | str:
    return f"{kind}:{names[0]}" if len(names) == 1 else _which(names)


def _which(names: Sequence[str]) -> Call:
    if not names:
        return clarify("unknown_name")
    return clarify("ambiguous", "Which one?", names[:_MOST_OPTIONS])
