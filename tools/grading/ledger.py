"""All that grading needs, gathered from the five specialists: no account, no snapshot, no clock."""

from collections.abc import Iterable, Mapping

from pydantic import BaseModel

from state.judgements import Assessment, Judgement
from state.snapshot import Gap, GapReason, Relation, RelationKind, Resource, Snapshot


class GradedResource(BaseModel):
    """What grading knows of a resource."""

    name: str
    type: str
    region: str
    soft: bool  # the rest goes on without it, so it never sets a letter


class Ledger(BaseModel):
    """The specialists' rows side by side, and the resources they speak of."""

    assessments: dict[str, Assessment]  # by category code
    resources: dict[str, GradedResource]  # members by id
    gaps: tuple[Gap, ...]

    @property
    def judgements(self) -> Iterable[Judgement]:
        """Every row of every specialist, in an order that does not depend on who was first."""
        for code in sorted(self.assessments):
            yield from self.assessments[code].judgements

    @property
    def unscanned(self) -> float:
        """The share of the workload's resources whose type is not read at all."""
        unread = {gap.resource for gap in self._not_scanned}
        return len(unread) / len(self.resources) if unread else 0.0

    @property
    def unscanned_services(self) -> set[str]:
        """What would have to be read for them, as `service:*`."""
        return {gap.action for gap in self._not_scanned}

    @property
    def _not_scanned(self) -> list[Gap]:
        return [
            gap
            for gap in self.gaps
            if gap.reason is GapReason.NOT_SCANNED and gap.resource in self.resources
        ]

    def is_soft(self, resource: str) -> bool:
        """Whether the rest goes on without it; never so for what is said of the whole workload."""
        known = self.resources.get(resource)
        return known is not None and known.soft

    def name_of(self, resource: str) -> str:
        """What people call a resource; a verdict about the whole has none of its own."""
        known = self.resources.get(resource)
        return known.name if known else "the workload"


def build_ledger(snapshot: Snapshot, assessments: Mapping[str, Assessment]) -> Ledger:
    """The ledger of a workload."""
    soft = soft_resources(snapshot.resources.values(), snapshot.relations)
    return Ledger(
        assessments={code: assessments[code] for code in sorted(assessments)},
        resources={
            resource.id: GradedResource(
                name=resource.name,
                type=resource.type,
                region=resource.region,
                soft=resource.id in soft,
            )
            for resource in snapshot.resources.values()
            if resource.member
        },
        gaps=tuple(snapshot.gaps),
    )


def soft_resources(resources: Iterable[Resource], relations: Iterable[Relation]) -> set[str]:
    """Members that something uses, and whose loss every user of theirs would ride out.

    A member that nothing is known to use counts as hard: not seeing a use is not the same as no
    use. Watching something is no use of it.
    """
    members = {resource.id for resource in resources if resource.member}
    uses: dict[str, list[bool]] = {}
    for relation in relations:
        if relation.kind is RelationKind.OBSERVABILITY:
            continue
        if relation.source in members and relation.target in members:
            uses.setdefault(relation.target, []).append(relation.hard)
    return {target for target, hard in uses.items() if not any(hard)}
