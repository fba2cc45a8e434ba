"""DynamoDB: tables with their indexes, replicas and continuous backups."""

from state.snapshot import RelationKind
from tools.aws.declarations import Batch, Call, Collector, Link

TABLE = Collector(
    type="AWS::DynamoDB::Table",
    read=Call(
        operation="dynamodb:DescribeTable",
        items="Table",
        arguments={"TableName": "{id}"},
        absent=("ResourceNotFoundException",),
    ),
    each=True,
    id="TableName",
    arn="arn:{partition}:dynamodb:{region}:{account}:table/{id}",
    # The ARN of a table's stream, index or replica leads to the table.
    arn_pattern=r"arn:[^:]+:dynamodb:[^:]*:[^:]*:table/(?P<id>[^/]+)(?:/.*)?",
    aliases=("LatestStreamArn", "join('/', ['table', TableName])"),
    follow_ups=(
        Call(
            operation="dynamodb:DescribeContinuousBackups",
            items="ContinuousBackupsDescription",
            arguments={"TableName": "{id}"},
            absent=("ContinuousBackupsUnavailableException",),
        ),
        # Those that people took: AWS Backup's and the table's own are seen elsewhere.
        Call(
            operation="dynamodb:ListBackups",
            items="BackupSummaries[].{TableArn: TableArn, BackupStatus: BackupStatus,"
            " BackupCreationDateTime: BackupCreationDateTime}",
            arguments={"BackupType": "USER"},
            batch=Batch(arguments={}, size=10_000),
            about="TableArn",
        ),
    ),
    links=(
        Link(
            path="SSEDescription.KMSMasterKeyArn",
            to="AWS::KMS::Key",
            kind=RelationKind.PERMISSIONS,
            label="encrypted with",
        ),
    ),
)

COLLECTORS = (TABLE,)
