"""How well questions are understood without a model: by four sets.

Those who wrote the rules wrote the published and the held-out set with them; no rule is tuned on
the held-out one. The second one was written by somebody who had not read the rules: 58 of its 100
questions were understood at first, 25 of the others were asked back, 17 were answered wrongly. The
rules had been mended by it when two persons, who had not read them either, wrote the third: 173 of
its 198 questions (87 %) were understood at first, 8 of the others were asked back, 17 were answered
wrongly. The rules have been mended by that one as well: neither is held out any more. The last 105
published questions were written after that by the one who mended them, in words as far from the
others as possible: of the first 65, 47 were understood before the rules were mended by them, 17
asked back and 1 answered wrongly; of the 40 that followed 26, 9 and 5.
"""

import json
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from agents.conversation.planner import Call, Said, Vocabulary, understand
from tests.agents.conversation.workload import TODAY, ledger_of, shop

HERE = Path(__file__).parent
PUBLISHED, HELD_OUT = "paraphrases.jsonl", "held_out.jsonl"
SECOND, THIRD = "second_held_out.jsonl", "third_held_out.jsonl"
Case = Mapping[str, Any]


def cases(file: str) -> list[Case]:
    lines = (HERE / file).read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


@cache
def vocabulary() -> Vocabulary:
    snapshot = shop()
    return Vocabulary.of(snapshot, ledger_of(snapshot), TODAY)


def asked(case: Case) -> Call:
    """What is understood, after what was said before it."""
    calls: list[Call] = []
    unclear = ""
    for earlier in case.get("after", ()):
        call = understand(earlier, vocabulary(), Said(tuple(calls), unclear))
        unclear = earlier if call.verb == "clarify" else ""
        if not unclear:
            calls.append(call)
    return understand(case["say"], vocabulary(), Said(tuple(calls), unclear))


def as_wanted(case: Case) -> bool:
    call = asked(case)
    arguments = dict(call.arguments)
    if call.verb == "clarify":
        arguments = {"reason": arguments["reason"]}
    return (call.verb, arguments) == (case["verb"], case["arguments"])


@pytest.mark.parametrize(
    ("file", "least"), [(PUBLISHED, 0.95), (HELD_OUT, 0.9), (SECOND, 0.9), (THIRD, 0.9)]
)
def test_paraphrases_are_understood(file: str, least: float) -> None:
    every = cases(file)
    missed = [case["say"] for case in every if not as_wanted(case)]
    accuracy = 1 - len(missed) / len(every)
    sys.stdout.write(f"{file}: {accuracy:.1%} of {len(every)}; missed {missed}" + "\n")
    assert accuracy >= least, missed
