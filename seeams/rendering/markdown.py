"""A report as Markdown, for a pull request, a wiki or a ticket."""

from collections.abc import Sequence
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from seeams.rendering import words
from seeams.rendering.names import Names
from seeams.rendering.premises import disruption_cells, fix_words, given_by_people
from seeams.rendering.report import dependencies_of, estimates_of
from seeams.rendering.thoughts import (
    NOT_IN_LETTERS,
    SPENDING_TITLES,
    SUGGESTED,
    accept_command,
    contests_of,
    detail_lines,
    found_by,
    spending_rows,
    suggested,
)
from state.grades import AnswerRow, Term
from state.judgements import Phase
from state.objectives import spell_duration
from state.report import Report
from tools.markdown import code, link, own, text


def as_markdown(report: Report, names: Names) -> str:
    """The whole report. Names and tags are escaped: they cannot open a link, a table or a tag."""
    environment = Environment(
        loader=PackageLoader("seeams", "rendering"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # escaping is Markdown's, by the filters below
    )
    environment.filters |= {
        "text": text,
        "code": code,
        "link": link,
        "own": own,
        "name": lambda resource: text(names.of(resource)),
        "names": lambda resources: text(", ".join(names.of(r) for r in resources)),
        "title_of": words.title_of,
        "titles_of": words.titles_of,
        "phrase": words.phrase,
        "effect": words.effect_words,
        "evidence": words.evidence_words,
        "distinct": words.distinct,
        "recovery": words.recovery_of,
        "loss": words.loss_of,
        "takes": _takes,
        "found_by": found_by,
        "doubts": lambda finding: list(contests_of(report, finding)),
        "suggested": lambda row: _suggested(report, row),
    }
    savings = dict.fromkeys(s for grade in report.grades.values() for s in grade.savings)
    return environment.get_template("report.md.j2").render(
        report=report,
        rows=_rows(report),
        dependencies=dependencies_of(report),
        objectives=words.objectives_words(report.objectives),
        tolerance=words.tolerance_words(report.objectives),
        given=given_by_people(report),
        on_paper=[fix_words(fix, names) for fix in report.premises.fixes],
        disruptions=[(e.letter or "?", *disruption_cells(e)) for e in report.disruptions],
        savings=list(savings),
        not_in_letters=NOT_IN_LETTERS,
        accept=accept_command(report) if report.proposals else "",
        spending_titles=SPENDING_TITLES,
        spending=list(spending_rows(report)),
        details=list(detail_lines(report, names, everything=True)),
        usage=words.usage_words(report.usage),
    )


def _suggested(report: Report, row: AnswerRow) -> str:
    """What a model answers to a question that is still open."""
    answer = suggested(report, row)
    if answer is None:
        return ""
    return text(f"; {SUGGESTED} {words.phrase(answer.answer.value)}: {answer.because}")


def _rows(report: Report) -> Sequence[dict[str, Any]]:
    return [
        {
            "letter": grade.letter or "?",
            "title": words.title_of(grade.category),
            "time": time,
            "data": data,
            "confidence": words.percent(grade.confidence),
            "reason": grade.reason,
        }
        for grade in report.grades.values()
        for time, data in [estimates_of(grade, report)]
    ]


def _takes(term: Term) -> str:
    if term.term == Phase.LOSE:
        return words.loss_of(term.seconds)
    return "for ever" if term.seconds is None else spell_duration(term.seconds)
