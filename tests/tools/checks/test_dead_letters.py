"""Queues that remedies set up for what fails have names that SQS takes."""

import re

import pytest

from state.snapshot import Resource
from tests.tools.checks.test_new_alarms import ARN, account
from tools.checks.dead_letters import keep_failures
from tools.checks.paper import Paper


@pytest.mark.parametrize(("name", "fifo"), [("orders", False), ("orders.fifo", True)])
def test_the_name_is_one_that_sqs_takes(name: str, fifo: bool) -> None:
    """Letters, digits, hyphens and underscores; `.fifo` at the end of a FIFO queue alone."""
    queue = Resource(
        id=ARN("sqs", name), type="AWS::SQS::Queue", name=name, region="eu-west-1", member=True
    )
    arn = keep_failures(Paper(account(queue)).draft(queue.id), "redrives to", fifo=fifo)
    assert re.fullmatch(r"[\w-]{1,75}(\.fifo)?", arn.rpartition(":")[2])
    assert arn.endswith(".fifo") is fifo
