"""RDS and Aurora: instances, clusters, subnet groups."""

from state.snapshot import RelationKind
from tools.aws.declarations import Batch, Call, Collector, Link

DB_INSTANCE = Collector(
    type="AWS::RDS::DBInstance",
    read=Call(operation="rds:DescribeDBInstances", items="DBInstances[]"),
    batch=Batch(arguments={"Filters": [{"Name": "db-instance-id", "Values": "{ids}"}]}, size=100),
    id="DBInstanceIdentifier",
    arn="arn:{partition}:rds:{region}:{account}:db:{id}",
    tags="TagList",
    aliases=("Endpoint.Address", "DbiResourceId"),
    links=(
        Link(
            path="DBClusterIdentifier",
            to="AWS::RDS::DBCluster",
            kind=RelationKind.CONTAINMENT,
            label="member of",
        ),
        Link(
            path="DBSubnetGroup.Subnets[].SubnetIdentifier",
            to="AWS::EC2::Subnet",
            kind=RelationKind.CONTAINMENT,
            label="placed in",
        ),
        Link(
            path="VpcSecurityGroups[].VpcSecurityGroupId",
            to="AWS::EC2::SecurityGroup",
            kind=RelationKind.PERMISSIONS,
            label="guarded by",
        ),
        Link(
            path="KmsKeyId",
            to="AWS::KMS::Key",
            kind=RelationKind.PERMISSIONS,
            label="encrypted with",
        ),
        Link(
            path="ReadReplicaSourceDBInstanceIdentifier",
            to="AWS::RDS::DBInstance",
            label="replicates",
        ),
    ),
)

DB_CLUSTER = Collector(
    type="AWS::RDS::DBCluster",
    read=Call(operation="rds:DescribeDBClusters", items="DBClusters[]"),
    batch=Batch(arguments={"Filters": [{"Name": "db-cluster-id", "Values": "{ids}"}]}, size=100),
    id="DBClusterIdentifier",
    arn="arn:{partition}:rds:{region}:{account}:cluster:{id}",
    tags="TagList",
    aliases=("Endpoint", "ReaderEndpoint", "DbClusterResourceId"),
    links=(
        Link(
            path="DBClusterMembers[].DBInstanceIdentifier",
            to="AWS::RDS::DBInstance",
            kind=RelationKind.CONTAINMENT,
            label="has member",
        ),
        Link(
            path="VpcSecurityGroups[].VpcSecurityGroupId",
            to="AWS::EC2::SecurityGroup",
            kind=RelationKind.PERMISSIONS,
            label="guarded by",
        ),
        Link(
            path="KmsKeyId",
            to="AWS::KMS::Key",
            kind=RelationKind.PERMISSIONS,
            label="encrypted with",
        ),
    ),
)

COLLECTORS = (DB_INSTANCE, DB_CLUSTER)
