"""Lambda: version back, concurrency, event sources off and on."""

from state.categories.excessive_latency import SLOW_DEPENDENCY
from state.categories.excessive_load import OVERLOAD
from state.categories.misconfiguration_and_bugs import BAD_CHANGE, EXPIRY
from state.categories.shared_fate import SHARED_COMPONENT_FAILED
from state.categories.single_point_of_failure import ZONE_LOST
from state.runbooks import Action, Command, Look
from tools.markdown import code
from tools.runbook.commands import Text, blank
from tools.runbook.declarations import Draft, Place, act, look, metric, procedure

_FUNCTION, _MAPPING = "AWS::Lambda::Function", "AWS::Lambda::EventSourceMapping"
_READ, _READ_MAPPING = "lambda:ListFunctions", "lambda:ListEventSourceMappings"


def _name(at: Place) -> str:
    return str(at.fact(_READ, "FunctionName") or at.short)


def _errors(at: Place) -> Look:
    return look(
        metric(at, "AWS/Lambda", "Errors", "Sum", FunctionName=_name(at)),
        "`Errors` (sum)",
        "no errors, or as few as before the incident",
    )


def _configured(at: Place) -> Look:
    return look(
        at.aws(
            "lambda",
            "get-function-configuration",
            function_name=_name(at),
            query="{Changed: LastModified, State: State, Update: LastUpdateStatus, "
            "Reason: LastUpdateStatusReason, Timeout: Timeout, Runtime: Runtime}",
        ),
        "`Changed`, `State`, `Update`",
        "`Active` and `Successful`; `Changed` shortly before the incident points to a bad change",
    )


def _log(at: Place) -> Look:
    return look(
        at.aws(
            "logs",
            "filter-log-events",
            log_group_name=at.fact(_READ, "LoggingConfig.LogGroup") or f"/aws/lambda/{_name(at)}",
            filter_pattern='?ERROR ?Error ?Exception ?"Task timed out"',
            start_time=blank("START_MILLISECONDS"),
            max_items=20,
            query="events[].message",
        ),
        "the last messages of errors",
        "nothing new; otherwise the message names the cause",
    )


@procedure(_FUNCTION, BAD_CHANGE, title="go back to the version before")
def version_back(at: Place) -> Draft:
    """By the alias where there is one: that takes seconds. Otherwise the build before."""
    aliases = [str(each) for each in at.fact("lambda:ListAliases", "[].Name") or ()]
    versions = look(
        at.aws(
            "lambda",
            "list-versions-by-function",
            function_name=_name(at),
            query="Versions[].[Version, LastModified, Description]",
        ),
        "the versions and when they were published",
        "one from before the change; if only `$LATEST` is there, take the build before",
    )
    if aliases:
        steps, back, extra = _by_alias(at, aliases)
    else:
        steps, back, extra = _by_build(at)
    return Draft(
        purpose="A change of code or configuration breaks the function.",
        checks=[_configured(at), versions, *extra],
        actions=steps,
        verification=[_errors(at), _configured(at)],
        rollback=back,
        never=[
            "Do not delete versions or the function: the permissions and triggers go with it.",
            "Do not mend the code by hand in the console: the next deployment takes it away.",
        ],
    )


def _by_alias(at: Place, aliases: list[str]) -> tuple[list[Action], list[Action], list[Look]]:
    shown = [
        look(
            at.aws("lambda", "get-alias", function_name=_name(at), name=alias),
            "`FunctionVersion`",
            "the version that is in use now: note it down",
        )
        for alias in aliases
    ]
    steps = [_moved(at, alias, "GOOD_VERSION", "back to the version before") for alias in aliases]
    back = [_moved(at, alias, "BAD_VERSION", "to the version that you noted") for alias in aliases]
    return steps, back, shown


def _moved(at: Place, alias: str, version: str, where: str) -> Action:
    return act(
        f"Move the alias {where}.",
        at.aws(
            "lambda",
            "update-alias",
            function_name=_name(at),
            name=alias,
            function_version=blank(version),
            routing_config={"AdditionalVersionWeights": {}},
        ),
        expect="`FunctionVersion` is the one that you chose",
    )


def _by_build(at: Place) -> tuple[list[Action], list[Action], list[Look]]:
    """No alias: whatever calls the function calls what was deployed last."""
    kept = at.aws(
        "lambda",
        "publish-version",
        function_name=_name(at),
        description="kept for the post-incident analysis",
    )
    if at.fact(_READ, "PackageType") == "Image":
        found = look(
            at.aws(
                "lambda",
                "get-function",
                function_name=_name(at),
                query="Code.ImageUri",
            ),
            "the image that is in use",
            "note it down: it is the way back",
        )
        deployed = at.aws(
            "lambda",
            "update-function-code",
            function_name=_name(at),
            image_uri=blank("IMAGE_URI"),
        )
    else:
        found = look(
            at.aws(
                "s3api",
                "list-object-versions",
                bucket=blank("ARTEFACT_BUCKET"),
                prefix=blank("ARTEFACT_KEY"),
                query="Versions[].[Key, VersionId, LastModified]",
            ),
            "the earlier builds",
            "the one that ran before the change",
        )
        deployed = at.aws(
            "lambda",
            "update-function-code",
            function_name=_name(at),
            s3_bucket=blank("ARTEFACT_BUCKET"),
            s3_key=blank("ARTEFACT_KEY"),
        )
    wait = act(
        "Wait until the change has arrived.",
        at.aws("lambda", "wait function-updated-v2", function_name=_name(at)),
    )
    steps = [
        act(
            "Keep what runs now as a version: it is the way back, and the evidence.",
            kept,
            expect="note the `Version`",
        ),
        act(
            "Deploy the build before the change. There is no alias to move.",
            deployed,
            warning="Every caller gets this code at once.",
        ),
        wait,
    ]
    again = act("Deploy the newer build again.", deployed)
    return steps, [again, wait], [found]


