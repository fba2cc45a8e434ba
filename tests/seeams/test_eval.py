"""`seeams eval`: the rules find exactly what is wrong with the samples; a model is measured."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from typer.testing import CliRunner

from seeams.app import app
from state.categories import categories
from tests.bedrock.minds import CLAUDE, Minds, scripted
from tests.bedrock.models import WRITER, report, summary, tool_results, who_asks
from tests.bedrock.wire import Request, Turn
from tools.checks import all_checks
from tools.embedded.expectations import expectation_of
from tools.embedded.samples import samples

BUGS = next(c for c in categories() if c.slug == "misconfiguration")


def run(*arguments: str) -> Any:
    return CliRunner().invoke(app, ["eval", *arguments])


@pytest.fixture(scope="module")
def by_rules() -> dict[str, Any]:
    """Every sample, without a model."""
    done = run("--json")
    assert done.exit_code == 0, done.stdout
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def test_the_rules_find_all_that_is_expected_and_nothing_else(by_rules: dict[str, Any]) -> None:
    assert {each["workload"] for each in by_rules["workloads"]} == set(samples())
    for each in by_rules["workloads"]:
        score = each["score"]
        assert (each["missing"], each["unexpected"], each["forbidden"]) == ([], [], [])
        assert (score["recall"], score["precision"], score["grounded"]) == (1.0, 1.0, None)
        assert (score["model_calls"], score["usd"]) == (0, 0.0)
    total = by_rules["total"]
    assert total["expected"] == sum(w["score"]["expected"] for w in by_rules["workloads"]) > 50
    assert total["expected"] == sum(s["expected"] for s in by_rules["by_category"].values())


def test_what_is_planted_is_not_what_a_rule_finds(by_rules: dict[str, Any]) -> None:
    planted = [p for name in samples() for p in expectation_of(name).planted]
    assert len(planted) >= len(samples())
    assert by_rules["total"]["planted"] == len(planted)
    assert by_rules["total"]["planted_found"] == 0


def test_expectations_name_checks_and_categories_that_there_are() -> None:
    codes = {category.code for category in categories()}
    for name in samples():
        expected = expectation_of(name)
        assert set(expected.must) | set(expected.must_not) <= set(all_checks())
        assert {each.category for each in expected.planted} <= codes
        both = {(c, r) for c, rs in expected.must.items() for r in rs} & {
            (c, r) for c, rs in expected.must_not.items() for r in rs
        }
        assert not both


@pytest.fixture
def mind_of(monkeypatch: pytest.MonkeyPatch) -> Iterator[Minds]:
    """Plays a model; what it is to be called is in the environment."""
    with scripted(monkeypatch) as build:
        yield build


def a_model(asked: Request) -> Turn:
    """Finds what is planted, invents a link and a value, and doubts a finding that is right."""
    who = who_asks(asked)
    if who == WRITER:
        return summary("Everything was read.")
    if who != BUGS.title:
        return report()
    results = tool_results(asked)
    if not results:
        return Turn(tools=[("list_resources", {})])
    listed = json.loads(results[0].split("\n")[1])
    found = {each["type"]: each["id"] for each in listed if each["member"]}
    secret, function = found["AWS::SecretsManager::Secret"], found["AWS::Lambda::Function"]
    call = "secretsmanager:DescribeSecret"
    description = {"resource": secret, "operation": call, "path": "Description"}
    rotation = {"resource": secret, "operation": call, "path": "RotationEnabled", "value": None}
    tagged = {
        "resource": secret,
        "operation": "tags",
        "path": "rotation",
        "value": "every 30 days",
    }
    defect = {
        "title": "The payment key is tagged as rotated and nothing rotates it",
        "because": "the tag says every 30 days and rotation is not configured",
        "recommendation": "Configure rotation.",
        "resources": [secret],
        "scenario": "expiry",
        "phase": "act",
        "constant": "renew_by_hand",
        "needs_a_person": True,
        "facts": [tagged, rotation],
    }
    wrong = {**description, "value": "made up"}
    role = {
        "resource": function,
        "operation": "lambda:ListFunctions",
        "path": "MemorySize",
        "value": 512,
    }
    doubt = {"resource": function, "because": "it has one", "facts": [role]}
    return report(
        defects=[defect, {**defect, "constant": "decide", "facts": [wrong]}],
        doubts=[{**doubt, "check": "lambda.function_no_alias"}],
    )


def test_a_model_is_measured(mind_of: Minds) -> None:
    """Three claims: one planted defect, one with a made-up value, one doubt of what is right."""
    mind_of(a_model)
    done = run("--workload", "food-agent", "--model", CLAUDE, "--docs", "off", "--json")
    assert done.exit_code == 0, done.stdout
    (each,) = json.loads(done.stdout)["workloads"]
    score, ours = each["score"], each["by_category"][BUGS.code]
    assert (score["recall"], score["precision"]) == (1.0, 1.0)
    assert (ours["planted"], ours["planted_found"], ours["proposals"]) == (1, 1, 1)
    assert (ours["claims"], ours["kept"], ours["dropped"], ours["doubts"]) == (3, 2, 1, 1)
    assert ours["grounded"] == pytest.approx(2 / 3)
    assert (score["model_calls"], score["input_tokens"]) == (7, 700)
    assert score["usd"] == pytest.approx(7 * (100 * 3 + 20 * 15) / 1e6)
    assert set(each["stops"].values()) == {"done"}


def test_a_model_that_cannot_be_reached_is_said_and_the_rules_hold(mind_of: Minds) -> None:
    mind_of(lambda _: Turn(error="accessDeniedException"))
    done = run("--workload", "food-agent", "--model", CLAUDE, "--docs", "off")
    assert done.exit_code == 0, done.stdout
    assert "1.00" in done.stdout
    assert "agents that did not finish" in done.stdout
    assert "planted, and not found" in done.stdout


def test_a_sample_that_is_none_is_refused() -> None:
    assert run("--workload", "food-truck").exit_code == 2
