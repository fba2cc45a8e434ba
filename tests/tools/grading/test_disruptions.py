"""Disruptions: each one's worst estimate against its own target."""

from collections.abc import Callable, Mapping

from hypothesis import given

from state.categories import category_of_scenario
from state.judgements import Assessment, Contribution, Judgement, Phase, Verdict
from state.objectives import Disruption, Objectives
from tests.tools.grading.generated import CODES, TABLE, objectives, some_rows
from tools.grading.disruptions import disruptions
from tools.grading.grading import grade
from tools.grading.ledger import Ledger
from tools.grading.letters import as_number
from tools.grading.reckoning import Reckoning
from tools.grading.targets import DISRUPTIONS

Rows = Mapping[str, tuple[Judgement, ...]]
LedgerOf = Callable[..., Ledger]
SPOF = "SINGLE_POINT_OF_FAILURE"
POLICY = Objectives(
    rto_seconds=86400,
    rpo_seconds=43200,
    disruptions=(
        Disruption(name="Hardware", scenarios=("component_lost",), rto_seconds=600),
        Disruption(name="AZ", scenarios=("zone_lost",), rto_seconds=7200, rpo_seconds=300),
    ),
)


def measured(scenario: str, phase: Phase, seconds: float) -> Contribution:
    return Contribution(
        scenario=scenario, phase=phase, assumption="rds_failover", units=seconds, measured=True
    )


def row(resource: str, *contributions: Contribution) -> Judgement:
    return Judgement(
        check="rds.instance_single_az",
        resource=resource,
        verdict=Verdict.PASS,
        contributions=contributions,
    )


def test_each_is_graded_against_its_own_target(ledger_of: LedgerOf) -> None:
    """A failover of 1,200 s: twice the 600 s for hardware is a D+, a sixth of 7,200 s a B+.

    600 s of data are lost with the zone: twice the 300 s allowed, so that is a D+ as well.
    """
    rows = [
        row("arn:a", measured("component_lost", Phase.ACT, 1200)),
        row(
            "arn:b",
            measured("zone_lost", Phase.ACT, 1200),
            measured("zone_lost", Phase.LOSE, 600),
        ),
    ]
    reckoning = Reckoning(ledger_of({SPOF: rows}, kind="AWS::Test::Nothing"), TABLE)
    hardware, zone = disruptions(reckoning, POLICY)
    assert (hardware.letter, hardware.achieved, hardware.slowest) == ("D+", False, "arn:a")
    assert (hardware.rto_target_seconds, hardware.rpo_target_seconds) == (600, 43200)
    assert (zone.letter, zone.achieved, zone.lossiest) == ("D+", False, "arn:b")
    assert (zone.rto_seconds, zone.rpo_seconds) == (1200, 600)
    roomy = POLICY.model_copy(
        update={"disruptions": (POLICY.disruptions[1].model_copy(update={"rpo_seconds": 6000}),)}
    )
    (zone,) = disruptions(reckoning, roomy)
    assert (zone.letter, zone.achieved) == ("B+", True)
    spof = grade(category_of_scenario()["zone_lost"], reckoning, POLICY)
    assert spof.letter == "D+"


def test_the_loss_of_a_region_counts_only_where_it_is_asked_for(ledger_of: LedgerOf) -> None:
    reckoning = Reckoning(ledger_of({}), TABLE)
    plain = Objectives(rto_seconds=60, rpo_seconds=60)
    assert [each.name for each in disruptions(reckoning, plain)] == ["Software", "Hardware", "AZ"]
    region = plain.model_copy(update={"region_rto_seconds": 60, "region_rpo_seconds": 60})
    assert [each.name for each in disruptions(reckoning, region)][-1] == "Region"


def test_what_could_not_be_judged_is_not_achieved_nor_missed(ledger_of: LedgerOf) -> None:
    ledger = ledger_of({})
    ledger.assessments[SPOF] = Assessment(category=SPOF, judgements=(), answers=(), failed="broke")
    software, hardware, zone = disruptions(
        Reckoning(ledger, TABLE), Objectives(rto_seconds=60, rpo_seconds=60)
    )
    assert (hardware.letter, hardware.achieved) == (None, None)
    assert (zone.letter, zone.achieved) == (None, None)
    assert software.letter is not None


@given(some_rows, objectives())
def test_a_disruption_is_as_good_as_the_worst_of_its_categories_or_better(
    ledger_of: LedgerOf, rows: Rows, asked: Objectives
) -> None:
    """With one target for everything, the worst disruption has the worst category's letter."""
    reckoning = Reckoning(ledger_of(rows, soft=["arn:c"]), TABLE)
    grades = {
        code: grade(category, reckoning, asked)
        for category in {c.code: c for c in category_of_scenario().values()}.values()
        for code in [category.code]
    }
    found = disruptions(reckoning, asked)
    for each in found:
        judges = [grades[category_of_scenario()[name].code].letter for name in each.scenarios]
        if None in judges:
            assert each.letter is None
        else:
            assert each.letter is not None
            assert as_number(each.letter) >= min(as_number(letter or "F") for letter in judges)
    letters = [grades[code].letter for code in CODES]
    if None not in letters:
        worst = min(as_number(letter or "F") for letter in letters)
        assert min(as_number(each.letter or "F") for each in found) == worst


def test_by_default_they_are_the_four_of_aws_resilience_hub() -> None:
    assert [each.name for each in DISRUPTIONS] == ["Software", "Hardware", "AZ", "Region"]
    named = [scenario for each in DISRUPTIONS for scenario in each.scenarios]
    assert sorted(named) == sorted(category_of_scenario())
