"""Route 53: records that answer by health, and the health checks they rely on."""

from state.categories.excessive_latency import FAIL_FAST, SLOW_DEPENDENCY, SLOWNESS
from state.categories.misconfiguration_and_bugs import (
    BAD_CHANGE,
    GUARDRAILS,
    SHIFTS_TRAFFIC,
)
from state.categories.single_point_of_failure import COMPONENT_LOST, CONTROL_PLANE
from state.judgements import Layer, Phase
from tools.checks import NOT_APPLICABLE, Effect, Example, Outcome, check, failed, passed, passed_if
from tools.checks.view import Unknown, View

ZONE = "AWS::Route53::HostedZone"
HEALTH_CHECK = "AWS::Route53::HealthCheck"
RECORDS = "route53:ListResourceRecordSets"
CHECKS = "route53:ListHealthChecks"

_A_MINUTE = 60
_DEFAULT_DETECTION = 90  # seconds: 30 s three times, as Route 53 proposes it
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


_PAIR = (_record("PRIMARY"), _record("SECONDARY", check=""))


@check(
    id="route53.failover_record_incomplete",
    resource_type=ZONE,
    title="A failover record lacks its other half or its health check: it never fails over",
    question=CONTROL_PLANE,
    layer=Layer.DISASTER_RECOVERY,
    on_fail=(Effect(COMPONENT_LOST, Phase.ACT, "change_configuration", by_person=True),),
    effect_source="an assumed change of the record by hand",
    recommendation=(
        "Give the primary a health check (or `EvaluateTargetHealth` for an alias) and add the "
        "secondary: at most a dollar or two a month."
    ),
    documentation=(
        "Configuring DNS failover",
        "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-configuring.html",
    ),
    strength="names fail over to a second endpoint by themselves",
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
    return passed_if(not broken, ", ".join(broken))


@check(
    id="route53.record_ttl_high",
    resource_type=ZONE,
    title="Records that fail over are cached for minutes: clients go on using what is gone",
    question=SLOWNESS,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=(
        Effect(COMPONENT_LOST, Phase.PROPAGATE, "dns_ttl"),
        Effect(SLOW_DEPENDENCY, Phase.PROPAGATE, "dns_ttl"),
    ),
    on_pass=(
        Effect(COMPONENT_LOST, Phase.PROPAGATE, "dns_ttl"),
        Effect(SLOW_DEPENDENCY, Phase.PROPAGATE, "dns_ttl"),
    ),
    effect_source="the longest time to live of a record that answers by health",
    recommendation=(
        "Set the time to live to 60 seconds or less: some more queries, at 40 cents a million."
    ),
    documentation=(
        "Best practices for Route 53 DNS",
        "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/best-practices-dns.html",
    ),
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
    return passed_if(longest <= _A_MINUTE, f"{longest} s", dns_ttl=float(longest))


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


def _health_check(**config: object) -> Example:
    settings = {"Type": "HTTPS", "RequestInterval": 30, "FailureThreshold": 3, **config}
    return Example(facts={CHECKS: {"Id": "hc-1", "HealthCheckConfig": settings}})


@check(
    id="route53.health_check_disabled",
    resource_type=HEALTH_CHECK,
    title="A DNS health check is switched off: what it watches counts as healthy, dead or not",
    question=GUARDRAILS,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=(
        Effect(COMPONENT_LOST, Phase.ACT, "change_configuration", by_person=True),
        Effect(BAD_CHANGE, Phase.ACT, "change_configuration", by_person=True),
    ),
    effect_source="an assumed change by hand of the check or the record",
    recommendation=(
        "Switch it on again (`Disabled` false), or delete it together with the records that name "
        "it."
    ),
    documentation=(
        "Values that you specify when you create a health check",
        "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/health-checks-creating-"
        "values.html",
    ),
    passes=[_health_check(), _health_check(Disabled=False)],
    fails=[_health_check(Disabled=True)],
    silent=[_health_check(Disabled=True, Inverted=True)],
)
def health_check_disabled(health_check: View) -> Outcome:
    """It was meant for an hour of maintenance; nothing says so when it stays off.

    Inverted and off it counts as unhealthy: somebody has sent traffic elsewhere on purpose.
    """
    if health_check.read(CHECKS, "HealthCheckConfig.Inverted"):
        return NOT_APPLICABLE
    return passed_if(not health_check.read(CHECKS, "HealthCheckConfig.Disabled"))


@check(
    id="route53.health_check_slow",
    resource_type=HEALTH_CHECK,
    title="A DNS health check needs minutes to notice a failure, and failover waits for it",
    question=FAIL_FAST,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=(
        Effect(COMPONENT_LOST, Phase.ACT, "dns_failover"),
        Effect(SLOW_DEPENDENCY, Phase.ACT, "dns_failover"),
    ),
    on_pass=(
        Effect(COMPONENT_LOST, Phase.ACT, "dns_failover"),
        Effect(SLOW_DEPENDENCY, Phase.ACT, "dns_failover"),
    ),
    effect_source="the check's interval times its failure threshold",
    recommendation=(
        "Lower the failure threshold to 3, or create it again with an interval of 10 seconds: one "
        "to "
        "two dollars a month more."
    ),
    documentation=(
        "Values that you specify when you create a health check",
        "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/health-checks-creating-"
        "values.html",
    ),
    passes=[_health_check(), _health_check(RequestInterval=10)],
    fails=[_health_check(FailureThreshold=10)],
    silent=[_health_check(Type="CALCULATED", RequestInterval=None)],
)
def health_check_slow(health_check: View) -> Outcome:
    """Until the last failed check, every client is still sent to the endpoint that is gone."""
    interval = health_check.read(CHECKS, "HealthCheckConfig.RequestInterval")
    threshold = health_check.read(CHECKS, "HealthCheckConfig.FailureThreshold")
    if not interval or not threshold:
        return NOT_APPLICABLE
    seconds = float(interval * threshold)
    return passed_if(seconds <= _DEFAULT_DETECTION, f"{seconds:.0f} s", dns_failover=seconds)
