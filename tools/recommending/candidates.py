"""What there is to recommend on a topic: defects, findings beyond checks, and good practice."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from math import inf

from state.grades import Documentation, Finding, Severity
from state.judgements import Cost, Effort, Judgement, Layer, Verdict
from state.objectives import Objectives
from state.recommendations import Recommendation, Source
from state.report import Report
from state.snapshot import Snapshot
from tools.checks import Check, all_checks
from tools.grading.cheapest.prices import price_of
from tools.grading.findings import Weighed, weigh
from tools.grading.letters import severity_for
from tools.grading.reckoning import Reckoning
from tools.recommending.practices import Practice, known_of, practices
from tools.recommending.topics import ANY, Topic

_WORST = 4.0  # of the target: an F is an F, however far off
_NO_WAY_BACK = 8.0  # but what never comes back is worse
_ORDER = tuple(Source)


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
        worst = _NO_WAY_BACK if self.share == inf else min(self.share, _WORST)
        saved = worst / (price.minutes * (1 + price.cost / 10))
        return (
            not self.on_topic,
            self._rank,
            -self.worth,
            -saved,
            price.minutes,
            self.key,
        )


def candidates_on(
    report: Report, reckoning: Reckoning, snapshot: Snapshot, topic: Topic
) -> Iterator[Candidate]:
    """All of them, in no order."""
    yield from _defects(report, reckoning, snapshot, topic)
    yield from _beyond_checks(report, snapshot, topic)
    yield from _good_practice(report, reckoning, snapshot, topic)


def is_about(each: Candidate | Recommendation, topic: Topic, snapshot: Snapshot) -> bool:
    """Whether it is on a topic: by its check, its theme, or what it is done to."""
    if topic.of and each.resources and not is_about(each, topic.of, snapshot):
        return False
    themes = next((known.themes for known in practices() if known.key == each.key), ())
    return bool(
        topic.covers_check(each.key, each.category, each.layer)
        or topic.covers_theme(themes, each.category, each.layer)
        or topic.among(each.resources, snapshot)
    )


# -- parts -----------------------------------------------------------------------------------------


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
        among, on_topic = _on_topic(
            [row.resource for row in rows], topic, partial(_covers, check), snapshot
        )
        wanted = [row for row in rows if row.resource in among]
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
    resources: Sequence[str], topic: Topic, covers: Callable[[Topic], bool], snapshot: Snapshot
) -> tuple[tuple[str, ...], bool]:
    """The resources that any of the topics is about, and whether that is what it is first about.

    `covers`: whether a topic takes in all of them, whatever they are.
    """
    wanted: set[str] = set()
    first: set[str] = set()
    for part in topic.parts or (topic,):
        found = _among(resources, part, covers, snapshot)
        wanted.update(found)
        first.update(_among(found, part.of, covers, snapshot) if part.of else found)
    return tuple(each for each in resources if each in (first or wanted)), bool(first)


def _among(
    resources: Sequence[str], topic: Topic, covers: Callable[[Topic], bool], snapshot: Snapshot
) -> Sequence[str]:
    return resources if covers(topic) else topic.among(resources, snapshot)


def _covers(check: Check, topic: Topic) -> bool:
    return topic.covers_check(check.id, check.category.code, check.layer)


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
        covers = partial(_practises, practice)
        if practice.types:
            open_on = [each.id for each in practice.open_on(snapshot)]
            wanted, on_topic = _on_topic(open_on, topic, covers, snapshot)
            if wanted:
                yield _practised(practice, Source.PRACTICE, wanted, on_topic=on_topic)
        elif not practice.is_for(members) or practice.is_in_place(about, known):
            continue
        elif covers(topic):
            yield _practised(practice, Source.GENERAL, (), on_topic=True)
        elif ANY in practice.themes:
            filling = _practised(practice, Source.GENERAL, subject, on_topic=topic.is_narrow)
            yield replace(filling, about=about_all)


def _practises(practice: Practice, topic: Topic) -> bool:
    return topic.covers_theme(practice.themes, practice.category, practice.layer)


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
