"""Which objectives bear on which scenario."""

from dataclasses import dataclass

from state.categories import scenarios
from state.objectives import Disruption, Objectives


@dataclass(frozen=True)
class Targets:
    """What an estimate of a scenario is compared with, in seconds."""

    rto: int
    rpo: int


def targets_of(scenario: str | None, objectives: Objectives) -> Targets | None:
    """The objectives for a scenario; None: the user asks nothing of it.

    Of whatever strikes (scenario None) the tightest is asked that holds for less than a Region.
    """
    if scenario is not None:
        own = next((each for each in objectives.disruptions if scenario in each.scenarios), None)
        return _targets(objectives, own, of_region=_is_of_region(scenario))
    plain = Targets(objectives.rto_seconds, objectives.rpo_seconds)
    return Targets(
        min((plain.rto, *(each.rto_seconds or plain.rto for each in objectives.disruptions))),
        min((plain.rpo, *(each.rpo_seconds or plain.rpo for each in objectives.disruptions))),
    )


def targets_for(disruption: Disruption, objectives: Objectives) -> Targets | None:
    """The objectives for a disruption; None: the user asks nothing of it."""
    of_region = all(map(_is_of_region, disruption.scenarios))
    return _targets(objectives, disruption, of_region=of_region)


def disruptions_of(objectives: Objectives) -> tuple[Disruption, ...]:
    """What can strike, sorted as the policy does, or as AWS Resilience Hub does by default."""
    return objectives.disruptions or DISRUPTIONS


_HARDWARE, _ZONE, _REGION = "component_lost", "zone_lost", "region_lost"
DISRUPTIONS = (
    Disruption(
        name="Software",
        scenarios=tuple(s for s in scenarios() if s not in (_HARDWARE, _ZONE, _REGION)),
    ),
    Disruption(name="Hardware", scenarios=(_HARDWARE,)),
    Disruption(name="AZ", scenarios=(_ZONE,)),
    Disruption(name="Region", scenarios=(_REGION,)),
)


def _targets(objectives: Objectives, own: Disruption | None, *, of_region: bool) -> Targets | None:
    """Its own, else the workload's, or those for the loss of a Region."""
    rto: int | None = objectives.rto_seconds
    rpo: int | None = objectives.rpo_seconds
    if of_region:
        rto, rpo = objectives.region_rto_seconds, objectives.region_rpo_seconds
    if rto is None or rpo is None:
        return None
    if own is None:
        return Targets(rto, rpo)
    return Targets(own.rto_seconds or rto, own.rpo_seconds or rpo)


def _is_of_region(scenario: str) -> bool:
    return scenarios()[scenario].only_if_region_must_survive
