"""Who refers to whom: one hop from every member, what is attached to them, and the relations."""

from collections import Counter
from collections.abc import Iterator

from state.snapshot import Relation
from tools.aws.asking import Asker
from tools.aws.declarations import Collector, Find, Reference, collectors
from tools.aws.identity import account_of, region_of
from tools.aws.inventory import Found, Inventory, Sighted, collectors_for, is_free_of_region
from tools.aws.members import Members, Wanted
from tools.aws.reading import Lists
from tools.aws.redaction import redact_text

# Of the foreign users of a dependency so many are kept as evidence that it is shared.
USERS_KEPT = 25


class Relating:
    """Follows references."""

    def __init__(self, asker: Asker, inventory: Inventory, members: Members, lists: Lists) -> None:
        self._asker, self._inventory = asker, inventory
        self._members, self._lists = members, lists
        self._unresolved: list[tuple[Found, Reference]] = []
        self._wanted: set[Wanted] = set()  # ever: nothing is wanted twice
        self._attaching: dict[tuple[str, str], list[tuple[Sighted, list[Reference]]]] = {}
        self._users: Counter[str] = Counter()  # resource id -> foreign users met

    def neighbours(self) -> set[Wanted]:
        """What members refer to and nobody has asked for yet."""
        for found in self._inventory:
            if found.resource.member:
                unseen = found.references[found.followed :]
                self._unresolved += [(found, reference) for reference in unseen]
                found.followed = len(found.references)
            elif not found.used:  # a target group names its load balancer, not the other way round
                found.used = any(self._serves_member(found, each) for each in found.references)
        pending, self._unresolved = self._unresolved, []
        wanted: set[Wanted] = set()
        for found, reference in pending:
            target = self._inventory.resolve(reference, found.resource.region)
            if target:
                target.used |= not reference.incoming
            else:
                self._unresolved.append((found, reference))
                wanted |= self._want(found, reference)
        new = wanted - self._wanted
        self._wanted |= new
        return new

    def _serves_member(self, found: Found, reference: Reference) -> bool:
        user = reference.incoming and self._inventory.resolve(reference, found.resource.region)
        return bool(user and user.resource.member)

    def due(self) -> list[tuple[Collector, str]]:
        """The lists in which something may stand that is attached to what was found so far."""
        types = {found.resource.type for found in self._inventory}
        due = [
            (collector, region)
            for collector in collectors().values()
            if Find.ATTACHED in collector.find and _could_attach(collector, types)
            for region in self._asker.regions
        ]
        return list({(c.type, self._asker.home(c, r)): (c, r) for c, r in due}.values())

    def attached(self) -> list[Sighted]:
        """What points at a member through an `attach` link, or at what a member depends on."""
        due = self.due()
        kept: list[Sighted] = []
        for (collector, region), listed in zip(due, self._lists.read(due), strict=True):
            key = (collector.type, region)
            if key not in self._attaching:
                self._attaching[key] = [
                    (seen, [r for r in seen.references() if r.attach])
                    for seen in sorted(listed.seen, key=lambda s: s.arn)
                ]
            kept += self._attach(key)
        return kept

    def note_left_out(self) -> None:
        """Say of which dependencies not all users were kept."""
        for identity, users in sorted(self._users.items()):
            if users > USERS_KEPT:
                found = self._inventory.found[identity]
                action, region = f"{found.seen.collector.read.service}:*", found.resource.region
                why = f"{users} others use it, of which {USERS_KEPT} are in the snapshot"
                self._asker.note_not_scanned(action, region, identity, why)

    def relations(self) -> list[Relation]:
        """Every relation, in an order that does not depend on which answer came first."""
        refused = {(action, region) for action, region, _ in self._asker.gaps}
        unique = {relation for found in self._inventory for relation in self._of(found, refused)}
        return sorted(
            unique, key=lambda r: (r.source, r.target, r.kind, r.label, r.operation, r.path, r.hard)
        )

    def _attach(self, key: tuple[str, str]) -> Iterator[Sighted]:
        left = []
        for seen, references in self._attaching[key]:
            targets = [self._inventory.resolve(each, seen.region) for each in references]
            if seen in self._inventory:
                continue
            on_member = any(found and found.resource.member for found in targets)
            shared = [found.resource.id for found in targets if found and found.used]
            if on_member or any(self._users[identity] < USERS_KEPT for identity in shared):
                if on_member and seen.collector.attached_are_members:
                    self._members.adopt(seen)
                yield seen
            elif not shared:
                left.append((seen, references))
            self._users.update(() if on_member else shared)
        self._attaching[key] = left

    def _want(self, found: Found, reference: Reference) -> set[Wanted]:
        wanted: set[Wanted] = set()
        for collector, region in self._places(found, reference):
            if self._is_read(collector, region):
                home = self._asker.home(collector, region)
                wanted.add(Wanted(collector.type, home, reference.value))
            else:
                why = f"{region} was not searched; add --region {region}"
                action = collector.read.operation
                self._asker.note_not_scanned(action, region, reference.value, why)
        return wanted

    def _places(self, found: Found, reference: Reference) -> list[tuple[Collector, str]]:
        """The types and Regions that the named resource may be of and in."""
        if reference.guess or account_of(reference.value) not in ("", self._asker.account_id):
            return []
        return [
            (collector, region)
            for collector in collectors_for(reference)
            for region in self._regions(collector, found, reference)
        ]

    def _is_read(self, collector: Collector, region: str) -> bool:
        is_anywhere = bool(collector.region) or is_free_of_region(collector)
        return is_anywhere or self._asker.scans(region)

    def _regions(self, collector: Collector, found: Found, reference: Reference) -> tuple[str, ...]:
        """Where the named resource may be: by its ARN, else in the Region of who names it."""
        if named := region_of(reference.value):
            return (named,)
        if found.resource.region != "global":
            return (found.resource.region,)
        return ("global",) if collector.region else self._asker.regions

    def _of(self, found: Found, refused: set[tuple[str, str]]) -> Iterator[Relation]:
        for reference in found.references:
            target = self._inventory.resolve(reference, found.resource.region)
            if target is None and (reference.guess or not found.resource.member):
                continue
            other = target.resource.id if target else redact_text(reference.value)
            dangling = target is None and self._was_looked_for(found, reference, refused)
            if other == found.resource.id or (dangling and reference.incoming):
                continue  # a permission left behind by a caller that is gone breaks nothing
            yield Relation(
                source=other if reference.incoming else found.resource.id,
                target=found.resource.id if reference.incoming else other,
                kind=reference.kind,
                label=reference.label,
                hard=reference.hard,
                dangling=dangling,
                operation=reference.operation,
                path=reference.path,
            )

    def _was_looked_for(
        self, found: Found, reference: Reference, refused: set[tuple[str, str]]
    ) -> bool:
        """Whether every read that could have shown the named resource was made and answered."""
        places = self._places(found, reference)
        return bool(places) and all(
            self._is_read(collector, region)
            and (collector.read.operation, self._asker.home(collector, region)) not in refused
            for collector, region in places
        )


def _could_attach(collector: Collector, types: set[str]) -> bool:
    """Whether anything of the collector's type could point at a resource of one of these types."""
    if collector.attaches_to:
        return not types.isdisjoint(collector.attaches_to)
    targets = {link.to for link in collector.links if link.attach}
    if not targets or None in targets or collector.references:
        return True
    return not types.isdisjoint(target for target in targets if target)
