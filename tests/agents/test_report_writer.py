"""The report: gaps grouped, with what they bear on and what would close them."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from agents.on_paper import NOTHING_THOUGHT
from agents.report_writer import write_report
from state.categories import categories
from state.grades import GapRow, Grade, Usage
from state.judgements import Answer, AnswerValue, Assessment, Judgement, Verdict
from state.objectives import Objectives
from state.premises import Premises
from state.report import Report
from state.snapshot import Gap, GapReason, Resource, Selector, Snapshot
from state.thinking import Stop, Thinking
from tools.grading.assumptions import assumptions
from tools.grading.grading import compose, grade
from tools.grading.ledger import build_ledger
from tools.grading.reckoning import Reckoning

READ = "rds:DescribeDBInstances"
ASKED = Objectives(rto_seconds=3600, rpo_seconds=3600)
NOW = datetime(2026, 6, 1, tzinfo=UTC)
SPOF, BUGS = "SINGLE_POINT_OF_FAILURE", "MISCONFIGURATION_AND_BUGS"


def gap(action: str = READ, reason: GapReason = GapReason.DENIED, **fields: Any) -> Gap:
    given = {"service": action.partition(":")[0], "region": "eu-west-1", "detail": "no", **fields}
    return Gap(action=action, reason=reason, **given)


def unknown(*actions: str, resource: str = "arn:0", note: str = "") -> Judgement:
    return Judgement(
        check="rds.instance_single_az",
        resource=resource,
        verdict=Verdict.UNKNOWN,
        gaps=actions,
        note=note,
    )


def report(
    *gaps: Gap,
    rows: Mapping[str, tuple[Judgement, ...]] | None = None,
    answers: tuple[Answer, ...] = (),
    thoughts: Mapping[str, Thinking] = NOTHING_THOUGHT,
) -> Report:
    resources = [
        Resource(
            id=f"arn:{n}",
            type="AWS::RDS::DBInstance",
            name=f"db{n}",
            region="eu-west-1",
            member=n < 3,
        )
        for n in range(4)
    ]
    seen = Snapshot(
        selector=Selector(tags={"workload": "shop"}),
        account="123456789012",
        regions=["eu-west-1"],
        taken_at=NOW,
        resources={each.id: each for each in resources},
        relations=[],
        gaps=list(gaps),
        calls={},
    )
    ledger = build_ledger(
        seen,
        {
            c.code: Assessment(
                category=c.code,
                judgements=(rows or {}).get(c.code, ()),
                answers=answers if c.code == SPOF else (),
            )
            for c in categories()
        },
    )
    reckoning = Reckoning(ledger, assumptions())
    grades: dict[str, Grade] = {c.code: grade(c, reckoning, ASKED) for c in reversed(categories())}
    return write_report(
        thread="shop",
        generated_at=NOW,
        snapshot=seen,
        digest="sha256:0",
        reckoning=reckoning,
        objectives=ASKED,
        premises=Premises(),
        grades=grades,
        overall=compose(grades, reckoning, ASKED),
        usage=Usage(),
        thoughts=thoughts,
    )


def rows_of(*gaps: Gap, rows: Mapping[str, tuple[Judgement, ...]] | None = None) -> list[GapRow]:
    return report(*gaps, rows=rows).gaps


def test_gaps_of_one_call_and_reason_are_one_row() -> None:
    (row,) = rows_of(*(gap(resource=f"arn:{n}") for n in range(3)))
    assert (row.action, row.reason, row.resources) == (READ, "Denied", 3)
    assert len(rows_of(gap(), gap(reason=GapReason.THROTTLED), gap(region="us-east-1"))) == 3


def test_a_gap_of_the_account_counts_no_resource() -> None:
    (row,) = rows_of(gap())
    assert row.resources == 0


def test_a_gap_bears_on_the_categories_whose_verdicts_it_took() -> None:
    rows = rows_of(
        gap(),
        gap("rds:DescribeEvents"),
        rows={BUGS: (unknown(READ),), SPOF: (unknown(READ), unknown(READ, resource="arn:1"))},
    )
    assert {row.action: row.bears_on for row in rows} == {
        READ: (SPOF, BUGS),
        "rds:DescribeEvents": (),
    }


def test_what_a_check_missed_without_a_failed_call_is_a_gap_too() -> None:
    rows = rows_of(
        gap(),
        rows={
            SPOF: (
                unknown(READ),
                unknown("backup:ListBackupPlans", resource="workload"),
                unknown("check:rds.x", note="the check broke: KeyError: 'y'"),
                unknown("check:rds.x", resource="arn:1", note="the check broke: KeyError: 'z'"),
            )
        },
    )
    assert [(r.action, r.reason, r.resources) for r in rows] == [
        ("backup:ListBackupPlans", "NotScanned", 0),
        ("check:rds.x", "Failed", 2),
        (READ, "Denied", 0),
    ]
    assert rows[1].detail == "the check broke: KeyError: 'y'"


@pytest.mark.parametrize("reason", GapReason)
def test_every_gap_says_what_would_close_it(reason: GapReason) -> None:
    (row,) = rows_of(gap(reason=reason))
    assert row.resolve
    assert (READ in row.resolve and "iam-policy" in row.resolve) == (reason is GapReason.DENIED)


def test_gaps_are_in_an_order_of_their_own() -> None:
    gaps = [gap("b:B"), gap("a:A", region="r2"), gap("a:A", region="r1")]
    assert rows_of(*gaps) == rows_of(*reversed(gaps))


def test_the_workload_is_summed_up_and_categories_are_in_their_order() -> None:
    made = report()
    assert (made.workload.resources, made.workload.neighbours) == (3, 1)
    assert made.workload.snapshot == "sha256:0"
    assert list(made.grades) == [category.code for category in categories()]


def test_answers_are_quoted_in_full() -> None:
    given = Answer(
        category=SPOF, question="Is it?", answer=AnswerValue.YES, because="so", attest="that"
    )
    (row,) = report(answers=(given,)).answers
    assert row.model_dump() == given.model_dump()


def test_a_report_survives_json() -> None:
    made = report(gap(), rows={SPOF: (unknown(READ),)})
    assert Report.model_validate_json(made.model_dump_json()) == made


@pytest.mark.parametrize("stop", Stop)
def test_what_a_model_left_undone_is_a_gap_that_caps_no_letter(stop: Stop) -> None:
    codes = [category.code for category in categories()]
    thoughts = {c: Thinking(model="bedrock:m", stop=stop, detail="no access") for c in codes[:2]}
    left = report(thoughts=thoughts)
    rows = [row for row in left.gaps if row.service == "model"]
    if stop is Stop.DONE:
        assert rows == []
        return
    (row,) = rows
    assert (row.action, row.bears_on, row.detail) == (
        "model:bedrock:m",
        tuple(codes[:2]),
        "no access",
    )
    assert row.resolve
    assert left.grades == report().grades
