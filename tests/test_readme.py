"""Every command that the README shows is run, in its order, as a reader would."""

import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.bedrock.wire import FakeBedrock, Turn

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^\$ (.+)$", README, re.MULTILINE)
SEEAMS = [sys.executable, "-m", "seeams"]


@pytest.fixture
def account(tmp_path: Path) -> Iterator[dict[str, str]]:
    """The reader's environment after `seeams account > account.env &` and `. ./account.env`."""
    exported = tmp_path / "account.env"
    with exported.open("w", encoding="utf-8") as stdout:
        keeping = subprocess.Popen(
            [*SEEAMS, "account"], stdout=stdout, stderr=subprocess.PIPE, text=True
        )
    assert keeping.stderr
    try:
        assert "answers on" in keeping.stderr.readline()
        told = subprocess.run(
            ["bash", "-c", f". {exported} && env -0"], capture_output=True, text=True, check=True
        )
        yield dict(line.split("=", 1) for line in told.stdout.split("\0") if line)
    finally:
        keeping.send_signal(signal.SIGINT)
        keeping.communicate(timeout=30)


@pytest.fixture
def bedrock(account: dict[str, str]) -> Iterator[None]:
    """A model that finds nothing beyond the rules, where the reader's Bedrock would be."""

    def silent(request: Mapping[str, Any]) -> Turn:
        tools = {
            each["toolSpec"]["name"]
            for each in request["toolConfig"]["tools"]
            if "toolSpec" in each
        }
        last = "report_findings" if "report_findings" in tools else "write_summary"
        return Turn(tools=[(last, {} if last == "report_findings" else {"sentences": []})])

    with FakeBedrock(silent) as model:
        account["AWS_ENDPOINT_URL_BEDROCK_RUNTIME"] = model.url
        yield
        assert len(model.requests) >= 5, "every specialist was asked"


@pytest.mark.usefixtures("bedrock")
def test_every_command_runs(account: dict[str, str], tmp_path: Path) -> None:
    ran = 0
    for command in COMMANDS:
        words = shlex.split(command.removeprefix("pip install uv && uv run "))
        if words[0] != "seeams" or words[1] == "account":
            continue
        done = subprocess.run(
            [*SEEAMS, *words[1:]],
            cwd=tmp_path,
            env=account,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{command}: {done.stderr}"
        assert done.stdout or "--output" in words, command
        ran += 1
    assert ran >= 25
    assert "flowchart" in (tmp_path / "shop.mmd").read_text(encoding="utf-8")
    assert "<svg" in (tmp_path / "shop.svg").read_text(encoding="utf-8")
    assert (tmp_path / "sweep.png").stat().st_size > 10_000
    assert "</html>" in (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "aws " in (tmp_path / "runbook.md").read_text(encoding="utf-8")


def test_two_commands_do_everything() -> None:
    first, second, *_ = COMMANDS
    assert first.startswith("pip install uv && uv run seeams demo")
    assert second == "pip install uv && uv run pytest -n auto"


def test_files_that_are_linked_exist() -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)", README)
    missing = [link for link in links if not (Path(__file__).parents[1] / link).exists()]
    assert not missing
