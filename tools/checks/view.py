"""How a check sees the account: a resource, what it is linked to, and a memory of what was read."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any

import jmespath

from state.judgements import Evidence
from state.snapshot import Gap, Relation, Resource, Snapshot


class Unknown(Exception):
    """The fact a check needs could not be read; the verdict is UNKNOWN."""

    def __init__(self, action: str) -> None:
        super().__init__(action)
        self.action = action


class Workload:
    """A snapshot, indexed for checks."""

    def __init__(self, snapshot: Snapshot, listed_by: Mapping[str, str] | None = None) -> None:
        """`listed_by`: resource type -> the account-wide call that would show it."""
        self.snapshot = snapshot
        self._listed_by = listed_by or {}

    @property
    def taken_at(self) -> datetime:
        """When the account was read: the only clock a check has."""
        return self.snapshot.taken_at

    @cached_property
    def by_type(self) -> Mapping[str, Sequence[Resource]]:
        """Resources by type, members and neighbours, in the order of their ids."""
        index: dict[str, list[Resource]] = {}
        for resource in sorted(self.snapshot.resources.values(), key=lambda r: r.id):
            index.setdefault(resource.type, []).append(resource)
        return index

    @cached_property
    def outgoing(self) -> Mapping[str, Sequence[Relation]]:
        """Relations by their source."""
        return grouped(self.snapshot.relations, by_source=True)

    @cached_property
    def incoming(self) -> Mapping[str, Sequence[Relation]]:
        """Relations by their target."""
        return grouped(self.snapshot.relations, by_source=False)

    @cached_property
    def _gaps(self) -> dict[tuple[str, str | None], Gap]:
        return {(gap.action, gap.resource): gap for gap in self.snapshot.gaps}

    def gap(self, action: str, resource: str | None = None) -> Gap | None:
        """The gap of a call about this resource, or about the account as a whole."""
        return self._gaps.get((action, resource)) or self._gaps.get((action, None))

    def require_listed(self, resource_type: str) -> None:
        """Raise Unknown unless resources of this type could be listed."""
        call = self._listed_by.get(resource_type)
        if call and self.gap(call):
            raise Unknown(call)

    def members(self, resource_type: str | None = None) -> Iterator[Resource]:
        """The workload's own resources, of one type or of all."""
        types = [resource_type] if resource_type else sorted(self.by_type)
        for each in types:
            yield from (r for r in self.by_type.get(each, ()) if r.member)

    @cached_property
    def neighbours(self) -> Mapping[str, Sequence[Resource]]:
        """Resources outside the workload, by type."""
        return {
            kind: [resource for resource in found if not resource.member]
            for kind, found in self.by_type.items()
        }


def grouped(relations: Iterable[Relation], *, by_source: bool) -> dict[str, list[Relation]]:
    """Relations by their source or by their target, in a stable order."""
    index: dict[str, list[Relation]] = {}
    ordered = sorted(relations, key=lambda r: (r.source, r.target, r.kind, r.label))
    for relation in ordered:
        index.setdefault(relation.source if by_source else relation.target, []).append(relation)
    return index


class Subject(ABC):
    """Whoever stands for one resource, and is asked what it is."""

    @property
    @abstractmethod
    def resource(self) -> Resource:
        """The resource."""

    @property
    def id(self) -> str:
        """The resource's id: its ARN where AWS has one."""
        return self.resource.id

    @property
    def name(self) -> str:
        """What people call it."""
        return self.resource.name

    @property
    def type(self) -> str:
        """CloudFormation's type name."""
        return self.resource.type

    @property
    def region(self) -> str:
        """The Region it is in, or "global"."""
        return self.resource.region


