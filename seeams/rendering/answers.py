"""Answers to the specialists' questions as people read them."""

from dataclasses import dataclass

from state.categories import Question, categories
from state.grades import AnswerRow
from state.judgements import AnswerValue

_WORDS = {
    AnswerValue.YES: "yes",
    AnswerValue.PARTLY: "partly",
    AnswerValue.NO: "no",
    AnswerValue.CANNOT_DETERMINE: "?",
}
_OPEN_WORDS = {"yes": "well", "no": "badly"}  # "what happens when ...?" is not answered yes
_QUESTIONS: dict[str, Question] = {q.text: q for c in categories() for q in c.questions}


@dataclass(frozen=True)
class Answered:
    """An answer in a word, and whether it is the one that one hopes for."""

    word: str
    good: bool | None  # None: neither, or nobody knows
    question_id: str  # what an attestation calls it; empty: a question of an older version


def answered(row: AnswerRow) -> Answered:
    """How a question is answered."""
    known = _QUESTIONS.get(row.question)
    word = _WORDS[row.answer]
    if known and known.is_open:
        word = _OPEN_WORDS.get(word, word)
    good = None
    if row.answer in (AnswerValue.YES, AnswerValue.NO):
        good = row.answer == (known.good if known else row.answer)
    return Answered(word, good, known.id if known else "")
