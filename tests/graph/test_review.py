"""A person looks at what was found before anybody judges it."""

import pytest

from graph.runs import HeldBack, assess
from state.objectives import Objectives
from state.snapshot import Snapshot
from state.store import Store
from tests.graph.fakes import EVERY_NODE, CountingAccount, CountingSpecialist, request


class Reviewer:
    """Says what it is told to, and remembers what it was shown."""

    def __init__(self, *says: bool) -> None:
        self.says = list(says)
        self.shown: list[Snapshot] = []

    def __call__(self, found: Snapshot) -> bool:
        self.shown.append(found)
        return self.says.pop(0)


def test_approved_at_once_it_is_one_run_of_every_node(store: Store, day: Objectives) -> None:
    account, reviewer = CountingAccount(), Reviewer(True)
    report = assess(store, request(), day, account, review=reviewer)
    assert report.usage.nodes_run == dict.fromkeys(EVERY_NODE, 1)
    assert report.usage.aws_calls == sum(reviewer.shown[0].calls.values())
    assert (account.times_read, len(reviewer.shown), len(store.runs())) == (1, 1, 1)


def test_held_back_it_is_gone_on_from_without_reading_again(store: Store, day: Objectives) -> None:
    account, specialist, reviewer = CountingAccount(), CountingSpecialist(), Reviewer(False, False)
    for _ in range(2):
        with pytest.raises(HeldBack):
            assess(store, request(), day, account, specialist=specialist, review=reviewer)
    assert not specialist.asked
    report = assess(store, request(), day, account, specialist=specialist)
    assert (account.times_read, len(reviewer.shown), len(store.runs())) == (1, 2, 1)
    assert set(report.usage.nodes_run) == EVERY_NODE - {"discover"}


def test_other_objectives_are_reviewed_anew(
    store: Store, day: Objectives, hour: Objectives
) -> None:
    account = CountingAccount()
    with pytest.raises(HeldBack):
        assess(store, request(), day, account, review=Reviewer(False))
    report = assess(store, request(), hour, account, review=Reviewer(True))
    assert (account.times_read, report.objectives) == (2, hour)


def test_an_assessment_that_is_finished_is_reviewed_like_a_new_one(
    store: Store, day: Objectives
) -> None:
    account = CountingAccount()
    assess(store, request(), day, account)
    with pytest.raises(HeldBack):
        assess(store, request(), day, account, review=Reviewer(False))
    assert account.times_read == 2
