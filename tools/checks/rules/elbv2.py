"""Load balancers. What they send requests to is judged in `elbv2_target_groups`."""

from collections.abc import Callable

from state.categories.misconfiguration_and_bugs import (
    BAD_CHANGE,
    GUARDRAILS,
)
from state.categories.shared_fate import (
    GREY_FAILURE,
    SHARED_COMPONENT_FAILED,
    SHARED_WITH_OTHERS,
)
from state.categories.single_point_of_failure import (
    ZONE_LOSS,
    ZONE_LOST,
)
from state.judgements import Cost, Effort, Layer, Phase
from tools.checks import NOT_APPLICABLE, Effect, Example, Outcome, Remedy, check, passed_if
from tools.checks.paper import Draft
from tools.checks.view import View
from tools.checks.zones import another_zone, place_in

BALANCER = "AWS::ElasticLoadBalancingV2::LoadBalancer"
TARGET_GROUP = "AWS::ElasticLoadBalancingV2::TargetGroup"
BALANCERS = "elbv2:DescribeLoadBalancers"
ATTRIBUTES = "elbv2:DescribeLoadBalancerAttributes"
TARGET_GROUPS = "elbv2:DescribeTargetGroups"


def _balancer(*zones: str, attributes: dict[str, str] | None = None, **fields: object) -> Example:
    facts = {"Type": "application", "AvailabilityZones": [{"ZoneName": z} for z in zones], **fields}
    pairs = [{"Key": key, "Value": value} for key, value in (attributes or {}).items()]
    return Example(facts={BALANCERS: facts, ATTRIBUTES: pairs})


def _spread(balancer: Draft) -> None:
    zones = balancer.read(BALANCERS, "AvailabilityZones") or []
    zone = another_zone(balancer, [each["ZoneName"] for each in zones])
    added = {"ZoneName": zone, "SubnetId": place_in(balancer, zone)}
    balancer.put(BALANCERS, AvailabilityZones=[*zones, added])


def _switch_on(attribute: str) -> Callable[[Draft], None]:
    def change(balancer: Draft) -> None:
        others = balancer.read(ATTRIBUTES, f"[?Key!='{attribute}']") or []
        balancer.replace(ATTRIBUTES, [*others, {"Key": attribute, "Value": "true"}])

    return change


@check(
    id="elbv2.lb_single_az",
    resource_type=BALANCER,
    title="A load balancer has nodes in one zone: when the zone is lost, nothing gets in",
    question=ZONE_LOSS,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=(
        Effect(ZONE_LOST, Phase.ACT, "change_configuration", by_person=True),
        Effect(SHARED_COMPONENT_FAILED, Phase.ACT, "change_configuration", by_person=True),
    ),
    effect_source=(
        "an assumed change by hand: enable a subnet in another zone, whether the one it has is "
        "lost or only slow or wrong"
    ),
    recommendation=(
        "Enable subnets in two or more zones (`set-subnets`): no downtime; a network load balancer "
        "costs no more, an application load balancer has two zones from the start."
    ),
    documentation=(
        "Load balancer subnets",
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-"
        "subnets.html",
    ),
    strength="load balancers have nodes in several zones",
    remedy=Remedy(change=_spread, effort=Effort.MINUTES, cost=Cost.FREE),
    passes=[_balancer("eu-west-1a", "eu-west-1b")],
    fails=[_balancer("eu-west-1a")],
)
def lb_single_az(balancer: View) -> Outcome:
    """However many targets stand behind it, the way to them leads through that zone."""
    return passed_if(len(set(balancer.read(BALANCERS, "AvailabilityZones[].ZoneName") or [])) > 1)


@check(
    id="elbv2.lb_deletion_protection_off",
    resource_type=BALANCER,
    title="A load balancer can be deleted by mistake: its address, listeners and rules go with it",
    question=GUARDRAILS,
    layer=Layer.CONTINUOUS_IMPROVEMENT,
    on_fail=(Effect(BAD_CHANGE, Phase.ACT, "redeploy_by_hand", by_person=True),),
    effect_source="an assumed deployment by hand, and new names for the new address",
    recommendation=(
        "Set the attribute `deletion_protection.enabled`: no cost; whoever means it switches it "
        "off "
        "first."
    ),
    documentation=(
        "Edit load balancer attributes",
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-"
        "attributes.html",
    ),
    strength="load balancers are protected from deletion",
    remedy=Remedy(
        change=_switch_on("deletion_protection.enabled"), effort=Effort.MINUTES, cost=Cost.FREE
    ),
    passes=[_balancer(attributes={"deletion_protection.enabled": "true"})],
    fails=[_balancer(attributes={"deletion_protection.enabled": "false"})],
    silent=[_balancer()],
)
def lb_deletion_protection_off(balancer: View) -> Outcome:
    """It comes back with another DNS name: records, allow-lists and certificates have to follow."""
    path = "[?Key=='deletion_protection.enabled'].Value | [0]"
    enabled = balancer.read(ATTRIBUTES, path)
    return NOT_APPLICABLE if enabled is None else passed_if(enabled == "true")


