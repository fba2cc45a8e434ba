"""A network for the sample workloads: one VPC, a public and a private subnet in each zone."""

from dataclasses import dataclass
from typing import Any

from tools.embedded.tags import Tags, pairs, specification


@dataclass(frozen=True, kw_only=True)
class Network:
    """Ids of what was built; subnets in the order of the zones."""

    vpc: str
    zones: tuple[str, ...]
    public: tuple[str, ...]
    private: tuple[str, ...]
    private_route_tables: tuple[str, ...]
    nat_gateways: tuple[str, ...]
    web: str  # security groups: the load balancer's,
    app: str  # the servers', tasks' and functions',
    data: str  # the stores'


def build_network(
    ec2: Any, name: str, tags: Tags, *, net: int, zones: str, nat_gateways: int
) -> Network:
    """Build a VPC 10.`net`.0.0/16 in the zones named by their letters.

    With fewer NAT gateways than zones, the first serves the private subnets of every zone.
    """
    vpc = ec2.create_vpc(
        CidrBlock=f"10.{net}.0.0/16", TagSpecifications=specification("vpc", tags, name)
    )["Vpc"]["VpcId"]
    ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
    places = [f"{ec2.meta.region_name}{letter}" for letter in zones]
    public, private = (
        [
            ec2.create_subnet(
                VpcId=vpc,
                CidrBlock=f"10.{net}.{(first + number) * 16}.0/20",
                AvailabilityZone=zone,
                TagSpecifications=specification("subnet", tags, f"{name}-{tier}-{zone[-1]}"),
            )["Subnet"]["SubnetId"]
            for number, zone in enumerate(places)
        ]
        for tier, first in (("public", 0), ("private", 8))
    )
    _route_to_internet(ec2, name, tags, vpc, public)
    gateways = [_nat_gateway(ec2, f"{name}-{n + 1}", tags, public[n]) for n in range(nat_gateways)]
    tables = _route_through(ec2, name, tags, vpc, private, gateways)
    web, app, data = _security_groups(ec2, name, tags, vpc)
    return Network(
        vpc=vpc,
        zones=tuple(places),
        public=tuple(public),
        private=tuple(private),
        private_route_tables=tuple(tables),
        nat_gateways=tuple(gateways),
        web=web,
        app=app,
        data=data,
    )


def _route_to_internet(ec2: Any, name: str, tags: Tags, vpc: str, subnets: list[str]) -> None:
    gateway = ec2.create_internet_gateway(
        TagSpecifications=specification("internet-gateway", tags, name)
    )["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    table = _route_table(ec2, f"{name}-public", tags, vpc, subnets)
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)


def _nat_gateway(ec2: Any, name: str, tags: Tags, subnet: str) -> str:
    address = ec2.allocate_address(
        Domain="vpc", TagSpecifications=specification("elastic-ip", tags, name)
    )["AllocationId"]
    gateway: str = ec2.create_nat_gateway(
        SubnetId=subnet,
        AllocationId=address,
        TagSpecifications=specification("natgateway", tags, name),
    )["NatGateway"]["NatGatewayId"]
    return gateway


def _route_through(
    ec2: Any, name: str, tags: Tags, vpc: str, subnets: list[str], gateways: list[str]
) -> list[str]:
    own = len(gateways) == len(subnets)
    groups = [[subnet] for subnet in subnets] if own else [subnets]
    tables = []
    for number, (group, gateway) in enumerate(zip(groups, gateways, strict=own), start=1):
        table = _route_table(ec2, f"{name}-private-{number}", tags, vpc, group)
        ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", NatGatewayId=gateway)
        tables.append(table)
    return tables


def _route_table(ec2: Any, name: str, tags: Tags, vpc: str, subnets: list[str]) -> str:
    table: str = ec2.create_route_table(
        VpcId=vpc, TagSpecifications=specification("route-table", tags, name)
    )["RouteTable"]["RouteTableId"]
    for subnet in subnets:
        ec2.associate_route_table(RouteTableId=table, SubnetId=subnet)
    return table


def _security_groups(ec2: Any, name: str, tags: Tags, vpc: str) -> list[str]:
    groups: list[str] = []
    for tier, port in (("web", 443), ("app", 8080), ("data", 5432)):
        group = ec2.create_security_group(
            GroupName=f"{name}-{tier}",
            Description=f"{name}: {tier}",
            VpcId=vpc,
            TagSpecifications=specification("security-group", tags, f"{name}-{tier}"),
        )["GroupId"]
        source: dict[str, object] = (
            {"UserIdGroupPairs": [{"GroupId": groups[-1]}]}
            if groups
            else {"IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
        )
        ec2.authorize_security_group_ingress(
            GroupId=group,
            IpPermissions=[{"IpProtocol": "tcp", "FromPort": port, "ToPort": port, **source}],
        )
        groups.append(group)
    return groups


def machine_image(ec2: Any, name: str, tags: Tags) -> str:
    """An image of the workload's own, which nobody else can withdraw."""
    image: str = ec2.register_image(
        Name=name,
        RootDeviceName="/dev/sda1",
        Architecture="x86_64",
        VirtualizationType="hvm",
    )["ImageId"]
    ec2.create_tags(Resources=[image], Tags=pairs({**tags, "Name": name}))
    return image
