"""From a snapshot to what is drawn: nodes, edges, and fewer of both when there are many."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from state.report import Report
from state.snapshot import Relation, RelationKind, Snapshot
from tools.diagram.marks import UNMARKED, Mark, marks, worst_severity
from tools.diagram.places import SUBNET, VPC, Place, places

# Drawn only if something is wrong with them: everything has them, and nothing flows through them.
PERIPHERAL = frozenset(
    (
        "AWS::EC2::DHCPOptions",
        "AWS::EC2::EIP",
        "AWS::EC2::FlowLog",
        "AWS::EC2::Image",
        "AWS::EC2::InternetGateway",
        "AWS::EC2::LaunchTemplate",
        "AWS::EC2::NetworkAcl",
        "AWS::EC2::NetworkInterface",
        "AWS::EC2::RouteTable",
        "AWS::EC2::SecurityGroup",
        "AWS::ElastiCache::ParameterGroup",
        "AWS::ElastiCache::SubnetGroup",
        "AWS::IAM::InstanceProfile",
        "AWS::IAM::ManagedPolicy",
        "AWS::IAM::Policy",
        "AWS::Lambda::Permission",
        "AWS::Lambda::Version",
        "AWS::Logs::LogStream",
        "AWS::RDS::DBClusterParameterGroup",
        "AWS::RDS::DBParameterGroup",
        "AWS::RDS::DBSubnetGroup",
        "AWS::RDS::OptionGroup",
    )
)
# Drawn as the edge that they are.
CONNECTORS = frozenset(
    (
        "AWS::ElasticLoadBalancingV2::Listener",
        "AWS::ElasticLoadBalancingV2::ListenerRule",
        "AWS::Lambda::EventSourceMapping",
        "AWS::SNS::Subscription",
    )
)
ALARM, WATCHES = "AWS::CloudWatch::Alarm", "watches"
ROLE = "AWS::IAM::Role"
CONTAINERS = frozenset((VPC, SUBNET))

READABLE = 24  # nodes that need no grouping
CROWDED = 40  # nodes beyond which what is alike but not equal is grouped too
MOST_EDGES = 140


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
class Drawing:
    """What is drawn, and what was left out for want of room."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    boxes: Mapping[tuple[str, ...], Mark]  # marks of VPCs and zones
    left_out: tuple[str, ...] = ()
    path: str = ""  # what the marked path is, in a sentence


def drawing(snapshot: Snapshot, report: Report) -> Drawing:
    """What the diagram of a workload shows."""
    marked, placed = marks(report), places(snapshot)
    critical = report.overall.critical_path
    path = critical.resources if critical and len(critical.resources) > 1 else ()
    kept = {
        r.id
        for r in snapshot.resources.values()
        if r.type not in CONTAINERS
        and (
            r.type not in PERIPHERAL | CONNECTORS
            or (r.member and _found(marked.get(r.id)))
            or (r.type in PERIPHERAL and r.id in path)
        )
    }
    edges = _edges(snapshot, kept)
    edges = _roles_absorbed(edges, snapshot)
    joined = {end for edge in edges for end in (edge.source, edge.target)}
    nodes = [
        Node(
            (r.id,),
            (r.name or r.id,),
            r.type,
            placed[r.id],
            marked.get(r.id, UNMARKED),
            on_path=r.id in path,
        )
        for r in sorted(snapshot.resources.values(), key=lambda r: (r.type, r.name, r.id))
        if r.id in kept and (r.member or r.id in joined)
    ]
    nodes += _missing(snapshot, joined, placed)
    drawn = {node.ids[0] for node in nodes}
    edges = [edge for edge in edges if edge.source in drawn and edge.target in drawn]
    if len(nodes) > READABLE:
        nodes, edges = _alarms_counted(nodes, edges)
    for likeness in (_equal, _similar, _of_a_kind):
        most = READABLE if likeness is _equal else CROWDED
        if len(nodes) > most or len(edges) > MOST_EDGES:
            nodes, edges = _grouped(nodes, edges, likeness)
    edges, left_out = _thinned(edges)
    return Drawing(
        tuple(nodes),
        tuple(_along(path, nodes, edges)),
        _box_marks(snapshot, marked, placed),
        left_out,
        critical.sentence if critical and path else "",
    )


# -- parts -------------------------------------------------------------------------------------


def _along(path: Sequence[str], nodes: Sequence[Node], edges: Sequence[Edge]) -> list[Edge]:
    """The edges, those of the path marked: straight ones, or over what is not drawn."""
    drawn = {identity: node.ids[0] for node in nodes for identity in node.ids}
    stops = [drawn[each] for each in path if each in drawn]
    steps = {frozenset(pair) for pair in pairwise(stops)}
    return [replace(e, on_path=frozenset((e.source, e.target)) in steps) for e in edges]


def _found(mark: Mark | None) -> bool:
    return mark is not None and mark.findings > 0


def _edges(snapshot: Snapshot, kept: set[str]) -> list[Edge]:
    """Relations between what is kept, straight or through a connector that is not."""
    onward: dict[str, list[Relation]] = defaultdict(list)
    for relation in snapshot.relations:
        source = snapshot.resources.get(relation.source)
        if source and source.id not in kept and source.type in CONNECTORS:
            onward[relation.source].append(relation)
    found: set[Edge] = set()
    for relation in snapshot.relations:
        if relation.source not in kept:
            continue
        for target in _ends(relation.target, kept, onward, snapshot, relation.dangling, ()):
            if target != relation.source:
                found.add(Edge(relation.source, target, relation.kind, relation.label))
    return sorted(found)


def _ends(
    target: str,
    kept: set[str],
    onward: Mapping[str, Sequence[Relation]],
    snapshot: Snapshot,
    dangling: bool,
    been: tuple[str, ...],
) -> list[str]:
    if target in kept or (dangling and target not in snapshot.resources):
        return [target]
    return [
        end
        for relation in onward.get(target, ())
        if relation.kind is RelationKind.DATA_FLOW and target not in been
        for end in _ends(relation.target, kept, onward, snapshot, False, (*been, target))
    ]


def _roles_absorbed(edges: Sequence[Edge], snapshot: Snapshot) -> list[Edge]:
    """What a role permits is said on the edge of whoever acts as it, if there is such an edge."""
    roles = {r.id for r in snapshot.resources.values() if r.type == ROLE}
    permits = {(e.source, e.target): e for e in edges if e.source in roles}
    acting = defaultdict(set)
    for edge in edges:
        if edge.target in roles:
            acting[edge.source].add(edge.target)
    said: set[tuple[str, str]] = set()
    kept: list[Edge] = []
    for edge in edges:
        through = [(r, edge.target) for r in acting[edge.source] if (r, edge.target) in permits]
        said.update(through)
        permitted = permits[min(through)].label if through else ""
        flows = edge.kind is RelationKind.DATA_FLOW
        kept.append(replace(edge, label=permitted) if flows and permitted else edge)
    return [edge for edge in kept if (edge.source, edge.target) not in said]


def _alarms_counted(nodes: Sequence[Node], edges: Sequence[Edge]) -> tuple[list[Node], list[Edge]]:
    """Alarms as a number on what they watch: lines from each to each would hide everything else."""
    alarms = {node.ids[0] for node in nodes if node.type == ALARM}
    watching = {e for e in edges if e.source in alarms and e.label == WATCHES}
    watched = Counter(target for _, target in {(e.source, e.target) for e in watching})
    counted = [replace(node, alarms=watched[node.ids[0]]) for node in nodes]
    return counted, [edge for edge in edges if edge not in watching]


def _missing(snapshot: Snapshot, joined: set[str], placed: Mapping[str, Place]) -> list[Node]:
    found: dict[str, Node] = {}
    for relation in snapshot.relations:
        target = relation.target
        if relation.dangling and target in joined and target not in snapshot.resources:
            near = placed.get(relation.source)
            place = Place(near.account, near.region) if near else Place(snapshot.account, "global")
            found[target] = Node((target,), (_last_part(target),), "", place, missing=True)
    return [found[target] for target in sorted(found)]


def _last_part(identity: str) -> str:
    return identity.rpartition("/")[2].rpartition(":")[2] or identity


def _box_marks(
    snapshot: Snapshot, marked: Mapping[str, Mark], placed: Mapping[str, Place]
) -> Mapping[tuple[str, ...], Mark]:
    """Findings of VPCs and subnets, which are boxes, on their boxes."""
    found: dict[tuple[str, ...], Mark] = {}
    for resource in snapshot.resources.values():
        mark = marked.get(resource.id)
        if resource.type in CONTAINERS and resource.member and _found(mark) and mark:
            place = placed[resource.id]
            if resource.type == VPC:
                place = replace(place, vpc=resource.id, zone="")
            found[place.boxes[-1]] = _together([found.get(place.boxes[-1], UNMARKED), mark])
    return found


Likeness = Callable[[Node, frozenset[tuple[str, ...]]], tuple[object, ...]]


def _equal(node: Node, ends: frozenset[tuple[str, ...]]) -> tuple[object, ...]:
    """The same kind, in the same place, with the same neighbours and the same findings."""
    mine = node.ids if node.mark.letters or node.on_path else ()
    return (node.type, node.place, node.missing, node.mark.severity, mine, ends)


def _similar(node: Node, _: frozenset[tuple[str, ...]]) -> tuple[object, ...]:
    """The same kind, in the same place, as severe."""
    mine = node.ids if node.mark.letters or node.on_path else ()
    return (node.type, node.place, node.missing, node.mark.severity, mine)


def _of_a_kind(node: Node, _: frozenset[tuple[str, ...]]) -> tuple[object, ...]:
    """The same kind in the same Region."""
    place = node.place
    return (node.type, place.account, place.region, place.outside, node.missing)


def _grouped(
    nodes: Sequence[Node], edges: Sequence[Edge], likeness: Likeness
) -> tuple[list[Node], list[Edge]]:
    ends: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    for edge in edges:
        ends[edge.source].add(("to", edge.target, edge.kind, edge.label))
        ends[edge.target].add(("from", edge.source, edge.kind, edge.label))
    groups: dict[tuple[object, ...], list[Node]] = {}
    for node in nodes:
        groups.setdefault(likeness(node, frozenset(ends[node.ids[0]])), []).append(node)
    stands_for = {node.ids[0]: same[0].ids[0] for same in groups.values() for node in same}
    merged = {
        replace(edge, source=stands_for[edge.source], target=stands_for[edge.target])
        for edge in edges
    }
    return [_one(same) for same in groups.values()], _labelled_once(merged)


def _one(same: Sequence[Node]) -> Node:
    first, *others = same
    if not others:
        return first
    shared = {node.place for node in same}
    place = first.place if len(shared) == 1 else replace(first.place, vpc="", zone="")
    return replace(
        first,
        ids=tuple(identity for node in same for identity in node.ids),
        names=tuple(name for node in same for name in node.names),
        place=place,
        mark=_together([node.mark for node in same]),
        alarms=sum(node.alarms for node in same),
        on_path=any(node.on_path for node in same),
    )


def _together(marked: Iterable[Mark]) -> Mark:
    every = list(marked)
    return Mark(
        worst_severity(mark.severity for mark in every),
        sum(mark.findings for mark in every),
        max(mark.letters for mark in every),
    )


def _labelled_once(edges: Iterable[Edge]) -> list[Edge]:
    """One edge of a kind between two nodes, with up to two labels."""
    labels: dict[tuple[str, str, RelationKind], set[str]] = defaultdict(set)
    for edge in edges:
        if edge.source != edge.target:
            labels[edge.source, edge.target, edge.kind].update(edge.label.split(", "))
    return sorted(
        Edge(*ends, ", ".join(sorted(filter(None, names))[:2])) for ends, names in labels.items()
    )


def _thinned(edges: list[Edge]) -> tuple[list[Edge], tuple[str, ...]]:
    """Data flow first: what merely watches or permits goes when there is no room."""
    left_out = []
    edges = _labelled_once(edges)
    for kind in (RelationKind.OBSERVABILITY, RelationKind.PERMISSIONS, RelationKind.CONTAINMENT):
        going = [edge for edge in edges if edge.kind is kind]
        if len(edges) > MOST_EDGES and going:
            edges = [edge for edge in edges if edge.kind is not kind]
            left_out.append(f"{len(going)} relations of the kind {kind.value.lower()}")
    if len(edges) > 3 * MOST_EDGES:
        left_out.append(f"{len(edges) - 3 * MOST_EDGES} relations")
        edges = edges[: 3 * MOST_EDGES]
    return edges, tuple(left_out)
