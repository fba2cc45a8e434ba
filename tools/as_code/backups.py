"""Plans of AWS Backup for the stores that would lose more than the RPO allows."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from state.as_code import Parameter
from state.objectives import DAY, HOUR, Objectives, spell_duration
from state.snapshot import Resource
from tools.as_code.stack import Piece, Ref, Stack
from tools.grading.reckoning import Reckoning
from tools.grading.targets import targets_of

VAULT, PLAN, SELECTION = (
    "AWS::Backup::BackupVault",
    "AWS::Backup::BackupPlan",
    "AWS::Backup::BackupSelection",
)
ROLE_PARAMETER = Parameter(
    name="BackupRoleArn",
    what="The role that AWS Backup assumes, such as AWSBackupDefaultServiceRole",
    pattern="^arn:[a-z-]+:iam::[0-9]{12}:role/.+$",
)
COPY_PARAMETER = Parameter(
    name="SecondRegionVaultArn",
    what="The backup vault in the other Region that copies go to",
    pattern="^arn:[a-z-]+:backup:[a-z0-9-]+:[0-9]{12}:backup-vault:.+$",
)
# What AWS Backup copies, as ARNs; where it can go back to any moment, how far that lags.
_CONTINUOUS: Mapping[str, tuple[str, float]] = {
    "AWS::RDS::DBInstance": ("rds:{region}:{account}:db:*", 300.0),
    "AWS::RDS::DBCluster": ("rds:{region}:{account}:cluster:*", 300.0),
    "AWS::S3::Bucket": ("s3:::*", 900.0),
}
_PERIODIC = {
    "AWS::DynamoDB::Table": "dynamodb:{region}:{account}:table/*",
    "AWS::EFS::FileSystem": "elasticfilesystem:{region}:{account}:file-system/*",
    "AWS::EC2::Volume": "ec2:{region}:{account}:volume/*",
}
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
                "BackupVaultName": stack.workload,
                **({"BackupVaultTags": dict(stack.tags)} if stack.tags else {}),
            },
            what="holds the copies; it stays when the stack is deleted",
            keep=True,
        ),
    )
    if vault is None:
        return
    noticed = reckoning.table["noticed_late"].seconds
    days = max(_WEEK, math.ceil(noticed / DAY) + 1)
    for each in plans:
        _add_plan(stack, each, vault, rpo, days, copied=_is_copied(objectives))


def rhythm(rpo: float) -> int | None:
    """Hours between backups: at most half of the RPO; None: AWS Backup is not that frequent.

    The other half is for the hour within which a backup starts, and for its own duration.
    """
    return max((hours for hours in _RHYTHMS if hours * HOUR <= rpo / 2), default=None)


# -- parts ----------------------------------------------------------------------------------------


def _is_copied(objectives: Objectives) -> bool:
    return objectives.region_rpo_seconds is not None


def _losing_too_much(stack: Stack, objectives: Objectives, reckoning: Reckoning) -> list[Resource]:
    """The Region's stores whose estimated loss exceeds what is allowed."""
    losing = {
        each.resource
        for each in reckoning.estimates
        if each.scenario in _LOSING
        and (allowed := targets_of(each.scenario, objectives))
        and (each.rpo_seconds is None or each.rpo_seconds > allowed.rpo)
    }
    return sorted(
        (
            each
            for each in stack.snapshot.resources.values()
            if each.member and each.region == stack.region and each.id in losing
        ),
        key=lambda each: (each.type, each.id),
    )


def _sorted_out(stack: Stack, needy: Sequence[Resource], rpo: float) -> list[_Wanted]:
    continuous, periodic = [], []
    for store in needy:
        if store.type in _CONTINUOUS:
            lag = _CONTINUOUS[store.type][1]
            if lag > rpo:
                stack.leave_out(
                    store.id, f"continuous backups lag {spell_duration(lag)}: only a replica helps"
                )
            elif store.type == "AWS::S3::Bucket" and not _is_versioned(store):
                stack.leave_out(store.id, "AWS Backup needs versioning: turn it on first")
            else:
                continuous.append(store)
        elif store.type in _PERIODIC:
            if rhythm(rpo) is None:
                stack.leave_out(
                    store.id,
                    "AWS Backup copies it once an hour at most: use the store's own point-in-time "
                    "recovery or a replica",
                )
            else:
                periodic.append(store)
    return [_Wanted("Continuous", continuous, True), _Wanted("Periodic", periodic, False)]


def _is_versioned(bucket: Resource) -> bool:
    facts: Mapping[str, Any] = bucket.facts.get("s3:GetBucketVersioning", {})
    return facts.get("Status") == "Enabled"


def _add_plan(
    stack: Stack, wanted: _Wanted, vault: Ref, rpo: float, days: int, *, copied: bool
) -> None:
    kept = min(days, _LONGEST_CONTINUOUS) if wanted.continuous else days
    hours = rhythm(rpo) or _RHYTHMS[0]  # beside what is continuous: as often as can be
    lifecycle = {"DeleteAfterDays": kept}
    rule: dict[str, Any] = {
        "RuleName": f"every-{hours}-hours",
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
                **({"BackupPlanTags": dict(stack.tags)} if stack.tags else {}),
            },
            what=f"copies every {hours} h and keeps copies for {kept} days",
            about=about,
        ),
    )
    if plan is not None:
        _add_selection(stack, wanted, plan, about)


def _add_selection(stack: Stack, wanted: _Wanted, plan: Ref, about: tuple[str, ...]) -> None:
    resources, by_tag = _selected(stack, wanted.stores)
    selection: dict[str, Any] = {
        "SelectionName": f"{stack.workload}-{wanted.name.lower()}",
        "IamRoleArn": stack.ask(ROLE_PARAMETER),
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
    pattern = _CONTINUOUS[kind][0] if kind in _CONTINUOUS else _PERIODIC[kind]
    place = pattern.format(region=stack.region, account=stack.snapshot.account)
    return f"arn:{stack.snapshot.partition}:{place}"
