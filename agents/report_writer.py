"""The report writer: puts grades, findings, answers and gaps into one report."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime

from agents.on_paper import NOTHING_THOUGHT
from state.categories import categories
from state.grades import AnswerRow, GapRow, Grade, Overall, Usage
from state.objectives import Objectives
from state.premises import Premises
from state.report import Report, WorkloadSummary
from state.snapshot import Gap, GapReason, Snapshot
from state.thinking import Stop, Thinking
from tools.aws.declarations import collectors
from tools.grading.disruptions import disruptions
from tools.grading.findings import findings, proposed, strengths
from tools.grading.ledger import Ledger
from tools.grading.reckoning import Reckoning

_RESOLVING = {
    Stop.BUDGET: "a larger --budget, or none of it: the rules' result stands",
    Stop.STEPS: "more steps in --budget, or another model",
    Stop.FAILED: "access to the model, or another one; the rules' result stands",
    Stop.REFUSED: "another model, or a guardrail that lets it look",
    Stop.NONSENSE: "another model",
}


def write_report(
    *,
    thread: str,
    generated_at: datetime,
    snapshot: Snapshot,
    digest: str,
    reckoning: Reckoning,
    objectives: Objectives,
    premises: Premises,
    grades: Mapping[str, Grade],
    overall: Overall,
    usage: Usage,
    thoughts: Mapping[str, Thinking] = NOTHING_THOUGHT,
) -> Report:
    """The whole result of a run; nothing in it depends on anything but its arguments."""
    ledger = reckoning.ledger
    members = sum(resource.member for resource in snapshot.resources.values())
    return Report(
        thread=thread,
        generated_at=generated_at,
        workload=WorkloadSummary(
            selector=snapshot.selector,
            account=snapshot.account,
            regions=snapshot.regions,
            resources=members,
            neighbours=len(snapshot.resources) - members,
            relations=len(snapshot.relations),
            snapshot=digest,
            taken_at=snapshot.taken_at,
        ),
        objectives=objectives,
        premises=premises,
        overall=overall,
        grades={c.code: grades[c.code] for c in categories() if c.code in grades},
        disruptions=disruptions(reckoning, objectives),
        findings=findings(reckoning, objectives),
        strengths=strengths(ledger),
        proposals=proposed(reckoning, objectives),
        thoughts={c.code: thoughts[c.code] for c in categories() if c.code in thoughts},
        answers=_answers(ledger),
        gaps=[*_gaps(ledger, snapshot.gaps), *_left_by_models(thoughts)],
        usage=usage,
    )


def _answers(ledger: Ledger) -> list[AnswerRow]:
    return [
        AnswerRow(**answer.model_dump())
        for category in categories()
        if category.code in ledger.assessments
        for answer in ledger.assessments[category.code].answers
    ]


def _gaps(ledger: Ledger, gaps: list[Gap]) -> list[GapRow]:
    """Gaps by call and reason, with the categories whose verdicts they took away."""
    bears_on: dict[str, set[str]] = defaultdict(set)
    for code, assessment in ledger.assessments.items():
        for judgement in assessment.judgements:
            for action in judgement.gaps:
                bears_on[action].add(code)
    known = {gap.action for gap in gaps}
    unnoted = [gap for gap in _missed(ledger) if gap.action not in known]
    grouped: dict[tuple[str, str, GapReason], list[Gap]] = defaultdict(list)
    for gap in (*gaps, *unnoted):
        grouped[gap.action, gap.region, gap.reason].append(gap)
    return [
        GapRow(
            service=same[0].service,
            region=region,
            action=action,
            reason=reason.value,
            resources=len({gap.resource for gap in same} - {None}),
            detail=min(gap.detail for gap in same),
            bears_on=tuple(c.code for c in categories() if c.code in bears_on.get(action, ())),
            resolve=_resolve(action, reason),
        )
        for (action, region, reason), same in sorted(grouped.items())
    ]


def _missed(ledger: Ledger) -> Iterator[Gap]:
    """What a check missed though no call failed: a call that was not made, a check that broke."""
    for judgement in ledger.judgements:
        resource = ledger.resources.get(judgement.resource)
        for action in judgement.gaps:
            yield Gap(
                service=action.partition(":")[0],
                region=resource.region if resource else "",
                action=action,
                reason=GapReason.FAILED if judgement.note else GapReason.NOT_SCANNED,
                resource=judgement.resource if resource else None,
                detail=judgement.note,
            )


def _left_by_models(thoughts: Mapping[str, Thinking]) -> list[GapRow]:
    """What models were asked and did not do. No letter rests on it: the rules' rows stand."""
    grouped: dict[tuple[str, Stop, str], set[str]] = defaultdict(set)
    for code, thinking in thoughts.items():
        if thinking.stop is not Stop.DONE:
            grouped[thinking.model, thinking.stop, thinking.detail].add(code)
    return [
        GapRow(
            service="model",
            region="",
            action=f"model:{model}",
            reason=stop.value.capitalize(),
            detail=detail,
            bears_on=tuple(c.code for c in categories() if c.code in codes),
            resolve=_RESOLVING[stop],
        )
        for (model, stop, detail), codes in sorted(grouped.items())
    ]


def _resolve(action: str, reason: GapReason) -> str:
    """What would close the gap."""
    permission = next(
        (c.iam_action for k in collectors().values() for c in k.calls if c.operation == action),
        action,
    )
    return {
        GapReason.DENIED: f"allow {permission}; `seeams iam-policy` prints the whole policy",
        GapReason.THROTTLED: "run again when the account is quieter",
        GapReason.UNSUPPORTED: "nothing: the service does not answer this call here",
        GapReason.FAILED: "run again; if it stays, report it",
        GapReason.NOT_SCANNED: "judge these resources by other means: they were not read",
    }[reason]
