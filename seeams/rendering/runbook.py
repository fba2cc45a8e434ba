"""A runbook in the terminal: its Markdown, with commands that can be copied whole."""

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

_FENCE = "```"
_MARKED = re.compile(
    r"(?P<fence>`+)(?P<code>.+?)(?P=fence)|\*\*(?P<bold>[^*`]+)\*\*|\\(?P<own>[\W_])"
)
_CHOICE = re.compile(r"- .*: `+ ?[A-Z_0-9]+=")  # a line of shell that chooses a resource


def print_runbook(console: "Console", markdown: str) -> None:
    """Print it; nothing in a command is wrapped or padded, for it is there to be pasted."""
    from rich.text import Text

    in_command = False
    for line in markdown.splitlines():
        if line.startswith(_FENCE):
            in_command = not in_command
        elif in_command:
            console.print(Text(line, style="cyan"), soft_wrap=True)
        elif line.startswith("#"):
            console.print(_sentence(line.lstrip("# "), "bold underline"))
        elif line.startswith("|") or _CHOICE.match(line):
            console.print(_sentence(line), soft_wrap=True)
        else:
            console.print(_sentence(line))


def _sentence(line: str, style: str = "") -> "Text":
    """A line without its marks: what is bold is bold, what was escaped is itself."""
    from rich.text import Text

    found = Text(style="yellow" if line.startswith(">") else style)
    start = 0
    for mark in _MARKED.finditer(line):
        found.append(line[start : mark.start()])
        if mark["code"]:
            found.append(mark["code"], "cyan")
        else:
            found.append(mark["bold"] or mark["own"], "bold" if mark["bold"] else None)
        start = mark.end()
    found.append(line[start:])
    return found
