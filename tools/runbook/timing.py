"""How long a procedure takes: the terms of the estimates, beside the steps they are the time of."""

from collections.abc import Iterable, Sequence

from state.categories import scenarios
from state.grades import Estimate, Term
from state.judgements import Phase
from state.objectives import Objectives
from state.runbooks import Action, TimedStep, Timing
from tools.grading.targets import targets_of


def timings_of(
    estimates: Iterable[Estimate], actions: Sequence[Action], objectives: Objectives
) -> tuple[Timing, ...]:
    """One for all scenarios that take the same steps equally long, the longest first."""
    alike: dict[tuple[tuple[str, float | None, str], ...], list[Estimate]] = {}
    for estimate in estimates:
        terms = tuple((each.term, each.seconds, each.source) for each in estimate.terms)
        alike.setdefault(terms, []).append(estimate)
    found = [_timing(group, actions, objectives) for group in alike.values()]
    return tuple(sorted(found, key=_longest_first))


def _timing(alike: Sequence[Estimate], actions: Sequence[Action], objectives: Objectives) -> Timing:
    one = alike[0]
    known = scenarios()
    targets = [t for each in alike if (t := targets_of(each.scenario, objectives))]
    return Timing(
        scenarios=tuple(each.scenario for each in alike),
        text="; ".join(known[each.scenario].text for each in alike),
        rows=tuple(
            _row(each, () if one.by_itself else _of(each.term, one.terms, actions))
            for each in one.terms
            if each.term != Phase.LOSE
        ),
        lost=tuple(_row(each, ()) for each in one.terms if each.term == Phase.LOSE),
        rto_seconds=one.rto_seconds,
        rpo_seconds=one.rpo_seconds,
        by_itself=one.by_itself,
        rto_allowed=min((each.rto for each in targets), default=None),
        rpo_allowed=min((each.rpo for each in targets), default=None),
    )


def _of(phase: str, terms: Iterable[Term], actions: Sequence[Action]) -> tuple[int, ...]:
    """The steps of a phase; acting takes those too whose phase the estimate has no term for."""
    known = {each.term for each in terms}
    return tuple(
        number
        for number, each in enumerate(actions, 1)
        if phase == (each.phase if each.phase in known else Phase.ACT)
    )


def _row(term: Term, actions: tuple[int, ...]) -> TimedStep:
    return TimedStep(
        phase=term.term,
        what=term.what,
        seconds=term.seconds,
        source=term.source,
        actions=actions,
    )


def _longest_first(timing: Timing) -> tuple[bool, float, tuple[str, ...]]:
    return timing.rto_seconds is not None, -(timing.rto_seconds or 0.0), timing.scenarios
