"""In which Availability Zones resources lie, by the facts that were read."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from state.snapshot import RelationKind, Resource, Snapshot

SUBNET = "AWS::EC2::Subnet"
TARGET_GROUP = "AWS::ElasticLoadBalancingV2::TargetGroup"
_ZONE_KEYS = frozenset(
    (
        "AvailabilityZone",
        "AvailabilityZoneName",
        "CustomerAvailabilityZone",
        "PreferredAvailabilityZone",
        "SecondaryAvailabilityZone",
        "ZoneName",
    )
)
_STANDBY, _ZONES, _ID = "SecondaryAvailabilityZone", "AvailabilityZones", "AvailabilityZoneId"
_DEPTH = 6  # how deep in an answer a zone stands: NodeGroups, its members, one of them


@dataclass(frozen=True)
class Placement:
    """Zones by resource id; one that is not in it lies in none, or in one that was not read.

    `names`: the zones in which the workload's own resources lie. `ids`: zone id -> zone, for an
    account's us-east-1a is another's us-east-1b. `standbys`: what keeps a standby elsewhere ->
    that zone, "" if it was not read. `subnets`: resource -> the subnets that it is placed in.
    """

    zones: Mapping[str, frozenset[str]]
    names: tuple[str, ...]
    ids: Mapping[str, str]
    standbys: Mapping[str, str]
    subnets: Mapping[str, frozenset[str]]


def placement_of(snapshot: Snapshot) -> Placement:
    """Where everything lies: what its own answers say, else the subnets that it is placed in."""
    known = snapshot.resources
    zones = {each.id: frozenset(_zones(each.facts)) for each in known.values()}
    subnets: dict[str, set[str]] = {}
    targets: dict[str, set[str]] = {}
    for relation in snapshot.relations:
        source, target = known.get(relation.source), known.get(relation.target)
        if source is None or target is None:
            continue
        if relation.kind is RelationKind.CONTAINMENT and target.type == SUBNET:
            subnets.setdefault(source.id, set()).add(target.id)
        if relation.kind is RelationKind.DATA_FLOW and source.type == TARGET_GROUP:
            targets.setdefault(source.id, set()).add(target.id)
    for beside in (subnets, targets):
        for resource, others in beside.items():
            if not zones[resource]:
                zones[resource] = frozenset[str]().union(*(zones[each] for each in others))
    return Placement(
        zones={resource: found for resource, found in zones.items() if found},
        names=tuple(sorted({z for r, found in zones.items() if known[r].member for z in found})),
        ids=_ids(known.values()),
        standbys={
            each.id: standby for each in known.values() if (standby := _standby(each)) is not None
        },
        subnets={resource: frozenset(found) for resource, found in subnets.items()},
    )


# -- parts ----------------------------------------------------------------------------------------


def _zones(found: Any, depth: int = _DEPTH) -> Iterator[str]:
    if isinstance(found, list) and depth:
        for each in found:
            yield from _zones(each, depth - 1)
    if not isinstance(found, Mapping) or not depth:
        return
    for key, value in found.items():
        if key in _ZONE_KEYS:
            if isinstance(value, str) and value:
                yield value
        elif key == _ZONES and isinstance(value, list) and all(isinstance(z, str) for z in value):
            yield from value
        else:
            yield from _zones(value, depth - 1)


def _standby(resource: Resource) -> str | None:
    """The zone where a database keeps a standby and nothing else; None: it has none."""
    for answer in resource.facts.values():
        if isinstance(answer, Mapping) and isinstance(answer.get(_STANDBY), str):
            return str(answer[_STANDBY])
        if isinstance(answer, Mapping) and answer.get("MultiAZ") is True and "Engine" in answer:
            return ""
    return None


def _ids(resources: Iterable[Resource]) -> dict[str, str]:
    found: dict[str, str] = {}
    for resource in resources:
        if resource.type == SUBNET:
            for answer in resource.facts.values():
                if isinstance(answer, Mapping) and answer.get(_ID):
                    found[str(answer[_ID])] = str(answer.get("AvailabilityZone", ""))
    return {identity: zone for identity, zone in found.items() if zone}
