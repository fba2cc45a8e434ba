"""Two results side by side: what differs, and which difference moved which letter.

Everything has a `before` and an `after`, so that comparing the other way round exchanges the two.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

from pydantic import BaseModel, computed_field

from state.grades import FindingEffect, Severity
from state.objectives import Objectives
from state.snapshot import Selector

OVERALL = "OVERALL"


class Compared(BaseModel):
    """One of the two results."""

    thread: str
    checkpoint: str
    workload: Selector
    account: str
    regions: tuple[str, ...]
    taken_at: datetime
    generated_at: datetime
    objectives: Objectives


class PremiseMove(BaseModel):
    """A constant, an attestation, a fix on paper or a model's proposal that only one goes by."""

    kind: Literal["constant", "attestation", "fix", "proposal"]
    what: str
    before: str | None
    after: str | None


class Stand(BaseModel):
    """How a category, or the workload, stands. None in seconds: no way back, or all data gone."""

    letter: str | None
    rto_seconds: float | None
    rpo_seconds: float | None
    confidence: float


class LetterMove(BaseModel):
    """One letter before and after. A category that one of the two does not have is None there."""

    category: str  # its code, or OVERALL
    before: Stand | None
    after: Stand | None
    before_by_this_version: Stand | None = None  # where it would grade the same rows otherwise
    after_by_this_version: Stand | None = None

    @computed_field  # type: ignore[prop-decorator]  # pydantic's documented order
    @property
    def rto_drift(self) -> float | None:
        """Seconds that recovery takes longer; None: one of the two is no number."""
        return self._drift("rto_seconds")

    @computed_field  # type: ignore[prop-decorator]  # pydantic's documented order
    @property
    def rpo_drift(self) -> float | None:
        """Seconds of data that are lost in addition; None: one of the two is no number."""
        return self._drift("rpo_seconds")

    @property
    def moved(self) -> bool:
        """Whether the letter or an estimate is another."""
        return _numbers(self.before) != _numbers(self.after)

    def _drift(self, name: str) -> float | None:
        if not self.before or not self.after or None in (self.before.letter, self.after.letter):
            return None
        before, after = getattr(self.before, name), getattr(self.after, name)
        return None if before is None or after is None else after - before


def _numbers(stand: Stand | None) -> tuple[str | None, float | None, float | None] | None:
    return (stand.letter, stand.rto_seconds, stand.rpo_seconds) if stand else None


class Seen(BaseModel):
    """The value of a field."""

    value: Any


class EvidenceMove(BaseModel):
    """A field whose value is another; None: it was not looked at."""

    resource: str
    operation: str
    path: str
    before: Seen | None
    after: Seen | None


class How(StrEnum):
    """What a difference does to a category by itself, the strongest first.

    By itself: put alone into the earlier result, or taken alone out of the later one.
    """

    LETTER = "letter"  # changes the letter
    ESTIMATE = "estimate"  # changes a binding estimate
    TERM = "term"  # neither, but gives a term of the binding estimate before or after


class FactMove(BaseModel):
    """Something that differs between the two results, and what it did."""

    kind: Literal["row", "resource", "use", "objectives", "constant", "scanned", "specialist"]
    what: str  # the check, constant, category or resource type
    resource: str | None = None
    name: str = ""
    before: str | None  # a verdict, a value; None: was not there
    after: str | None
    evidence: tuple[EvidenceMove, ...] = ()
    failing: tuple[str, ...] = ()  # of a resource that is in one result alone: failing checks
    moves: dict[str, How] = {}  # category code or OVERALL -> what it did
    binds: tuple[str, ...] = ()  # categories whose binding estimate has its term, before or after


class FindingState(BaseModel):
    """A finding as one result has it."""

    title: str
    severity: Severity
    resources: tuple[str, ...]
    effect: FindingEffect


class FindingMove(BaseModel):
    """One defect by its identity. None: that result does not list it.

    `..._failing`: whether its check fails there all the same, being more than the objectives need;
    None: not known.
    """

    key: str
    id: str
    category: str
    before: FindingState | None
    after: FindingState | None
    before_failing: bool | None = None
    after_failing: bool | None = None

    @property
    def unchanged(self) -> bool:
        """Whether severity and resources are the same."""
        if self.before is None or self.after is None:
            return False
        same = set(self.before.resources) == set(self.after.resources)
        return same and self.before.severity is self.after.severity


class ResourceMove(BaseModel):
    """A member of the workload in one result alone."""

    resource: str
    name: str
    type: str
    before: bool
    after: bool


class GapMove(BaseModel):
    """A call that could not be read in one result alone; the numbers are of resources."""

    action: str
    region: str
    reason: str
    before: int | None
    after: int | None


class Comparison(BaseModel):
    """Two results.

    `facts` None: what one of them was graded from is not there. `not_attributed`: why nothing is
    said of what a fact moved, if nothing is.
    """

    before: Compared
    after: Compared
    premises: tuple[PremiseMove, ...]
    letters: tuple[LetterMove, ...]
    facts: tuple[FactMove, ...] | None
    not_attributed: str = ""
    findings: tuple[FindingMove, ...]
    resources: tuple[ResourceMove, ...] = ()
    gaps: tuple[GapMove, ...]

    @property
    def nothing_changed(self) -> bool:
        """Whether the two say the same."""
        return not (
            self.premises
            or self.facts
            or self.resources
            or self.gaps
            or self.before.objectives != self.after.objectives
            or any(letter.before != letter.after for letter in self.letters)
            or any(not finding.unchanged for finding in self.findings)
        )
