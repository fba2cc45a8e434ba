"""A stack for Terraform, in its JSON syntax (.tf.json).

The JSON syntax, because the JSON library quotes whatever a name holds, and HCL has no writer that
is kept as well as that. What is left to do by hand is one rule: `${` and `%{` in data are doubled.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from state.as_code import Parameter
from tools.as_code.roles import ROLE
from tools.as_code.stack import Piece, Ref, Stack

_LOG_GROUP = "AWS::Logs::LogGroup"
Body = Mapping[str, Any]


def configuration(stack: Stack, description: str) -> str:
    """The configuration as text: a root module with the Region's provider."""
    resources: dict[str, dict[str, Any]] = {}
    for name, piece in stack.pieces.items():
        kind, write = _TYPES[piece.type]
        body = {key: each for key, each in write(piece).items() if each not in (None, [], {})}
        resources.setdefault(kind, {})[label(name)] = _written(body, stack)
        for kind, number, policy in _policies(piece):
            body = {"role": Ref(name), **policy}
            resources.setdefault(kind, {})[f"{label(name)}_{number}"] = _written(body, stack)
    document: dict[str, Any] = {
        "//": description,
        "terraform": {
            "required_version": ">= 1.5",
            "required_providers": {"aws": {"source": "hashicorp/aws", "version": ">= 5.60"}},
        },
        "provider": {"aws": {"region": stack.region}},
        "variable": {
            label(each.name): {
                "type": "string",
                "description": each.what,
                "validation": _validation(each),
            }
            for each in stack.parameters.values()
        },
        "resource": resources,
    }
    if not document["variable"]:
        del document["variable"]
    return json.dumps(document, indent=2) + "\n"


def _validation(parameter: Parameter) -> Body:
    value = f"var.{label(parameter.name)}"
    return {
        "condition": f"${{can(regex({json.dumps(parameter.pattern)}, {value}))}}",
        "error_message": f"It must match {parameter.pattern}.",
    }


