"""What the specialists say: verdicts of checks with their evidence, and answers to questions."""

from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict

WORKLOAD = "workload"  # the resource of a judgement about the workload as a whole


class Verdict(StrEnum):
    """Three-valued, and never a pass for want of knowledge."""

    PASS = "PASS"
    FAIL = "FAIL"
    UNKNOWN = "UNKNOWN"


class Layer(StrEnum):
    """The three layers advice is sorted into."""

    HIGH_AVAILABILITY = "HIGH_AVAILABILITY"
    DISASTER_RECOVERY = "DISASTER_RECOVERY"
    CONTINUOUS_IMPROVEMENT = "CONTINUOUS_IMPROVEMENT"


class Effort(StrEnum):
    """What a remedy takes of a person's time, for one resource."""

    MINUTES = "minutes"
    HOURS = "hours"
    DAYS = "days"
    WEEKS = "weeks"


class Cost(StrEnum):
    """What a remedy adds to the monthly bill."""

    FREE = "free"
    LITTLE = "little"  # up to about 10 USD
    SOME = "some"  # a share of what the resource costs
    MUCH = "much"  # about as much again as the resource costs, or more


class Phase(StrEnum):
    """The steps of a recovery, in order; LOSE is the data lost, the others are time."""

    DETECT = "detect"
    DECIDE = "decide"
    DIAGNOSE = "diagnose"
    ACT = "act"
    PROPAGATE = "propagate"
    WARM_UP = "warm up"
    LOSE = "lose"


class Contribution(BaseModel):
    """What one verdict adds to the estimate of one scenario.

    The amount is `units` times the assumption's value; it stays symbolic so that assumptions can be
    changed without judging again. `measured`: `units` are seconds that were measured here, and
    stand in for the assumption. `attested`: it rests on a person's word, and so do its `units` if
    it is `measured` as well. `scenario` None means every scenario that strikes the resource.
    `by_person`: somebody must notice, decide and act, so detection and decision count as well.
    """

    model_config = ConfigDict(frozen=True)

    scenario: str | None
    phase: Phase
    assumption: str
    units: float = 1.0
    measured: bool = False
    attested: bool = False
    by_person: bool = False
    seen_at: str = ""  # name of another resource, where this one's outage shows


class Evidence(BaseModel):
    """One field that was looked at: which call showed it, where in the answer, and its value."""

    model_config = ConfigDict(frozen=True)

    resource: str
    operation: str
    path: str
    value: Any
    region: str


class Judgement(BaseModel):
    """The verdict of one check on one resource. Not applicable leaves no judgement."""

    check: str
    resource: str
    verdict: Verdict
    contributions: tuple[Contribution, ...] = ()
    otherwise: tuple[
        Contribution, ...
    ] = ()  # a pass: what a fail would contribute, if that saves money
    evidence: tuple[Evidence, ...] = ()
    gaps: tuple[str, ...] = ()  # the actions that would have to be allowed, when UNKNOWN
    note: str = ""  # what the check says of this resource beyond its title


class AnswerValue(StrEnum):
    """How a question is answered."""

    YES = "YES"
    PARTLY = "PARTLY"
    NO = "NO"
    CANNOT_DETERMINE = "CANNOT_DETERMINE"


class Answer(BaseModel):
    """A specialist's answer to one of its questions, with what it rests on."""

    category: str
    question: str
    answer: AnswerValue
    because: str  # one sentence
    evidence: tuple[Evidence, ...] = ()
    attest: str  # what a person could attest where no API shows it


class Assessment(BaseModel):
    """All that one specialist found, as uniform rows."""

    category: str
    judgements: tuple[Judgement, ...]
    answers: tuple[Answer, ...]
    failed: str | None = None  # set when the specialist broke: its category cannot be graded
