"""Where the well-built shop keeps its data: each store has a second copy and a way back in time."""

from dataclasses import dataclass

from tools.embedded.network import Network
from tools.embedded.permissions import role
from tools.embedded.samples import Clients
from tools.embedded.samples.shop_ha.naming import NAME, TAGS, account_of
from tools.embedded.tags import kms_pairs, pairs

DATABASE, CACHE, TABLE = "shop-ha-orders", "shop-ha-sessions", "shop-ha-carts"


@dataclass(frozen=True, kw_only=True)
class Stores:
    """What the other parts need to know of the stores."""

    invoices: str  # the bucket's name
    table: str  # the table's ARN
    database: str  # host names: the database proxy's,
    sessions: str  # the cache's


def build_stores(client: Clients, network: Network) -> Stores:
    """A key, a database, a cache, a table and a bucket."""
    key = _key(client)
    _database(client, network, key)
    return Stores(
        invoices=_invoices(client, key),
        table=_table(client, key),
        database=_proxy(client, network, key),
        sessions=_cache(client, network, key),
    )


def _key(client: Clients) -> str:
    kms = client("kms")
    key: str = kms.create_key(Description="shop-ha: every store", Tags=kms_pairs(TAGS))[
        "KeyMetadata"
    ]["Arn"]
    kms.create_alias(AliasName="alias/shop-ha", TargetKeyId=key)
    kms.enable_key_rotation(KeyId=key)
    return key


def _database(client: Clients, network: Network, key: str) -> None:
    rds = client("rds")
    rds.create_db_subnet_group(
        DBSubnetGroupName=NAME,
        DBSubnetGroupDescription=NAME,
        SubnetIds=list(network.private),
        Tags=pairs(TAGS),
    )
    rds.create_db_instance(
        DBInstanceIdentifier=DATABASE,
        Engine="postgres",
        EngineVersion="17.6",
        DBInstanceClass="db.m7g.large",
        DBName="orders",
        AllocatedStorage=100,
        MaxAllocatedStorage=400,
        StorageType="gp3",
        StorageEncrypted=True,
        KmsKeyId=key,
        MasterUsername="shop",
        MasterUserPassword="made-up-1",
        MultiAZ=True,
        BackupRetentionPeriod=14,
        CopyTagsToSnapshot=True,
        DeletionProtection=True,
        AutoMinorVersionUpgrade=True,
        EnablePerformanceInsights=True,
        PerformanceInsightsRetentionPeriod=7,
        MonitoringInterval=60,
        MonitoringRoleArn=role(
            client("iam"), "shop-ha-monitoring", "monitoring.rds.amazonaws.com", TAGS
        ),
        EnableCloudwatchLogsExports=["postgresql"],
        CACertificateIdentifier="rds-ca-rsa2048-g1",
        DBSubnetGroupName=NAME,
        VpcSecurityGroupIds=[network.data],
        Tags=pairs({**TAGS, "backup-retention": "35 days"}),  # meant; it is 14
    )


def _proxy(client: Clients, network: Network, key: str) -> str:
    """Connections survive a failover, and many functions share few of them; its host name."""
    secret = client("secretsmanager").create_secret(
        Name="shop-ha/database",
        SecretString='{"username": "shop", "password": "made-up-1"}',
        KmsKeyId=key,
        Tags=pairs(TAGS),
    )["ARN"]
    rds = client("rds")
    proxy: str = rds.create_db_proxy(
        DBProxyName=NAME,
        EngineFamily="POSTGRESQL",
        Auth=[{"AuthScheme": "SECRETS", "SecretArn": secret, "IAMAuth": "REQUIRED"}],
        RoleArn=role(
            client("iam"),
            "shop-ha-proxy",
            "rds.amazonaws.com",
            TAGS,
            (("secretsmanager:GetSecretValue",), (secret,)),
            (("kms:Decrypt",), (key,)),
        ),
        VpcSubnetIds=list(network.private),
        VpcSecurityGroupIds=[network.data],
        RequireTLS=True,
        Tags=pairs(TAGS),
    )["DBProxy"]["Endpoint"]
    rds.register_db_proxy_targets(DBProxyName=NAME, DBInstanceIdentifiers=[DATABASE])
    return proxy


def _cache(client: Clients, network: Network, key: str) -> str:
    elasticache = client("elasticache")
    elasticache.create_cache_subnet_group(
        CacheSubnetGroupName=NAME,
        CacheSubnetGroupDescription=NAME,
        SubnetIds=list(network.private),
        Tags=pairs(TAGS),
    )
    group = elasticache.create_replication_group(
        ReplicationGroupId=CACHE,
        ReplicationGroupDescription="sessions",
        Engine="valkey",
        EngineVersion="8.0",
        CacheNodeType="cache.m7g.large",
        NumNodeGroups=1,
        ReplicasPerNodeGroup=2,
        PreferredCacheClusterAZs=list(network.zones),
        AutomaticFailoverEnabled=True,
        MultiAZEnabled=True,
        AutoMinorVersionUpgrade=True,
        SnapshotRetentionLimit=7,
        AtRestEncryptionEnabled=True,
        KmsKeyId=key,
        CacheSubnetGroupName=NAME,
        SecurityGroupIds=[network.data],
        Tags=pairs(TAGS),
    )["ReplicationGroup"]
    address: str = group["NodeGroups"][0]["PrimaryEndpoint"]["Address"]
    return address


def _table(client: Clients, key: str) -> str:
    dynamodb = client("dynamodb")
    table: str = dynamodb.create_table(
        TableName=TABLE,
        KeySchema=[{"AttributeName": "cart", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "cart", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        DeletionProtectionEnabled=True,
        SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key},
        Tags=pairs(TAGS),
    )["TableDescription"]["TableArn"]
    dynamodb.update_continuous_backups(
        TableName=TABLE, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
    )
    return table


def _invoices(client: Clients, key: str) -> str:
    s3 = client("s3")
    bucket = f"shop-ha-invoices-{account_of(client)}"
    s3.create_bucket(Bucket=bucket)
    s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": pairs(TAGS)})
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    s3.put_bucket_encryption(
        Bucket=bucket,
        ServerSideEncryptionConfiguration={
            "Rules": [
                {
                    "ApplyServerSideEncryptionByDefault": {
                        "SSEAlgorithm": "aws:kms",
                        "KMSMasterKeyID": key,
                    },
                    "BucketKeyEnabled": True,
                }
            ]
        },
    )
    s3.put_bucket_lifecycle_configuration(
        Bucket=bucket,
        LifecycleConfiguration={
            "Rules": [
                {
                    "ID": "old-versions",
                    "Status": "Enabled",
                    "Filter": {"Prefix": ""},
                    "NoncurrentVersionExpiration": {"NoncurrentDays": 90},
                    "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
                }
            ]
        },
    )
    return bucket
