"""The one documentation client that everybody in a run shares: cached, throttled, discreet."""

import threading
import time
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import TypeVar

from state.snapshot import Snapshot
from tools.docs.discretion import Discretion, own_words
from tools.docs.pages import DocumentationFailed, Library, NoSuchPage, Page, is_deep

Answer = TypeVar("Answer")

MOST_FAILURES = 2  # in a row, before a server is given up for the next one
MOST_SECONDS = 90.0  # that a run waits for one server, its pauses included


class Shelf:
    """Searches the first server that answers; each phrase once.

    Five specialists ask at the same time, and the hosted server answers one call in 15 seconds:
    calls are made one after another. What leaves the machine are words about services, never names
    from the account.
    """

    def __init__(
        self,
        libraries: Iterable[Callable[[], Library]],
        *,
        private: Iterable[str] = (),
        most_seconds: float = MOST_SECONDS,
    ) -> None:
        """`libraries`: opened one by one, when the one before has failed.

        `private`: names, ids and tags of the account, that no query may carry.
        `most_seconds`: that are spent on one server before the next takes its place.
        """
        self._opening = list(libraries)
        self._discretion = Discretion(private)
        self._most_seconds = most_seconds
        self._lock = threading.RLock()
        self._stopped = threading.Event()
        self._current: Library | None = None
        self._retiring: list[threading.Thread] = []
        self._failures = 0
        self._spent = 0.0
        self._last_call: float | None = None
        self._searched: dict[tuple[str, int], list[Page]] = {}
        self._read: dict[str, str] = {}
        self._learned: set[tuple[str, str]] = set()
        # Every page that a tool returned in this run, by address.
        self.returned: dict[str, Page] = {}
        self.troubles: list[str] = []  # which servers were given up, and why
        self.calls = 0

    def __enter__(self) -> "Shelf":
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def start(self) -> None:
        """Begin to open the first server, in the background: while the account is being read."""
        with self._lock:
            self._begin()

    def keep_private(self, snapshot: Snapshot) -> None:
        """Let no query carry a name, an id or a tag of this account, from now on."""
        known = snapshot.account, snapshot.taken_at.isoformat()
        if known not in self._learned:
            self._discretion.withhold(own_words(snapshot))
            self._learned.add(known)

    def search(self, phrase: str, limit: int = 5) -> list[Page]:
        """Deep links on a phrase, best first, each page once; none if no server answers."""
        with self._lock:
            asked = self._discretion.applied(phrase)
            key = (asked.lower(), limit)
            if asked and key not in self._searched:
                found = self._asked(lambda library: library.search(asked, limit))
                if found is None:
                    return []
                self._searched[key] = self._kept(found)
            return self._searched.get(key, [])

    def read(self, url: str) -> str:
        """A page that a search of this run returned, as Markdown; empty if no server has it."""
        with self._lock:
            if url not in self.returned:
                return ""
            if url not in self._read:
                text = self._asked(lambda library: library.read(url))
                if text is None:
                    return ""
                self._read[url] = text
            return self._read[url]

    def discreet(self, phrase: str) -> str:
        """The phrase without what belongs to the account."""
        return self._discretion.applied(phrase)

    @property
    def is_empty(self) -> bool:
        """Whether no server is left to be asked."""
        return self._stopped.is_set() or (self._current is None and not self._opening)

    def stop(self) -> None:
        """Ask nothing more, and let go of whoever waits; also from a signal handler."""
        self._stopped.set()
        library = self._current
        if library is not None:
            library.stop()

    def close(self) -> None:
        """End every server that was started."""
        self.stop()
        with self._lock:
            self._opening.clear()
            if self._current is not None:
                self._current.close()
                self._current = None
            for retiring in self._retiring:
                retiring.join()

    # -- parts ------------------------------------------------------------------------------------

    def _asked(self, ask: Callable[[Library], Answer]) -> Answer | None:
        """What the first server says that answers; None if none does."""
        while library := self._begin():
            began = time.monotonic()
            try:
                library.ready()
                if self._wait(library):
                    self.calls += 1
                    answer = ask(library)
                    self._failures = 0
                    return answer
            except NoSuchPage:
                self._failures = 0
                return None
            except DocumentationFailed as error:
                self._failed(library, error)
            finally:
                self._spent += time.monotonic() - began
        return None

    def _begin(self) -> Library | None:
        """The server in use, or the next; it may still be opening."""
        while self._current is None and self._opening and not self._stopped.is_set():
            opening = self._opening.pop(0)
            self._failures, self._spent, self._last_call = 0, 0.0, None
            try:
                self._current = opening()
            except DocumentationFailed as error:
                self.troubles.append(str(error))
        return None if self._stopped.is_set() else self._current

    def _wait(self, library: Library) -> bool:
        """Keep to the server's pace; whether it may be asked now."""
        now = time.monotonic()
        if self._last_call is None:  # to connect was a call as well
            self._last_call = now
        due = max(self._last_call + library.pause - now, 0.0)
        if self._spent + due > self._most_seconds:
            self._give_up(library, f"{library.name}: its {self._most_seconds:g} s are used up")
            return False
        self._last_call = now + due
        return not self._stopped.wait(due)

    def _failed(self, library: Library, error: DocumentationFailed) -> None:
        self._failures += 1
        started = self._last_call is not None
        if not self._stopped.is_set() and (self._failures >= MOST_FAILURES or not started):
            self._give_up(library, str(error))

    def _give_up(self, library: Library, why: str) -> None:
        self.troubles.append(why)
        self._current = None
        # To end a process that hangs takes seconds: nobody waits for that before the run ends.
        retiring = threading.Thread(target=library.close, name=f"end {library.name}", daemon=True)
        retiring.start()
        self._retiring.append(retiring)

    def _kept(self, pages: Iterable[Page]) -> list[Page]:
        found: dict[str, Page] = {}
        for page in pages:
            for each in (page, *page.parts):
                if is_deep(each.url):
                    self.returned.setdefault(each.url, each)
            if is_deep(page.url):
                found.setdefault(page.url, page)
        return list(found.values())
