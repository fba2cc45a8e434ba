"""Estimates as sums that can be added up by hand: each step with where it comes from."""

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from typing import Literal

from state.categories import scenarios
from state.explanations import EstimateExplained, Source, Step, Sum, Turn
from state.grades import Estimate, Term
from state.judgements import Judgement, Phase
from tools.grading.assumptions import Assumption
from tools.grading.estimates import share
from tools.grading.ledger import Ledger
from tools.grading.letters import LETTERS, letter_for
from tools.grading.reckoning import Reckoning
from tools.grading.targets import Targets

Verdicts = Mapping[tuple[str, str], Sequence[Judgement]]  # (check, resource) -> its rows


def verdicts_by_place(ledger: Ledger) -> Verdicts:
    """Rows by the check that gave them and the resource they are about."""
    found: dict[tuple[str, str], list[Judgement]] = {}
    for judgement in ledger.judgements:
        found.setdefault((judgement.check, judgement.resource), []).append(judgement)
    return found


def explained(
    estimate: Estimate, targets: Targets | None, reckoning: Reckoning, verdicts: Verdicts
) -> EstimateExplained:
    """An estimate with both of its sums. `targets` None: the user asks nothing of its scenario."""
    time = [term for term in estimate.terms if term.term != Phase.LOSE]
    lost = [term for term in estimate.terms if term.term == Phase.LOSE]
    known = scenarios().get(estimate.scenario)
    return EstimateExplained(
        scenario=estimate.scenario,
        text=known.text if known else "whatever strikes",
        resource=estimate.resource,
        name=reckoning.ledger.name_of(estimate.resource),
        by_itself=estimate.by_itself,
        time=_sum("rto", time, estimate.rto_seconds, targets, reckoning, verdicts),
        data=_sum("rpo", lost, estimate.rpo_seconds, targets, reckoning, verdicts),
    )


def turns(
    seconds: float | None, target: int, names: Sequence[str], name_of: Callable[[float], str]
) -> tuple[Turn | None, Turn | None]:
    """Up to where something better is given, and from where something worse, in whole seconds.

    Args:
        seconds: where one stands; None: beyond everything.
        target: what a second is a share of.
        names: letters or severities, the best first.
        name_of: the one of a share; never better for a larger share.
    """
    times = range(10 * target)  # beyond which nothing changes any more

    def rank(whole: int) -> int:
        return names.index(name_of(whole / target))

    here = names.index(name_of(share(seconds, target)))
    first = bisect_left(times, here, key=rank)
    end = bisect_left(times, here + 1, key=rank)
    return (
        Turn(to=names[rank(first - 1)], seconds=first - 1) if first else None,
        Turn(to=names[rank(end)], seconds=end) if end < len(times) else None,
    )


# -- parts ----------------------------------------------------------------------------------------


def _sum(
    objective: Literal["rto", "rpo"],
    terms: Sequence[Term],
    seconds: float | None,
    targets: Targets | None,
    reckoning: Reckoning,
    verdicts: Verdicts,
) -> Sum:
    steps = tuple(_step(term, reckoning, verdicts) for term in terms)
    if targets is None:
        return Sum(objective=objective, steps=steps, seconds=seconds, target_seconds=None)
    target = targets.rto if objective == "rto" else targets.rpo
    better, worse = turns(seconds, target, LETTERS, letter_for)
    return Sum(
        objective=objective,
        steps=steps,
        seconds=seconds,
        target_seconds=target,
        share=None if seconds is None else seconds / target,
        letter=letter_for(share(seconds, target)),
        better_up_to=better,
        worse_from=worse,
    )


def _step(term: Term, reckoning: Reckoning, verdicts: Verdicts) -> Step:
    source, _, constant = term.source.partition(":")
    known: Assumption = reckoning.table[constant]
    row = _row_of(term, verdicts)
    return Step(
        phase=term.term,
        seconds=term.seconds,
        source=Source(source),
        constant=constant,
        constant_seconds=0.0 if term.measured else known.seconds,
        seconds_per_unit=0.0 if term.measured else known.seconds_per_unit,
        units=term.units if known.unit and not term.measured else 0.0,
        unit=known.unit,
        what=term.what,
        why=known.why,
        url=known.source,
        check=term.check,
        verdict=row.verdict if row else None,
        note=row.note if row else "",
        evidence=row.evidence if row else (),
    )


def _row_of(term: Term, verdicts: Verdicts) -> Judgement | None:
    """The verdict that put a step there; of several alike, the one that says just this."""
    rows = verdicts.get((term.check or "", term.resource), ())
    saying = (
        row
        for row in rows
        for contribution in row.contributions
        if (contribution.phase, contribution.units, contribution.measured)
        == (term.term, term.units, term.measured)
        and term.source.endswith(f":{contribution.assumption}")
        and contribution.scenario in (None, term.scenario)
    )
    return next(saying, rows[0] if rows else None)
