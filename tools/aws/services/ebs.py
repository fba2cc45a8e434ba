"""EBS: volumes with their own snapshots, and snapshots that belong to the workload themselves."""

from state.snapshot import RelationKind
from tools.aws.declarations import Batch, Call, Collector, Link
from tools.aws.services.vpc import IDS_PER_FILTER, by_filter

VOLUME = Collector(
    type="AWS::EC2::Volume",
    read=Call(operation="ec2:DescribeVolumes", items="Volumes[]"),
    batch=by_filter("volume-id"),
    id="VolumeId",
    arn="arn:{partition}:ec2:{region}:{account}:volume/{id}",
    tags="Tags",
    follow_ups=(
        Call(
            operation="ec2:DescribeSnapshots",
            # A year of daily snapshots is a lot of text of which checks read two fields.
            items="Snapshots[].{VolumeId: VolumeId, StartTime: StartTime, State: State}",
            arguments={"OwnerIds": ["self"]},
            batch=Batch(
                arguments={"Filters": [{"Name": "volume-id", "Values": "{ids}"}]},
                size=IDS_PER_FILTER,
            ),
            about="VolumeId",
            page_size=1000,
        ),
    ),
    links=(
        Link(
            path="Attachments[].InstanceId",
            to="AWS::EC2::Instance",
            label="reads and writes",
            incoming=True,
        ),
        Link(
            path="KmsKeyId",
            to="AWS::KMS::Key",
            kind=RelationKind.PERMISSIONS,
            label="encrypted with",
        ),
    ),
)

SNAPSHOT = Collector(
    type="AWS::EC2::Snapshot",
    read=Call(
        operation="ec2:DescribeSnapshots",
        items="Snapshots[]",
        arguments={"OwnerIds": ["self"]},
    ),
    batch=by_filter("snapshot-id"),
    id="SnapshotId",
    arn="arn:{partition}:ec2:{region}:{account}:snapshot/{id}",
    arn_pattern=r"arn:[^:]+:ec2:[^:]*:[^:]*:snapshot/(?P<id>.+)",
    tags="Tags",
    links=(
        Link(
            path="VolumeId",
            to="AWS::EC2::Volume",
            kind=RelationKind.CONTAINMENT,
            label="copy of",
            hard=False,
            guess=True,  # the copy outlives its volume, and need not bring it in
        ),
    ),
)

COLLECTORS = (VOLUME, SNAPSHOT)
