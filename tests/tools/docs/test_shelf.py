"""The client that everybody in a run shares."""

import threading
import time
from collections.abc import Callable

import pytest

from tools.docs.pages import DocumentationFailed, NoSuchPage, Page
from tools.docs.servers import Docs, shelf
from tools.docs.shelf import Shelf


class Quiet:
    """Answers with one page, and remembers what it was asked and whether two asked at once."""

    def __init__(self, name: str = "quiet", *, fails: int = 0, pause: float = 0.0) -> None:
        self.name, self.fails, self.pause = name, fails, pause
        self.asked: list[str] = []
        self.closed = self.stopped = False
        self._busy = threading.Lock()

    def ready(self) -> None:
        pass

    def search(self, phrase: str, limit: int) -> list[Page]:
        assert self._busy.acquire(blocking=False), "two at once"
        try:
            self.asked.append(phrase)
            if self.fails:
                self.fails -= 1
                raise DocumentationFailed(f"{self.name}: not now")
            url = "https://docs.aws.amazon.com/a/latest/b/c.html"
            return [Page(title=phrase, url=url, source=self.name)][:limit]
        finally:
            self._busy.release()

    def read(self, url: str) -> str:
        self.asked.append(url)
        if "absent" in url:
            raise NoSuchPage(f"{self.name}: no such page")
        return f"text of {url}"

    def stop(self) -> None:
        self.stopped = True

    def close(self) -> None:
        self.closed = True


def test_a_phrase_is_asked_once() -> None:
    library = Quiet()
    used = Shelf([lambda: library])
    assert used.search("Backups") == used.search("backups")
    assert library.asked == ["Backups"]


def test_five_at_once_take_turns() -> None:
    library = Quiet()
    used = Shelf([lambda: library])
    asking = [threading.Thread(target=used.search, args=(f"topic {n}",)) for n in range(20)]
    for each in asking:
        each.start()
    for each in asking:
        each.join()
    assert len(library.asked) == 20


def test_a_server_that_failed_twice_is_given_up() -> None:
    first, second = Quiet("first", fails=2), Quiet("second")
    used = Shelf([lambda: first, lambda: second])
    assert used.search("x")[0].source == "second"
    used.close()
    assert first.closed
    assert second.closed
    assert used.troubles == ["first: not now"]


def test_one_hiccup_is_forgiven() -> None:
    first = Quiet("first", fails=1)
    used = Shelf([lambda: first])
    assert used.search("x")[0].source == "first"
    assert used.troubles == []


def test_no_server_is_no_result_and_no_failure() -> None:
    def broken() -> Quiet:
        raise DocumentationFailed("it does not start")

    openings: list[Callable[[], Quiet]] = [broken, broken]
    used = Shelf(openings)
    assert used.search("x") == []
    assert used.troubles == ["it does not start"] * 2


def test_a_page_is_read_once_and_only_if_it_was_returned() -> None:
    library = Quiet()
    used = Shelf([lambda: library])
    page = used.search("x")[0].url
    assert used.read(page) == used.read(page) == f"text of {page}"
    assert used.read("https://docs.aws.amazon.com/a/b/other.html") == ""
    assert library.asked == ["x", page]


def test_a_page_that_is_not_there_is_no_failure_of_the_server() -> None:
    library = Quiet()
    used = Shelf([lambda: library])
    for n in range(5):
        url = f"https://docs.aws.amazon.com/a/b/absent{n}.html"
        used.returned[url] = Page(title="t", url=url, source="quiet")
        assert used.read(url) == ""
    assert used.troubles == []
    assert len(library.asked) == 5, "and it is not asked a second time for one"


def test_a_server_that_wants_pauses_is_left_when_its_time_is_used_up() -> None:
    """The connection is its first call; the first search would be due 30 s later."""
    slow, quick = Quiet("slow", pause=30.0), Quiet("quick")
    used = Shelf([lambda: slow, lambda: quick], most_seconds=20.0)
    assert used.search("x")[0].source == "quick"
    assert used.troubles == ["slow: its 20 s are used up"]
    assert slow.asked == []


def test_pauses_are_kept() -> None:
    """Three calls, the connection included, with 0.05 s between them."""
    library = Quiet(pause=0.05)
    used = Shelf([lambda: library])
    started = time.monotonic()
    used.search("x")
    used.search("y")
    assert time.monotonic() - started >= 0.1


def test_whoever_waits_for_a_pause_is_let_go() -> None:
    library = Quiet(pause=60.0)
    used = Shelf([lambda: library])
    waiting = threading.Thread(target=used.search, args=("x",))
    waiting.start()
    used.stop()
    waiting.join(30)
    assert not waiting.is_alive()
    used.close()
    assert library.asked == []
    assert used.search("y") == []
    assert used.is_empty


def test_a_server_that_was_started_is_closed_though_nobody_asked() -> None:
    library = Quiet()
    with Shelf([lambda: library]):
        pass
    assert library.closed
    assert library.asked == []


@pytest.mark.parametrize("docs", Docs)
def test_every_choice_is_known(docs: Docs) -> None:
    """Nothing is opened before it is asked."""
    assert (shelf(docs) is None) == (docs is Docs.OFF)
