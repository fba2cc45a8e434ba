"""Secrets Manager: the version before, a deleted secret back, the replica."""

from state.categories.misconfiguration_and_bugs import BAD_CHANGE, DATA_DELETED, EXPIRY
from state.categories.shared_fate import SHARED_COMPONENT_FAILED
from state.categories.single_point_of_failure import REGION_LOST
from state.runbooks import Command, Look
from tools.runbook.commands import blank, from_file
from tools.runbook.declarations import Draft, Place, act, look, procedure

_SECRET = "AWS::SecretsManager::Secret"
_READ = "secretsmanager:DescribeSecret"


def _state(at: Place) -> Look:
    return look(
        at.aws(
            "secretsmanager",
            "describe-secret",
            secret_id=at.id,
            query="{Deleted: DeletedDate, Changed: LastChangedDate, Rotated: LastRotatedDate, "
            "Stages: VersionIdsToStages, Key: KmsKeyId}",
        ),
        "`Deleted`, `Changed`, `Stages`",
        "no date in `Deleted`; a version with the stage `AWSCURRENT`. The value is not shown",
    )


@procedure(_SECRET, BAD_CHANGE, EXPIRY, title="go back to the version before, or renew it")
def version_back(at: Place) -> Draft:
    """AWSPREVIOUS is kept by itself; what has expired needs a new value."""
    stages = at.fact(_READ, "VersionIdsToStages") or {}
    has_previous = any("AWSPREVIOUS" in names for names in stages.values())

    def moved(to: str, away: str) -> Command:
        return at.aws(
            "secretsmanager",
            "update-secret-version-stage",
            secret_id=at.id,
            version_stage="AWSCURRENT",
            move_to_version_id=blank(to),
            remove_from_version_id=blank(away),
        )

    return Draft(
        purpose="The value is wrong or has expired, and whoever uses it is turned away."
        + ("" if has_previous else " When the account was read there was no version before it."),
        checks=[_state(at)],
        actions=[
            act(
                "If the version before is still good, make it the current one.",
                moved("PREVIOUS_VERSION_ID", "CURRENT_VERSION_ID"),
                expect="the secret's ARN; its stages have changed places",
            ),
            act(
                "Otherwise have whoever issues the credential issue a new one, and store it from a "
                "file: a value on the command line stays in the shell's history.",
                at.aws(
                    "secretsmanager",
                    "put-secret-value",
                    secret_id=at.id,
                    secret_string=from_file("SECRET_FILE"),
                ),
                warning="The former value becomes AWSPREVIOUS; the one before that is let go.",
            ),
            act("Restart whatever keeps the value in memory."),
        ],
        verification=[_state(at)],
        rollback=[
            act(
                "Change the two versions' places again.",
                moved("CURRENT_VERSION_ID", "PREVIOUS_VERSION_ID"),
            )
        ],
        never=[
            "Do not print the value on a shared screen or into a chat.",
            "Do not delete the secret with `--force-delete-without-recovery`.",
        ],
    )


@procedure(_SECRET, DATA_DELETED, title="take the deletion back")
def undelete(at: Place) -> Draft:
    """A deleted secret waits 7 to 30 days."""
    return Draft(
        purpose="The secret was deleted.",
        checks=[_state(at)],
        actions=[
            act(
                "Take the deletion back.",
                at.aws("secretsmanager", "restore-secret", secret_id=at.id),
                expect="the secret's ARN and name",
            ),
            act(
                "If it is gone for good: create it again, and have the credential issued anew "
                "by whoever issues it."
            ),
        ],
        verification=[_state(at)],
        rollback=[act("None is needed: the secret is as it was.")],
        never=["Do not create one of the same name before the restore: the names collide."],
    )


@procedure(_SECRET, SHARED_COMPONENT_FAILED, title="give this workload a secret of its own")
def separate(at: Place) -> Draft:
    """The other user's rotation or deletion strikes this one too."""
    return Draft(
        purpose="Another user of the secret changed or broke it.",
        checks=[_state(at)],
        actions=[
            act("Agree with the other users on who changes the value."),
            act("Bring the right value back: see the procedure for the version before."),
        ],
        verification=[_state(at)],
        rollback=[act("None: the secret stays as it is.")],
        never=["Do not rotate it while others have not been told."],
    )


@procedure(_SECRET, REGION_LOST, title="use the replica in the other Region")
def replica(at: Place) -> Draft:
    """A replica is promoted; without one the credential has to be stored again."""
    region = at.fact(_READ, "ReplicationStatus[0].Region") or blank("OTHER_REGION")
    there = look(
        at.aws(
            "secretsmanager",
            "describe-secret",
            secret_id=at.fact(_READ, "Name") or at.id,
            region=region,
            query="[Name, PrimaryRegion, LastChangedDate]",
        ),
        "the replica",
        "the secret; an error means that there is no replica",
    )
    return Draft(
        purpose="The Region is lost, and the secret with it.",
        checks=[there],
        actions=[
            act(
                "Make the replica a secret of its own.",
                at.aws(
                    "secretsmanager",
                    "stop-replication-to-replica",
                    secret_id=at.fact(_READ, "Name") or at.id,
                    region=region,
                ),
                warning="It is no longer kept equal to the former one.",
            ),
            act("Without a replica: store the credential again in the other Region."),
        ],
        verification=[there],
        rollback=[act("Replicate it anew, once the Region is back.")],
        never=["Do not copy the value through a chat or a ticket."],
    )
