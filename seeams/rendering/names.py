"""What resources are called in print."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from seeams.console import plain
from state.judgements import WORKLOAD
from tools.diagram.words import type_words

if TYPE_CHECKING:
    from state.snapshot import Snapshot


class Names:
    """The names of a snapshot's resources, fit to be printed."""

    def __init__(self, snapshot: "Snapshot | None" = None) -> None:
        """`snapshot` None: names are made from the ids alone."""
        self._resources = snapshot.resources if snapshot else {}
        self._shared = Counter((r.type, r.name) for r in self._resources.values())

    def of(self, resource: str) -> str:
        """The name of one resource, by its id."""
        if resource == WORKLOAD:
            return "the workload as a whole"
        known = self._resources.get(resource)
        last_part = resource.rpartition("/")[2]
        if last_part.startswith("arn:"):
            last_part = last_part.rpartition(":")[2]
        if known is None or not known.name:
            return plain(last_part or resource)
        if self._shared[known.type, known.name] > 1 and known.name != last_part:
            return plain(f"{known.name} [{last_part}]")
        return plain(known.name)

    def with_kinds(self, resources: Sequence[str], kind: str, most: int = 4) -> str:
        """The first few names, with what they are: once if they are all of a kind.

        Args:
            resources: ids.
            kind: the type of what is not in the snapshot; "": nobody knows.
            most: how many names.
        """
        kinds = [self._kind_of(resource, kind) for resource in resources]
        if len(set(kinds)) == 1:
            return (
                f"{self.some(resources, most)} ({kinds[0]})" if kinds[0] else self.some(resources)
            )
        names = [
            f"{self.of(resource)} ({each})" if each else self.of(resource)
            for resource, each in zip(resources, kinds, strict=True)
        ]
        return _first(names, most)

    def _kind_of(self, resource: str, otherwise: str) -> str:
        known = self._resources.get(resource)
        kind = known.type if known else otherwise
        return type_words(plain(kind)) if kind and resource != WORKLOAD else ""

    def some(self, resources: Iterable[str], most: int = 4) -> str:
        """The first few names, and how many more there are."""
        return _first([self.of(resource) for resource in resources], most)


def _first(names: Sequence[str], most: int) -> str:
    shown = ", ".join(names[:most])
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown
