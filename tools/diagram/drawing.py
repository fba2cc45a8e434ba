"""From a snapshot to what is drawn: what is worth a node, an edge or a box."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from state.report import Report
from state.snapshot import Relation, RelationKind, Resource, Snapshot
from tools.diagram.grouping import READABLE, gathered, one, thinned
from tools.diagram.marks import UNMARKED, Mark, marks, together
from tools.diagram.parts import Box, Drawing, Edge, Node
from tools.diagram.places import MANY, SUBNET, VPC, Place, places

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


def drawing(snapshot: Snapshot, report: Report, *, full: bool = False) -> Drawing:
    """What the diagram of a workload shows; all of it one by one if `full`."""
    marked, placed = marks(report), places(snapshot)
    critical = report.overall.critical_path
    path = critical.resources if critical and len(critical.resources) > 1 else ()
    kept = _everything(snapshot) if full else _worth_a_node(snapshot, marked, path)
    edges = _edges(snapshot, kept)
    if not full:
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
    left_out: tuple[str, ...] = ()
    if not full:
        if len(nodes) > READABLE:
            nodes, edges = _alarms_counted(nodes, edges)
        nodes, edges = gathered(nodes, edges)
    edges = _along(path, nodes, edges)
    if not full:
        edges, left_out = thinned(edges)
    boxes, unboxed = _boxes(snapshot, marked, placed, nodes)
    nodes += _unboxed(snapshot, unboxed, marked, placed, full=full)
    return Drawing(
        tuple(nodes),
        tuple(edges),
        boxes,
        left_out,
        critical.sentence if critical and path else "",
        _aside(snapshot, nodes, boxes),
    )


# -- parts -------------------------------------------------------------------------------------


def _everything(snapshot: Snapshot) -> set[str]:
    return {r.id for r in snapshot.resources.values() if r.type != VPC}


def _worth_a_node(snapshot: Snapshot, marked: Mapping[str, Mark], path: Sequence[str]) -> set[str]:
    return {
        r.id
        for r in snapshot.resources.values()
        if r.type not in CONTAINERS
        and (
            r.type not in PERIPHERAL | CONNECTORS
            or (r.member and _found(marked.get(r.id)))
            or (r.type in PERIPHERAL and r.id in path)
        )
    }


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
        if relation.source not in kept or _said_by_a_box(relation, snapshot):
            continue
        for target in _ends(relation.target, kept, onward, snapshot, relation.dangling, ()):
            if target != relation.source:
                found.add(Edge(relation.source, target, relation.kind, relation.label))
    return sorted(found)


def _said_by_a_box(relation: Relation, snapshot: Snapshot) -> bool:
    target = snapshot.resources.get(relation.target)
    return (
        relation.kind is RelationKind.CONTAINMENT
        and target is not None
        and target.type in CONTAINERS
    )


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


def _boxes(
    snapshot: Snapshot,
    marked: Mapping[str, Mark],
    placed: Mapping[str, Place],
    nodes: Sequence[Node],
) -> tuple[Mapping[tuple[str, ...], Box], list[str]]:
    """VPCs and subnets that are boxes, by the innermost that is drawn; and those that are none."""
    drawn = {box for node in nodes for box in node.place.boxes}
    alone = {identity for node in nodes for identity in node.ids}
    held: dict[tuple[str, ...], list[str]] = defaultdict(list)
    unboxed = []
    for resource in sorted(snapshot.resources.values(), key=lambda r: (r.name, r.id)):
        if resource.type in CONTAINERS and resource.member and resource.id not in alone:
            found = [box for box in _own_boxes(resource, placed[resource.id]) if box in drawn]
            if found:
                held[found[0]].append(resource.id)
            else:
                unboxed.append(resource.id)
    return {
        box: Box(tuple(ids), together(marked.get(each, UNMARKED) for each in ids))
        for box, ids in held.items()
    }, unboxed


def _own_boxes(resource: Resource, place: Place) -> list[tuple[str, ...]]:
    """The boxes that may stand for a VPC or a subnet, the closest first."""
    if resource.type == VPC:
        place = replace(place, vpc=resource.id, zone="")
    if not place.vpc:
        return []
    within = (replace(place, vpc=vpc) for vpc in (place.vpc, MANY))
    every = [box for each in within for box in each.boxes if box[0] in ("vpc", "zone")]
    return sorted(every, key=lambda box: (box[0] == "vpc", box[3] == MANY))


def _unboxed(
    snapshot: Snapshot,
    unboxed: Iterable[str],
    marked: Mapping[str, Mark],
    placed: Mapping[str, Place],
    *,
    full: bool,
) -> list[Node]:
    """Nodes of VPCs and subnets that no box stands for, if there is anything to say of them."""
    alike: dict[tuple[str, ...], list[Node]] = defaultdict(list)
    for identity in unboxed:
        mark, resource = marked.get(identity, UNMARKED), snapshot.resources[identity]
        if full or mark.findings:
            place = replace(placed[identity], vpc="", zone="")
            node = Node((identity,), (resource.name or identity,), resource.type, place, mark)
            own = identity if full else ""
            alike[resource.type, place.account, place.region, own].append(node)
    return [one(same) for _, same in sorted(alike.items())]


def _aside(
    snapshot: Snapshot, nodes: Iterable[Node], boxes: Mapping[tuple[str, ...], Box]
) -> Mapping[str, tuple[str, ...]]:
    """Type -> the members that are neither in a node nor a box."""
    drawn = {identity for node in nodes for identity in node.ids}
    drawn |= {identity for box in boxes.values() for identity in box.ids}
    found: dict[str, list[str]] = defaultdict(list)
    for resource in sorted(snapshot.resources.values(), key=lambda r: (r.type, r.id)):
        if resource.member and resource.id not in drawn:
            found[resource.type].append(resource.id)
    return {kind: tuple(ids) for kind, ids in found.items()}
