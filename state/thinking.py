"""What models add to the specialists' rows: proposals, contests, answers, and what failed.

None of it bears on a letter by itself. A proposal counts once a person has accepted it.
"""

import hashlib
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from state.grades import Documentation, Spending
from state.judgements import Answer, Contribution, Evidence


class Proposal(BaseModel):
    """A defect that a model found and no rule describes; every part of it was verified."""

    model_config = ConfigDict(frozen=True)

    id: str
    category: str  # code
    title: str
    because: str
    recommendation: str
    resources: tuple[str, ...]
    contributions: tuple[Contribution, ...]  # what it would add to the resources' estimates
    evidence: tuple[Evidence, ...]
    documentation: tuple[Documentation, ...] = ()
    model: str


def proposal_id(category: str, added: Contribution, resources: tuple[str, ...]) -> str:
    """A stable identity: the same defect proposed again, in other words, keeps its id.

    Whoever accepts an id accepts what it adds, so that is part of it.
    """
    adds = (added.scenario or "", added.phase.value, added.assumption, str(added.by_person))
    told_apart = "\n".join((category, *adds, *sorted(resources)))
    return f"model.{hashlib.sha256(told_apart.encode()).hexdigest()[:8]}"


class Contest(BaseModel):
    """A model's doubt about a check's finding, with evidence; the finding stays."""

    model_config = ConfigDict(frozen=True)

    check: str
    resource: str
    because: str
    evidence: tuple[Evidence, ...]
    model: str


class Dropped(BaseModel):
    """Something a model claimed and that could not be verified."""

    model_config = ConfigDict(frozen=True)

    claim: str
    why: str


class Stop(StrEnum):
    """Why an agent ended."""

    DONE = "done"
    BUDGET = "budget"  # tokens, money, calls or seconds of the run are used up
    STEPS = "steps"  # it went round in circles
    FAILED = "failed"  # the model or the way to it
    REFUSED = "refused"  # a guardrail, or the model's own refusal
    NONSENSE = "nonsense"  # nothing that could be understood


class Thinking(BaseModel):
    """All that one specialist's agent did."""

    model: str
    stop: Stop
    detail: str = ""  # why, if it is not done; redacted
    undone: tuple[str, ...] = ()  # questions it did not come to
    proposals: tuple[Proposal, ...] = ()
    contests: tuple[Contest, ...] = ()
    answers: tuple[Answer, ...] = ()  # to questions that the rules leave open
    dropped: tuple[Dropped, ...] = ()
    claims: int = 0  # that it made; what was not kept is dropped
    troubles: tuple[str, ...] = ()  # what it had to do without
    tool_calls: int = 0
    aws_calls: int = 0
    aws_seconds: float = 0.0
    model_calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    usd: float = 0.0
    seconds: float = 0.0

    @property
    def spending(self) -> Spending:
        """What it cost."""
        return Spending(
            model_calls=self.model_calls,
            input_tokens=self.input_tokens,
            output_tokens=self.output_tokens,
            usd=self.usd,
            seconds=self.seconds,
        )


class Summary(BaseModel):
    """What a model wrote at the head of the report; only sentences that were verified."""

    model: str
    stop: Stop
    detail: str = ""
    sentences: tuple[str, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    model_calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    usd: float = 0.0
    seconds: float = 0.0

    @property
    def spending(self) -> Spending:
        """What it cost."""
        return Spending(
            model_calls=self.model_calls,
            input_tokens=self.input_tokens,
            output_tokens=self.output_tokens,
            usd=self.usd,
            seconds=self.seconds,
        )
