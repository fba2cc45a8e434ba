"""Markdown of our own documents as HTML in which no text of the account becomes anything else."""

from collections.abc import Iterator, Sequence
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

_SECTION = 2  # the level of the heading that the page gives a section
_FOLDED = (2, 3)  # levels of Markdown's headings whose chapters are folded away


def folded(markdown: str) -> Markup:
    """A document's chapters, each below its heading and folded away; its title is left out."""
    tokens = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
    tokens.add_render_rule("table_open", _table_open)
    tokens.add_render_rule("table_close", _table_close)
    return Markup("").join(_parts(tokens, tokens.parse(markdown)))


def _parts(renderer: MarkdownIt, tokens: Sequence[Token]) -> Iterator[Markup]:
    """What a renderer of Markdown makes is HTML: all text in it is escaped."""
    open_levels: list[int] = []
    place = 0
    while place < len(tokens):
        token = tokens[place]
        if token.type != "heading_open":
            end = _next_heading(tokens, place)
            yield _html(renderer, tokens[place:end])
            place = end
            continue
        level, heading = int(token.tag[1]), tokens[place : place + 3]
        place += 3
        while open_levels and open_levels[-1] >= level:
            open_levels.pop()
            yield Markup("</details>\n")
        if level == 1:
            continue
        for each in (heading[0], heading[2]):
            each.tag = f"h{min(level + _SECTION - 1, 6)}"
        shown = _html(renderer, heading)
        if level in _FOLDED:
            open_levels.append(level)
            shown = Markup("<details><summary>{}</summary>\n").format(shown)
        yield shown
    yield from (Markup("</details>\n") for _ in open_levels)


def _next_heading(tokens: Sequence[Token], place: int) -> int:
    headings = (n for n in range(place, len(tokens)) if tokens[n].type == "heading_open")
    return next(headings, len(tokens))


def _html(renderer: MarkdownIt, tokens: Sequence[Token]) -> Markup:
    rendered: str = renderer.renderer.render(tokens, renderer.options, {})
    # A head that says nothing is no head of a column.
    return Markup(rendered.replace("<th></th>", "<td></td>"))


def _table_open(*_: Any) -> str:
    return '<div class="scroll" role="group" aria-label="Table" tabindex="0">\n<table>\n'


def _table_close(*_: Any) -> str:
    return "</table>\n</div>\n"
