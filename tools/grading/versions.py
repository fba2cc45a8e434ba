"""Whether this version can work a stored result out again, and whether it comes to the same."""

from state.categories import categories, scenarios
from state.errors import StoreUnusable
from state.grades import Grade
from state.judgements import Verdict
from state.report import Report
from tools.checks import all_checks
from tools.grading.grading import grade
from tools.grading.reckoning import Reckoning


def require_known(reckoning: Reckoning) -> None:
    """Refuse rows of a version whose vocabulary is another.

    Raises:
        StoreUnusable: they are.
    """
    for judgement in reckoning.ledger.judgements:
        for contribution in (*judgement.contributions, *judgement.otherwise):
            strange = contribution.assumption not in reckoning.table or (
                contribution.scenario is not None and contribution.scenario not in scenarios()
            )
            if strange:
                raise StoreUnusable(
                    "the result was judged by a version of seeams whose estimates had other steps "
                    f"({contribution.assumption}): assess the workload again"
                )


def require_checks(reckoning: Reckoning) -> None:
    """Refuse defects and savings of which only another version's catalogue says what they are.

    Raises:
        StoreUnusable: there are some.
    """
    speaking = {
        row.check
        for row in reckoning.ledger.judgements
        if row.verdict is Verdict.FAIL or row.otherwise
    }
    strangers = speaking - set(all_checks())
    if strangers:
        raise StoreUnusable(
            "the result was judged by a version of seeams with other checks "
            f"({min(strangers)}): assess the workload again"
        )


def changed_since(report: Report, reckoning: Reckoning) -> str:
    """Which stored grades this version would not give: its constants or bands are others."""
    moved = [
        f"{category.title} {stored.letter or 'without a letter'}"
        for category in categories()
        if (stored := report.grades.get(category.code))
        and _numbers(stored) != _numbers(grade(category, reckoning, report.objectives))
    ]
    if not moved:
        return ""
    return f"graded by another version of seeams, which came to other numbers: {', '.join(moved)}"


def _numbers(graded: Grade) -> tuple[str | None, float | None, float | None]:
    return graded.letter, graded.rto_seconds, graded.rpo_seconds
