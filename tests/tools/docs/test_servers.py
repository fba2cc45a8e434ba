"""Real MCP processes: the embedded server, AWS's own, a hosted one, and some on bad days."""

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tools.docs.pages import DocumentationFailed, Library, Page
from tools.docs.servers import Docs, embedded, shelf
from tools.docs.session import McpLibrary
from tools.docs.shelf import Shelf
from tools.docs.transports import address, process

SERVERS = Path(__file__).with_name("servers.py")
PAGE = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PIT.html"


def on_a_bad_day(kind: str, *, seconds: float = 30.0) -> McpLibrary:
    opening = process(sys.executable, [str(SERVERS), kind], {})
    return McpLibrary(kind, opening, connect_seconds=seconds, call_seconds=seconds)


def stdio() -> Library:
    """The embedded server as another client starts it."""
    return McpLibrary("embedded", process(sys.executable, ["-m", "tools.docs.server"], {}))


@pytest.fixture(scope="module", params=[embedded, stdio])
def embedded_library(request: pytest.FixtureRequest) -> Iterator[Library]:
    library: Library = request.param()
    yield library
    library.close()


# -- the embedded server ---------------------------------------------------------------------------


def test_the_embedded_server_finds_and_reads(embedded_library: Library) -> None:
    found = embedded_library.search("point-in-time recovery of a database", 3)
    assert len(found) == 3
    assert {page.source for page in found} == {"embedded"}
    assert embedded_library.read(found[0].url).startswith("# ")


def test_the_embedded_server_says_what_it_does_not_have(embedded_library: Library) -> None:
    with pytest.raises(DocumentationFailed, match="no such page"):
        embedded_library.read("https://docs.aws.amazon.com/a/b/c.html")


# -- AWS's own server ------------------------------------------------------------------------------


def test_awss_server_without_a_network_is_given_up_for_the_embedded_one() -> None:
    """It starts here, and reports its failure as a page without an address."""
    assert shutil.which("uvx")
    used = shelf(Docs.AWSLABS)
    assert used
    try:
        found = used.search("point-in-time recovery")
        assert {page.source for page in found} == {"embedded"}
        assert used.troubles[0].startswith("awslabs: Error searching AWS docs")
    finally:
        used.close()


# -- servers on bad days ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("error as data", "no network"),
        ("raising", "broken inside"),
        ("nonsense", "no list of pages"),
    ],
)
def test_an_error_is_an_error_however_it_comes(kind: str, said: str) -> None:
    library = on_a_bad_day(kind)
    try:
        with pytest.raises(DocumentationFailed, match=said):
            library.search("backups", 3)
    finally:
        library.close()


@pytest.mark.parametrize("kind", ["dead", "hung"])
def test_a_server_that_does_not_start_fails_in_time(kind: str) -> None:
    library = on_a_bad_day(kind, seconds=3)
    with pytest.raises(DocumentationFailed, match=kind):
        library.ready()
    library.close()


def test_a_hung_server_that_is_stopped_twice_is_ended_all_the_same() -> None:
    """The second time comes while the first waits for the process to go."""
    library = on_a_bad_day("hung")
    with pytest.raises(DocumentationFailed):
        McpLibrary("x", process(sys.executable, ["-c", ""], {})).ready()  # by now `hung` runs too
    library.stop()
    library._thread.join(0.5)
    library.close()
    assert not library._thread.is_alive()


def test_a_command_that_is_not_there_says_so() -> None:
    library = McpLibrary("x", process("no-such-command", [], {}))
    with pytest.raises(DocumentationFailed, match="no-such-command"):
        library.ready()
    library.close()


# -- a hosted server -------------------------------------------------------------------------------


@pytest.fixture
def hosted() -> Iterator[str]:
    """A server that speaks streamable HTTP on this machine."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, str(SERVERS), "well", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    for _ in range(300):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            break
        time.sleep(0.1)
    yield f"http://127.0.0.1:{port}/mcp"
    process.kill()
    process.wait()


def test_a_hosted_server_with_prefixed_names_and_new_fields(hosted: str) -> None:
    library = McpLibrary("knowledge", address(hosted))
    used = Shelf([lambda: library])
    try:
        found = used.search("backups")
        assert found == [Page(title="backups", url=PAGE, excerpt="c", source="knowledge")]
        assert used.read(PAGE).startswith("AWS Documentation from")
        assert used.read("https://docs.aws.amazon.com/a/b/other.html") == "", "never returned"
    finally:
        used.close()
