"""For every type that is read and every scenario: an estimate, or the reason why there is none."""

import re

import pytest

from state.categories import scenarios
from tools.aws.declarations import collectors
from tools.checks import all_checks
from tools.grading.assumptions import assumptions
from tools.grading.recoveries import Recovery, recoveries

CELLS = [
    pytest.param(kind, scenario, entry, id=f"{kind}-{scenario}")
    for kind, cells in recoveries().items()
    for scenario, entry in cells.items()
]


@pytest.mark.parametrize("kind", sorted(collectors()))
def test_every_scenario_is_answered_for_every_type(kind: str) -> None:
    """By the checks that apply to it, when they pass, or by an entry of its own."""
    by_checks = {
        effect.scenario.name
        for check in all_checks().values()
        if kind in check.resource_types
        for effect in check.on_pass
        if effect.scenario
    }
    by_entries = set(recoveries().get(kind, {}))
    assert set(scenarios()) - by_checks - by_entries == set()


@pytest.mark.parametrize(("kind", "scenario", "entry"), CELLS)
def test_an_entry_gives_steps_or_a_reason(kind: str, scenario: str, entry: Recovery) -> None:
    assert kind in collectors()
    assert scenario in scenarios()
    assert bool(entry.steps) != bool(entry.none)
    assert {step.assumption for step in entry.steps} <= set(assumptions())
    if entry.none:
        assert len(entry.none) > 20
    if entry.source:
        assert re.fullmatch(r"https://docs\.aws\.amazon\.com/\S+\.html(#\S+)?", entry.source)
