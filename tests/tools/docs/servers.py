"""Documentation servers as real ones are on bad days: `python servers.py KIND [PORT [FILE]]`.

FILE is where the process says who it is, and beside it, that it was called.
"""

import os
import sys
import time
from pathlib import Path
from typing import Any

from mcp.server.fastmcp import FastMCP

PAGE = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PIT.html"


def note(file: str, text: str) -> None:
    """Write what a test waits for, at once and whole."""
    if file:
        Path(f"{file}.new").write_text(text)
        Path(f"{file}.new").rename(file)


def main(kind: str, port: int = 0, file: str = "") -> None:
    note(file, str(os.getpid()))
    if kind == "hung":
        time.sleep(600)
    if kind == "dead":
        sys.exit(1)
    serving: FastMCP[Any] = FastMCP("fake", host="127.0.0.1", port=port, log_level="CRITICAL")

    @serving.tool()
    def aws___search_documentation(search_phrase: str) -> dict[str, Any]:
        """As the hosted server names it, and without a limit."""
        if kind == "error as data":
            return {"search_results": [{"rank_order": 1, "url": "", "title": "Error: no network"}]}
        note(file and f"{file}.called", "1")
        if kind == "slow":
            time.sleep(600)
        if kind == "raising":
            raise ValueError("broken inside")
        if kind == "nonsense":
            return {"something": "else"}
        results = [
            {"rank_order": 1, "url": f"{PAGE}?session=x", "title": search_phrase, "context": "c"},
            {"rank_order": 2, "url": PAGE, "title": "the same page again"},
            {"rank_order": 3, "url": "https://docs.aws.amazon.com/rds/", "title": "a cover"},
            {"rank_order": 4, "url": "https://evil.example/a/b/c.html", "title": "elsewhere"},
        ]
        return {"search_results": results, "facets": None, "new_field": 1}

    @serving.tool()
    def aws___read_documentation(url: str) -> str:
        """A page."""
        return f"AWS Documentation from {url}:\n\ntext"

    serving.run("streamable-http" if port else "stdio")


if __name__ == "__main__":
    main(sys.argv[1], int((sys.argv[2:3] or ["0"])[0]), (sys.argv[3:4] or [""])[0])
