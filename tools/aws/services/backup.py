"""AWS Backup: what it holds a copy of, and its plans."""

from state.snapshot import RelationKind
from tools.aws.declarations import Batch, Call, Collector, Find, Link

PROTECTED_TYPES = (
    "AWS::RDS::DBInstance",
    "AWS::RDS::DBCluster",
    "AWS::DynamoDB::Table",
    "AWS::EFS::FileSystem",
    "AWS::S3::Bucket",
)

# One list for the Region says of everything that AWS Backup ever copied when that was last done;
# each copy's dates then show how often it really is, whatever a plan may promise.
RECOVERY_POINT = Collector(
    type="AWS::Backup::RecoveryPoint",
    read=Call(operation="backup:ListProtectedResources", items="Results[]"),
    id="join(' ', ['last copy of', ResourceArn])",
    arn="arn:{partition}:backup:{region}:{account}:recovery-point:*",
    arn_path="LastRecoveryPointArn",
    name="join(' ', ['backup of', ResourceName || ResourceArn])",
    find=Find.ATTACHED,
    attaches_to=PROTECTED_TYPES,
    attached_are_members=True,
    follow_ups=(
        Call(
            operation="backup:ListRecoveryPointsByResource",
            items="RecoveryPoints[]",
            arguments={"ResourceArn": "@ResourceArn"},
        ),
        Call(
            operation="backup:ListCopyJobs",
            items="CopyJobs[]",
            arguments={"ByResourceArn": "@ResourceArn", "ByState": "COMPLETED"},
        ),
        # One list for the Region, of what anybody restored, or tried out, in the last weeks.
        Call(
            operation="backup:ListRestoreJobs",
            items="RestoreJobs[].{SourceResourceArn: SourceResourceArn, Status: Status,"
            " CreationDate: CreationDate, CompletionDate: CompletionDate}",
            arguments={"ByStatus": "COMPLETED"},
            batch=Batch(arguments={}, size=10_000),
            about="join(' ', ['last copy of', SourceResourceArn || ''])",
        ),
    ),
    links=tuple(
        Link(
            path="ResourceArn",
            to=kind,
            kind=RelationKind.CONTAINMENT,
            label="copy of",
            hard=False,
            attach=True,
        )
        for kind in PROTECTED_TYPES
    ),
)

BACKUP_PLAN = Collector(
    type="AWS::Backup::BackupPlan",
    read=Call(
        operation="backup:GetBackupPlan",
        arguments={"BackupPlanId": "{id}"},
        absent=("ResourceNotFoundException",),
    ),
    each=True,
    id="BackupPlanId",
    arn="arn:{partition}:backup:{region}:{account}:backup-plan:{id}",
    name="BackupPlan.BackupPlanName",
    follow_ups=(
        Call(
            operation="backup:ListBackupSelections",
            items="BackupSelectionsList[]",
            arguments={"BackupPlanId": "{id}"},
        ),
    ),
)

COLLECTORS = (RECOVERY_POINT, BACKUP_PLAN)
