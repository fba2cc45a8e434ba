"""What is drawn: which letter at which objectives, and the architecture."""

import base64
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from seeams.exporting import Result
from seeams.rendering import words
from seeams.rendering.sweep import compact, in_words, title_of
from state.sweeps import OVERALL, Sweep
from tools.diagram.drawing import drawing
from tools.diagram.parts import Drawing, Node
from tools.diagram.words import type_words


def sweep(result: Result) -> Mapping[str, Any]:
    """Letters over objectives, of the workload and of each category, and where they turn."""
    from tools.grading.sweeping import sweep as over_grid

    objectives = result.report.objectives
    found = over_grid(result.reckoning, objectives)
    names = sorted(found.letters, key=lambda name: name != OVERALL)
    return {
        "maps": [(name, title_of(name), _rows(found, name)) for name in names],
        "heads": [compact(seconds) for seconds in found.rpo_seconds],
        "present": words.objectives_words(objectives),
        "overall": OVERALL,
        "turns": [
            (title_of(name), in_words(found.by_rto[name]), in_words(found.by_rpo[name]))
            for name in found.by_rto
        ],
        "rto": words.short_duration(found.rto_present),
        "rpo": words.short_duration(found.rpo_present),
    }


def _rows(found: Sweep, name: str) -> list[tuple[str, list[tuple[str | None, bool]]]]:
    """For each RTO: what it is, and (letter, whether the objectives stand there)."""
    return [
        (
            compact(rto),
            [
                (letter, (rto, rpo) == (found.rto_present, found.rpo_present))
                for rpo, letter in zip(found.rpo_seconds, letters, strict=True)
            ],
        )
        for rto, letters in zip(found.rto_seconds, found.letters[name], strict=True)
    ]


def diagram(result: Result) -> Mapping[str, Any] | None:
    """The architecture as a picture, and the same in words."""
    from tools.diagram import draw
    from tools.diagram.pictures import svg_of

    what = drawing(result.snapshot, result.report)
    if not what.nodes:
        return None
    svg = svg_of(draw(result.snapshot, result.report))
    size = re.search(r'viewBox="\S+ \S+ (\S+) (\S+)"', svg)
    width, height = (round(float(each)) for each in size.groups()) if size else (1200, 800)
    return {
        # A picture of its own: neither its ids nor its style can meet those of the page, and
        # nothing in it runs.
        "picture": base64.b64encode(svg.encode()).decode(),
        "width": width,
        "height": height,
        "nodes": [(node, _about(node)) for node in what.nodes],
        "edges": list(_sentences(what)),
        "left_out": what.left_out,
        "path": what.path,
    }


def _about(node: Node) -> str:
    place = node.place
    said = [
        "named, but not there" if node.missing else type_words(node.type),
        f"in {place.zone or place.region}",
        "not part of the workload" if place.outside else "",
        f"{node.mark.findings} findings" if node.mark.findings > 1 else "",
        "1 finding" if node.mark.findings == 1 else "",
        f"worst {node.mark.severity}" if node.mark.severity else "",
        "a letter rests on it" if node.mark.letters else "",
        "on the critical path" if node.on_path else "",
        f"watched by {node.alarms} alarms" if node.alarms else "",
    ]
    return ", ".join(filter(None, said))


def _sentences(what: Drawing) -> Iterator[tuple[str, str, str]]:
    """(source, how, target) of each edge."""
    names = {node.ids[0]: _name(node.names) for node in what.nodes}
    for edge in what.edges:
        kind = words.phrase(edge.kind.value)
        how = f"{edge.label} ({kind})" if edge.label.strip() else kind
        yield names[edge.source], how, names[edge.target]


def _name(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"
