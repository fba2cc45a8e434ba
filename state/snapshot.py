"""What was read from the account: resources with their facts, relations between them, and gaps."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict


class Selector(BaseModel):
    """How the user names the workload: one of the three is set; several tags must all match."""

    model_config = ConfigDict(frozen=True)

    tags: dict[str, str] = {}
    stack: str | None = None
    resource_group: str | None = None

    def __str__(self) -> str:
        if self.stack:
            return f"stack {self.stack}"
        if self.resource_group:
            return f"resource group {self.resource_group}"
        return " ".join(f"{key}={value}" for key, value in self.tags.items())


class Resource(BaseModel):
    """One AWS resource.

    `facts` holds the redacted answers under the call they came from, as
    `{"rds:DescribeDBInstances": {...}}`, with AWS's own field names; an empty dict is the answer
    "not configured". A call that was denied or failed leaves no entry here and a `Gap` in the
    snapshot.
    """

    id: str  # the ARN where AWS has one, otherwise the plain id
    type: str  # CloudFormation's name: AWS::RDS::DBInstance
    name: str  # what people call it: the Name tag, or the last part of the id
    region: str  # "global" for IAM, Route 53 and the like
    member: bool  # False: a neighbour, reached over one relation but not part of the workload
    tags: dict[str, str] = {}
    facts: dict[str, Any] = {}


class RelationKind(StrEnum):
    """What a relation carries, in the words of Resilience Hub v2's topology."""

    CONTAINMENT = "CONTAINMENT"
    DATA_FLOW = "DATA_FLOW"
    OBSERVABILITY = "OBSERVABILITY"
    PERMISSIONS = "PERMISSIONS"


class Relation(BaseModel):
    """`source` uses, contains, watches or may act on `target`; both are resource ids."""

    model_config = ConfigDict(frozen=True)

    source: str
    target: str
    kind: RelationKind
    label: str = ""  # how, in a word or two: "invokes", "reads and writes"
    hard: bool = True  # False: the source goes on, degraded, when the target is gone
    dangling: bool = False  # the target was looked for and is not there
    operation: str = ""  # the call that shows it
    path: str = ""


class GapReason(StrEnum):
    """Why a fact could not be read."""

    DENIED = "Denied"
    THROTTLED = "Throttled"
    UNSUPPORTED = "Unsupported"
    FAILED = "Failed"
    NOT_SCANNED = "NotScanned"


class Gap(BaseModel):
    """A call that gave no answer. Never an empty list: what it would have shown is unknown."""

    model_config = ConfigDict(frozen=True)

    service: str
    region: str
    action: str  # the call: backup:ListBackupSelections
    reason: GapReason
    resource: str | None = None  # None: the call was about the account, not about one resource
    detail: str = ""  # AWS's error code and message, redacted


class Snapshot(BaseModel):
    """The account as it was at `taken_at`, as far as the workload goes."""

    selector: Selector
    account: str
    partition: str = "aws"
    regions: list[str]
    taken_at: datetime
    resources: dict[str, Resource]  # by id
    relations: list[Relation]
    gaps: list[Gap]
    calls: dict[str, int]  # "rds:DescribeDBInstances" -> times called
    seconds: float = 0.0
