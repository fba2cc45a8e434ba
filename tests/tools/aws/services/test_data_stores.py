"""A small account of data stores: what is read, what is related, and what a few checks say."""

import io
import logging
import zipfile
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import boto3
import pytest
from moto.moto_api._internal.models import moto_api_backend
from moto.server import ThreadedMotoServer

from state.judgements import Phase, Verdict
from state.snapshot import Resource, Selector, Snapshot
from tools.aws.account import Account
from tools.aws.declarations import Call, collectors
from tools.aws.discovery import discover
from tools.checks import Measured, Outcome, all_checks
from tools.checks.view import Unknown, View, Workload

REGION = "eu-west-1"
ACCOUNT = "123456789012"
TAGS = [{"Key": "workload", "Value": "stores"}]
PASSWORD = "not-a-real-password"

RP = "AWS::Backup::RecoveryPoint"


def arn(service: str, rest: str) -> str:
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{rest}"


ORDERS, REPORTS = arn("rds", "db:orders"), arn("rds", "db:reports")
SHOP, PAYROLL, AUDIT, IDLE = (
    arn("lambda", f"function:{name}") for name in ("shop", "payroll", "audit", "idle")
)
CLUSTER, WRITER = arn("rds", "cluster:ledger"), arn("rds", "db:ledger-1")
CARTS, EVENTS = arn("dynamodb", "table/carts"), arn("dynamodb", "table/events")
DRAFTS, ARCHIVE = arn("dynamodb", "table/drafts"), arn("rds", "db:archive")
UPLOADS, COPY, PLAIN = (f"arn:aws:s3:::{name}-of-stores" for name in ("uploads", "copy", "plain"))
SESSIONS = arn("elasticache", "replicationgroup:sessions")


def _build(session: boto3.Session, url: str) -> dict[str, str]:
    client = cache(lambda service: session.client(service, endpoint_url=url))
    ids = _network(client("ec2"))
    ids["key"] = client("kms").create_key(Tags=_lower(TAGS))["KeyMetadata"]["Arn"]
    _databases(client("rds"), ids)
    _tables(client("dynamodb"), client("application-autoscaling"))
    _buckets(client("s3"), ids["key"])
    files = client("efs").create_file_system(CreationToken="shared", Backup=True, Tags=TAGS)
    client("efs").create_mount_target(FileSystemId=files["FileSystemId"], SubnetId=ids["subnet-a"])
    client("elasticache").create_replication_group(
        ReplicationGroupId="sessions",
        ReplicationGroupDescription="sessions",
        Engine="redis",
        CacheNodeType="cache.t4g.micro",
        NumCacheClusters=1,
        Tags=TAGS,
    )
    _functions(client("lambda"), _roles(client("iam")), ids, _names(client))
    return ids | {"files": files["FileSystemArn"]}


def _roles(iam: Any) -> str:
    """A role for each function: sharing one would make them neighbours."""
    for name in ("shop", "payroll", "audit", "idle"):
        role = iam.create_role(RoleName=f"stores-{name}", AssumeRolePolicyDocument="{}")
    return str(role["Role"]["Arn"]).removesuffix(f"-{name}")


def _names(client: Callable[[str], Any]) -> dict[str, str]:
    """How a program names the stores: hosts, addresses, plain names, ARNs."""

    def host(name: str) -> str:
        answer = client("rds").describe_db_instances(DBInstanceIdentifier=name)
        return str(answer["DBInstances"][0]["Endpoint"]["Address"])

    groups = client("elasticache").describe_replication_groups()["ReplicationGroups"]
    primary = groups[0]["NodeGroups"][0]["PrimaryEndpoint"]["Address"]
    stream = client("dynamodb").describe_table(TableName="events")["Table"]["LatestStreamArn"]
    return {
        "DATABASE_HOST": host("orders"),
        "REPORTS": f"postgres://reader@{host('reports')}:5432/reports",
        "TABLE": "carts",
        "STREAM": stream,
        "BUCKET": "uploads-of-stores",
        "CACHE": f"redis://{primary}:6379",
    }


