"""What people gave stands beside the letters, in a terminal and in Markdown, as text."""

import io
from datetime import date, timedelta

import pytest
from rich.console import Console

from seeams.rendering.markdown import as_markdown
from seeams.rendering.names import Names
from seeams.rendering.premises import given_by_people
from seeams.rendering.report import print_report
from state.disruptions import DisruptionGrade
from state.judgements import AnswerValue, Phase
from state.objectives import Disruption, Objectives
from state.premises import Attestation, Override, Premises
from state.report import Report
from tests.seeams.conftest import HOSTILE, WHEN
from tools.grading.assumptions import assumptions

ON = date(2026, 10, 3)


@pytest.fixture
def told(report: Report) -> Report:
    """The hand-made result, with people's figures and words, against a policy."""
    old = WHEN.date() - timedelta(days=366)
    premises = Premises(
        assumptions={
            "decide": Override(seconds=300, why=HOSTILE),
            "no_copy": Override(seconds=86400, why="nightly dump"),
            "storage_loads": Override(seconds_per_unit=5),
            "gone_since": Override(seconds=60),
        },
        attestations=(
            Attestation(
                check="lambda.function_no_alias",
                resource="menu",
                takes={Phase.ACT: 300.0},
                by_itself=True,
                by=HOSTILE,
                on=ON,
                because="pipeline",
            ),
            Attestation(
                question="spof.zone_loss", answer=AnswerValue.NO, by="Ben", on=old, because="said"
            ),
        ),
    )
    objectives = Objectives(
        rto_seconds=86400,
        rpo_seconds=43200,
        policy=HOSTILE,
        disruptions=(Disruption(name="AZ", scenarios=("zone_lost",), rto_seconds=60),),
        notes=(HOSTILE,),
    )
    grades = [
        DisruptionGrade(
            name="AZ",
            scenarios=("zone_lost",),
            rto_target_seconds=60,
            rpo_target_seconds=43200,
            rto_seconds=21600.0,
            rpo_seconds=None,
            slowest="arn:a",
            lossiest="arn:a",
            letter="F",
            achieved=False,
        )
    ]
    fields = {"premises": premises, "objectives": objectives, "disruptions": grades}
    return report.model_copy(update=fields)


def printed(report: Report, width: int) -> str:
    console = Console(file=io.StringIO(), width=width, markup=False, highlight=False)
    print_report(console, report, Names())
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_a_line_says_what_was_given_and_what_it_stands_in_for(told: Report) -> None:
    decide, copy, loads, gone, alias, zone = given_by_people(told)
    assert decide.startswith("decide takes 5 min, not 30 min: ")
    assert copy == "no_copy takes 24 h, not for ever: nightly dump"
    unit = assumptions()["storage_loads"].unit
    assert loads.startswith("storage_loads takes ")
    assert f"5 s per {unit}, not " in loads
    assert gone == "gone_since takes 1 min"
    assert alias.startswith("lambda.function_no_alias on menu (act 5 min, by itself) attested by ")
    assert alias.endswith(" on 2026-10-03: pipeline")
    assert zone.startswith(
        "spof.zone_loss = no attested by Ben on 2025-11-22: said (counts no longer"
    )


@pytest.mark.parametrize("width", [60, 80, 120])
def test_it_is_printed_with_the_disruptions(told: Report, width: int) -> None:
    shown = printed(told, width)
    assert "given by people" in shown
    assert "\x1b" not in shown
    assert "6 h / 1 min" in shown
    assert "everything / 12 h" in shown


def test_without_a_policy_nothing_is_said_of_disruptions(report: Report) -> None:
    shown = printed(report, 80)
    assert "Disruptions" not in shown
    assert "given by people" not in shown
    assert "Disruptions" not in as_markdown(report, Names())


def test_markdown_shows_it_character_by_character(told: Report) -> None:
    shown = as_markdown(told, Names())
    assert "Given by people:" in shown
    assert "| **F** | AZ | 6 h / 1 min | everything / 12 h | no |" in shown
    given = shown.partition("Given by people:")[2].partition("## Letters")[0]
    assert given.count("\n- ") == 6
    assert "\\<b\\>" in given
    assert "<b>" not in given.replace("\\<b\\>", "")
    assert "\x1b" not in shown
