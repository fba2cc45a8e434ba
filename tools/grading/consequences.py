"""What the estimates of single resources mean for the whole: who waits for whom, what is missing.

Sentences for the report; no letter comes from here.
"""

from collections.abc import Iterable, Mapping, Sequence
from math import inf

from state.categories import scenarios
from state.categories.misconfiguration_and_bugs import DATA_DELETED
from state.categories.single_point_of_failure import REGION_LOST, ZONE_LOST
from state.grades import ConsistencyGap, CriticalPath, Degraded, Grade, RecoveryPoint
from state.judgements import Phase
from state.objectives import Objectives, spell_duration
from tools.diagram.words import type_words
from tools.grading.estimates import share
from tools.grading.ledger import Ledger
from tools.grading.letters import severity_for
from tools.grading.reckoning import Reckoning
from tools.grading.recoveries import recoveries
from tools.grading.targets import targets_of

_NAMED = 3  # resources in a sentence
_USERS_REACH = frozenset(
    (
        "AWS::ApiGateway::RestApi",
        "AWS::ApiGatewayV2::Api",
        "AWS::Bedrock::Agent",
        "AWS::CloudFront::Distribution",
        "AWS::ElasticLoadBalancing::LoadBalancer",
        "AWS::ElasticLoadBalancingV2::LoadBalancer",
        "AWS::Route53::HostedZone",
    )
)
# What people keep data in; a queue or a function loses work, and leaves no two records apart.
_STORES = frozenset(
    (
        "AWS::DynamoDB::GlobalTable",
        "AWS::DynamoDB::Table",
        "AWS::EC2::Volume",
        "AWS::EFS::FileSystem",
        "AWS::RDS::DBCluster",
        "AWS::RDS::DBInstance",
        "AWS::S3::Bucket",
    )
)
_ALL_AT_ONCE = (ZONE_LOST.name, REGION_LOST.name)  # the others strike one store at a time


def critical_path(grades: Iterable[Grade], ledger: Ledger) -> CriticalPath | None:
    """The path to the resource that sets the overall recovery time; None if nothing takes time."""
    graded = [grade for grade in grades if grade.letter and grade.rto_seconds != 0]
    if not graded:
        return None
    slowest = max(graded, key=lambda grade: _or_never(grade.rto_seconds))
    steps = [term for term in slowest.terms if term.term != Phase.LOSE]
    if not steps:
        return None
    scenario, last = steps[0].scenario, steps[0].resource
    path = ledger.path_to(last) if last in ledger.resources else ()
    back = (
        "does not come back"
        if slowest.rto_seconds is None
        else f"is back no sooner than after {spell_duration(slowest.rto_seconds)}"
    )
    when = f"when {scenarios()[scenario].text}, "
    if len(path) < 2:
        who = described(last, ledger) if path else "the workload as a whole"
        return CriticalPath(scenario=scenario, resources=path, sentence=f"{when}{who} {back}")
    entry, *others = path
    start = "users reach " if ledger.resources[entry].type in _USERS_REACH else ""
    chain = ", which needs ".join(described(each, ledger) for each in others)
    verb = ", which needs " if start else " needs "
    if slowest.rto_seconds is not None:
        back = f"the workload is back no sooner than {ledger.name_of(last)}, after " + (
            spell_duration(slowest.rto_seconds)
        )
    else:
        back = f"the workload does not come back, for {ledger.name_of(last)} does not"
    return CriticalPath(
        scenario=scenario,
        resources=path,
        sentence=f"{start}{described(entry, ledger)}{verb}{chain}: {when}{back}",
    )


def degraded(reckoning: Reckoning, objectives: Objectives) -> Degraded | None:
    """What is soft and can be down, and for how long at most; None if nothing is."""
    ledger = reckoning.ledger
    longest: dict[str, float] = {}
    for estimate in reckoning.soft:
        if targets_of(estimate.scenario, objectives):
            seconds = _or_never(estimate.rto_seconds)
            longest[estimate.resource] = max(longest.get(estimate.resource, 0.0), seconds)
    missing = sorted(
        (each for each, seconds in longest.items() if seconds), key=lambda r: (-longest[r], r)
    )
    if not missing:
        return None
    worst = longest[missing[0]]
    most = "for good" if worst == inf else f"for up to {spell_duration(worst)}"
    them = "they are" if len(missing) > 1 else "it is"
    return Degraded(
        resources=tuple(missing),
        rto_seconds=None if worst == inf else worst,
        sentence=f"the workload goes on without {_some(missing, ledger)} while {them} down, {most}",
    )