def _lower(tags: list[dict[str, str]]) -> list[dict[str, str]]:
    return [{"TagKey": tag["Key"], "TagValue": tag["Value"]} for tag in tags]


def _network(ec2: Any) -> dict[str, str]:
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnets = {
        f"subnet-{zone}": ec2.create_subnet(
            VpcId=vpc, CidrBlock=f"10.0.{number}.0/24", AvailabilityZone=f"{REGION}{zone}"
        )["Subnet"]["SubnetId"]
        for number, zone in enumerate("ab")
    }
    groups = {
        name: ec2.create_security_group(
            GroupName=name,
            Description=name,
            VpcId=vpc,
            TagSpecifications=[{"ResourceType": "security-group", "Tags": TAGS}],
        )["GroupId"]
        for name in ("db", "reports-db")
    }
    auditors = ec2.create_security_group(GroupName="auditors", Description="audit", VpcId=vpc)
    ec2.authorize_security_group_ingress(
        GroupId=groups["reports-db"],
        IpPermissions=[
            {
                "IpProtocol": "tcp",
                "FromPort": 5432,
                "ToPort": 5432,
                "UserIdGroupPairs": [{"GroupId": auditors["GroupId"]}],
            }
        ],
    )
    return {"vpc": vpc, "auditors": auditors["GroupId"], **groups, **subnets}


