"""Diagrams: valid Mermaid whatever things are called, stable, and never a hairball."""

import re
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from itertools import pairwise
from typing import Any

import mermaidx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from state.grades import (
    Binds,
    CriticalPath,
    Finding,
    FindingEffect,
    Grade,
    Overall,
    Severity,
    Term,
    Usage,
)
from state.judgements import Layer
from state.objectives import Objectives
from state.report import Report, WorkloadSummary
from state.snapshot import Relation, RelationKind, Resource, Selector, Snapshot
from tools.diagram import draw
from tools.diagram.drawing import drawing
from tools.diagram.grouping import CROWDED, MOST_EDGES
from tools.diagram.mermaid import quoted
from tools.diagram.parts import Drawing
from tools.diagram.words import type_words

GENERATED = [
    "EC2::SecurityGroup",
    "Lambda::EventSourceMapping",
    "CloudWatch::Alarm",
    "IAM::Role",
    *(f"S{n}::Thing" for n in range(20)),
]
WHEN = datetime(2026, 11, 23, tzinfo=UTC)
DATA, MAY, SEES = RelationKind.DATA_FLOW, RelationKind.PERMISSIONS, RelationKind.OBSERVABILITY


def resource(
    name: str, kind: str, *, region: str = "eu-west-1", member: bool = True, **facts: Any
) -> Resource:
    return Resource(
        id=f"arn:aws:x:{region}:123456789012:{kind}/{name}",
        type=f"AWS::{kind}",
        name=name,
        region=region,
        member=member,
        facts={"x:Describe": facts} if facts else {},
    )


def snapshot_of(resources: list[Resource], relations: list[Relation]) -> Snapshot:
    return Snapshot(
        selector=Selector(tags={"workload": "shop"}),
        account="123456789012",
        regions=["eu-west-1"],
        taken_at=WHEN,
        resources={r.id: r for r in resources},
        relations=relations,
        gaps=[],
        calls={},
    )


def report_of(found: Mapping[str, Severity] | None = None, binding: tuple[str, ...] = ()) -> Report:
    """A report with a finding on each of the resources, and a letter that rests on others."""
    terms = tuple(
        Term(scenario="zone_lost", resource=r, term="act", seconds=60.0, source="assumption:x")
        for r in binding
    )
    findings = [
        Finding(
            id=f"x.{number}",
            key=f"x.{number}",
            title="Something is wrong",
            resource=r,
            resources=(r,),
            resource_type="AWS::X::Y",
            category="SHARED_FATE",
            severity=severity,
            layer=Layer.HIGH_AVAILABILITY,
            effect=FindingEffect(rto_seconds=1.0, rpo_seconds=0.0),
            rationale="",
            evidence=(),
            recommendation="",
            documentation=(),
        )
        for number, (r, severity) in enumerate((found or {}).items())
    ]
    return Report(
        thread="shop",
        generated_at=WHEN,
        workload=WorkloadSummary(
            selector=Selector(tags={"workload": "shop"}),
            account="123456789012",
            regions=["eu-west-1"],
            resources=1,
            neighbours=0,
            relations=0,
            snapshot="sha256:0",
            taken_at=WHEN,
        ),
        objectives=Objectives(rto_seconds=3600, rpo_seconds=3600),
        overall=Overall(
            letter="B",
            rto_seconds=0.0,
            rpo_seconds=0.0,
            over_built=False,
            confidence=1.0,
            reason="",
        ),
        grades={
            "SHARED_FATE": Grade(
                category="SHARED_FATE", letter="B", binds=Binds.RTO, reason="", terms=terms
            )
        },
        findings=findings,
        strengths=[],
        answers=[],
        gaps=[],
        usage=Usage(),
    )


def link(
    source: Resource, target: Resource, kind: RelationKind = DATA, label: str = ""
) -> Relation:
    return Relation(source=source.id, target=target.id, kind=kind, label=label)


