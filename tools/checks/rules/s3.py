"""S3 buckets: no zone's loss matters but in one-zone classes; deletion and the Region do."""

from typing import Any

from state.categories.excessive_latency import EXPENSIVE_REQUESTS
from state.categories.misconfiguration_and_bugs import DATA_DELETED, GUARDRAILS
from state.categories.single_point_of_failure import (
    REGION_LOSS,
    REGION_LOST,
    ZONE_LOSS,
    ZONE_LOST,
)
from state.judgements import Layer, Phase
from tools.checks import (
    NOT_APPLICABLE,
    Effect,
    Example,
    Outcome,
    check,
    failed,
    passed,
    passed_if,
)
from tools.checks.copies import ages_elsewhere, at_risk
from tools.checks.rules.rds import LONG_WEEKEND
from tools.checks.view import Unknown, View

BUCKET = "AWS::S3::Bucket"
LISTED = "s3:ListBuckets"
VERSIONING = "s3:GetBucketVersioning"
LIFECYCLE = "s3:GetBucketLifecycleConfiguration"
REPLICATION = "s3:GetBucketReplication"

_HOURS_TO_RETRIEVE = {"GLACIER": 5.0, "DEEP_ARCHIVE": 12.0}
_RECENT = 30  # days: what was written within them is still worked with
_TRANSIENT = 7  # days: what is deleted so soon anyway is not meant to be kept

_ON: dict[str, str] = {"Status": "Enabled"}


def _bucket(*rules: dict[str, Any], versioning: dict[str, str] | None = None) -> Example:
    enabled = [{"Status": "Enabled", **rule} for rule in rules]
    lifecycle = {"Rules": enabled} if rules else {}
    return Example(
        facts={
            LISTED: {"Name": "orders"},
            VERSIONING: versioning or {},
            LIFECYCLE: lifecycle,
            REPLICATION: {},
        }
    )


def _rules(bucket: View, field: str) -> list[tuple[Any, ...]]:
    """The named field of each enabled lifecycle rule that has it, with the rule's filter."""
    rows = bucket.read(LIFECYCLE, f"Rules[].[Status, {field}, Filter, Prefix]") or ()
    return [
        (value, scope, prefix)
        for status, value, scope, prefix in rows
        if status == "Enabled" and value
    ]


def _is_transient(bucket: View) -> bool:
    """Whether a rule deletes every object within days."""
    return any(
        (expiration.get("Days") or _TRANSIENT + 1) <= _TRANSIENT
        and not prefix
        and not any((scope or {}).values())
        for expiration, scope, prefix in _rules(bucket, "Expiration")
    )


@check(
    id="s3.bucket_versioning_off",
    resource_type=BUCKET,
    title="A bucket keeps no versions: what is deleted or overwritten is gone",
    question=GUARDRAILS,
    layer=Layer.DISASTER_RECOVERY,
    on_fail=(
        Effect(DATA_DELETED, Phase.LOSE, "no_copy"),
        Effect(DATA_DELETED, Phase.ACT, "no_way_back", by_person=True),
    ),
    on_pass=(Effect(DATA_DELETED, Phase.ACT, "restore_objects", by_person=True),),
    effect_source="versions lose nothing; replication and AWS Backup need versioning themselves",
    recommendation=(
        "Turn on versioning, with a lifecycle rule that expires noncurrent versions after a month: "
        "only the changed objects are paid for twice, for that time."
    ),
    documentation=(
        "Retaining multiple versions of objects with S3 Versioning",
        "https://docs.aws.amazon.com/AmazonS3/latest/userguide/Versioning.html",
    ),
    strength="deleted and overwritten objects can be brought back",
    passes=[_bucket(versioning=_ON)],
    fails=[
        _bucket(),
        _bucket(versioning={"Status": "Suspended"}),
        _bucket({"Expiration": {"Days": 1}, "Filter": {"Prefix": "tmp/"}}),
    ],
    silent=[_bucket({"Expiration": {"Days": 3}, "Filter": {"Prefix": ""}})],
)
def bucket_versioning_off(bucket: View) -> Outcome:
    """Eleven nines of durability are no help against a wrong delete: S3 carries it out faithfully.

    A bucket whose objects all expire within a week holds nothing that is meant to be kept.
    """
    if bucket.read(VERSIONING, "Status") == "Enabled":
        return passed()
    return NOT_APPLICABLE if _is_transient(bucket) else failed()


