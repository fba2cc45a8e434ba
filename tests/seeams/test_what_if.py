"""`seeams what-if`: what is asked, what is said first, and the JSON of each kind of answer."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from typer.testing import Result

from graph.runs import assess
from seeams.asked import fixes_of
from seeams.rendering.names import Names
from seeams.rendering.plans import print_plan
from state.errors import WrongUse
from state.judgements import Cost, Effort
from state.objectives import Objectives
from state.plans import Move, Obstacle, ObstacleKind, Plan, PlanStep, Unreached
from state.premises import Fix
from state.report import Report
from state.snapshot import Snapshot
from state.store import Store
from tests.graph.fakes import CountingAccount, arn, request

Seeams = Callable[..., Result]
HOUR = ("--rto", "1h", "--rpo", "30m")


@pytest.fixture
def shop(tmp_path: Path) -> str:
    """The address of a store with one assessment: two databases without a standby."""
    url = f"sqlite:///{tmp_path}/shop.db"
    with Store(url) as store:
        day = Objectives(rto_seconds=86400, rpo_seconds=43200)
        assess(store, request(), day, CountingAccount())
    return url


def asked(seeams: Seeams, shop: str, *options: str) -> Result:
    return seeams("what-if", "--thread", "shop", "--store", shop, *options)


def document(seeams: Seeams, shop: str, *options: str) -> Any:
    result = asked(seeams, shop, *options, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_fixes_are_written_as_a_check_and_perhaps_a_resource() -> None:
    assert fixes_of(["a.b", " a.b@arn:x@y "]) == (
        Fix(check="a.b"),
        Fix(check="a.b", resource="arn:x@y"),
    )
    assert fixes_of(None) == ()
    with pytest.raises(WrongUse, match="names no check"):
        fixes_of(["@db1"])


def test_a_resource_that_is_left_empty_does_not_mean_everywhere() -> None:
    with pytest.raises(
        WrongUse, match=r"names no resource: write --fix a\.b to mend it everywhere"
    ):
        fixes_of(["a.b@"])


def test_what_is_on_paper_is_said_first_and_wherever_the_result_is_shown(
    seeams: Seeams, shop: str
) -> None:
    said = asked(seeams, shop, *HOUR, "--fix", "rds.instance_single_az@db1").stdout
    assert said.index("on paper Turn on Multi-AZ on db1") < said.index("before   after")
    listed = seeams("history", "shop", "--store", shop)
    assert "1 fix" in listed.stdout
    entries = json.loads(seeams("history", "shop", "--store", shop, "--json").stdout)
    assert entries[-1]["on_paper"] == ["rds.instance_single_az@db1"]
    assert "1 fix" in seeams("threads", "--store", shop).stdout
    at = ("--checkpoint", entries[-1]["checkpoint"], "--store", shop)
    assert "on paper Turn on Multi-AZ on db1" in seeams("show", "shop", *at).stdout


def test_a_fix_is_told_in_json_with_what_it_was_asked_of(seeams: Seeams, shop: str) -> None:
    told = document(seeams, shop, "--fix", "rds.instance_single_az")
    assert told["premises"]["fixes"] == [{"check": "rds.instance_single_az", "resource": None}]
    assert set(told["before"]) == {"overall", "letters"}
    assert told["usage"]["aws_calls"] == 0
    assert {name.partition("_")[0] for name in told["usage"]["nodes_run"]} == {
        "grade",
        "compose",
        "write",
    }
    assert "plan" not in told
    assert "loss" not in told


def test_the_cheapest_way_is_a_what_if_with_its_plan(seeams: Seeams, shop: str) -> None:
    told = document(seeams, shop, *HOUR, "--target", "c")
    plan = told["plan"]
    assert plan["target"] == "C"
    assert plan["steps"]
    made = {(fix["check"], fix["resource"]) for fix in told["premises"]["fixes"]}
    assert {step["check"] for step in plan["steps"]} == {check for check, _ in made}
    assert plan["after"]["OVERALL"] == told["overall"]["letter"]
    assert {c: g["letter"] for c, g in told["grades"].items()} == {
        c: letter for c, letter in plan["after"].items() if c != "OVERALL"
    }
    assert told["usage"]["aws_calls"] == 0
    shown = asked(seeams, shop, *HOUR, "--target", "C").stdout
    assert "What to do" in shown
    assert "there is no cheaper way" in shown


def test_a_letter_that_is_there_needs_nothing_and_leaves_nothing_behind(
    seeams: Seeams, shop: str
) -> None:
    told = document(seeams, shop, "--target", "F")
    assert (told["plan"]["steps"], told["plan"]["reached"]) == ([], True)
    assert told["usage"]["nodes_run"] == {}
    assert "Nothing to do" in asked(seeams, shop, "--target", "F").stdout
    with Store(shop) as store:
        assert len(store.runs("shop")) == 1


def test_a_loss_moves_no_letter_and_is_not_stored(seeams: Seeams, shop: str) -> None:
    told = document(seeams, shop, "--lose", "resource:db1")
    assert told["loss"]["lost"] == "resource:db1"
    assert [each["resource"] for each in told["loss"]["outages"]] == [arn("db1")]
    assert told["overall"] == told["before"]["overall"]
    assert (told["usage"]["aws_calls"], told["usage"]["nodes_run"]) == (0, {})
    with Store(shop) as store:
        assert len(store.runs("shop")) == 1
    assert asked(seeams, shop, "--lose", "resource:db1").stdout.startswith("resource:db1")


def test_a_loss_with_a_fix_is_that_of_the_mended_workload(seeams: Seeams, shop: str) -> None:
    plain = document(seeams, shop, "--lose", "resource:db1")["loss"]
    mended = document(seeams, shop, "--lose", "resource:db1", "--fix", "rds.instance_single_az")
    assert mended["loss"]["rto_seconds"] < plain["rto_seconds"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ((), "what if what?"),
        (("--target", "E"), "'E' is no letter: --target takes A, A-"),
        (("--fix", "rds.instance_single_a"), "did you mean rds.instance_single_az"),
        (("--fix", "rds.instance_single_az@db9"), "it fails on db0, db1"),
        (("--lose", "moon"), "cannot be lost"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_one_line(
    seeams: Seeams, shop: str, options: tuple[str, ...], message: str
) -> None:
    result = asked(seeams, shop, *options)
    assert result.exit_code == 2
    assert message in result.stderr
    assert result.stderr.count("\n") == 1


def test_the_schema_knows_plans_and_losses(seeams: Seeams) -> None:
    fields = json.loads(seeams("show", "--schema").stdout)["properties"]
    assert {"plan", "loss", "premises", "before"} <= set(fields)


@pytest.mark.parametrize("width", [40, 80, 120])
def test_a_plan_fits_the_terminal_and_escapes_what_the_account_says(
    report: Report, snapshot: Snapshot, width: int
) -> None:
    """Commands to copy are never broken; nothing else is wider than the page."""
    database = next(iter(snapshot.resources))
    letters: dict[str, str | None] = {"OVERALL": "F", "SINGLE_POINT_OF_FAILURE": "F"}
    objectives = report.objectives
    plan = Plan(
        target="B",
        objectives=objectives,
        reached=False,
        exact=False,
        before=letters,
        after={"OVERALL": "C", "SINGLE_POINT_OF_FAILURE": "C"},
        steps=(
            PlanStep(
                check="rds.instance_single_az",
                title="A database has no standby",
                resources=(database,),
                everywhere=False,
                recommendation="Turn on Multi-AZ; it costs as much again.",
                effort=Effort.MINUTES,
                cost=Cost.MUCH,
                moves=(Move(category="SINGLE_POINT_OF_FAILURE", without="F", letter="C"),),
            ),
        ),
        minutes=15,
        considered=2,
        unreached=(
            Unreached(
                category="SINGLE_POINT_OF_FAILURE",
                letter="C",
                obstacles=(
                    Obstacle(
                        kind=ObstacleKind.SHORTFALL,
                        because="\x1b[2J needs 1 hour",
                        resources=(database,),
                    ),
                ),
                would_do=Objectives(rto_seconds=objectives.rto_seconds + 1, rpo_seconds=43200),
            ),
        ),
    )
    console = Console(width=width, record=True, markup=False, emoji=False, highlight=False)
    with console.capture() as captured:
        print_plan(console, plan, report, Names(snapshot), store="sqlite:///x.db")
    said = captured.get()
    assert "\x1b[2J" not in said
    assert "may be a cheaper way" in " ".join(said.split())
    assert "gets no better than F" in " ".join(said.split())
    lines = [line for line in said.splitlines() if "seeams " not in line]
    assert max(map(len, lines)) <= width


def test_nothing_to_accept_says_why_and_is_still_one_document(seeams: Seeams, shop: str) -> None:
    nothing = seeams("accept", "--thread", "shop", "--all", "--json", "--store", shop)
    assert nothing.exit_code == 0
    assert "no model took part" in nothing.stderr
    document = json.loads(nothing.stdout)
    assert document["before"]["overall"] == document["overall"]


def test_a_shortfall_that_the_report_lists_is_no_fix_but_has_a_way(
    seeams: Seeams, shop: str
) -> None:
    refused = asked(seeams, shop, "--fix", "shortfall.misconfiguration_rto")
    assert refused.exit_code == 2
    assert "--target finds what shortens it" in " ".join(refused.stderr.split())
