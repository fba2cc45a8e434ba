"""Every check says how it is mended, in four ways, and what it says parses."""

import json
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from typing import Any

import hcl2
import pytest
import yaml
from cfnlint.config import ConfigMixIn
from cfnlint.decode import decode_str
from cfnlint.match import Match
from cfnlint.runner import Runner

from state.judgements import WORKLOAD
from state.recommendations import How, Way
from state.snapshot import Snapshot
from tests.aws_cli import PLACEHOLDER, commands_in, parse
from tools.checks import Check, all_checks
from tools.checks.examples import view_of
from tools.recommending.facts import facts_of
from tools.recommending.filling import Filler, is_plain
from tools.recommending.how import kinds, recipe_for, recipes
from tools.recommending.instructions import instructions
from tools.recommending.reasons import first_clause

EACH_CHECK = pytest.mark.parametrize("check", all_checks().values(), ids=lambda check: check.id)
QUOTED = ["--x'; rm -rf ~ #", ': - [a"b\\, {']
LEFT_OUT = [
    "${file(1)}",
    "%{ if true }",
    "{{resolve:ssm:secret}}",
    "file:///etc/passwd",
    "two\nlines",
    "\u202eright to left",
]


def on_example(check: Check, number: int = 0) -> tuple[str, Snapshot]:
    view = view_of(check, check.fails[number])
    return (WORKLOAD if check.of_workload else view.id), view.workload.snapshot


def carried_out(check: Check, number: int, hostile: str | None = None) -> How:
    resource, snapshot = on_example(check, number)
    kind = snapshot.resources[resource].type if resource in snapshot.resources else WORKLOAD
    recipe = recipe_for(check.id, kind)
    assert recipe, f"{check.id} does not say how it is mended on {kind}"
    facts = facts_of(resource, kind, snapshot, check.id, recipe.new)
    if hostile is not None:
        facts = {
            name: value if name in ("logical_id", "label") else _hostile(value, hostile)
            for name, value in facts.items()
        }
    return instructions(recipe, resource, kind, facts)


def _hostile(value: Any, word: str) -> Any:
    if isinstance(value, dict):
        return {key: _hostile(each, word) for key, each in value.items()}
    if isinstance(value, list):
        return [_hostile(each, word) for each in value]
    return word if isinstance(value, str) else value


def every_how(check: Check) -> Iterator[How]:
    for number in range(len(check.fails)):
        yield carried_out(check, number)


def test_nothing_is_said_of_checks_and_types_there_are_not() -> None:
    assert not recipes().keys() - all_checks().keys()
    for check, by_type in recipes().items():
        assert not by_type.keys() - {"", *all_checks()[check].resource_types}
    assert all("::" in kind for kind in kinds())


def test_no_two_checks_are_mended_under_one_name() -> None:
    """In one list they would look like the same thing twice."""
    named: dict[str, set[str]] = defaultdict(set)
    for check in all_checks().values():
        for kind in check.resource_types or ("",):
            recipe = recipe_for(check.id, kind)
            named[(recipe and recipe.title) or first_clause(check.recommendation)].add(check.id)
    assert not {title: ids for title, ids in named.items() if len(ids) > 1}


@EACH_CHECK
def test_every_check_says_how_on_each_of_its_types(check: Check) -> None:
    for kind in check.resource_types:
        assert recipe_for(check.id, kind), kind
    for how in every_how(check):
        for way in Way:
            assert bool(getattr(how, way)) != (way in how.none)


@EACH_CHECK
def test_the_commands_are_awss(check: Check) -> None:
    for how in every_how(check):
        for words in commands_in(how.cli):
            parse(words)


@EACH_CHECK
def test_the_template_is_one_for_cloudformation(check: Check) -> None:
    for how in every_how(check):
        if how.cloudformation:
            wrong = [str(each) for each in lint(how.cloudformation) if _is_its_own(each, how)]
            assert not wrong, f"{how.cloudformation}\n{wrong}"


@EACH_CHECK
def test_the_resources_are_terraforms(check: Check) -> None:
    for how in every_how(check):
        if how.terraform:
            blocks = hcl2.loads(how.terraform + "\n")["resource"]
            assert all(name.strip('"').startswith("aws_") for block in blocks for name in block)


@EACH_CHECK
def test_what_is_left_to_the_reader_is_listed(check: Check) -> None:
    for how in every_how(check):
        for way in Way:
            assert set(PLACEHOLDER.findall(getattr(how, way))) <= set(how.placeholders)


@EACH_CHECK
@pytest.mark.parametrize("hostile", [*QUOTED, LEFT_OUT[0]])
def test_a_name_stays_a_name(check: Check, hostile: str) -> None:
    """No fact ends a quotation, begins an option or is worked out."""
    tame, how = carried_out(check, 0), carried_out(check, 0, hostile)
    for words, expected in zip(commands_in(how.cli), commands_in(tame.cli), strict=True):
        assert words[:2] == expected[:2]
        given, meant = (
            {w.partition("=")[0] for w in c if w[:2] == "--"} for c in (words, expected)
        )
        assert given == meant or (given < meant and not is_plain(hostile))
    if how.cloudformation:
        before, after = (yaml.safe_load(each.cloudformation) for each in (tame, how))
        assert after.keys() == before.keys() == {"Resources"}
        assert len(after["Resources"]) == len(before["Resources"])
    if how.terraform:
        before, after = (hcl2.loads(each.terraform + "\n") for each in (tame, how))
        assert after.keys() == before.keys() == {"resource"}
        assert len(after["resource"]) == len(before["resource"])
    if not is_plain(hostile):
        assert hostile not in json.dumps(how.model_dump(mode="json"), ensure_ascii=False)


@pytest.mark.parametrize("hostile", LEFT_OUT)
def test_what_a_language_would_work_out_is_left_to_the_reader(hostile: str) -> None:
    filler = Filler({"name": hostile, "names": ["good", hostile], "map": {"key": hostile}})
    for template in ("{name}", "a {name}", "{names}", "{map}"):
        assert hostile not in str(filler.fill(template))
    assert filler.placeholders == ("<NAME>", "<NAMES>", "<MAP>")


def test_facts_keep_their_types_and_lists_join() -> None:
    filler = Filler({"size": 20, "subnets": ["a", "b"], "gone": None})
    assert filler.fill({"n": "{size}", "s": ["{subnets}", "<MORE>"], "t": "{size} GiB"}) == {
        "n": 20,
        "s": ["a", "b", "<MORE>"],
        "t": "20 GiB",
    }
    assert filler.fill({"there?": "{size}", "not?": "{gone}"}) == {"there": 20}
    with pytest.raises(KeyError):
        filler.fill("{unheard_of}")


@cache
def _linter() -> Runner:
    return Runner(ConfigMixIn(regions=["us-east-1"]))


def lint(template: str) -> list[Match]:
    decoded, errors = decode_str(template)
    return list(errors or _linter().validate_template(decoded))


def _is_its_own(match: Match, how: How) -> bool:
    """Not what the reader's own template says already, and not what the reader has to put in."""
    lines = how.cloudformation.splitlines()[match.linenumber - 1 :][:2]
    return (
        match.rule.id.startswith("E")
        and "is a required property" not in match.message
        and not any(PLACEHOLDER.search(line) for line in lines)
    )
