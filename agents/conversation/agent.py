"""One question of a conversation: understood by a model or by the rules, answered by verbs.

Both choose among the same verbs in the same loop. What the verbs say is the answer; a model's own
words stand below it, as far as they hold against what the verbs said.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from langchain.agents import create_agent
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage
from langchain_core.tools import BaseTool, StructuredTool

from agents.bounds import Spent
from agents.conversation.desk import LATEST, WHAT_IF, Desk
from agents.conversation.planner import Planner, Vocabulary
from agents.conversation.verbs import Verb, verbs
from agents.harness import STEPS_PER_CALL, Mind, apart, ending, middleware
from agents.prompts import fenced, prompt
from agents.wording import plainly
from agents.writing.verifying import verified
from state.categories import categories
from state.conversation import Did, Turn
from state.errors import SeeamsError, WrongUse
from state.grades import Spending
from state.report import Report
from state.thinking import Dropped
from tools.markdown import text

RULES = "rules"  # who understands a question where no model is asked
_STEPS = 6  # model calls of one question
_REMEMBERED = 12  # turns that are told again
_LONGEST_ANSWER = 12_000  # characters of a verb's answer, for a model
_LONGEST_MEMORY = 2_000  # of an earlier one
_LONGEST_QUESTION = 4_000
_MOST_NAMES = 150
_DEED = re.compile(  # no verb changes anything
    r"(?i)\b(?:i|we)(?:'ve| have)?\b[^.]*\b(?:raised|changed|set|fixed|enabled|turned|updated"
    r"|deleted|upgraded|corrected|adjusted|created|applied)\b"
)


def converse(question: str, earlier: Sequence[Turn], desk: Desk, mind: Mind | None) -> Turn:
    """Answer a question.

    A model that fails, or names no verb, is stood in for by the rules; the turn says so.

    Args:
        question: as it was typed.
        earlier: the turns before it, oldest first.
        desk: the thread.
        mind: a model and its bounds; None: the rules understand the question.

    Raises:
        Fixable: what is stored cannot be used.
    """
    question = question[:_LONGEST_QUESTION]
    asked_at = desk.now
    trouble, words, spent = "", "", Spent()
    hand = _Hand(desk)
    if mind is not None:
        trouble, words = _by_model(question, earlier, hand, mind, spent)
    by_rules = not hand.did
    if by_rules:
        _by_rules(question, earlier, hand)
    if not hand.did:  # the rules gave arguments that the verb refuses
        hand.ask_back()
    kept, dropped = _held_against(hand, words) if words else ([], [])
    return Turn(
        question=question,
        asked_at=asked_at,
        by=RULES if by_rules or mind is None else mind.model.name,
        did=tuple(hand.did),
        words=tuple(kept),
        dropped=tuple(dropped),
        trouble=plainly(trouble) if trouble else "",
        spending=Spending(
            model_calls=spent.model_calls,
            input_tokens=spent.input_tokens,
            output_tokens=spent.output_tokens,
            usd=round(spent.usd, 6),
        ),
    )


class _Hand:
    """Carries verbs out, and keeps what they said."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.did: list[Did] = []
        self.failure: SeeamsError | None = None  # that the user must put right

    def tools(self) -> list[BaseTool]:
        return [
            StructuredTool.from_function(
                func=self._carrying_out(verb),
                name=verb.name,
                description=verb.about,
                args_schema=verb.arguments,
                infer_schema=False,
            )
            for verb in verbs().values()
        ]

    def ask_back(self) -> None:
        """Say that the question was not understood."""
        self._carrying_out(verbs()["clarify"])()

    def _carrying_out(self, verb: Verb) -> Any:
        def carry_out(**given: Any) -> str:
            arguments = verb.arguments.model_validate(given)
            kept = arguments.model_dump(mode="json", exclude_defaults=True)
            try:
                said = verb.carry_out(self.desk, arguments)
                answer, result = said.answer, said.result
            except WrongUse as error:
                answer, result = f"{text(error)}.", {"error": str(error)}
            except SeeamsError as error:
                self.failure = error
                raise
            self.did.append(Did(verb=verb.name, arguments=kept, answer=answer, result=result))
            return fenced(answer[:_LONGEST_ANSWER])

        return carry_out


def _by_rules(question: str, earlier: Sequence[Turn], hand: _Hand) -> None:
    desk = hand.desk
    report = desk.report()
    ledger = desk.reckoning(report).ledger
    planner = Planner(vocabulary=Vocabulary.of(desk.snapshot(report), ledger, desk.now.date()))
    agent = create_agent(planner, hand.tools(), checkpointer=False)
    begin: Any = {"messages": [*_messages(earlier), HumanMessage(question)]}
    apart(agent.invoke, begin, {"recursion_limit": STEPS_PER_CALL})


