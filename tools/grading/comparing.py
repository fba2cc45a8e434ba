"""Two results side by side: what moved, and which fact moved it.

Letters are those that were given at the time; where this version of seeams would give others for
the same rows, it says so beside them. A finding is the same by its identity, never by its wording.
"""

from collections.abc import Iterable, Iterator

from state.categories import categories
from state.comparisons import (
    OVERALL,
    Compared,
    Comparison,
    FactMove,
    FindingMove,
    FindingState,
    GapMove,
    LetterMove,
    PremiseMove,
    ResourceMove,
    Stand,
)
from state.errors import StoreUnusable
from state.grades import Finding, Grade, Overall
from state.judgements import Verdict
from state.premises import Premises
from state.report import Report
from tools.grading.attributing import Standings, facts_of
from tools.grading.exchanging import Result
from tools.grading.ledger import Ledger
from tools.grading.reckoning import Reckoning
from tools.grading.versions import require_known


def compare(
    before: Report,
    after: Report,
    reckoned: tuple[Reckoning, Reckoning] | None = None,
    why_not: str = "",
) -> Comparison:
    """What differs between two results, of one thread or months and versions apart.

    Args:
        before: the earlier one, as it was given at the time.
        after: the later one.
        reckoned: what both were graded from; without it no fact is named, only what they say.
        why_not: why it is not there.
    """
    facts: Iterable[FactMove] | None = None
    standings = None
    if reckoned is not None:
        one, other = (
            Result(each, report.objectives)
            for each, report in zip(reckoned, (before, after), strict=True)
        )
        why_not = _strange(reckoned)
        standings = None if why_not else Standings(one, other)
        facts = facts_of(one, other, (before, after), standings)
    ledgers = (reckoned[0].ledger, reckoned[1].ledger) if reckoned else None
    return Comparison(
        before=_compared(before),
        after=_compared(after),
        premises=tuple(_premises(before.premises, after.premises)),
        letters=tuple(_letters(before, after, standings)),
        facts=None if facts is None else tuple(facts),
        not_attributed=why_not,
        findings=tuple(_findings(before, after, ledgers)),
        resources=tuple(_resources(*ledgers)) if ledgers else (),
        gaps=tuple(_gaps(before, after)),
    )


def _strange(reckoned: Iterable[Reckoning]) -> str:
    """Why results cannot be graded again, if they cannot."""
    try:
        for each in reckoned:
            require_known(each)
    except StoreUnusable as error:
        return str(error)
    return ""


# -- what they say --------------------------------------------------------------------------------


def _compared(report: Report) -> Compared:
    about = report.workload
    return Compared(
        thread=report.thread,
        checkpoint=report.checkpoint,
        workload=about.selector,
        account=about.account,
        regions=tuple(about.regions),
        taken_at=about.taken_at,
        generated_at=report.generated_at,
        objectives=report.objectives,
    )


def _premises(before: Premises, after: Premises) -> Iterator[PremiseMove]:
    for kind, one, other in (
        ("constant", _constants(before), _constants(after)),
        ("attestation", _words(before.attestations), _words(after.attestations)),
        ("fix", _words(before.fixes), _words(after.fixes)),
        ("proposal", _words(before.accepted), _words(after.accepted)),
    ):
        for what in sorted({*one, *other}):
            if one.get(what) != other.get(what):
                yield PremiseMove.model_validate(
                    {"kind": kind, "what": what, "before": one.get(what), "after": other.get(what)}
                )


def _constants(premises: Premises) -> dict[str, str]:
    return {
        name: ", ".join(
            f"{field} {value:g}"
            for field in ("seconds", "seconds_per_unit")
            if (value := getattr(given, field)) is not None
        )
        for name, given in premises.assumptions.items()
    }


def _words(given: Iterable[object]) -> dict[str, str]:
    return {str(each): str(each) for each in given}


def _letters(before: Report, after: Report, standings: Standings | None) -> Iterator[LetterMove]:
    codes = [c.code for c in categories()]
    strange = sorted({*before.grades, *after.grades} - set(codes))  # of another version
    for code in (*codes, *strange):
        one, other = before.grades.get(code), after.grades.get(code)
        if one is None and other is None:
            continue
        now = (None, None) if standings is None else standings.restated(code, one, other)
        yield LetterMove(
            category=code,
            before=_stand(one),
            after=_stand(other),
            before_by_this_version=now[0],
            after_by_this_version=now[1],
        )
    yield LetterMove(category=OVERALL, before=_stand(before.overall), after=_stand(after.overall))


def _stand(graded: Grade | Overall | None) -> Stand | None:
    if graded is None:
        return None
    return Stand(
        letter=graded.letter,
        rto_seconds=graded.rto_seconds,
        rpo_seconds=graded.rpo_seconds,
        confidence=graded.confidence,
    )


def _findings(
    before: Report, after: Report, ledgers: tuple[Ledger, Ledger] | None
) -> Iterator[FindingMove]:
    one = {finding.key: finding for finding in before.findings}
    other = {finding.key: finding for finding in after.findings}
    failing = [_failing(ledger) for ledger in ledgers] if ledgers else [None, None]
    for key in sorted({*one, *other}):
        known = [side[key] for side in (one, other) if key in side]
        yield FindingMove(
            key=key,
            id=min(each.id for each in known),
            category=min(each.category for each in known),
            before=_state(one.get(key)),
            after=_state(other.get(key)),
            before_failing=_fails(key, failing[0]),
            after_failing=_fails(key, failing[1]),
        )


def _failing(ledger: Ledger) -> set[str]:
    return {row.check for row in ledger.judgements if row.verdict is Verdict.FAIL}


def _fails(key: str, failing: set[str] | None) -> bool | None:
    return None if failing is None else key in failing


def _state(finding: Finding | None) -> FindingState | None:
    if finding is None:
        return None
    return FindingState(
        title=finding.title,
        severity=finding.severity,
        resources=tuple(sorted(finding.resources)),
        effect=finding.effect,
    )


def _resources(before: Ledger, after: Ledger) -> Iterator[ResourceMove]:
    for resource in sorted(before.resources.keys() ^ after.resources.keys()):
        known = before.resources.get(resource) or after.resources[resource]
        yield ResourceMove(
            resource=resource,
            name=known.name,
            type=known.type,
            before=resource in before.resources,
            after=resource in after.resources,
        )


def _gaps(before: Report, after: Report) -> Iterator[GapMove]:
    one, other = (
        {(gap.action, gap.region, gap.reason): gap.resources for gap in report.gaps}
        for report in (before, after)
    )
    for place in sorted(one.keys() ^ other.keys()):
        action, region, reason = place
        yield GapMove(
            action=action,
            region=region,
            reason=reason,
            before=one.get(place),
            after=other.get(place),
        )
