"""The network: VPCs, subnets, security groups, routes, NAT and internet gateways, endpoints."""

from state.snapshot import RelationKind
from tools.aws.declarations import Batch, Call, Collector, Find, Link

VPC_TYPE, SUBNET_TYPE = "AWS::EC2::VPC", "AWS::EC2::Subnet"
SECURITY_GROUP_TYPE = "AWS::EC2::SecurityGroup"

# A filter takes 200 values, and one id that is gone doesn't fail the call for all the others.
IDS_PER_FILTER = 200

IN_VPC = Link(path="VpcId", to=VPC_TYPE, kind=RelationKind.CONTAINMENT, label="part of")


def by_filter(name: str) -> Batch:
    """Ask for many EC2 resources by a filter on their id."""
    return Batch(arguments={"Filters": [{"Name": name, "Values": "{ids}"}]}, size=IDS_PER_FILTER)


SUBNET = Collector(
    type=SUBNET_TYPE,
    read=Call(operation="ec2:DescribeSubnets", items="Subnets[]"),
    batch=by_filter("subnet-id"),
    id="SubnetId",
    arn="arn:{partition}:ec2:{region}:{account}:subnet/{id}",
    tags="Tags",
    links=(IN_VPC,),
)

VPC = Collector(
    type=VPC_TYPE,
    read=Call(operation="ec2:DescribeVpcs", items="Vpcs[]"),
    batch=by_filter("vpc-id"),
    id="VpcId",
    arn="arn:{partition}:ec2:{region}:{account}:vpc/{id}",
    tags="Tags",
)

SECURITY_GROUP = Collector(
    type=SECURITY_GROUP_TYPE,
    read=Call(operation="ec2:DescribeSecurityGroups", items="SecurityGroups[]"),
    batch=by_filter("group-id"),
    id="GroupId",
    arn="arn:{partition}:ec2:{region}:{account}:security-group/{id}",
    name="GroupName",
    tags="Tags",
    links=(
        IN_VPC,
        Link(
            path="IpPermissions[].UserIdGroupPairs[].GroupId",
            to=SECURITY_GROUP_TYPE,
            kind=RelationKind.PERMISSIONS,
            label="admits",
            hard=False,
        ),
    ),
)

ROUTE_TABLE = Collector(
    type="AWS::EC2::RouteTable",
    read=Call(operation="ec2:DescribeRouteTables", items="RouteTables[]", page_size=100),
    batch=by_filter("route-table-id"),
    find=Find.ATTACHED,
    id="RouteTableId",
    arn="arn:{partition}:ec2:{region}:{account}:route-table/{id}",
    tags="Tags",
    links=(
        Link(path="VpcId", to=VPC_TYPE, kind=RelationKind.CONTAINMENT, label="part of"),
        Link(
            path="Associations[?Main] && VpcId",
            to=VPC_TYPE,
            label="routed by default by",
            incoming=True,
            attach=True,
        ),
        Link(
            path="Associations[].SubnetId",
            to=SUBNET_TYPE,
            label="routed by",
            incoming=True,
            attach=True,
        ),
        Link(
            path="Routes[].NatGatewayId",
            to="AWS::EC2::NatGateway",
            label="sends traffic through",
            attach=True,
        ),
        Link(
            path="Routes[?starts_with(GatewayId || '', 'igw-')].GatewayId",
            to="AWS::EC2::InternetGateway",
            label="sends traffic through",
        ),
        Link(
            path="Routes[?starts_with(GatewayId || '', 'vpce-')].GatewayId",
            to="AWS::EC2::VPCEndpoint",
            label="sends traffic through",
            hard=False,
        ),
        Link(
            path="Routes[].InstanceId",
            to="AWS::EC2::Instance",
            label="sends traffic through",
        ),
    ),
)

