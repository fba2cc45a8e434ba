"""The cheapest way to a letter: which fixes, in which order, and what no fix can reach."""

from enum import StrEnum

from pydantic import BaseModel

from state.judgements import Cost, Effort
from state.objectives import Objectives
from state.premises import Fix


class Move(BaseModel):
    """What a step does for a category's letter: without it, the rest of the plan earns less."""

    category: str
    without: str | None  # the letter with all of the plan but this step
    letter: str | None  # and with it


class PlanStep(BaseModel):
    """One check mended, wherever the plan needs it."""

    check: str
    title: str  # of the defect
    resources: tuple[str, ...]  # ids
    everywhere: bool  # on every resource where the check fails
    recommendation: str
    effort: Effort  # of a person's time, for one resource
    cost: Cost  # on the monthly bill, for one resource
    moves: tuple[Move, ...]

    @property
    def fixes(self) -> tuple[Fix, ...]:
        """What to put on paper for it."""
        if self.everywhere:
            return (Fix(check=self.check),)
        return tuple(Fix(check=self.check, resource=each) for each in self.resources)


class ObstacleKind(StrEnum):
    """Why no fix reaches a letter."""

    GAP = "gap"  # what could not be read caps the letter
    NO_EVIDENCE = "no evidence"  # nothing that was read speaks for the workload
    NO_REMEDY = "no remedy"  # a defect that cannot be mended on paper
    SHORTFALL = "shortfall"  # well built, and still not good enough for these objectives


class Obstacle(BaseModel):
    """What stands between a category and the letter, when every fix is made."""

    kind: ObstacleKind
    because: str
    resources: tuple[str, ...] = ()
    check: str | None = None


class Unreached(BaseModel):
    """A category that no fixes bring to the letter asked for, and at what objectives they would."""

    category: str
    letter: str | None  # the best that fixes reach; None: it cannot be graded
    obstacles: tuple[Obstacle, ...]
    would_do: Objectives | None = None  # at these the letter is reached; None: at none


class Plan(BaseModel):
    """The cheapest fixes that bring every category to a letter, or as near to it as fixes can."""

    target: str
    objectives: Objectives
    reached: bool  # in every category
    exact: bool  # there is no cheaper set; else it was found greedily, and there may be one
    before: dict[str, str | None]  # category code, or OVERALL -> letter without the plan's fixes
    after: dict[str, str | None]  # graded again with all of them made
    steps: tuple[PlanStep, ...]
    minutes: int  # of a person's work, all steps together, roughly
    considered: int  # how many fixes there were to choose from
    unreached: tuple[Unreached, ...] = ()

    @property
    def fixes(self) -> tuple[Fix, ...]:
        """What to put on paper for all of it."""
        return tuple(fix for step in self.steps for fix in step.fixes)
