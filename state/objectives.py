"""Recovery objectives: how soon the workload must be back, how much data it may lose."""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Any, Self

import humanize
import pytimeparse2
from pydantic import (
    BaseModel,
    ConfigDict,
    TypeAdapter,
    ValidationError,
    computed_field,
    model_validator,
)

from state.errors import InvalidDuration, InvalidObjectives

MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR
LONGEST = 3650 * DAY  # of a duration that is meant

_ISO_8601 = TypeAdapter(timedelta)


class Tolerance(StrEnum):
    """How long the business can bear an outage: the class the tighter objective falls into."""

    LOW = "LOW"  # seconds to minutes
    MEDIUM = "MEDIUM"  # minutes to hours
    HIGH = "HIGH"  # hours to days


# Upper ends of the classes, in seconds, of the tighter of the two objectives.
LOW_BELOW = 15 * MINUTE
MEDIUM_BELOW = 4 * HOUR


def parse_duration(text: str) -> int:
    """Seconds in a duration as people write it: `24 hours`, `30 min`, `1d 2h`, `PT2H`, `90s`.

    Raises:
        InvalidDuration: the text is no duration, is negative, longer than ten years, or a bare
            number or clock time (of what?).
    """
    plain = " ".join(text.split())
    if plain != "0" and any(c.isdigit() for c in plain) and not any(c.isalpha() for c in plain):
        raise InvalidDuration(f"{text!r} has no unit: say 30m, 24h or 2d")
    try:
        seconds = _seconds_in(plain)
    except (ValidationError, ValueError, OverflowError) as error:
        raise InvalidDuration(_NO_DURATION.format(text)) from error
    if seconds is None or seconds < 0:
        raise InvalidDuration(_NO_DURATION.format(text))
    if seconds > LONGEST:
        raise InvalidDuration(f"{text!r} is longer than ten years: try 24h, '30 min', 2d or PT2H")
    return round(seconds)


_NO_DURATION = "{!r} is no duration: try 24h, '30 min', 2d or PT2H"


def _seconds_in(plain: str) -> float | None:
    if plain.upper().startswith("P"):
        return _ISO_8601.validate_python(plain.upper()).total_seconds()
    seconds: float | None = pytimeparse2.parse(plain.replace(" and ", " "), raise_exception=True)
    return seconds


def spell_duration(seconds: float | None) -> str:
    """A duration as a sentence would say it, to the minute above an hour; None is "never"."""
    if seconds is None:
        return "never"
    if seconds < 1:
        return "no time"
    if seconds >= HOUR:
        seconds = round(seconds / MINUTE) * MINUTE
    spelled: str = humanize.precisedelta(
        timedelta(seconds=round(seconds)),
        minimum_unit="seconds",
        suppress=["months", "years"],  # of what length?
        format="%0.0f",
    )
    return spelled


class Disruption(BaseModel):
    """Scenarios that a policy sets objectives of their own for, under the policy's name for them.

    None: the objective of the workload holds, or that for the loss of a Region.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    scenarios: tuple[str, ...]
    rto_seconds: int | None = None
    rpo_seconds: int | None = None


class Objectives(BaseModel):
    """RTO and RPO in seconds, for the workload and, where a Region must survive, for its loss."""

    model_config = ConfigDict(frozen=True)

    rto_seconds: int
    rpo_seconds: int
    region_rto_seconds: int | None = None
    region_rpo_seconds: int | None = None
    policy: str = ""  # the name of the AWS Resilience Hub policy they come from
    disruptions: tuple[Disruption, ...] = ()  # each scenario in one of them, or none at all
    notes: tuple[str, ...] = ()  # how the policy was read, and what is doubtful about it

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        for name, seconds in (
            ("RTO", self.rto_seconds),
            ("RPO", self.rpo_seconds),
            ("RTO for the loss of a Region", self.region_rto_seconds),
            ("RPO for the loss of a Region", self.region_rpo_seconds),
            *((f"RTO for {each.name}", each.rto_seconds) for each in self.disruptions),
            *((f"RPO for {each.name}", each.rpo_seconds) for each in self.disruptions),
        ):
            if seconds is not None and seconds <= 0:
                raise InvalidObjectives(
                    f"the {name} must be longer than zero: no architecture recovers in no time; "
                    "ask for seconds (10s) if you mean 'at once'"
                )
        if (self.region_rto_seconds is None) != (self.region_rpo_seconds is None):
            raise InvalidObjectives("give both objectives for the loss of a Region, or neither")
        self._require_region_no_sooner()
        return self

    def _require_region_no_sooner(self) -> None:
        """Losing a Region loses its zones and components too; a bad change is another matter."""
        lost = {"component_lost", "zone_lost"}
        lesser = [each for each in self.disruptions if lost & set(each.scenarios)]
        rto = [(each.rto_seconds or self.rto_seconds, each.name) for each in lesser]
        rpo = [(each.rpo_seconds or self.rpo_seconds, each.name) for each in lesser]
        for what, region, less in (
            ("RTO", self.region_rto_seconds, rto or [(self.rto_seconds, "anything less")]),
            ("RPO", self.region_rpo_seconds, rpo or [(self.rpo_seconds, "anything less")]),
        ):
            longest, name = max(less)
            if region is not None and region < longest:
                raise InvalidObjectives(
                    f"the {what} for the loss of a Region is shorter than the {what} for {name}: "
                    "losing a Region loses its zones too"
                )

    @property
    def fields(self) -> dict[str, Any]:
        """What they are made of, for others that differ in something."""
        return {name: getattr(self, name) for name in Objectives.model_fields}

    @computed_field  # type: ignore[prop-decorator]  # pydantic's documented order
    @property
    def tolerance(self) -> Tolerance:
        """The class of the tightest objective."""
        own = [s for each in self.disruptions for s in (each.rto_seconds, each.rpo_seconds) if s]
        tighter = min(self.rto_seconds, self.rpo_seconds, *own)
        if tighter < LOW_BELOW:
            return Tolerance.LOW
        return Tolerance.MEDIUM if tighter < MEDIUM_BELOW else Tolerance.HIGH


def objectives_from(
    fields: Mapping[str, Any],
    *,
    rto: str | None = None,
    rpo: str | None = None,
    region_rto: str | None = None,
    region_rpo: str | None = None,
) -> Objectives:
    """Objectives from a policy's or other ones' fields, with what people name standing in for them.

    What is named holds for every disruption of a policy but the loss of a Region, and is noted.

    Raises:
        InvalidDuration, InvalidObjectives: they cannot be understood, or contradict themselves.
    """
    named = {"rto": rto, "rpo": rpo, "region_rto": region_rto, "region_rpo": region_rpo}
    made = dict(fields)
    for name, text in named.items():
        if text is None:
            continue
        made[f"{name}_seconds"] = parse_duration(text)
        if made.get("disruptions"):
            made |= _standing_in(made, name, text)
    return Objectives(**made)


def _standing_in(fields: Mapping[str, Any], name: str, text: str) -> dict[str, Any]:
    """The disruptions of a policy without what is named instead, and the note that says so."""
    disruptions, what = fields["disruptions"], name[-3:].upper()
    whose = f"its {what} for the loss of a Region"
    if not name.startswith("region_"):
        nothing = {f"{name}_seconds": None}
        disruptions = tuple(each.model_copy(update=nothing) for each in disruptions)
        whose = f"every {what} of it but a Region's"
    note = f"--{name.replace('_', '-')} {text} stands in for {whose}"
    return {"disruptions": disruptions, "notes": (*fields.get("notes", ()), note)}
