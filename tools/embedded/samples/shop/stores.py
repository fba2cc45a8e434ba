"""Where the shop keeps its data: one copy of each, in one zone."""

from dataclasses import dataclass

from tools.embedded.network import Network
from tools.embedded.samples import Clients
from tools.embedded.samples.shop.naming import TAGS, invoices_of
from tools.embedded.tags import pairs


@dataclass(frozen=True, kw_only=True)
class Stores:
    """How the other parts reach the stores."""

    database: str  # host names
    sessions: str
    images: str  # the file system's id


def build_stores(client: Clients, network: Network) -> Stores:
    """A database, a cache, a table, a bucket and a file system."""
    client("rds").create_db_subnet_group(
        DBSubnetGroupName="shop",
        DBSubnetGroupDescription="shop",
        SubnetIds=list(network.private),
        Tags=pairs(TAGS),
    )
    database = client("rds").create_db_instance(
        DBInstanceIdentifier="shop-orders",
        Engine="postgres",
        EngineVersion="13.14",
        DBInstanceClass="db.t3.medium",
        DBName="orders",
        AllocatedStorage=100,
        StorageType="gp3",
        MasterUsername="shop",
        MasterUserPassword="made-up-1",
        MultiAZ=False,
        AvailabilityZone=network.zones[0],
        BackupRetentionPeriod=0,
        DeletionProtection=False,
        AutoMinorVersionUpgrade=False,
        DBSubnetGroupName="shop",
        VpcSecurityGroupIds=[network.data],
        Tags=pairs(TAGS),
    )["DBInstance"]
    client("elasticache").create_cache_subnet_group(
        CacheSubnetGroupName="shop",
        CacheSubnetGroupDescription="shop",
        SubnetIds=[network.private[0]],
        Tags=pairs(TAGS),
    )
    sessions = client("elasticache").create_replication_group(
        ReplicationGroupId="shop-sessions",
        ReplicationGroupDescription="sessions",
        Engine="redis",
        EngineVersion="6.2",
        CacheNodeType="cache.t3.small",
        NumCacheClusters=1,
        AutomaticFailoverEnabled=False,
        MultiAZEnabled=False,
        SnapshotRetentionLimit=0,
        CacheSubnetGroupName="shop",
        SecurityGroupIds=[network.data],
        Tags=pairs(TAGS),
    )["ReplicationGroup"]
    client("dynamodb").create_table(
        TableName="shop-carts",
        KeySchema=[{"AttributeName": "cart", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "cart", "AttributeType": "S"}],
        BillingMode="PROVISIONED",
        ProvisionedThroughput={"ReadCapacityUnits": 10, "WriteCapacityUnits": 5},
        Tags=pairs(TAGS),
    )
    invoices = invoices_of(client)
    client("s3").create_bucket(Bucket=invoices)
    client("s3").put_bucket_tagging(Bucket=invoices, Tagging={"TagSet": pairs(TAGS)})
    files = client("efs").create_file_system(
        CreationToken="shop-images",
        PerformanceMode="generalPurpose",
        ThroughputMode="bursting",
        Backup=False,
        Tags=pairs({**TAGS, "Name": "shop-images"}),
    )["FileSystemId"]
    client("efs").create_mount_target(
        FileSystemId=files, SubnetId=network.private[0], SecurityGroups=[network.data]
    )
    return Stores(
        database=database["Endpoint"]["Address"],
        sessions=sessions["NodeGroups"][0]["PrimaryEndpoint"]["Address"],
        images=files,
    )
