"""What procedures for Lambda functions and their event sources have in common."""

from state.runbooks import Look
from state.snapshot import Resource
from tools.runbook.commands import Text, blank
from tools.runbook.declarations import Place, last_part, look, metric

FUNCTION, MAPPING = "AWS::Lambda::Function", "AWS::Lambda::EventSourceMapping"
READ = "lambda:ListFunctions"


def function_name(at: Place) -> str:
    """What Lambda calls the function."""
    return str(at.fact(READ, "FunctionName") or at.short)


def errors(at: Place) -> Look:
    """Whether it fails."""
    return look(
        metric(at, "AWS/Lambda", "Errors", "Sum", FunctionName=function_name(at)),
        "`Errors` (sum)",
        "no errors, or as few as before the incident",
    )


def configured(at: Place) -> Look:
    """Whether it can run, and when it was changed last."""
    return look(
        at.aws(
            "lambda",
            "get-function-configuration",
            function_name=function_name(at),
            query="{Changed: LastModified, State: State, Update: LastUpdateStatus, "
            "Reason: LastUpdateStatusReason, Timeout: Timeout, Runtime: Runtime}",
        ),
        "`Changed`, `State`, `Update`",
        "`Active` and `Successful`; `Changed` shortly before the incident points to a bad change",
    )


def messages(at: Place) -> Look:
    """What it says of its errors."""
    group = at.fact(READ, "LoggingConfig.LogGroup") or f"/aws/lambda/{function_name(at)}"
    return look(
        at.aws(
            "logs",
            "filter-log-events",
            log_group_name=group,
            filter_pattern='?ERROR ?Error ?Exception ?"Task timed out"',
            start_time=blank("START_MILLISECONDS"),
            max_items=20,
            query="events[].message",
        ),
        "the last messages of errors",
        "nothing new; otherwise the message names the cause",
    )


def uuid(mapping: Resource) -> Text:
    """What Lambda calls an event source mapping."""
    return Text(last_part(mapping.id))
