"""Where output goes: results to stdout, everything else to stderr; and text that is only text."""

import json
import sys
from typing import TYPE_CHECKING, Any

from state.text import plain

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ("complain", "err", "out", "plain", "print_json")


def out() -> "Console":
    """The console for results. Markup, emoji codes and highlighting are off: all text is data."""
    return _console(stderr=False)


def err() -> "Console":
    """The console for progress and messages."""
    return _console(stderr=True)


def complain(message: str) -> None:
    """One message on stderr."""
    sys.stderr.write(f"{message}\n")
    sys.stderr.flush()


def print_json(document: Any) -> None:
    """A JSON document on stdout, in ASCII: safe in any terminal and any encoding."""
    sys.stdout.write(json.dumps(document, indent=2) + "\n")
    sys.stdout.flush()


def _console(*, stderr: bool) -> "Console":
    from rich.console import Console

    class Page(Console):
        def on_broken_pipe(self) -> None:
            """Let whoever runs the command decide."""
            raise BrokenPipeError

    return Page(stderr=stderr, markup=False, emoji=False, highlight=False)
