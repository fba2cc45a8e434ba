"""Findings: one per defect, as severe as the objectives make it."""

from collections.abc import Callable
from typing import Any

import pytest

from state.categories.misconfiguration_and_bugs import DATA_DELETED
from state.categories.single_point_of_failure import COMPONENT_LOST, REGION_LOST, ZONE_LOST
from state.grades import Finding
from state.judgements import Contribution, Evidence, Judgement, Phase, Verdict
from state.objectives import Objectives
from tools.checks import all_checks
from tools.grading.assumptions import assumptions
from tools.grading.findings import findings, strengths
from tools.grading.ledger import Ledger
from tools.grading.reckoning import Reckoning

LedgerOf = Callable[..., Ledger]

HOUR = 3600
SINGLE_AZ, BACKUP_OFF = "rds.instance_single_az", "rds.instance_backup_off"
SPOF = "SINGLE_POINT_OF_FAILURE"


def effect(scenario: str | None, phase: Phase, assumption: str, **fields: Any) -> Contribution:
    return Contribution(scenario=scenario, phase=phase, assumption=assumption, **fields)


def fail(
    *contributions: Contribution, resource: str = "arn:db", check: str = SINGLE_AZ
) -> Judgement:
    return Judgement(
        check=check,
        resource=resource,
        verdict=Verdict.FAIL,
        contributions=contributions,
        evidence=(
            Evidence(resource=resource, operation="o", path="MultiAZ", value=False, region="r"),
        ),
    )


def restore(gib: float, **fields: Any) -> Judgement:
    return fail(
        effect(ZONE_LOST.name, Phase.ACT, "restore_files", units=gib, by_person=True), **fields
    )


def told(minutes: float, resource: str = "arn:db") -> Judgement:
    return Judgement(
        check="example.alarm",
        resource=resource,
        verdict=Verdict.PASS,
        contributions=(effect(None, Phase.DETECT, "alarm_evaluation", units=60 * minutes),),
    )


def found(ledger: Ledger, hours: float = 24, **fields: Any) -> list[Finding]:
    seconds = round(hours * HOUR)
    asked = Objectives(rto_seconds=seconds, rpo_seconds=seconds, **fields)
    return findings(Reckoning(ledger, assumptions()), asked)


def test_one_defect_is_one_finding_and_the_worst_comes_first(ledger_of: LedgerOf) -> None:
    rows = [restore(gib, resource=f"arn:{gib}") for gib in (10, 500, 100)]
    (finding,) = found(ledger_of({SPOF: rows}))
    assert finding.resource == "arn:500"
    assert finding.resources == ("arn:500", "arn:100", "arn:10")
    assert [e.resource for e in finding.evidence] == ["arn:500", "arn:100", "arn:10"]
    assert finding.key == finding.id == SINGLE_AZ
    assert finding.resource_type == "AWS::RDS::DBInstance"


@pytest.mark.parametrize(
    ("hours", "severity"),
    [(24, "low"), (6, "medium"), (3, "high"), (1.5, "critical"), (0.5, "critical")],
)
def test_severity_follows_the_objectives(ledger_of: LedgerOf, hours: float, severity: str) -> None:
    """decide 30 min + act 70 min = 1 h 40 min = 6000 s: what the defect costs by itself."""
    (finding,) = found(ledger_of({SPOF: [restore(100)]}), hours)
    assert finding.effect.rto_seconds == 6000
    assert finding.severity == severity


def test_that_nobody_is_told_is_charged_to_the_alarms_alone(ledger_of: LedgerOf) -> None:
    for rows in ([], [told(5)], [told(60)]):
        (finding,) = found(ledger_of({SPOF: [restore(100), *rows]}))
        assert finding.effect.rto_seconds == 6000


def test_what_the_objectives_can_bear_is_no_finding(ledger_of: LedgerOf) -> None:
    """20 minutes for a new host: 1.4 % of a day, 2.2 % of fifteen hours."""
    ledger = ledger_of(
        {SPOF: [fail(effect(COMPONENT_LOST.name, Phase.ACT, "rds_host_replacement"))]}
    )
    assert found(ledger, 24) == []
    assert [f.severity for f in found(ledger, 15)] == ["low"]


