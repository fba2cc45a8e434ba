"""A report as a tired on-call engineer reads it in a terminal."""

from typing import TYPE_CHECKING

from rich import box
from rich.table import Table
from rich.text import Text

from seeams.console import plain
from seeams.rendering import words
from seeams.rendering.answers import answered
from seeams.rendering.findings import finding_in_full, list_finding
from seeams.rendering.names import Names
from seeams.rendering.page import SEVERITY_STYLES, Page, badge, columns, counted, joined
from seeams.rendering.premises import disruptions_table, fix_words, given_by_people
from seeams.rendering.thoughts import (
    NOT_IN_LETTERS,
    accept_command,
    details,
    suggestion,
    summary,
)
from state.categories import scenarios
from state.grades import AnswerRow, GapRow, Grade, Term
from state.judgements import AnswerValue, Phase
from state.objectives import spell_duration
from state.report import Report
from tools.grading.targets import targets_of

if TYPE_CHECKING:
    from rich.console import Console

_MOST_APART = 2  # stores that contradict each other
_MOST_GAPS = 12  # lines
_MOST_STRENGTHS = 8
_FEW = 8  # findings that are shown in full
_IN_FULL = 5  # of more than a few
_TITLE, _TIME, _DATA = 27, 21, 21  # widths


def print_report(
    console: "Console",
    report: Report,
    names: Names,
    *,
    store: str | None = None,
    everything: bool = False,
) -> None:
    """The report: what is worst in full, all else in a line; `everything`: all of it in full.

    `store` as it was given on the command line, for what to type next.
    """
    page = Page(console)
    header(page, report)
    letters(page, report)
    summary(page, report)
    ungraded = report.overall.letter is None
    if ungraded:  # what stood in the way comes first
        _gaps(page, report)
    _dependencies(page, report)
    if report.objectives.disruptions:
        page.heading("Disruptions", f"of the policy {plain(report.objectives.policy)}")
        page.show(disruptions_table(report))
    _arithmetic(page, report, names)
    if everything or len(report.findings) <= _FEW:
        _findings(page, report, names)
    else:
        _worst_findings(page, report, names, store)
    _proposals(page, report, names, store)
    _strengths(page, report, everything)
    _questions(page, report, everything)
    if not ungraded:
        _gaps(page, report)
    _savings(page, report)
    details(page, report, names, everything=everything)
    _footer(page, report, store)


def header(page: Page, report: Report) -> None:
    """Which workload, where, against what."""
    about = report.workload
    page.line((plain(about.selector), "bold"), f"   thread {plain(report.thread)}")
    page.line(
        joined(
            (
                f"account {plain(about.account)}",
                plain(", ".join(about.regions)),
                f"read {about.taken_at:%Y-%m-%d %H:%M} UTC",
            )
        )
    )
    page.line(
        joined(
            (
                counted(about.resources, "resource"),
                counted(about.neighbours, "neighbour"),
                counted(about.relations, "relation"),
            )
        )
    )
    page.line(
        (words.objectives_words(report.objectives), "bold"),
        f" · {words.tolerance_words(report.objectives)}",
    )
    for note in report.objectives.notes:
        page.line(f"policy: {plain(note)}", indent=2, hanging=8)
    for fix in report.premises.fixes:
        page.line((f"on paper {fix_words(fix)}", "bold"), hanging=9)
    given = given_by_people(report)
    if given:
        page.line(("given by people", "bold"))
    for line in given:
        page.line(f"- {line}", indent=2, hanging=2)


def letters(page: Page, report: Report) -> None:
    """The overall letter and the five, each with its reason and estimates against targets."""
    page.space()
    page.short(
        " " * 6
        + columns(("", _TITLE), ("recovery / RTO", _TIME), ("data lost / RPO", _DATA), ("sure", 5)),
    )
    grades = list(report.grades.values())
    overall = report.overall
    slowest, lossiest = words.slowest_and_lossiest(grades) if grades else (None, None)
    _row(
        page,
        overall.letter,
        "OVERALL",
        estimates_of(slowest, report)[0] if slowest else "-",
        estimates_of(lossiest, report)[1] if lossiest else "-",
        overall.confidence,
    )
    limiting = [grade.category for grade in grades if grade.letter == overall.letter]
    if overall.letter:
        page.line(f"set by {words.titles_of(limiting)}", indent=6)
    elif len(limiting) == len(grades) > 1:
        page.line("no category could be graded: see what was not read", indent=6)
    else:
        page.line(plain(overall.reason), indent=6)
    for grade in grades:
        _row(
            page,
            grade.letter,
            words.title_of(grade.category),
            *estimates_of(grade, report),
            grade.confidence,
        )
        over = " (over-built: see below)" if grade.over_built else ""
        page.line(plain(grade.reason) + over, indent=6)