def _by_model(
    question: str, earlier: Sequence[Turn], hand: _Hand, mind: Mind, spent: Spent
) -> tuple[str, str]:
    """Why the model did not get there, if so, and its own words."""
    steps = min(_STEPS, mind.budget.limits.steps)
    agent = create_agent(
        mind.model.chat,
        hand.tools(),
        system_prompt=_system_prompt(hand.desk),
        middleware=middleware(mind, lambda: hand.failure is not None, spent, steps),
        checkpointer=False,
    )
    begin: Any = {"messages": [*_messages(earlier), HumanMessage(question)]}
    trouble, words = "", ""
    try:
        done = apart(agent.invoke, begin, {"recursion_limit": steps * STEPS_PER_CALL})
        words = str(done["messages"][-1].text)
        if not hand.did:
            trouble = "the model named no verb"
    except Exception as error:  # a model, its client and the network can fail in any way
        trouble = ending(error, steps)[1]
    if hand.failure is not None:
        raise hand.failure
    return trouble, words


def _messages(earlier: Sequence[Turn]) -> list[BaseMessage]:
    """What was said before: questions, verbs that answered, and what they said."""
    found: list[BaseMessage] = []
    for number, turn in enumerate(earlier[-_REMEMBERED:]):
        answered = [did for did in turn.did if "error" not in did.result]
        found.append(HumanMessage(turn.question))
        calls: list[Any] = [
            {"name": d.verb, "args": d.arguments, "id": f"turn-{number}-{n}", "type": "tool_call"}
            for n, d in enumerate(answered)
        ]
        if not calls:
            found.append(AIMessage("That could not be answered."))
            continue
        found.append(AIMessage("", tool_calls=calls))
        found += [
            ToolMessage(fenced(did.answer[:_LONGEST_MEMORY]), tool_call_id=call["id"])
            for did, call in zip(answered, calls, strict=True)
        ]
        found.append(AIMessage(" ".join(turn.words) or "That is the answer."))
    return found


def _system_prompt(desk: Desk) -> str:
    report = desk.report()
    names = [
        {"name": each.name, "type": each.type}
        for each in desk.snapshot(report).resources.values()
        if each.member
    ]
    told = {
        "workload": str(report.workload.selector),
        "RTO seconds": report.objectives.rto_seconds,
        "RPO seconds": report.objectives.rpo_seconds,
        "letters": _letters(report),
        "findings": [finding.id for finding in report.findings],
    }
    return prompt("agents.conversation", workload=fenced(told), names=fenced(names[:_MOST_NAMES]))


def _letters(report: Report) -> Mapping[str, str | None]:
    letters = {
        c.title: report.grades[c.code].letter for c in categories() if c.code in report.grades
    }
    return {"overall": report.overall.letter, **letters}


def _sentences(words: str) -> list[str]:
    return [each for each in re.split(r"(?<=[.!?])\s+|\n+", words.strip()) if each.strip()]


def _held_against(hand: _Hand, words: str) -> tuple[list[str], list[Dropped]]:
    """A model's sentences that the verbs' answers bear out, and the others."""
    kept, dropped = verified(_sentences(words), *_told(hand.desk, hand.did))
    deeds = [each for each in kept if _DEED.search(each)]
    dropped += [Dropped(claim=each[:120], why="nothing was changed") for each in deeds]
    return [each for each in kept if each not in deeds], dropped


def _told(desk: Desk, did: Iterable[Did]) -> tuple[dict[str, Any], list[str]]:
    """What a model's words are held against, and the names that prove no number."""
    did = list(did)
    of_what_if = any(d.verb == "what_if" or d.arguments.get("at") == WHAT_IF for d in did)
    before = desk.report(LATEST)
    after = _latest(desk) if of_what_if else before
    seen = desk.snapshot(before)

    def was(letter: str | None) -> str:
        return f"before it was {letter}" if of_what_if else ""

    told = {
        "workload": str(before.workload.selector),
        "overall": {"letter": after.overall.letter, "why": was(before.overall.letter)},
        "categories": [
            {
                "category": category.title,
                "letter": after.grades[category.code].letter,
                "why": was(before.grades[category.code].letter),
            }
            for category in categories()
            if category.code in after.grades and category.code in before.grades
        ],
        "findings, worst first": [],
        "said": [each.answer for each in did],
    }
    return told, [each.name for each in seen.resources.values()]


def _latest(desk: Desk) -> Report:
    """The what-if that was spoken of; the assessment where it was refused."""
    try:
        return desk.report(WHAT_IF)
    except WrongUse:
        return desk.report(LATEST)
