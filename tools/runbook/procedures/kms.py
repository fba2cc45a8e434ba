"""KMS: deletion cancelled, a disabled key enabled, the policy put back."""

from state.categories.misconfiguration_and_bugs import BAD_CHANGE, DATA_DELETED, EXPIRY
from state.categories.shared_fate import SHARED_COMPONENT_FAILED
from state.categories.single_point_of_failure import REGION_LOST
from state.runbooks import Look
from tools.runbook.commands import blank, from_file
from tools.runbook.declarations import Draft, Place, act, look, procedure

_KEY = "AWS::KMS::Key"
_NEVER = (
    "Never schedule the deletion of a key during an incident.",
    "Do not write a policy that leaves the account's administrators out: nobody can mend it.",
)


def _state(at: Place) -> Look:
    return look(
        at.aws(
            "kms",
            "describe-key",
            key_id=at.short,
            query="KeyMetadata.{State: KeyState, Deleted: DeletionDate, Until: ValidTo, "
            "Origin: Origin, MultiRegion: MultiRegion}",
        ),
        "`State`, `Deleted`, `Until`",
        "`Enabled`; `Disabled`, `PendingDeletion` or `PendingImport` is the cause",
    )


def _policy(at: Place) -> Look:
    return look(
        at.aws(
            "kms",
            "get-key-policy",
            key_id=at.short,
            policy_name="default",
            query="Policy",
            output="text",
        ),
        "the key's policy",
        "the roles of the workload may decrypt. Keep the answer in a file",
    )


@procedure(_KEY, DATA_DELETED, title="cancel the deletion")
def cancel_deletion(at: Place) -> Draft:
    """Possible as long as the waiting period runs."""
    return Draft(
        purpose="The key is to be deleted: all that it encrypts will be lost for good.",
        checks=[_state(at)],
        actions=[
            act(
                "Cancel the deletion. It works only while the state is `PendingDeletion`.",
                at.aws("kms", "cancel-key-deletion", key_id=at.short),
                expect="the key's id",
            ),
            act(
                "Enable the key: it is disabled after that.",
                at.aws("kms", "enable-key", key_id=at.short),
            ),
            act("Find out who wanted to delete it (CloudTrail, `ScheduleKeyDeletion`)."),
        ],
        verification=[_state(at)],
        rollback=[act("None: agree with the key's owner before anybody deletes it again.")],
        never=_NEVER,
    )


@procedure(_KEY, BAD_CHANGE, title="enable the key, put its policy back")
def put_back(at: Place) -> Draft:
    """Disabled, or a policy that keeps the workload out."""
    policy = at.aws(
        "kms",
        "put-key-policy",
        key_id=at.short,
        policy_name="default",
        policy=from_file("POLICY_FILE"),
    )
    return Draft(
        purpose="The key is disabled, or its policy keeps the workload's roles out.",
        checks=[_state(at), _policy(at)],
        actions=[
            act(
                "If it is disabled, enable it.",
                at.aws("kms", "enable-key", key_id=at.short),
            ),
            act(
                "If the policy was changed, put the former one back: it stands in your templates, "
                "or in CloudTrail's event `PutKeyPolicy`.",
                policy,
                warning="It replaces the whole policy. Keep the present one first.",
            ),
        ],
        verification=[_state(at), _policy(at)],
        rollback=[act("Put back the policy that you kept.", policy)],
        never=_NEVER,
    )


@procedure(_KEY, EXPIRY, title="import the key material again")
def import_again(at: Place) -> Draft:
    """Imported material can expire; the very same material has to be imported."""
    return Draft(
        purpose="The imported key material has expired, and nothing can be decrypted.",
        checks=[
            _state(at),
            look(
                at.aws(
                    "kms",
                    "get-parameters-for-import",
                    key_id=at.short,
                    wrapping_algorithm="RSAES_OAEP_SHA_256",
                    wrapping_key_spec="RSA_2048",
                    query="{Token: ImportToken, PublicKey: PublicKey}",
                ),
                "the token and the wrapping key",
                "both: keep them in files, and wrap the material with the key",
            ),
        ],
        actions=[
            act(
                "Import the same material again.",
                at.aws(
                    "kms",
                    "import-key-material",
                    key_id=at.short,
                    import_token=from_file("IMPORT_TOKEN_FILE", binary=True),
                    encrypted_key_material=from_file("KEY_MATERIAL_FILE", binary=True),
                    expiration_model="KEY_MATERIAL_DOES_NOT_EXPIRE",
                ),
                warning="It must be the very same material: other material is refused.",
            )
        ],
        verification=[_state(at)],
        rollback=[act("None is needed.")],
        never=_NEVER,
    )


@procedure(_KEY, SHARED_COMPONENT_FAILED, title="agree with the key's other users")
def shared(at: Place) -> Draft:
    """One key for several workloads: who changes it strikes them all."""
    return Draft(
        purpose="Another user of the key had it disabled, changed or scheduled for deletion.",
        checks=[
            _state(at),
            look(
                at.aws("kms", "list-grants", key_id=at.short, query="Grants[].[Name, Operations]"),
                "who may use the key by a grant",
                "only users that you know",
            ),
        ],
        actions=[
            act("Tell the other users, and agree on who mends the key."),
            act(
                "If it is disabled, enable it.",
                at.aws("kms", "enable-key", key_id=at.short),
            ),
            act("Afterwards give this workload a key of its own."),
        ],
        verification=[_state(at)],
        rollback=[act("None is needed: the key is as it was.")],
        never=_NEVER,
    )


@procedure(_KEY, REGION_LOST, title="use a key of the other Region")
def other_region(at: Place) -> Draft:
    """A replica of a multi-Region key; otherwise copies are encrypted with another key there."""
    region = at.fact("kms:DescribeKey", "MultiRegionConfiguration.ReplicaKeys[0].Region")
    there = look(
        at.aws(
            "kms",
            "list-aliases",
            region=region or blank("OTHER_REGION"),
            query="Aliases[].[AliasName, TargetKeyId]",
        ),
        "keys of the other Region",
        "the replica, or the key that the copies there are encrypted with",
    )
    return Draft(
        purpose="The Region is lost, and the key with it.",
        checks=[there],
        actions=[act("Use the other Region's key, and let the workload's roles there use it.")],
        verification=[there],
        rollback=[act("None is needed: the former key is back with its Region.")],
        never=_NEVER,
    )
