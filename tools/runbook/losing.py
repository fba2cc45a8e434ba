"""The loss of a zone or of a Region as a procedure of its own."""

from collections.abc import Iterable, Sequence

from state.objectives import Objectives
from state.runbooks import Action, Look, PlaceLost, Procedure
from state.snapshot import Resource
from tools.grading.losses import losses_of
from tools.grading.striking import Site
from tools.markdown import code
from tools.runbook.commands import Text, blank, command
from tools.runbook.declarations import act, look

_LOAD_BALANCER = "AWS::ElasticLoadBalancingV2::LoadBalancer"
_SHIFT = "arc-zonal-shift"


def places_of(
    site: Site, objectives: Objectives, procedures: Sequence[Procedure]
) -> tuple[PlaceLost, ...]:
    """Each zone that the workload lies in; each Region, if its loss has to be survived."""
    zones = [_zone(site, zone, objectives, procedures) for zone in site.placement.names]
    if objectives.region_rto_seconds is None:
        return tuple(zones)
    regions = [_region(site, each, objectives, procedures) for each in site.snapshot.regions]
    return (*zones, *regions)


def _zone(
    site: Site, zone: str, objectives: Objectives, procedures: Sequence[Procedure]
) -> PlaceLost:
    loss = losses_of(site.snapshot, site.reckoning, objectives, f"az:{zone}")
    region = _region_of(site, zone)
    ids = {name: identity for identity, name in site.placement.ids.items()}
    away = ids.get(zone) or blank("ZONE_ID")
    balancers = [
        each
        for each in site.members
        if each.type == _LOAD_BALANCER
        and zone in site.placement.zones.get(each.id, ())
        and len(site.placement.zones[each.id]) > 1
    ]
    struck = [outage.resource for outage in loss.outages]
    return PlaceLost(
        place=zone,
        region=region,
        loss=loss,
        checks=(
            look(
                command(
                    "ec2",
                    "describe-availability-zones",
                    {
                        "region": region,
                        "query": "AvailabilityZones[].[ZoneName, ZoneId, State, Messages]",
                    },
                ),
                "the state and messages of each zone",
                "`available` for the zones that stay; AWS does not always mark the one that is ill",
            ),
            _health(region),
            *(_managed(region, each) for each in balancers),
        ),
        actions=(
            *(_shifted(region, each, away) for each in balancers),
            act("Start nothing new in the zone: no deployment, no scaling in."),
            act(
                "Then follow the procedures that are named for the zone, in their order, for what "
                "does not come back by itself."
            ),
        ),
        verification=(_alarms(region),),
        rollback=(
            *(_shift_shown(region, each) for each in balancers),
            act("Bring work back to the zone only after AWS has said that it is healthy."),
        ),
        never=(
            "Do not fail over what rides the loss out by itself.",
            "Do not shift away from a zone if the others cannot carry the load: look at their "
            "targets first.",
        ),
        procedures=_needed(procedures, struck, loss.scenario),
    )


def _region(
    site: Site, region: str, objectives: Objectives, procedures: Sequence[Procedure]
) -> PlaceLost:
    loss = losses_of(site.snapshot, site.reckoning, objectives, f"region:{region}")
    struck = [outage.resource for outage in loss.outages]
    return PlaceLost(
        place=region,
        region=region,
        loss=loss,
        checks=(_health(region),),
        actions=(
            act(
                "Let the incident lead and the service's owner decide: whoever moves to another "
                "Region does not come back the same day.",
                phase="decide",
            ),
            act(
                "Bring the data up in the other Region: follow the procedures that are named for "
                "the Region, in their order."
            ),
            act(
                "Set the rest up in the other Region from its templates (CloudFormation, "
                "Terraform), with the addresses of the restored data."
            ),
            act("Point DNS at the other Region.", phase="propagate"),
        ),
        verification=(),
        rollback=(
            act(
                "Before the way back: copy what was written in the other Region. The Region that "
                "was lost holds the data of before."
            ),
        ),
        never=("Do not write in both Regions at once, unless the store is made for it.",),
        procedures=_needed(procedures, struck, loss.scenario),
    )


# -- parts ----------------------------------------------------------------------------------------


def _needed(
    procedures: Sequence[Procedure], struck: Iterable[str], scenario: str
) -> tuple[int, ...]:
    """Those for what is struck, in the order of recovery."""
    hit = set(struck)
    return tuple(
        dict.fromkeys(
            each.number
            for each in procedures
            if each.resource in hit and scenario in each.scenarios
        )
    )


def _region_of(site: Site, zone: str) -> str:
    """The Region of what lies in the zone."""
    found = (r.region for r in site.members if zone in site.placement.zones.get(r.id, ()))
    return next((each for each in found if each != "global"), site.snapshot.regions[0])


def _health(region: str) -> Look:
    return look(
        command(
            "health",
            "describe-events",
            {
                "region": "us-east-1",
                "filter": {"regions": [region], "eventStatusCodes": ["open"]},
                "query": "events[].[service, eventTypeCode, startTime]",
            },
        ),
        "open events of AWS in the Region",
        "none; without a Business Support plan the call is refused: see health.aws.amazon.com",
    )


def _managed(region: str, balancer: Resource) -> Look:
    return look(
        command(
            _SHIFT,
            "get-managed-resource",
            {"region": region, "resource_identifier": balancer.id},
        ),
        "`appliedWeights` and `zonalShifts`",
        "weight 1 for each zone; an error means that zonal shift is off for this load balancer",
    )


def _shifted(region: str, balancer: Resource, away: str | Text) -> Action:
    return act(
        f"Move the load balancer {code(balancer.name)} away from the zone.",
        command(
            _SHIFT,
            "start-zonal-shift",
            {
                "region": region,
                "resource_identifier": balancer.id,
                "away_from": away,
                "expires_in": "12h",
                "comment": "zone impaired",
            },
        ),
        phase="propagate",
        expect="`status` is `ACTIVE`; note the `zonalShiftId`",
        warning="The other zones take all of the load.",
    )


def _shift_shown(region: str, balancer: Resource) -> Action:
    return act(
        f"End the shift of {code(balancer.name)}.",
        command(
            _SHIFT,
            "cancel-zonal-shift",
            {"region": region, "zonal_shift_id": blank("SHIFT_ID")},
        ),
        phase="propagate",
    )


def _alarms(region: str) -> Look:
    return look(
        command(
            "cloudwatch",
            "describe-alarms",
            {
                "region": region,
                "state_value": "ALARM",
                "query": "MetricAlarms[].[AlarmName, StateReason]",
            },
        ),
        "alarms that are firing",
        "none of this workload's",
    )
