"""The rules: whatever is typed gives a verb with arguments that it takes, and none is invented."""

from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from agents.conversation.planner import Call, Planner, Said, Vocabulary, understand
from agents.conversation.planner.amounts import durations_in, since_in, with_digits
from agents.conversation.planner.vocabulary import Named
from agents.conversation.verbs import verbs
from tests.agents.conversation.test_paraphrases import (
    HELD_OUT,
    PUBLISHED,
    SECOND,
    THIRD,
    cases,
    vocabulary,
)

QUESTIONS = [case["say"] for file in (PUBLISHED, HELD_OUT, SECOND, THIRD) for case in cases(file)]
WORDS = sorted({word for question in QUESTIONS for word in question.split()})
SENTENCES = st.one_of(
    st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join),
    st.text(max_size=80),
    st.sampled_from(QUESTIONS),
)


@given(st.lists(SENTENCES, min_size=1, max_size=4))
@example(["what if rto 2h", "and", "0"])
def test_whatever_is_typed_is_something_that_a_verb_takes(typed: list[str]) -> None:
    calls: list[Call] = []
    unclear = ""
    for question in typed:
        call = understand(question, vocabulary(), Said(tuple(calls), unclear))
        assert call == understand(question, vocabulary(), Said(tuple(calls), unclear))
        verbs()[call.verb].arguments.model_validate(dict(call.arguments))
        unclear = question if call.verb == "clarify" else ""
        if not unclear:
            calls.append(call)


@given(st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join))
def test_no_name_is_invented(question: str) -> None:
    """A resource, zone or letter among the arguments stands in the text, or its kind does."""
    call = understand(question, vocabulary())
    if call.verb == "lose":
        kind, _, name = str(call.arguments["what"]).partition(":")
        known = {each.call for each in vocabulary().resources} | set(vocabulary().zones)
        assert name.lower() in question.lower() or name in known | {"eu-west-1"}
        assert kind in ("az", "region", "resource")
    for key in ("letter", "target"):
        if key in call.arguments:
            assert str(call.arguments[key]).lower() in question.lower()


@pytest.mark.parametrize(
    ("text", "durations"),
    [
        ("2 hours and 30 minutes", ["150min"]),
        ("1h30m", ["90min"]),
        ("15m, 1h and 4h", ["15min", "1h", "4h"]),
        ("an hour and a half", ["90min"]),
        ("one and a half days", ["36h"]),
        ("half an hour or a day", ["30min", "1d"]),
        ("pt2h", ["2h"]),
        ("1.5 hours", ["90min"]),
        ("0 minutes", []),
        ("-5 minutes", []),
        ("2 horses", []),
        ("worker-1 died", []),
        ("i-0000d", []),
        ("99999999 days", []),
        ("a second nat gateway", []),
        ("an rpo of a second", ["1s"]),
    ],
)
def test_durations(text: str, durations: list[str]) -> None:
    assert [span.text for span in durations_in(with_digits(text))] == durations


@pytest.mark.parametrize(
    ("text", "since"),
    [
        ("since yesterday", "1d"),
        ("last week", "7d"),
        ("3 weeks ago", "21d"),
        ("2 months ago", "60d"),
        ("since 2026-11-01", "2026-11-01"),
        ("since 2026-13-01", None),
        ("since friday", "2026-11-20"),
        ("since thursday", "2026-11-26"),
        ("whatever", None),
        ("since the 20th of november", "2026-11-20"),
        ("since dec 3", "2025-12-03"),
        ("since 1 may 2025", "2025-05-01"),
        ("since the 31st of november", None),
        ("in the last 2 days", "2d"),
        ("an outage may last 2 days", None),
    ],
)
def test_points_in_time(text: str, since: str | None) -> None:
    assert since_in(text, date(2026, 11, 27)) == since


def of(*named: tuple[str, str]) -> Vocabulary:
    return Vocabulary(
        resources=tuple(
            Named(f"arn:{kind}:{name}", name, kind, [n for n, _ in named].count(name) > 1)
            for name, kind in named
        ),
        zones=("eu-west-1a",),
        regions=("eu-west-1",),
        mendable=(),
        today=date(2026, 11, 27),
    )


def test_a_name_that_several_share_is_told_apart_by_its_kind_or_asked_for() -> None:
    queue, table = "AWS::SQS::Queue", "AWS::DynamoDB::Table"
    shared = of(("cart", queue), ("cart", table))
    unclear = understand("what if cart dies", shared)
    assert unclear.verb == "clarify"
    assert unclear.arguments["options"] == [
        f"SQS queue arn:{queue}:cart",
        f"DynamoDB table arn:{table}:cart",
    ]
    told = understand("what if the cart queue dies", shared)
    assert told.arguments == {"what": f"resource:arn:{queue}:cart"}
    for answer in (f"arn:{table}:cart", "the table", f"DynamoDB table arn:{table}:cart"):
        answered = understand(answer, shared, Said((), "what if cart dies"))
        assert answered.arguments == {"what": f"resource:arn:{table}:cart"}


