"""Plans of AWS Backup for the stores that would lose more than the RPO allows."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from state.as_code import Parameter
from state.objectives import DAY, HOUR, Objectives, spell_duration
from state.snapshot import Resource
from tools.as_code.roles import add_backup_role
from tools.as_code.stack import Piece, Ref, Stack
from tools.grading.reckoning import Reckoning
from tools.grading.targets import targets_of

VAULT, PLAN, SELECTION = (
    "AWS::Backup::BackupVault",
    "AWS::Backup::BackupPlan",
    "AWS::Backup::BackupSelection",
)
BUCKET, DATABASE, CLUSTER = "AWS::S3::Bucket", "AWS::RDS::DBInstance", "AWS::RDS::DBCluster"
COPY_PARAMETER = Parameter(
    name="SecondRegionVaultArn",
    what="The backup vault in the other Region that copies go to",
    pattern="^arn:[a-z-]+:backup:[a-z0-9-]+:[0-9]{12}:backup-vault:.+$",
)
# What AWS Backup copies, as ARNs: https://docs.aws.amazon.com/aws-backup/latest/devguide/
# assigning-resources-json.html
_COPIED: Mapping[str, str] = {
    DATABASE: "rds:{region}:{account}:db:*",
    CLUSTER: "rds:{region}:{account}:cluster:*",  # never the instances in it
    BUCKET: "s3:::*",
    "AWS::DynamoDB::Table": "dynamodb:{region}:{account}:table/*",
    "AWS::EFS::FileSystem": "elasticfilesystem:{region}:{account}:file-system/*",
    "AWS::EC2::Volume": "ec2:{region}:{account}:volume/*",
}
# What it can take back to any moment, and by how many seconds that lags.
_LAG: Mapping[str, float] = {DATABASE: 300.0, CLUSTER: 300.0, BUCKET: 900.0}
_RATHER: Mapping[str, str] = {  # where a copy an hour is too few
    "AWS::DynamoDB::Table": "turn on the table's own point-in-time recovery",
    "AWS::EFS::FileSystem": "replicate the file system",
    "AWS::EC2::Volume": "keep the data in a store that is replicated, not on one volume",
    CLUSTER: "keep automated backups on: they go back to any moment",
}
OPT_IN = (
    "AWS Backup copies Aurora, DocumentDB and Neptune in Regions alone where they are on under "
    "Settings, Service opt-in"
)
_LOSING = ("data_deleted", "component_lost", "zone_lost", "region_lost")
_RHYTHMS = (1, 2, 3, 4, 6, 8, 12, 24)  # hours that divide a day; AWS Backup takes no fewer
_WINDOW = 60  # minutes within which a backup starts, the fewest that AWS Backup takes
_WEEK = 7  # days
_LONGEST_CONTINUOUS = 35  # days


@dataclass(frozen=True)
class _Wanted:
    """The stores of one plan."""

    name: str
    stores: Sequence[Resource]
    continuous: bool


def add_backups(stack: Stack, objectives: Objectives, reckoning: Reckoning) -> None:
    """Add a vault, and a plan for each way of copying that the Region's stores need."""
    needy = _losing_too_much(stack, objectives, reckoning)
    asked = [targets.rpo for each in _LOSING if (targets := targets_of(each, objectives))]
    rpo = min(asked, default=objectives.rpo_seconds)
    plans = [each for each in _sorted_out(stack, needy, rpo) if each.stores]
    if not plans:
        return
    vault = stack.add(
        ("BackupVault",),
        Piece(
            type=VAULT,
            properties={
                "BackupVaultName": f"{stack.workload}-backups",  # 2 to 50 characters
                **({"BackupVaultTags": dict(stack.labels)} if stack.labels else {}),
            },
            what="holds the copies; it stays when the stack is deleted",
            keep=True,
        ),
    )
    if vault is None:
        return
    buckets = any(store.type == BUCKET for each in plans for store in each.stores)
    role = add_backup_role(stack, buckets=buckets)
    if role is None:
        return
    if any(store.type == CLUSTER for each in plans for store in each.stores):
        stack.note(OPT_IN)
    noticed = reckoning.table["noticed_late"].seconds
    days = max(_WEEK, math.ceil(noticed / DAY) + 1)
    elsewhere = objectives.region_rpo_seconds
    for each in plans:
        if elsewhere is not None and rhythm(elsewhere) is None:
            _leave_to_replicas(stack, each.stores, elsewhere)
        hours = _hours(each, rpo, elsewhere)
        _add_plan(stack, each, vault, role, hours, days, copied=elsewhere is not None)


