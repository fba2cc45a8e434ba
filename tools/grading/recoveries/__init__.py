"""What the recovery of a kind of resource takes by itself, whatever the checks say of it.

One TOML file per service. For each resource type, `[["AWS::SQS::Queue"]]` tables say of some
scenarios either by which `steps` such a resource recovers, or why there is no estimate (`none`):
the scenario cannot strike it, nothing waits for it, or what it breaks is counted at another
resource. A type and scenario that checks contribute to on a pass needs no entry here.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from pydantic import BaseModel, ConfigDict, TypeAdapter

from state.judgements import Contribution, Phase


class Step(BaseModel):
    """One step of a recovery, as in a check's effects."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    phase: Phase
    assumption: str
    by_person: bool = False


class Recovery(BaseModel):
    """What some scenarios do to a type of resource: `steps`, or `none` with the reason."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    scenarios: tuple[str, ...]
    steps: tuple[Step, ...] = ()
    none: str = ""
    source: str = ""  # the address that states it


_FILE = TypeAdapter(dict[str, list[Recovery]])


@cache
def recoveries() -> Mapping[str, Mapping[str, Recovery]]:
    """Resource type -> scenario -> what it does to such a resource."""
    found: dict[str, dict[str, Recovery]] = {}
    for file in sorted(files(__name__).iterdir(), key=lambda each: each.name):
        if not file.name.endswith(".toml"):
            continue
        for kind, entries in _FILE.validate_python(tomllib.loads(file.read_text("utf-8"))).items():
            cells = found.setdefault(kind, {})
            for entry in entries:
                for scenario in entry.scenarios:
                    if scenario in cells:
                        raise ValueError(f"{file.name}: {kind} says {scenario} twice")
                    cells[scenario] = entry
    return found


@cache
def recovery_of(kind: str) -> tuple[Contribution, ...]:
    """The steps of every scenario that strikes a resource of this type."""
    return tuple(
        Contribution(
            scenario=scenario,
            phase=step.phase,
            assumption=step.assumption,
            by_person=step.by_person,
        )
        for scenario, recovery in recoveries().get(kind, {}).items()
        for step in recovery.steps
    )
