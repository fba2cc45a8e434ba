"""Where a resource is: account, Region, VPC, Availability Zone, as far as the facts say."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from state.snapshot import Resource, Snapshot

VPC = "AWS::EC2::VPC"
SUBNET = "AWS::EC2::Subnet"
MANY = "*"  # in place of a VPC's id: one box for several
_DEPTH = 3  # how deep in an answer a VPC's id stands: DBSubnetGroup.VpcId, VpcConfig.VpcId


@dataclass(frozen=True, order=True)
class Place:
    """A box of the diagram; `vpc` and `zone` are empty outside of them."""

    account: str
    region: str
    outside: bool = False  # not part of the workload
    vpc: str = ""
    zone: str = ""

    @property
    def boxes(self) -> tuple[tuple[str, ...], ...]:
        """The boxes it lies in, outermost first, each as (kind, what tells it apart ...)."""
        found: list[tuple[str, ...]] = [("account", self.account)]
        found.append(("region", self.account, self.region))
        if self.outside:
            found.append(("outside", self.account, self.region))
        if self.vpc:
            found.append(("vpc", self.account, self.region, self.vpc))
        if self.zone:
            found.append(("zone", self.account, self.region, self.vpc, self.zone))
        return tuple(found)


def places(snapshot: Snapshot) -> Mapping[str, Place]:
    """Resource id -> where it is."""
    vpcs = {_last_part(r.id): r.id for r in snapshot.resources.values() if r.type == VPC}
    subnets = _subnets(snapshot)
    found = {
        resource.id: _place(resource, snapshot, vpcs, subnets.get(resource.id, []))
        for resource in snapshot.resources.values()
    }
    return {**found, **_beside(snapshot, found)}


def _beside(snapshot: Snapshot, found: Mapping[str, Place]) -> Mapping[str, Place]:
    """Volumes and the like lie in a zone and in no VPC: they stand with what uses them there."""
    users: dict[str, list[Place]] = defaultdict(list)
    for relation in snapshot.relations:
        used, user = snapshot.resources.get(relation.target), found.get(relation.source)
        if used is None or user is None or found[used.id].vpc or not used.member:
            continue
        if _zones(used) == {user.zone}:
            users[used.id].append(replace(found[used.id], vpc=user.vpc, zone=user.zone))
    return {resource: min(there) for resource, there in users.items()}


def _place(
    resource: Resource, snapshot: Snapshot, vpcs: Mapping[str, str], subnets: list[Resource]
) -> Place:
    place = Place(_account(resource, snapshot), resource.region or "global", not resource.member)
    if place.outside:
        return place
    named = [vpc for subnet in subnets for vpc in _values(subnet.facts, "VpcId")]
    named += [*_values(resource.facts, "VpcId"), *_values(resource.facts, "vpcId")]
    vpc = next((vpcs.get(name, name) for name in named), "")
    if not vpc:
        return place
    zones = _zones(resource) or {z for subnet in subnets for z in _zones(subnet)}
    zone = next(iter(zones)) if len(zones) == 1 else ""
    return Place(place.account, place.region, place.outside, vpc, zone)


def _zones(resource: Resource) -> set[str]:
    """The one zone that the resource's own answers name, unless it has a standby elsewhere."""
    found = set()
    for answer in resource.facts.values():
        if isinstance(answer, Mapping) and not answer.get("MultiAZ"):
            placement = answer.get("Placement")
            inner = placement if isinstance(placement, Mapping) else {}
            found.add(answer.get("AvailabilityZone") or inner.get("AvailabilityZone"))
    return {zone for zone in found if isinstance(zone, str) and zone}


def _subnets(snapshot: Snapshot) -> Mapping[str, list[Resource]]:
    """Resource id -> the subnets it is related to."""
    found: dict[str, list[Resource]] = defaultdict(list)
    for relation in snapshot.relations:
        for end, other in (
            (relation.source, relation.target),
            (relation.target, relation.source),
        ):
            subnet = snapshot.resources.get(other)
            if subnet and subnet.type == SUBNET:
                found[end].append(subnet)
    return found


def _account(resource: Resource, snapshot: Snapshot) -> str:
    parts = resource.id.split(":")
    named = parts[4] if resource.id.startswith("arn:") and len(parts) > 5 else ""
    return named if len(named) == 12 and named.isdigit() else snapshot.account


def _values(found: Any, key: str, depth: int = _DEPTH + 1) -> Iterator[str]:
    """Texts under a key, near the top of an answer."""
    if not isinstance(found, Mapping) or depth < 0:
        return
    here = found.get(key)
    if isinstance(here, str) and here:
        yield here
    for value in found.values():
        yield from _values(value, key, depth - 1)


def _last_part(identity: str) -> str:
    return identity.rpartition("/")[2]
