"""What a loss takes: what lies in a zone, a Region or a subnet, or one resource that is gone."""

import difflib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from state.categories import Scenario
from state.categories.misconfiguration_and_bugs import BAD_CHANGE, DATA_DELETED
from state.categories.shared_fate import SHARED_COMPONENT_FAILED
from state.categories.single_point_of_failure import COMPONENT_LOST, REGION_LOST, ZONE_LOST
from state.errors import InvalidPremises
from state.grades import Estimate
from state.judgements import WORKLOAD
from state.snapshot import GapReason, Resource, Snapshot
from tools.diagram.words import type_words
from tools.grading.composition import Use, carries_work, uses
from tools.grading.naming import called
from tools.grading.placement import SUBNET, Placement, placement_of
from tools.grading.reckoning import Reckoning
from tools.grading.recoveries import recoveries

GLOBAL = "global"
RUNS = frozenset(  # code of the workload's own
    (
        "AWS::AutoScaling::AutoScalingGroup",
        "AWS::EC2::Instance",
        "AWS::ECS::Service",
        "AWS::Lambda::Function",
    )
)
# They are deleted, not broken: whoever loses one has to bring back what was in it.
_DELETED = frozenset(
    (
        "AWS::DynamoDB::GlobalTable",
        "AWS::DynamoDB::Table",
        "AWS::KMS::Key",
        "AWS::S3::Bucket",
        "AWS::SecretsManager::Secret",
    )
)
# What a resource that is gone may be taken for: the first that takes time.
_GONE = (COMPONENT_LOST, DATA_DELETED, ZONE_LOST, SHARED_COMPONENT_FAILED, BAD_CHANGE)
_LISTED = 8  # in a message


class Site:
    """All that a loss is worked out from."""

    def __init__(self, snapshot: Snapshot, reckoning: Reckoning) -> None:
        self.snapshot = snapshot
        self.reckoning = reckoning

    @property
    def resources(self) -> Mapping[str, Resource]:
        """What was read, by id."""
        return self.snapshot.resources

    @cached_property
    def members(self) -> list[Resource]:
        """The workload's own, in the order of their ids."""
        return sorted((r for r in self.resources.values() if r.member), key=lambda r: r.id)

    @cached_property
    def uses(self) -> list[Use]:
        """What uses what."""
        return uses(self.resources, self.snapshot.relations)

    @cached_property
    def placement(self) -> Placement:
        """What lies where."""
        return placement_of(self.snapshot)

    @cached_property
    def estimates(self) -> Mapping[tuple[str, str], Estimate]:
        """By scenario and resource."""
        return {(each.scenario, each.resource): each for each in self.reckoning.estimates}

    @cached_property
    def unread(self) -> frozenset[str | None]:
        """Members of types that are not read at all."""
        gaps = self.snapshot.gaps
        return frozenset(gap.resource for gap in gaps if gap.reason is GapReason.NOT_SCANNED)

    @cached_property
    def needed_neighbours(self) -> list[Resource]:
        """What is not part of the workload, and a member cannot do without."""
        needed = {use.used for use in self.uses if use.hard and self.resources[use.user].member}
        return [self.resources[e] for e in sorted(needed) if not self.resources[e].member]

    def name(self, resource: str) -> str:
        """A resource's name and what it is."""
        if resource == WORKLOAD:
            return "the workload as a whole"
        known = self.resources[resource]
        return f"{known.name} ({type_words(known.type)})"


