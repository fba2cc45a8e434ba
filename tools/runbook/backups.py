"""Restores from AWS Backup: the same steps for whatever it keeps copies of."""

from state.runbooks import Action, Look
from tools.runbook.commands import blank, from_file
from tools.runbook.declarations import Place, act, look


def recovery_points(at: Place) -> tuple[Look, ...]:
    """Which copies AWS Backup holds, and what their restore takes."""
    return (
        look(
            at.aws(
                "backup",
                "list-recovery-points-by-resource",
                resource_arn=at.id,
                query="RecoveryPoints[].[RecoveryPointArn, CreationDate, Status, BackupVaultName]",
            ),
            "the copies in AWS Backup",
            "one with the status `COMPLETED` from before the damage; an empty list means that AWS "
            "Backup holds none",
        ),
        look(
            at.aws(
                "backup",
                "get-recovery-point-restore-metadata",
                backup_vault_name=blank("BACKUP_VAULT"),
                recovery_point_arn=blank("RECOVERY_POINT_ARN"),
                query="RestoreMetadata",
            ),
            "the settings that a restore starts from",
            "a JSON document: keep it in a file, and change it so that something new is made",
        ),
    )


def restored(at: Place) -> tuple[Action, ...]:
    """The restore itself."""
    return (
        act(
            "Restore the copy, beside what is there.",
            at.aws(
                "backup",
                "start-restore-job",
                recovery_point_arn=blank("RECOVERY_POINT_ARN"),
                metadata=from_file("METADATA_FILE"),
                iam_role_arn=blank("RESTORE_ROLE_ARN"),
            ),
            expect="a `RestoreJobId`: note it",
            warning="See that the metadata names something new, and overwrites nothing.",
        ),
        act(
            "Look every few minutes until it is done.",
            at.aws(
                "backup",
                "describe-restore-job",
                restore_job_id=blank("RESTORE_JOB_ID"),
                query="[Status, PercentDone, StatusMessage, CreatedResourceArn]",
            ),
            expect="`COMPLETED`",
        ),
    )
