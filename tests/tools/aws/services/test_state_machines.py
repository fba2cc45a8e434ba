"""What a state machine's definition names, and what it only seems to name."""

import pytest

from tools.aws.services.stepfunctions import STATE_MACHINE

ARN = "arn:aws:states:eu-west-1:123456789012:stateMachine:fulfil"
FUNCTION = "arn:aws:lambda:eu-west-1:123456789012:function:orders"
INVOKE = "arn:aws:states:::lambda:invoke"


def named(resource: str, **parameters: str) -> set[str]:
    state = {"Type": "Task", "Resource": resource, "Parameters": parameters}
    machine = {"stateMachineArn": ARN, "definition": {"States": {"Call": state}}}
    assert STATE_MACHINE.references
    return {reference.value for reference in STATE_MACHINE.references(machine, {})}


@pytest.mark.parametrize(
    ("name", "reference"),
    [
        ("orders", "orders"),
        ("orders:live", "orders"),
        ("123456789012:function:orders:live", f"{FUNCTION}:live"),
        (f"{FUNCTION}:live", f"{FUNCTION}:live"),
    ],
)
def test_a_function_is_found_however_it_is_named(name: str, reference: str) -> None:
    assert named(INVOKE, FunctionName=name) == {reference}


def test_what_is_given_with_the_input_names_nothing() -> None:
    assert not named(INVOKE, FunctionName="{% $states.input.function %}")


def test_a_table_that_a_step_makes_need_not_be_there_before() -> None:
    assert not named("arn:aws:states:::aws-sdk:dynamodb:createTable", TableName="scratch")
    assert not named("arn:aws:states:::aws-sdk:dynamodb:deleteTable", TableName="scratch")
    assert named("arn:aws:states:::dynamodb:deleteItem", TableName="orders") == {"orders"}
