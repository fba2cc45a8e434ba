"""What estimates are made of, for each type of resource and each scenario that can strike it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from state.categories import Scenario, scenarios
from state.judgements import WORKLOAD, Phase
from state.objectives import spell_duration
from tools.aws.declarations import collectors
from tools.checks import Check, all_checks
from tools.grading.assumptions import Assumption, assumptions
from tools.grading.recoveries import Recovery, recoveries


@dataclass(frozen=True)
class Line:
    """One step that may be a term of an estimate, and what puts it there."""

    phase: Phase
    constant: str
    by_person: bool
    checks: tuple[str, ...]  # ids; none: what the service's own recovery takes, whatever they say

    @property
    def amount(self) -> str:
        """`30 minutes + 24 s per GiB`."""
        return amount_of(assumptions()[self.constant])

    @property
    def origin(self) -> Assumption:
        """The constant itself."""
        return assumptions()[self.constant]


@dataclass(frozen=True)
class Cell:
    """One scenario of one type."""

    scenario: Scenario
    well: tuple[Line, ...]  # when checks pass, and the floor
    ill: tuple[Line, ...]  # what checks add when they fail
    entry: Recovery | None  # why there is no estimate but for defects, or the floor


def by_type() -> Mapping[str, list[Cell]]:
    """Every type that is read, and the workload as a whole, in the order of their names."""
    return {kind: list(_cells(kind)) for kind in (*sorted(collectors()), WORKLOAD)}


def amount_of(constant: Assumption) -> str:
    """How long the step of a constant takes, or how much data it loses."""
    if constant.never:
        return "never ends"
    parts = [spell_duration(constant.seconds)] if constant.seconds else []
    if constant.unit == "s" and constant.seconds_per_unit == 1:
        parts.append("as read")
    elif constant.unit:
        parts.append(f"{spell_duration(constant.seconds_per_unit)} per {constant.unit}")
    return " + ".join(parts) or "no time"


def _cells(kind: str) -> Iterator[Cell]:
    judging = [check for check in all_checks().values() if kind in check.resource_types]
    for name, scenario in scenarios().items():
        entry = recoveries().get(kind, {}).get(name)
        steps = entry.steps if entry else ()
        floor = [(step.phase, step.assumption, step.by_person, "") for step in steps]
        well = _lines([*floor, *_told(judging, name, failing=False)])
        ill = _lines(_told(judging, name, failing=True))
        if well or ill or entry:
            yield Cell(scenario, well, ill, entry)


_Told = tuple[Phase, str, bool, str]  # phase, constant, by a person, check


def _told(judging: Iterable[Check], scenario: str, *, failing: bool) -> Iterator[_Told]:
    for check in judging:
        for effect in check.on_fail if failing else check.on_pass:
            if effect.scenario and effect.scenario.name == scenario:
                yield effect.phase, effect.assumption, effect.by_person, check.id


def _lines(told: Iterable[_Told]) -> tuple[Line, ...]:
    """One line for each constant of a phase, in the order of a recovery."""
    found: dict[tuple[Phase, str, bool, bool], list[str]] = defaultdict(list)
    for phase, constant, by_person, check in told:
        found[phase, constant, by_person, bool(check)] += [check] if check else []
    order = list(Phase)
    return tuple(
        Line(phase, constant, by_person, tuple(sorted(checks)))
        for (phase, constant, by_person, _), checks in sorted(
            found.items(), key=lambda item: (order.index(item[0][0]), item[0][1])
        )
    )
