"""Two results, side by side: a what-if and what it was asked of, or any two that are stored."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from rich import box
from rich.table import Table
from rich.text import Text

from seeams.console import plain
from seeams.rendering import differences, words
from seeams.rendering.findings import list_finding
from seeams.rendering.names import Names
from seeams.rendering.page import SEVERITY_STYLES, WIDE, Page, badge, joined
from seeams.rendering.premises import disruptions_table, fix_words, proposal_words
from state.comparisons import OVERALL, Comparison, FindingMove, LetterMove
from state.grades import Grade, Severity
from state.report import Report
from tools.grading.comparing import compare
from tools.grading.letters import as_number

if TYPE_CHECKING:
    from rich.console import Console

_SEVERITIES = tuple(Severity)


def print_comparison(
    console: "Console",
    before: Report,
    after: Report,
    names: Names,
    *,
    store: str | None = None,
    comparison: Comparison | None = None,
) -> None:
    """Letters before and after, what moved them, and the findings that moved.

    `comparison` of any two results, with what they rest on; without it, `after` is a what-if asked
    of `before`.
    """
    page = Page(console)
    page.line((plain(after.workload.selector), "bold"), f"   thread {plain(after.thread)}")
    if comparison is None:
        _what_if(page, before, after, names, store)
    else:
        _any_two(page, before, after, comparison, names)


def _what_if(page: Page, before: Report, after: Report, names: Names, store: str | None) -> None:
    moves = compare(before, after)
    _asked(page, before, after, moves, names)
    _letters(page, moves, after)
    _why(page, after.grades.values())
    differences.drift(page, moves.letters)
    _findings(page, moves.findings, before, after, names)
    differences.gaps(page, moves)
    _next(page, after, store)


def _any_two(
    page: Page, before: Report, after: Report, comparison: Comparison, names: Names
) -> None:
    page.line("earlier ", _stored(before, after))
    page.line("later   ", _stored(after, before))
    differences.contexts(page, comparison)
    if comparison.nothing_changed:
        page.space()
        page.line(("Nothing changed.", "bold"))
    _letters(page, comparison, after)
    differences.facts(page, comparison, names)
    differences.drift(page, comparison.letters)
    _findings(page, comparison.findings, before, after, names)
    differences.resources(page, comparison, names)
    differences.gaps(page, comparison)


def _asked(page: Page, before: Report, after: Report, moves: Comparison, names: Names) -> None:
    """What if what: other objectives, defects mended on paper, people's figures and words."""
    accepted = [each for each in after.premises.accepted if each not in before.premises.accepted]
    page.line("before   ", _against(before))
    page.line(("after    " if accepted else "what if  ", "bold"), _against(after))
    for proposal in accepted:
        page.line(f"accepted {proposal_words(proposal, after)}", hanging=9)
    for fix in after.premises.fixes:
        page.line(f"on paper {fix_words(fix, names)}", hanging=9)
    for premise in moves.premises:
        if premise.kind not in ("fix", "proposal"):
            page.line(differences.premise_words(premise), indent=9, hanging=2)
    if after.objectives != before.objectives:
        for note in after.objectives.notes:
            page.line(f"policy: {plain(note)}", indent=9, hanging=8)


def _against(report: Report) -> str:
    objectives = report.objectives
    return joined((words.objectives_words(objectives), words.tolerance_words(objectives)))


def _stored(report: Report, other: Report) -> str:
    """Which result it is: when the account was read, against what, where it is kept."""
    thread = f"thread {plain(report.thread)}" if report.thread != other.thread else ""
    return joined(
        (
            f"read {report.workload.taken_at:%Y-%m-%d %H:%M} UTC",
            words.objectives_words(report.objectives),
            thread,
            f"checkpoint {plain(report.checkpoint)}",
        )
    )


def _letters(page: Page, comparison: Comparison, after: Report) -> None:
    page.space()
    page.show(_table(comparison.letters, after, wide=page.console.width >= WIDE))
    if after.objectives.disruptions:
        page.heading("Disruptions", f"of the policy {plain(after.objectives.policy)}")
        page.show(disruptions_table(after))


