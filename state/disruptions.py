"""What each disruption of a policy takes, against its own objectives."""

from pydantic import BaseModel


class DisruptionGrade(BaseModel):
    """The worst that the scenarios of a disruption do to the workload."""

    name: str  # as the policy calls it: AZ, multi-AZ
    scenarios: tuple[str, ...]
    rto_target_seconds: int
    rpo_target_seconds: int
    rto_seconds: float | None  # estimated; None: no recovery
    rpo_seconds: float | None  # estimated; None: the data is gone
    slowest: str | None = None  # the resource that is back last, by id; None: nothing is struck
    lossiest: str | None = None  # the resource that loses most, by id
    letter: str | None  # None: too little could be read
    achieved: bool | None  # within both targets; None: too little could be read
