"""`seeams runbook`."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from seeams import options


def runbook(
    thread: options.StoredThread,
    only: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="Only the procedures for this resource (name or id), type, service, kind of it "
            "(database, storage, compute ...) or category; repeatable.",
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(metavar="FILE.md", help="Write it to FILE, as Markdown. Default: stdout."),
    ] = None,
    checkpoint: options.Checkpoint = None,
    as_json: options.Json = False,
    store: options.StoreUrl = None,
) -> None:
    """Write the runbook: what to do when the workload fails, with the real ids and commands.

    Severities, who is told, the first five minutes, the order of recovery, and for each resource
    checks, steps with their times, verification and the way back.
    """
    from graph.runs import reckoning_of
    from seeams.console import complain, out, plain, print_json
    from seeams.failures import writing
    from seeams.outcomes import require_folder
    from seeams.rendering.runbook import print_runbook
    from seeams.stored import report_at, snapshot_of
    from state.errors import WrongUse
    from state.store import Store
    from tools.runbook import runbook_of
    from tools.runbook.markdown import as_markdown

    if output is not None:
        if output.suffix.lower() != ".md":
            raise WrongUse(f"{str(output)!r}: --output writes .md files")
        require_folder(output)
    with Store(store) as opened:
        report = report_at(opened, thread, checkpoint)
        snapshot, reckoning = snapshot_of(opened, report), reckoning_of(opened, report)
        book = runbook_of(report, snapshot, reckoning, only or ())
    markdown = as_markdown(book)
    if output is not None:
        with writing(output):
            output.write_text(markdown, encoding="utf-8")
        complain(f"{plain(output)} written")
    if as_json:
        print_json(book.model_dump(mode="json"))
    elif output is None and sys.stdout.isatty():
        print_runbook(out(), markdown)
    elif output is None:
        sys.stdout.write(markdown)
        sys.stdout.flush()
