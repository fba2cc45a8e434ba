"""A conversation about a thread: what was asked, which verbs answered it, and with what."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from state.grades import Spending
from state.thinking import Dropped


class Did(BaseModel):
    """One verb that was carried out."""

    model_config = ConfigDict(frozen=True)

    verb: str
    arguments: dict[str, Any]  # those that are not the verb's defaults
    answer: str  # Markdown
    result: dict[str, Any]  # the same as data


class Turn(BaseModel):
    """A question and its answer.

    What the verbs say is worked out; `words` are a model's, of which only verified ones are kept.
    """

    model_config = ConfigDict(frozen=True)

    question: str
    asked_at: datetime
    by: str  # who chose the verbs: "rules", or a model's name
    did: tuple[Did, ...]
    words: tuple[str, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    trouble: str = ""  # why the rules stood in for the model that was asked for
    spending: Spending = Spending()
