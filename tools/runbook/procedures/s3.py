"""S3: objects and versions back, policies back, the other Region's copy."""

from state.categories.misconfiguration_and_bugs import BAD_CHANGE, DATA_DELETED
from state.categories.single_point_of_failure import REGION_LOST, ZONE_LOST
from state.runbooks import Look
from tools.runbook.backups import recovery_points
from tools.runbook.commands import blank, from_file, joined
from tools.runbook.declarations import Draft, Place, act, look, procedure

_BUCKET = "AWS::S3::Bucket"


def _name(at: Place) -> str:
    return str(at.fact("s3:ListBuckets", "Name") or at.short)


def _versioning(at: Place) -> Look:
    return look(
        at.aws("s3api", "get-bucket-versioning", bucket=_name(at)),
        "`Status`",
        "`Enabled`; an empty answer means that deleted objects are gone unless a backup holds them",
    )


def _objects(at: Place) -> Look:
    return look(
        at.aws(
            "s3api",
            "list-objects-v2",
            bucket=_name(at),
            prefix=blank("KEY_PREFIX"),
            max_items=20,
            query="Contents[].[Key, Size, LastModified]",
        ),
        "keys, sizes and dates",
        "the objects that users miss, in the right size",
    )


def _versions(at: Place) -> Look:
    return look(
        at.aws(
            "s3api",
            "list-object-versions",
            bucket=_name(at),
            prefix=blank("KEY_PREFIX"),
            max_items=200,
            query="{Deleted: DeleteMarkers[?IsLatest].[Key, VersionId, LastModified], "
            "Versions: Versions[].[Key, VersionId, IsLatest, LastModified]}",
        ),
        "delete markers, and the versions behind them",
        "for each missing key a delete marker, and a version from before it",
    )


@procedure(_BUCKET, DATA_DELETED, title="bring objects back")
def undelete(at: Place) -> Draft:
    """Where versions are kept a delete marker is taken away; otherwise only a backup helps."""
    key = blank("OBJECT_KEY")
    if at.fact("s3:GetBucketVersioning", "Status") == "Enabled":
        source = joined(f"{_name(at)}/", key, "?versionId=", blank("GOOD_VERSION_ID"))
        steps = [
            act("Stop whatever deletes or overwrites (a job, a lifecycle rule, a person)."),
            act(
                "Take a delete marker away: the object is there again.",
                at.aws(
                    "s3api",
                    "delete-object",
                    bucket=_name(at),
                    key=key,
                    version_id=blank("MARKER_VERSION_ID"),
                ),
                expect="`DeleteMarker` is `true`",
                warning="The version id must be that of the delete marker. With the id of a "
                "version this command destroys that version for good.",
            ),
            act(
                "Overwritten objects: copy the good version over the newest.",
                at.aws("s3api", "copy-object", bucket=_name(at), key=key, copy_source=source),
                expect="a new `VersionId`; the bad version stays",
                warning="Keys with special characters have to be URL-encoded in the source. "
                "Objects above 5 GB take `aws s3 cp`.",
            ),
            act("Repeat for each key: for thousands, use S3 Batch Operations."),
        ]
        checks = [_versioning(at), _versions(at)]
    else:
        steps = [
            act("Stop whatever deletes or overwrites (a job, a lifecycle rule, a person)."),
            act(
                "No versions are kept: bring the objects back from a backup, a replica, or from "
                "whoever made them. If the check shows a copy, restore it into a bucket of its own "
                "with AWS Backup."
            ),
            act(
                "Keep versions from now on.",
                at.aws(
                    "s3api",
                    "put-bucket-versioning",
                    bucket=_name(at),
                    versioning_configuration={"Status": "Enabled"},
                ),
            ),
        ]
        checks = [_versioning(at), _objects(at), *recovery_points(at)]
    return Draft(
        purpose="Objects were deleted or overwritten.",
        checks=checks,
        actions=steps,
        verification=[_objects(at)],
        rollback=[
            act(
                "A wrong object came back: delete it without a version id. That only sets a marker "
                "again where versions are kept.",
                at.aws("s3api", "delete-object", bucket=_name(at), key=key),
                warning="Only where versioning is `Enabled`: otherwise the object is gone.",
            )
        ],
        never=[
            "Do not empty or delete the bucket.",
            "Do not run `aws s3 rm` or `aws s3 sync --delete`.",
            "Do not suspend versioning.",
        ],
    )


