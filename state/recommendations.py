"""What to do first: recommendations on a topic, each with how it is done."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from state.grades import Documentation, Severity
from state.judgements import Cost, Effort, Layer


class Way(StrEnum):
    """A way of doing it."""

    CONSOLE = "console"
    CLI = "cli"
    CLOUDFORMATION = "cloudformation"
    TERRAFORM = "terraform"


class Source(StrEnum):
    """Why it is recommended; the first is the strongest reason."""

    FINDING = "finding"  # the objectives need it
    BEARABLE = "bearable"  # a defect that the objectives can bear
    PRACTICE = "practice"  # good practice that these resources do not follow yet
    GENERAL = "general"  # good practice that no API shows whether it is followed


class How(BaseModel):
    """How it is done on one resource; other resources that need it are done the same way."""

    model_config = ConfigDict(frozen=True)

    resource: str  # id; or "workload"
    console: str = ""  # where to click
    cli: str = ""  # commands for a POSIX shell
    cloudformation: str = ""  # YAML: a `Resources:` fragment
    terraform: str = ""  # HCL: resource blocks
    none: dict[Way, str] = {}  # a way that makes no sense here, and why
    placeholders: tuple[str, ...] = ()  # what the reader has to put in: <SUBNET_ID>


class LetterMove(BaseModel):
    """A category's (or OVERALL's) letter, and what it would be."""

    model_config = ConfigDict(frozen=True)

    category: str
    before: str | None
    after: str | None


class Recommendation(BaseModel):
    """One thing to do."""

    key: str  # the check's or practice's id: never made from wording
    title: str  # what to do
    source: Source
    why: str  # what it is good for in this workload
    resources: tuple[str, ...]  # ids, the worst first; empty: the workload as a whole
    share: float | None  # of the target, that the defect consumes; None: no recovery without it
    severity: Severity | None = None  # None: the objectives can bear it
    category: str
    layer: Layer
    effort: Effort  # of a person's time, for one resource
    cost: Cost  # on the monthly bill, for one resource
    fixes: tuple[str, ...] = ()  # for `what-if --fix`; none: nothing to change on paper
    letters: tuple[LetterMove, ...] | None = None  # that it would move; None: cannot be worked out
    how: How
    documentation: Documentation


class Recommended(BaseModel):
    """Recommendations on a topic, the first to do first."""

    thread: str
    checkpoint: str
    topic: str  # as it was understood; "everything"
    note: str = ""  # what the reader should know of all of them
    recommendations: tuple[Recommendation, ...]
