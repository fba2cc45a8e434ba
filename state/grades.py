"""What the grader says: letters, the arithmetic under them, and findings with their severity."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from state.judgements import AnswerValue, Evidence, Layer


class Term(BaseModel):
    """One step of an estimate. `seconds` None: there is no way back (or the data is gone)."""

    model_config = ConfigDict(frozen=True)

    scenario: str
    resource: str
    term: str  # the phase: detect, decide, act, lose ...
    seconds: float | None
    source: (
        str  # "assumption:unmonitored", "configured:alarm_period", "published:...", "measured:..."
    )
    units: float = 1.0  # what the constant is multiplied by; seconds where `measured`
    measured: bool = False
    what: str = ""  # the step in words
    check: str | None = None  # the check whose verdict put it there
    finding: str | None = None  # the same, when the check failed


class Estimate(BaseModel):
    """Recovery time and data loss of one resource in one scenario, as sums of terms."""

    scenario: str
    resource: str
    rto_seconds: float | None  # None: no recovery
    rpo_seconds: float | None  # None: the data is gone
    terms: tuple[Term, ...]
    by_itself: bool  # no person has to act


class Binds(StrEnum):
    """Which objective sets the letter."""

    RTO = "rto"
    RPO = "rpo"
    GAP = "gap"  # the letter is capped by what could not be read
    NOTHING = "nothing"  # no scenario of the category can strike the workload


class Grade(BaseModel):
    """One category against the objectives. `letter` None: too little could be read to say."""

    category: str
    letter: str | None
    rto_seconds: float | None = 0.0
    rpo_seconds: float | None = 0.0
    rto_share: float | None = 0.0  # worst estimate / target; None: no recovery
    rpo_share: float | None = 0.0
    binds: Binds
    reason: str
    terms: tuple[
        Term, ...
    ] = ()  # of the binding estimates: they add up to rto_seconds and rpo_seconds
    gaps: tuple[str, ...] = ()
    confidence: float = 1.0
    over_built: bool = False
    savings: tuple[str, ...] = ()


class CriticalPath(BaseModel):
    """What the overall recovery time comes from, and the hard dependencies that lead to it."""

    scenario: str
    resources: tuple[str, ...]  # from an entry point to what is back last; empty: the whole of it
    sentence: str


class Degraded(BaseModel):
    """What the workload goes on without while it is down."""

    resources: tuple[str, ...]
    rto_seconds: float | None  # the longest; None: for good
    sentence: str


class RecoveryPoint(BaseModel):
    """How far back a store stands after its recovery."""

    model_config = ConfigDict(frozen=True)

    resource: str
    seconds: float


class ConsistencyGap(BaseModel):
    """Stores that stand at different times after a recovery."""

    scenario: str
    stores: tuple[RecoveryPoint, ...]  # the furthest back first
    span_seconds: float
    sentence: str


class Overall(BaseModel):
    """The workload as a whole: no sooner back than its slowest hard dependency."""

    letter: str | None
    rto_seconds: float | None
    rpo_seconds: float | None
    over_built: bool
    confidence: float
    reason: str
    critical_path: CriticalPath | None = None
    degraded: Degraded | None = None
    consistency_gaps: tuple[ConsistencyGap, ...] = ()


class Severity(StrEnum):
    """By the share of the target that the finding alone consumes."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Documentation(BaseModel):
    """A deep link, and where it came from."""

    model_config = ConfigDict(frozen=True)

    title: str
    url: str
    source: str = "catalogue"  # or "mcp": a documentation tool returned it in this run
    server: str = ""  # which one: awslabs, knowledge, embedded


class FindingEffect(BaseModel):
    """What the finding alone costs, in seconds; None: no recovery, or the data is gone."""

    rto_seconds: float | None
    rpo_seconds: float | None


class Finding(BaseModel):
    """One defect, however many resources show it and however many specialists see it."""

    id: str  # the check's
    key: str  # stable identity from run to run: never made from wording
    title: str
    resource: str  # the worst
    resources: tuple[str, ...]
    resource_type: str
    category: str
    also: tuple[str, ...] = ()
    severity: Severity
    layer: Layer
    status: str = "OPEN"
    effect: FindingEffect
    origin: str = "check"
    rationale: str
    notes: tuple[
        str, ...
    ] = ()  # what a resource shows beyond the title: "role-1: used by menu-bot"
    evidence: tuple[Evidence, ...]
    recommendation: str
    documentation: tuple[Documentation, ...]


class AnswerRow(BaseModel):
    """An answered question as the report prints it."""

    category: str
    question: str
    answer: AnswerValue
    because: str
    evidence: tuple[Evidence, ...] = ()
    attest: str


class GapRow(BaseModel):
    """What could not be read, and which categories that bears on."""

    service: str
    region: str
    action: str
    reason: str
    resources: int = 0  # how many resources; 0: the call was about the account
    detail: str = ""
    bears_on: tuple[str, ...] = ()
    resolve: str = ""  # the permission or fact that would close it


class Spending(BaseModel):
    """What models cost one node."""

    model_calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    usd: float = 0.0  # 0 as well where the model's price is not known
    seconds: float = 0.0

    def plus(self, more: "Spending") -> "Spending":
        """Both together."""
        return Spending(
            **{name: getattr(self, name) + getattr(more, name) for name in Spending.model_fields}
        )


class Usage(BaseModel):
    """What one invocation cost. Nodes add to the same one; a later one's name sorts after it."""

    invocation: str = ""
    aws_calls: int = 0
    aws_seconds: float = 0.0
    model_calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    usd: float = 0.0
    seconds: float = 0.0
    nodes_run: dict[str, int] = {}
    models: dict[str, Spending] = {}  # by node
