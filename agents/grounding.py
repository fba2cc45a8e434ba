"""Grounding: a model's claim is kept only if every part of it is found where it says it is."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

import jmespath
from jmespath.exceptions import JMESPathError

from agents.claims import Defect, Doubt, Findings, Quote, Reply
from state.categories import Category
from state.grades import Documentation
from state.judgements import (
    Answer,
    AnswerValue,
    Assessment,
    Contribution,
    Evidence,
    Judgement,
    Verdict,
)
from state.snapshot import Resource, Snapshot
from state.thinking import Contest, Dropped, Proposal, proposal_id
from tools.aws.redaction import redact_text
from tools.docs.pages import Page
from tools.grading.assumptions import Assumptions

Kept = TypeVar("Kept")

_LONGEST_TITLE, _LONGEST_TEXT = 120, 600


class Ungrounded(Exception):
    """A claim, or a part of it, is not borne out; the message says which."""


@dataclass
class Sources:
    """What claims are held against: the snapshot, and what the tools returned in this run."""

    snapshot: Snapshot
    answers: Mapping[tuple[str, str], Sequence[Any]] = field(default_factory=dict)
    """(operation, Region) -> the answers that `use_aws` gave."""
    pages: Mapping[str, Page] = field(default_factory=dict)
    """By address: every page that the documentation tools returned."""


@dataclass
class Grounded:
    """What is left of an agent's findings, and what was dropped."""

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
    kept = Grounded(dropped=checking.dropped)
    for defect in findings.defects:
        proposal = checking.attempt(defect.title, partial(checking.proposal, defect))
        if proposal and proposal.id not in {each.id for each in kept.proposals}:
            kept.proposals.append(proposal)
    for doubt in findings.doubts:
        contest = checking.attempt(f"{doubt.check} is wrong", partial(checking.contest, doubt))
        if contest:
            kept.contests.append(contest)
    for reply in findings.replies:
        answer = checking.attempt(reply.question, partial(checking.answer, reply))
        if answer and answer.question not in {each.question for each in kept.answers}:
            kept.answers.append(answer)
    return kept


@dataclass
class _Checking:
    category: Category
    assessment: Assessment
    sources: Sources
    table: Assumptions
    model: str
    dropped: list[Dropped] = field(default_factory=list)

    def attempt(self, claim: str, verify: Callable[[], Kept]) -> Kept | None:
        try:
            return verify()
        except Ungrounded as error:
            self.drop(claim, str(error))
            return None

    def drop(self, claim: str, why: str) -> None:
        self.dropped.append(Dropped(claim=_text(claim, _LONGEST_TITLE), why=_text(why)))

    def proposal(self, defect: Defect) -> Proposal:
        resources = tuple(dict.fromkeys(self._known(each).id for each in defect.resources))
        if not any(self.sources.snapshot.resources[each].member for each in resources):
            raise Ungrounded("none of its resources belongs to the workload")
        scenarios = {scenario.name for scenario in self.category.scenarios}
        if defect.scenario not in scenarios:
            raise Ungrounded(f"{defect.scenario!r} is no scenario of this category")
        if defect.constant not in self.table:
            raise Ungrounded(f"there is no constant {defect.constant!r}")
        self._refuse_what_a_check_says(defect, resources)
        return Proposal(
            id=proposal_id(self.category.code, defect.scenario, resources),
            category=self.category.code,
            title=_text(defect.title, _LONGEST_TITLE),
            because=_text(defect.because),
            recommendation=_text(defect.recommendation),
            resources=resources,
            contributions=(
                Contribution(
                    scenario=defect.scenario,
                    phase=defect.phase,
                    assumption=defect.constant,
                    by_person=defect.needs_a_person,
                ),
            ),
            evidence=self._evidence(defect.facts),
            documentation=tuple(self._links(defect)),
            model=self.model,
        )

    def contest(self, doubt: Doubt) -> Contest:
        resource = self._known(doubt.resource).id
        if (doubt.check, resource) not in self._failing():
            raise Ungrounded(f"{doubt.check} does not fail on {doubt.resource}")
        return Contest(
            check=doubt.check,
            resource=resource,
            because=_text(doubt.because),
            evidence=self._evidence(doubt.facts),
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
        return Answer(
            category=self.category.code,
            question=question.text,
            answer=reply.answer,
            because=_text(reply.because),
            evidence=self._evidence(reply.facts),
            attest=question.attest,
        )

    # -- parts ------------------------------------------------------------------------------------

    def _known(self, resource: str) -> Resource:
        known = self.sources.snapshot.resources.get(resource)
        if known is None:
            raise Ungrounded(f"there is no resource {resource!r}")
        return known

    def _evidence(self, quotes: Iterable[Quote]) -> tuple[Evidence, ...]:
        found = tuple(self._verified(quote) for quote in quotes)
        if not found:
            raise Ungrounded("it quotes no fact")
        return found

    def _verified(self, quote: Quote) -> Evidence:
        """The quoted fact, as it really stands there."""
        resource = self._known(quote.resource)
        seen = [resource.facts[quote.operation]] if quote.operation in resource.facts else []
        seen += self.sources.answers.get((quote.operation, resource.region), ())
        if not seen:
            raise Ungrounded(f"{quote.operation} was not read for {quote.resource}")
        try:
            values = [jmespath.search(quote.path, answer) for answer in seen]
        except JMESPathError as error:
            raise Ungrounded(f"{quote.path!r} is no path: {error}") from error
        if not any(_same(value, quote.value) for value in values):
            raise Ungrounded(
                f"{quote.operation} {quote.path} is {_shown(values[0])}, not {_shown(quote.value)}"
            )
        return Evidence(
            resource=resource.id,
            operation=quote.operation,
            path=quote.path,
            value=quote.value,
            region=resource.region,
        )

    def _links(self, defect: Defect) -> Iterable[Documentation]:
        for url in dict.fromkeys(defect.documentation):
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

    def _refuse_what_a_check_says(self, defect: Defect, resources: Sequence[str]) -> None:
        for (check, resource), row in self._failing().items():
            if resource in resources and any(
                (c.scenario, c.phase, c.assumption)
                == (defect.scenario, defect.phase, defect.constant)
                for c in row.contributions
            ):
                raise Ungrounded(f"{check} says so already")


def _same(value: Any, quoted: Any) -> bool:
    """Whether two JSON values are the same; `"5"` is not 5, true is not 1."""
    return json.dumps(value, sort_keys=True, default=str) == json.dumps(
        quoted, sort_keys=True, default=str
    )


def _shown(value: Any) -> str:
    return _text(json.dumps(value, default=str), 80)


def _text(text: str, longest: int = _LONGEST_TEXT) -> str:
    """One paragraph of plain text, without secrets or control characters, cut where it is long."""
    clean = " ".join("".join(c if c.isprintable() else " " for c in redact_text(text)).split())
    return clean if len(clean) <= longest else f"{clean[: longest - 1]}…"