def _functions(client: Any, role: str, ids: Mapping[str, str], names: dict[str, str]) -> None:
    """One of the workload, two foreign users of its databases, and one that uses nothing."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("i.py", "def h(event, context): return 1")

    def function(name: str, **more: Any) -> None:
        client.create_function(
            FunctionName=name,
            Runtime="python3.12",
            Role=f"{role}-{name}",
            Handler="i.h",
            Code={"ZipFile": buffer.getvalue()},
            **more,
        )

    function("shop", Tags={"workload": "stores"}, Environment={"Variables": names})
    function("payroll", Environment={"Variables": {"DATABASE_HOST": names["DATABASE_HOST"]}})
    network = {"SubnetIds": [ids["subnet-a"]], "SecurityGroupIds": [ids["auditors"]]}
    function("audit", VpcConfig=network)
    function("idle", Environment={"Variables": {"COLOUR": "blue"}})


def _databases(rds: Any, ids: Mapping[str, str]) -> None:
    rds.create_db_subnet_group(
        DBSubnetGroupName="stores",
        DBSubnetGroupDescription="stores",
        SubnetIds=[ids["subnet-a"], ids["subnet-b"]],
    )

    def instance(name: str, **more: Any) -> None:
        rds.create_db_instance(
            DBInstanceIdentifier=name, DBInstanceClass="db.r6g.large", **{"Tags": TAGS, **more}
        )

    account = {"MasterUsername": "root", "MasterUserPassword": PASSWORD}
    alone = {
        "Engine": "postgres",
        "AllocatedStorage": 100,
        "DBSubnetGroupName": "stores",
        "VpcSecurityGroupIds": [ids["db"]],
        **account,
    }
    reporting = {**alone, "VpcSecurityGroupIds": [ids["reports-db"]]}
    encrypted = {"StorageEncrypted": True, "KmsKeyId": ids["key"]}
    instance("orders", BackupRetentionPeriod=0, MultiAZ=False, **alone)
    instance("reports", BackupRetentionPeriod=7, MultiAZ=True, **encrypted, **reporting)
    instance("foreign", **{**alone, "Tags": []})
    instance("archive", BackupRetentionPeriod=0, MultiAZ=False, **alone)
    rds.create_db_snapshot(DBSnapshotIdentifier="archive-1", DBInstanceIdentifier="archive")
    rds.create_db_cluster(
        DBClusterIdentifier="ledger", Engine="aurora-postgresql", Tags=TAGS, **account
    )
    instance("ledger-1", Engine="aurora-postgresql", DBClusterIdentifier="ledger", Tags=[])
    rds.create_db_proxy(
        DBProxyName="reports",
        EngineFamily="POSTGRESQL",
        Auth=[],
        RoleArn=f"arn:aws:iam::{ACCOUNT}:role/proxy",
        VpcSubnetIds=[ids["subnet-a"]],
        Tags=TAGS,
    )
    rds.register_db_proxy_targets(DBProxyName="reports", DBInstanceIdentifiers=["reports"])


def _tables(dynamodb: Any, scaling: Any) -> None:
    def table(name: str, **more: Any) -> None:
        dynamodb.create_table(
            TableName=name,
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            **{"Tags": TAGS, **more},
        )

    table("carts", ProvisionedThroughput={"ReadCapacityUnits": 5, "WriteCapacityUnits": 5})
    table(
        "events",
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )
    table("foreign", BillingMode="PAY_PER_REQUEST", Tags=[])
    table("drafts", BillingMode="PAY_PER_REQUEST")
    dynamodb.create_backup(TableName="drafts", BackupName="drafts-1")
    dynamodb.update_continuous_backups(
        TableName="events", PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
    )
    for mode in ("Read", "Write"):
        what = {
            "ServiceNamespace": "dynamodb",
            "ResourceId": "table/carts",
            "ScalableDimension": f"dynamodb:table:{mode}CapacityUnits",
        }
        scaling.register_scalable_target(**what, MinCapacity=5, MaxCapacity=50)
        scaling.put_scaling_policy(
            **what,
            PolicyName=f"{mode}-follows",
            PolicyType="TargetTrackingScaling",
            TargetTrackingScalingPolicyConfiguration={
                "TargetValue": 70.0,
                "PredefinedMetricSpecification": {
                    "PredefinedMetricType": f"DynamoDB{mode}CapacityUtilization"
                },
            },
        )


def _buckets(s3: Any, key: str) -> None:
    for bucket in ("copy-of-stores", "uploads-of-stores", "plain-of-stores"):
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
        if bucket != "copy-of-stores":
            s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": TAGS})
        if bucket != "plain-of-stores":
            s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    s3.put_bucket_replication(
        Bucket="uploads-of-stores",
        ReplicationConfiguration={
            "Role": f"arn:aws:iam::{ACCOUNT}:role/replication",
            "Rules": [
                {
                    "ID": "all",
                    "Status": "Enabled",
                    "Priority": 1,
                    "Filter": {"Prefix": ""},
                    "DeleteMarkerReplication": {"Status": "Disabled"},
                    "Destination": {"Bucket": COPY},
                }
            ],
        },
    )
    s3.put_bucket_lifecycle_configuration(
        Bucket="uploads-of-stores",
        LifecycleConfiguration={
            "Rules": [
                {
                    "ID": "tidy",
                    "Status": "Enabled",
                    "Filter": {"Prefix": ""},
                    "NoncurrentVersionExpiration": {"NoncurrentDays": 1},
                }
            ]
        },
    )
    s3.put_bucket_encryption(
        Bucket="uploads-of-stores",
        ServerSideEncryptionConfiguration={
            "Rules": [
                {
                    "ApplyServerSideEncryptionByDefault": {
                        "SSEAlgorithm": "aws:kms",
                        "KMSMasterKeyID": key,
                    }
                }
            ]
        },
    )


@pytest.fixture(scope="module")
def account() -> Iterator[tuple[boto3.Session, str, dict[str, str]]]:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    moto_api_backend.reset()  # moto's state is the process's, not the server's
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    session = boto3.Session(
        aws_access_key_id="test", aws_secret_access_key="test", region_name=REGION
    )
    try:
        yield session, url, _build(session, url)
    finally:
        moto_api_backend.reset()
        server.stop()


@pytest.fixture(scope="module")
def snapshot(account: tuple[boto3.Session, str, dict[str, str]]) -> Snapshot:
    session, url, _ = account
    tag = Selector(tags={"workload": "stores"})
    return discover(Account(session, endpoint_url=url), tag, [REGION])


@pytest.fixture(scope="module")
def ids(account: tuple[boto3.Session, str, dict[str, str]]) -> dict[str, str]:
    return account[2]


class AccountWithBackups(Account):
    """An account in which AWS Backup copies the carts every twelve hours; moto cannot show it."""

    def call(
        self,
        call: Call,
        region: str,
        arguments: Mapping[str, Any],
        most_items: int | None = None,
    ) -> Any:
        now = datetime.now(UTC)
        copies = [now - timedelta(hours=hours) for hours in (2, 14, 26)]
        point = arn("backup", "recovery-point:1")
        answers = {
            "backup:ListProtectedResources": {
                "Results": [
                    {
                        "ResourceArn": name,
                        "LastBackupTime": copies[0],
                        "LastRecoveryPointArn": f"{point}-{name}",
                    }
                    for name in (CARTS, arn("dynamodb", "table/foreign"))
                ]
            },
            "backup:ListRecoveryPointsByResource": {
                "RecoveryPoints": [
                    {"Status": "COMPLETED", "CreationDate": moment} for moment in copies
                ]
            },
            "backup:ListCopyJobs": {"CopyJobs": []},
            "backup:ListRestoreJobs": {
                "RestoreJobs": [
                    {
                        "SourceResourceArn": name,
                        "Status": "COMPLETED",
                        "CreationDate": copies[1],
                        "CompletionDate": copies[1] + timedelta(minutes=minutes),
                    }
                    for name, minutes in ((CARTS, 37), (arn("dynamodb", "table/foreign"), 5))
                ]
            },
        }
        return answers.get(call.operation) or super().call(call, region, arguments, most_items)


@pytest.fixture(scope="module")
def backed_up(account: tuple[boto3.Session, str, dict[str, str]]) -> Snapshot:
    session, url, _ = account
    tag = Selector(tags={"workload": "stores"})
    return discover(AccountWithBackups(session, endpoint_url=url), tag, [REGION])


def outcome(snapshot: Snapshot, check: str, resource: str) -> Outcome:
    listed_by = {c.type: c.read.operation for c in collectors().values() if c.lists}
    view = View(snapshot.resources[resource], Workload(snapshot, listed_by))
    return all_checks()[check].judge(view)


def verdict(snapshot: Snapshot, check: str, resource: str) -> Verdict | None:
    try:
        return outcome(snapshot, check, resource).verdict
    except Unknown:
        return Verdict.UNKNOWN


def related(snapshot: Snapshot, source: str, label: str) -> set[str]:
    return {r.target for r in snapshot.relations if r.source == source and r.label == label}


def of_type(snapshot: Snapshot, kind: str) -> list[Resource]:
    return [r for r in snapshot.resources.values() if r.type == kind]


def test_every_tagged_store_is_a_member(snapshot: Snapshot, ids: dict[str, str]) -> None:
    members = {r.id for r in snapshot.resources.values() if r.member}
    tagged = {ORDERS, REPORTS, CLUSTER, CARTS, EVENTS, UPLOADS, PLAIN, SESSIONS, ids["files"]}
    assert members >= tagged
    assert not any("foreign" in resource for resource in snapshot.resources)


def test_neighbours_are_read_over_relations(snapshot: Snapshot) -> None:
    assert not snapshot.resources[WRITER].member
    assert not snapshot.resources[COPY].member


def test_relations(snapshot: Snapshot, ids: dict[str, str]) -> None:
    subnets = {arn("ec2", f"subnet/{ids[name]}") for name in ("subnet-a", "subnet-b")}
    assert related(snapshot, ORDERS, "placed in") == {*subnets, arn("ec2", f"vpc/{ids['vpc']}")}
    assert related(snapshot, ORDERS, "guarded by") == {arn("ec2", f"security-group/{ids['db']}")}
    assert related(snapshot, CLUSTER, "has member") == {WRITER}
    assert related(snapshot, UPLOADS, "replicates to") == {COPY}
    assert related(snapshot, UPLOADS, "encrypted with") == {ids["key"]}
    assert related(snapshot, REPORTS, "encrypted with") == {ids["key"]}
    assert related(snapshot, ids["files"], "mounted in") == {
        arn("ec2", f"subnet/{ids['subnet-a']}")
    }
    proxy = of_type(snapshot, "AWS::RDS::DBProxy")[0]
    assert related(snapshot, proxy.id, "connects to") == {REPORTS}


def test_scaling_belongs_to_its_table(snapshot: Snapshot) -> None:
    targets = of_type(snapshot, "AWS::ApplicationAutoScaling::ScalableTarget")
    policies = of_type(snapshot, "AWS::ApplicationAutoScaling::ScalingPolicy")
    assert len(targets) == len(policies) == 2
    assert all(related(snapshot, r.id, "scales") == {CARTS} for r in (*targets, *policies))


def test_stores_answer_to_the_names_programs_use(snapshot: Snapshot) -> None:
    named = related(snapshot, SHOP, "names in its environment")
    assert named == {ORDERS, REPORTS, CARTS, EVENTS, UPLOADS, SESSIONS}


def test_users_from_outside_are_neighbours(snapshot: Snapshot) -> None:
    assert not snapshot.resources[PAYROLL].member
    assert not snapshot.resources[AUDIT].member
    assert IDLE not in snapshot.resources


def test_a_store_used_from_outside_shares_fate(snapshot: Snapshot) -> None:
    """One user names the database's host, one carries a security group that the other admits."""
    assert outcome(snapshot, "rds.shared_by_workloads", ORDERS).note == "used by payroll"
    assert outcome(snapshot, "rds.shared_by_workloads", REPORTS).note == "used by audit"
    assert verdict(snapshot, "dynamodb.shared_by_workloads", CARTS) is Verdict.PASS


