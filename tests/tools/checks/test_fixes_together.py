"""A fix never harms, whatever else is wrong with the same resource.

Of each phase the largest step counts, so what one check's pass adds may show only where another
finding is longer than all that its own fail took away. Examples of different checks are laid over
one another here: what both describe is one resource, with the defects of both.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from state.judgements import Judgement, Phase, Verdict
from state.snapshot import Snapshot
from tests.tools.checks.estimated import costs, rows
from tools.checks import Check, Example, all_checks
from tools.checks.examples import view_of
from tools.checks.paper import Paper
from tools.grading.assumptions import assumptions


@cache
def examples_by_type() -> Mapping[str, list[Example]]:
    """Every example of every check that judges single resources."""
    found: dict[str, list[Example]] = defaultdict(list)
    for check in all_checks().values():
        for each in () if check.of_workload else (*check.fails, *check.passes, *check.silent):
            kind = each.type or check.resource_types[0]
            found[kind].append(replace(each, type=kind))
    return found


def laid_over(first: Example, second: Example) -> Example:
    """Where both say something of the same field, the second is right."""
    return replace(
        first,
        facts=_merged(first.facts, second.facts),
        tags={**first.tags, **second.tags},
        linked=[*first.linked, *(each for each in second.linked if not each.dangling)],
        linked_from=[*first.linked_from, *second.linked_from],
        region=first.region or second.region,
    )


def _merged(first: Any, second: Any) -> Any:
    if isinstance(first, Mapping) and isinstance(second, Mapping):
        return {
            key: _merged(first[key], second[key])
            if key in first and key in second
            else (second if key in second else first)[key]
            for key in [*first, *(key for key in second if key not in first)]
        }
    return second


def account(example: Example) -> Snapshot:
    check = next(c for c in all_checks().values() if example.type in c.resource_types)
    return view_of(check, example).workload.snapshot


def mended(snapshot: Snapshot, found: Iterable[Judgement]) -> Iterable[tuple[str, Snapshot]]:
    """The account after each of its failing checks' remedies, one at a time."""
    for row in found:
        remedy = all_checks()[row.check].remedy
        if row.verdict is Verdict.FAIL and remedy:
            whole = all_checks()[row.check].of_workload
            paper = Paper(snapshot)
            try:
                remedy.change(paper.draft(None if whole else row.resource))
            except (LookupError, TypeError):
                continue  # not written for what no account looks like; a user is told so
            yield row.check, paper.snapshot()


def never_longer(snapshot: Snapshot) -> None:
    """No single fix makes an estimate longer, nor brings one about that there was not.

    Where a check could not see enough to judge, a fix may show what was there all along.
    """
    found = rows(snapshot).values()
    unseen = {row.resource for row in found if row.verdict is Verdict.UNKNOWN}
    before = costs(snapshot)
    for check, after in mended(snapshot, found):
        for struck, (time, lost) in costs(after).items():
            if struck[0] in snapshot.resources and struck[0] not in unseen:
                time_before, lost_before = before.get(struck, (0.0, 0.0))
                assert time <= time_before, f"mending {check}: {struck} takes longer"
                assert lost <= lost_before, f"mending {check}: {struck} loses more data"


@pytest.mark.parametrize("check", all_checks().values(), ids=lambda check: check.id)
def test_what_a_pass_adds_the_failure_costs_as_well(check: Check) -> None:
    """In the same phase, or by never ending: else the pass is longer where others are at fault."""
    table = assumptions()
    for effect in check.on_pass:
        kept = [each for each in check.on_fail if each.scenario == effect.scenario]
        counts = [each for each in kept if _in_same_sum(each.phase, effect.phase)]
        assert effect.phase in {each.phase for each in counts} or any(
            table[each.assumption].never for each in counts
        ), f"{effect.phase} when {effect.scenario} is counted only where all is well"


def _in_same_sum(one: Phase, other: Phase) -> bool:
    """Whether both are of time, or both of data."""
    return (one is Phase.LOSE) == (other is Phase.LOSE)


@st.composite
def resources(draw: st.DrawFn) -> Example:
    """Two or three examples of one type, laid over one another."""
    examples = examples_by_type()[draw(st.sampled_from(sorted(examples_by_type())))]
    chosen = [draw(st.sampled_from(examples)) for _ in range(draw(st.integers(2, 3)))]
    example, *others = chosen
    for other in others:
        example = laid_over(example, other)
    return example


@given(resources())
def test_no_fix_harms_whatever_else_is_wrong(resource: Example) -> None:
    never_longer(account(resource))