def rhythm(rpo: float) -> int | None:
    """Hours between backups: at most half of the RPO; None: AWS Backup is not that frequent.

    The other half is for the hour within which a backup starts, and for its own duration.
    """
    return max((hours for hours in _RHYTHMS if hours * HOUR <= rpo / 2), default=None)


# -- parts ----------------------------------------------------------------------------------------


def _hours(wanted: _Wanted, rpo: float, elsewhere: float | None) -> int:
    """Hours between backups; what is continuous needs none but those that are copied.

    `elsewhere`: the RPO of what is copied to the other Region; None: nothing is.
    """
    if not wanted.continuous:
        return rhythm(rpo) or _RHYTHMS[0]
    return _RHYTHMS[-1] if elsewhere is None else rhythm(elsewhere) or _RHYTHMS[0]


def _leave_to_replicas(stack: Stack, stores: Sequence[Resource], rpo: float) -> None:
    for store in stores:
        stack.leave_out(
            store.id,
            "its copies reach the other Region about once in two hours: an RPO of "
            f"{spell_duration(rpo)} there takes a replica",
        )


def _losing_too_much(stack: Stack, objectives: Objectives, reckoning: Reckoning) -> list[Resource]:
    """The Region's stores whose estimated loss exceeds what is allowed."""
    losing = {
        each.resource
        for each in reckoning.estimates
        if each.scenario in _LOSING
        and (allowed := targets_of(each.scenario, objectives))
        and (each.rpo_seconds is None or each.rpo_seconds > allowed.rpo)
    }
    here = [
        store
        for each in stack.snapshot.resources.values()
        if each.member and each.region == stack.region and each.id in losing
        if (store := _store_of(stack, each))
    ]
    return sorted({each.id: each for each in here}.values(), key=lambda each: (each.type, each.id))


def _store_of(stack: Stack, resource: Resource) -> Resource | None:
    """What is copied for a resource: for an instance of a cluster, the cluster."""
    facts = resource.facts.get("rds:DescribeDBInstances", {})
    name = facts.get("DBClusterIdentifier") if resource.type == DATABASE else None
    if not name:
        return resource
    for each in stack.snapshot.resources.values():
        known = each.facts.get("rds:DescribeDBClusters", {}).get("DBClusterIdentifier", each.name)
        if each.type == CLUSTER and known == name and each.region == resource.region:
            if each.member:
                return each
            break
    stack.leave_out(
        resource.id, f"AWS Backup copies its cluster, {name}, which is no part of the workload"
    )
    return None


def _sorted_out(stack: Stack, needy: Sequence[Resource], rpo: float) -> list[_Wanted]:
    continuous, periodic = [], []
    for store in needy:
        if store.type == BUCKET and not _is_versioned(store):
            stack.leave_out(store.id, "AWS Backup needs versioning: turn it on first")
        elif _is_continuous(store):
            lag = _LAG[store.type]
            if lag > rpo:
                stack.leave_out(
                    store.id, f"continuous backups lag {spell_duration(lag)}: only a replica helps"
                )
            else:
                continuous.append(store)
        elif store.type in _COPIED:
            if rhythm(rpo) is None:
                stack.leave_out(
                    store.id,
                    "AWS Backup copies it once an hour at most, and a copy starts within an hour: "
                    f"no plan meets an RPO of {spell_duration(rpo)}; {_RATHER[store.type]}",
                )
            else:
                periodic.append(store)
    return [_Wanted("Continuous", continuous, True), _Wanted("Periodic", periodic, False)]


