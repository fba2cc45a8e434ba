"""For every check there is: mending what it names never lowers a letter."""

from math import inf

import pytest

from state.judgements import Judgement
from tools.checks import Check, Example, all_checks
from tools.checks.examples import view_of
from tools.checks.judging import judge
from tools.grading.assumptions import assumptions
from tools.grading.estimates import estimates_of


def _row(check: Check, example: Example) -> Judgement:
    row = judge(check, view_of(check, example))
    assert row is not None
    return row.model_copy(update={"resource": "arn:it"})


def _costs(row: Judgement) -> dict[str, tuple[float, float]]:
    return {
        estimate.scenario: (
            inf if estimate.rto_seconds is None else estimate.rto_seconds,
            inf if estimate.rpo_seconds is None else estimate.rpo_seconds,
        )
        for estimate in estimates_of(
            row.resource, [(c, row) for c in row.contributions], assumptions()
        )
    }


@pytest.mark.parametrize("check", all_checks().values(), ids=lambda check: check.id)
def test_mending_a_defect_costs_nothing_in_any_scenario(check: Check) -> None:
    """What a pass contributes, a failure contributes too, waiting for people included."""
    for failing in check.fails:
        before = _costs(_row(check, failing))
        for passing in check.passes:
            for scenario, (time, data) in _costs(_row(check, passing)).items():
                time_before, data_before = before.get(scenario, (0.0, 0.0))
                assert time <= time_before, f"{scenario}: back later once it is mended"
                assert data <= data_before, f"{scenario}: more data lost once it is mended"
