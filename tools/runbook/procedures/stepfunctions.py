"""Step Functions: the definition before, and failed executions taken up again."""

from state.categories.excessive_latency import SLOW_DEPENDENCY
from state.categories.excessive_load import OVERLOAD
from state.categories.misconfiguration_and_bugs import BAD_CHANGE
from state.categories.shared_fate import SHARED_COMPONENT_FAILED
from state.runbooks import Action, Look
from tools.runbook.commands import blank, from_file
from tools.runbook.declarations import Draft, Place, act, look, metric, procedure

_MACHINE = "AWS::StepFunctions::StateMachine"
_READ = "stepfunctions:DescribeStateMachine"


def _listed(at: Place, status: str, expect: str) -> list[Look]:
    """Express executions cannot be listed: they stand in the log alone."""
    if at.fact(_READ, "type") == "EXPRESS":
        return []
    found = look(
        at.aws(
            "stepfunctions",
            "list-executions",
            state_machine_arn=at.id,
            status_filter=status,
            max_items=20,
            query="executions[].[executionArn, startDate, stopDate]",
        ),
        f"executions that are `{status}`",
        expect,
    )
    return [found]


def _failed(at: Place) -> Look:
    return look(
        metric(at, "AWS/States", "ExecutionsFailed", "Sum", StateMachineArn=at.id),
        "`ExecutionsFailed` (sum)",
        "no points, or none above zero",
    )


@procedure(_MACHINE, BAD_CHANGE, title="go back to the definition before")
def definition_back(at: Place) -> Draft:
    """From the repository, or from a published version."""
    updated = at.aws(
        "stepfunctions",
        "update-state-machine",
        state_machine_arn=at.id,
        definition=from_file("DEFINITION_FILE"),
    )
    return Draft(
        purpose="A change of the definition makes executions fail.",
        checks=[
            look(
                at.aws(
                    "stepfunctions",
                    "describe-state-machine",
                    state_machine_arn=at.id,
                    query="definition",
                    output="text",
                ),
                "the definition",
                "keep it in a file: it is the way back",
            ),
            look(
                at.aws(
                    "stepfunctions",
                    "list-state-machine-versions",
                    state_machine_arn=at.id,
                    query="stateMachineVersions[].[stateMachineVersionArn, creationDate]",
                ),
                "published versions",
                "one from before the change; if there is none, take your repository's",
            ),
        ],
        actions=[
            act(
                "Put the former definition back.",
                updated,
                expect="an `updateDate`",
                warning="Executions that run go on with the definition that they began with.",
            ),
            *_redriven(at),
        ],
        verification=[_failed(at), *_listed(at, "FAILED", "none that is new")],
        rollback=[act("Put back the definition that you kept.", updated)],
        never=["Do not delete the state machine: its executions end."],
    )


def _redriven(at: Place) -> list[Action]:
    if at.fact(_READ, "type") == "EXPRESS":
        return [act("Start again what failed: express executions cannot be taken up again.")]
    return [
        act(
            "Take up what failed where it failed. Repeat for each execution.",
            at.aws("stepfunctions", "redrive-execution", execution_arn=blank("EXECUTION_ARN")),
            expect="a `redriveDate`",
            warning="The step that failed runs again: it must bear that.",
        )
    ]


@procedure(
    _MACHINE,
    OVERLOAD,
    SLOW_DEPENDENCY,
    SHARED_COMPONENT_FAILED,
    title="take up what failed again",
)
def redrive(at: Place) -> Draft:
    """After what it calls is mended."""
    return Draft(
        purpose="Executions fail or hang, for something that they call is slow or refuses.",
        checks=[
            _failed(at),
            *_listed(at, "FAILED", "none that is new; keep the ARNs"),
            *_listed(at, "RUNNING", "none that is older than usual"),
        ],
        actions=[
            act("Mend what it calls first: see its procedures."),
            act("Hold back whoever starts executions, if they are too many."),
            *_redriven(at),
        ],
        verification=[_failed(at), *_listed(at, "FAILED", "none that is new")],
        rollback=[
            act(
                "Stop an execution that does harm.",
                at.aws("stepfunctions", "stop-execution", execution_arn=blank("EXECUTION_ARN")),
                warning="What it has done so far stays done.",
            )
        ],
        never=["Do not start all of them again at once."],
    )
