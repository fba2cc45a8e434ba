"""Asked for recommendations, the conversation gives that many, on that topic."""

import json
import re

import pytest

from agents.conversation.planner.words import words
from agents.recommending import recommended
from graph.runs import reckoning_of, snapshot_of
from seeams.stored import report_at
from state.store import Store
from tests.agents.conversation.conftest import Ask
from tests.agents.conversation.test_paraphrases import HELD_OUT, PUBLISHED, cases
from tests.agents.conversation.workload import shop
from tools.recommending.topics import topic_of


def test_three_for_observability(store: Store, ask: Ask) -> None:
    (did,) = ask("What are the top 3 things for observability?").did
    assert did.verb == "recommend"
    assert re.findall(r"(?m)^\*\*(\d)\. ", did.answer) == ["1", "2", "3"]
    assert did.answer.count("](https://") == 3
    report = report_at(store, "shop")
    same = recommended(
        report, reckoning_of(store, report), snapshot_of(store, report), "observability", 3
    )
    assert did.result == same.model_dump(mode="json")


def test_two_topics_in_one_question(ask: Ask) -> None:
    (did,) = ask("Give me 4 things about backups and observability").did
    assert did.verb == "recommend"
    assert re.findall(r"(?m)^\*\*(\d)\. ", did.answer) == ["1", "2", "3", "4"]
    assert "Observability and backup are ranked together." in did.answer


def test_a_topic_there_is_not_is_asked_back(ask: Ask) -> None:
    answer = json.dumps(ask("top 3 things about basket weaving").model_dump(mode="json"))
    assert "observability" in answer


@pytest.mark.parametrize("noun", sorted(words().nouns))
def test_the_planners_kinds_of_things_are_topics(noun: str) -> None:
    assert not topic_of(noun, shop()).is_everything


def test_every_topic_of_the_paraphrases_is_one() -> None:
    asked = [each for file in (PUBLISHED, HELD_OUT) for each in cases(file)]
    topics = {each["arguments"]["topic"] for each in asked if "topic" in each["arguments"]}
    assert topics
    for topic in topics:
        assert topic_of(topic, shop()).name
