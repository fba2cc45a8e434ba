"""The cheapest way to a letter: what to do, in which order, what each step moves."""

import shlex
from collections.abc import Iterable
from typing import TYPE_CHECKING

from rich import box
from rich.table import Table
from rich.text import Text

from seeams.console import plain
from seeams.rendering import words
from seeams.rendering.names import Names
from seeams.rendering.page import Page, badge, counted, joined
from seeams.rendering.premises import fix_words
from state.judgements import Cost, Effort
from state.objectives import Objectives
from state.plans import Move, Plan, PlanStep, Unreached
from state.report import Report

if TYPE_CHECKING:
    from rich.console import Console

OVERALL = "OVERALL"
_EFFORT = {
    Effort.MINUTES: "minutes",
    Effort.HOURS: "hours",
    Effort.DAYS: "days",
    Effort.WEEKS: "weeks",
}
_COST = {
    Cost.FREE: "no cost",
    Cost.LITTLE: "little cost",
    Cost.SOME: "some cost",
    Cost.MUCH: "much cost",
}
_MOST_RESOURCES = 3
_MOST_OBSTACLES = 3


def print_plan(
    console: "Console", plan: Plan, after: Report, names: Names, *, store: str | None = None
) -> None:
    """The plan, and what it cannot reach; `after` is the report with all of it on paper."""
    page = Page(console)
    page.line((plain(after.workload.selector), "bold"), f"   thread {plain(after.thread)}")
    page.line(words.objectives_words(plan.objectives), f" · wanted: {plan.target} everywhere")
    for fix in after.premises.fixes:
        if fix not in plan.fixes:  # given beside the plan
            page.line(f"on paper {fix_words(fix, names)}", hanging=9)
    page.space()
    page.line((_verdict(plan), "bold"))
    page.line(_how(plan))
    page.space()
    page.show(_letters(plan))
    if plan.steps:
        page.heading("What to do", "least effort first; effort and cost are for one resource")
    for number, step in enumerate(plan.steps, 1):
        _step(page, number, step, names)
    if plan.unreached:
        page.heading("What no fix reaches", f"below {plan.target} with every fix made")
    for each in plan.unreached:
        _unreached(page, each, plan.objectives)
    _next(page, plan, after, names, store)


# -- parts ----------------------------------------------------------------------------------------


def _verdict(plan: Plan) -> str:
    if not plan.steps:
        if plan.reached:
            return f"Nothing to do: every category is {plan.target} or better."
        return "No fix brings it any nearer."
    fixes = counted(len(plan.steps), "step")
    if plan.reached:
        return f"{fixes} to {plan.target} in every category, {_work(plan.minutes)} of work."
    return (
        f"{fixes} as near to {plan.target} as fixes come, {_work(plan.minutes)} of work; "
        f"{_categories(len(plan.unreached))} short of it."
    )


def _categories(number: int) -> str:
    return "one category is" if number == 1 else f"{number} categories are"


def _work(minutes: int) -> str:
    """Working time, roughly: a day has eight hours."""
    for size, unit in ((5 * 8 * 60, "week"), (8 * 60, "day"), (60, "hour")):
        if minutes >= size:
            return f"about {counted(round(minutes / size), unit)}"
    return f"about {counted(minutes, 'minute')}"


def _how(plan: Plan) -> str:
    if not plan.steps:
        return f"There are {plan.considered or 'no'} fixes to choose from on paper."
    sure = (
        "there is no cheaper way"
        if plan.exact
        else "found greedily: there may be a cheaper way, but no step can be left out"
    )
    return (
        f"Chosen from {plan.considered} fixes of single resources; {sure}. Checked by judging and "
        "grading again with all of it on paper."
    )


def _letters(plan: Plan) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1))
    for title in ("", "now", "then"):
        table.add_column(title, no_wrap=bool(title))
    for code, letter in plan.after.items():
        if code != OVERALL:
            table.add_row(words.title_of(code), badge(plan.before[code]), badge(letter))
    table.add_section()
    table.add_row(Text("Overall", "bold"), badge(plan.before[OVERALL]), badge(plan.after[OVERALL]))
    return table


def _step(page: Page, number: int, step: PlanStep, names: Names) -> None:
    page.line((f"{number:>3}  ", "bold"), (plain(_first_clause(step)), "bold"), hanging=5)
    page.line(
        joined(
            (names.some(step.resources, _MOST_RESOURCES), _EFFORT[step.effort], _COST[step.cost])
        ),
        indent=5,
    )
    page.line(f"{plain(step.check)}: {plain(step.title)}", indent=5, hanging=2)
    if step.moves:
        page.line(f"without it  {', '.join(map(_move, step.moves))}", indent=5, hanging=12)


def _first_clause(step: PlanStep) -> str:
    return words.first_clause(step.recommendation)


def _move(move: Move) -> str:
    return f"{words.title_of(move.category)} gets no better than {move.without or '?'}"


def _unreached(page: Page, each: Unreached, objectives: Objectives) -> None:
    page.line(badge(each.letter), "  ", (words.title_of(each.category), "bold"))
    for obstacle in each.obstacles[:_MOST_OBSTACLES]:
        more = len(obstacle.resources) - 1
        others = f" (and {counted(more, 'more resource')})" if more > 0 else ""
        page.line(f"- {plain(obstacle.because)}{others}", indent=6, hanging=2)
    if len(each.obstacles) > _MOST_OBSTACLES:
        page.line(f"- and {len(each.obstacles) - _MOST_OBSTACLES} more", indent=6)
    if each.would_do is not None:
        wanted = ", ".join(_loosened(objectives, each.would_do))
        page.line((f"reached at {wanted}", "bold"), indent=6, hanging=2)


def _loosened(objectives: Objectives, would_do: Objectives) -> Iterable[str]:
    for field, name in (
        ("rto_seconds", "RTO"),
        ("rpo_seconds", "RPO"),
        ("region_rto_seconds", "an RTO for the loss of a Region of"),
        ("region_rpo_seconds", "an RPO for the loss of a Region of"),
    ):
        value = getattr(would_do, field)
        if value is not None and value != getattr(objectives, field):
            yield f"{name} {words.short_duration_up(value)}"


def _next(page: Page, plan: Plan, after: Report, names: Names, store: str | None) -> None:
    page.space()
    page.line(f"{words.usage_words(after.usage)} · checkpoint {plain(after.checkpoint) or '-'}")
    page.line(("Next", "bold"))
    if plan.steps:
        shown = words.show_command(after, store, f"--checkpoint {after.checkpoint}")
        page.verbatim(shown, ("   # the whole report with all of it on paper", "dim"), indent=2)
        first = plan.steps[0]
        resource = "" if first.everywhere else f"@{names.of(first.resources[0])}"
        at = f" --store {shlex.quote(store)}" if store else ""
        page.verbatim(
            f"seeams what-if --thread {shlex.quote(after.thread)} "
            f"{words.objectives_options(plan.objectives)} --fix "
            f"{shlex.quote(first.check + resource)}{at}",
            ("   # one step alone", "dim"),
            indent=2,
        )
    else:
        page.verbatim(words.show_command(after, store, "--all"), indent=2)
