"""One MCP session, kept open on a thread of its own, behind plain calls.

A tool that langchain-mcp-adapters makes without a session starts its server anew for each call:
0.6 to 0.7 s against 2 ms on an open one.
"""

import asyncio
import json
import os
import threading
from collections.abc import AsyncIterator, Mapping
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NoAnswer
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tools.docs.pages import DocumentationFailed, Page, address_of

if TYPE_CHECKING:
    from langchain_core.tools import BaseTool
    from langchain_mcp_adapters.sessions import Connection
    from mcp import ClientSession

CONNECT_SECONDS = 20.0  # a first start may have to unpack the server
CALL_SECONDS = 15.0
_CLOSE_SECONDS = 5.0


class McpLibrary:
    """AWS documentation from an MCP server; tools are known by how their names end."""

    def __init__(
        self,
        name: str,
        connection: "Connection",
        *,
        connect_seconds: float = CONNECT_SECONDS,
        call_seconds: float = CALL_SECONDS,
    ) -> None:
        """Connect.

        Args:
            name: how the server is called in reports.
            connection: of langchain-mcp-adapters: a command (stdio) or an address (HTTP).
            connect_seconds: until it must be ready.
            call_seconds: until it must have answered one call.

        Raises:
            DocumentationFailed: it did not become ready in time.
        """
        self.name = name
        self._call_seconds = call_seconds
        self._loop = asyncio.new_event_loop()
        self._ready: Future[Mapping[str, BaseTool]] = Future()
        self._holding = self._loop.create_task(self._hold(connection))
        self._thread = threading.Thread(
            target=self._serve, name=f"documentation {name}", daemon=True
        )
        self._thread.start()
        try:
            self._tools = self._ready.result(connect_seconds)
        except (NoAnswer, Exception) as error:
            self.close()
            raise DocumentationFailed(f"{name}: {_root(error)}") from error

    def search(self, phrase: str, limit: int) -> list[Page]:
        """See `Library`."""
        answer = self._call("search_documentation", search_phrase=phrase, limit=limit)
        found = answer.get("search_results") if isinstance(answer, dict) else answer
        if not isinstance(found, list):
            raise DocumentationFailed(f"{self.name}: an answer that is no list of pages")
        return [_page(each, self.name) for each in found if isinstance(each, dict)]

    def read(self, url: str) -> str:
        """See `Library`."""
        text = self._call("read_documentation", url=url.partition("#")[0])
        if not isinstance(text, str) or text.startswith(("Failed to fetch", "Error ")):
            raise DocumentationFailed(f"{self.name}: {str(text)[:200]}")
        return text

    def close(self) -> None:
        """See `Library`."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._holding.cancel)
            self._thread.join(_CLOSE_SECONDS)

    # -- parts ------------------------------------------------------------------------------------

    def _call(self, ending: str, **arguments: Any) -> Any:
        tool = next((t for name, t in self._tools.items() if name.endswith(ending)), None)
        if tool is None:
            raise DocumentationFailed(f"{self.name} has no tool {ending}")
        calling = asyncio.run_coroutine_threadsafe(
            tool.ainvoke(_taken(tool, arguments)), self._loop
        )
        try:
            return _value(calling.result(self._call_seconds))
        except NoAnswer as error:
            calling.cancel()
            raise DocumentationFailed(
                f"{self.name}: no answer in {self._call_seconds:g} s"
            ) from error
        except DocumentationFailed:
            raise
        except Exception as error:  # whatever a server and its transport can come up with
            raise DocumentationFailed(f"{self.name}: {_root(error)}") from error

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._holding)
        except BaseException as error:
            if not self._ready.done():
                self._ready.set_exception(error)
        finally:
            self._loop.close()

    async def _hold(self, connection: "Connection") -> None:
        from langchain_mcp_adapters.tools import load_mcp_tools

        async with _opened(connection) as session:
            await session.initialize()
            tools = await load_mcp_tools(session, handle_tool_errors=False)
            self._ready.set_result({tool.name: tool for tool in tools})
            await asyncio.Event().wait()  # until close() cancels it


@asynccontextmanager
async def _opened(connection: "Connection") -> "AsyncIterator[ClientSession]":
    """A session; what a server process writes to its standard error is nothing for the user's."""
    from langchain_mcp_adapters.sessions import create_session
    from mcp import ClientSession, StdioServerParameters
    from mcp.client.stdio import stdio_client

    if connection["transport"] != "stdio":
        async with create_session(connection) as session:
            yield session
        return
    parameters = StdioServerParameters(
        command=connection["command"], args=connection["args"], env=connection.get("env")
    )
    with Path(os.devnull).open("w") as nowhere:
        async with (
            stdio_client(parameters, errlog=nowhere) as (reading, writing),
            ClientSession(reading, writing) as session,
        ):
            yield session


def _taken(tool: "BaseTool", arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments that this server's version of the tool knows."""
    known = tool.args
    return {name: value for name, value in arguments.items() if name in known}


def _value(answer: Any) -> Any:
    """What a tool's content blocks say: JSON where they hold any, else their text."""
    if isinstance(answer, list):
        texts = [block.get("text", "") for block in answer if isinstance(block, dict)]
        values = [_parsed(text) for text in texts]
        return values[0] if len(values) == 1 else values
    return _parsed(answer) if isinstance(answer, str) else answer


def _parsed(text: str) -> Any:
    try:
        value = json.loads(text)
    except ValueError:
        return text
    if isinstance(value, dict) and set(value) == {"result"}:
        return value["result"]
    return value


def _page(found: Mapping[str, Any], source: str) -> Page:
    """A result; one without an address is an error that came as data."""
    url, title = str(found.get("url") or ""), str(found.get("title") or "")
    if not url:
        raise DocumentationFailed(f"{source}: {title[:200] or 'a result without an address'}")
    excerpt = str(found.get("context") or found.get("excerpt") or "")
    return Page(title=title, url=address_of(url), excerpt=excerpt, source=source)


def _root(error: BaseException) -> str:
    """The innermost reason: transports wrap it in groups."""
    while isinstance(error, BaseExceptionGroup) and error.exceptions:
        error = error.exceptions[0]
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
