"""Asked for code, the conversation writes what is missing, or says what writes it."""

import re
from typing import Any

import pytest
import yaml

from agents.conversation.verbs import as_code
from state.as_code import AsCode
from tests.agents.conversation.conftest import Ask


def asked(ask: Ask, question: str) -> tuple[str, dict[str, Any], AsCode]:
    (did,) = ask(question).did
    assert did.verb == "as_code"
    return did.answer, dict(did.arguments), AsCode.model_validate(did.result)


def test_the_alarms(ask: Ask) -> None:
    answer, arguments, made = asked(ask, "export the alarms as CloudFormation")
    assert arguments == {"kind": "alarms"}
    (block,) = re.findall(r"```yaml\n(.*?)\n```", answer, re.DOTALL)
    assert block == made.templates[0].text.rstrip()
    assert "AWS::CloudWatch::Alarm" in {
        e["Type"] for e in yaml.safe_load(block)["Resources"].values()
    }
    assert "to be given: `OnCallTopicArn`" in answer


def test_what_is_long_is_named_with_what_writes_it(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(as_code, "_MOST", 10)
    answer, _, made = asked(ask, "write terraform for the alarms")
    assert "```" not in answer
    assert "`seeams as-code --thread shop alarms --output code.tf.json` writes it" in answer
    assert all(each.what in answer for each in made.templates[0].declares[:1])


def test_no_name_ends_the_block() -> None:
    assert as_code._fenced("a: '```'\n", "yaml") == "````yaml\na: '```'\n````"
