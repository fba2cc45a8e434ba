"""Which recommendations, in which order: always as many as were asked for, if there are so many.

First what the report found, then defects that the objectives can bear, then good practice that
these resources do not follow yet, then general good practice: each of them on the topic, and never
what a check, a tag or an attestation shows to be done. Defects in which no objective has a stake
come late. A topic that is about some resources alone goes on with good practice for anything, said
of those. Within each, what saves most of the target per unit of effort is first.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import inf

from state.grades import Documentation, Finding, Severity
from state.judgements import WORKLOAD, Cost, Effort, Judgement, Layer, Verdict
from state.objectives import Objectives
from state.recommendations import How, Recommendation, Source, Way
from state.report import Report
from state.snapshot import Snapshot
from tools.checks import Check, all_checks
from tools.grading.cheapest.prices import price_of
from tools.grading.findings import Weighed, weigh
from tools.grading.letters import severity_for
from tools.grading.reckoning import Reckoning
from tools.recommending.facts import facts_of
from tools.recommending.how import Recipe, recipe_for
from tools.recommending.instructions import instructions
from tools.recommending.practices import Practice, known_of, practices
from tools.recommending.reasons import first_clause, here, why_mend
from tools.recommending.topics import ANY, Topic

_WORST = 4.0  # of the target: an F is an F, however far off
_ORDER = tuple(Source)
_UNTOLD = Recipe(none=dict.fromkeys(Way, "the page that is linked says how"))


@dataclass(frozen=True)
class Candidate:
    """Something that could be recommended."""

    key: str
    source: Source
    on_topic: bool  # False: it only fills up
    category: str
    layer: Layer
    effort: Effort
    cost: Cost
    resources: tuple[str, ...]
    documentation: Documentation
    share: float = 0.0  # of the target
    worth: int = 0
    severity: Severity | None = None
    weighed: tuple[Weighed, ...] = ()
    everywhere: bool = True  # on all that show the defect, not only on what the topic is about
    finding: Finding | None = None
    practice: Practice | None = None
    about: str = ""  # what a practice is about, where that is several resources

    @property
    def fixes(self) -> tuple[str, ...]:
        """What to put on paper for it."""
        if self.everywhere:
            return (self.key,)
        return tuple(f"{self.key}@{each}" for each in self.resources)

    @property
    def _rank(self) -> int:
        """Why it is recommended, the strongest reason first.

        What no objective asks for comes after good practice that is worth more than most, but
        before what is worth less or could be said of any resource.
        """
        if self.source is Source.BEARABLE and not self.share:
            return len(_ORDER)
        if self.source is Source.GENERAL and (self.worth <= 1 or self.resources):
            return len(_ORDER) + 1
        return _ORDER.index(self.source)

    @property
    def place(self) -> tuple[bool, int, int, float, int, str]:
        """Sorts what is to be done first to the front."""
        price = price_of(self.effort, self.cost)
        saved = min(self.share, _WORST) / (price.minutes * (1 + price.cost / 10))
        return (
            not self.on_topic,
            self._rank,
            -self.worth,
            -saved,
            price.minutes,
            self.key,
        )


def recommend(
    report: Report, reckoning: Reckoning, snapshot: Snapshot, topic: Topic, top: int
) -> list[Recommendation]:
    """The first `top` things to do on a topic; fewer only if no more is known of.

    Nothing but what is stored decides: the same report gives the same recommendations.
    """
    candidates = sorted(_candidates(report, reckoning, snapshot, topic), key=lambda c: c.place)
    chosen: list[Candidate] = []
    keys: set[str] = set()
    pages: set[str] = set()
    for candidate in candidates:
        if len(chosen) == top:
            break
        if candidate.key in keys or (candidate.practice and candidate.documentation.url in pages):
            continue  # good practice whose page says no more than another's is said already
        keys.add(candidate.key)
        pages.add(candidate.documentation.url)
        chosen.append(candidate)
    return [_recommendation(each, report.objectives, reckoning, snapshot) for each in chosen]


# -- what there is to choose from -----------------------------------------------------------------


def _candidates(
    report: Report, reckoning: Reckoning, snapshot: Snapshot, topic: Topic
) -> Iterator[Candidate]:
    yield from _defects(report, reckoning, snapshot, topic)
    yield from _beyond_checks(report, snapshot, topic)
    yield from _good_practice(report, reckoning, snapshot, topic)


def _defects(
    report: Report, reckoning: Reckoning, snapshot: Snapshot, topic: Topic
) -> Iterator[Candidate]:
    """Failing rows by check: those that are findings, and those that the objectives can bear."""
    failing: dict[str, list[Judgement]] = defaultdict(list)
    for row in reckoning.ledger.judgements:
        if row.verdict is Verdict.FAIL and row.check in all_checks():
            failing[row.check].append(row)
    found = {finding.id: finding for finding in report.findings}
    for check_id, rows in failing.items():
        check = all_checks()[check_id]
        wanted, on_topic = _on_topic(check, rows, snapshot, topic)
        if not wanted:
            continue
        weighed = sorted(
            (weigh(row, reckoning, report.objectives) for row in wanted), key=lambda w: w.place
        )
        severity = severity_for(weighed[0].share)
        yield Candidate(
            key=check_id,
            source=Source.FINDING if severity else Source.BEARABLE,
            on_topic=on_topic,
            category=check.category.code,
            layer=check.layer,
            effort=check.remedy.effort if check.remedy else Effort.DAYS,
            cost=check.remedy.cost if check.remedy else Cost.SOME,
            resources=tuple(each.judgement.resource for each in weighed),
            documentation=_page(found.get(check_id), check),
            share=weighed[0].share,
            severity=severity,
            weighed=tuple(weighed),
            everywhere=len(wanted) == len(rows),
            finding=found.get(check_id),
        )


def _on_topic(
    check: Check, rows: Sequence[Judgement], snapshot: Snapshot, topic: Topic
) -> tuple[Sequence[Judgement], bool]:
    """The rows that the topic is about, and whether they are what it is about first of all."""
    wanted = _covered(check, rows, snapshot, topic)
    first = _covered(check, wanted, snapshot, topic.of) if topic.of else wanted
    return first or wanted, bool(first)


def _covered(
    check: Check, rows: Sequence[Judgement], snapshot: Snapshot, topic: Topic
) -> Sequence[Judgement]:
    """All of a check on the topic, or those of the topic's resources."""
    if topic.covers_check(check.id, check.category.code, check.layer):
        return rows
    among = set(topic.among([row.resource for row in rows], snapshot))
    return [row for row in rows if row.resource in among]


