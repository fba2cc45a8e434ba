"""`seeams recommend`."""

from pathlib import Path
from typing import Annotated

import typer

from seeams import options


def _topics(incomplete: str) -> list[str]:
    from tools.recommending.topics import topic_names

    return [each for each in topic_names() if each.startswith(incomplete)]


def recommend(
    thread: options.StoredThread,
    topic: Annotated[
        str,
        typer.Option(
            metavar="WORDS",
            help="observability, backup, scaling, deployment ...; a service, a category, a layer, "
            "a resource's name or id; several of them ('backups and s3'). Default: everything.",
            autocompletion=_topics,
        ),
    ] = "",
    top: Annotated[int, typer.Option(min=1, max=100, metavar="N", help="How many.")] = 3,
    output: Annotated[
        Path | None,
        typer.Option(metavar="FILE.md", help="Write them to FILE as well, as Markdown."),
    ] = None,
    checkpoint: options.Checkpoint = None,
    as_json: options.Json = False,
    store: options.StoreUrl = None,
) -> None:
    """Say what to do first: that many things on a topic, each with how it is done.

    Ranked by what they save of the objectives per unit of effort.

    Each says why, which letters it moves, and how: in the console, as code, with the real ids.
    """
    from agents.recommending import recommended
    from graph.runs import reckoning_of
    from seeams.console import complain, out, plain, print_json
    from seeams.failures import writing
    from seeams.outcomes import require_folder
    from seeams.rendering.names import Names
    from seeams.rendering.recommendations import as_markdown, print_recommendations
    from seeams.stored import report_at, snapshot_of
    from state.errors import WrongUse
    from state.store import Store

    if output is not None:
        if output.suffix.lower() != ".md":
            raise WrongUse(f"{str(output)!r}: --output writes .md files")
        require_folder(output)
    with Store(store) as opened:
        report = report_at(opened, thread, checkpoint)
        snapshot = snapshot_of(opened, report)
        found = recommended(report, reckoning_of(opened, report), snapshot, topic, top)
    names = Names(snapshot)
    if output is not None:
        with writing(output):
            output.write_text(as_markdown(found, report, names), encoding="utf-8")
        complain(f"{plain(output)} written")
    if as_json:
        print_json(found.model_dump(mode="json"))
    else:
        print_recommendations(out(), found, report, names, store=store)
