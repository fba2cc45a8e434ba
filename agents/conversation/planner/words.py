"""The words that the rules know beside their patterns: `words.toml`, loaded once."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from pydantic import BaseModel, ConfigDict


class Words(BaseModel):
    """As `words.toml` has them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    everyday: frozenset[str]
    dull: frozenset[str]
    hyphened: frozenset[str]
    looked_for: tuple[str, ...]
    after_a_letter: frozenset[str]
    numbers: Mapping[str, int]
    nouns: Mapping[str, tuple[tuple[str, ...], ...]]
    synonyms: Mapping[str, str]
    usual: Mapping[str, str]
    ordinary: frozenset[str]


@cache
def words() -> Words:
    """All of them."""
    text = files(__package__ or "").joinpath("words.toml").read_text(encoding="utf-8")
    return Words.model_validate(tomllib.loads(text))
