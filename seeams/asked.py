"""From the user's words to what is assessed: selector, objectives, thread."""

import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from state.errors import InvalidObjectives, InvalidSelector, WrongUse

if TYPE_CHECKING:
    from state.limits import Limits
    from state.objectives import Objectives
    from state.premises import Fix
    from state.snapshot import Selector

_EXAMPLE = "for example --rto 24h --rpo 12h"
_QUESTIONS = {"rto": "How long may it be down?", "rpo": "How much data may be lost, as time?"}


def selector_of(
    tags: Sequence[str] | None, stack: str | None, resource_group: str | None
) -> "Selector":
    """The workload that was named.

    Raises:
        InvalidSelector: none was, or in more ways than one, or a tag is no `key=value`.
    """
    from state.snapshot import Selector

    if sum(map(bool, (tags, stack, resource_group))) != 1:
        raise InvalidSelector(
            "name the workload in one way: --tag key=value (several must all match), --stack NAME "
            "or --resource-group NAME"
        )
    pairs: dict[str, str] = {}
    for tag in tags or ():
        key, separator, value = tag.partition("=")
        if not key or not separator:
            raise InvalidSelector(f"{tag!r} is no tag: write --tag key=value")
        if pairs.get(key, value) != value:
            raise InvalidSelector(
                f"no resource has two values of the tag {key!r}: {pairs[key]!r} and {value!r}"
            )
        pairs[key] = value
    return Selector(tags=pairs, stack=stack, resource_group=resource_group)


def thread_of(selector: "Selector") -> str:
    """The default thread of a workload: `workload=food-agent` -> `food-agent`."""
    named = selector.stack or selector.resource_group or "-".join(selector.tags.values())
    slug = re.sub(r"[^\w.-]+", "-", named).strip("-.")
    return slug or re.sub(r"[^\w.-]+", "-", "-".join(selector.tags)).strip("-.") or "workload"


def objectives_of(
    rto: str | None,
    rpo: str | None,
    region_rto: str | None,
    region_rpo: str | None,
    policy: Path | None = None,
) -> "Objectives":
    """The objectives that were given, or are given now if a person is there to be asked.

    An option stands in for what a policy says of the same.

    Raises:
        InvalidDuration, InvalidObjectives: they cannot be understood, or contradict themselves.
        InvalidObjectives: one is missing, and there is nobody to ask.
    """
    from state.objectives import objectives_from, parse_duration

    fields, named = _read(policy), {"rto": rto, "rpo": rpo}
    for text in (rto, rpo, region_rto, region_rpo):
        if text is not None:
            parse_duration(text)  # before anybody is asked
    missing = [n for n, text in named.items() if text is None and f"{n}_seconds" not in fields]
    if missing and not sys.stdin.isatty():
        options = " and ".join(f"--{name}" for name in missing)
        raise InvalidObjectives(f"{options} missing: say what to grade against, {_EXAMPLE}")
    fields |= {f"{name}_seconds": _ask(_QUESTIONS[name]) for name in missing}
    return objectives_from(fields, **named, region_rto=region_rto, region_rpo=region_rpo)


def objectives_instead(
    before: "Objectives",
    rto: str | None,
    rpo: str | None,
    region_rto: str | None,
    region_rpo: str | None,
    policy: Path | None = None,
) -> "Objectives":
    """Other objectives for a what-if; what is not given stays as it was.

    Raises:
        InvalidDuration, InvalidObjectives: they cannot be understood, or contradict themselves.
    """
    from state.objectives import objectives_from

    fields = before.fields
    if policy is not None:  # sets everything anew
        fields = {n: fields[n] for n in ("rto_seconds", "rpo_seconds")} | _read(policy)
    return objectives_from(fields, rto=rto, rpo=rpo, region_rto=region_rto, region_rpo=region_rpo)


