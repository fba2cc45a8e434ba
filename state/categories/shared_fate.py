"""Shared fate: a fault crosses a boundary it should not cross."""

from state.categories import Category, Question, Scenario
from state.judgements import AnswerValue

SHARED_COMPONENT_FAILED = Scenario(
    name="shared_component_failed",
    text="something shared fails, or another user of it takes it down",
)

BOUNDARIES = Question(
    id="shared.boundaries",
    text="What are the isolation boundaries?",
    attest="cells, accounts or clusters that keep a fault from spreading",
)
CHANGE_SIZE = Question(
    id="shared.change_size",
    text="How big is one change?",
    attest="the share of users that a deployment reaches first",
)
SHARED_WITH_OTHERS = Question(
    id="shared.with_others",
    text="Does a component serve other workloads or user stories?",
    attest="other users of these resources that are not in this account",
    good=AnswerValue.NO,
)
TIGHTLY_COUPLED = Question(
    id="shared.tightly_coupled",
    text="What is tightly coupled?",
    attest="which features still work when each dependency is gone",
)
GREY_FAILURE = Question(
    id="shared.grey_failure",
    text="What does a partial (grey) failure do?",
    attest="how a component that is slow or wrong, but not dead, is taken out of service",
)

CATEGORY = Category(
    code="SHARED_FATE",
    slug="shared_fate",
    rank=5,
    title="Shared fate",
    violates="fault isolation",
    scenarios=(SHARED_COMPONENT_FAILED,),
    questions=(BOUNDARIES, CHANGE_SIZE, SHARED_WITH_OTHERS, TIGHTLY_COUPLED, GREY_FAILURE),
)
