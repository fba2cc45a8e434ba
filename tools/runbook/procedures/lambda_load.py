"""Lambda: concurrency held back or kept free, event sources off and on."""

from typing import Any

from state.categories.excessive_latency import SLOW_DEPENDENCY
from state.categories.excessive_load import OVERLOAD
from state.categories.misconfiguration_and_bugs import BAD_CHANGE
from state.categories.shared_fate import SHARED_COMPONENT_FAILED
from state.runbooks import Action, Command, Look
from state.snapshot import Resource
from tools.runbook.commands import blank
from tools.runbook.declarations import Draft, Place, act, look, metric, procedure
from tools.runbook.functions import (
    FUNCTION,
    MAPPING,
    errors,
    function_name,
    messages,
    uuid,
)


@procedure(FUNCTION, OVERLOAD, SLOW_DEPENDENCY, title="hold the load back")
def hold_back(at: Place) -> Draft:
    """Concurrency is the valve: it protects what the function calls, and the account's limit."""
    mappings = at.linked_from(MAPPING) + at.linked(MAPPING)
    steps = [
        act(
            "Let through only as many executions as what it calls can bear.",
            _reserved(at, blank("CONCURRENCY")),
            warning="Calls above it are refused: callers see throttling. Zero stops the function.",
        )
    ]
    steps += [
        act(
            "If the dependency needs rest, stop taking from the event source. The queue keeps the "
            "messages as long as its retention lasts.",
            _switched(at, each, on=False),
            warning="Work piles up until it is switched on again.",
        )
        for each in mappings
    ]
    steps.append(act("Mend or wait for what is slow, then let more through step by step."))
    back = [_reservation_back(at)]
    back += [
        act("Take from the event source again.", _switched(at, each, on=True)) for each in mappings
    ]
    return Draft(
        purpose="The function is throttled, or what it calls is slow and its calls pile up.",
        checks=[
            _throttles(at, "none; many mean that concurrency is used up"),
            look(
                metric(at, "AWS/Lambda", "Duration", "p99", FunctionName=function_name(at)),
                "`Duration` (p99), in milliseconds",
                "well below the function's timeout; at the timeout, a dependency hangs",
            ),
            look(
                at.aws("lambda", "get-account-settings", query="AccountLimit"),
                "`UnreservedConcurrentExecutions`",
                "at least 100 more than you mean to reserve",
            ),
            messages(at),
        ],
        actions=steps,
        verification=[_throttles(at, "none, once the limit is lifted"), errors(at)],
        rollback=back,
        never=["Do not raise timeouts or retries during the incident: they add load."],
    )


@procedure(FUNCTION, SHARED_COMPONENT_FAILED, title="keep executions for this function")
def reserve(at: Place) -> Draft:
    """All functions of an account and Region share one limit."""
    return Draft(
        purpose="Another function uses up the account's concurrency, or shares what this one "
        "cannot do without.",
        checks=[
            look(
                _of_account(at),
                "`ConcurrentExecutions` (maximum) of all functions of the account",
                "well below the account's limit of concurrent executions",
            ),
            look(
                at.aws("lambda", "get-account-settings", query="AccountLimit"),
                "`ConcurrentExecutions`, `UnreservedConcurrentExecutions`",
                "at least 100 unreserved ones are left after the reservation",
            ),
        ],
        actions=[
            act(
                "Reserve executions for this function.",
                _reserved(at, blank("CONCURRENCY")),
                warning="It is the upper limit of this function as well.",
            ),
            act("Ask the owner of the other function to hold it back."),
        ],
        verification=[_throttles(at, "none"), errors(at)],
        rollback=[_reservation_back(at)],
        never=["Do not throttle a function that you do not own."],
    )


def _reserved(at: Place, executions: Any) -> Command:
    return at.aws(
        "lambda",
        "put-function-concurrency",
        function_name=function_name(at),
        reserved_concurrent_executions=executions,
    )


def _throttles(at: Place, expect: str) -> Look:
    return look(
        metric(at, "AWS/Lambda", "Throttles", "Sum", FunctionName=function_name(at)),
        "`Throttles` (sum)",
        expect,
    )


def _switched(at: Place, mapping: Resource, *, on: bool) -> Command:
    return at.aws("lambda", "update-event-source-mapping", uuid=uuid(mapping), enabled=on)


def _of_account(at: Place) -> Command:
    """Executions at a time of all functions together."""
    return metric(at, "AWS/Lambda", "ConcurrentExecutions", "Maximum")


def _reservation_back(at: Place) -> Action:
    """What was reserved when the account was read, or nothing."""
    reserved = at.fact("lambda:GetFunctionConcurrency", "ReservedConcurrentExecutions")
    if reserved is not None:
        return act("Set the reserved concurrency back to what it was.", _reserved(at, reserved))
    return act(
        "Take the limit away: there was none when the account was read.",
        at.aws("lambda", "delete-function-concurrency", function_name=function_name(at)),
        warning="The function may use the account's whole concurrency again.",
    )


def _mapping(at: Place) -> Look:
    return look(
        at.aws(
            "lambda",
            "get-event-source-mapping",
            uuid=uuid(at.resource),
            query="{State: State, Last: LastProcessingResult, Why: StateTransitionReason, "
            "Batch: BatchSize}",
        ),
        "`State`, `Last`",
        "`Enabled`; `Disabled` or a problem in `Last` is the cause",
    )


@procedure(
    MAPPING, BAD_CHANGE, OVERLOAD, SHARED_COMPONENT_FAILED, title="switch it off, then on again"
)
def off_and_on(at: Place) -> Draft:
    """Off while what it calls is mended: a queue or stream keeps what is not taken."""
    off, on = (_switched(at, at.resource, on=on) for on in (False, True))
    return Draft(
        purpose="The mapping takes nothing, or feeds a function that fails on everything.",
        checks=[_mapping(at)],
        actions=[
            act(
                "Switch it off, so that messages are not lost to retries.",
                off,
                warning="Work piles up. Mind the retention of the queue or stream.",
            ),
            act("Mend the function or its setting: see its own procedures."),
            act("Switch it on again.", on),
        ],
        verification=[_mapping(at)],
        rollback=[act("Switch it off again if the errors come back.", off)],
        never=["Do not purge the queue, and do not delete the mapping: its position is lost."],
    )