def test_follow_up_facts(snapshot: Snapshot, ids: dict[str, str]) -> None:
    plain, uploads = snapshot.resources[PLAIN].facts, snapshot.resources[UPLOADS].facts
    assert plain["s3:GetBucketVersioning"] == {}
    assert plain["s3:GetBucketReplication"] == {}
    assert plain["s3:GetBucketLifecycleConfiguration"] == {}
    assert uploads["s3:GetBucketVersioning"]["Status"] == "Enabled"
    files = snapshot.resources[ids["files"]].facts
    assert files["efs:DescribeBackupPolicy"] == {"Status": "ENABLED"}
    assert [each["AvailabilityZoneName"] for each in files["efs:DescribeMountTargets"]] == [
        f"{REGION}a"
    ]


def test_only_what_moto_lacks_is_missing(snapshot: Snapshot) -> None:
    assert {(gap.action, gap.resource) for gap in snapshot.gaps} == {
        ("backup:ListProtectedResources", None),
        ("efs:DescribeReplicationConfigurations", None),
    }


def test_calls_follow_the_stores(snapshot: Snapshot) -> None:
    calls = snapshot.calls
    assert calls["s3:ListBuckets"] == 1
    assert calls["dynamodb:DescribeTable"] == calls["dynamodb:DescribeContinuousBackups"] == 3
    assert calls["application-autoscaling:DescribeScalableTargets"] == 2, "one per namespace"
    assert calls["efs:DescribeFileSystems"] == calls["elasticache:DescribeReplicationGroups"] == 1


