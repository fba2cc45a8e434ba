"""What resources are called in print."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from seeams.console import plain

if TYPE_CHECKING:
    from state.snapshot import Snapshot

WORKLOAD = "workload"  # the resource of what is said about the workload as a whole


class Names:
    """The names of a snapshot's resources, fit to be printed."""

    def __init__(self, snapshot: "Snapshot | None" = None) -> None:
        """`snapshot` None: names are made from the ids alone."""
        self._resources = snapshot.resources if snapshot else {}

    def of(self, resource: str) -> str:
        """The name of one resource, by its id."""
        if resource == WORKLOAD:
            return "the workload as a whole"
        known = self._resources.get(resource)
        name = known.name if known and known.name else resource.rpartition("/")[2]
        if name.startswith("arn:"):
            name = name.rpartition(":")[2]
        return plain(name or resource)

    def some(self, resources: Iterable[str], most: int = 4) -> str:
        """The first few names, and how many more there are."""
        names = [self.of(resource) for resource in resources]
        shown = ", ".join(names[:most])
        return f"{shown} and {len(names) - most} more" if len(names) > most else shown
