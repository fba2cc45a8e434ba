"""From the user's words to what is assessed: selector, objectives, thread."""

import re
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from state.errors import InvalidObjectives, InvalidSelector, WrongUse

if TYPE_CHECKING:
    from state.objectives import Objectives
    from state.snapshot import Selector

_EXAMPLE = "for example --rto 24h --rpo 12h"


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
    rto: str | None, rpo: str | None, region_rto: str | None, region_rpo: str | None
) -> "Objectives":
    """The objectives that were given, or are given now if a person is there to be asked.

    Raises:
        InvalidDuration, InvalidObjectives: they cannot be understood, or contradict themselves.
        InvalidObjectives: one is missing, and there is nobody to ask.
    """
    from state.objectives import Objectives, parse_duration

    asking = sys.stdin.isatty()
    if (rto is None or rpo is None) and not asking:
        missing = " and ".join(
            name for name, given in (("--rto", rto), ("--rpo", rpo)) if given is None
        )
        raise InvalidObjectives(f"{missing} missing: say what to grade against, {_EXAMPLE}")
    return Objectives(
        rto_seconds=parse_duration(rto) if rto is not None else _ask("How long may it be down?"),
        rpo_seconds=parse_duration(rpo)
        if rpo is not None
        else _ask("How much data may be lost, as time?"),
        region_rto_seconds=None if region_rto is None else parse_duration(region_rto),
        region_rpo_seconds=None if region_rpo is None else parse_duration(region_rpo),
    )


def objectives_instead(
    before: "Objectives",
    rto: str | None,
    rpo: str | None,
    region_rto: str | None,
    region_rpo: str | None,
) -> "Objectives":
    """Other objectives for a what-if; what is not given stays as it was.

    Raises:
        WrongUse: nothing was given.
        InvalidDuration, InvalidObjectives: they cannot be understood, or contradict themselves.
    """
    from state.objectives import Objectives, parse_duration

    if not any((rto, rpo, region_rto, region_rpo)):
        raise WrongUse("what if what? Say --rto or --rpo, for example --rto 2h --rpo 30m")
    given = {
        "rto_seconds": rto,
        "rpo_seconds": rpo,
        "region_rto_seconds": region_rto,
        "region_rpo_seconds": region_rpo,
    }
    changed = {name: parse_duration(text) for name, text in given.items() if text is not None}
    return Objectives(**{**before.model_dump(exclude={"tolerance"}), **changed})


def lowest_letter(letter: str | None) -> str | None:
    """The letter of `--fail-under`, as it is spelled.

    Raises:
        WrongUse: there is no such letter.
    """
    if letter is None:
        return None
    from tools.grading.letters import LETTERS

    if letter.upper() not in LETTERS:
        raise WrongUse(f"{letter!r} is no letter: --fail-under takes {', '.join(LETTERS)}")
    return letter.upper()


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