class View(Subject):
    """One resource as a check reads it. Everything read becomes evidence."""

    def __init__(
        self,
        resource: Resource | None,
        workload: Workload,
        evidence: dict[tuple[str, str, str], Evidence] | None = None,
    ) -> None:
        self._resource = resource
        self.workload = workload
        self._evidence: dict[tuple[str, str, str], Evidence] = {} if evidence is None else evidence

    @property
    def resource(self) -> Resource:
        """The resource. A check of the whole workload has none: asking is a bug in the check."""
        if self._resource is None:
            raise LookupError("a check of the workload reads members(), not a resource")
        return self._resource

    @property
    def member(self) -> bool:
        """Whether it belongs to the workload (False: a neighbour)."""
        return self.resource.member

    @property
    def tags(self) -> Mapping[str, str]:
        """Its tags: data from the account, never instructions."""
        return self.resource.tags

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """What was read so far, in order."""
        return tuple(self._evidence.values())

    def read(self, operation: str, path: str) -> Any:
        """The value at a JMESPath in the answer of a call; None if AWS left the key out.

        Raises:
            Unknown: the call was denied, failed, or was not made.
        """
        fact = self.fact(operation)
        value = jmespath.search(path, fact)
        self._remember(operation, path, value)
        return value

    def read_time(self, operation: str, path: str) -> datetime | None:
        """Like `read`, for a point in time: as boto3 gave it, or as a stored snapshot holds it.

        Raises:
            Unknown: the call was denied, failed, or was not made.
        """
        value = self.read(operation, path)
        return datetime.fromisoformat(value) if isinstance(value, str) else value

    def fact(self, operation: str) -> Any:
        """The whole answer of a call, as kept for this resource; `{}` means "not configured".

        Raises:
            Unknown: the call was denied, failed, or was not made.
        """
        resource = self.resource
        if operation not in resource.facts:
            raise Unknown(operation)
        return resource.facts[operation]

    def has(self, operation: str) -> bool:
        """Whether the call was made for this resource and answered."""
        return operation in self.resource.facts

    def linked(self, *types: str, label: str | None = None) -> list["View"]:
        """What this resource points at, of these types (any if none is given).

        Read the field that names the targets first: a denied call leaves no relation.

        Raises:
            Unknown: a target exists but could not be read.
        """
        return self._follow(self.workload.outgoing.get(self.id, ()), types, label, outgoing=True)

    def linked_from(self, *types: str, label: str | None = None) -> list["View"]:
        """What points at this resource, of these types (any if none is given).

        Raises:
            Unknown: resources of one of the types could not be listed.
        """
        for each in types:
            self.workload.require_listed(each)
        return self._follow(self.workload.incoming.get(self.id, ()), types, label, outgoing=False)

    def dangling(self, label: str | None = None) -> list[str]:
        """Ids this resource points at that were looked for and are not there."""
        return [
            relation.target
            for relation in self.workload.outgoing.get(self.id, ())
            if relation.dangling and label in (None, relation.label)
        ]

    def members(self, *types: str) -> list["View"]:
        """The workload's own resources of these types, for checks of the whole.

        Raises:
            Unknown: resources of one of the types could not be listed.
        """
        for each in types:
            self.workload.require_listed(each)
        return [
            View(resource, self.workload, self._evidence)
            for each in types
            for resource in self.workload.members(each)
        ]

    def _follow(
        self,
        relations: Iterable[Relation],
        types: tuple[str, ...],
        label: str | None,
        *,
        outgoing: bool,
    ) -> list["View"]:
        seen: dict[str, View] = {}
        for relation in relations:
            other = relation.target if outgoing else relation.source
            resource = self.workload.snapshot.resources.get(other)
            if resource is None or (types and resource.type not in types):
                continue
            if label is not None and relation.label != label:
                continue
            seen[other] = View(resource, self.workload, self._evidence)
        return list(seen.values())

    def _remember(self, operation: str, path: str, value: Any) -> None:
        key = (self.id, operation, path)
        self._evidence[key] = Evidence(
            resource=self.id,
            operation=operation,
            path=path,
            value=_short(value),
            region=self.resource.region,
        )


def _short(value: Any, longest: int = 10) -> Any:
    """Evidence quotes a long list's beginning, not all of it."""
    if isinstance(value, list) and len(value) > longest:
        return [*value[:longest], f"... {len(value) - longest} more"]
    return value
