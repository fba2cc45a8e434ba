"""All that grading needs, gathered from the five specialists: no account, no snapshot, no clock."""

from collections.abc import Iterable, Mapping

from pydantic import BaseModel

from state.judgements import Assessment, Contribution, Judgement
from state.snapshot import Gap, GapReason, Resource, Snapshot
from state.thinking import Proposal
from tools.diagram.words import type_words
from tools.grading.composition import composition_of, uses
from tools.grading.noticing import noticed


class GradedResource(BaseModel):
    """What grading knows of a resource."""

    name: str
    type: str
    region: str
    soft: bool  # the rest goes on without it, so it never sets a letter
    needed_by: str | None = None
    # ^ its user on the shortest hard path from an entry point; None: it is one, or soft
    part: str = ""  # the same for all that work flows between
    noticed: tuple[Contribution, ...] = ()  # how soon its outage shows at what needs it


class Ledger(BaseModel):
    """The specialists' rows side by side, and the resources they speak of."""

    assessments: dict[str, Assessment]  # by category code
    resources: dict[str, GradedResource]  # members by id
    gaps: tuple[Gap, ...]
    between: dict[str, GradedResource] = {}  # neighbours that hard paths lead over, by id
    proposals: dict[str, Proposal] = {}  # models', by id; the accepted ones are rows as well

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
        known = self.resources.get(resource) or self.between.get(resource)
        return known.name if known else "the workload"

    def told_apart(self, resource: str) -> str:
        """The same, with what it is where another is called the same."""
        known = self.resources.get(resource) or self.between.get(resource)
        others = (
            each for id_, each in {**self.between, **self.resources}.items() if id_ != resource
        )
        if known is None or all(each.name != known.name for each in others):
            return self.name_of(resource)
        return f"{known.name} ({type_words(known.type)})"

    def path_to(self, resource: str) -> tuple[str, ...]:
        """Ids along the shortest hard path from an entry point; itself alone if it is one."""
        path = [resource]
        while known := self.resources.get(path[-1]) or self.between.get(path[-1]):
            if known.needed_by is None:
                break
            path.append(known.needed_by)
        return tuple(reversed(path))


def build_ledger(
    snapshot: Snapshot,
    assessments: Mapping[str, Assessment],
    proposals: Iterable[Proposal] = (),
) -> Ledger:
    """The ledger of a workload."""
    composition = composition_of(snapshot.resources.values(), snapshot.relations)
    told = noticed(snapshot, uses(snapshot.resources, snapshot.relations))

    def graded(resource: Resource) -> GradedResource:
        return GradedResource(
            name=resource.name,
            type=resource.type,
            region=resource.region,
            soft=resource.id in composition.soft,
            needed_by=composition.needed_by.get(resource.id),
            part=composition.parts[resource.id],
            noticed=told.get(resource.id, ()),
        )

    known = snapshot.resources.values()
    over = set(composition.needed_by.values())
    return Ledger(
        assessments={code: assessments[code] for code in sorted(assessments)},
        resources={each.id: graded(each) for each in known if each.member},
        gaps=tuple(snapshot.gaps),
        proposals={each.id: each for each in sorted(proposals, key=lambda each: each.id)},
        between={each.id: graded(each) for each in known if not each.member and each.id in over},
    )
