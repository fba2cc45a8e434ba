"""What estimates are made of, by type and scenario."""

import pytest

from state.categories import scenarios
from state.judgements import WORKLOAD, Phase
from tools.aws.declarations import collectors
from tools.checks import all_checks
from tools.grading.assumptions import assumptions
from tools.grading.catalogue import Cell, amount_of, by_type


def cell(kind: str, scenario: str) -> Cell:
    [found] = [each for each in by_type()[kind] if each.scenario.name == scenario]
    return found


def test_every_type_and_every_effect_is_in_it() -> None:
    assert set(by_type()) == {*collectors(), WORKLOAD}
    listed = {
        (check, line.phase, line.constant, each.scenario.name)
        for cells in by_type().values()
        for each in cells
        for line in (*each.well, *each.ill)
        for check in line.checks
    }
    declared = {
        (check.id, effect.phase, effect.assumption, effect.scenario.name)
        for check in all_checks().values()
        for effect in (*check.on_pass, *check.on_fail)
        if effect.scenario
    }
    assert listed == declared


def test_scenarios_stand_in_one_order() -> None:
    order = list(scenarios())
    for cells in by_type().values():
        places = [order.index(each.scenario.name) for each in cells]
        assert places == sorted(places)


def test_a_key_that_is_to_be_deleted() -> None:
    """Well: the deletion is cancelled in half an hour. Ill: there is no way back, and no copy."""
    deleted = cell("AWS::KMS::Key", "data_deleted")
    assert [(line.phase, line.constant) for line in deleted.well] == [
        (Phase.ACT, "change_configuration")
    ]
    assert [(line.phase, line.constant) for line in deleted.ill] == [
        (Phase.ACT, "no_way_back"),
        (Phase.LOSE, "no_copy"),
    ]
    assert deleted.well[0].amount == "30 minutes"
    assert deleted.ill[0].amount == "never ends"


def test_what_a_service_does_by_itself_names_no_check() -> None:
    changed = cell("AWS::SecretsManager::Secret", "bad_change")
    assert [(line.constant, line.checks) for line in changed.well] == [("roll_back_prepared", ())]
    assert cell("AWS::IAM::Role", "bad_change").entry


@pytest.mark.parametrize(
    ("constant", "words"),
    [
        ("decide", "30 minutes"),
        ("restore_files", "30 minutes + 24 seconds per GiB"),
        ("alarm_evaluation", "as read"),
        ("no_copy", "never ends"),
    ],
)
def test_amounts_are_spelled(constant: str, words: str) -> None:
    assert amount_of(assumptions()[constant]) == words
