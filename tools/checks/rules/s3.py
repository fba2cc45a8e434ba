"""S3 buckets: no zone's loss matters but in one-zone classes; deletion and the Region do."""

from collections.abc import Callable
from typing import Any

from state.categories import misconfiguration_and_bugs
from state.categories.excessive_latency import EXPENSIVE_REQUESTS
from state.categories.misconfiguration_and_bugs import DATA_DELETED, GUARDRAILS
from state.categories.single_point_of_failure import (
    REGION_LOSS,
    REGION_LOST,
    ZONE_LOSS,
    ZONE_LOST,
)
from state.judgements import Cost, Effort, Layer, Phase
from tools.checks import (
    NOT_APPLICABLE,
    Effect,
    Example,
    Outcome,
    Remedy,
    check,
    failed,
    passed,
    passed_if,
)
from tools.checks.copies import ages_elsewhere, lost_at_worst, restored, restoring
from tools.checks.paper import Draft
from tools.checks.regions import another_region
from tools.checks.rules.rds import LONG_WEEKEND, WEEK
from tools.checks.sharing import COMPUTE
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


def _rules_for_all(bucket: View, field: str) -> list[Any]:
    """The named field of each enabled lifecycle rule that has it and covers the whole bucket."""
    return [
        value
        for value, scope, prefix in _rules(bucket, field)
        if not prefix and not any((scope or {}).values())
    ]


def _is_transient(bucket: View) -> bool:
    """Whether a rule deletes every object within days."""
    return any(
        (expiration.get("Days") or _TRANSIENT + 1) <= _TRANSIENT
        for expiration in _rules_for_all(bucket, "Expiration")
    )


def _keeps_logs_only(bucket: View) -> bool:
    """Whether load balancers write their logs into it, and no program of the workload uses it."""
    logging = bucket.linked_from(label="logs to")
    return bool(logging) and not bucket.linked_from(*COMPUTE)


_LOGS = Example(
    facts=_bucket().facts,
    linked_from=[Example(type="AWS::ElasticLoadBalancingV2::LoadBalancer", label="logs to")],
)


def _change_rules(
    bucket: Draft, fields: tuple[str, ...], change: Callable[[dict[str, Any]], None]
) -> None:
    """Change what enabled lifecycle rules say in these fields, each element of it."""

    def edit(answer: Any) -> None:
        for rule in answer.get("Rules") or ():
            for name in fields if rule.get("Status") == "Enabled" else ():
                value = rule.get(name) or []
                for each in value if isinstance(value, list) else [value]:
                    change(each)

    bucket.edit(LIFECYCLE, edit)


def _keep_versions_longer(bucket: Draft) -> None:
    def change(expiration: dict[str, Any]) -> None:
        if (expiration.get("NoncurrentDays") or WEEK) < WEEK:
            expiration["NoncurrentDays"] = WEEK

    _change_rules(bucket, ("NoncurrentVersionExpiration",), change)


def _keep_versions(bucket: Draft) -> None:
    """Keep versions for a month, or as long as a rule that is there says, if that is a week."""
    bucket.put(VERSIONING, Status="Enabled")
    _keep_versions_longer(bucket)
    rules = bucket.read(LIFECYCLE, "Rules") or []
    if not any(rule.get("NoncurrentVersionExpiration") for rule in rules):
        expiration = {"NoncurrentDays": _RECENT}
        rule = {"Status": "Enabled", "Filter": {}, "NoncurrentVersionExpiration": expiration}
        bucket.put(LIFECYCLE, Rules=[*rules, rule])


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
    remedy=Remedy(change=_keep_versions, effort=Effort.MINUTES, cost=Cost.SOME),
    passes=[_bucket(versioning=_ON)],
    fails=[
        _bucket(),
        _bucket(versioning={"Status": "Suspended"}),
        _bucket({"Expiration": {"Days": 1}, "Filter": {"Prefix": "tmp/"}}),
    ],
    silent=[_bucket({"Expiration": {"Days": 3}, "Filter": {"Prefix": ""}}), _LOGS],
)
def bucket_versioning_off(bucket: View) -> Outcome:
    """Eleven nines of durability are no help against a wrong delete: S3 carries it out faithfully.

    A bucket whose objects all expire within a week holds nothing that is meant to be kept, and one
    that holds access logs nothing that the workload needs.
    """
    if bucket.read(VERSIONING, "Status") == "Enabled":
        return passed()
    return NOT_APPLICABLE if _is_transient(bucket) or _keeps_logs_only(bucket) else failed()


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
    remedy=Remedy(change=_keep_versions_longer, effort=Effort.MINUTES, cost=Cost.LITTLE),
    passes=[
        _bucket(versioning=_ON),
        _bucket({"NoncurrentVersionExpiration": {"NoncurrentDays": 30}}, versioning=_ON),
        _bucket(
            {"NoncurrentVersionExpiration": {"NoncurrentDays": 1, "NewerNoncurrentVersions": 3}},
            versioning=_ON,
        ),
        _bucket(
            {"NoncurrentVersionExpiration": {"NoncurrentDays": 1}, "Filter": {"Prefix": "tmp/"}},
            versioning=_ON,
        ),
    ],
    fails=[_bucket({"NoncurrentVersionExpiration": {"NoncurrentDays": 1}}, versioning=_ON)],
    silent=[_bucket({"NoncurrentVersionExpiration": {"NoncurrentDays": 1}})],
)
def noncurrent_versions_expire_early(bucket: View) -> Outcome:
    """A version must outlive the time until somebody notices that the object was damaged.

    What a rule says of a part of the bucket is taken to be meant for that part.
    """
    if bucket.read(VERSIONING, "Status") != "Enabled":
        return NOT_APPLICABLE
    return passed_if(
        all(
            expiration.get("NewerNoncurrentVersions")
            or (expiration.get("NoncurrentDays") or LONG_WEEKEND) >= LONG_WEEKEND
            for expiration in _rules_for_all(bucket, "NoncurrentVersionExpiration")
        )
    )