def _page(finding: Finding | None, check: Check) -> Documentation:
    """The deep link: one that a documentation tool returned, if there is one."""
    pages = finding.documentation if finding else check.documentation
    return next((page for page in pages if page.source == "mcp"), pages[0])


def _beyond_checks(report: Report, snapshot: Snapshot, topic: Topic) -> Iterator[Candidate]:
    """Findings that no check's failing row stands for: shortfalls, and what models found."""
    for finding in report.findings:
        if finding.id in all_checks() or not finding.documentation:
            continue
        covered = topic.covers_check(finding.id, finding.category, finding.layer)
        wanted = finding.resources if covered else topic.among(finding.resources, snapshot)
        if wanted:
            yield Candidate(
                key=finding.id,
                source=Source.FINDING,
                on_topic=True,
                category=finding.category,
                layer=finding.layer,
                effort=Effort.WEEKS,
                cost=Cost.MUCH,
                resources=tuple(wanted),
                documentation=finding.documentation[0],
                share=_share(finding, report.objectives),
                severity=finding.severity,
                finding=finding,
            )


def _share(finding: Finding, objectives: Objectives) -> float:
    effect = finding.effect
    time = _WORST if effect.rto_seconds is None else effect.rto_seconds / objectives.rto_seconds
    data = _WORST if effect.rpo_seconds is None else effect.rpo_seconds / objectives.rpo_seconds
    return max(time, data)


def _good_practice(
    report: Report, reckoning: Reckoning, snapshot: Snapshot, topic: Topic
) -> Iterator[Candidate]:
    members = [each for each in snapshot.resources.values() if each.member]
    subject = _subject(snapshot, topic)
    about = [snapshot.resources[each] for each in subject] or members
    about_all = f"the workload's {topic.name} resources" if len(subject) > 1 else ""
    known = known_of(reckoning.ledger.judgements, report.premises, snapshot.taken_at.date())
    for practice in practices():
        covered = topic.covers_theme(practice.themes, practice.category, practice.layer)
        if practice.types:
            open_on = tuple(each.id for each in practice.open_on(snapshot))
            wanted = open_on if covered else topic.among(open_on, snapshot)
            first = topic.of.among(wanted, snapshot) if topic.of else wanted
            if wanted:
                source = Source.PRACTICE
                yield _practised(practice, source, first or wanted, on_topic=bool(first))
        elif not practice.is_for(members) or practice.is_in_place(about, known):
            continue
        elif covered:
            yield _practised(practice, Source.GENERAL, (), on_topic=True)
        elif ANY in practice.themes:
            filling = _practised(practice, Source.GENERAL, subject, on_topic=topic.is_narrow)
            yield replace(filling, about=about_all)


def _subject(snapshot: Snapshot, topic: Topic) -> tuple[str, ...]:
    """What a narrow topic is about; nothing: the workload as a whole."""
    members = sorted(each.id for each in snapshot.resources.values() if each.member)
    return tuple(dict.fromkeys((*topic.resources, *topic.among(members, snapshot))))


def _practised(
    practice: Practice, source: Source, resources: Sequence[str], *, on_topic: bool
) -> Candidate:
    return Candidate(
        key=practice.key,
        source=source,
        on_topic=on_topic,
        category=practice.category,
        layer=practice.layer,
        effort=practice.effort,
        cost=practice.cost,
        resources=tuple(resources),
        documentation=practice.documentation,
        worth=practice.worth,
        practice=practice,
    )


# -- in words -------------------------------------------------------------------------------------


def _recommendation(
    candidate: Candidate, objectives: Objectives, reckoning: Reckoning, snapshot: Snapshot
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