@procedure(_FUNCTION, OVERLOAD, SLOW_DEPENDENCY, title="hold the load back")
def hold_back(at: Place) -> Draft:
    """Concurrency is the valve: it protects what the function calls, and the account's limit."""
    reserved = at.fact("lambda:GetFunctionConcurrency", "ReservedConcurrentExecutions")
    mappings = at.linked_from(_MAPPING) + at.linked(_MAPPING)
    steps = [
        act(
            "Let through only as many executions as what it calls can bear.",
            at.aws(
                "lambda",
                "put-function-concurrency",
                function_name=_name(at),
                reserved_concurrent_executions=blank("CONCURRENCY"),
            ),
            warning="Calls above it are refused: callers see throttling. Zero stops the function.",
        )
    ]
    steps += [
        act(
            "If the dependency needs rest, stop taking from the event source. The queue keeps the "
            "messages as long as its retention lasts.",
            at.aws("lambda", "update-event-source-mapping", uuid=_uuid(each), enabled=False),
            warning="Work piles up until it is switched on again.",
        )
        for each in mappings
    ]
    steps.append(act("Mend or wait for what is slow, then let more through step by step."))
    back: list[Action] = [
        act(
            "Set the reserved concurrency back to what it was.",
            at.aws(
                "lambda",
                "put-function-concurrency",
                function_name=_name(at),
                reserved_concurrent_executions=reserved,
            ),
        )
        if reserved is not None
        else act(
            "Take the limit away: there was none before.",
            at.aws("lambda", "delete-function-concurrency", function_name=_name(at)),
            warning="The function may use the account's whole concurrency again.",
        )
    ]
    back += [
        act(
            "Take from the event source again.",
            at.aws("lambda", "update-event-source-mapping", uuid=_uuid(each), enabled=True),
        )
        for each in mappings
    ]
    return Draft(
        purpose="The function is throttled, or what it calls is slow and its calls pile up.",
        checks=[
            look(
                metric(at, "AWS/Lambda", "Throttles", "Sum", FunctionName=_name(at)),
                "`Throttles` (sum)",
                "none; many mean that concurrency is used up",
            ),
            look(
                metric(at, "AWS/Lambda", "Duration", "p99", FunctionName=_name(at)),
                "the p99 in milliseconds",
                f"well below the timeout of {code(at.fact(_READ, 'Timeout') or '?')} s; at the "
                "timeout, a dependency hangs",
            ),
            look(
                at.aws("lambda", "get-account-settings", query="AccountLimit"),
                "`UnreservedConcurrentExecutions`",
                "at least 100 more than you mean to reserve",
            ),
            _log(at),
        ],
        actions=steps,
        verification=[
            look(
                metric(at, "AWS/Lambda", "Throttles", "Sum", FunctionName=_name(at)),
                "`Throttles` (sum)",
                "none, once the limit is lifted",
            ),
            _errors(at),
        ],
        rollback=back,
        never=["Do not raise timeouts or retries during the incident: they add load."],
    )


@procedure(_FUNCTION, SHARED_COMPONENT_FAILED, title="keep executions for this function")
def reserve(at: Place) -> Draft:
    """All functions of an account and Region share one limit."""
    return Draft(
        purpose="Another function uses up the account's concurrency, or shares what this one "
        "cannot do without.",
        checks=[
            look(
                _of_account(at),
                "`ConcurrentExecutions` (maximum) of all functions of the account",
                "well below the account's limit of concurrent executions",
            ),
            look(
                at.aws("lambda", "get-account-settings", query="AccountLimit"),
                "`ConcurrentExecutions`, `UnreservedConcurrentExecutions`",
                "at least 100 unreserved ones are left after the reservation",
            ),
        ],
        actions=[
            act(
                "Reserve executions for this function.",
                at.aws(
                    "lambda",
                    "put-function-concurrency",
                    function_name=_name(at),
                    reserved_concurrent_executions=blank("CONCURRENCY"),
                ),
                warning="It is the upper limit of this function as well.",
            ),
            act("Ask the owner of the other function to hold it back."),
        ],
        verification=[
            look(
                metric(at, "AWS/Lambda", "Throttles", "Sum", FunctionName=_name(at)),
                "`Throttles` (sum)",
                "none",
            ),
            _errors(at),
        ],
        rollback=[
            act(
                "Take the reservation away.",
                at.aws("lambda", "delete-function-concurrency", function_name=_name(at)),
                warning="Check first that no reservation was there before the incident.",
            )
        ],
        never=["Do not throttle a function that you do not own."],
    )


