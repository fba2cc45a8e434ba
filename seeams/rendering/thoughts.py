"""What models added to a report, always told apart from what the rules say."""

import shlex
from collections.abc import Iterable, Iterator, Sequence

from rich import box
from rich.table import Table

from seeams.console import plain
from seeams.rendering import words
from seeams.rendering.names import Names
from seeams.rendering.page import Page, counted
from state.categories import categories
from state.grades import AnswerRow, Finding
from state.judgements import Answer, AnswerValue
from state.report import Report
from state.thinking import Contest, Stop, Summary, Thinking

_MOST_DROPPED = 5  # claims
_SUMMARY = "The summary"
NOT_IN_LETTERS = "found by a model, checked against the account; in no letter until you accept"
SUGGESTED = "a model suggests"
_QUESTIONS = {question.id: question.text for c in categories() for question in c.questions}


def summary(page: Page, report: Report) -> None:
    """A model's words at the head of the report."""
    if report.summary is None or not report.summary.sentences:
        return
    page.heading("Summary", f"written by {plain(report.summary.model)}; the letters are not its")
    page.line(plain(" ".join(report.summary.sentences)))


def found_by(finding: Finding) -> str:
    """Who says so, where it is no rule."""
    if finding.origin == "check":
        return ""
    if finding.status == "PROPOSED":
        return "proposed by a model"
    return f"found by a {plain(finding.origin)}, accepted by a person"


def contests_of(report: Report, finding: Finding) -> Iterator[Contest]:
    """Models' doubts about a finding."""
    for thinking in report.thoughts.values():
        for contest in thinking.contests:
            if contest.check == finding.id and contest.resource in finding.resources:
                yield contest


def suggested(report: Report, row: AnswerRow) -> Answer | None:
    """What a model answers to a question that is still open."""
    thinking = report.thoughts.get(row.category)
    if thinking is None or row.answer is not AnswerValue.CANNOT_DETERMINE:
        return None
    return next((a for a in thinking.answers if a.question == row.question), None)


def suggestion(page: Page, report: Report, row: AnswerRow) -> None:
    """The same in print; it answers nothing."""
    answer = suggested(report, row)
    if answer is not None:
        said = f"{SUGGESTED} {words.phrase(answer.answer.value)}: {plain(answer.because)}"
        page.line((said, "magenta"), indent=9)


def bearable(report: Report) -> int:
    """How many proposals cost less than these objectives mind."""
    shown = {*(each.id for each in report.proposals), *report.premises.accepted}
    every = {each.id for thinking in report.thoughts.values() for each in thinking.proposals}
    return len(every - shown)


def accept_command(report: Report, store: str | None = None) -> str:
    """What to type to accept the first proposal."""
    at = f" --store {shlex.quote(store)}" if store else ""
    first = report.proposals[0].id
    return f"seeams accept --thread {shlex.quote(report.thread)} {first}{at}"


def details(page: Page, report: Report, names: Names, *, everything: bool) -> None:
    """What models did and cost, where they stopped, what of their claims was dropped."""
    looked_up = report.documentation
    if not report.thoughts and report.summary is None and looked_up is None:
        return
    page.heading("Models and documentation", ", ".join(map(plain, models_of(report))))
    rows = list(spending_rows(report))
    if rows:
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1))
        for number, title in enumerate(SPENDING_TITLES):
            table.add_column(title, justify="left" if number < 2 else "right", no_wrap=True)
        for row in rows:
            table.add_row(*row)
        page.show(table)
    for line in detail_lines(report, names, everything=everything):
        page.line(f"- {line}", hanging=2)


SPENDING_TITLES = ("", "ended", "calls", "tokens", "cost", "time")


def models_of(report: Report) -> list[str]:
    """The models that took part."""
    return list(dict.fromkeys(each.model for _, each in _agents(report)))


def spending_rows(report: Report) -> Iterator[tuple[str, ...]]:
    """Cells under `SPENDING_TITLES`, one row per agent."""
    for title, agent in _agents(report):
        proposed = len(agent.proposals) if isinstance(agent, Thinking) else 0
        done = agent.stop is Stop.DONE and proposed
        yield (
            title,
            f"{proposed} proposed" if done else agent.stop.value,
            str(agent.model_calls),
            words.tokens_words(agent.spending),
            words.usd_words(agent.spending),
            f"{agent.seconds:.1f} s",
        )


