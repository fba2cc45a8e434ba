"""A runbook as Markdown: commands to be copied, and every name of the account as text alone."""

from collections.abc import Callable, Iterable

from jinja2 import Environment, PackageLoader, StrictUndefined

from state.categories import categories, scenarios
from state.judgements import WORKLOAD
from state.objectives import spell_duration
from state.runbooks import Runbook, TimedStep, Timing
from tools.diagram.words import type_words
from tools.markdown import code, text
from tools.runbook.commands import shell

_NEVER, _GONE = "no way back", "all of it"


def as_markdown(runbook: Runbook) -> str:
    """The whole document."""
    environment = Environment(
        loader=PackageLoader("tools", "runbook"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # escaping is Markdown's, by the filters below
    )
    name = _namer(runbook)
    environment.filters |= {
        "text": text,
        "code": code,
        "sh": shell,
        "name": name,
        "names": lambda resources: ", ".join(map(name, resources)),
        "full": lambda resource: _full(runbook, resource, name),
        "takes": lambda seconds: _NEVER if seconds is None else spell_duration(seconds),
        "loses": lambda seconds: _GONE if seconds is None else spell_duration(seconds),
        "kind": type_words,
        "steps": _steps,
        "met": _met,
        "range": _ranged,
        "capitalize_first": lambda words: words[:1].upper() + words[1:],
    }
    return environment.get_template("runbook.md.j2").render(
        book=runbook,
        titles={each.code: each.title for each in categories()},
        by_scenario={
            known.text: found
            for name, known in scenarios().items()
            if (found := [each for each in runbook.procedures if name in each.scenarios])
        },
        procedures_of={
            resource: [each for each in runbook.procedures if each.resource == resource]
            for wave in runbook.waves
            for resource in wave.resources
        },
        heard=[each for each in runbook.watches if each.seconds is not None],
        unheard=[each for each in runbook.watches if each.seconds is None],
    )


def _namer(runbook: Runbook) -> Callable[[str], str]:
    def name(resource: str) -> str:
        if resource == WORKLOAD:
            return "the workload as a whole"
        known = runbook.resources.get(resource)
        return code(known.name if known and known.name else resource)

    return name


def _full(runbook: Runbook, resource: str, name: Callable[[str], str]) -> str:
    """The name and what it is."""
    known = runbook.resources.get(resource)
    return f"{name(resource)} ({text(type_words(known.type))})" if known else name(resource)


def _steps(row: TimedStep) -> str:
    """Which steps a row is the time of."""
    if not row.actions:
        return ""
    word = "step" if len(row.actions) == 1 else "steps"
    return f" ({word} {_ranged(row.actions)})"


def _ranged(numbers: Iterable[int]) -> str:
    """Numbers in a row as a range: `1-3, 5`."""
    found: list[list[int]] = []
    for number in sorted(numbers):
        if found and number == found[-1][-1] + 1:
            found[-1].append(number)
        else:
            found.append([number])
    return ", ".join(f"{n[0]}-{n[-1]}" if len(n) > 1 else f"{n[0]}" for n in found)


def _met(timing: Timing) -> str:
    """Whether the objectives are met, in words."""
    said = []
    for what, seconds, allowed in (
        ("RTO", timing.rto_seconds, timing.rto_allowed),
        ("RPO", timing.rpo_seconds, timing.rpo_allowed),
    ):
        if allowed is not None:
            met = seconds is not None and seconds <= allowed
            word = "meets" if met else "**misses**"
            said.append(f"{word} the {what} of {spell_duration(allowed)}")
    return ", ".join(said)