NAT_GATEWAY = Collector(
    type="AWS::EC2::NatGateway",
    read=Call(operation="ec2:DescribeNatGateways", items="NatGateways[]"),
    batch=Batch(
        arguments={"Filter": [{"Name": "nat-gateway-id", "Values": "{ids}"}]}, size=IDS_PER_FILTER
    ),
    keep="State != 'deleted' && State != 'deleting'",  # listed for an hour after they are gone
    id="NatGatewayId",
    arn="arn:{partition}:ec2:{region}:{account}:natgateway/{id}",
    tags="Tags",
    links=(
        IN_VPC,
        Link(path="SubnetId", to=SUBNET_TYPE, kind=RelationKind.CONTAINMENT, label="placed in"),
    ),
)

INTERNET_GATEWAY = Collector(
    type="AWS::EC2::InternetGateway",
    read=Call(operation="ec2:DescribeInternetGateways", items="InternetGateways[]"),
    batch=by_filter("internet-gateway-id"),
    id="InternetGatewayId",
    arn="arn:{partition}:ec2:{region}:{account}:internet-gateway/{id}",
    tags="Tags",
    links=(
        Link(
            path="Attachments[].VpcId",
            to=VPC_TYPE,
            kind=RelationKind.CONTAINMENT,
            label="part of",
        ),
    ),
)

VPC_ENDPOINT = Collector(
    type="AWS::EC2::VPCEndpoint",
    read=Call(operation="ec2:DescribeVpcEndpoints", items="VpcEndpoints[]"),
    batch=by_filter("vpc-endpoint-id"),
    find=Find.LISTED,
    keep="!contains(['deleted', 'deleting', 'rejected'], State)",
    id="VpcEndpointId",
    arn="arn:{partition}:ec2:{region}:{account}:vpc-endpoint/{id}",
    name="(Tags[?Key=='Name'].Value | [0]) || ServiceName",
    tags="Tags",
    links=(
        IN_VPC,
        Link(
            path="SubnetIds",
            to=SUBNET_TYPE,
            kind=RelationKind.CONTAINMENT,
            label="placed in",
            hard=False,
        ),
        Link(
            path="Groups[].GroupId",
            to=SECURITY_GROUP_TYPE,
            kind=RelationKind.PERMISSIONS,
            label="guarded by",
        ),
    ),
)

ELASTIC_IP = Collector(
    type="AWS::EC2::EIP",
    read=Call(operation="ec2:DescribeAddresses", items="Addresses[]"),
    batch=by_filter("allocation-id"),
    id="AllocationId",
    arn="arn:{partition}:ec2:{region}:{account}:elastic-ip/{id}",
    tags="Tags",
    aliases=("PublicIp",),
    links=(Link(path="InstanceId", to="AWS::EC2::Instance", label="address of"),),
)

NETWORK_INTERFACE = Collector(
    type="AWS::EC2::NetworkInterface",
    read=Call(operation="ec2:DescribeNetworkInterfaces", items="NetworkInterfaces[]"),
    batch=by_filter("network-interface-id"),
    id="NetworkInterfaceId",
    arn="arn:{partition}:ec2:{region}:{account}:network-interface/{id}",
    tags="TagSet",
    links=(
        Link(path="SubnetId", to=SUBNET_TYPE, kind=RelationKind.CONTAINMENT, label="placed in"),
    ),
)

NETWORK_ACL = Collector(
    type="AWS::EC2::NetworkAcl",
    read=Call(operation="ec2:DescribeNetworkAcls", items="NetworkAcls[]"),
    batch=by_filter("network-acl-id"),
    id="NetworkAclId",
    arn="arn:{partition}:ec2:{region}:{account}:network-acl/{id}",
    tags="Tags",
    links=(IN_VPC,),
)

COLLECTORS = (
    SUBNET,
    VPC,
    SECURITY_GROUP,
    ROUTE_TABLE,
    NAT_GATEWAY,
    INTERNET_GATEWAY,
    VPC_ENDPOINT,
    ELASTIC_IP,
    NETWORK_INTERFACE,
    NETWORK_ACL,
)
