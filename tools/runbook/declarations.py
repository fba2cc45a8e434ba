"""How a recovery procedure is declared, and what it may read of the resource that it is for.

A module in `procedures/` declares those of a service, or some of them, and registers nowhere:

    @procedure("AWS::SQS::Queue", OVERLOAD, title="work off what has piled up")
    def drain(at: Place) -> Draft: ...
"""

import pkgutil
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib import import_module
from typing import Any

import jmespath

from state.categories import Scenario
from state.runbooks import Action, Command, Look
from state.snapshot import Relation, Resource, Snapshot
from tools.checks.view import grouped
from tools.runbook.commands import Text, blank, command

_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9]+")


def last_part(identity: str) -> str:
    """What follows the last colon or slash of an id."""
    return identity.rpartition(":")[2].rpartition("/")[2]


class Known:
    """A snapshot, indexed for procedures."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot

    @cached_property
    def outgoing(self) -> Mapping[str, Sequence[Relation]]:
        """Relations by their source."""
        return grouped(self.snapshot.relations, by_source=True)

    @cached_property
    def incoming(self) -> Mapping[str, Sequence[Relation]]:
        """Relations by their target."""
        return grouped(self.snapshot.relations, by_source=False)

    def of_type(self, kind: str) -> list[Resource]:
        """All of a type."""
        return [each for each in self.snapshot.resources.values() if each.type == kind]

    @cached_property
    def names(self) -> frozenset[str]:
        """Every last part of an id, so that a new name is none of them."""
        return frozenset(map(last_part, self.snapshot.resources))


class Place:
    """One resource, as the procedures for it see it."""

    def __init__(self, resource: Resource, known: Known) -> None:
        self.resource = resource
        self.known = known

    @property
    def id(self) -> str:
        """Its id: the ARN where AWS has one."""
        return self.resource.id

    @property
    def short(self) -> str:
        """The last part of its id: what most commands ask for."""
        return last_part(self.id)

    @property
    def name(self) -> str:
        """What people call it."""
        return self.resource.name

    @property
    def region(self) -> str | None:
        """Its Region; None: it is global."""
        return None if self.resource.region == "global" else self.resource.region

    def fact(self, operation: str, path: str) -> Any:
        """The value at a JMESPath in the answer of a call; None: not there, or not read."""
        return jmespath.search(path, self.resource.facts.get(operation))

    def or_blank(self, operation: str, path: str, name: str) -> Any:
        """The value, or a blank where it was not read."""
        value = self.fact(operation, path)
        return blank(name) if value in (None, "", []) else value

    def linked(self, *types: str, label: str | None = None) -> list[Resource]:
        """What it points at, of these types."""
        return self._follow(self.known.outgoing.get(self.id, ()), types, label, outgoing=True)

    def linked_from(self, *types: str, label: str | None = None) -> list[Resource]:
        """What points at it, of these types."""
        return self._follow(self.known.incoming.get(self.id, ()), types, label, outgoing=False)

    def aws(self, service: str, operation: str, /, **options: Any) -> Command:
        """A command in the resource's Region, unless another is given."""
        return command(service, operation, {"region": self.region, **options})

    def new_name(self, ending: str, most: int) -> str:
        """The resource's name with an ending, which AWS takes and nothing that was read has.

        Args:
            ending: `restored`.
            most: characters that the service allows.
        """
        kept = _NOT_IN_NAMES.sub("-", self.short).strip("-")
        start = kept if kept[:1].isalpha() else f"r-{kept}".rstrip("-")
        for number in range(1, 1000):
            end = f"-{ending}" if number == 1 else f"-{ending}-{number}"
            found = start[: most - len(end)].rstrip("-") + end
            if found not in self.known.names:
                return found
        raise AssertionError("a thousand restores of one resource")

    def _follow(
        self,
        relations: Sequence[Relation],
        types: tuple[str, ...],
        label: str | None,
        *,
        outgoing: bool,
    ) -> list[Resource]:
        found: dict[str, Resource] = {}
        for relation in relations:
            other = relation.target if outgoing else relation.source
            known = self.known.snapshot.resources.get(other)
            if known and known.type in types and label in (None, relation.label):
                found[other] = known
        return list(found.values())


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What a declaration says of one resource; the times come from the estimates."""

    purpose: str
    checks: Sequence[Look]
    actions: Sequence[Action]
    verification: Sequence[Look]
    rollback: Sequence[Action]
    never: Sequence[str] = field(default=())


Write = Callable[[Place], Draft | None]  # None: nothing of it applies to this resource


@dataclass(frozen=True, kw_only=True)
class Declared:
    """One procedure: for which types and scenarios, and how it is written for a resource."""

    types: tuple[str, ...]
    scenarios: tuple[str, ...]
    title: str
    always: bool  # also where no estimate says that the scenario strikes
    write: Write


_DECLARED: list[Declared] = []


def procedure(
    types: str | Sequence[str], *scenarios: Scenario, title: str, always: bool = False
) -> Callable[[Write], Write]:
    """Declare a procedure.

    Args:
        types: CloudFormation's names.
        scenarios: what it is the recovery from.
        title: what is done, as it follows the resource's name.
        always: it belongs into the runbook although nothing waits for the resource: a stack that
            is stuck, an alarm that is silent.
    """

    def declare(write: Write) -> Write:
        _DECLARED.append(
            Declared(
                types=(types,) if isinstance(types, str) else tuple(types),
                scenarios=tuple(each.name for each in scenarios),
                title=title,
                always=always,
                write=write,
            )
        )
        return write

    return declare


@cache
def declared() -> Mapping[str, Sequence[Declared]]:
    """Every procedure, by resource type, in the order of the files."""
    from tools.runbook import procedures

    for module in sorted(each.name for each in pkgutil.iter_modules(procedures.__path__)):
        import_module(f"{procedures.__name__}.{module}")
    found: dict[str, list[Declared]] = {}
    for each in _DECLARED:
        for kind in each.types:
            found.setdefault(kind, []).append(each)
    return found


def look(call: Command, at: str, expect: str) -> Look:
    """A check that reads: what to look at, and what to expect."""
    return Look(command=call, at=at, expect=expect)


def act(
    says: str,
    call: Command | None = None,
    *,
    phase: str = "act",
    expect: str = "",
    warning: str = "",
) -> Action:
    """One step."""
    return Action(says=says, command=call, phase=phase, expect=expect, warning=warning)


def changes(at: Place, name: str) -> Look:
    """Who changed it, by CloudTrail."""
    return look(
        at.aws(
            "cloudtrail",
            "lookup-events",
            lookup_attributes=[{"AttributeKey": "ResourceName", "AttributeValue": name}],
            max_items=20,
            query="Events[?ReadOnly=='false'].[EventTime, EventName, Username]",
        ),
        "what was changed of it, and by whom",
        "nothing just before the incident; CloudTrail shows a change up to 15 minutes late",
    )


def metric(
    at: Place, namespace: str, name: str, statistic: str, **dimensions: str | Text
) -> Command:
    """A metric's last hour, a point every five minutes."""
    return at.aws(
        "cloudwatch",
        "get-metric-statistics",
        namespace=namespace,
        metric_name=name,
        dimensions=[{"Name": key, "Value": value} for key, value in dimensions.items()] or None,
        start_time=blank("START_TIME"),
        end_time=blank("END_TIME"),
        period=300,
        **(
            {"extended_statistics": statistic}
            if statistic[:1] == "p"
            else {"statistics": statistic}
        ),
        query="sort_by(Datapoints, &Timestamp)",
    )
