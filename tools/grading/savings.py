"""Over-built: what the objectives would bear to lose, and what that would save."""

from collections import defaultdict
from collections.abc import Sequence

from state.categories import Category
from state.objectives import Objectives
from tools.grading.assumptions import Assumptions
from tools.grading.estimates import Row, estimates_of, share
from tools.grading.letters import COMFORTABLE
from tools.grading.reckoning import Reckoning
from tools.grading.targets import targets_of


def savings_of(category: Category, reckoning: Reckoning, objectives: Objectives) -> tuple[str, ...]:
    """Passing checks of a category whose failing would still leave every scenario a B."""
    from tools.checks import all_checks

    ledger, rows = reckoning.ledger, reckoning.rows
    found: dict[str, set[str]] = defaultdict(set)  # what is saved -> where
    for judgement in ledger.assessments[category.code].judgements:
        saving = all_checks()[judgement.check].saving if judgement.otherwise else None
        if saving is None:
            continue
        without = [row for row in rows[judgement.resource] if row[1] is not judgement]
        without += [(contribution, judgement) for contribution in judgement.otherwise]
        if _still_comfortable(judgement.resource, without, objectives, reckoning.table):
            found[saving].add(ledger.name_of(judgement.resource))
    return tuple(sorted(f"{_listed(sorted(names))}: {saving}" for saving, names in found.items()))


def _listed(names: Sequence[str], most: int = 4) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def _still_comfortable(
    resource: str, rows: Sequence[Row], objectives: Objectives, table: Assumptions
) -> bool:
    return all(
        share(estimate.rto_seconds, targets.rto) <= COMFORTABLE
        and share(estimate.rpo_seconds, targets.rpo) <= COMFORTABLE
        for estimate in estimates_of(resource, rows, table)
        if (targets := targets_of(estimate.scenario, objectives))
    )
