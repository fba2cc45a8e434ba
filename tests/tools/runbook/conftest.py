"""The three samples, assessed once: what a runbook is made from."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from graph.runs import assess, reckoning_of, snapshot_of
from seeams.accounts import account_of, reader
from state.channels import Request
from state.objectives import DAY, HOUR, Objectives
from state.report import Report
from state.runbooks import Runbook
from state.snapshot import Selector, Snapshot
from state.store import Store
from tools.embedded.server import EmbeddedAccount
from tools.grading.reckoning import Reckoning
from tools.runbook import runbook_of

SAMPLES = ("food-agent", "shop", "shop-ha")
OBJECTIVES = Objectives(
    rto_seconds=DAY, rpo_seconds=12 * HOUR, region_rto_seconds=2 * DAY, region_rpo_seconds=DAY
)


@dataclass(frozen=True)
class Assessed:
    report: Report
    snapshot: Snapshot
    reckoning: Reckoning

    def runbook(self, *only: str) -> Runbook:
        return runbook_of(self.report, self.snapshot, self.reckoning, only)


@pytest.fixture(scope="session")
def assessed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Assessed]]:
    """A sample by its name; an account is built when the first is asked for."""
    path = tmp_path_factory.mktemp("store") / "seeams.db"
    found: dict[str, Assessed] = {}
    with EmbeddedAccount() as account, Store(f"sqlite:///{path}") as store:
        account.build(*SAMPLES)
        read = reader(account_of(account.session(), lambda *_: None, account.endpoint_url))

        def sample(name: str) -> Assessed:
            if name not in found:
                request = Request(
                    thread=name,
                    selector=Selector(tags={"workload": name}),
                    account="123456789012",
                    regions=(account.region,),
                )
                report = assess(store, request, OBJECTIVES, read)
                found[name] = Assessed(
                    report, snapshot_of(store, report), reckoning_of(store, report)
                )
            return found[name]

        yield sample
