"""Step Functions definitions, state by state: timeouts, limits, ways out. Retries are apart."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from state.categories.excessive_latency import SLOW_DEPENDENCY, SLOWNESS
from state.categories.excessive_load import OVERLOAD, OVERWHELMS
from state.categories.misconfiguration_and_bugs import BAD_CHANGE, BAD_CHANGES_KEPT_OUT
from state.categories.shared_fate import GREY_FAILURE, SHARED_COMPONENT_FAILED
from state.judgements import Cost, Effort, Layer, Phase
from tools.aws.states_language import State, states
from tools.checks import NOT_APPLICABLE, Effect, Example, Outcome, Remedy, check, passed_if
from tools.checks.paper import Draft
from tools.checks.rules.stepfunctions import MACHINE, READ
from tools.checks.view import View

Body = Mapping[str, object]

CALLBACK = ".waitForTaskToken"
JOBS = (".sync", ".sync:2")
TIMEOUTS = ("TimeoutSeconds", "TimeoutSecondsPath")
HEARTBEATS = ("HeartbeatSeconds", "HeartbeatSecondsPath")
_PATIENCE = 3600  # seconds: a limit on paper, for want of the job's usual length
_AS_INLINE = 40  # iterations at a time, where Step Functions itself stops an inline map


def machine_with(kind: str = "STANDARD", timeout: int | None = None, **bodies: Body) -> Example:
    """An example: a state machine with these states."""
    definition: dict[str, object] = {"States": bodies}
    if timeout:
        definition["TimeoutSeconds"] = timeout
    return Example(facts={READ: {"type": kind, "definition": definition}})


def task(resource: str = "arn:aws:states:::lambda:invoke", **fields: object) -> Body:
    """An example's state that calls something."""
    return {"Type": "Task", "Resource": resource, **fields}


def _distributed(*, inner: Body | None = None, **fields: object) -> Body:
    processor = {
        "ProcessorConfig": {"Mode": "DISTRIBUTED"},
        "States": {"Item": inner or task()},
    }
    return {"Type": "Map", "ItemProcessor": processor, **fields}


def states_of(machine: View) -> list[State]:
    """All states; the names of the outermost are the evidence."""
    machine.read(READ, "keys(definition.States || `{}`)")
    return list(states(machine.fact(READ).get("definition")))


def all_good(judged: Iterable[State], bad: Iterable[State], **units: float) -> Outcome:
    """Passed unless a state is bad; not applicable if there is none to judge."""
    names = ", ".join(sorted(state.name for state in bad))
    if not list(judged):
        return NOT_APPLICABLE
    return passed_if(not names, f"states: {names}" if names else "", **units)


def edit_states(
    machine: Draft, concerned: Callable[[State], bool], change: Callable[[Any], None]
) -> None:
    """Change what stands under each state that is concerned, wherever it is nested."""

    def edit(answer: dict[str, Any]) -> None:
        for state in [s for s in states(answer.get("definition")) if concerned(s)]:
            change(state.body)

    machine.edit(READ, edit)


def _sets(concerned: Callable[[State], bool], **fields: object) -> Callable[[Draft], None]:
    """A change that sets fields of the states concerned."""
    return lambda machine: edit_states(machine, concerned, lambda body: body.update(fields))


def _is_endless(state: State) -> bool:
    return not any(state.body.get(name) for name in (*TIMEOUTS, *HEARTBEATS))


def _is_job(state: State) -> bool:
    return state.resource.endswith(JOBS) or ":activity:" in state.resource


def _waits_for_callback(state: State) -> bool:
    return state.resource.endswith(CALLBACK)


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
    remedy=Remedy(
        change=_sets(lambda s: _is_job(s) and _is_endless(s), TimeoutSeconds=_PATIENCE),
        effort=Effort.HOURS,
        cost=Cost.FREE,
    ),
    passes=[
        machine_with(Run=task(_JOB, TimeoutSeconds=600)),
        machine_with(timeout=3600, Run=task(_JOB)),
    ],
    fails=[
        machine_with(Run=task(_JOB)),
        machine_with(Run=task("arn:aws:states:eu-west-1:123456789012:activity:approve")),
    ],
    silent=[machine_with(Run=task()), machine_with("EXPRESS", Run=task(_JOB))],
)
def task_no_timeout(machine: View) -> Outcome:
    """Steps that call a function end with it; a job or an activity is waited for without end."""
    found = states_of(machine)
    jobs = [s for s in found if _is_job(s)]
    if machine.read(READ, "type") == "EXPRESS":
        return NOT_APPLICABLE
    endless = [s for s in jobs if _is_endless(s)]
    return all_good(jobs, endless if _may_hang(machine) else [])


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
    remedy=Remedy(
        change=_sets(lambda s: _waits_for_callback(s) and _is_endless(s), HeartbeatSeconds=300),
        effort=Effort.HOURS,
        cost=Cost.FREE,
    ),
    passes=[
        machine_with(Wait=task(_WAIT, HeartbeatSeconds=300)),
        machine_with(timeout=3600, Wait=task(_WAIT)),
    ],
    fails=[machine_with(Wait=task(_WAIT))],
    silent=[machine_with(Run=task())],
)
def callback_no_heartbeat(machine: View) -> Outcome:
    """The token is in a message: when the worker dies with it, nobody is left to answer."""
    waiting = [s for s in states_of(machine) if _waits_for_callback(s)]
    endless = [s for s in waiting if _is_endless(s)]
    return all_good(waiting, endless if _may_hang(machine) else [])


