"""The samples and a made-up workload with every type, assessed."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from agents.specialist import assess
from state.categories import categories
from state.objectives import Objectives
from state.report import Report
from state.snapshot import Relation, Resource, Selector, Snapshot
from tools.checks import all_checks
from tools.checks.examples import REGION, TAKEN_AT, view_of
from tools.grading.assumptions import assumptions
from tools.grading.ledger import build_ledger
from tools.grading.reckoning import Reckoning

Asked = tuple[Report, Snapshot, Reckoning]
AssessFor = Callable[[str, Objectives], Asked]


def everything() -> Snapshot:
    """Every first failing example of every check, as one workload."""
    resources: dict[str, Resource] = {}
    relations: list[Relation] = []
    for number, check in enumerate(all_checks().values()):
        view = view_of(check, check.fails[0])

        def arn(each: str, at: int = number) -> str:
            return f"arn:aws:made-up:{REGION}:123456789012:{each.replace('::', '-')}-{at}"

        for resource in view.workload.snapshot.resources.values():
            identity = arn(resource.id)
            tags = {**resource.tags, "workload": "everything"}
            resources[identity] = resource.model_copy(update={"id": identity, "tags": tags})
        relations += [
            each.model_copy(update={"source": arn(each.source), "target": arn(each.target)})
            for each in view.workload.snapshot.relations
        ]
    return Snapshot(
        selector=Selector(tags={"workload": "everything"}),
        account="123456789012",
        regions=[REGION],
        taken_at=TAKEN_AT,
        resources=resources,
        relations=relations,
        gaps=[],
        calls={},
    )


@pytest.fixture(scope="session")
def assessed(samples_read: Mapping[str, Snapshot], report_of: Callable[..., Report]) -> AssessFor:
    """A workload by name, graded against objectives."""
    snapshots = {**samples_read, "everything": everything()}
    ledgers: dict[str, Any] = {}

    def of(name: str, objectives: Objectives) -> Asked:
        snapshot = snapshots[name]
        if name not in ledgers:
            rows = {category.code: assess(category, snapshot) for category in categories()}
            ledgers[name] = build_ledger(snapshot, rows)
        report = report_of(ledgers[name], objectives)
        return report, snapshot, Reckoning(ledgers[name], assumptions())

    return of