def _row(
    page: Page, letter: str | None, title: str, time: str, data: str, confidence: float
) -> None:
    page.short(
        badge(letter),
        "  ",
        (f"{title:<{_TITLE}}", "bold"),
        columns((time, _TIME), (data, _DATA), (words.percent(confidence), 5)),
    )


def estimates_of(grade: Grade, report: Report) -> tuple[str, str]:
    """Estimate against target, for time and for data."""
    time, data = words.estimates_of(grade)
    if grade.letter is None or time == data == "-":
        return time, data
    rto, rpo = report.objectives.rto_seconds, report.objectives.rpo_seconds
    for term in grade.terms:
        known = term.scenario in scenarios()
        targets = targets_of(term.scenario, report.objectives) if known else None
        if targets and term.term == Phase.LOSE:
            rpo = targets.rpo
        elif targets:
            rto = targets.rto
    return f"{time} / {words.short_duration(rto)}", f"{data} / {words.short_duration(rpo)}"


def dependencies_of(report: Report) -> list[str]:
    """Sentences: what recovery waits for, what is missing meanwhile, which stores come apart."""
    overall = report.overall
    said = [each.sentence for each in (overall.critical_path, overall.degraded) if each]
    return said + [gap.sentence for gap in overall.consistency_gaps[:_MOST_APART]]


def _dependencies(page: Page, report: Report) -> None:
    sentences = dependencies_of(report)
    if sentences:
        page.heading("What waits for what")
    for sentence in sentences:
        page.line(f"- {plain(sentence)}", hanging=2)


def _arithmetic(page: Page, report: Report, names: Names) -> None:
    if not report.grades:
        return
    slowest, lossiest = words.slowest_and_lossiest(list(report.grades.values()))
    time = [t for t in slowest.terms if t.term != Phase.LOSE]
    data = [t for t in lossiest.terms if t.term == Phase.LOSE]
    if time or data:
        page.heading("How the worst case adds up")
    _sum(page, "recovery", time, names, words.recovery_of(slowest.rto_seconds))
    _sum(page, "data lost", data, names, words.loss_of(lossiest.rpo_seconds))


def _sum(page: Page, title: str, terms: list[Term], names: Names, total: str) -> None:
    """Terms that add up, so that anybody can check by hand."""
    if not terms:
        return
    page.line(f"When {_scenario(terms[0].scenario)}: {names.of(terms[0].resource)}, {title}")
    table = Table(box=box.SIMPLE_HEAD, show_footer=True, pad_edge=False, padding=(0, 1))
    table.add_column("step", "=")
    table.add_column("takes", total, justify="right", no_wrap=True, footer_style="bold")
    table.add_column("because (from)", "", overflow="fold")
    for term in terms:
        takes = "for ever" if term.seconds is None else spell_duration(term.seconds)
        if term.term == Phase.LOSE:
            takes = words.loss_of(term.seconds)
        why = Text(f"{plain(term.what)} ({plain(term.source)})")
        if term.finding:
            why.append(f" {plain(term.finding)}", "bold red")
        table.add_row(Text(plain(term.term)), takes, why)
    page.show(table, indent=2)


def _scenario(name: str) -> str:
    known = scenarios().get(name)
    return known.text if known else plain(name)


def _findings(page: Page, report: Report, names: Names) -> None:
    """Every finding in full."""
    if not report.findings:
        page.heading("Findings")
        page.line(
            "None in what could be read, which is too little to say that there are none."
            if report.overall.letter is None
            else "None: nothing that was read stands in the way of these objectives."
        )
    number = 0
    for severity, found in words.by_severity(report.findings).items():
        page.heading(f"{severity.capitalize()}", counted(len(found), "finding"))
        for finding in found:
            number += 1
            page.space()
            finding_in_full(page, number, finding, names, report)


def _worst_findings(page: Page, report: Report, names: Names, store: str | None) -> None:
    """Every finding in a line, the first few in full."""
    number = 0
    for severity, found in words.by_severity(report.findings).items():
        page.heading(f"{severity.capitalize()}", counted(len(found), "finding"))
        for finding in found:
            number += 1
            list_finding(
                page, (f"{number:>3}  ", SEVERITY_STYLES[finding.severity]), finding, names
            )
    page.heading("The worst in full", f"{_IN_FULL} of {len(report.findings)}; all of them:")
    page.verbatim(words.show_command(report, store, "--all"), indent=2)
    for place, finding in enumerate(report.findings[:_IN_FULL], 1):
        page.space()
        finding_in_full(page, place, finding, names, report)