def test_the_longer_name_is_meant() -> None:
    both = of(("orders", "AWS::SQS::Queue"), ("orders-db", "AWS::RDS::DBInstance"))
    assert understand("what if orders-db dies", both).arguments == {"what": "resource:orders-db"}
    assert understand("what if orders dies", both).arguments == {"what": "resource:orders"}


def test_a_name_that_is_a_word_of_questions_is_no_name() -> None:
    named = of(("grade", "AWS::SQS::Queue"), ("load", "AWS::SQS::Queue"))
    assert understand("explain the grade", named).arguments == {"what": "overall"}
    assert understand("explain load", named).arguments == {"what": "load"}


def test_one_zone_needs_no_name() -> None:
    call = understand("what if we lose a zone", of(("orders-db", "AWS::RDS::DBInstance")))
    assert call.arguments == {"what": "az:eu-west-1a"}


def test_the_rules_speak_as_a_chat_model() -> None:
    planner = Planner(vocabulary=vocabulary())
    first = planner.bind_tools([]).invoke("draw it")
    assert [(call["name"], call["args"]) for call in first.tool_calls] == [("diagram", {})]


ORDERS_DB = "resource:orders-db"
TWO_FIXES = ("rds.instance_single_az@orders-db", "rds.instance_deletion_protection_off@orders-db")


@pytest.mark.parametrize(
    ("question", "verb", "arguments"),
    [
        # how long something is lost is no objective
        ("what if orders-db is down for 2 hours", "lose", {"what": ORDERS_DB}),
        # who stands before an outage wants to know what to do
        (
            "orders-db has been down for 20 minutes, what do I do?",
            "runbook",
            {"scope": "orders-db"},
        ),
        ("what if orders-db is deleted", "lose", {"what": ORDERS_DB}),
        # a Region's objectives are their own
        ("rto 1h and region rto 1d", "what_if", {"rto": "1h", "region_rto": "1d"}),
        # nothing that is named is dropped
        ("rto 1h and we lose the region", "what_if", {"rto": "1h", "lose": "region:eu-west-1"}),
        (
            "what if we enabled multi-az and deletion protection on orders-db",
            "what_if",
            {"fixes": list(TWO_FIXES)},
        ),
        # a zone that the workload has not goes to the verb, which says which there are
        ("what if zone b fails", "lose", {"what": "az:eu-west-1b"}),
        ("what if zone c fails", "lose", {"what": "az:eu-west-1c"}),
        # findings go by severity, category and resource; other topics are recommendations'
        ("show the problems with deployments", "recommend", {"topic": "deployment"}),
        ("show the problems with orders-db", "show", {"what": "findings", "resource": "orders-db"}),
        ("show me the gaps", "show", {"what": "gaps"}),
        ("show me the gaps in our monitoring", "recommend", {"topic": "observability"}),
        # days to do things in are no number of things
        ("what should we do in the next 2 weeks", "recommend", {}),
    ],
)
def test_what_would_mislead(question: str, verb: str, arguments: dict[str, object]) -> None:
    call = understand(question, vocabulary())
    assert (call.verb, dict(call.arguments)) == (verb, arguments)


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ("what changed since the release", "incomplete"),  # which is no time that is known
        ("rto 1h and we lose a zone", "ambiguous"),
        ("draw it and give me the top 3", "ambiguous"),
    ],
)
def test_it_is_rather_asked_back(question: str, reason: str) -> None:
    call = understand(question, vocabulary())
    assert (call.verb, call.arguments["reason"]) == ("clarify", reason)


SHOP = of(
    ("shop-orders", "AWS::RDS::DBInstance"),
    ("shop-orders", "AWS::SQS::Queue"),
    ("shop-carts", "AWS::DynamoDB::Table"),
    ("shop-reports", "AWS::ECS::Service"),
    ("shop-users", "AWS::Lambda::Function"),
)
QUEUE = "arn:AWS::SQS::Queue:shop-orders"


