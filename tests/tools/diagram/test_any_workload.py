"""Valid Mermaid whatever there is and whatever it is called, and nothing lost."""

import re
from itertools import pairwise

import mermaidx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from state.grades import Severity
from state.report import Report
from state.snapshot import RelationKind, Snapshot
from tests.tools.diagram.workloads import (
    DATA,
    accounted_for,
    is_valid,
    link,
    report_of,
    resource,
    snapshot_of,
)
from tools.diagram import draw
from tools.diagram.drawing import drawing
from tools.diagram.grouping import CROWDED, MOST_EDGES
from tools.diagram.mermaid import quoted
from tools.diagram.words import type_words

GENERATED = [
    "EC2::SecurityGroup",
    "Lambda::EventSourceMapping",
    "CloudWatch::Alarm",
    "IAM::Role",
    *(f"S{n}::Thing" for n in range(20)),
]


HOSTILE = [
    '"] --> n1["',
    "end",
    "1. list",
    "- list",
    "`md` **b** _i_",
    "%% comment",
    "click n1 callback",
    "<script>alert(1)</script>",
    "&quot; #quot; #35; ;",
    "a|b{c}(d)[e]/f\\g",
    "\x1b[2J\u202e\u2028\n\r\t",
    "$$x$$ fa:fa-car @{ shape: x }",
    "",
    " ",
    "ünï 表 🦆",
    "x" * 500,
]


@st.composite
def workloads(drawn: st.DrawFn) -> tuple[Snapshot, Report]:
    """Any workload: hostile names, kinds, zones, relations of any kind, findings, letters."""
    names = st.sampled_from(HOSTILE) | st.text(max_size=20)
    kinds = st.sampled_from(["EC2::VPC", "EC2::Subnet", *GENERATED])
    size = drawn(st.sampled_from([1, 5, 30, 120]))
    every = [
        resource(
            f"{number}{drawn(names)}",
            drawn(kinds),
            region=drawn(st.sampled_from(["eu-west-1", "eu-central-1", "global"])),
            member=drawn(st.integers(0, 9)) > 0,
            AvailabilityZone=drawn(st.sampled_from(["", "a", "b"])),
            VpcId=drawn(st.sampled_from(["", "v1", "v2", "*"])),
        )
        for number in range(size)
    ]
    one = st.sampled_from(every)
    links = st.builds(link, one, one, st.sampled_from(RelationKind), st.sampled_from(HOSTILE))
    relations = drawn(st.lists(links, max_size=2 * size))
    ids = st.sampled_from([r.id for r in every])
    found = drawn(st.dictionaries(ids, st.sampled_from(Severity), max_size=8))
    binding = drawn(st.lists(ids, max_size=4))
    return snapshot_of(every, relations), report_of(found, tuple(binding))


@given(workloads())
@settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))
def test_nothing_is_lost_and_all_is_bounded(made: tuple[Snapshot, Report]) -> None:
    snapshot, report = made
    members = {r.id for r in snapshot.resources.values() if r.member}
    marked = {f.resource for f in report.findings} & members
    for full in (False, True):
        what = drawing(snapshot, report, full=full)
        counted = accounted_for(what)
        assert members <= counted.keys()
        assert set(counted.values()) <= {1}
        ends = {node.ids[0] for node in what.nodes}
        assert {end for e in what.edges for end in (e.source, e.target)} <= ends
        assert marked.isdisjoint(i for ids in what.aside.values() for i in ids)
        if full:
            assert not what.aside
            assert all(len(node.ids) == 1 for node in what.nodes)
        else:
            # A VPC or subnet that nothing lies in is a node of its own: two kinds, three Regions.
            assert len(what.nodes) <= CROWDED + 2 * 3
            assert len(what.edges) <= MOST_EDGES


@given(workloads(), st.booleans())
@settings(deadline=None, max_examples=8, suppress_health_check=list(HealthCheck))
def test_any_workload_is_valid_mermaid(made: tuple[Snapshot, Report], full: bool) -> None:
    source = draw(*made, full=full and len(made[0].resources) <= 30)
    assert is_valid(source)


def test_hostile_names_parse_and_are_shown() -> None:
    every = [resource(name or "-", "Lambda::Function") for name in HOSTILE]
    chain = [link(a, b, DATA, a.name) for a, b in pairwise(every)]
    svg = mermaidx.Diagram(draw(snapshot_of(every, chain), report_of())).svg()
    assert "<script>" not in svg
    assert "Unsupported markdown" not in svg
    assert "alert(1)" in svg


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.text(max_size=60), min_size=2, max_size=12), st.text(max_size=30))
def test_any_names_parse(names: list[str], zone: str) -> None:
    every = [
        resource(name, kind, AvailabilityZone=zone, VpcId=names[0])
        for name, kind in zip(names, _kinds(), strict=False)
    ]
    chain = [link(a, b, DATA, b.name) for a, b in pairwise(every)]
    found = {r.id: Severity.HIGH for r in every[::2]}
    assert is_valid(draw(snapshot_of(every, chain), report_of(found)))


def _kinds() -> list[str]:
    return ["S3::Bucket", "Lambda::Function", "EC2::Subnet", "EC2::VPC", "IAM::Role"] * 3


@given(st.text())
def test_quoted_text_cannot_leave_its_quotes(text: str) -> None:
    inner = quoted(text)[1:-1]
    assert not set(re.sub(r"<br/>|#\d+;", "", inner)) & set('"<>[]{}|`&;#%\\\n\r')


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("AWS::RDS::DBInstance", "RDS DB instance"),
        ("AWS::Lambda::Function", "Lambda function"),
        ("AWS::SecretsManager::Secret", "Secrets Manager secret"),
        ("AWS::EC2::NatGateway", "NAT gateway"),
        ("Custom::Thing", "Custom::Thing"),
    ],
)
def test_types_in_people_s_words(kind: str, words: str) -> None:
    assert type_words(kind) == words
