"""Estimates: what each verdict contributes, added up per component and failure scenario.

In each phase of a recovery the largest contribution counts, and the phases are added. So another
finding can only make an estimate longer, and mending one can only make it shorter. What a service's
own recovery takes, whatever the checks say, is a floor under every phase (`recoveries`).
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from math import fsum, inf, isinf

from state.categories.single_point_of_failure import REGION_LOST
from state.grades import Estimate, Term
from state.judgements import Contribution, Judgement, Phase, Verdict
from tools.grading.assumptions import Assumptions, seconds_of, source_of
from tools.grading.ledger import Ledger
from tools.grading.recoveries import recovery_of

Row = tuple[Contribution, Judgement | None]  # what is contributed, and the verdict that did it
_Candidate = tuple[float, Contribution, Judgement | None]

UNMONITORED = Contribution(scenario=None, phase=Phase.DETECT, assumption="unmonitored")
DECIDE = Contribution(scenario=None, phase=Phase.DECIDE, assumption="decide")
_PHASES = tuple(Phase)
_ANY = "any"  # stands for every scenario while one verdict is weighed alone


def rows_by_resource(ledger: Ledger) -> dict[str, list[Row]]:
    """What verdicts and the services' own recovery contribute, by the resource it is about."""
    rows: dict[str, list[Row]] = {
        resource: [(each, None) for each in (*recovery_of(known.type), *known.noticed)]
        for resource, known in ledger.resources.items()
    }
    for judgement in ledger.judgements:
        for contribution in judgement.contributions:
            rows.setdefault(judgement.resource, []).append((contribution, judgement))
    return rows


def estimates_of(resource: str, rows: Sequence[Row], table: Assumptions) -> list[Estimate]:
    """One resource's estimates: one for each scenario that a row names."""
    everywhere = [row for row in rows if row[0].scenario is None]
    return [
        estimate_of(
            scenario,
            resource,
            [*_outlive(scenario, everywhere), *(r for r in rows if r[0].scenario == scenario)],
            table,
        )
        for scenario in sorted({c.scenario for c, _ in rows if c.scenario and not c.seen_at})
    ]


def _outlive(scenario: str, rows: Sequence[Row]) -> Sequence[Row]:
    """The rows without the alarms that are lost themselves: those of a Region go with it."""
    if scenario != REGION_LOST.name:
        return rows
    return [row for row in rows if not (_tells_somebody(row[0]) and _is_an_alarm(*row))]


def _is_an_alarm(contribution: Contribution, judgement: Judgement | None) -> bool:
    passed = judgement is not None and judgement.verdict is Verdict.PASS
    return passed and not contribution.attested


def estimate_of(scenario: str, resource: str, rows: Sequence[Row], table: Assumptions) -> Estimate:
    """The estimate of one scenario from the rows that bear on it.

    As soon as one step needs a person, somebody has to notice and to decide as well: here, or where
    the outage shows, whichever is sooner. What only says how soon somebody would notice counts for
    nothing where recovery goes by itself.
    """
    elsewhere = [row for row in rows if row[0].seen_at]
    own = [row for row in rows if not row[0].seen_at]
    if not _needs_person(own):
        own = [row for row in own if not _tells_somebody(row[0])]
    heard = _heard_sooner(_noticed(own, table), elsewhere, table)
    return _added_up(scenario, resource, _decided(heard), table)


def _needs_person(rows: Iterable[Row]) -> bool:
    return any(contribution.by_person for contribution, _ in rows)


def _decided(rows: Sequence[Row]) -> list[Row]:
    """The rows, and the decision that a person has to take if one of them needs a person."""
    return [*rows, (DECIDE, None)] if _needs_person(rows) else list(rows)


def _added_up(
    scenario: str, resource: str, candidates: Sequence[Row], table: Assumptions
) -> Estimate:
    """The largest candidate of each phase, added up."""
    largest = _largest_by_phase(candidates, table)
    terms = tuple(_term(scenario, resource, *candidate, table) for candidate in largest)
    return Estimate(
        scenario=scenario,
        resource=resource,
        rto_seconds=_sum(term for term in terms if term.term != Phase.LOSE),
        rpo_seconds=_sum(term for term in terms if term.term == Phase.LOSE),
        terms=terms,
        by_itself=not _needs_person(candidates),
    )


