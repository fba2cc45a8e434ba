"""Twins on paper: a component once more, in another Region or environment, for remedies.

A twin is built anew, so it has none of the defects that checks could name: each of their remedies
is applied to it. But for its place and what is global it stands alone, until somebody is linked to
it.
"""

from collections.abc import Mapping, Sequence

from state.judgements import Verdict
from tools.checks import all_checks
from tools.checks.judging import judge
from tools.checks.paper import Draft
from tools.checks.view import View, Workload
from tools.checks.zones import another_zone, place_in, zones_of

_ROUNDS = 3  # a remedy may be what another check then looks at


def build_twins(
    originals: Sequence[Draft],
    *,
    region: str | None = None,
    name: str | None = None,
    member: bool = True,
    tags: Mapping[str, str] | None = None,
) -> list[Draft]:
    """A twin of each original, in its Region and under its name if no other is given."""
    twins = []
    for original in originals:
        twin = original.add(
            original.type,
            name or original.name,
            original.resource.facts,
            member=member,
            region=region or original.region,
        )
        twin.tag({**original.resource.tags, **(tags or {})})
        _settle(twin, original)
        twins.append(twin)
    for _ in range(_ROUNDS):
        if not (member and _mend(twins)):
            break
    return twins


def _settle(twin: Draft, original: Draft) -> None:
    """What is global serves it as well; what stands in zones does so in as many, two at least."""
    for relation in list(original.paper.relations):
        if relation.source == original.id and not relation.dangling:
            target = original.paper.resources.get(relation.target)
            if target and target.region == "global":
                used = original.paper.draft(target.id)
                twin.link(used, relation.label, kind=relation.kind, hard=relation.hard)
    wanted = zones_of(original)
    while wanted and len(zones_of(twin)) < max(2, len(wanted)):
        place_in(twin, another_zone(twin, zones_of(twin)))


def _mend(twins: Sequence[Draft]) -> bool:
    """Apply the remedy of each check that fails on a twin; whether there was one."""
    workload = Workload(twins[0].paper.snapshot())
    mended = False
    for twin in twins:
        for check in all_checks().values():
            if twin.type in check.resource_types and check.remedy:
                row = judge(check, View(workload.snapshot.resources[twin.id], workload))
                if row and row.verdict is Verdict.FAIL:
                    check.remedy.change(twin)
                    mended = True
    return mended
