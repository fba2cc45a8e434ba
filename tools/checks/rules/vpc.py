"""The network. Subnets count as the workload's where something that was read is placed in them."""

from state.categories.excessive_load import OVERLOAD, QUOTAS
from state.categories.misconfiguration_and_bugs import BAD_CHANGE, CHANGED_BY_HAND
from state.categories.single_point_of_failure import (
    COMPONENT_LOST,
    EACH_COMPONENT_FAILS,
    ZONE_LOSS,
    ZONE_LOST,
)
from state.judgements import Cost, Effort, Layer, Phase
from state.snapshot import RelationKind
from tools.checks import NOT_APPLICABLE, Effect, Example, Outcome, Remedy, check, passed, passed_if
from tools.checks.paper import Draft
from tools.checks.rules.ec2 import INSTANCE, instance_example, is_replaced
from tools.checks.view import View

VPC = "AWS::EC2::VPC"
SUBNET = "AWS::EC2::Subnet"
ROUTE_TABLE = "AWS::EC2::RouteTable"
NAT_GATEWAY = "AWS::EC2::NatGateway"
ENDPOINT = "AWS::EC2::VPCEndpoint"
SCALING_GROUP = "AWS::AutoScaling::AutoScalingGroup"
BALANCER = "AWS::ElasticLoadBalancingV2::LoadBalancer"
SERVICE = "AWS::ECS::Service"
FUNCTION = "AWS::Lambda::Function"
SUBNETS = "ec2:DescribeSubnets"
ROUTES = "ec2:DescribeRouteTables"
NATS = "ec2:DescribeNatGateways"
ENDPOINTS = "ec2:DescribeVpcEndpoints"

_FREE_ADDRESSES_A_LOAD_BALANCER_NEEDS = 8
_ADDRESSES_IN_A_LARGE_SUBNET = 4091  # a /20, less the five that AWS keeps
_COMPUTE = (SCALING_GROUP, INSTANCE, SERVICE, FUNCTION)
_GROWING = {SCALING_GROUP, BALANCER, SERVICE, FUNCTION}


def _subnet(zone: str, label: str, **fields: object) -> Example:
    facts = {"SubnetId": "subnet-1", "AvailabilityZone": zone, **fields}
    return Example(type=SUBNET, label=label, facts={SUBNETS: facts})


def _zones(subnets: list[View]) -> set[str]:
    return {subnet.read(SUBNETS, "AvailabilityZone") for subnet in subnets}


def _at_work(subnet: Example) -> Example:
    task = Example(type=SERVICE, label="placed in")
    return Example(**{**vars(subnet), "linked_from": [task]})


def _routed(*zones: str) -> Example:
    """A route table through the NAT gateway, with subnets in these zones."""
    return Example(
        type=ROUTE_TABLE,
        label="sends traffic through",
        linked_from=[_subnet(zone, "routed by") for zone in zones],
    )


def _nat(*tables: Example, mode: str = "zonal", in_all: int = 1) -> Example:
    """A NAT gateway, one of as many in its VPC."""
    facts = {"NatGatewayId": "nat-1", "State": "available", "AvailabilityMode": mode}
    others = [Example(type=NAT_GATEWAY, label="part of", name=f"{n}") for n in range(1, in_all)]
    vpc = Example(type=VPC, label="part of", linked_from=others)
    return Example(facts={NATS: facts}, linked=[vpc], linked_from=list(tables))


def _make_regional(nat: Draft) -> None:
    """A regional one takes its place: it is in every zone in which something uses it."""
    nat.put(NATS, AvailabilityMode="regional")
    nat.drop(NATS, "SubnetId")
    for subnet in nat.linked(SUBNET, label="placed in"):
        nat.unlink(subnet, "placed in")


