"""One AWS call by name, as an agent makes it: declared reads only, whole, redacted."""

import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest

from state.snapshot import Selector, Snapshot
from tests.tools.aws.wire import Wire, denying, throttling
from tools.aws import using
from tools.aws.account import Account
from tools.aws.gate import SENSITIVE_READS, allowed_calls
from tools.aws.redaction import REDACTED
from tools.aws.using import use_aws
from tools.embedded.permissions import function_code, role
from tools.embedded.server import EmbeddedAccount
from tools.inspecting import MOST_CHARACTERS, Inspection

REGION = "us-east-1"
GROUPS = "logs:DescribeLogGroups"
FUNCTIONS = "lambda:ListFunctions"


@pytest.fixture(scope="module")
def filled(embedded: EmbeddedAccount) -> EmbeddedAccount:
    """Sixty log groups, which is more than a page, and a function with a secret in it."""
    client = embedded.session().client
    for number in range(60):
        client("logs").create_log_group(logGroupName=f"/shop/{number:02}")
    client("lambda").create_function(
        FunctionName="shop",
        Runtime="python3.13",
        Role=role(client("iam"), "shop", "lambda.amazonaws.com", {}),
        Handler="index.handler",
        Code={"ZipFile": function_code()},
        Environment={"Variables": {"DB_PASSWORD": "hunter2-hunter2", "STAGE": "prod"}},
    )
    return embedded


def asked(account: Account, operation: str, projection: str | None = None, **given: Any) -> Any:
    return use_aws(account, operation, REGION, given, projection)


@pytest.mark.parametrize(
    "operation",
    [
        "rds:DeleteDBInstance",
        "sqs:PurgeQueue",
        "secretsmanager:GetSecretValue",
        "lambda:GetFunction",
        "s3:GetObject",
        "rds:describedbinstances",
        "RDS:DescribeDBInstances",
        "rds:DescribeDBInstances ",
        " rds:DescribeDBInstances",
        "rds:DescribeDBInstances;rds:DeleteDBInstance",
        "DescribeDBInstances",
        "rds:*",
        "nothing:AtAll",
        "",
    ],
)
def test_what_is_not_declared_is_refused_without_a_call(
    account: Account, wire: Wire, operation: str
) -> None:
    answer = asked(account, operation)
    assert list(answer) == ["error"]
    assert "is not on the read-only allow-list" in answer["error"]
    assert account.calls.total() == 0
    assert wire.most_in_flight["all"] == 0


def test_a_sensitive_read_is_refused_even_if_it_were_declared(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(using, "is_sensitive", lambda operation: operation == GROUPS)
    assert "allow-list" in asked(account, GROUPS)["error"]
    assert account.calls.total() == 0
    assert not allowed_calls() & SENSITIVE_READS


def test_a_refusal_names_what_there_is_of_the_service(account: Account) -> None:
    said = asked(account, "rds:DescribeEverything")["error"]
    assert "rds:DescribeDBInstances" in said
    assert "lambda:" not in said


def test_every_page_is_read(filled: EmbeddedAccount, account: Account) -> None:
    found = asked(account, GROUPS)
    assert [each["logGroupName"] for each in found] == [f"/shop/{n:02}" for n in range(60)]
    assert account.calls[GROUPS] > 1


def test_no_more_is_read_than_anybody_looks_at(
    filled: EmbeddedAccount, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(using, "MOST_ITEMS", 10)
    asked(account, GROUPS)
    assert account.calls[GROUPS] == 1


def test_arguments_and_a_projection_narrow_the_answer(
    filled: EmbeddedAccount, account: Account
) -> None:
    assert asked(account, GROUPS, "[].logGroupName", logGroupNamePrefix="/shop/07") == ["/shop/07"]
    assert asked(account, GROUPS, "length(@)") == 60


def test_secrets_do_not_come_back_by_any_projection(
    filled: EmbeddedAccount, account: Account
) -> None:
    for projection in (None, "[].Environment.Variables.DB_PASSWORD", "[].Environment"):
        answer = json.dumps(asked(account, FUNCTIONS, projection))
        assert "hunter2" not in answer
        assert REDACTED in answer


def test_what_is_long_is_cut_and_can_be_read_on(
    filled: EmbeddedAccount, account: Account, empty: Inspection
) -> None:
    whole = asked(account, GROUPS)
    first = empty.answer(whole)
    more = json.loads(re.findall(r"\{\"cut_at.*", first)[0])
    parts = [first[: more["cut_at"]]]
    while len("".join(parts)) < more["of"]:
        part = empty.read_on(more["read_on_with"], len("".join(parts)))
        parts.append(part.partition('\n{"cut_at"')[0])
        assert len(parts[-1]) <= MOST_CHARACTERS
    assert json.loads("".join(parts)) == whole


@pytest.mark.parametrize(
    "given", [{"includeLinkedAccounts": "yes"}, {"Limit": 5}, {"logGroupNamePrefix": [1]}]
)
def test_arguments_that_do_not_fit_are_explained(account: Account, given: dict[str, Any]) -> None:
    said = asked(account, GROUPS, **given)["error"]
    assert next(iter(given)) in said


def test_a_projection_that_is_none_is_explained(filled: EmbeddedAccount, account: Account) -> None:
    assert "is no JMESPath" in asked(account, GROUPS, "[[[")["error"]


def test_a_denied_call_is_said_and_is_no_empty_list(account: Account, wire: Wire) -> None:
    wire.when("DescribeLogGroups", denying)
    said = asked(account, GROUPS)["error"]
    assert said.startswith("Denied: AccessDenied")


def test_a_throttled_call_is_said(account: Account, wire: Wire) -> None:
    wire.when("DescribeLogGroups", throttling)
    assert asked(account, GROUPS)["error"].startswith("Throttled")


@pytest.fixture
def empty() -> Inspection:
    """An agent's look at a workload of which nothing was read."""

    return Inspection(
        Snapshot(
            selector=Selector(tags={"workload": "shop"}),
            account="123456789012",
            regions=[REGION],
            taken_at=datetime(2026, 6, 1, tzinfo=UTC),
            resources={},
            relations=[],
            gaps=[],
            calls={},
        )
    )
