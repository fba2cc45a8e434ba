"""Channels: what they may hold can be revived, and parallel writes meet in any order."""

import inspect
import typing
from enum import Enum
from itertools import permutations
from typing import Any, get_args

from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from state.channels import State, add_usage, merge_by_key
from state.grades import Usage
from state.store import stored_classes


def _classes_in(annotation: Any) -> set[type]:
    """Every class of ours that a value of this type may contain."""
    found: set[type] = set()

    def walk(each: Any) -> None:
        for inner in get_args(each):
            walk(inner)
        if not inspect.isclass(each) or each in found:
            return
        if issubclass(each, Enum):
            found.add(each)
        elif issubclass(each, BaseModel):
            found.add(each)
            for field in each.model_fields.values():
                walk(field.annotation)

    walk(annotation)
    return found


def test_every_class_a_channel_can_hold_may_be_revived() -> None:
    allowed = set(stored_classes())
    reachable: set[type] = set()
    for annotation in typing.get_type_hints(State).values():
        reachable |= _classes_in(annotation)
    assert len(reachable) >= 10, "the walk found too little to be believed"
    assert {(kind.__module__, kind.__qualname__) for kind in reachable} <= allowed


def test_only_classes_of_state_may_be_revived() -> None:
    assert all(module.startswith("state.") for module, _ in stored_classes())


def _usage(invocation: str, node: str, calls: int = 0) -> Usage:
    return Usage(invocation=invocation, aws_calls=calls, nodes_run={node: 1}, seconds=calls)


def test_usage_adds_up_within_an_invocation() -> None:
    total = add_usage(_usage("1", "discover", 3), _usage("1", "assessed", 4))
    assert total.aws_calls == 7
    assert total.nodes_run == {"discover": 1, "assessed": 1}
    assert add_usage(total, _usage("1", "discover")).nodes_run["discover"] == 2


def test_what_an_interrupted_invocation_did_is_not_counted_whatever_the_order() -> None:
    """A resumed step: two specialists finished before the interruption, one ran after it."""
    before = _usage("1", "discover", 9)
    for order in permutations([_usage("1", "a", 1), _usage("1", "b", 1), _usage("2", "c", 5)]):
        total = before
        for each in order:
            total = add_usage(total, each)
        assert total.invocation == "2"
        assert total.nodes_run == {"c": 1}
        assert total.aws_calls == 5


@given(st.lists(st.tuples(st.sampled_from("123"), st.sampled_from("ab")), min_size=1))
def test_the_latest_invocation_is_counted_in_full(steps: list[tuple[str, str]]) -> None:
    total = Usage()
    for invocation, node in steps:
        total = add_usage(total, _usage(invocation, node))
    latest = max(invocation for invocation, _ in steps)
    assert sum(total.nodes_run.values()) == sum(i == latest for i, _ in steps)


def test_rows_of_parallel_branches_stand_side_by_side() -> None:
    assert merge_by_key({"a": "1"}, {"b": "2"}) == {"a": "1", "b": "2"}
