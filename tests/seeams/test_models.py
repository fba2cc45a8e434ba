"""A model in a run, from the command line: what it adds, what it cannot change, how it ends."""

import io
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from seeams.app import app
from seeams.asked import limits_of
from state.errors import WrongUse
from state.limits import Limits
from tests.bedrock.wire import FakeBedrock, Script, Turn
from tests.seeams.scripted import (
    INVENTED_SENTENCE,
    MODEL,
    TRUE_SENTENCE,
    category_of,
    thinking,
    turns_taken,
)

DEMO = ("demo", "--rto", "24h", "--rpo", "12h")
PATIENCE = 60.0  # seconds, on a machine that has much else to do
SPOF = "SINGLE_POINT_OF_FAILURE"


def settings(folder: Path, bedrock: FakeBedrock | None = None) -> dict[str, str]:
    """A user's AWS settings, with Bedrock on this machine."""
    nowhere = {
        name: str(folder / "nothing") for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE")
    }
    if bedrock is None:
        return nowhere
    return {
        **nowhere,
        "AWS_ACCESS_KEY_ID": "theirs",
        "AWS_SECRET_ACCESS_KEY": "theirs",
        "AWS_REGION": "eu-west-1",
        "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": bedrock.url,
    }


def run(folder: Path, *arguments: str, env: Mapping[str, str], code: int = 0) -> Result:
    """A command on a store in the folder, without a terminal."""
    store = ("--store", f"sqlite:///{folder}/seeams.db")
    done = CliRunner().invoke(app, [*arguments, *store], env=env)
    assert done.exit_code == code, done.output
    assert "Traceback" not in done.output
    return done


def demo(folder: Path, script: Script, *options: str) -> dict[str, Any]:
    """The demo with a model that follows a script, as JSON."""
    with FakeBedrock(script) as bedrock:
        done = run(
            folder, *DEMO, "--model", MODEL, *options, "--json", env=settings(folder, bedrock)
        )
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def letters(document: Mapping[str, Any]) -> dict[str, str]:
    return {code: grade["letter"] for code, grade in document["grades"].items()}


def what_rules_say(document: Mapping[str, Any]) -> dict[str, Any]:
    """All that no model may touch; what models left undone is a gap of their own."""
    parts = ("overall", "grades", "strengths", "answers", "disruptions", "objectives")
    findings = [{**each, "documentation": []} for each in document["findings"]]
    gaps = [gap for gap in document["gaps"] if gap["service"] != "model"]
    return {**{part: document[part] for part in parts}, "findings": findings, "gaps": gaps}


@dataclass(frozen=True)
class Ran:
    """Two demos in a store each: one with a model, one without."""

    folder: Path
    said: str
    with_model: dict[str, Any]
    without: dict[str, Any]
    requests: list[Any]

    def run(self, *arguments: str, code: int = 0) -> Result:
        return run(self.folder, *arguments, env=settings(self.folder), code=code)


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    folder, other = tmp_path_factory.mktemp("model"), tmp_path_factory.mktemp("none")
    with FakeBedrock(thinking) as bedrock:
        done = run(
            folder,
            *(*DEMO, "--model", MODEL, "--docs", "off", "--json"),
            env=settings(folder, bedrock),
        )
        requests = list(bedrock.requests)
    without = run(other, *DEMO, "--json", env=settings(other))
    return Ran(folder, done.stderr, json.loads(done.stdout), json.loads(without.stdout), requests)


# -- what a model adds -----------------------------------------------------------------------------


def test_nothing_that_rules_say_is_another_with_a_model(ran: Ran) -> None:
    assert what_rules_say(ran.with_model) == what_rules_say(ran.without)
    assert (ran.without["proposals"], ran.without["thoughts"]) == ([], {})
    assert ran.without["usage"]["model_calls"] == 0


def test_what_it_adds_is_marked_and_what_it_invents_is_dropped(ran: Ran) -> None:
    (proposal,) = ran.with_model["proposals"]
    assert (proposal["origin"], proposal["status"]) == ("model", "PROPOSED")
    assert ran.with_model["summary"]["sentences"] == [TRUE_SENTENCE]
    assert ran.with_model["summary"]["dropped"][0]["claim"] == INVENTED_SENTENCE
    (dropped,) = ran.with_model["thoughts"][SPOF]["dropped"]
    assert dropped["claim"] == "A database without a standby"


