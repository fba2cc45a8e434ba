"""A snapshot, looked at step by step: what an agent can ask of it, in JSON of bounded size."""

import json
from collections.abc import Iterator
from itertools import count
from typing import Any

import jmespath
from jmespath.exceptions import JMESPathError

from state.snapshot import Relation, Resource, Snapshot

MOST_CHARACTERS = 6000  # of one answer; the rest is kept, to be read on


class Inspection:
    """What can be asked of a snapshot. Answers are JSON texts; what is too long can be read on."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self._kept: dict[str, str] = {}
        self._numbers = count(1)  # an agent's tools run in several threads

    def resources(self, resource_type: str | None = None) -> str:
        """Id, type, name and Region of the resources, members first."""
        found = [
            {"id": r.id, "type": r.type, "name": r.name, "region": r.region, "member": r.member}
            for r in sorted(self.snapshot.resources.values(), key=lambda r: (not r.member, r.id))
            if resource_type in (None, r.type)
        ]
        return self.answer(found)

    def resource(self, resource: str, path: str | None = None) -> str:
        """A resource's tags and facts by call, or what a JMESPath finds in the facts."""
        known = self.find(resource)
        if known is None:
            return self.answer({"error": f"there is no resource {resource!r}"})
        if path is None:
            return self.answer({"id": known.id, "tags": known.tags, "facts": known.facts})
        return self.narrowed(known.facts, path)

    def relations(self, resource: str) -> str:
        """What a resource uses and what uses it."""
        known = self.find(resource)
        if known is None:
            return self.answer({"error": f"there is no resource {resource!r}"})
        return self.answer(
            {
                "uses": [_words(r) for r in self._of(known, outgoing=True)],
                "used_by": [_words(r) for r in self._of(known, outgoing=False)],
            }
        )

    def gaps(self) -> str:
        """The calls that gave no answer: what they would have shown is unknown."""
        return self.answer([gap.model_dump(mode="json") for gap in self.snapshot.gaps])

    def find(self, resource: str) -> Resource | None:
        """A resource by its id, or by a name that only one has."""
        if resource in self.snapshot.resources:
            return self.snapshot.resources[resource]
        named = [r for r in self.snapshot.resources.values() if r.name == resource]
        return named[0] if len(named) == 1 else None

    def read_on(self, kept: str, start: int) -> str:
        """More of an answer that was too long, from a character on."""
        text = self._kept.get(kept)
        if text is None:
            return json.dumps({"error": f"nothing is kept under {kept!r}"})
        return self._cut(kept, text, max(start, 0))

    def narrowed(self, value: Any, path: str | None) -> str:
        """A value as JSON, or what a JMESPath finds in it."""
        try:
            return self.answer(value if path is None else jmespath.search(path, value))
        except JMESPathError as error:
            return self.answer({"error": f"{path!r} is no JMESPath: {error}"})

    def answer(self, value: Any) -> str:
        """A value as JSON, cut where it gets too long; the whole is kept to be read on."""
        text = json.dumps(value, ensure_ascii=False, default=str)
        if len(text) <= MOST_CHARACTERS:
            return text
        kept = f"answer-{next(self._numbers)}"
        self._kept[kept] = text
        return self._cut(kept, text, 0)

    def _cut(self, kept: str, text: str, start: int) -> str:
        end = start + MOST_CHARACTERS
        if end >= len(text):
            return text[start:]
        more = {"cut_at": end, "of": len(text), "read_on_with": kept}
        return f"{text[start:end]}\n{json.dumps(more)}"

    def _of(self, resource: Resource, *, outgoing: bool) -> Iterator[Relation]:
        for relation in self.snapshot.relations:
            if (relation.source if outgoing else relation.target) == resource.id:
                yield relation


def _words(relation: Relation) -> dict[str, Any]:
    return relation.model_dump(mode="json", exclude={"operation", "path"})
