"""What a verdict was read from, and what a change on paper touches: who bears on whom.

Both are told in keys. A verdict whose keys no fix touches stays what it was.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from state.snapshot import Gap, Relation, Resource
from tools.checks.paper import Paper
from tools.checks.view import Workload, grouped

Key = tuple[str, str]  # (RESOURCE, id), (TYPE, its members), (FROM, source of relations), (TO, ...)
RESOURCE, TYPE, FROM, TO = "resource", "type", "from", "to"
EVERY = "*"  # (RESOURCE, EVERY): looked through all of them

_Value = TypeVar("_Value")


@dataclass(frozen=True)
class Changes:
    """How a paper differs from the account; None: the resource is gone."""

    resources: Mapping[str, Resource | None]
    outgoing: Mapping[str, Sequence[Relation]]
    incoming: Mapping[str, Sequence[Relation]]
    by_type: Mapping[str, Sequence[Resource]]
    regrouped: frozenset[str]  # the types of which there are more or fewer

    @cached_property
    def touched(self) -> frozenset[Key]:
        """The keys under which something is not as it was."""
        found = {
            *((RESOURCE, each) for each in self.resources),
            *((TYPE, each) for each in self.regrouped),
            *((FROM, each) for each in self.outgoing),
            *((TO, each) for each in self.incoming),
        }
        return frozenset(found | {(kind, EVERY) for kind, _ in found})

    def value(self, key: Key) -> object:
        """What stands under a key now; of a type it is not told."""
        kind, name = key
        values: Mapping[str, object] = {
            RESOURCE: self.resources,
            FROM: self.outgoing,
            TO: self.incoming,
        }.get(kind, {})
        return values.get(name, self)


def changes_on(paper: Paper, account: Workload) -> Changes:
    """The difference; what was written on without becoming another is none."""
    before = account.snapshot
    resources: dict[str, Resource | None] = {
        name: resource
        for name, resource in paper.resources.items()
        if (known := before.resources.get(name)) is not resource and known != resource
    }
    resources |= dict.fromkeys(before.resources.keys() - paper.resources.keys())
    kept = {id(relation) for relation in paper.relations}
    gone = [relation for relation in before.relations if id(relation) not in kept]
    known_ones = {id(relation) for relation in before.relations}
    new = [relation for relation in paper.relations if id(relation) not in known_ones]
    return Changes(
        resources=resources,
        outgoing=_regrouped(account.outgoing, gone, new, by_source=True),
        incoming=_regrouped(account.incoming, gone, new, by_source=False),
        by_type=_by_type(account, resources),
        regrouped=frozenset(
            known.type
            for name, after in resources.items()
            if (known := after or before.resources[name])
            and (after is None or name not in before.resources)
        ),
    )


class TracedWorkload(Workload):
    """A workload with changes in it, which notes under which keys it is looked at."""

    def __init__(self, account: Workload, changes: Changes) -> None:
        self.seen: set[Key] = set()
        self._account = account
        self._changes = changes
        resources = _Noted(RESOURCE, account.snapshot.resources, changes.resources, self.seen)
        super().__init__(account.snapshot.model_copy(update={"resources": resources}))

    @cached_property
    def by_type(self) -> Mapping[str, Sequence[Resource]]:
        """As of any workload; the resources of the type count as looked at."""
        return _NotedTypes(TYPE, self._account.by_type, self._changes.by_type, self.seen)

    @cached_property
    def outgoing(self) -> Mapping[str, Sequence[Relation]]:
        """As of any workload."""
        return _Noted(FROM, self._account.outgoing, self._changes.outgoing, self.seen)

    @cached_property
    def incoming(self) -> Mapping[str, Sequence[Relation]]:
        """As of any workload."""
        return _Noted(TO, self._account.incoming, self._changes.incoming, self.seen)

    @cached_property
    def neighbours(self) -> Mapping[str, Sequence[Resource]]:
        """As of any workload."""
        return _Neighbours(self.by_type)

    def gap(self, action: str, resource: str | None = None) -> Gap | None:
        """As of the account: what could not be read cannot be read on paper either."""
        return self._account.gap(action, resource)

    def require_listed(self, resource_type: str) -> None:
        """As of the account."""
        self._account.require_listed(resource_type)


class _Noted(Mapping[str, _Value]):
    """A lookup with changes in it that notes what is looked up."""

    def __init__(
        self,
        kind: str,
        original: Mapping[str, _Value],
        changed: Mapping[str, _Value | None],
        seen: set[Key],
    ) -> None:
        self._kind = kind
        self._original = original
        self._changed = changed
        self._seen = seen

    def __getitem__(self, name: str) -> _Value:
        self._seen.add((self._kind, name))
        if name not in self._changed:
            return self._original[name]
        value = self._changed[name]
        if value is None:
            raise KeyError(name)
        return value

    def __iter__(self) -> Iterator[str]:
        self._seen.add((self._kind, EVERY))
        yield from (name for name in self._original if self._changed.get(name, self) is not None)
        yield from (
            name
            for name, value in self._changed.items()
            if value is not None and name not in self._original
        )

    def __len__(self) -> int:
        return sum(1 for _ in self)


class _NotedTypes(_Noted[Sequence[Resource]]):
    def __getitem__(self, name: str) -> Sequence[Resource]:
        found = super().__getitem__(name)
        self._seen.update((RESOURCE, resource.id) for resource in found)
        return found


class _Neighbours(Mapping[str, Sequence[Resource]]):
    """Those of a type that are no members; only who looks at a type has looked at it."""

    def __init__(self, by_type: Mapping[str, Sequence[Resource]]) -> None:
        self._by_type = by_type

    def __getitem__(self, name: str) -> Sequence[Resource]:
        return [resource for resource in self._by_type[name] if not resource.member]

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_type)

    def __len__(self) -> int:
        return len(self._by_type)


def _regrouped(
    before: Mapping[str, Sequence[Relation]],
    gone: Sequence[Relation],
    new: Sequence[Relation],
    *,
    by_source: bool,
) -> dict[str, list[Relation]]:
    ends = {r.source if by_source else r.target for r in (*gone, *new)}
    lost = {id(relation) for relation in gone}
    kept = [r for end in ends for r in before.get(end, ()) if id(r) not in lost]
    return {end: [] for end in ends} | grouped((*kept, *new), by_source=by_source)


def _by_type(
    account: Workload, resources: Mapping[str, Resource | None]
) -> dict[str, list[Resource]]:
    before = account.snapshot.resources
    kinds = {
        known.type for name, after in resources.items() if (known := after or before.get(name))
    }
    return {
        kind: sorted(
            [
                *(r for r in account.by_type.get(kind, ()) if r.id not in resources),
                *(r for r in resources.values() if r is not None and r.type == kind),
            ],
            key=lambda resource: resource.id,
        )
        for kind in sorted(kinds)
    }
