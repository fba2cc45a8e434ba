"""The network: VPCs, subnets, security groups, route tables, NAT gateways, endpoints."""

from state.snapshot import RelationKind
from tools.aws.declarations import Batch, Call, Collector, Link

SUBNET = Collector(
    type="AWS::EC2::Subnet",
    read=Call(operation="ec2:DescribeSubnets", items="Subnets[]"),
    batch=Batch(arguments={"Filters": [{"Name": "subnet-id", "Values": "{ids}"}]}, size=200),
    id="SubnetId",
    arn="arn:{partition}:ec2:{region}:{account}:subnet/{id}",
    tags="Tags",
    links=(Link(path="VpcId", to="AWS::EC2::VPC", kind=RelationKind.CONTAINMENT, label="part of"),),
)

VPC = Collector(
    type="AWS::EC2::VPC",
    read=Call(operation="ec2:DescribeVpcs", items="Vpcs[]"),
    batch=Batch(arguments={"Filters": [{"Name": "vpc-id", "Values": "{ids}"}]}, size=200),
    id="VpcId",
    arn="arn:{partition}:ec2:{region}:{account}:vpc/{id}",
    tags="Tags",
)

COLLECTORS = (SUBNET, VPC)
