"""`seeams sweep`: a map, words, JSON and a picture of a stored result."""

import json
from pathlib import Path

import pytest

from graph.runs import assess
from seeams.rendering.sweep import compact, in_words
from state.objectives import Objectives, parse_duration
from state.store import Store
from state.sweeps import OVERALL, Turn
from tests.graph.fakes import CountingAccount, request
from tests.seeams.conftest import Seeams

DAY = Objectives(rto_seconds=86400, rpo_seconds=43200)


@pytest.fixture
def assessed(tmp_path: Path) -> str:
    """The address of a store that holds an assessment, of a workload with an odd tag."""
    url = f"sqlite:///{tmp_path}/seeams.db"
    with Store(url) as store:
        assess(store, request(workload="$x$ \x1b"), DAY, CountingAccount())
    return url


def test_the_map_marks_where_it_stands(seeams: Seeams, assessed: str) -> None:
    shown = seeams("sweep", "--thread", "shop", "--store", assessed, env={"COLUMNS": "80"})
    assert shown.exit_code == 0
    assert shown.stdout.count("[") == 2  # the legend's and the cell's
    assert max(map(len, shown.stdout.splitlines())) <= 80
    assert "\x1b" not in shown.stdout
    assert "below" in shown.stdout


def test_json_has_rows_that_follow_the_rto(seeams: Seeams, assessed: str) -> None:
    arguments = ("--rto", "2h,10m", "--rpo", "1h, 5 min,30s", "--json", "--store", assessed)
    document = json.loads(seeams("sweep", "--thread", "shop", *arguments).stdout)
    assert document["rto_seconds"] == [600, 7200, 86400]
    assert document["rpo_seconds"] == [30, 300, 3600, 43200]
    assert len(document["letters"]) == 6
    for letters in document["letters"].values():
        assert [len(row) for row in letters] == [4, 4, 4]
    shown = json.loads(seeams("show", "shop", "--json", "--store", assessed).stdout)
    assert document["letters"][OVERALL][2][3] == shown["overall"]["letter"]
    assert document["checkpoint"] == shown["checkpoint"]


@pytest.mark.parametrize(("kind", "begins"), [("png", b"\x89PNG"), ("svg", b"<?xml")])
def test_the_picture_is_drawn(
    seeams: Seeams, assessed: str, tmp_path: Path, kind: str, begins: bytes
) -> None:
    """Also of a tag that would be a formula, were it read as one."""
    file = tmp_path / f"sweep.{kind}"
    done = seeams("sweep", "--thread", "shop", "--output", str(file), "--store", assessed)
    assert done.exit_code == 0, done.stderr
    assert file.read_bytes().startswith(begins)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("--rto", "5"), "has no unit"),
        (("--rpo", "0"), "no architecture recovers in no time"),
        (("--rto", ","), "names no time"),
        (("--category", "cost"), "there is no category"),
        (("--output", "sweep.gif"), "draws .png and .svg"),
    ],
)
def test_what_cannot_be_understood_is_refused(
    seeams: Seeams, arguments: tuple[str, ...], complaint: str
) -> None:
    result = seeams("sweep", "--thread", "shop", *arguments)
    assert result.exit_code == 2
    assert complaint in result.stderr


def test_turns_in_words() -> None:
    turns = [
        Turn(letter="F", from_seconds=1),
        Turn(letter="D-", from_seconds=4800),
        Turn(letter="D", from_seconds=6000),
        Turn(letter="A-", from_seconds=20400),
        Turn(letter="A", from_seconds=99999),
    ]
    assert in_words(turns) == "F below 1 h 20 min, D from there, A from 5 h 40 min on"
    assert in_words(turns[:3:2]) == "F below 1 h 40 min, D from there on"
    assert in_words(turns[3:]) == "A- to A, whatever it is"
    assert in_words(turns[:1]) == "F, whatever it is"
    assert in_words([Turn(letter=None, from_seconds=1)]) == "no letter, whatever it is"


@pytest.mark.parametrize("text", ["10s", "5m", "1.5h", "24h", "36h", "2d", "7d"])
def test_durations_in_few_columns_are_still_durations(text: str) -> None:
    assert compact(parse_duration(text)) == text
