"""EventBridge rules and targets. A schedule's missed tick is no lost event: the next one comes."""

from typing import Any

from state.categories.excessive_latency import SLOW_DEPENDENCY
from state.categories.misconfiguration_and_bugs import (
    BAD_CHANGE,
    BAD_CHANGES_KEPT_OUT,
    GUARDRAILS,
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
    puts,
)
from tools.checks.dead_letters import keep_failures, lost_while_standing_still
from tools.checks.paper import Draft
from tools.checks.view import View

RULE = "AWS::Events::Rule"
READ = "events:DescribeRule"
TARGETS = "events:ListTargetsByRule"

_TRIES, _DAY = 185, 86_400  # how often, and over how many seconds, EventBridge tries by default

_DEAD = {"Arn": "arn:aws:sqs:eu-west-1:123456789012:dead"}
_KEPT: dict[str, object] = {"Id": "1", "DeadLetterConfig": _DEAD}


def _rule(*targets: dict[str, object], **fields: object) -> Example:
    rule = {"State": "ENABLED", "EventPattern": '{"source": ["shop"]}', **fields}
    return Example(facts={READ: rule, TARGETS: list(targets)})


def _seconds_of_tries(policy: dict[str, Any] | None) -> float:
    """How long EventBridge tries a target that does not answer; the first tries come sooner."""
    known = policy or {}
    tries = known.get("MaximumRetryAttempts", _TRIES)
    return float(min(known.get("MaximumEventAgeInSeconds", _DAY), _DAY * tries / _TRIES))


def _keep_what_fails(rule: Draft) -> None:
    arn = keep_failures(rule, "sends failures to")

    def name_queue(targets: list[dict[str, Any]]) -> None:
        for target in targets:
            target.setdefault("DeadLetterConfig", {"Arn": arn})

    rule.edit(TARGETS, name_queue)


@check(
    id="eventbridge.target_no_dlq",
    resource_type=RULE,
    title=(
        "A rule throws away events that its target does not take: they are lost after a day at most"
    ),
    question=GUARDRAILS,
    layer=Layer.DISASTER_RECOVERY,
    on_fail=(
        Effect(BAD_CHANGE, Phase.LOSE, "dropped_until_noticed"),
        Effect(SLOW_DEPENDENCY, Phase.LOSE, "kept_too_short"),
    ),
    on_pass=(Effect(SLOW_DEPENDENCY, Phase.LOSE, "kept_too_short"),),
    effect_source=(
        "the target's retry policy (24 hours by default) where it does not answer; EventBridge "
        "does not try again if the target is gone or refuses"
    ),
    recommendation=(
        "Give each target a dead-letter queue (`DeadLetterConfig`): what cannot be delivered can "
        "be sent again; costs next to nothing."
    ),
    documentation=(
        "Using dead-letter queues to process undelivered events in EventBridge",
        "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html",
    ),
    remedy=Remedy(change=_keep_what_fails, effort=Effort.MINUTES, cost=Cost.LITTLE),
    passes=[_rule(_KEPT)],
    fails=[
        _rule({"Id": "1"}),
        _rule(_KEPT, {"Id": "2"}),
        _rule({"Id": "1", "RetryPolicy": {"MaximumEventAgeInSeconds": 600}}),
    ],
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
    policies = rule.read(TARGETS, "[?DeadLetterConfig.Arn==`null`].[RetryPolicy]") or []
    if not policies:
        return passed(kept_too_short=0.0)
    shortest = min(_seconds_of_tries(policy) for (policy,) in policies)
    lost = lost_while_standing_still(shortest, rule, *rule.linked(label="sends to"))
    return failed(kept_too_short=lost)


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
    remedy=Remedy(change=puts(READ, State="ENABLED"), effort=Effort.MINUTES, cost=Cost.FREE),
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
