"""RDS and Aurora: instances, clusters, proxies."""

from state.snapshot import RelationKind
from tools.aws.declarations import Batch, Call, Collector, Find, Link

_INSTANCE, _CLUSTER = "AWS::RDS::DBInstance", "AWS::RDS::DBCluster"

_KEY = Link(
    path="KmsKeyId", to="AWS::KMS::Key", kind=RelationKind.PERMISSIONS, label="encrypted with"
)
_SECRET = Link(
    path="MasterUserSecret.SecretArn",
    to="AWS::SecretsManager::Secret",
    kind=RelationKind.PERMISSIONS,
    label="logs on with",
    hard=False,
)
_SECURITY_GROUPS = Link(
    path="VpcSecurityGroups[].VpcSecurityGroupId",
    to="AWS::EC2::SecurityGroup",
    kind=RelationKind.PERMISSIONS,
    label="guarded by",
)

DB_INSTANCE = Collector(
    type=_INSTANCE,
    read=Call(operation="rds:DescribeDBInstances", items="DBInstances[]"),
    batch=Batch(arguments={"Filters": [{"Name": "db-instance-id", "Values": "{ids}"}]}, size=100),
    id="DBInstanceIdentifier",
    arn="arn:{partition}:rds:{region}:{account}:db:{id}",
    tags="TagList",
    aliases=("Endpoint.Address", "DbiResourceId"),
    redact=("PendingModifiedValues.MasterUserPassword",),
    follow_ups=(
        Call(
            operation="rds:DescribeDBSnapshots",
            items="DBSnapshots[].{DBInstanceIdentifier: DBInstanceIdentifier, Status: Status,"
            " SnapshotCreateTime: SnapshotCreateTime}",
            arguments={"SnapshotType": "manual"},
            # With automated backups nobody needs them, and of a cluster's member there are none.
            when="BackupRetentionPeriod == `0` && !DBClusterIdentifier",
            batch=Batch(
                arguments={"Filters": [{"Name": "db-instance-id", "Values": "{ids}"}]}, size=100
            ),
            about="DBInstanceIdentifier",
        ),
    ),
    links=(
        Link(
            path="DBClusterIdentifier",
            to=_CLUSTER,
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
            path="DBSubnetGroup.VpcId",
            to="AWS::EC2::VPC",
            kind=RelationKind.CONTAINMENT,
            label="placed in",
        ),
        _SECURITY_GROUPS,
        _KEY,
        _SECRET,
        Link(path="ReadReplicaSourceDBInstanceIdentifier", to=_INSTANCE, label="replicates"),
    ),
)

DB_CLUSTER = Collector(
    type=_CLUSTER,
    read=Call(operation="rds:DescribeDBClusters", items="DBClusters[]"),
    batch=Batch(arguments={"Filters": [{"Name": "db-cluster-id", "Values": "{ids}"}]}, size=100),
    id="DBClusterIdentifier",
    arn="arn:{partition}:rds:{region}:{account}:cluster:{id}",
    tags="TagList",
    aliases=("Endpoint", "ReaderEndpoint", "CustomEndpoints", "DbClusterResourceId"),
    redact=("PendingModifiedValues.MasterUserPassword",),
    links=(
        Link(
            path="DBClusterMembers[].DBInstanceIdentifier",
            to=_INSTANCE,
            kind=RelationKind.CONTAINMENT,
            label="has member",
        ),
        _SECURITY_GROUPS,
        _KEY,
        _SECRET,
    ),
)

# The answer names neither databases nor tags: a proxy is found through the tag index, or as a
# neighbour because it stands in the VPC of a database that is read.
DB_PROXY = Collector(
    type="AWS::RDS::DBProxy",
    read=Call(operation="rds:DescribeDBProxies", items="DBProxies[]"),
    id="DBProxyName",
    arn="arn:{partition}:rds:{region}:{account}:db-proxy:*",
    arn_path="DBProxyArn",
    find=Find.ATTACHED,
    attaches_to=(_INSTANCE, _CLUSTER),
    aliases=("Endpoint",),
    follow_ups=(
        Call(
            operation="rds:DescribeDBProxyTargets",
            items="Targets[]",
            arguments={"DBProxyName": "{id}"},
        ),
    ),
    links=(
        Link(
            path="VpcId",
            to="AWS::EC2::VPC",
            kind=RelationKind.CONTAINMENT,
            label="placed in",
            attach=True,
        ),
        Link(
            path="VpcSubnetIds",
            to="AWS::EC2::Subnet",
            kind=RelationKind.CONTAINMENT,
            label="placed in",
        ),
        Link(
            path="VpcSecurityGroupIds",
            to="AWS::EC2::SecurityGroup",
            kind=RelationKind.PERMISSIONS,
            label="guarded by",
        ),
        Link(
            path="Auth[].SecretArn",
            to="AWS::SecretsManager::Secret",
            kind=RelationKind.PERMISSIONS,
            label="logs on with",
        ),
        Link(path="RoleArn", to="AWS::IAM::Role", kind=RelationKind.PERMISSIONS, label="acts as"),
        Link(
            path="[?Type=='RDS_INSTANCE'].RdsResourceId",
            to=_INSTANCE,
            label="connects to",
            operation="rds:DescribeDBProxyTargets",
        ),
        Link(
            path="[?Type=='TRACKED_CLUSTER'].RdsResourceId",
            to=_CLUSTER,
            label="connects to",
            operation="rds:DescribeDBProxyTargets",
        ),
    ),
)

COLLECTORS = (DB_INSTANCE, DB_CLUSTER, DB_PROXY)
