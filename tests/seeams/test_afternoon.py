"""The walk-through, as one person's afternoon: processes, signals, a store, no network."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from typer.testing import Result

COMMAND = [sys.executable, "-m", "seeams"]
DEMO = [*COMMAND, "demo", "--rto", "24h", "--rpo", "12h", "--json"]


def environment() -> dict[str, str]:
    """What a user's AWS configuration may look like; none of it may matter."""
    return {
        **os.environ,
        "AWS_PROFILE": "nothing-like-it",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
        "AWS_ACCESS_KEY_ID": "somebody",
    }


def run(*arguments: str, code: int = 0) -> str:
    ran = subprocess.run(
        [*COMMAND, *arguments],
        capture_output=True,
        text=True,
        env=environment(),
        check=False,
        stdin=subprocess.DEVNULL,
        timeout=120,
    )
    assert ran.returncode == code, ran.stderr
    assert "Traceback" not in ran.stderr
    return ran.stdout


def letters(document: dict[str, Any]) -> list[str]:
    return [grade["letter"] for grade in document["grades"].values()]


def interrupt_while_reading() -> str:
    """Start the demo and press Ctrl-C as soon as it reads; returns what it said then."""
    with subprocess.Popen(
        DEMO, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment()
    ) as demo:
        assert demo.stderr is not None
        for line in demo.stderr:
            if line.startswith("Reading"):
                demo.send_signal(signal.SIGINT)
                break
        said = demo.stderr.read()
        assert demo.wait(60) == 130
    return said


def test_an_afternoon(tmp_path: Path, seeams: Callable[..., Result]) -> None:
    said = interrupt_while_reading()
    assert "goes on where it stopped" in said
    assert "Traceback" not in said

    first = json.loads(run(*DEMO[3:]))
    assert first["thread"] == "demo-food-agent"
    assert None not in letters(first)
    assert first["usage"]["aws_calls"] > 0

    after = json.loads(
        run("what-if", "--thread", "demo-food-agent", "--rto", "2h", "--rpo", "30m", "--json")
    )
    assert after["usage"]["aws_calls"] == 0
    assert set(after["usage"]["nodes_run"]) == {
        *(name for name in after["usage"]["nodes_run"] if name.startswith("grade_")),
        "compose",
        "write_report",
    }
    assert after["before"]["overall"] == first["overall"]
    assert list(after["before"]["letters"].values()) == letters(first)
    assert after["objectives"]["tolerance"] == "MEDIUM"

    picture = tmp_path / "architecture.svg"
    seeams("diagram", "--thread", "demo-food-agent", "--output", str(picture))
    assert "food-agent" in picture.read_text(encoding="utf-8")

    entries = json.loads(seeams("history", "demo-food-agent", "--json").stdout)
    assert {entry["kind"] for entry in entries} == {"assess", "what-if"}
    assert json.loads(seeams("show", "demo-food-agent", "--json").stdout) == first
    again = seeams("show", "demo-food-agent", "--checkpoint", after["checkpoint"], "--json")
    assert json.loads(again.stdout)["objectives"] == after["objectives"]


def test_an_account_to_try_everything_on(tmp_path: Path) -> None:
    exports = tmp_path / "account.env"
    with (
        exports.open("w") as file,
        subprocess.Popen(
            [*COMMAND, "account"], stdout=file, stderr=subprocess.PIPE, text=True, env=environment()
        ) as account,
    ):
        assert account.stderr is not None
        said = []
        for line in account.stderr:
            said.append(line)
            if "Ctrl-C stops it" in line:
                break
        assessed = subprocess.run(
            [
                "/bin/sh",
                "-c",
                f". {exports}; exec {' '.join(COMMAND)} assess --tag workload=food-agent "
                "--rto 24h --rpo 12h --fail-under A --json",
            ],
            capture_output=True,
            text=True,
            env=environment(),
            check=False,
            timeout=120,
        )
        account.send_signal(signal.SIGINT)
        rest = account.stderr.read()
        assert account.wait(30) == 0
    assert any("seeams assess --tag workload=food-agent" in line for line in said)
    assert "gone" in rest
    assert assessed.returncode == 1, assessed.stderr
    document = json.loads(assessed.stdout)
    assert (document["thread"], document["workload"]["regions"]) == ("food-agent", ["us-east-1"])
