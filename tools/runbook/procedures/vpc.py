"""Networks: NAT gateways, routes, subnets and endpoints."""

from state.categories.excessive_load import OVERLOAD
from state.categories.misconfiguration_and_bugs import BAD_CHANGE
from state.categories.single_point_of_failure import COMPONENT_LOST, ZONE_LOST
from state.runbooks import Command, Look
from tools.runbook.commands import blank
from tools.runbook.declarations import Draft, Place, act, look, procedure

_NAT, _TABLE = "AWS::EC2::NatGateway", "AWS::EC2::RouteTable"
_READ_NAT = "ec2:DescribeNatGateways"
_SUBNET, _ENDPOINT = "AWS::EC2::Subnet", "AWS::EC2::VPCEndpoint"


def _gateway(at: Place) -> Look:
    return look(
        at.aws(
            "ec2",
            "describe-nat-gateways",
            nat_gateway_ids=[at.short],
            query="NatGateways[0].{State: State, Failure: FailureMessage, Subnet: SubnetId, "
            "Addresses: NatGatewayAddresses[].[PublicIp, AllocationId]}",
        ),
        "`State`, `Failure`",
        "`available`; `failed` or `deleted` is the cause",
    )


def _tables(at: Place, gateway: object) -> Look:
    return look(
        at.aws(
            "ec2",
            "describe-route-tables",
            filters=[{"Name": "route.nat-gateway-id", "Values": [gateway]}],
            query="RouteTables[].[RouteTableId, Associations[].SubnetId, "
            "Routes[].[DestinationCidrBlock, NatGatewayId, State]]",
        ),
        "the route tables that lead through it",
        "routes that are `active`; `blackhole` means that the gateway is gone",
    )


def _routes(at: Place) -> Look:
    return look(
        at.aws(
            "ec2",
            "describe-route-tables",
            route_table_ids=[at.short],
            query="RouteTables[0].Routes[].[DestinationCidrBlock, GatewayId, NatGatewayId, State]",
        ),
        "each route",
        "`active`; `blackhole` means that its target is gone",
    )


@procedure(_NAT, ZONE_LOST, COMPONENT_LOST, title="send traffic through another NAT gateway")
def other_gateway(at: Place) -> Draft:
    """One that works in another zone; a new one if there is none."""
    tables = at.linked_from(_TABLE)
    first = tables[0].id.rpartition("/")[2] if tables else blank("ROUTE_TABLE_ID")
    others = [
        each.short
        for each in (Place(other, at.known) for other in at.known.of_type(_NAT))
        if each.id != at.id
        and each.fact(_READ_NAT, "VpcId") == at.fact(_READ_NAT, "VpcId")
        and each.fact(_READ_NAT, "State") == "available"
    ]
    steps = []
    if others:
        target: str = others[0]
    else:
        target = blank("NAT_GATEWAY_ID")
        steps = [
            act(
                "Make a NAT gateway in a public subnet of a zone that works.",
                at.aws(
                    "ec2",
                    "create-nat-gateway",
                    subnet_id=blank("SUBNET_ID"),
                    allocation_id=blank("ALLOCATION_ID"),
                ),
                expect="a `NatGatewayId`: note it",
                warning="Calls come from another address: tell whoever lets only the former in.",
            ),
            act(
                "Wait until it is available.",
                at.aws("ec2", "wait nat-gateway-available", nat_gateway_ids=[target]),
            ),
        ]

    def routed(to: str) -> Command:
        return at.aws(
            "ec2",
            "replace-route",
            route_table_id=first,
            destination_cidr_block="0.0.0.0/0",
            nat_gateway_id=to,
        )

    return Draft(
        purpose="Subnets that go out through this gateway reach nothing outside.",
        checks=[_gateway(at), _tables(at, at.short)],
        actions=[
            *steps,
            act(
                "Lead the route of the private subnets through it. Repeat for each route table "
                "that the check showed.",
                routed(target),
                warning="Open connections break off.",
            ),
        ],
        verification=[_tables(at, target)],
        rollback=[act("Lead the route back, once the zone is healthy.", routed(at.short))],
        never=[
            "Do not delete the gateway: its address may be let in by others.",
            "Do not lead private subnets straight to the internet gateway.",
        ],
    )


