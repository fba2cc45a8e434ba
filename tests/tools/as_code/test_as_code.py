"""Templates are accepted by CloudFormation's linter, and say what the checks ask for."""

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
import yaml
from cfnlint.config import ConfigMixIn
from cfnlint.decode import decode_str
from cfnlint.match import Match
from cfnlint.runner import Runner

from state.as_code import AsCode, CodeFormat, CodeKind
from state.objectives import Objectives
from state.snapshot import Relation, RelationKind, Resource, Snapshot
from tests.tools.as_code.conftest import Asked, AssessFor
from tools.as_code import as_code
from tools.as_code.alarms import CHECKS
from tools.as_code.backups import rhythm
from tools.as_code.dashboard import graphs
from tools.as_code.faults import actions
from tools.checks import all_checks
from tools.checks.alarms import ALARM, READ, TOPIC, TOPIC_READ
from tools.checks.judging import judge, workload_of
from tools.checks.metrics import exists
from tools.checks.new_alarms import recommended_for
from tools.checks.paper import Paper
from tools.checks.view import View

HOUR = 3600
DAY = Objectives(rto_seconds=24 * HOUR, rpo_seconds=12 * HOUR)
TIGHT = Objectives(rto_seconds=600, rpo_seconds=60)
REGIONS = Objectives(
    rto_seconds=7200, rpo_seconds=7200, region_rto_seconds=86400, region_rpo_seconds=7200
)
WORKLOADS = ("food-agent", "shop", "shop-ha", "everything")
EACH = pytest.mark.parametrize("name", WORKLOADS)
AGAINST = pytest.mark.parametrize("objectives", [DAY, TIGHT, REGIONS], ids=["day", "tight", "two"])
# What each resource of the Terraform provider must have, by its documentation.
REQUIRED = {
    "aws_cloudwatch_metric_alarm": {"alarm_name", "comparison_operator", "evaluation_periods"},
    "aws_cloudwatch_dashboard": {"dashboard_name", "dashboard_body"},
    "aws_cloudwatch_log_group": {"name", "retention_in_days"},
    "aws_fis_experiment_template": {"description", "role_arn", "action", "stop_condition"},
    "aws_backup_vault": {"name"},
    "aws_backup_plan": {"name", "rule"},
    "aws_backup_selection": {"name", "iam_role_arn", "plan_id"},
}
HOSTILE = [
    "${file(1)}",
    "%{ if true }",
    "a\": {b}\n- c: 'd",
    "\u202eright to left \x1b[2J",
    "!Ref X",
    "&a *a",
]


@cache
def linter() -> Runner:
    return Runner(ConfigMixIn(regions=["us-east-1"]))


def lint(text: str) -> list[Match]:
    template, wrong = decode_str(text)
    return list(wrong or linter().validate_template(template))


def written(asked: Asked, *kinds: CodeKind, terraform: bool = False) -> AsCode:
    report, snapshot, reckoning = asked
    code_format = CodeFormat.TERRAFORM if terraform else CodeFormat.CLOUDFORMATION
    return as_code(report, snapshot, reckoning, kinds, code_format)


def pieces(code: AsCode, kind: str) -> list[dict[str, Any]]:
    documents = [yaml.safe_load(each.text) for each in code.templates]
    return [
        each["Properties"]
        for document in documents
        for each in document["Resources"].values()
        if each["Type"] == kind
    ]


@EACH
@AGAINST
def test_cloudformation_finds_no_fault(
    assessed: AssessFor, name: str, objectives: Objectives
) -> None:
    for template in written(assessed(name, objectives)).templates:
        wrong = [str(each) for each in lint(template.text)]
        assert not wrong, f"{template.text[:2000]}\n{wrong}"


@EACH
@AGAINST
def test_terraform_has_what_it_needs(
    assessed: AssessFor, name: str, objectives: Objectives
) -> None:
    code = written(assessed(name, objectives), terraform=True)
    for template in code.templates:
        document = json.loads(template.text)
        for kind, blocks in document["resource"].items():
            for body in blocks.values():
                assert body.keys() >= REQUIRED[kind]
        for expression in _references(document["resource"]):
            root, _, rest = expression.partition(".")
            if root == "var":
                assert rest in document["variable"]
            else:
                assert rest.partition(".")[0] in document["resource"][root]
        assert len(template.declares) == sum(map(len, document["resource"].values()))


