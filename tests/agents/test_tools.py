"""What an agent's tools return, and what of it may be quoted."""

import json
import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from state.snapshot import Snapshot
from state.thinking import Stop
from tests.agents.conftest import Minds, thought
from tests.agents.test_thinking import DB, defect, quote, report, tool_results
from tests.bedrock.wire import Turn
from tests.graph.fakes import REGION, request, snapshot
from tools.inspecting import MOST_CHARACTERS, Inspection

CALL = "rds:DescribeDBSnapshots"


def test_what_the_prompt_cuts_can_be_read_on(mind_of: Minds) -> None:
    """The list of three hundred members is cut; the tool gives the rest of that very list."""
    many = snapshot(request(), databases=300)
    last = list(many.resources)[-1]

    def reads_on(asked: Mapping[str, Any]) -> Turn:
        if tool_results(asked):
            return report()
        prompt = asked["system"][0]["text"]
        assert last not in prompt
        kept = json.loads(re.findall(r'\{"cut_at": .*\}', prompt)[0])
        end = kept["of"] - 500
        return Turn(tools=[("read_on", {"kept": kept["read_on_with"], "start": end})])

    mind, bedrock = mind_of(reads_on)
    assert thought(mind, many).stop is Stop.DONE
    assert last in tool_results(bedrock.requests[1].body)[0]


def test_long_answers_in_parallel_are_kept_apart(seen: Snapshot) -> None:
    inspection = Inspection(seen)
    texts = [str(number) * 2 * MOST_CHARACTERS for number in range(9)]
    with ThreadPoolExecutor(9) as pool:
        answers = list(pool.map(inspection.answer, texts * 20))
    kept = [re.findall(r"answer-\d+", answer)[0] for answer in answers]
    assert len(set(kept)) == len(answers)


class Asked:
    """Counts the calls and gives one answer."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer
        self.calls: list[tuple[Any, ...]] = []

    def __call__(self, *call: Any) -> Any:
        self.calls.append(call)
        return self.answer


def asks(**arguments: Any) -> Turn:
    return Turn(tools=[("use_aws", {"operation": CALL, "region": REGION, **arguments})])


def of_snapshot(path: str, value: Any) -> dict[str, Any]:
    return defect(facts=[quote(path, value, operation=CALL)])


def test_a_call_narrowed_is_one_call_and_its_answer_may_be_quoted(
    mind_of: Minds, seen: Snapshot
) -> None:
    item = {"DBInstanceIdentifier": "db0", "PercentProgress": 40}
    mind, bedrock = mind_of(
        [
            asks(arguments={"DBInstanceIdentifier": "db0"}, projection="[].PercentProgress"),
            report(defects=[of_snapshot("[0].PercentProgress", 40)]),
        ]
    )
    asked = Asked([item])
    done = thought(replace(mind, ask_aws=asked), seen)
    assert len(asked.calls) == 1
    assert "[40]" in tool_results(bedrock.requests[1].body)[0]
    (proposal,) = done.proposals
    assert (proposal.evidence[0].operation, proposal.evidence[0].value) == (CALL, 40)


def test_a_refusal_of_aws_is_no_fact(mind_of: Minds, seen: Snapshot) -> None:
    said = f"{DB}: denied"
    mind, _ = mind_of([asks(), report(defects=[of_snapshot("error", said)])])
    done = thought(replace(mind, ask_aws=Asked({"error": said})), seen)
    assert (done.proposals, "was not read" in done.dropped[0].why) == ((), True)


def test_a_projection_that_is_none_says_so(mind_of: Minds, seen: Snapshot) -> None:
    mind, bedrock = mind_of([asks(projection="[[["), report()])
    assert thought(replace(mind, ask_aws=Asked([])), seen).stop is Stop.DONE
    assert "is no JMESPath" in tool_results(bedrock.requests[1].body)[0]


@pytest.mark.parametrize("seconds", [1e400, -1, 1e12])
def test_the_calculator_takes_what_is_a_time(
    mind_of: Minds, seen: Snapshot, seconds: float
) -> None:
    mind, bedrock = mind_of(
        [Turn(tools=[("calculate_letter_grade", {"recovery_seconds": seconds})]), report()]
    )
    assert thought(mind, seen).stop is Stop.DONE
    assert "give seconds" in tool_results(bedrock.requests[1].body)[0]


def test_complaints_about_a_form_are_short(mind_of: Minds, seen: Snapshot) -> None:
    """Each of a thousand defects lacks eight fields; the whole of that is not sent back."""
    mind, bedrock = mind_of([report(defects=[{"title": "x"}] * 1000), report()])
    assert thought(mind, seen).stop is Stop.DONE
    (complaint,) = tool_results(bedrock.requests[1].body)
    assert len(complaint) < 3000


def test_only_questions_there_are_can_be_left_undone(mind_of: Minds, seen: Snapshot) -> None:
    mind, _ = mind_of([report(undone=["spof.zone_loss", "\x1b[2J", "x" * 9000])])
    assert thought(mind, seen).undone == ("spof.zone_loss",)


def test_why_a_client_failed_is_said_in_one_line(mind_of: Minds, seen: Snapshot) -> None:
    mind, _ = mind_of([Turn(error="validationException")])
    detail = thought(mind, seen).detail
    assert detail.isprintable()
    assert len(detail) <= 600
