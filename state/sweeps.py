"""A sweep: which letters at which objectives, and where they turn."""

from pydantic import BaseModel

OVERALL = "OVERALL"  # beside the codes of the categories

Letters = tuple[tuple[str | None, ...], ...]  # one row for each RTO, one column for each RPO


class Turn(BaseModel):
    """From which objective on a letter holds, up to the next turn."""

    letter: str | None
    from_seconds: int


class Sweep(BaseModel):
    """Letters over a grid of objectives, by category code and `OVERALL`."""

    rto_seconds: tuple[int, ...]
    rpo_seconds: tuple[int, ...]
    letters: dict[str, Letters]
    rto_present: int
    rpo_present: int
    by_rto: dict[str, tuple[Turn, ...]]  # at the present RPO, the shortest RTO first
    by_rpo: dict[str, tuple[Turn, ...]]  # at the present RTO
