"""Amounts, letters and codes as people read them."""

import json
import re
import shlex
from collections.abc import Sequence
from math import ceil
from typing import TYPE_CHECKING

from seeams.console import plain
from state.categories import categories
from state.grades import Finding, FindingEffect, Grade, Spending, Usage
from state.judgements import Evidence
from state.objectives import Objectives, spell_duration
from state.report import Report
from state.thinking import Stop

if TYPE_CHECKING:
    from agents.bounds import Spent

_UNITS = ((86400, "d"), (3600, "h"), (60, "min"), (1, "s"))
_LONGEST_VALUE = 60  # characters


def short_duration(seconds: float | None) -> str:
    """At most two units: `4 h 30 min`; None is "never"."""
    if seconds is None:
        return "never"
    left = round(seconds)
    parts: list[str] = []
    for size, unit in _UNITS:
        least = size if unit != "d" else 2 * size  # people say 24 h, and 2 days
        if len(parts) < 2 and left >= least:
            parts.append(f"{left // size} {unit}")
            left %= size
    return " ".join(parts) or "0 s"


def short_duration_up(seconds: float) -> str:
    """As `short_duration`, never less: for an objective that is to be met."""
    if seconds >= 2 * 86400:
        seconds = ceil(seconds / 3600) * 3600
    elif seconds >= 3600:
        seconds = ceil(seconds / 60) * 60
    return short_duration(seconds)


def first_clause(sentence: str) -> str:
    """What a recommendation says before it explains: `Turn on Multi-AZ`."""
    clause = re.split(r"[;:.](?:\s|$)| \(|, (?:with|so|as|or|and then|after) ", sentence)[0]
    return clause if clause.count(" ") > 1 else sentence.rstrip(".")


def recovery_of(seconds: float | None) -> str:
    """An estimated recovery time."""
    return "no way back" if seconds is None else short_duration(seconds)


def loss_of(seconds: float | None) -> str:
    """An estimated data loss, as the time in which it was written."""
    if seconds is None:
        return "everything"
    return short_duration(seconds) if seconds >= 1 else "nothing"


def estimates_of(grade: Grade) -> tuple[str, str]:
    """A grade's recovery time and data loss."""
    if grade.letter is None:
        return "not known", "not known"
    if not grade.terms and not grade.rto_seconds and not grade.rpo_seconds:
        return "-", "-"
    return recovery_of(grade.rto_seconds), loss_of(grade.rpo_seconds)


def effect_words(effect: FindingEffect) -> str:
    """What a finding alone costs."""
    parts = []
    if effect.rto_seconds is None:
        parts.append("no way back")
    elif effect.rto_seconds:
        parts.append(f"{spell_duration(effect.rto_seconds)} of recovery")
    if effect.rpo_seconds is None:
        parts.append("all of the data")
    elif effect.rpo_seconds:
        parts.append(f"{spell_duration(effect.rpo_seconds)} of data")
    return " and ".join(parts) or "nothing by itself"


def short_effect(effect: FindingEffect) -> str:
    """What a finding alone costs, in a dozen columns: the worse of time and data."""
    if effect.rto_seconds is None:
        return "no way back"
    if effect.rpo_seconds is None:
        return "all data"
    if effect.rto_seconds >= effect.rpo_seconds:
        return short_duration(effect.rto_seconds) if effect.rto_seconds else "-"
    return f"{short_duration(effect.rpo_seconds)} of data"


def title_of(category: str) -> str:
    """A category's title."""
    return next((c.title for c in categories() if c.code == category), plain(category))


def titles_of(codes: Sequence[str]) -> str:
    """Several categories' titles."""
    return ", ".join(title_of(code) for code in codes)


