"""Whether a page that a search returned is on a topic: judged by words, and strictly.

A search always returns something. A link that misses the point costs more than one that is missing.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from tools.checks import all_checks
from tools.docs.index import words_of_guide, words_of_phrase
from tools.docs.pages import Page

_ENDING = re.compile(r"(?<=\w{4})(?:ings?|ed|es?|s|al|ions?)$")
_HUMP = re.compile(r"[A-Z]+(?![a-z])|[A-Z][a-z]+|[a-z]+|\d+")
_GENERAL = ("wellarchitected", "whitepapers", "prescriptive-guidance")  # guides of no one service
_OF_NO_TOPIC = """
    amazon aws basic best concept configuration configure configuring container creating data define
    defining deploy discover edit example feature learn manage managing model option practice
    troubleshoot understand understanding update using values work
"""


@dataclass(frozen=True)
class Topic:
    """What a reader of a finding wants to know more of."""

    service: str  # as checks are named after it: rds
    title: str  # the defect
    advice: str
    known: tuple[tuple[str, str], ...]  # title and address of the pages that are linked already

    def is_met_by(self, page: Page) -> bool:
        """Whether a page says more on it: most of its title is about it, and in the right guide.

        One word in common is enough only if it is in the defect's title and in a known page's; of a
        guide that is about no one service, the whole title must be.
        """
        if any(_same(page, title, url) for title, url in self.known):
            return False
        about = _subject(page.title)
        titles = " ".join(title for title, _ in self.known)
        shared = about & _subject(f"{titles} {self.title} {self.advice}")
        if len(shared) == 1 and not shared & _subject(titles) & _subject(self.title):
            return False
        if any(f"/{guide}/" in page.url for guide in _GENERAL) and not self._knows_guide(page.url):
            return len(shared) > 1 and shared == about
        return self._is_near(page.url) and 2 * len(shared) > len(about)

    def _is_near(self, url: str) -> bool:
        """In the guide of a known page, or of the service and no other."""
        named = _services().intersection(words_of_guide(url))
        return self._knows_guide(url) or named == {self.service}

    def _knows_guide(self, url: str) -> bool:
        guide = url.rpartition("/")[0]
        return any(known.rpartition("/")[0] == guide for _, known in self.known)


def page_of(url: str) -> str:
    """The address of the page that an anchor is on."""
    return url.partition("#")[0]


def _same(page: Page, title: str, url: str) -> bool:
    """The same page, or the same text in another of AWS's books."""
    return page_of(page.url) == page_of(url) or page.title.casefold() == title.casefold()


def _subject(text: str) -> frozenset[str]:
    """The stems of what a text is about, without the services and resources it is about it of."""
    return _stems(words_of_phrase(text)) - _things()


@cache
def _services() -> frozenset[str]:
    return frozenset(check.service for check in all_checks().values())


@cache
def _things() -> frozenset[str]:
    """Stems of words for services and resources, and of those that fit any page."""
    named = {*_services(), *_OF_NO_TOPIC.split()}
    for check in all_checks().values():
        for kind in check.resource_types:
            named.update(hump.lower() for hump in _HUMP.findall(kind))
            named.update(part.lower() for part in kind.split("::"))
        for page in check.documentation:
            named.update(words_of_guide(page.url))
    return _stems(named) | {"request", "target", "event", "messag", "record", "object", "region"}


def _stems(words: Iterable[str]) -> frozenset[str]:
    return frozenset(_ENDING.sub("", word) for word in words)
