"""The samples and a made-up workload with every type, assessed."""

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from itertools import cycle
from typing import Any

import pytest
import yaml
from cfnlint.config import ConfigMixIn
from cfnlint.decode import decode_str
from cfnlint.match import Match
from cfnlint.runner import Runner

from agents.specialist import assess
from state.as_code import AsCode, CodeFormat, CodeKind
from state.categories import categories
from state.objectives import Objectives
from state.report import Report
from state.snapshot import Relation, Resource, Selector, Snapshot
from tools.as_code import as_code
from tools.checks import all_checks
from tools.checks.examples import REGION, TAKEN_AT, view_of
from tools.grading.assumptions import assumptions
from tools.grading.ledger import build_ledger
from tools.grading.reckoning import Reckoning

Asked = tuple[Report, Snapshot, Reckoning]
AssessFor = Callable[[str, Objectives], Asked]
HOUR = 3600
DAY = Objectives(rto_seconds=24 * HOUR, rpo_seconds=12 * HOUR)
TIGHT = Objectives(rto_seconds=600, rpo_seconds=60)
REGIONS = Objectives(
    rto_seconds=7200, rpo_seconds=7200, region_rto_seconds=86400, region_rpo_seconds=7200
)
WORKLOADS = ("food-agent", "shop", "shop-ha", "everything")
EACH = pytest.mark.parametrize("name", WORKLOADS)
AGAINST = pytest.mark.parametrize("objectives", [DAY, TIGHT, REGIONS], ids=["day", "tight", "two"])

HOSTILE = [
    "${file(1)}",
    "%{ if true }",
    "a\": {b}\n- c: 'd",
    "\u202eright to left \x1b[2J",
    "!Ref X",
    "&a *a",
    "{{ it }}",
    "\u00fcber \u6771\u4eac \U0001f525",
    "l" * 300,
    "",
    "$${x} %%{y} $ ${",
]


@cache
def linter() -> Runner:
    return Runner(ConfigMixIn(regions=["us-east-1"]))


def lint(text: str) -> list[Match]:
    template, wrong = decode_str(text)
    return list(wrong or linter().validate_template(template))


_WRITTEN: dict[tuple[object, ...], tuple[Asked, AsCode]] = {}


def written(asked: Asked, *kinds: CodeKind, terraform: bool = False) -> AsCode:
    """Once for the same results: whoever is asked is kept, so that no other takes its identity."""
    key = (*map(id, asked), kinds, terraform)
    if key not in _WRITTEN:
        report, snapshot, reckoning = asked
        code_format = CodeFormat.TERRAFORM if terraform else CodeFormat.CLOUDFORMATION
        _WRITTEN[key] = asked, as_code(report, snapshot, reckoning, kinds, code_format)
    return _WRITTEN[key][1]


def pieces(code: AsCode, kind: str) -> list[dict[str, Any]]:
    documents = [yaml.safe_load(each.text) for each in code.templates]
    return [
        each["Properties"]
        for document in documents
        for each in document["Resources"].values()
        if each["Type"] == kind
    ]


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


def twice(snapshot: Snapshot, there: str) -> Snapshot:
    """The workload, and the same once more in another Region."""
    [here] = snapshot.regions

    def moved(each: Resource | Relation) -> Any:
        return type(each).model_validate_json(each.model_dump_json().replace(here, there))

    copies = [moved(each) for each in snapshot.resources.values() if each.region == here]
    relations = dict.fromkeys([*snapshot.relations, *map(moved, snapshot.relations)])
    return snapshot.model_copy(
        update={
            "regions": [here, there],
            "resources": {**snapshot.resources, **{each.id: each for each in copies}},
            "relations": list(relations),
        }
    )


def renamed(snapshot: Snapshot, names: Iterable[str], tag: str) -> Snapshot:
    """The same workload, its members called by these names in turn."""
    called = cycle(names)
    resources = {
        key: each.model_copy(update={"name": next(called)}) if each.member else each
        for key, each in snapshot.resources.items()
    }
    selector = snapshot.selector.model_copy(update={"tags": {"workload": tag}})
    return snapshot.model_copy(update={"resources": resources, "selector": selector})


@pytest.fixture(scope="session")
def assessed(samples_read: Mapping[str, Snapshot], report_of: Callable[..., Report]) -> AssessFor:
    """A workload by name, graded against objectives."""
    two_shops = twice(samples_read["shop"], "eu-central-1")
    snapshots = {**samples_read, "everything": everything(), "two-shops": two_shops}
    ledgers: dict[str, Any] = {}

    @cache
    def of(name: str, objectives: Objectives) -> Asked:
        snapshot = snapshots[name]
        if name not in ledgers:
            rows = {category.code: assess(category, snapshot) for category in categories()}
            ledgers[name] = build_ledger(snapshot, rows)
        report = report_of(ledgers[name], objectives)
        return report, snapshot, Reckoning(ledgers[name], assumptions())

    return of
