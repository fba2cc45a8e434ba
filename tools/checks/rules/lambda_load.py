"""Lambda functions under load: what limits them, what they overwhelm, whose pool they share."""

from state.categories.excessive_load import OVERLOAD, OVERWHELMED, OVERWHELMS
from state.categories.shared_fate import BOUNDARIES, SHARED_COMPONENT_FAILED
from state.judgements import Cost, Effort, Layer, Phase
from tools.checks import (
    NOT_APPLICABLE,
    Effect,
    Example,
    Outcome,
    Remedy,
    check,
    passed,
    passed_if,
)
from tools.checks.neighbours import belongs_elsewhere
from tools.checks.paper import Draft
from tools.checks.rules.lambda_ import FUNCTION, POLICY, at_the_edge, runs_at_the_edge
from tools.checks.sharing import named
from tools.checks.view import View

CONCURRENCY = "lambda:GetFunctionConcurrency"
INSTANCE, CLUSTER = "AWS::RDS::DBInstance", "AWS::RDS::DBCluster"
READ_CLUSTER = "rds:DescribeDBClusters"
PROXY = "AWS::RDS::DBProxy"
_A_PEAK = 20  # executions at a time, where nobody has measured any
_MAPPING = "AWS::Lambda::EventSourceMapping"


def _reserve(function: Draft) -> None:
    function.put(CONCURRENCY, ReservedConcurrentExecutions=_A_PEAK)


def _reserving(number: int | None, *linked: Example, fed_by: tuple[Example, ...] = ()) -> Example:
    answer = {} if number is None else {"ReservedConcurrentExecutions": number}
    return Example(facts={CONCURRENCY: answer, POLICY: {}}, linked=linked, linked_from=fed_by)


@check(
    id="lambda.function_concurrency_zero",
    resource_type=FUNCTION,
    title="A function's reserved concurrency is zero: every call to it is refused",
    question=OVERWHELMED,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=(Effect(OVERLOAD, Phase.ACT, "change_configuration", by_person=True),),
    effect_source="a limit of zero throttles the first request already",
    recommendation=(
        "Remove the reservation or set it to what the function needs at its peak; if the function "
        "is parked on purpose, take the workload's tag off it."
    ),
    documentation=(
        "Configuring reserved concurrency for a function",
        "https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html",
    ),
    remedy=Remedy(change=_reserve, effort=Effort.MINUTES, cost=Cost.FREE),
    passes=[_reserving(5)],
    fails=[_reserving(0)],
    silent=[_reserving(None)],
)
def function_concurrency_zero(function: View) -> Outcome:
    """Zero is the emergency stop; left behind after an incident, it is the next incident."""
    reserved = function.read(CONCURRENCY, "ReservedConcurrentExecutions")
    if reserved is None:
        return NOT_APPLICABLE
    return passed_if(reserved > 0)


