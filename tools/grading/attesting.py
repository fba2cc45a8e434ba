"""Attestations: what people know and no API shows, beside the rows of the specialists.

A word does not change a fact. Where a check could not be judged, an attestation makes it a pass,
for nothing that was read says otherwise. Where the account shows the defect, the row stays a FAIL
and its finding stays listed: what people have beside it (monitoring elsewhere, a pipeline that
rolls back, copies outside the account) enters as how long their way `takes`. A question that facts
answer keeps that answer; one that nobody could answer gets the attested one, which raises
confidence and passes no check. Every term that rests on a person's word carries the source
`attested:...`, so that a reader can tell it from what was read.
"""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from state.categories import category_of_question
from state.errors import InvalidPremises
from state.judgements import Answer, AnswerValue, Assessment, Contribution, Judgement, Verdict
from state.premises import Attestation
from state.snapshot import Snapshot
from tools.checks import Check, Effect, all_checks
from tools.grading.assumptions import assumptions


def with_attestations(
    assessments: Mapping[str, Assessment],
    snapshot: Snapshot,
    attestations: Sequence[Attestation],
) -> Mapping[str, Assessment]:
    """The rows with what people attest in them, as far as it still holds when they were read.

    Raises:
        InvalidPremises: an attestation names no question, check or resource there is.
    """
    for attestation in attestations:
        require_sense(attestation)
        _require_resource(attestation, assessments, snapshot)
    for attestation in still_valid(attestations, snapshot.taken_at.date()):
        code = _category_of(attestation)
        if code in assessments:
            told = _with(assessments[code], attestation, snapshot)
            assessments = {**assessments, code: told}
    return assessments


def still_valid(attestations: Iterable[Attestation], day: date) -> list[Attestation]:
    """Those that hold on a day; what was attested last comes last, and so counts."""
    return sorted((each for each in attestations if each.counts_on(day)), key=lambda each: each.on)


def require_sense(attestation: Attestation) -> None:
    """Refuse what is about nothing there is, or leaves an amount open.

    Raises:
        InvalidPremises: no such question or check; or the check's recovery depends on an amount
            that only the account could have shown, and `takes` does not say it.
    """
    if attestation.question is not None:
        _require(attestation.question, category_of_question(), "question")
    if attestation.check is None:
        return
    _require(attestation.check, all_checks(), "check")
    check = all_checks()[attestation.check]
    used = {effect.phase for effect in (*check.on_pass, *check.on_fail)}
    idle = sorted(phase.value for phase in set(attestation.takes) - used)
    if idle:
        steps = ", ".join(sorted(phase.value for phase in used))
        raise InvalidPremises(
            f"{check.id} has no step {idle[0]!r} that could take longer or shorter: it has {steps}"
        )
    for effect in check.on_pass:
        if _is_open(effect) and effect.phase not in attestation.takes:
            raise InvalidPremises(
                f"how long {check.id} takes is read from the account, as a rule: say it with "
                f'takes = {{ {effect.phase.value} = "..." }}'
            )


# -- parts ----------------------------------------------------------------------------------------


def _require(name: str, known: Iterable[str], noun: str) -> None:
    names = list(known)
    if name not in names:
        near = difflib.get_close_matches(name, names, n=3)
        hint = f"did you mean {' or '.join(near)}?" if near else f"there are {', '.join(names[:5])}"
        raise InvalidPremises(f"there is no {noun} {name!r}: {hint}")


def _require_resource(
    attestation: Attestation, assessments: Mapping[str, Assessment], snapshot: Snapshot
) -> None:
    """A name that was mistyped must not pass for one that had nothing to be attested."""
    if attestation.resource is None:
        return
    rows = (row for each in assessments.values() for row in each.judgements)
    there = set(snapshot.resources) | {row.resource for row in rows}
    if not any(_is_named(attestation, resource, snapshot) for resource in there):
        names = sorted({r.name for r in snapshot.resources.values() if r.member})
        near = difflib.get_close_matches(attestation.resource, names, n=3)
        hint = f": did you mean {' or '.join(near)}?" if near else ""
        raise InvalidPremises(
            f"nothing is called {attestation.resource!r} in this workload, of which "
            f"{attestation.by} attests {attestation.check}{hint}"
        )


def _category_of(attestation: Attestation) -> str:
    if attestation.question is not None:
        return category_of_question()[attestation.question].code
    return all_checks()[attestation.check or ""].category.code


def _with(assessment: Assessment, attestation: Attestation, snapshot: Snapshot) -> Assessment:
    if attestation.question is not None:
        answers = tuple(_answered(answer, attestation) for answer in assessment.answers)
        return assessment.model_copy(update={"answers": answers})
    rows = tuple(
        _attested(row, attestation)
        if row.check == attestation.check and _is_named(attestation, row.resource, snapshot)
        else row
        for row in assessment.judgements
    )
    return assessment.model_copy(update={"judgements": rows})


def _answered(answer: Answer, attestation: Attestation) -> Answer:
    """The answer of the attestation where there was none; beside it where facts gave one."""
    questions = category_of_question()[attestation.question or ""].questions
    text = next(q.text for q in questions if q.id == attestation.question)
    if answer.question != text or attestation.answer is None:
        return answer
    if answer.answer is AnswerValue.CANNOT_DETERMINE:
        return answer.model_copy(update={"answer": attestation.answer, "because": attestation.word})
    beside = f"{answer.because}; {attestation.answer.value.lower()} {attestation.word}"
    return answer.model_copy(update={"because": beside})


def _attested(row: Judgement, attestation: Attestation) -> Judgement:
    """The row as the attestation makes it. What passes by what was read needs nobody's word."""
    if row.verdict is Verdict.PASS and not any(c.attested for c in row.contributions):
        return row
    check = all_checks()[row.check]
    if row.verdict is Verdict.FAIL:
        contributions = tuple(_taking(c, attestation) for c in row.contributions)
        note = f"{row.note}; {attestation.word}" if row.note else attestation.word
        return row.model_copy(update={"contributions": contributions, "note": note})
    return row.model_copy(
        update={
            "verdict": Verdict.PASS,
            "contributions": _as_passed(check, attestation),
            "gaps": (),
            "note": attestation.word,
        }
    )


def _as_passed(check: Check, attestation: Attestation) -> tuple[Contribution, ...]:
    """What the check contributes where it passes, on somebody's word."""
    return tuple(
        _taking(
            Contribution(
                scenario=effect.scenario.name if effect.scenario else None,
                phase=effect.phase,
                assumption=effect.assumption,
                by_person=effect.by_person,
                attested=True,
            ),
            attestation,
        )
        for effect in check.on_pass
    )


def _taking(contribution: Contribution, attestation: Attestation) -> Contribution:
    """The contribution with the amount that people give for its step, if they give one."""
    seconds = attestation.takes.get(contribution.phase)
    if seconds is None:
        return contribution
    return contribution.model_copy(
        update={
            "units": seconds,
            "measured": True,
            "attested": True,
            "by_person": contribution.by_person and not attestation.by_itself,
        }
    )


def _is_open(effect: Effect) -> bool:
    """Whether only the resource's own facts could say how much it is."""
    return bool(assumptions()[effect.assumption].unit)


def _is_named(attestation: Attestation, resource: str, snapshot: Snapshot) -> bool:
    known = snapshot.resources.get(resource)
    return attestation.resource in (None, resource, known.name if known else None)
