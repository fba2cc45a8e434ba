"""Which resources the workload cannot do without, by the paths that lead to them.

A relation is read as "the source stops (hard) or goes on with less (soft) when the target is gone".
Work enters where no other part of the workload is the user; whatever a path of hard relations
reaches from there is hard, the rest is soft. Not seeing a use is not the same as no use: so what
nothing is known to use counts as an entry point, and as hard.
"""

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from state.snapshot import Relation, RelationKind, Resource

ROLE = "AWS::IAM::Role"
SUBSCRIPTION = "AWS::SNS::Subscription"
_ALARM = "AWS::CloudWatch::Alarm"
# They look after a resource or hold a copy of it, and use it as little as an alarm does.
_ATTENDANTS = frozenset(
    (
        "AWS::ApplicationAutoScaling::ScalableTarget",
        "AWS::ApplicationAutoScaling::ScalingPolicy",
        "AWS::AutoScaling::ScalingPolicy",
        "AWS::Backup::RecoveryPoint",
        "AWS::EC2::FlowLog",
        "AWS::EC2::Snapshot",
        "AWS::EFS::ReplicationConfiguration",
        "AWS::RDS::DBClusterSnapshot",
        "AWS::RDS::DBSnapshot",
    )
)
# Nobody's request arrives there first, though nothing may be seen to use them: a subnet in which
# nothing lies yet leads to the route table, but it is not why that is needed.
_GROUNDWORK = ("AWS::Backup::", "AWS::EC2::", "AWS::IAM::", "AWS::KMS::", "AWS::Logs::")
_REACHED_ALL_THE_SAME = frozenset(("AWS::EC2::Instance",))
# What different parts of a workload stand on without having anything to do with each other.
_GROUND = ("AWS::Backup::", "AWS::EC2::", "AWS::ECS::Cluster", "AWS::KMS::", "AWS::Logs::")
_NO_GROUND = frozenset(("AWS::EC2::Instance", "AWS::EC2::Volume"))


class Use(NamedTuple):
    """`user` cannot do without `used` (hard), or goes on with less when it is gone."""

    user: str
    used: str
    hard: bool


@dataclass(frozen=True)
class Composition:
    """How a workload hangs together.

    `entries`: the members at which work enters. `soft`: the members that the rest goes on without.
    `needed_by`: for each resource on a hard path but an entry point itself, its user on the
    shortest such path; neighbours that a path leads over are in it too. `parts`: for each resource,
    the first of those that work flows between: what is in two parts shares no more than the ground.
    """

    entries: frozenset[str]
    soft: frozenset[str]
    needed_by: Mapping[str, str]
    parts: Mapping[str, str]


def composition_of(resources: Iterable[Resource], relations: Iterable[Relation]) -> Composition:
    """The composition of a workload, in time linear in its resources and relations."""
    known = {resource.id: resource for resource in resources}
    members = sorted(each.id for each in known.values() if each.member)
    found = uses(known, relations)
    onward = _onward(found)
    entries = frozenset(each for each in _entries(members, onward) if known[each].member)
    needed_by = _hard_paths(_in_order(entries, known), onward)
    hard = entries | needed_by.keys()
    return Composition(entries, frozenset(members) - hard, needed_by, _parts(found, known))


def uses(resources: Mapping[str, Resource], relations: Iterable[Relation]) -> list[Use]:
    """What uses what: once for each pair, hard if any relation between them is, in order."""
    kept = [
        relation
        for relation in relations
        if relation.source in resources and relation.target in resources and not relation.dangling
    ]
    spoken_for = _spoken_for(resources, kept)
    found: dict[tuple[str, str], bool] = {}
    for relation in kept:
        use = _use(relation, resources)
        if use is None or (use.user, use.used) in spoken_for:
            continue
        pair = use.user, use.used
        found[pair] = found.get(pair, False) or use.hard
    return [Use(*pair, hard) for pair, hard in sorted(found.items())]


def carries_work(kind: str) -> bool:
    """Whether requests go through a type of resource: not networks, keys, roles, logs, alarms."""
    if kind in _REACHED_ALL_THE_SAME:
        return True
    return not kind.startswith(_GROUNDWORK) and kind not in _ATTENDANTS and kind != _ALARM


# -- parts ----------------------------------------------------------------------------------------