@pytest.mark.parametrize(
    ("check", "resource", "expected"),
    [
        ("rds.instance_single_az", ORDERS, Verdict.FAIL),
        ("rds.instance_single_az", REPORTS, Verdict.PASS),
        ("rds.instance_single_az", WRITER, None),
        ("rds.instance_backup_off", REPORTS, Verdict.PASS),
        ("rds.instance_deletion_protection_off", REPORTS, Verdict.FAIL),
        ("rds.no_proxy_for_failover", REPORTS, Verdict.PASS),
        ("aurora.cluster_single_instance", CLUSTER, Verdict.FAIL),
        # One day of its own; whether AWS Backup reaches further back is not to be seen here.
        ("aurora.backup_retention_short", CLUSTER, Verdict.UNKNOWN),
        ("dynamodb.table_pitr_off", EVENTS, Verdict.PASS),
        ("dynamodb.table_fixed_capacity", CARTS, Verdict.PASS),
        ("dynamodb.scaling_at_maximum", CARTS, Verdict.PASS),
        ("s3.bucket_versioning_off", PLAIN, Verdict.FAIL),
        ("s3.bucket_versioning_off", UPLOADS, Verdict.PASS),
        ("s3.noncurrent_versions_expire_early", UPLOADS, Verdict.FAIL),
        ("elasticache.group_no_replica", SESSIONS, Verdict.FAIL),
    ],
)
def test_verdicts(snapshot: Snapshot, check: str, resource: str, expected: Verdict | None) -> None:
    assert verdict(snapshot, check, resource) is expected