def test_what_it_cost_stands_by_node(ran: Ran) -> None:
    """Five specialists look once and report once; load asks AWS between; one summary."""
    used = ran.with_model["usage"]
    assert used["models"]["assess_load"]["model_calls"] == 3
    assert used["model_calls"] == 4 * 2 + 3 + 1 == len(ran.requests)
    assert sum(node["usd"] for node in used["models"].values()) == pytest.approx(used["usd"])
    assert used["aws_calls"] == ran.without["usage"]["aws_calls"] + 1
    assert ran.with_model["thoughts"]["EXCESSIVE_LOAD"]["aws_calls"] == 1


def test_who_watches_sees_who_did_what(ran: Ran) -> None:
    assert "Single points of failure: used 3 tools, 1 proposal" in ran.said
    assert "12 model calls" in ran.said
    assert TRUE_SENTENCE not in ran.said


def test_the_page_tells_a_model_from_a_rule(ran: Ran) -> None:
    (proposal,) = ran.with_model["proposals"]
    shown = " ".join(ran.run("show", "demo-food-agent", "--checkpoint", first(ran)).stdout.split())
    for said in (
        f"Summary written by {MODEL}",
        TRUE_SENTENCE,
        "in no letter until you accept",
        f"seeams accept --thread demo-food-agent {proposal['id']}",
        "doubt food-agent-orders: the function is released by its agent's version",
        "a model suggests partly: the function has the whole",
        "2 claims dropped",
        "left undone: Which quotas and storage limits are near?",
    ):
        assert said in shown
    assert INVENTED_SENTENCE not in shown.partition("Models and documentation")[0]


def test_markdown_says_the_same(ran: Ran, tmp_path: Path) -> None:
    file = tmp_path / "report.md"
    ran.run("show", "demo-food-agent", "--checkpoint", first(ran), "--output", str(file))
    text = file.read_text(encoding="utf-8")
    (proposal,) = ran.with_model["proposals"]
    for said in ("## Summary", "## Proposed", "## Models and documentation", proposal["id"]):
        assert said in text
    assert "A model doubts it, which changes nothing" in text


def first(ran: Ran) -> str:
    checkpoint: str = ran.with_model["checkpoint"]
    return checkpoint


# -- what a person accepts -------------------------------------------------------------------------


def test_an_accepted_proposal_moves_the_letter_as_its_arithmetic_says(
    ran: Ran, tmp_path: Path
) -> None:
    """Detect 4 h (no alarm) + decide 30 min + rebuild by hand 4 h = 8 h 30 min of 24 h: a B."""
    copy = tmp_path / "seeams.db"
    copy.write_bytes((ran.folder / "seeams.db").read_bytes())
    mine = Ran(tmp_path, "", ran.with_model, {}, [])
    (proposal,) = ran.with_model["proposals"]
    accept = ("accept", "--thread", "demo-food-agent")

    wrong = mine.run(*accept, "model.00000000", code=2)
    assert f"there are {proposal['id']}" in wrong.stderr
    assert "accept what?" in mine.run(*accept, code=2).stderr

    after = json.loads(mine.run(*accept, proposal["id"], "--json").stdout)
    assert after["before"]["letters"] == letters(ran.with_model)
    assert letters(after) == {**letters(ran.with_model), SPOF: "B"}
    assert after["grades"][SPOF]["rto_seconds"] == 4 * 3600 + 1800 + 4 * 3600
    assert after["proposals"] == []
    found = next(each for each in after["findings"] if each["id"] == proposal["id"])
    assert (found["origin"], found["status"]) == ("model", "OPEN")
    assert after["usage"]["model_calls"] == after["usage"]["aws_calls"] == 0
    assert "accepted already" in mine.run(*accept, proposal["id"]).stderr
    again = mine.run(*accept, "--all", "--json")
    assert "accepted already" in again.stderr
    assert letters(json.loads(again.stdout)) == letters(after)

    tighter = ("what-if", "--thread", "demo-food-agent", "--rto", "12h", "--json")
    asked = json.loads(mine.run(*tighter).stdout)
    assert asked["before"]["letters"] == letters(after)
    assert asked["premises"]["accepted"] == [proposal["id"]]
    shown = mine.run("show", "demo-food-agent").stdout
    assert "found by a model, accepted by a person" in " ".join(shown.split())
    entries = json.loads(mine.run("history", "demo-food-agent", "--json").stdout)
    assert [entry["kind"] for entry in entries if entry["letter"]] == [
        "assess",
        "accept",
        "what-if",
    ]
    (row,) = json.loads(mine.run("threads", "--json").stdout)
    assert row["accepted"] == [proposal["id"]]


# -- what goes wrong -------------------------------------------------------------------------------