def _use(relation: Relation, resources: Mapping[str, Resource]) -> Use | None:
    if relation.kind is RelationKind.OBSERVABILITY or relation.source == relation.target:
        return None
    if resources[relation.source].type in _ATTENDANTS:
        return None
    if relation.kind is RelationKind.CONTAINMENT and (
        resources[relation.target].type == SUBSCRIPTION
    ):
        # The publisher goes on without any subscriber; a subscriber gets nothing without the topic.
        return Use(relation.target, relation.source, hard=True)
    return Use(relation.source, relation.target, relation.hard)


def _spoken_for(
    resources: Mapping[str, Resource], relations: Sequence[Relation]
) -> set[tuple[str, str]]:
    """What a role permits, where everybody who acts as the role is seen to use the very thing.

    A permission says that something may be used, not what happens without it; how its user is
    related to it does. Where no such relation is seen, the permission has to stand for one.
    """
    roles_of: dict[str, set[str]] = {}
    holders: dict[str, set[str]] = {}
    for relation in relations:
        if resources[relation.target].type == ROLE and resources[relation.source].type != ROLE:
            roles_of.setdefault(relation.source, set()).add(relation.target)
            holders.setdefault(relation.target, set()).add(relation.source)
    shown: dict[tuple[str, str], set[str]] = {}
    for relation in relations:
        if relation.kind is RelationKind.OBSERVABILITY:
            continue
        for role in roles_of.get(relation.source, ()):
            shown.setdefault((role, relation.target), set()).add(relation.source)
    return {pair for pair, by in shown.items() if len(by) == len(holders[pair[0]])}


_Onward = Mapping[str, Sequence[Use]]


def _onward(found: Iterable[Use]) -> _Onward:
    onward: dict[str, list[Use]] = {}
    for use in found:
        onward.setdefault(use.user, []).append(use)
    return onward


def _in_order(entries: Iterable[str], known: Mapping[str, Resource]) -> list[list[str]]:
    """Entry points that users reach before groundwork, which explains only what is left."""
    groundwork: list[str] = []
    reached: list[str] = []
    for entry in sorted(entries):
        (reached if carries_work(known[entry].type) else groundwork).append(entry)
    return [reached, groundwork]


def _hard_paths(starts: Iterable[Sequence[str]], onward: _Onward) -> dict[str, str]:
    """Breadth first from each lot of entry points in turn: used -> user, on a shortest path."""
    lots = list(starts)
    reached = {entry for lot in lots for entry in lot}
    needed_by: dict[str, str] = {}
    for lot in lots:
        left = deque(lot)
        while left:
            for use in onward.get(left.popleft(), ()):
                if use.hard and use.used not in reached:
                    reached.add(use.used)
                    needed_by[use.used] = use.user
                    left.append(use.used)
    return needed_by


def _parts(found: Iterable[Use], known: Mapping[str, Resource]) -> dict[str, str]:
    """Resource -> the smallest id among all that work flows between."""
    beside: dict[str, list[str]] = {}
    for use in found:
        if not (_is_ground(known[use.user].type) or _is_ground(known[use.used].type)):
            beside.setdefault(use.user, []).append(use.used)
            beside.setdefault(use.used, []).append(use.user)
    parts: dict[str, str] = {}
    for start in sorted(known):
        if start not in parts:
            together: set[str] = set()
            _reach(start, lambda each: beside.get(each, ()), together)
            parts |= dict.fromkeys(together, start)
    return parts


def _is_ground(kind: str) -> bool:
    return kind.startswith(_GROUND) and kind not in _NO_GROUND


def _entries(nodes: Iterable[str], onward: _Onward) -> set[str]:
    """All of every group of resources in a circle that nothing outside of it uses.

    A start of the first search may be reached from a later start, never from an earlier one: so
    those that the search in the opposite order starts from again are used by their circle alone.
    """
    first = _starts(sorted(nodes), onward)
    backward: dict[str, list[str]] = {}
    for found in onward.values():
        for use in found:
            backward.setdefault(use.used, []).append(use.user)
    reached: set[str] = set()
    for start in _starts(reversed(first), onward):
        _reach(start, lambda node: backward.get(node, ()), reached)
    return reached


def _starts(nodes: Iterable[str], onward: _Onward) -> list[str]:
    """Those that are not reached from one before them."""
    starts, reached = [], set[str]()
    for node in nodes:
        if node not in reached:
            starts.append(node)
            _reach(node, lambda each: (use.used for use in onward.get(each, ())), reached)
    return starts


def _reach(start: str, following: Callable[[str], Iterable[str]], reached: set[str]) -> None:
    """Add what can be reached from a start, and has not been."""
    left = [start]
    while left:
        node = left.pop()
        if node not in reached:
            reached.add(node)
            left.extend(following(node))
