"""Experiment templates of AWS Fault Injection Service, each with what stops it."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from state.as_code import Parameter
from state.errors import InvalidPremises
from state.report import Report
from tools.as_code.alarms import add_alarm, missing_alarms, region_of
from tools.as_code.faults import Experiment
from tools.as_code.roles import add_experiment_role
from tools.as_code.scenarios import experiments_for
from tools.as_code.scene import Scene
from tools.as_code.stack import Piece, Ref, Stack, says
from tools.diagram.words import type_words
from tools.grading.composition import composition_of
from tools.grading.reckoning import Reckoning
from tools.runbook.detecting import watches_of

TEMPLATE, LOG_GROUP = "AWS::FIS::ExperimentTemplate", "AWS::Logs::LogGroup"
STOP_PARAMETER = Parameter(
    name="StopAlarmArn",
    what="The alarm in this Region that stops an experiment: one that fires when users are hurt",
    pattern="^arn:[a-z-]+:cloudwatch:[a-z0-9-]+:[0-9]{12}:alarm:.+$",
)
_DOORS = (  # where requests come in: an alarm here fires when users are hurt
    "AWS::ApiGateway::RestApi",
    "AWS::ApiGateway::Stage",
    "AWS::ApiGatewayV2::Api",
    "AWS::ElasticLoadBalancingV2::LoadBalancer",
)
_STOPS = 3  # of the five that FIS takes


def add_experiments(stack: Stack, report: Report, reckoning: Reckoning) -> None:
    """Add the experiments that the Region's resources need, and their log group."""
    found = list(experiments_for(Scene(stack, reckoning, report.objectives)))
    logs = _add_log_group(stack) if found else None
    role = add_experiment_role(stack, found) if logs else None
    if logs is None or role is None:
        return
    stops = _Stops(stack, reckoning)
    for each in found:
        _add(stack, each, role, logs, stops)
    stack.note("experiments do harm on purpose: run them where no user is, before production")
    if any(each.many for each in found):
        stack.note(
            "AWS FIS strikes five resources with most actions until the account asks for more: "
            "see its quotas in Service Quotas"
        )


def _add_log_group(stack: Stack) -> Ref | None:
    """Under the prefix of vended logs: no policy of the account's grows with each log group."""
    return stack.add(
        ("ExperimentLogs",),
        Piece(
            type=LOG_GROUP,
            properties={
                "LogGroupName": f"/aws/vendedlogs/fis/{stack.workload}",
                "RetentionInDays": 90,
            },
            what="keeps what the experiments did",
        ),
    )


class _Stops:
    """What stops an experiment: alarms where requests come in first, then at entry points."""

    def __init__(self, stack: Stack, reckoning: Reckoning) -> None:
        snapshot = stack.snapshot
        known = snapshot.resources
        self._stack = stack
        self._entries = composition_of(known.values(), snapshot.relations).entries
        self._doors = {each.id for each in known.values() if each.type in _DOORS}
        self._there = [
            (each.alarm, frozenset(each.watches))
            for each in watches_of(snapshot)
            if each.seconds is not None and each.alarm in known and each.watches
            if known[each.alarm].region == stack.region
        ]
        self._missing = [
            each
            for each in missing_alarms(snapshot, reckoning.ledger)
            if not isinstance(each, InvalidPremises) and region_of(each.component) == stack.region
        ]

    def of(self, experiment: Experiment) -> list[Any]:
        """Alarms, or the parameter for one if there is none.

        An alarm on what is struck, and is no entry point, would stop it before anything is seen.
        """
        struck = experiment.struck.keys() - self._entries
        there = sorted(
            (not watched & self._doors, not watched & self._entries, alarm)
            for alarm, watched in self._there
            if not watched <= struck
        )
        if there:
            self._warn(at_entry=not all(there[0][:2]))
            return [alarm for *_, alarm in there[:_STOPS]]
        new = sorted(
            (each for each in self._missing if each.component.id not in struck),
            key=lambda m: (
                m.component.id not in self._doors,
                m.component.id not in self._entries,
                m.component.id,
            ),
        )
        if new:
            at = new[0].component.id
            self._warn(at_entry=at in self._doors or at in self._entries)
        added = [add_alarm(self._stack, each) for each in new[:_STOPS]]
        refs = [Ref(each.name, "Arn") for each in added if each]
        return refs or [self._stack.ask(STOP_PARAMETER)]

    def _warn(self, *, at_entry: bool) -> None:
        if not at_entry:
            self._stack.note(
                "no alarm is where requests come in: some experiments stop by alarms further in, "
                "which may fire late or not at all"
            )


def _add(stack: Stack, experiment: Experiment, role: Ref, logs: Ref, stops: _Stops) -> None:
    logged: Mapping[str, Any] = {"LogGroupArn": Ref(logs.name, "Arn")}
    stack.add(
        ("Experiment", experiment.title),
        Piece(
            type=TEMPLATE,
            properties={
                "Description": _description(stack, experiment),
                "RoleArn": role,
                "Targets": experiment.targets,
                "Actions": experiment.actions,
                "StopConditions": [
                    {"Source": "aws:cloudwatch:alarm", "Value": each}
                    for each in dict.fromkeys(stops.of(experiment))
                ],
                "ExperimentOptions": {
                    "AccountTargeting": "single-account",
                    "EmptyTargetResolutionMode": "skip" if experiment.may_miss else "fail",
                },
                "LogConfiguration": {"LogSchemaVersion": 2, "CloudWatchLogsConfiguration": logged},
                "Tags": {"Name": says(experiment.title, 200), **stack.labels},
            },
            what=f"{experiment.says} ({experiment.scenario})",
            about=tuple(experiment.struck),
        ),
    )


def _description(stack: Stack, experiment: Experiment) -> str:
    """What it does, and how far it reaches; FIS takes 512 characters."""
    known = stack.snapshot.resources
    kinds = Counter(type_words(known[each].type) for each in experiment.struck)
    reach = ", ".join(f"{kind} ({number})" for kind, number in sorted(kinds.items()))
    reach = f"Strikes: {' and '.join((reach, *experiment.beside))}"
    return f"{says(f'{experiment.title}: {experiment.says}', 505 - len(reach))}. {reach}"