def nodes(source: str) -> list[str]:
    return re.findall(r"^\s+n\w+\[\(?\"(.*?)\"\)?\]$", source, re.MULTILINE)


def node(source: str, name: str) -> str:
    return next(label for label in nodes(source) if name in label)


def is_valid(source: str) -> bool:
    """Whether the real Mermaid parser takes it; it raises if not."""
    return "<svg" in mermaidx.Diagram(source).svg()


@pytest.fixture
def shop() -> tuple[Snapshot, dict[str, Resource]]:
    """A function in one zone, a Multi-AZ database, a role, a log group, an alarm, a neighbour."""
    vpc = resource("main", "EC2::VPC")
    subnets = [
        resource(f"subnet-{z}", "EC2::Subnet", AvailabilityZone=f"eu-west-1{z}", VpcId="main")
        for z in "ab"
    ]
    known = {
        "instance": resource("web", "EC2::Instance", VpcId="main"),
        "database": resource(
            "orders", "RDS::DBInstance", AvailabilityZone="eu-west-1a", MultiAZ=True
        ),
        "bucket": resource("invoices", "S3::Bucket"),
        "role": resource("web-role", "IAM::Role", region="global"),
        "logs": resource("/web", "Logs::LogGroup"),
        "neighbour": resource("menu-bot", "Lambda::Function", member=False),
        "lonely": resource("nobody", "Lambda::Function", member=False),
        "group": resource("sg-1", "EC2::SecurityGroup"),
    }
    relations = [
        link(known["instance"], subnets[0], RelationKind.CONTAINMENT),
        link(known["database"], subnets[0], RelationKind.CONTAINMENT),
        link(known["database"], subnets[1], RelationKind.CONTAINMENT),
        link(known["instance"], known["database"], DATA, "reads and writes"),
        link(known["instance"], known["bucket"], DATA, "names in its environment"),
        link(known["instance"], known["role"], MAY, "runs as"),
        link(known["role"], known["bucket"], MAY, "writes"),
        link(known["instance"], known["logs"], SEES, "logs to"),
        link(known["neighbour"], known["database"], DATA, "reads"),
        link(known["instance"], known["group"], MAY, "guarded by"),
        Relation(
            source=known["instance"].id, target="gone", kind=DATA, label="reads", dangling=True
        ),
    ]
    return snapshot_of([vpc, *subnets, *known.values()], relations), known


Shop = tuple[Snapshot, dict[str, Resource]]


def test_boxes_are_account_region_vpc_and_zone(shop: Shop) -> None:
    source = draw(shop[0], report_of())
    assert is_valid(source)
    for title in ("account 123456789012", "Region eu-west-1", "VPC main", "zone eu-west-1a"):
        assert f'["{title}"]' in source
    assert "zone eu-west-1b" not in source
    inside_zone = source[source.index("zone eu-west-1a") :]
    assert inside_zone.index("EC2 instance") < inside_zone.index("end")


def test_a_standby_in_another_zone_stands_in_the_vpc(shop: Shop) -> None:
    lines = draw(shop[0], report_of()).splitlines()
    before = lines[: next(n for n, line in enumerate(lines) if "RDS DB instance" in line)]
    assert [line for line in before if "subgraph" in line][-1].endswith('["VPC main"]')


def test_relations_are_told_apart_by_line_and_label(shop: Shop) -> None:
    source = draw(shop[0], report_of())
    assert '-->|"reads and writes"|' in source
    assert '-.->|"runs as"|' in source
    assert '--o|"logs to"|' in source


def test_what_a_role_permits_is_said_where_it_flows(shop: Shop) -> None:
    source = draw(shop[0], report_of())
    assert '-->|"writes"|' in source
    assert "names in its environment" not in source
    assert '-.->|"writes"|' not in source


def test_neighbours_stand_outside_and_only_if_something_joins_them(shop: Shop) -> None:
    source = draw(shop[0], report_of())
    assert "menu-bot" in source[source.index("not part of the workload") :]
    assert "nobody" not in source


