"""Estimates: what each verdict contributes, added up per component and failure scenario.

In each phase of a recovery the largest contribution counts, and the phases are added. So another
finding can only make an estimate longer, and mending one can only make it shorter.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from math import inf, isinf

from state.grades import Estimate, Term
from state.judgements import Contribution, Judgement, Phase, Verdict
from tools.grading.assumptions import Assumptions, seconds_of

_Candidate = tuple[float, Contribution, Judgement | None]
_PHASES = tuple(Phase)

UNMONITORED = Contribution(scenario=None, phase=Phase.DETECT, assumption="unmonitored")
DECIDE = Contribution(scenario=None, phase=Phase.DECIDE, assumption="decide")


def estimates(judgements: Iterable[Judgement], table: Assumptions) -> list[Estimate]:
    """One estimate for each resource and scenario that some verdict names, in a stable order."""
    by_resource: dict[str, list[Judgement]] = defaultdict(list)
    for judgement in judgements:
        if judgement.contributions:
            by_resource[judgement.resource].append(judgement)
    return [
        estimate
        for resource in sorted(by_resource)
        for estimate in _of_resource(resource, by_resource[resource], table)
    ]


def _of_resource(
    resource: str, judgements: Sequence[Judgement], table: Assumptions
) -> Iterable[Estimate]:
    pairs = [(c, j) for j in judgements for c in j.contributions]
    everywhere = [(c, j) for c, j in pairs if c.scenario is None]
    for scenario in sorted({c.scenario for c, _ in pairs if c.scenario}):
        named = [(c, j) for c, j in pairs if c.scenario == scenario]
        yield estimate_of(scenario, resource, named, everywhere, table)


def estimate_of(
    scenario: str,
    resource: str,
    named: Sequence[tuple[Contribution, Judgement | None]],
    everywhere: Sequence[tuple[Contribution, Judgement | None]],
    table: Assumptions,
) -> Estimate:
    """The estimate from the contributions that name the scenario and those that fit any.

    As soon as one step needs a person, somebody has to notice and to decide as well; what only says
    how soon somebody would notice counts for nothing where recovery goes by itself.
    """
    by_person = any(c.by_person for c, _ in named)
    candidates = list(named)
    if by_person:
        candidates += [*everywhere, (DECIDE, None)]
        if not any(c.phase is Phase.DETECT for c, _ in candidates):
            candidates.append((UNMONITORED, None))
    largest: dict[Phase, _Candidate] = {}
    for contribution, judgement in candidates:
        candidate = (seconds_of(contribution, table), contribution, judgement)
        current = largest.get(contribution.phase)
        if current is None or _order(candidate) > _order(current):
            largest[contribution.phase] = candidate
    terms = tuple(
        _term(scenario, resource, *largest[phase], table) for phase in _PHASES if phase in largest
    )
    time = [largest[phase][0] for phase in largest if phase is not Phase.LOSE]
    return Estimate(
        scenario=scenario,
        resource=resource,
        rto_seconds=finite(sum(time)),
        rpo_seconds=finite(largest[Phase.LOSE][0] if Phase.LOSE in largest else 0.0),
        terms=terms,
        by_itself=not by_person,
    )


def _order(candidate: _Candidate) -> tuple[float, bool, str, str]:
    """Largest first; ties are broken by what does not depend on the order of the findings."""
    seconds, contribution, judgement = candidate
    failed = judgement is not None and judgement.verdict is Verdict.FAIL
    return seconds, failed, contribution.assumption, judgement.check if judgement else ""


def _term(
    scenario: str,
    resource: str,
    seconds: float,
    contribution: Contribution,
    judgement: Judgement | None,
    table: Assumptions,
) -> Term:
    assumption = table[contribution.assumption]
    failed = judgement is not None and judgement.verdict is Verdict.FAIL
    return Term(
        scenario=scenario,
        resource=resource,
        term=contribution.phase.value,
        seconds=finite(seconds),
        source=f"{assumption.kind}:{contribution.assumption}",
        what=assumption.what,
        finding=judgement.check if judgement and failed else None,
    )


def finite(seconds: float) -> float | None:
    """Seconds as reports carry them: None for what never ends."""
    return None if isinf(seconds) else seconds


def share(seconds: float | None, target: int) -> float:
    """Estimate / target; infinity where there is no recovery."""
    return inf if seconds is None else seconds / target


def own_effect(
    judgement: Judgement, detection: Mapping[str, Contribution], table: Assumptions
) -> dict[str | None, tuple[float, float]]:
    """What one failing check costs by itself: scenario -> (seconds of outage, seconds of data).

    `detection`: how soon somebody would notice, by resource; a defect that makes recovery wait for a
    person is charged with that wait.
    """
    effects: dict[str | None, tuple[float, float]] = {}
    by_scenario: dict[str | None, list[Contribution]] = defaultdict(list)
    for contribution in judgement.contributions:
        by_scenario[contribution.scenario].append(contribution)
    for scenario, contributions in by_scenario.items():
        time = sum(seconds_of(c, table) for c in contributions if c.phase is not Phase.LOSE)
        data = max(
            (seconds_of(c, table) for c in contributions if c.phase is Phase.LOSE), default=0.0
        )
        if any(c.by_person for c in contributions):
            noticed = detection.get(judgement.resource, UNMONITORED)
            time += seconds_of(noticed, table) + seconds_of(DECIDE, table)
        effects[scenario] = (time, data)
    return effects
