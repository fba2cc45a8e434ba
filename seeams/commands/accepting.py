"""`seeams accept`."""

from typing import TYPE_CHECKING, Annotated

import typer

from seeams import options
from seeams.console import complain

if TYPE_CHECKING:
    from state.report import Report


def accept(
    thread: options.StoredThread,
    proposals: options.ProposalIds = None,
    every: Annotated[
        bool, typer.Option("--all", help="Accept every proposal of the assessment.")
    ] = False,
    as_json: options.Json = False,
    store: options.StoreUrl = None,
) -> None:
    """Let what a model proposed bear on the letters: before and after, side by side.

    It counts for every later question to the thread, until it is assessed anew.
    """
    from graph.runs import accept as let_count
    from graph.runs import snapshot_of
    from seeams.console import out, print_json
    from seeams.documents import document_of
    from seeams.outcomes import exit_code
    from seeams.rendering.comparison import print_comparison
    from seeams.rendering.names import Names
    from seeams.stored import report_at
    from state.errors import WrongUse
    from state.store import Store

    if bool(proposals) == every:
        raise WrongUse("accept what? Name proposals, as the report names them, or say --all")
    with Store(store) as opened:
        assessed = report_at(opened, thread)
        chosen = proposals or [each.id for each in assessed.proposals]
        new = [each for each in dict.fromkeys(chosen) if each not in assessed.premises.accepted]
        if not new:
            complain("Nothing to accept: " + _why(every, assessed))
            if as_json:
                print_json(document_of(assessed, assessed))
            raise typer.Exit(0)
        before, after = let_count(opened, thread, new)
        if as_json:
            print_json(document_of(after, before))
        else:
            names = Names(snapshot_of(opened, after))
            print_comparison(out(), before, after, names, store=store)
    raise typer.Exit(exit_code(after))


def _why(every: bool, assessed: "Report") -> str:
    if not every or assessed.premises.accepted:
        return "accepted already."
    if not assessed.thoughts:
        return "no model took part in this assessment; `--model` of `seeams assess` names one."
    return "no model proposed anything that stands in the way of the objectives."
