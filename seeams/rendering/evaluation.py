"""How well the samples were judged, in a terminal: a table, and what was not as expected."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from seeams.console import plain
from seeams.rendering import words
from seeams.rendering.page import WIDE, Page, counted

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from state.evaluation import Evaluated, Evaluation, Score

_MOST_LISTED = 20


def print_evaluation(console: "Console", done: "Evaluation") -> None:
    """The whole evaluation."""
    page = Page(console)
    model = done.model != "none"
    page.line(("How well the samples were judged", "bold"), f"   model {plain(done.model)}")
    rows = [(each.workload, each.score) for each in done.workloads]
    page.space()
    page.show(_rules("workload", [*rows, ("in all", done.total)]))
    titled = [(words.title_of(code), score) for code, score in done.by_category.items()]
    page.space()
    page.show(_rules("category", titled))
    if model:
        page.heading("What the model added", "it bears on no letter")
        page.show(_models("workload", [*rows, ("in all", done.total)], console.width))
        page.space()
        page.show(_models("category", titled, console.width))
    for each in done.workloads:
        _not_as_expected(page, each, model=model)


def _rules(what: str, rows: Iterable[tuple[str, "Score"]]) -> "Table":
    table = _table(what, "expected", "found", "right", "recall", "precision")
    for name, score in rows:
        counts = (score.expected, score.found, score.right)
        shares = (score.recall, score.precision)
        table.add_row(plain(name), *map(str, counts), *(f"{each:.2f}" for each in shares))
    return table


def _models(what: str, rows: Iterable[tuple[str, "Score"]], width: int) -> "Table":
    wide = width >= WIDE + 20
    more = ("dropped", "doubts", "calls") if wide else ()
    table = _table(what, "planted", "proposed", "grounded", *more, "tokens", "USD", "seconds")
    for name, score in rows:
        grounded = "-" if score.grounded is None else f"{score.kept}/{score.claims}"
        cells = (score.dropped, score.doubts, score.model_calls) if wide else ()
        table.add_row(
            plain(name),
            f"{score.planted_found}/{score.planted}",
            str(score.proposals),
            grounded,
            *map(str, cells),
            str(score.input_tokens + score.output_tokens),
            f"{score.usd:.3f}",
            f"{score.seconds:.1f}",
        )
    return table


def _table(first: str, *others: str) -> "Table":
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    table.add_column(first)
    for name in others:
        table.add_column(name, justify="right")
    return table


def _not_as_expected(page: Page, each: "Evaluated", *, model: bool) -> None:
    """What was missed and what was too much; the model's part only where there was one."""
    lists = [
        ("missed", each.missing),
        ("found, and not expected", each.unexpected),
        ("found, and expected not to be", each.forbidden),
    ]
    if model:
        agents = [f"{words.title_of(c)}: {s.value}" for c, s in each.stops.items() if s != "done"]
        lists += [
            ("planted, and not found", each.planted_missing),
            ("agents that did not finish", tuple(agents)),
            ("claimed, and not borne out", each.dropped),
        ]
    shown = [(title, texts) for title, texts in lists if texts]
    if not shown:
        return
    page.heading(plain(each.workload), f"overall {each.letter or '?'}")
    for title, texts in shown:
        page.line(f"{counted(len(texts), 'time')} {title}:")
        for text in texts[:_MOST_LISTED]:
            page.line(plain(text), indent=2, hanging=2)
        if len(texts) > _MOST_LISTED:
            page.line(f"and {len(texts) - _MOST_LISTED} more: --json holds all", indent=2)
