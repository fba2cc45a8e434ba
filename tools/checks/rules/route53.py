"""Route 53: records that answer by health. The checks they rely on are judged by themselves."""

from copy import deepcopy
from typing import Any

from state.categories.excessive_latency import SLOW_DEPENDENCY, SLOWNESS
from state.categories.misconfiguration_and_bugs import (
    BAD_CHANGE,
    GUARDRAILS,
    SHIFTS_TRAFFIC,
)
from state.categories.single_point_of_failure import COMPONENT_LOST, CONTROL_PLANE, REGION_LOST
from state.judgements import Cost, Effort, Layer, Phase
from state.snapshot import RelationKind
from tools.checks import (
    NOT_APPLICABLE,
    Effect,
    Example,
    Outcome,
    Remedy,
    check,
    failed,
    passed,
    passed_if,
)
from tools.checks.paper import Draft
from tools.checks.rules.route53_health_checks import (
    CHECKS,
    DEFAULT_DETECTION,
    HEALTH_CHECK,
    seconds_of,
)
from tools.checks.view import Unknown, View

ZONE = "AWS::Route53::HostedZone"
RECORDS = "route53:ListResourceRecordSets"

_A_MINUTE = 60
_ALIAS_LIFE = 60  # seconds: an alias has its target's time to live, a load balancer's at most
_CLOUDFRONT = "Z2FDTNDATAQYW2"  # alias targets there have no health to evaluate


def _zone(*records: dict[str, object], checks: tuple[Example, ...] = ()) -> Example:
    return Example(facts={RECORDS: list(records)}, linked=checks)


def _record(
    role: str = "", check: str = "hc-1", ttl: int = 60, **more: object
) -> dict[str, object]:
    record: dict[str, object] = {"Name": "www.example.org.", "Type": "A", "TTL": ttl, **more}
    if role:
        record |= {"SetIdentifier": role, "Failover": role}
    return record | ({"HealthCheckId": check} if check else {})


def _alias(
    role: str = "", evaluate: bool = True, zone: str = "ZLB", **more: object
) -> dict[str, object]:
    target = {"DNSName": "lb.", "EvaluateTargetHealth": evaluate, "HostedZoneId": zone}
    record = {"Name": "www.example.org.", "Type": "A", "SetIdentifier": role or "blue", **more}
    return {**record, "AliasTarget": target, **({"Failover": role} if role else {})}


Record = dict[str, Any]


def _check_health(zone: Draft, record: Record) -> None:
    """The record gets a new health check, which asks every ten seconds."""
    identity = f"{record['Name']}{record.get('SetIdentifier', 'record')}"
    addresses = record.get("ResourceRecords") or [{}]
    config = {
        "Type": "HTTPS",
        "IPAddress": addresses[0].get("Value"),
        "Port": 443,
        "RequestInterval": 10,
        "FailureThreshold": 3,
    }
    facts = {CHECKS: {"Id": identity, "HealthCheckConfig": config}}
    check = zone.add(HEALTH_CHECK, identity, facts, region="global")
    zone.link(check, "checked by", kind=RelationKind.OBSERVABILITY, hard=False)
    record["HealthCheckId"] = identity


def _watch(zone: Draft, record: Record) -> None:
    """Let the record answer by health: its target's where Route 53 knows it, else by a check."""
    target = record.get("AliasTarget") or {}
    if record.get("HealthCheckId") or target.get("EvaluateTargetHealth"):
        return
    if target and target.get("HostedZoneId") != _CLOUDFRONT:
        target["EvaluateTargetHealth"] = True
    else:
        _check_health(zone, record)


def _complete_pairs(zone: Draft) -> None:
    """Primaries are watched; a half that stands alone gets its other half."""
    pairs: dict[tuple[str, str], dict[str, Record]] = {}

    def complete(records: list[Record]) -> None:
        for record in records:
            if role := record.get("Failover"):
                pairs.setdefault((record["Name"], record["Type"]), {})[role] = record
        for pair in pairs.values():
            for role, other in (("PRIMARY", "SECONDARY"), ("SECONDARY", "PRIMARY")):
                if role not in pair:
                    kept = {k: v for k, v in pair[other].items() if k != "HealthCheckId"}
                    pair[role] = {**deepcopy(kept), "Failover": role, "SetIdentifier": role.lower()}
                    records.append(pair[role])
            _watch(zone, pair["PRIMARY"])

    zone.edit(RECORDS, complete)


_PAIR = (_record("PRIMARY"), _record("SECONDARY", check=""))


_REMEMBERED = (
    Effect(COMPONENT_LOST, Phase.PROPAGATE, "dns_ttl"),
    Effect(REGION_LOST, Phase.PROPAGATE, "dns_ttl"),
)