def test_what_is_peripheral_is_drawn_only_if_something_is_wrong_with_it(shop: Shop) -> None:
    snapshot, known = shop
    assert "sg-1" not in draw(snapshot, report_of())
    assert "sg-1" in draw(snapshot, report_of({known["group"].id: Severity.LOW}))


def test_what_is_named_but_not_there_is_shown(shop: Shop) -> None:
    assert "named, but not there" in node(draw(shop[0], report_of()), "gone")


def test_findings_and_what_sets_letters_are_marked(shop: Shop) -> None:
    snapshot, known = shop
    database = known["database"].id
    source = draw(snapshot, report_of({database: Severity.CRITICAL}, (database,)))
    label = node(source, "orders")
    assert "▲ critical: 1 finding" in label
    assert "● sets a letter" in label  # a sign that Arial and its likes have; they lack a star
    assert re.search(r"class n\w+ critical", source)
    assert re.search(r"class n\w+ binding", source)
    assert is_valid(source)


def test_the_critical_path_is_marked_also_over_what_is_not_drawn() -> None:
    """Front -> mapping (drawn as an edge) -> function -> table, which is back last."""
    front = resource("front", "SQS::Queue")
    mapping = resource("m", "Lambda::EventSourceMapping")
    function = resource("work", "Lambda::Function")
    table, other = (resource(name, "DynamoDB::Table") for name in ("records", "other"))
    relations = [
        link(mapping, front, label="polls"),
        link(mapping, function, label="invokes"),
        link(function, table, label="writes"),
        link(function, other, label="writes"),
    ]
    snapshot = snapshot_of([front, mapping, function, table, other], relations)
    report = report_of(binding=(table.id,))
    path = CriticalPath(
        scenario="data_deleted",
        resources=(mapping.id, function.id, table.id),
        sentence='m needs "work", which needs records',
    )
    overall = report.overall.model_copy(update={"critical_path": path})
    plain = draw(snapshot, report)
    source = draw(snapshot, report.model_copy(update={"overall": overall}))
    assert is_valid(source)
    assert "critical path: m needs #34;work#34;, which needs records" in source
    marked = [
        [drawn_edges(source)[int(number)] for number in numbers.split(",")]
        for numbers in re.findall(r"linkStyle (\S+) stroke:#be185d", source)
    ]
    (labels,) = marked
    assert len(labels) == 1
    assert "writes" in labels[0]
    (members,) = re.findall(r"class (\S+) path$", source, re.MULTILINE)
    assert len(members.split(",")) == 2
    assert "#be185d" not in plain
    assert "critical path" not in plain


def drawn_edges(source: str) -> list[str]:
    return re.findall(r"^  n\w+ (?:-->|-\.->|--o|---).*$", source, re.MULTILINE)


def test_findings_of_boxes_are_on_the_boxes(shop: Shop) -> None:
    snapshot, _ = shop
    vpc = next(r for r in snapshot.resources.values() if r.type == "AWS::EC2::VPC")
    source = draw(snapshot, report_of({vpc.id: Severity.HIGH}))
    assert 'VPC main - ▲ high: 1 finding"' in source


def test_the_same_facts_make_the_same_text(shop: Shop) -> None:
    snapshot, _ = shop
    turned = snapshot.model_copy(
        update={
            "resources": dict(reversed(snapshot.resources.items())),
            "relations": snapshot.relations[::-1],
            "taken_at": datetime(2027, 1, 1, tzinfo=UTC),
        }
    )
    assert draw(snapshot, report_of()) == draw(turned, report_of())


def test_a_new_resource_changes_no_other_line_s_id(shop: Shop) -> None:
    snapshot, _ = shop
    more = resource("aaa", "S3::Bucket")
    grown = snapshot.model_copy(update={"resources": {**snapshot.resources, more.id: more}})
    before, after = (set(draw(s, report_of()).splitlines()) for s in (snapshot, grown))
    assert len([line for line in before - after if "class" not in line]) == 0


