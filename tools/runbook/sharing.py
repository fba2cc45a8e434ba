"""What a person reads of many procedures: kind by kind, and once what is the same for several."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from state.runbooks import Action, Command, Look, PlaceLost, Procedure, Timing
from tools.runbook.commands import SET_ONCE, wrapped, written
from tools.runbook.declarations import last_part
from tools.runbook.variables import Variables, differing, masked, plainest_first


class Recovery(Protocol):
    """A procedure, or a place that is lost."""

    checks: tuple[Look, ...]
    actions: tuple[Action, ...]
    verification: tuple[Look, ...]
    rollback: tuple[Action, ...]
    never: tuple[str, ...]


@dataclass(frozen=True)
class Printed:
    """A look or a step as it is printed: with its command, or with where that stands already."""

    of: Look | Action
    label: str
    command: str = ""
    again: str = ""  # "Check 1"
    known: bool = False  # what to look at and to expect stands there as well


@dataclass(frozen=True)
class Shared:
    """A procedure for all resources that it is the same for."""

    members: Mapping[str, Any]  # by resource, or by place
    commands: Sequence[str]  # in the order of `commands_of`
    checks: Sequence[Printed]
    actions: Sequence[Printed]
    verification: Sequence[Printed]
    rollback: Sequence[Printed]

    @property
    def one(self) -> Any:
        """Any of them: what is said is the same for all."""
        return next(iter(self.members.values()))


@dataclass(frozen=True)
class Section:
    """The procedures for all resources of a kind."""

    kind: str
    settings: Mapping[str, str]  # resource -> the line of shell that chooses it
    looks: Sequence[Printed]  # what several of its procedures look at
    procedures: Sequence[Shared]


def commands_of(recovery: Recovery) -> list[Command]:
    """Its commands, in the order in which they are printed."""
    parts: list[Look | Action] = [*recovery.checks, *recovery.actions]
    parts += [*recovery.verification, *recovery.rollback]
    return [each.command for each in parts if each.command]


def numbered(procedures: Sequence[Procedure]) -> tuple[Procedure, ...]:
    """The same with their numbers: kind by kind, one number for all that differ by ids alone."""
    kinds: dict[str, dict[object, list[Procedure]]] = {}
    for each in procedures:
        shape = (each.title, each.purpose, _shape(each, last_part(each.resource)))
        kinds.setdefault(each.type, {}).setdefault(shape, []).append(each)
    groups = [group for kind in kinds.values() for group in kind.values()]
    numbers = {id(each): number for number, group in enumerate(groups, 1) for each in group}
    return tuple(each.model_copy(update={"number": numbers[id(each)]}) for each in procedures)


def sections_of(procedures: Iterable[Procedure]) -> list[Section]:
    """Numbered procedures by kind, those with the same number as one."""
    kinds: dict[str, dict[int, dict[str, Recovery]]] = {}
    for each in procedures:
        kinds.setdefault(each.type, {}).setdefault(each.number, {})[each.resource] = each
    taken: set[str] = set()
    return [
        _section(kind, list(groups.values()), last_part, taken) for kind, groups in kinds.items()
    ]


def sections_of_places(places: Iterable[PlaceLost]) -> list[Section]:
    """Zones, then Regions, those that are left in the same way as one.

    Where nothing lies there is nothing to leave.
    """
    alike: dict[tuple[str, object], dict[str, Recovery]] = {}
    for each in places:
        if not each.loss.outages and not each.loss.rides_out and not each.loss.unknown:
            continue
        kind = "Region" if each.place == each.region else "Zone"
        alike.setdefault((kind, _shape(each, each.place)), {})[each.place] = each
    taken: set[str] = set()
    return [_section(kind, [found], str, taken) for (kind, _), found in alike.items()]


def resources_of(procedures: Iterable[Shared]) -> list[str]:
    """All that any of them is for."""
    return list(dict.fromkeys(resource for each in procedures for resource in each.members))


def timings_of_all(procedure: Shared) -> list[tuple[Timing, list[str]]]:
    """Each of its times, and the resources that it is the time of."""
    found: dict[str, tuple[Timing, list[str]]] = {}
    for resource, each in procedure.members.items():
        for timing in each.timings:
            found.setdefault(timing.model_dump_json(), (timing, []))[1].append(resource)
    return list(found.values())


# -- parts ----------------------------------------------------------------------------------------


def _shape(recovery: Recovery, short: str) -> tuple[object, ...]:
    """What has to be equal for two of them to be printed as one."""
    parts: tuple[tuple[Look | Action, ...], ...]
    parts = (recovery.checks, recovery.actions, recovery.verification, recovery.rollback)
    said = tuple(
        tuple((each.model_dump_json(exclude={"command"}), each.command is None) for each in part)
        for part in parts
    )
    commands = tuple(masked(each, short) for each in commands_of(recovery))
    return (said, commands, recovery.never)


def _section(
    kind: str,
    groups: Sequence[Mapping[str, Recovery]],
    short: Callable[[str], str],
    taken: set[str],
) -> Section:
    resources = dict.fromkeys(resource for group in groups for resource in group)
    variables = Variables(kind, {each: short(each) for each in resources}, taken)
    printed = zip(groups, _written(groups, variables), strict=True)
    shared = [_shared(group, commands) for group, commands in printed]
    looks = _common(shared)
    settings = {each: variables.setting(each) for each in resources}
    return Section(
        kind,
        {each: line for each, line in settings.items() if line},
        tuple(looks.values()),
        [_referring(each, looks) for each in shared],
    )


def _written(groups: Sequence[Mapping[str, Recovery]], variables: Variables) -> list[list[str]]:
    """The commands of each group, as a shell reads them."""
    words: list[list[list[str]]] = []
    found, places = [], []
    for number, group in enumerate(groups):
        each_ones = [commands_of(recovery) for recovery in group.values()]
        words.append([written(call) for call in each_ones[0]])
        for place, calls in enumerate(zip(*each_ones, strict=True)):
            for at, option, differ in differing(dict(zip(group, calls, strict=True))):
                found.append((option, differ))
                places.append((number, place, at))
    for index in plainest_first(found):
        number, place, at = places[index]
        words[number][place][at] = variables.fit(*found[index]).shell
    printed = [[wrapped(call) for call in calls] for calls in words]
    several = {
        command
        for group, commands in zip(groups, printed, strict=True)
        if len(group) > 1
        for command in commands
    }
    return [
        _as_others(group, commands, several, variables) if len(group) == 1 else commands
        for group, commands in zip(groups, printed, strict=True)
    ]


def _as_others(
    group: Mapping[str, Recovery], commands: Sequence[str], several: set[str], variables: Variables
) -> list[str]:
    """The commands of one resource: what its looks share with those of others is not told apart.

    A step names its resource: what was chosen last cannot make it strike another.
    """
    ((resource, one),) = group.items()
    looks = {*(each.command.words for each in (*one.checks, *one.verification))}
    found = []
    for call, command in zip(commands_of(one), commands, strict=True):
        alike = wrapped(
            own if own in SET_ONCE.values() else variables.of(resource, word)
            for word, own in zip(call.words, written(call), strict=True)
        )
        found.append(alike if call.words in looks and alike in several else command)
    return found


def _shared(group: Mapping[str, Recovery], commands: Sequence[str]) -> Shared:
    one = next(iter(group.values()))
    left = iter(commands)
    first: dict[str, Printed] = {}

    def printed(parts: Sequence[Look | Action], word: str) -> tuple[Printed, ...]:
        return tuple(one_printed(each, f"{word} {n}") for n, each in enumerate(parts, 1))

    def one_printed(of: Look | Action, label: str) -> Printed:
        if of.command is None:
            return Printed(of, label)
        command = next(left)
        before = first.setdefault(command, Printed(of, label, command))
        if before.label == label:
            return before
        return Printed(of, label, command, before.label, before.of == of)

    return Shared(
        members=group,
        commands=commands,
        checks=printed(one.checks, "Check"),
        actions=printed(one.actions, "Step"),
        verification=printed(one.verification, "Verify"),
        rollback=printed(one.rollback, "Back"),
    )


def _common(procedures: Sequence[Shared]) -> dict[str, Printed]:
    """By their commands the looks that are of several procedures, under letters."""
    users: dict[str, set[int]] = {}
    looks: dict[str, Printed] = {}
    for number, each in enumerate(procedures):
        for look in (*each.checks, *each.verification):
            users.setdefault(look.command, set()).add(number)
            looks.setdefault(look.command, look)
    several = [command for command, numbers in users.items() if len(numbers) > 1]
    return {
        command: replace(looks[command], label=f"Check {_letter(number)}", again="")
        for number, command in enumerate(several)
    }


def _letter(number: int) -> str:
    return chr(ord("A") + number % 26) * (number // 26 + 1)


def _referring(procedure: Shared, looks: Mapping[str, Printed]) -> Shared:
    """The procedure, with the section's looks named instead of written again.

    Its own are counted anew, for those that are named are not among them.
    """
    labels = {
        each.label: f"{word} {number}"
        for word, parts in (("Check", procedure.checks), ("Verify", procedure.verification))
        for number, each in enumerate((p for p in parts if not _is_named(p, looks)), 1)
    }

    def printed(parts: Sequence[Printed]) -> tuple[Printed, ...]:
        return tuple(map(one_printed, parts))

    def one_printed(each: Printed) -> Printed:
        label = labels.get(each.label, each.label)
        if there := looks.get(each.command):
            return replace(each, label=label, again=there.label, known=_alike(each, there))
        return replace(each, label=label, again=labels.get(each.again, each.again))

    return replace(
        procedure,
        checks=printed(procedure.checks),
        actions=printed(procedure.actions),
        verification=printed(procedure.verification),
        rollback=printed(procedure.rollback),
    )


def _is_named(look: Printed, looks: Mapping[str, Printed]) -> bool:
    """Whether it is not printed, for another says all that it does."""
    there = looks.get(look.command)
    return _alike(look, there) if there else look.known


def _alike(look: Printed, there: Printed) -> bool:
    """Whether it is said of the same command as well what to look at, and what to expect."""
    said, known = look.of, there.of
    return (
        isinstance(said, Look)
        and isinstance(known, Look)
        and (said.at, said.expect) == (known.at, known.expect)
    )
