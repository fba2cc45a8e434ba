"""ElastiCache: replication groups, the clusters in or outside them, serverless caches."""

from state.snapshot import RelationKind
from tools.aws.declarations import Call, Collector, Link

_KEY = Link(
    path="KmsKeyId", to="AWS::KMS::Key", kind=RelationKind.PERMISSIONS, label="encrypted with"
)

REPLICATION_GROUP = Collector(
    type="AWS::ElastiCache::ReplicationGroup",
    read=Call(operation="elasticache:DescribeReplicationGroups", items="ReplicationGroups[]"),
    id="ReplicationGroupId",
    arn="arn:{partition}:elasticache:{region}:{account}:replicationgroup:{id}",
    aliases=(
        "ConfigurationEndpoint.Address",
        "NodeGroups[].[PrimaryEndpoint, ReaderEndpoint][].Address",
        "NodeGroups[].NodeGroupMembers[].ReadEndpoint.Address",
    ),
    links=(
        Link(
            path="MemberClusters",
            to="AWS::ElastiCache::CacheCluster",
            kind=RelationKind.CONTAINMENT,
            label="has member",
        ),
        _KEY,
    ),
)

CACHE_CLUSTER = Collector(
    type="AWS::ElastiCache::CacheCluster",
    read=Call(
        operation="elasticache:DescribeCacheClusters",
        items="CacheClusters[]",
        arguments={"ShowCacheNodeInfo": True},
    ),
    id="CacheClusterId",
    arn="arn:{partition}:elasticache:{region}:{account}:cluster:{id}",
    aliases=("ConfigurationEndpoint.Address", "CacheNodes[].Endpoint.Address"),
    links=(
        Link(
            path="ReplicationGroupId",
            to="AWS::ElastiCache::ReplicationGroup",
            kind=RelationKind.CONTAINMENT,
            label="member of",
        ),
        Link(
            path="SecurityGroups[].SecurityGroupId",
            to="AWS::EC2::SecurityGroup",
            kind=RelationKind.PERMISSIONS,
            label="guarded by",
        ),
    ),
)

SERVERLESS_CACHE = Collector(
    type="AWS::ElastiCache::ServerlessCache",
    read=Call(operation="elasticache:DescribeServerlessCaches", items="ServerlessCaches[]"),
    id="ServerlessCacheName",
    arn="arn:{partition}:elasticache:{region}:{account}:serverlesscache:{id}",
    aliases=("Endpoint.Address", "ReaderEndpoint.Address"),
    links=(
        Link(
            path="SubnetIds",
            to="AWS::EC2::Subnet",
            kind=RelationKind.CONTAINMENT,
            label="placed in",
        ),
        Link(
            path="SecurityGroupIds",
            to="AWS::EC2::SecurityGroup",
            kind=RelationKind.PERMISSIONS,
            label="guarded by",
        ),
        _KEY,
    ),
)

COLLECTORS = (REPLICATION_GROUP, CACHE_CLUSTER, SERVERLESS_CACHE)
