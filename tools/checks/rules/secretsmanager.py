"""Secrets: what keeps the workload from getting a credential that works."""

from datetime import timedelta

from state.categories.misconfiguration_and_bugs import EXPIRES, EXPIRY
from state.categories.shared_fate import SHARED_COMPONENT_FAILED, SHARED_WITH_OTHERS
from state.categories.single_point_of_failure import REGION_LOSS, REGION_LOST
from state.judgements import Cost, Effort, Layer, Phase
from tools.checks import NOT_APPLICABLE, Effect, Example, Outcome, Remedy, check, passed_if
from tools.checks.neighbours import belongs_elsewhere, show_use
from tools.checks.paper import Draft
from tools.checks.regions import another_region
from tools.checks.sharing import named, separate, users
from tools.checks.view import View

SECRET = "AWS::SecretsManager::Secret"
READ = "secretsmanager:DescribeSecret"
_GUIDE = "https://docs.aws.amazon.com/secretsmanager/latest/userguide"
_GRACE = timedelta(days=1)  # rotation windows are up to a day long
_A_MONTH = 30  # days
_FUNCTION = "AWS::Lambda::Function"


def _secret(**fields: object) -> Example:
    return Example(facts={READ: {"Name": "shop/database", **fields}})


def _rotate(secret: Draft) -> None:
    """Rotated now, and due again when its schedule says."""
    days = secret.read(READ, "RotationRules.AutomaticallyAfterDays") or _A_MONTH
    due = secret.taken_at + timedelta(days=days)
    secret.put(READ, LastRotatedDate=secret.taken_at.isoformat(), NextRotationDate=due.isoformat())


@check(
    id="secretsmanager.rotation_failing",
    resource_type=SECRET,
    title=(
        "A secret's scheduled rotation did not happen: the credential may be half changed, or "
        "expire"
    ),
    question=EXPIRES,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=(Effect(EXPIRY, Phase.ACT, "renew_by_hand", by_person=True),),
    effect_source="somebody has to find out which of the two credentials works, and set it",
    recommendation=(
        "Look at the rotation function's log (it often cannot reach the database or the Secrets "
        "Manager endpoint), mend it and run `aws secretsmanager rotate-secret`."
    ),
    documentation=("Troubleshoot rotation", f"{_GUIDE}/troubleshoot_rotation.html"),
    remedy=Remedy(change=_rotate, effort=Effort.HOURS, cost=Cost.FREE),
    passes=[
        _secret(RotationEnabled=True, NextRotationDate="2026-06-20T00:00:00+00:00"),
        _secret(RotationEnabled=True),
    ],
    fails=[_secret(RotationEnabled=True, NextRotationDate="2026-05-20T00:00:00+00:00")],
    silent=[
        _secret(),
        _secret(RotationEnabled=True, DeletedDate="2026-05-20T00:00:00+00:00"),
    ],
)
def rotation_failing(secret: View) -> Outcome:
    """A rotation that stops half-way leaves a pending password which only one side knows."""
    if not secret.read(READ, "RotationEnabled") or secret.read(READ, "DeletedDate"):
        return NOT_APPLICABLE
    due = secret.read_time(READ, "NextRotationDate")
    return passed_if(due is None or due + _GRACE > secret.workload.taken_at)


def _restore(secret: Draft) -> None:
    secret.drop(READ, "DeletedDate")
    if secret.read(READ, "RotationEnabled"):  # it rests while the secret waits to be deleted
        _rotate(secret)


@check(
    id="secretsmanager.secret_pending_deletion",
    resource_type=SECRET,
    title="A secret is waiting to be deleted, and already nobody can read it",
    question=EXPIRES,
    layer=Layer.DISASTER_RECOVERY,
    on_fail=(Effect(EXPIRY, Phase.ACT, "renew_by_hand", by_person=True),),
    effect_source="after the recovery window a new credential has to be made and handed out",
    recommendation=(
        "If it is still used, restore it at once (`aws secretsmanager restore-secret`): possible "
        "until the recovery window ends, and free."
    ),
    documentation=("Delete an AWS Secrets Manager secret", f"{_GUIDE}/manage_delete-secret.html"),
    remedy=Remedy(change=_restore, effort=Effort.MINUTES, cost=Cost.FREE),
    passes=[_secret()],
    fails=[_secret(DeletedDate="2026-05-30T00:00:00+00:00")],
)
def secret_pending_deletion(secret: View) -> Outcome:
    """In its recovery window a secret cannot be read; programs live on a cached copy."""
    return passed_if(not secret.read(READ, "DeletedDate"))


