"""Grounding: a model's claim is kept only if every part of it is found where it says it is."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

from agents.claims import Defect, Doubt, Findings, Quote, Reply
from agents.quoting import Sources, Ungrounded
from agents.wording import LONGEST_TITLE, plainly, unseen_numbers, what_is_wrong, without_links
from state.categories import Category
from state.grades import Documentation
from state.judgements import (
    Answer,
    AnswerValue,
    Assessment,
    Contribution,
    Evidence,
    Judgement,
    Phase,
    Verdict,
)
from state.thinking import Contest, Dropped, Proposal, proposal_id
from tools.grading.assumptions import Assumptions

Claim = TypeVar("Claim", Defect, Doubt, Reply)
Kept = TypeVar("Kept", Proposal, Contest, Answer)

MOST_CLAIMS = 10  # of each kind, by one agent: whoever finds more was not asked to choose
_MOST_RESOURCES = 10  # of one defect
_MOST_LINKS = 5
_MOST_LISTED = 40  # of what was dropped; the rest is counted


@dataclass
class Grounded:
    """What is left of an agent's findings, and what was dropped."""

    claims: int = 0  # that were made
    proposals: list[Proposal] = field(default_factory=list)
    contests: list[Contest] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    dropped: list[Dropped] = field(default_factory=list)


def ground(
    findings: Findings,
    category: Category,
    assessment: Assessment,
    sources: Sources,
    table: Assumptions,
    model: str,
) -> Grounded:
    """Keep what is borne out by the snapshot and by this run's documentation results."""
    checking = _Checking(category, assessment, sources, table, model)
    kept = Grounded(claims=len(findings.defects) + len(findings.doubts) + len(findings.replies))
    for defect in checking.chosen(findings.defects, "defects"):
        checking.keep(kept.proposals, defect.title, partial(checking.proposal, defect))
    for doubt in checking.chosen(findings.doubts, "doubts"):
        claim = f"{doubt.check} is wrong on {doubt.resource}"
        checking.keep(kept.contests, claim, partial(checking.contest, doubt))
    for reply in checking.chosen(findings.replies, "answers"):
        checking.keep(kept.answers, reply.question, partial(checking.answer, reply))
    kept.dropped = checking.listed()
    return kept


