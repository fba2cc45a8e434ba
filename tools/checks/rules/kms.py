"""KMS keys that the workload owns. AWS-managed keys are nobody's business."""

from datetime import timedelta

from state.categories.misconfiguration_and_bugs import (
    BAD_CHANGE,
    DATA_DELETED,
    EXPIRES,
    EXPIRY,
    GUARDRAILS,
)
from state.categories.shared_fate import SHARED_COMPONENT_FAILED, SHARED_WITH_OTHERS
from state.categories.single_point_of_failure import REGION_LOSS, REGION_LOST
from state.judgements import Cost, Effort, Layer, Phase
from tools.checks import NOT_APPLICABLE, Effect, Example, Outcome, Remedy, check, passed_if, puts
from tools.checks.neighbours import belongs_elsewhere, show_use
from tools.checks.paper import Draft
from tools.checks.regions import another_region
from tools.checks.sharing import named, users
from tools.checks.view import View

KEY = "AWS::KMS::Key"
READ = "kms:DescribeKey"
_GUIDE = "https://docs.aws.amazon.com/kms/latest/developerguide"
_SOON = timedelta(days=30)
# They name the key, but not because they encrypt something of their own with it.
_NO_USERS = ("AWS::IAM::Role", "AWS::IAM::ManagedPolicy", "AWS::KMS::Alias")
_FUNCTION = "AWS::Lambda::Function"


def _key(**fields: object) -> Example:
    usual = {"KeyManager": "CUSTOMER", "KeyState": "Enabled", "KeyUsage": "ENCRYPT_DECRYPT"}
    return Example(facts={READ: {**usual, **fields}})


def _own(key: View) -> bool:
    return bool(key.read(READ, "KeyManager") != "AWS")


def _keep(key: Draft) -> None:
    key.put(READ, KeyState="Enabled", Enabled=True)
    key.drop(READ, "DeletionDate", "PendingDeletionWindowInDays")


@check(
    id="kms.key_pending_deletion",
    resource_type=KEY,
    title=(
        "A key is waiting to be deleted: then everything encrypted with it is unreadable for ever"
    ),
    question=GUARDRAILS,
    layer=Layer.DISASTER_RECOVERY,
    on_fail=(
        Effect(DATA_DELETED, Phase.LOSE, "no_copy"),
        Effect(DATA_DELETED, Phase.ACT, "no_way_back", by_person=True),
    ),
    on_pass=(Effect(DATA_DELETED, Phase.ACT, "change_configuration", by_person=True),),
    effect_source=(
        "a deletion can be cancelled for a week at least; a deleted key cannot be restored, by AWS "
        "neither"
    ),
    recommendation=(
        "Cancel the deletion now (`aws kms cancel-key-deletion`, then `enable-key`); delete it "
        "only after CloudTrail has shown no use for weeks. Costs a dollar a month."
    ),
    documentation=("Delete an AWS KMS key", f"{_GUIDE}/deleting-keys.html"),
    remedy=Remedy(change=_keep, effort=Effort.MINUTES, cost=Cost.LITTLE),
    passes=[_key()],
    fails=[_key(KeyState="PendingDeletion"), _key(KeyState="PendingReplicaDeletion")],
    silent=[_key(KeyManager="AWS")],
)
def key_pending_deletion(key: View) -> Outcome:
    """Backups and snapshots under the key go with it: all copies are deleted at once."""
    if not _own(key):
        return NOT_APPLICABLE
    state = key.read(READ, "KeyState")
    return passed_if(state not in ("PendingDeletion", "PendingReplicaDeletion"))