def _classes(bucket: View) -> list[tuple[str, float]]:
    """Storage classes that rules for all objects move them to, and after how many days."""
    return [
        (each["StorageClass"], float(each.get("Days") or each.get("NoncurrentDays") or 0))
        for field in ("Transitions", "NoncurrentVersionTransitions")
        for transitions in _rules_for_all(bucket, field)
        for each in transitions
    ]


def _leave_one_zone(bucket: Draft) -> None:
    def change(transition: dict[str, Any]) -> None:
        if transition["StorageClass"] == "ONEZONE_IA":
            transition["StorageClass"] = "STANDARD_IA"

    _change_rules(bucket, ("Transitions",), change)


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
    remedy=Remedy(change=_leave_one_zone, effort=Effort.MINUTES, cost=Cost.SOME),
    passes=[
        _bucket(),
        _bucket({"Transitions": [{"Days": 30, "StorageClass": "STANDARD_IA"}]}),
        _bucket({"NoncurrentVersionTransitions": [{"StorageClass": "ONEZONE_IA"}]}),
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
    moved = [each for transitions, *_ in _rules(bucket, "Transitions") for each in transitions]
    if "ONEZONE_IA" not in {each["StorageClass"] for each in moved}:
        return passed()
    replicated = "Enabled" in (bucket.read(REPLICATION, "Rules[].Status") or ())
    return NOT_APPLICABLE if replicated else failed()


def _leave_archive(bucket: Draft) -> None:
    """What a recovery may need stays in a class that is read at once."""

    def change(transition: dict[str, Any]) -> None:
        days = transition.get("Days") or transition.get("NoncurrentDays") or 0
        if transition["StorageClass"] in _HOURS_TO_RETRIEVE and days <= _RECENT:
            transition["StorageClass"] = "GLACIER_IR"

    _change_rules(bucket, ("Transitions", "NoncurrentVersionTransitions"), change)


@check(
    id="s3.data_in_slow_archive",
    resource_type=BUCKET,
    title="Objects that a recovery needs lie in an archive, and take hours to come back",
    question=EXPENSIVE_REQUESTS,
    also=(misconfiguration_and_bugs.CATEGORY,),
    layer=Layer.DISASTER_RECOVERY,
    on_fail=(Effect(DATA_DELETED, Phase.WARM_UP, "archive_retrieval"),),
    effect_source="AWS's published retrieval times, which begin when somebody asks for the objects",
    recommendation=(
        "Keep recent objects and versions in a class that is read at once (`GLACIER_IR` is the "
        "cheapest) for as long as a recovery may need them, a month or so."
    ),
    documentation=(
        "Understanding archive retrieval options",
        "https://docs.aws.amazon.com/AmazonS3/latest/userguide/restoring-objects-retrieval-options.html",
    ),
    remedy=Remedy(change=_leave_archive, effort=Effort.MINUTES, cost=Cost.SOME),
    passes=[
        _bucket(),
        _bucket({"Transitions": [{"Days": 180, "StorageClass": "DEEP_ARCHIVE"}]}),
        _bucket({"NoncurrentVersionTransitions": [{"StorageClass": "GLACIER_IR"}]}),
        _bucket(
            {"NoncurrentVersionTransitions": [{"NoncurrentDays": 90, "StorageClass": "GLACIER"}]}
        ),
        _bucket(
            {
                "Transitions": [{"Days": 0, "StorageClass": "DEEP_ARCHIVE"}],
                "Filter": {"Prefix": "archive/"},
            }
        ),
    ],
    fails=[
        _bucket({"Transitions": [{"Days": 1, "StorageClass": "DEEP_ARCHIVE"}]}),
        _bucket(
            {"NoncurrentVersionTransitions": [{"NoncurrentDays": 1, "StorageClass": "GLACIER"}]}
        ),
    ],
)
def data_in_slow_archive(bucket: View) -> Outcome:
    """Old objects belong in an archive; the versions one returns to after a mistake do not.

    An archive that is a part of a bucket is meant to be one.
    """
    hours = [
        _HOURS_TO_RETRIEVE[name]
        for name, days in _classes(bucket)
        if name in _HOURS_TO_RETRIEVE and days <= _RECENT
    ]
    return failed(archive_retrieval=max(hours)) if hours else passed()


def _region(bucket: View) -> str:
    return str(bucket.read(LISTED, "BucketRegion") or bucket.region)


def _replicated(to: str, status: str = "Enabled") -> Example:
    rule = {"Status": status, "Destination": {"Bucket": "arn:aws:s3:::orders-copy"}}
    copy = Example(type=BUCKET, label="replicates to", facts={LISTED: {"BucketRegion": to}})
    return Example(
        facts={
            LISTED: {"BucketRegion": "eu-west-1"},
            REPLICATION: {"Rules": [rule]},
            LIFECYCLE: {},
        },
        linked=[copy] if status == "Enabled" else [],
    )


_REPLICA = Example(
    facts={LISTED: {"BucketRegion": "eu-central-1"}, REPLICATION: {}},
    linked_from=[
        Example(type=BUCKET, label="replicates to", facts={LISTED: {"BucketRegion": "eu-west-1"}})
    ],
)


def _replicate(bucket: Draft) -> None:
    """To a bucket in another Region; both keep versions, without which nothing is replicated."""
    region = another_region(bucket.read(LISTED, "BucketRegion") or bucket.region)
    name = f"{bucket.name}-copy"
    facts = {
        LISTED: {"Name": name, "BucketRegion": region},
        VERSIONING: {"Status": "Enabled"},
        LIFECYCLE: {},
        REPLICATION: {},
    }
    copy = bucket.add(BUCKET, name, facts, region=region)
    destination = {"Bucket": bucket.paper.arn("s3", "", name)}
    rules = bucket.read(REPLICATION, "Rules") or []
    rule = {"Status": "Enabled", "Priority": len(rules) + 1, "Destination": destination}
    bucket.put(REPLICATION, Rules=[*rules, rule])
    bucket.link(copy, "replicates to", hard=False)
    if bucket.read(VERSIONING, "Status") != "Enabled":
        _keep_versions(bucket)


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
        *restoring(REGION_LOST, "restore_files", moves=False),
        Effect(REGION_LOST, Phase.PROPAGATE, "switch_region", by_person=True),
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
    remedy=Remedy(change=_replicate, effort=Effort.HOURS, cost=Cost.MUCH),
    passes=[_replicated("eu-central-1")],
    fails=[_bucket(), _replicated("eu-west-1"), _replicated("eu-central-1", "Disabled")],
    silent=[_REPLICA, _LOGS, _bucket({"Expiration": {"Days": 3}, "Filter": {"Prefix": ""}})],
)
def bucket_no_replication(bucket: View) -> Outcome:
    """A bucket is kept in several zones of one Region; its versions are kept there as well.

    The replica itself needs no further copy, and neither access logs nor what expires within a
    week are what a recovery needs.
    """
    rows = bucket.read(REPLICATION, "Rules[].[Status, Destination.Bucket]") or ()
    wanted = {name for status, name in rows if status == "Enabled"}
    home = _region(bucket)
    sources = bucket.linked_from(BUCKET, label="replicates to")
    if any(_region(source) != home for source in sources) or _keeps_logs_only(bucket):
        return NOT_APPLICABLE
    copies = bucket.linked(BUCKET, label="replicates to") if wanted else []
    if any(_region(copy) != home for copy in copies):
        return passed(backup_interval=None, restore_files=None)
    if len(copies) < len(wanted):
        raise Unknown("s3:ListAllMyBuckets")  # a copy in another account: its Region is not seen
    elsewhere = ages_elsewhere(bucket)
    if elsewhere is None:
        return NOT_APPLICABLE if _is_transient(bucket) else failed()
    return passed(
        "AWS Backup copies it there",
        backup_interval=lost_at_worst(elsewhere),
        s3_replication_lag=None,
        restore_files=restored(bucket),
    )
