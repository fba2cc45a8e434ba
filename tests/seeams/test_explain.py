"""`seeams explain`, as a user runs it: what is printed can be worked out with a calculator."""

import json
import re
from collections.abc import Callable
from math import fsum
from pathlib import Path

import pytest
from typer.testing import Result

from graph.runs import assess, what_if
from state.explanations import Explanation
from state.objectives import Objectives
from state.store import Store
from tests.graph.fakes import CountingAccount, arn, request
from tools.grading.letters import letter_for

Seeams = Callable[..., Result]

SUM = re.compile(r"^ *((?:[\d.e+]+ \+ )+[\d.e+]+) = ([\d.e+]+) s")
SHARE = re.compile(r"([\d.e+-]+) s of R[TP]O (\d+) s .*?= ([\d.e+-]+) +([A-F][+-]?)")
WORKED_OUT = re.compile(
    r"^ *([a-z ]+?) +([\d.e+]+) s .*?\n *= (?:([\d.e+]+) s \+ )?"
    r"([\d.e+]+) \S+ x ([\d.e+]+) s$",
    re.MULTILINE,
)


@pytest.fixture
def assessed(tmp_path: Path) -> str:
    """The address of a store with two databases assessed, and a what-if of them."""
    url = f"sqlite:///{tmp_path}/seeams.db"
    with Store(url) as store:
        day = Objectives(rto_seconds=86400, rpo_seconds=43200)
        assess(store, request(), day, CountingAccount())
        what_if(store, "shop", Objectives(rto_seconds=3600, rpo_seconds=1800))
    return url


def shares(printed: str) -> int:
    """How many sums and shares were printed, every one of which is right."""
    found = 0
    for line in printed.splitlines():
        if added := SUM.match(line):
            assert fsum(map(float, added[1].split(" + "))) == pytest.approx(float(added[2]))
            found += 1
        if shared := SHARE.search(line):
            seconds, target, share, letter = shared.groups()
            assert float(seconds) / int(target) == pytest.approx(float(share), rel=1e-5)
            assert letter_for(float(seconds) / int(target)) == letter
            found += 1
    return found


@pytest.mark.parametrize("what", ["overall", "misconfiguration", "spof", arn("db0")])
def test_every_printed_sum_and_share_is_right(seeams: Seeams, assessed: str, what: str) -> None:
    shown = seeams("explain", "--thread", "shop", what, "--store", assessed, env={"COLUMNS": "300"})
    assert shown.exit_code == 0, shown.stderr
    assert shares(shown.stdout) >= 2


def test_nothing_would_be_mended_where_nothing_strikes(seeams: Seeams, assessed: str) -> None:
    calm = ("explain", "--thread", "shop", "shared_fate", "--store", assessed)
    explained = json.loads(seeams(*calm, "--json").stdout)["explained"]
    assert (explained["slowest"], explained["if_mended"]) == (None, None)
    shown = seeams(*calm).stdout
    assert "Nothing that was read can strike here." in shown
    assert "would" not in shown.split("Behind it", 1)[1].replace("would set the letter next", "")


def test_units_are_worked_out(seeams: Seeams, assessed: str) -> None:
    shown = seeams(
        "explain", "--thread", "shop", arn("db0"), "--store", assessed, env={"COLUMNS": "300"}
    )
    found = WORKED_OUT.findall(shown.stdout)
    assert found, shown.stdout
    for _, seconds, fixed, units, each in found:
        assert float(seconds) == float(fixed or 0) + float(units) * float(each)


def test_the_json_is_what_is_printed(seeams: Seeams, assessed: str) -> None:
    shown = seeams("explain", "--thread", "shop", "spof", "--json", "--store", assessed)
    document = json.loads(shown.stdout)
    explanation = Explanation.model_validate(document)
    assert explanation.model_dump(mode="json") == document
    assert explanation.changed == ""
    report = json.loads(seeams("show", "shop", "--json", "--store", assessed).stdout)
    grade = report["grades"]["SINGLE_POINT_OF_FAILURE"]
    assert document["explained"]["letter"] == grade["letter"]
    assert document["explained"]["slowest"]["time"]["seconds"] == grade["rto_seconds"]
    assert document["checkpoint"] == report["checkpoint"]


def test_a_what_if_is_explained_at_its_checkpoint(seeams: Seeams, assessed: str) -> None:
    history = json.loads(seeams("history", "shop", "--json", "--store", assessed).stdout)
    latest = history[-1]["checkpoint"]
    shown = seeams("explain", "--thread", "shop", "--checkpoint", latest, "--store", assessed)
    assert "RTO 60 min, RPO 30 min" in shown.stdout or "RTO 1 h, RPO 30 min" in shown.stdout
    assert latest in shown.stdout


@pytest.mark.parametrize("width", [40, 80, 120])
@pytest.mark.parametrize("what", ["overall", "rds.instance_single_az", arn("db0")])
def test_nothing_but_links_is_wider_than_the_terminal(
    seeams: Seeams, assessed: str, what: str, width: int
) -> None:
    shown = seeams(
        "explain", "--thread", "shop", what, "--store", assessed, env={"COLUMNS": str(width)}
    )
    wide = [line for line in shown.stdout.splitlines() if len(line) > width]
    assert [line for line in wide if "https://" not in line] == []


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--thread", "nothing-like-it"), 3, "known threads: shop"),
        (("--thread", "shop", "nothing-like-it"), 2, "nothing is called"),
        (("--thread", "shop", "--checkpoint", "zz"), 3, "seeams history shop"),
    ],
)
def test_what_the_user_can_mend_is_one_message(
    seeams: Seeams, assessed: str, arguments: tuple[str, ...], code: int, said: str
) -> None:
    failed = seeams("explain", *arguments, "--store", assessed)
    assert (failed.exit_code, failed.stdout) == (code, "")
    assert said in failed.stderr


def test_a_result_without_its_checkpoint_is_explained(seeams: Seeams, stored: str) -> None:
    failed = seeams("explain", "--thread", "shop", "--store", stored)
    assert failed.exit_code == 3
    assert "assess it again" in failed.stderr
