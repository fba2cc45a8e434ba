"""Exactly as many recommendations as were asked for, on the topic, and none that is done."""

from collections import Counter
from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.specialist import assess
from state.categories import categories
from state.errors import WrongUse
from state.grades import Documentation
from state.judgements import AnswerValue, Verdict
from state.objectives import Objectives
from state.premises import Attestation, Fix, Premises
from state.recommendations import Recommendation, Source, Way
from state.report import Report
from state.snapshot import Snapshot
from tests.tools.grading.generated import objectives, some_rows
from tools.checks import all_checks
from tools.checks.fixing import with_fixes
from tools.grading.assumptions import assumptions
from tools.grading.ledger import Ledger, build_ledger
from tools.grading.reckoning import Reckoning
from tools.recommending.notes import note
from tools.recommending.practices import practices
from tools.recommending.recommending import recommend
from tools.recommending.topics import ANY, topic_names, topic_of, vocabulary

DAY = Objectives(rto_seconds=86400, rpo_seconds=43200)
SAMPLES = ("food-agent", "shop", "shop-ha")
Asked = tuple[Report, Reckoning, Snapshot]
Ask = Callable[..., Any]


@pytest.fixture(scope="session")
def asked(samples_read: Mapping[str, Snapshot], report_of: Ask) -> Mapping[str, Asked]:
    """The samples, assessed for a day."""
    return {name: _assessed(snapshot, report_of, DAY) for name, snapshot in samples_read.items()}


def _assessed(snapshot: Snapshot, report_of: Ask, against: Objectives) -> Asked:
    rows = {category.code: assess(category, snapshot) for category in categories()}
    ledger = build_ledger(snapshot, rows)
    return report_of(ledger, against), Reckoning(ledger, assumptions()), snapshot


def ask(found: Asked, words: str, top: int = 3) -> list[Recommendation]:
    report, reckoning, snapshot = found
    return recommend(report, reckoning, snapshot, topic_of(words, snapshot), top)


def test_observability_of_the_food_agent(asked: Mapping[str, Asked]) -> None:
    """The walk-through: alarms and dashboards, X-Ray tracing, structured logs in Logs Insights."""
    first, second, third = ask(asked["food-agent"], "observability")
    assert "alarms" in first.title
    assert "dashboard" in first.title
    assert "put-metric-alarm" in first.how.cli
    assert "put-dashboard" in first.how.cli
    assert second.title == "Turn on X-Ray tracing of the function"
    assert "food-agent-orders" in second.how.terraform
    assert "structured logs" in third.title
    assert "Logs Insights" in third.title


@pytest.mark.parametrize("sample", SAMPLES)
@pytest.mark.parametrize("topic", ["", *topic_names()])
def test_exactly_as_many_as_were_asked_for(
    asked: Mapping[str, Asked], sample: str, topic: str
) -> None:
    for top in (1, 3, 10):
        found = ask(asked[sample], topic, top)
        assert len(found) == top
        assert_sound(found, asked[sample])
    assert found == ask(asked[sample], topic, 10)
    assert found[:3] == ask(asked[sample], topic, 3)


@pytest.mark.parametrize("sample", SAMPLES)
def test_of_any_resource(asked: Mapping[str, Asked], sample: str) -> None:
    for resource in asked[sample][2].resources.values():
        found = ask(asked[sample], resource.id, 10)
        assert len(found) == 10
        assert all(each.resources[0] == resource.id for each in found if each.fixes)
        assert_sound(found, asked[sample])


@pytest.mark.parametrize(
    "topic", sorted({t.name for t in vocabulary().values() if t.themes or t.layers})
)
def test_what_fills_up_is_on_the_topic(asked: Mapping[str, Asked], topic: str) -> None:
    """Ten of good practice alone, for a workload that has nothing else to do."""
    known = {practice.key: practice for practice in practices()}
    meant = topic_of(topic, asked["shop-ha"][2])
    for each in ask(asked["shop-ha"], topic, 10):
        if practice := known.get(each.key):
            assert meant.covers_theme(practice.themes, practice.category, practice.layer)


def assert_sound(found: list[Recommendation], of: Asked) -> None:
    """Each once, each with a link and a way, none that a check shows to be done.

    In the order of their reasons, but for what no objective asks for: that may come later.
    """
    failing = {(r.check, r.resource) for r in of[1].ledger.judgements if r.verdict is Verdict.FAIL}
    assert len({each.key for each in found}) == len(found)
    known = {practice.key for practice in practices()}
    practised = [each for each in found if each.key in known]
    pages = Counter(each.documentation.url for each in found)
    assert all(pages[each.documentation.url] == 1 for each in practised)
    order = list(Source)
    asked_for = [each for each in found if each.source is not Source.BEARABLE or each.share]
    places = [order.index(each.source) for each in asked_for]
    for each in found:
        assert each.title
        assert each.why
        assert each.documentation.url.startswith("https://")
        if each.key in all_checks():
            assert all((each.key, resource) in failing for resource in each.resources)
        for way in Way:
            assert bool(getattr(each.how, way)) != (way in each.how.none)
    assert places == sorted(places)


