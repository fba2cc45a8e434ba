"""What a person gives a run to go by: other constants, attested facts, fixes on paper."""

from datetime import date

from pydantic import BaseModel, ConfigDict

from state.judgements import AnswerValue


class Override(BaseModel):
    """A constant of `assumptions.toml` as it is here; what is left out stays as it was."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seconds: float | None = None
    seconds_per_unit: float | None = None
    why: str = ""


class Attestation(BaseModel):
    """A person's word on what no API shows: the answer to a question, or a check's defect denied.

    Exactly one of `question` and `check` is set. Neither a message nor a model can make one.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    question: str | None = None  # id: spof.each_component_fails
    answer: AnswerValue | None = None  # to the question
    check: str | None = None  # id of a check whose defect is not there, as far as people know
    resource: str | None = None  # of the check: id or name; None: wherever it does not pass
    by: str
    on: date
    until: date | None = None  # counts no longer after this day
    because: str


class Fix(BaseModel):
    """A failing check's own remedy, applied on paper."""

    model_config = ConfigDict(frozen=True)

    check: str
    resource: str | None = None  # id or name; None: wherever the check fails

    def __str__(self) -> str:
        return self.check if self.resource is None else f"{self.check}@{self.resource}"


class Premises(BaseModel):
    """All that a run goes by beside the account and the objectives."""

    model_config = ConfigDict(frozen=True)

    assumptions: dict[str, Override] = {}
    attestations: tuple[Attestation, ...] = ()
    fixes: tuple[Fix, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.assumptions or self.attestations or self.fixes)


NOTHING_GIVEN = Premises()
