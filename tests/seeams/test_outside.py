"""What agents may ask AWS for, what it costs, and what happens when AWS refuses."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest

from seeams.outside import _AskAws, _Aws, _regions_of, help_of
from seeams.rendering.words import outcome_words, usd_words
from state.errors import CredentialsRefused
from state.grades import Spending
from state.snapshot import Snapshot
from state.thinking import Stop
from tools.docs.servers import Docs

LISTED = "rds:DescribeDBInstances"


class CountingAccount:
    """Answers with one database, until its credentials have expired."""

    def __init__(self, answers: int) -> None:
        self.left = answers
        self.calls: Counter[str] = Counter()
        self.seconds = 0.0

    def call(
        self, call: Any, region: str, arguments: Mapping[str, Any], most_items: int | None = None
    ) -> Any:
        self.calls[call.operation] += 1
        self.seconds += 0.5
        if self.left == 0:
            raise CredentialsRefused("expired: run `aws sso login`")
        self.left -= 1
        return {"DBInstances": [{"DBInstanceIdentifier": "orders"}]}


def ways(answers: int) -> tuple[CountingAccount, _AskAws, _AskAws]:
    """Two specialists' ways to one account."""
    account: Any = CountingAccount(answers)
    aws = _Aws(account)
    one, other = (_AskAws(aws, frozenset(("eu-west-1",))) for _ in range(2))
    return account, one, other


def test_each_specialist_has_its_own_calls() -> None:
    account, one, other = ways(answers=3)
    for way in (one, one, other):
        assert way(LISTED, "eu-west-1", {}, None) == [{"DBInstanceIdentifier": "orders"}]
    assert (one.calls, other.calls, one.seconds) == (2, 1, 1.0)
    assert account.calls.total() == 3


def test_what_is_not_read_in_this_run_is_not_asked() -> None:
    account, one, _ = ways(answers=3)
    assert "eu-west-1 only" in one(LISTED, "us-east-1", {}, None)["error"]
    assert "allow-list" in one("rds:DeleteDBInstance", "eu-west-1", {}, None)["error"]
    assert account.calls.total() == 0


def test_refused_credentials_end_the_asking_and_not_the_run() -> None:
    account, one, other = ways(answers=1)
    one(LISTED, "eu-west-1", {}, None)
    for way in (one, other, other):
        assert "expired" in way(LISTED, "eu-west-1", {}, None)["error"]
    assert account.calls.total() == 2  # nobody asks again
    assert one.troubles == other.troubles == ("went on without AWS: expired: run `aws sso login`",)


def test_the_regions_are_those_of_the_snapshot(snapshot: Snapshot) -> None:
    assert _regions_of(snapshot) == {"eu-west-1"}


@pytest.mark.parametrize(
    ("model", "docs", "looked_up"),
    [(None, "auto", Docs.EMBEDDED), (None, "off", Docs.OFF), ("none", "auto", Docs.EMBEDDED)],
)
def test_without_a_model_nobody_outside_is_asked_unless_the_user_says_so(
    model: str | None, docs: str, looked_up: Docs
) -> None:
    helping = help_of(model, docs, None)
    assert (helping.model, helping.docs) == (None, looked_up)
    assert helping.is_none == (looked_up is Docs.OFF)


def test_a_price_that_is_not_known_is_no_gift() -> None:
    assert usd_words(Spending(model_calls=1, input_tokens=10)) == "price not known"
    assert usd_words(Spending(model_calls=1, input_tokens=10, usd=0.001)) == "< $0.01"
    assert usd_words(Spending()) == "$0.00"


def test_a_failure_is_told_without_the_clients_frame() -> None:
    detail = (
        "AccessDeniedException: An error occurred (AccessDeniedException) when calling the "
        "ConverseStream operation (reached max retries: 0): \x1b[2J no access"
    )
    said = outcome_words(Stop.FAILED, 0, detail)
    assert said == "the model failed: AccessDeniedException: \\x1b[2J no access"
