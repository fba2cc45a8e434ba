"""Step Functions definitions, state by state: timeouts, retries, limits, ways out."""

from collections.abc import Iterable, Mapping
from typing import Any

from state.categories.excessive_latency import RETRIES, SLOW_DEPENDENCY, SLOWNESS
from state.categories.excessive_load import OVERLOAD, OVERWHELMS
from state.categories.misconfiguration_and_bugs import BAD_CHANGE, BAD_CHANGES_KEPT_OUT
from state.categories.shared_fate import GREY_FAILURE, SHARED_COMPONENT_FAILED
from state.judgements import Layer, Phase
from tools.aws.states_language import State, states
from tools.checks import NOT_APPLICABLE, Effect, Example, Outcome, check, passed_if
from tools.checks.rules.stepfunctions import MACHINE, READ
from tools.checks.view import View

Body = Mapping[str, object]

CALLBACK = ".waitForTaskToken"
JOBS = (".sync", ".sync:2")
TIMEOUTS = ("TimeoutSeconds", "TimeoutSecondsPath")
HEARTBEATS = ("HeartbeatSeconds", "HeartbeatSecondsPath")
DEFAULT_ATTEMPTS = 3


def _machine(kind: str = "STANDARD", timeout: int | None = None, **bodies: Body) -> Example:
    definition: dict[str, object] = {"States": bodies}
    if timeout:
        definition["TimeoutSeconds"] = timeout
    return Example(facts={READ: {"type": kind, "definition": definition}})


def _task(resource: str = "arn:aws:states:::lambda:invoke", **fields: object) -> Body:
    return {"Type": "Task", "Resource": resource, **fields}


def _distributed(*, task: Body | None = None, **fields: object) -> Body:
    processor = {
        "ProcessorConfig": {"Mode": "DISTRIBUTED"},
        "States": {"Item": task or _task()},
    }
    return {"Type": "Map", "ItemProcessor": processor, **fields}


def _states(machine: View) -> list[State]:
    """All states; the names of the outermost are the evidence."""
    machine.read(READ, "keys(definition.States || `{}`)")
    return list(states(machine.fact(READ).get("definition")))


def _all_good(judged: Iterable[State], bad: Iterable[State]) -> Outcome:
    """Passed unless a state is bad; not applicable if there is none to judge."""
    names = ", ".join(sorted(state.name for state in bad))
    if not list(judged):
        return NOT_APPLICABLE
    return passed_if(not names, note=f"states: {names}" if names else "")


def _may_hang(machine: View) -> bool:
    """Whether executions may last a year; an Express one ends after five minutes."""
    is_express = machine.read(READ, "type") == "EXPRESS"
    return not is_express and not machine.read(READ, "definition.TimeoutSeconds")


_JOB = "arn:aws:states:::ecs:runTask.sync"


@check(
    id="stepfunctions.task_no_timeout",
    resource_type=MACHINE,
    title="A step that waits for a job has no timeout: if the job hangs, so does the execution",
    question=SLOWNESS,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=(Effect(SLOW_DEPENDENCY, Phase.ACT, "restart_by_hand", by_person=True),),
    effect_source="the hanging execution has to be noticed, stopped and started again",
    recommendation=(
        "Set `TimeoutSeconds` on the step, at a few times the job's usual length, with a `Retry` "
        "or `Catch` for `States.Timeout`; no cost."
    ),
    documentation=(
        "Best practices for Step Functions",
        "https://docs.aws.amazon.com/step-functions/latest/dg/sfn-best-practices.html",
    ),
    passes=[
        _machine(Run=_task(_JOB, TimeoutSeconds=600)),
        _machine(timeout=3600, Run=_task(_JOB)),
    ],
    fails=[
        _machine(Run=_task(_JOB)),
        _machine(Run=_task("arn:aws:states:eu-west-1:123456789012:activity:approve")),
    ],
    silent=[_machine(Run=_task()), _machine("EXPRESS", Run=_task(_JOB))],
)
def task_no_timeout(machine: View) -> Outcome:
    """Steps that call a function end with it; a job or an activity is waited for without end."""
    found = _states(machine)
    jobs = [s for s in found if s.resource.endswith(JOBS) or ":activity:" in s.resource]
    if machine.read(READ, "type") == "EXPRESS":
        return NOT_APPLICABLE
    endless = [s for s in jobs if not any(s.body.get(f) for f in (*TIMEOUTS, *HEARTBEATS))]
    return _all_good(jobs, endless if _may_hang(machine) else [])


