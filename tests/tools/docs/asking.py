"""A process that asks a documentation server: `python asking.py KIND FILE HOW`.

HOW: `closing` it at the end as it should be, `leaving` it unasked until then, or `forgetting` it.
"""

import sys
from pathlib import Path

from tools.docs.session import McpLibrary
from tools.docs.shelf import Shelf
from tools.docs.transports import process

SERVERS = Path(__file__).with_name("servers.py")


def main(kind: str, file: str, how: str) -> None:
    opening = process(sys.executable, [str(SERVERS), kind, "0", file], {})
    shelf = Shelf([lambda: McpLibrary(kind, opening, connect_seconds=600, call_seconds=600)])
    if how == "forgetting":
        shelf.start()
        shelf.search("backups")
        return
    with shelf:
        if how == "closing":
            shelf.search("backups")
        sys.stdin.readline()


if __name__ == "__main__":
    main(*sys.argv[1:])
