"""S3: buckets with versioning, replication, lifecycle and encryption."""

from state.snapshot import RelationKind
from tools.aws.declarations import Call, Collector, Link, Unless

_NAMED = {"Bucket": "{id}"}
_VERSIONING = Call(operation="s3:GetBucketVersioning", arguments=_NAMED)

# One list shows every bucket's Region (only when it is asked for in pages), so no bucket has to be
# asked where it is, and each is then asked in its own Region.
BUCKET = Collector(
    type="AWS::S3::Bucket",
    read=Call(
        operation="s3:ListBuckets", items="Buckets[]", iam="s3:ListAllMyBuckets", page_size=1000
    ),
    id="Name",
    arn="arn:{partition}:s3:::{id}",
    # An ARN of objects (`bucket/prefix/*`) leads to the bucket.
    arn_pattern=r"arn:[^:]+:s3:::(?P<id>[^/]+)(?:/.*)?",
    region_path="BucketRegion",
    aliases=(
        "join('', [Name, '.s3.amazonaws.com'])",
        "join('', [Name, '.s3.{region}.amazonaws.com'])",
        "join('', ['s3://', Name])",
    ),
    follow_ups=(
        _VERSIONING,
        Call(
            operation="s3:GetBucketReplication",
            items="ReplicationConfiguration",
            arguments=_NAMED,
            absent=("ReplicationConfigurationNotFoundError",),
            iam="s3:GetReplicationConfiguration",
            # S3 replicates no bucket without versions, and suspends none that is replicated.
            unless=Unless(call=_VERSIONING, says="answer.Status != 'Enabled'"),
        ),
        Call(
            operation="s3:GetBucketLifecycleConfiguration",
            arguments=_NAMED,
            absent=("NoSuchLifecycleConfiguration",),
            iam="s3:GetLifecycleConfiguration",
        ),
        Call(
            operation="s3:GetBucketEncryption",
            items="ServerSideEncryptionConfiguration",
            arguments=_NAMED,
            absent=("ServerSideEncryptionConfigurationNotFoundError",),
            iam="s3:GetEncryptionConfiguration",
        ),
    ),
    links=(
        Link(
            path="Rules[?Status=='Enabled'].Destination.Bucket",
            to="AWS::S3::Bucket",
            label="replicates to",
            hard=False,
            operation="s3:GetBucketReplication",
        ),
        Link(
            path="Rules[].ApplyServerSideEncryptionByDefault.KMSMasterKeyID",
            to="AWS::KMS::Key",
            kind=RelationKind.PERMISSIONS,
            label="encrypted with",
            operation="s3:GetBucketEncryption",
        ),
    ),
)

COLLECTORS = (BUCKET,)
