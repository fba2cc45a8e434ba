"""All that grading needs, gathered from the five specialists: no account, no snapshot, no clock."""

from collections.abc import Iterable, Mapping

from pydantic import BaseModel

from state.judgements import Assessment, Contribution, Judgement, Phase
from state.snapshot import Gap, Relation, RelationKind, Resource, Snapshot


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

    def detection(self) -> dict[str, Contribution]:
        """By resource, how soon somebody would notice that it fails."""
        return {
            judgement.resource: contribution
            for judgement in self.judgements
            for contribution in judgement.contributions
            if contribution.scenario is None and contribution.phase is Phase.DETECT
        }


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

    A member that nothing is known to use counts as hard: not seeing a use is not the same as no use.
    Watching something is no use of it.
    """
    members = {resource.id for resource in resources if resource.member}
    uses: dict[str, list[bool]] = {}
    for relation in relations:
        if relation.kind is RelationKind.OBSERVABILITY:
            continue
        if relation.source in members and relation.target in members:
            uses.setdefault(relation.target, []).append(relation.hard)
    return {target for target, hard in uses.items() if not any(hard)}
