"""A small shop, made by hand: the workload that the paraphrases speak of."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from agents.specialist import assess
from state.categories import categories
from state.snapshot import Relation, RelationKind, Resource, Selector, Snapshot
from tools.grading.ledger import Ledger, build_ledger

ACCOUNT, REGION = "123456789012", "eu-west-1"
TODAY = date(2026, 11, 27)  # a Friday
DATABASE = f"arn:aws:rds:{REGION}:{ACCOUNT}:db:orders-db"
FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:checkout"
BUCKET = "arn:aws:s3:::invoices"


def shop(**extra: Resource) -> Snapshot:
    """The shop; `extra` resources by id."""
    resources = {each.id: each for each in (*_resources(), *extra.values())}
    return Snapshot(
        selector=Selector(tags={"workload": "shop"}),
        account=ACCOUNT,
        regions=[REGION],
        taken_at=datetime(2026, 11, 20, tzinfo=UTC),
        resources=resources,
        relations=[
            Relation(source=FUNCTION, target=DATABASE, kind=RelationKind.DATA_FLOW, label="uses"),
            Relation(source=FUNCTION, target=BUCKET, kind=RelationKind.DATA_FLOW, label="writes"),
        ],
        gaps=[],
        calls={"rds:DescribeDBInstances": 1},
    )


def ledger_of(snapshot: Snapshot) -> Ledger:
    """What the five specialists say of it."""
    return build_ledger(snapshot, {c.code: assess(c, snapshot) for c in categories()})


def resource(kind: str, name: str, identity: str, facts: Mapping[str, Any]) -> Resource:
    return Resource(
        id=identity, type=kind, name=name, region=REGION, member=True, facts=dict(facts)
    )


def _resources() -> list[Resource]:
    def arn(service: str, rest: str) -> str:
        return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{rest}"

    return [
        resource(
            "AWS::RDS::DBInstance",
            "orders-db",
            DATABASE,
            {
                "rds:DescribeDBInstances": {
                    "DBInstanceIdentifier": "orders-db",
                    "Engine": "postgres",
                    "MultiAZ": False,
                    "DeletionProtection": False,
                    "AllocatedStorage": 100,
                    "BackupRetentionPeriod": 7,
                    "AvailabilityZone": f"{REGION}a",
                }
            },
        ),
        resource(
            "AWS::Lambda::Function",
            "checkout",
            FUNCTION,
            {"lambda:GetFunctionConfiguration": {"FunctionName": "checkout", "Timeout": 30}},
        ),
        resource(
            "AWS::S3::Bucket",
            "invoices",
            BUCKET,
            {
                "s3:ListBuckets": {"Name": "invoices"},
                "s3:GetBucketVersioning": {},
                "s3:GetBucketLifecycleConfiguration": {},
                "s3:GetBucketReplication": {},
            },
        ),
        resource("AWS::SQS::Queue", "mails", arn("sqs", "mails"), {}),
        resource("AWS::DynamoDB::Table", "sessions", arn("dynamodb", "table/sessions"), {}),
        resource(
            "AWS::ElasticLoadBalancingV2::LoadBalancer",
            "web",
            arn("elasticloadbalancing", "loadbalancer/app/web/50dc6c495c0c9188"),
            {
                "elbv2:DescribeLoadBalancers": {
                    "AvailabilityZones": [{"ZoneName": f"{REGION}{zone}"} for zone in "ab"]
                }
            },
        ),
        resource(
            "AWS::SecretsManager::Secret",
            "stripe-key",
            arn("secretsmanager", "secret:stripe-key-AbCdEf"),
            {},
        ),
        *(
            resource(
                "AWS::EC2::Instance",
                f"worker-{number}",
                arn("ec2", f"instance/i-0000000000000000{number}"),
                {"ec2:DescribeInstances": {"Placement": {"AvailabilityZone": f"{REGION}{zone}"}}},
            )
            for number, zone in ((1, "a"), (2, "b"))
        ),
        resource(
            "AWS::EC2::NatGateway", "nat-a", arn("ec2", "natgateway/nat-00000000000000001"), {}
        ),
    ]
