"""Which recommendations, in which order: always as many as were asked for, if there are so many.

First what the report found, then defects that the objectives can bear, then good practice that
these resources do not follow yet, then general good practice: each of them on the topic, and never
what a check, a tag or an attestation shows to be done. Defects in which no objective has a stake
come late. A topic that is about some resources alone goes on with good practice for anything, said
of those. Within each, what saves most of the target per unit of effort is first.
"""

from collections.abc import Iterator, Sequence
from itertools import islice
from math import inf

from state.judgements import WORKLOAD
from state.recommendations import How, Recommendation, Source, Way
from state.report import Report
from state.snapshot import Snapshot
from tools.checks import Check, all_checks
from tools.grading.reckoning import Reckoning
from tools.recommending.candidates import Candidate, candidates_on, is_about
from tools.recommending.facts import facts_of
from tools.recommending.how import Recipe, recipe_for
from tools.recommending.instructions import instructions
from tools.recommending.reasons import first_clause, here, why_mend
from tools.recommending.topics import Topic

_UNTOLD = Recipe(none=dict.fromkeys(Way, "the page that is linked says how"))


def recommend(
    report: Report, reckoning: Reckoning, snapshot: Snapshot, topic: Topic, top: int
) -> list[Recommendation]:
    """The first `top` things to do on a topic; fewer only if no more is known of.

    Of several topics each is answered, if `top` allows it.

    Nothing but what is stored decides: the same report gives the same recommendations.
    """
    candidates = sorted(candidates_on(report, reckoning, snapshot, topic), key=lambda c: c.place)
    chosen: list[Candidate] = []
    keys: set[str] = set()
    pages = {each.documentation.url for each in candidates if not each.practice}
    for candidate in (*_one_of_each(candidates, topic, snapshot), *candidates):
        if len(chosen) == top:
            break
        if candidate.key in keys or (candidate.practice and candidate.documentation.url in pages):
            continue  # good practice whose page another one, or a check, has to show as well
        keys.add(candidate.key)
        pages.add(candidate.documentation.url)
        chosen.append(candidate)
    chosen.sort(key=lambda c: c.place)
    return [_recommendation(each, reckoning, snapshot) for each in chosen]


def _one_of_each(
    candidates: Sequence[Candidate], topic: Topic, snapshot: Snapshot
) -> Iterator[Candidate]:
    """The first on each of several topics, that none is left without an answer."""
    for part in topic.parts:
        about = (each for each in candidates if is_about(each, part, snapshot))
        yield from islice(about, 1)


# -- in words -------------------------------------------------------------------------------------


def _recommendation(
    candidate: Candidate, reckoning: Reckoning, snapshot: Snapshot
) -> Recommendation:
    check = all_checks().get(candidate.key) if candidate.weighed else None
    recipe, how = _carried_out(candidate, check, snapshot)
    return Recommendation(
        key=candidate.key,
        title=_title(candidate, check, recipe, how, snapshot),
        source=candidate.source,
        why=_why(candidate, check, recipe, reckoning),
        resources=candidate.resources,
        share=None if candidate.share == inf else round(candidate.share, 4),
        severity=candidate.severity,
        category=candidate.category,
        layer=candidate.layer,
        effort=candidate.effort,
        cost=candidate.cost,
        fixes=candidate.fixes if check and check.remedy else (),
        how=how,
        documentation=candidate.documentation,
    )


def _carried_out(
    candidate: Candidate, check: Check | None, snapshot: Snapshot
) -> tuple[Recipe, How]:
    """On the worst of the resources: the others are mended the same way."""
    resource = candidate.resources[0] if candidate.resources else WORKLOAD
    known = snapshot.resources.get(resource)
    kind = known.type if known else check.resource_types[0] if check else WORKLOAD
    recipe = candidate.practice.recipe if candidate.practice else recipe_for(candidate.key, kind)
    recipe = recipe or _UNTOLD
    facts = facts_of(resource, kind, snapshot, candidate.key, recipe.new)
    return recipe, instructions(recipe, resource, kind, facts)


def _title(
    candidate: Candidate, check: Check | None, recipe: Recipe, how: How, snapshot: Snapshot
) -> str:
    """What to do, in a line."""
    if candidate.practice:
        known = snapshot.resources.get(how.resource)
        name = candidate.about or (known.name if known else "the workload")
        return candidate.practice.title.replace("{name}", name)
    if recipe.title:
        return recipe.title
    if check:
        return first_clause(check.recommendation)
    return first_clause(candidate.finding.recommendation) if candidate.finding else candidate.key


def _why(candidate: Candidate, check: Check | None, recipe: Recipe, reckoning: Reckoning) -> str:
    if candidate.practice:
        applied = candidate.source is Source.PRACTICE
        named = reckoning.ledger.name_of
        return candidate.practice.why + (here(map(named, candidate.resources)) if applied else "")
    untold = recipe is _UNTOLD
    if check:
        why = why_mend(check, candidate.weighed, reckoning)
        return f"{why} {check.recommendation}" if untold else why
    finding = candidate.finding
    return f"{finding.title}. {finding.rationale} {finding.recommendation}" if finding else ""