@check(
    id="vpc.nat_gateway_single_az",
    resource_type=NAT_GATEWAY,
    title="Subnets of several zones go out through one zone's NAT gateway, and are cut off with it",
    question=ZONE_LOSS,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=(Effect(ZONE_LOST, Phase.ACT, "change_configuration", by_person=True),),
    effect_source="an assumed change by hand: another NAT gateway, and the routes to it",
    recommendation=(
        "Give each zone a NAT gateway of its own, or replace them by a regional one: from about 35 "
        "dollars a month for each zone, less what traffic between zones costs today."
    ),
    documentation=(
        "NAT gateway basics",
        "https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-basics.html",
    ),
    strength="each zone has its own way out",
    saving="the NAT gateways beyond the first",
    remedy=Remedy(change=_make_regional, effort=Effort.HOURS, cost=Cost.MUCH),
    passes=[
        _nat(_routed("eu-west-1a"), in_all=2),
        _nat(_routed("eu-west-1a", "eu-west-1b"), mode="regional"),
    ],
    fails=[
        _nat(_routed("eu-west-1a", "eu-west-1b")),
        _nat(_routed("eu-west-1a"), _routed("eu-west-1b")),
    ],
    silent=[_nat(), _nat(_routed()), _nat(_routed("eu-west-1a"))],
)
def nat_gateway_single_az(nat: View) -> Outcome:
    """When its zone is lost, what runs in the others loses partners and AWS's public endpoints.

    Where the routes of one zone alone lead through the only one, there is nothing to speak of.
    """
    if nat.read(NATS, "AvailabilityMode") == "regional":
        return passed()
    tables = nat.linked_from(ROUTE_TABLE, label="sends traffic through")
    zones = _zones([s for table in tables for s in _subnets_of(table)])
    vpcs = nat.linked(VPC, label="part of")
    every = [each for vpc in vpcs for each in vpc.linked_from(NAT_GATEWAY, label="part of")]
    if not zones or (len(zones) == 1 and len(every) == 1):
        return NOT_APPLICABLE
    return passed_if(len(zones) == 1, ", ".join(sorted(zones)))


def _is_worked_in(subnet: View) -> bool:
    return bool(subnet.linked_from(*_COMPUTE, label="placed in"))


def _subnets_of(table: View) -> list[View]:
    """Subnets that name the table, and for a main table those of its VPC that name none."""
    subnets = table.linked_from(SUBNET, label="routed by")
    for vpc in table.linked_from(VPC, label="routed by default by"):
        every = vpc.linked_from(SUBNET, label="part of")
        subnets += [s for s in every if not s.linked(ROUTE_TABLE, label="routed by")]
    return subnets


def _endpoint(*zones: str, kind: str = "Interface", used: tuple[str, ...] = ()) -> Example:
    subnets = [_at_work(_subnet(zone, "part of")) for zone in used]
    idle = _subnet("eu-west-1c", "part of")
    vpc = Example(type=VPC, label="part of", linked_from=[*subnets, idle])
    placed = [_subnet(zone, "placed in") for zone in zones]
    facts = {"VpcEndpointType": kind, "ServiceName": "com.amazonaws.eu-west-1.sqs"}
    return Example(facts={ENDPOINTS: facts}, linked=[vpc, *placed])


def _add_to_zones_in_use(endpoint: Draft) -> None:
    """A subnet of each zone in which something runs and the endpoint has no interface yet."""
    placed = endpoint.linked(SUBNET, label="placed in")
    ids = endpoint.read(ENDPOINTS, "SubnetIds") or []
    own = {subnet.read(SUBNETS, "AvailabilityZone") for subnet in placed}
    for vpc in endpoint.linked(VPC, label="part of"):
        for subnet in vpc.linked_from(SUBNET, label="part of"):
            zone = subnet.read(SUBNETS, "AvailabilityZone")
            if zone not in own and subnet.linked_from(*_COMPUTE, label="placed in"):
                own.add(zone)
                ids = [*ids, subnet.read(SUBNETS, "SubnetId")]
                endpoint.link(subnet, "placed in", kind=RelationKind.CONTAINMENT, hard=False)
    endpoint.put(ENDPOINTS, SubnetIds=ids)


@check(
    id="vpc.interface_endpoint_single_az",
    resource_type=ENDPOINT,
    title="An interface endpoint is in one zone: when it is lost, other zones lose the service too",
    question=ZONE_LOSS,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=(Effect(ZONE_LOST, Phase.ACT, "change_configuration", by_person=True),),
    effect_source="an assumed change by hand: add a subnet to the endpoint",
    recommendation=(
        "Add a subnet in each zone that uses it: about 8 dollars a month for each, and no downtime."
    ),
    documentation=(
        "Access an AWS service using an interface endpoint",
        "https://docs.aws.amazon.com/vpc/latest/privatelink/create-interface-endpoint.html",
    ),
    remedy=Remedy(change=_add_to_zones_in_use, effort=Effort.MINUTES, cost=Cost.LITTLE),
    passes=[_endpoint("eu-west-1a", "eu-west-1b", used=("eu-west-1a", "eu-west-1b"))],
    fails=[_endpoint("eu-west-1a", used=("eu-west-1a", "eu-west-1b"))],
    silent=[
        _endpoint("eu-west-1a", used=("eu-west-1a",)),
        _endpoint(kind="Gateway", used=("eu-west-1a", "eu-west-1b")),
    ],
)
def interface_endpoint_single_az(endpoint: View) -> Outcome:
    """Private DNS sends every zone to the one interface; a gateway endpoint belongs to no zone.

    Only zones in which something runs are asked for: a load balancer calls no service.
    """
    if endpoint.read(ENDPOINTS, "VpcEndpointType") != "Interface":
        return NOT_APPLICABLE
    own = _zones(endpoint.linked(SUBNET, label="placed in"))
    vpcs = endpoint.linked(VPC, label="part of")
    subnets = [s for vpc in vpcs for s in vpc.linked_from(SUBNET, label="part of")]
    used = _zones([s for s in subnets if _is_worked_in(s)])
    if not own or len(used) < 2:
        return NOT_APPLICABLE
    return passed_if(len(own) > 1)