_WAIT = f"arn:aws:states:::sqs:sendMessage{CALLBACK}"


@check(
    id="stepfunctions.callback_no_heartbeat",
    resource_type=MACHINE,
    title="A step waits for a callback without limit: a lost answer leaves the execution hanging",
    question=SLOWNESS,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=(Effect(SLOW_DEPENDENCY, Phase.ACT, "restart_by_hand", by_person=True),),
    effect_source="the hanging execution has to be noticed, stopped and started again",
    recommendation=(
        "Set `HeartbeatSeconds` (or `TimeoutSeconds`) on the step and have the worker send "
        "heartbeats; catch `States.Timeout`; no cost."
    ),
    documentation=(
        "Discover service integration patterns in Step Functions",
        "https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html",
    ),
    passes=[
        _machine(Wait=_task(_WAIT, HeartbeatSeconds=300)),
        _machine(timeout=3600, Wait=_task(_WAIT)),
    ],
    fails=[_machine(Wait=_task(_WAIT))],
    silent=[_machine(Run=_task())],
)
def callback_no_heartbeat(machine: View) -> Outcome:
    """The token is in a message: when the worker dies with it, nobody is left to answer."""
    waiting = [s for s in _states(machine) if s.resource.endswith(CALLBACK)]
    endless = [s for s in waiting if not any(s.body.get(f) for f in (*TIMEOUTS, *HEARTBEATS))]
    return _all_good(waiting, endless if _may_hang(machine) else [])


_RETRY = {"ErrorEquals": ["States.ALL"], "IntervalSeconds": 2, "MaxAttempts": 4}
_POLL = {**_RETRY, "ErrorEquals": ["NotReadyYet"], "BackoffRate": 1}


@check(
    id="stepfunctions.task_no_retry",
    resource_type=MACHINE,
    title="A step is neither retried nor caught: one passing error fails the whole execution",
    question=RETRIES,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=(Effect(SLOW_DEPENDENCY, Phase.ACT, "restart_by_hand", by_person=True),),
    effect_source="failed executions have to be found and redriven",
    recommendation=(
        "Add a `Retry` with a few attempts, back-off and `JitterStrategy: FULL` to each step that "
        "calls something; no cost but the retries."
    ),
    documentation=(
        "Handling errors in Step Functions workflows",
        "https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html",
    ),
    strength="workflows ride out passing errors by retrying their steps",
    passes=[
        _machine(Call=_task(Retry=[_RETRY])),
        _machine(Call=_task(Catch=[{"ErrorEquals": ["States.ALL"], "Next": "Undo"}])),
        _machine(
            Both={"Type": "Parallel", "Retry": [_RETRY], "Branches": [{"States": {"A": _task()}}]}
        ),
    ],
    fails=[
        _machine(Call=_task()),
        _machine(Both={"Type": "Parallel", "Branches": [{"States": {"A": _task()}}]}),
    ],
    silent=[_machine(Pass={"Type": "Pass"})],
)
def task_no_retry(machine: View) -> Outcome:
    """Every call over a network fails now and then; AWS's own are throttled at times."""
    tasks = [s for s in _states(machine) if s.kind == "Task"]
    return _all_good(tasks, [s for s in tasks if not s.protected_by("Retry", "Catch")])


