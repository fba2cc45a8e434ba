"""Building the samples, each in an account of its own (an account holds the whole process)."""

import socket
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from tools.embedded.samples import samples
from tools.embedded.server import ADDRESS, EmbeddedAccount

FEW_CALLS = 40  # what `seeams demo` waits for


@pytest.fixture
def account() -> Iterator[EmbeddedAccount]:
    with EmbeddedAccount() as running:
        yield running


def test_nobody_is_told_when_the_food_agent_breaks(account: EmbeddedAccount) -> None:
    account.build("food-agent")
    cloudwatch = account.session().client("cloudwatch")
    assert cloudwatch.describe_alarms()["MetricAlarms"] == []
    assert cloudwatch.list_dashboards()["DashboardEntries"] == []


def test_the_food_agent_is_built_in_few_calls(account: EmbeddedAccount) -> None:
    assert _calls_of_building(account, "food-agent") <= FEW_CALLS


@pytest.mark.parametrize("name", sorted(samples()))
def test_each_sample_stands_on_its_own_and_nothing_leaves_this_machine(
    account: EmbeddedAccount, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    connect, reached = socket.socket.connect, set()

    def remember(self: socket.socket, address: Any) -> None:
        reached.add(address[0] if isinstance(address, tuple) else address)
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", remember)
    (sample,) = account.build(name)
    index = account.session().client("resourcegroupstaggingapi")
    chosen = [{"Key": key, "Values": [value]} for key, value in sample.tags.items()]
    assert index.get_resources(TagFilters=chosen)["ResourceTagMappingList"]
    assert reached == {ADDRESS}


def _calls_of_building(account: EmbeddedAccount, name: str) -> int:
    session, calls = account.session(), Counter[str]()
    session.events.register("before-send", lambda **_: calls.update(["made"]))
    clients: dict[str, Any] = {}

    def client(service: str) -> Any:
        return clients.setdefault(service, session.client(service))

    samples()[name].build(client)
    return calls["made"]
