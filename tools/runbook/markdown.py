"""A runbook as Markdown: commands to be copied, and every name of the account as text alone."""

import re
from collections.abc import Callable, Hashable, Iterable
from typing import TypeVar

from jinja2 import Environment, PackageLoader, StrictUndefined

from state.categories import categories, scenarios
from state.judgements import WORKLOAD, Phase
from state.objectives import spell_duration
from state.runbooks import Procedure, Runbook, TimedStep, Timing
from tools.diagram.words import type_words
from tools.markdown import code, text
from tools.runbook.commands import shell
from tools.runbook.sharing import resources_of, sections_of, sections_of_places, timings_of_all

_Key = TypeVar("_Key", bound=Hashable)
_BLANK_LINES = re.compile(r"\n{3,}")
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
        "places": lambda places: " or ".join(map(code, places)),
        "full": lambda resource: _full(runbook, resource, name),
        "takes": lambda seconds: _NEVER if seconds is None else spell_duration(seconds),
        "every": lambda seconds: spell_duration(seconds).removeprefix("1 "),
        "loses": _lost,
        "kind": type_words,
        "timings": timings_of_all,
        "resources": resources_of,
        "comes_back": _comes_back,
        "met": _met,
        "range": _ranged,
        "capitalize_first": lambda words: words[:1].upper() + words[1:],
        "lower_first": lambda words: words[:1].lower() + words[1:],
    }
    numbers: dict[str, list[int]] = {}
    for each in runbook.procedures:
        numbers.setdefault(each.resource, []).append(each.number)

    def numbers_of(resources: Iterable[str]) -> list[int]:
        return [number for each in resources for number in numbers[each]]

    def kind_of(resource: str) -> str:
        known = runbook.resources.get(resource)
        return text(type_words(known.type)) if known else ""

    sections = sections_of(runbook.procedures)
    places = sections_of_places(runbook.places)
    shown = {place for each in places for place in resources_of(each.procedures)}
    settings = [line for each in (*sections, *places) for line in each.settings.values()]
    printed = environment.get_template("runbook.md.j2").render(
        book=runbook,
        titles={each.code: each.title for each in categories()},
        sections=sections,
        set_once={"START_MILLISECONDS", "END_TIME"},
        places=places,
        spared=[each.place for each in runbook.places if each.place not in shown],
        chosen=settings[0].partition("=")[0] if settings else "",
        by_scenario={
            known.text: found
            for name, known in scenarios().items()
            if (found := _by_kind(p for p in runbook.procedures if name in p.scenarios))
        },
        by_kind=lambda wave: _grouped((kind_of(each), each) for each in wave.resources),
        numbers_of=numbers_of,
        unwatched=_grouped(
            ((kind_of(each.resource), each.alarm, each.note), each.resource)
            for each in runbook.unwatched
        ),
        layers=_grouped(
            (
                (
                    kind_of(each.resource),
                    each.indicator,
                    each.wanted,
                    each.by_itself,
                    each.by_person,
                ),
                each.resource,
            )
            for each in runbook.layers
        ),
        heard=[each for each in runbook.watches if each.seconds is not None],
        unheard=[each for each in runbook.watches if each.seconds is None],
    )
    return _BLANK_LINES.sub("\n\n", printed)


def _grouped(pairs: Iterable[tuple[_Key, str]]) -> list[tuple[_Key, list[str]]]:
    """Resources that the same is said of, in the order in which they are first spoken of."""
    found: dict[_Key, list[str]] = {}
    for key, resource in pairs:
        found.setdefault(key, []).append(resource)
    return list(found.items())


def _by_kind(procedures: Iterable[Procedure]) -> list[tuple[str, list[int]]]:
    found: dict[str, dict[int, None]] = {}
    for each in procedures:
        found.setdefault(text(type_words(each.type)), {})[each.number] = None
    return [(kind, list(numbers)) for kind, numbers in found.items()]


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


def _lost(seconds: float | None) -> str:
    if seconds is None:
        return _GONE
    return spell_duration(seconds) if seconds >= 1 else "nothing"


def _comes_back(timing: Timing) -> str:
    """The time as the sum of its terms, and the steps that they are the time of."""
    if timing.rto_seconds is None:
        ends = ", ".join(text(row.what) for row in timing.rows if row.seconds is None)
        return f"**{_NEVER}** ({ends}), unless the checks show one now.{_losing(timing)}"
    if timing.rto_seconds < 1:
        return f"it goes on by itself: act only if it does not.{_losing(timing)}"
    takes = f"**{spell_duration(timing.rto_seconds)}**"
    if all(row.phase == Phase.DETECT for row in timing.rows):
        return f"nobody is told of it for {takes}.{_losing(timing)}"
    said = f"back after {takes}"
    if timing.by_itself:
        return f"{said} by itself: act only if it is not.{_losing(timing)}"
    terms = " + ".join(
        f"{row.phase} {spell_duration(row.seconds)}"
        + (f" ({_steps(row)}{text(row.what)})" if row.phase != Phase.DECIDE else "")
        for row in timing.rows
    )
    return f"{said} = {terms}.{_losing(timing)}"


def _losing(timing: Timing) -> str:
    if timing.rpo_seconds is not None and timing.rpo_seconds < 1:
        return ""
    return f" Data lost: **{_lost(timing.rpo_seconds)}**."


def _steps(row: TimedStep) -> str:
    """Which steps a row is the time of."""
    if not row.actions:
        return "checks: " if row.phase == Phase.DIAGNOSE else ""
    return f"{'step' if len(row.actions) == 1 else 'steps'} {_ranged(row.actions)}: "


def _ranged(numbers: Iterable[int]) -> str:
    """Numbers in a row as a range: `1-3, 5`."""
    found: list[list[int]] = []
    for number in sorted(set(numbers)):
        if found and number == found[-1][-1] + 1:
            found[-1].append(number)
        else:
            found.append([number])
    return ", ".join(f"{n[0]}-{n[-1]}" if len(n) > 1 else f"{n[0]}" for n in found)


def _met(timing: Timing) -> str:
    """Whether the objectives are met, in words."""
    said: list[str] = []
    for what, seconds, allowed in (
        ("RTO", timing.rto_seconds, timing.rto_allowed),
        ("RPO", timing.rpo_seconds, timing.rpo_allowed),
    ):
        if allowed is not None:
            met = seconds is not None and seconds <= allowed
            word = "meets" if met else "**misses**"
            word = word if said else word.replace("m", "M", 1)
            said.append(f"{word} the {what} of {spell_duration(allowed)}")
    return ", ".join(said)
