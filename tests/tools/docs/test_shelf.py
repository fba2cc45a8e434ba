"""The client that everybody in a run shares."""

import threading
from collections.abc import Callable

import pytest

from tools.docs.pages import DocumentationFailed, Page
from tools.docs.servers import Docs, shelf
from tools.docs.shelf import Shelf


class Quiet:
    """Answers with one page, and remembers what it was asked and whether two asked at once."""

    def __init__(self, name: str = "quiet", *, fails: int = 0) -> None:
        self.name, self.fails = name, fails
        self.asked: list[str] = []
        self.closed = False
        self._busy = threading.Lock()

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
        return f"text of {url}"

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


def test_names_from_the_account_stay_here() -> None:
    library = Quiet()
    used = Shelf([lambda: library], private=["menu-bot", "Prod-DB", "db"])
    used.search(
        "alarms for menu-bot and PROD-DB, arn:aws:rds:eu-west-1:123456789012:db:x in 123456789012 "
        "on vpc-0123456789abcdef0 by me@example.org db"
    )
    assert library.asked == ["alarms for and in on by db"]
    assert used.search("menu-bot") == []
    assert len(library.asked) == 1, "nothing was left to ask"


def test_a_server_that_failed_twice_is_given_up() -> None:
    first, second = Quiet("first", fails=2), Quiet("second")
    used = Shelf([lambda: first, lambda: second])
    assert used.search("x")[0].source == "second"
    assert first.closed
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


@pytest.mark.parametrize("docs", Docs)
def test_every_choice_is_known(docs: Docs) -> None:
    """Nothing is opened before it is asked."""
    assert (shelf(docs) is None) == (docs is Docs.OFF)