def _read(policy: Path | None) -> dict[str, Any]:
    if policy is None:
        return {}
    from seeams.policies import policy_in

    return policy_in(policy)


def durations_of(option: str, text: str | None) -> list[int]:
    """The durations of a list: `15m,1h,24h`; none where nothing was given.

    Raises:
        InvalidDuration: one of them cannot be understood.
        InvalidObjectives: one of them is zero.
    """
    from state.objectives import parse_duration

    found = [parse_duration(part) for part in text.split(",") if part.strip()] if text else []
    if text is not None and not found:
        raise InvalidObjectives(f"{option} names no time: write {option} 15m,1h,24h")
    if 0 in found:
        raise InvalidObjectives(f"{option} 0: no architecture recovers in no time; try 1s")
    return found


def letter_of(letter: str | None, option: str) -> str | None:
    """The letter of an option, as it is spelled.

    Raises:
        WrongUse: there is no such letter.
    """
    if letter is None:
        return None
    from tools.grading.letters import LETTERS

    if letter.upper() not in LETTERS:
        raise WrongUse(f"{letter!r} is no letter: {option} takes {', '.join(LETTERS)}")
    return letter.upper()


def fixes_of(texts: Sequence[str] | None) -> "tuple[Fix, ...]":
    """The fixes of `--fix CHECK[@RESOURCE]`.

    Raises:
        WrongUse: a text names no check.
    """
    from state.premises import Fix

    return tuple(Fix.written(text) for text in texts or ())


def limits_of(text: str | None) -> "Limits":
    """The limits of `--budget usd=1,tokens=200k,calls=60,seconds=300`; the others stay as they are.

    Raises:
        WrongUse: a limit is not known, or its value is no number above zero.
    """
    from dataclasses import replace

    from state.limits import Limits

    given: dict[str, Any] = {}
    for part in (text or "").split(","):
        name, equals, amount = (each.strip().lower() for each in part.partition("="))
        if not name and not equals:
            continue
        if name not in _LIMITS or not equals:
            raise WrongUse(
                f"--budget {part.strip()!r} is no limit: write "
                f"{', '.join(f'{each}=...' for each in _LIMITS)}, for example {_BUDGET_EXAMPLE}"
            )
        number = _number(amount)
        if number is None or (name != "usd" and number < 1):
            raise WrongUse(
                f"--budget {name}={amount}: {amount!r} is no number above zero, for example "
                f"{_BUDGET_EXAMPLE}"
            )
        given[_LIMITS[name]] = number if name in ("usd", "seconds") else int(number)
    return replace(Limits(), **given)


_LIMITS = {
    "usd": "usd",
    "tokens": "tokens",
    "calls": "model_calls",
    "seconds": "seconds",
    "steps": "steps",
}
_BUDGET_EXAMPLE = "--budget usd=1,tokens=200k,seconds=300"
_NUMBER = re.compile(r"(\d+(?:\.\d+)?|\.\d+)([km]?)")
_TIMES = {"": 1, "k": 1_000, "m": 1_000_000}


def _number(text: str) -> float | None:
    """A number above zero, `200k` and `1.5m` too; None if it is none."""
    found = _NUMBER.fullmatch(text)
    return float(found[1]) * _TIMES[found[2]] or None if found else None


def yes(question: str) -> bool:
    """Ask on stderr; anything but a yes is a no."""
    sys.stderr.write(f"{question} [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _ask(question: str) -> int:
    """Ask on stderr until the answer is a duration: stdout is the result's alone."""
    import typer

    from state.errors import InvalidDuration
    from state.objectives import parse_duration

    while True:
        sys.stderr.write(f"{question} (24h, 30 min, PT2H): ")
        sys.stderr.flush()
        answer = sys.stdin.readline()
        if not answer:  # Ctrl-D
            raise typer.Abort
        try:
            return parse_duration(answer.strip())
        except InvalidDuration as error:
            sys.stderr.write(f"{error}\n")
