"""Auto Scaling groups on paper: what people change about them, for remedies."""

from collections.abc import Mapping

from tools.checks.paper import Draft
from tools.checks.zones import another_zone, place_in

SHORTEST_BOOT = 60  # seconds; what is set to less was not set for a boot
MOST_IN_SERVICE = 50  # percent that stay while others are replaced
READ = "autoscaling:DescribeAutoScalingGroups"
POLICIES = "autoscaling:DescribePolicies"

TARGET_TRACKING = {"PolicyName": "cpu", "PolicyType": "TargetTrackingScaling", "Enabled": True}


def grow_to(group: Draft, wanted: int) -> None:
    """Let the group run that many instances, and keep the room that it had above them."""
    facts = group.resource.facts[READ]
    desired, most = int(facts.get("DesiredCapacity") or 0), int(facts["MaxSize"])
    room = 1 if most > desired else 0
    target = max(desired, wanted)
    group.put(READ, DesiredCapacity=target)
    _hold(group, max(most, target + room))


def reach(group: Draft, zone: str) -> None:
    """Let the group launch into another subnet of this zone."""
    subnet = place_in(group, zone)
    subnets = [each for each in (group.read(READ, "VPCZoneIdentifier") or "").split(",") if each]
    group.put(READ, VPCZoneIdentifier=",".join([*subnets, subnet]))
    zones = group.read(READ, "AvailabilityZones") or []
    group.put(READ, AvailabilityZones=sorted({*zones, zone}))


def reach_another_zone(group: Draft) -> None:
    """Let the group launch into a zone more, and into all of them evenly."""
    reach(group, another_zone(group, group.read(READ, "AvailabilityZones") or []))
    even_out(group)


def even_out(group: Draft) -> None:
    """Spread the instances over the zones, as a group does by itself if it is let."""
    zones = group.read(READ, "AvailabilityZones") or []
    held = [each for each in group.read(READ, "SuspendedProcesses") or () if not _balances(each)]
    instances = group.read(READ, "Instances") or []
    spread = [
        {**each, "AvailabilityZone": zones[n % len(zones)]} for n, each in enumerate(instances)
    ]
    group.put(READ, SuspendedProcesses=held, Instances=spread)


def _balances(suspended: Mapping[str, str]) -> bool:
    return suspended["ProcessName"] == "AZRebalance"


def keep_two(group: Draft) -> None:
    """Two at least; a group of exactly one is now one that demand may outgrow, so it follows it."""
    was_alone = group.read(READ, "MaxSize") == 1
    group.put(READ, MinSize=2)
    grow_to(group, 2)
    if was_alone and group.resource.facts.get(POLICIES) == []:
        follow_demand(group)


def trust_the_load_balancer(group: Draft) -> None:
    """Let it replace what fails the check, but not before it has had time to start."""
    trusted = (group.read(READ, "HealthCheckType") or "EC2").split(",")
    group.put(READ, HealthCheckType=",".join([*(t for t in trusted if t != "EC2"), "ELB"]))
    if not group.read(READ, "HealthCheckGracePeriod"):
        warm_up = group.read(READ, "DefaultInstanceWarmup") or 0
        group.put(READ, HealthCheckGracePeriod=warm_up if warm_up >= SHORTEST_BOOT else 300)


def follow_demand(group: Draft) -> None:
    """Add target tracking, and let alarms change the group's size."""
    suspended = group.read(READ, "SuspendedProcesses") or []
    listened = [each for each in suspended if each["ProcessName"] != "AlarmNotification"]
    group.put(READ, SuspendedProcesses=listened)
    policies = group.resource.facts.get(POLICIES) or []
    group.replace(POLICIES, [*policies, {**TARGET_TRACKING, "PolicyName": "cpu at 60 %"}])
    make_room(group)


def make_room(group: Draft) -> None:
    """Raise the maximum where the group has reached it."""
    desired = group.read(READ, "DesiredCapacity")
    if group.read(READ, "MaxSize") <= desired:
        _hold(group, 2 * desired)


def _hold(group: Draft, most: int) -> None:
    """Raise the maximum; a group that held one now takes care not to replace all at once."""
    was_alone = group.read(READ, "MaxSize") < 2
    group.put(READ, MaxSize=most)
    share = group.read(READ, "InstanceMaintenancePolicy.MinHealthyPercentage")
    if was_alone and share is not None and 0 <= share < MOST_IN_SERVICE:
        replace_a_few(group)


def replace_a_few(group: Draft) -> None:
    """Let a change take few instances at a time."""
    policy = group.read(READ, "InstanceMaintenancePolicy")
    most = max(100, policy.get("MaxHealthyPercentage") or 0)
    shares = {"MinHealthyPercentage": 90, "MaxHealthyPercentage": most}
    group.put(READ, InstanceMaintenancePolicy=shares)


def add_addresses(group: Draft) -> None:
    """Add a subnet in a zone of the group."""
    zones = group.read(READ, "AvailabilityZones") or []
    reach(group, zones[0])


def keep_a_base(group: Draft) -> None:
    """Run as much on demand as must never be missing."""
    path = "MixedInstancesPolicy.InstancesDistribution.OnDemandBaseCapacity"
    group.put_in(READ, path, max(1, group.read(READ, "MinSize") or 0))
