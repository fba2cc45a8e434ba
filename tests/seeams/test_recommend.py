"""`seeams recommend`, as a user runs it."""

import json
import re
from collections.abc import Callable
from io import StringIO
from pathlib import Path

from rich.console import Console
from typer.testing import Result

from seeams.rendering.names import Names
from seeams.rendering.recommendations import as_markdown, print_recommendations
from state.grades import Documentation
from state.judgements import Cost, Effort, Layer
from state.recommendations import How, Recommendation, Recommended, Source
from state.report import Report
from state.snapshot import Snapshot

Seeams = Callable[..., Result]


def test_as_many_as_were_asked_for_with_all_ways(seeams: Seeams, assessed: str) -> None:
    asked = ("recommend", "--thread", "shop", "--topic", "backup", "--top", "2")
    shown = seeams(*asked, "--store", assessed, env={"COLUMNS": "80"})
    assert shown.exit_code == 0, shown.stderr
    assert re.findall(r"(?m)^ ?(\d+)  \S", shown.stdout) == ["1", "2"]
    assert "https://docs.aws.amazon.com/" in shown.stdout
    for way in ("Console", "AWS CLI", "CloudFormation", "Terraform"):
        assert way in shown.stdout


def test_as_data(seeams: Seeams, assessed: str) -> None:
    shown = seeams("recommend", "--thread", "shop", "--json", "--store", assessed)
    found = Recommended.model_validate(json.loads(shown.stdout))
    assert len(found.recommendations) == 3
    assert found.topic == "everything"
    assert found.checkpoint
    moved = [each for each in found.recommendations if each.letters]
    assert all(move.before != move.after for each in moved for move in each.letters or ())


def test_what_it_would_do_to_the_letters_is_what_a_what_if_says(
    seeams: Seeams, assessed: str
) -> None:
    shown = seeams("recommend", "--thread", "shop", "--top", "10", "--json", "--store", assessed)
    found = Recommended.model_validate(json.loads(shown.stdout))
    each = next(one for one in found.recommendations if one.letters)
    fixes = [part for fix in each.fixes for part in ("--fix", fix)]
    after = seeams("what-if", "--thread", "shop", *fixes, "--json", "--store", assessed)
    report = json.loads(after.stdout)
    for move in each.letters or ():
        graded = report["overall"] if move.category == "OVERALL" else None
        graded = graded or report["grades"][move.category]
        assert graded["letter"] == move.after


def test_an_unknown_topic_is_wrong_use(seeams: Seeams, assessed: str) -> None:
    asked = ("recommend", "--thread", "shop", "--topic", "basket weaving", "--store", assessed)
    shown = seeams(*asked)
    assert shown.exit_code == 2
    assert "observability" in shown.stderr


def test_markdown_is_written(seeams: Seeams, assessed: str, tmp_path: Path) -> None:
    file = tmp_path / "first.md"
    shown = seeams("recommend", "--thread", "shop", "--output", str(file), "--store", assessed)
    assert shown.exit_code == 0, shown.stderr
    text = file.read_text()
    assert text.startswith("# The first 3 things to do\n")
    assert text.count("\n## ") == 3
    assert text.count("```") % 2 == 0
    wrong = seeams("recommend", "--thread", "shop", "--output", "first.txt", "--store", assessed)
    assert wrong.exit_code == 2


def test_names_stay_names(report: Report, snapshot: Snapshot) -> None:
    """Neither on the terminal nor in Markdown does a name write more than itself."""
    hostile = "[red]x[/] \x1b[2J\u202e|`<b>[a](http://b.c)"
    one = Recommendation(
        key="any.runbook",
        title=f"Keep a runbook for {hostile}",
        source=Source.GENERAL,
        why=hostile,
        resources=(),
        share=0.0,
        category="SHARED_FATE",
        layer=Layer.DISASTER_RECOVERY,
        effort=Effort.HOURS,
        cost=Cost.FREE,
        how=How(resource="workload", cli=f"aws x\n```\n{hostile}", console=hostile),
        documentation=Documentation(title=hostile, url="https://docs.aws.amazon.com/x"),
    )
    found = Recommended(thread="shop", checkpoint="1f", topic=hostile, recommendations=(one,))
    written = StringIO()
    console = Console(file=written, width=80, markup=False, emoji=False, highlight=False)
    print_recommendations(console, found, report, Names(snapshot))
    markdown = as_markdown(found, report, Names(snapshot))
    for text in (written.getvalue(), markdown):
        assert "\x1b" not in text
        assert "\u202e" not in text
    outside = re.sub(r"(?ms)^(`{3,})\w+$.*?^\1$", "", markdown)
    assert "<b>" not in outside.replace("\\<b\\>", "")
    assert "](http://" not in outside


def test_two_topics_at_once_and_a_slip_of_the_pen(seeams: Seeams, assessed: str) -> None:
    shown = seeams("recommend", "--thread", "shop", "--topic", "s3, backups", "--store", assessed)
    assert shown.exit_code == 0, shown.stderr
    said = " ".join(shown.stdout.split())
    assert "S3 and backup are ranked together. The workload has no s3 resource" in said
    assert "the rest of each declaration stays" in said
    wrong = seeams("recommend", "--thread", "shop", "--topic", "latancy", "--store", assessed)
    assert "did you mean 'latency'?" in wrong.stderr
