"""A full-text index of the pages that the product itself knows: by checks, constants and topics."""

import re
import sqlite3
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.resources import files

from tools.checks import all_checks
from tools.docs.pages import Page
from tools.grading.assumptions import assumptions

EMBEDDED = "embedded"
_WORD = re.compile(r"[A-Za-z0-9]{2,}")


@dataclass(frozen=True)
class Entry:
    """A page, and what is known of it here."""

    title: str
    url: str
    text: str


def entries() -> Iterator[Entry]:
    """Every page there is, once."""
    found: dict[str, Entry] = {}
    for entry in (*_topics(), *_of_checks(), *_of_constants()):
        known = found.get(entry.url)
        text = f"{known.text}\n\n{entry.text}" if known else entry.text
        found[entry.url] = Entry(known.title if known else entry.title, entry.url, text)
    yield from found.values()


class Index:
    """The pages, searchable; held in memory."""

    def __init__(self, pages: Iterable[Entry] | None = None) -> None:
        """`pages`: to be indexed; None: all that the product knows."""
        self._texts: dict[str, Entry] = {}
        # The server answers from whichever thread its event loop gives the call.
        self._database = sqlite3.connect(":memory:", check_same_thread=False)
        self._database.execute(
            "CREATE VIRTUAL TABLE pages USING fts5(title, text, url UNINDEXED, tokenize='porter')"
        )
        for entry in entries() if pages is None else pages:
            self._texts[entry.url] = entry
            row = (entry.title, entry.text, entry.url)
            self._database.execute("INSERT INTO pages VALUES (?, ?, ?)", row)

    def search(self, phrase: str, limit: int) -> list[Page]:
        """Pages with any of the words, those with most and rarest of them first."""
        words = _WORD.findall(phrase.lower())
        if not words:
            return []
        query = " OR ".join(f'"{word}"' for word in dict.fromkeys(words))
        rows = self._database.execute(
            "SELECT title, url, snippet(pages, 1, '', '', ' ... ', 24) FROM pages"
            " WHERE pages MATCH ? ORDER BY bm25(pages, 4.0, 1.0), url LIMIT ?",
            (query, limit),
        )
        return [
            Page(title=title, url=url, excerpt=" ".join(excerpt.split()), source=EMBEDDED)
            for title, url, excerpt in rows
        ]

    def read(self, url: str) -> str | None:
        """What is known of a page; None if there is no such page."""
        known = self._texts.get(url) or self._texts.get(url.partition("#")[0])
        return f"# {known.title}\n\n{known.text}" if known else None


def _of_checks() -> Iterator[Entry]:
    for check in all_checks().values():
        layer = check.layer.value.replace("_", " ").lower()
        filed = f"({check.service}, {check.category.title}, {layer})"
        text = f"{check.title}. {check.rationale} {check.recommendation} {filed}"
        for page in check.documentation:
            yield Entry(page.title, page.url, text)


def _of_constants() -> Iterator[Entry]:
    for assumption in assumptions().values():
        if assumption.source:
            title = assumption.what[0].upper() + assumption.what[1:]
            yield Entry(title, assumption.source, f"{assumption.what}. {assumption.why}")


def _topics() -> Iterator[Entry]:
    text = files("tools.docs").joinpath("topics.toml").read_text(encoding="utf-8")
    for url, topic in tomllib.loads(text).items():
        yield Entry(topic["title"], url, topic["about"])