@procedure(_TABLE, BAD_CHANGE, ZONE_LOST, COMPONENT_LOST, title="put a route back")
def route_back(at: Place) -> Draft:
    """To the target that the route had."""
    gateways = [each.id.rpartition("/")[2] for each in at.linked(_NAT)]
    target = gateways[0] if gateways else blank("NAT_GATEWAY_ID")
    return Draft(
        purpose="A route leads nowhere, or through what is lost.",
        checks=[_routes(at)],
        actions=[
            act(
                "Lead the route through a gateway that works.",
                at.aws(
                    "ec2",
                    "replace-route",
                    route_table_id=at.short,
                    destination_cidr_block=blank("CIDR"),
                    nat_gateway_id=blank("NAT_GATEWAY_ID"),
                ),
                warning="All subnets of the table are concerned. Keep the check's answer.",
            )
        ],
        verification=[_routes(at)],
        rollback=[
            act(
                "Lead the route back.",
                at.aws(
                    "ec2",
                    "replace-route",
                    route_table_id=at.short,
                    destination_cidr_block=blank("CIDR"),
                    nat_gateway_id=target,
                ),
            )
        ],
        never=[
            "Do not delete the route table, and do not change the main one for a single subnet."
        ],
    )


@procedure(_SUBNET, OVERLOAD, title="find free addresses")
def addresses(at: Place) -> Draft:
    """A subnet cannot grow; interfaces nobody uses can go."""
    free = look(
        at.aws(
            "ec2",
            "describe-subnets",
            subnet_ids=[at.short],
            query="Subnets[0].{Free: AvailableIpAddressCount, Range: CidrBlock, "
            "Zone: AvailabilityZone}",
        ),
        "`Free`",
        "more than a tenth of the range",
    )
    return Draft(
        purpose="The subnet has no free address: nothing new starts in it.",
        checks=[
            free,
            look(
                at.aws(
                    "ec2",
                    "describe-network-interfaces",
                    filters=[
                        {"Name": "subnet-id", "Values": [at.short]},
                        {"Name": "status", "Values": ["available"]},
                    ],
                    query="NetworkInterfaces[].[NetworkInterfaceId, Description]",
                ),
                "interfaces that nothing is attached to",
                "an empty list; others may be left over: ask their owner",
            ),
        ],
        actions=[
            act("Let groups, services and functions start in other subnets: see their procedures."),
            act("Have the owners of interfaces that are left over remove them."),
        ],
        verification=[free],
        rollback=[act("None is needed.")],
        never=["Do not delete an interface whose owner you do not know."],
    )


@procedure(_ENDPOINT, ZONE_LOST, title="reach the service through another zone")
def endpoint(at: Place) -> Draft:
    """An interface endpoint needs a subnet in each zone."""
    state = look(
        at.aws(
            "ec2",
            "describe-vpc-endpoints",
            vpc_endpoint_ids=[at.short],
            query="VpcEndpoints[0].{State: State, Type: VpcEndpointType, Subnets: SubnetIds, "
            "Service: ServiceName}",
        ),
        "`State`, `Subnets`",
        "`available`, with subnets in zones that work",
    )
    change = {"vpc_endpoint_id": at.short}
    return Draft(
        purpose="The endpoint's zone is lost: the service behind it cannot be reached.",
        checks=[state],
        actions=[
            act(
                "Add a subnet in a zone that works.",
                at.aws("ec2", "modify-vpc-endpoint", **change, add_subnet_ids=[blank("SUBNET_ID")]),
            )
        ],
        verification=[state],
        rollback=[
            act(
                "Take the subnet away again.",
                at.aws(
                    "ec2", "modify-vpc-endpoint", **change, remove_subnet_ids=[blank("SUBNET_ID")]
                ),
            )
        ],
        never=["Do not delete the endpoint: names that lead to it stop resolving."],
    )