def _is_continuous(store: Resource) -> bool:
    """Of clusters, Aurora's alone."""
    engine = str(store.facts.get("rds:DescribeDBClusters", {}).get("Engine", "aurora"))
    return store.type in _LAG and (store.type != CLUSTER or engine.startswith("aurora"))


def _is_versioned(bucket: Resource) -> bool:
    facts: Mapping[str, Any] = bucket.facts.get("s3:GetBucketVersioning", {})
    return facts.get("Status") == "Enabled"


def _add_plan(
    stack: Stack,
    wanted: _Wanted,
    vault: Ref,
    role: Ref,
    hours: int,
    days: int,
    *,
    copied: bool,
) -> None:
    kept = min(days, _LONGEST_CONTINUOUS) if wanted.continuous else days
    lifecycle = {"DeleteAfterDays": kept}
    rule: dict[str, Any] = {
        "RuleName": "continuous" if wanted.continuous else f"every-{hours}-hours",
        "TargetBackupVault": vault,
        "ScheduleExpression": "cron(0 0 * * ? *)" if hours == 24 else f"cron(0 0/{hours} * * ? *)",
        "StartWindowMinutes": _WINDOW,
        "CompletionWindowMinutes": 24 * 60,
        "Lifecycle": lifecycle,
    }
    if wanted.continuous:
        rule["EnableContinuousBackup"] = True
    if copied:
        destination = stack.ask(COPY_PARAMETER)
        rule["CopyActions"] = [
            {"DestinationBackupVaultArn": destination, "Lifecycle": dict(lifecycle)}
        ]
    about = tuple(each.id for each in wanted.stores)
    plan = stack.add(
        ("BackupPlan", wanted.name),
        Piece(
            type=PLAN,
            properties={
                "BackupPlan": {
                    "BackupPlanName": f"{stack.workload}-{wanted.name.lower()}",
                    "BackupPlanRule": [rule],
                },
                **({"BackupPlanTags": dict(stack.labels)} if stack.labels else {}),
            },
            what=f"{_says_how(wanted, hours)}; keeps copies for {kept} days",
            about=about,
        ),
    )
    if plan is not None:
        _add_selection(stack, wanted, plan, role, about)


def _says_how(wanted: _Wanted, hours: int) -> str:
    return "goes back to any moment" if wanted.continuous else f"copies every {hours} h"


def _add_selection(
    stack: Stack, wanted: _Wanted, plan: Ref, role: Ref, about: tuple[str, ...]
) -> None:
    resources, by_tag = _selected(stack, wanted.stores)
    selection: dict[str, Any] = {
        "SelectionName": f"{stack.workload}-{wanted.name.lower()}",
        "IamRoleArn": role,
        "Resources": resources,
    }
    if by_tag:
        selection["Conditions"] = {
            "StringEquals": [
                {"ConditionKey": f"aws:ResourceTag/{key}", "ConditionValue": value}
                for key, value in stack.tags.items()
            ]
        }
    stack.add(
        ("BackupSelection", wanted.name),
        Piece(
            type=SELECTION,
            properties={"BackupPlanId": plan, "BackupSelection": selection},
            what="assigns the stores to the plan",
            about=about,
        ),
    )


def _selected(stack: Stack, stores: Sequence[Resource]) -> tuple[list[str], bool]:
    """ARNs to assign, and whether the workload's tags narrow them.

    Where every store of each kind needs copies and bears the tags, kinds are assigned: a store that
    is added later is copied as well.
    """
    kinds = {each.type for each in stores}
    wanted = {each.id for each in stores}
    every = [
        each
        for each in stack.snapshot.resources.values()
        if each.member and each.type in kinds and each.region == stack.region
    ]
    tagged = all(stack.tags.items() <= each.tags.items() for each in every)
    if stack.tags and tagged and all(each.id in wanted for each in every):
        return [_pattern(stack, kind) for kind in sorted(kinds)], True
    return sorted(wanted), False


def _pattern(stack: Stack, kind: str) -> str:
    place = _COPIED[kind].format(region=stack.region, account=stack.snapshot.account)
    return f"arn:{stack.snapshot.partition}:{place}"
