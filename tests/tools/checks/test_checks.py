"""One file judges every check: its verdicts on its examples, its paths, wording and effects."""

import re
from typing import Any

import botocore.session
import jmespath
import pytest
from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape

from state.categories import categories
from state.judgements import Phase, Verdict
from tools.aws.declarations import Call, collectors
from tools.checks import Check, Example, Outcome, all_checks
from tools.checks.examples import view_of
from tools.checks.view import Unknown
from tools.grading.assumptions import Assumptions, assumptions, seconds_of
from tools.grading.recoveries import recoveries

CHECKS = list(all_checks().values())
EACH_CHECK = pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)


def verdict(check: Check, example: Example) -> Verdict | None:
    try:
        return check.judge(view_of(check, example)).verdict
    except Unknown:
        return Verdict.UNKNOWN


@EACH_CHECK
def test_examples_get_the_verdict_they_stand_for(check: Check) -> None:
    assert check.passes
    assert check.fails
    assert [verdict(check, e) for e in check.passes] == [Verdict.PASS] * len(check.passes)
    assert [verdict(check, e) for e in check.fails] == [Verdict.FAIL] * len(check.fails)
    assert [verdict(check, e) for e in check.silent] == [None] * len(check.silent)


@EACH_CHECK
def test_a_denied_call_is_never_a_verdict(check: Check) -> None:
    """Take away each call that a verdict was read from: it must not pass or fail on nothing."""
    for example in (*check.passes, *check.fails):
        for operation in example.facts:
            rest = {key: value for key, value in example.facts.items() if key != operation}
            denied = Example(
                **{**vars(example), "facts": rest, "denied": (*example.denied, operation)}
            )
            before = view_of(check, example)
            check.judge(before)
            root = before._resource.id if before._resource else None
            if any(e.operation == operation and e.resource == root for e in before.evidence):
                assert verdict(check, denied) in (Verdict.UNKNOWN, None)


@EACH_CHECK
def test_a_verdict_rests_on_evidence(check: Check) -> None:
    for example in (*check.passes, *check.fails):
        view = view_of(check, example)
        check.judge(view)
        assert view.evidence, "it read no field"


@EACH_CHECK
def test_operations_are_collected_and_paths_exist_in_botocore(check: Check) -> None:
    collected: dict[str, list[Call]] = {}  # two collectors may keep different parts of an answer
    for collector in collectors().values():
        for call in collector.calls:
            collected.setdefault(call.operation, []).append(call)
    for example in (*check.passes, *check.fails, *check.silent):
        view = view_of(check, example)
        try:
            check.judge(view)
        except Unknown:
            continue
        for evidence in view.evidence:
            calls = collected.get(evidence.operation)
            assert calls, f"no collector calls {evidence.operation}"
            kept = [_member_of(_shape(evidence.operation), call.items) for call in calls]
            for fields in _fields(evidence.path):
                assert any(_reaches(shape, fields) for shape in kept), (
                    f"{evidence.operation} has no {evidence.path}"
                )


@EACH_CHECK
def test_effects_are_known_and_failing_is_never_better(check: Check) -> None:
    table = assumptions()
    for effect in (*check.on_fail, *check.on_pass):
        assert effect.assumption in table
    assert check.on_fail, "a defect without an effect is no finding"
    for example in check.fails:
        outcome = check.judge(view_of(check, example))
        assert set(outcome.units) <= set(table)
        worst = _by_phase(check, outcome, table)
        for passing in check.passes:
            best = _by_phase(check, check.judge(view_of(check, passing)), table)
            for key, seconds in best.items():
                if key in worst:
                    assert worst[key] >= seconds, f"failing is better than passing in {key}"


@EACH_CHECK
def test_wording(check: Check) -> None:
    assert re.fullmatch(r"[a-z0-9]+\.[a-z0-9_]+", check.id)
    assert check.rationale, "the docstring is the rationale"
    assert 30 <= len(check.title) <= 120, len(check.title)
    assert not check.title.endswith(".")
    assert check.title[0].isupper()
    assert len(check.recommendation) > 30
    assert check.recommendation.endswith(".")
    assert check.effect_source
    if check.strength:
        assert check.strength[0].islower(), "a strength is a clause"
    for documentation in check.documentation:
        assert re.fullmatch(r"https://docs\.aws\.amazon\.com/\S+\.html(#\S+)?", documentation.url)


def test_titles_and_rationales_are_said_once() -> None:
    titles = [check.title for check in CHECKS]
    assert len(titles) == len(set(titles))
    rationales = [check.rationale for check in CHECKS]
    assert len(rationales) == len(set(rationales))


def test_there_are_enough_checks_in_every_category() -> None:
    assert len(CHECKS) >= 80
    for category in categories():
        assert sum(check.category is category for check in CHECKS) >= 12, category.code


def test_every_assumption_is_used() -> None:
    used = {e.assumption for c in CHECKS for e in (*c.on_fail, *c.on_pass)}
    used |= {s.assumption for each in recoveries().values() for r in each.values() for s in r.steps}
    assert set(assumptions()) - used <= {"unmonitored", "decide", "alarm_evaluation"}


# -- shapes --------------------------------------------------------------------------------------

_SESSION = botocore.session.get_session()


def _shape(operation: str) -> Shape:
    service, _, name = operation.partition(":")
    model: OperationModel = _SESSION.get_service_model(service).operation_model(name)
    assert model.output_shape is not None
    return model.output_shape


def _member_of(shape: Shape, items: str) -> Shape | None:
    """The shape of what a call keeps; None where the expression is no plain path."""
    if items == "@":
        return shape
    current: Shape | None = shape
    for part in re.split(r"\.|(?<=\w)(?=\[)", items):
        if part in ("[]", "[*]", "[0]"):
            if not isinstance(current, ListShape):
                return None
            current = current.member
        elif isinstance(current, StructureShape) and part in current.members:
            current = current.members[part]
        else:
            return None
    return current


def _fields(path: str) -> list[list[str]]:
    """Each chain of plain field names in a JMESPath expression."""
    chains: list[list[str]] = []

    def walk(node: Any, above: list[str]) -> list[str]:
        kind, children = node["type"], node["children"]
        assert isinstance(children, list)
        if kind == "field":
            chain = [*above, str(node["value"])]
            chains.append(chain)
            return chain
        if kind in (
            "subexpression",
            "index_expression",
            "projection",
            "filter_projection",
            "value_projection",
            "flatten",
            "pipe",
        ):
            current = above
            for child in children:
                current = walk(child, current)
            return current
        for child in children:
            walk(child, above)
        return above

    walk(jmespath.compile(path).parsed, [])
    return chains


def _reaches(shape: Shape | None, fields: list[str]) -> bool:
    current = shape
    for name in fields:
        while isinstance(current, ListShape):
            current = current.member
        if (
            current is None
            or isinstance(current, MapShape)
            or getattr(current, "is_document_type", False)
        ):
            return True  # keys of a map are the account's, not AWS's
        if current.type_name == "string":
            return True  # a JSON text that the reader parsed
        if not isinstance(current, StructureShape) or name not in current.members:
            return False
        current = current.members[name]
    return True


def _by_phase(
    check: Check, outcome: Outcome, table: Assumptions
) -> dict[tuple[str | None, Phase], float]:
    """The largest contribution of each phase, which is the one that counts."""
    largest: dict[tuple[str | None, Phase], float] = {}
    for c in check.contributions(outcome):
        key = (c.scenario, c.phase)
        largest[key] = max(largest.get(key, 0.0), seconds_of(c, table))
    return largest
