"""`seeams diagram`."""

import re
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from seeams import options
from seeams.console import complain, plain

_KINDS = (".mmd", ".svg", ".png")
_WIDEST = 8000  # pixels
_MOST_TEXT = 50_000  # characters: Mermaid's own limit, that a page cannot raise for itself
_ROOM = {"maxTextSize": 10_000_000, "maxEdges": 100_000}


def diagram(
    thread: options.StoredThread,
    output: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Write it to FILE: .mmd, .svg or .png. Default: Mermaid on stdout."
        ),
    ] = None,
    checkpoint: options.Checkpoint = None,
    full: Annotated[
        bool,
        typer.Option(
            "--full", help="Each resource by itself, also where there are many that are alike."
        ),
    ] = False,
    store: options.StoreUrl = None,
) -> None:
    """Draw the architecture that was read, with the findings marked on it.

    What is alike stands together where there is much of it, so that it stays readable.
    """
    from seeams.outcomes import require_folder
    from seeams.stored import report_at, snapshot_of
    from state.errors import WrongUse
    from state.store import Store
    from tools.diagram import draw

    if output is not None:
        if output.suffix.lower() not in _KINDS:
            raise WrongUse(f"{str(output)!r}: --output writes {', '.join(_KINDS)} files")
        require_folder(output)
    with Store(store) as opened:
        report = report_at(opened, thread, checkpoint)
        source = draw(snapshot_of(opened, report), report, full=full)
    if len(source) > _MOST_TEXT:
        if output is None or output.suffix.lower() == ".mmd":
            complain("larger than GitHub and its likes draw; without --full it is smaller")
        else:
            complain("this is much to draw and may take very long; a .mmd file is written at once")
    if output is None:
        sys.stdout.write(source)
        sys.stdout.flush()
        return
    _write(source, output)
    complain(f"{plain(output)} written")


def _write(source: str, output: Path) -> None:
    from seeams.failures import writing

    kind = output.suffix.lower()
    if kind == ".mmd":
        content = source.encode()
    else:
        import mermaidx

        picture = mermaidx.Diagram(source, config=_ROOM)
        content = picture.svg().encode() if kind == ".svg" else _png(picture)
    with writing(output):
        output.write_bytes(content)


def _png(picture: Any) -> bytes:
    """Twice the natural size, as far as viewers open it."""
    width = re.search(r'viewBox="\S+ \S+ (\S+)', picture.svg())
    scale = min(2.0, _WIDEST / float(width[1])) if width else 1.0
    pixels: bytes = picture.png(scale=scale, background="#ffffff")
    return pixels