_LIMITS = ("MaxConcurrency", "MaxConcurrencyPath")


def _is_unlimited(state: State) -> bool:
    return state.is_distributed_map and not any(state.body.get(name) for name in _LIMITS)


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
    remedy=Remedy(
        change=_sets(_is_unlimited, MaxConcurrency=_AS_INLINE),
        effort=Effort.MINUTES,
        cost=Cost.FREE,
    ),
    passes=[machine_with(Each=_distributed(MaxConcurrency=50))],
    fails=[machine_with(Each=_distributed()), machine_with(Each=_distributed(MaxConcurrency=0))],
    silent=[machine_with(Each={"Type": "Map", "ItemProcessor": {"States": {"Item": task()}}})],
)
def map_unbounded(machine: View) -> Outcome:
    """An inline map stops at about 40 iterations at a time; a distributed one at 10,000."""
    maps = [s for s in states_of(machine) if s.is_distributed_map]
    return all_good(maps, filter(_is_unlimited, maps))


_TOLERANCE = (
    "ToleratedFailurePercentage",
    "ToleratedFailureCount",
    "ToleratedFailurePercentagePath",
    "ToleratedFailureCountPath",
)


def _catches(item_map: State) -> bool:
    """Whether every task inside the map catches its errors."""
    tasks = [s for s in states(item_map.body.get("ItemProcessor")) if s.kind == "Task"]
    return bool(tasks) and all(task.protected_by("Catch") for task in tasks)


def _is_brittle(state: State) -> bool:
    tolerates = any(name in state.body for name in _TOLERANCE)
    return state.is_distributed_map and not tolerates and not _catches(state)


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
    remedy=Remedy(
        change=_sets(_is_brittle, ToleratedFailurePercentage=5),
        effort=Effort.HOURS,
        cost=Cost.FREE,
    ),
    passes=[
        machine_with(Each=_distributed(ToleratedFailurePercentage=5)),
        machine_with(Each=_distributed(inner=task(Catch=[{"ErrorEquals": ["States.ALL"]}]))),
    ],
    fails=[machine_with(Each=_distributed())],
    silent=[machine_with(Call=task())],
)
def map_tolerates_no_failure(machine: View) -> Outcome:
    """By default the first failed item fails the whole run, whatever the other items are."""
    maps = [s for s in states_of(machine) if s.is_distributed_map]
    return all_good(maps, filter(_is_brittle, maps))


def _choice(*rules: Body, **fields: object) -> Body:
    return {"Type": "Choice", "Choices": list(rules), **fields}


_PAID = {"Variable": "$.paid", "BooleanEquals": True, "Next": "Ship"}
_CONDITION = {"Condition": "{% $states.input.paid %}", "Next": "Ship"}
_UNPAID = {"Variable": "$.paid", "BooleanEquals": False, "Next": "Remind"}


def _has_a_gap(state: State) -> bool:
    if state.kind != "Choice" or _is_undecidable(state):
        return False
    return not state.body.get("Default") and not _is_full(state)


def _scopes(definition: Any) -> Iterator[dict[str, Any]]:
    """The definition and whatever holds states of its own inside it."""
    if not isinstance(definition, dict):
        return
    yield definition
    for body in (definition.get("States") or {}).values():
        for inner in (body.get("Iterator"), body.get("ItemProcessor"), *body.get("Branches", ())):
            yield from _scopes(inner)


def _default_to_failure(machine: Draft) -> None:
    """Each choice with a gap gets a way out that says why the execution fails."""

    def edit(answer: dict[str, Any]) -> None:
        for scope in _scopes(answer.get("definition")):
            choices = scope.get("States") or {}
            for name in [n for n, body in choices.items() if _has_a_gap(State(n, body))]:
                way_out = f"{name}: unexpected input"
                choices[name]["Default"] = way_out
                choices[way_out] = {"Type": "Fail", "Error": "UnexpectedInput"}

    machine.edit(READ, edit)


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
    remedy=Remedy(change=_default_to_failure, effort=Effort.HOURS, cost=Cost.FREE),
    passes=[
        machine_with(Paid=_choice(_PAID, Default="Ask")),
        machine_with(Paid=_choice(_PAID, _UNPAID)),
    ],
    fails=[machine_with(Paid=_choice(_PAID)), machine_with(Paid=_choice(_CONDITION))],
    silent=[machine_with(Call=task()), machine_with(Paid=_choice(_CONDITION, _CONDITION))],
)
def choice_no_default(machine: View) -> Outcome:
    """A new kind of order, a missing field: `States.NoChoiceMatched` cannot be retried away.

    Whether several JSONata conditions leave a gap cannot be told without evaluating them.
    """
    choices = [s for s in states_of(machine) if s.kind == "Choice" and not _is_undecidable(s)]
    return all_good(choices, filter(_has_a_gap, choices))


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
