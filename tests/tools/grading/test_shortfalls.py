"""What is well built and still too slow is said too, with the objective that it would meet."""

from collections.abc import Callable

import pytest

from state.categories.single_point_of_failure import ZONE_LOST
from state.grades import Finding
from state.judgements import Contribution, Evidence, Judgement, Phase, Verdict
from state.objectives import Objectives
from tools.grading.assumptions import assumptions
from tools.grading.findings import findings
from tools.grading.ledger import Ledger
from tools.grading.reckoning import Reckoning

LedgerOf = Callable[..., Ledger]

SPOF = "SINGLE_POINT_OF_FAILURE"
FAILOVER = 120  # seconds, `rds_failover`


def row(
    verdict: Verdict, phase: Phase, assumption: str, *, units: float = 1, by_person: bool = False
) -> Judgement:
    contribution = Contribution(
        scenario=ZONE_LOST.name,
        phase=phase,
        assumption=assumption,
        units=units,
        by_person=by_person,
    )
    evidence = Evidence(resource="arn:db", operation="o", path="MultiAZ", value=True, region="r")
    return Judgement(
        check="rds.instance_single_az",
        resource="arn:db",
        verdict=verdict,
        contributions=(contribution,),
        evidence=(evidence,),
    )


def found(ledger: Ledger, *, rto: int = 86400, rpo: int = 86400) -> list[Finding]:
    return findings(Reckoning(ledger, assumptions()), Objectives(rto_seconds=rto, rpo_seconds=rpo))


def test_a_failover_that_is_too_slow_names_the_objective_it_meets(ledger_of: LedgerOf) -> None:
    ledger = ledger_of({SPOF: [row(Verdict.PASS, Phase.ACT, "rds_failover")]})
    (finding,) = found(ledger, rto=FAILOVER - 1)
    assert finding.id == "shortfall.spof_rto"
    assert "goes by itself" in finding.title
    assert "2 minutes" in finding.recommendation
    assert finding.evidence
    assert found(ledger, rto=FAILOVER) == []


def test_a_restore_by_hand_is_blamed_on_the_person_it_waits_for(ledger_of: LedgerOf) -> None:
    """Detect 4 h + decide 30 min + restore (30 min + 100 x 24 s = 70 min) = 5 h 40 min."""
    by_hand = row(Verdict.PASS, Phase.ACT, "restore_files", units=100, by_person=True)
    (finding,) = found(ledger_of({SPOF: [by_hand]}), rto=3600)
    assert "waits for a person" in finding.title
    assert finding.effect.rto_seconds == (240 + 30 + 70) * 60
    assert "5 hours and 40 minutes" in finding.recommendation


def test_data_has_a_shortfall_of_its_own(ledger_of: LedgerOf) -> None:
    lag = row(Verdict.PASS, Phase.LOSE, "rds_pitr_lag")
    (finding,) = found(ledger_of({SPOF: [lag]}), rpo=60)
    assert finding.id == "shortfall.spof_rpo"
    assert "5 minutes" in finding.recommendation


@pytest.mark.parametrize("assumption", ["restore_files", "no_way_back"])
def test_a_defect_in_the_estimate_is_the_finding(ledger_of: LedgerOf, assumption: str) -> None:
    rows = [
        row(Verdict.PASS, Phase.PROPAGATE, "rds_failover"),
        row(Verdict.FAIL, Phase.ACT, assumption, by_person=True),
    ]
    assert [f.id for f in found(ledger_of({SPOF: rows}), rto=60)] == ["rds.instance_single_az"]


def test_what_the_rest_goes_on_without_has_no_shortfall(ledger_of: LedgerOf) -> None:
    rows = [row(Verdict.PASS, Phase.ACT, "rds_failover")]
    assert found(ledger_of({SPOF: rows}, soft=["arn:db"]), rto=60) == []