def _way(*tags: str) -> Example:
    return Example(**{**vars(instance_example(tags)), "label": "sends traffic through"})


def _table(*routes: dict[str, str], linked: tuple[Example, ...] = ()) -> Example:
    return Example(facts={ROUTES: {"RouteTableId": "rtb-1", "Routes": list(routes)}}, linked=linked)


_EVERYWHERE = "0.0.0.0/0"
_BY_INSTANCE = {"DestinationCidrBlock": _EVERYWHERE, "InstanceId": "i-1", "State": "active"}
_BY_NAT_GATEWAY = {"DestinationCidrBlock": _EVERYWHERE, "NatGatewayId": "nat-1", "State": "active"}


def _route_through_gateway(table: Draft) -> None:
    """A new NAT gateway, regional so that it serves whatever the table does."""
    name = f"{table.name}-nat"
    facts = {"NatGatewayId": name, "State": "available", "AvailabilityMode": "regional"}
    gateway = table.add(NAT_GATEWAY, name, {NATS: facts})
    for vpc in table.linked(VPC, label="part of"):
        gateway.link(vpc, "part of", kind=RelationKind.CONTAINMENT)
    for machine in table.linked(INSTANCE, label="sends traffic through"):
        table.unlink(machine, "sends traffic through")
    table.drop_dangling("sends traffic through")
    table.link(gateway, "sends traffic through")
    way_out = {"DestinationCidrBlock": _EVERYWHERE, "NatGatewayId": name, "State": "active"}
    others = f"Routes[?DestinationCidrBlock!='{_EVERYWHERE}' || State=='blackhole']"
    table.put(ROUTES, Routes=[*(table.read(ROUTES, others) or ()), way_out])


def _delete_dead_routes(table: Draft) -> None:
    table.put(ROUTES, Routes=table.read(ROUTES, "Routes[?State!='blackhole']") or [])
    table.drop_dangling("sends traffic through")


@check(
    id="vpc.nat_instance_in_path",
    resource_type=ROUTE_TABLE,
    title="The way to the internet leads through one server: when it fails, nothing gets out",
    question=EACH_COMPONENT_FAILS,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=(
        Effect(COMPONENT_LOST, Phase.ACT, "change_configuration", by_person=True),
        Effect(ZONE_LOST, Phase.ACT, "change_configuration", by_person=True),
    ),
    effect_source="an assumed change by hand: a NAT gateway, and the route to it",
    recommendation=(
        "Route through a NAT gateway instead: AWS replaces its parts unnoticed; from about 35 "
        "dollars "
        "a month and a price for each GiB."
    ),
    documentation=(
        "Compare NAT gateways and NAT instances",
        "https://docs.aws.amazon.com/vpc/latest/userguide/vpc-nat-comparison.html",
    ),
    remedy=Remedy(change=_route_through_gateway, effort=Effort.HOURS, cost=Cost.MUCH),
    passes=[_table(_BY_NAT_GATEWAY)],
    fails=[_table(_BY_INSTANCE), _table(_BY_INSTANCE, linked=(_way(),))],
    silent=[
        _table({"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local"}),
        _table({**_BY_INSTANCE, "State": "blackhole"}),
        _table(_BY_INSTANCE, linked=(_way("aws:autoscaling:groupName"),)),
    ],
)
def nat_instance_in_path(table: View) -> Outcome:
    """A route names one machine's interface: a replacement gets no traffic until it is changed.

    A machine in a group takes its interface or the route over when it starts, or it would be of no
    use there; a route to a machine that is gone is told as such.
    """
    active = f"DestinationCidrBlock=='{_EVERYWHERE}' && State!='blackhole'"
    ways = table.read(ROUTES, f"Routes[?{active}].[InstanceId, NatGatewayId]") or []
    if not any(instance or gateway for instance, gateway in ways):
        return NOT_APPLICABLE
    machines = table.linked(INSTANCE, label="sends traffic through")
    if machines and all(is_replaced(machine) for machine in machines):
        return NOT_APPLICABLE
    return passed_if(not any(instance for instance, _ in ways))


