"""`seeams sweep`."""

from pathlib import Path
from typing import Annotated

import typer

from seeams import options

_KINDS = (".png", ".svg")


def _categories(incomplete: str) -> list[str]:
    from state.categories import categories

    return [c.slug for c in categories() if c.slug.startswith(incomplete)]


def sweep(
    thread: options.StoredThread,
    rto: Annotated[
        str | None,
        typer.Option("--rto", metavar="TIMES", help="The RTOs to try: 15m,1h,4h,24h."),
    ] = None,
    rpo: Annotated[
        str | None,
        typer.Option("--rpo", metavar="TIMES", help="The RPOs to try: 1m,1h,12h."),
    ] = None,
    category: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Print the table of a category: spof, load. Default: overall.",
            autocompletion=_categories,
        ),
    ] = None,
    checkpoint: options.Checkpoint = None,
    output: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Draw all of it into FILE: .png or .svg."),
    ] = None,
    as_json: options.Json = False,
    store: options.StoreUrl = None,
) -> None:
    """Show which letters a stored assessment gets at which RTO and RPO, and where they turn.

    Answered from the store: no AWS call, no specialist.

    A pair holds for every disruption, whatever a policy asks of some.
    """
    from graph.runs import reckoning_of
    from seeams.asked import durations_of
    from seeams.catalogue import code_of
    from seeams.console import complain, out, plain, print_json
    from seeams.documents import sweep_document
    from seeams.outcomes import require_folder
    from seeams.rendering.sweep import print_sweep
    from seeams.stored import report_at
    from state.errors import WrongUse
    from state.store import Store
    from state.sweeps import OVERALL
    from tools.grading.sweeping import RPO_GRID, RTO_GRID
    from tools.grading.sweeping import sweep as over_grid

    name = OVERALL if category is None else code_of(category)
    if output is not None:
        if output.suffix.lower() not in _KINDS:
            raise WrongUse(f"{str(output)!r}: --output draws {' and '.join(_KINDS)} files")
        require_folder(output)
    grid = durations_of("--rto", rto) or RTO_GRID, durations_of("--rpo", rpo) or RPO_GRID
    with Store(store) as opened:
        report = report_at(opened, thread, checkpoint)
        found = over_grid(reckoning_of(opened, report), report.objectives, *grid)
    if output is not None:
        from seeams.rendering.sweep_picture import draw

        draw(found, report, output)
        complain(f"{plain(output)} written")
    if as_json:
        print_json(sweep_document(found, report))
    else:
        print_sweep(out(), found, report, name)
