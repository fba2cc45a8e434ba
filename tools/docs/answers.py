"""What documentation servers answer, read leniently: their answers have grown, and will again.

Errors may come as data: a result without an address, a text that says so, a status.
"""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from tools.docs.pages import DocumentationFailed, NoSuchPage, Page, address_of

_CUT = re.compile(r"\s*<e>Content truncated\..*?(?:</e>|\Z)", re.DOTALL)
_FAILED = ("Failed to fetch", "Error ", "Invalid URL")
_ABSENT = re.compile(r"no such page|status code 40[34]|Invalid URL", re.IGNORECASE)
_LONGEST_REASON = 200
_LONGEST_TITLE = 160


def value_of(answer: Any) -> Any:
    """What a tool's content blocks say: JSON where they hold any, else their text."""
    if isinstance(answer, list):
        texts = [block.get("text", "") for block in answer if isinstance(block, dict)]
        values = [_parsed(text) for text in texts]
        return values[0] if len(values) == 1 else values
    return _parsed(answer) if isinstance(answer, str) else answer


def pages_of(answer: Any, source: str) -> list[Page]:
    """The pages that a search returned, in its order.

    Raises:
        DocumentationFailed: it is no list of pages, or reports an error.
    """
    found = answer
    if isinstance(answer, Mapping):
        _refuse_errors(answer, source)
        found = answer.get("search_results", answer.get("results"))
    if not isinstance(found, list):
        raise DocumentationFailed(f"{source}: an answer that is no list of pages")
    return [_page(each, source) for each in found if isinstance(each, Mapping)]


def text_of(answer: Any, source: str) -> str:
    """The text of a page, without the note that there would be more of it.

    Raises:
        NoSuchPage: the server works, and does not have the page.
        DocumentationFailed: it reports an error.
    """
    if isinstance(answer, Mapping):
        _refuse_errors(answer, source)
        answer = next((answer[key] for key in ("content", "text") if key in answer), answer)
    if isinstance(answer, str) and not answer.startswith(_FAILED):
        return _CUT.sub("", answer)
    said = f"{source}: {str(answer)[:_LONGEST_REASON]}"
    raise NoSuchPage(said) if _ABSENT.search(said) else DocumentationFailed(said)


def _parsed(text: str) -> Any:
    try:
        value = json.loads(text)
    except ValueError:
        return text
    if isinstance(value, dict) and set(value) == {"result"}:
        return value["result"]
    return value


def _refuse_errors(answer: Mapping[str, Any], source: str) -> None:
    if answer.get("error") or str(answer.get("status", "")).lower() in ("error", "failed"):
        said = answer.get("error") or answer.get("message") or answer.get("content") or "an error"
        raise DocumentationFailed(f"{source}: {str(said)[:_LONGEST_REASON]}")


def _page(found: Mapping[str, Any], source: str) -> Page:
    """A result; one without an address is an error that came as data."""
    url, title = str(found.get("url") or ""), _line(str(found.get("title") or ""))
    if not url:
        said = title or "a result without an address"
        raise DocumentationFailed(f"{source}: {said}")
    excerpt = str(found.get("context") or found.get("excerpt") or "")
    sections = found.get("recommended_sections") or found.get("sections")
    return Page(
        title=title,
        url=address_of(url),
        excerpt=excerpt,
        source=source,
        sections=tuple(_titles(sections)),
        parts=tuple(_parts(found.get("metadata"), title, source)),
    )


def _line(text: str) -> str:
    """One line of printable text."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:_LONGEST_TITLE]


def _titles(sections: Any) -> Iterable[str]:
    for each in sections if isinstance(sections, list) else ():
        title = each.get("title") if isinstance(each, Mapping) else each
        if isinstance(title, str) and title:
            yield _line(title)


def _parts(metadata: Any, title: str, source: str) -> Iterable[Page]:
    """The addresses of a page's sections, where the server names them."""
    found = metadata.get("additional_urls") if isinstance(metadata, Mapping) else None
    for each in found if isinstance(found, list) else ():
        url = each.get("url") if isinstance(each, Mapping) else None
        if not isinstance(url, str) or not url:
            continue
        anchor = str(each.get("section_anchor") or "").lstrip("#")
        deep = address_of(url)
        if anchor and "#" not in deep:
            deep = f"{deep}#{anchor}"
        section = _line(str(each.get("section_title") or ""))
        yield Page(title=f"{title}: {section}" if section else title, url=deep, source=source)