@check(
    id="kms.key_unusable",
    resource_type=KEY,
    title=(
        "A key is disabled or unavailable: whatever has to decrypt with it fails, restarts included"
    ),
    question=GUARDRAILS,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=(Effect(BAD_CHANGE, Phase.ACT, "change_configuration", by_person=True),),
    effect_source="somebody has to find the key behind the errors and enable it",
    recommendation=(
        "Enable the key (`aws kms enable-key`), or import its material again, or reconnect its key "
        "store; then retire it by cancelling its uses first."
    ),
    documentation=("Key states of AWS KMS keys", f"{_GUIDE}/key-state.html"),
    remedy=Remedy(
        change=puts(READ, KeyState="Enabled", Enabled=True), effort=Effort.MINUTES, cost=Cost.FREE
    ),
    passes=[_key()],
    fails=[_key(KeyState="Disabled"), _key(KeyState="PendingImport", Origin="EXTERNAL")],
    silent=[_key(KeyManager="AWS", KeyState="Disabled"), _key(KeyState="PendingDeletion")],
)
def key_unusable(key: View) -> Outcome:
    """Cached data keys hide it for minutes; then reads fail, and what restarts does not start."""
    state = key.read(READ, "KeyState")
    if not _own(key) or state in ("PendingDeletion", "PendingReplicaDeletion"):
        return NOT_APPLICABLE
    return passed_if(state not in ("Disabled", "PendingImport", "Unavailable"), f"it is {state}")


def _import_for_good(key: Draft) -> None:
    key.put(READ, ExpirationModel="KEY_MATERIAL_DOES_NOT_EXPIRE")
    key.drop(READ, "ValidTo")


@check(
    id="kms.key_material_expiring",
    resource_type=KEY,
    title=(
        "Imported key material expires within a month: then nothing can be decrypted until it is "
        "back"
    ),
    question=EXPIRES,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=(Effect(EXPIRY, Phase.ACT, "renew_by_hand", by_person=True),),
    effect_source="the same material has to be found where it is kept and imported again",
    recommendation=(
        "Import the same key material again with a later expiry, or without one; keep it where two "
        "people can reach it, and alarm on `SecondsUntilKeyMaterialExpiration`."
    ),
    documentation=("Importing key material", f"{_GUIDE}/importing-keys.html"),
    remedy=Remedy(change=_import_for_good, effort=Effort.HOURS, cost=Cost.FREE),
    passes=[_key(ExpirationModel="KEY_MATERIAL_EXPIRES", ValidTo="2027-06-01T00:00:00+00:00")],
    fails=[_key(ExpirationModel="KEY_MATERIAL_EXPIRES", ValidTo="2026-06-20T00:00:00+00:00")],
    silent=[_key(), _key(ExpirationModel="KEY_MATERIAL_DOES_NOT_EXPIRE")],
)
def key_material_expiring(key: View) -> Outcome:
    """AWS deletes expired material without asking: the key is there, and useless."""
    if key.read(READ, "ExpirationModel") != "KEY_MATERIAL_EXPIRES":
        return NOT_APPLICABLE
    expires = key.read_time(READ, "ValidTo")
    return passed_if(expires is None or expires - key.workload.taken_at > _SOON)


def _replicate(key: Draft) -> None:
    """A key of several Regions in its place, and one replica more."""
    known = key.read(READ, "MultiRegionConfiguration") or {}
    replicas = known.get("ReplicaKeys") or []
    key.put(
        READ,
        MultiRegion=True,
        MultiRegionConfiguration={
            "MultiRegionKeyType": "PRIMARY",
            "PrimaryKey": {"Region": key.region},
            **known,
            "ReplicaKeys": [*replicas, {"Region": another_region(key.region)}],
        },
    )