@check(
    id="stepfunctions.retry_not_backed_off",
    resource_type=MACHINE,
    title="A step retries at a steady beat: what is overloaded is kept down by the retries",
    question=OVERWHELMS,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=(Effect(OVERLOAD, Phase.ACT, "change_configuration", by_person=True),),
    effect_source="the retries have to be slowed down by hand before the dependency recovers",
    recommendation=(
        "Set `BackoffRate` to 2 (the default) with `MaxDelaySeconds` and `JitterStrategy: FULL`; "
        "no cost."
    ),
    documentation=(
        "Handling errors in Step Functions workflows",
        "https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html",
    ),
    passes=[
        _machine(Call=_task(Retry=[_RETRY])),
        _machine(Call=_task(Retry=[_RETRY | {"BackoffRate": 2}])),
    ],
    fails=[_machine(Call=_task(Retry=[_RETRY | {"BackoffRate": 1}]))],
    silent=[
        _machine(Call=_task()),
        _machine(Call=_task(Retry=[_RETRY | {"MaxAttempts": 0}])),
        _machine(Call=_task(Retry=[_POLL])),
    ],
)
def retry_not_backed_off(machine: View) -> Outcome:
    """Retries that do not slow down add load exactly when there is least to spare.

    On an error of one's own ("not ready yet") they are a poll, and may come at a steady beat.
    """
    retrying = [s for s in _states(machine) if any(_repeats(r) for r in s.body.get("Retry", ()))]
    steady = [s for s in retrying if any(_is_steady(r) for r in s.body["Retry"])]
    return _all_good(retrying, steady)


def _repeats(retrier: Mapping[str, Any]) -> bool:
    """Whether it tries more than once after an error of AWS (`States.ALL`, `Lambda.SdkError`)."""
    if not any("." in error for error in retrier.get("ErrorEquals", ())):
        return False
    return bool(retrier.get("MaxAttempts", DEFAULT_ATTEMPTS) > 1)


def _is_steady(retrier: Mapping[str, Any]) -> bool:
    return _repeats(retrier) and bool(retrier.get("BackoffRate", 2) <= 1)


@check(
    id="stepfunctions.map_unbounded",
    resource_type=MACHINE,
    title=(
        "A distributed map has no concurrency limit: 10,000 items at once reach what is behind it"
    ),
    question=OVERWHELMS,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=(Effect(OVERLOAD, Phase.ACT, "change_configuration", by_person=True),),
    effect_source="the map run has to be slowed down by hand while what it calls refuses",
    recommendation=(
        "Set `MaxConcurrency` on the map to what its slowest dependency bears; it can be changed "
        "while a run is under way; no cost."
    ),
    documentation=(
        "Map workflow state",
        "https://docs.aws.amazon.com/step-functions/latest/dg/state-map.html",
    ),
    passes=[_machine(Each=_distributed(MaxConcurrency=50))],
    fails=[_machine(Each=_distributed()), _machine(Each=_distributed(MaxConcurrency=0))],
    silent=[_machine(Each={"Type": "Map", "ItemProcessor": {"States": {"Item": _task()}}})],
)
def map_unbounded(machine: View) -> Outcome:
    """An inline map stops at about 40 iterations at a time; a distributed one at 10,000."""
    maps = [s for s in _states(machine) if s.is_distributed_map]
    limits = ("MaxConcurrency", "MaxConcurrencyPath")
    return _all_good(maps, [s for s in maps if not any(s.body.get(f) for f in limits)])


_TOLERANCE = (
    "ToleratedFailurePercentage",
    "ToleratedFailureCount",
    "ToleratedFailurePercentagePath",
    "ToleratedFailureCountPath",
)


