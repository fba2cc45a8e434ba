"""Where output goes: results to stdout, everything else to stderr; and text that is only text."""

import json
import sys
import unicodedata
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

_INVISIBLE = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))  # control, format, surrogate ...


def plain(text: object, *, keep: str = "") -> str:
    """A text with every character shown that would move the cursor, turn the text or hide.

    Names and tags come from the account: whoever may tag a resource must not write on the terminal.

    Args:
        text: anything; its `str()` is meant.
        keep: characters to let through (a line feed).
    """
    return "".join(
        character
        if character in keep or unicodedata.category(character) not in _INVISIBLE
        else character.encode("unicode_escape", "backslashreplace").decode("ascii")
        for character in str(text)
    )


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
