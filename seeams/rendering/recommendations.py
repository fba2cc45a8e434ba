"""What to do first: on a terminal, and as Markdown."""

import shlex
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.syntax import Syntax
from rich.text import Text

from seeams.console import plain
from seeams.rendering import words
from seeams.rendering.names import Names
from seeams.rendering.page import SEVERITY_STYLES, Page, joined
from state.judgements import Cost, Effort, Layer
from state.recommendations import How, LetterMove, Recommendation, Recommended, Source, Way
from state.report import Report
from tools.markdown import link, text

if TYPE_CHECKING:
    from rich.console import Console

_EFFORT = {each: f"{each.value} of work" for each in Effort}
_COST = {
    Cost.FREE: "no cost",
    Cost.LITTLE: "little cost (up to 10 USD a month)",
    Cost.SOME: "some cost (a share of what it costs today)",
    Cost.MUCH: "much cost (as much again as it costs today)",
}
_LAYER = {
    Layer.HIGH_AVAILABILITY: "high availability",
    Layer.DISASTER_RECOVERY: "disaster recovery",
    Layer.CONTINUOUS_IMPROVEMENT: "continuous improvement",
}
_SOURCE = {
    Source.BEARABLE: "these objectives can bear it",
    Source.PRACTICE: "good practice, not yet followed here",
    Source.GENERAL: "good practice; no API shows whether it is followed",
}
_WAYS = {
    Way.CONSOLE: ("Console", ""),
    Way.CLI: ("AWS CLI", "bash"),
    Way.CLOUDFORMATION: ("CloudFormation", "yaml"),
    Way.TERRAFORM: ("Terraform", "terraform"),
}
_FRAGMENTS = (
    "CloudFormation and Terraform show what to change or add; the rest of each declaration stays "
    "as it is."
)
_MOST_RESOURCES = 4
_THEME = "ansi_dark"  # the terminal's own colours, and no background


def print_recommendations(
    console: "Console",
    found: Recommended,
    report: Report,
    names: Names,
    *,
    store: str | None = None,
) -> None:
    """All of them, with how they are carried out."""
    page = Page(console)
    page.line((plain(report.workload.selector), "bold"), f"   thread {plain(report.thread)}")
    page.line(words.objectives_words(report.objectives))
    page.space()
    page.line((_heading(found), "bold"))
    if found.note:
        page.line(plain(found.note))
    for number, each in enumerate(found.recommendations, 1):
        page.space()
        _one(page, number, each, names)
    if _is_declared(found):
        page.space()
        page.line((_FRAGMENTS, "dim"))
    fix = next((fix for each in found.recommendations for fix in each.fixes), None)
    if fix:
        at = f" --store {shlex.quote(store)}" if store else ""
        page.space()
        page.line(("Next", "bold"))
        page.verbatim(
            f"seeams what-if --thread {shlex.quote(report.thread)} --fix {shlex.quote(fix)}{at}",
            ("   # the first of them on paper", "dim"),
            indent=2,
        )


def as_markdown(found: Recommended, report: Report, names: Names) -> str:
    """All of them, for a pull request or a ticket."""
    lines = [
        f"# {text(_heading(found))}",
        "",
        f"{text(report.workload.selector)}, {text(words.objectives_words(report.objectives))}",
    ]
    if found.note:
        lines += ["", text(found.note)]
    for number, each in enumerate(found.recommendations, 1):
        lines += ["", *_markdown(number, each, names)]
    if _is_declared(found):
        lines += ["", _FRAGMENTS]
    return "\n".join(lines) + "\n"


# -- parts ----------------------------------------------------------------------------------------


def _is_declared(found: Recommended) -> bool:
    return any(each.how.cloudformation or each.how.terraform for each in found.recommendations)


def _heading(found: Recommended) -> str:
    number = len(found.recommendations)
    first = "The first thing" if number == 1 else f"The first {number} things"
    on = "" if found.topic == "everything" else f" about {plain(found.topic)}"
    return f"{first} to do{on}"


