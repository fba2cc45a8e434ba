"""Something lost on paper: what stops, when what is back, which data is gone."""

from agents.conversation.arguments import Arguments, At
from agents.conversation.desk import LATEST, Desk, Names, heading
from agents.conversation.verbs import Said, Verb
from state.losses import Hit, Loss, Outage
from state.objectives import spell_duration
from tools.grading.losses import losses_of
from tools.markdown import text

_MOST = 12  # of a list
_HITS = {Hit.STRUCK: "is lost", Hit.STOPS: "stops", Hit.DEGRADED: "goes on with less"}


class Lose(Arguments):
    """What is lost, and by which result's estimates."""

    what: str  # az:NAME, region:NAME or resource:NAME (or its ARN)
    at: At = LATEST


def _lose(desk: Desk, asked: Lose) -> Said:
    report = desk.report(asked.at)
    seen = desk.snapshot(report)
    loss = losses_of(seen, desk.reckoning(report), report.objectives, asked.what)
    answer = f"{heading(report, desk.report())} {loss_words(loss, Names(seen))}"
    return Said(answer, loss.model_dump(mode="json"))


def loss_words(loss: Loss, names: Names) -> str:
    """A loss as Markdown."""
    sentence = loss.sentence[:1].lower() + loss.sentence[1:]
    lines = [f"{text(sentence)}.", ""]
    lines += [f"- {_outage(each, names)}" for each in loss.outages[:_MOST]]
    if len(loss.outages) > _MOST:
        lines.append(f"- and {len(loss.outages) - _MOST} more")
    if loss.rides_out:
        lines += ["", f"Not struck: {names.some([each.resource for each in loss.rides_out])}."]
    if loss.unknown:
        lines += ["", f"Not known: {names.some([each.resource for each in loss.unknown])}."]
    for what, met, allowed in (
        ("RTO", loss.rto_met, loss.rto_allowed),
        ("RPO", loss.rpo_met, loss.rpo_allowed),
    ):
        if allowed is not None and met is not None:
            lines += ["", f"The {what} of {spell_duration(allowed)} is {_met(met)}."]
    return "\n".join(lines)


def _outage(outage: Outage, names: Names) -> str:
    back = "does not come back" if outage.back_seconds is None else _back(outage)
    lost = ""
    if outage.lost_seconds is None:
        lost = "; its data is lost"
    elif outage.lost_seconds >= 1:
        lost = f"; {spell_duration(outage.lost_seconds)} of its data are lost"
    because = "" if outage.because in _HITS.values() else f": {text(outage.because)}"
    return f"{names.of(outage.resource)} {_HITS[outage.hit]}{because}, {back}{lost}"


def _back(outage: Outage) -> str:
    if outage.at_least and outage.back_seconds is not None and outage.back_seconds < 1:
        return "for how long is not known"
    least = "at least " if outage.at_least else ""
    return f"back after {least}{spell_duration(outage.back_seconds)}"


def _met(met: bool) -> str:
    return "met" if met else "missed"


VERB = Verb(
    name="lose",
    about="Lose an Availability Zone, a Region or a resource on paper: what stops, for how long, "
    "and which data is gone.",
    arguments=Lose,
    carry_out=_lose,
)
