"""The alarms that are missing: what their checks' remedies set up on paper."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from state.as_code import Parameter
from state.errors import InvalidPremises
from state.judgements import Verdict
from state.snapshot import Resource, Snapshot
from tools.as_code.stack import GLOBAL_AT, Piece, Ref, Stack, says, tag_list
from tools.checks.alarms import ALARM, READ, TOPIC
from tools.checks.fixing import mend
from tools.checks.paper import Paper
from tools.diagram.words import type_words
from tools.grading.ledger import Ledger

CHECKS = ("cloudwatch.component_unalarmed", "cloudwatch.latency_unwatched")
TOPIC_PARAMETER = Parameter(
    name="OnCallTopicArn",
    what="The SNS topic in this Region that tells somebody: one with a confirmed subscription",
    pattern="^arn:[a-z-]+:sns:[a-z0-9-]+:[0-9]{12}:.+$",
)
_LONGEST_NAME = 255
_KEPT = (  # of what describes an alarm: what sets one up
    "Namespace",
    "MetricName",
    "Dimensions",
    "Statistic",
    "ExtendedStatistic",
    "Period",
    "EvaluationPeriods",
    "DatapointsToAlarm",
    "Threshold",
    "ComparisonOperator",
    "TreatMissingData",
    "ActionsEnabled",
)


@dataclass(frozen=True)
class Missing:
    """An alarm that is missing: the component, and the alarm as CloudWatch would describe it."""

    component: Resource
    facts: Mapping[str, Any]
    topic: str | None  # that is there, and that somebody listens to


def missing_alarms(snapshot: Snapshot, ledger: Ledger) -> Iterator[Missing | InvalidPremises]:
    """One for each component that fails unseen; an error for one that none could be made for."""
    failing = {
        (each.check, each.resource)
        for each in ledger.judgements
        if each.check in CHECKS and each.verdict is Verdict.FAIL
    }
    for check, resource in sorted(failing):
        paper = Paper(snapshot)  # of its own: two components may have the same name
        try:
            mend(paper, check, resource)
        except InvalidPremises as error:
            yield error
            continue
        new = [r for each, r in paper.resources.items() if each not in snapshot.resources]
        heard = not any(each.type == TOPIC for each in new)
        for alarm in new:
            if alarm.type == ALARM:
                facts = alarm.facts[READ]
                topic = facts["AlarmActions"][0] if heard else None
                yield Missing(snapshot.resources[resource], facts, topic)


def region_of(resource: Resource) -> str:
    """Where a resource is watched."""
    return GLOBAL_AT if resource.region == "global" else resource.region


def add_alarms(stack: Stack, ledger: Ledger) -> None:
    """Add the alarms that are missing in the Region."""
    for each in missing_alarms(stack.snapshot, ledger):
        if isinstance(each, InvalidPremises):
            stack.leave_out("workload", str(each))
        elif region_of(each.component) == stack.region:
            add_alarm(stack, each)


def add_alarm(stack: Stack, missing: Missing) -> Ref | None:
    """Add one alarm, unless it is in the stack already."""
    component, facts = missing.component, missing.facts
    if not all(each["Value"] for each in facts["Dimensions"]):
        stack.leave_out(component.id, "its dimensions cannot be told from what was read")
        return None
    properties: dict[str, Any] = {key: facts[key] for key in _KEPT if key in facts}
    for logical, piece in stack.pieces.items():
        if piece.type == ALARM and all(piece.properties.get(k) == v for k, v in properties.items()):
            about = dict.fromkeys((*piece.about, component.id))
            stack.pieces[logical] = replace(piece, about=tuple(about))
            return Ref(logical)
    topic: Any = missing.topic or stack.ask(TOPIC_PARAMETER)
    what = f"{facts['MetricName']} of the {type_words(component.type)} {component.name}"
    return stack.add(
        ("Alarm", component.name, facts["MetricName"]),
        Piece(
            type=ALARM,
            properties={
                "AlarmName": _free_name(stack, facts["AlarmName"]),
                "AlarmDescription": says(what, 1000),
                **properties,
                "AlarmActions": [topic],
                **({"Tags": tag_list(stack.labels)} if stack.labels else {}),
            },
            what=f"tells somebody of {what}",
            about=(component.id,),
        ),
    )


def _free_name(stack: Stack, wanted: str) -> str:
    """A name that no alarm has, here or in the stack."""
    taken = {
        str(each.facts.get(READ, {}).get("AlarmName", each.name))
        for each in stack.snapshot.resources.values()
        if each.type == ALARM
    } | {str(p.properties["AlarmName"]) for p in stack.pieces.values() if p.type == ALARM}
    base = says(wanted, _LONGEST_NAME - 5)
    free = (f"{base}-{number}" for number in range(2, len(taken) + 3))
    return base if base not in taken else next(each for each in free if each not in taken)
