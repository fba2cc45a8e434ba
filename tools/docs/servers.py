"""Which documentation servers there are, and in which order they are tried."""

import os
import shutil
import sys
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum

from tools.docs.pages import Library
from tools.docs.shelf import Shelf

AWSLABS_COMMAND = "awslabs.aws-documentation-mcp-server"
KNOWLEDGE_URL = "https://knowledge-mcp.global.api.aws"
_KNOWLEDGE_PAUSE = 15.0  # seconds between calls that the hosted server answers, per address


class Docs(StrEnum):
    """Where documentation is looked up."""

    AUTO = "auto"  # AWS's server if it is installed, else the embedded one
    AWSLABS = "awslabs"
    KNOWLEDGE = "knowledge"
    EMBEDDED = "embedded"
    OFF = "off"


def shelf(docs: Docs, private: Iterable[str] = ()) -> Shelf | None:
    """The documentation client of a run; None where none is wanted.

    The embedded server stands in for any other that fails.
    """
    if docs is Docs.OFF:
        return None
    first = _first(docs)
    order: list[Callable[[], Library]] = [embedded] if first is embedded else [first, embedded]
    pause = _KNOWLEDGE_PAUSE if docs is Docs.KNOWLEDGE else 0.0
    return Shelf(order, private=private, pause=pause)


def awslabs() -> Library:
    """AWS's documentation server, in a process and an environment of its own.

    Raises:
        DocumentationFailed: it does not start.
    """
    if shutil.which(AWSLABS_COMMAND):
        return _started("awslabs", AWSLABS_COMMAND)
    return _started("awslabs", "uvx", "--quiet", AWSLABS_COMMAND)


def knowledge() -> Library:
    """AWS's hosted knowledge server.

    Raises:
        DocumentationFailed: it cannot be reached.
    """
    from tools.docs.session import McpLibrary

    return McpLibrary("knowledge", {"transport": "streamable_http", "url": KNOWLEDGE_URL})


def embedded() -> Library:
    """The server over the pages that the product knows.

    Raises:
        DocumentationFailed: it does not start.
    """
    return _started("embedded", sys.executable, "-m", "tools.docs.server")


def _first(docs: Docs) -> Callable[[], Library]:
    if docs is Docs.AUTO:
        return awslabs if shutil.which(AWSLABS_COMMAND) else embedded
    chosen: Mapping[Docs, Callable[[], Library]] = {
        Docs.AWSLABS: awslabs,
        Docs.KNOWLEDGE: knowledge,
        Docs.EMBEDDED: embedded,
    }
    return chosen[docs]


def _started(name: str, command: str, *arguments: str) -> Library:
    from tools.docs.session import McpLibrary

    return McpLibrary(
        name,
        {
            "transport": "stdio",
            "command": command,
            "args": list(arguments),
            "env": _environment(),
        },
    )


def _environment() -> dict[str, str]:
    """This process's, for proxies and package indexes; without keys to the account."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return kept | {"FASTMCP_LOG_LEVEL": "ERROR"}