def test_connectors_become_edges() -> None:
    queue, mapping, function = (
        resource("q", "SQS::Queue"),
        resource("uuid", "Lambda::EventSourceMapping"),
        resource("f", "Lambda::Function"),
    )
    snapshot = snapshot_of(
        [queue, mapping, function], [link(queue, mapping, DATA, "feeds"), link(mapping, function)]
    )
    source = draw(snapshot, report_of())
    assert len(nodes(source)) == 2
    assert '-->|"feeds"|' in source


def crowd(size: int) -> Snapshot:
    """Functions that all read a table, each watched by its alarm, each with a role of its own."""
    table = resource("orders", "DynamoDB::Table")
    every, relations = [table], []
    for number in range(size // 3):
        function = resource(f"f{number}", "Lambda::Function")
        alarm = resource(f"a{number}", "CloudWatch::Alarm")
        role = resource(f"r{number}", "IAM::Role", region="global")
        every += [function, alarm, role]
        relations += [
            link(function, table, DATA, "reads"),
            link(alarm, function, SEES, "watches"),
            link(function, role, MAY, "runs as"),
        ]
    return snapshot_of(every, relations)


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


def estate(vpcs: int, kinds: int) -> Snapshot:
    """VPCs of two zones, in each zone one of each kind that uses the next, and a security group."""
    every, relations = [], []
    for v in range(vpcs):
        vpc = resource(f"vpc-{v}", "EC2::VPC")
        every.append(vpc)
        for zone in "ab":
            within = partial(resource, AvailabilityZone=f"eu-west-1{zone}", VpcId=vpc.name)
            row = [within(f"{v}{zone}{k}", f"S{k}::Thing") for k in range(kinds)]
            subnet = within(f"subnet-{v}{zone}", "EC2::Subnet")
            every += [subnet, *row, resource(f"sg-{v}{zone}", "EC2::SecurityGroup", VpcId=vpc.name)]
            relations += [link(a, b, DATA, "calls") for a, b in pairwise(row)]
            relations += [link(each, subnet, RelationKind.CONTAINMENT) for each in row]
    return snapshot_of(every, relations)


def accounted_for(what: Drawing) -> Counter[str]:
    """How often each resource is in a node, in a box, or named as not drawn by itself."""
    said = [node.ids for node in what.nodes] + [box.ids for box in what.boxes.values()]
    return Counter(identity for ids in (*said, *what.aside.values()) for identity in ids)


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


def test_a_finding_of_a_vpc_that_holds_nothing_is_shown() -> None:
    vpc = resource("empty", "EC2::VPC")
    assert "empty" not in " ".join(nodes(draw(snapshot_of([vpc], []), report_of())))
    source = draw(snapshot_of([vpc], []), report_of({vpc.id: Severity.HIGH}))
    assert "▲ high: 1 finding" in node(source, "empty")


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


def test_the_legend_says_what_the_lines_mean_that_are_there(shop: Shop) -> None:
    legend = draw(shop[0], report_of()).partition('["legend"]')[2]
    assert '-->|"data flow"|' in legend
    assert '-.->|"permission"|' in legend
    assert '--o|"observability"|' in legend
    assert "belongs to" not in legend


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


def test_every_sample_s_diagram_is_readable_and_parses() -> None:
    from tools.aws.account import Account
    from tools.aws.discovery import discover
    from tools.embedded.samples import samples
    from tools.embedded.server import EmbeddedAccount

    with EmbeddedAccount() as embedded:
        for sample in embedded.build(*samples()):
            account = Account(embedded.session(), endpoint_url=embedded.endpoint_url)
            snapshot = discover(account, Selector(tags=dict(sample.tags)), ["us-east-1"])
            source = draw(snapshot, report_of())
            assert 5 < len(nodes(source)) <= CROWDED
            assert is_valid(source)


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
