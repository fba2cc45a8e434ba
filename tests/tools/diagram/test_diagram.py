"""What is drawn of a workload, where, and how it is marked."""

import re
from datetime import UTC, datetime

import pytest

from state.grades import CriticalPath, Severity
from state.snapshot import Relation, RelationKind, Resource, Selector, Snapshot
from tests.tools.diagram.workloads import (
    DATA,
    MAY,
    SEES,
    drawn_edges,
    is_valid,
    link,
    node,
    nodes,
    report_of,
    resource,
    snapshot_of,
)
from tools.diagram import draw
from tools.diagram.grouping import CROWDED
from tools.diagram.places import places


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


def test_a_volume_stands_in_the_zone_of_its_server_and_another_zones_does_not() -> None:
    server = resource("i-1", "EC2::Instance", VpcId="vpc-1", AvailabilityZone="eu-west-1a")
    volumes = [
        resource(f"vol-{zone}", "EC2::Volume", AvailabilityZone=f"eu-west-1{zone}") for zone in "ab"
    ]
    used = [link(server, each, DATA, "reads and writes") for each in volumes]
    found = places(snapshot_of([server, *volumes], used))
    assert found[volumes[0].id] == found[server.id]
    assert (found[volumes[1].id].vpc, found[volumes[1].id].zone) == ("", "")


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


def test_a_finding_of_a_vpc_that_holds_nothing_is_shown() -> None:
    vpc = resource("empty", "EC2::VPC")
    assert "empty" not in " ".join(nodes(draw(snapshot_of([vpc], []), report_of())))
    source = draw(snapshot_of([vpc], []), report_of({vpc.id: Severity.HIGH}))
    assert "▲ high: 1 finding" in node(source, "empty")


def test_the_legend_says_what_the_lines_mean_that_are_there(shop: Shop) -> None:
    legend = draw(shop[0], report_of()).partition('["legend"]')[2]
    assert '-->|"data flow"|' in legend
    assert '-.->|"permission"|' in legend
    assert '--o|"observability"|' in legend
    assert "belongs to" not in legend


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
