"""Workloads and reports to draw, and what a diagram holds."""

import re
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from itertools import pairwise
from typing import Any

import mermaidx

from state.grades import Binds, Finding, FindingEffect, Grade, Overall, Severity, Term, Usage
from state.judgements import Layer
from state.objectives import Objectives
from state.report import Report, WorkloadSummary
from state.snapshot import Relation, RelationKind, Resource, Selector, Snapshot
from tools.diagram.parts import Drawing

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


def drawn_edges(source: str) -> list[str]:
    return re.findall(r"^  n\w+ (?:-->|-\.->|--o|---).*$", source, re.MULTILINE)


def is_valid(source: str) -> bool:
    """Whether the real Mermaid parser takes it; it raises if not."""
    return "<svg" in mermaidx.Diagram(source).svg()


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
