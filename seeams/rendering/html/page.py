"""The page: its sections in order, and what makes any text of the account harmless in them."""

import base64
import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from seeams.console import plain
from seeams.exporting import Result
from seeams.rendering import palette, words
from seeams.rendering.answers import answered
from seeams.rendering.html import actions, facts, grades, maps
from state.errors import StoreUnusable
from tools.diagram.words import type_words
from tools.grading.letters import as_number


@dataclass(frozen=True)
class Section:
    """A part of the page; its template is `<id>.html.j2`, which sees the content as `it`."""

    id: str
    title: str
    content: Callable[[Result], Mapping[str, Any] | None]  # None: there is nothing to show


SECTIONS = (
    Section("letters", "Letters", grades.letters),
    Section("dependencies", "What waits for what", grades.dependencies),
    Section("disruptions", "Disruptions", grades.disruptions),
    Section("arithmetic", "How the letters add up", grades.arithmetic),
    Section("findings", "Findings", facts.findings),
    Section("proposals", "Proposed by models", facts.proposals),
    Section("recommendations", "What to do first", actions.recommendations),
    Section("sweep", "Other objectives", maps.sweep),
    Section("diagram", "Architecture", maps.diagram),
    Section("runbook", "Runbook", actions.runbook),
    Section("questions", "Questions", facts.questions),
    Section("strengths", "What it does well", facts.strengths),
    Section("gaps", "Not read", facts.gaps),
    Section("savings", "Over-built for these objectives", facts.savings),
    Section("premises", "What it rests on", facts.premises),
    Section("models", "Models and documentation", facts.models),
    Section("usage", "What it took", facts.usage),
)


def as_html(result: Result) -> str:
    """The whole report as a page that opens offline."""
    script = _packaged("page.js")
    contents = [(section, _content(section, result)) for section in SECTIONS]
    return (
        _environment(result)
        .get_template("page.html.j2")
        .render(
            **grades.heading(result),
            sections=[(section, content) for section, content in contents if content is not None],
            script=Markup(script),
            script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
            style=Markup(_packaged("page.css")),
            letters=[
                (number, colour, palette.ink_on(colour))
                for number, colour in enumerate(palette.LETTERS)
            ],
            ungraded=palette.UNGRADED,
        )
    )


def _content(section: Section, result: Result) -> Mapping[str, Any] | None:
    """What a section shows; a page that lacks one is better than none."""
    try:
        return section.content(result)
    except StoreUnusable as error:
        return {"missing": str(error)}


def _environment(result: Result) -> Environment:
    environment = Environment(
        loader=PackageLoader("seeams", "rendering/html"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=True,
        finalize=_shown,
    )
    environment.filters |= {
        "name": result.names.of,
        "kind": type_words,
        "title_of": words.title_of,
        "titles_of": words.titles_of,
        "phrase": words.phrase,
        "effect": words.effect_words,
        "short_effect": words.short_effect,
        "evidence": words.evidence_words,
        "answered": answered,
        "percent": words.percent,
        "own": own,
        "lines": lines,
        "href": href,
        "grade": letter_class,
    }
    return environment


def _shown(value: Any) -> Any:
    """What a template prints: text from the account neither hides nor turns what follows it."""
    return value if isinstance(value, Markup) else plain(value)


def own(text: str) -> Markup:
    """A text of the catalogue, whose code spans are Markdown's."""
    parts = re.split(r"`([^`]+)`", plain(" ".join(text.split())))
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if place % 2 else escape(part)
        for place, part in enumerate(parts)
    )


def lines(text: str) -> Markup:
    """A text whose lines are its own."""
    return escape(plain(text, keep="\n"))


def href(url: str) -> str:
    """An address that only leads somewhere: no script."""
    return plain(url) if re.match(r"https?://", url, re.IGNORECASE) else "#"


def letter_class(letter: str | None) -> str:
    """The class that colours a letter."""
    return "none" if letter is None else f"g{as_number(letter)}"


def _packaged(name: str) -> str:
    return files("seeams.rendering.html").joinpath(name).read_text(encoding="utf-8")
