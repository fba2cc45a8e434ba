"""What is printed: readable at any width, and nothing from the account is ever interpreted."""

import io
import re
from datetime import UTC, datetime

import pytest
from rich.console import Console

from seeams.console import plain
from seeams.rendering.comparison import moved, print_comparison
from seeams.rendering.differences import drift_words
from seeams.rendering.lists import print_threads
from seeams.rendering.markdown import as_markdown
from seeams.rendering.names import Names
from seeams.rendering.report import print_report
from seeams.rendering.words import short_duration
from seeams.stored import ThreadRow
from state.grades import Severity
from state.objectives import Objectives
from state.report import Report
from state.snapshot import Snapshot
from tools.markdown import code, link, text

LINK = (
    "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithAutomatedBackups.html"
)


def page(
    report: Report,
    snapshot: Snapshot,
    width: int = 80,
    *,
    terminal: bool = False,
    everything: bool = False,
) -> str:
    file = io.StringIO()
    console = Console(
        file=file,
        width=width,
        force_terminal=terminal,
        color_system="standard" if terminal else None,
        markup=False,
        emoji=False,
        highlight=False,
    )
    print_report(console, report, Names(snapshot), everything=everything)
    return file.getvalue()


@pytest.mark.parametrize("width", [40, 80, 120])
def test_nothing_but_links_and_commands_is_wider_than_the_terminal(
    report: Report, snapshot: Snapshot, width: int
) -> None:
    wide = [line for line in page(report, snapshot, width).splitlines() if len(line) > width]
    assert [line for line in wide if "https://" not in line and "seeams " not in line] == []


def test_a_link_is_never_broken(report: Report, snapshot: Snapshot) -> None:
    assert LINK in page(report, snapshot, 40)


def test_piped_output_has_no_control_codes(report: Report, snapshot: Snapshot) -> None:
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", page(report, snapshot))


def test_names_neither_style_nor_move_the_cursor(report: Report, snapshot: Snapshot) -> None:
    shown = page(report, snapshot, 200, terminal=True)
    assert "[red]x[/] \\x1b[2J\\u202e" in shown
    assert "\x1b[2J" not in shown
    assert "\u202e" not in shown


def test_the_arithmetic_adds_up_in_words(report: Report, snapshot: Snapshot) -> None:
    shown = page(report, snapshot, 120)
    for words in ("4 hours", "2 hours", "assumption:restore_database", "rds.single"):
        assert words in shown
    assert re.search(r"= +6 h\b", shown)


def test_the_report_says_all_of_it(report: Report, snapshot: Snapshot) -> None:
    shown = page(report, snapshot, 120, everything=True)
    for words in (
        "RTO 24 h, RPO 12 h",
        "HIGH tolerance",
        "OVERALL",
        "Critical  1 finding",
        "Low  1 finding",
        "seen   rds:DescribeDBInstances TagList[].Value = ",
        "do     Set `BackupRetentionPeriod` to 7.",
        "+ deleted objects can be brought back",
        "attest: that a second copy exists",
        "denied  allow these",
        "- backup:ListBackupPlans in eu-west-1 · bears on Shared fate",
        "Over-built",
        "7 AWS calls in 1.5 s, no model",
        "seeams what-if --thread shop --rto 2h --rpo 30m",
    ):
        assert words in shown


def crowded(report: Report) -> Report:
    """The report with twenty findings."""
    found = [
        report.findings[0].model_copy(
            update={"key": str(n), "title": f"Table {n} has no backups: what is deleted is gone"}
        )
        for n in range(20)
    ]
    return report.model_copy(update={"findings": found})


@pytest.mark.parametrize("width", [40, 80, 120])
def test_many_findings_are_a_line_each_and_the_worst_in_full(
    report: Report, snapshot: Snapshot, width: int
) -> None:
    lines = page(crowded(report), snapshot, width).splitlines()
    listed = [line for line in lines if re.match(r" +\d+  Table \d+ has no backups", line)]
    assert sum("do     Set" in line for line in lines) == 5
    assert len(listed) == 20 + 5
    assert all(len(line) <= width for line in listed)
    assert all(("no way back" in line) == (width > 40) for line in listed[:20])
    assert "  seeams show shop --all" in lines
    whole = page(crowded(report), snapshot, width, everything=True)
    assert whole.count("do     Set") == 20


def test_what_shows_a_defect_is_named_with_its_own_kind(report: Report, snapshot: Snapshot) -> None:
    names = Names(snapshot)
    database, bucket = snapshot.resources
    assert names.with_kinds([bucket], "AWS::S3::Bucket") == "invoices (S3 bucket)"
    mixed = names.with_kinds([bucket, database], "AWS::S3::Bucket")
    assert mixed.startswith("invoices (S3 bucket), ")
    assert mixed.endswith("(RDS DB instance)")
    assert names.with_kinds(["workload"], "workload") == "the workload as a whole"


