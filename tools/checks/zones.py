"""Zones on paper: a subnet in another one, for remedies."""

from collections.abc import Iterable

from state.snapshot import RelationKind
from tools.checks.paper import Draft

SUBNET = "AWS::EC2::Subnet"
SUBNETS = "ec2:DescribeSubnets"
_FREE_ADDRESSES = 4091  # a /20, less the five that AWS keeps


def another_zone(component: Draft, taken: Iterable[str]) -> str:
    """A zone of the component's Region that is not taken: one that is used already, if any is."""
    region, own = component.region, set(taken)
    known = sorted(
        str(zone)
        for each in component.paper.resources.values()
        if each.type == SUBNET and each.region == region
        if (zone := (each.facts.get(SUBNETS) or {}).get("AvailabilityZone"))
    )
    every = (*known, *(region + letter for letter in "abcdef"))
    return next(zone for zone in every if zone not in own)


def zones_of(component: Draft) -> set[str]:
    """The zones of the subnets that it is placed in."""
    subnets = component.linked(SUBNET, label="placed in")
    return {zone for each in subnets if (zone := each.read(SUBNETS, "AvailabilityZone"))}


def place_in(component: Draft, zone: str) -> str:
    """Place the component in a new subnet of the zone as well; the subnet's id.

    It has routes of its own: what is wrong with the network that was read is judged there.
    """
    name = f"{component.name}-{zone}"
    facts = {
        "SubnetId": f"subnet-{name}",
        "AvailabilityZone": zone,
        "State": "available",
        "AvailableIpAddressCount": _FREE_ADDRESSES,
        "Ipv6Native": False,
    }
    subnet = component.add(SUBNET, name, {SUBNETS: facts}, member=False)
    component.link(subnet, "placed in", kind=RelationKind.CONTAINMENT)
    return str(facts["SubnetId"])
