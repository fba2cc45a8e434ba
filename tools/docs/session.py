"""One MCP session, kept open on a thread of its own, behind plain calls.

A tool that langchain-mcp-adapters makes without a session starts its server anew for each call:
0.6 to 0.7 s against 2 ms on an open one.
"""

import asyncio
import atexit
import threading
import time
from collections.abc import Mapping
from concurrent.futures import CancelledError, Future, InvalidStateError
from concurrent.futures import TimeoutError as NoAnswer
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from tools.docs.answers import pages_of, text_of, value_of
from tools.docs.pages import DocumentationFailed, Page

if TYPE_CHECKING:
    from langchain_core.tools import BaseTool

    from tools.docs.transports import Opening

CONNECT_SECONDS = 20.0  # a first start may have to unpack the server
CALL_SECONDS = 15.0
_CLOSE_SECONDS = 20.0  # the MCP client gives a process 2 s to go, 2 more when told to, and kills it
_LONGEST_PAGE = 200_000  # characters; AWS's server cuts at 5,000 unless told otherwise


class McpLibrary:
    """AWS documentation from an MCP server; tools are known by how their names end.

    Connects in the background: whoever asks first waits for what is left of it.
    """

    def __init__(
        self,
        name: str,
        opening: "Opening",
        *,
        pause: float = 0.0,
        connect_seconds: float = CONNECT_SECONDS,
        call_seconds: float = CALL_SECONDS,
    ) -> None:
        """Begin to connect.

        Args:
            name: how the server is called in reports.
            opening: the way to the server, see `tools.docs.transports`.
            pause: seconds between two calls that the server asks for.
            connect_seconds: until it must be ready, from now on.
            call_seconds: until it must have answered one call.
        """
        self.name = name
        self.pause = pause
        self._due = time.monotonic() + connect_seconds
        self._connect_seconds, self._call_seconds = connect_seconds, call_seconds
        self._waiting_for: set[Future[Any]] = set()
        self._stopped = False
        self._ending = threading.Lock()  # taken by whoever ends the session, and never given back
        self._ready: Future[Mapping[str, BaseTool]] = Future()
        self._held: tuple[asyncio.AbstractEventLoop, asyncio.Task[None]] | None = None
        self._thread = threading.Thread(
            target=self._serve, args=(opening,), name=f"documentation {name}", daemon=True
        )
        atexit.register(self.close)  # an exit that nobody foresaw leaves no process behind either
        self._thread.start()

    def ready(self) -> None:
        """See `Library`."""
        self._tools()

    def search(self, phrase: str, limit: int) -> list[Page]:
        """See `Library`."""
        answer = self._call("search_documentation", search_phrase=phrase, limit=limit)
        return pages_of(answer, self.name)

    def read(self, url: str) -> str:
        """See `Library`."""
        page = url.partition("#")[0]
        answer = self._call("read_documentation", url=page, max_length=_LONGEST_PAGE)
        return text_of(answer, self.name)

    def stop(self) -> None:
        """See `Library`."""
        self._stopped = True
        for waited in (self._ready, *tuple(self._waiting_for)):
            waited.cancel()
        # A second cancellation would interrupt the first in waiting for the process to go.
        if self._held and self._ending.acquire(blocking=False):
            loop, holding = self._held
            with suppress(RuntimeError):  # the loop is closed: there is nothing left to end
                loop.call_soon_threadsafe(holding.cancel)

    def close(self) -> None:
        """See `Library`."""
        self.stop()
        self._thread.join(_CLOSE_SECONDS)
        atexit.unregister(self.close)  # not before: an impatient second Ctrl-C ends the wait above

    # -- parts ------------------------------------------------------------------------------------

    def _tools(self) -> "Mapping[str, BaseTool]":
        try:
            return self._ready.result(max(self._due - time.monotonic(), 0.0))
        except NoAnswer as error:
            within = f"not ready within {self._connect_seconds:g} s"
            raise DocumentationFailed(f"{self.name}: {within}") from error
        except CancelledError as error:
            raise DocumentationFailed(f"{self.name}: stopped") from error
        except Exception as error:  # whatever a server and its transport can come up with
            raise DocumentationFailed(f"{self.name}: {_root(error)}") from error

    def _call(self, ending: str, **arguments: Any) -> Any:
        tool = next((t for name, t in self._tools().items() if name.endswith(ending)), None)
        if tool is None:
            raise DocumentationFailed(f"{self.name} has no tool {ending}")
        try:
            calling = self._begin(tool, _taken(tool, arguments))
            return value_of(calling.result(self._call_seconds))
        except NoAnswer as error:
            raise DocumentationFailed(
                f"{self.name}: no answer in {self._call_seconds:g} s"
            ) from error
        except CancelledError as error:
            raise DocumentationFailed(f"{self.name}: stopped") from error
        except Exception as error:  # whatever a server and its transport can come up with
            raise DocumentationFailed(f"{self.name}: {_root(error)}") from error
        finally:
            self._end_calls()

    def _begin(self, tool: "BaseTool", arguments: Mapping[str, Any]) -> Future[Any]:
        if not self._thread.is_alive() or self._held is None:
            raise DocumentationFailed("the connection is gone")
        calling = asyncio.run_coroutine_threadsafe(tool.ainvoke(dict(arguments)), self._held[0])
        self._waiting_for.add(calling)
        if self._stopped:  # between the question and its being noted
            calling.cancel()
        return calling

    def _end_calls(self) -> None:
        """Calls are made one after another: what is still on its way was given up."""
        while self._waiting_for:
            self._waiting_for.pop().cancel()

    def _serve(self, opening: "Opening") -> None:
        # Made on this thread: Ctrl-C reaches the main one, and would leave half a loop there.
        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
        holding = loop.create_task(self._hold(opening))
        self._held = loop, holding
        if self._stopped:  # before there was anything to cancel
            self.stop()
        try:
            loop.run_until_complete(holding)
        except BaseException as error:
            with suppress(InvalidStateError):  # it was ready before, or nobody waits any more
                self._ready.set_exception(error)
        finally:
            loop.close()

    async def _hold(self, opening: "Opening") -> None:
        from langchain_mcp_adapters.tools import load_mcp_tools

        async with opening() as session:
            await session.initialize()
            tools = await load_mcp_tools(session, handle_tool_errors=False)
            if self._ready.set_running_or_notify_cancel():
                self._ready.set_result({tool.name: tool for tool in tools})
            await asyncio.Event().wait()  # until stop() cancels it


def _taken(tool: "BaseTool", arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments that this server's version of the tool knows."""
    known = tool.args
    return {name: value for name, value in arguments.items() if name in known}


def _root(error: BaseException) -> str:
    """The innermost reason: transports wrap it in groups."""
    while isinstance(error, BaseExceptionGroup) and error.exceptions:
        error = error.exceptions[0]
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
