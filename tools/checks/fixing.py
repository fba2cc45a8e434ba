"""Fixes on paper: failing checks' own remedies, applied to a copy of a snapshot."""

from collections.abc import Iterable, Sequence

from state.errors import InvalidPremises
from state.judgements import WORKLOAD, Judgement, Verdict
from state.premises import Fix
from state.snapshot import Snapshot
from tools.checks import Remedy, all_checks
from tools.checks.paper import Paper


def with_fixes(
    snapshot: Snapshot, judgements: Sequence[Judgement], fixes: Iterable[Fix]
) -> Snapshot:
    """The account as it would be with the fixes in it.

    Raises:
        InvalidPremises: a fix names no check, none that fails there, or one without a remedy.
    """
    paper = Paper(snapshot)
    for fix in fixes:
        remedy = remedy_of(fix)
        for resource in failing(snapshot, judgements, fix):
            remedy.change(paper.draft(None if resource == WORKLOAD else resource))
    return paper.snapshot()


def remedy_of(fix: Fix) -> Remedy:
    """The remedy of the check that a fix names.

    Raises:
        InvalidPremises: there is no such check, or nothing to change on paper.
    """
    check = all_checks().get(fix.check)
    if check is None:
        raise InvalidPremises(f"there is no check {fix.check!r}: `seeams checks` lists them")
    if check.remedy is None:
        raise InvalidPremises(f"{fix.check} cannot be mended on paper: {check.recommendation}")
    return check.remedy


def failing(snapshot: Snapshot, judgements: Iterable[Judgement], fix: Fix) -> list[str]:
    """The resources that a fix is for, by id.

    Raises:
        InvalidPremises: the check fails on none of them.
    """
    failed = [j.resource for j in judgements if j.check == fix.check and j.verdict is Verdict.FAIL]
    chosen = [r for r in failed if fix.resource in (None, r, _name(snapshot, r))]
    if not chosen:
        where = f" on {fix.resource}" if fix.resource else ""
        others = f"; it fails on {', '.join(_name(snapshot, r) for r in failed)}" if failed else ""
        raise InvalidPremises(f"{fix.check} does not fail{where}: nothing to mend{others}")
    return sorted(chosen)


def _name(snapshot: Snapshot, resource: str) -> str:
    known = snapshot.resources.get(resource)
    return known.name if known else resource
