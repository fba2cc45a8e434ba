"""Why a letter is what it is, with every number that a calculator needs."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from seeams.console import plain
from seeams.rendering import words
from seeams.rendering.names import Names
from seeams.rendering.page import SEVERITY_STYLES, WIDE, Page, badge, counted, joined
from state.categories import scenarios
from state.explanations import (
    CategoryExplained,
    EstimateExplained,
    Explanation,
    FindingExplained,
    Known,
    OverallExplained,
    ResourceExplained,
    RowExplained,
    Source,
    Step,
    Sum,
    Turn,
)
from state.judgements import Evidence, Verdict
from tools.diagram.words import type_words

if TYPE_CHECKING:
    from rich.console import Console

_MOST_EVIDENCE = 3
_MOST_RESOURCES = 5
_MOST_APART = 2  # stores that contradict each other
_MOST_ROWS = 12  # of a finding, after the first
_PHASE, _AMOUNT = 11, 10  # widths
_SOURCES = {
    Source.MEASURED: "measured here",
    Source.CONFIGURED: "configured here",
    Source.PUBLISHED: "AWS's figure",
    Source.ATTESTED: "attested",
    Source.GIVEN: "given by you",
    Source.ASSUMPTION: "assumed",
}
_VERDICTS = {Verdict.PASS: "passes", Verdict.FAIL: "fails", Verdict.UNKNOWN: "is unknown"}


def print_explanation(console: "Console", explanation: Explanation, names: Names) -> None:
    """What was asked about, explained."""
    page = Page(console)
    page.line(
        (plain(explanation.workload), "bold"),
        f"   thread {plain(explanation.thread)}",
    )
    page.line(
        joined(
            (
                words.objectives_words(explanation.objectives),
                words.tolerance_words(explanation.objectives),
            )
        )
    )
    page.line(f"checkpoint {plain(explanation.checkpoint)}")
    if explanation.changed:
        page.line((plain(explanation.changed), "bold magenta"))
    page.space()
    explained = explanation.explained
    if isinstance(explained, OverallExplained):
        _overall(page, explained, names)
    elif isinstance(explained, CategoryExplained):
        _category(page, explained, names)
    elif isinstance(explained, FindingExplained):
        _finding(page, explained, names)
    else:
        _resource(page, explained, names)


# -- letters --------------------------------------------------------------------------------------


def _overall(page: Page, overall: OverallExplained, names: Names) -> None:
    page.line(badge(overall.letter), "  ", ("Overall", "bold"))
    page.line("The worst of the five: a workload is as poor as its worst category.", indent=6)
    page.space()
    for category in overall.categories:
        page.line(badge(category.letter), "  ", (category.title, "bold"), indent=6)
        page.line(_shares(category), indent=12)
    if not overall.letter:
        page.line(plain(overall.reason), indent=6)
    _composed(page, overall)
    confidences = [c.known.confidence if c.known else 0.0 for c in overall.categories]
    page.heading("How sure", "the mean of the five")
    total = " + ".join(map(_number, confidences))
    page.line(f"({total}) / {len(confidences)} = {_number(overall.confidence)} (rounded)", indent=2)
    for category in overall.categories:
        if category.category in overall.set_by:
            page.space()
            _category(page, category, names)


def _composed(page: Page, overall: OverallExplained) -> None:
    """What the workload as a whole waits for, goes on without, and has to reconcile."""
    said = [each for each in (overall.critical_path, overall.degraded) if each is not None]
    apart = overall.consistency_gaps[:_MOST_APART]
    sentences = [each.sentence for each in (*said, *apart)]
    if sentences:
        page.heading("Together", "the slowest part that the rest cannot do without")
    for sentence in sentences:
        page.line(f"- {plain(sentence)}", indent=2, hanging=2)
    if len(overall.consistency_gaps) > len(apart):
        page.line(f"- and {len(overall.consistency_gaps) - len(apart)} more such gaps", indent=2)


def _shares(category: CategoryExplained) -> str:
    """The two shares of a category, and which of them set the letter."""
    if category.slowest is None or category.lossiest is None:
        return plain(category.reason)
    both = (
        f"time {_share(category.slowest.time)}",
        f"data {_share(category.lossiest.data)}",
    )
    capped = category.letter != category.earned
    limit = f"limited to {category.letter} by what is not known" if capped else ""
    return joined((*both, limit))


def _share(total: Sum) -> str:
    if total.target_seconds is None:
        return "nothing asked"
    if total.share is None:
        return "never"
    return f"{_number(total.seconds)} / {total.target_seconds} s = {_fraction(total.share)}"


def _category(page: Page, category: CategoryExplained, names: Names) -> None:
    page.line(badge(category.letter), "  ", (category.title, "bold"))
    page.line(plain(category.reason), indent=6)
    if category.slowest is not None and category.lossiest is not None:
        time, data = category.slowest.time, category.lossiest.data
        by_time, by_data = _no_less(time, data), _no_less(data, time)
        sets, sets_not = "sets the letter", "does not set the letter"
        alike = "as far from its objective: sets the letter too"
        _estimate(page, category.slowest, names, "time", sets if by_time else sets_not)
        _estimate(
            page,
            category.lossiest,
            names,
            "data",
            (alike if by_time else sets) if by_data else sets_not,
        )
    if category.earned:
        _behind(page, category, names)
    if category.known is not None:
        _known(page, category, category.known)
    if category.savings:
        page.heading("Over-built", "no worse a letter than a B without it")
        for saving in category.savings:
            page.line(f"- {plain(saving)}", indent=2, hanging=2)


def _no_less(one: Sum, other: Sum) -> bool:
    """Whether a sum consumes as much of its objective as another."""
    return one.share is None or (other.share is not None and one.share >= other.share)


def _behind(page: Page, category: CategoryExplained, names: Names) -> None:
    page.heading("Behind it", "what would set the letter next")
    for estimate in category.next:
        total = estimate.time if _no_less(estimate.time, estimate.data) else estimate.data
        what = "time" if total is estimate.time else "data"
        page.line(
            badge(total.letter),
            "  ",
            f"{what} {_share(total)}: {_who(estimate.resource, names)}, when {estimate.text}",
            indent=2,
            hanging=6,
        )
    if category.if_mended is None:
        page.line("Nothing that was read can strike here.", indent=2)
        return
    if not category.next:
        page.line("Nothing else can strike here.", indent=2)
    if category.if_mended == category.letter:
        mended = f"the letter would still be {category.if_mended}."
    else:
        mended = f"the letter would be {category.if_mended}."
    page.line(f"Were the estimate that sets it nothing, {mended}", indent=2)


def _known(page: Page, category: CategoryExplained, known: Known) -> None:
    page.heading("How sure", words.percent(known.confidence))
    page.line(
        f"{known.rows_judged} of {known.rows} verdicts could be given, "
        f"{known.questions_answered} of {counted(known.questions, 'question')} answered; "
        f"{words.percent(known.unscanned)} of the resources are of types that are not read:",
        indent=2,
    )
    if known.rows + known.questions:
        page.line(
            f"({known.rows_judged} + {known.questions_answered}) / "
            f"({known.rows} + {known.questions}) x (1 - {_fraction(known.unscanned)}) "
            f"= {_number(known.confidence)} (rounded)",
            indent=2,
        )
    for cap in known.caps:
        share = f" ({_fraction(cap.share)})" if cap.share is not None else ""
        limit = f"no better than {cap.letter}" if cap.letter else "does not limit the letter"
        page.line(f"- {plain(cap.because)}{share}: {limit}", indent=2, hanging=2)
    if category.earned and category.earned != category.letter:
        page.line(f"Earned {category.earned}, so limited to {category.letter}.", indent=2)
    if known.missing or known.unanswered:
        page.line("To be surer:", indent=2)
    for call in known.missing:
        page.line(f"- let {plain(call)} be read", indent=2, hanging=2)
    for each in known.unanswered:
        page.line(f"- {plain(each.question)}", indent=2, hanging=2)
        page.line(f"attest: {plain(each.attest)}", indent=4)


# -- sums -----------------------------------------------------------------------------------------


def _estimate(page: Page, estimate: EstimateExplained, names: Names, side: str, note: str) -> None:
    page.heading({"time": "Recovery time", "data": "Data loss"}[side], note)
    page.line(f"When {estimate.text}: {_who(estimate.resource, names)}", indent=2)
    _sum(page, estimate.time if side == "time" else estimate.data)


def _sum(page: Page, total: Sum) -> None:
    """Every step, what they come to, the share of the target, and where other letters begin."""
    for step in total.steps:
        _step(page, step)
    if not total.steps:
        nothing = "nobody waits" if total.objective == "rto" else "nothing is lost"
        page.line(f"{nothing}: 0 s", indent=2)
        return
    if len(total.steps) > 1:
        amounts = " + ".join(_number(step.seconds) for step in total.steps)
        end = "no way back" if total.seconds is None else _exact(total.seconds)
        page.line(f"{amounts} = {end}", indent=2)
    if total.target_seconds is None:
        page.line("Nothing is asked of this: no objective for the loss of a Region.", indent=2)
        return
    name = total.objective.upper()
    target = f"{name} {total.target_seconds} s ({words.short_duration(total.target_seconds)})"
    if total.share is None:
        page.line(f"never, whatever the {target}: ", badge(total.letter), indent=2)
    else:
        page.line(
            f"{_number(total.seconds)} s of {target} = {_fraction(total.share)}  ",
            badge(total.letter),
            indent=2,
        )
    _turns(page, total.better_up_to, total.worse_from)


def _turns(page: Page, better: Turn | None, worse: Turn | None) -> None:
    parts = (
        f"{better.to} up to {_exact(better.seconds)}" if better else "",
        f"{worse.to} from {_exact(worse.seconds)}" if worse else "",
    )
    if any(parts):
        page.line(joined(parts), indent=2)


def _exact(seconds: float) -> str:
    """Seconds to calculate with, and as people say them."""
    if seconds < 60:
        return f"{_number(seconds)} s"
    return f"{_number(seconds)} s ({words.short_duration(seconds)})"


def _step(page: Page, step: Step) -> None:
    never = "all" if step.phase == "lose" else "never"
    amount = never if step.seconds is None else f"{_number(step.seconds)} s"
    words_at = 2 + _PHASE + _AMOUNT + 4 if page.console.width >= WIDE else 6
    page.line(
        (f"{plain(step.phase):<{_PHASE}}", "bold"),
        f"{amount:>{_AMOUNT}}    ",
        plain(step.what),
        indent=2,
        hanging=words_at - 2,
    )
    for text in _working(step):
        page.line(text, indent=words_at)
    if step.url:
        page.verbatim(plain(step.url), indent=words_at)
    for text in _seen(step):
        page.line(text, indent=words_at, hanging=2)


def _working(step: Step) -> Iterable[str]:
    """How the amount was worked out, and where it comes from."""
    if step.units and step.seconds is not None:
        fixed = f"{_number(step.constant_seconds)} s + " if step.constant_seconds else ""
        per = f"{_number(step.units)} {step.unit} x {_number(step.seconds_per_unit)} s"
        if (fixed, step.unit, step.seconds_per_unit) != ("", "s", 1.0):
            yield f"= {fixed}{per}"
    source = _SOURCES[step.source]
    if step.source in (Source.MEASURED, Source.CONFIGURED):
        yield f"{source} ({step.constant})"
    else:
        yield f"{source} ({step.constant}): {plain(step.why)}"


def _seen(step: Step) -> Iterable[str]:
    if step.check is None or step.verdict is None:
        return
    note = f" ({plain(step.note)})" if step.note else ""
    yield f"{plain(step.check)} {_VERDICTS[step.verdict]}{note}"
    for each in _last(step.evidence):
        yield f"  {words.evidence_words(each)}"


def _last(evidence: Sequence[Evidence]) -> Sequence[Evidence]:
    """A check reads until it knows: what it read last decided."""
    return words.distinct(evidence)[-_MOST_EVIDENCE:]


# -- findings -------------------------------------------------------------------------------------


def _finding(page: Page, finding: FindingExplained, names: Names) -> None:
    severity = finding.severity.value if finding.severity else ""
    lead = (f" {severity} ", SEVERITY_STYLES[severity]) if severity else " no finding "
    page.line(lead, "  ", (plain(finding.title), "bold"), hanging=6)
    page.line(joined((finding.check, words.title_of(finding.category))), indent=6)
    if finding.shortfall is not None:
        side = "data" if finding.check.endswith("_rpo") else "time"
        _estimate(
            page, finding.shortfall, names, side, "misses the objective, with no defect in it"
        )
        return
    page.space()
    for verdict, resources in finding.verdicts.items():
        if resources:
            page.line(
                f"{_VERDICTS[verdict]} on {names.some(resources, _MOST_RESOURCES)}",
                indent=2,
                hanging=2,
            )
    if not finding.rows:
        page.line("It fails nowhere, so it costs nothing.", indent=2)
        return
    page.heading("What it costs alone", "where it is most of the target")
    _row(page, finding.rows[0], names)
    _turns(page, finding.milder_up_to, finding.severer_from)
    if len(finding.rows) > 1:
        page.heading("The others", "worked out alike")
    for row in finding.rows[1 : _MOST_ROWS + 1]:
        total = _alone(row) if row.binding else "costs nothing that the objectives ask for"
        page.line(f"{_who(row.resource, names)}: {total}", indent=2, hanging=2)
    if len(finding.rows) > _MOST_ROWS + 1:
        page.line(f"and {len(finding.rows) - _MOST_ROWS - 1} more that cost no more", indent=2)


def _row(page: Page, row: RowExplained, names: Names) -> None:
    known = scenarios().get(row.scenario or "")
    when = f"when {known.text}" if known else "in whatever strikes"
    page.line((_who(row.resource, names), "bold"), f", {when}" if row.binding else "", indent=2)
    if row.note:
        page.line(plain(row.note), indent=2)
    if row.binding is None:
        page.line("costs nothing that the objectives ask for", indent=2)
        for each in _last(row.evidence):
            page.line(words.evidence_words(each), indent=4)
        return
    for step in row.binding.steps:
        _step(page, step)
    page.line(_alone(row), indent=2)
    if row.soft:
        page.line("all that uses it goes on without it: never more than low", indent=2)


def _alone(row: RowExplained) -> str:
    """The sum of one row, its share of the target and the severity that gives."""
    severity = row.severity.value if row.severity else "no finding"
    if row.binding is None:
        return severity
    target = f"{row.binding.objective.upper()} {row.binding.target_seconds} s"
    if row.binding.share is None:
        return f"never, whatever the {target}: {severity}"
    amounts = " + ".join(_number(step.seconds) for step in row.binding.steps)
    if len(row.binding.steps) > 1:
        amounts += f" = {_number(row.binding.seconds)}"
    return f"{amounts} s of {target} = {_fraction(row.binding.share)}: {severity}"


# -- resources ------------------------------------------------------------------------------------


def _resource(page: Page, resource: ResourceExplained, names: Names) -> None:
    kind = type_words(plain(resource.type)) if resource.type else ""
    page.line((names.of(resource.resource), "bold"), f"  {kind}" if kind else "")
    page.line(plain(resource.resource))
    if resource.soft:
        page.line("Sets no letter: all that uses it goes on without it.")
    for estimate in resource.estimates:
        page.heading(f"When {estimate.text}")
        page.line(("Recovery time", "bold"), indent=2)
        _sum(page, estimate.time)
        if estimate.data.steps:
            page.line(("Data loss", "bold"), indent=2)
            _sum(page, estimate.data)
    if resource.none:
        page.heading("No estimate")
    for each in resource.none:
        page.line((f"When {each.text}: ", "bold"), plain(each.because), indent=2, hanging=2)
        if each.url:
            page.verbatim(plain(each.url), indent=4)


def _who(resource: str, names: Names) -> str:
    """A resource and what it is: a queue and a function may share a name."""
    return names.with_kinds([resource], "")


def _number(value: float | None) -> str:
    """All the digits there are, without those that binary fractions add."""
    return "never" if value is None else f"{value:.12g}"


def _fraction(share: float) -> str:
    """A share with enough digits to check it."""
    return f"{share:.6g}"
