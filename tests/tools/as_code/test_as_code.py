"""Templates are accepted by CloudFormation's linter, and say what the checks ask for."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from state.objectives import Objectives
from state.report import Report
from state.snapshot import Selector, Snapshot
from tests.tools.as_code.conftest import (
    AGAINST,
    DAY,
    EACH,
    HOSTILE,
    REGIONS,
    TIGHT,
    AssessFor,
    lint,
    renamed,
    written,
)
from tools.as_code import as_code, cloudformation, terraform
from tools.as_code.stack import Piece, Stack, says, tag_list
from tools.checks.alarms import ALARM
from tools.checks.examples import TAKEN_AT
from tools.grading.reckoning import Reckoning

# Arguments of the Terraform provider's resources, by its version 6.69.1; `!`: required.
PROVIDER = json.loads((Path(__file__).parent / "provider.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("name", "objectives"),
    [
        ("food-agent", DAY),
        ("shop", TIGHT),
        ("shop-ha", REGIONS),
        ("everything", DAY),
        ("everything", REGIONS),
    ],
)
def test_cloudformation_finds_no_fault(
    assessed: AssessFor, name: str, objectives: Objectives
) -> None:
    for template in written(assessed(name, objectives)).templates:
        wrong = [str(each) for each in lint(template.text)]
        assert not wrong, f"{template.text[:2000]}\n{wrong}"


@EACH
@AGAINST
def test_terraform_has_what_its_provider_takes(
    assessed: AssessFor, name: str, objectives: Objectives
) -> None:
    code = written(assessed(name, objectives), terraform=True)
    for template in code.templates:
        document = json.loads(template.text)
        for kind, blocks in document["resource"].items():
            for body in blocks.values():
                arguments = {key: each for key, each in body.items() if key != "lifecycle"}
                assert not list(_misplaced(arguments, PROVIDER[kind])), (kind, body)
        for expression in _references(document["resource"]):
            root, _, rest = expression.partition(".")
            if root == "var":
                assert rest in document["variable"]
            else:
                assert rest.partition(".")[0] in document["resource"][root]
        policies = ("aws_iam_role_policy", "aws_iam_role_policy_attachment")
        declared = [kind for kind in document["resource"] if kind not in policies]
        assert len(template.declares) == sum(len(document["resource"][k]) for k in declared)


def _misplaced(body: Any, schema: dict[str, Any]) -> Iterator[str]:
    """Arguments that are unknown, or that are missing."""
    known = {each.lstrip("!"): inner for each, inner in schema.items()}
    yield from (f"{each} is unknown" for each in body.keys() - known.keys())
    needed = {each[1:] for each in schema if each.startswith("!")}
    yield from (f"{each} is missing" for each in needed - body.keys())
    for key, value in body.items():
        if known.get(key):
            for each in value if isinstance(value, list) else [value]:
                yield from _misplaced(each, known[key])


def _references(value: Any) -> Iterator[str]:
    """References in strings, and in JSON within strings."""
    if isinstance(value, str):
        yield from re.findall(r"(?<!\$)\$\{([a-z][^}\"]*)\}", value)
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _references(each)


@EACH
def test_every_template_is_the_same_each_time(assessed: AssessFor, name: str) -> None:
    report, snapshot, reckoning = asked = assessed(name, DAY)
    again = snapshot.model_copy(update={"resources": dict(reversed(snapshot.resources.items()))})
    assert as_code(report, again, reckoning) == written(asked)


# -- hostile names --------------------------------------------------------------------------------


def evaluated(text: str) -> str:
    """What Terraform makes of a string without references."""
    return text.replace("$${", "${").replace("%%{", "%{")


def check_written(report: Report, snapshot: Snapshot, reckoning: Reckoning) -> str:
    """Both languages declare the same, under names of their own; the CloudFormation template."""
    [template] = written((report, snapshot, reckoning)).templates
    document = yaml.safe_load(template.text)
    assert template.text.isascii()
    logical = list(document["Resources"])
    assert len({each.lower() for each in logical}) == len(logical) == len(template.declares)
    assert all(re.fullmatch(r"[A-Za-z][A-Za-z0-9]{0,254}", each) for each in logical)
    [alarm, *others] = (
        each["Properties"] for each in document["Resources"].values() if each["Type"] == ALARM
    )
    assert len({each["AlarmName"] for each in (alarm, *others)}) == len(others) + 1
    assert alarm["Tags"] == tag_list(snapshot.selector.tags)
    [other] = written((report, snapshot, reckoning), terraform=True).templates
    resources = json.loads(other.text)["resource"]
    own = {k: blocks for k, blocks in resources.items() if not k.startswith("aws_iam_role_")}
    assert sum(map(len, own.values())) == len(logical)
    alarms = resources["aws_cloudwatch_metric_alarm"].values()
    assert {evaluated(each["alarm_name"]) for each in alarms} == {
        each["AlarmName"] for each in (alarm, *others)
    }
    tags = {evaluated(k): evaluated(v) for k, v in next(iter(alarms))["tags"].items()}
    assert tags == snapshot.selector.tags
    return template.text


def test_no_name_gets_out_of_its_place(assessed: AssessFor) -> None:
    """The same resources are declared, whatever they are called, and names stay values."""
    report, snapshot, reckoning = assessed("shop", DAY)
    plain_text = check_written(report, snapshot, reckoning)
    text = check_written(report, renamed(snapshot, HOSTILE, "a ${file(1)} %{ b }"), reckoning)
    before, after = yaml.safe_load(plain_text), yaml.safe_load(text)
    assert len(before["Resources"]) == len(after["Resources"])
    wrong = [str(each) for each in lint(text) if each.rule.id.startswith("E")]
    assert not wrong


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    names=st.lists(st.text(max_size=300), min_size=1, max_size=6),
    tag=st.text(max_size=256).filter(lambda each: "{{resolve:" not in each),
)
def test_any_name_can_be_written(assessed: AssessFor, names: list[str], tag: str) -> None:
    report, snapshot, reckoning = assessed("food-agent", DAY)
    check_written(report, renamed(snapshot, names, tag), reckoning)


NOTHING = Snapshot(
    selector=Selector(tags={"workload": "shop"}),
    account="123456789012",
    regions=["eu-west-1"],
    taken_at=TAKEN_AT,
    resources={},
    relations=[],
    gaps=[],
    calls={},
)


@given(texts=st.lists(st.text(max_size=400), min_size=1, max_size=5))
def test_any_text_is_read_as_it_was_meant(texts: list[str]) -> None:
    """In both languages; but what CloudFormation would replace is in neither."""
    stack = Stack(NOTHING, "eu-west-1")
    kept = [text for text in texts if "{{resolve:" not in text]
    for text in texts:
        properties = {"LogGroupName": text, "RetentionInDays": 90}
        stack.add((text,), Piece(type="AWS::Logs::LogGroup", properties=properties, what=text))
    document = yaml.safe_load(cloudformation.template(stack, says(texts[0], 100)))
    resources = document["Resources"]
    assert [each["Properties"]["LogGroupName"] for each in resources.values()] == kept
    assert all(re.fullmatch(r"[A-Za-z][A-Za-z0-9]{0,254}", each) for each in resources)
    module = json.loads(terraform.configuration(stack, says(texts[0], 100)))
    groups = module["resource"].get("aws_cloudwatch_log_group", {})
    assert [evaluated(each["name"]) for each in groups.values()] == kept


def test_what_is_new_bears_no_tag_of_awss_own(assessed: AssessFor) -> None:
    """A workload may be chosen by such a tag; nobody but AWS can give it."""
    report, snapshot, reckoning = assessed("shop", DAY)
    tags = {"aws:cloudformation:stack-name": "shop", "team": "a"}
    selector = snapshot.selector.model_copy(update={"tags": tags})
    chosen = snapshot.model_copy(update={"selector": selector})
    [template] = written((report, chosen, reckoning)).templates
    tagged = 0
    for each in yaml.safe_load(template.text)["Resources"].values():
        for key in ("Tags", "BackupVaultTags", "BackupPlanTags"):
            if key in each["Properties"]:
                tagged += 1
                assert "aws:cloudformation" not in str(each["Properties"][key])
                assert "team" in str(each["Properties"][key])
    assert tagged


def test_what_cloudformation_would_replace_is_left_out(assessed: AssessFor) -> None:
    report, snapshot, reckoning = assessed("shop", DAY)
    secret = {"workload": "{{resolve:secretsmanager:key}}"}
    selector = snapshot.selector.model_copy(update={"tags": secret})
    asked = report, snapshot.model_copy(update={"selector": selector}), reckoning
    code = written(asked)
    assert all("{{resolve:" not in each.text for each in code.templates)
    assert any("replaced" in each.why for each in code.left_out)


# -- Regions --------------------------------------------------------------------------------------


def test_each_region_has_a_template_of_its_own(assessed: AssessFor) -> None:
    """A second shop in another Region: neither template names what lies in the other."""
    asked = assessed("two-shops", TIGHT)
    code = written(asked)
    assert {each.region for each in code.templates} == {"us-east-1", "eu-central-1"}
    for each in code.templates:
        [other] = {"us-east-1", "eu-central-1"} - {each.region}
        assert other not in each.text
    first, second = ({d.type for d in each.declares} for each in code.templates)
    assert first == second
    modules = written(asked, terraform=True)
    assert {json.loads(each.text)["provider"]["aws"]["region"] for each in modules.templates} == {
        each.region for each in modules.templates
    }
