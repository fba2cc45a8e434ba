"""Names of resources in settings and policies."""

import pytest

from tools.aws.mentions import callers, log_groups, mentions, source_arns

QUEUE = "https://sqs.eu-west-1.amazonaws.com/123456789012/jobs"
FUNCTION = "arn:aws:lambda:eu-west-1:123456789012:function:orders"


def named(**variables: str) -> set[str]:
    return {r.value for r in mentions(variables, operation="lambda:ListFunctions", path="Env")}


@pytest.mark.parametrize(
    ("value", "names"),
    [
        ("orders-table", {"orders-table"}),
        (QUEUE, {QUEUE}),
        (f"{FUNCTION},other", {f"{FUNCTION},other", FUNCTION}),
        ("s3://menu-photos/2026/", {"s3://menu-photos/2026/", "menu-photos"}),
        (
            "postgres://user:secret@orders.abc.eu-west-1.rds.amazonaws.com:5432/orders",
            {
                "postgres://user:secret@orders.abc.eu-west-1.rds.amazonaws.com:5432/orders",
                "orders.abc.eu-west-1.rds.amazonaws.com",
            },
        ),
    ],
)
def test_values_and_what_is_inside_them(value: str, names: set[str]) -> None:
    assert named(TARGET=value) == names


def test_words_that_name_nothing() -> None:
    assert named(ENV="orders", STAGE="orders", MODE="default", DEBUG="true", N="5") == set()


def test_every_mention_is_a_guess() -> None:
    assert all(r.guess for r in mentions({"A": FUNCTION, "B": QUEUE}, operation="", path=""))


def statement(source: object, operator: str = "ArnLike", key: str = "AWS:SourceArn") -> object:
    return {"Statement": [{"Effect": "Allow", "Condition": {operator: {key: source}}}]}


@pytest.mark.parametrize(
    "policy",
    [
        statement(FUNCTION),
        statement([FUNCTION], "ArnEquals", "aws:SourceArn"),
        {"Statement": {"Condition": {"StringEquals": {"aws:sourcearn": FUNCTION}}}},
    ],
)
def test_sources_in_every_form_of_policy(policy: object) -> None:
    assert source_arns(policy) == [FUNCTION]


@pytest.mark.parametrize("policy", [None, {}, "not parsed", {"Statement": [{"Effect": "Deny"}]}])
def test_policies_without_sources(policy: object) -> None:
    assert source_arns(policy) == []


def test_an_api_may_be_of_either_kind() -> None:
    policy = statement("arn:aws:execute-api:eu-west-1:123456789012:a1b2c3/*/GET/menu")
    found = list(callers(policy, label="invokes", operation="", path=""))
    assert {(r.value, r.to) for r in found} == {
        ("a1b2c3", "AWS::ApiGateway::RestApi"),
        ("a1b2c3", "AWS::ApiGatewayV2::Api"),
    }
    assert all(r.incoming for r in found)


def test_a_wildcard_names_nobody() -> None:
    policy = statement("arn:aws:bedrock:eu-west-1:123456789012:agent/*")
    assert not list(callers(policy, label="invokes", operation="", path=""))


def test_log_groups_lose_their_stream() -> None:
    arns = ["arn:aws:logs:eu-west-1:123456789012:log-group:/aws/orders:*", "arn:aws:firehose:x"]
    assert [r.value for r in log_groups(arns, operation="", path="")] == ["/aws/orders"]