def _of_account(at: Place) -> Command:
    """Executions at a time of all functions together."""
    return metric(at, "AWS/Lambda", "ConcurrentExecutions", "Maximum")


@procedure(_FUNCTION, EXPIRY, title="change to a runtime that is supported")
def runtime(at: Place) -> Draft:
    """A deprecated runtime blocks updates, long before functions stop."""
    return Draft(
        purpose="The function's runtime is no longer supported: it can soon not be updated.",
        checks=[_configured(at)],
        actions=[
            act("Test the function with a supported runtime in a copy of it, first."),
            act(
                "Change the runtime.",
                at.aws(
                    "lambda",
                    "update-function-configuration",
                    function_name=_name(at),
                    runtime=blank("RUNTIME"),
                ),
                warning="Every caller gets it at once.",
            ),
            act(
                "Wait until the change has arrived.",
                at.aws("lambda", "wait function-updated-v2", function_name=_name(at)),
            ),
        ],
        verification=[_errors(at), _configured(at)],
        rollback=[
            act(
                "Change back, as long as AWS still takes the former runtime.",
                at.aws(
                    "lambda",
                    "update-function-configuration",
                    function_name=_name(at),
                    runtime=at.or_blank(_READ, "Runtime", "RUNTIME"),
                ),
            )
        ],
        never=["Do not delete and create it again: permissions and triggers go with it."],
    )


@procedure(_FUNCTION, ZONE_LOST, title="give it subnets that work")
def other_subnets(at: Place) -> Draft | None:
    """Only a function in a VPC can lose its zone."""
    subnets = at.fact(_READ, "VpcConfig.SubnetIds") or []
    if not subnets:
        return None
    groups = at.fact(_READ, "VpcConfig.SecurityGroupIds") or [blank("SECURITY_GROUP_ID")]
    return Draft(
        purpose="The zone of the function's only subnets is lost, and it cannot start any more.",
        checks=[
            look(
                at.aws(
                    "ec2",
                    "describe-subnets",
                    subnet_ids=subnets,
                    query="Subnets[].[SubnetId, AvailabilityZone, VpcId]",
                ),
                "the zones",
                "one that works; if all lie in the lost zone, go on",
            )
        ],
        actions=[
            act(
                "Give the function a subnet in a zone that works, with the same way out.",
                at.aws(
                    "lambda",
                    "update-function-configuration",
                    function_name=_name(at),
                    vpc_config={"SubnetIds": [blank("SUBNET_ID")], "SecurityGroupIds": groups},
                ),
                warning="New connections take up to a minute.",
            ),
            act(
                "Wait until the change has arrived.",
                at.aws("lambda", "wait function-updated-v2", function_name=_name(at)),
            ),
        ],
        verification=[_configured(at), _errors(at)],
        rollback=[
            act(
                "Give it its former subnets back once the zone is.",
                at.aws(
                    "lambda",
                    "update-function-configuration",
                    function_name=_name(at),
                    vpc_config={"SubnetIds": subnets, "SecurityGroupIds": groups},
                ),
            )
        ],
        never=["Do not take a subnet without a route to what the function calls."],
    )


# -- event sources ---------------------------------------------------------------------------------


def _uuid(mapping: object) -> Text:
    identity = getattr(mapping, "id", "")
    return Text(identity.rpartition(":")[2].rpartition("/")[2])


def _mapping(at: Place) -> Look:
    return look(
        at.aws(
            "lambda",
            "get-event-source-mapping",
            uuid=_uuid(at.resource),
            query="{State: State, Last: LastProcessingResult, Why: StateTransitionReason, "
            "Batch: BatchSize}",
        ),
        "`State`, `Last`",
        "`Enabled`; `Disabled` or a problem in `Last` is the cause",
    )


@procedure(
    _MAPPING, BAD_CHANGE, OVERLOAD, SHARED_COMPONENT_FAILED, title="switch it off, then on again"
)
def off_and_on(at: Place) -> Draft:
    """Off while what it calls is mended: a queue or stream keeps what is not taken."""
    switch = {
        on: at.aws("lambda", "update-event-source-mapping", uuid=_uuid(at.resource), enabled=on)
        for on in (False, True)
    }
    return Draft(
        purpose="The mapping takes nothing, or feeds a function that fails on everything.",
        checks=[_mapping(at)],
        actions=[
            act(
                "Switch it off, so that messages are not lost to retries.",
                switch[False],
                warning="Work piles up. Mind the retention of the queue or stream.",
            ),
            act("Mend the function or its setting: see its own procedures."),
            act("Switch it on again.", switch[True]),
        ],
        verification=[_mapping(at)],
        rollback=[act("Switch it off again if the errors come back.", switch[False])],
        never=["Do not purge the queue, and do not delete the mapping: its position is lost."],
    )
