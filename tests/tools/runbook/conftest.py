"""The three samples, assessed once: what a runbook is made from."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

import pytest

from graph.runs import assess, reckoning_of, snapshot_of
from state.channels import Request
from state.objectives import DAY, HOUR, Objectives
from state.report import Report
from state.runbooks import Runbook
from state.snapshot import Snapshot
from state.store import Store
from tests import aws_cli
from tests.aws_cli import Call
from tools.grading.reckoning import Reckoning
from tools.runbook import runbook_of
from tools.runbook.blanks import BLANKS

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


def parse(words: Iterable[str]) -> Call:
    """The call that a command makes, with each blank's example filled in.

    Raises:
        Refused: the command line would not take it.
    """

    def filled(word: str) -> str:
        for blank in BLANKS.values():
            word = word.replace(f"<{blank.name}>", blank.example)
        return word

    return aws_cli.parse([filled(word) for word in words])


@pytest.fixture(scope="session")
def assessed(
    tmp_path_factory: pytest.TempPathFactory, samples_read: Mapping[str, Snapshot]
) -> Iterator[Callable[[str], Assessed]]:
    """A sample by its name, assessed when it is first asked for."""
    path = tmp_path_factory.mktemp("store") / "seeams.db"
    found: dict[str, Assessed] = {}
    with Store(f"sqlite:///{path}") as store:

        def sample(name: str) -> Assessed:
            if name not in found:
                seen = samples_read[name]
                request = Request(
                    thread=name,
                    selector=seen.selector,
                    account=seen.account,
                    regions=tuple(seen.regions),
                )
                report = assess(store, request, OBJECTIVES, lambda *_: seen)
                found[name] = Assessed(
                    report, snapshot_of(store, report), reckoning_of(store, report)
                )
            return found[name]

        yield sample