@check(
    id="s3.noncurrent_versions_expire_early",
    resource_type=BUCKET,
    title="Old versions of objects are gone before damage done on a weekend is noticed",
    question=GUARDRAILS,
    layer=Layer.DISASTER_RECOVERY,
    on_fail=(Effect(DATA_DELETED, Phase.LOSE, "noticed_late"),),
    effect_source="an assumption: how long damage stays unnoticed",
    recommendation=(
        "Set `NoncurrentDays` to a week or more, or keep a few newer versions regardless of age "
        "(`NewerNoncurrentVersions`): only changed objects cost more."
    ),
    documentation=(
        "Examples of S3 Lifecycle configurations",
        "https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-configuration-examples.html",
    ),
    passes=[
        _bucket(versioning=_ON),
        _bucket({"NoncurrentVersionExpiration": {"NoncurrentDays": 30}}, versioning=_ON),
        _bucket(
            {"NoncurrentVersionExpiration": {"NoncurrentDays": 1, "NewerNoncurrentVersions": 3}},
            versioning=_ON,
        ),
    ],
    fails=[_bucket({"NoncurrentVersionExpiration": {"NoncurrentDays": 1}}, versioning=_ON)],
    silent=[_bucket({"NoncurrentVersionExpiration": {"NoncurrentDays": 1}})],
)
def noncurrent_versions_expire_early(bucket: View) -> Outcome:
    """A version must outlive the time until somebody notices that the object was damaged."""
    if bucket.read(VERSIONING, "Status") != "Enabled":
        return NOT_APPLICABLE
    return passed_if(
        all(
            expiration.get("NewerNoncurrentVersions")
            or (expiration.get("NoncurrentDays") or LONG_WEEKEND) >= LONG_WEEKEND
            for expiration, *_ in _rules(bucket, "NoncurrentVersionExpiration")
        )
    )


def _classes(bucket: View) -> list[tuple[str, float]]:
    """Storage classes that rules move objects to: after how many days, 0 for earlier versions."""
    current = [
        (each["StorageClass"], float(each.get("Days") or 0))
        for transitions, *_ in _rules(bucket, "Transitions")
        for each in transitions
    ]
    earlier = [
        (each["StorageClass"], 0.0)
        for transitions, *_ in _rules(bucket, "NoncurrentVersionTransitions")
        for each in transitions
    ]
    return current + earlier


@check(
    id="s3.data_in_one_zone",
    resource_type=BUCKET,
    title="A bucket moves its only copy of objects to a class that is kept in one zone",
    question=ZONE_LOSS,
    layer=Layer.DISASTER_RECOVERY,
    on_fail=(Effect(ZONE_LOST, Phase.LOSE, "no_copy"),),
    effect_source="AWS's description of the class: data is lost when its zone is destroyed",
    recommendation=(
        "Move objects to `STANDARD_IA` instead of `ONEZONE_IA` (about a quarter more per GiB), or "
        "replicate the bucket, unless the objects can be made again."
    ),
    documentation=(
        "Understanding and managing Amazon S3 storage classes",
        "https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-class-intro.html",
    ),
    passes=[
        _bucket(),
        _bucket({"Transitions": [{"Days": 30, "StorageClass": "STANDARD_IA"}]}),
    ],
    fails=[_bucket({"Transitions": [{"Days": 30, "StorageClass": "ONEZONE_IA"}]})],
    silent=[
        Example(
            facts={
                **_bucket({"Transitions": [{"StorageClass": "ONEZONE_IA"}]}).facts,
                REPLICATION: {"Rules": [{"Status": "Enabled"}]},
            }
        )
    ],
)
def data_in_one_zone(bucket: View) -> Outcome:
    """Every other class keeps objects in three zones; a replicated bucket has another copy."""
    if "ONEZONE_IA" not in {name for name, _ in _classes(bucket)}:
        return passed()
    replicated = "Enabled" in (bucket.read(REPLICATION, "Rules[].Status") or ())
    return NOT_APPLICABLE if replicated else failed()


