"""`seeams runbook`, as a user runs it."""

import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path

from rich.console import Console
from typer.testing import Result

from seeams.rendering.runbook import print_runbook
from state.runbooks import Runbook

Seeams = Callable[..., Result]


def test_markdown_on_stdout(seeams: Seeams, assessed: str) -> None:
    shown = seeams("runbook", "--thread", "shop", "--store", assessed)
    assert shown.exit_code == 0, shown.stderr
    assert shown.stdout.startswith("# Runbook: shop\n")
    assert "aws rds describe-db-instances" in shown.stdout


def test_into_a_file(seeams: Seeams, assessed: str, tmp_path: Path) -> None:
    file = tmp_path / "runbook.md"
    shown = seeams("runbook", "--thread", "shop", "--store", assessed, "--output", str(file))
    assert shown.stdout == ""
    printed = seeams("runbook", "--thread", "shop", "--store", assessed).stdout
    assert file.read_text(encoding="utf-8") == printed


def test_no_other_kind_of_file(seeams: Seeams, assessed: str) -> None:
    shown = seeams("runbook", "--thread", "shop", "--store", assessed, "--output", "x.docx")
    assert shown.exit_code == 2
    assert ".md" in shown.stderr


def test_as_data(seeams: Seeams, assessed: str) -> None:
    shown = seeams("runbook", "--thread", "shop", "--store", assessed, "--json")
    book = Runbook.model_validate(json.loads(shown.stdout))
    assert {each.type for each in book.procedures} == {"AWS::RDS::DBInstance"}


def test_only_what_there_is(seeams: Seeams, assessed: str) -> None:
    shown = seeams("runbook", "--thread", "shop", "--store", assessed, "--only", "queue")
    assert shown.exit_code == 2
    assert "no procedure for 'queue'" in shown.stderr
    assert "RDS DB instance" in shown.stderr


def test_a_command_stays_whole_in_a_narrow_terminal() -> None:
    """Wrapped or padded, a line that goes on would not go on when it is pasted."""
    command = f"aws sqs receive-message --queue-url {'x' * 90} \\\n    --region eu-west-1"
    shown = StringIO()
    print_runbook(Console(file=shown, width=40), f"**Step 1.** Go.\n\n```sh\n{command}\n```\n")
    assert shown.getvalue() == f"Step 1. Go.\n\n{command}\n"


def test_a_line_that_chooses_stays_whole_and_marks_are_not_shown() -> None:
    """The variables of a resource are pasted as one line; a name in code keeps its asterisks."""
    shown = StringIO()
    line = f"- `a`: `QUEUE={'x' * 60} QUEUE_KEY=k`"
    print_runbook(Console(file=shown, width=40), f"{line}\n**Step 1.** Ask `**b**` \\<NAME>.\n")
    assert shown.getvalue() == f"{line.replace('`', '')}\nStep 1. Ask **b** <NAME>.\n"
