"""A printed loss: in order, readable at any width, and nothing from the account is interpreted."""

import io

import pytest
from rich.console import Console

from seeams.rendering.losses import print_loss
from seeams.rendering.names import Names
from state.grades import Term
from state.losses import Bystander, Hit, Loss, Outage
from state.snapshot import Snapshot

DATABASE = "arn:aws:rds:eu-west-1:123456789012:db:orders"
BUCKET = "arn:aws:s3:::invoices"
STEP = Term(
    scenario="zone_lost", resource=DATABASE, term="act", seconds=20400.0, source="assumption:x"
)


@pytest.fixture
def loss() -> Loss:
    """A database that is back after 5 h 40 min, a bucket that waits for it, and others."""
    return Loss(
        lost="az:eu-west-1a",
        scenario="zone_lost",
        taken_as="an Availability Zone is lost",
        outages=(
            Outage(
                resource=DATABASE,
                hit=Hit.STRUCK,
                back_seconds=20400,
                own_seconds=20400,
                lost_seconds=300,
                by_itself=False,
                terms=(STEP,),
                because="lies there",
            ),
            Outage(
                resource=BUCKET,
                hit=Hit.STOPS,
                back_seconds=20400,
                waits_for=DATABASE,
                because="needs the function",
            ),
            Outage(
                resource="arn:aws:x:::site",
                hit=Hit.DEGRADED,
                back_seconds=0,
                at_least=True,
                because="goes on without the cache",
            ),
            Outage(
                resource="arn:aws:x:::disk",
                hit=Hit.STRUCK,
                back_seconds=None,
                own_seconds=None,
                lost_seconds=None,
                soft=True,
                terms=(STEP.model_copy(update={"seconds": None}),),
                because="lies there",
            ),
        ),
        rides_out=(
            Bystander(resource="arn:aws:x:::one", because="AWS runs it in several zones"),
            Bystander(resource="arn:aws:x:::two", because="AWS runs it in several zones"),
        ),
        unknown=(Bystander(resource="arn:aws:x:::three", because="it is not read"),),
        rto_seconds=20400,
        rpo_seconds=300,
        rto_allowed=86400,
        rpo_allowed=60,
        rto_met=None,
        rpo_met=False,
        sentence="after the loss of eu-west-1a, the workload is back after 5 hours",
    )


def page(loss: Loss, names: Names, width: int = 120, *, terminal: bool = False) -> str:
    file = io.StringIO()
    console = Console(
        file=file,
        width=width,
        force_terminal=terminal,
        color_system="standard" if terminal else None,
        markup=False,
        emoji=False,
        highlight=False,
    )
    print_loss(console, loss, names)
    return file.getvalue()


def test_all_of_it_is_said(loss: Loss, snapshot: Snapshot) -> None:
    shown = " ".join(page(loss, Names(snapshot), 200).split())
    for words in (
        "az:eu-west-1a taken as: an Availability Zone is lost",
        "recovery at least 5 h 40 min / RTO 24 h: not known, see below",
        "data lost 5 min / RPO 1 min: missed",
        "After the loss of eu-west-1a, the workload is back after 5 hours.",
        "lies there; 5 h 40 min with somebody at work",
        "needs the function; back with",
        "not known goes on site",
        "never struck disk lies there; no way back; the rest goes on without it",
        "5 min [red]x[/]",
        "everything disk",
        "- one, two: AWS runs it in several zones",
        "- three: it is not read",
    ):
        assert words in shown


def test_it_is_told_in_the_order_in_which_things_are_back(loss: Loss, snapshot: Snapshot) -> None:
    shown = page(loss, Names(snapshot), 200)
    assert shown.index("struck") < shown.index("stops") < shown.index("never")
    assert shown.count("5 h 40 min   ") == 1, "once for all that are back at that time"


def test_where_nothing_is_asked_nothing_is_met(loss: Loss, snapshot: Snapshot) -> None:
    plain = loss.model_copy(
        update={"rto_allowed": None, "rpo_allowed": None, "rto_met": None, "rpo_met": None}
    )
    shown = page(plain, Names(snapshot))
    assert "the objectives ask nothing of such a loss" in shown
    assert "RTO" not in shown


def test_a_loss_that_takes_nothing_has_no_timeline(loss: Loss, snapshot: Snapshot) -> None:
    shown = page(loss.model_copy(update={"outages": ()}), Names(snapshot))
    assert "When what is back" not in shown
    assert "Data lost" not in shown


@pytest.mark.parametrize("width", [40, 80, 120])
def test_nothing_is_wider_than_the_terminal(loss: Loss, snapshot: Snapshot, width: int) -> None:
    assert max(map(len, page(loss, Names(snapshot), width).splitlines())) <= width


def test_names_neither_style_nor_move_the_cursor(loss: Loss, snapshot: Snapshot) -> None:
    hostile = loss.model_copy(
        update={"sentence": "after \x1b[2J, [red]x[/]", "lost": "resource:\x1b[2J"}
    )
    shown = page(hostile, Names(snapshot), 200, terminal=True)
    assert "\x1b[2J" not in shown
    assert "\u202e" not in shown
    assert "[red]x[/]" in shown


def test_an_estimate_that_nobody_knows_is_no_zero(loss: Loss, snapshot: Snapshot) -> None:
    unknown = loss.model_copy(update={"rto_seconds": 0, "rpo_seconds": 0, "rpo_met": None})
    shown = page(unknown, Names(snapshot), 200)
    assert "recovery ? / RTO 24 h: not known" in shown
    assert "data lost ? / RPO 1 min: not known" in shown