def label(name: str) -> str:
    """A logical id in Terraform's manner: `OnCallTopic` -> `on_call_topic`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


# -- values ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Json:
    """A value that is written as JSON into a string."""

    value: Any


def _written(value: Any, stack: Stack) -> Any:
    if isinstance(value, _Json):
        return json.dumps(_written(value.value, stack))
    if isinstance(value, Ref):
        return _reference(value, stack)
    if isinstance(value, str):
        return value.replace("${", "$${").replace("%{", "%%{")
    if isinstance(value, Mapping):
        return {_written(key, stack): _written(each, stack) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_written(each, stack) for each in value]
    return value


def _reference(ref: Ref, stack: Stack) -> str:
    if ref.name in stack.parameters:
        return f"${{var.{label(ref.name)}}}"
    kind = stack.pieces[ref.name].type
    address = f"{_TYPES[kind][0]}.{label(ref.name)}"
    if kind == _LOG_GROUP:  # CloudFormation's ARN of a log group ends so, Terraform's does not
        return f"${{{address}.arn}}:*"
    return f"${{{address}.{'arn' if ref.attribute else 'id'}}}"


# -- types ----------------------------------------------------------------------------------------


def _tags(piece: Piece, key: str = "Tags") -> dict[str, str]:
    tags = piece.properties.get(key) or {}
    return dict(tags) if isinstance(tags, Mapping) else {t["Key"]: t["Value"] for t in tags}


def _alarm(piece: Piece) -> Body:
    has = piece.properties
    return {
        "alarm_name": has["AlarmName"],
        "alarm_description": has["AlarmDescription"],
        "namespace": has["Namespace"],
        "metric_name": has["MetricName"],
        "dimensions": {each["Name"]: each["Value"] for each in has["Dimensions"]},
        "statistic": has.get("Statistic"),
        "extended_statistic": has.get("ExtendedStatistic"),
        "period": has["Period"],
        "evaluation_periods": has["EvaluationPeriods"],
        "datapoints_to_alarm": has["DatapointsToAlarm"],
        "threshold": has["Threshold"],
        "comparison_operator": has["ComparisonOperator"],
        "treat_missing_data": has["TreatMissingData"],
        "actions_enabled": has["ActionsEnabled"],
        "alarm_actions": has["AlarmActions"],
        "tags": _tags(piece),
    }


def _role(piece: Piece) -> Body:
    """Its policies are resources of their own: the provider deprecates them as arguments."""
    return {
        "assume_role_policy": _Json(piece.properties["AssumeRolePolicyDocument"]),
        "tags": _tags(piece),
    }


def _policies(piece: Piece) -> Iterator[tuple[str, int, Body]]:
    has = piece.properties
    for number, each in enumerate(has.get("Policies", ()), 1):
        body = {"name": each["PolicyName"], "policy": _Json(each["PolicyDocument"])}
        yield "aws_iam_role_policy", number, body
    for number, each in enumerate(has.get("ManagedPolicyArns", ()), 1):
        yield "aws_iam_role_policy_attachment", number, {"policy_arn": each}


def _dashboard(piece: Piece) -> Body:
    has = piece.properties
    return {"dashboard_name": has["DashboardName"], "dashboard_body": has["DashboardBody"]}


def _log_group(piece: Piece) -> Body:
    has = piece.properties
    return {
        "name": has["LogGroupName"],
        "retention_in_days": has["RetentionInDays"],
        "tags": _tags(piece),
    }


def _experiment(piece: Piece) -> Body:
    has = piece.properties
    options, logs = has["ExperimentOptions"], has["LogConfiguration"]
    return {
        "description": has["Description"],
        "role_arn": has["RoleArn"],
        "action": [_action(name, each) for name, each in has["Actions"].items()],
        "target": [_target(name, each) for name, each in has["Targets"].items()],
        "stop_condition": [
            {"source": each["Source"], "value": each["Value"]} for each in has["StopConditions"]
        ],
        "experiment_options": {
            "account_targeting": options["AccountTargeting"],
            "empty_target_resolution_mode": options["EmptyTargetResolutionMode"],
        },
        "log_configuration": {
            "log_schema_version": logs["LogSchemaVersion"],
            "cloudwatch_logs_configuration": {
                "log_group_arn": logs["CloudWatchLogsConfiguration"]["LogGroupArn"]
            },
        },
        "tags": _tags(piece),
    }


def _pairs(table: Mapping[str, Any]) -> list[Body]:
    return [{"key": key, "value": value} for key, value in table.items()]


def _present(body: Body) -> Body:
    return {key: value for key, value in body.items() if value}


def _action(name: str, action: Mapping[str, Any]) -> Body:
    return _present(
        {
            "name": name,
            "action_id": action["ActionId"],
            "parameter": _pairs(action.get("Parameters", {})),
            "target": _pairs(action["Targets"]),
        }
    )


def _target(name: str, target: Mapping[str, Any]) -> Body:
    return _present(
        {
            "name": name,
            "resource_type": target["ResourceType"],
            "selection_mode": target["SelectionMode"],
            "resource_arns": target.get("ResourceArns"),
            "resource_tag": _pairs(target.get("ResourceTags", {})),
            "filter": [
                {"path": each["Path"], "values": each["Values"]}
                for each in target.get("Filters", ())
            ],
            "parameters": target.get("Parameters"),
        }
    )


def _vault(piece: Piece) -> Body:
    return {
        "name": piece.properties["BackupVaultName"],
        "tags": _tags(piece, "BackupVaultTags"),
        "lifecycle": {"prevent_destroy": True} if piece.keep else None,
    }


def _plan(piece: Piece) -> Body:
    plan = piece.properties["BackupPlan"]
    return {
        "name": plan["BackupPlanName"],
        "rule": [_rule(each) for each in plan["BackupPlanRule"]],
        "tags": _tags(piece, "BackupPlanTags"),
    }


def _rule(rule: Mapping[str, Any]) -> Body:
    return _present(
        {
            "rule_name": rule["RuleName"],
            "target_vault_name": rule["TargetBackupVault"],
            "schedule": rule["ScheduleExpression"],
            "start_window": rule["StartWindowMinutes"],
            "completion_window": rule["CompletionWindowMinutes"],
            "enable_continuous_backup": rule.get("EnableContinuousBackup"),
            "lifecycle": {"delete_after": rule["Lifecycle"]["DeleteAfterDays"]},
            "copy_action": [
                {
                    "destination_vault_arn": each["DestinationBackupVaultArn"],
                    "lifecycle": {"delete_after": each["Lifecycle"]["DeleteAfterDays"]},
                }
                for each in rule.get("CopyActions", ())
            ],
        }
    )


def _selection(piece: Piece) -> Body:
    selection = piece.properties["BackupSelection"]
    conditions = selection.get("Conditions", {}).get("StringEquals", ())
    return {
        "name": selection["SelectionName"],
        "iam_role_arn": selection["IamRoleArn"],
        "plan_id": piece.properties["BackupPlanId"],
        "resources": selection["Resources"],
        "condition": [
            {
                "string_equals": [
                    {"key": each["ConditionKey"], "value": each["ConditionValue"]}
                    for each in conditions
                ]
            }
        ]
        * bool(conditions),
    }


_TYPES: Mapping[str, tuple[str, Callable[[Piece], Body]]] = {
    "AWS::CloudWatch::Alarm": ("aws_cloudwatch_metric_alarm", _alarm),
    "AWS::CloudWatch::Dashboard": ("aws_cloudwatch_dashboard", _dashboard),
    ROLE: ("aws_iam_role", _role),
    _LOG_GROUP: ("aws_cloudwatch_log_group", _log_group),
    "AWS::FIS::ExperimentTemplate": ("aws_fis_experiment_template", _experiment),
    "AWS::Backup::BackupVault": ("aws_backup_vault", _vault),
    "AWS::Backup::BackupPlan": ("aws_backup_plan", _plan),
    "AWS::Backup::BackupSelection": ("aws_backup_selection", _selection),
}
