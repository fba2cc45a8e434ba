"""Excessive load: demand or a quota keeps a resource from doing its job."""

from state.categories import Category, Question, Scenario
from state.judgements import AnswerValue

OVERLOAD = Scenario(name="overload", text="demand exceeds capacity, or a quota is reached")

OVERWHELMED = Question(
    id="load.overwhelmed",
    text="What can overwhelm each component?",
    attest="the peak load that was tested, and when",
)
OVERWHELMS = Question(
    id="load.overwhelms",
    text="What can it overwhelm downstream?",
    attest="the load that each dependency is known to bear",
)
WASTED_WORK = Question(
    id="load.wasted_work",
    text="Is work thrown away that nobody waits for any more?",
    attest="that callers' deadlines are passed on and expired work is dropped",
)
BACKLOG = Question(
    id="load.backlog",
    text="Can a backlog become insurmountable?",
    attest="how long a backlog of one hour takes to drain",
    good=AnswerValue.NO,
)
BIMODAL = Question(
    id="load.bimodal",
    text="Does anything behave one way normally and another way in failure?",
    attest="that fallbacks are exercised in normal operation",
    good=AnswerValue.NO,
)
QUOTAS = Question(
    id="load.quotas",
    text="Which quotas and storage limits are near?",
    attest="the quotas that were compared with peak use, and when",
)
SCALING = Question(
    id="load.scaling",
    text="How does it scale, how fast, and up to what ceiling?",
    attest="the time from a doubling of load to enough capacity",
)
THROTTLING = Question(
    id="load.throttling",
    text="Is there throttling or a circuit breaker?",
    attest="that the application sheds load or breaks circuits itself",
)

CATEGORY = Category(
    code="EXCESSIVE_LOAD",
    slug="load",
    rank=2,
    title="Excessive load",
    violates="sufficient capacity",
    scenarios=(OVERLOAD,),
    questions=(
        OVERWHELMED,
        OVERWHELMS,
        WASTED_WORK,
        BACKLOG,
        BIMODAL,
        QUOTAS,
        SCALING,
        THROTTLING,
    ),
)
