"""No query carries a word of the account, and a word that anybody uses stays one."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from state.snapshot import Resource, Selector, Snapshot
from tools.checks import all_checks
from tools.docs.discretion import Discretion, own_words, public

# Common words among them: people call things so.
NAMES = st.one_of(
    st.sampled_from(["orders", "db", "queue", "prod", "menu-bot", "api", "lambda", "Payment Team"]),
    st.from_regex(r"[a-z]{3,8}(-[a-z0-9]{2,6}){0,3}", fullmatch=True),
    st.from_regex(r"[A-Z][a-z]{3,8}[A-Z][a-z]{3,8}[0-9A-F]{4}", fullmatch=True),
    st.text(min_size=1, max_size=20),
)
OURS = st.sampled_from([check.title for check in all_checks().values()])
AROUND = st.sampled_from(["{}", "({})", '"{}",', "{}'s", "{}/prod", "{}.", "<{}>", "{}:"])


def parts(text: str) -> list[str]:
    return [part.casefold() for part in re.findall(r"[^\W_]+", text)]


def is_telling(part: str) -> bool:
    """A single letter or a small number gives nobody away."""
    return len(part) > 1 and not part.isdigit()


@given(st.lists(NAMES, max_size=8), OURS, AROUND, st.booleans())
def test_no_phrase_keeps_what_only_the_account_calls_so(
    names: list[str], title: str, around: str, shouted: bool
) -> None:
    """Whatever stands around a name, and in whichever case: its words are gone or anybody's."""
    shouted = shouted and all(name.isascii() for name in names)  # else it has no way back
    written = " ".join(around.format(name) for name in names)
    asked = Discretion(names).applied(f"{title} {written.upper() if shouted else written}")
    of_names = {part for name in names for part in parts(name) if is_telling(part)}
    whole = {" ".join(parts(name)) for name in names}
    for word in asked.split():
        assert not {part for part in parts(word) if part in of_names and not public(part)}
        assert public(word) or " ".join(parts(word)) not in whole


@given(st.lists(NAMES, max_size=20), OURS)
def test_the_products_own_words_stay_whatever_things_are_called(
    names: list[str], title: str
) -> None:
    assert Discretion(names).applied(title).split() == title.split()


@given(st.lists(NAMES, max_size=6))
def test_to_know_more_names_never_lets_more_out(names: list[str]) -> None:
    phrase = f"alarms for {' and '.join(names)} on Aurora"
    some, all_of_them = Discretion(names[:3]), Discretion(names)
    assert set(all_of_them.applied(phrase).split()) <= set(some.applied(phrase).split())


@pytest.mark.parametrize(
    ("phrase", "left"),
    [
        ("backups of menu-bot", "backups of"),
        ("backups of the menu", "backups of the"),
        ("Menu_Bot alarms", "alarms"),
        ("OrdersTable throttling", "throttling"),
        ("does ShopOrdersTable1A2B have PITR", "does have PITR"),
        ("Payment dashboards", "dashboards"),
        ("DB failover", "DB failover"),
        ("dead-letter queue of the queue", "dead-letter queue of the queue"),
        ("arn:aws:rds:eu-west-1:123456789012:db:x alarms", "alarms"),
        ("alarms in 123456789012 on vpc-0123456789abcdef0", "alarms in on"),
        ("who is me@example.org at https://shop.example.org/ or 10.0.12.7", "who is at or"),
        ("Redshift resize", "Redshift resize"),
    ],
)
def test_what_is_left_of_a_phrase(phrase: str, left: str) -> None:
    """`db`, `queue` and `redshift` are called so here, and are what everybody calls them."""
    names = ["menu-bot", "ShopOrdersTable1A2B", "payment team", "db", "queue", "redshift-one"]
    assert Discretion(names).applied(phrase) == left


def seen(resources: Iterable[Resource] = ()) -> Snapshot:
    return Snapshot(
        selector=Selector(tags={"workload": "zebrafish"}),
        account="123456789012",
        regions=["eu-west-1"],
        taken_at=datetime(2026, 6, 1, tzinfo=UTC),
        resources={each.id: each for each in resources},
        relations=[],
        gaps=[],
        calls={},
    )


def test_names_are_found_wherever_a_snapshot_has_them() -> None:
    resource = Resource(
        id="arn:aws:rds:eu-west-1:123456789012:db:walrus",
        type="AWS::RDS::DBInstance",
        name="walrus",
        region="eu-west-1",
        member=True,
        tags={"ostrich-team": "flamingo"},
        facts={
            "rds:DescribeDBInstances": {
                "DBName": "pelican",
                "MultiAZ": False,
                "Engine": "postgres",
                "Nested": [{"DBParameterGroupName": "gazelle", "Description": "of the badger"}],
            }
        },
    )
    words = Discretion(own_words(seen([resource])))
    phrase = "walrus ostrich flamingo pelican gazelle badger zebrafish workload postgres Multi-AZ"
    assert words.applied(phrase) == "workload postgres Multi-AZ"


def test_of_a_models_words_only_common_ones_are_public() -> None:
    assert public("The xyzzy-frobnicator queue has no alarm") == "The queue has no alarm"
