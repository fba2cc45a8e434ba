"""`seeams what-if`."""

import typer

from seeams import options


def what_if(
    thread: options.StoredThread,
    rto: options.Rto = None,
    rpo: options.Rpo = None,
    region_rto: options.RegionRto = None,
    region_rpo: options.RegionRpo = None,
    as_json: options.Json = False,
    store: options.StoreUrl = None,
) -> None:
    """Grade a stored assessment against other objectives: before and after, side by side.

    Answered from the checkpoint: no AWS call, no specialist. What is not given stays as it was.
    """
    from graph.runs import snapshot_of
    from graph.runs import what_if as run
    from seeams.asked import objectives_instead
    from seeams.console import out, print_json
    from seeams.documents import document_of
    from seeams.outcomes import exit_code
    from seeams.rendering.comparison import print_comparison
    from seeams.rendering.names import Names
    from seeams.stored import report_at
    from state.store import Store

    with Store(store) as opened:
        assessed = report_at(opened, thread)
        objectives = objectives_instead(assessed.objectives, rto, rpo, region_rto, region_rpo)
        before, after = run(opened, thread, objectives)
        if as_json:
            print_json(document_of(after, before))
        else:
            print_comparison(out(), before, after, Names(snapshot_of(opened, after)), store=store)
    raise typer.Exit(exit_code(after))