def test_a_run_without_access_to_its_model_has_what_the_rules_say(ran: Ran, tmp_path: Path) -> None:
    denied = demo(tmp_path, lambda _: Turn(error="accessDeniedException"), "--docs", "off")
    assert what_rules_say(denied) == what_rules_say(ran.without)
    stops = {each["stop"] for each in denied["thoughts"].values()}
    assert (stops, denied["summary"]["stop"]) == ({"failed"}, "failed")
    shown = " ".join(
        run(tmp_path, "show", "demo-food-agent", env=settings(tmp_path)).stdout.split()
    )
    assert "the model failed: AccessDeniedException" in shown
    assert "for access: open the model" in shown
    assert "left undone: all that lies beyond the rules" in shown


def test_a_budget_ends_the_agents_and_not_the_run(ran: Ran, tmp_path: Path) -> None:
    ended = demo(tmp_path, thinking, "--docs", "off", "--budget", "calls=3,usd=5")
    assert what_rules_say(ended) == what_rules_say(ran.without)
    assert ended["usage"]["model_calls"] == 3
    assert "budget" in {each["stop"] for each in ended["thoughts"].values()}
    assert ended["summary"]["stop"] == "budget"
    undone = [each["undone"] for each in ended["thoughts"].values() if each["stop"] == "budget"]
    assert all(undone)
    assert any(gap["action"] == f"model:{MODEL}" for gap in ended["gaps"])


def test_documentation_is_looked_up_and_what_was_returned_is_marked(tmp_path: Path) -> None:
    env = settings(tmp_path)
    done = json.loads(run(tmp_path, *DEMO, "--docs", "embedded", "--json", env=env).stdout)
    assert done["documentation"]["servers"] == ["embedded"]
    sources = Counter(link["source"] for f in done["findings"] for link in f["documentation"])
    assert sources["mcp"] > 0
    assert done["usage"]["model_calls"] == 0


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--model", "claude"), 2, "'claude' is no model"),
        (("--model", "nonsense:x"), 2, "there is no provider 'nonsense'"),
        (("--model", "openai:gpt-5"), 3, "langchain-openai"),
        (("--model", "bedrock:x", "--docs", "nonsense"), 2, "'nonsense' is not one of"),
        (("--model", MODEL), 3, "no AWS credentials for Amazon Bedrock"),
        (("--budget", "euros=3"), 2, "write usd=..., tokens=..., calls=..."),
        (("--budget", "usd=1"), 2, "there is none: name one with --model"),
        (("--budget", "tokens=many"), 2, "'many' is no number above zero"),
    ],
)
def test_what_cannot_be_used_is_said_before_anything_is_built(
    tmp_path: Path, arguments: tuple[str, ...], code: int, said: str
) -> None:
    region = {**settings(tmp_path), "AWS_REGION": "eu-west-1"}
    failed = run(tmp_path, *DEMO, *arguments, env=region, code=code)
    assert said in " ".join(failed.stderr.replace("│", " ").split())
    assert "Building" not in failed.stderr


