"""Why no fix brings a category to a letter, and at which objectives it would be there."""

from collections.abc import Iterable, Mapping, Sequence
from math import ceil, inf

from state.categories import Category, categories, scenarios
from state.errors import InvalidObjectives
from state.grades import Estimate, Grade, Term
from state.judgements import Phase
from state.objectives import LONGEST, Objectives, spell_duration
from state.plans import Obstacle, ObstacleKind, Unreached
from tools.checks import all_checks
from tools.grading.coverage import coverage_of
from tools.grading.grading import Struck, struck_by
from tools.grading.ledger import Ledger
from tools.grading.letters import most_for, worst
from tools.grading.reckoning import Reckoning


def unreached(
    best: Reckoning, grades: Mapping[str, Grade], objectives: Objectives, target: str
) -> tuple[Unreached, ...]:
    """The categories that are below a letter although every fix is made.

    Args:
        best: the workload with every fix made.
        grades: its letters, by category code.
        objectives: what they are for.
        target: the letter asked for.
    """
    return tuple(
        _unreached(category, best, grade, objectives, target)
        for category in categories()
        if (grade := grades.get(category.code))
        and (grade.letter is None or worst([grade.letter, target]) != target)
    )


# -- parts ----------------------------------------------------------------------------------------


def _unreached(
    category: Category, best: Reckoning, grade: Grade, objectives: Objectives, target: str
) -> Unreached:
    if grade.letter is None:
        obstacle = Obstacle(kind=ObstacleKind.GAP, because=grade.reason)
        return Unreached(category=category.code, letter=None, obstacles=(obstacle,))
    capped = _cap(category, best.ledger, objectives, target)
    missed = _missed(struck_by(category, best, objectives), target)
    return Unreached(
        category=category.code,
        letter=grade.letter,
        obstacles=(*capped, *_blamed(missed, best.ledger)),
        would_do=None if capped else _would_do(category, best, objectives, target),
    )


def _cap(
    category: Category, ledger: Ledger, objectives: Objectives, target: str
) -> tuple[Obstacle, ...]:
    coverage = coverage_of(ledger.assessments[category.code], ledger, objectives)
    if coverage.limit(target) == target:
        return ()
    if not coverage.gaps:
        because = f"no better than {coverage.ceiling} while no check that passes vouches for it"
        return (Obstacle(kind=ObstacleKind.NO_EVIDENCE, because=because),)
    because = f"no better than {coverage.ceiling} while {_listed(coverage.gaps)} cannot be read"
    return (Obstacle(kind=ObstacleKind.GAP, because=because),)


def _missed(struck: Iterable[Struck], target: str) -> list[tuple[float, bool, Struck]]:
    """(share, whether of data, estimate) of all that is too long for the letter, worst first."""
    most = most_for(target)
    found = [
        (share, in_data, each)
        for each in struck
        for share, in_data in ((each.rto_share, False), (each.rpo_share, True))
        if share > most
    ]
    return sorted(found, key=lambda miss: (-miss[0], miss[1], miss[2].place))


def _blamed(missed: Iterable[tuple[float, bool, Struck]], ledger: Ledger) -> list[Obstacle]:
    """One obstacle for each defect or step that is to blame, with the worst in its words."""
    found: dict[tuple[str, bool, str], list[Struck]] = {}
    blamed: dict[tuple[str, bool, str], Term] = {}
    for _, in_data, struck in missed:
        term = _to_blame(struck.estimate, in_data=in_data)
        key = (term.finding or "", in_data, "" if term.finding else term.source)
        found.setdefault(key, []).append(struck)
        blamed.setdefault(key, term)
    return [
        _obstacle(blamed[key], [s.estimate for s in struck], ledger, in_data=key[1])
        for key, struck in found.items()
    ]


def _to_blame(estimate: Estimate, *, in_data: bool) -> Term:
    """The longest step that a defect makes, or else the longest."""
    terms = [term for term in estimate.terms if (term.term == Phase.LOSE) == in_data]
    own = [term for term in terms if term.finding] or terms
    return max(own, key=lambda term: (inf if term.seconds is None else term.seconds, term.source))


def _obstacle(
    term: Term, estimates: Sequence[Estimate], ledger: Ledger, *, in_data: bool
) -> Obstacle:
    worst_of_all = estimates[0]
    name = ledger.told_apart(worst_of_all.resource)
    struck = f"when {scenarios()[worst_of_all.scenario].text}, {name}"
    seconds = worst_of_all.rpo_seconds if in_data else worst_of_all.rto_seconds
    if in_data:
        ends = "loses all its data" if seconds is None else f"loses {spell_duration(seconds)} of it"
    else:
        ends = "does not come back" if seconds is None else f"needs {spell_duration(seconds)}"
    kind, why = ObstacleKind.SHORTFALL, f"{term.term}: {term.what}"
    if term.finding:
        kind = ObstacleKind.NO_REMEDY
        check = all_checks().get(term.finding)
        advice = f"; {check.recommendation.rstrip('.')}" if check else ""
        why = f"{term.finding} has no remedy that helps on paper{advice}"
    return Obstacle(
        kind=kind,
        because=f"{struck} {ends} ({why})",
        resources=tuple(dict.fromkeys(each.resource for each in estimates)),
        check=term.finding or term.check,
    )


def _would_do(
    category: Category, best: Reckoning, objectives: Objectives, target: str
) -> Objectives | None:
    """The objectives, loosened as far as the letter needs; None: no objectives would do.

    A policy sets objectives for each kind of disruption: what to ask instead is for its owner.
    """
    if objectives.disruptions:
        return None
    needed = {"rto_seconds": 0, "rpo_seconds": 0}
    for struck in struck_by(category, best, objectives):
        estimate = struck.estimate
        scope = "region_" if scenarios()[estimate.scenario].only_if_region_must_survive else ""
        for what, seconds in (("rto", estimate.rto_seconds), ("rpo", estimate.rpo_seconds)):
            least = _least(seconds, most_for(target))
            if least is None or least > LONGEST:
                return None
            name = f"{scope}{what}_seconds"
            needed[name] = max(needed.get(name, 0), least)
    asked = {
        name: max(value, needed.get(name, 0))
        for name in type(objectives).model_fields
        if name.endswith("_seconds") and (value := getattr(objectives, name)) is not None
    }
    for what in ("rto_seconds", "rpo_seconds"):  # a Region takes its zones with it
        if f"region_{what}" in asked:
            asked[f"region_{what}"] = max(asked[f"region_{what}"], asked[what])
    try:
        return Objectives(**asked)
    except InvalidObjectives:
        return None


def _least(seconds: float | None, most: float) -> int | None:
    """The shortest target, in whole seconds, of which an estimate is no larger share."""
    if seconds is None:
        return None
    least = ceil(seconds / most)
    return least if least == 0 or seconds / least <= most else least + 1


def _listed(names: Sequence[str], most: int = 3) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
