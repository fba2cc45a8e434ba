"""A CloudWatch dashboard of the workload: alarms on top, then the critical path, then the rest."""

import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from state.report import Report
from state.snapshot import Resource
from tools.as_code.alarms import region_of
from tools.as_code.stack import Piece, Stack, says
from tools.checks.alarms import ALARM, READ
from tools.checks.new_alarms import Recommended, recommended_for
from tools.checks.paper import Paper
from tools.diagram.words import type_words
from tools.grading.ledger import Ledger
from tools.markdown import code, text

DASHBOARD = "AWS::CloudWatch::Dashboard"
_LOAD_BALANCER = "AWS::ElasticLoadBalancingV2::LoadBalancer"
_COMPONENTS = 95  # a heading and up to four graphs each: CloudWatch takes 500 widgets
_ALARMS = 100  # that one widget shows
_WIDTH, _GRAPH, _HEIGHT = 24, 6, 6
Graphs = Mapping[str, Sequence[tuple[str, str]]]


@cache
def graphs() -> Mapping[str, Graphs]:
    """By type, or by type and kind of load balancer: the graphs, each metrics with statistics."""
    packaged = files(__package__).joinpath("dashboard.toml").read_text(encoding="utf-8")
    return {
        kind: {title: [(m, s) for m, s in lines] for title, lines in table.items()}
        for kind, table in tomllib.loads(packaged).items()
    }


def add_dashboard(stack: Stack, report: Report, ledger: Ledger) -> None:
    """Add a dashboard of the Region's components, if there are any to show."""
    components = list(_components(stack, report, ledger))
    shown = components[:_COMPONENTS]
    if not shown:
        return
    if len(components) > len(shown):
        stack.note(
            f"the dashboard in {stack.region} shows {len(shown)} of {len(components)} components: "
            "CloudWatch takes no more widgets"
        )
    path = report.overall.critical_path
    critical = set(path.resources) if path else set()
    widgets = list(_alarms(stack))
    y = _HEIGHT * bool(widgets)
    for resource, metrics in shown:
        widgets += _row(stack, resource, metrics, y, resource.id in critical)
        y += 1 + _HEIGHT
    stack.add(
        ("Dashboard",),
        Piece(
            type=DASHBOARD,
            properties={
                "DashboardName": f"{stack.workload}-{stack.region}",
                "DashboardBody": json.dumps({"widgets": widgets}),
            },
            what="shows the key metrics, by component, the critical path first",
            about=tuple(resource.id for resource, _ in shown),
        ),
    )


# -- parts ----------------------------------------------------------------------------------------


def _components(
    stack: Stack, report: Report, ledger: Ledger
) -> Iterator[tuple[Resource, Recommended]]:
    """What has metrics, in the order of the critical path, then of need, then of names."""
    path = report.overall.critical_path.resources if report.overall.critical_path else ()
    order = {resource: number for number, resource in enumerate(path)}
    paper = Paper(stack.snapshot)
    members = [r for r in stack.snapshot.resources.values() if r.member]
    for resource in sorted(
        members,
        key=lambda r: (order.get(r.id, len(order)), ledger.is_soft(r.id), r.type, r.name, r.id),
    ):
        if region_of(resource) != stack.region or _graphs_of(resource) is None:
            continue
        try:
            found = recommended_for(paper.draft(resource.id))
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
            stack.leave_out(resource.id, "its dimensions cannot be told from what was read")
            continue
        if found is not None:
            yield resource, found


def _graphs_of(resource: Resource) -> Graphs | None:
    kind = resource.type
    if kind == _LOAD_BALANCER:
        facts = resource.facts.get("elbv2:DescribeLoadBalancers", {})
        kind = f"{kind} {facts.get('Type', 'application')}"
    return graphs().get(kind)


def _row(
    stack: Stack, resource: Resource, metrics: Recommended, y: int, critical: bool
) -> Iterator[dict[str, Any]]:
    """A heading, and the graphs side by side."""
    where = ", critical path" if critical else ""
    heading = f"**{text(resource.name)}** {code(type_words(resource.type))}{where}"
    yield {
        "type": "text",
        "x": 0,
        "y": y,
        "width": _WIDTH,
        "height": 1,
        "properties": {"markdown": says(heading, 500), "background": "transparent"},
    }
    pairs = [part for pair in metrics.dimensions.items() for part in pair]
    for number, (title, lines) in enumerate((_graphs_of(resource) or {}).items()):
        yield {
            "type": "metric",
            "x": number * _GRAPH,
            "y": y + 1,
            "width": _GRAPH,
            "height": _HEIGHT,
            "properties": {
                "title": title,
                "view": "timeSeries",
                "stacked": False,
                "region": stack.region,
                "period": 60,
                "metrics": [
                    [metrics.namespace, name, *pairs, {"stat": statistic}]
                    for name, statistic in lines
                ],
            },
        }


def _alarms(stack: Stack) -> Iterator[dict[str, Any]]:
    """The state of the alarms that are there, and of those in the stack."""
    there = [
        str(each.facts.get(READ, {}).get("AlarmArn", each.id))
        for each in stack.snapshot.resources.values()
        if each.type == ALARM and each.region == stack.region
    ]
    new = [
        stack.arn("cloudwatch", f"alarm:{piece.properties['AlarmName']}")
        for piece in stack.pieces.values()
        if piece.type == ALARM
    ]
    if shown := [*new, *sorted(there)][:_ALARMS]:
        yield {
            "type": "alarm",
            "x": 0,
            "y": 0,
            "width": _WIDTH,
            "height": _HEIGHT,
            "properties": {"title": "Alarms", "alarms": shown, "sortBy": "stateUpdatedTimestamp"},
        }