def _references(value: Any) -> Iterator[str]:
    yield from re.findall(r'(?<!\$)\$\{([^}"]+)\}', json.dumps(value))


@EACH
def test_every_template_is_the_same_each_time(assessed: AssessFor, name: str) -> None:
    assert written(assessed(name, DAY)) == written(assessed(name, DAY))


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
    for check in map(all_checks().__getitem__, CHECKS):
        for kind in check.resource_types:
            for resource in before.members(kind):
                earlier = judge(check, View(resource, before))
                if earlier and earlier.verdict.value == "FAIL":
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


# -- experiments ----------------------------------------------------------------------------------


@EACH
@AGAINST
def test_experiments_use_fis_as_it_is(
    assessed: AssessFor, name: str, objectives: Objectives
) -> None:
    code = written(assessed(name, objectives), CodeKind.EXPERIMENTS)
    for found in pieces(code, "AWS::FIS::ExperimentTemplate"):
        assert 1 <= len(found["StopConditions"]) <= 5
        assert all(each["Source"] == "aws:cloudwatch:alarm" for each in found["StopConditions"])
        assert found["RoleArn"] == {"Ref": "ExperimentRoleArn"}
        used = set()
        for action in found["Actions"].values():
            known = actions()[action["ActionId"]]
            given = set(action.get("Parameters", ()))
            assert given >= set(known.get("required", ()))
            assert given <= {*known.get("required", ()), *known.get("optional", ())}
            [(key, target)] = action["Targets"].items()
            assert key == known["key"]
            assert found["Targets"][target]["ResourceType"] == known["type"]
            assert ("zone" not in known) or known["zone"] in found["Targets"][target]["Parameters"]
            used.add(target)
        assert used == found["Targets"].keys()
        for target in found["Targets"].values():
            arns = target.get("ResourceArns", ())
            assert len(arns) <= 5
            assert not (arns and (target.get("ResourceTags") or target.get("Filters")))
            assert arns or target.get("ResourceTags") or target.get("Parameters")


def test_zones_fail_where_there_are_several(assessed: AssessFor) -> None:
    """shop-ha lies in three zones; food-agent lies in none."""
    found = pieces(
        written(assessed("shop-ha", DAY), CodeKind.EXPERIMENTS), "AWS::FIS::ExperimentTemplate"
    )
    zones = [each for each in found if each["Description"].startswith("Zone without power")]
    assert len(zones) == 3
    used = {a["ActionId"] for each in zones for a in each["Actions"].values()}
    assert used >= {"aws:ec2:stop-instances", "aws:network:disrupt-connectivity"}
    agent = written(assessed("food-agent", DAY), CodeKind.EXPERIMENTS)
    declared = {each.what.partition(" (")[2] for t in agent.templates for each in t.declares}
    assert "zone_lost)" not in declared


def test_an_alarm_on_what_is_struck_does_not_stop_the_experiment(assessed: AssessFor) -> None:
    _, snapshot, _ = asked = assessed("shop-ha", DAY)
    code = written(asked, CodeKind.EXPERIMENTS)
    watched = {
        each.source: snapshot.resources[each.target].name
        for each in snapshot.relations
        if each.label == "watches" and each.target in snapshot.resources
    }
    [restart] = [
        each
        for each in pieces(code, "AWS::FIS::ExperimentTemplate")
        if each["Description"].startswith("Restart: shop-ha-orders")
    ]
    stops = [each["Value"] for each in restart["StopConditions"]]
    assert stops
    databases = {r.id for r in snapshot.resources.values() if r.type == "AWS::RDS::DBInstance"}
    on_database = {r.source for r in snapshot.relations if r.target in databases}
    assert watched.keys() >= set(stops)
    assert not on_database & set(stops)


# -- backups --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rpo", "hours"),
    [(HOUR, None), (2 * HOUR - 1, None), (2 * HOUR, 1), (9 * HOUR, 4), (24 * HOUR, 12)],
)
def test_a_backup_comes_twice_in_the_rpo(rpo: int, hours: int | None) -> None:
    """Half of nine hours is four and a half: every four hours divides a day."""
    assert rhythm(rpo) == hours


