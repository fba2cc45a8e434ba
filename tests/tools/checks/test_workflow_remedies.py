"""Remedies of workflows edit their definitions, wherever in them the defect is."""

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from state.judgements import Verdict
from tools.checks import Check, Example, all_checks
from tools.checks.examples import view_of
from tools.checks.judging import judge
from tools.checks.paper import Paper
from tools.checks.view import View, Workload

LEAVES = st.sampled_from(
    [
        {"Type": "Pass"},
        {"Type": "Task", "Resource": "arn:aws:states:::ecs:runTask.sync"},
        {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken"},
        {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke",
            "Retry": [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 90, "BackoffRate": 1}],
        },
        {"Type": "Choice", "Choices": [{"Variable": "$.paid", "BooleanEquals": True}]},
    ]
)


def nested(inner: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    states = st.dictionaries(st.sampled_from("ABC"), inner, min_size=1, max_size=3)
    scope = states.map(lambda named: {"States": named})
    parallel = st.lists(scope, min_size=1, max_size=2).map(
        lambda branches: {"Type": "Parallel", "Branches": branches}
    )
    each = scope.map(
        lambda item: {
            "Type": "Map",
            "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED"}, **item},
        }
    )
    return parallel | each


WORKFLOW_CHECKS = [c for c in all_checks().values() if c.id.startswith("stepfunctions.")]


@pytest.mark.parametrize("check", WORKFLOW_CHECKS, ids=lambda check: check.id)
@settings(max_examples=25)
@given(body=st.recursive(LEAVES, nested, max_leaves=6))
def test_a_remedy_reaches_every_state_however_deep(check: Check, body: dict[str, Any]) -> None:
    """Afterwards the check fails on none of them, and a second time it changes nothing."""
    definition = {"type": "STANDARD", "definition": {"States": {"Start": body}}}
    view = view_of(check, Example(facts={"stepfunctions:DescribeStateMachine": definition}))
    row = judge(check, view)
    if row is None or row.verdict is not Verdict.FAIL:
        return
    assert check.remedy
    paper = Paper(view.workload.snapshot)
    check.remedy.change(paper.draft(view.id))
    once = paper.snapshot()
    mended = judge(check, View(once.resources[view.id], Workload(once)))
    assert mended is None or mended.verdict is not Verdict.FAIL
    facts = deepcopy(once.resources[view.id].facts)
    check.remedy.change(paper.draft(view.id))
    assert paper.snapshot().resources[view.id].facts == facts
