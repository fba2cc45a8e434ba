"""Every check's remedy: it mends what the check names, harms nothing, and speaks AWS's language."""

import pytest

from state.judgements import Verdict
from tests.tools.checks.estimated import costs, rows
from tools.checks import Check, Example, all_checks
from tools.checks.examples import view_of
from tools.checks.paper import Paper
from tools.checks.view import View, Workload

CHECKS = [check for check in all_checks().values() if check.remedy]
EACH_CHECK = pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)


def mended(check: Check, example: Example) -> tuple[View, View]:
    """The example before its remedy and after it."""
    before = view_of(check, example)
    resource = None if check.of_workload else before.id
    paper = Paper(before.workload.snapshot)
    assert check.remedy
    check.remedy.change(paper.draft(resource))
    after = paper.snapshot()
    again = Workload(after)
    return before, View(after.resources.get(resource) if resource else None, again)


@EACH_CHECK
def test_it_mends_what_the_check_names(check: Check) -> None:
    for example in check.fails:
        before, after = mended(check, example)
        if not check.of_workload and after._resource is None:
            continue  # the remedy took it away
        assert check.judge(after).verdict in (Verdict.PASS, None)
        assert check.judge(before).verdict is Verdict.FAIL, "the original was written on"


@EACH_CHECK
def test_it_harms_nothing(check: Check) -> None:
    """No verdict of any check gets worse, and no estimate longer."""
    for example in check.fails:
        before, after = mended(check, example)
        was, now = rows(before.workload.snapshot), rows(after.workload.snapshot)
        for key, row in now.items():
            if row.verdict is Verdict.FAIL:
                assert key in was, f"{key} is a new defect"
                assert was[key].verdict is not Verdict.PASS, f"{key} passed before"
        dear, cheap = costs(before.workload.snapshot), costs(after.workload.snapshot)
        for struck in dear.keys() & cheap.keys():
            assert cheap[struck][0] <= dear[struck][0], f"{struck} takes longer"
            assert cheap[struck][1] <= dear[struck][1], f"{struck} loses more data"


def test_every_check_has_one() -> None:
    without = sorted(check.id for check in all_checks().values() if check.remedy is None)
    assert not without