@check(
    id="stepfunctions.map_tolerates_no_failure",
    resource_type=MACHINE,
    title="One bad item stops a distributed map: thousands of good ones are left undone",
    question=GREY_FAILURE,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=(Effect(SHARED_COMPONENT_FAILED, Phase.ACT, "restart_by_hand", by_person=True),),
    effect_source="the run has to be found, the item set aside and the run redriven",
    recommendation=(
        "Set `ToleratedFailurePercentage` (or `Count`) on the map, or catch errors inside the "
        "item's steps, and look at the failed items afterwards; no cost."
    ),
    documentation=(
        "Using Map state in Distributed mode for large-scale parallel workloads",
        "https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html",
    ),
    passes=[
        _machine(Each=_distributed(ToleratedFailurePercentage=5)),
        _machine(Each=_distributed(task=_task(Catch=[{"ErrorEquals": ["States.ALL"]}]))),
    ],
    fails=[_machine(Each=_distributed())],
    silent=[_machine(Call=_task())],
)
def map_tolerates_no_failure(machine: View) -> Outcome:
    """By default the first failed item fails the whole run, whatever the other items are."""
    maps = [s for s in _states(machine) if s.is_distributed_map]
    brittle = [s for s in maps if not any(f in s.body for f in _TOLERANCE) and not _catches(s)]
    return _all_good(maps, brittle)


def _catches(item_map: State) -> bool:
    """Whether every task inside the map catches its errors."""
    tasks = [s for s in states(item_map.body.get("ItemProcessor")) if s.kind == "Task"]
    return bool(tasks) and all(task.protected_by("Catch") for task in tasks)


def _choice(*rules: Body, **fields: object) -> Body:
    return {"Type": "Choice", "Choices": list(rules), **fields}


_PAID = {"Variable": "$.paid", "BooleanEquals": True, "Next": "Ship"}
_CONDITION = {"Condition": "{% $states.input.paid %}", "Next": "Ship"}
_UNPAID = {"Variable": "$.paid", "BooleanEquals": False, "Next": "Remind"}


@check(
    id="stepfunctions.choice_no_default",
    resource_type=MACHINE,
    title="A choice has no default branch: an input that nobody thought of fails the execution",
    question=BAD_CHANGES_KEPT_OUT,
    layer=Layer.CONTINUOUS_IMPROVEMENT,
    on_fail=(Effect(BAD_CHANGE, Phase.ACT, "change_configuration", by_person=True),),
    effect_source="the definition has to be corrected and the failed executions redriven",
    recommendation=(
        "Add a `Default` that handles the unexpected: a `Fail` with a clear cause, or a queue for "
        "somebody to look at; no cost."
    ),
    documentation=(
        "Choice workflow state",
        "https://docs.aws.amazon.com/step-functions/latest/dg/state-choice.html",
    ),
    passes=[_machine(Paid=_choice(_PAID, Default="Ask")), _machine(Paid=_choice(_PAID, _UNPAID))],
    fails=[_machine(Paid=_choice(_PAID)), _machine(Paid=_choice(_CONDITION))],
    silent=[_machine(Call=_task()), _machine(Paid=_choice(_CONDITION, _CONDITION))],
)
def choice_no_default(machine: View) -> Outcome:
    """A new kind of order, a missing field: `States.NoChoiceMatched` cannot be retried away.

    Whether several JSONata conditions leave a gap cannot be told without evaluating them.
    """
    choices = [s for s in _states(machine) if s.kind == "Choice" and not _is_undecidable(s)]
    return _all_good(choices, [s for s in choices if not s.body.get("Default") and not _is_full(s)])


def _is_undecidable(choice: State) -> bool:
    conditions = [rule for rule in choice.body.get("Choices", ()) if "Condition" in rule]
    return len(conditions) > 1 and not choice.body.get("Default")


def _is_full(choice: State) -> bool:
    """Whether two of the rules are each other's opposite, so that one of them always holds."""
    tests = [(rule.get("Variable"), rule) for rule in choice.body.get("Choices", ())]
    return any(
        {rule[key] for variable, rule in tests if variable == about and key in rule}
        == {True, False}
        for about, _ in tests
        if about
        for key in ("BooleanEquals", "IsPresent", "IsNull")
    )
