"""EventBridge rules and targets. A schedule's missed tick is no lost event: the next one comes."""

from state.categories.misconfiguration_and_bugs import (
    BAD_CHANGE,
    BAD_CHANGES_KEPT_OUT,
    GUARDRAILS,
)
from state.judgements import Layer, Phase
from tools.checks import NOT_APPLICABLE, Effect, Example, Outcome, check, passed_if
from tools.checks.view import View

RULE = "AWS::Events::Rule"
READ = "events:DescribeRule"
TARGETS = "events:ListTargetsByRule"

_DEAD = {"Arn": "arn:aws:sqs:eu-west-1:123456789012:dead"}
_KEPT: dict[str, object] = {"Id": "1", "DeadLetterConfig": _DEAD}


def _rule(*targets: dict[str, object], **fields: object) -> Example:
    rule = {"State": "ENABLED", "EventPattern": '{"source": ["shop"]}', **fields}
    return Example(facts={READ: rule, TARGETS: list(targets)})


@check(
    id="eventbridge.target_no_dlq",
    resource_type=RULE,
    title=(
        "A rule throws away events that its target does not take: they are lost after a day at most"
    ),
    question=GUARDRAILS,
    layer=Layer.DISASTER_RECOVERY,
    on_fail=(Effect(BAD_CHANGE, Phase.LOSE, "dropped_until_noticed"),),
    effect_source="EventBridge retries for 24 hours, not at all if the target is gone or refuses",
    recommendation=(
        "Give each target a dead-letter queue (`DeadLetterConfig`): what cannot be delivered can "
        "be sent again; costs next to nothing."
    ),
    documentation=(
        "Using dead-letter queues to process undelivered events in EventBridge",
        "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html",
    ),
    passes=[_rule(_KEPT)],
    fails=[_rule({"Id": "1"}), _rule(_KEPT, {"Id": "2"})],
    silent=[
        _rule(),
        _rule({"Id": "1"}, EventPattern=None, ScheduleExpression="rate(5 minutes)"),
        _rule({"Id": "1"}, ManagedBy="states.amazonaws.com"),
    ],
)
def target_no_dlq(rule: View) -> Outcome:
    """Whoever published the event has long been told that all is well."""
    if not rule.read(READ, "EventPattern") or rule.read(READ, "ManagedBy"):
        return NOT_APPLICABLE
    targets = rule.read(TARGETS, "[].Id") or []
    if not targets:
        return NOT_APPLICABLE
    kept = rule.read(TARGETS, "[].DeadLetterConfig.Arn") or []
    return passed_if(len(kept) == len(targets))


def _sending(state: str, *, to_member: bool = True) -> Example:
    target = Example(type="AWS::Lambda::Function", label="sends to", member=to_member)
    return Example(facts={READ: {"State": state}}, linked=[target])


@check(
    id="eventbridge.rule_disabled",
    resource_type=RULE,
    title="A rule that feeds the workload is switched off: what it should start does not happen",
    question=BAD_CHANGES_KEPT_OUT,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=(Effect(BAD_CHANGE, Phase.ACT, "change_configuration", by_person=True),),
    effect_source="the rule's own state; somebody has to enable it, and events meanwhile are gone",
    recommendation="Enable the rule, or delete it if it is not meant to run any more; no cost.",
    documentation=(
        "Disabling or deleting a rule in Amazon EventBridge",
        "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-delete-rule.html",
    ),
    passes=[_sending("ENABLED")],
    fails=[_sending("DISABLED")],
    silent=[_sending("DISABLED", to_member=False), Example(facts={READ: {"State": "DISABLED"}})],
)
def rule_disabled(rule: View) -> Outcome:
    """Rules are disabled during an incident or a migration, and stay so when nobody is reminded."""
    state = rule.read(READ, "State")
    if not any(target.member for target in rule.linked(label="sends to")):
        return NOT_APPLICABLE
    return passed_if(state != "DISABLED")
