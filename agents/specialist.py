"""A specialist: runs the checks of its category over the snapshot and answers its questions."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping

from state.categories import Category, Question
from state.judgements import (
    Answer,
    AnswerValue,
    Assessment,
    Contribution,
    Evidence,
    Judgement,
    Verdict,
)
from state.snapshot import Snapshot
from tools.aws.declarations import collectors
from tools.checks import Check, Outcome, all_checks
from tools.checks.view import Unknown, View, Workload

WORKLOAD = "workload"
_EVIDENCE_PER_ANSWER = 3

Observe = Callable[[str, Mapping[str, object]], None]


def assess(category: Category, snapshot: Snapshot, observe: Observe | None = None) -> Assessment:
    """The category's rows: a verdict of every check on every member it applies to, and answers."""
    listed_by = {kind: c.read.operation for kind, c in collectors().items()}
    workload = Workload(snapshot, listed_by)
    judgements: list[Judgement] = []
    for check in all_checks().values():
        if check.category is category:
            rows = [row for target in _targets(check, workload) if (row := judge(check, target))]
            judgements.extend(rows)
            if observe and rows:
                failed = sum(row.verdict is Verdict.FAIL for row in rows)
                observe("check", {"check": check.id, "rows": len(rows), "failed": failed})
    return Assessment(
        category=category.code,
        judgements=tuple(judgements),
        answers=tuple(_answer(category, question, judgements) for question in category.questions),
    )


def judge(check: Check, view: View) -> Judgement | None:
    """The verdict of one check on one resource; None if it does not apply.

    A fact that could not be read makes the verdict UNKNOWN. So does a check that breaks on an
    answer it was not written for: one odd resource must not cost the other findings.
    """
    resource = view.id if check.resource_types != (WORKLOAD,) else WORKLOAD
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
    return check.contributions(Outcome(Verdict.FAIL, outcome.units))


def _targets(check: Check, workload: Workload) -> Iterable[View]:
    if check.resource_types == (WORKLOAD,):
        yield View(None, workload)
        return
    for kind in check.resource_types:
        for resource in workload.members(kind):
            yield View(resource, workload)


def _answer(category: Category, question: Question, judgements: Iterable[Judgement]) -> Answer:
    """Yes if every check that bears on the question passed, no if all failed, partly in between."""
    checks = all_checks()
    by_verdict: dict[Verdict, list[Judgement]] = defaultdict(list)
    for judgement in judgements:
        if checks[judgement.check].question is question:
            by_verdict[judgement.verdict].append(judgement)
    passed, failed = by_verdict[Verdict.PASS], by_verdict[Verdict.FAIL]
    unknown = by_verdict[Verdict.UNKNOWN]
    if not passed and not failed:
        value = AnswerValue.CANNOT_DETERMINE
    elif failed and not passed:
        value = AnswerValue.NO if question.good is AnswerValue.YES else AnswerValue.YES
    elif failed or unknown:
        value = AnswerValue.PARTLY
    else:
        value = question.good
    return Answer(
        category=category.code,
        question=question.text,
        answer=value,
        because=_because(checks, passed, failed, unknown),
        evidence=_evidence(failed or passed),
        attest=question.attest,
    )


def _because(
    checks: Mapping[str, Check],
    passed: list[Judgement],
    failed: list[Judgement],
    unknown: list[Judgement],
) -> str:
    parts = []
    if failed:
        titles = dict.fromkeys(checks[j.check].title for j in failed)
        parts.append("; ".join(titles))
    elif passed:
        praised = dict.fromkeys(s for j in passed if (s := checks[j.check].strength))
        parts.append("; ".join(praised) or _nothing_amiss(len({j.check for j in passed})))
    if unknown:
        parts.append(
            "could not be read: " + ", ".join(sorted({g for j in unknown for g in j.gaps}))
        )
    return "; ".join(parts) or "nothing that was read bears on it"


def _evidence(judgements: Iterable[Judgement]) -> tuple[Evidence, ...]:
    firsts = [j.evidence[-1] for j in judgements if j.evidence]
    return tuple(firsts[:_EVIDENCE_PER_ANSWER])


def _nothing_amiss(checks: int) -> str:
    return f"{checks} check{'s' if checks > 1 else ''} found nothing amiss"
