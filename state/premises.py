"""What a person gives a run to go by: constants, attested facts, fixes on paper, acceptance."""

from datetime import date, timedelta
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from state.errors import WrongUse
from state.judgements import AnswerValue, Phase

VALID_FOR = timedelta(days=365)  # of an attestation that names no end

Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]  # seconds


class Override(BaseModel):
    """A constant of `assumptions.toml` as it is here; what is left out stays as it was."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seconds: Amount | None = None
    seconds_per_unit: Amount | None = None
    why: str = ""


class Attestation(BaseModel):
    """A person's word on what no API shows: the answer to a question, or how a check stands.

    Exactly one of `question` and `check` is set. Neither a message nor a model can make one.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    question: str | None = None  # id: spof.each_component_fails
    answer: AnswerValue | None = None  # to the question
    check: str | None = None  # id of a check whose defect is not there, as far as people know
    resource: str | None = None  # of the check: id or name; None: wherever it does not pass
    takes: dict[Phase, Amount] = {}  # of the check: how long steps take here, seconds
    by_itself: bool = False  # nobody has to act in those steps
    by: str
    on: date
    until: date | None = None  # counts no longer after this day
    because: str

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        if (self.question is None) == (self.check is None):
            raise ValueError("it is about a `question` or about a `check`: name one")
        if self.question and (self.resource or self.takes):
            raise ValueError("`resource` and `takes` belong to a `check`, not to a `question`")
        if self.by_itself and not self.takes:
            raise ValueError("`by_itself` needs `takes`: how long does it take by itself?")
        if self.question and self.answer in (None, AnswerValue.CANNOT_DETERMINE):
            raise ValueError("a `question` is answered yes, partly or no")
        if self.check and self.answer:
            raise ValueError("an `answer` belongs to a `question`, not to a `check`")
        if not self.by.strip() or not self.because.strip():
            raise ValueError("say who attests it (`by`) and what it rests on (`because`)")
        if self.until and self.until < self.on:
            raise ValueError("`until` comes before `on`")
        return self

    @property
    def last_day(self) -> date:
        """The last day it counts: a year on, where it names none."""
        return min(self.until, self.on + VALID_FOR) if self.until else self.on + VALID_FOR

    def counts_on(self, day: date) -> bool:
        """Whether it still holds."""
        return day <= self.last_day

    @property
    def about(self) -> str:
        """What it is about: `spof.zone_loss = yes`, `lambda.function_no_alias on orders`."""
        answer = f" = {self.answer.value.lower()}" if self.answer else ""
        resource = f" on {self.resource}" if self.resource else ""
        return f"{self.question or self.check}{answer}{resource}"

    @property
    def word(self) -> str:
        """Who attests it, when, and what it rests on."""
        return f"attested by {self.by} on {self.on}: {self.because}"

    def __str__(self) -> str:
        return f"{self.about} {self.word}"


class Fix(BaseModel):
    """A failing check's own remedy, applied on paper."""

    model_config = ConfigDict(frozen=True)

    check: str
    resource: str | None = None  # id or name; None: wherever the check fails

    @classmethod
    def written(cls, text: str) -> Self:
        """The fix of `CHECK` or `CHECK@RESOURCE`, as people and plans write it.

        Raises:
            WrongUse: the text names no check, or an empty resource.
        """
        check, at, resource = text.strip().partition("@")
        if not check:
            raise WrongUse(f"{text!r} names no check: write --fix CHECK or --fix CHECK@RESOURCE")
        if at and not resource:  # a script's variable that is empty: it never meant everywhere
            raise WrongUse(f"{text!r} names no resource: write --fix {check} to mend it everywhere")
        return cls(check=check, resource=resource or None)

    def __str__(self) -> str:
        return self.check if self.resource is None else f"{self.check}@{self.resource}"


class Premises(BaseModel):
    """All that a run goes by beside the account and the objectives."""

    model_config = ConfigDict(frozen=True)

    assumptions: dict[str, Override] = {}
    attestations: tuple[Attestation, ...] = ()
    fixes: tuple[Fix, ...] = ()
    accepted: tuple[str, ...] = ()  # ids of models' proposals that a person has accepted

    def __bool__(self) -> bool:
        return bool(self.assumptions or self.attestations or self.fixes or self.accepted)

    def plus(self, more: "Premises") -> "Premises":
        """These and more of them: another figure for a constant stands in for the one before."""
        new = tuple(each for each in more.attestations if each not in self.attestations)
        return Premises(
            assumptions={**self.assumptions, **more.assumptions},
            attestations=self.attestations + new,
            fixes=tuple(dict.fromkeys((*self.fixes, *more.fixes))),
            accepted=tuple(dict.fromkeys((*self.accepted, *more.accepted))),
        )


NOTHING_GIVEN = Premises()
