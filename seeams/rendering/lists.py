"""Lists of what is stored."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich import box
from rich.table import Table

from seeams.console import plain
from seeams.rendering.page import WIDE, Page, badge
from seeams.rendering.words import short_duration

if TYPE_CHECKING:
    from rich.console import Console

    from graph.runs import HistoryEntry
    from seeams.stored import ThreadRow


_LONGEST, _NARROW = 40, 16  # columns of a thread's name on one line, to be copied
_BEGINNING = 18  # characters of a checkpoint's id: enough to tell one from another


def print_threads(console: "Console", rows: Sequence["ThreadRow"]) -> None:
    """One line per thread, the one that was used last at the end; the names where it is narrow."""
    wide = console.width >= WIDE
    more = ("workload", "letter", "last run", "runs") if wide else ("letter",)
    table = _table("thread", *more, "")
    longest = max((len(row.thread) for row in rows), default=0)
    table.columns[0].min_width = min(_LONGEST if wide else _NARROW, longest)
    for column in table.columns[2:]:
        column.no_wrap = True
    for row in rows:
        letter = badge(row.letter) if row.letter else ""
        last = f"{row.last_run_at:%Y-%m-%d %H:%M}"
        table.add_row(
            plain(row.thread),
            *((plain(row.workload), letter, last, str(row.runs)) if wide else (letter,)),
            _last(row),
        )
    Page(console).show(table)


def print_history(console: "Console", entries: Sequence["HistoryEntry"]) -> None:
    """One line per checkpoint, oldest first; a fork says of which one."""
    table = _table("", "checkpoint", "run", "RTO / RPO", "letter", "what ran")
    for column in table.columns[:-1]:
        column.no_wrap = True
    numbers = {entry.checkpoint: number for number, entry in enumerate(entries, 1)}
    several = len({entry.checkpoint[:_BEGINNING] for entry in entries}) < len(entries)
    shown = None if several else _BEGINNING
    before: HistoryEntry | None = None
    for entry in entries:
        if before is not None and before.run != entry.run:
            table.add_section()
        parent = numbers.get(entry.parent or "")
        forked = parent is not None and parent != numbers[entry.checkpoint] - 1
        table.add_row(
            str(numbers[entry.checkpoint]),
            entry.checkpoint[:shown],
            entry.kind.value,
            f"{short_duration(entry.rto_seconds)} / {short_duration(entry.rpo_seconds)}",
            badge(entry.letter) if entry.letter else "",
            f"fork of {parent}{_fixes(entry)}" if forked else _ran(entry),
        )
        before = entry
    Page(console).show(table)


def _last(row: "ThreadRow") -> str:
    if not row.finished:
        return "unfinished"
    given = (_counted_fixes(row.on_paper), f"{len(row.accepted)} accepted" if row.accepted else "")
    return ", ".join(each for each in given if each)


def _fixes(entry: "HistoryEntry") -> str:
    return f", {_counted_fixes(entry.on_paper)}" if entry.on_paper else ""


def _counted_fixes(fixes: Sequence[str]) -> str:
    """Of those on paper: `1 fix`, `2 fixes`."""
    return f"{len(fixes)} {'fix' if len(fixes) == 1 else 'fixes'}" if fixes else ""


def _ran(entry: "HistoryEntry") -> str:
    """Nodes side by side share what their names begin with: `assess_ load, spof`."""
    if not entry.ran:
        return "start"
    if len(entry.ran) == 1:
        return entry.ran[0]
    lead = entry.ran[0].partition("_")[0]
    if all(name.startswith(f"{lead}_") for name in entry.ran):
        return f"{lead} x {len(entry.ran)}"
    return ", ".join(entry.ran)


def _table(*titles: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1))
    for title in titles:
        table.add_column(title, overflow="fold")
    return table
