"""A sweep as a picture: the workload large, the categories small, the present objectives framed."""

from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from seeams.console import plain
from seeams.failures import writing
from seeams.rendering.palette import colour_of, ink_on
from seeams.rendering.sweep import compact, title_of
from seeams.rendering.words import objectives_words
from state.categories import categories
from state.report import Report
from state.sweeps import OVERALL, Sweep


def draw(found: Sweep, report: Report, output: Path) -> None:
    """Write the picture, in the format of the file's extension.

    Raises:
        CannotWrite: the file cannot be written.
    """
    figure = Figure(figsize=(15, 8), layout="constrained")
    FigureCanvasAgg(figure)
    figure.suptitle(
        f"{plain(report.workload.selector)}: which letter at which objectives",
        fontsize=15,
        fontweight="bold",
        parse_math=False,  # a tag with a dollar sign is no formula
    )
    figure.supxlabel(
        f"RPO across: data that may be lost. RTO upwards: time it may be down. Framed: "
        f"{objectives_words(report.objectives)}. Thread {plain(report.thread)}",
        fontsize=10,
        parse_math=False,
    )
    codes = [category.code for category in categories()]
    small = [*codes, *["."] * (-len(codes) % 2)]
    rows: list[Any] = [[OVERALL, *small[place : place + 2]] for place in range(0, len(small), 2)]
    panels = figure.subplot_mosaic(rows, width_ratios=(2.2, 1, 1))
    for name in (OVERALL, *codes):
        _panel(panels[name], found, name, letters=10 if name == OVERALL else 5.5)
    with writing(output):
        figure.savefig(output, dpi=130)


def _panel(axes: Axes, found: Sweep, name: str, *, letters: float) -> None:
    """One map; `letters` is the size of their font."""
    rows = found.letters[name]
    colours = [[colour_of(letter) for letter in row] for row in rows]
    axes.imshow([[to_rgb(each) for each in row] for row in colours], aspect="auto", origin="lower")
    axes.set_title(title_of(name), fontsize=letters + 4, loc="left", fontweight="bold")
    axes.set_xticks(range(len(found.rpo_seconds)), [compact(each) for each in found.rpo_seconds])
    axes.set_yticks(range(len(found.rto_seconds)), [compact(each) for each in found.rto_seconds])
    axes.tick_params(labelsize=letters + 0.5, length=0)
    axes.spines[:].set_visible(False)
    for y, row in enumerate(rows):
        for x, letter in enumerate(row):
            ink = ink_on(colours[y][x])
            axes.text(x, y, letter or "?", ha="center", va="center", fontsize=letters, color=ink)
    x = found.rpo_seconds.index(found.rpo_present)
    y = found.rto_seconds.index(found.rto_present)
    for colour, width in (("white", 0.4 * letters), ("black", 0.2 * letters)):
        axes.add_patch(
            Rectangle(
                (x - 0.5, y - 0.5),
                1,
                1,
                fill=False,
                clip_on=False,
                zorder=3,
                edgecolor=colour,
                linewidth=width,
            )
        )
