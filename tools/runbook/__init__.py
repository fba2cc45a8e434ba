"""The runbook of a workload, from what is stored: what was read of it, and the estimates.

Procedures are declared in `procedures/`, by service, and by occasion where a service has many.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from pydantic import BaseModel

from state.categories import scenarios
from state.grades import Estimate
from state.judgements import WORKLOAD
from state.report import Report
from state.runbooks import Assumed, Command, Listed, Procedure, Runbook
from state.snapshot import Snapshot
from tools.grading.composition import carries_work, composition_of
from tools.grading.reckoning import Reckoning
from tools.grading.striking import Site
from tools.grading.targets import targets_of
from tools.runbook import detecting, leading
from tools.runbook.blanks import BLANKS
from tools.runbook.declarations import Declared, Known, Place, declared
from tools.runbook.losing import places_of
from tools.runbook.ordering import waves_of
from tools.runbook.selecting import selected
from tools.runbook.sharing import numbered
from tools.runbook.timing import timings_of

_READ_HERE = ("configured", "measured")  # sources of terms that nobody had to assume


def runbook_of(
    report: Report, snapshot: Snapshot, reckoning: Reckoning, only: Iterable[str] = ()
) -> Runbook:
    """What to do when the workload fails, in the order in which to do it.

    Args:
        report: the result whose objectives and letters it goes by.
        snapshot: the account as that result's run saw it.
        reckoning: its estimates.
        only: whose procedures are wanted; none: all of them.

    Raises:
        WrongUse: there is no procedure for one of the names.
    """
    only = tuple(only)
    every = _procedures(report, snapshot, reckoning)
    waves = waves_of(snapshot, {each.resource for each in every})
    procedures = numbered(
        selected(_in_order(every, [r for wave in waves for r in wave.resources]), only)
    )
    if only:
        waves = waves_of(snapshot, {each.resource for each in procedures})
    order = [resource for wave in waves for resource in wave.resources]
    wanted = set(order)

    def is_wanted(*resources: str) -> bool:
        return not only or not wanted.isdisjoint(resources)

    watches = [each for each in detecting.watches_of(snapshot) if is_wanted(*each.watches)]
    unwatched = [
        each
        for each in detecting.unwatched_of(snapshot, reckoning.ledger)
        if is_wanted(each.resource)
    ]
    estimates = [
        each
        for each in reckoning.estimates
        if targets_of(each.scenario, report.objectives) and is_wanted(each.resource)
    ]
    composition = composition_of(snapshot.resources.values(), snapshot.relations)
    entries = [
        each
        for each in leading.entries_of(snapshot, composition.entries)
        if carries_work(each.type)
    ]
    latest = leading.start_within(
        (each for each in estimates if not reckoning.ledger.is_soft(each.resource)),
        report.objectives,
    )
    runbook = Runbook(
        thread=report.thread,
        checkpoint=report.checkpoint,
        workload=report.workload,
        objectives=report.objectives,
        letters={code: grade.letter for code, grade in report.grades.items()},
        overall=report.overall,
        start_within=latest,
        only=only,
        resources={},
        severities=leading.severities_of(report.objectives, latest),
        channels=detecting.channels_of(snapshot),
        watches=tuple(watches),
        unwatched=tuple(unwatched),
        unseen=tuple(filter(is_wanted, detecting.unseen_of(reckoning.ledger))),
        triage=leading.triage_of(snapshot, entries, procedures),
        waves=waves,
        procedures=procedures,
        places=() if only else places_of(Site(snapshot, reckoning), report.objectives, procedures),
        entries=tuple(each.id for each in entries),
        validation=leading.validation_of(snapshot, order, procedures),
        layers=leading.layers_of(order, procedures, watches, unwatched),
        blanks=(),
        assumed=_assumed(estimates, reckoning),
        gaps=tuple(report.gaps),
        uncovered=() if only else _uncovered(estimates, procedures),
    )
    named = dict.fromkeys(name for each in commands_in(runbook) for name in each.blanks)
    return runbook.model_copy(
        update={
            "blanks": tuple(BLANKS[name] for name in named),
            "resources": _listed(runbook, snapshot),
        }
    )


def commands_in(part: object) -> Iterator[Command]:
    """Every command in a runbook, or in a part of it, in its order."""
    if isinstance(part, Command):
        yield part
    elif isinstance(part, BaseModel):
        for name in type(part).model_fields:
            yield from commands_in(getattr(part, name))
    elif isinstance(part, (tuple, list)):
        for each in part:
            yield from commands_in(each)


# -- procedures -----------------------------------------------------------------------------------


def _procedures(report: Report, snapshot: Snapshot, reckoning: Reckoning) -> list[Procedure]:
    known = Known(snapshot)
    estimates: dict[str, dict[str, Estimate]] = {}
    for each in reckoning.estimates:
        if targets_of(each.scenario, report.objectives):
            estimates.setdefault(each.resource, {})[each.scenario] = each
    return [
        procedure
        for resource in snapshot.resources.values()
        if resource.member
        for one in declared().get(resource.type, ())
        if (procedure := _written(one, Place(resource, known), estimates, report))
    ]


def _written(
    one: Declared, at: Place, estimates: Mapping[str, Mapping[str, Estimate]], report: Report
) -> Procedure | None:
    own = estimates.get(at.id, {})
    struck = [own[name] for name in one.scenarios if name in own]
    if not struck and not one.always:
        return None
    draft = one.write(at)
    if draft is None:
        return None
    return Procedure(
        resource=at.id,
        name=at.name,
        type=at.resource.type,
        region=at.resource.region,
        title=one.title,
        scenarios=tuple(each.scenario for each in struck) or one.scenarios,
        purpose=draft.purpose,
        timings=timings_of(struck, draft.actions, report.objectives),
        checks=tuple(draft.checks),
        actions=tuple(draft.actions),
        verification=tuple(draft.verification),
        rollback=tuple(draft.rollback),
        never=tuple(draft.never),
    )


def _in_order(procedures: Iterable[Procedure], order: Sequence[str]) -> list[Procedure]:
    place = {resource: number for number, resource in enumerate(order)}
    return sorted(procedures, key=lambda each: place[each.resource])


def _uncovered(estimates: Iterable[Estimate], procedures: Iterable[Procedure]) -> tuple[str, ...]:
    """What can be struck, and where no procedure says what to do."""
    covered = {(each.resource, name) for each in procedures for name in each.scenarios}
    known = scenarios()
    return tuple(
        sorted(
            {
                f"{each.resource}: {known[each.scenario].text}"
                for each in estimates
                if each.resource != WORKLOAD
                and not each.by_itself
                and (each.resource, each.scenario) not in covered
            }
        )
    )


# -- appendix -------------------------------------------------------------------------------------


def _assumed(estimates: Iterable[Estimate], reckoning: Reckoning) -> tuple[Assumed, ...]:
    names = {
        name: kind
        for each in estimates
        for term in each.terms
        for kind, _, name in [term.source.partition(":")]
        if kind not in _READ_HERE
    }
    return tuple(
        Assumed(
            name=name,
            seconds=None if known.never else known.seconds,
            what=known.what,
            given=kind in ("given", "attested"),
        )
        for name, kind in sorted(names.items())
        if (known := reckoning.table.get(name))
    )


def _listed(runbook: Runbook, snapshot: Snapshot) -> dict[str, Listed]:
    """What it speaks of, in the order in which it does."""
    spoken = [
        *runbook.entries,
        *(resource for wave in runbook.waves for resource in wave.resources),
        *(each.resource for each in runbook.channels),
        *(each.resource for each in runbook.unwatched),
        *runbook.unseen,
        *(resource for each in runbook.watches for resource in (each.alarm, *each.watches)),
        *(outage.resource for place in runbook.places for outage in place.loss.outages),
        *(each.resource for place in runbook.places for each in place.loss.rides_out),
        *(each.resource for place in runbook.places for each in place.loss.unknown),
    ]
    known = snapshot.resources
    return {
        each: Listed(name=known[each].name, type=known[each].type, region=known[each].region)
        for each in dict.fromkeys(spoken)
        if each in known
    }
