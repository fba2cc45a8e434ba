"""The Amazon States Language: the states of a definition, wherever they are nested."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Body = Mapping[str, Any]


@dataclass(frozen=True)
class State:
    """One state: its name, what stands under it, and the Map and Parallel states around it."""

    name: str
    body: Body
    around: tuple[Body, ...] = ()

    @property
    def kind(self) -> str:
        """Task, Choice, Map ..."""
        return str(self.body.get("Type", ""))

    @property
    def resource(self) -> str:
        """What a Task calls."""
        return str(self.body.get("Resource", ""))

    @property
    def is_distributed_map(self) -> bool:
        """Whether each item gets an execution of its own, up to 10,000 at a time."""
        mode = ((self.body.get("ItemProcessor") or {}).get("ProcessorConfig") or {}).get("Mode")
        return self.kind == "Map" and mode == "DISTRIBUTED"

    def protected_by(self, *fields: str) -> bool:
        """Whether the state, or one around it, has one of the fields."""
        return any(body.get(name) for body in (self.body, *self.around) for name in fields)


def states(definition: Any, around: tuple[Body, ...] = ()) -> Iterator[State]:
    """Every state of a definition, those inside Map and Parallel states too."""
    if not isinstance(definition, Mapping):
        return
    for name, body in (definition.get("States") or {}).items():
        yield State(name, body, around)
        for inner in (body.get("Iterator"), body.get("ItemProcessor"), *body.get("Branches", ())):
            yield from states(inner, (*around, body))
