"""The one documentation client that everybody in a run shares: cached, throttled, discreet."""

import re
import threading
import time
from collections.abc import Callable, Iterable
from typing import TypeVar

from tools.docs.pages import DocumentationFailed, Library, Page, is_deep

Answer = TypeVar("Answer")

MOST_FAILURES = 2  # in a row, before a server is given up for the next one
_SECRETIVE = re.compile(r"arn:\S+|\b\d{12}\b|\b[a-z]+-[0-9a-f]{8,17}\b|\S+@\S+")


class Shelf:
    """Searches the first server that answers; each phrase once.

    Five specialists ask at the same time, and the hosted server answers one call in 15 seconds:
    calls are made one after another, at least `pause` seconds apart. What leaves the machine are
    words about services, never names from the account.
    """

    def __init__(
        self,
        libraries: Iterable[Callable[[], Library]],
        *,
        private: Iterable[str] = (),
        pause: float = 0.0,
    ) -> None:
        """`libraries`: opened one by one, when the one before has failed.

        `private`: names, ids and tags of the account, that no query may carry.
        """
        self._opening = list(libraries)
        self._private = {each.lower() for each in private if len(each) > 2}
        self._pause = pause
        self._lock = threading.RLock()
        self._current: Library | None = None
        self._failures = 0
        self._last_call = 0.0
        self._cache: dict[tuple[str, int], list[Page]] = {}
        self.returned: dict[
            str, Page
        ] = {}  # every page that a tool returned in this run, by address
        self.troubles: list[str] = []  # which servers were given up, and why
        self.calls = 0

    def search(self, phrase: str, limit: int = 5) -> list[Page]:
        """Deep links on a phrase, best first, each page once; none if no server answers."""
        asked = self.discreet(phrase)
        if not asked:
            return []
        with self._lock:
            key = (asked.lower(), limit)
            if key not in self._cache:
                self._cache[key] = self._deep(
                    self._asked(lambda library: library.search(asked, limit))
                )
            return self._cache[key]

    def read(self, url: str) -> str:
        """A page that a search of this run returned, as Markdown; empty if no server answers."""
        with self._lock:
            if url not in self.returned:
                return ""
            return self._asked(lambda library: library.read(url)) or ""

    def discreet(self, phrase: str) -> str:
        """The phrase without what belongs to the account."""
        words = _SECRETIVE.sub(" ", phrase).split()
        return " ".join(w for w in words if w.strip(".,;:'\"()").lower() not in self._private)

    def close(self) -> None:
        """End the server that is in use."""
        with self._lock:
            if self._current is not None:
                self._current.close()
                self._current = None
            self._opening.clear()

    # -- parts ------------------------------------------------------------------------------------

    def _asked(self, ask: Callable[[Library], Answer]) -> Answer | None:
        """What the first server says that answers; None if none does."""
        while library := self._library():
            self._wait()
            self.calls += 1
            try:
                answer = ask(library)
            except DocumentationFailed as error:
                self._failures += 1
                if self._failures >= MOST_FAILURES:
                    self._give_up(library, error)
                continue
            self._failures = 0
            return answer
        return None

    def _library(self) -> Library | None:
        while self._current is None and self._opening:
            opening = self._opening.pop(0)
            try:
                self._current = opening()
            except DocumentationFailed as error:
                self.troubles.append(str(error))
        return self._current

    def _give_up(self, library: Library, error: DocumentationFailed) -> None:
        self.troubles.append(str(error))
        library.close()
        self._current, self._failures = None, 0

    def _wait(self) -> None:
        due = self._last_call + self._pause
        if self._pause and (left := due - time.monotonic()) > 0:
            time.sleep(left)
        self._last_call = time.monotonic()

    def _deep(self, pages: list[Page] | None) -> list[Page]:
        found: dict[str, Page] = {}
        for page in pages or ():
            if is_deep(page.url):
                found.setdefault(page.url, page)
                self.returned.setdefault(page.url, page)
        return list(found.values())