def _tells_somebody(contribution: Contribution) -> bool:
    return contribution.scenario is None and contribution.phase is Phase.DETECT


def _noticed(rows: Sequence[Row], table: Assumptions) -> list[Row]:
    """The rows, with what is assumed where a person has to act and no verdict shows who is told.

    Only a pass shows it, or a person's word, and a warning that comes later than the users do is
    none: so neither one more defect nor a slower alarm can ever shorten an estimate.
    """
    by_users = seconds_of(UNMONITORED, table)
    noticed: list[Row] = []
    told = not _needs_person(rows)
    for contribution, judgement in rows:
        passed = judgement is not None and judgement.verdict is Verdict.PASS
        shown = passed or contribution.attested
        if contribution.phase is Phase.DETECT and shown:
            told = True
            if seconds_of(contribution, table) > by_users:
                noticed.append((UNMONITORED, None))
                continue
        noticed.append((contribution, judgement))
    return noticed if told else [*noticed, (UNMONITORED, None)]


def _heard_sooner(rows: Sequence[Row], elsewhere: Sequence[Row], table: Assumptions) -> list[Row]:
    """The rows, but none that is noticed later than where the outage shows.

    Each is shortened by itself, so that the longest is still what counts: neither one more defect
    here nor one more alarm there turns the order round.
    """
    if not elsewhere:
        return list(rows)
    first = min(elsewhere, key=lambda row: (seconds_of(row[0], table), row[0].seen_at))
    soonest = seconds_of(first[0], table)
    return [
        first if row[0].phase is Phase.DETECT and seconds_of(row[0], table) > soonest else row
        for row in rows
    ]


def _largest_by_phase(rows: Iterable[Row], table: Assumptions) -> list[_Candidate]:
    """The largest contribution in each phase, in the order of the phases."""
    by_phase: dict[Phase, list[_Candidate]] = defaultdict(list)
    for contribution, judgement in rows:
        candidate = (seconds_of(contribution, table), contribution, judgement)
        by_phase[contribution.phase].append(candidate)
    return [max(by_phase[phase], key=_order) for phase in _PHASES if phase in by_phase]


def _order(candidate: _Candidate) -> tuple[float, bool, str, str]:
    """Largest last; ties are broken by what does not depend on the order of the verdicts."""
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
        seconds=None if isinf(seconds) else seconds,
        source=source_of(contribution, table),
        units=contribution.units,
        measured=contribution.measured,
        what=_in_words(assumption.what, contribution),
        check=judgement.check if judgement else None,
        finding=judgement.check if judgement and failed else None,
    )


def _in_words(what: str, contribution: Contribution) -> str:
    if not contribution.seen_at:
        return what
    return f"{what}; it is on {contribution.seen_at}, which fails when this does"


def _sum(terms: Iterable[Term]) -> float | None:
    """The terms added up, whatever their order; None: one of them never ends."""
    seconds = [term.seconds for term in terms]
    return None if None in seconds else fsum(s for s in seconds if s is not None)


def longer(seconds: float | None) -> float:
    """Seconds to compare with; infinity where there is no recovery."""
    return inf if seconds is None else seconds


def share(seconds: float | None, target: int) -> float:
    """Estimate / target; infinity where there is no recovery."""
    return longer(seconds) / target


def own_effects(judgement: Judgement, table: Assumptions) -> list[tuple[str | None, Estimate]]:
    """What one verdict costs by itself, in each scenario it names (None: in every one).

    A defect that makes recovery wait for a person is charged with the decision. How long nobody
    notices is charged to the check of alarms alone: it is another defect.
    """
    own: dict[str | None, list[Row]] = defaultdict(list)
    for contribution in judgement.contributions:
        own[contribution.scenario].append((contribution, judgement))
    return [
        (scenario, _added_up(scenario or _ANY, judgement.resource, _decided(rows), table))
        for scenario, rows in sorted(own.items(), key=lambda pair: repr(pair[0]))
    ]
