"""The summary: what a model writes at the head of a report, and which sentences stay."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.harness import Mind
from agents.report_writer import write_report
from agents.specialist import assess
from agents.writing.agent import summarise
from agents.writing.verifying import verified
from state.categories import categories
from state.grades import Usage
from state.objectives import Objectives
from state.premises import Premises
from state.report import Report
from state.snapshot import Snapshot
from state.thinking import Stop
from tests.agents.conftest import Minds
from tests.bedrock.wire import Turn
from tools.grading.assumptions import assumptions
from tools.grading.grading import compose, grade
from tools.grading.ledger import build_ledger
from tools.grading.reckoning import Reckoning

TOLD: dict[str, Any] = {
    "workload": "workload=shop",
    "resources": 27,
    "objectives": {"may be down for (RTO)": "4 hours", "may lose data of (RPO)": "1 hour"},
    "overall": {
        "letter": "C",
        "back after": "3 hours and 30 minutes",
        "data lost": "5 minutes",
        "why": "Shared fate decides it",
        "over-built": False,
    },
    "categories": [
        {"category": "Single points of failure", "letter": "A", "why": "a standby takes over"},
        {"category": "Shared fate", "letter": "C", "why": "one role under 12 functions"},
    ],
    "findings, worst first": [
        {"severity": "high", "title": "One role", "on": ["orders-99"], "do": "Split it."}
    ],
    "number of findings": 1,
    "could not be read": ["backup:ListBackupJobs"],
    "strengths": [],
}


@pytest.mark.parametrize(
    "sentence",
    [
        "The workload earns a C: it is back after 3 hours and 30 minutes.",
        "Single points of failure earns an A, and Shared fate a C.",
        "A standby takes over, which is why single points of failure stands at A.",
        "Twelve functions run under one role.",
        "Split the role of orders-99 first.",
        "What backup:ListBackupJobs would show is unknown.",
        "It may be down for 4 hours and lose 1 hour of data; 27 resources were read.",
    ],
)
def test_what_the_report_says_stays(sentence: str) -> None:
    assert verified([sentence], TOLD) == ([sentence], [])


@pytest.mark.parametrize(
    ("sentence", "why"),
    [
        ("It is back after 6 hours.", "6"),
        ("It is back after 5 hours.", "5 h"),  # 5 stands there, of minutes
        ("It loses 12 minutes of data.", "12 min"),
        ("It is back after three days.", "3 d"),  # 3 stands there, of hours
        ("It is back after six hours.", "6"),
        ("Hundreds of customers wait.", "hundred"),
        ("It costs twice as much.", "twice"),
        ("It is back after ½ hour.", "2"),
        ("It is back after ⑥ hours.", "6"),
        ("It is back after ٦ hours.", "٦"),
        ("Overall the workload earns an A.", "A"),
        ("The overall letter is A.", "A"),
        ("A is what it earns.", "A"),
        ("It earns an a overall.", "A"),
        ("It earns an \uff21 overall.", "A"),
        ("It earns an \u0410 overall.", "alphabet"),  # a Cyrillic one
        ("Shared fate earns an A.", "A"),
        ("Shared fate earns a B+.", "B"),
        ("99 orders are lost.", "99"),  # a name's number is no number
        ("See https://example.com/fix for more.", "link"),
        ("See example.com/fix for more.", "link"),
        ("Run aws rds delete-db-instance first.", "command"),
        ("Run **this** first.", "markup"),
        ("\x1b[2J", "markup"),
        ("x" * 500, "longer"),
        ("", "empty"),
    ],
)
def test_what_it_does_not_say_goes(sentence: str, why: str) -> None:
    kept, dropped = verified([sentence], TOLD)
    assert kept == []
    if sentence:
        assert why in dropped[0].why


def test_a_name_that_is_a_sentence_proves_nothing() -> None:
    """Whoever names a resource `A`, or `down for 6 hours`, has said nothing about the workload."""
    names = ["A", "6", "down for 6 hours", "6hours"]
    for sentence in ("The workload earns A.", "It is down for 6 hours.", "It is down 6hours."):
        assert verified([sentence], TOLD, names)[0] == [], sentence


def test_invisible_characters_do_not_stay() -> None:
    (kept,), _ = verified(["Split\u202e the\u200b\x07 role."], TOLD)
    assert kept == "Split the role."


def test_a_flood_of_sentences_is_cut() -> None:
    kept, dropped = verified(["Split it."] * 5000, TOLD)
    assert (len(kept), len(dropped)) == (8, 20)


@given(st.text(max_size=500))
def test_no_sentence_with_a_number_that_is_not_there_stays(text: str) -> None:
    kept, _ = verified([f"{text} 9321 {text}"], TOLD)
    assert kept == []


@given(st.lists(st.text(max_size=300), max_size=10))
def test_whatever_is_written_can_be_printed(sentences: list[str]) -> None:
    kept, dropped = verified(sentences, TOLD)
    assert len(kept) <= 8
    for text in (*kept, *(each.claim for each in dropped)):
        assert text.isprintable()


@pytest.fixture
def written(seen: Snapshot) -> Report:
    """A real report, of two databases without a standby."""
    asked = Objectives(rto_seconds=7200, rpo_seconds=1800)
    ledger = build_ledger(seen, {c.code: assess(c, seen) for c in categories()})
    reckoning = Reckoning(ledger, assumptions())
    grades = {c.code: grade(c, reckoning, asked) for c in categories()}
    return write_report(
        thread="shop",
        generated_at=seen.taken_at,
        snapshot=seen,
        digest="sha256:0",
        reckoning=reckoning,
        objectives=asked,
        premises=Premises(),
        grades=grades,
        overall=compose(grades, reckoning, asked),
        usage=Usage(),
    )


def names_of(seen: Snapshot) -> dict[str, str]:
    return {each.id: each.name for each in seen.resources.values()}


def test_a_summary_over_the_wire(mind_of: Minds, seen: Snapshot, written: Report) -> None:
    true = f"The workload as a whole earns a {written.overall.letter}."
    sentences = [true, "It is back after 9321 hours."]
    mind, bedrock = mind_of([Turn(tools=[("write_summary", {"sentences": sentences})])])
    summary = summarise(written, names_of(seen), mind)
    assert (summary.stop, summary.sentences) == (Stop.DONE, (true,))
    assert len(summary.dropped) == 1
    assert (summary.model_calls, summary.input_tokens) == (1, 100)
    (asked,) = bedrock.requests
    assert "<data-" in asked.body["system"][0]["text"]


@pytest.mark.parametrize(
    ("turn", "stop"),
    [
        (Turn(text="All is well."), Stop.NONSENSE),
        (Turn(text="No.", stop="guardrail_intervened"), Stop.REFUSED),
        (Turn(error="accessDeniedException"), Stop.FAILED),
        (Turn(tools=[("raise_grade", {"letter": "A"})]), Stop.STEPS),
    ],
    ids=["talks", "refuses", "is denied", "goes round in circles"],
)
def test_a_writer_that_fails_leaves_the_report_as_it_was(
    mind_of: Minds, seen: Snapshot, written: Report, turn: Turn, stop: Stop
) -> None:
    mind: Mind
    mind, _ = mind_of(lambda _: turn)
    summary = summarise(written, names_of(seen), mind)
    assert (summary.stop, summary.sentences) == (stop, ())
