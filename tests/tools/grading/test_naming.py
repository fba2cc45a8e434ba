"""Which resource a name means: an id, a name, the end of an ARN."""

import pytest

from tools.grading.naming import called

FUNCTION = "arn:aws:lambda:eu-west-1:1:function:orders"
LOGS = "arn:aws:logs:eu-west-1:1:log-group:/aws/lambda/orders"
DATABASE = "arn:aws:rds:eu-west-1:1:db:carts"


KNOWN = {FUNCTION: "orders", LOGS: "/aws/lambda/orders", DATABASE: "carts"}


@pytest.mark.parametrize(
    ("what", "means"),
    [
        (LOGS, [LOGS]),
        ("orders", [FUNCTION]),  # whose name it is, before the log group whose ARN ends in it
        ("db:carts", [DATABASE]),
        ("lambda/orders", [LOGS]),
        ("rts", []),
        ("", []),
    ],
)
def test_what_is_called_so(what: str, means: list[str]) -> None:
    assert called(KNOWN, what) == means


def test_two_of_a_name_are_both_meant() -> None:
    assert called({"twin-2": "twin", "twin-1": "twin"}, "twin") == ["twin-1", "twin-2"]