def consistency_gaps(reckoning: Reckoning, objectives: Objectives) -> tuple[ConsistencyGap, ...]:
    """Stores that stand at different times after a recovery, as far as the RPO makes it matter.

    The loss of a zone or a Region takes all stores back at once, each to its own recovery point;
    anything else takes one of them back while the others stand at now. Only stores that work flows
    between can contradict each other. One whose data is gone for good has no recovery point: that
    is what the letter says.
    """
    ledger = reckoning.ledger
    struck: dict[str, dict[str, float | None]] = {}  # by scenario: recovery points
    for estimate in reckoning.counting:
        known = ledger.resources.get(estimate.resource)
        if known and known.type in _STORES:
            struck.setdefault(estimate.scenario, {})[estimate.resource] = estimate.rpo_seconds
    parts: dict[str, list[str]] = {}
    for store in sorted(struck.get(DATA_DELETED.name, ())):
        parts.setdefault(ledger.resources[store].part, []).append(store)
    found: dict[tuple[RecoveryPoint, ...], ConsistencyGap] = {}
    for scenario in scenarios():
        targets = targets_of(scenario, objectives)
        for stores in parts.values() if targets else ():
            points = _points(scenario, stores, struck.get(scenario, {}), ledger)
            span = points[0].seconds - points[-1].seconds if points else 0.0
            if targets and severity_for(share(span, targets.rpo)) is not None:
                gap = ConsistencyGap(
                    scenario=scenario,
                    stores=points,
                    span_seconds=span,
                    sentence=_apart(scenario, points, ledger),
                )
                found.setdefault(points, gap)
    return tuple(sorted(found.values(), key=lambda g: (-g.span_seconds, g.sentence)))


def described(resource: str, ledger: Ledger) -> str:
    """A resource's name and what it is: `orders (RDS DB instance)`."""
    known = ledger.resources.get(resource) or ledger.between.get(resource)
    return f"{known.name} ({type_words(known.type)})" if known else ledger.name_of(resource)


# -- parts ----------------------------------------------------------------------------------------


def _points(
    scenario: str, stores: Sequence[str], struck: Mapping[str, float | None], ledger: Ledger
) -> tuple[RecoveryPoint, ...]:
    """Where the stores stand after a scenario, the furthest back first; () if it takes none back.

    A store of which it is not known how it stands the scenario is left out.
    """
    back = {store: seconds for store in stores if (seconds := struck.get(store)) is not None}
    if scenario in _ALL_AT_ONCE:
        untouched = [
            store
            for store in stores
            if store not in struck and _cannot_strike(scenario, ledger.resources[store].type)
        ]
    elif back:
        worst = max(sorted(back), key=lambda store: back[store])
        back = {worst: back[worst]}
        untouched = [store for store in stores if store != worst]
    else:
        return ()
    points = {**dict.fromkeys(untouched, 0.0), **back}
    ordered = sorted(points.items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple(RecoveryPoint(resource=store, seconds=seconds) for store, seconds in ordered)


def _cannot_strike(scenario: str, kind: str) -> bool:
    recovery = recoveries().get(kind, {}).get(scenario)
    return recovery is not None and bool(recovery.none)


_AFTER = {
    ZONE_LOST.name: "after the loss of an Availability Zone",
    REGION_LOST.name: "after the loss of the Region",
    DATA_DELETED.name: "after data was deleted or corrupted in one store",
}


def _apart(scenario: str, points: Sequence[RecoveryPoint], ledger: Ledger) -> str:
    """Which store is behind which, in a sentence."""
    furthest, latest = points[0], points[-1]
    others = sum(point.seconds == latest.seconds for point in points) - 1
    start = _AFTER.get(scenario) or f"when {scenarios()[scenario].text}"
    fresh = described(latest.resource, ledger) + (f" and {others} more" if others else "")
    where = f"{spell_duration(latest.seconds)} back" if latest.seconds else "at now"
    return (
        f"{start}, {described(furthest.resource, ledger)} stands "
        f"{spell_duration(furthest.seconds)} back and {fresh} {where}: "
        f"{spell_duration(furthest.seconds - latest.seconds)} of {ledger.name_of(latest.resource)} "
        f"without {ledger.name_of(furthest.resource)}"
    )


def _some(resources: Sequence[str], ledger: Ledger) -> str:
    names = list(dict.fromkeys(described(each, ledger) for each in resources))
    shown = ", ".join(names[:_NAMED])
    return f"{shown} and {len(names) - _NAMED} more" if len(names) > _NAMED else shown


def _or_never(seconds: float | None) -> float:
    return inf if seconds is None else seconds