@pytest.mark.parametrize(
    ("question", "verb", "arguments"),
    [
        ("why is carts so bad", "explain", {"what": "shop-carts"}),
        ("findings on users", "show", {"what": "findings", "resource": "shop-users"}),
        ("how long would reports be down", "lose", {"what": "resource:shop-reports"}),
        ("what if the orders queue dies", "lose", {"what": f"resource:{QUEUE}"}),
        ("top 2 for the orders queue", "recommend", {"topic": QUEUE, "top": 2}),
        ("runbook for the orders queue", "runbook", {"scope": QUEUE}),
        ("runbook for orders", "runbook", {"scope": "orders"}),
        ("which databases do we have?", "show", {"what": "resources", "kind": "database"}),
        ("we can lose 15 minutes of orders", "what_if", {"rpo": "15min"}),
    ],
)
def test_a_part_of_a_name_is_enough(question: str, verb: str, arguments: dict[str, object]) -> None:
    call = understand(question, SHOP)
    assert (call.verb, dict(call.arguments)) == (verb, arguments)


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ("explain what is wrong with the database payments-db", "unknown_name"),
        ("why is the payments database so bad", "unknown_name"),
        ("what is wrong with the queue payments", "unknown_name"),
        ("runbook for payments-db", "unknown_name"),
        ("recommendations for `ledger`", "unknown_name"),
        ("findings on http://example.com", "unknown_name"),
        ("findings on the bucket", "unknown_name"),  # of which there is none
        ("what if rto 4h for the payments team", "unknown_name"),
        ("findings on orders", "ambiguous"),
        ("explain carts and users", "ambiguous"),
        ("why are load and latency so bad", "ambiguous"),
        ("runbook for the tables and the functions", "ambiguous"),
        ("list the queues, tables and functions", "ambiguous"),
        ("what if we lose the table and the function", "ambiguous"),
        ("draw only the queues", "left_out"),
        ("findings in us-west-2", "left_out"),
        ("which queues have no dead letter queue", "not_understood"),
        ("recommend a restaurant for dinner with the auditor", "not_understood"),
        ("why is the sky blue", "not_understood"),
    ],
)
def test_what_restricts_a_question_is_never_left_out(question: str, reason: str) -> None:
    call = understand(question, SHOP)
    assert (call.verb, call.arguments.get("reason")) == ("clarify", reason)


@given(st.sampled_from(QUESTIONS), st.sampled_from(("of zanzi-bar7", "for the database zanzibar")))
def test_a_name_that_there_is_not_is_never_passed_over(question: str, restricted: str) -> None:
    call = understand(f"{question.rstrip(' ?!.')} {restricted}", vocabulary())
    assert call.verb in ("clarify", "docs")


def test_the_same_as_it_is_today() -> None:
    talk = Said(
        (Call("what_if", {"rto": "1h"}), Call("explain", {"what": "load", "at": "what-if"}))
    )
    assert understand("and as it is today?", SHOP, talk) == Call("explain", {"what": "load"})


def test_an_answer_goes_with_what_was_asked_back() -> None:
    asked_back = Said((Call("runbook", {"scope": "shop-carts"}),), "findings on orders")
    answered = understand("the queue", SHOP, asked_back)
    assert dict(answered.arguments) == {"what": "findings", "resource": QUEUE}


def test_what_cannot_be_seen_is_not_read() -> None:
    plain = understand("why is latency a D", SHOP)
    assert understand("\u202ewhy is \x1b[31mlatency\x1b[0m a D\x07", SHOP) == plain


@pytest.mark.parametrize("before", [{}, {"top": 3}, {"topic": "backup", "at": "what-if"}])
def test_as_many_recommendations_as_are_asked_for_next(before: dict[str, object]) -> None:
    """Also where the first time it was not said how many."""
    asked = Said((Call("recommend", before),))
    kept = {name: value for name, value in before.items() if name != "at"}
    assert understand("just 5", SHOP, asked) == Call("recommend", {**kept, "top": 5})


def test_what_documentation_is_about_keeps_its_letters() -> None:
    """In small letters \u0130 is two characters, and what follows it stands one further on."""
    call = understand("\u0130: documentation on Backups", SHOP)
    assert call == Call("docs", {"about": "Backups"})


@pytest.mark.parametrize("before", [{"rpo": "15 minutes"}, {"rto": "2 hours"}])
@pytest.mark.parametrize(
    "question", ["why 9 hours?", "how did you compute the 9 hours?", "why are we down for 9 hours"]
)
def test_an_estimate_that_is_asked_about_is_no_new_objective(
    question: str, before: dict[str, str]
) -> None:
    call = understand(question, vocabulary(), Said((Call("what_if", before),)))
    assert call == Call("explain", {"what": "overall", "at": "what-if"})


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("recommendations for the tables and the queue", "dynamodb and sqs"),
        ("recommend something on retries and timeouts", "retries and timeouts"),
        ("recommendations for the table", "dynamodb"),
    ],
)
def test_recommendations_are_on_all_that_is_listed(question: str, topic: str) -> None:
    assert understand(question, SHOP) == Call("recommend", {"topic": topic})


@pytest.mark.parametrize(
    ("question", "earlier"),
    [
        ("and deletion protection too?", ["rds.instance_single_az"]),
        ("and what if we also had deletion protection", ["rds.instance_single_az"]),
        ("and deletion protection instead?", []),
    ],
)
def test_a_fix_as_well_goes_with_the_one_before(question: str, earlier: list[str]) -> None:
    before = Call("what_if", {"fixes": ["rds.instance_single_az"]})
    call = understand(question, vocabulary(), Said((before,)))
    added = "rds.instance_deletion_protection_off"
    assert call == Call("what_if", {"fixes": [*earlier, added]})
