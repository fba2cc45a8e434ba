"""Who is told of an outage by an alarm on something else: on what cannot work without it.

When a table is gone, the function that reads it fails, and so does the API in front of that: an
alarm on either one's errors tells people, though nobody watches the table. So an effective alarm on
failed requests counts for everything that its resource needs, directly or through others.

It does not count for what leaves requests working. Deleted rows are answers without them; a slow
component raises no error; before an expired certificate clients turn away, unseen; and the loss of
a Region takes the alarm along. What the alarm on a component itself says is in that one's rows.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from state.categories.misconfiguration_and_bugs import BAD_CHANGE, DATA_DELETED, EXPIRY
from state.categories.shared_fate import SHARED_COMPONENT_FAILED
from state.categories.single_point_of_failure import COMPONENT_LOST, ZONE_LOST
from state.judgements import Contribution, Phase
from state.snapshot import Snapshot
from tools.checks.alarms import ALARM, is_on_failures, soonest
from tools.checks.judging import workload_of
from tools.checks.view import Unknown, View
from tools.grading.composition import Use

_HEALTH_CHECK = "AWS::Route53::HealthCheck"

_STOPPED = (COMPONENT_LOST, ZONE_LOST, BAD_CHANGE, SHARED_COMPONENT_FAILED)
_LOCKED_OUT = (*_STOPPED, DATA_DELETED, EXPIRY)
# What a read of something that is gone fails on. A database answers that there is no such row.
_FAILS_IF_GONE = (*_STOPPED, DATA_DELETED)
_SHOWN = {
    "AWS::CertificateManager::Certificate": (),
    "AWS::EFS::FileSystem": _FAILS_IF_GONE,
    "AWS::IAM::Role": _LOCKED_OUT,
    "AWS::KMS::Key": _LOCKED_OUT,
    "AWS::S3::Bucket": _FAILS_IF_GONE,
    "AWS::SecretsManager::Secret": _LOCKED_OUT,
}


def noticed(snapshot: Snapshot, uses: Iterable[Use]) -> Mapping[str, tuple[Contribution, ...]]:
    """For each resource, what says how soon its outage shows at something that needs it."""
    found: dict[str, tuple[Contribution, ...]] = {}
    for resource, (seconds, at) in _through(snapshot, uses).items():
        if at == resource:
            continue  # its own alarm, which its own rows tell of
        scenarios = _SHOWN.get(snapshot.resources[resource].type, _STOPPED)
        found[resource] = tuple(
            Contribution(
                scenario=scenario.name,
                phase=Phase.DETECT,
                assumption="alarm_evaluation",
                units=seconds,
                seen_at=snapshot.resources[at].name,
            )
            for scenario in scenarios
        )
    return found


def _through(snapshot: Snapshot, uses: Iterable[Use]) -> dict[str, tuple[float, str]]:
    """Seconds until the quickest alarm at or above a resource fires, and what that alarm is on.

    The quickest alarms go first, so whatever is reached already, and all that this one needs, is
    told of sooner: each resource is passed once.
    """
    needs = _needs(snapshot, uses)
    found: dict[str, tuple[float, str]] = {}
    for seconds, at in sorted((seconds, at) for at, seconds in _alarmed(snapshot).items()):
        left = [at]
        while left:
            resource = left.pop()
            if resource not in found:
                found[resource] = (seconds, at)
                left += needs.get(resource, ())
    return found


def _needs(snapshot: Snapshot, uses: Iterable[Use]) -> Mapping[str, list[str]]:
    """What a resource fails without; a health check fails with the endpoint that it asks."""
    needs: dict[str, list[str]] = defaultdict(list)
    for use in uses:
        if use.hard:
            needs[use.user].append(use.used)
    for relation in snapshot.relations:
        if relation.label == "watches" and not relation.dangling:
            source = snapshot.resources.get(relation.source)
            if source and source.type == _HEALTH_CHECK and relation.target in snapshot.resources:
                needs[relation.source].append(relation.target)
    return needs


def _alarmed(snapshot: Snapshot) -> dict[str, float]:
    """Resources whose failures raise an effective alarm -> seconds until it fires."""
    workload = workload_of(snapshot)
    alarms: dict[str, list[View]] = defaultdict(list)
    for resource in workload.by_type.get(ALARM, ()):
        alarm = View(resource, workload)
        if _counts(alarm):
            for at in _where_it_shows(alarm):
                alarms[at].append(alarm)
    return {at: seconds for at, found in alarms.items() if (seconds := _soonest(found)) is not None}


def _counts(alarm: View) -> bool:
    try:
        return is_on_failures(alarm)
    except Unknown:
        return False


def _where_it_shows(alarm: View) -> Iterator[str]:
    """What it watches, and what takes work from there: that piles up where it is not done."""
    for watched in alarm.linked(label="watches"):
        yield watched.id
        yield from (taker.id for taker in watched.linked_from(label="polls"))


def _soonest(alarms: Sequence[View]) -> float | None:
    """None also where it could not be seen whether they reach anybody: that is no proof."""
    try:
        return soonest(alarms)
    except Unknown:
        return None
