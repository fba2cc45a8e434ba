"""A runbook in the terminal: its Markdown, with commands that can be copied whole."""

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

_FENCE = "```"
_LEAD = re.compile(r"\*\*([^*`]+)\*\*")


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
            console.print(Text(line.lstrip("# "), style="bold underline"))
        elif line.startswith("|"):
            console.print(Text(line), soft_wrap=True)
        else:
            console.print(_sentence(line))


def _sentence(line: str) -> "Text":
    """A warning stands out, and so does the number that a line begins with."""
    from rich.text import Text

    if line.startswith(">"):
        return Text(line, style="yellow")
    lead = _LEAD.match(line)
    if lead is None:
        return Text(line)
    return Text.assemble((lead[1], "bold"), line[lead.end() :])
