"""What a loss on paper does: who stops, who goes on, when what is back, which data is gone."""

from enum import StrEnum

from pydantic import BaseModel

from state.grades import Term


class Hit(StrEnum):
    """How a loss reaches a resource."""

    STRUCK = "struck"  # it is lost itself, or lies in what is lost
    STOPS = "stops"  # it cannot work without something that is down
    DEGRADED = "degraded"  # it goes on without something that is down


class Outage(BaseModel):
    """One resource that is down, or that goes on with less, and until when.

    `back_seconds` counts from the loss; None: it does not come back. `lost_seconds`: the data
    written in that time before the loss is gone; None: all of it is.
    """

    resource: str
    hit: Hit
    back_seconds: float | None
    at_least: bool = False  # it waits for something of which no more is known
    own_seconds: float | None = 0.0  # of that, its own recovery; the rest it waits
    waits_for: str | None = None  # the resource that is back last of those it cannot do without
    lost_seconds: float | None = 0.0
    by_itself: bool = True  # no person has to act for its own recovery
    terms: tuple[Term, ...] = ()  # of its own recovery and loss
    soft: bool = False  # the rest goes on without it
    because: str


class Bystander(BaseModel):
    """A resource that is not down, or of which it is not known, and why."""

    resource: str
    because: str


class Loss(BaseModel):
    """The loss of a zone, a Region or a resource, on paper.

    The workload is back when the last hard resource is: not when what it goes on without is. The
    objectives are None where they ask nothing of such a loss.
    """

    lost: str  # as it was asked for: az:eu-west-1a
    scenario: str  # whose estimates were taken
    taken_as: str  # that scenario in words, and why it, if another could have been
    outages: tuple[Outage, ...]  # in the order in which they are back
    rides_out: tuple[Bystander, ...] = ()
    unknown: tuple[Bystander, ...] = ()
    rto_seconds: float | None  # None: never
    rpo_seconds: float | None  # None: data is gone for good
    rto_allowed: int | None = None
    rpo_allowed: int | None = None
    rto_met: bool | None = None  # None: nothing is asked, or too little is known to say
    rpo_met: bool | None = None
    sentence: str