def _one(page: Page, number: int, each: Recommendation, names: Names) -> None:
    page.line((f"{number:>2}  ", "bold"), (_plain_title(each), "bold underline"), hanging=4)
    lead = _standing(each)
    page.line(*lead, indent=4)
    page.line(plain(each.why).replace("`", ""), indent=4)
    if each.letters is not None:
        page.line("Letters: ", _moves(each.letters), indent=4, hanging=9)
    if len(each.resources) > 1:
        page.line(
            f"The same for: {names.some(each.resources[1:], _MOST_RESOURCES)}", indent=4, hanging=14
        )
    page.verbatim(f"{plain(each.documentation.url)}", indent=4)
    for way, (title, language) in _WAYS.items():
        content = getattr(each.how, way)
        if not content:
            continue
        page.space()
        if way is Way.CONSOLE:
            page.line((f"{title}: ", "bold"), plain(content), indent=4, hanging=9)
        else:
            page.line((title, "bold"), indent=4)
            _snippet(page, content, language)
    for reason, titles in _without(each.how).items():
        page.space()
        page.line((f"No {_either(titles)}: {plain(reason)}", "dim"), indent=4, hanging=2)
    if each.how.placeholders:
        page.space()
        page.line(f"Put in yourself: {', '.join(each.how.placeholders)}", indent=4, hanging=17)


def _without(how: How) -> dict[str, list[str]]:
    """Why some ways make no sense, and which."""
    reasons: dict[str, list[str]] = {}
    for way, reason in how.none.items():
        reasons.setdefault(reason, []).append(_WAYS[way][0])
    return reasons


def _either(titles: list[str]) -> str:
    """`AWS CLI, CloudFormation or Terraform`."""
    *others, last = titles
    return f"{', '.join(others)} or {last}" if others else last


def _snippet(page: Page, content: str, language: str) -> None:
    """From the first column, unbroken and without a frame: to be copied as it stands."""
    shown = Syntax("", language, theme=_THEME).highlight(plain(content, keep="\n"))
    shown.rstrip()
    for line in shown.split("\n"):
        page.verbatim(line)


def _standing(each: Recommendation) -> Iterator[str | tuple[str, str] | Text]:
    if each.severity:
        yield each.severity.value, SEVERITY_STYLES[each.severity.value]
        yield " · "
    yield joined(
        (_EFFORT[each.effort], _COST[each.cost], _LAYER[each.layer], _SOURCE.get(each.source, ""))
    )


def _plain_title(each: Recommendation) -> str:
    return plain(each.title).replace("`", "")


def _moves(moves: tuple[LetterMove, ...]) -> str:
    if not moves:
        return "by itself it moves none"
    return ", ".join(
        f"{_title(move.category)} {move.before or '?'} -> {move.after or '?'}" for move in moves
    )


def _title(code: str) -> str:
    return "overall" if code == "OVERALL" else words.title_of(code).lower()


def _markdown(number: int, each: Recommendation, names: Names) -> Iterator[str]:
    yield f"## {number}. {text(_plain_title(each))}"
    yield ""
    severity = f"**{each.severity.value}**" if each.severity else ""
    yield joined(
        (
            severity,
            _EFFORT[each.effort],
            _COST[each.cost],
            _LAYER[each.layer],
            _SOURCE.get(each.source, ""),
        )
    )
    yield ""
    yield text(each.why.replace("`", ""))
    if each.letters is not None:
        yield ""
        yield f"Letters: {_moves(each.letters)}."
    if len(each.resources) > 1:
        yield ""
        yield f"The same for: {text(names.some(each.resources[1:], _MOST_RESOURCES))}."
    yield from _ways(each.how)
    yield ""
    page = each.documentation
    yield f"[{text(page.title)}]({link(page.url)})"


def _ways(how: How) -> Iterator[str]:
    for way, (title, language) in _WAYS.items():
        content = plain(getattr(how, way), keep="\n")
        if not content:
            continue
        yield ""
        if way is Way.CONSOLE:
            yield f"**{title}**: {text(how.console)}"
        else:
            fence = "`" * max(3, _longest_run(content) + 1)
            yield f"**{title}**"
            yield ""
            yield f"{fence}{'hcl' if way is Way.TERRAFORM else language}"
            yield content
            yield fence
    for reason, titles in _without(how).items():
        yield ""
        yield f"No {_either(titles)}: {text(reason)}."
    if how.placeholders:
        yield ""
        yield f"Put in yourself: {', '.join(text(each) for each in how.placeholders)}"


def _longest_run(content: str) -> int:
    """Of backquotes: a fence must be longer."""
    longest = run = 0
    for character in content:
        run = run + 1 if character == "`" else 0
        longest = max(longest, run)
    return longest
