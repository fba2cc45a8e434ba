"""Asking back, where a question is not understood or can mean several things."""

from typing import Literal

from agents.conversation.arguments import Arguments
from agents.conversation.desk import Desk
from agents.conversation.verbs import Said, Verb
from tools.grading.placement import placement_of
from tools.markdown import text

_REASONS = {
    "not_understood": "I did not understand that.",
    "ambiguous": "That can mean several things.",
    "incomplete": "Something is missing in that question.",
    "unknown_name": "There is nothing of that name in this workload.",
    "unknown_fix": "No failing check here is mended by that.",
    "left_out": "That cannot be answered for a part alone.",
    "read_only": "Nothing is changed from here: the account is only ever read. What a change would "
    "do can be asked on paper: begin with *what if*.",
}


class Clarify(Arguments):
    """Why it is asked back, and what could have been meant."""

    reason: Literal[
        "not_understood",
        "ambiguous",
        "incomplete",
        "unknown_name",
        "unknown_fix",
        "left_out",
        "read_only",
    ] = "not_understood"
    question: str = ""
    options: tuple[str, ...] = ()


def _examples(desk: Desk) -> list[str]:
    """What can be asked of this workload."""
    seen = desk.snapshot(desk.report())
    zones = [f"what happens if {zone} goes down?" for zone in placement_of(seen).names[:1]]
    return [
        "how are we doing?",
        "why is latency so bad?",
        "what if RTO were 2 hours and RPO 30 minutes?",
        *zones,
        "what would get us to a B?",
        "what are the top 3 things for observability?",
        "write the runbook",
        "draw it",
    ]


def _ask_back(desk: Desk, asked: Clarify) -> Said:
    lines = [_REASONS[asked.reason]]
    if asked.question:
        lines[0] += f" {text(asked.question)}"
    options = [text(option) for option in asked.options]
    if not options and asked.reason == "not_understood":
        lines.append("Ask, for example:")
        options = [text(example) for example in _examples(desk)]
    answer = "\n\n".join([*lines, "\n".join(f"- {option}" for option in options)]).strip()
    return Said(
        answer,
        {"reason": asked.reason, "question": asked.question, "options": list(asked.options)},
    )


VERB = Verb(
    name="clarify",
    about="Ask back: the question is not understood, names what there is not, can mean several "
    "things, or asks to change something in the account, which nobody can from here.",
    arguments=Clarify,
    carry_out=_ask_back,
)
