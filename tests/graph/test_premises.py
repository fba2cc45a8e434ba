"""Premises in a run: they reach the grades, are kept with it, and survive the store."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from graph.runs import assess, what_if
from state.errors import InvalidPremises
from state.judgements import AnswerValue, Phase
from state.objectives import Disruption, Objectives
from state.premises import Attestation, Override, Premises
from state.store import Store
from tests.graph.fakes import CountingAccount, request, without_times

ANA: Mapping[str, Any] = {"by": "Ana", "on": date(2026, 3, 1), "because": "game day"}
PREMISES = Premises(
    assumptions={"restore_database": Override(seconds=60, why="game day")},
    attestations=(
        Attestation(question="misconfiguration.kept_out", answer=AnswerValue.YES, **ANA),
        Attestation(check="rds.instance_single_az", takes={Phase.ACT: 300.0}, **ANA),
    ),
)


def test_premises_reach_the_grades_and_stay_with_the_result(
    store: Store, day: Objectives, hour: Objectives
) -> None:
    plain = assess(store, request("plain"), day, CountingAccount())
    told = assess(store, request("told"), day, CountingAccount(), premises=PREMISES)
    assert told.premises == PREMISES
    spof = "SINGLE_POINT_OF_FAILURE"
    sources = {term.source for term in told.grades[spof].terms}
    assert "attested:restore_database" in sources
    longest, shorter = plain.grades[spof].rto_seconds, told.grades[spof].rto_seconds
    assert longest is not None
    assert shorter is not None
    assert shorter < longest
    _, after = what_if(store, "told", hour, PREMISES)
    assert after.premises == PREMISES
    assert after.grades[spof].rto_seconds == shorter


def test_the_same_question_in_another_process_goes_by_the_same_premises(
    store: Store, day: Objectives
) -> None:
    """They come back from the checkpoint as they went in, down to the steps' names."""
    first = assess(store, request(), day, CountingAccount(), premises=PREMISES)
    with Store(f"sqlite:///{store.path}", patience=0.5) as again:
        _, after = what_if(again, "shop", day, PREMISES)
    kept = without_times(first.model_dump(mode="json"))
    assert {**without_times(after.model_dump(mode="json")), "nodes_run": 0} == {
        **kept,
        "nodes_run": 0,
    }


def test_what_names_nothing_is_refused(store: Store, day: Objectives) -> None:
    stray = Attestation(check="rds.instance_single_az", resource="nowhere", **ANA)
    with pytest.raises(InvalidPremises, match="nowhere"):
        assess(store, request(), day, CountingAccount(), premises=Premises(attestations=(stray,)))
    again = assess(store, request(), day, CountingAccount(), premises=PREMISES)
    assert again.premises == PREMISES


def test_a_policys_disruptions_survive_the_store(store: Store) -> None:
    asked = Objectives(
        rto_seconds=86400,
        rpo_seconds=43200,
        policy="shop",
        disruptions=(
            Disruption(name="AZ", scenarios=("zone_lost",), rto_seconds=60, rpo_seconds=60),
        ),
        notes=("read",),
    )
    report = assess(store, request(), asked, CountingAccount())
    assert report.objectives == asked
    (zone,) = report.disruptions
    assert (zone.name, zone.achieved, zone.letter) == ("AZ", False, "F")
    _, after = what_if(store, "shop", asked)
    assert after.disruptions == report.disruptions