@check(
    id="s3.data_in_slow_archive",
    resource_type=BUCKET,
    title="Objects that a recovery needs lie in an archive, and take hours to come back",
    question=EXPENSIVE_REQUESTS,
    layer=Layer.DISASTER_RECOVERY,
    on_fail=(Effect(DATA_DELETED, Phase.ACT, "archive_retrieval"),),
    effect_source="AWS's published retrieval times",
    recommendation=(
        "Keep versions and recent objects in `GLACIER_IR`, which is read in milliseconds, for as "
        "long as a recovery may need them."
    ),
    documentation=(
        "Understanding archive retrieval options",
        "https://docs.aws.amazon.com/AmazonS3/latest/userguide/restoring-objects-retrieval-options.html",
    ),
    passes=[
        _bucket(),
        _bucket({"Transitions": [{"Days": 180, "StorageClass": "DEEP_ARCHIVE"}]}),
        _bucket({"NoncurrentVersionTransitions": [{"StorageClass": "GLACIER_IR"}]}),
    ],
    fails=[
        _bucket({"Transitions": [{"Days": 1, "StorageClass": "DEEP_ARCHIVE"}]}),
        _bucket(
            {"NoncurrentVersionTransitions": [{"NoncurrentDays": 1, "StorageClass": "GLACIER"}]}
        ),
    ],
)
def data_in_slow_archive(bucket: View) -> Outcome:
    """Old objects belong in an archive; the versions one returns to after a mistake do not."""
    hours = [
        _HOURS_TO_RETRIEVE[name]
        for name, days in _classes(bucket)
        if name in _HOURS_TO_RETRIEVE and days <= _RECENT
    ]
    return failed(archive_retrieval=max(hours)) if hours else passed()


def _replicated(to: str, status: str = "Enabled") -> Example:
    rule = {"Status": status, "Destination": {"Bucket": "arn:aws:s3:::orders-copy"}}
    copy = Example(type=BUCKET, label="replicates to", facts={LISTED: {"BucketRegion": to}})
    return Example(
        facts={LISTED: {"BucketRegion": "eu-west-1"}, REPLICATION: {"Rules": [rule]}},
        linked=[copy] if status == "Enabled" else [],
    )


@check(
    id="s3.bucket_no_replication",
    resource_type=BUCKET,
    title="No copy of a bucket leaves its Region: if the Region is lost, the data is too",
    question=REGION_LOSS,
    layer=Layer.DISASTER_RECOVERY,
    on_fail=(
        Effect(REGION_LOST, Phase.LOSE, "no_copy"),
        Effect(REGION_LOST, Phase.ACT, "no_way_back", by_person=True),
    ),
    on_pass=(
        Effect(REGION_LOST, Phase.LOSE, "s3_replication_lag"),
        Effect(REGION_LOST, Phase.LOSE, "backup_interval"),
        Effect(REGION_LOST, Phase.ACT, "switch_region", by_person=True),
    ),
    effect_source="AWS's published time of replication, or the pauses between AWS Backup's copies",
    recommendation=(
        "Add a replication rule to a bucket in a second Region and copy what is there already with "
        "Batch Replication: storage and transfer are paid for once more."
    ),
    documentation=(
        "Replicating objects within and across Regions",
        "https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication.html",
    ),
    strength="buckets are replicated to another Region",
    saving="the replica: as much storage as the bucket itself",
    passes=[_replicated("eu-central-1")],
    fails=[_bucket(), _replicated("eu-west-1"), _replicated("eu-central-1", "Disabled")],
)
def bucket_no_replication(bucket: View) -> Outcome:
    """A bucket is kept in several zones of one Region; its versions are kept there as well."""
    rows = bucket.read(REPLICATION, "Rules[].[Status, Destination.Bucket]") or ()
    wanted = {name for status, name in rows if status == "Enabled"}
    home = bucket.read(LISTED, "BucketRegion") or bucket.region
    copies = bucket.linked(BUCKET, label="replicates to") if wanted else []
    regions = {copy.read(LISTED, "BucketRegion") or copy.region for copy in copies}
    if regions - {home}:
        return passed(backup_interval=0)
    if len(copies) < len(wanted):
        raise Unknown("s3:ListAllMyBuckets")  # a copy in another account: its Region is not seen
    elsewhere = ages_elsewhere(bucket)
    return failed() if elsewhere is None else passed(backup_interval=at_risk(elsewhere))