@EACH
@AGAINST
def test_plans_meet_the_rpo_and_outlast_a_long_weekend(
    assessed: AssessFor, name: str, objectives: Objectives
) -> None:
    *_, reckoning = asked = assessed(name, objectives)
    code = written(asked, CodeKind.BACKUPS)
    noticed = reckoning.table["noticed_late"].seconds
    for plan in pieces(code, "AWS::Backup::BackupPlan"):
        [rule] = plan["BackupPlan"]["BackupPlanRule"]
        every = re.search(r"0/(\d+)", rule["ScheduleExpression"])
        hours = int(every[1]) if every else 24
        assert rule.get("EnableContinuousBackup") or hours * HOUR <= objectives.rpo_seconds / 2
        assert rule["Lifecycle"]["DeleteAfterDays"] * 86400 > noticed
        assert bool(rule.get("CopyActions")) == (objectives.region_rpo_seconds is not None)
    needy = {
        each.resource
        for each in reckoning.estimates
        if each.rpo_seconds is None or each.rpo_seconds > objectives.rpo_seconds
    }
    for template in code.templates:
        for declared in template.declares:
            if objectives.region_rpo_seconds is None:
                assert set(declared.about) <= needy


def test_there_are_plans_where_stores_lose_too_much(assessed: AssessFor) -> None:
    assert pieces(written(assessed("everything", DAY)), "AWS::Backup::BackupPlan")


# -- hostile names --------------------------------------------------------------------------------


@pytest.mark.parametrize("hostile", HOSTILE)
def test_no_name_gets_out_of_its_place(assessed: AssessFor, hostile: str) -> None:
    """The same resources are declared, whatever they are called, and names stay values."""
    report, snapshot, reckoning = assessed("shop", DAY)
    renamed = snapshot.model_copy(
        update={
            "resources": {
                key: each.model_copy(update={"name": hostile if each.member else each.name})
                for key, each in snapshot.resources.items()
            },
            "selector": snapshot.selector.model_copy(update={"tags": {"workload": hostile}}),
        }
    )
    asked = report, renamed, reckoning
    [template] = written(asked).templates
    document = yaml.safe_load(template.text)
    assert not [each for each in lint(template.text) if each.rule.id.startswith("E")]
    assert template.text.isascii()
    [alarm, *_] = pieces(written(asked), ALARM)
    assert alarm["Tags"] == [{"Key": "workload", "Value": hostile}]
    [terraform] = written(asked, terraform=True).templates
    parsed = json.loads(terraform.text)["resource"]
    assert sum(map(len, parsed.values())) == len(document["Resources"])
    first = next(iter(parsed["aws_cloudwatch_metric_alarm"].values()))
    assert first["tags"]["workload"] == hostile.replace("${", "$${").replace("%{", "%%{")


def test_what_cloudformation_would_replace_is_left_out(assessed: AssessFor) -> None:
    report, snapshot, reckoning = assessed("shop", DAY)
    secret = {"workload": "{{resolve:secretsmanager:key}}"}
    selector = snapshot.selector.model_copy(update={"tags": secret})
    asked = report, snapshot.model_copy(update={"selector": selector}), reckoning
    code = written(asked)
    assert all("{{resolve:" not in each.text for each in code.templates)
    assert any("replaced" in each.why for each in code.left_out)


def test_what_users_feel_stops_an_experiment_first(assessed: AssessFor) -> None:
    """An alarm on the API or the load balancer comes before one on what nobody calls."""
    _, snapshot, _ = asked = assessed("shop-ha", DAY)
    code = written(asked, CodeKind.EXPERIMENTS)
    doors = {
        each.id
        for each in snapshot.resources.values()
        if each.type.startswith(("AWS::ApiGateway::", "AWS::ElasticLoadBalancingV2::LoadB"))
    }
    on_doors = {each.source for each in snapshot.relations if each.target in doors}
    for each in pieces(code, "AWS::FIS::ExperimentTemplate"):
        assert each["StopConditions"][0]["Value"] in on_doors
