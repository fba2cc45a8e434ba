"""A loss on paper: when what is back, what goes on, and what is not known."""

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from rich import box
from rich.table import Table
from rich.text import Text

from seeams.console import plain
from seeams.rendering import words
from seeams.rendering.names import Names
from seeams.rendering.page import WIDE, Page, joined
from state.losses import Bystander, Hit, Loss, Outage

if TYPE_CHECKING:
    from rich.console import Console

_HITS = {
    Hit.STRUCK: ("struck", "bold red"),
    Hit.STOPS: ("stops", "bold magenta"),
    Hit.DEGRADED: ("goes on", "bold cyan"),
}
_NAMED = 4  # resources in a line


def print_loss(console: "Console", loss: Loss, names: Names) -> None:
    """What a loss does, in the order in which things are back."""
    page = Page(console)
    page.line((plain(loss.lost), "bold"), f"   taken as: {plain(loss.taken_as)}")
    page.line(_against(loss))
    page.space()
    page.line(plain(_sentence(loss.sentence)))
    if loss.outages:
        page.heading("When what is back", "from the loss on")
        page.show(_timeline(loss.outages, names, wide=console.width >= WIDE))
    _data(page, loss, names)
    _bystanders(page, "Rides it out", "", loss.rides_out, names)
    _bystanders(page, "Not known", "unknown is not a pass", loss.unknown, names)


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def _against(loss: Loss) -> str:
    """The estimates beside the objectives."""
    if loss.rto_allowed is None or loss.rpo_allowed is None:
        return "the objectives ask nothing of such a loss"
    return joined(
        (
            f"recovery {_found(words.recovery_of, loss.rto_seconds, loss.rto_met)} / RTO "
            f"{words.short_duration(loss.rto_allowed)}: {_met(loss.rto_met)}",
            f"data lost {_found(words.loss_of, loss.rpo_seconds, loss.rpo_met)} / RPO "
            f"{words.short_duration(loss.rpo_allowed)}: {_met(loss.rpo_met)}",
        )
    )


def _found(in_words: Callable[[float | None], str], seconds: float | None, met: bool | None) -> str:
    """An estimate; where too little is known, what it is at least."""
    if met is not None:
        return in_words(seconds)
    return f"at least {in_words(seconds)}" if seconds else "?"


def _met(met: bool | None) -> str:
    return {True: "met", False: "missed", None: "not known, see below"}[met]


def _timeline(outages: Sequence[Outage], names: Names, *, wide: bool) -> Table:
    """A line for all that are back at once, for the same reason."""
    together: dict[tuple[str, Hit, str], list[Outage]] = {}
    for outage in outages:
        line = _after(outage), outage.hit, _why(outage, names)
        together.setdefault(line, []).append(outage)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1))
    table.add_column("after", no_wrap=True, justify="right")
    table.add_column("", no_wrap=True)
    table.add_column("", overflow="fold", ratio=2 if wide else None)
    table.add_column("because", overflow="fold", ratio=3 if wide else None)
    shown = ""
    for (after, hit, why), those in together.items():
        table.add_row(
            "" if after == shown else after,
            Text(*_HITS[hit]),
            Text(names.with_kinds([each.resource for each in those], "", most=_NAMED)),
            Text(why),
        )
        shown = after
    return table


def _after(outage: Outage) -> str:
    if outage.back_seconds is None:
        return "never"
    if outage.at_least:
        least = words.short_duration(outage.back_seconds)
        return f"> {least}" if outage.back_seconds else "not known"
    return words.short_duration(outage.back_seconds)


def _why(outage: Outage, names: Names) -> str:
    """How it is hit, who has to act, and for whom it waits after its own recovery."""
    parts = [plain(outage.because)]
    if outage.terms:
        who = "by itself" if outage.by_itself else "with somebody at work"
        own = words.recovery_of(outage.own_seconds)
        parts.append(own if outage.own_seconds is None else f"{own} {who}")
    last = names.with_kinds([outage.waits_for], "") if outage.waits_for else ""
    if last and last not in outage.because:
        parts.append(f"back with {last}")
    if outage.soft and outage.hit is not Hit.DEGRADED:
        parts.append("the rest goes on without it")
    return "; ".join(parts)


def _data(page: Page, loss: Loss, names: Names) -> None:
    """What is gone of the data, store by store."""
    lost = [each for each in loss.outages if each.lost_seconds != 0]
    if not lost:
        return
    page.heading("Data lost", "as the time before the loss in which it was written")
    for outage in lost:
        what = words.loss_of(outage.lost_seconds)
        page.line(f"{what:<12} {names.with_kinds([outage.resource], '')}", indent=2, hanging=13)


def _bystanders(
    page: Page, title: str, note: str, bystanders: Iterable[Bystander], names: Names
) -> None:
    """Names in a line for each reason."""
    reasons: dict[str, list[str]] = {}
    for each in bystanders:
        reasons.setdefault(each.because, []).append(each.resource)
    if not reasons:
        return
    page.heading(title, note)
    for because, resources in sorted(reasons.items(), key=lambda pair: (-len(pair[1]), pair[0])):
        page.line(
            f"- {names.with_kinds(resources, '', most=_NAMED)}: {plain(because)}",
            indent=2,
            hanging=2,
        )
