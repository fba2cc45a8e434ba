"""A what-if: the report before and the one after, side by side, and what moved."""

from typing import TYPE_CHECKING

from rich import box
from rich.table import Table
from rich.text import Text

from seeams.console import plain
from seeams.rendering import words
from seeams.rendering.names import Names
from seeams.rendering.page import SEVERITY_STYLES, WIDE, Page, badge, joined
from seeams.rendering.report import list_finding
from state.grades import Finding, Grade, Severity
from state.report import Report
from tools.grading.letters import as_number

if TYPE_CHECKING:
    from rich.console import Console

_SEVERITIES = tuple(Severity)


def print_comparison(
    console: "Console", before: Report, after: Report, names: Names, *, store: str | None = None
) -> None:
    """Letters before and after, findings that moved, and why the letters are what they are."""
    page = Page(console)
    page.line((plain(after.workload.selector), "bold"), f"   thread {plain(after.thread)}")
    page.line("before  ", _against(before))
    page.line(("what if ", "bold"), _against(after))
    page.space()
    page.show(_letters(before, after, wide=console.width >= WIDE))
    page.heading("Why")
    for grade in after.grades.values():
        page.line(badge(grade.letter), "  ", _why(grade), hanging=6)
    _moves(page, before, after, names)
    page.space()
    page.line(f"{words.usage_words(after.usage)} · checkpoint {plain(after.checkpoint) or '-'}")
    page.line(("Next", "bold"))
    shown = words.show_command(after, store, f"--checkpoint {after.checkpoint}")
    page.verbatim(shown, ("   # the whole report of this what-if", "dim"), indent=2)


def _against(report: Report) -> str:
    objectives = report.objectives
    return joined((words.objectives_words(objectives), words.tolerance_words(objectives)))


def _letters(before: Report, after: Report, *, wide: bool) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1))
    table.add_column("")
    table.add_column("before", no_wrap=True)
    table.add_column("after", no_wrap=True)
    if wide:
        table.add_column("recovery", no_wrap=True)
        table.add_column("data lost", no_wrap=True)
    table.add_column("moved", no_wrap=True)
    for code, grade in after.grades.items():
        earlier = before.grades[code].letter if code in before.grades else None
        table.add_row(
            words.title_of(code),
            badge(earlier),
            badge(grade.letter),
            *(words.estimates_of(grade) if wide else ()),
            moved(earlier, grade.letter),
        )
    table.add_section()
    overall = after.overall
    times = words.recovery_of(overall.rto_seconds), words.loss_of(overall.rpo_seconds)
    table.add_row(
        Text("Overall", "bold"),
        badge(before.overall.letter),
        badge(overall.letter),
        *(times if wide else ()),
        moved(before.overall.letter, overall.letter),
    )
    return table


def moved(before: str | None, after: str | None) -> Text:
    """Which way a letter went."""
    if before == after:
        return Text("=")
    if before is None or after is None:
        return Text("")
    down = as_number(after) < as_number(before)
    return Text("▼ down" if down else "▲ up", "bold red" if down else "bold green")


def _why(grade: Grade) -> Text:
    return Text.assemble((words.title_of(grade.category), "bold"), f": {plain(grade.reason)}")


def _moves(page: Page, before: Report, after: Report, names: Names) -> None:
    """Findings whose severity changed, that are new, or that no longer matter."""
    earlier = {finding.key: finding for finding in before.findings}
    later = {finding.key: finding for finding in after.findings}
    changed = [
        (earlier.get(key), finding)
        for key, finding in later.items()
        if key not in earlier or earlier[key].severity is not finding.severity
    ]
    gone = [finding for key, finding in earlier.items() if key not in later]
    same = len(later) - len(changed)
    page.heading("Findings", f"{len(changed)} moved, {same} as before, {len(gone)} gone")
    together: dict[tuple[Severity | None, Severity], list[Finding]] = {}
    for was, finding in changed:
        together.setdefault((was.severity if was else None, finding.severity), []).append(finding)
    for (was_severe, severe), found in sorted(together.items(), key=_worst_first):
        page.line(
            was_severe.value if was_severe else "not needed",
            " → ",
            (severe.value, SEVERITY_STYLES[severe]),
        )
        for finding in found:
            list_finding(page, "    ", finding, names)
    if gone:
        page.line("no longer needed")
    for finding in gone:
        list_finding(page, "    ", finding, names)


def _worst_first(
    move: tuple[tuple[Severity | None, Severity], list[Finding]],
) -> tuple[int, int]:
    (was, now), _ = move
    return _SEVERITIES.index(now), -(_SEVERITIES.index(was) if was else len(_SEVERITIES))