def test_without_letters_what_was_not_read_comes_first_and_nothing_is_promised(
    report: Report, snapshot: Snapshot
) -> None:
    grades = {
        code: grade.model_copy(update={"letter": None, "terms": ()})
        for code, grade in report.grades.items()
    }
    overall = report.overall.model_copy(update={"letter": None})
    shown = page(
        report.model_copy(update={"grades": grades, "overall": overall, "findings": []}), snapshot
    )
    assert "stands in the way" not in shown
    assert "too little to say" in shown
    assert shown.index("Not read") < shown.index("Findings")
    assert "no category could be graded" in shown


def test_a_comparison_shows_what_moved(report: Report, snapshot: Snapshot) -> None:
    worse = report.grades["EXCESSIVE_LOAD"].model_copy(update={"letter": "F"})
    after = report.model_copy(
        update={
            "objectives": Objectives(rto_seconds=7200, rpo_seconds=1800),
            "grades": {**report.grades, "EXCESSIVE_LOAD": worse},
            "findings": [
                report.findings[1].model_copy(update={"severity": Severity.CRITICAL}),
            ],
        }
    )
    file = io.StringIO()
    console = Console(file=file, width=80, markup=False, emoji=False, highlight=False)
    print_comparison(console, report, after, Names(snapshot))
    shown = file.getvalue()
    assert re.search(r"Excessive load +A +F +.*down", shown)
    assert "low → critical" in shown
    assert "1 moved, 0 as before, 1 gone" in shown


@pytest.mark.parametrize("width", [40, 80])
def test_letters_are_compared_at_any_width(report: Report, snapshot: Snapshot, width: int) -> None:
    file = io.StringIO()
    console = Console(file=file, width=width, markup=False, emoji=False, highlight=False)
    print_comparison(console, report, report, Names(snapshot))
    assert re.search(r"^ ?Overall +C +C +.*=", file.getvalue(), re.MULTILINE)
    assert "…" not in file.getvalue().partition("Why")[0]


@pytest.mark.parametrize("width", [40, 80, 120])
def test_threads_are_listed_at_any_width(width: int) -> None:
    row = ThreadRow(
        thread="a-workload",
        workload="workload=a-workload",
        letter="C",
        checkpoint="1",
        runs=1,
        last_run_at=datetime(2026, 11, 23, tzinfo=UTC),
        finished=False,
    )
    file = io.StringIO()
    print_threads(Console(file=file, width=width), [row])
    shown = "".join(file.getvalue().split())
    assert "a-workload" in shown
    assert max(map(len, file.getvalue().splitlines())) <= width
    assert ("workload=" in shown) == (width > 40)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [("B", "B-", "▼ down"), ("D-", "C+", "▲ up"), ("A", "A", "="), (None, "A", "")],
)
def test_a_letter_moves_up_or_down(before: str | None, after: str, said: str) -> None:
    assert moved(before, after).plain == said


def test_markdown_shows_names_as_they_are(report: Report, snapshot: Snapshot) -> None:
    written = as_markdown(report, Names(snapshot))
    assert "<b>" not in re.sub(r"`[^\n]*`", "", written).replace("\\<b\\>", "")
    assert f"[Backups]({LINK})" in written
    rows = [line for line in written.splitlines() if line.startswith("| **C**")]
    assert len(re.findall(r"(?<!\\)\|", rows[0])) == 7


def test_markdown_has_no_table_torn_by_empty_lines(report: Report, snapshot: Snapshot) -> None:
    written = as_markdown(report, Names(snapshot))
    assert not re.search(r"\|\n\n\|", written.replace("\n\n| ", "\n\n¦ "))
    assert "\n\n\n\n" not in written


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("a|b", "a\\|b"),
        ("[x](https://evil)", "\\[x\\](https\\://evil)"),
        ("line\nbreak", "line\\\\nbreak"),
        ("1*2_3", "1\\*2\\_3"),
    ],
)
def test_markdown_escapes(given: str, shown: str) -> None:
    assert text(given) == shown


def test_code_spans_hold_backticks_and_bars() -> None:
    assert code("a`b|c") == "`` a`b\\|c ``"


def test_a_link_ends_where_it_ends() -> None:
    assert link("https://x/a b)c") == "https://x/a%20b%29c"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(None, "never"), (0, "0 s"), (90, "1 min 30 s"), (86400, "24 h"), (180000, "2 d 2 h")],
)
def test_durations_are_short(seconds: float | None, said: str) -> None:
    assert short_duration(seconds) == said


def test_plain_shows_what_hides() -> None:
    assert plain("a\x1b[0m\u200bb\ud800\n") == "a\\x1b[0m\\u200bb\\ud800\\n"
    assert plain("größe 表 ✓") == "größe 表 ✓"


@pytest.mark.parametrize(
    ("before", "longer", "said"),
    [
        (20100.0, -14220.0, " (3 h 57 min less, -70.7 %)"),
        (0.0, 300.0, " (5 min more)"),
        (3600.0, 0.0, ""),
        (None, None, ""),
    ],
)
def test_a_drift_is_a_time_and_a_share(
    before: float | None, longer: float | None, said: str
) -> None:
    """5 h 35 min less 3 h 57 min is 1 h 38 min: 14220 / 20100 s = 70.7 %."""
    assert drift_words(before, longer) == said