def test_verdicts_on_files(snapshot: Snapshot, ids: dict[str, str]) -> None:
    assert verdict(snapshot, "efs.backup_off", ids["files"]) is Verdict.PASS
    assert verdict(snapshot, "efs.mount_target_single_az", ids["files"]) is Verdict.FAIL


def test_without_aws_backup_a_store_without_own_backups_is_unknown(snapshot: Snapshot) -> None:
    assert verdict(snapshot, "rds.instance_backup_off", ORDERS) is Verdict.UNKNOWN
    assert verdict(snapshot, "dynamodb.table_pitr_off", CARTS) is Verdict.UNKNOWN


def test_copies_of_aws_backup_count_by_their_dates(backed_up: Snapshot) -> None:
    assert [r.member for r in of_type(backed_up, RP)] == [True]
    assert verdict(backed_up, "rds.instance_backup_off", ORDERS) is Verdict.FAIL
    assert verdict(backed_up, "dynamodb.table_pitr_off", CARTS) is Verdict.PASS
    found = outcome(backed_up, "backup.only_periodic", CARTS)
    assert found.verdict is Verdict.FAIL
    measured = found.units["backup_interval"]
    assert isinstance(measured, Measured)
    assert measured.seconds == pytest.approx(12 * 3600, abs=5)
    assert verdict(backed_up, "backup.last_point_stale", CARTS) is Verdict.PASS


def test_the_last_restore_stands_in_for_the_assumption(backed_up: Snapshot) -> None:
    """The list of the Region has another table's restore too, which says nothing of this one."""
    found = outcome(backed_up, "dynamodb.table_pitr_off", CARTS)
    assert found.units["restore_table"] == Measured(37 * 60)


def test_a_stored_snapshot_gives_the_same_verdicts(backed_up: Snapshot) -> None:
    revived = Snapshot.model_validate_json(backed_up.model_dump_json())
    for check, resource in (
        ("backup.only_periodic", CARTS),
        ("rds.ca_certificate_expiring", REPORTS),
    ):
        assert outcome(revived, check, resource) == outcome(backed_up, check, resource)


@pytest.mark.parametrize(
    ("store", "check", "kind"),
    [
        (ARCHIVE, "rds.instance_backup_off", "snapshot_interval"),
        (DRAFTS, "dynamodb.table_pitr_off", "table_backup_interval"),
    ],
)
def test_copies_that_people_take_are_copies(
    snapshot: Snapshot, store: str, check: str, kind: str
) -> None:
    """A single one shows no rhythm: a day is assumed, and the term says which copy it is."""
    assert verdict(snapshot, check, store) is Verdict.PASS
    found = outcome(snapshot, "backup.only_periodic", store)
    assert found.verdict is Verdict.FAIL
    lost = all_checks()["backup.only_periodic"].contributions(found)
    assert {(c.assumption, c.units, c.measured) for c in lost} == {(kind, 86400.0, False)}


def test_each_kind_of_copy_is_one_list(snapshot: Snapshot) -> None:
    assert snapshot.calls["dynamodb:ListBackups"] == 1
    assert snapshot.calls["rds:DescribeDBSnapshots"] == 1
    assert snapshot.resources[ORDERS].facts["rds:DescribeDBSnapshots"] == []
    assert "rds:DescribeDBSnapshots" not in snapshot.resources[REPORTS].facts


def test_a_database_without_any_copy_never_recovers_its_data(backed_up: Snapshot) -> None:
    check = all_checks()["rds.instance_backup_off"]
    found = check.contributions(outcome(backed_up, check.id, ORDERS))
    lost = {c.scenario for c in found if c.phase is Phase.LOSE and c.assumption == "no_copy"}
    assert lost == {"component_lost", "zone_lost", "data_deleted"}
