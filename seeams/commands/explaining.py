"""`seeams explain`."""

from typing import Annotated

import typer

from seeams import options


def _subjects(incomplete: str) -> list[str]:
    from state.categories import categories

    known = ["overall", *(category.slug for category in categories())]
    return [each for each in known if each.startswith(incomplete)]


def explain(
    thread: options.StoredThread,
    what: Annotated[
        str,
        typer.Argument(
            metavar="WHAT",
            help="overall; a category (spof, load, ...); the id of a finding or check; a resource.",
            autocompletion=_subjects,
        ),
    ] = "overall",
    checkpoint: options.Checkpoint = None,
    as_json: options.Json = False,
    store: options.StoreUrl = None,
) -> None:
    """Show the arithmetic under a letter, so that it can be checked with a calculator.

    Every step with its seconds and source, the sum, its share, and where another letter begins.
    """
    from graph.runs import reckoning_of, snapshot_of
    from seeams.console import out, print_json
    from seeams.rendering.explanation import print_explanation
    from seeams.rendering.names import Names
    from seeams.stored import report_at
    from state.store import Store
    from tools.grading.explaining import explain as explain_result

    with Store(store) as opened:
        report = report_at(opened, thread, checkpoint)
        explanation = explain_result(what, report, reckoning_of(opened, report))
        if as_json:
            print_json(explanation.model_dump(mode="json"))
        else:
            print_explanation(out(), explanation, Names(snapshot_of(opened, report)))
