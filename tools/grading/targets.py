"""Which objectives bear on which scenario."""

from dataclasses import dataclass

from state.categories import scenarios
from state.objectives import Objectives


@dataclass(frozen=True)
class Targets:
    """What an estimate of a scenario is compared with, in seconds."""

    rto: int
    rpo: int


def targets_of(scenario: str | None, objectives: Objectives) -> Targets | None:
    """The objectives for a scenario (None: for whatever strikes); None: the user asks nothing."""
    if scenario is None or not scenarios()[scenario].only_if_region_must_survive:
        return Targets(objectives.rto_seconds, objectives.rpo_seconds)
    if objectives.region_rto_seconds is None or objectives.region_rpo_seconds is None:
        return None
    return Targets(objectives.region_rto_seconds, objectives.region_rpo_seconds)
