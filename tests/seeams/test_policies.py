"""Policies of AWS Resilience Hub, as AWS's commands print them, and the options beside them."""

import json
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore.model import StructureShape

from seeams.asked import objectives_instead, objectives_of
from seeams.policies import policy_in
from state.categories import scenarios
from state.errors import InvalidObjectives, WrongUse
from state.objectives import Objectives
from tests.seeams.conftest import Seeams
from tools.grading.targets import Targets, targets_of

MINUTE, HOUR, DAY = 60, 3600, 86400
V1: dict[str, Any] = {
    "policyName": "Shop",
    "tier": "Important",
    "policy": {
        "Software": {"rtoInSecs": DAY, "rpoInSecs": 12 * HOUR},
        "Hardware": {"rtoInSecs": HOUR, "rpoInSecs": 900},
        "AZ": {"rtoInSecs": 2 * HOUR, "rpoInSecs": 900},
        "Region": {"rtoInSecs": 2 * DAY, "rpoInSecs": DAY},
    },
}
V2: dict[str, Any] = {
    "policyArn": "arn:aws:resiliencehubv2:eu-west-1:123456789012:policy/1",
    "name": "shop-v2",
    "multiAz": {
        "rtoInMinutes": 60,
        "rpoInMinutes": 15,
        "disasterRecoveryApproach": "WARM_STANDBY",
    },
    "multiRegion": {
        "rtoInMinutes": 1440,
        "rpoInMinutes": 60,
        "disasterRecoveryApproach": "PILOT_LIGHT",
    },
    "dataRecovery": {"timeBetweenBackupsInMinutes": 720},
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "policy.json"


def read(file: Path, document: Any, **options: str) -> Objectives:
    file.write_text(document if isinstance(document, str) else json.dumps(document))
    return objectives_of(options.get("rto"), options.get("rpo"), None, None, file)


def asked(objectives: Objectives, scenario: str) -> tuple[int, int] | None:
    targets = targets_of(scenario, objectives)
    return (targets.rto, targets.rpo) if targets else None


def test_what_is_read_is_what_aws_answers() -> None:
    """The names come from AWS's own models, so a renamed field would be found here."""
    session = botocore.session.get_session()

    def answer(service: str, operation: str) -> StructureShape:
        shape = session.get_service_model(service).operation_model(operation).output_shape
        assert isinstance(shape, StructureShape)
        return shape

    v1 = answer("resiliencehub", "DescribeResiliencyPolicy").members["policy"].members["policy"]
    assert set(v1.key.enum) == set(V1["policy"])
    assert set(v1.value.members) == set(V1["policy"]["AZ"])
    v2 = answer("resiliencehubv2", "GetPolicy").members["policy"]
    for part in ("multiAz", "multiRegion", "dataRecovery"):
        assert set(V2[part]) == set(v2.members[part].members)
    assert set(v2.members["availabilitySlo"].members) == {"target"}


@pytest.mark.parametrize("wrapped", [{"policy": V1}, V1, V1["policy"]])
def test_v1_sets_objectives_for_four_disruptions(file: Path, wrapped: Any) -> None:
    objectives = read(file, wrapped)
    assert asked(objectives, "component_lost") == (HOUR, 900)
    assert asked(objectives, "zone_lost") == (2 * HOUR, 900)
    assert asked(objectives, "region_lost") == (2 * DAY, DAY)
    for other in set(scenarios()) - {"component_lost", "zone_lost", "region_lost"}:
        assert asked(objectives, other) == (DAY, 12 * HOUR)
    assert objectives.notes == ()
    assert targets_of(None, objectives) == Targets(HOUR, 900)


@pytest.mark.parametrize("wrapped", [{"policy": V2}, V2])
def test_v2_sets_objectives_for_zone_region_and_data(file: Path, wrapped: Any) -> None:
    objectives = read(file, wrapped)
    assert objectives.policy == "shop-v2"
    assert asked(objectives, "component_lost") == (HOUR, 900)
    assert asked(objectives, "zone_lost") == (HOUR, 900)
    assert asked(objectives, "region_lost") == (DAY, HOUR)
    assert asked(objectives, "data_deleted") == (HOUR, 12 * HOUR)
    assert asked(objectives, "bad_change") == (HOUR, 900)


def test_every_scenario_belongs_to_one_disruption(file: Path) -> None:
    for policy in (V1, V2):
        named = [s for each in read(file, policy).disruptions for s in each.scenarios]
        assert sorted(named) == sorted(scenarios())


def test_what_v1_does_not_say_is_taken_from_the_zone(file: Path) -> None:
    policy = {"AZ": {"rtoInSecs": 60, "rpoInSecs": 30}}
    objectives = read(file, policy)
    assert asked(objectives, "bad_change") == (60, 30)
    assert asked(objectives, "component_lost") == (60, 30)
    assert asked(objectives, "region_lost") is None
    assert "no RTO for Software: that for AZ stands in" in objectives.notes[0]


def test_what_v2_does_not_say_is_taken_from_the_next(file: Path) -> None:
    policy = {"multiRegion": {"rtoInMinutes": 60}, "dataRecovery": V2["dataRecovery"]}
    objectives = read(file, policy)
    assert asked(objectives, "zone_lost") == (HOUR, 12 * HOUR)
    assert asked(objectives, "region_lost") == (HOUR, 12 * HOUR)
    assert len(objectives.notes) == 3


def test_a_policy_without_an_rto_needs_one(file: Path) -> None:
    policy = {"dataRecovery": V2["dataRecovery"]}
    with pytest.raises(InvalidObjectives, match="--rto missing"):
        read(file, policy)
    assert asked(read(file, policy, rto="2h"), "data_deleted") == (2 * HOUR, 12 * HOUR)


def test_an_option_wins_for_what_it_names(file: Path) -> None:
    objectives = read(file, V1, rto="10m")
    assert asked(objectives, "zone_lost") == (600, 900)
    assert asked(objectives, "bad_change") == (600, 12 * HOUR)
    assert asked(objectives, "region_lost") == (2 * DAY, DAY)
    assert "--rto 10m stands in for every RTO" in objectives.notes[-1]
    longer = objectives_instead(objectives, None, None, "3d", None)
    assert asked(longer, "region_lost") == (3 * DAY, DAY)
    assert longer.notes[-1] == "--region-rto 3d stands in for its RTO for the loss of a Region"
    later = objectives_instead(objectives, None, "1m", None, None)
    assert asked(later, "zone_lost") == (600, 60)
    assert later.policy == "Shop"


def test_a_what_if_may_bring_a_policy(file: Path) -> None:
    file.write_text(json.dumps(V2))
    before = Objectives(rto_seconds=5, rpo_seconds=5, region_rto_seconds=9, region_rpo_seconds=9)
    after = objectives_instead(before, None, None, None, None, file)
    assert after == objectives_of(None, None, None, None, file)


@pytest.mark.parametrize(
    ("policy", "complaint"),
    [
        ({**V2, "multiRegion": {"rtoInMinutes": 30}}, "RTO for the loss of a Region is shorter"),
        ({**V2, "multiRegion": {"rpoInMinutes": 5}}, "RPO for the loss of a Region is shorter"),
        ({**V2, "multiAz": {"rtoInMinutes": 0, "rpoInMinutes": 5}}, "longer than zero"),
        ({**V2, "multiAz": {"rtoInMinutes": -5}}, "longer than zero"),
        ({**V2, "multiAz": {"rtoInMinutes": "60"}}, "multiAz.rtoInMinutes: .*integer"),
        ({**V2, "dataRecovery": {"timeBetweenBackupsInMinutes": 0}}, "RPO for data recovery"),
        ({"AZ": {"rtoInSecs": 60}}, "AZ.rpoInSecs: Field required"),
        ({"AZ": {"rtoInSecs": 0, "rpoInSecs": 60}}, "longer than zero"),
        ({"Software": {"rtoInSecs": 9, "rpoInSecs": 9}, "AZ": None}, ""),
        ({"tags": {}}, "no policy of AWS Resilience Hub"),
        ([V2], "no policy of AWS Resilience Hub"),
        ("{", "no JSON"),
    ],
)
def test_what_contradicts_itself_is_refused(file: Path, policy: Any, complaint: str) -> None:
    if not complaint:
        assert read(file, policy).rto_seconds == 9
        return
    with pytest.raises(InvalidObjectives, match=complaint) as refusal:
        read(file, policy)
    assert isinstance(refusal.value, WrongUse)


def test_a_regions_rto_may_be_shorter_than_that_of_a_bad_change(file: Path) -> None:
    """A Region's loss takes its zones along; a bad change is another matter."""
    region = {"rtoInSecs": 3 * HOUR, "rpoInSecs": HOUR}
    objectives = read(file, {**V1["policy"], "Region": region})
    assert asked(objectives, "region_lost") == (3 * HOUR, HOUR)


def test_a_top_availability_on_backups_is_flagged(file: Path) -> None:
    restored = {**V2["multiRegion"], "disasterRecoveryApproach": "BACKUP_AND_RESTORE"}
    top = {**V2, "multiRegion": restored, "availabilitySlo": {"target": 99.99}}
    assert "cannot be met by backup and restore" in read(file, top).notes[-1]
    modest = {**top, "availabilitySlo": {"target": 99.9}}
    assert not any("backup and restore" in note for note in read(file, modest).notes)
    warm = {**V2, "availabilitySlo": {"target": 99.99}}
    assert not any("backup and restore" in note for note in read(file, warm).notes)


def test_a_policy_may_come_from_standard_input(
    monkeypatch: pytest.MonkeyPatch, seeams: Seeams
) -> None:
    result = seeams("demo", "--policy", "-", input='{"policy": {}}')
    assert result.exit_code == 2
    assert "no policy of AWS Resilience Hub" in result.stderr


def test_a_policy_that_is_no_file_is_wrong_use(tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match="No such file"):
        policy_in(tmp_path / "none.json")