@check(
    id="elbv2.lb_zonal_shift_off",
    resource_type=BALANCER,
    title="A load balancer cannot be shifted away from a zone that is slow or wrong but not dead",
    question=GREY_FAILURE,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=(Effect(SHARED_COMPONENT_FAILED, Phase.ACT, "change_configuration", by_person=True),),
    on_pass=(Effect(SHARED_COMPONENT_FAILED, Phase.ACT, "zonal_shift", by_person=True),),
    effect_source="an assumed change of subnets by hand against an assumed zonal shift",
    recommendation=(
        "Set the attribute `zonal_shift.config.enabled`: no cost; one data-plane call, or "
        "autoshift, "
        "then takes a zone out of service for as long as you say."
    ),
    documentation=(
        "Zonal shift",
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/network/zonal-shift.html",
    ),
    strength="traffic can be shifted away from an impaired zone",
    remedy=Remedy(
        change=_switch_on("zonal_shift.config.enabled"), effort=Effort.MINUTES, cost=Cost.FREE
    ),
    passes=[
        _balancer("eu-west-1a", "eu-west-1b", attributes={"zonal_shift.config.enabled": "true"})
    ],
    fails=[
        _balancer("eu-west-1a", "eu-west-1b", attributes={"zonal_shift.config.enabled": "false"})
    ],
    silent=[
        _balancer("eu-west-1a", "eu-west-1b"),
        _balancer("eu-west-1a", attributes={"zonal_shift.config.enabled": "false"}),
    ],
)
def lb_zonal_shift_off(balancer: View) -> Outcome:
    """Health checks find what is dead; a zone that answers slowly or wrongly passes them.

    The switch is off by default, and has to be on before the day it is needed.
    """
    zones = set(balancer.read(BALANCERS, "AvailabilityZones[].ZoneName") or [])
    enabled = balancer.read(ATTRIBUTES, "[?Key=='zonal_shift.config.enabled'].Value | [0]")
    if enabled is None or len(zones) < 2:
        return NOT_APPLICABLE
    return passed_if(enabled == "true")


def _serving(*owners: str) -> Example:
    groups = [
        Example(
            type=TARGET_GROUP,
            label="forwards to",
            member=owner == "example",
            tags={"workload": owner} if owner else {},
            facts={TARGET_GROUPS: {"TargetGroupName": owner}},
        )
        for owner in owners
    ]
    return Example(facts={BALANCERS: {"LoadBalancerName": "web"}}, linked=groups)


def _move_the_others(balancer: Draft) -> None:
    """Whoever is tagged as another workload's goes behind a load balancer of its own."""
    selected = balancer.paper.snapshot().selector.tags
    for group in balancer.linked(TARGET_GROUP, label="forwards to"):
        tags = group.resource.tags
        if any(key in tags and tags[key] != value for key, value in selected.items()):
            balancer.unlink(group, "forwards to")


@check(
    id="elbv2.lb_shared_by_workloads",
    resource_type=BALANCER,
    title=(
        "Another workload is behind the same load balancer: its load and its mistakes are yours too"
    ),
    question=SHARED_WITH_OTHERS,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=(Effect(SHARED_COMPONENT_FAILED, Phase.ACT, "separate_by_hand", by_person=True),),
    effect_source="an assumed separation by hand while the fault lasts",
    recommendation=(
        "Give each workload a load balancer of its own, from about 20 dollars a month, or agree on"
        " who "
        "may change listeners and rules."
    ),
    documentation=(
        "Bulkhead architectures",
        "https://docs.aws.amazon.com/wellarchitected/latest/reliability-"
        "pillar/rel_fault_isolation_use_bulkhead.html",
    ),
    remedy=Remedy(change=_move_the_others, effort=Effort.DAYS, cost=Cost.MUCH),
    passes=[_serving("example"), _serving("example", "")],
    fails=[_serving("example", "shop")],
    silent=[_serving("")],
)
def lb_shared_by_workloads(balancer: View) -> Outcome:
    """A wrong rule, an expired certificate or a flood aimed at one of them is felt by both.

    Only a target group that carries the selector's own tag with another value is evidence.
    """
    selected = balancer.workload.snapshot.selector.tags
    groups = balancer.linked(TARGET_GROUP, label="forwards to")
    owners = {
        (group.tags[key], group.read(TARGET_GROUPS, "TargetGroupName"))
        for group in groups
        for key in selected
        if key in group.tags
    }
    balancer.read(BALANCERS, "LoadBalancerName")
    if not owners:
        return NOT_APPLICABLE
    others = sorted({owner for owner, _ in owners} - set(selected.values()))
    return passed_if(not others, ", ".join(others))