@dataclass
class _Checking:
    category: Category
    assessment: Assessment
    sources: Sources
    table: Assumptions
    model: str
    dropped: list[Dropped] = field(default_factory=list)

    def chosen(self, claims: Sequence[Claim], kind: str) -> Sequence[Claim]:
        """The first of the claims; that there were more is said."""
        if len(claims) > MOST_CLAIMS:
            more = len(claims) - MOST_CLAIMS
            self.drop(f"{more} more {kind}", f"an agent makes at most {MOST_CLAIMS} of a kind")
        return claims[:MOST_CLAIMS]

    def keep(self, kept: list[Kept], claim: str, verify: Callable[[], Kept]) -> None:
        """Add what is borne out, once."""
        try:
            found = verify()
        except Ungrounded as error:
            self.drop(claim, str(error))
            return
        if _identity(found) in map(_identity, kept):
            self.drop(claim, "it was said already")
        else:
            kept.append(found)

    def drop(self, claim: str, why: str) -> None:
        shown = plainly(without_links(claim), LONGEST_TITLE)
        self.dropped.append(Dropped(claim=shown, why=plainly(why)))

    def listed(self) -> list[Dropped]:
        """What was dropped, the first of it."""
        more = len(self.dropped) - _MOST_LISTED
        rest = [Dropped(claim=f"{more} more", why="as wrong as these")] if more > 0 else []
        return self.dropped[:_MOST_LISTED] + rest

    def proposal(self, defect: Defect) -> Proposal:
        resources = self._resources(defect)
        contribution = self._contribution(defect)
        self._refuse_what_a_check_says(contribution, resources)
        evidence = self.sources.evidence(defect.facts, resources)
        seen = [*resources, *self._seen(evidence), self._worth(defect.constant)]
        return Proposal(
            id=proposal_id(self.category.code, contribution, resources),
            category=self.category.code,
            title=self._text(defect.title, seen, LONGEST_TITLE),
            because=self._text(defect.because, seen),
            recommendation=self._text(defect.recommendation),
            resources=resources,
            contributions=(contribution,),
            evidence=evidence,
            documentation=tuple(self._links(defect)),
            model=self.model,
        )

    def contest(self, doubt: Doubt) -> Contest:
        resource = self.sources.known(doubt.resource).id
        if (doubt.check, resource) not in self._failing():
            raise Ungrounded(f"{doubt.check} does not fail on {doubt.resource}")
        evidence = self.sources.evidence(doubt.facts, [resource])
        return Contest(
            check=doubt.check,
            resource=resource,
            because=self._text(doubt.because, self._seen(evidence)),
            evidence=evidence,
            model=self.model,
        )

    def answer(self, reply: Reply) -> Answer:
        question = next((q for q in self.category.questions if q.id == reply.question), None)
        if question is None:
            raise Ungrounded(f"{reply.question!r} is no question of this category")
        given = next((a for a in self.assessment.answers if a.question == question.text), None)
        if given is None or given.answer is not AnswerValue.CANNOT_DETERMINE:
            raise Ungrounded("the checks answer it")
        if reply.answer is AnswerValue.CANNOT_DETERMINE:
            raise Ungrounded("it leaves the question open")
        evidence = self.sources.evidence(reply.facts, self._members(reply.facts))
        return Answer(
            category=self.category.code,
            question=question.text,
            answer=reply.answer,
            because=self._text(reply.because, self._seen(evidence)),
            evidence=evidence,
            attest=question.attest,
        )

    # -- parts ------------------------------------------------------------------------------------

    def _resources(self, defect: Defect) -> tuple[str, ...]:
        resources = tuple(sorted({self.sources.known(each).id for each in defect.resources}))
        if len(resources) > _MOST_RESOURCES:
            raise Ungrounded(f"it is about more than {_MOST_RESOURCES} resources")
        if not any(self.sources.snapshot.resources[each].member for each in resources):
            raise Ungrounded("none of its resources belongs to the workload")
        return resources

    def _members(self, quotes: Iterable[Quote]) -> list[str]:
        """The workload's own resources among those quoted."""
        quoted = dict.fromkeys(self.sources.known(quote.resource).id for quote in quotes)
        members = [each for each in quoted if self.sources.snapshot.resources[each].member]
        if quoted and not members:
            raise Ungrounded("none of its facts is about the workload")
        return members

    def _contribution(self, defect: Defect) -> Contribution:
        """What it would add to an estimate: never that there is no way back, or per unit."""
        if defect.scenario not in {scenario.name for scenario in self.category.scenarios}:
            raise Ungrounded(f"{defect.scenario!r} is no scenario of this category")
        constant = self.table.get(defect.constant)
        if constant is None:
            raise Ungrounded(f"there is no constant {defect.constant!r}")
        if constant.never or constant.seconds_per_unit:
            raise Ungrounded(f"{defect.constant} is for checks alone")
        return Contribution(
            scenario=defect.scenario,
            phase=defect.phase,
            assumption=defect.constant,
            by_person=defect.needs_a_person and defect.phase is not Phase.LOSE,
        )

    def _text(self, text: str, seen: Sequence[Any] | None = None, longest: int = 600) -> str:
        """The text as it may stand in a report; `seen`: what its numbers must come from."""
        plain = plainly(text, longest)
        wrong = what_is_wrong(plain)
        if wrong:
            raise Ungrounded(wrong)
        strange = unseen_numbers(plain, seen) if seen is not None else []
        if strange:
            raise Ungrounded(f"no quoted fact says {', '.join(dict.fromkeys(strange))}")
        return plain

    def _seen(self, evidence: Iterable[Evidence]) -> list[Any]:
        """What a text may speak of: what was quoted, and what its resources are called."""
        known = self.sources.snapshot.resources
        return [
            x for each in evidence for x in (each.value, each.resource, known[each.resource].name)
        ]

    def _worth(self, constant: str) -> float:
        return self.table[constant].seconds

    def _links(self, defect: Defect) -> Iterable[Documentation]:
        for url in list(dict.fromkeys(defect.documentation))[:_MOST_LINKS]:
            page = self.sources.pages.get(url)
            if page is None:
                self.drop(defect.title, f"no documentation tool returned {url}")
            else:
                yield Documentation(title=page.title, url=page.url, source="mcp")

    def _failing(self) -> dict[tuple[str, str], Judgement]:
        return {
            (row.check, row.resource): row
            for row in self.assessment.judgements
            if row.verdict is Verdict.FAIL
        }

    def _refuse_what_a_check_says(self, added: Contribution, resources: Sequence[str]) -> None:
        for (check, resource), row in self._failing().items():
            if resource in resources and any(
                (c.scenario, c.phase, c.assumption)
                == (added.scenario, added.phase, added.assumption)
                for c in row.contributions
            ):
                raise Ungrounded(f"{check} says so already")


def _identity(kept: Proposal | Contest | Answer) -> object:
    """What makes two claims the same, in whatever words."""
    match kept:
        case Proposal():
            return kept.id
        case Contest():
            return kept.check, kept.resource
        case Answer():
            return kept.question
