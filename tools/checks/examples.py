"""The account that a check's example stands for."""

from datetime import UTC, datetime
from itertools import count

from state.snapshot import Gap, GapReason, Relation, RelationKind, Resource, Selector, Snapshot
from tools.checks import Check, Example
from tools.checks.view import View, Workload

REGION = "eu-west-1"
TAKEN_AT = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


def view_of(check: Check, example: Example) -> View:
    """The example as the check would see it in a real account."""
    resources: dict[str, Resource] = {}
    relations: list[Relation] = []
    gaps: list[Gap] = []
    numbers = count(1)

    def add(each: Example, kind: str) -> str:
        identity = f"{kind}/{each.name}-{next(numbers)}"
        if not each.dangling:
            resources[identity] = Resource(
                id=identity,
                type=kind,
                name=each.name,
                region=each.region or REGION,
                member=each.member,
                tags=dict(each.tags),
                facts=dict(each.facts),
            )
        for action in each.denied:
            gaps.append(
                Gap(
                    service=action.partition(":")[0],
                    region=REGION,
                    action=action,
                    reason=GapReason.DENIED,
                    resource=identity,
                )
            )
        for other in (*each.linked, *each.linked_from):
            if other.type is None:
                raise ValueError(f"{check.id}: an example's neighbour needs a type")
            neighbour = add(other, other.type)
            outgoing = other in each.linked
            relations.append(
                Relation(
                    source=identity if outgoing else neighbour,
                    target=neighbour if outgoing else identity,
                    kind=RelationKind.DATA_FLOW,
                    label=other.label,
                    dangling=other.dangling,
                )
            )
        return identity

    whole = check.of_workload
    if whole:
        for member in example.linked:
            add(member, member.type or "")
        for action in example.denied:
            gaps.append(
                Gap(
                    service=action.partition(":")[0],
                    region=REGION,
                    action=action,
                    reason=GapReason.DENIED,
                )
            )
        root = None
    else:
        root = add(example, example.type or check.resource_types[0])
    snapshot = Snapshot(
        selector=Selector(tags={"workload": "example"}),
        account="123456789012",
        regions=[REGION],
        taken_at=TAKEN_AT,
        resources=resources,
        relations=relations,
        gaps=gaps,
        calls={},
    )
    return View(resources[root] if root else None, Workload(snapshot))
