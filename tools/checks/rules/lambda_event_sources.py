"""Event source mappings: how functions take work from queues and streams."""

from state.categories.excessive_load import OVERLOAD, OVERWHELMS
from state.categories.misconfiguration_and_bugs import BAD_CHANGE, BAD_CHANGES_KEPT_OUT, GUARDRAILS
from state.categories.shared_fate import GREY_FAILURE, SHARED_COMPONENT_FAILED
from state.judgements import Cost, Effort, Layer, Phase
from tools.checks import NOT_APPLICABLE, Effect, Example, Outcome, Remedy, check, passed_if, puts
from tools.checks.failures import keep_failures
from tools.checks.paper import Draft
from tools.checks.rules.lambda_ import FUNCTION
from tools.checks.rules.lambda_load import CONCURRENCY, INSTANCE, connected_databases
from tools.checks.view import View

MAPPING = "AWS::Lambda::EventSourceMapping"
LIST = "lambda:ListEventSourceMappings"
UNLIMITED = -1
_BEARABLE = 10  # executions at a time that most databases have connections for

_QUEUE = "arn:aws:sqs:eu-west-1:123456789012:jobs"
_STREAM = "arn:aws:kinesis:eu-west-1:123456789012:stream/clicks"


def _from_queue(**fields: object) -> Example:
    return Example(facts={LIST: {"EventSourceArn": _QUEUE, "BatchSize": 10, **fields}})


def _from_stream(**fields: object) -> Example:
    return Example(facts={LIST: {"EventSourceArn": _STREAM, **fields}})


def _reads(mapping: View, *services: str) -> bool:
    source = mapping.read(LIST, "EventSourceArn") or ""
    return any(f":{service}:" in source for service in services)


def _cap(mapping: Draft) -> None:
    mapping.put_in(LIST, "ScalingConfig.MaximumConcurrency", _BEARABLE)


def _into_database(*, capped: bool, reserved: bool = False, store: str = INSTANCE) -> Example:
    limits = {"ReservedConcurrentExecutions": 5} if reserved else {}
    scaling = {"ScalingConfig": {"MaximumConcurrency": 10}} if capped else {}
    return Example(
        facts={LIST: {"EventSourceArn": _QUEUE, **scaling}},
        linked=[
            Example(
                type=FUNCTION,
                label="invokes",
                facts={CONCURRENCY: limits},
                linked=[Example(type=store)],
            )
        ],
    )


@check(
    id="lambda.esm_concurrency_uncapped",
    resource_type=MAPPING,
    title="A queue's backlog is poured into a database without limit: catching up brings it down",
    question=OVERWHELMS,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=(Effect(OVERLOAD, Phase.ACT, "change_configuration", by_person=True),),
    effect_source="the consumer has to be capped by hand while the database refuses connections",
    recommendation=(
        "Set `ScalingConfig.MaximumConcurrency` on the mapping to what the database bears: the "
        "backlog then drains at that speed; no cost."
    ),
    documentation=(
        "Configuring scaling behavior for SQS event source mappings",
        "https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html",
    ),
    remedy=Remedy(change=_cap, effort=Effort.MINUTES, cost=Cost.FREE),
    passes=[_into_database(capped=True), _into_database(capped=False, reserved=True)],
    fails=[_into_database(capped=False)],
    silent=[_into_database(capped=False, store="AWS::DynamoDB::Table"), _from_stream()],
)
def esm_concurrency_uncapped(mapping: View) -> Outcome:
    """Lambda adds 300 executions a minute to an SQS mapping, each with connections of its own."""
    if not _reads(mapping, "sqs"):
        return NOT_APPLICABLE
    functions = mapping.linked(FUNCTION, label="invokes")
    if not any(connected_databases(function) for function in functions):
        return NOT_APPLICABLE
    if mapping.read(LIST, "ScalingConfig.MaximumConcurrency"):
        return passed_if(True)
    reserved = [f.read(CONCURRENCY, "ReservedConcurrentExecutions") for f in functions]
    return passed_if(all(number is not None for number in reserved))


def _answer_in_parts(mapping: Draft) -> None:
    answers = mapping.read(LIST, "FunctionResponseTypes") or []
    mapping.put(LIST, FunctionResponseTypes=[*answers, "ReportBatchItemFailures"])


@check(
    id="lambda.esm_partial_batch_off",
    resource_type=MAPPING,
    title="One bad message fails its whole batch: good messages are done again or given up with it",
    question=GREY_FAILURE,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=(Effect(SHARED_COMPONENT_FAILED, Phase.ACT, "drain_by_hand", by_person=True),),
    effect_source="good messages that went to the dead-letter queue are sorted out by hand",
    recommendation=(
        "Have the function report the messages that failed and set `FunctionResponseTypes` to "
        "`ReportBatchItemFailures`, or set `BatchSize` to 1; no cost."
    ),
    documentation=(
        "Handling errors for an SQS event source in Lambda",
        "https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html",
    ),
    remedy=Remedy(change=_answer_in_parts, effort=Effort.HOURS, cost=Cost.FREE),
    passes=[_from_queue(FunctionResponseTypes=["ReportBatchItemFailures"])],
    fails=[_from_queue()],
    silent=[_from_queue(BatchSize=1), _from_stream()],
)
def esm_partial_batch_off(mapping: View) -> Outcome:
    """Without partial answers the batch shares the fate of its worst message."""
    if not _reads(mapping, "sqs") or (mapping.read(LIST, "BatchSize") or 1) <= 1:
        return NOT_APPLICABLE
    answers = mapping.read(LIST, "FunctionResponseTypes") or []
    return passed_if("ReportBatchItemFailures" in answers)


