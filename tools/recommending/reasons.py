"""Why something is recommended in this workload, with its numbers and names."""

import re
from collections.abc import Iterable, Sequence

from state.categories import scenarios
from state.objectives import spell_duration
from tools.checks import Check
from tools.grading.findings import Weighed
from tools.grading.reckoning import Reckoning

_MOST_NAMES = 3


def first_clause(sentence: str) -> str:
    """What a recommendation says before it explains: `Turn on Multi-AZ`."""
    clause = re.split(r"[;:.](?:\s|$)| \(|, (?:with|so|as|or|and then|after) ", sentence)[0]
    return clause if clause.count(" ") > 1 else sentence.rstrip(".")


def why_mend(check: Check, weighed: Sequence[Weighed], reckoning: Reckoning) -> str:
    """The defect, where it is, and what it costs of which objective at its worst."""
    named = reckoning.ledger.name_of
    note = weighed[0].judgement.note
    said = f" ({note})" if note and len(weighed) == 1 else ""
    where = "" if check.of_workload else here(named(each.judgement.resource) for each in weighed)
    return f"{check.title}{said}.{where} {_cost(weighed[0])}"


def here(names: Iterable[str]) -> str:
    """Where, as a sentence after another."""
    known = list(names)
    shown = ", ".join(dict.fromkeys(known[:_MOST_NAMES]))
    more = f" and {len(known) - _MOST_NAMES} more" if len(known) > _MOST_NAMES else ""
    return f" Here: {shown}{more}."


def _cost(worst: Weighed) -> str:
    """What the defect takes of the objectives by itself."""
    if worst.alone is None or worst.targets is None:
        return "Nothing that these objectives ask for rests on it."
    scenario = scenarios().get(worst.scenario or "")
    when = f"When {scenario.text}" if scenario else "Whatever strikes"
    parts = []
    alone, targets = worst.alone, worst.targets
    if alone.rto_seconds is None:
        parts.append("there is no way back")
    elif alone.rto_seconds:
        took, allowed = spell_duration(alone.rto_seconds), spell_duration(targets.rto)
        parts.append(f"this alone takes {took} of the {allowed} that recovery may take")
    if alone.rpo_seconds is None:
        parts.append("all of the data is lost")
    elif alone.rpo_seconds:
        lost, allowed = spell_duration(alone.rpo_seconds), spell_duration(targets.rpo)
        parts.append(f"{lost} of data is lost, of {allowed} that may be")
    return f"{when}, {' and '.join(parts)}." if parts else "By itself it costs no time."