def _replicate(secret: Draft) -> None:
    """Mend the replicas that failed; one in another Region if there are none."""
    known = secret.read(READ, "ReplicationStatus") or [{"Region": another_region(secret.region)}]
    secret.put(READ, ReplicationStatus=[{**each, "Status": "InSync"} for each in known])


@check(
    id="secretsmanager.secret_not_replicated",
    resource_type=SECRET,
    title="A secret exists in one Region: what recovers in another Region has no credential",
    question=REGION_LOSS,
    layer=Layer.DISASTER_RECOVERY,
    on_fail=(Effect(REGION_LOST, Phase.ACT, "renew_by_hand", by_person=True),),
    on_pass=(Effect(REGION_LOST, Phase.ACT, "switch_region", by_person=True),),
    effect_source="a new credential has to be made; with a replica it is there",
    recommendation=(
        "Replicate the secret to the Region you would recover in "
        "(`aws secretsmanager replicate-secret-to-regions`): 40 cents a month, no code changes."
    ),
    documentation=(
        "Replicate AWS Secrets Manager secrets across Regions",
        f"{_GUIDE}/replicate-secrets.html",
    ),
    strength="secrets are replicated to another Region",
    saving="the replicas: 40 cents a month each",
    remedy=Remedy(change=_replicate, effort=Effort.MINUTES, cost=Cost.LITTLE),
    passes=[
        _secret(ReplicationStatus=[{"Region": "eu-central-1", "Status": "InSync"}]),
        _secret(PrimaryRegion="eu-central-1"),
    ],
    fails=[
        _secret(),
        _secret(ReplicationStatus=[{"Region": "eu-central-1", "Status": "Failed"}]),
    ],
    silent=[_secret(OwningService="rds")],
)
def secret_not_replicated(secret: View) -> Outcome:
    """The password of a restored database is the old one, and it was in the Region that is gone."""
    if secret.read(READ, "OwningService"):
        return NOT_APPLICABLE  # the owner makes one where it restores
    is_replica = secret.read(READ, "PrimaryRegion") not in (None, secret.region)
    states = secret.read(READ, "ReplicationStatus[].Status") or ()
    return passed_if(is_replica or "InSync" in states)


@check(
    id="secretsmanager.secret_shared",
    resource_type=SECRET,
    title="A secret is read by another workload too: changing it for one breaks the other",
    question=SHARED_WITH_OTHERS,
    layer=Layer.CONTINUOUS_IMPROVEMENT,
    on_fail=(Effect(SHARED_COMPONENT_FAILED, Phase.ACT, "separate_by_hand", by_person=True),),
    effect_source="the readers have to be found before the credential can be changed or split",
    recommendation=(
        "Give each workload its own user and its own secret (40 cents a month): then one can be "
        "rotated, or locked after a leak, without the other."
    ),
    documentation=(
        "AWS Secrets Manager best practices",
        f"{_GUIDE}/best-practices.html",
    ),
    remedy=Remedy(change=separate, effort=Effort.HOURS, cost=Cost.LITTLE),
    passes=[Example(facts=_secret().facts, linked_from=[Example(type=_FUNCTION, label="reads")])],
    fails=[
        Example(
            facts=_secret().facts,
            linked_from=[Example(type=_FUNCTION, name="theirs", member=False, label="reads")],
        )
    ],
)
def secret_shared(secret: View) -> Outcome:
    """One credential is one identity: its limits, its locks and its rotation are shared as well."""
    secret.read(READ, "Name")
    others = [user for user in users(secret) if belongs_elsewhere(user)]
    for other in others:
        show_use(other, secret)
    return passed_if(not others, f"also read by {named(others)}" if others else "")