def detail_lines(report: Report, names: Names, *, everything: bool) -> Iterator[str]:
    """One line for each stop, each trouble, and the claims that were dropped."""
    agents = list(_agents(report))
    yield from _stops(agents)
    for title, agent in agents:
        for trouble in agent.troubles if isinstance(agent, Thinking) else ():
            yield f"{title} {plain(trouble)}"
    if number := bearable(report):
        yield f"{counted(number, 'proposal')} cost less than these objectives mind; --json has all"
    yield from _strange_contests(report, names)
    yield from _dropped(agents, everything=everything)
    yield from _documentation(report)


def _agents(report: Report) -> list[tuple[str, Thinking | Summary]]:
    """Who took part, by title."""
    found: list[tuple[str, Thinking | Summary]] = [
        (category.title, report.thoughts[category.code])
        for category in categories()
        if category.code in report.thoughts
    ]
    return [*found, (_SUMMARY, report.summary)] if report.summary else found


def _stops(agents: Sequence[tuple[str, Thinking | Summary]]) -> Iterator[str]:
    """Why agents ended before they were done, those with the same reason together; what is left."""
    together: dict[str, list[str]] = {}
    for title, agent in agents:
        if agent.stop is not Stop.DONE:
            why = words.outcome_words(agent.stop, 0, agent.detail)
            together.setdefault(why, []).append(title)
    for why, titles in together.items():
        yield f"{', '.join(titles)}: {why}"
    if any(_NO_ACCESS in why for why in together):
        yield _HOW_TO_GET_ACCESS
    thinking = [(title, agent) for title, agent in agents if isinstance(agent, Thinking)]
    stopped = [title for title, agent in thinking if agent.stop is not Stop.DONE]
    if stopped:
        yield f"{', '.join(stopped)}, left undone: {_BEYOND}"
    for title, agent in thinking:
        if agent.undone and title not in stopped:
            questions = " ".join(plain(_QUESTIONS.get(each, each)) for each in agent.undone)
            yield f"{title}, left undone: {questions}"


_BEYOND = "all that lies beyond the rules, whose verdicts and answers stand"
_NO_ACCESS = "AccessDenied"
_HOW_TO_GET_ACCESS = (
    "for access: open the model to this account in that Region, and allow "
    "bedrock:InvokeModel and bedrock:InvokeModelWithResponseStream"
)


def _dropped(
    agents: Iterable[tuple[str, Thinking | Summary]], *, everything: bool
) -> Iterator[str]:
    dropped = [(title, each) for title, agent in agents for each in agent.dropped]
    if not dropped:
        return
    shown = dropped if everything else dropped[:_MOST_DROPPED]
    more = "" if len(dropped) == len(shown) else f"; the first {len(shown)}, --all lists them"
    yield f"{counted(len(dropped), 'claim')} dropped, since nothing bears them out{more}"
    for title, each in shown:
        yield f"dropped of {title}: \u201c{plain(each.claim)}\u201d: {plain(each.why)}"


def _strange_contests(report: Report, names: Names) -> Iterator[str]:
    """Doubts about findings that these objectives do not list."""
    listed = {(f.id, resource) for f in report.findings for resource in f.resources}
    for thinking in report.thoughts.values():
        for each in thinking.contests:
            if (each.check, each.resource) not in listed:
                where = f"{plain(each.check)} on {names.of(each.resource)}"
                yield f"a doubt about {where}: {plain(each.because)}"


def _documentation(report: Report) -> Iterator[str]:
    done = report.documentation
    if done is None:
        return
    servers = f" from {', '.join(map(plain, done.servers))}" if done.servers else ""
    calls = counted(done.calls, "call")
    yield f"documentation: {counted(done.pages, 'page')}{servers}, with {calls}"
    if done.left:
        yield f"{counted(done.left, 'finding')} not looked up for want of time"
    for trouble in done.troubles:
        yield f"documentation: {plain(trouble)}"
