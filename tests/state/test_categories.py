"""The five categories are found by themselves, and their names are theirs alone."""

import re

from state.categories import (
    categories,
    category_of_question,
    category_of_scenario,
    scenarios,
)


def test_there_are_five_in_the_order_of_the_acronym() -> None:
    assert [category.code for category in categories()] == [
        "SINGLE_POINT_OF_FAILURE",
        "EXCESSIVE_LOAD",
        "EXCESSIVE_LATENCY",
        "MISCONFIGURATION_AND_BUGS",
        "SHARED_FATE",
    ]
    assert [category.rank for category in categories()] == [1, 2, 3, 4, 5]


def test_names_belong_to_one_category() -> None:
    every = categories()
    assert len({c.slug for c in every}) == len(every)
    assert len(category_of_question()) == sum(len(c.questions) for c in every)
    assert len(category_of_scenario()) == sum(len(c.scenarios) for c in every) == len(scenarios())
    assert all(re.fullmatch(r"[a-z_]+", c.slug) for c in every)


def test_every_category_has_scenarios_and_questions() -> None:
    for category in categories():
        assert category.scenarios
        assert category.questions
        assert category.title
        assert category.violates


def test_questions_can_be_asked_and_attested() -> None:
    for question, category in category_of_question().items():
        asked = next(q for q in category.questions if q.id == question)
        assert asked.text.endswith("?")
        assert asked.attest
        assert len({q.text for q in category.questions}) == len(category.questions)


def test_only_the_loss_of_a_region_waits_for_region_objectives() -> None:
    waiting = [name for name, s in scenarios().items() if s.only_if_region_must_survive]
    assert waiting == ["region_lost"]
