"""The constants of the estimates: as a table, and as a file to fill in."""

import textwrap
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from seeams.rendering.page import Page
from seeams.rendering.words import short_duration
from tools.grading.assumptions import Assumption, assumptions

if TYPE_CHECKING:
    from rich.console import Console

_KINDS = {
    "assumption": ("Assumed", "nobody measured it here: give your own figure"),
    "published": ("Published by AWS", "a figure that was measured here is better"),
    "configured": ("Configured", "read from each resource: nothing to give"),
}
_ABOUT = """\
# Your own figures for the estimates: take away the # before what you know better, say why, and pass
# the file with --assumptions. Durations are seconds, or words such as "20 min".
"""


def print_assumptions(console: "Console") -> None:
    """Every constant, what it stands for and how long that takes."""
    page = Page(console)
    for kind, (title, note) in _KINDS.items():
        page.heading(title, note)
        table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
        table.add_column(no_wrap=True, style="bold")
        table.add_column()
        table.add_column(ratio=1)
        for name, constant in assumptions().items():
            if constant.kind == kind:
                table.add_row(name, amount_of(constant), Text(constant.what))
        page.show(table, indent=2)


def amount_of(constant: Assumption) -> str:
    """`30 min + 24 s per GiB`."""
    if constant.never:
        return "for ever"
    parts = []
    if constant.seconds or not constant.seconds_per_unit:
        parts.append(short_duration(constant.seconds))
    if constant.seconds_per_unit:
        parts.append(f"{short_duration(constant.seconds_per_unit)} per {constant.unit}")
    return " + ".join(parts)


def template_text() -> str:
    """A file for `--assumptions` with everything that can be given in it, commented out."""
    parts = [_ABOUT]
    for name, constant in assumptions().items():
        if constant.kind == "configured":
            continue
        about = textwrap.wrap(f"{constant.what}. {constant.why}", 96)
        seconds = '"..."  # as it is: for ever' if constant.never else _quoted(constant.seconds)
        lines = [*(f"# {line}" for line in about), f"#[{name}]", f"#seconds = {seconds}"]
        if constant.unit:
            each = _quoted(constant.seconds_per_unit)
            lines.append(f"#seconds_per_unit = {each}  # per {constant.unit}")
        lines.append('#why = ""')
        parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)


def _quoted(seconds: float) -> str:
    return f'"{short_duration(seconds)}"' if seconds.is_integer() else str(seconds)
