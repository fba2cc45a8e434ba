"""A runbook: what a person does when the workload fails, in the order in which to do it.

Seconds are the estimates' own; None stands for what never ends: no way back, or all data gone.
"""

from pydantic import BaseModel, ConfigDict

from state.grades import GapRow, Overall
from state.losses import Loss
from state.objectives import Objectives
from state.report import WorkloadSummary


class Blank(BaseModel):
    """Something that nobody can know beforehand: a command holds it as `<NAME>`."""

    model_config = ConfigDict(frozen=True)

    name: str
    what: str
    example: str


class Command(BaseModel):
    """One call of the AWS command line, word by word: nothing is quoted yet."""

    model_config = ConfigDict(frozen=True)

    words: tuple[str, ...]
    blanks: tuple[str, ...] = ()  # names of what has to be filled in


class Look(BaseModel):
    """A call that reads: what to look at in its answer, and what to expect there."""

    model_config = ConfigDict(frozen=True)

    at: str
    expect: str
    command: Command


class Action(BaseModel):
    """One step. Without a command, a person does it elsewhere, or it goes by itself."""

    model_config = ConfigDict(frozen=True)

    says: str
    command: Command | None = None
    phase: str = "act"  # of the estimate that it takes its time from
    expect: str = ""
    warning: str = ""  # what it interrupts, overwrites or destroys


class TimedStep(BaseModel):
    """One term of an estimate, and the actions that it is the time of (numbers from 1)."""

    phase: str
    what: str
    seconds: float | None
    source: str
    actions: tuple[int, ...] = ()


class Timing(BaseModel):
    """How long a procedure takes in scenarios that take equally long; the rows add up to it."""

    scenarios: tuple[str, ...]
    text: str  # the scenarios in words
    rows: tuple[TimedStep, ...]
    lost: tuple[TimedStep, ...]  # the data lost
    rto_seconds: float | None
    rpo_seconds: float | None
    by_itself: bool  # no person has to act
    rto_allowed: int | None = None  # None: nothing is asked
    rpo_allowed: int | None = None


class Procedure(BaseModel):
    """How one resource comes back from some scenarios."""

    number: int = 0  # in the runbook; the same for procedures that differ by ids alone
    resource: str
    name: str
    type: str
    region: str
    title: str
    scenarios: tuple[str, ...]
    purpose: str
    timings: tuple[Timing, ...] = ()
    checks: tuple[Look, ...]
    actions: tuple[Action, ...]
    verification: tuple[Look, ...]
    rollback: tuple[Action, ...]
    never: tuple[str, ...]


class SeverityLevel(BaseModel):
    """What makes an incident this severe, and what follows from it."""

    name: str
    when: tuple[str, ...]
    then: str
    update_seconds: int  # between two messages to those who wait


class Channel(BaseModel):
    """Whom alarms reach. `confirmed` None: it could not be seen."""

    resource: str
    name: str
    alarms: int
    confirmed: int | None
    protocols: dict[str, int] = {}


class Watch(BaseModel):
    """One alarm. `seconds`: from the fault to the message; None: it tells nobody, or not known."""

    alarm: str
    name: str
    watches: tuple[str, ...]  # resource ids
    condition: str
    seconds: float | None
    tells: tuple[str, ...]  # topics and others, by name
    trouble: str = ""  # why nobody is told


class Unwatched(BaseModel):
    """A resource of whose failure no alarm tells anybody, and the alarm that would."""

    resource: str
    alarm: str
    note: str = ""


class Wave(BaseModel):
    """What can be brought back at the same time, once the waves before it are back."""

    number: int
    resources: tuple[str, ...]
    circles: tuple[tuple[str, ...], ...] = ()  # that wait for one another: bring them up together
    alongside: bool = False  # no request waits for them


class PlaceLost(BaseModel):
    """The loss of a zone or of a Region."""

    place: str
    region: str
    loss: Loss
    checks: tuple[Look, ...]
    actions: tuple[Action, ...]
    verification: tuple[Look, ...]
    rollback: tuple[Action, ...]
    never: tuple[str, ...]
    procedures: tuple[int, ...] = ()  # in the order in which they are needed


class Listed(BaseModel):
    """What a resource is called."""

    name: str
    type: str
    region: str


class Layered(BaseModel):
    """The responses there are to the failure of one resource; fewer than two are too few."""

    resource: str
    indicator: str  # the alarms that show it; "": none does
    wanted: str  # the alarm that would
    by_itself: tuple[str, ...]
    by_person: tuple[int, ...]  # procedures


class Assumed(BaseModel):
    """A figure of the estimates that nobody measured here."""

    name: str
    seconds: float | None  # None: it never ends
    what: str
    given: bool  # by the user


class Runbook(BaseModel):
    """The whole document."""

    thread: str
    checkpoint: str
    workload: WorkloadSummary
    objectives: Objectives
    letters: dict[str, str | None]  # by category code
    overall: Overall
    start_within: int | None  # seconds since the fault, or the RTO is missed; None: it is anyway
    only: tuple[str, ...] = ()
    resources: dict[str, Listed]  # all that it speaks of, by id
    severities: tuple[SeverityLevel, ...]
    channels: tuple[Channel, ...]
    watches: tuple[Watch, ...]
    unwatched: tuple[Unwatched, ...]
    unseen: tuple[str, ...] = ()  # resources of which it is not known whether anybody is told
    triage: tuple[Look, ...]
    waves: tuple[Wave, ...]
    procedures: tuple[Procedure, ...]  # in the order of recovery
    places: tuple[PlaceLost, ...]  # zones, then Regions
    entries: tuple[str, ...]  # where work enters
    validation: tuple[Look, ...]
    layers: tuple[Layered, ...]
    blanks: tuple[Blank, ...]
    assumed: tuple[Assumed, ...]
    gaps: tuple[GapRow, ...]
    uncovered: tuple[str, ...] = ()  # resources that can be struck, and have no procedure
