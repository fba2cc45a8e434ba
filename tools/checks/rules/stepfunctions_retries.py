"""Step Functions' retries: whether steps have any, and how they space them."""

from collections.abc import Mapping
from typing import Any

from state.categories.excessive_latency import RETRIES, SLOW_DEPENDENCY
from state.categories.excessive_load import OVERLOAD, OVERWHELMS
from state.judgements import Cost, Effort, Layer, Phase
from tools.aws.states_language import State
from tools.checks import Effect, Outcome, Remedy, check
from tools.checks.paper import Draft
from tools.checks.rules.stepfunctions import MACHINE
from tools.checks.rules.stepfunctions_definition import (
    all_good,
    edit_states,
    machine_with,
    states_of,
    task,
)
from tools.checks.view import View

Retrier = Mapping[str, Any]

# What Step Functions takes where a retrier says nothing.
DEFAULT_ATTEMPTS, DEFAULT_INTERVAL, DEFAULT_RATE = 3, 1, 2.0
LONGEST_DELAY = 31_622_400  # seconds: a year
_ENOUGH_TO_REACH_ANY_LIMIT = 64  # tries: more would only be too large to compute
_A_MINUTE = 60

_RETRY = {"ErrorEquals": ["States.ALL"], "IntervalSeconds": 2, "MaxAttempts": 4}
_RECOMMENDED = {**_RETRY, "BackoffRate": 2.0, "JitterStrategy": "FULL"}
_POLL = {**_RETRY, "ErrorEquals": ["NotReadyYet"], "BackoffRate": 1}


def _is_of_aws(retrier: Retrier) -> bool:
    """Whether it retries after an error of AWS (`States.ALL`, `Lambda.SdkError`)."""
    return any("." in error for error in retrier.get("ErrorEquals", ()))


def _repeats(retrier: Retrier) -> bool:
    """Whether it tries more than once after an error of AWS."""
    return _is_of_aws(retrier) and bool(retrier.get("MaxAttempts", DEFAULT_ATTEMPTS) > 1)


def _is_steady(retrier: Retrier) -> bool:
    return _repeats(retrier) and bool(retrier.get("BackoffRate", DEFAULT_RATE) <= 1)


def _backed_off(retrier: Retrier) -> Retrier:
    """The retrier as it should be: slower with each try."""
    if not _is_steady(retrier):
        return retrier
    longest = max(_A_MINUTE, 2 * retrier.get("IntervalSeconds", DEFAULT_INTERVAL))
    spaced = {"BackoffRate": 2.0, "MaxDelaySeconds": longest, "JitterStrategy": "FULL"}
    return {**retrier, **spaced}


def _last_pause(retrier: Retrier) -> float:
    """Seconds before its last try: interval times the rate for every try before."""
    tries = retrier.get("MaxAttempts", DEFAULT_ATTEMPTS)
    if not tries or not _is_of_aws(retrier):
        return 0.0
    rate = float(retrier.get("BackoffRate", DEFAULT_RATE))
    grown = rate ** min(tries - 1, _ENOUGH_TO_REACH_ANY_LIMIT)
    pause = retrier.get("IntervalSeconds", DEFAULT_INTERVAL) * grown
    return float(min(pause, retrier.get("MaxDelaySeconds", LONGEST_DELAY)))


def _longest_pause(machine: View) -> float:
    """A steady retrier counts as if it were backed off, as it should be."""
    retriers = [r for state in states_of(machine) for r in state.body.get("Retry", ())]
    return max((_last_pause(_backed_off(each)) for each in retriers), default=0.0)


def _is_unprotected(state: State) -> bool:
    return state.kind == "Task" and not state.protected_by("Retry", "Catch")


def _retry(machine: Draft) -> None:
    edit_states(machine, _is_unprotected, lambda body: body.update(Retry=[dict(_RECOMMENDED)]))


@check(
    id="stepfunctions.task_no_retry",
    resource_type=MACHINE,
    title="A step is neither retried nor caught: one passing error fails the whole execution",
    question=RETRIES,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=(
        Effect(SLOW_DEPENDENCY, Phase.ACT, "restart_by_hand", by_person=True),
        Effect(SLOW_DEPENDENCY, Phase.ACT, "step_tries_again"),
    ),
    on_pass=(Effect(SLOW_DEPENDENCY, Phase.ACT, "step_tries_again"),),
    effect_source=(
        "failed executions have to be found and redriven; with retries, the pause before the last "
        "of them"
    ),
    recommendation=(
        "Add a `Retry` with a few attempts, back-off and `JitterStrategy: FULL` to each step that "
        "calls something; no cost but the retries."
    ),
    documentation=(
        "Handling errors in Step Functions workflows",
        "https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html",
    ),
    strength="workflows ride out passing errors by retrying their steps",
    remedy=Remedy(change=_retry, effort=Effort.MINUTES, cost=Cost.FREE),
    passes=[
        machine_with(Call=task(Retry=[_RETRY])),
        machine_with(Call=task(Catch=[{"ErrorEquals": ["States.ALL"], "Next": "Undo"}])),
        machine_with(
            Both={"Type": "Parallel", "Retry": [_RETRY], "Branches": [{"States": {"A": task()}}]}
        ),
    ],
    fails=[
        machine_with(Call=task()),
        machine_with(Both={"Type": "Parallel", "Branches": [{"States": {"A": task()}}]}),
    ],
    silent=[machine_with(Pass={"Type": "Pass"})],
)
def task_no_retry(machine: View) -> Outcome:
    """Every call over a network fails now and then; AWS's own are throttled at times."""
    tasks = [s for s in states_of(machine) if s.kind == "Task"]
    pause = _longest_pause(machine)
    return all_good(tasks, filter(_is_unprotected, tasks), step_tries_again=pause)


def _space(machine: Draft) -> None:
    def space(body: dict[str, Any]) -> None:
        body["Retry"] = [_backed_off(each) for each in body["Retry"]]

    edit_states(machine, lambda state: bool(state.body.get("Retry")), space)


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
    remedy=Remedy(change=_space, effort=Effort.MINUTES, cost=Cost.FREE),
    passes=[
        machine_with(Call=task(Retry=[_RETRY])),
        machine_with(Call=task(Retry=[_RETRY | {"BackoffRate": 2}])),
    ],
    fails=[machine_with(Call=task(Retry=[_RETRY | {"BackoffRate": 1}]))],
    silent=[
        machine_with(Call=task()),
        machine_with(Call=task(Retry=[_RETRY | {"MaxAttempts": 0}])),
        machine_with(Call=task(Retry=[_POLL])),
    ],
)
def retry_not_backed_off(machine: View) -> Outcome:
    """Retries that do not slow down add load exactly when there is least to spare.

    On an error of one's own ("not ready yet") they are a poll, and may come at a steady beat.
    """
    retrying = [s for s in states_of(machine) if any(_repeats(r) for r in s.body.get("Retry", ()))]
    steady = [s for s in retrying if any(_is_steady(r) for r in s.body["Retry"])]
    return all_good(retrying, steady)
