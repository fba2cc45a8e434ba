"""`show`, `threads`, `diagram` and `history` over a store, as a user runs them."""

import io
import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import Result

from graph.runs import HistoryEntry
from seeams.documents import Document
from seeams.rendering.lists import print_history
from state.channels import RunKind
from state.report import Report

Seeams = Callable[..., Result]


def test_show_prints_the_latest_assessment(seeams: Seeams, stored: str) -> None:
    shown = seeams("show", "shop", "--store", stored)
    assert shown.exit_code == 0
    assert "RTO 24 h, RPO 12 h" in shown.stdout
    assert f"--store {stored}" in shown.stdout


def test_show_takes_the_beginning_of_a_checkpoint(seeams: Seeams, stored: str) -> None:
    shown = seeams("show", "shop", "--checkpoint", "2f", "--store", stored)
    assert "RTO 2 h, RPO 30 min" in shown.stdout


def test_the_json_is_the_report_and_follows_its_schema(seeams: Seeams, stored: str) -> None:
    document = json.loads(seeams("show", "shop", "--json", "--store", stored).stdout)
    schema = json.loads(seeams("show", "--schema").stdout)
    assert set(schema["required"]) <= set(document) <= set(schema["properties"])
    assert Document.model_validate(document).before is None
    assert Report.model_validate(document).checkpoint == "1f-checkpoint"


def test_threads_are_listed(seeams: Seeams, stored: str) -> None:
    assert "cut-short" in seeams("threads", "--store", stored).stdout
    rows = json.loads(seeams("threads", "--json", "--store", stored).stdout)
    assert {row["thread"]: (row["runs"], row["finished"]) for row in rows} == {
        "shop": (2, True),
        "cut-short": (1, False),
    }


def test_a_history_is_cut_nowhere_at_eighty_columns() -> None:
    entry = HistoryEntry(
        checkpoint="1f1e73c0-0220-6288-8006-6186a0cfdeaa",
        parent=None,
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
        run="r",
        kind=RunKind.WHAT_IF,
        rto_seconds=4 * 3600,
        rpo_seconds=15 * 60,
        ran=["discover and a few more words"],
        next=[],
        letter="C-",
    )
    printed = io.StringIO()
    print_history(Console(file=printed, width=80), [entry])
    shown = printed.getvalue()
    for word in ("letter", "what-if", "4 h / 15 min", "1f1e73c0-0220-6288", *entry.ran[0].split()):
        assert f" {word} " in shown, word


def test_an_empty_store_says_what_to_do(seeams: Seeams) -> None:
    empty = seeams("threads")
    assert (empty.exit_code, empty.stdout) == (0, "")
    assert "seeams demo" in empty.stderr
    assert json.loads(seeams("threads", "--json").stdout) == []


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("show", "nothing-like-it"), 3, "known threads: shop, cut-short"),
        (("show", "cut-short"), 3, "never finished"),
        (("show", "shop", "--checkpoint", "9"), 3, "seeams history shop"),
        (("show",), 2, "which thread?"),
        (("show", "shop", "--output", "x.pdf"), 2, ".html, .json, .md"),
        (("show", "shop", "--output", "no/such/folder/x.md"), 2, "no folder"),
        (("diagram", "--thread", "shop", "--output", "x.pdf"), 2, ".mmd"),
        (("diagram", "--thread", "shop", "--icons"), 2, "FILE.svg"),
        (("history", "nothing-like-it"), 3, "no thread"),
    ],
)
def test_what_the_user_can_mend_is_one_message(
    seeams: Seeams, stored: str, arguments: tuple[str, ...], code: int, said: str
) -> None:
    failed = seeams(*arguments, "--store", stored)
    assert failed.exit_code == code
    assert failed.stdout == ""
    assert failed.stderr.startswith("Error: ")
    assert said in failed.stderr


def test_output_writes_markdown_and_json(seeams: Seeams, stored: str, tmp_path: Path) -> None:
    markdown, document = tmp_path / "report.md", tmp_path / "report.json"
    written = seeams(
        "show", "shop", "--store", stored, "--output", str(markdown), "--output", str(document)
    )
    assert (written.exit_code, written.stdout) == (0, "")
    assert markdown.read_text(encoding="utf-8").startswith("# Resilience of workload")
    assert Report.model_validate_json(document.read_text(encoding="utf-8")).thread == "shop"


def test_a_file_that_cannot_be_written_is_explained(
    seeams: Seeams, stored: str, tmp_path: Path
) -> None:
    (tmp_path / "x.md").mkdir()
    failed = seeams("show", "shop", "--store", stored, "--output", str(tmp_path / "x.md"))
    assert failed.exit_code == 3
    assert "cannot be written" in failed.stderr


def test_a_diagram_is_mermaid_or_a_picture(seeams: Seeams, stored: str, tmp_path: Path) -> None:
    shown = seeams("diagram", "--thread", "shop", "--store", stored)
    assert "flowchart LR" in shown.stdout
    for kind, magic in (("mmd", b"%%{init"), ("svg", b"<svg"), ("png", b"\x89PNG")):
        file = tmp_path / f"architecture.{kind}"
        written = seeams("diagram", "--thread", "shop", "--store", stored, "--output", str(file))
        assert written.exit_code == 0
        assert file.read_bytes().startswith(magic)


@pytest.mark.parametrize("bad", ["postgresql://x", "sqlite:///{}/x.db"])
def test_a_store_that_cannot_be_opened_is_explained(
    seeams: Seeams, bad: str, tmp_path: Path
) -> None:
    (tmp_path / "x.db").write_bytes(b"no database at all, but long enough to be taken for one" * 9)
    failed = seeams("threads", "--store", bad.format(tmp_path))
    assert failed.exit_code in (2, 3)
    assert failed.stderr.startswith("Error: ")


def test_the_store_comes_from_the_environment(seeams: Seeams, stored: str) -> None:
    assert "shop" in seeams("threads", env={"SEEAMS_STORE": stored}).stdout


def test_a_reader_that_goes_away_is_no_failure(stored: str) -> None:
    command = f"{sys.executable} -m seeams show shop --store {stored} --json | head -c 10"
    piped = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, check=True)
    assert piped.stderr == ""