@check(
    id="route53.failover_record_incomplete",
    resource_type=ZONE,
    title="A failover record lacks its other half or its health check: it never fails over",
    question=CONTROL_PLANE,
    layer=Layer.DISASTER_RECOVERY,
    on_fail=(
        Effect(COMPONENT_LOST, Phase.ACT, "change_configuration", by_person=True),
        Effect(REGION_LOST, Phase.ACT, "change_configuration", by_person=True),
        *_REMEMBERED,
    ),
    on_pass=_REMEMBERED,
    effect_source=(
        "an assumed change of the record by hand; either way resolvers keep the old answer for its "
        "time to live"
    ),
    recommendation=(
        "Give the primary a health check (or `EvaluateTargetHealth` for an alias) and add the "
        "secondary: at most a dollar or two a month."
    ),
    documentation=(
        "Configuring DNS failover",
        "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-configuring.html",
    ),
    strength="names fail over to a second endpoint by themselves",
    remedy=Remedy(change=_complete_pairs, effort=Effort.HOURS, cost=Cost.LITTLE),
    passes=[_zone(*_PAIR), _zone(_alias("PRIMARY"), _alias("SECONDARY", evaluate=False))],
    fails=[
        _zone(_record("PRIMARY")),
        _zone(_record("PRIMARY", check=""), _record("SECONDARY", check="")),
        _zone(_alias("PRIMARY", evaluate=False), _alias("SECONDARY")),
    ],
    silent=[_zone(_record())],
)
def failover_record_incomplete(zone: View) -> Outcome:
    """Route 53 takes a primary without a health check for healthy, whatever happens to it."""
    path = "[?Failover].[Name, Type, Failover, HealthCheckId, AliasTarget.EvaluateTargetHealth]"
    roles: dict[tuple[str, str], dict[str, bool]] = {}
    for name, kind, role, check_id, evaluates in zone.read(RECORDS, path) or ():
        roles.setdefault((name, kind), {})[role] = bool(check_id or evaluates)
    if not roles:
        return NOT_APPLICABLE
    broken = sorted(
        {name for (name, _), pair in roles.items() if len(pair) < 2 or not pair["PRIMARY"]}
    )
    lives = [
        _ALIAS_LIFE if ttl is None else ttl for (ttl,) in zone.read(RECORDS, "[?Failover].[TTL]")
    ]
    return passed_if(not broken, ", ".join(broken), dns_ttl=float(max(lives)))


def _seconds_to_find_out(zone: View) -> float:
    """How long the slowest health check of the zone's records takes to find a failure.

    One that cannot be seen, or combines others, is taken for one as Route 53 proposes it.
    """
    named = set(zone.read(RECORDS, "[].HealthCheckId") or ())
    checks = [c for c in zone.linked(HEALTH_CHECK, label="checked by") if c.has(CHECKS)]
    seconds = [seconds_of(each) or DEFAULT_DETECTION for each in checks]
    unseen = len(seconds) < max(len(named), 1)
    return float(max([*seconds, DEFAULT_DETECTION] if unseen else seconds))


def _shorten(zone: Draft) -> None:
    def shorten(records: list[Record]) -> None:
        for record in records:
            by_health = record.get("Failover") or record.get("HealthCheckId")
            if by_health and record.get("TTL"):
                record["TTL"] = min(record["TTL"], _A_MINUTE)

    zone.edit(RECORDS, shorten)


_FAILING_OVER = tuple(
    effect
    for scenario in (COMPONENT_LOST, REGION_LOST, SLOW_DEPENDENCY)
    for effect in (
        Effect(scenario, Phase.ACT, "dns_failover"),
        Effect(scenario, Phase.PROPAGATE, "dns_ttl"),
    )
)


@check(
    id="route53.record_ttl_high",
    resource_type=ZONE,
    title="Records that fail over are cached for minutes: clients go on using what is gone",
    question=SLOWNESS,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=_FAILING_OVER,
    on_pass=_FAILING_OVER,
    effect_source=(
        "the slowest health check's interval times its threshold, and the longest time to live of "
        "a record that answers by health"
    ),
    recommendation=(
        "Set the time to live to 60 seconds or less: some more queries, at 40 cents a million."
    ),
    documentation=(
        "Best practices for Route 53 DNS",
        "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/best-practices-dns.html",
    ),
    remedy=Remedy(change=_shorten, effort=Effort.MINUTES, cost=Cost.LITTLE),
    passes=[_zone(*_PAIR)],
    fails=[_zone(_record("PRIMARY", ttl=3600), _record("SECONDARY", ttl=60))],
    silent=[_zone(_record(check="", ttl=86400)), _zone(_alias("PRIMARY"))],
)
def record_ttl_high(zone: View) -> Outcome:
    """Route 53 switches within a minute or two; resolvers repeat the old answer for that long."""
    records = zone.read(RECORDS, "[?Failover || HealthCheckId].[TTL]") or []
    lives = [ttl for (ttl,) in records if ttl is not None]
    if not lives:
        return NOT_APPLICABLE
    longest = max(lives)
    return passed_if(
        longest <= _A_MINUTE,
        f"{longest} s",
        dns_failover=_seconds_to_find_out(zone),
        dns_ttl=float(longest),
    )


