"""The machine-readable result of `assess`, `what-if` and `show`; its JSON schema is published."""

from datetime import datetime

from pydantic import BaseModel

from state.disruptions import DisruptionGrade
from state.grades import AnswerRow, Finding, GapRow, Grade, Overall, Usage
from state.objectives import Objectives
from state.premises import NOTHING_GIVEN, Premises
from state.snapshot import Selector
from state.thinking import Summary, Thinking

SCHEMA_VERSION = 1


class WorkloadSummary(BaseModel):
    """What was assessed."""

    selector: Selector
    account: str
    regions: list[str]
    resources: int  # members of the workload
    neighbours: int  # resources outside it that it depends on or shares
    relations: int
    snapshot: str  # sha256:...
    taken_at: datetime


class LookedUp(BaseModel):
    """What the documentation tools did for a run."""

    servers: list[str] = []  # that returned pages, in the order of their first
    calls: int = 0
    pages: int = 0  # that they returned, each once
    left: int = 0  # findings that were not looked up: they have the catalogue's links alone
    troubles: list[str] = []  # servers that were given up, and why


class Report(BaseModel):
    """One graded result. Fields are only ever added."""

    schema_version: int = SCHEMA_VERSION
    thread: str
    checkpoint: str = ""
    generated_at: datetime
    workload: WorkloadSummary
    objectives: Objectives
    premises: Premises = NOTHING_GIVEN
    overall: Overall
    grades: dict[str, Grade]
    disruptions: list[DisruptionGrade] = []  # a policy's, or AWS Resilience Hub's four
    findings: list[Finding]
    strengths: list[str]  # what the workload does well
    summary: Summary | None = None  # a model's words
    proposals: list[Finding] = []  # models' findings that nobody has accepted yet
    thoughts: dict[str, Thinking] = {}  # what models did, by category code
    documentation: LookedUp | None = None  # None: nothing was looked up
    answers: list[AnswerRow]
    gaps: list[GapRow]
    usage: Usage
