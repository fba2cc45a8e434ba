"""Why a letter is what it is: every number it rests on, so that it can be worked out again.

Seconds and shares are exact, not rounded for print; a share is `seconds / target_seconds`. None
stands for what never ends: no way back, or all of the data gone.
"""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from state.grades import Binds, ConsistencyGap, CriticalPath, Degraded, Finding, Severity
from state.judgements import Evidence, Verdict
from state.objectives import Objectives


class Source(StrEnum):
    """Where an amount comes from, the most certain first."""

    MEASURED = "measured"  # here
    CONFIGURED = "configured"  # here
    PUBLISHED = "published"  # by AWS
    ATTESTED = "attested"  # by a person, of this resource
    GIVEN = "given"  # by the user, as a constant
    ASSUMPTION = "assumption"


class Step(BaseModel):
    """One term of a sum: `constant_seconds + units x seconds_per_unit`, unless it is measured."""

    phase: str
    seconds: float | None
    source: Source
    constant: str  # its name in assumptions.toml
    constant_seconds: float = 0.0
    seconds_per_unit: float = 0.0
    units: float = 0.0  # 0: the constant knows no units
    unit: str = ""  # GiB, s, h
    what: str
    why: str
    url: str = ""  # the page that states a published figure
    check: str | None = None  # whose verdict put it there; None: the model of recovery itself
    verdict: Verdict | None = None
    note: str = ""  # what the check says of the resource, or who attests it
    evidence: tuple[Evidence, ...] = ()


class Turn(BaseModel):
    """Where another letter or severity begins: so many whole seconds give it."""

    to: str
    seconds: int


class Sum(BaseModel):
    """Steps added up and compared with a target."""

    objective: Literal["rto", "rpo"]
    steps: tuple[Step, ...]
    seconds: float | None
    target_seconds: int | None  # None: the user asks nothing of this scenario
    share: float | None = None  # None: no way back, or nothing is asked
    letter: str | None = None  # by itself; None: nothing is asked
    better_up_to: Turn | None = None  # the longest that gives a better letter, and which
    worse_from: Turn | None = None  # the shortest that gives a worse one, and which


class EstimateExplained(BaseModel):
    """One resource in one scenario."""

    scenario: str
    text: str  # the scenario in words
    resource: str
    name: str
    by_itself: bool  # no person has to act
    time: Sum
    data: Sum


class Cap(BaseModel):
    """A limit to the letter for what is not known. `letter` None: it does not limit."""

    letter: str | None
    because: str
    share: float | None = None


class Unanswered(BaseModel):
    """A question nobody could answer, and what a person could attest."""

    question: str
    attest: str


class Known(BaseModel):
    """How much could be read and answered: confidence = (rows + questions known) / all x read."""

    rows: int
    rows_judged: int
    questions: int
    questions_answered: int
    unscanned: float  # the share of the resources whose type is not read at all
    confidence: float  # rounded to 2 places, as it is printed
    caps: tuple[Cap, ...] = ()
    missing: tuple[str, ...] = ()  # calls that would have to be allowed or made
    unanswered: tuple[Unanswered, ...] = ()


class CategoryExplained(BaseModel):
    """One category's letter."""

    kind: Literal["category"] = "category"
    category: str
    title: str
    letter: str | None
    earned: str | None  # before what is not known limits it
    binds: Binds
    reason: str
    slowest: EstimateExplained | None = None  # sets the letter as to time
    lossiest: EstimateExplained | None = None  # sets the letter as to data
    next: tuple[EstimateExplained, ...] = ()  # those that would set it next, the worst first
    if_mended: str | None = None  # the letter, were the estimate that sets it nothing
    known: Known | None = None
    savings: tuple[str, ...] = ()


class OverallExplained(BaseModel):
    """The workload's letter: the worst of the five."""

    kind: Literal["overall"] = "overall"
    letter: str | None
    reason: str
    confidence: float  # the mean of the five, rounded to 2 places
    categories: tuple[CategoryExplained, ...]
    set_by: tuple[str, ...]  # the categories that have the overall letter
    critical_path: CriticalPath | None = None
    degraded: Degraded | None = None
    consistency_gaps: tuple[ConsistencyGap, ...] = ()


class RowExplained(BaseModel):
    """What one failing row costs by itself."""

    resource: str
    name: str
    note: str = ""
    soft: bool  # everything goes on without it: it is never more than a low finding
    scenario: str | None  # in which it costs most; None: in whatever strikes
    binding: Sum | None  # the larger of time and data; None: it costs nothing that is asked for
    severity: Severity | None
    evidence: tuple[Evidence, ...]


class FindingExplained(BaseModel):
    """A finding's severity: what it costs alone, of the target."""

    kind: Literal["finding"] = "finding"
    check: str
    title: str
    category: str
    severity: Severity | None  # None: no finding, the objectives do not need it mended
    rows: tuple[RowExplained, ...]  # failing, the costliest first
    milder_up_to: Turn | None = None
    severer_from: Turn | None = None
    verdicts: dict[Verdict, tuple[str, ...]]  # of the check, by resource
    shortfall: EstimateExplained | None = None  # well built, and over the target all the same
    finding: Finding | None = None


class NoEstimate(BaseModel):
    """A scenario in which a resource has no estimate, and why."""

    scenario: str
    text: str
    because: str
    url: str = ""


class ResourceExplained(BaseModel):
    """All estimates of one resource, whether or not they set a letter."""

    kind: Literal["resource"] = "resource"
    resource: str
    name: str
    type: str
    soft: bool
    estimates: tuple[EstimateExplained, ...]
    none: tuple[NoEstimate, ...]


class Explanation(BaseModel):
    """What was asked about, explained."""

    thread: str
    checkpoint: str
    workload: str
    objectives: Objectives
    changed: str = ""  # why the stored letters are others, if they are
    explained: Annotated[
        CategoryExplained | OverallExplained | FindingExplained | ResourceExplained,
        Field(discriminator="kind"),
    ]
