"""Fixes on paper: failing checks' own remedies, applied to a copy of a snapshot."""

import difflib
from collections.abc import Iterable, Sequence

from state.errors import InvalidPremises
from state.judgements import WORKLOAD, Judgement, Verdict
from state.premises import Fix
from state.snapshot import Snapshot
from tools.checks import Check, Remedy, all_checks
from tools.checks.paper import Paper


def with_fixes(
    snapshot: Snapshot, judgements: Sequence[Judgement], fixes: Iterable[Fix]
) -> Snapshot:
    """The account as it would be with the fixes in it.

    Raises:
        InvalidPremises: a fix names no check, none that fails there, or one without a remedy; or
            the remedy was not written for what is there.
    """
    paper = Paper(snapshot)
    for check, resource in sorted(
        {(fix.check, each) for fix in fixes for each in failing(snapshot, judgements, fix)}
    ):
        mend(paper, check, resource)
    return paper.snapshot()


def mend(paper: Paper, check: str, resource: str) -> None:
    """Apply a check's remedy to a resource, unless another fix took the resource away.

    Raises:
        InvalidPremises: the check has no remedy, or one that was not written for what is there.
    """
    remedy = remedy_of(check)
    whole = resource == WORKLOAD
    if not whole and resource not in paper.resources:
        return
    try:
        remedy.change(paper.draft(None if whole else resource))
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise InvalidPremises(
            f"{check} cannot be mended on paper at {resource}: its remedy broke on what is there "
            f"({type(error).__name__}: {error})"
        ) from error


def remedy_of(check: str) -> Remedy:
    """The remedy of a check.

    Raises:
        InvalidPremises: there is no such check, or nothing to change on paper.
    """
    known = _check(check)
    if known.remedy is None:
        raise InvalidPremises(f"{check} cannot be mended on paper: {known.recommendation}")
    return known.remedy


def failing(snapshot: Snapshot, judgements: Iterable[Judgement], fix: Fix) -> list[str]:
    """The resources that a fix is for, by id.

    Raises:
        InvalidPremises: there is no such check, or it fails on none of them.
    """
    _check(fix.check)
    rows = list(judgements)
    failed = sorted({j.resource for j in rows if j.check == fix.check and _fails(j)})
    chosen = [r for r in failed if fix.resource in (None, r, _name(snapshot, r))]
    if not chosen:
        where = f" on {fix.resource}" if fix.resource else ""
        hint = _elsewhere(snapshot, failed) if failed else _others(snapshot, rows, fix)
        raise InvalidPremises(f"{fix.check} does not fail{where}: nothing to mend{hint}")
    return chosen


# -- parts ----------------------------------------------------------------------------------------


def _check(check: str) -> Check:
    known = all_checks().get(check)
    if known is None and check.startswith("shortfall."):
        raise InvalidPremises(
            f"{check} is no check but the sum of several: --target finds what shortens it"
        )
    if known is None:
        near = difflib.get_close_matches(check, all_checks(), n=3)
        hint = f"did you mean {' or '.join(near)}?" if near else "`seeams checks` lists them"
        raise InvalidPremises(f"there is no check {check!r}: {hint}")
    return known


def _fails(judgement: Judgement) -> bool:
    return judgement.verdict is Verdict.FAIL


def _elsewhere(snapshot: Snapshot, failed: Sequence[str], most: int = 5) -> str:
    names = [_name(snapshot, resource) for resource in failed]
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return f"; it fails on {', '.join(names[:most])}{more}"


def _others(snapshot: Snapshot, rows: Iterable[Judgement], fix: Fix, most: int = 5) -> str:
    """What fails instead: on that resource, or in the same service."""
    service = fix.check.partition(".")[0]
    others = sorted(
        {
            row.check
            for row in rows
            if _fails(row)
            and (
                fix.resource in (row.resource, _name(snapshot, row.resource))
                if fix.resource
                else row.check.startswith(f"{service}.")
            )
        }
    )
    more = f" and {len(others) - most} more" if len(others) > most else ""
    return f"; what fails there is {', '.join(others[:most])}{more}" if others else ""


def _name(snapshot: Snapshot, resource: str) -> str:
    known = snapshot.resources.get(resource)
    return known.name if known else resource
