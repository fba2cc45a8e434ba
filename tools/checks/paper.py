"""A snapshot on paper: what remedies change, without touching the one that was read."""

from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from datetime import datetime
from typing import Any

import jmespath

from state.snapshot import Relation, RelationKind, Resource, Snapshot
from tools.checks.view import Subject, View, Workload


class Paper:
    """A snapshot that is being changed; whatever is not changed is shared with the original."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._original = snapshot
        self.resources = dict(snapshot.resources)
        self.relations = list(snapshot.relations)

    @property
    def taken_at(self) -> datetime:
        """When the account was read: the only clock there is."""
        return self._original.taken_at

    def arn(self, service: str, region: str, resource: str) -> str:
        """The ARN that a resource of this account would have."""
        known = self._original
        return f"arn:{known.partition}:{service}:{region}:{known.account}:{resource}"

    def draft(self, resource: str | None) -> "Draft":
        """A resource to change; None: the workload as a whole."""
        return Draft(self, resource)

    def snapshot(self) -> Snapshot:
        """The account as it would be."""
        return self._original.model_copy(
            update={"resources": self.resources, "relations": self.relations}
        )

    def writable(self, resource: str) -> Resource:
        """The resource, no longer shared with the original snapshot."""
        current = self.resources[resource]
        if current is self._original.resources.get(resource):
            current = current.model_copy(update={"facts": deepcopy(current.facts)})
            self.resources[resource] = current
        return current


class Draft(Subject):
    """One resource on paper, as a remedy sees and changes it; facts keep AWS's own names."""

    def __init__(self, paper: Paper, resource: str | None) -> None:
        self.paper = paper
        self._id = resource

    @property
    def id(self) -> str:
        """The resource's id; a remedy for the workload as a whole has none to ask for."""
        if self._id is None:
            raise LookupError("a remedy for the workload changes members(), not a resource")
        return self._id

    @property
    def resource(self) -> Resource:
        """The resource as it stands on the paper now."""
        return self.paper.resources[self.id]

    @property
    def taken_at(self) -> datetime:
        """When the account was read."""
        return self.paper.taken_at

    def read(self, operation: str, path: str) -> Any:
        """The value at a JMESPath in the answer of a call; None if there is none."""
        return jmespath.search(path, self.resource.facts.get(operation))

    def view(self) -> View:
        """The resource (or the workload) as checks would see it, with all that is on the paper."""
        return View(self.resource if self._id else None, Workload(self.paper.snapshot()))

    # -- changing facts ---------------------------------------------------------------------------

    def put(self, operation: str, **fields: Any) -> None:
        """Set top-level fields in the answer of a call."""
        self._answer(operation).update(fields)

    def put_in(self, operation: str, path: str, value: Any) -> None:
        """Set a nested field, `CertificateDetails.ValidTill`; what is missing above is made."""
        *parents, last = path.split(".")
        answer = self._answer(operation)
        for parent in parents:
            answer = answer.setdefault(parent, {})
        answer[last] = value

    def replace(self, operation: str, answer: Any) -> None:
        """Set the whole answer of a call: a list, or `{}` for "not configured"."""
        self.paper.writable(self.id).facts[operation] = answer

    def drop(self, operation: str, *fields: str) -> None:
        """Take top-level fields out of the answer of a call."""
        answer = self._answer(operation)
        for field in fields:
            answer.pop(field, None)

    def edit(self, operation: str, change: Callable[[Any], None]) -> None:
        """Change the answer of a call in place, where it is a list or deeply nested."""
        change(self.paper.writable(self.id).facts.setdefault(operation, {}))

    def tag(self, tags: Mapping[str, str]) -> None:
        """Give it these tags too."""
        resource = self.paper.writable(self.id)
        resource.tags = {**resource.tags, **tags}

    # -- changing the surroundings ----------------------------------------------------------------

    def linked(self, *types: str, label: str | None = None) -> list["Draft"]:
        """What it points at, of these types (any if none is given)."""
        ids = [r.target for r in self.paper.relations if r.source == self.id and _is(r, label)]
        return self._known(ids, types)

    def linked_from(self, *types: str, label: str | None = None) -> list["Draft"]:
        """What points at it, of these types (any if none is given)."""
        ids = [r.source for r in self.paper.relations if r.target == self.id and _is(r, label)]
        return self._known(ids, types)

    def members(self, *types: str) -> list["Draft"]:
        """The workload's own resources of these types (all if none is given)."""
        own = [each.id for each in self.paper.resources.values() if each.member]
        return self._known(sorted(own), types)

    def add(
        self,
        type: str,
        name: str,
        facts: Mapping[str, Any],
        *,
        member: bool = True,
        region: str | None = None,
    ) -> "Draft":
        """A resource that is not there yet; link it to what it is for.

        Its id is made from its type, Region and name, so adding it twice gives the same one.
        """
        place = region or (self.resource.region if self._id else "global")
        identity = f"on-paper:{type}/{place}/{name}"
        known = self.paper.resources.get(identity)
        if known is None:
            self.paper.resources[identity] = Resource(
                id=identity,
                type=type,
                name=name,
                region=place,
                member=member,
                facts=deepcopy(dict(facts)),
            )
        return self.paper.draft(identity)

    def link(
        self,
        target: "Draft",
        label: str = "",
        *,
        kind: RelationKind = RelationKind.DATA_FLOW,
        hard: bool = True,
    ) -> None:
        """Point at another resource, as the service's collector would find it; once."""
        relation = Relation(source=self.id, target=target.id, kind=kind, label=label, hard=hard)
        if not any(r.target == target.id and r == relation for r in self.paper.relations):
            self.paper.relations.append(relation)

    def unlink(self, other: "Draft", label: str | None = None) -> None:
        """Take away the relations to and from another resource."""
        pair = {self.id, other.id}
        self.paper.relations = [
            r for r in self.paper.relations if {r.source, r.target} != pair or not _is(r, label)
        ]

    def drop_dangling(self, label: str | None = None) -> None:
        """Take away what it points at although it is not there."""
        self.paper.relations = [
            r
            for r in self.paper.relations
            if not (r.source == self.id and r.dangling and _is(r, label))
        ]

    def remove(self) -> None:
        """Take the resource itself away, with all its relations."""
        del self.paper.resources[self.id]
        self.paper.relations = [
            r for r in self.paper.relations if self.id not in (r.source, r.target)
        ]

    # -- parts ------------------------------------------------------------------------------------

    def _answer(self, operation: str) -> dict[str, Any]:
        answer = self.paper.writable(self.id).facts.setdefault(operation, {})
        if not isinstance(answer, dict):
            raise TypeError(f"{operation} keeps a {type(answer).__name__}: use replace() or edit()")
        return answer

    def _known(self, ids: Iterable[str], types: tuple[str, ...]) -> list["Draft"]:
        known = (self.paper.resources.get(each) for each in dict.fromkeys(ids))
        return [
            Draft(self.paper, each.id)
            for each in known
            if each and (not types or each.type in types)
        ]


def _is(relation: Relation, label: str | None) -> bool:
    return label is None or relation.label == label
