"""The five SEEAMS failure categories, one module each.

A module in this package defines `CATEGORY`: its code (as AWS Resilience Hub v2 spells it), the
failure scenarios that belong to it, and the questions its specialist answers. Nothing else lists
categories.
"""

import importlib
import pkgutil
from dataclasses import dataclass
from functools import cache

from state.judgements import AnswerValue


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """Something that can strike a component; every estimate is made for one."""

    name: str
    text: str
    only_if_region_must_survive: bool = False


@dataclass(frozen=True, kw_only=True)
class Question:
    """What a specialist answers for the whole workload; checks say which one they bear on."""

    id: str
    text: str
    attest: str  # what a person could attest where no API shows it
    good: AnswerValue = AnswerValue.YES  # the answer one hopes for

    @property
    def is_open(self) -> bool:
        """Whether it asks what or how: then YES says that this is in order, NO that it is not."""
        return self.text.startswith(("What", "How", "Which"))


@dataclass(frozen=True, kw_only=True)
class Category:
    """One SEEAMS failure category."""

    code: str
    slug: str  # in node names: assess_<slug>, grade_<slug>
    rank: int  # order in reports: S, E, E, M, S
    title: str
    violates: str
    scenarios: tuple[Scenario, ...]
    questions: tuple[Question, ...]


@cache
def categories() -> tuple[Category, ...]:
    """Every category, in the order of the acronym."""
    modules = (
        importlib.import_module(f"{__name__}.{m.name}") for m in pkgutil.iter_modules(__path__)
    )
    return tuple(sorted((m.CATEGORY for m in modules), key=lambda category: category.rank))


@cache
def category_of_question() -> dict[str, Category]:
    """Question id -> the category that asks it."""
    return {question.id: category for category in categories() for question in category.questions}


@cache
def category_of_scenario() -> dict[str, Category]:
    """Scenario name -> the category it belongs to."""
    return {scenario.name: category for category in categories() for scenario in category.scenarios}


@cache
def scenarios() -> dict[str, Scenario]:
    """Scenario name -> scenario."""
    return {scenario.name: scenario for category in categories() for scenario in category.scenarios}