@settings(max_examples=25)
@given(rows=some_rows, against=objectives(), topic=st.sampled_from(["", *topic_names()]))
def test_of_any_ledger(
    rows: Mapping[str, Any],
    against: Objectives,
    topic: str,
    ledger_of: Ask,
    report_of: Ask,
    samples_read: Mapping[str, Snapshot],
) -> None:
    ledger: Ledger = ledger_of(rows)
    nothing = samples_read["food-agent"].model_copy(update={"resources": {}, "relations": []})
    found = report_of(ledger, against), Reckoning(ledger, assumptions()), nothing
    assert len(ask(found, topic, 10)) == 10
    assert_sound(ask(found, topic, 10), found)
    mirrored = {code: tuple(reversed(each)) for code, each in rows.items()}
    other = ledger_of(mirrored)
    assert ask(
        (report_of(other, against), Reckoning(other, assumptions()), nothing), topic, 10
    ) == ask(found, topic, 10)


def test_tighter_objectives_make_findings_of_what_could_be_borne(
    samples_read: Mapping[str, Snapshot], report_of: Ask
) -> None:
    region = Objectives(
        rto_seconds=3600, rpo_seconds=900, region_rto_seconds=7200, region_rpo_seconds=3600
    )
    loose, tight = (
        ask(_assessed(samples_read["shop-ha"], report_of, against), "rds", 1)[0]
        for against in (DAY, region)
    )
    assert loose.key == tight.key == "rds.instance_no_cross_region_backup"
    assert (loose.source, tight.source) == (Source.BEARABLE, Source.FINDING)
    assert loose.severity is None
    assert tight.severity


@pytest.mark.parametrize(
    ("words", "topic"),
    [
        ("Monitoring", "observability"),
        ("single points of failure", "spof"),
        ("EXCESSIVE_LATENCY", "latency"),
        ("disaster recovery", "disaster recovery"),
        ("the top things for our backups", "backup"),
        ("step functions", "stepfunctions"),
        ("food-agent-orders", "food-agent-orders"),
        ("", "everything"),
        ("everything", "everything"),
        ("alarms and logs", "alarms and logging"),
        ("backups, dashboards & S3", "backup, observability and s3"),
        ("rds backups", "backup of rds"),
        ("monitoring of food-agent-orders", "observability of food-agent-orders"),
        ("s3 lambda", "s3"),
        ("ci/cd", "deployment"),
        ("backups and everything", "everything"),
    ],
)
def test_words_for_topics(asked: Mapping[str, Asked], words: str, topic: str) -> None:
    assert topic_of(words, asked["food-agent"][2]).name == topic


def test_an_unknown_topic_names_those_there_are(asked: Mapping[str, Asked]) -> None:
    with pytest.raises(WrongUse, match="observability, backup"):
        topic_of("basket weaving", asked["food-agent"][2])


def test_the_vocabulary_names_what_there_is() -> None:
    known = all_checks().values()
    services = {check.service for check in known}
    questions = {check.question.id for check in known}
    assert services <= {*vocabulary()} | {"backup", "cloudwatch", "workload"}
    types = {kind for check in known for kind in check.resource_types}
    for topic in vocabulary().values():
        assert set(topic.types) <= types | {"AWS::ECS::Cluster"}
        assert set(topic.questions) <= questions
        for pattern in topic.checks:
            assert any(fnmatchcase(check.id, pattern) for check in known), pattern


def test_practices_link_different_pages_and_belong_to_themes() -> None:
    pages = [practice.documentation.url for practice in practices()]
    assert len(set(pages)) == len(pages)
    themes = {each for topic in vocabulary().values() for each in topic.themes} | {ANY}
    codes = {category.code for category in categories()}
    for practice in practices():
        assert practice.themes
        assert set(practice.themes) <= themes
        assert practice.category in codes
        assert bool(practice.types) == bool(practice.done)


def test_a_page_that_a_documentation_tool_returned_is_preferred(
    asked: Mapping[str, Asked],
) -> None:
    report, reckoning, snapshot = asked["food-agent"]
    page = Documentation(title="X-Ray", url="https://docs.aws.amazon.com/x", source="mcp")
    looked_up = [
        finding.model_copy(update={"documentation": (*finding.documentation, page)})
        if finding.id == "lambda.function_tracing_off"
        else finding
        for finding in report.findings
    ]
    report = report.model_copy(update={"findings": looked_up})
    found = {each.key: each for each in ask((report, reckoning, snapshot), "observability")}
    assert found["lambda.function_tracing_off"].documentation == page
    assert found["cloudwatch.component_unalarmed"].documentation.source == "catalogue"