def _table(letters: Sequence[LetterMove], after: Report, *, wide: bool) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1))
    table.add_column("")
    table.add_column("before", no_wrap=True)
    table.add_column("after", no_wrap=True)
    if wide:
        table.add_column("recovery", no_wrap=True)
        table.add_column("data lost", no_wrap=True)
    table.add_column("moved", no_wrap=True)
    for move in letters:
        overall = move.category == OVERALL
        if overall:
            table.add_section()
        was, now = (each.letter if each else None for each in (move.before, move.after))
        table.add_row(
            Text("Overall", "bold") if overall else words.title_of(move.category),
            badge(was),
            badge(now),
            *(_times(move.category, after) if wide else ()),
            moved(was, now),
        )
    return table


def _times(code: str, after: Report) -> tuple[str, str]:
    """Recovery time and data loss."""
    if code == OVERALL:
        overall = after.overall
        return words.recovery_of(overall.rto_seconds), words.loss_of(overall.rpo_seconds)
    return words.estimates_of(after.grades[code]) if code in after.grades else ("-", "-")


def moved(before: str | None, after: str | None) -> Text:
    """Which way a letter went."""
    if before == after:
        return Text("=")
    if before is None or after is None:
        return Text("")
    down = as_number(after) < as_number(before)
    return Text("▼ down" if down else "▲ up", "bold red" if down else "bold green")


def _why(page: Page, grades: Iterable[Grade]) -> None:
    page.heading("Why")
    for grade in grades:
        why = Text.assemble((words.title_of(grade.category), "bold"), f": {plain(grade.reason)}")
        page.line(badge(grade.letter), "  ", why, hanging=6)


def _findings(
    page: Page, moves: Sequence[FindingMove], before: Report, after: Report, names: Names
) -> None:
    """Findings that are new, gone, of another severity or on other resources; the worst first."""
    findings = {f.key: f for f in (*after.findings, *before.findings)}  # the worst first
    findings |= {f.key: f for f in after.findings}  # as they are now
    order = list(findings)
    moves = sorted(moves, key=lambda move: order.index(move.key))
    gone = [move for move in moves if move.after is None]
    changed = [move for move in moves if move.after is not None and not move.unchanged]
    same = len(moves) - len(changed) - len(gone)
    page.heading("Findings", f"{len(changed)} moved, {same} as before, {len(gone)} gone")
    proposed = {proposal.key for proposal in before.proposals}
    together: dict[tuple[str, Severity], list[FindingMove]] = {}
    for move in changed:
        if move.after is not None:
            was = "proposed" if move.key in proposed else _was(move)
            together.setdefault((was, move.after.severity), []).append(move)
    for (was, severity), same_move in sorted(together.items(), key=_worst_first):
        page.line(was, " → ", (severity.value, SEVERITY_STYLES[severity]))
        for move in same_move:
            list_finding(page, "    ", findings[move.key], names)
            _other_resources(page, move, names)
    for label, resolved in (("resolved", True), ("no longer needed", False)):
        found = [move for move in gone if (move.after_failing is False) == resolved]
        if found:
            page.line(label)
        for move in found:
            list_finding(page, "    ", findings[move.key], names)


def _was(move: FindingMove) -> str:
    """What a finding was: a severity, nothing at all, or more than the objectives needed."""
    if move.before is not None:
        return move.before.severity.value
    return "opened" if move.before_failing is False else "not needed"


def _worst_first(move: tuple[tuple[str, Severity], list[FindingMove]]) -> tuple[int, int]:
    (was, now), _ = move
    order = [severity.value for severity in _SEVERITIES]
    return _SEVERITIES.index(now), -(order.index(was) if was in order else len(order))


def _other_resources(page: Page, move: FindingMove, names: Names) -> None:
    if move.before is None or move.after is None:
        return
    was, now = set(move.before.resources), set(move.after.resources)
    for sign, ids in (("+", sorted(now - was)), ("-", sorted(was - now))):
        if ids:
            page.line(f"{sign} {names.some(ids)}", indent=6, hanging=2)


def _next(page: Page, after: Report, store: str | None) -> None:
    page.space()
    page.line(f"{words.usage_words(after.usage)} · checkpoint {plain(after.checkpoint) or '-'}")
    page.line(("Next", "bold"))
    shown = words.show_command(after, store, f"--checkpoint {after.checkpoint}")
    page.verbatim(shown, ("   # the whole of this report", "dim"), indent=2)
