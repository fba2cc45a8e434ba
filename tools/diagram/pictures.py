"""The diagram as a picture, without a browser or the network."""

import re
from collections.abc import Sequence

import mermaidx

from tools.diagram.icons import with_icons
from tools.diagram.parts import Node

_WIDEST = 8000  # pixels
_ROOM = {"maxTextSize": 10_000_000, "maxEdges": 100_000}


def svg_of(source: str, with_icon: Sequence[Node] = ()) -> str:
    """Mermaid text as an SVG, with AWS's icons on these nodes.

    Raises:
        NoIcons: there are such nodes, and the extra `icons` is not installed.
    """
    svg: str = mermaidx.Diagram(source, config=_ROOM).svg()
    return with_icons(svg, with_icon) if with_icon else svg


def png_of(svg: str) -> bytes:
    """The same of twice its natural size, as far as viewers open that."""
    width = re.search(r'viewBox="\S+ \S+ (\S+)', svg)
    pixels = min(2 * float(width[1]), _WIDEST) if width else None
    png: bytes = mermaidx.svg_to_png(svg, width=pixels, background="#ffffff")
    return png