def _proposals(page: Page, report: Report, names: Names, store: str | None) -> None:
    """What models found and nobody has accepted, under the ids by which it can be."""
    if not report.proposals:
        return
    page.heading("Proposed", NOT_IN_LETTERS)
    for proposal in report.proposals:
        page.space()
        finding_in_full(page, None, proposal, names, report)
    page.space()
    page.verbatim(accept_command(report, store), ("   # then it counts", "dim"), indent=5)


def _strengths(page: Page, report: Report, everything: bool) -> None:
    if not report.strengths:
        return
    page.heading("What it does well")
    shown = report.strengths if everything else report.strengths[:_MOST_STRENGTHS]
    for strength in shown:
        page.line(f"+ {plain(strength)}", hanging=2)
    if len(report.strengths) > len(shown):
        page.line(f"  and {len(report.strengths) - len(shown)} more")


def _questions(page: Page, report: Report, everything: bool) -> None:
    """Every question and its answer; with `everything`, why, or what a person could attest."""
    if not report.answers:
        return
    page.heading("Questions", "? where no API can show it: a person could attest")
    for category in dict.fromkeys(answer.category for answer in report.answers):
        page.line((words.title_of(category), "bold"))
        for answer in report.answers:
            if answer.category == category:
                _answer(page, answer, everything)
                suggestion(page, report, answer)


def _answer(page: Page, answer: AnswerRow, everything: bool) -> None:
    said = answered(answer)
    style = {True: "green", False: "red", None: _UNDECIDED.get(answer.answer, "")}[said.good]
    page.line(
        (f"{said.word:<7}", f"bold {style}".strip()), plain(answer.question), indent=2, hanging=7
    )
    if not everything:
        return
    if answer.answer is AnswerValue.CANNOT_DETERMINE:
        known = f" ({said.question_id})" if said.question_id else ""
        page.line(f"attest: {plain(answer.attest)}{known}", indent=9)
    elif not said.good:
        page.line(plain(answer.because), indent=9)


_UNDECIDED = {AnswerValue.PARTLY: "magenta"}


def _gaps(page: Page, report: Report) -> None:
    if not report.gaps:
        return
    page.heading("Not read", "unknown is not a pass")
    reasons: dict[tuple[str, str], list[GapRow]] = {}
    for gap in report.gaps:
        shared = _ALLOW_ALL if gap.reason == _DENIED else gap.resolve
        reasons.setdefault((gap.reason, shared), []).append(gap)
    for (reason, shared), gaps in reasons.items():
        page.line((words.phrase(reason), "bold"), f"  {plain(shared)}" if shared else "")
        for gap in gaps[:_MOST_GAPS]:
            page.line(f"- {_gap(gap)}", indent=2, hanging=2)
        if len(gaps) > _MOST_GAPS:
            page.line(f"and {len(gaps) - _MOST_GAPS} more: --json lists them all", indent=4)


_DENIED = "Denied"
_ALLOW_ALL = "allow these; `seeams iam-policy` prints the whole policy"


def _gap(gap: GapRow) -> str:
    allow = gap.resolve.partition(";")[0] if gap.reason == _DENIED else ""
    parts = (
        f"{plain(gap.action)} in {plain(gap.region)}",
        counted(gap.resources, "resource") if gap.resources else "",
        f"bears on {words.titles_of(gap.bears_on)}" if gap.bears_on else "",
        plain(allow) if allow != f"allow {gap.action}" else "",
    )
    return joined(parts)


def _savings(page: Page, report: Report) -> None:
    savings = dict.fromkeys(s for grade in report.grades.values() for s in grade.savings)
    if savings:
        page.heading("Over-built for these objectives", "what could be saved")
        for saving in savings:
            page.line(f"- {plain(saving)}", hanging=2)


def _footer(page: Page, report: Report, store: str | None) -> None:
    page.space()
    page.line(f"{words.usage_words(report.usage)} · checkpoint {plain(report.checkpoint) or '-'}")
    page.line(("Next", "bold"))
    for command, purpose in words.next_commands(report, store):
        page.verbatim(command, (f"   # {purpose}", "dim"), indent=2)
