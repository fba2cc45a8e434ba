"""What is judged again after changes on paper, and what is told without asking."""

from collections.abc import Mapping

import pytest

from agents.specialist import assess
from state.categories import categories
from state.judgements import Judgement, Verdict
from state.premises import Fix
from state.snapshot import Snapshot
from tools.checks import Check, all_checks
from tools.checks.fixing import with_fixes
from tools.checks.judging import Judge, judge
from tools.checks.rejudging import Readings
from tools.checks.view import View


@pytest.mark.parametrize("sample", ["food-agent", "shop"])
def test_verdicts_after_any_fix_are_those_of_judging_everything(
    sample: str, samples_read: Mapping[str, Snapshot]
) -> None:
    snapshot = samples_read[sample]
    readings = Readings(snapshot)
    before = judged_by(snapshot, None)
    failing = sorted({row.check for row in before if row.verdict is Verdict.FAIL})
    assert judged_by(snapshot, readings.after(snapshot)) == before
    for check in failing:
        if all_checks()[check].remedy:
            mended = with_fixes(snapshot, before, [Fix(check=check)])
            after = judged_by(mended, readings.after(mended))
            assert after == judged_by(mended, None)
            assert after != before


def test_only_the_checks_concerned_are_asked(
    samples_read: Mapping[str, Snapshot], monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshot = samples_read["shop"]
    readings = Readings(snapshot)
    asked: list[str] = []

    def judge_and_note(check: Check, view: View) -> Judgement | None:
        asked.append(check.id)
        return judge(check, view)

    monkeypatch.setattr("tools.checks.rejudging.judge", judge_and_note)
    rows = judged_by(snapshot, readings.after(snapshot))
    assert asked == []
    mended = with_fixes(snapshot, rows, [Fix(check="rds.instance_deletion_protection_off")])
    judged_by(mended, readings.after(mended))
    assert asked == ["rds.instance_deletion_protection_off"]


def judged_by(snapshot: Snapshot, judged: Judge | None) -> list[Judgement]:
    every = (assess(category, snapshot, judged=judged) for category in categories())
    return [row for each in every for row in each.judgements]
