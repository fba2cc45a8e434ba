"""Estimates: what each verdict contributes, added up per component and failure scenario.

In each phase of a recovery the largest contribution counts, and the phases are added. So another
finding can only make an estimate longer, and mending one can only make it shorter. What a service's
own recovery takes, whatever the checks say, is a floor under every phase (`recoveries`).
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from math import fsum, inf, isinf

from state.grades import Estimate, Term
from state.judgements import Contribution, Judgement, Phase, Verdict
from tools.grading.assumptions import Assumptions, seconds_of, source_of
from tools.grading.ledger import Ledger
from tools.grading.recoveries import recovery_of

Row = tuple[Contribution, Judgement | None]  # what is contributed, and the verdict that did it
_Candidate = tuple[float, Contribution, Judgement | None]

UNMONITORED = Contribution(scenario=None, phase=Phase.DETECT, assumption="unmonitored")
DECIDE = Contribution(scenario=None, phase=Phase.DECIDE, assumption="decide")
_ANY = "any"  # stands for every scenario while one verdict is weighed alone


def rows_by_resource(ledger: Ledger) -> dict[str, list[Row]]:
    """What verdicts and the services' own recovery contribute, by the resource it is about."""
    rows: dict[str, list[Row]] = {
        resource: [(contribution, None) for contribution in recovery_of(known.type)]
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
            [*everywhere, *(row for row in rows if row[0].scenario == scenario)],
            table,
        )
        for scenario in sorted({c.scenario for c, _ in rows if c.scenario})
    ]


def estimate_of(scenario: str, resource: str, rows: Sequence[Row], table: Assumptions) -> Estimate:
    """The estimate of one scenario from the rows that bear on it.

    As soon as one step needs a person, somebody has to notice and to decide as well. What only says
    how soon somebody would notice counts for nothing where recovery goes by itself.
    """
    if _needs_person(rows):
        return _added_up(scenario, resource, _decided(_noticed(rows, table)), table)
    automatic = [row for row in rows if not _tells_somebody(row[0])]
    return _added_up(scenario, resource, automatic, table)


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
    """The rows, with what is assumed where no verdict shows that somebody would be told.

    Only a pass shows it, or a person's word, and a warning that comes later than the users do is
    none: so neither one more defect nor a slower alarm can ever shorten an estimate.
    """
    by_users = seconds_of(UNMONITORED, table)
    noticed: list[Row] = []
    told = False
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


def _largest_by_phase(rows: Iterable[Row], table: Assumptions) -> list[_Candidate]:
    """The largest contribution in each phase, in the order of the phases."""
    by_phase: dict[Phase, list[_Candidate]] = defaultdict(list)
    for contribution, judgement in rows:
        candidate = (seconds_of(contribution, table), contribution, judgement)
        by_phase[contribution.phase].append(candidate)
    return [max(by_phase[phase], key=_order) for phase in Phase if phase in by_phase]


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
        what=assumption.what,
        check=judgement.check if judgement else None,
        finding=judgement.check if judgement and failed else None,
    )


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
