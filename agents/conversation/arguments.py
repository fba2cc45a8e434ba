"""What verbs take: durations, letters and names as people write them, in one spelling each."""

import re
from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from state.categories import categories
from state.errors import WrongUse
from state.objectives import DAY, HOUR, MINUTE, parse_duration
from tools.grading.letters import LETTERS

_UNITS = ((DAY, "d"), (HOUR, "h"), (MINUTE, "min"), (1, "s"))


class Arguments(BaseModel):
    """Of a verb; a model that names another argument is told so."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def compact(seconds: int) -> str:
    """A duration as a whole number of the largest unit that measures it: `90min`, `2h`, `1d`."""
    size, unit = next((size, unit) for size, unit in _UNITS if seconds % size == 0)
    return f"{seconds // size}{unit}"


def _duration(text: str) -> str:
    try:
        seconds = parse_duration(text)
    except WrongUse as error:
        raise ValueError(str(error)) from error
    if not seconds:
        raise ValueError("no architecture recovers in no time: ask for seconds (10s)")
    return compact(seconds)


def _letter(text: str) -> str:
    if text.upper() not in LETTERS:
        raise ValueError(f"{text!r} is no letter: it is one of {', '.join(LETTERS)}")
    return text.upper()


def category_slug(text: str) -> str:
    """The slug of a category by its code, slug or title.

    Raises:
        ValueError: there is none.
    """
    wanted = text.strip().casefold()
    for category in categories():
        if wanted in (category.slug, category.code.casefold(), category.title.casefold()):
            return category.slug
    raise ValueError(f"{text!r} is no category: {', '.join(c.slug for c in categories())}")


def _since(text: str) -> str:
    return text if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) else _duration(text)


Duration = Annotated[str, AfterValidator(_duration), Field(description="2h, 30 min, PT2H")]
Letter = Annotated[str, AfterValidator(_letter), Field(description="A, A-, B+ ... F")]
CategorySlug = Annotated[
    str, AfterValidator(category_slug), Field(description="spof, load, latency ...")
]
Since = Annotated[
    str, AfterValidator(_since), Field(description="a date (2026-11-01), or how long ago: 7d")
]
At = Annotated[
    Literal["assessment", "what-if"],
    Field(description="which result: the assessment, or the last what-if of this conversation"),
]


def some(names: Sequence[str], most: int = 4) -> str:
    """The first few, and how many more there are."""
    shown = ", ".join(names[:most])
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown
