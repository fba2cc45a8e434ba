"""Which documentation servers there are, and in which order they are tried."""

import os
import re
import shutil
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from tools.docs.pages import Library
from tools.docs.session import McpLibrary
from tools.docs.shelf import Shelf
from tools.docs.transports import address, inside, process

if TYPE_CHECKING:
    from mcp.server.fastmcp import FastMCP

AWSLABS_COMMAND = "awslabs.aws-documentation-mcp-server"
KNOWLEDGE_URL = "https://knowledge-mcp.global.api.aws"
KNOWLEDGE_PAUSE = 15.0  # seconds between calls that the hosted server answers, per address
_PASSED_ON = re.compile(
    r"PATH|HOME|USER|LOGNAME|SHELL|TERM|TMPDIR|TEMP|TMP|LANG|LC_\w+|SYSTEMROOT|APPDATA|LOCALAPPDATA"
    r"|(?:UV|XDG|SSL|REQUESTS|CURL)_\w+|(?:HTTPS?|ALL|NO)_PROXY|(?:https?|all|no)_proxy"
    r"|AWS_DOCUMENTATION_PARTITION|MCP_USER_AGENT"
)


class Docs(StrEnum):
    """Where documentation is looked up."""

    AUTO = "auto"  # AWS's server if it is installed, else the embedded one
    AWSLABS = "awslabs"
    KNOWLEDGE = "knowledge"
    EMBEDDED = "embedded"
    OFF = "off"


def shelf(docs: Docs) -> Shelf | None:
    """The documentation client of a run; None where none is wanted.

    The embedded server stands in for any other that fails. Nothing is started before the shelf is
    (`with shelf(docs) as opened`).
    """
    if docs is Docs.OFF:
        return None
    first = _first(docs)
    return Shelf([first] if first is embedded else [first, embedded])


def awslabs() -> Library:
    """AWS's documentation server, in a process and an environment of its own."""
    if shutil.which(AWSLABS_COMMAND):
        return McpLibrary("awslabs", process(AWSLABS_COMMAND, [], _environment()))
    return McpLibrary("awslabs", process("uvx", ["--quiet", AWSLABS_COMMAND], _environment()))


def knowledge() -> Library:
    """AWS's hosted knowledge server."""
    return McpLibrary("knowledge", address(KNOWLEDGE_URL), pause=KNOWLEDGE_PAUSE)


def embedded() -> Library:
    """The server over the pages that the product knows.

    In this process: a process of its own would be another interpreter to start, to wait for and to
    end, for the same messages. `python -m tools.docs.server` is for other clients.
    """
    return McpLibrary("embedded", inside(_embedded_server))


def _embedded_server() -> "FastMCP[Any]":
    from tools.docs.server import server

    return server()


def _first(docs: Docs) -> Callable[[], Library]:
    if docs is Docs.AUTO:
        return awslabs if shutil.which(AWSLABS_COMMAND) else embedded
    chosen: Mapping[Docs, Callable[[], Library]] = {
        Docs.AWSLABS: awslabs,
        Docs.KNOWLEDGE: knowledge,
        Docs.EMBEDDED: embedded,
    }
    return chosen[docs]


def _environment() -> dict[str, str]:
    """What a server needs to start and to reach the network; no keys to anything."""
    return {n: v for n, v in os.environ.items() if _PASSED_ON.fullmatch(n)} | {
        "FASTMCP_LOG_LEVEL": "ERROR"
    }
