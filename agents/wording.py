"""What a model's words must be to stand in a report: plain text that claims nothing unseen."""

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Any

from tools.aws.redaction import redact_text

LONGEST_TITLE, LONGEST_TEXT = 120, 600
_MOST_ACCENTS = 2  # on one letter: more are there to write over other lines

_LINK = re.compile(
    r"""(?ix) \w+://\S* | \b(?:www\.|mailto:|javascript:|data:)\S+ | \]\(
      | \b[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}/\S* | \S+@[\w-]+\.\w+"""
)
# What somebody might paste into a shell. Advice says what to change, in words.
_COMMAND = re.compile(
    r"""(?ix) \baws\s+[a-z0-9-]+\s+[a-z0-9]+(?:-[a-z0-9]+)+
      | \b(?:curl|wget|sudo|bash|sh|zsh|powershell|pwsh|python3?|perl|nc|chmod|kubectl|terraform
            |docker|npm|pip|ssh|scp|eval)\s+(?:-\w|[/~.$"']|\w+[-/.]\w|apply|destroy|delete|install
            |run|exec)
      | \brm\s+-\w | \$\( | \$\{ | && | \|\|? \s*(?:sh|bash|zsh|python3?|tee|xargs)\b"""
)
_MARKUP = re.compile(r"</|<[a-zA-Z!]")
_UNITS = r"(?:ms|s|m|min|h|d|[KMGT]i?B)\b"
_NUMBER = re.compile(rf"(?<![\w.-])\d+(?:[.,]\d+)*(?=%|{_UNITS}|[^\w-]|$)")
_PRODUCT = re.compile(r"(?i)\broute 53\b")  # whose number counts nothing
_PER_UNIT = (1, 60, 3600, 86400, 1000, 1024, 1024**2, 1024**3)


def plainly(text: str, longest: int = LONGEST_TEXT) -> str:
    """One paragraph without secrets, control or invisible characters, cut where it is long.

    Letters that only look like others (fullwidth, mathematical, ligatures) become those.
    """
    folded = unicodedata.normalize("NFKC", text[: 8 * longest])
    shown = "".join(c if c.isprintable() else " " for c in _few_accents(folded))
    clean = " ".join(redact_text(shown).split())
    return clean if len(clean) <= longest else f"{clean[: longest - 1]}…"


def without_links(text: str) -> str:
    """The text with every address left out: for the list of what was not believed."""
    return _LINK.sub("(link)", text)


def what_is_wrong(text: str) -> str | None:
    """Why a plain text cannot stand in a report, if it cannot."""
    if _LINK.search(text):
        return "its text holds a link"
    if _COMMAND.search(text):
        return "its text holds a command"
    if _MARKUP.search(text):
        return "its text holds markup"
    return None if text else "its text is empty"


def unseen_numbers(text: str, seen: Iterable[Any]) -> list[str]:
    """The numbers of a text that stand in none of the JSON values, in whatever unit."""
    written = [found[0] for found in _NUMBER.finditer(_PRODUCT.sub("", text))]
    if not written:
        return []
    values = list(seen)
    said = set(re.findall(r"\d+(?:[.,]\d+)*", json.dumps(values, default=str)))
    amounts = {figure / unit for figure in _figures(values) for unit in _PER_UNIT}
    return [n for n in written if n not in said and _amount(n) not in amounts]


def _amount(number: str) -> float | None:
    try:
        return float(number.replace(",", ""))
    except ValueError:  # 1.2.3 is a version
        return None


def _figures(value: Any) -> Iterator[float]:
    """The amounts in a JSON value: its numbers, and how long its lists are."""
    if isinstance(value, str):
        if re.fullmatch(r"\d{1,15}(?:\.\d{1,6})?", value):
            yield float(value)
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _figures(inner)
    elif isinstance(value, (list, tuple)):
        yield float(len(value))
        for inner in value:
            yield from _figures(inner)
    elif isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 1e18:
        yield float(value)


def _few_accents(text: str) -> Iterator[str]:
    accents = 0
    for character in text:
        accents = accents + 1 if unicodedata.combining(character) else 0
        if accents <= _MOST_ACCENTS:
            yield character