@check(
    id="lambda.function_relational_no_proxy",
    resource_type=FUNCTION,
    title=(
        "A function connects to a relational database without limit: a peak uses up its connections"
    ),
    question=OVERWHELMS,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=(Effect(OVERLOAD, Phase.ACT, "change_configuration", by_person=True),),
    effect_source="the concurrency has to be capped by hand while the database refuses connections",
    recommendation=(
        "Cap the function with reserved concurrency (free, at once), or put RDS Proxy before the "
        "database (priced per vCPU of the database), which shares connections between executions."
    ),
    documentation=(
        "Amazon RDS Proxy",
        "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy.html",
    ),
    remedy=Remedy(change=_reserve, effort=Effort.MINUTES, cost=Cost.FREE),
    passes=[
        _reserving(20, Example(type=INSTANCE)),
        _reserving(None, Example(type=PROXY)),
    ],
    fails=[
        _reserving(None, Example(type=INSTANCE)),
        _reserving(None, Example(type=CLUSTER)),
        _reserving(
            None,
            Example(type=INSTANCE),
            fed_by=(
                Example(type=_MAPPING, label="invokes"),
                Example(type="AWS::ApiGateway::RestApi", label="invokes"),
            ),
        ),
    ],
    silent=[
        _reserving(None, Example(type="AWS::DynamoDB::Table")),
        _reserving(
            None, Example(type=CLUSTER, facts={READ_CLUSTER: {"HttpEndpointEnabled": True}})
        ),
        _reserving(None, Example(type=INSTANCE), fed_by=(Example(type=_MAPPING, label="invokes"),)),
    ],
)
def function_relational_no_proxy(function: View) -> Outcome:
    """Every execution opens connections of its own, and Lambda starts a thousand where one was.

    What only a queue or stream feeds is limited, or not, by its event source mapping.
    """
    reserved = function.read(CONCURRENCY, "ReservedConcurrentExecutions")
    if not connected_databases(function):
        return passed() if function.linked(PROXY) else NOT_APPLICABLE
    if reserved is None and _is_fed_by_mappings_only(function):
        return NOT_APPLICABLE
    return passed_if(reserved is not None)


def _is_fed_by_mappings_only(function: View) -> bool:
    """Whether event source mappings call it, and nobody else does or is allowed to.

    The policy says nothing of who may call an alias: those callers are known by what they call.
    """
    callers = [*function.linked_from(label="invokes"), *function.linked_from(label="calls")]
    if not callers or function.read(POLICY, "Policy.Statement"):
        return False
    return all(caller.type == _MAPPING for caller in callers)


def connected_databases(function: View) -> list[View]:
    """Relational databases it keeps connections to; with the Data API it needs none."""
    return [
        database
        for database in function.linked(INSTANCE, CLUSTER)
        if not (
            database.type == CLUSTER
            and database.has(READ_CLUSTER)
            and database.read(READ_CLUSTER, "HttpEndpointEnabled")
        )
    ]


_THEIRS = Example(type=FUNCTION, member=False)


@check(
    id="lambda.concurrency_pool_shared",
    resource_type=FUNCTION,
    title="A function shares its concurrency with other workloads: their peak is its outage",
    question=BOUNDARIES,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=(Effect(SHARED_COMPONENT_FAILED, Phase.ACT, "change_configuration", by_person=True),),
    effect_source="all functions of an account and Region draw on one pool, by default of 1,000",
    recommendation=(
        "Reserve concurrency for the functions that users wait for, at their measured peak; free, "
        "but it is taken from the others and becomes this function's ceiling."
    ),
    documentation=(
        "Understanding Lambda function scaling",
        "https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html",
    ),
    strength="functions have concurrency of their own that other workloads cannot use up",
    remedy=Remedy(change=_reserve, effort=Effort.MINUTES, cost=Cost.FREE),
    passes=[_reserving(50, fed_by=(_THEIRS,))],
    fails=[_reserving(None, fed_by=(_THEIRS,))],
    silent=[
        _reserving(None),
        _reserving(None, Example(type=FUNCTION)),
        _reserving(None, Example(type=FUNCTION, member=False)),
        _reserving(None, fed_by=(Example(type=FUNCTION, member=False, region="eu-central-1"),)),
        at_the_edge(**{CONCURRENCY: {}}),
    ],
)
def concurrency_pool_shared(function: View) -> Outcome:
    """A runaway function of another workload in the Region leaves none of the pool to this one."""
    reserved = function.read(CONCURRENCY, "ReservedConcurrentExecutions")
    outside = function.workload.neighbours.get(FUNCTION, [])
    here = [View(each, function.workload) for each in outside if each.region == function.region]
    foreign = [other for other in here if belongs_elsewhere(other)]
    if not foreign or runs_at_the_edge(function):
        return NOT_APPLICABLE
    return passed_if(reserved is not None, note=f"seen in the same pool: {named(foreign)}")
