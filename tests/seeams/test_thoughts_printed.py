"""What models add, printed: told apart, in every format, and only as text."""

import io
from typing import Any

import pytest
from rich.console import Console

from seeams.rendering.markdown import as_markdown
from seeams.rendering.names import Names
from seeams.rendering.report import print_report
from state.grades import Finding
from state.judgements import Answer, AnswerValue, Evidence
from state.premises import Premises
from state.report import LookedUp, Report
from state.snapshot import Snapshot
from state.thinking import Contest, Dropped, Proposal, Stop, Summary, Thinking
from tests.seeams.conftest import DATABASE, HOSTILE

SPOF = "SINGLE_POINT_OF_FAILURE"
LINK = "[click](https://evil.example)"
SEEN = Evidence(
    resource=DATABASE, operation="rds:DescribeDBInstances", path="x", value=1, region="eu-west-1"
)


@pytest.fixture
def thought(report: Report) -> Report:
    """The report with all that a model can add, in a hostile model's words."""
    hostile = f"{HOSTILE} {LINK}"
    proposal = Proposal(
        id="model.0a1b2c3d",
        category=SPOF,
        title=hostile,
        because=hostile,
        recommendation=hostile,
        resources=(DATABASE,),
        contributions=(),
        evidence=(SEEN,),
        model=HOSTILE,
    )
    thinking = Thinking(
        model=HOSTILE,
        stop=Stop.BUDGET,
        detail=hostile,
        troubles=(hostile,),
        proposals=(proposal,),
        contests=(
            Contest(
                check="rds.single",
                resource=DATABASE,
                because=hostile,
                evidence=(SEEN,),
                model=HOSTILE,
            ),
        ),
        answers=(
            Answer(
                category=SPOF,
                question="Is it architected for redundancy?",
                answer=AnswerValue.YES,
                because=hostile,
                attest="",
            ),
        ),
        dropped=tuple(Dropped(claim=f"{n} {hostile}", why=hostile) for n in range(8)),
        model_calls=2,
        input_tokens=1000,
        output_tokens=500,
        seconds=1.5,
    )
    found: dict[str, Any] = report.findings[1].model_dump()
    shown = {"id": proposal.id, "key": proposal.id, "title": hostile, "rationale": hostile}
    shown |= {"recommendation": hostile, "origin": "model", "status": "PROPOSED"}
    return report.model_copy(
        update={
            "thoughts": {SPOF: thinking},
            "proposals": [Finding(**{**found, **shown})],
            "summary": Summary(model=HOSTILE, stop=Stop.DONE, sentences=(hostile,)),
            "documentation": LookedUp(servers=["embedded"], pages=3, calls=1, troubles=[hostile]),
        }
    )


def printed(report: Report, snapshot: Snapshot, width: int = 80, **options: Any) -> str:
    console = Console(
        file=io.StringIO(), width=width, markup=False, emoji=False, force_terminal=False
    )
    print_report(console, report, Names(snapshot), **options)
    written = console.file
    assert isinstance(written, io.StringIO)
    return written.getvalue()


@pytest.mark.parametrize("width", [40, 80, 120])
def test_a_models_words_are_only_text(thought: Report, snapshot: Snapshot, width: int) -> None:
    shown = printed(thought, snapshot, width, everything=True)
    assert "\x1b" not in shown
    assert "\u202e" not in shown


def test_each_thing_says_that_it_is_a_models(thought: Report, snapshot: Snapshot) -> None:
    shown = " ".join(printed(thought, snapshot).split())
    for said in (
        "Summary written by",
        "the letters are not its",
        "proposed by a model",
        "id model.0a1b2c3d",
        "a model suggests yes",
        "a model's, which changes nothing",
        "stopped at a limit",
        "left undone: all that lies beyond the rules",
        "8 claims dropped, since nothing bears them out; the first 5",
        "price not known",
        "documentation: 3 pages from embedded, with 1 call",
    ):
        assert said in shown


def test_all_claims_that_were_dropped_are_listed_where_they_are_asked_for(
    thought: Report, snapshot: Snapshot
) -> None:
    assert printed(thought, snapshot).count("- dropped of ") == 5
    assert printed(thought, snapshot, everything=True).count("- dropped of ") == 8


def test_markdown_holds_no_link_and_no_tag_of_a_models(thought: Report, snapshot: Snapshot) -> None:
    lines = as_markdown(thought, Names(snapshot)).splitlines()
    text = "\n".join(line for line in lines if "**Seen:**" not in line)  # those are code
    assert "](https://evil" not in text
    assert "<b>" not in text
    assert "\\<b\\>" in text
    assert "### \\[red\\]x" in text


def test_what_was_accepted_stands_among_what_people_gave(
    thought: Report, snapshot: Snapshot
) -> None:
    (proposal,) = thought.proposals
    found = proposal.model_copy(update={"status": "OPEN"})
    accepted = thought.model_copy(
        update={
            "premises": Premises(accepted=(proposal.id,)),
            "proposals": [],
            "findings": [found, *thought.findings],
        }
    )
    shown = " ".join(printed(accepted, snapshot).split())
    assert "given by people - accepted: [red]x[/]" in shown
    assert "found by a model, accepted by a person" in shown
    assert "seeams accept" not in shown


def test_a_report_without_models_says_nothing_of_them(report: Report, snapshot: Snapshot) -> None:
    for text in (printed(report, snapshot), as_markdown(report, Names(snapshot))):
        assert "Models and documentation" not in text
        assert "## Summary" not in text
        assert "Proposed" not in text
