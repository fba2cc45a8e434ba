"""`python -m seeams`, and the console script."""

import os
import sys
from typing import NoReturn

INTERRUPTED, TERMINATED = 130, 143  # 128 + the signal


def main() -> None:
    """Run the command line."""
    try:
        from seeams.app import app  # in here: Ctrl-C may be pressed while it is still loading
    except KeyboardInterrupt:
        _leave_at_once(INTERRUPTED)
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure:  # a terminal that knows ASCII only is no reason to fail
            reconfigure(errors="replace")
    try:
        app(prog_name="seeams")
    except SystemExit as leaving:
        if leaving.code in (INTERRUPTED, TERMINATED):
            _leave_at_once(int(leaving.code))
        raise


def _leave_at_once(code: int) -> NoReturn:
    """Not wait for calls to AWS that are still under way: all that counts is in the store."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    main()