@check(
    id="kms.key_single_region",
    resource_type=KEY,
    title="A key exists in one Region: what clients encrypted with it cannot be read in another",
    question=REGION_LOSS,
    layer=Layer.DISASTER_RECOVERY,
    on_fail=(Effect(REGION_LOST, Phase.ACT, "rebuild_in_region", by_person=True),),
    on_pass=(Effect(REGION_LOST, Phase.ACT, "switch_region", by_person=True),),
    effect_source=(
        "with a replica the copied data can be read at once; without, it is encrypted anew"
    ),
    recommendation=(
        "If copies of the data are to be used in another Region, make them under a key there: a "
        "multi-Region key with a replica for what clients encrypt (a dollar a month each), a key "
        "of that Region for what AWS services copy."
    ),
    documentation=("Multi-Region keys in AWS KMS", f"{_GUIDE}/multi-region-keys-overview.html"),
    remedy=Remedy(change=_replicate, effort=Effort.DAYS, cost=Cost.LITTLE),
    passes=[
        _key(
            MultiRegion=True,
            MultiRegionConfiguration={
                "MultiRegionKeyType": "PRIMARY",
                "PrimaryKey": {"Region": "eu-west-1"},
                "ReplicaKeys": [{"Region": "eu-central-1"}],
            },
        )
    ],
    fails=[_key(MultiRegion=False), _key(MultiRegion=True)],
    silent=[
        _key(KeyManager="AWS"),
        _key(KeyUsage="SIGN_VERIFY"),
        Example(
            facts=_key().facts,
            linked_from=[Example(type="AWS::DynamoDB::Table", label="encrypted with")],
        ),
    ],
)
def key_single_region(key: View) -> Outcome:
    """It matters only where a Region's loss must be survived; others keep keys apart on purpose.

    What a service encrypts (a table, a database) it copies under a key of the other Region.
    """
    if not _own(key) or key.read(READ, "KeyUsage") not in (None, "ENCRYPT_DECRYPT"):
        return NOT_APPLICABLE
    if key.linked_from(label="encrypted with"):
        return NOT_APPLICABLE
    others = key.read(READ, "MultiRegionConfiguration.ReplicaKeys[].Region") or []
    replica = key.read(READ, "MultiRegionConfiguration.MultiRegionKeyType") == "REPLICA"
    return passed_if(bool(key.read(READ, "MultiRegion")) and (replica or bool(others)))


def _strangers(key: View) -> list[View]:
    """What uses the key and belongs to others."""
    using = {user.id: user for user in (*users(key), *key.linked_from())}
    return [u for u in using.values() if u.type not in _NO_USERS and belongs_elsewhere(u)]


def _leave(key: Draft) -> None:
    """Others encrypt with a key of their own."""
    for stranger in _strangers(key.view()):
        key.paper.draft(stranger.id).unlink(key)


@check(
    id="kms.key_shared_widely",
    resource_type=KEY,
    title="A key encrypts for other workloads too: one mistake with it stops them all",
    question=SHARED_WITH_OTHERS,
    layer=Layer.CONTINUOUS_IMPROVEMENT,
    on_fail=(Effect(SHARED_COMPONENT_FAILED, Phase.ACT, "separate_by_hand", by_person=True),),
    effect_source="the users have to be told apart before either gets a key of its own",
    recommendation=(
        "Give each workload its own key (a dollar a month) and move the other's resources to it: "
        "new data at once, existing data when it is next rewritten or restored."
    ),
    documentation=("AWS KMS concepts", f"{_GUIDE}/concepts.html"),
    remedy=Remedy(change=_leave, effort=Effort.DAYS, cost=Cost.LITTLE),
    passes=[
        Example(facts=_key().facts, linked_from=[Example(type=_FUNCTION, label="encrypted with")])
    ],
    fails=[
        Example(
            facts=_key().facts,
            linked_from=[
                Example(type=_FUNCTION, name="ours", label="encrypted with"),
                Example(type=_FUNCTION, name="theirs", member=False, label="encrypted with"),
            ],
        )
    ],
    silent=[_key(KeyManager="AWS")],
)
def key_shared_widely(key: View) -> Outcome:
    """A policy written for one of them, a disabled key or a used-up quota strikes the other."""
    if not _own(key):
        return NOT_APPLICABLE
    others = _strangers(key)
    for other in others:
        show_use(other, key)
    return passed_if(not others, f"also used by {named(others)}" if others else "")
