"""The constants of every estimate, each with its unit, source and reason."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Literal

from pydantic import BaseModel, ConfigDict

from state.errors import InvalidPremises
from state.judgements import Contribution
from state.premises import Override


class Assumption(BaseModel):
    """One constant: `seconds + seconds_per_unit x units`, or never."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["published", "configured", "assumption", "given"]
    seconds: float = 0.0
    seconds_per_unit: float = 0.0
    unit: str = ""
    never: bool = False
    what: str
    why: str
    source: str = ""  # the address that states a published figure

    def amount(self, units: float) -> float:
        """Seconds for that many units; infinity for what never ends."""
        return float("inf") if self.never else self.seconds + self.seconds_per_unit * units


Assumptions = Mapping[str, Assumption]


@cache
def assumptions() -> Assumptions:
    """The embedded table, `assumptions.toml`."""
    text = files("tools.grading").joinpath("assumptions.toml").read_text(encoding="utf-8")
    return {name: Assumption(**values) for name, values in tomllib.loads(text).items()}


def with_overrides(table: Assumptions, overrides: Mapping[str, Override]) -> Assumptions:
    """The table with a person's own figures in it.

    Raises:
        InvalidPremises: there is no constant of that name, or its amount is not a person's to give.
    """
    if not overrides:
        return table
    strangers = sorted(set(overrides) - set(table))
    if strangers:
        raise InvalidPremises(
            f"no constant is called {strangers[0]!r}: `seeams assumptions` lists them"
        )
    for name, given in overrides.items():
        _require_sense(table[name], given)
    return {**table, **{name: _given(table[name], given) for name, given in overrides.items()}}


def _require_sense(known: Assumption, given: Override) -> None:
    if known.kind == "configured":
        raise InvalidPremises("it is read from each resource: there is nothing to assume")
    if given.seconds_per_unit is not None and not known.unit:
        raise InvalidPremises("it has no unit: give `seconds` alone")
    if known.never and (given.seconds is None or not given.why.strip()):
        raise InvalidPremises(
            f"it means that {known.what}: say in `seconds` how long it takes all the same, and in "
            "`why` how"
        )


def _given(known: Assumption, given: Override) -> Assumption:
    changed = {
        name: value
        for name in ("seconds", "seconds_per_unit")
        if (value := getattr(given, name)) is not None
    }
    return known.model_copy(
        update={"kind": "given", "never": False, "why": given.why or known.why, **changed}
    )


def seconds_of(contribution: Contribution, table: Assumptions) -> float:
    """How long a contribution's step takes, or how much data it loses, in seconds."""
    if contribution.measured:
        return contribution.units
    return table[contribution.assumption].amount(contribution.units)


def source_of(contribution: Contribution, table: Assumptions) -> str:
    """Where the amount comes from: `measured:restore_database`, `given:decide`, `attested:...`."""
    kind: str = table[contribution.assumption].kind
    if contribution.measured:
        kind = "measured"
    if contribution.attested:
        kind = "attested"
    return f"{kind}:{contribution.assumption}"
