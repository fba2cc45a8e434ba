"""The constants of every estimate, each with its unit, source and reason."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Literal

from pydantic import BaseModel, ConfigDict

from state.judgements import Contribution


class Assumption(BaseModel):
    """One constant: `seconds + seconds_per_unit x units`, or never."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["published", "configured", "measured", "assumption"]
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


def seconds_of(contribution: Contribution, table: Assumptions) -> float:
    """How long a contribution's step takes, or how much data it loses, in seconds."""
    return table[contribution.assumption].amount(contribution.units)
