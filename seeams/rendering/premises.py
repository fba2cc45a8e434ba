"""What a result goes by beside the account: people's figures and words, a policy's objectives."""

from rich import box
from rich.table import Table
from rich.text import Text

from seeams.console import plain
from seeams.rendering import words
from seeams.rendering.names import Names
from seeams.rendering.page import badge
from state.disruptions import DisruptionGrade
from state.premises import Attestation, Fix, Override
from state.report import Report
from tools.checks import all_checks
from tools.grading.assumptions import Assumption, assumptions


def given_by_people(report: Report) -> list[str]:
    """One line for each constant, attestation and accepted proposal that the result rests on."""
    premises = report.premises
    day = report.workload.taken_at.date()
    return [
        *(_constant(name, given) for name, given in premises.assumptions.items()),
        *(_attested(each, counts=each.counts_on(day)) for each in premises.attestations),
        *(f"accepted: {proposal_words(each, report)}" for each in premises.accepted),
    ]


def fix_words(fix: Fix, names: Names | None = None) -> str:
    """What is done, where, and which check asked for it."""
    known = all_checks().get(fix.check)
    what = words.first_clause(known.recommendation) if known else fix.check
    where = f" on {(names or Names()).of(fix.resource)}" if fix.resource else " everywhere"
    return f"{plain(what)}{where} ({plain(fix.check)})"


def proposal_words(proposal: str, report: Report) -> str:
    """What a model found, and the id under which it is accepted."""
    known = (each for thinking in report.thoughts.values() for each in thinking.proposals)
    title = next((each.title for each in known if each.id == proposal), "")
    return plain(f"{title} (a model's proposal, {proposal})")


def _constant(name: str, given: Override) -> str:
    known = assumptions().get(name)
    line = f"{plain(name)} takes {_amount(known, given)}"
    if known:
        line += f", not {'for ever' if known.never else _amount(known, known)}"
    return f"{line}: {plain(given.why)}" if given.why else line


def _amount(known: Assumption | None, given: "Override | Assumption") -> str:
    """`30 min + 24 s per GiB`; what is not given is as it was."""
    seconds = given.seconds if given.seconds is not None or known is None else known.seconds
    each = given.seconds_per_unit
    if each is None and known:
        each = known.seconds_per_unit
    parts = [words.short_duration(seconds)] if seconds or not each else []
    if each:
        unit = plain(known.unit) if known and known.unit else "unit"
        parts.append(f"{words.short_duration(each)} per {unit}")
    return " + ".join(parts)


def _attested(attestation: Attestation, *, counts: bool) -> str:
    about = attestation.about
    if attestation.takes:
        steps = (f"{p.value} {words.short_duration(s)}" for p, s in attestation.takes.items())
        about += f" ({', '.join(steps)}{', by itself' if attestation.by_itself else ''})"
    line = f"{about} {attestation.word}"
    if not counts:
        line += f" (counts no longer: its last day was {attestation.last_day})"
    return plain(line)


def disruptions_table(report: Report) -> Table:
    """Each disruption's estimates against its own objectives."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1))
    for title in ("", "disruption", "recovery / RTO", "data lost / RPO", "achieved"):
        table.add_column(title, no_wrap=title != "disruption")
    for each in report.disruptions:
        cells = disruption_cells(each)
        table.add_row(badge(each.letter), *map(Text, cells))
    return table


def disruption_cells(each: DisruptionGrade) -> tuple[str, str, str, str]:
    """Its name, both estimates against their targets, and whether they are met."""
    time, data = words.recovery_of(each.rto_seconds), words.loss_of(each.rpo_seconds)
    if each.letter is None:
        time = data = "not known"
    elif each.slowest is None:
        time = data = "-"
    return (
        plain(each.name),
        f"{time} / {words.short_duration(each.rto_target_seconds)}",
        f"{data} / {words.short_duration(each.rpo_target_seconds)}",
        {True: "yes", False: "no", None: "not known"}[each.achieved],
    )
