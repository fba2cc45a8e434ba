"""Route 53's health checks: whether they are on, and how soon they find a failure."""

from state.categories.excessive_latency import FAIL_FAST, SLOW_DEPENDENCY
from state.categories.misconfiguration_and_bugs import BAD_CHANGE, GUARDRAILS
from state.categories.single_point_of_failure import COMPONENT_LOST, REGION_LOST
from state.judgements import Cost, Effort, Layer, Phase
from tools.checks import NOT_APPLICABLE, Effect, Example, Outcome, Remedy, check, passed_if
from tools.checks.paper import Draft
from tools.checks.view import View

HEALTH_CHECK = "AWS::Route53::HealthCheck"
CHECKS = "route53:ListHealthChecks"
DEFAULT_DETECTION = 90  # seconds: 30 s three times, as Route 53 proposes it


def seconds_of(health_check: View) -> float:
    """Interval times threshold; nothing where it combines others or watches an alarm."""
    interval = health_check.read(CHECKS, "HealthCheckConfig.RequestInterval") or 0
    return float(interval * (health_check.read(CHECKS, "HealthCheckConfig.FailureThreshold") or 0))


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
    remedy=Remedy(
        change=lambda check: check.put_in(CHECKS, "HealthCheckConfig.Disabled", False),
        effort=Effort.MINUTES,
        cost=Cost.FREE,
    ),
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


def _find_out_sooner(health_check: Draft) -> None:
    tries = health_check.read(CHECKS, "HealthCheckConfig.FailureThreshold")
    health_check.put_in(CHECKS, "HealthCheckConfig.FailureThreshold", min(tries, 3))


_FOUND_OUT = tuple(
    Effect(scenario, Phase.ACT, "dns_failover")
    for scenario in (COMPONENT_LOST, REGION_LOST, SLOW_DEPENDENCY)
)


@check(
    id="route53.health_check_slow",
    resource_type=HEALTH_CHECK,
    title="A DNS health check needs minutes to notice a failure, and failover waits for it",
    question=FAIL_FAST,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=_FOUND_OUT,
    on_pass=_FOUND_OUT,
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
    remedy=Remedy(change=_find_out_sooner, effort=Effort.MINUTES, cost=Cost.FREE),
    passes=[_health_check(), _health_check(RequestInterval=10)],
    fails=[_health_check(FailureThreshold=10)],
    silent=[_health_check(Type="CALCULATED", RequestInterval=None)],
)
def health_check_slow(health_check: View) -> Outcome:
    """Until the last failed check, every client is still sent to the endpoint that is gone."""
    seconds = seconds_of(health_check)
    if not seconds:
        return NOT_APPLICABLE
    return passed_if(seconds <= DEFAULT_DETECTION, f"{seconds:.0f} s", dns_failover=seconds)