def _retries_end(mapping: View) -> bool:
    attempts = mapping.read(LIST, "MaximumRetryAttempts")
    age = mapping.read(LIST, "MaximumRecordAgeInSeconds")
    return any(limit not in (None, UNLIMITED) for limit in (attempts, age))


def _give_up_in_time(mapping: Draft) -> None:
    mapping.put(LIST, MaximumRetryAttempts=3, BisectBatchOnFunctionError=True)
    if not mapping.read(LIST, "DestinationConfig.OnFailure.Destination"):
        _keep_what_is_skipped(mapping)


def _keep_what_is_skipped(mapping: Draft) -> None:
    mapping.put_in(LIST, "DestinationConfig.OnFailure.Destination", keep_failures(mapping))


@check(
    id="lambda.esm_stream_retries_unbounded",
    resource_type=MAPPING,
    title="A bad record is retried until it expires: its shard stands still for a day or more",
    question=GREY_FAILURE,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=(Effect(SHARED_COMPONENT_FAILED, Phase.ACT, "drain_by_hand", by_person=True),),
    effect_source="records behind the bad one wait until somebody lets the consumer skip it",
    recommendation=(
        "Set `MaximumRetryAttempts` or `MaximumRecordAgeInSeconds`, `BisectBatchOnFunctionError`, "
        "and an on-failure destination for what is skipped; no cost."
    ),
    documentation=(
        "Process Amazon Kinesis Data Streams records with Lambda",
        "https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-create.html",
    ),
    remedy=Remedy(change=_give_up_in_time, effort=Effort.MINUTES, cost=Cost.LITTLE),
    passes=[_from_stream(MaximumRetryAttempts=3)],
    fails=[
        _from_stream(MaximumRetryAttempts=-1, MaximumRecordAgeInSeconds=-1),
        _from_stream(BisectBatchOnFunctionError=True),
    ],
    silent=[_from_queue()],
)
def esm_stream_retries_unbounded(mapping: View) -> Outcome:
    """A stream is read in order, so a record that always fails stops all those behind it."""
    if not _reads(mapping, "kinesis", "dynamodb"):
        return NOT_APPLICABLE
    return passed_if(_retries_end(mapping))


@check(
    id="lambda.esm_stream_no_failure_destination",
    resource_type=MAPPING,
    title="Records that a function cannot handle are skipped without a trace: they are lost",
    question=GUARDRAILS,
    layer=Layer.DISASTER_RECOVERY,
    on_fail=(Effect(BAD_CHANGE, Phase.LOSE, "dropped_until_noticed"),),
    effect_source="after the last retry a record is skipped; only a destination says which",
    recommendation=(
        "Set the mapping's `DestinationConfig.OnFailure` to a queue, topic or bucket: it receives "
        "where the skipped records lie in the stream; costs next to nothing."
    ),
    documentation=(
        "Retain discarded batch records for a Kinesis data stream",
        "https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html",
    ),
    remedy=Remedy(change=_keep_what_is_skipped, effort=Effort.MINUTES, cost=Cost.LITTLE),
    passes=[
        _from_stream(
            MaximumRetryAttempts=3, DestinationConfig={"OnFailure": {"Destination": _QUEUE}}
        )
    ],
    fails=[_from_stream(MaximumRetryAttempts=3), _from_stream(MaximumRecordAgeInSeconds=3600)],
    silent=[_from_stream(MaximumRetryAttempts=-1), _from_queue()],
)
def esm_stream_no_failure_destination(mapping: View) -> Outcome:
    """Bounded retries keep a shard moving at the price of the records that are given up."""
    if not _reads(mapping, "kinesis", "dynamodb") or not _retries_end(mapping):
        return NOT_APPLICABLE
    return passed_if(bool(mapping.read(LIST, "DestinationConfig.OnFailure.Destination")))


@check(
    id="lambda.esm_unhealthy",
    resource_type=MAPPING,
    title="An event source mapping is off or failing: its queue or stream is not being worked off",
    question=BAD_CHANGES_KEPT_OUT,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=(Effect(BAD_CHANGE, Phase.ACT, "change_configuration", by_person=True),),
    effect_source="the mapping's own state; somebody has to mend and enable it",
    recommendation=(
        "Read `StateTransitionReason` and `LastProcessingResult`, mend the cause (permission, "
        "network, function) and enable the mapping; delete it if it is not used any more."
    ),
    documentation=(
        "How Lambda processes records from stream and queue-based event sources",
        "https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventsourcemapping.html",
    ),
    remedy=Remedy(
        change=puts(LIST, State="Enabled", LastProcessingResult="OK"),
        effort=Effort.HOURS,
        cost=Cost.FREE,
    ),
    passes=[_from_queue(State="Enabled"), _from_queue(State="Updating")],
    fails=[
        _from_queue(State="Disabled"),
        _from_stream(State="Enabled", LastProcessingResult="PROBLEM: Function call failed"),
    ],
)
def esm_unhealthy(mapping: View) -> Outcome:
    """Work piles up silently while the mapping stands still, and expires with the retention."""
    is_off = mapping.read(LIST, "State") in ("Disabled", "Disabling")
    result = mapping.read(LIST, "LastProcessingResult") or ""
    return passed_if(not is_off and not result.startswith("PROBLEM"), note=result)
