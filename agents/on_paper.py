"""What a person's premises make of a workload: fixes and attestations, on paper."""

from collections.abc import Mapping
from dataclasses import dataclass

from agents.specialist import assess
from state.categories import Category, categories
from state.judgements import Assessment
from state.premises import Premises
from state.snapshot import Snapshot
from tools.checks import all_checks
from tools.checks.fixing import with_fixes
from tools.grading.attesting import with_attestations
from tools.grading.ledger import Ledger, build_ledger


@dataclass(frozen=True)
class Given:
    """The account and its rows as the premises make them."""

    snapshot: Snapshot
    ledger: Ledger


def given(snapshot: Snapshot, assessments: Mapping[str, Assessment], premises: Premises) -> Given:
    """The account with the fixes in it, judged again; then what people attest.

    Raises:
        InvalidPremises: a fix or an attestation names what there is not.
    """
    if premises.fixes:
        rows = [row for each in assessments.values() for row in each.judgements]
        snapshot = with_fixes(snapshot, rows, premises.fixes)
        assessments = {
            category.code: _again(category, assessments[category.code], snapshot)
            for category in categories()
            if category.code in assessments
        }
    attested = with_attestations(assessments, snapshot, premises.attestations)
    return Given(snapshot, build_ledger(snapshot, attested))


def _again(category: Category, before: Assessment, snapshot: Snapshot) -> Assessment:
    """The checks' rows and answers on the new facts; what did not come from a check stays.

    So does a category that could not be assessed: fixes on paper do not mend a specialist.
    """
    if before.failed:
        return before
    after = assess(category, snapshot)
    known = all_checks()
    others = tuple(row for row in before.judgements if row.check not in known)
    return after.model_copy(update={"judgements": after.judgements + others})
