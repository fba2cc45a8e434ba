"""`seeams compare`."""

from typing import TYPE_CHECKING, Annotated

import typer

from seeams import options

if TYPE_CHECKING:
    from state.report import Report
    from state.snapshot import Snapshot
    from state.store import Store
    from tools.grading.reckoning import Reckoning


def compare(
    first: Annotated[
        str,
        typer.Argument(
            metavar="A",
            help="A thread (its latest assessment), THREAD@CHECKPOINT, or how the id of a run or "
            "checkpoint begins, as `seeams history` lists them.",
            autocompletion=options.threads,
        ),
    ],
    second: Annotated[
        str | None,
        typer.Argument(
            metavar="B",
            help="What to compare it with. Left out: the last two results of thread A.",
            autocompletion=options.threads,
        ),
    ] = None,
    as_json: options.Json = False,
    store: options.StoreUrl = None,
) -> None:
    """Compare two results: which fact moved which letter, and what was found or mended since.

    Of one thread or of two, minutes or months apart; nothing is read from AWS.
    """
    from seeams.console import out, print_json
    from seeams.rendering.comparison import print_comparison
    from seeams.rendering.names import Names
    from seeams.stored import last_two, result_called
    from state.store import Store
    from tools.grading.comparing import compare as compare_results

    with Store(store) as opened:
        if second is None:
            before, after = last_two(opened, first)
        else:
            before, after = result_called(opened, first), result_called(opened, second)
        reckoned, why_not = _reckoned(opened, before, after)
        comparison = compare_results(before, after, reckoned, why_not)
        if as_json:
            print_json(comparison.model_dump(mode="json"))
        else:
            names = Names(_both(opened, before, after))
            print_comparison(out(), before, after, names, comparison=comparison)


def _reckoned(
    store: "Store", before: "Report", after: "Report"
) -> "tuple[tuple[Reckoning, Reckoning] | None, str]":
    """What both were graded from; or why that is not known."""
    from graph.runs import reckoning_of
    from state.errors import InvalidPremises, StoreUnusable

    try:
        return (reckoning_of(store, before), reckoning_of(store, after)), ""
    except (StoreUnusable, InvalidPremises) as error:
        return None, str(error)


def _both(store: "Store", before: "Report", after: "Report") -> "Snapshot":
    """The account as both saw it, to name what is in one of them alone."""
    from seeams.stored import snapshot_of

    one, other = snapshot_of(store, before), snapshot_of(store, after)
    return other.model_copy(update={"resources": {**one.resources, **other.resources}})
