"""A hand-made result, and a store that holds it: printing needs no account and no machine."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from graph.runs import assess
from seeams.app import app
from state.grades import (
    AnswerRow,
    Binds,
    Documentation,
    Finding,
    FindingEffect,
    GapRow,
    Grade,
    Overall,
    Severity,
    Term,
    Usage,
)
from state.judgements import AnswerValue, Evidence, Layer
from state.objectives import Objectives
from state.report import Report, WorkloadSummary
from state.snapshot import Relation, RelationKind, Resource, Selector, Snapshot
from state.store import RunRow, Store
from tests.graph.fakes import CountingAccount, request

HOSTILE = "[red]x[/] \x1b[2J\u202e|`<b>"
DATABASE = "arn:aws:rds:eu-west-1:123456789012:db:orders"
BUCKET = "arn:aws:s3:::invoices"
WHEN = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
Seeams = Callable[..., Result]


@pytest.fixture
def seeams() -> Seeams:
    """Runs a command as a user would, without a terminal."""
    return lambda *arguments, **options: CliRunner().invoke(app, list(arguments), **options)


@pytest.fixture
def assessed(tmp_path: Path) -> str:
    """The address of a store with two databases assessed."""
    url = f"sqlite:///{tmp_path}/seeams.db"
    with Store(url) as store:
        assess(store, request(), Objectives(rto_seconds=3600, rpo_seconds=900), CountingAccount())
    return url


@pytest.fixture
def snapshot() -> Snapshot:
    return Snapshot(
        selector=Selector(tags={"workload": "shop"}),
        account="123456789012",
        regions=["eu-west-1"],
        taken_at=WHEN,
        resources={
            DATABASE: Resource(
                id=DATABASE,
                type="AWS::RDS::DBInstance",
                name=HOSTILE,
                region="eu-west-1",
                member=True,
            ),
            BUCKET: Resource(
                id=BUCKET, type="AWS::S3::Bucket", name="invoices", region="eu-west-1", member=False
            ),
        },
        relations=[
            Relation(source=DATABASE, target=BUCKET, kind=RelationKind.DATA_FLOW, label="exports")
        ],
        gaps=[],
        calls={"rds:DescribeDBInstances": 1},
    )


@pytest.fixture
def report() -> Report:
    terms = (
        _term("detect", 14400.0, "nobody is told", "assumption:unmonitored"),
        _term("act", 7200.0, "restore 100 GiB", "assumption:restore_database", "rds.single"),
        _term("lose", None, "the only copy is gone", "assumption:no_copy", "rds.backup_off"),
    )
    return Report(
        thread="shop",
        generated_at=WHEN,
        workload=WorkloadSummary(
            selector=Selector(tags={"workload": HOSTILE}),
            account="123456789012",
            regions=["eu-west-1"],
            resources=1,
            neighbours=1,
            relations=1,
            snapshot="sha256:0",
            taken_at=WHEN,
        ),
        objectives=Objectives(rto_seconds=86400, rpo_seconds=43200),
        overall=Overall(
            letter="C",
            rto_seconds=21600.0,
            rpo_seconds=None,
            over_built=False,
            confidence=0.9,
            reason=f"when a zone is lost, {HOSTILE} is slow",
        ),
        grades={
            "SINGLE_POINT_OF_FAILURE": Grade(
                category="SINGLE_POINT_OF_FAILURE",
                letter="C",
                rto_seconds=21600.0,
                rpo_seconds=None,
                rto_share=0.25,
                rpo_share=None,
                binds=Binds.RPO,
                reason=f"when a zone is lost, {HOSTILE} is slow",
                terms=terms,
                confidence=0.9,
                over_built=True,
                savings=(f"{HOSTILE}: half of the instance",),
            ),
            "EXCESSIVE_LOAD": Grade(
                category="EXCESSIVE_LOAD", letter="A", binds=Binds.NOTHING, reason="nothing strikes"
            ),
        },
        findings=[
            _finding("rds.backup_off", Severity.CRITICAL, None),
            _finding("rds.single", Severity.LOW, 7200.0),
        ],
        strengths=["deleted objects can be brought back"],
        answers=[
            AnswerRow(
                category="SINGLE_POINT_OF_FAILURE",
                question="Is it architected for redundancy?",
                answer=AnswerValue.CANNOT_DETERMINE,
                because="nothing that was read bears on it",
                attest="that a second copy exists",
            )
        ],
        gaps=[
            GapRow(
                service="backup",
                region="eu-west-1",
                action="backup:ListBackupPlans",
                reason="Denied",
                bears_on=("SHARED_FATE",),
                resolve="allow backup:ListBackupPlans",
            )
        ],
        usage=Usage(aws_calls=7, aws_seconds=1.5, seconds=2.5, nodes_run={"discover": 1}),
    )


@pytest.fixture
def stored(tmp_path: Path, report: Report, snapshot: Snapshot) -> str:
    """The address of a store with two finished runs of the thread `shop`, and one cut short."""
    url = f"sqlite:///{tmp_path}/seeams.db"
    with Store(url) as store:
        summary = report.workload.model_copy(update={"snapshot": store.put(snapshot)})
        kept = report.model_copy(update={"workload": summary})
        other = kept.model_copy(
            update={"objectives": Objectives(rto_seconds=7200, rpo_seconds=1800)}
        )
        for run, kind, result in (("1", "assess", kept), ("2", "what-if", other)):
            store.note_run(
                _row(run, "shop", kind).model_copy(
                    update={
                        "finished_at": WHEN,
                        "letter": "C",
                        "checkpoint": f"{run}f-checkpoint",
                        "report": store.put(result),
                    }
                )
            )
        store.note_run(_row("3", "cut-short", "assess"))
    return url


def _row(run: str, thread: str, kind: str) -> RunRow:
    return RunRow(thread=thread, run=run, kind=kind, workload="workload=shop", started_at=WHEN)


def _term(
    phase: str, seconds: float | None, what: str, source: str, finding: str | None = None
) -> Term:
    return Term(
        scenario="zone_lost",
        resource=DATABASE,
        term=phase,
        seconds=seconds,
        what=what,
        source=source,
        finding=finding,
    )


def _finding(check: str, severity: Severity, seconds: float | None, **changed: Any) -> Finding:
    return Finding(
        id=check,
        key=check,
        title=f"A database of {check} is in danger",
        resource=DATABASE,
        resources=(DATABASE,),
        resource_type="AWS::RDS::DBInstance",
        category="SINGLE_POINT_OF_FAILURE",
        severity=severity,
        layer=Layer.DISASTER_RECOVERY,
        effect=FindingEffect(rto_seconds=seconds, rpo_seconds=0.0),
        rationale="Because.",
        evidence=(
            Evidence(
                resource=DATABASE,
                operation="rds:DescribeDBInstances",
                path="TagList[].Value",
                value=[HOSTILE],
                region="eu-west-1",
            ),
        ),
        recommendation="Set `BackupRetentionPeriod` to 7.",
        documentation=(
            Documentation(
                title="Backups",
                url="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/"
                "USER_WorkingWithAutomatedBackups.html",
            ),
        ),
    )