def phrase(code: str) -> str:
    """A code as words: `HIGH_AVAILABILITY` and `HighAvailability` -> "high availability"."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", plain(code))
    return words.replace("_", " ").lower()


def evidence_words(evidence: Evidence) -> str:
    """`operation path = value`."""
    value = plain(json.dumps(evidence.value, ensure_ascii=False, default=str))
    if len(value) > _LONGEST_VALUE:
        value = f"{value[: _LONGEST_VALUE - 1]}…"
    return f"{plain(evidence.operation)} {plain(evidence.path)} = {value}"


def distinct(evidence: Sequence[Evidence]) -> list[Evidence]:
    """Evidence without what would be printed alike."""
    return list({(e.resource, evidence_words(e)): e for e in evidence}.values())


def objectives_words(objectives: Objectives) -> str:
    """The objectives, with those for the loss of a Region if there are any."""
    rto, rpo = short_duration(objectives.rto_seconds), short_duration(objectives.rpo_seconds)
    words = f"RTO {rto}, RPO {rpo}"
    if objectives.region_rto_seconds and objectives.region_rpo_seconds:
        words += (
            f", for the loss of a Region RTO {short_duration(objectives.region_rto_seconds)} "
            f"and RPO {short_duration(objectives.region_rpo_seconds)}"
        )
    if objectives.policy:
        words += f" (policy {plain(objectives.policy)})"
    return words


def objectives_options(objectives: Objectives) -> str:
    """The objectives as options of a command: `--rto 2h --rpo 30min`."""
    given = (
        ("--rto", objectives.rto_seconds),
        ("--rpo", objectives.rpo_seconds),
        ("--region-rto", objectives.region_rto_seconds),
        ("--region-rpo", objectives.region_rpo_seconds),
    )
    return " ".join(f"{option} {_compact(value)}" for option, value in given if value is not None)


def _compact(seconds: int) -> str:
    """A whole number of the largest unit that measures it."""
    size, unit = next((size, unit) for size, unit in _UNITS if seconds % size == 0)
    return f"{seconds // size}{unit}"


def tolerance_words(objectives: Objectives) -> str:
    """The tolerance class, and what it means."""
    meaning = {
        "LOW": "seconds to minutes",
        "MEDIUM": "minutes to hours",
        "HIGH": "hours to days",
    }[objectives.tolerance]
    return f"{objectives.tolerance} tolerance ({meaning})"


def usage_words(usage: Usage) -> str:
    """What an invocation cost."""
    model = spending_words(usage) if usage.model_calls else "no model"
    aws = f"{usage.aws_calls} AWS calls"
    if usage.aws_seconds:
        aws += f" in {usage.aws_seconds:.1f} s"
    nodes = sum(usage.nodes_run.values())
    return f"{aws}, {model}, {nodes} steps in {usage.seconds:.1f} s"


def spending_words(spent: "Spent | Spending | Usage") -> str:
    """What models cost: calls, tokens, money."""
    calls = f"{spent.model_calls} model call{'' if spent.model_calls == 1 else 's'}"
    return f"{calls} ({tokens_words(spent)} tokens, {usd_words(spent)})"


def tokens_words(spent: "Spent | Spending | Usage") -> str:
    """Tokens in and out together: `34,120`."""
    return f"{spent.input_tokens + spent.output_tokens:,}"


def usd_words(spent: "Spent | Spending | Usage") -> str:
    """Money; a model that costs nothing is one whose price is not known here."""
    if spent.usd:
        return f"${spent.usd:.2f}" if spent.usd >= 0.01 else "< $0.01"
    return "price not known" if spent.input_tokens + spent.output_tokens else "$0.00"


def outcome_words(stop: Stop, proposals: int, detail: str) -> str:
    """How an agent ended: what it proposes, or why it stopped before it was done."""
    if stop is Stop.DONE and not proposals:
        return "nothing to propose"
    if stop is Stop.DONE:
        return f"{proposals} proposal{'' if proposals == 1 else 's'}"
    why = f": {plain(_BOTOCORE.sub('', detail))[:_LONGEST_REASON]}" if detail else ""
    return f"{_STOPS[stop]}{why}"


_LONGEST_REASON = 200  # characters
_BOTOCORE = re.compile(r"An error occurred \(\w+\) when calling the \w+ operation(?: \([^)]*\))?: ")
_STOPS = {
    Stop.BUDGET: "stopped at a limit",
    Stop.STEPS: "went round in circles",
    Stop.FAILED: "the model failed",
    Stop.REFUSED: "the model refused",
    Stop.NONSENSE: "could not be understood",
}


def percent(share: float) -> str:
    """0.93 -> `93 %`."""
    return f"{share * 100:.0f} %"


def slowest_and_lossiest(grades: Sequence[Grade]) -> tuple[Grade, Grade]:
    """The grades that the overall recovery time and data loss come from."""
    infinite = float("inf")

    def of(seconds: float | None) -> float:
        return infinite if seconds is None else seconds

    graded = [grade for grade in grades if grade.terms] or list(grades)
    return (
        max(graded, key=lambda grade: of(grade.rto_seconds)),
        max(graded, key=lambda grade: of(grade.rpo_seconds)),
    )


def next_commands(report: Report, store: str | None = None) -> list[tuple[str, str]]:
    """(what to type next, what it does)."""
    thread = shlex.quote(report.thread)
    at = f" --store {shlex.quote(store)}" if store else ""
    tighter = "--rto 2h --rpo 30m" if report.objectives.rto_seconds > 7200 else "--rto 1m --rpo 10s"
    return [
        (f"seeams what-if --thread {thread} {tighter}{at}", "other objectives, no AWS call"),
        (f"seeams explain --thread {thread}{at}", "the arithmetic, for a calculator"),
        (f"seeams diagram --thread {thread} --output architecture.svg{at}", "findings on a map"),
        (show_command(report, store, "--all"), "every finding and answer in full"),
        (show_command(report, store, "--json"), "everything, for a program"),
    ]


def show_command(report: Report, store: str | None, option: str) -> str:
    """What to type to see the stored report."""
    thread = shlex.quote(report.thread)
    return f"seeams show {thread} {option}" + (f" --store {shlex.quote(store)}" if store else "")


def by_severity(findings: Sequence[Finding]) -> dict[str, list[Finding]]:
    """Findings under their severities, the worst first."""
    found: dict[str, list[Finding]] = {}
    for finding in findings:
        found.setdefault(finding.severity.value, []).append(finding)
    return found
