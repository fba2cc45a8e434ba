"""Everything found so far, by every name it answers to."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from state.snapshot import Resource
from tools.aws.answers import parse_json_texts, search, strings
from tools.aws.asking import Asker
from tools.aws.declarations import Collector, Item, Reference, collectors
from tools.aws.identity import (
    collectors_of_arn,
    id_in,
    may_name,
    plain_id,
    region_of,
    short_name,
    without_arns,
)
from tools.aws.redaction import redact, redact_text


@dataclass
class Sighted:
    """An item of an answer, recognised as a resource; nothing is known yet of whose it is."""

    collector: Collector
    region: str  # "global" for IAM, Route 53 and the like
    item: Item
    plain_id: str
    arn: str  # as AWS writes it: what later calls are given

    @cached_property
    def names(self) -> frozenset[str]:
        """Every id, ARN and alias by which other answers may refer to it."""
        own = self.collector
        paths = (own.id, *(alias.replace("{region}", self.region) for alias in own.aliases))
        found = (name for path in paths for name in strings(search(path, self.item)))
        return frozenset({self.plain_id, self.arn, *found})

    def references(self, answers: Mapping[str, Any] | None = None) -> Iterator[Reference]:
        """What the item refers to or, given answers by operation, what they refer to."""
        for link in self.collector.links:
            if (link.operation is None) != (answers is None):
                continue
            source = answers.get(link.operation) if answers and link.operation else self.item
            for value in strings(search(link.path, source)) if source else ():
                yield Reference(
                    value=value,
                    to=link.to,
                    kind=link.kind,
                    label=link.label,
                    hard=link.hard,
                    incoming=link.incoming,
                    guess=link.guess,
                    attach=link.attach,
                    path=link.path,
                    operation=link.operation or self.collector.read.operation,
                )
        if self.collector.references:
            yield from self.collector.references(self.item, answers or {})


def sight(asker: Asker, collector: Collector, region: str, raw: Item) -> Sighted | None:
    """The resource in an item; None if the collector drops it."""
    item = parse_json_texts(raw, collector.json_texts)
    if collector.keep and not search(collector.keep, item):
        return None
    if collector.region:
        region = "global"
    elif collector.region_path:
        region = search(collector.region_path, item) or region
    plain = id_in(collector, item)
    arn = search(collector.arn_path, item) if collector.arn_path else None
    return Sighted(collector, region, item, plain, str(arn or asker.arn(collector, plain, region)))


@dataclass
class Found:
    """A resource of the snapshot, and what it refers to."""

    seen: Sighted
    resource: Resource
    references: list[Reference] = field(default_factory=list)
    followed: int = 0  # so many of its references were looked at
    used: bool = False  # a member refers to it
    detailed: bool = False  # its follow-up calls were made


class Inventory:
    """What was found, in the order in which it was."""

    def __init__(self) -> None:
        self.found: dict[str, Found] = {}  # by resource id
        self._names: dict[tuple[str | None, str], dict[str, Found]] = defaultdict(dict)

    def __iter__(self) -> Iterator[Found]:
        return iter(list(self.found.values()))

    def __contains__(self, seen: Sighted) -> bool:
        return redact_text(seen.arn) in self.found

    def add(self, seen: Sighted, *, tags: dict[str, str], member: bool) -> Found:
        """Add a resource, or more names of one that is there."""
        identity = redact_text(seen.arn)
        found = self.found.get(identity)
        if found is None:
            own = seen.collector
            fact = {key: value for key, value in seen.item.items() if key not in ("_id", "_parts")}
            named = search(own.name, seen.item) if own.name else None
            called = without_arns(str(named)) if named else tags.get("Name")
            resource = Resource(
                id=identity,
                type=own.type,
                name=redact_text(called or tags.get("Name") or short_name(seen.plain_id)),
                region=seen.region,
                member=member,
                tags=redact(tags),
                facts={own.read.operation: redact(fact, own.redact)},
            )
            found = self._add(Found(seen, resource, references=list(seen.references())))
        self._name(found, seen.names)
        return found

    def add_unreadable(self, seen: Sighted, *, tags: dict[str, str], member: bool) -> None:
        """Add a resource of which only the name is known: its facts are missing, not empty."""
        if seen in self:
            return
        resource = Resource(
            id=redact_text(seen.arn),
            type=seen.collector.type,
            name=redact_text(tags.get("Name") or short_name(seen.plain_id)),
            region=seen.region,
            member=member,
            tags=redact(tags),
        )
        found = self._add(Found(seen, resource, detailed=True))
        self._name(found, {seen.plain_id, seen.arn})

    def resolve(self, reference: Reference, region: str) -> Found | None:
        """The resource that a reference made in a Region names, if it was found."""
        value = reference.value
        where = region_of(value) or region
        if reference.to is None and (found := self._named(None, value, where, value)):
            return found
        for collector in collectors_for(reference):
            for name in (value, plain_id(collector, value)):
                if found := self._named(collector.type, name, where, value):
                    return found
        return None

    def _named(self, kind: str | None, name: str, region: str, value: str) -> Found | None:
        candidates = self._names.get((kind, name))
        return _nearest(candidates, region, value) if candidates else None

    def _add(self, found: Found) -> Found:
        self.found[found.resource.id] = found
        return found

    def _name(self, found: Found, names: Iterable[str]) -> None:
        for name in names:
            for kind in (found.resource.type, None):
                self._names[kind, name].setdefault(found.resource.region, found)


def collectors_for(reference: Reference) -> tuple[Collector, ...]:
    """The collectors of the types that a reference may name; none if it names none that is read."""
    if reference.to is None:
        return collectors_of_arn(reference.value)
    collector = collectors().get(reference.to)
    return (collector,) if collector and may_name(collector, reference.value) else ()


def is_free_of_region(collector: Collector) -> bool:
    """Whether ids of the type are unique over all Regions."""
    return (
        collector.arn is not None and "{region}" not in collector.arn and ("*" not in collector.arn)
    )


def _nearest(candidates: Mapping[str, Found], region: str, value: str) -> Found | None:
    """Each Region may have the name once: the one meant is where the reference is made."""
    if found := candidates.get(region) or candidates.get("global"):
        return found
    is_address = "://" in value or value.endswith((".amazonaws.com", ".amazonaws.com.cn"))
    for where in sorted(candidates):
        if region == "global" or is_address or is_free_of_region(candidates[where].seen.collector):
            return candidates[where]
    return None