def test_a_model_needs_a_region(tmp_path: Path) -> None:
    env = {**settings(tmp_path), "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}
    failed = run(tmp_path, *DEMO, "--model", MODEL, env=env, code=3)
    assert "which Region's Amazon Bedrock? Set AWS_REGION" in failed.stderr


@pytest.mark.parametrize(
    ("text", "limits"),
    [
        (None, Limits()),
        ("usd=0.5", Limits(usd=0.5)),
        (
            "tokens=200k, calls=60,seconds=300",
            Limits(tokens=200_000, model_calls=60, seconds=300.0),
        ),
        ("tokens=1.5m,steps=3", Limits(tokens=1_500_000, steps=3)),
    ],
)
def test_a_budget_is_read(text: str | None, limits: Limits) -> None:
    assert limits_of(text) == limits


@pytest.mark.parametrize("text", ["usd", "usd=", "=3", "usd=0", "usd=-1", "calls=0.5", "usd=nan"])
def test_a_budget_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(WrongUse, match="--budget"):
        limits_of(text)


# -- review ----------------------------------------------------------------------------------------


def test_a_review_without_a_person_stops_before_the_model_and_is_gone_on_from(
    ran: Ran, tmp_path: Path
) -> None:
    with FakeBedrock(thinking) as bedrock:
        env = settings(tmp_path, bedrock)
        ask = (*DEMO, "--model", MODEL, "--docs", "off", "--json")
        held = run(tmp_path, *ask, "--review", env=env)
        again = run(tmp_path, *ask, "--review", env=env)
        assert bedrock.requests == []
        found = json.loads(held.stdout)
        assert json.loads(again.stdout) == found
        assert "The same command without --review goes on" in held.stderr
        done = json.loads(run(tmp_path, *ask, env=env).stdout)
    assert sum(each["members"] for each in found["found"]) == done["workload"]["resources"]
    assert done["usage"]["aws_calls"] == 1  # the specialist's own
    assert "discover" not in done["usage"]["nodes_run"]
    assert letters(done) == letters(ran.without)


class Person(io.StringIO):
    """Somebody at the terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("answers", ["y\ny\n", "y\nn\n", "n\n"])
def test_a_person_approves_what_was_found_and_accepts_what_is_proposed(
    answers: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(sys, "stdin", Person(answers))
    with FakeBedrock(thinking) as bedrock:
        for name, value in settings(tmp_path, bedrock).items():
            monkeypatch.setenv(name, value)
        options = ("--model", MODEL, "--docs", "off", "--json", "--review")
        with pytest.raises(SystemExit) as left:
            app([*DEMO, *options, "--store", f"sqlite:///{tmp_path}/seeams.db"])
        asked = [category_of(each.body) for each in bedrock.requests]
    said = capsys.readouterr()
    assert left.value.code == 0, said.err
    assert "Go on with the five specialists" in said.err
    if answers == "n\n":
        assert (asked, said.out) == ([], "")
        return
    document = json.loads(said.out)
    accepted = answers == "y\ny\n"
    assert "Accept 1 of 1?" in said.err
    assert document["grades"][SPOF]["letter"] == ("B" if accepted else "A")
    assert len(document["premises"]["accepted"]) == accepted
    assert document["summary"]["sentences"] == [TRUE_SENTENCE]
    assert asked.count("") == 1 + accepted  # what was accepted is put into words anew


# -- Ctrl-C ----------------------------------------------------------------------------------------


@pytest.fixture
def stalling() -> Iterator[FakeBedrock]:
    """A model that answers all but the specialist for load, who waits until the test is over."""
    hangs = [Turn(hang_seconds=600.0)]

    def script(request: Mapping[str, Any]) -> Turn:
        if hangs and category_of(request) == "load" and turns_taken(request) == 1:
            return hangs.pop()
        return thinking(request)

    with FakeBedrock(script) as bedrock:
        yield bedrock


def test_ctrl_c_stops_the_agents_and_what_was_thought_is_not_thought_again(
    stalling: FakeBedrock, tmp_path: Path
) -> None:
    store = f"sqlite:///{tmp_path}/seeams.db"
    command = [sys.executable, "-m", "seeams", *DEMO, "--model", MODEL, "--docs", "off"]
    env = {**os.environ, **settings(tmp_path, stalling)}
    with subprocess.Popen(
        [*command, "--store", store], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env
    ) as running:
        until = time.monotonic() + PATIENCE
        while thoughts_kept(tmp_path / "seeams.db") < 4 or len(stalling.requests) < 10:
            assert time.monotonic() < until, asked(stalling)
            assert running.poll() is None, running.communicate()
            time.sleep(0.1)
        running.send_signal(signal.SIGINT)
        _, said = running.communicate(timeout=PATIENCE)
    assert running.returncode == 130, said.decode()
    assert b"goes on where it stopped" in said
    assert b"Traceback" not in said
    before = len(stalling.requests)
    assert Counter(asked(stalling)) == Counter(ALL_BUT_THE_END)

    done = run(tmp_path, *command[3:], "--json", env=settings(tmp_path, stalling))
    document = json.loads(done.stdout)
    assert set(asked(stalling)[before:]) == {"load", ""}
    assert document["usage"]["aws_calls"] == 1  # the specialist for load's own
    assert [each["stop"] for each in document["thoughts"].values()] == ["done"] * 5
    assert document["proposals"]


ALL_BUT_THE_END = ["spof", "load", "latency", "misconfiguration", "shared_fate"] * 2


def thoughts_kept(store: Path) -> int:
    """How many specialists' thoughts are on disk and not yet part of a checkpoint."""
    if not store.exists():
        return 0
    with closing(sqlite3.connect(store)) as connection:
        try:
            found = connection.execute(
                "SELECT count(*) FROM writes WHERE channel = 'thoughts' AND checkpoint_id = "
                "(SELECT max(checkpoint_id) FROM checkpoints)"
            ).fetchone()
        except sqlite3.OperationalError:  # not created yet, or busy
            return 0
    return int(found[0])


def asked(bedrock: FakeBedrock) -> list[str]:
    """Who asked the model, in order; "" is the report writer."""
    return [category_of(each.body) for each in bedrock.requests]
