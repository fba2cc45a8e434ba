"""Losses on paper: what stops when a zone, a Region or a resource is gone, and when it is back.

What is struck comes back after its own estimate. What cannot work without it waits for it: the
longest wait counts, they recover side by side. What goes on without it is degraded meanwhile.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from math import inf

from state.errors import InvalidPremises
from state.judgements import WORKLOAD
from state.losses import Bystander, Hit, Loss, Outage
from state.objectives import Objectives, spell_duration
from state.snapshot import Snapshot
from tools.grading.composition import carries_work
from tools.grading.reckoning import Reckoning
from tools.grading.striking import KINDS, RUNS, Site, Struck
from tools.grading.targets import targets_of
from tools.grading.timeline import Timeline, Wait, timeline

_LOAD_BALANCER = "AWS::ElasticLoadBalancingV2::LoadBalancer"
_ORDER = tuple(Hit)


def losses_of(snapshot: Snapshot, reckoning: Reckoning, objectives: Objectives, text: str) -> Loss:
    """What a loss does to the workload, by the estimates of the scenario that matches it.

    Args:
        snapshot: the account as it was read.
        reckoning: the estimates of the same account.
        objectives: what the loss is compared with.
        text: `az:NAME` (or a zone's id), `region:NAME`, or `resource:NAME` (or its ARN or id).

    Raises:
        InvalidPremises: the text is none of these, or there is no such zone, Region or resource.
    """
    kind, _, name = text.strip().partition(":")
    strike = KINDS.get(kind.strip().lower())
    if strike is None or not name.strip():
        raise InvalidPremises(
            f"{text!r} cannot be lost: say az:NAME, region:NAME or resource:NAME (or its ARN)"
        )
    site = Site(snapshot, reckoning)
    struck = strike(site, name.strip())
    line = _timeline(struck, site)
    outages = sorted(_outages(struck, line, site), key=_when)
    return _compared(text.strip(), struck, outages, site, objectives)


# -- who is down ----------------------------------------------------------------------------------


def _timeline(struck: Struck, site: Site) -> Timeline:
    """With load balancers that nobody gets through to any more, and all that needs them."""
    down = {each: _or_never(e.rto_seconds) for each, e in struck.outages.items()}
    down |= dict.fromkeys(struck.with_the_rest, down.pop(WORKLOAD, 0.0))
    down = {each: seconds for each, seconds in down.items() if seconds}
    line = timeline(down, struck.open_, site.uses, site.resources)
    beyond = {
        each: wait
        for each, wait in _cut_off(line, site).items()
        if site.resources[each].type == _LOAD_BALANCER and each not in line.stops
    }
    if not beyond:
        return line
    down |= {each: wait.seconds for each, wait in beyond.items() if wait.seconds}
    open_ = {*struck.open_, *(each for each, wait in beyond.items() if not wait.seconds)}
    again = timeline(down, open_, site.uses, site.resources)
    return replace(again, stops={**again.stops, **beyond})


def _cut_off(line: Timeline, site: Site) -> dict[str, Wait]:
    """What is placed in subnets that all have no way out, until the last of them has one."""
    if not line.cut_off:
        return {}
    found: dict[str, Wait] = {}
    for resource, subnets in sorted(site.placement.subnets.items()):
        if subnets <= line.cut_off.keys():
            last = max((line.cut_off[each] for each in sorted(subnets)), key=lambda w: w.seconds)
            found[resource] = replace(last, via=last.root)
    return found


def _outages(struck: Struck, line: Timeline, site: Site) -> Iterator[Outage]:
    """What is struck, then what waits for it, then what goes on with less."""
    told = set[str]()
    for outage in (*_struck(struck, line, site), *_waiting(struck, line, site)):
        if outage.resource not in told:
            told.add(outage.resource)
            yield outage


def _struck(struck: Struck, line: Timeline, site: Site) -> Iterator[Outage]:
    for resource, estimate in struck.outages.items():
        own, wait = _or_never(estimate.rto_seconds), line.stops.get(resource)
        waits = wait is not None and wait.seconds > own
        back = wait.seconds if wait and waits else own
        yield Outage(
            resource=resource,
            hit=Hit.STRUCK,
            back_seconds=_finite(back),
            at_least=back != inf and resource in line.open_,
            own_seconds=estimate.rto_seconds,
            waits_for=wait.root if wait and waits else None,
            lost_seconds=estimate.rpo_seconds,
            by_itself=estimate.by_itself,
            terms=estimate.terms,
            soft=site.reckoning.ledger.is_soft(resource),
            because=struck.whys[resource],
        )
    for resource, because in (*struck.open_.items(), *struck.with_the_rest.items()):
        wait = line.stops.get(resource)
        root = wait.root if wait and wait.root not in {resource, *struck.with_the_rest} else None
        yield _waits(resource, Hit.STRUCK, wait.seconds if wait else 0.0, because, line, site, root)


def _waiting(struck: Struck, line: Timeline, site: Site) -> Iterator[Outage]:
    cut_off = {
        resource: wait
        for resource, wait in _cut_off(line, site).items()
        if site.resources[resource].type in RUNS
    }
    for hit, waits, how in (
        (Hit.STOPS, line.stops, "needs"),
        (Hit.DEGRADED, line.degraded, "goes on without"),
        (Hit.DEGRADED, cut_off, "has no way out without"),
    ):
        for resource, wait in waits.items():
            known = site.resources[resource]
            lost = hit is Hit.DEGRADED and resource in struck.inside  # it goes on with nothing
            if known.member and not lost and carries_work(known.type):
                because = f"{how} {site.name(wait.via)}"
                yield _waits(resource, hit, wait.seconds, because, line, site, wait.root)


def _waits(
    resource: str,
    hit: Hit,
    seconds: float,
    because: str,
    line: Timeline,
    site: Site,
    root: str | None = None,
) -> Outage:
    """Something that is back as soon as something else is."""
    return Outage(
        resource=resource,
        hit=hit,
        back_seconds=_finite(seconds),
        at_least=seconds != inf and (resource in line.open_ or root in line.open_),
        waits_for=root,
        soft=site.reckoning.ledger.is_soft(resource),
        because=because,
    )


def _when(outage: Outage) -> tuple[float, bool, int, str]:
    """In the order in which they are back: what is struck before what waits for it."""
    at = _or_never(outage.back_seconds)
    return at, outage.at_least, _ORDER.index(outage.hit), outage.resource


# -- what that means ------------------------------------------------------------------------------


def _compared(
    lost: str, struck: Struck, outages: Sequence[Outage], site: Site, objectives: Objectives
) -> Loss:
    """The loss as a whole against the objectives."""
    ledger = site.reckoning.ledger
    down = {outage.resource for outage in outages}
    unknown = {each: why for each, why in struck.unknown.items() if each not in down}
    sets = [each for each in outages if each.hit is not Hit.DEGRADED and not each.soft]
    rto = max((_or_never(each.back_seconds) for each in sets), default=0.0)
    rpo = max((_or_never(each.lost_seconds) for each in sets), default=0.0)
    sure = not any(each.at_least for each in sets) and all(map(ledger.is_soft, unknown))
    targets = targets_of(struck.scenario.name, objectives)
    return Loss(
        lost=lost,
        scenario=struck.scenario.name,
        taken_as=struck.taken_as,
        outages=tuple(outages),
        rides_out=_bystanders(e for e in struck.rides_out.items() if e[0] not in down),
        unknown=_bystanders(unknown.items()),
        rto_seconds=_finite(rto),
        rpo_seconds=_finite(rpo),
        rto_allowed=targets.rto if targets else None,
        rpo_allowed=targets.rpo if targets else None,
        rto_met=_met(rto, targets.rto, sure=sure) if targets else None,
        rpo_met=_met(rpo, targets.rpo, sure=sure) if targets else None,
        sentence=_sentence(struck, sets, site, sure=sure),
    )


def _met(seconds: float, allowed: int, *, sure: bool) -> bool | None:
    """Too long is too long whatever is unknown; short enough is not."""
    if seconds > allowed:
        return False
    return True if sure else None


def _sentence(struck: Struck, sets: Sequence[Outage], site: Site, *, sure: bool) -> str:
    start = f"after {struck.what}"
    least = "" if sure else "at least "
    if not sets:
        what = "the workload goes on" if sure else "nothing that is known stops the workload"
        return f"{start}, {what}"
    last = max(sets, key=lambda each: (_or_never(each.back_seconds), each.waits_for is None))
    who = site.name(last.waits_for or last.resource)
    said = who in start  # what was lost is what is waited for
    if last.back_seconds is None:
        time = "the workload does not come back" + ("" if said else f", for {who} does not")
    elif last.back_seconds:
        after = f"{least}{spell_duration(last.back_seconds)}"
        time = f"the workload is back after {after}" + ("" if said else f", with {who}")
    elif sure:
        time = "the workload goes on"
    else:
        time = f"the workload waits for {who}, and it is not known how long"
    lossiest = max(sets, key=lambda each: _or_never(each.lost_seconds))
    if lossiest.lost_seconds is None:
        return f"{start}, {time}; all data in {site.name(lossiest.resource)} is lost"
    if lossiest.lost_seconds:
        lost = spell_duration(lossiest.lost_seconds)
        return f"{start}, {time}; {lost} of data in {site.name(lossiest.resource)} are lost"
    return f"{start}, {time}; no data is lost"


def _bystanders(found: Iterable[tuple[str, str]]) -> tuple[Bystander, ...]:
    return tuple(Bystander(resource=each, because=why) for each, why in sorted(found))


def _or_never(seconds: float | None) -> float:
    return inf if seconds is None else seconds


def _finite(seconds: float) -> float | None:
    return None if seconds == inf else seconds
