"""Roles that AWS FIS and AWS Backup assume: they may do what the stack's plans need, no more."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from unicodedata import category

from state.as_code import Parameter
from tools.as_code.faults import Experiment, actions
from tools.as_code.stack import Piece, Ref, Stack, tag_list

ROLE = "AWS::IAM::Role"
FAULTS_PARAMETER = Parameter(
    name="LambdaFaultsArn",
    what="Where the functions look for faults, as AWS_FIS_CONFIGURATION_LOCATION says: "
    "arn:aws:s3:::BUCKET/PREFIX/*",
    pattern="^arn:[a-z-]+:s3:::[a-z0-9.-]+/[A-Za-z0-9._/-]+/[*]$",
)
NAMES_ROLES = "it makes IAM roles: CloudFormation asks for --capabilities CAPABILITY_IAM"
_LONGEST_POLICY = 9_000  # characters, of the 10,240 that a role's inline policies may have together
_LOGS = (
    "logs:CreateLogDelivery",
    "logs:DescribeLogGroups",
    "logs:DescribeResourcePolicies",
    "logs:PutResourcePolicy",
)
_KNOWS_TARGETS, _TARGETS = "ForAllValues:ArnLike", "ec2:FisTargetArns"
_KIND = re.compile(r"[^/:]+[/:]")
Statement = dict[str, Any]


def add_experiment_role(stack: Stack, experiments: Iterable[Experiment]) -> Ref | None:
    """Add the role that AWS FIS assumes for these experiments.

    It may change what they strike and nothing else, whatever somebody makes of a template later.
    """
    trusted = {
        "StringEquals": {"aws:SourceAccount": stack.snapshot.account},
        "ArnLike": {"aws:SourceArn": stack.arn("fis", "experiment/*")},
    }
    statements = _within_limits(stack, _merged(_allowed(stack, experiments)))
    return _add(
        stack,
        "ExperimentRole",
        _trust("fis.amazonaws.com", trusted),
        "AWS FIS assumes it: it may do what the experiments do to what they strike, and write logs",
        Policies=[
            {
                "PolicyName": "experiments",
                "PolicyDocument": {"Version": "2012-10-17", "Statement": statements},
            }
        ],
    )


def add_backup_role(stack: Stack, *, buckets: bool) -> Ref | None:
    """Add the role that AWS Backup assumes to make copies; S3 has a policy of its own."""
    policies = ["service-role/AWSBackupServiceRolePolicyForBackup"]
    policies += ["AWSBackupServiceRolePolicyForS3Backup"] * buckets
    return _add(
        stack,
        "BackupRole",
        _trust("backup.amazonaws.com", {}),
        "AWS Backup assumes it to make copies; to restore them takes another",
        ManagedPolicyArns=[f"arn:{stack.snapshot.partition}:iam::aws:policy/{p}" for p in policies],
    )


# -- parts ----------------------------------------------------------------------------------------


def _add(stack: Stack, name: str, trust: Statement, what: str, **properties: Any) -> Ref | None:
    """Without a name of its own: the same template may be deployed in several Regions."""
    stack.note(NAMES_ROLES)
    if tags := {key: each for key, each in stack.labels.items() if _is_iam_tag(key + each)}:
        properties["Tags"] = tag_list(tags)
    properties = {"AssumeRolePolicyDocument": trust, **properties}
    role = stack.add((name,), Piece(type=ROLE, properties=properties, what=what))
    return Ref(role.name, "Arn") if role else None


def _is_iam_tag(text: str) -> bool:
    """IAM takes fewer characters in tags than other services do."""
    return all(each in "_.:/=+-@" or category(each)[0] in "LNZ" for each in text)


def _trust(service: str, condition: Mapping[str, Any]) -> Statement:
    statement: Statement = {
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": "sts:AssumeRole",
    }
    if condition:
        statement["Condition"] = dict(condition)
    return {"Version": "2012-10-17", "Statement": [statement]}


def _allowed(stack: Stack, experiments: Iterable[Experiment]) -> Iterator[Statement]:
    yield _statement(_LOGS, ["*"])
    for experiment in experiments:
        for action in experiment.actions.values():
            known = actions()[action["ActionId"]]
            yield _statement(known["reads"], ["*"])
            (target,) = action["Targets"].values()
            yield _on_targets(stack, action["ActionId"], experiment.targets[target])
            for also in known.get("also", ()):
                when = _filled(also.get("when", {}), region=stack.region)
                where = [stack.arn(*each.split(":", 1)) for each in also["on"]]
                yield _statement(also["actions"], where, when)
            if known["key"] == "Functions":
                faults = stack.ask(FAULTS_PARAMETER)
                yield _statement(("s3:PutObject", "s3:DeleteObject"), [faults])


def _on_targets(stack: Stack, action: str, target: Mapping[str, Any]) -> Statement:
    """What the action does, allowed on what the target names and on nothing else."""
    known = actions()[action]
    arns = [_literal(each) for each in target.get("ResourceArns", ())]
    if known["key"] == "AutoScalingGroups":
        when: Mapping[str, Any] = {
            "StringEquals": {"ec2:FisActionId": action},
            _KNOWS_TARGETS: {_TARGETS: arns},
            "Null": {_TARGETS: "false"},  # ForAllValues holds for none at all
        }
        return _statement(known["acts"], ["*"], when)
    if tags := target.get("ResourceTags"):
        bears = {f"aws:ResourceTag/{k}": v.replace("${", "${$}{") for k, v in tags.items()}
        arn = stack.arn(*known["arn"].split(":", 1))
        return _statement(known["acts"], [arn], {"StringEquals": bears})
    if cluster := target.get("Parameters", {}).get("cluster"):
        arns = [stack.arn("ecs", f"cluster/{_literal(cluster)}")]
    where = [
        pattern.format(arn=arn, cluster=arn.rpartition("/")[2], place=stack.arn("ecs", ""))
        for arn in arns
        for pattern in known.get("on", ("{arn}",))
    ]
    return _statement(known["acts"], where)


def _literal(text: str) -> str:
    """A text in which IAM sees neither variables nor wildcards."""
    return "".join(f"${{{each}}}" if each in "$*?" else each for each in text)


def _filled(value: Any, **names: str) -> Any:
    if isinstance(value, Mapping):
        return {key: _filled(each, **names) for key, each in value.items()}
    return value.format(**names)


def _statement(
    what: Iterable[str], where: Iterable[Any], when: Mapping[str, Any] | None = None
) -> Statement:
    statement = {"Effect": "Allow", "Action": sorted(what), "Resource": list(where)}
    return {**statement, "Condition": dict(when)} if when else statement


def _merged(statements: Iterable[Statement]) -> list[Statement]:
    """The same with fewer statements: what is allowed on everything, and resources, together."""
    reads: dict[str, None] = {}
    others: dict[str, Statement] = {}
    for each in statements:
        if each["Resource"] == ["*"] and "Condition" not in each:
            reads.update(dict.fromkeys(each["Action"]))
            continue
        alike = json.dumps(_naming(each, []), sort_keys=True)
        known = _named(others[alike]) if alike in others else ()
        others[alike] = _naming(each, dict.fromkeys([*known, *_named(each)]))
    return [_statement(reads, ["*"]), *others.values()]


def _within_limits(stack: Stack, statements: Iterable[Statement]) -> list[Statement]:
    """IAM takes so many characters: the longest lists give way to all resources of their kind."""
    found = list(statements)
    for place in sorted(range(len(found)), key=lambda place: -len(_named(found[place]))):
        if sum(len(json.dumps(each, default=str)) for each in found) <= _LONGEST_POLICY:
            break
        if len(named := _named(found[place])) > 1:
            found[place] = _naming(found[place], dict.fromkeys(map(_of_kind, named)))
            stack.note(
                "the experiments strike more than a policy can name: their role may do "
                f"{' and '.join(found[place]['Action'])} to all resources of the kind in "
                f"{stack.region}"
            )
    return found


def _named(statement: Statement) -> Sequence[Any]:
    """The ARNs that a statement is about."""
    condition = statement.get("Condition", {})
    found: Sequence[Any] = condition.get(_KNOWS_TARGETS, {}).get(_TARGETS, statement["Resource"])
    return found


def _naming(statement: Statement, arns: Iterable[Any]) -> Statement:
    """The same about others."""
    condition = statement.get("Condition", {})
    if _KNOWS_TARGETS in condition:
        return {**statement, "Condition": {**condition, _KNOWS_TARGETS: {_TARGETS: list(arns)}}}
    return {**statement, "Resource": list(arns)}


def _of_kind(arn: str) -> str:
    """`arn:aws:rds:eu-west-1:123456789012:db:a` -> `arn:aws:rds:eu-west-1:123456789012:db:*`."""
    *place, name = arn.split(":", 5)
    kind = _KIND.match(name)
    return ":".join([*place, f"{kind[0] if kind else ''}*"])