@dataclass
class Struck:
    """What a loss takes and what it leaves, by resource id; each is in one of the dictionaries."""

    scenario: Scenario
    what: str  # is lost, in a sentence
    taken_as: str
    outages: dict[str, Estimate] = field(default_factory=dict)
    whys: dict[str, str] = field(default_factory=dict)  # of outages: how they are struck
    open_: dict[str, str] = field(default_factory=dict)  # down for a time that is not known
    with_the_rest: dict[str, str] = field(default_factory=dict)  # down; counted with the whole
    inside: set[str] = field(default_factory=set)  # they lie there and nowhere else
    rides_out: dict[str, str] = field(default_factory=dict)
    unknown: dict[str, str] = field(default_factory=dict)

    def add(self, resource: Resource, why: str, site: Site, *, wholly: bool) -> None:
        """Something that lies in a place which is lost, and perhaps elsewhere as well."""
        not_known = self.open_ if wholly else self.unknown
        if wholly:
            self.inside.add(resource.id)
        estimate = site.estimates.get((self.scenario.name, resource.id))
        none = _no_estimate_because(resource.type, self.scenario)
        if estimate is not None and _takes_something(estimate):
            self.outages[resource.id] = estimate
            self.whys[resource.id] = why
        elif estimate is not None:
            self.rides_out[resource.id] = _how(estimate)
        elif resource.id in site.unread:
            not_known[resource.id] = f"{why}; {resource.type} is not read"
        elif not carries_work(resource.type):
            return
        elif none:
            into = self.with_the_rest if self.scenario is REGION_LOST else self.rides_out
            into[resource.id] = none
        else:
            not_known[resource.id] = f"{why}; nothing that was read says how it stands that"

    def add_part(self, resource: Resource, others: Iterable[str], site: Site) -> None:
        """Something that lies in a zone which is lost, and in others."""
        rest = ", ".join(sorted(others))
        if resource.id in site.placement.standbys:
            self.add(resource, "lies there, its standby elsewhere", site, wholly=False)
        elif rest:
            self.add(resource, f"lies there and in {rest}", site, wholly=False)
        else:
            self.add(resource, "lies there", site, wholly=True)

    def add_the_whole(self, site: Site) -> None:
        """What is counted once for the workload as a whole."""
        estimate = site.estimates.get((self.scenario.name, WORKLOAD))
        if estimate is not None and _takes_something(estimate):
            self.outages[WORKLOAD] = estimate
            self.whys[WORKLOAD] = "all that runs is there"

    def add_neighbours(self, site: Site, lies: Callable[[Resource], frozenset[str]]) -> None:
        """What the workload needs and does not own: how it recovers was not asked.

        Args:
            site: all that was read.
            lies: the places in which a resource lies, if what is lost is among them.
        """
        for resource in site.needed_neighbours:
            places = lies(resource)
            if places and carries_work(resource.type):
                not_known = self.open_ if len(places) == 1 else self.unknown
                not_known[resource.id] = "lies there, and is not part of the workload"


def strike_zone(site: Site, name: str) -> Struck:
    """What lies in a zone, partly or wholly. Its id does as well as its name.

    Raises:
        InvalidPremises: nothing of the workload is seen to lie in such a zone.
    """
    placement = site.placement
    zone = placement.ids.get(name, name)
    if zone not in placement.names and not _may_be_there(zone, site):
        raise InvalidPremises(
            f"nothing of the workload is seen to lie in an Availability Zone {name!r}"
            + _there_are(placement.names)
        )
    struck = Struck(ZONE_LOST, f"the loss of {zone}", ZONE_LOST.text)
    for resource in site.members:
        zones = placement.zones.get(resource.id, frozenset())
        if zone not in zones:
            _not_in(zones, resource, struck, site)
        elif placement.standbys.get(resource.id) == zone:
            struck.rides_out[resource.id] = "only its standby lies there"
        else:
            struck.add_part(resource, zones - {zone}, site)
    if any(site.resources[each].type in RUNS for each in struck.inside):
        struck.add_the_whole(site)
    nowhere = frozenset[str]()

    def zones_with_it(resource: Resource) -> frozenset[str]:
        found = placement.zones.get(resource.id, nowhere)
        return found if zone in found else nowhere

    struck.add_neighbours(site, zones_with_it)
    return struck


def strike_region(site: Site, name: str) -> Struck:
    """What is in a Region.

    Raises:
        InvalidPremises: nothing of the workload is in such a Region.
    """
    regions = sorted({each.region for each in site.members} - {GLOBAL})
    if name not in regions:
        raise InvalidPremises(f"nothing of the workload is in {name!r}{_there_are(regions)}")
    struck = Struck(REGION_LOST, f"the loss of {name}", REGION_LOST.text)
    for resource in site.members:
        if resource.region == name:
            struck.add(resource, "is there", site, wholly=True)
        elif carries_work(resource.type):
            elsewhere = "is global" if resource.region == GLOBAL else f"is in {resource.region}"
            struck.rides_out[resource.id] = elsewhere
    struck.add_the_whole(site)
    struck.add_neighbours(site, lambda each: frozenset({name} & {each.region}))
    return struck


