"""Stacks, as far as rebuilding and rolling back depend on them."""

from state.categories.misconfiguration_and_bugs import (
    BAD_CHANGE,
    CHANGED_BY_HAND,
    DATA_DELETED,
    GUARDRAILS,
    ROLLS_BACK,
)
from state.judgements import Cost, Effort, Layer, Phase
from tools.checks import NOT_APPLICABLE, Effect, Example, Outcome, Remedy, check, passed_if, puts
from tools.checks.paper import Draft
from tools.checks.view import View

STACK = "AWS::CloudFormation::Stack"
READ = "cloudformation:DescribeStacks"
_GUIDE = "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide"
_STUCK = (
    "UPDATE_ROLLBACK_FAILED",
    "IMPORT_ROLLBACK_FAILED",
    "ROLLBACK_FAILED",
    "DELETE_FAILED",
)


def _stack(**fields: object) -> Example:
    return Example(facts={READ: {"StackStatus": "UPDATE_COMPLETE", **fields}})


@check(
    id="cloudformation.stack_stuck",
    resource_type=STACK,
    title="A stack is stuck after a failure: no correction can be deployed through it",
    question=ROLLS_BACK,
    layer=Layer.CONTINUOUS_IMPROVEMENT,
    on_fail=(Effect(BAD_CHANGE, Phase.ACT, "redeploy_by_hand", by_person=True),),
    effect_source="the stack has to be freed or replaced before anything can be deployed",
    recommendation=(
        "Continue the rollback (`aws cloudformation continue-update-rollback`), skipping the "
        "resources that failed, then deploy the template again. After a failed creation or "
        "deletion, delete the stack, keep what holds data, and import that into a new one."
    ),
    documentation=("Troubleshooting CloudFormation", f"{_GUIDE}/troubleshooting.html"),
    remedy=Remedy(
        change=puts(READ, StackStatus="UPDATE_COMPLETE"), effort=Effort.HOURS, cost=Cost.FREE
    ),
    passes=[_stack()],
    fails=[
        _stack(StackStatus="UPDATE_ROLLBACK_FAILED"),
        _stack(StackStatus="DELETE_FAILED"),
    ],
)
def stack_stuck(stack: View) -> Outcome:
    """Until it is freed the quickest way to mend production is closed; people mend it by hand."""
    status = stack.read(READ, "StackStatus")
    return passed_if(status not in _STUCK, f"it is {status}")


def _checked_at(time: str) -> Example:
    """A drifted stack, last deployed on the first of May."""
    return _stack(
        LastUpdatedTime="2026-05-01T12:00:00+00:00",
        DriftInformation={"StackDriftStatus": "DRIFTED", "LastCheckTimestamp": time},
    )


def _deploy_drift(stack: Draft) -> None:
    """What should stay is in the template, and deployed; another look finds no drift."""
    now = stack.taken_at.isoformat()
    stack.put(READ, LastUpdatedTime=now)
    stack.put_in(READ, "DriftInformation.StackDriftStatus", "IN_SYNC")
    stack.put_in(READ, "DriftInformation.LastCheckTimestamp", now)


@check(
    id="cloudformation.stack_drifted",
    resource_type=STACK,
    title="A stack was changed by hand: the next deployment undoes that, or fails on it",
    question=CHANGED_BY_HAND,
    layer=Layer.CONTINUOUS_IMPROVEMENT,
    on_fail=(Effect(BAD_CHANGE, Phase.ACT, "redeploy_by_hand", by_person=True),),
    effect_source="going back to the last template does not go back to what worked",
    recommendation=(
        "Look at the drift, write what should stay into the template and deploy it; detect drift "
        "again after every incident."
    ),
    documentation=(
        "Detect unmanaged configuration changes with drift detection",
        f"{_GUIDE}/using-cfn-stack-drift.html",
    ),
    remedy=Remedy(change=_deploy_drift, effort=Effort.HOURS, cost=Cost.FREE),
    passes=[_stack(DriftInformation={"StackDriftStatus": "IN_SYNC"})],
    fails=[
        _stack(DriftInformation={"StackDriftStatus": "DRIFTED"}),
        _checked_at("2026-05-02T12:00:00+00:00"),
    ],
    silent=[
        _stack(DriftInformation={"StackDriftStatus": "NOT_CHECKED"}),
        _stack(),
        _checked_at("2026-04-30T12:00:00+00:00"),
    ],
)
def stack_drifted(stack: View) -> Outcome:
    """What was mended at night by hand is lost in the next release, or in the next Region.

    What was found before the last deployment may be mended by it, or new.
    """
    status = stack.read(READ, "DriftInformation.StackDriftStatus")
    if status not in ("IN_SYNC", "DRIFTED"):
        return NOT_APPLICABLE
    checked = stack.read_time(READ, "DriftInformation.LastCheckTimestamp")
    updated = stack.read_time(READ, "LastUpdatedTime")
    if checked and updated and checked < updated:
        return NOT_APPLICABLE
    return passed_if(status == "IN_SYNC")


@check(
    id="cloudformation.termination_protection_off",
    resource_type=STACK,
    title="One command deletes the whole stack: nothing asks whether it was meant",
    question=GUARDRAILS,
    layer=Layer.CONTINUOUS_IMPROVEMENT,
    on_fail=(Effect(DATA_DELETED, Phase.ACT, "redeploy_by_hand", by_person=True),),
    effect_source="everything in the stack has to be deployed again, before data is restored",
    recommendation=(
        "Turn on termination protection (`aws cloudformation update-termination-protection`) for "
        "the root stack: one call, free."
    ),
    documentation=(
        "Protect CloudFormation stacks from being deleted",
        f"{_GUIDE}/using-cfn-protect-stacks.html",
    ),
    strength="stacks are protected from deletion",
    remedy=Remedy(
        change=puts(READ, EnableTerminationProtection=True),
        effort=Effort.MINUTES,
        cost=Cost.FREE,
    ),
    passes=[_stack(EnableTerminationProtection=True)],
    fails=[_stack(EnableTerminationProtection=False)],
    silent=[
        _stack(EnableTerminationProtection=False, ParentId="arn", RootId="arn"),
        _stack(EnableTerminationProtection=False, StackName="awseb-e-a1b2c3-stack"),
    ],
)
def termination_protection_off(stack: View) -> Outcome:
    """The stack of a test and that of production differ by a letter in the command line."""
    if stack.read(READ, "ParentId"):
        return NOT_APPLICABLE  # protected with its root
    if (stack.read(READ, "StackName") or "").startswith("awseb-"):
        return NOT_APPLICABLE  # Elastic Beanstalk's own, and deleted with its environment
    return passed_if(bool(stack.read(READ, "EnableTerminationProtection")))
