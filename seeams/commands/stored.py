"""`seeams threads`, `seeams show` and `seeams history`."""

from typing import Annotated

import typer

from seeams import options
from seeams.console import complain, out, print_json


def threads(as_json: options.Json = False, store: options.StoreUrl = None) -> None:
    """List what is stored: one line per thread."""
    from seeams.rendering.lists import print_threads
    from seeams.stored import threads_in
    from state.store import Store

    with Store(store) as opened:
        rows = threads_in(opened)
        where = opened.path
    if as_json:
        print_json([row.model_dump(mode="json") for row in rows])
    elif rows:
        print_threads(out(), rows)
    else:
        complain(f"Nothing is stored in {where} yet. Try: seeams demo")


def show(
    thread: Annotated[
        str | None,
        typer.Argument(metavar="THREAD", help="A stored thread.", autocompletion=options.threads),
    ] = None,
    checkpoint: options.Checkpoint = None,
    schema: Annotated[
        bool, typer.Option("--schema", help="Print the JSON schema of reports instead.")
    ] = False,
    output: options.Output = None,
    everything: options.All = False,
    as_json: options.Json = False,
    store: options.StoreUrl = None,
) -> None:
    """Show one stored result, or write it to files."""
    from seeams.documents import schema as report_schema
    from seeams.outcomes import Wanted, deliver, require_known_kinds
    from seeams.stored import report_at, snapshot_of
    from state.errors import WrongUse
    from state.store import Store

    if schema:
        print_json(report_schema())
        return
    if thread is None:
        raise WrongUse("which thread? `seeams threads` lists them")
    files = tuple(output or ())
    require_known_kinds(files)
    with Store(store) as opened:
        report = report_at(opened, thread, checkpoint)
        wanted = Wanted(
            printed=everything or not files,  # whoever asks for a file has seen the page
            as_json=as_json,
            everything=everything,
            files=files,
            store=store,
        )
        deliver(report, snapshot_of(opened, report), wanted)


def history(
    thread: options.ThreadArgument,
    as_json: options.Json = False,
    store: options.StoreUrl = None,
) -> None:
    """List a thread's checkpoints and forks, and what each ran."""
    from graph.runs import history as entries_of
    from seeams.rendering.lists import print_history
    from state.store import Store

    with Store(store) as opened:
        entries = entries_of(opened, thread)
    if as_json:
        print_json([entry.model_dump(mode="json") for entry in entries])
    else:
        print_history(out(), entries)
