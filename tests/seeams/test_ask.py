"""`ask` and `chat` as a user runs them: in a pipe, in a terminal, again tomorrow."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from state.objectives import Objectives
from state.store import Store
from tests.agents.conversation.conftest import assessed
from tests.bedrock.minds import CLAUDE
from tests.bedrock.wire import FakeBedrock, Turn
from tests.seeams.conftest import Seeams


@pytest.fixture
def shop(tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path}/shop.db"
    with Store(url) as store:
        assessed(store)
    return url


def test_the_json_of_an_answer(seeams: Seeams, shop: str) -> None:
    asked = seeams(
        "ask", "--thread", "shop", "--store", shop, "--json", "What if RTO were 2 hours?"
    )
    what_if = seeams("what-if", "--thread", "shop", "--store", shop, "--rto", "2h", "--json")
    assert asked.exit_code == what_if.exit_code
    document = json.loads(asked.stdout)
    assert document["result"]["overall"] == json.loads(what_if.stdout)["overall"]
    assert (document["verb"], document["arguments"]) == ("what_if", {"rto": "2h"})
    objectives = Objectives.model_validate(
        {k: v for k, v in document["result"]["objectives"].items() if k != "tolerance"}
    )
    assert objectives.rto_seconds == 7200
    assert document["answer"].startswith("**RTO 2 hours, RPO 12 hours**")


def test_a_pipe_gets_markdown(seeams: Seeams, shop: str) -> None:
    drawn = seeams("ask", "--thread", "shop", "--store", shop, "draw it")
    assert drawn.stdout.startswith("```mermaid\n")
    assert drawn.stdout.endswith("```\n")


@pytest.mark.parametrize(
    ("question", "code"),
    [
        ("what are our grades", 0),
        ("what's the weather in Hamburg?", 0),  # asked back
        ("why is latency a D", 0),
        ("what would an outage in ap-south-1b do", 2),
    ],
)
def test_exit_codes(seeams: Seeams, shop: str, question: str, code: int) -> None:
    asked = seeams("ask", "--thread", "shop", "--store", shop, question)
    assert asked.exit_code == code
    assert asked.stdout


def test_a_thread_that_is_not_there(seeams: Seeams, shop: str) -> None:
    asked = seeams("ask", "--thread", "nothing", "--store", shop, "draw it")
    assert asked.exit_code == 3
    assert "no thread 'nothing'" in asked.stderr
    empty = seeams("chat", input="draw it\n")
    assert empty.exit_code == 3
    assert "seeams demo" in empty.stderr


def test_a_chat_is_piped_and_goes_on_tomorrow(seeams: Seeams, shop: str) -> None:
    first = seeams("chat", "--store", shop, input="what if rto were 2h\n\nwhy?\n")
    assert first.exit_code == 0
    assert "> what if rto were 2h" in first.stdout
    assert "Of the what-if (RTO 2 hours" in first.stdout
    tomorrow = seeams(
        "chat", "--thread", "shop", "--store", shop, "--json", input="and an RPO of 5 min?\n"
    )
    assert "2 questions so far, the last: why?" in tomorrow.stderr
    (line,) = tomorrow.stdout.splitlines()
    assert json.loads(line)["arguments"] == {"rto": "2h", "rpo": "5min"}


def test_a_terminal_gets_a_laid_out_answer_and_ctrl_d_ends(shop: str) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "seeams", "chat", "--thread", "shop", "--store", shop]
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "80"}
    with subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment
    ) as chat:
        os.close(theirs)
        said = _until(ours, b"seeams> ")
        os.write(ours, b"what are our grades\n")
        said += _until(ours, b"seeams> ")
        os.write(ours, b"\x04")
        said += _until(ours, b"")
        assert chat.wait(60) == 0
    os.close(ours)
    shown = said.decode(errors="replace")
    assert "Overall" in shown
    assert "|---|" not in shown, "a table, not its Markdown"
    assert "Traceback" not in shown


def _until(terminal: int, prompt: bytes) -> bytes:
    """What is printed up to a prompt; b"": up to the end."""
    said = b""
    while not prompt or prompt not in said:
        try:
            said += os.read(terminal, 4096)
        except OSError:  # the other end is closed
            break
    return said


def test_a_model_that_cannot_be_asked_is_stood_in_for(
    seeams: Seeams, shop: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    with FakeBedrock([Turn(error="accessDeniedException")]) as bedrock:
        monkeypatch.setenv("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", bedrock.url)
        asked = seeams(*("ask", "--thread", "shop", "--store", shop, "--model", CLAUDE, "draw it"))
    assert asked.exit_code == 0
    assert asked.stdout.startswith("```mermaid")
    assert "the rules did" in asked.stderr


def test_documentation_of_the_embedded_server(seeams: Seeams, shop: str) -> None:
    asked = seeams(
        *("ask", "--thread", "shop", "--store", shop, "--docs", "embedded", "--json"),
        "docs about zonal autoshift",
    )
    pages = json.loads(asked.stdout)["result"]["pages"]
    assert any("zonal" in page["url"] for page in pages)
    assert all(page["url"].startswith("https://docs.aws.amazon.com/") for page in pages)
