"""What a person's premises make of a workload: fixes and attestations, on paper."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from agents.specialist import assess
from state.categories import Category, categories
from state.judgements import Assessment, Verdict
from state.objectives import Objectives
from state.plans import Plan
from state.premises import Fix, Premises
from state.snapshot import Snapshot
from state.thinking import Thinking
from tools.checks import all_checks
from tools.checks.fixing import with_fixes
from tools.checks.judging import Judge
from tools.checks.rejudging import Readings
from tools.grading.accepting import with_accepted
from tools.grading.assumptions import assumptions, with_overrides
from tools.grading.attesting import with_attestations
from tools.grading.cheapest import candidates_in, cheapest
from tools.grading.ledger import Ledger, build_ledger

NOTHING_THOUGHT: Mapping[str, Thinking] = MappingProxyType({})  # no model was asked


@dataclass(frozen=True)
class Given:
    """The account and its rows as the premises make them."""

    snapshot: Snapshot
    ledger: Ledger


def given(
    snapshot: Snapshot,
    assessments: Mapping[str, Assessment],
    premises: Premises,
    thoughts: Mapping[str, Thinking] = NOTHING_THOUGHT,
    readings: Readings | None = None,
) -> Given:
    """The account with the fixes in it, judged again; then what people attest and accept.

    Who tries many fixes on one account gives what its verdicts were read from: `readings`.

    Raises:
        InvalidPremises: a fix, an attestation or an acceptance names what there is not.
    """
    if premises.fixes:
        rows = [row for each in assessments.values() for row in each.judgements]
        snapshot = with_fixes(snapshot, rows, premises.fixes)
        judged = readings.after(snapshot) if readings else None
        assessments = {
            category.code: _again(category, assessments[category.code], snapshot, judged)
            for category in categories()
            if category.code in assessments
        }
    attested = with_attestations(assessments, snapshot, premises.attestations)
    proposals = [each for thinking in thoughts.values() for each in thinking.proposals]
    accepted = with_accepted(attested, snapshot, proposals, premises.accepted)
    return Given(snapshot, build_ledger(snapshot, accepted, proposals))


def cheapest_way(
    snapshot: Snapshot,
    assessments: Mapping[str, Assessment],
    premises: Premises,
    objectives: Objectives,
    target: str,
    thoughts: Mapping[str, Thinking] = NOTHING_THOUGHT,
) -> Plan:
    """The cheapest fixes, beside the premises, after which every category earns a letter.

    Raises:
        InvalidPremises: as `given` does.
    """
    now = given(snapshot, assessments, premises, thoughts)
    fails = {
        (row.check, row.resource)
        for each in assessments.values()
        for row in each.judgements
        if row.verdict is Verdict.FAIL
    }

    def judge_again(fixes: Sequence[Fix]) -> Ledger:
        more = premises.plus(Premises(fixes=tuple(fixes)))
        return given(snapshot, assessments, more, thoughts).ledger

    return cheapest(
        now.snapshot,
        now.ledger,
        [each for each in candidates_in(now.ledger) if each in fails],
        judge_again,
        with_overrides(assumptions(), premises.assumptions),
        objectives,
        target,
    )


def _again(
    category: Category, before: Assessment, snapshot: Snapshot, judged: Judge | None
) -> Assessment:
    """The checks' rows and answers on the new facts; what did not come from a check stays.

    So does a category that could not be assessed: fixes on paper do not mend a specialist.
    """
    if before.failed:
        return before
    after = assess(category, snapshot, judged=judged)
    known = all_checks()
    others = tuple(row for row in before.judgements if row.check not in known)
    return after.model_copy(update={"judgements": after.judgements + others})
