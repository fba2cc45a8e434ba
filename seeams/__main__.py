"""`python -m seeams`, and the console script."""

import os
import sys

from seeams.app import app
from seeams.failures import INTERRUPTED


def main() -> None:
    """Run the command line."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure:  # a terminal that knows ASCII only is no reason to fail
            reconfigure(errors="replace")
    try:
        app(prog_name="seeams")
    except SystemExit as leaving:
        if leaving.code == INTERRUPTED:
            _leave_at_once(INTERRUPTED)
        raise


def _leave_at_once(code: int) -> None:
    """Not wait for calls to AWS that are still under way: all that counts is in the store."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    main()
