"""Step Functions state machines as a whole: what they rest on, and whether they can be seen."""

from state.categories.excessive_latency import SLOW_DEPENDENCY, VISIBLE
from state.categories.misconfiguration_and_bugs import BAD_CHANGE, BAD_CHANGES_KEPT_OUT
from state.judgements import Cost, Effort, Layer, Phase
from state.snapshot import RelationKind
from tools.checks import Effect, Example, Outcome, Remedy, check, failed, passed, passed_if, puts
from tools.checks.paper import Draft
from tools.checks.view import Unknown, View

MACHINE = "AWS::StepFunctions::StateMachine"
ROLE = "AWS::IAM::Role"
READ = "stepfunctions:DescribeStateMachine"


@check(
    id="stepfunctions.machine_tracing_off",
    resource_type=MACHINE,
    title="A state machine is not traced: which of its steps is slow is searched for by hand",
    question=VISIBLE,
    layer=Layer.CONTINUOUS_IMPROVEMENT,
    on_fail=(Effect(SLOW_DEPENDENCY, Phase.DIAGNOSE, "diagnose_blind", by_person=True),),
    on_pass=(Effect(SLOW_DEPENDENCY, Phase.DIAGNOSE, "diagnose_with_traces", by_person=True),),
    effect_source="finding a slow component with a trace, against by logs and guesswork",
    recommendation=(
        "Turn on `tracingConfiguration` of the state machine: a minute of work, cents per 100,000 "
        "traces; traces then go on through the services it calls."
    ),
    documentation=(
        "Trace Step Functions request data in AWS X-Ray",
        "https://docs.aws.amazon.com/step-functions/latest/dg/concepts-xray-tracing.html",
    ),
    strength="workflows are traced through the services they call",
    remedy=Remedy(
        change=puts(READ, tracingConfiguration={"enabled": True}),
        effort=Effort.MINUTES,
        cost=Cost.LITTLE,
    ),
    passes=[Example(facts={READ: {"tracingConfiguration": {"enabled": True}}})],
    fails=[Example(facts={READ: {"tracingConfiguration": {"enabled": False}}})],
)
def machine_tracing_off(machine: View) -> Outcome:
    """The history shows a machine's own steps; a trace also shows what was slow behind them."""
    return passed_if(bool(machine.read(READ, "tracingConfiguration.enabled")))


def _restore_what_is_gone(machine: Draft) -> None:
    """What the definition names is there again, and the machine has a role to run as."""
    machine.drop_dangling()
    if not machine.linked(ROLE, label="runs as"):
        arn = machine.read(READ, "roleArn")
        name = str(arn or f"{machine.name}-role").rpartition("/")[2]
        facts = {"iam:GetRole": {"RoleName": name, "Arn": arn}}
        role = machine.add(ROLE, name, facts, member=False, region="global")
        machine.link(role, "runs as", kind=RelationKind.PERMISSIONS)


def _machine(*, role_gone: bool = False, called_gone: bool = False) -> Example:
    return Example(
        facts={READ: {"roleArn": "arn:aws:iam::123456789012:role/fulfil"}},
        linked=[
            Example(type=ROLE, label="runs as", dangling=role_gone),
            Example(type="AWS::Lambda::Function", label="calls", dangling=called_gone),
        ],
    )


@check(
    id="stepfunctions.machine_broken_reference",
    resource_type=MACHINE,
    title="A state machine names something that is gone: its executions fail at that step",
    question=BAD_CHANGES_KEPT_OUT,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=(Effect(BAD_CHANGE, Phase.ACT, "change_configuration", by_person=True),),
    effect_source="the definition has to be corrected, or what it names made again",
    recommendation=(
        "Correct the definition or restore what it names, deploy both together, and redrive the "
        "executions that failed."
    ),
    documentation=(
        "Creating an IAM role for your state machine",
        "https://docs.aws.amazon.com/step-functions/latest/dg/procedure-create-iam-role.html",
    ),
    remedy=Remedy(change=_restore_what_is_gone, effort=Effort.HOURS, cost=Cost.FREE),
    passes=[_machine()],
    fails=[_machine(role_gone=True), _machine(called_gone=True)],
)
def machine_broken_reference(machine: View) -> Outcome:
    """A definition is only checked for its form when it is deployed, not for what it names."""
    machine.read(READ, "roleArn")
    gone = machine.dangling()
    if gone:
        return failed(note=f"gone: {', '.join(gone)}")
    if not machine.linked(ROLE, label="runs as"):
        raise Unknown("iam:GetRole")
    return passed()
