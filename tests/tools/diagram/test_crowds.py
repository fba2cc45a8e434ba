"""Never a hairball: what is alike stands together, and nothing is lost."""

import re

import pytest

from state.grades import CriticalPath, Severity
from tests.tools.diagram.workloads import (
    DATA,
    MAY,
    crowd,
    drawn_edges,
    estate,
    is_valid,
    link,
    node,
    nodes,
    report_of,
    resource,
    snapshot_of,
)
from tools.diagram import draw
from tools.diagram.drawing import drawing
from tools.diagram.grouping import CROWDED, MOST_EDGES


@pytest.mark.parametrize("size", [9, 60, 300, 900])
def test_a_crowd_stays_readable(size: int) -> None:
    source = draw(crowd(size), report_of())
    assert len(nodes(source)) <= CROWDED
    assert len(drawn_edges(source)) <= MOST_EDGES
    assert len(source) < 50_000  # Mermaid's own limit
    if size > CROWDED:
        assert f"{size // 3} x Lambda function" in source
        assert f"watched by {size // 3} alarms" in source
    assert is_valid(source)


def test_what_sets_a_letter_is_not_hidden_in_a_group() -> None:
    snapshot = crowd(300)
    binding = next(r.id for r in snapshot.resources.values() if r.name == "f7")
    source = draw(snapshot, report_of({binding: Severity.HIGH}, (binding,)))
    assert "● sets a letter" in node(source, "f7<br/>")
    assert "99 x Lambda function" in source


def test_edges_give_way_when_even_groups_have_too_many() -> None:
    kinds = [resource(f"x{n}", f"S{n}::Thing") for n in range(40)]
    relations = [
        link(a, b, kind, f"l{kind}")
        for a in kinds
        for b in kinds
        if a is not b
        for kind in (DATA, MAY)
    ]
    source = draw(snapshot_of(kinds, relations), report_of())
    assert "left out for want of room" in source
    assert len(drawn_edges(source)) == MOST_EDGES
    assert not [edge for edge in drawn_edges(source) if " -.->" in edge]


def test_three_hundred_resources_keep_their_vpcs_and_zones() -> None:
    """15 VPCs x (1 + 2 zones x (8 things + subnet + group)) = 315 resources; 8 x 2 nodes."""
    snapshot = estate(15, 8)
    assert len(snapshot.resources) == 315
    source = draw(snapshot, report_of())
    assert len(nodes(source)) == 16
    assert all(label.startswith("15 x ") for label in nodes(source))
    assert '["15 VPCs: vpc-0, ' in source
    assert {"zone eu-west-1a", "zone eu-west-1b"} <= set(re.findall(r"zone [\w-]+", source))
    assert len(drawn_edges(source)) == 14
    assert "30 x EC2 security group" in source
    assert is_valid(source)


def test_findings_of_boxes_that_stand_together_add_up() -> None:
    snapshot = estate(15, 8)
    vpcs = [r.id for r in snapshot.resources.values() if r.type == "AWS::EC2::VPC"]
    source = draw(snapshot, report_of(dict.fromkeys(vpcs[:3], Severity.HIGH)))
    assert re.search(r'"15 VPCs: .* - ▲ high: 3 findings"', source)


def test_the_critical_path_stays_apart_among_hundreds() -> None:
    """30 kinds of 10 each: 30 nodes, and the two of the path beside theirs."""
    every = [resource(f"x{k}-{n}", f"S{k}::Thing") for k in range(30) for n in range(10)]
    binding = tuple(r.id for r in every if r.name.endswith("-5"))
    first, second = every[0], every[10]
    report = report_of(binding=binding)
    path = CriticalPath(scenario="zone_lost", resources=(first.id, second.id), sentence="so it is")
    overall = report.overall.model_copy(update={"critical_path": path})
    report = report.model_copy(update={"overall": overall})
    what = drawing(snapshot_of(every, [link(first, second)]), report)
    assert len(what.nodes) == 32
    assert [node.ids for node in what.nodes if node.on_path] == [(first.id,), (second.id,)]
    assert [edge.on_path for edge in what.edges] == [True]


def test_more_kinds_than_fit_are_drawn_by_service_and_by_region() -> None:
    by_service = [resource(f"x{n}", f"S{n % 5}::Thing{n}") for n in range(300)]
    what = drawing(snapshot_of(by_service, []), report_of())
    assert sorted(len(node.ids) for node in what.nodes) == [60] * 5
    assert "60 x S0 resource" in draw(snapshot_of(by_service, []), report_of())
    alone = [resource(f"x{n}", f"S{n}::Thing") for n in range(300)]
    (everything,) = drawing(snapshot_of(alone, []), report_of()).nodes
    assert len(everything.ids) == 300
    assert "300 x resource" in draw(snapshot_of(alone, []), report_of())


def test_full_draws_each_by_itself_and_every_relation() -> None:
    """2 VPCs x 2 zones x (3 things + subnet + group); the VPCs are boxes. 2 calls in each zone."""
    source = draw(estate(2, 3), report_of(), full=True)
    assert len(nodes(source)) == 20
    assert len(drawn_edges(source)) == 8
    assert "not drawn by themselves" not in source
    assert is_valid(source)
    crowded = drawing(crowd(300), report_of(), full=True)
    assert len(crowded.nodes) == 301
    assert len(crowded.edges) == 300
