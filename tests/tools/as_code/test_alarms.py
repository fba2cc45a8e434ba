"""The alarms that are missing are those of the remedies, and the dashboard shows what matters."""

import json

import yaml

from state.as_code import AsCode, CodeKind
from state.snapshot import Relation, RelationKind, Resource, Snapshot
from tests.tools.as_code.conftest import (
    DAY,
    EACH,
    WORKLOADS,
    AssessFor,
    pieces,
    written,
)
from tools.as_code.alarms import CHECKS
from tools.as_code.dashboard import graphs
from tools.checks import all_checks
from tools.checks.alarms import ALARM, READ, TOPIC, TOPIC_READ
from tools.checks.judging import judge, workload_of
from tools.checks.metrics import exists
from tools.checks.new_alarms import recommended_for
from tools.checks.paper import Paper
from tools.checks.view import View


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
