"""What the documentation gives back, and what any source of it can do."""

import re
from typing import Protocol
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict

# Nothing else may stand in an address: it is printed into Markdown and HTML.
_ADDRESS = re.compile(
    r"https://docs\.aws\.amazon\.com(?P<path>/[\w./%+-]+\.html)(?:#(?P<anchor>[\w.:%+-]+))?",
    re.ASCII,
)
_SHALLOW = 3  # parts of a path that lead to a guide's cover, not to a page


class Page(BaseModel):
    """A page that a documentation tool returned."""

    model_config = ConfigDict(frozen=True)

    title: str
    url: str
    excerpt: str = ""
    source: str  # which server returned it: awslabs, knowledge, embedded
    sections: tuple[str, ...] = ()  # titles within the page
    parts: tuple["Page", ...] = ()  # the sections that the server gave addresses of


class DocumentationFailed(Exception):
    """A documentation server gave no answer; errors that come as data count as none."""


class NoSuchPage(DocumentationFailed):
    """The server works, and does not have the page."""


class Library(Protocol):
    """A source of documentation. It may still be opening: every call waits until it is ready."""

    name: str
    pause: float  # seconds between two calls

    def ready(self) -> None:
        """Wait until it can be asked.

        Raises:
            DocumentationFailed: it did not start, or not in time.
        """

    def search(self, phrase: str, limit: int) -> list[Page]:
        """Pages on a phrase, best first.

        Raises:
            DocumentationFailed: the server could not be asked, or reported an error.
        """

    def read(self, url: str) -> str:
        """A page's text, as Markdown.

        Raises:
            NoSuchPage: it has no such page.
            DocumentationFailed: the server could not be asked.
        """

    def stop(self) -> None:
        """Let go of whoever waits for an answer; from any thread, also within a signal handler."""

    def close(self) -> None:
        """End the server's process or connection; of one that is still opening too."""


def address_of(url: str) -> str:
    """The address without what a server added to it (session, query); the anchor stays."""
    parts = urlsplit(url.strip())
    anchor = f"#{parts.fragment}" if parts.fragment else ""
    return f"https://{parts.netloc}{parts.path}{anchor}"


def is_deep(url: str) -> bool:
    """Whether an address leads to a page of AWS's documentation rather than to a guide's cover."""
    found = _ADDRESS.fullmatch(url)
    if found is None:
        return False
    folders = [part for part in found["path"].split("/") if part]
    is_cover = folders[-1].lower() in ("index.html", "welcome.html")
    return not is_cover and (len(folders) >= _SHALLOW or bool(found["anchor"]))