def test_a_step_counts_once_however_often_a_check_names_it(ledger_of: LedgerOf) -> None:
    twice = fail(
        effect(ZONE_LOST.name, Phase.ACT, "rds_host_replacement"),
        effect(ZONE_LOST.name, Phase.ACT, "instance_replacement"),
        effect(COMPONENT_LOST.name, Phase.ACT, "instance_replacement"),
    )
    (finding,) = found(ledger_of({SPOF: [twice]}), 2)
    assert finding.effect.rto_seconds == 1200


def test_a_defect_of_every_scenario_is_weighed_by_itself(ledger_of: LedgerOf) -> None:
    """Nobody is told: 4 h, of 24 h a low, of 4 h a critical."""
    ledger = ledger_of({SPOF: [fail(effect(None, Phase.DETECT, "unmonitored"))]})
    assert [(f.severity, f.effect.rto_seconds) for f in found(ledger, 24)] == [("low", 14400)]
    assert [f.severity for f in found(ledger, 4)] == ["critical"]


def test_no_way_back_is_critical_and_first(ledger_of: LedgerOf) -> None:
    gone = fail(effect(DATA_DELETED.name, Phase.LOSE, "no_copy"), check=BACKUP_OFF)
    ledger = ledger_of({SPOF: [restore(100)], "MISCONFIGURATION_AND_BUGS": [gone]})
    first, second = found(ledger)
    assert (first.id, first.severity, first.effect.rpo_seconds) == (BACKUP_OFF, "critical", None)
    assert second.id == SINGLE_AZ
    assert [f.id for f in found(ledger, 1)] == [BACKUP_OFF, SINGLE_AZ]


def test_what_the_rest_goes_on_without_is_worth_a_line_at_most(ledger_of: LedgerOf) -> None:
    rows = {SPOF: [fail(effect(DATA_DELETED.name, Phase.LOSE, "no_copy"))]}
    assert [f.severity for f in found(ledger_of(rows), 1)] == ["critical"]
    assert [f.severity for f in found(ledger_of(rows, soft=["arn:db"]), 1)] == ["low"]


def test_a_region_counts_only_if_it_must_survive(ledger_of: LedgerOf) -> None:
    ledger = ledger_of(
        {SPOF: [fail(effect(REGION_LOST.name, Phase.ACT, "rebuild_component", by_person=True))]}
    )
    assert found(ledger, 1) == []
    region = {"region_rto_seconds": 24 * HOUR, "region_rpo_seconds": 24 * HOUR}
    assert [f.severity for f in found(ledger, 1, **region)] == ["low"]


def test_a_pass_and_an_unknown_are_no_findings(ledger_of: LedgerOf) -> None:
    for verdict in (Verdict.PASS, Verdict.UNKNOWN):
        row = restore(100).model_copy(update={"verdict": verdict})
        assert found(ledger_of({SPOF: [row]})) == []


def test_evidence_is_quoted_up_to_a_dozen(ledger_of: LedgerOf) -> None:
    rows = [restore(100, resource=f"arn:{i:02}") for i in range(40)]
    (finding,) = found(ledger_of({SPOF: rows}))
    assert len(finding.resources) == 40
    assert len(finding.evidence) == 12


def test_a_verdict_on_the_whole_has_no_resource_of_its_own(ledger_of: LedgerOf) -> None:
    (finding,) = found(ledger_of({SPOF: [restore(100, resource="workload")]}))
    assert (finding.resource, finding.resource_type) == ("workload", "workload")


def test_strengths_are_what_passed_wherever_it_applied(ledger_of: LedgerOf) -> None:
    def passed(resource: str) -> Judgement:
        return Judgement(check=SINGLE_AZ, resource=resource, verdict=Verdict.PASS)

    praise = all_checks()[SINGLE_AZ].strength
    assert strengths(ledger_of({SPOF: [passed("arn:a"), passed("arn:b")]})) == [praise]
    assert strengths(ledger_of({SPOF: [passed("arn:a"), restore(1, resource="arn:b")]})) == []
    unknown = Judgement(check=SINGLE_AZ, resource="arn:b", verdict=Verdict.UNKNOWN)
    assert strengths(ledger_of({SPOF: [passed("arn:a"), unknown]})) == []
    assert strengths(ledger_of({})) == []
