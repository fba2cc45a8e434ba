"""What a verdict was read from, and what a change on paper touches: who bears on whom.

Both are told in keys. A verdict whose keys no fix touches stays what it was.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from state.snapshot import Gap, Relation, Resource
from tools.checks.paper import Paper
from tools.checks.view import Workload, grouped

# (RESOURCE, id): that it is there, and all of it but its facts; (FACT, id, call, field): a field of
# an answer; (TYPE, name): which resources are of it; (FROM, id) and (TO, id): relations.
Key = tuple[str, ...]
RESOURCE, FACT, TYPE, FROM, TO = "resource", "fact", "type", "from", "to"
EVERY = "*"  # in the last place: looked through all of them

_Value = TypeVar("_Value")


@dataclass(frozen=True)
class Changes:
    """How a paper differs from the account; None: the resource is gone."""

    resources: Mapping[str, Resource | None]
    outgoing: Mapping[str, Sequence[Relation]]
    incoming: Mapping[str, Sequence[Relation]]
    by_type: Mapping[str, Sequence[Resource]]
    touched: frozenset[Key]  # under which something is not as it was

    def value(self, key: Key) -> object:
        """What stands under the key of a resource or of its relations now."""
        kind, name, *_ = key
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
    outgoing = _regrouped(account.outgoing, gone, new, by_source=True)
    incoming = _regrouped(account.incoming, gone, new, by_source=False)
    touched: set[Key] = {*((FROM, each) for each in outgoing), *((TO, each) for each in incoming)}
    for name, after in resources.items():
        touched.update(_differences(before.resources.get(name), after))
    return Changes(
        resources=resources,
        outgoing=outgoing,
        incoming=incoming,
        by_type=_by_type(account, resources),
        touched=frozenset(touched | {wider for key in touched for wider in _wider(key)}),
    )


class Tracer:
    """An account that can be looked at with changes in it; `seen` says where somebody looked."""

    def __init__(self, account: Workload) -> None:
        self.account = account
        self.seen: set[Key] = set()
        self._noted: dict[str, Resource] = {}

    def workload(self, changes: Changes) -> "TracedWorkload":
        """The account with these changes."""
        return TracedWorkload(self, changes)

    def noted(self, resource: Resource) -> Resource:
        """The resource, with facts that note who looks at them."""
        known = self._noted.get(resource.id)
        if known is None or self.account.snapshot.resources.get(resource.id) is not resource:
            facts = _NotedDict(resource.facts, (FACT, resource.id), self.seen, levels=2)
            known = resource.model_copy(update={"facts": facts})
            if self.account.snapshot.resources.get(resource.id) is resource:
                self._noted[resource.id] = known
        return known


class TracedWorkload(Workload):
    """A workload with changes in it, which notes under which keys it is looked at."""

    def __init__(self, tracer: Tracer, changes: Changes) -> None:
        self._tracer = tracer
        self._account = tracer.account
        self._changes = changes
        snapshot = self._account.snapshot
        resources = _Resources(RESOURCE, snapshot.resources, changes.resources, tracer)
        super().__init__(snapshot.model_copy(update={"resources": resources}))

    @cached_property
    def by_type(self) -> Mapping[str, Sequence[Resource]]:
        """As of any workload; the resources of the type count as looked at."""
        return _Types(TYPE, self._account.by_type, self._changes.by_type, self._tracer)

    @cached_property
    def outgoing(self) -> Mapping[str, Sequence[Relation]]:
        """As of any workload."""
        return _Noted(FROM, self._account.outgoing, self._changes.outgoing, self._tracer)

    @cached_property
    def incoming(self) -> Mapping[str, Sequence[Relation]]:
        """As of any workload."""
        return _Noted(TO, self._account.incoming, self._changes.incoming, self._tracer)

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
        tracer: Tracer,
    ) -> None:
        self._kind = kind
        self._original = original
        self._changed = changed
        self._tracer = tracer

    def __getitem__(self, name: str) -> _Value:
        self._tracer.seen.add((self._kind, name))
        if name not in self._changed:
            return self._original[name]
        value = self._changed[name]
        if value is None:
            raise KeyError(name)
        return value

    def __iter__(self) -> Iterator[str]:
        self._tracer.seen.add((self._kind, EVERY))
        yield from (name for name in self._original if self._changed.get(name, self) is not None)
        yield from (
            name
            for name, value in self._changed.items()
            if value is not None and name not in self._original
        )

    def __len__(self) -> int:
        return sum(1 for _ in self)


class _Resources(_Noted[Resource]):
    def __getitem__(self, name: str) -> Resource:
        return self._tracer.noted(super().__getitem__(name))


class _Types(_Noted[Sequence[Resource]]):
    def __getitem__(self, name: str) -> Sequence[Resource]:
        found = super().__getitem__(name)
        self._tracer.seen.update((RESOURCE, resource.id) for resource in found)
        return [self._tracer.noted(resource) for resource in found]


class _NotedDict(dict[str, Any]):
    """A dictionary that notes which of its names are looked up, and those of the ones in it.

    A real one, because that is what JMESPath and checks expect of an answer.
    """

    def __init__(self, values: Mapping[str, Any], place: Key, seen: set[Key], levels: int) -> None:
        super().__init__(values)
        self._place = place
        self._seen = seen
        self._levels = levels

    def _within(self, name: str, value: Any) -> Any:
        if self._levels > 1 and isinstance(value, dict):
            return _NotedDict(value, (*self._place, name), self._seen, self._levels - 1)
        return value

    def _every(self) -> None:
        self._seen.add((*self._place, EVERY))

    def __getitem__(self, name: str) -> Any:
        self._seen.add((*self._place, name))
        return self._within(name, super().__getitem__(name))

    def get(self, name: str, default: Any = None) -> Any:
        self._seen.add((*self._place, name))
        return self._within(name, super().get(name, default))

    def __contains__(self, name: object) -> bool:
        self._seen.add((*self._place, str(name)))
        return super().__contains__(name)

    def __iter__(self) -> Iterator[str]:
        self._every()
        return super().__iter__()

    def __len__(self) -> int:
        self._every()
        return super().__len__()

    def __eq__(self, other: object) -> bool:
        self._every()
        return super().__eq__(other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = None

    def keys(self) -> Any:
        self._every()
        return super().keys()

    def values(self) -> Any:
        self._every()
        return super().values()

    def items(self) -> Any:
        self._every()
        return super().items()


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


def _wider(key: Key) -> Iterator[Key]:
    """Those who looked through all of something saw this too."""
    return ((*key[:end], EVERY) for end in range(1, len(key)))


def _differences(before: Resource | None, after: Resource | None) -> Iterator[Key]:
    known = before or after
    if known is None:
        return
    if before is None or after is None:
        yield RESOURCE, known.id
        yield TYPE, known.type
        return
    if before.model_copy(update={"facts": {}}) != after.model_copy(update={"facts": {}}):
        yield RESOURCE, known.id
    for call in before.facts.keys() | after.facts.keys():
        yield from (
            (FACT, known.id, call, *field)
            for field in _changed_fields(before.facts.get(call), after.facts.get(call))
        )


def _changed_fields(before: Any, after: Any) -> Iterator[tuple[str, ...]]:
    """Of an answer; of one that is no dictionary, or was not there, the whole."""
    if before == after:
        return
    if not (isinstance(before, dict) and isinstance(after, dict)):
        yield ()
        return
    yield from (
        (field,)
        for field in before.keys() | after.keys()
        if (field in before) != (field in after) or before.get(field) != after.get(field)
    )


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
