"""Workloads made by hand or at random, with verdicts of which the seconds are plain to see."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

from state.categories import categories, category_of_scenario
from state.judgements import Assessment, Contribution, Judgement, Phase, Verdict
from state.snapshot import Relation, RelationKind, Resource, Selector, Snapshot
from tools.grading.assumptions import assumptions
from tools.grading.ledger import build_ledger
from tools.grading.reckoning import Reckoning

FLOW = RelationKind.DATA_FLOW


def resource(
    name: str,
    kind: str = "AWS::X::Y",
    *,
    member: bool = True,
    region: str = "eu-west-1",
    **facts: Any,
) -> Resource:
    answers = {"x:Describe": facts} if facts else {}
    return Resource(id=name, type=kind, name=name, region=region, member=member, facts=answers)


def use(
    source: str, target: str, *, hard: bool = True, kind: RelationKind = FLOW, **fields: Any
) -> Relation:
    return Relation(source=source, target=target, kind=kind, hard=hard, **fields)


def snapshot_of(resources: Iterable[Resource], relations: Iterable[Relation]) -> Snapshot:
    return Snapshot(
        selector=Selector(tags={"workload": "shop"}),
        account="123456789012",
        regions=["eu-west-1"],
        taken_at=datetime(2026, 11, 23, tzinfo=UTC),
        resources={each.id: each for each in resources},
        relations=list(relations),
        gaps=[],
        calls={},
    )


def lasts(
    name: str, scenario: str, *, back: float = 0, lost: float = 0, verdict: Verdict = Verdict.FAIL
) -> Judgement:
    """A verdict by which a resource is back by itself after so long, and loses so much."""
    steps = [
        Contribution(
            scenario=scenario, phase=phase, assumption="decide", units=seconds, measured=True
        )
        for phase, seconds in ((Phase.ACT, back), (Phase.LOSE, lost))
        if seconds
    ]
    return Judgement(
        check="rds.instance_single_az", resource=name, verdict=verdict, contributions=tuple(steps)
    )


def reckoned(snapshot: Snapshot, *rows: Judgement) -> Reckoning:
    """Each row is its scenario's category's."""
    by_category: dict[str, list[Judgement]] = {category.code: [] for category in categories()}
    for row in rows:
        scenario = row.contributions[0].scenario or ""
        by_category[category_of_scenario()[scenario].code].append(row)
    assessments = {
        code: Assessment(category=code, judgements=tuple(judgements), answers=())
        for code, judgements in by_category.items()
    }
    return Reckoning(build_ledger(snapshot, assessments), assumptions())


@st.composite
def workloads(draw: st.DrawFn, most: int = 9) -> tuple[list[Resource], list[Relation]]:
    """Members and neighbours with any relations: circles, several of one pair, dangling ones."""
    size = draw(st.integers(1, most))
    ours = draw(st.lists(st.booleans(), min_size=size, max_size=size))
    node = st.integers(0, size)  # one more than there are: not in the snapshot
    edges = draw(st.lists(st.tuples(node, node, st.booleans()), max_size=3 * size))
    resources = [resource(f"r{n}", member=member) for n, member in enumerate(ours)]
    return resources, [use(f"r{a}", f"r{b}", hard=hard) for a, b, hard in edges]


def reached(start: str, onward: Mapping[str, Iterable[str]]) -> set[str]:
    found, left = {start}, [start]
    while left:
        for other in onward.get(left.pop(), ()):
            if other not in found:
                found.add(other)
                left.append(other)
    return found
