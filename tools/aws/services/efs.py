"""EFS: file systems with mount targets and backup policy, their replication, access points."""

from state.snapshot import RelationKind
from tools.aws.declarations import Call, Collector, Find, Link

_NAMED = {"FileSystemId": "{id}"}

FILE_SYSTEM = Collector(
    type="AWS::EFS::FileSystem",
    read=Call(
        operation="efs:DescribeFileSystems",
        items="FileSystems[]",
        iam="elasticfilesystem:DescribeFileSystems",
    ),
    id="FileSystemId",
    arn="arn:{partition}:elasticfilesystem:{region}:{account}:file-system/{id}",
    tags="Tags",
    aliases=("join('', [FileSystemId, '.efs.{region}.amazonaws.com'])",),
    follow_ups=(
        Call(
            operation="efs:DescribeMountTargets",
            items="MountTargets[]",
            arguments=_NAMED,
            iam="elasticfilesystem:DescribeMountTargets",
        ),
        Call(
            operation="efs:DescribeBackupPolicy",
            items="BackupPolicy",
            arguments=_NAMED,
            absent=("PolicyNotFound",),
            iam="elasticfilesystem:DescribeBackupPolicy",
        ),
    ),
    links=(
        Link(
            path="KmsKeyId",
            to="AWS::KMS::Key",
            kind=RelationKind.PERMISSIONS,
            label="encrypted with",
        ),
        Link(
            path="[].SubnetId",
            to="AWS::EC2::Subnet",
            kind=RelationKind.CONTAINMENT,
            label="mounted in",
            operation="efs:DescribeMountTargets",
        ),
    ),
)

REPLICATION = Collector(
    type="AWS::EFS::ReplicationConfiguration",
    read=Call(
        operation="efs:DescribeReplicationConfigurations",
        items="Replications[]",
        iam="elasticfilesystem:DescribeReplicationConfigurations",
    ),
    id="join(' ', ['replication of', SourceFileSystemId])",
    arn=None,
    find=Find.ATTACHED,
    attaches_to=("AWS::EFS::FileSystem",),
    links=(
        Link(
            path="SourceFileSystemArn",
            to="AWS::EFS::FileSystem",
            label="copies",
            hard=False,
            attach=True,
        ),
    ),
)

ACCESS_POINT = Collector(
    type="AWS::EFS::AccessPoint",
    read=Call(
        operation="efs:DescribeAccessPoints",
        items="AccessPoints[]",
        iam="elasticfilesystem:DescribeAccessPoints",
    ),
    id="AccessPointId",
    arn="arn:{partition}:elasticfilesystem:{region}:{account}:access-point/{id}",
    tags="Tags",
    links=(Link(path="FileSystemId", to="AWS::EFS::FileSystem", label="leads to"),),
)

COLLECTORS = (FILE_SYSTEM, REPLICATION, ACCESS_POINT)