def test_what_is_mended_is_recommended_no_more(
    samples_read: Mapping[str, Snapshot], asked: Mapping[str, Asked], report_of: Ask
) -> None:
    """Done on paper, it is gone, and what came after it moves up."""
    first, second, *_ = ask(asked["food-agent"], "observability")
    snapshot = samples_read["food-agent"]
    rows = list(asked["food-agent"][1].ledger.judgements)
    mended = with_fixes(snapshot, rows, [Fix(check=first.key)])
    found = ask(_assessed(mended, report_of, DAY), "observability", 10)
    assert first.key not in {each.key for each in found}
    assert found[0].key == second.key


def test_two_topics_are_answered_together(asked: Mapping[str, Asked]) -> None:
    """What either of them would give, ranked once; and it is said which of them came too late."""
    of = asked["food-agent"]
    both = ask(of, "deployments and observability", 6)
    alone = [*ask(of, "deployments", 20), *ask(of, "observability", 20)]
    assert {each.key for each in both} <= {each.key for each in alone}
    meant = topic_of("deployments and observability", of[2])
    assert note(both, meant, of[2], 6) == "Deployment and observability are ranked together."
    assert "None of these is about deployment" in note(both[:1], meant, of[2], 1)
    first, second = ask(asked["shop"], "backups and observability", 2)
    assert first.key == "rds.instance_backup_off"
    assert second.key == ask(asked["shop"], "observability", 1)[0].key


def test_a_theme_of_a_service_is_about_that_service(asked: Mapping[str, Asked]) -> None:
    of = asked["shop"]
    found = [each for each in ask(of, "rds backups", 10) if each.key in all_checks()]
    assert found[0].key == "rds.instance_backup_off"
    first = [each for each in found if of[2].resources[each.resources[0]].type.startswith("AWS::R")]
    assert found[: len(first)] == first


@pytest.mark.parametrize("words", ["rds backups and sqs alarms", "sqs alarms and rds backups"])
def test_two_themes_are_each_about_their_own_service(
    asked: Mapping[str, Asked], words: str
) -> None:
    of = asked["shop"]
    found = {each.key: each.resources for each in ask(of, words, 2)}
    types = {key: {of[2].resources[each].type for each in ids} for key, ids in found.items()}
    assert types == {
        "rds.instance_backup_off": {"AWS::RDS::DBInstance"},
        "cloudwatch.component_unalarmed": {"AWS::SQS::Queue"},
    }


def test_what_the_workload_has_none_of_is_said(asked: Mapping[str, Asked]) -> None:
    of = asked["food-agent"]
    topic = topic_of("database", of[2])
    assert note(ask(of, "database"), topic, of[2], 3).startswith("The workload has no database")
    fewer = ask(of, "s3", 100)
    assert f"No more than these {len(fewer)}" in note(fewer, topic_of("s3", of[2]), of[2], 100)


def test_what_is_no_topic_beside_one_that_is_is_said(asked: Mapping[str, Asked]) -> None:
    meant = topic_of("alarms and basket weaving", asked["shop"][2])
    assert meant.name == "alarms"
    assert "no recommendations on 'basket weaving'" in note([], meant, asked["shop"][2], 0)


def test_what_no_objective_asks_for_comes_after_good_practice(asked: Mapping[str, Asked]) -> None:
    """No Region objective: copies in another Region save nothing that is asked for."""
    found = [each.key for each in ask(asked["shop-ha"], "backup", 10)]
    assert found.index("backup.rehearse_restore") < found.index("s3.bucket_no_replication")


def test_good_practice_that_is_in_place_or_out_of_place_is_not_recommended(
    asked: Mapping[str, Asked],
) -> None:
    report, reckoning, snapshot = asked["shop-ha"]
    attested = Attestation(
        question="misconfiguration.rolls_back",
        answer=AnswerValue.YES,
        by="ops",
        on=snapshot.taken_at.date(),
        because="the pipeline",
    )
    owned = {
        name: each.model_copy(update={"tags": {**each.tags, "Team": "shop"}})
        for name, each in snapshot.resources.items()
    }
    before = {each.key for each in ask(asked["shop-ha"], "", 100)}
    told = report.model_copy(update={"premises": Premises(attestations=(attested,))})
    tagged = snapshot.model_copy(update={"resources": owned})
    after = {each.key for each in ask((told, reckoning, tagged), "", 100)}
    assert before - after == {"deployment.rollback", "any.owner"}
    assert "latency.percentiles" not in before  # the alarms on p99 are there
    assert "spof.zone_game_day" in before
    assert "spof.zone_game_day" not in {each.key for each in ask(asked["food-agent"], "", 100)}


def test_practices_name_what_there_is() -> None:
    questions = {question.id for category in categories() for question in category.questions}
    for practice in practices():
        assert {practice.question} <= {"", *questions}
        assert {*practice.passing} <= all_checks().keys()
        assert all(key == key.casefold() for key in practice.tagged)
