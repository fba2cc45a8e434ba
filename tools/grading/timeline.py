"""Who waits for whom when something is down: what stops, what goes on with less, and until when."""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from state.snapshot import Resource
from tools.grading.composition import ROLE, Use
from tools.grading.placement import SUBNET

ROUTE_TABLE, VPC = "AWS::EC2::RouteTable", "AWS::EC2::VPC"
# What runs goes on without them; only a replacement cannot start.
_NEEDED_TO_START = frozenset(
    ("AWS::EC2::Image", "AWS::EC2::LaunchTemplate", "AWS::ECS::TaskDefinition")
)


@dataclass(frozen=True)
class Wait:
    """Until when a resource waits, for which of those that are down, and over which it uses."""

    seconds: float  # since the loss; infinity: for ever
    root: str
    via: str


@dataclass(frozen=True)
class Timeline:
    """What stops, what goes on with less, which subnets have no way out, and what is open.

    `open_`: what cannot be back before something of which no more is known.
    """

    stops: Mapping[str, Wait]
    degraded: Mapping[str, Wait]
    cut_off: Mapping[str, Wait]
    open_: frozenset[str]


def timeline(
    down: Mapping[str, float],
    open_: Iterable[str],
    found: Sequence[Use],
    resources: Mapping[str, Resource],
) -> Timeline:
    """The timeline of a loss, in time linear in the uses (and n log n in what is down).

    The longest wait of a resource counts, so one more thing that is down never shortens any.

    Args:
        down: seconds until each is back by itself; infinity: never.
        open_: those that are down for a time that is not known.
        found: what uses what, in order (`composition.uses`).
        resources: by id, as far as the uses speak of them.
    """
    hard, soft = _users(found, resources)
    roots = sorted(down, key=lambda each: (-down[each], each))
    waits: dict[str, Wait] = {}
    for root in roots:
        if root not in waits:
            waits[root] = Wait(down[root], root, root)
            _spread(root, waits, hard)
    unknown: dict[str, Wait] = {}
    for root in sorted(open_):
        if root not in unknown:
            unknown[root] = Wait(0.0, root, root)
            _spread(root, unknown, hard)
    every = {**unknown, **waits}
    degraded: dict[str, Wait] = {}
    for used in sorted(every, key=lambda each: (-every[each].seconds, each)):
        wait = every[used]
        for user in soft.get(used, ()):
            if user not in every:
                degraded.setdefault(user, Wait(wait.seconds, wait.root, used))
    subnets = {each for each in every if _type(each, resources) == SUBNET}
    return Timeline(
        stops={each: wait for each, wait in every.items() if each not in subnets},
        degraded=degraded,
        cut_off={each: every[each] for each in subnets},
        open_=frozenset(unknown),
    )


# -- parts ----------------------------------------------------------------------------------------

_Users = Mapping[str, Sequence[str]]


def _spread(root: str, waits: dict[str, Wait], hard: _Users) -> None:
    """All that cannot do without the root waits as long as it does, unless it waits longer."""
    seconds = waits[root].seconds
    left = deque([root])
    while left:
        used = left.popleft()
        for user in hard.get(used, ()):
            if user not in waits:
                waits[user] = Wait(seconds, root, used)
                left.append(user)


def _users(found: Sequence[Use], resources: Mapping[str, Resource]) -> tuple[_Users, _Users]:
    """Users by what they cannot do without, and by what they can."""
    hard: dict[str, list[str]] = {}
    soft: dict[str, list[str]] = {}
    seen = _seen_to_use(found, resources)
    for use in found:
        user, used = _type(use.user, resources), _type(use.used, resources)
        if used == SUBNET or (user == VPC and used == ROUTE_TABLE):
            continue  # to be without a way out is not to be down; where it lies is said by facts
        if user == ROLE and use.used in seen.get(use.user, ()):
            continue  # one role of several users, and another is seen to be the one
        starts_with = used in _NEEDED_TO_START
        (hard if use.hard and not starts_with else soft).setdefault(use.used, []).append(use.user)
    return hard, soft


def _seen_to_use(found: Sequence[Use], resources: Mapping[str, Resource]) -> Mapping[str, set[str]]:
    """Role -> all that somebody who acts as it is seen to use."""
    roles: dict[str, list[str]] = {}
    for use in found:
        if _type(use.used, resources) == ROLE:
            roles.setdefault(use.user, []).append(use.used)
    seen: dict[str, set[str]] = {}
    for use in found:
        for role in roles.get(use.user, ()):
            seen.setdefault(role, set()).add(use.used)
    return seen


def _type(identity: str, resources: Mapping[str, Resource]) -> str:
    known = resources.get(identity)
    return known.type if known else ""
