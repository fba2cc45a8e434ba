"""The verdicts of checks on a workload: pure, whoever asks for them."""

from collections.abc import Callable, Iterable, Iterator

from state.categories import Category
from state.judgements import WORKLOAD, Contribution, Judgement, Verdict
from state.snapshot import Snapshot
from tools.aws.declarations import collectors
from tools.checks import Check, Outcome, all_checks
from tools.checks.view import Unknown, View, Workload

Judge = Callable[[Check, View], Judgement | None]


def workload_of(snapshot: Snapshot) -> Workload:
    """The snapshot as checks see it."""
    return Workload(snapshot, {kind: c.read.operation for kind, c in collectors().items()})


def verdicts(
    category: Category, workload: Workload, judged: Judge | None = None
) -> Iterator[tuple[Check, list[Judgement]]]:
    """Each check of a category that applies somewhere, with its verdict on every such member.

    `judged` tells a verdict where it is known already; by default each is worked out.
    """
    told = judged or judge
    for check in all_checks().values():
        if check.category is category:
            rows = [row for target in _targets(check, workload) if (row := told(check, target))]
            if rows:
                yield check, rows


def judge(check: Check, view: View) -> Judgement | None:
    """The verdict of one check on one resource; None if it does not apply.

    A fact that could not be read makes the verdict UNKNOWN. So does a check that breaks on an
    answer it was not written for: one odd resource must not cost the other findings.
    """
    resource = WORKLOAD if check.of_workload else view.id
    try:
        outcome = check.judge(view)
    except Unknown as unknown:
        return Judgement(
            check=check.id,
            resource=resource,
            verdict=Verdict.UNKNOWN,
            evidence=view.evidence,
            gaps=(unknown.action,),
        )
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        return Judgement(
            check=check.id,
            resource=resource,
            verdict=Verdict.UNKNOWN,
            evidence=view.evidence,
            gaps=(f"check:{check.id}",),
            note=f"the check broke: {type(error).__name__}: {error}",
        )
    if outcome.verdict is None:
        return None
    return Judgement(
        check=check.id,
        resource=resource,
        verdict=outcome.verdict,
        contributions=check.contributions(outcome),
        otherwise=_otherwise(check, outcome),
        evidence=view.evidence,
        note=outcome.note,
    )


def _otherwise(check: Check, outcome: Outcome) -> tuple[Contribution, ...]:
    if outcome.verdict is not Verdict.PASS or check.saving is None:
        return ()
    return check.contributions(Outcome(Verdict.FAIL, outcome.units, spared=outcome.spared))


def _targets(check: Check, workload: Workload) -> Iterable[View]:
    if check.of_workload:
        yield View(None, workload)
        return
    for kind in check.resource_types:
        for resource in workload.members(kind):
            yield View(resource, workload)
