"""Any fixes of a workload: no estimate gets longer, no letter gets lower, at any objectives."""

import random
from collections.abc import Iterable, Mapping

import pytest

from agents.specialist import assess
from state.categories import categories
from state.judgements import Verdict
from state.objectives import Objectives, parse_duration
from state.premises import Fix
from state.snapshot import Snapshot
from tools.checks.fixing import with_fixes
from tools.embedded.samples import samples
from tools.grading.assumptions import assumptions
from tools.grading.estimates import longer
from tools.grading.ledger import build_ledger
from tools.grading.letters import as_number
from tools.grading.reckoning import Reckoning
from tools.grading.sweeping import letters_at

ASKED = [
    Objectives(
        rto_seconds=parse_duration(rto),
        rpo_seconds=parse_duration(rpo),
        region_rto_seconds=parse_duration("2 days") if region else None,
        region_rpo_seconds=parse_duration("1 day") if region else None,
    )
    for rto, rpo in (("24h", "12h"), ("2h", "30m"), ("10m", "1m"))
    for region in (False, True)
]


def reckoned(snapshot: Snapshot) -> Reckoning:
    assessments = {category.code: assess(category, snapshot) for category in categories()}
    return Reckoning(build_ledger(snapshot, assessments), assumptions())


def failing(reckoning: Reckoning) -> list[Fix]:
    return sorted(
        {
            Fix(check=row.check, resource=row.resource)
            for row in reckoning.ledger.judgements
            if row.verdict is Verdict.FAIL
        },
        key=lambda fix: (fix.check, fix.resource or ""),
    )


def judge(snapshot: Snapshot, before: Reckoning, fixes: Iterable[Fix]) -> None:
    chosen = list(fixes)
    rows = tuple(before.ledger.judgements)
    after = reckoned(with_fixes(snapshot, rows, chosen))
    was = {(e.resource, e.scenario): e for e in before.estimates}
    for now in after.estimates:
        if now.resource not in snapshot.resources:
            continue  # what a fix adds
        then = was.get((now.resource, now.scenario))
        where = f"{now.scenario} of {now.resource}, by {chosen}"
        assert longer(now.rto_seconds) <= (longer(then.rto_seconds) if then else 0), where
        assert longer(now.rpo_seconds) <= (longer(then.rpo_seconds) if then else 0), where
    for asked in ASKED:
        lower = letters_at(before, asked)
        for code, letter in letters_at(after, asked).items():
            known = lower[code]
            assert known is None or (letter and as_number(letter) >= as_number(known)), (
                code,
                asked,
                chosen,
            )


@pytest.mark.parametrize("name", samples())
def test_no_fix_harms_a_sample(samples_read: Mapping[str, Snapshot], name: str) -> None:
    """Each by itself, sets at random, and all of them."""
    snapshot = samples_read[name]
    before = reckoned(snapshot)
    fixes = failing(before)
    chance = random.Random(name)
    sets = [chance.sample(fixes, chance.randint(2, len(fixes))) for _ in range(8)]
    for chosen in ([[fix] for fix in fixes] + sets + [fixes]) if fixes else ():
        judge(snapshot, before, chosen)
