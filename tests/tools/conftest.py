"""Hand-made ledgers, and what they come to."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from seeams.accounts import account_of, reader
from state.categories import categories
from state.channels import Request
from state.grades import Usage
from state.judgements import Assessment, Judgement
from state.objectives import Objectives
from state.report import Report, WorkloadSummary
from state.snapshot import Gap, Selector, Snapshot
from tools.embedded.samples import samples
from tools.embedded.server import EmbeddedAccount
from tools.grading.assumptions import Assumptions, assumptions
from tools.grading.findings import findings
from tools.grading.grading import compose, grade
from tools.grading.ledger import GradedResource, Ledger
from tools.grading.reckoning import Reckoning

LedgerOf = Callable[..., Ledger]
ReportOf = Callable[..., Report]
WHEN = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def samples_read() -> Mapping[str, Snapshot]:
    """The samples as they are read, by name."""
    with EmbeddedAccount() as embedded:
        embedded.build(*samples())
        account = account_of(embedded.session(), lambda *_: None, embedded.endpoint_url)

        def read(name: str) -> Snapshot:
            request = Request(
                thread=name,
                selector=Selector(tags={"workload": name}),
                account="123456789012",
                regions=(embedded.region,),
            )
            return reader(account)(request, lambda *_: None)

        return {name: read(name) for name in samples()}


@pytest.fixture(scope="session")
def ledger_of() -> LedgerOf:
    """A ledger from rows by category code; what has no rows was assessed and gave none."""

    def build(
        rows: Mapping[str, Iterable[Judgement]],
        *,
        soft: Iterable[str] = (),
        gaps: Iterable[Gap] = (),
        names: Mapping[str, str] | None = None,
        kind: str = "AWS::RDS::DBInstance",
    ) -> Ledger:
        resources = sorted({j.resource for js in rows.values() for j in js} - {"workload"})
        return Ledger(
            assessments={
                category.code: Assessment(
                    category=category.code,
                    judgements=tuple(rows.get(category.code, ())),
                    answers=(),
                )
                for category in categories()
            },
            resources={
                resource: GradedResource(
                    name=(names or {}).get(resource, resource),
                    type=kind,
                    region="eu-west-1",
                    soft=resource in soft,
                )
                for resource in resources
            },
            gaps=tuple(gaps),
        )

    return build


@pytest.fixture(scope="session")
def report_of() -> ReportOf:
    """The result that a ledger gives, as the store would hold it."""

    def build(
        ledger: Ledger,
        objectives: Objectives,
        table: Assumptions | None = None,
        **fields: Any,
    ) -> Report:
        reckoning = Reckoning(ledger, table or assumptions())
        grades = {c.code: grade(c, reckoning, objectives) for c in categories()}
        return Report(
            **{
                "thread": "shop",
                "checkpoint": "1f",
                "generated_at": WHEN,
                "workload": WorkloadSummary(
                    selector=Selector(tags={"workload": "shop"}),
                    account="123456789012",
                    regions=["eu-west-1"],
                    resources=len(ledger.resources),
                    neighbours=0,
                    relations=0,
                    snapshot="sha256:0",
                    taken_at=WHEN,
                ),
                "objectives": objectives,
                "overall": compose(grades, reckoning, objectives),
                "grades": grades,
                "findings": findings(reckoning, objectives),
                "strengths": [],
                "answers": [],
                "gaps": [],
                "usage": Usage(),
                **fields,
            }
        )

    return build


@pytest.fixture
def no_floors(monkeypatch: pytest.MonkeyPatch) -> None:
    """Estimates of verdicts alone, for arithmetic by hand: what a type takes by itself is zero."""
    monkeypatch.setattr("tools.grading.estimates.recovery_of", lambda _kind: ())
