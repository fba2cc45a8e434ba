"""A sweep in a terminal: the letters as a map, and where they turn in words."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from rich.text import Text

from seeams.console import plain
from seeams.rendering import words
from seeams.rendering.page import Page, badge
from state.objectives import DAY, HOUR, MINUTE
from state.report import Report
from state.sweeps import OVERALL, Sweep, Turn

if TYPE_CHECKING:
    from rich.console import Console

_LABEL, _CELL = 8, 5  # columns


def print_sweep(console: "Console", found: Sweep, report: Report, name: str = OVERALL) -> None:
    """The map of one category, or of the workload; and where the letters of all of them turn."""
    page = Page(console)
    page.line((plain(report.workload.selector), "bold"), f"   thread {plain(report.thread)}")
    page.space()
    page.line((title_of(name), "bold"), ": down by RTO, across by RPO; [ ] is where it stands")
    _map(page, found, name)
    rto, rpo = words.short_duration(found.rto_present), words.short_duration(found.rpo_present)
    for axis, turns, fixed in (
        ("RTO", found.by_rto, f"at the RPO of {rpo}"),
        ("RPO", found.by_rpo, f"at the RTO of {rto}"),
    ):
        page.heading(f"Where letters turn with the {axis}", fixed)
        for each, places in turns.items():
            page.line((f"{title_of(each):<27}", "bold"), in_words(places), hanging=27)


def title_of(name: str) -> str:
    """A category's title."""
    return "Overall" if name == OVERALL else words.title_of(name)


def compact(seconds: int) -> str:
    """A duration in four columns if it can be: `30m`, `12h`, `1.5d`."""
    for size, unit in ((DAY, "d"), (HOUR, "h"), (MINUTE, "m")):
        if seconds >= size and (unit != "d" or seconds >= 2 * DAY):
            return f"{seconds / size:.3g}{unit}"
    return f"{seconds}s"


def in_words(turns: Sequence[Turn]) -> str:
    """`F below 1 h 20 min, D from there, C from 3 h, A from 5 h 40 min on`; + and - left aside."""
    whole = [
        (letter, next(same).from_seconds)
        for letter, same in groupby(turns, key=lambda turn: (turn.letter or "no letter")[:1])
    ]
    names = ["no letter" if letter == "n" else letter for letter, _ in whole]
    if len(whole) == 1:
        spread = f"{turns[0].letter} to {turns[-1].letter}" if len(turns) > 1 else names[0]
        return f"{spread}, whatever it is"
    parts = [f"{names[0]} below {words.short_duration(whole[1][1])}"]
    parts.append(f"{names[1]} from there")
    parts += [
        f"{name} from {words.short_duration(seconds)}"
        for name, (_, seconds) in list(zip(names, whole, strict=True))[2:]
    ]
    return ", ".join(parts) + " on"


def _map(page: Page, found: Sweep, name: str) -> None:
    if _LABEL + _CELL * len(found.rpo_seconds) > page.console.width:
        page.line("Wider than this terminal: --output sweep.svg and --json hold all of it.")
    heads = "".join(f"{compact(rpo):^{_CELL}}" for rpo in found.rpo_seconds)
    page.short(" " * _LABEL + heads)
    for rto, letters in zip(found.rto_seconds, found.letters[name], strict=True):
        cells = _cells(found, rto, letters)
        page.short(f"{compact(rto):>{_LABEL - 2}}  ", Text.assemble(*cells))


def _cells(found: Sweep, rto: int, letters: Sequence[str | None]) -> Iterator[Text]:
    for rpo, letter in zip(found.rpo_seconds, letters, strict=True):
        here = (rto, rpo) == (found.rto_present, found.rpo_present)
        shown = f"[{letter or '?':<2}] " if here else f" {letter or '?':<2}  "
        yield Text(shown, badge(letter).style)