def _mind_health(zone: Draft) -> None:
    def mind(records: list[Record]) -> None:
        for record in records:
            split = record.get("SetIdentifier") and not record.get("Failover")
            target = record.get("AliasTarget") or {}
            if split and target and target.get("HostedZoneId") != _CLOUDFRONT:
                _watch(zone, record)

    zone.edit(RECORDS, mind)


@check(
    id="route53.alias_health_ignored",
    resource_type=ZONE,
    title="A name is split between endpoints without regard to health: a dead one keeps its share",
    question=SHIFTS_TRAFFIC,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=(
        Effect(COMPONENT_LOST, Phase.ACT, "change_configuration", by_person=True),
        Effect(BAD_CHANGE, Phase.ACT, "change_configuration", by_person=True),
    ),
    effect_source="an assumed change of the record by hand",
    recommendation=(
        "Set `EvaluateTargetHealth` on the aliases, or give them a health check: no cost for "
        "targets "
        "in AWS."
    ),
    documentation=(
        "How Route 53 chooses records in complex configurations",
        "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-complex-"
        "configs.html",
    ),
    remedy=Remedy(change=_mind_health, effort=Effort.MINUTES, cost=Cost.FREE),
    passes=[_zone(_alias(Weight=1), _alias(SetIdentifier="green", Weight=1))],
    fails=[_zone(_alias(Weight=1), _alias(evaluate=False, SetIdentifier="green", Weight=1))],
    silent=[
        _zone(_alias("PRIMARY")),
        _zone(_alias(evaluate=False, zone=_CLOUDFRONT), _alias(SetIdentifier="green")),
        _zone(_record()),
        _zone(_alias(evaluate=False, Weight=1)),
        _zone(
            _alias(evaluate=False, Weight=100),
            _alias(evaluate=False, SetIdentifier="green", Weight=0),
        ),
    ],
)
def alias_health_ignored(zone: View) -> Outcome:
    """Weighted, latency and geographic records leave out a sick endpoint only if they know.

    A name with one endpoint, or with one that has any weight, is not split; somebody switches it.
    """
    path = (
        "[?SetIdentifier && !Failover && AliasTarget && Weight!=`0`].[Name, Type, HealthCheckId,"
        " AliasTarget.EvaluateTargetHealth, AliasTarget.HostedZoneId]"
    )
    split: dict[tuple[str, str], list[bool]] = {}
    for name, kind, check_id, evaluates, target_zone in zone.read(RECORDS, path) or ():
        if target_zone != _CLOUDFRONT:
            split.setdefault((name, kind), []).append(bool(check_id or evaluates))
    names = {name: sees for name, sees in split.items() if len(sees) > 1}
    if not names:
        return NOT_APPLICABLE
    blind = sorted({name for (name, _), sees in names.items() if not all(sees)})
    return passed_if(not blind, ", ".join(blind))


_CHECKED_BY = Example(type=HEALTH_CHECK, label="checked by")
_GONE = Example(type=HEALTH_CHECK, label="checked by", dangling=True)


def _check_again(zone: Draft) -> None:
    """Each record whose health check is gone names a new one."""
    there = {each.read(CHECKS, "Id") for each in zone.linked(HEALTH_CHECK, label="checked by")}

    def name_new(records: list[Record]) -> None:
        for record in records:
            if (named := record.get("HealthCheckId")) and named not in there:
                _check_health(zone, record)

    zone.drop_dangling("checked by")
    zone.edit(RECORDS, name_new)


@check(
    id="route53.health_check_deleted",
    resource_type=ZONE,
    title="A record's health check is not in this account: if it is gone, nothing fails over",
    question=GUARDRAILS,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=(
        Effect(COMPONENT_LOST, Phase.ACT, "change_configuration", by_person=True),
        Effect(BAD_CHANGE, Phase.ACT, "change_configuration", by_person=True),
    ),
    effect_source="an assumed change of the record by hand",
    recommendation=(
        "Create the health check again and name it in the record: about half a dollar a month. If "
        "another account owns it, see that somebody there knows who relies on it."
    ),
    documentation=(
        "Creating, updating and deleting health checks",
        "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/health-checks-creating-"
        "deleting.html",
    ),
    remedy=Remedy(change=_check_again, effort=Effort.MINUTES, cost=Cost.LITTLE),
    passes=[_zone(*_PAIR, checks=(_CHECKED_BY,))],
    fails=[_zone(*_PAIR, checks=(_GONE,))],
    silent=[_zone(_record(check=""))],
)
def health_check_deleted(zone: View) -> Outcome:
    """Route 53 lets a health check go while records name it, and then sends everybody there."""
    named = set(zone.read(RECORDS, "[].HealthCheckId") or ())
    if not named:
        return NOT_APPLICABLE
    gone = zone.dangling("checked by")
    if not gone and len(zone.linked(HEALTH_CHECK, label="checked by")) < len(named):
        raise Unknown(CHECKS)
    return failed(", ".join(gone)) if gone else passed()
