"""What a sample workload is expected to show, and how well a run found it."""

from collections.abc import Iterable
from functools import reduce

from pydantic import BaseModel, ConfigDict, computed_field

from state.thinking import Stop


class Planted(BaseModel):
    """A defect that no rule describes, put into a sample for a model to find."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    what: str
    category: str  # code; whoever finds it may belong to another
    resource: str  # `SQS::Queue shop-orders`
    facts: tuple[str, ...]  # `sqs:GetQueueAttributes MessageRetentionPeriod`: one must be quoted


class Expectation(BaseModel):
    """What must be found in a sample at its suggested objectives, and what must not."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sample: str
    must: dict[str, tuple[str, ...]]  # check id -> resources, `RDS::DBInstance shop-orders`
    must_not: dict[str, tuple[str, ...]] = {}  # the same; no resource: on none at all
    planted: tuple[Planted, ...] = ()


class Score(BaseModel):
    """What was expected, what was found, and what that cost; scores can be added up."""

    expected: int = 0  # findings, each on one resource
    found: int = 0
    right: int = 0  # of those found, expected
    planted: int = 0
    planted_found: int = 0
    proposals: int = 0
    claims: int = 0  # that models made
    kept: int = 0  # of those, borne out by facts
    dropped: int = 0
    doubts: int = 0  # of models, about findings that are expected
    model_calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    usd: float = 0.0
    seconds: float = 0.0

    @computed_field  # type: ignore[prop-decorator]  # as pydantic's manual has it
    @property
    def recall(self) -> float:
        """How much of what is expected was found; 1 where nothing is."""
        return _share(self.right, self.expected)

    @computed_field  # type: ignore[prop-decorator]
    @property
    def precision(self) -> float:
        """How much of what was found is expected; 1 where nothing was."""
        return _share(self.right, self.found)

    @computed_field  # type: ignore[prop-decorator]
    @property
    def grounded(self) -> float | None:
        """How much of what models claimed is borne out; None where they claimed nothing."""
        return self.kept / self.claims if self.claims else None

    def plus(self, other: "Score") -> "Score":
        """Both together."""
        names = Score.model_fields
        return Score(**{name: getattr(self, name) + getattr(other, name) for name in names})


class Evaluated(BaseModel):
    """How well one sample workload was judged."""

    workload: str
    letter: str | None
    score: Score
    by_category: dict[str, Score]  # by code
    missing: tuple[str, ...] = ()  # `rds.instance_single_az on RDS::DBInstance shop-orders`
    unexpected: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()  # found, and expected not to be
    planted_missing: tuple[str, ...] = ()  # names
    stops: dict[str, Stop] = {}  # how each category's agent ended
    dropped: tuple[str, ...] = ()  # what models claimed and why it was not kept


class Evaluation(BaseModel):
    """How well the sample workloads were judged, with a model or with none."""

    model: str
    workloads: tuple[Evaluated, ...]

    @computed_field  # type: ignore[prop-decorator]
    @property
    def total(self) -> Score:
        """All workloads together."""
        return _sum(each.score for each in self.workloads)

    @computed_field  # type: ignore[prop-decorator]
    @property
    def by_category(self) -> dict[str, Score]:
        """All workloads together, by category code."""
        codes = dict.fromkeys(code for each in self.workloads for code in each.by_category)
        return {
            code: _sum(
                each.by_category[code] for each in self.workloads if code in each.by_category
            )
            for code in codes
        }

    @property
    def rules_hold(self) -> bool:
        """Whether the rules found exactly what is expected of them."""
        return not any(each.missing or each.unexpected or each.forbidden for each in self.workloads)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0


def _sum(scores: Iterable[Score]) -> Score:
    return reduce(Score.plus, scores, Score())
