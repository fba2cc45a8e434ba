"""What a diagram is made of: nodes, edges, boxes."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from state.snapshot import RelationKind
from tools.diagram.marks import UNMARKED, Mark
from tools.diagram.places import Place


@dataclass(frozen=True)
class Node:
    """One resource, or several alike."""

    ids: tuple[str, ...]
    names: tuple[str, ...]
    type: str
    place: Place
    mark: Mark = UNMARKED
    missing: bool = False  # something names it, but it is not there
    alarms: int = 0  # that watch it and are not drawn
    on_path: bool = False  # of the hard dependencies that the overall recovery waits for


@dataclass(frozen=True, order=True)
class Edge:
    """A relation between two nodes, by the id of each one's first resource."""

    source: str
    target: str
    kind: RelationKind
    label: str = ""
    on_path: bool = False


@dataclass(frozen=True)
class Box:
    """The VPCs or subnets that a box of the diagram stands for, and what was found of them."""

    ids: tuple[str, ...]
    mark: Mark = UNMARKED


@dataclass(frozen=True)
class Drawing:
    """What is drawn, and what was left out for want of room."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    boxes: Mapping[tuple[str, ...], Box]  # VPCs and zones, by their place
    left_out: tuple[str, ...] = ()
    path: str = ""  # what the marked path is, in a sentence
    aside: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # members by type: not drawn


def node_id(node: Node) -> str:
    """What a node is called in Mermaid."""
    return short_id("n", node.ids[0])


def short_id(prefix: str, identity: str) -> str:
    """The same for the same resource in every diagram: a diff shows what changed, and no more."""
    digest = hashlib.sha256(identity.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{prefix}{digest[:10]}"
