"""A runbook in the terminal: its Markdown, with commands that can be copied whole."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

_FENCE = "```"


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
            console.print(Text(line, style="yellow" if line.startswith(">") else ""))
