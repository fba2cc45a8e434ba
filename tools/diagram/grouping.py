"""Fewer nodes and edges when there are many: what is alike stands together, bit by bit."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import replace

from state.snapshot import RelationKind
from tools.diagram.marks import together
from tools.diagram.parts import Edge, Node
from tools.diagram.places import MANY, Place

READABLE = 24  # nodes that need no grouping
CROWDED = 40  # nodes beyond which what is alike but not equal is grouped too
MOST_EDGES = 100

Ends = frozenset[tuple[str, ...]]
Likeness = Callable[[Node, Ends], Hashable]


def gathered(nodes: Sequence[Node], edges: Sequence[Edge]) -> tuple[list[Node], list[Edge]]:
    """Nodes and edges few enough to read; each step only if the one before left too many.

    Every resource stays in exactly one node. What sets a letter or lies on the critical path
    stays alone as long as there is room.
    """
    found, joined = list(nodes), list(edges)
    if len(found) > READABLE or len(joined) > MOST_EDGES:
        found, joined = _grouped(found, joined, _equal)
    for likeness in (_similar, _in_place):
        if _crowded(found, joined):
            found, joined = _grouped(found, joined, likeness)
    if _crowded(found, joined):
        found, joined = _grouped(_vpcs_in_one(found), joined, _in_place)
    for likeness in (_of_a_kind_but_marked, _of_a_kind_but_path, _of_a_kind):
        if _crowded(found, joined):
            found, joined = _grouped(found, joined, likeness)
    for likeness in (_of_a_service, _of_a_region):
        if len(found) > CROWDED:  # too many edges alone do not make it worth so much
            found, joined = _grouped(found, joined, likeness)
    return found, labelled_once(joined)


def thinned(edges: Sequence[Edge]) -> tuple[list[Edge], tuple[str, ...]]:
    """At most `MOST_EDGES`, and what went: first what merely watches or permits.

    The critical path goes last.
    """
    kept, left_out = list(edges), []
    for kind in (RelationKind.OBSERVABILITY, RelationKind.PERMISSIONS, RelationKind.CONTAINMENT):
        going = [edge for edge in kept if edge.kind is kind and not edge.on_path]
        if len(kept) > MOST_EDGES and going:
            kept = [edge for edge in kept if edge.kind is not kind or edge.on_path]
            left_out.append(f"{len(going)} relations of the kind {kind.value.lower()}")
    if len(kept) > MOST_EDGES:
        left_out.append(f"{len(kept) - MOST_EDGES} relations")
        kept = sorted(sorted(kept, key=lambda edge: not edge.on_path)[:MOST_EDGES])
    return kept, tuple(left_out)


def one(same: Sequence[Node]) -> Node:
    """The node that stands for several, in the innermost box that holds them all."""
    first, *others = same
    if not others:
        return first
    return replace(
        first,
        ids=tuple(identity for node in same for identity in node.ids),
        names=tuple(name for node in same for name in node.names),
        type=_common_type({node.type for node in same}),
        place=_common_place([node.place for node in same]),
        mark=together(node.mark for node in same),
        alarms=sum(node.alarms for node in same),
        on_path=any(node.on_path for node in same),
    )


def labelled_once(edges: Iterable[Edge]) -> list[Edge]:
    """One edge of a kind between two nodes, with up to two labels."""
    labels: dict[tuple[str, str, RelationKind], set[str]] = defaultdict(set)
    for edge in edges:
        if edge.source != edge.target:
            labels[edge.source, edge.target, edge.kind].update(edge.label.split(", "))
    return sorted(
        Edge(*ends, ", ".join(sorted(filter(None, names))[:2])) for ends, names in labels.items()
    )


# -- likenesses, the closest first -------------------------------------------------------------


def _equal(node: Node, ends: Ends) -> Hashable:
    """The same kind, in the same place, with the same neighbours and findings as severe."""
    return (*_kind_and_place(node), node.mark.severity, _itself_if_marked(node), ends)


def _similar(node: Node, _: Ends) -> Hashable:
    """The same kind, in the same place, with findings as severe."""
    return (*_kind_and_place(node), node.mark.severity, _itself_if_marked(node))


def _in_place(node: Node, _: Ends) -> Hashable:
    """The same kind, in the same place."""
    return (*_kind_and_place(node), _itself_if_marked(node))


def _of_a_kind_but_marked(node: Node, _: Ends) -> Hashable:
    """The same kind in the same Region, what is marked apart."""
    return (node.type, *_region(node), _itself_if_marked(node))


def _of_a_kind_but_path(node: Node, _: Ends) -> Hashable:
    """The same kind in the same Region, the critical path apart."""
    return (node.type, *_region(node), node.ids if node.on_path else ())


def _of_a_kind(node: Node, _: Ends) -> Hashable:
    """The same kind in the same Region."""
    return (node.type, *_region(node))


def _of_a_service(node: Node, _: Ends) -> Hashable:
    """The same service in the same Region."""
    return (_service(node.type), *_region(node))


def _of_a_region(node: Node, _: Ends) -> Hashable:
    """The same Region."""
    return _region(node)


def _kind_and_place(node: Node) -> tuple[Hashable, ...]:
    return (node.type, node.place, node.missing)


def _region(node: Node) -> tuple[Hashable, ...]:
    place = node.place
    return (place.account, place.region, place.outside, node.missing)


def _itself_if_marked(node: Node) -> tuple[str, ...]:
    return node.ids if node.mark.letters or node.on_path else ()


# -- parts -------------------------------------------------------------------------------------


def _crowded(nodes: Sequence[Node], edges: Sequence[Edge]) -> bool:
    return len(nodes) > CROWDED or len(edges) > MOST_EDGES


def _grouped(
    nodes: Sequence[Node], edges: Sequence[Edge], likeness: Likeness
) -> tuple[list[Node], list[Edge]]:
    ends: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    for edge in edges:
        ends[edge.source].add(("to", edge.target, edge.kind, edge.label))
        ends[edge.target].add(("from", edge.source, edge.kind, edge.label))
    groups: dict[Hashable, list[Node]] = {}
    for node in nodes:
        groups.setdefault(likeness(node, frozenset(ends[node.ids[0]])), []).append(node)
    stands_for = {node.ids[0]: same[0].ids[0] for same in groups.values() for node in same}
    merged = {
        replace(edge, source=stands_for[edge.source], target=stands_for[edge.target])
        for edge in edges
    }
    return [one(same) for same in groups.values()], labelled_once(merged)


def _vpcs_in_one(nodes: Sequence[Node]) -> list[Node]:
    """One box for all VPCs of a Region, where there are several: its zones stay apart."""
    vpcs: dict[tuple[str, str], set[str]] = defaultdict(set)
    for node in nodes:
        if node.place.vpc:
            vpcs[node.place.account, node.place.region].add(node.place.vpc)
    return [
        replace(node, place=replace(node.place, vpc=MANY))
        if node.place.vpc and len(vpcs[node.place.account, node.place.region]) > 1
        else node
        for node in nodes
    ]


def _common_place(every: Sequence[Place]) -> Place:
    first = every[0]
    vpc = first.vpc if len({place.vpc for place in every}) == 1 else ""
    zone = first.zone if vpc and len({place.zone for place in every}) == 1 else ""
    return replace(first, vpc=vpc, zone=zone)


def _common_type(types: set[str]) -> str:
    """The type, or the service (AWS::EC2) if the types differ, or nothing."""
    if len(types) == 1:
        return next(iter(types))
    services = {_service(kind) for kind in types}
    return next(iter(services)) if len(services) == 1 else ""


def _service(kind: str) -> str:
    return "::".join(kind.split("::")[:2])
