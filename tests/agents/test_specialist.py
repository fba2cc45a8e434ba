"""A specialist: rows of its category's checks, and an answer to each of its questions."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from agents import specialist
from agents.specialist import assess
from state.categories import Category, Question, category_of_question
from state.categories.excessive_load import BACKLOG
from state.categories.single_point_of_failure import ZONE_LOSS, ZONE_LOST
from state.judgements import Answer, AnswerValue, Assessment, Layer, Phase, Verdict
from state.snapshot import Gap, GapReason, Resource, Selector, Snapshot
from tools.checks import NOT_APPLICABLE, Check, Effect, Outcome, failed, judging, passed
from tools.checks.judging import judge
from tools.checks.view import Unknown, View, Workload

READ = "rds:DescribeDBInstances"
DATABASE = "AWS::RDS::DBInstance"
Judge = Callable[[View], Outcome]


def resource(name: str, *, member: bool = True, **facts: Any) -> Resource:
    return Resource(
        id=f"arn:{name}",
        type=DATABASE,
        name=name,
        region="eu-west-1",
        member=member,
        facts={READ: facts} if facts else {},
    )


def snapshot(*resources: Resource, gaps: list[Gap] | None = None) -> Snapshot:
    return Snapshot(
        selector=Selector(tags={"workload": "shop"}),
        account="123456789012",
        regions=["eu-west-1"],
        taken_at=datetime(2026, 6, 1, tzinfo=UTC),
        resources={each.id: each for each in resources},
        relations=[],
        gaps=gaps or [],
        calls={},
    )


def make_check(
    judge: Judge,
    check_id: str = "example.multi_az",
    *,
    question: Question = ZONE_LOSS,
    resource_type: str = DATABASE,
    **fields: Any,
) -> Check:
    defaults: dict[str, Any] = {
        "title": "There is no standby",
        "also": (),
        "layer": Layer.HIGH_AVAILABILITY,
        "on_fail": (Effect(ZONE_LOST, Phase.ACT, "restore_database", by_person=True),),
        "on_pass": (Effect(ZONE_LOST, Phase.ACT, "rds_failover"),),
        "effect_source": "",
        "recommendation": "",
        "documentation": (),
        "strength": None,
        "saving": None,
        "remedy": None,
        "passes": (),
        "fails": (),
        "silent": (),
    }
    return Check(
        id=check_id,
        resource_types=(resource_type,),
        question=question,
        judge=judge,
        **{**defaults, **fields},
    )


def multi_az(db: View) -> Outcome:
    return passed() if db.read(READ, "MultiAZ") else failed(restore_database=50.0)


@pytest.fixture
def catalogue(monkeypatch: pytest.MonkeyPatch) -> dict[str, Check]:
    """The only checks there are."""
    checks: dict[str, Check] = {}
    for module in (specialist, judging):
        monkeypatch.setattr(module, "all_checks", lambda: checks)
    return checks


SPOF = category_of_question()[ZONE_LOSS.id]
LOAD = category_of_question()[BACKLOG.id]


def assessed(
    checks: dict[str, Check], check: Check, *resources: Resource, category: Category = SPOF
) -> Assessment:
    checks[check.id] = check
    return assess(category, snapshot(*resources))


def answer(assessment: Assessment, question: Question) -> Answer:
    return next(a for a in assessment.answers if a.question == question.text)


# -- rows ------------------------------------------------------------------------------------------


def test_members_are_judged_in_the_order_of_their_ids(catalogue: dict[str, Check]) -> None:
    rows = assessed(
        catalogue,
        make_check(multi_az),
        resource("b", MultiAZ=True),
        resource("a", MultiAZ=False),
        resource("neighbour", member=False, MultiAZ=False),
    ).judgements
    assert [(row.resource, row.verdict) for row in rows] == [
        ("arn:a", Verdict.FAIL),
        ("arn:b", Verdict.PASS),
    ]
    first = rows[0]
    assert [(c.assumption, c.units, c.by_person) for c in first.contributions] == [
        ("restore_database", 50.0, True)
    ]
    assert [(e.operation, e.path, e.value) for e in first.evidence] == [(READ, "MultiAZ", False)]


def test_a_check_of_another_category_is_not_run(catalogue: dict[str, Check]) -> None:
    made = assessed(catalogue, make_check(multi_az), resource("a", MultiAZ=True), category=LOAD)
    assert made.judgements == ()
    assert len(made.answers) == len(LOAD.questions)


def test_what_could_not_be_read_is_unknown_with_the_call(catalogue: dict[str, Check]) -> None:
    (row,) = assessed(catalogue, make_check(multi_az), resource("a")).judgements
    assert (row.verdict, row.gaps, row.contributions) == (Verdict.UNKNOWN, (READ,), ())


def unlisted(db: View) -> Outcome:
    db.workload.require_listed("AWS::CloudWatch::Alarm")
    return passed()


def test_a_list_that_was_denied_is_unknown(catalogue: dict[str, Check]) -> None:
    denied = Gap(
        service="cloudwatch",
        region="eu-west-1",
        action="cloudwatch:DescribeAlarms",
        reason=GapReason.DENIED,
    )
    seen = snapshot(resource("a", MultiAZ=True), gaps=[denied])
    alarms = {"AWS::CloudWatch::Alarm": denied.action}
    view = View(seen.resources["arn:a"], Workload(seen, alarms))
    row = judge(make_check(unlisted), view)
    assert row
    assert (row.verdict, row.gaps) == (Verdict.UNKNOWN, (denied.action,))


@pytest.mark.parametrize(
    "error", [KeyError("x"), TypeError("None + 1"), ValueError("x"), ZeroDivisionError()]
)
def test_a_check_that_breaks_is_unknown_and_costs_no_other_row(
    catalogue: dict[str, Check], error: Exception
) -> None:
    def odd(db: View) -> Outcome:
        if db.name == "odd":
            raise error
        return multi_az(db)

    rows = assessed(
        catalogue, make_check(odd), resource("odd", MultiAZ=1), resource("plain", MultiAZ=True)
    ).judgements
    assert [row.verdict for row in rows] == [Verdict.UNKNOWN, Verdict.PASS]
    assert rows[0].gaps == ("check:example.multi_az",)
    assert type(error).__name__ in rows[0].note


def test_what_a_check_does_not_apply_to_leaves_no_row(catalogue: dict[str, Check]) -> None:
    made = assessed(catalogue, make_check(lambda _db: NOT_APPLICABLE), resource("a", MultiAZ=True))
    assert made.judgements == ()
    assert answer(made, ZONE_LOSS).answer is AnswerValue.CANNOT_DETERMINE


def test_a_check_of_the_workload_is_asked_once(catalogue: dict[str, Check]) -> None:
    def any_standby(whole: View) -> Outcome:
        found = [db.read(READ, "MultiAZ") for db in whole.members(DATABASE)]
        return passed() if any(found) else failed()

    check = make_check(any_standby, resource_type="workload")
    (row,) = assessed(
        catalogue, check, resource("a", MultiAZ=False), resource("b", MultiAZ=True)
    ).judgements
    assert (row.resource, row.verdict, len(row.evidence)) == ("workload", Verdict.PASS, 2)


def test_what_failing_would_cost_is_kept_where_it_would_save_money(
    catalogue: dict[str, Check],
) -> None:
    for saving, kept in ((None, ()), ("the standby", ("restore_database",))):
        check = make_check(multi_az, saving=saving)
        (row,) = assessed(catalogue, check, resource("a", MultiAZ=True)).judgements
        assert tuple(c.assumption for c in row.otherwise) == kept


def test_whoever_watches_is_told_of_checks_that_found_something(
    catalogue: dict[str, Check],
) -> None:
    told: list[tuple[str, Mapping[str, object]]] = []
    check = make_check(multi_az)
    catalogue[check.id] = check
    catalogue["example.silent"] = make_check(lambda _db: NOT_APPLICABLE, "example.silent")
    seen = snapshot(resource("a", MultiAZ=False), resource("b", MultiAZ=True))
    assess(SPOF, seen, lambda event, details: told.append((event, details)))
    assert told == [("check", {"check": check.id, "rows": 2, "failed": 1})]


# -- answers ---------------------------------------------------------------------------------------

YES, PARTLY, NO = AnswerValue.YES, AnswerValue.PARTLY, AnswerValue.NO
CANNOT = AnswerValue.CANNOT_DETERMINE
PASSES, FAILS, UNKNOWN = {"MultiAZ": True}, {"MultiAZ": False}, dict[str, Any]()


@pytest.mark.parametrize(
    ("facts", "hoping_for_yes", "hoping_for_no"),
    [
        ([PASSES, PASSES], YES, NO),
        ([FAILS, FAILS], NO, YES),
        ([PASSES, FAILS], PARTLY, PARTLY),
        ([PASSES, UNKNOWN], PARTLY, PARTLY),
        ([FAILS, UNKNOWN], NO, YES),
        ([UNKNOWN], CANNOT, CANNOT),
        ([], CANNOT, CANNOT),
    ],
)
def test_answers_follow_the_verdicts_whatever_answer_is_hoped_for(
    catalogue: dict[str, Check],
    facts: list[dict[str, Any]],
    hoping_for_yes: AnswerValue,
    hoping_for_no: AnswerValue,
) -> None:
    databases = [resource(f"db{n}", **each) for n, each in enumerate(facts)]
    for question, category, expected in (
        (ZONE_LOSS, SPOF, hoping_for_yes),
        (BACKLOG, LOAD, hoping_for_no),
    ):
        check = make_check(multi_az, question=question)
        made = assessed(catalogue, check, *databases, category=category)
        assert answer(made, question).answer is expected
        others = [a for a in made.answers if a.question != question.text]
        assert {a.answer for a in others} == {CANNOT}


def test_answers_say_what_they_rest_on(catalogue: dict[str, Check]) -> None:
    check = make_check(multi_az, strength="there is a standby")
    mixed = [resource("a", MultiAZ=False), resource("b", MultiAZ=True), resource("c")]
    given = answer(assessed(catalogue, check, *mixed), ZONE_LOSS)
    assert given.because == f"There is no standby; could not be read: {READ}"
    assert [e.resource for e in given.evidence] == ["arn:a"]
    assert given.attest == ZONE_LOSS.attest
    assert answer(assessed(catalogue, check, mixed[1]), ZONE_LOSS).because == "there is a standby"
    plain = make_check(multi_az)
    told = answer(assessed(catalogue, plain, mixed[1]), ZONE_LOSS).because
    assert told == "1 check found nothing amiss"
    nothing = answer(assessed(catalogue, plain), ZONE_LOSS)
    assert nothing.because == "nothing that was read bears on it"
    assert nothing.evidence == ()


def test_unknown_never_leaves_the_specialist(catalogue: dict[str, Check]) -> None:
    def denied(_db: View) -> Outcome:
        raise Unknown("backup:ListBackupPlans")

    made = assessed(catalogue, make_check(denied), resource("a", MultiAZ=True))
    assert made.judgements[0].gaps == ("backup:ListBackupPlans",)
    assert made.failed is None
