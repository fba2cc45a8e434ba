"""What stands next to the workload: whose a neighbour is, and proof that a resource is there."""

from collections.abc import Mapping
from typing import Any

from tools.aws.declarations import Collector, collectors
from tools.checks.view import Unknown, View


def is_readable(view: View) -> bool:
    """Whether the resource's type is read, and this one could be."""
    collector = collectors().get(view.type)
    return collector is not None and view.has(collector.read.operation)


def identify(view: View) -> None:
    """Read the field that names a resource, as evidence that it is there.

    Raises:
        Unknown: it could not be read.
    """
    collector = collectors().get(view.type)
    if collector is None:
        raise Unknown(f"{view.type}:*")
    operation = collector.read.operation
    view.read(operation, _naming_field(collector, view.fact(operation)))


def show_use(user: View, used: View) -> None:
    """Read the field in which one resource names another, as evidence of the use."""
    for relation in user.workload.outgoing.get(user.id, ()):
        if relation.target == used.id and user.has(relation.operation):
            user.read(relation.operation, relation.path)


def _naming_field(collector: Collector, fact: Any) -> str:
    if collector.id != "_id":
        return collector.id
    own = next((path for path in (collector.arn_path, collector.name) if path), None)
    fields = sorted(fact) if isinstance(fact, Mapping) else ()
    return own or next((name for name in fields if name.isidentifier()), "@")


def belongs_elsewhere(view: View) -> bool:
    """Whether a neighbour is another workload's: tagged as one, or used by none of the members."""
    if view.member:
        return False
    if tagged_otherwise(view):
        return True
    resources = view.workload.snapshot.resources
    sources = (resources.get(r.source) for r in view.workload.incoming.get(view.id, ()))
    return not any(source and source.member for source in sources)


def tagged_otherwise(view: View) -> bool:
    """Whether it carries the selector's tag with another value."""
    wanted = view.workload.snapshot.selector.tags
    return any(key in view.tags and view.tags[key] != wanted[key] for key in wanted)
