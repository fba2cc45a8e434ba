"""Durations as people write them, and objectives that contradict themselves."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from state.errors import InvalidDuration, InvalidObjectives, WrongUse
from state.objectives import (
    DAY,
    HOUR,
    LONGEST,
    LOW_BELOW,
    MEDIUM_BELOW,
    MINUTE,
    Disruption,
    Objectives,
    Tolerance,
    objectives_from,
    parse_duration,
    spell_duration,
)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("24 hours", 24 * HOUR),
        ("24h", 24 * HOUR),
        ("24 H", 24 * HOUR),
        ("30 min", 30 * MINUTE),
        ("1d 2h", 26 * HOUR),
        ("1 day, 2 hours and 3 minutes", 26 * HOUR + 3 * MINUTE),
        ("1.5h", 90 * MINUTE),
        ("90s", 90),
        ("2 weeks", 14 * DAY),
        ("PT2H", 2 * HOUR),
        ("pt30m", 30 * MINUTE),
        ("P1DT12H", 36 * HOUR),
        (" 15m\n", 15 * MINUTE),
        ("0", 0),
    ],
)
def test_durations_as_people_write_them(text: str, seconds: int) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "soon",
        "one hour",
        "P",
        "PT",
        "inf",
        "nan",
        "1e5 h",
        "1/2 h",
        "24 h/24 h",
        "5 apples",
    ],
)
def test_nonsense_is_refused(text: str) -> None:
    with pytest.raises(InvalidDuration, match="is no duration: try"):
        parse_duration(text)


@pytest.mark.parametrize("text", ["5", "5.5", "1_000", "-3", "1:30", "1:30:00", "٣"])
def test_a_number_without_a_unit_is_refused(text: str) -> None:
    with pytest.raises(InvalidDuration, match="has no unit"):
        parse_duration(text)


@pytest.mark.parametrize("text", ["-5m", "- 5 m", "PT-5M", "-P1D"])
def test_negative_durations_are_refused(text: str) -> None:
    with pytest.raises(InvalidDuration):
        parse_duration(text)


@pytest.mark.parametrize(
    "text", ["11 years", "P999999999D", "P9999999999D", "9" * 30 + " days", "9" * 400 + "h"]
)
def test_durations_that_nobody_means_are_refused(text: str) -> None:
    with pytest.raises(InvalidDuration):
        parse_duration(text)


@given(st.text())
def test_any_text_is_a_duration_or_wrong_use(text: str) -> None:
    try:
        seconds = parse_duration(text)
    except WrongUse:
        return
    assert 0 <= seconds <= LONGEST


@given(st.integers(min_value=1, max_value=900 * DAY))
def test_what_is_spelled_can_be_typed_again(seconds: int) -> None:
    if seconds >= HOUR:
        seconds = seconds // MINUTE * MINUTE
    assert parse_duration(spell_duration(seconds)) == seconds


@given(st.floats(min_value=0, max_value=LONGEST))
def test_spelling_is_off_by_half_a_minute_at_most(seconds: float) -> None:
    spelled = spell_duration(seconds)
    read = 0 if spelled == "no time" else parse_duration(spelled.replace(",", ""))
    assert abs(read - seconds) <= (MINUTE / 2 if seconds >= HOUR else 1)


def test_never_and_no_time_have_words() -> None:
    assert spell_duration(None) == "never"
    assert spell_duration(0) == "no time"


MINUTE_EACH = {"rto_seconds": 60, "rpo_seconds": 60}
AZ: dict[str, Any] = {"name": "AZ", "scenarios": ("zone_lost",)}


@pytest.mark.parametrize(
    "wrong",
    [
        {"rto_seconds": 0, "rpo_seconds": 60},
        {"rto_seconds": 60, "rpo_seconds": 0},
        {"rto_seconds": -60, "rpo_seconds": 60},
        {"rto_seconds": 60, "rpo_seconds": -1},
        {"rto_seconds": 60, "rpo_seconds": 60, "region_rto_seconds": 60},
        {"rto_seconds": 60, "rpo_seconds": 60, "region_rpo_seconds": 60},
        {"rto_seconds": 60, "rpo_seconds": 60, "region_rto_seconds": 59, "region_rpo_seconds": 60},
        {"rto_seconds": 60, "rpo_seconds": 60, "region_rto_seconds": 60, "region_rpo_seconds": 59},
        {"rto_seconds": 60, "rpo_seconds": 60, "region_rto_seconds": 60, "region_rpo_seconds": 0},
        {**MINUTE_EACH, "disruptions": (Disruption(**AZ, rto_seconds=0),)},
        {**MINUTE_EACH, "disruptions": (Disruption(**AZ, rpo_seconds=-1),)},
        {
            **MINUTE_EACH,
            "region_rto_seconds": 60,
            "region_rpo_seconds": 60,
            "disruptions": (Disruption(**AZ, rto_seconds=61),),
        },
    ],
)
def test_contradictory_objectives_are_refused_as_themselves(wrong: dict[str, Any]) -> None:
    """Not wrapped in pydantic's error: the command line prints the message and nothing else."""
    with pytest.raises(InvalidObjectives) as refusal:
        Objectives(**wrong)
    assert isinstance(refusal.value, WrongUse)
    assert refusal.value.exit_code == 2
    assert "pydantic" not in str(refusal.value)
    assert refusal.value.__cause__ is None


def test_a_region_may_take_as_long_as_anything_else_or_longer() -> None:
    same = Objectives(
        rto_seconds=60, rpo_seconds=60, region_rto_seconds=60, region_rpo_seconds=3600
    )
    assert same.region_rto_seconds == same.rto_seconds


@given(st.integers(1, 10 * DAY), st.integers(1, 10 * DAY))
def test_tolerance_is_that_of_the_tighter_objective(rto: int, rpo: int) -> None:
    tighter = min(rto, rpo)
    tolerance = Objectives(rto_seconds=rto, rpo_seconds=rpo).tolerance
    assert (tolerance is Tolerance.LOW) == (tighter < LOW_BELOW)
    assert (tolerance is Tolerance.HIGH) == (tighter >= MEDIUM_BELOW)
    assert Objectives(rto_seconds=rpo, rpo_seconds=rto).tolerance is tolerance


def test_a_disruptions_own_objective_may_be_the_tightest() -> None:
    asked = Objectives(
        rto_seconds=DAY, rpo_seconds=DAY, disruptions=(Disruption(**AZ, rpo_seconds=60),)
    )
    assert asked.tolerance is Tolerance.LOW


def test_objectives_survive_json() -> None:
    objectives = Objectives(
        rto_seconds=60,
        rpo_seconds=61,
        region_rto_seconds=62,
        region_rpo_seconds=63,
        policy="shop",
        disruptions=(Disruption(**AZ, rto_seconds=7),),
        notes=("read",),
    )
    assert Objectives.model_validate_json(objectives.model_dump_json()) == objectives


def test_what_is_named_stands_in_for_a_policy_and_is_noted() -> None:
    zone = Disruption(name="AZ", scenarios=("zone_lost",), rto_seconds=HOUR, rpo_seconds=MINUTE)
    before = Objectives(rto_seconds=DAY, rpo_seconds=HOUR, policy="gold", disruptions=(zone,))
    after = objectives_from(before.fields, rto="2h")
    assert (after.rto_seconds, after.rpo_seconds) == (2 * HOUR, HOUR)
    assert after.disruptions == (zone.model_copy(update={"rto_seconds": None}),)
    assert after.notes == ("--rto 2h stands in for every RTO of it but a Region's",)
    assert objectives_from(before.fields) == before
