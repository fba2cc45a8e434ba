"""`seeams diagram`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from seeams import options
from seeams.console import complain, plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tools.diagram.parts import Node

_KINDS = (".mmd", ".svg", ".png")
_MOST_TEXT = 50_000  # characters: Mermaid's own limit, that a page cannot raise for itself
_QUICK_TO_DRAW = 12_000  # characters: twice as many take four times as long


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
    icons: Annotated[
        bool,
        typer.Option("--icons", help="AWS's service icons on a picture; needs the extra 'icons'."),
    ] = False,
    store: options.StoreUrl = None,
) -> None:
    """Draw the architecture that was read, with the findings marked on it.

    What is alike stands together where there is much of it, so that it stays readable.

    Example: seeams diagram --thread demo-shop --icons --output shop.svg
    """
    from seeams.outcomes import require_folder
    from seeams.stored import report_at, snapshot_of
    from state.errors import WrongUse
    from state.store import Store
    from tools.diagram import draw
    from tools.diagram.drawing import drawing
    from tools.diagram.icons import require_icons

    if output is not None:
        if output.suffix.lower() not in _KINDS:
            raise WrongUse(f"{str(output)!r}: --output writes {', '.join(_KINDS)} files")
        require_folder(output)
    text = output is None or output.suffix.lower() == ".mmd"
    if icons and text:
        raise WrongUse("--icons: Mermaid text has none; write a picture: --output FILE.svg or .png")
    if icons:
        require_icons()
    with Store(store) as opened:
        report = report_at(opened, thread, checkpoint)
        snapshot = snapshot_of(opened, report)
    source = draw(snapshot, report, full=full)
    with_icon = drawing(snapshot, report, full=full).nodes if icons else ()
    if text and len(source) > _MOST_TEXT:
        complain("larger than GitHub and its likes draw; without --full it is smaller")
    elif not text and len(source) > _QUICK_TO_DRAW:
        complain("this is much to draw and may take minutes; a .mmd file is written at once")
    if output is None:
        sys.stdout.write(source)
        sys.stdout.flush()
        return
    _write(source, output, with_icon)
    complain(f"{plain(output)} written")


def _write(source: str, output: Path, with_icon: "Sequence[Node]") -> None:
    from seeams.failures import writing

    kind = output.suffix.lower()
    if kind == ".mmd":
        content = source.encode()
    else:
        from tools.diagram.pictures import png_of, svg_of

        svg = svg_of(source, with_icon)
        content = svg.encode() if kind == ".svg" else png_of(svg)
    with writing(output):
        output.write_bytes(content)
