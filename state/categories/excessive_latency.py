"""Excessive latency: answers come later than expected, here or in a dependency."""

from state.categories import Category, Question, Scenario

SLOW_DEPENDENCY = Scenario(
    name="slow_dependency", text="a component or something it depends on becomes slow"
)

SLOWNESS = Question(
    id="latency.slowness",
    text="What happens when it, or something it depends on, becomes slow or resets connections?",
    attest="the date of the last exercise that slowed a dependency down",
)
TIMEOUTS = Question(
    id="latency.timeouts",
    text="Are timeouts ordered along the call chain?",
    attest="the client's timeouts, which no AWS API shows",
)
RETRIES = Question(
    id="latency.retries",
    text="Are retries bounded, with backoff and jitter?",
    attest="the retry policy of the application's own clients",
)
FAIL_FAST = Question(
    id="latency.fail_fast",
    text="Does it fail fast or slow, and does that draw more traffic?",
    attest="how the application answers when a dependency is gone",
)
EXPENSIVE_REQUESTS = Question(
    id="latency.expensive_requests",
    text="What are the most expensive requests?",
    attest="the slowest requests of the last month",
)
VISIBLE = Question(
    id="latency.visible",
    text="Could anybody see it (tracing, percentiles)?",
    attest="monitoring outside AWS that measures percentiles",
)

CATEGORY = Category(
    code="EXCESSIVE_LATENCY",
    slug="latency",
    rank=3,
    title="Excessive latency",
    violates="timely output",
    scenarios=(SLOW_DEPENDENCY,),
    questions=(SLOWNESS, TIMEOUTS, RETRIES, FAIL_FAST, EXPENSIVE_REQUESTS, VISIBLE),
)
