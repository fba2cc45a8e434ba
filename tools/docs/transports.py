"""The ways to an MCP server: a process of its own, an address, or a server in this process."""

import os
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mcp import ClientSession
    from mcp.server.fastmcp import FastMCP

Opening = Callable[[], "AbstractAsyncContextManager[ClientSession]"]


def process(command: str, arguments: Sequence[str], environment: Mapping[str, str]) -> Opening:
    """A server that speaks over its standard input and output.

    What it writes to its standard error is nothing for the user's.
    """

    @asynccontextmanager
    async def opened() -> "AsyncIterator[ClientSession]":
        from mcp import ClientSession, StdioServerParameters
        from mcp.client.stdio import stdio_client

        parameters = StdioServerParameters(
            command=command, args=list(arguments), env=dict(environment)
        )
        with Path(os.devnull).open("w") as nowhere:
            async with (
                stdio_client(parameters, errlog=nowhere) as (reading, writing),
                ClientSession(reading, writing) as session,
            ):
                yield session

    return opened


def address(url: str) -> Opening:
    """A server that speaks streamable HTTP."""

    @asynccontextmanager
    async def opened() -> "AsyncIterator[ClientSession]":
        from langchain_mcp_adapters.sessions import create_session

        async with create_session({"transport": "streamable_http", "url": url}) as session:
            yield session

    return opened


def inside(build: "Callable[[], FastMCP[Any]]") -> Opening:
    """A server in this process: the same messages, and nothing to start or to leave behind."""

    @asynccontextmanager
    async def opened() -> "AsyncIterator[ClientSession]":
        from mcp.shared.memory import create_connected_server_and_client_session

        async with create_connected_server_and_client_session(build()) as session:
            yield session

    return opened
