"""What an incident lead needs: how severe it is, where to look first, whether it is over."""

from collections.abc import Iterable, Mapping, Sequence

from state.grades import Estimate
from state.judgements import Phase
from state.objectives import HOUR, MINUTE, Objectives, spell_duration
from state.runbooks import Layered, Look, Procedure, SeverityLevel, Unwatched, Watch
from state.snapshot import Resource, Snapshot
from tools.diagram.words import type_words
from tools.markdown import code
from tools.runbook.commands import blank, command
from tools.runbook.declarations import look

_BEFORE_ACTING = (Phase.DETECT, Phase.DECIDE)


def start_within(estimates: Iterable[Estimate], objectives: Objectives) -> int | None:
    """Seconds after the fault by which the longest recovery must have begun to meet the RTO.

    None: it takes longer than the RTO, however soon it begins. What never comes back is left out.
    """
    longest = max(
        (
            sum(term.seconds or 0.0 for term in each.terms if _is_work(term.term))
            for each in estimates
            if each.rto_seconds is not None and not each.by_itself
        ),
        default=0.0,
    )
    left = objectives.rto_seconds - longest
    return int(left) if left > 0 else None


def _is_work(phase: str) -> bool:
    return phase not in _BEFORE_ACTING and phase != Phase.LOSE


def severities_of(objectives: Objectives, latest: int | None) -> tuple[SeverityLevel, ...]:
    """Levels that follow from how much of the RTO is gone."""
    rto = objectives.rto_seconds
    half, quarter = spell_duration(rto / 2), spell_duration(rto / 4)
    if latest is not None:
        late = f"the longest recovery has not begun {spell_duration(latest)} after the fault"
    else:
        late = "the longest recovery is needed: it takes longer than the RTO allows"
    return (
        SeverityLevel(
            name="SEV1",
            when=(
                "nobody is served, or data is being lost or is gone",
                f"half of the RTO is gone: {half} after the fault",
                late,
            ),
            then="Call the incident lead and the service's owner at once, day and night.",
            update_seconds=max(5 * MINUTE, min(30 * MINUTE, rto // 8)),
        ),
        SeverityLevel(
            name="SEV2",
            when=(
                "some users are served badly or not at all",
                f"a quarter of the RTO is gone: {quarter} after the fault",
            ),
            then="On-call works on it at once, and tells the service's owner.",
            update_seconds=max(10 * MINUTE, min(HOUR, rto // 4)),
        ),
        SeverityLevel(
            name="SEV3",
            when=(
                "redundancy is gone, or backups fail, but users notice nothing",
                "an alarm fires, and nobody knows yet what it means",
            ),
            then="On-call looks at it now, and mends it on the same day.",
            update_seconds=4 * HOUR,
        ),
        SeverityLevel(
            name="SEV4",
            when=("a defect that bears on no user and no recovery",),
            then="A ticket, in working hours.",
            update_seconds=24 * HOUR,
        ),
    )


def triage_of(
    snapshot: Snapshot, entries: Sequence[Resource], procedures: Sequence[Procedure]
) -> tuple[Look, ...]:
    """The first five minutes: reads only, from the outside in."""
    looks = [
        look(
            command("sts", "get-caller-identity", {"query": "Account", "output": "text"}),
            "the account",
            f"{code(snapshot.account)}; any other: stop, and sign in to the right one",
        )
    ]
    looks += [_alarming(region) for region in snapshot.regions]
    looks += [_changed(region) for region in _trails(snapshot)]
    known = [_first_check(each, procedures) for each in entries[:4]]
    return (*looks, *(each for each in known if each))


def validation_of(
    snapshot: Snapshot, order: Iterable[str], procedures: Sequence[Procedure]
) -> tuple[Look, ...]:
    """Whether the service is back: one look at each resource in the order of recovery."""
    by_resource: dict[str, Look] = {}
    for each in procedures:
        if each.verification:
            by_resource.setdefault(each.resource, each.verification[0])
    found = [by_resource[each] for each in order if each in by_resource]
    unique = {each.command.words: each for each in found}
    return (*unique.values(), *(_alarming(region) for region in snapshot.regions))


def layers_of(
    order: Iterable[str],
    procedures: Sequence[Procedure],
    watches: Sequence[Watch],
    unwatched: Sequence[Unwatched],
) -> tuple[Layered, ...]:
    """For each resource what shows its failure, and the responses to it."""
    wanted = {each.resource: each.alarm for each in unwatched}
    heard: dict[str, list[str]] = {}
    for watch in watches:
        for resource in watch.watches if watch.seconds is not None else ():
            heard.setdefault(resource, []).append(watch.name)
    return tuple(
        Layered(
            resource=resource,
            indicator=", ".join(heard.get(resource, ())),
            wanted=wanted.get(resource, ""),
            by_itself=_by_itself(resource, procedures),
            by_person=tuple(p.number for p in procedures if p.resource == resource),
        )
        for resource in order
    )


def entries_of(snapshot: Snapshot, entries: Iterable[str]) -> list[Resource]:
    """Where work enters, in the order of their names."""
    found = [snapshot.resources[each] for each in entries if each in snapshot.resources]
    return sorted(found, key=lambda each: (type_words(each.type), each.name, each.id))


# -- parts ----------------------------------------------------------------------------------------


def _by_itself(resource: str, procedures: Sequence[Procedure]) -> tuple[str, ...]:
    steps: Mapping[str, None] = {
        f"{timing.text}: {row.what}": None
        for procedure in procedures
        if procedure.resource == resource
        for timing in procedure.timings
        if timing.by_itself
        for row in timing.rows
        if row.phase not in _BEFORE_ACTING
    }
    return tuple(steps)


def _trails(snapshot: Snapshot) -> Iterable[str]:
    """The Regions whose trails tell of changes: IAM, Route 53 and the like are in one of them."""
    of_global_services = ["us-east-1"] if snapshot.partition == "aws" else []
    return dict.fromkeys([*snapshot.regions, *of_global_services])


def _first_check(entry: Resource, procedures: Sequence[Procedure]) -> Look | None:
    checks = (each.checks for each in procedures if each.resource == entry.id and each.checks)
    found = next(checks, None)
    if not found:
        return None
    return found[0].model_copy(update={"at": f"{code(entry.name)}: {found[0].at}"})


def _alarming(region: str) -> Look:
    return look(
        command(
            "cloudwatch",
            "describe-alarms",
            {
                "region": region,
                "state_value": "ALARM",
                "query": "MetricAlarms[].[AlarmName, StateUpdatedTimestamp, StateReason]",
            },
        ),
        f"alarms that are firing in {code(region)}",
        "none of this workload's; the earliest one is nearest to the cause",
    )


def _changed(region: str) -> Look:
    return look(
        command(
            "cloudtrail",
            "lookup-events",
            {
                "region": region,
                "lookup_attributes": [{"AttributeKey": "ReadOnly", "AttributeValue": "false"}],
                "start_time": blank("START_TIME"),
                "max_items": 50,
                "query": "Events[].[EventTime, EventName, Username, Resources[0].ResourceName]",
            },
        ),
        f"what was changed in {code(region)}, and by whom",
        "nothing just before the incident; a change then is the first suspect: roll it back. "
        "CloudTrail shows a change up to 15 minutes late",
    )