def strike_resource(site: Site, name: str) -> Struck:
    """One resource, by its name, id or ARN; of a subnet, what lies in it.

    Raises:
        InvalidPremises: there is none of that name, or there are several.
    """
    resource = _named(site, name)
    if resource.type == SUBNET:
        return _strike_subnet(site, resource)
    order = [DATA_DELETED, *_GONE] if resource.type in _DELETED else list(_GONE)
    estimates = {s: site.estimates.get((s.name, resource.id)) for s in dict.fromkeys(order)}
    usable = [s for s, e in estimates.items() if e] or order[:1]
    scenario = next((s for s in usable if (e := estimates[s]) and _takes_something(e)), usable[0])
    taken_as = scenario.text
    if scenario is not order[0]:
        why = "it costs nothing when" if estimates[order[0]] else "there is no estimate for when"
        taken_as += f" ({why} {order[0].text})"
    struck = Struck(scenario, f"the loss of {site.name(resource.id)}", taken_as)
    estimate = estimates[scenario]
    if estimate is None:
        none = _no_estimate_because(resource.type, scenario)
        struck.open_[resource.id] = none or "nothing that was read says how it recovers"
    elif _takes_something(estimate):
        struck.outages[resource.id] = estimate
        struck.whys[resource.id] = "is lost"
    else:
        struck.rides_out[resource.id] = _how(estimate)
    return struck


KINDS: Mapping[str, Callable[[Site, str], Struck]] = {
    "az": strike_zone,
    "zone": strike_zone,
    "region": strike_region,
    "resource": strike_resource,
}


# -- parts ----------------------------------------------------------------------------------------


def _strike_subnet(site: Site, subnet: Resource) -> Struck:
    """A zone in small: what is placed in the subnet and lies in its zone."""
    placement = site.placement
    here = placement.zones.get(subnet.id, frozenset())
    struck = Struck(ZONE_LOST, f"the loss of {site.name(subnet.id)}", ZONE_LOST.text)
    for resource in site.members:
        zones = placement.zones.get(resource.id, frozenset())
        if subnet.id in placement.subnets.get(resource.id, ()) and zones & here:
            struck.add_part(resource, zones - here, site)
    return struck


def _may_be_there(zone: str, site: Site) -> bool:
    """Where nothing lies in any zone, because AWS runs all of it in several, any of them may go."""
    return not site.placement.names and zone[:-1] in {each.region for each in site.members}


def _not_in(zones: frozenset[str], resource: Resource, struck: Struck, site: Site) -> None:
    """What lies elsewhere, what AWS runs in several zones, or what lies nobody knows where."""
    estimate = site.estimates.get((struck.scenario.name, resource.id))
    if zones:
        if carries_work(resource.type):
            struck.rides_out[resource.id] = f"lies in {', '.join(sorted(zones))}"
    elif estimate is not None and _takes_something(estimate):
        struck.unknown[resource.id] = "in which zones it lies was not read"
    else:
        struck.add(resource, "it is in no zone", site, wholly=False)


def _takes_something(estimate: Estimate) -> bool:
    return estimate.rto_seconds != 0 or estimate.rpo_seconds != 0


def _how(estimate: Estimate) -> str:
    """Why an estimate of nothing is nothing."""
    said = [term.what for term in estimate.terms if term.what and term.check]
    return "; ".join(dict.fromkeys(said)) or "it is not interrupted"


def _no_estimate_because(kind: str, scenario: Scenario) -> str:
    recovery = recoveries().get(kind, {}).get(scenario.name)
    return recovery.none if recovery else ""


def _named(site: Site, name: str) -> Resource:
    own = {each.id: each.name for each in site.members}
    found = called(own, name) or called({r: each.name for r, each in site.resources.items()}, name)
    if len(found) == 1:
        return site.resources[found[0]]
    if found:
        ids = ", ".join(found[:_LISTED])
        more = f" and {len(found) - _LISTED} more" if len(found) > _LISTED else ""
        raise InvalidPremises(f"{len(found)} resources are called {name!r}: say which: {ids}{more}")
    names = sorted({each.name for each in site.members})
    close = difflib.get_close_matches(name, names, n=_LISTED, cutoff=0.4)
    raise InvalidPremises(f"no resource is called {name!r}{_there_are(close or names)}")


def _there_are(names: Iterable[str]) -> str:
    every = list(names)
    more = f" and {len(every) - _LISTED} more" if len(every) > _LISTED else ""
    return f": there are {', '.join(every[:_LISTED])}{more}" if every else ": none was read"
