"""Verdicts on a snapshot, and the estimates that they make."""

from math import inf

from state.categories import categories
from state.judgements import Assessment, Judgement
from state.snapshot import Snapshot
from tools.checks import all_checks
from tools.checks.judging import verdicts, workload_of
from tools.grading.assumptions import assumptions
from tools.grading.ledger import build_ledger
from tools.grading.reckoning import Reckoning


def costs(snapshot: Snapshot) -> dict[tuple[str, str], tuple[float, float]]:
    """Seconds of recovery and of lost data, by resource and scenario."""
    found = rows(snapshot).values()
    assessments = {
        category.code: Assessment(
            category=category.code,
            judgements=tuple(r for r in found if all_checks()[r.check].category is category),
            answers=(),
        )
        for category in categories()
    }
    reckoning = Reckoning(build_ledger(snapshot, assessments), assumptions())
    return {
        (each.resource, each.scenario): (
            inf if each.rto_seconds is None else each.rto_seconds,
            inf if each.rpo_seconds is None else each.rpo_seconds,
        )
        for each in reckoning.estimates
    }


def rows(snapshot: Snapshot) -> dict[tuple[str, str], Judgement]:
    """Every verdict on the snapshot."""
    workload = workload_of(snapshot)
    return {
        (row.check, row.resource): row
        for category in categories()
        for _, found in verdicts(category, workload)
        for row in found
    }