@check(
    id="vpc.route_blackhole",
    resource_type=ROUTE_TABLE,
    title="A route points at something that is gone: packets for that network are thrown away",
    question=CHANGED_BY_HAND,
    layer=Layer.CONTINUOUS_IMPROVEMENT,
    on_fail=(Effect(BAD_CHANGE, Phase.ACT, "change_configuration", by_person=True),),
    effect_source="an assumed change by hand of the route",
    recommendation=(
        "Delete the route, or point it at what took the place of its target: no cost. If something "
        "needs that network, it is broken now."
    ),
    documentation=(
        "Route tables",
        "https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Route_Tables.html",
    ),
    remedy=Remedy(change=_delete_dead_routes, effort=Effort.MINUTES, cost=Cost.FREE),
    passes=[_table(_BY_NAT_GATEWAY)],
    fails=[
        _table({**_BY_NAT_GATEWAY, "State": "blackhole"}),
        _table({"DestinationIpv6CidrBlock": "::/0", "State": "blackhole"}),
    ],
)
def route_blackhole(table: View) -> Outcome:
    """Its gateway, peering or interface was deleted and the route left: calls time out, slowly."""
    named = "[DestinationCidrBlock, DestinationIpv6CidrBlock, DestinationPrefixListId]"
    lost = table.read(ROUTES, f"Routes[?State=='blackhole'].{named}[]") or []
    return passed_if(not lost, ", ".join(lost))


def _holding(free: int, *placed: str, ipv6_only: bool = False) -> Example:
    things = [Example(type=kind, label="placed in") for kind in placed]
    facts = {"AvailableIpAddressCount": free, "Ipv6Native": ipv6_only}
    return Example(facts={SUBNETS: facts}, linked_from=things)


def _grow_elsewhere(subnet: Draft) -> None:
    """What grows moves to a larger subnet beside this one, with the same routes."""
    name = f"{subnet.name}-larger"
    facts = {**(subnet.read(SUBNETS, "@") or {}), "SubnetId": name}
    facts["AvailableIpAddressCount"] = _ADDRESSES_IN_A_LARGE_SUBNET
    larger = subnet.add(SUBNET, name, {SUBNETS: facts}, member=subnet.resource.member)
    for vpc in subnet.linked(VPC, label="part of"):
        larger.link(vpc, "part of", kind=RelationKind.CONTAINMENT)
    for table in subnet.linked(ROUTE_TABLE, label="routed by"):
        larger.link(table, "routed by")
    for user in subnet.linked_from(*sorted(_GROWING), label="placed in"):
        user.unlink(subnet, "placed in")
        user.link(larger, "placed in", kind=RelationKind.CONTAINMENT)


@check(
    id="vpc.subnet_ips_low",
    resource_type=SUBNET,
    title="A subnet is almost out of addresses: what has to grow in it soon cannot",
    question=QUOTAS,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=(Effect(OVERLOAD, Phase.ACT, "change_configuration", by_person=True),),
    effect_source="an assumed change by hand: another subnet for what has to grow",
    recommendation=(
        "Add a subnet, from a secondary address range if the VPC is full, and let what grows use "
        "it: "
        "no cost."
    ),
    documentation=(
        "Subnet sizing",
        "https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html",
    ),
    remedy=Remedy(change=_grow_elsewhere, effort=Effort.HOURS, cost=Cost.FREE),
    passes=[_holding(100, SERVICE)],
    fails=[_holding(3, SERVICE), _holding(3, BALANCER, SCALING_GROUP, INSTANCE)],
    silent=[
        _holding(3),
        _holding(3, INSTANCE),
        _holding(3, SCALING_GROUP, INSTANCE),
        _holding(0, SERVICE, ipv6_only=True),
    ],
)
def subnet_ips_low(subnet: View) -> Outcome:
    """Below eight free addresses a load balancer cannot grow; below one, nothing is replaced.

    Asked where load balancers, tasks or functions grow. A subnet in which only a group of instances
    does is judged with the group; one of IPv6 alone has no such limit, and counts none as free.
    """
    growing = {each.type for each in subnet.linked_from(label="placed in")} & _GROWING
    if growing <= {SCALING_GROUP} or subnet.read(SUBNETS, "Ipv6Native"):
        return NOT_APPLICABLE
    free = subnet.read(SUBNETS, "AvailableIpAddressCount")
    return passed_if(free >= _FREE_ADDRESSES_A_LOAD_BALANCER_NEEDS, f"{free} free")
