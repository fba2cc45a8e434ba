"""How a command ends that does not end well: one message on stderr, and an exit code."""

import os
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

import typer

from seeams.console import complain, plain
from state.errors import Fixable, SeeamsError

BELOW = 1  # done, and below the letter asked for
UNGRADED = 4  # done, but a category could not be graded
A_BUG = 70  # sysexits' EX_SOFTWARE
INTERRUPTED = 130  # 128 + SIGINT
BROKEN_PIPE = 141  # 128 + SIGPIPE
TERMINATED = 143  # 128 + SIGTERM

Result = TypeVar("Result")


class Interrupted(Exception):
    """Ctrl-C was pressed: told to threads that cannot receive signals."""


class Terminated(KeyboardInterrupt):
    """Another program asked this one to end: a Ctrl-C that is not from the keyboard."""


class CannotWrite(Fixable):
    """A file that was asked for cannot be written."""


def guarded(command: Callable[[], Result]) -> Result:
    """Run a command; what goes wrong becomes a message and an exit code, never a traceback."""
    try:
        return command()
    except (typer.Exit, typer.TyperException):  # typer tells these itself
        raise
    except SeeamsError as error:
        complain(f"Error: {plain(error)}")
        code = error.exit_code
    except (KeyboardInterrupt, Interrupted, typer.Abort) as error:
        complain("\nInterrupted. Run the same command again: it goes on where it stopped.")
        code = TERMINATED if isinstance(error, Terminated) else INTERRUPTED
    except BrokenPipeError:
        _hush()
        code = BROKEN_PIPE
    except Exception as error:
        code = _tell_bug(error)
    raise SystemExit(code)


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Explain a file that cannot be written.

    Raises:
        CannotWrite: with the reason and what to try.
    """
    try:
        yield
    except OSError as error:
        why = error.strerror or error
        raise CannotWrite(f"{path} cannot be written ({why}): name another --output") from error


def _tell_bug(error: Exception) -> int:
    if os.environ.get("SEEAMS_DEBUG"):
        sys.stderr.write(plain(traceback.format_exc(), keep="\n"))
    else:
        complain(
            f"This is a bug in seeams: {type(error).__name__}: {plain(error)[:300]}. "
            "Set SEEAMS_DEBUG=1 for the traceback."
        )
    return A_BUG


def _hush() -> None:
    """Nobody reads any more: what is still buffered must not raise at exit."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
