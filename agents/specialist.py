"""A specialist: runs the checks of its category over the snapshot and answers its questions."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping

from state.categories import Category, Question
from state.judgements import (
    Answer,
    AnswerValue,
    Assessment,
    Evidence,
    Judgement,
    Verdict,
)
from state.snapshot import Snapshot
from tools.checks import Check, all_checks
from tools.checks.judging import Judge, verdicts, workload_of

_EVIDENCE_PER_ANSWER = 3

Observe = Callable[[str, Mapping[str, object]], None]


def assess(
    category: Category,
    snapshot: Snapshot,
    observe: Observe | None = None,
    judged: Judge | None = None,
) -> Assessment:
    """The category's rows: a verdict of every check on every member it applies to, and answers."""
    judgements: list[Judgement] = []
    for check, rows in verdicts(category, workload_of(snapshot), judged):
        judgements.extend(rows)
        if observe:
            failed = sum(row.verdict is Verdict.FAIL for row in rows)
            observe("check", {"check": check.id, "rows": len(rows), "failed": failed})
    return Assessment(
        category=category.code,
        judgements=tuple(judgements),
        answers=tuple(_answer(category, question, judgements) for question in category.questions),
    )


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