@procedure(_BUCKET, BAD_CHANGE, title="take the change of the bucket back")
def policy_back(at: Place) -> Draft:
    """A policy, a lifecycle rule or an encryption setting that locks out or deletes."""
    rules = at.aws(
        "s3api",
        "put-bucket-lifecycle-configuration",
        bucket=_name(at),
        lifecycle_configuration=from_file("LIFECYCLE_FILE"),
    )
    return Draft(
        purpose="A change of the bucket's policy, encryption or lifecycle breaks its users.",
        checks=[
            look(
                at.aws(
                    "s3api", "get-bucket-policy", bucket=_name(at), query="Policy", output="text"
                ),
                "the policy",
                "no `Deny` that is new; an error `NoSuchBucketPolicy` is all right if there was "
                "none. Keep the answer in a file",
            ),
            look(
                at.aws("s3api", "get-bucket-lifecycle-configuration", bucket=_name(at)),
                "rules that expire objects",
                "none that is new; an error `NoSuchLifecycleConfiguration` means there is none. "
                "Keep the answer in a file",
            ),
            look(
                at.aws("s3api", "get-bucket-encryption", bucket=_name(at)),
                "the key",
                "the key that the application's role may use",
            ),
        ],
        actions=[
            act(
                "Put the former policy back: it stands in your templates, or in CloudTrail's "
                "event `PutBucketPolicy`.",
                at.aws(
                    "s3api", "put-bucket-policy", bucket=_name(at), policy=from_file("POLICY_FILE")
                ),
                warning="It replaces the whole policy. Keep the present one first. Without the "
                "right to change policies in it, only the account's root user can mend it.",
            ),
            act(
                "If a rule that expires objects is new, put the former rules back.",
                rules,
                warning="It replaces all rules. What has expired already comes back only as a "
                "version: see the procedure for deleted objects.",
            ),
            act(
                "If the key was changed, put it back in the bucket's encryption, or let roles use "
                "the new one: see the key's procedures."
            ),
        ],
        verification=[
            look(
                at.aws("s3api", "head-bucket", bucket=_name(at)),
                "whether the call is refused",
                "an answer, no error 403",
            ),
            _objects(at),
        ],
        rollback=[
            act(
                "Put back the policy that you kept.",
                at.aws(
                    "s3api", "put-bucket-policy", bucket=_name(at), policy=from_file("POLICY_FILE")
                ),
            )
        ],
        never=["Do not make the bucket public to see whether that helps."],
    )


@procedure(_BUCKET, REGION_LOST, ZONE_LOST, title="go on with the copy")
def copy(at: Place) -> Draft:
    """The bucket that this one is replicated to."""
    replica = at.fact("s3:GetBucketReplication", "*.Rules[].Destination.Bucket | [0]") or at.fact(
        "s3:GetBucketReplication", "Rules[].Destination.Bucket | [0]"
    )
    name = str(replica).rpartition(":")[2] if replica else blank("REPLICA_BUCKET")
    there = look(
        at.aws(
            "s3api",
            "list-objects-v2",
            bucket=name,
            region=blank("OTHER_REGION"),
            max_items=20,
            query="Contents[].[Key, Size, LastModified]",
        ),
        "the newest objects of the copy",
        "those of the last hours",
    )
    return Draft(
        purpose="The place in which the bucket lies is lost."
        + ("" if replica else " No replication was seen: a copy may not exist."),
        checks=[there],
        actions=[act("Point the application at the copy, and let its role read and write there.")],
        verification=[there],
        rollback=[act("Copy what was written meanwhile back, then point the application back.")],
        never=["Do not write to both buckets at once."],
    )
