"""Faults: actions of AWS FIS with what they strike, put together to experiments."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from typing import Any

from state.snapshot import Resource
from tools.as_code.stack import Stack

_ARNS = 5  # that FIS takes for one target
_AT_ONCE = 10  # actions that FIS runs in parallel
_BY_DEFAULT = 5  # resources that most actions take, unless the account asks for more
_SINGLE = "COUNT(1)"
_RUNNING = {"Path": "State.Name", "Values": ["running"]}


@cache
def actions() -> Mapping[str, Mapping[str, Any]]:
    """The actions that experiments use, by id: target key and type, required and optional."""
    packaged = files(__package__).joinpath("actions.toml").read_text(encoding="utf-8")
    return tomllib.loads(packaged)


@dataclass(kw_only=True)
class Experiment:
    """What is done to the workload at once, to see that it does what the estimates say."""

    title: str
    says: str
    scenario: str  # whose estimates it puts to the test
    actions: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    targets: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    struck: dict[str, None] = field(default_factory=dict)  # resources by id
    beside: dict[str, None] = field(default_factory=dict)  # what else it reaches, in words
    may_miss: bool = False  # a target that is not there is passed over
    many: bool = False  # an action strikes more than the account may allow

    def strike(
        self,
        name: str,
        action: str,
        resources: Iterable[Resource],
        targets: Iterable[Mapping[str, Any]],
        **parameters: str,
    ) -> None:
        """Add an action, once for each target."""
        known = actions()[action]
        resources = list(resources)
        self.many |= len(resources) > _BY_DEFAULT
        for number, target in enumerate(targets, 1):
            called = name if number == 1 else f"{name}{number}"
            self.targets[called] = {"ResourceType": known["type"], **target}
            self.actions[called] = {
                "ActionId": action,
                **({"Parameters": parameters} if parameters else {}),
                "Targets": {known["key"]: called},
            }
        self.struck.update(dict.fromkeys(each.id for each in resources))

    def parts(self) -> Iterator["Experiment"]:
        """As many experiments as it takes to run no more actions than FIS does at once."""
        names = list(self.actions)
        if len(names) <= _AT_ONCE:
            yield self
            return
        for number, start in enumerate(range(0, len(names), _AT_ONCE), 1):
            chosen = {name: self.actions[name] for name in names[start : start + _AT_ONCE]}
            used = {target for each in chosen.values() for target in each["Targets"].values()}
            yield replace(
                self,
                title=f"{self.title} (part {number})",
                says=f"{self.says}; start all parts at once",
                actions=chosen,
                targets={name: each for name, each in self.targets.items() if name in used},
            )


def all_of(
    stack: Stack,
    resources: Sequence[Resource],
    *,
    every: Sequence[Resource] = (),
    filters: Sequence[Mapping[str, Any]] = (),
) -> Iterator[Mapping[str, Any]]:
    """Targets for all of these.

    By the workload's tags if `every` member of the kind has them and filters leave these: so what
    is added later is struck as well. Otherwise by ARN, five at a time.
    """
    tags = stack.tags
    if tags and every and all(tags.items() <= each.tags.items() for each in every):
        target: dict[str, Any] = {"ResourceTags": dict(tags), "SelectionMode": "ALL"}
        yield {**target, "Filters": list(filters)} if filters else target
        return
    yield from by_arn(resources)


def by_arn(resources: Sequence[Resource], **parameters: str) -> Iterator[Mapping[str, Any]]:
    """Targets for all of these, five at a time."""
    for start in range(0, len(resources), _ARNS):
        yield {
            "ResourceArns": [each.id for each in resources[start : start + _ARNS]],
            **({"Parameters": parameters} if parameters else {}),
            "SelectionMode": "ALL",
        }


def one_of(resources: Sequence[Resource]) -> Mapping[str, Any]:
    """A target: one of these, of the first five."""
    return {
        "ResourceArns": [each.id for each in resources[:_ARNS]],
        "SelectionMode": _SINGLE,
    }


def instance_of_group(group: str) -> Mapping[str, Any]:
    """A target: a running instance of an Auto Scaling group."""
    return {
        "ResourceTags": {"aws:autoscaling:groupName": group},
        "Filters": [_RUNNING],
        "SelectionMode": _SINGLE,
    }


def running_in(zone: str) -> list[Mapping[str, Any]]:
    """Filters for the running instances in a zone."""
    return [_RUNNING, {"Path": "Placement.AvailabilityZone", "Values": [zone]}]


def task_of(cluster: str, service: str, zone: str | None = None) -> Mapping[str, Any]:
    """A target: one task of a service, or all that run in a zone."""
    target: dict[str, Any] = {"Parameters": {"cluster": cluster, "service": service}}
    if zone:
        target["Filters"] = [{"Path": "AvailabilityZone", "Values": [zone]}]
    return {**target, "SelectionMode": "ALL" if zone else _SINGLE}
