"""The catalogue of checks in a terminal."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from seeams.catalogue import effect_words, example_words
from seeams.rendering import words
from seeams.rendering.page import Page
from state.categories import categories

if TYPE_CHECKING:
    from rich.console import Console

    from tools.checks import Check


def print_checks(console: "Console", checks: Sequence["Check"]) -> None:
    """One entry per check, by category."""
    page = Page(console)
    page.line(f"{len(checks)} checks. `seeams checks ID` shows one in full.")
    for category in categories():
        mine = [check for check in checks if check.category is category]
        if mine:
            page.heading(category.title, f"{len(mine)} checks")
        for check in mine:
            page.line((check.id, "bold"))
            page.line(check.title, indent=4)


def print_check(console: "Console", check: "Check") -> None:
    """One check in full."""
    page = Page(console)
    page.line((check.id, "bold"))
    page.line((check.title, "bold"))
    page.space()
    page.line(" ".join(check.rationale.split()))
    page.space()
    also = words.titles_of([category.code for category in check.also])
    for label, text in (
        ("category", check.category.title + (f"; also {also}" if also else "")),
        ("layer", words.phrase(check.layer.value)),
        ("question", check.question.text),
        ("judges", ", ".join(check.resource_types)),
        *(("fails", effect_words(effect)) for effect in check.on_fail),
        *(("passes", effect_words(effect)) for effect in check.on_pass),
        ("source", check.effect_source),
        ("do", check.recommendation),
        ("strength", check.strength or ""),
        ("saving", check.saving or ""),
    ):
        if text:
            page.line((f"{label:<10}", "bold"), text, hanging=10)
    for label, examples in (
        ("fails on", check.fails),
        ("passes on", check.passes),
        ("silent on", check.silent),
    ):
        for example in examples:
            page.line((f"{label:<10}", "bold"), example_words(example), hanging=10)
    for document in check.documentation:
        page.verbatim((f"{'read':<10}", "bold"), document.url)
