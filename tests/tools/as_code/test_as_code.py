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

from state.as_code import AsCode, CodeKind
from state.objectives import Objectives
from state.report import Report
from state.snapshot import Relation, RelationKind, Resource, Snapshot
from tests.tools.as_code.conftest import (
    AGAINST,
    DAY,
    EACH,
    HOSTILE,
    REGIONS,
    TIGHT,
    WORKLOADS,
    AssessFor,
    lint,
    pieces,
    renamed,
    written,
)
from tools.as_code import as_code
from tools.as_code.alarms import CHECKS
from tools.as_code.dashboard import graphs
from tools.as_code.stack import tag_list
from tools.checks import all_checks
from tools.checks.alarms import ALARM, READ, TOPIC, TOPIC_READ
from tools.checks.judging import judge, workload_of
from tools.checks.metrics import exists
from tools.checks.new_alarms import recommended_for
from tools.checks.paper import Paper
from tools.checks.view import View
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


# -- alarms ---------------------------------------------------------------------------------------


def with_alarms(snapshot: Snapshot, code: AsCode) -> Snapshot:
    """The account as CloudWatch would describe it after the template was deployed."""
    resources, relations = dict(snapshot.resources), list(snapshot.relations)
    topic = "arn:aws:sns:us-east-1:123456789012:told"
    resources[topic] = Resource(
        id=topic,
        type=TOPIC,
        name="told",
        region="us-east-1",
        member=False,
        facts={TOPIC_READ: {"TopicArn": topic, "SubscriptionsConfirmed": "1"}},
    )
    for template in code.templates:
        document = yaml.safe_load(template.text)
        for declared in template.declares:
            if declared.type != ALARM:
                continue
            facts = dict(document["Resources"][declared.name]["Properties"])
            given = [each if isinstance(each, str) else topic for each in facts["AlarmActions"]]
            identity = f"alarm:{facts['AlarmName']}"
            resources[identity] = Resource(
                id=identity,
                type=ALARM,
                name=facts["AlarmName"],
                region=template.region,
                member=True,
                facts={READ: {**facts, "AlarmActions": given, "StateValue": "OK"}},
            )
            watched = [(each, "watches") for each in declared.about]
            relations += [
                Relation(
                    source=identity,
                    target=target,
                    kind=RelationKind.OBSERVABILITY,
                    label=label,
                    hard=False,
                )
                for target, label in (*watched, (given[0], "notifies"))
            ]
    return snapshot.model_copy(update={"resources": resources, "relations": relations})


@EACH
def test_what_was_unwatched_is_watched_once_it_is_deployed(assessed: AssessFor, name: str) -> None:
    _, snapshot, _ = asked = assessed(name, DAY)
    code = written(asked, CodeKind.ALARMS)
    before, after = workload_of(snapshot), workload_of(with_alarms(snapshot, code))
    left_out = {each.resource for each in code.left_out}
    for check in map(all_checks().__getitem__, CHECKS):
        for kind in check.resource_types:
            for resource in before.members(kind):
                earlier = judge(check, View(resource, before))
                if earlier and earlier.verdict.value == "FAIL" and resource.id not in left_out:
                    now = judge(check, View(after.snapshot.resources[resource.id], after))
                    assert now
                    assert now.verdict.value == "PASS", (check.id, resource.id)


def test_the_alarms_are_those_of_the_remedies(assessed: AssessFor) -> None:
    """Metric, dimensions and period are what AWS recommends for the component."""
    _, snapshot, _ = asked = assessed("food-agent", DAY)
    code = written(asked, CodeKind.ALARMS)
    [template] = code.templates
    resources = yaml.safe_load(template.text)["Resources"]
    alarms = [each for each in template.declares if each.type == ALARM]
    assert alarms
    for alarm in alarms:
        properties = resources[alarm.name]["Properties"]
        recommended = recommended_for(Paper(snapshot).draft(alarm.about[0]))
        assert recommended
        assert properties["MetricName"] == recommended.metric
        assert properties["Namespace"] == recommended.namespace
        dimensions = {each["Name"]: each["Value"] for each in properties["Dimensions"]}
        assert dimensions == recommended.dimensions
        assert properties["Period"] == 60
        assert properties["AlarmActions"] == [{"Ref": "OnCallTopicArn"}]


def test_no_alarm_takes_the_name_of_another(assessed: AssessFor) -> None:
    names = [each["AlarmName"] for each in pieces(written(assessed("everything", DAY)), ALARM)]
    assert len(names) == len(set(names)) > 10


def test_the_dashboard_shows_the_critical_path_first(assessed: AssessFor) -> None:
    report, *_ = asked = assessed("shop", DAY)
    [dashboard] = pieces(written(asked, CodeKind.ALARMS), "AWS::CloudWatch::Dashboard")
    widgets = json.loads(dashboard["DashboardBody"])["widgets"]
    rows = [each["properties"]["markdown"] for each in widgets if each["type"] == "text"]
    critical = ["critical path" in each for each in rows]
    assert report.overall.critical_path
    assert any(critical)
    assert critical == sorted(critical, reverse=True)
    assert len(widgets) <= 500
    places = [(each["x"], each["y"]) for each in widgets]
    assert len(places) == len(set(places))


def test_every_metric_on_a_dashboard_is_one_of_awss(assessed: AssessFor) -> None:
    shown = 0
    for name in WORKLOADS:
        for board in pieces(written(assessed(name, DAY)), "AWS::CloudWatch::Dashboard"):
            for widget in json.loads(board["DashboardBody"])["widgets"]:
                for namespace, metric, *_ in widget["properties"].get("metrics", ()):
                    shown += 1
                    assert exists(namespace, metric), (namespace, metric)
    assert shown
    assert all(len(table) <= 4 for table in graphs().values())


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
    [terraform] = written((report, snapshot, reckoning), terraform=True).templates
    resources = json.loads(terraform.text)["resource"]
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
    terraform = written(asked, terraform=True)
    assert {json.loads(each.text)["provider"]["aws"]["region"] for each in terraform.templates} == {
        each.region for each in terraform.templates
    }
