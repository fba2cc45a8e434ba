"""Lambda functions: how they are changed, what they rest on, and where their zones are.

Lambda itself spans the Region's zones: a function is a zone's hostage only through its subnets.
"""

import re

from state.categories.misconfiguration_and_bugs import (
    BAD_CHANGE,
    BAD_CHANGES_KEPT_OUT,
    EXPIRES,
    EXPIRY,
    GUARDRAILS,
    ROLLS_BACK,
)
from state.categories.single_point_of_failure import ZONE_LOSS, ZONE_LOST
from state.judgements import Cost, Effort, Layer, Phase
from state.snapshot import RelationKind
from tools.aws.services.lambda_ import ASYNCHRONOUS_CALLERS
from tools.checks import (
    NOT_APPLICABLE,
    Effect,
    Example,
    Outcome,
    Remedy,
    check,
    failed,
    passed,
    passed_if,
)
from tools.checks.failures import keep_failures
from tools.checks.lambda_runtimes import DEPRECATED, SOURCE, newest
from tools.checks.paper import Draft
from tools.checks.view import Unknown, View
from tools.checks.zones import another_zone, place_in, zones_of

FUNCTION = "AWS::Lambda::Function"
ROLE = "AWS::IAM::Role"
RULE = "AWS::Events::Rule"
SUBNET = "AWS::EC2::Subnet"
LIST = "lambda:ListFunctions"
ALIASES = "lambda:ListAliases"
POLICY = "lambda:GetPolicy"
EVENT_CONFIGS = "lambda:ListFunctionEventInvokeConfigs"
READ_ROLE = "iam:GetRole"
READ_RULE = "events:DescribeRule"
_EVENTS = "events.amazonaws.com"
_EDGE = "edgelambda.amazonaws.com"


# Functions that the CDK puts beside a stack's own: nobody but a deployment calls them.
_HELPERS = re.compile(
    r"-(LogRetention[0-9a-f]{8}|CustomS3AutoDeleteObjects|BucketNotificationsHandler[0-9a-f]{8}"
    r"|CustomCDKBucketDeployment|CustomVpcRestrictDefaultSG|CustomCrossRegionExport"
    r"|AWS679f53fac002430cb0da5b7982bd2287)|-framework-(onEvent|isComplete|onTimeout)"
)
HELPER = "shop-LogRetentionaae0aa3c5b4d4f87b02d85b201efdd8a-1"  # for examples


def serves_deployments_only(function: View) -> bool:
    """Whether it is a helper of deployments, which no user ever waits for."""
    return bool(_HELPERS.search(function.id))


def runs_at_the_edge(function: View) -> bool:
    """Whether CloudFront runs copies of it (Lambda@Edge): without alias, tracing or limit."""
    if function.region != "us-east-1":
        return False
    trusted = "AssumeRolePolicyDocument.Statement[].Principal.Service | []"
    return any(
        _EDGE in (role.read(READ_ROLE, trusted) or ())
        for role in function.linked(ROLE, label="runs as")
        if role.has(READ_ROLE)
    )


def at_the_edge(**facts: object) -> Example:
    """An example: a function that CloudFront runs."""
    trust = {"Statement": [{"Principal": {"Service": ["lambda.amazonaws.com", _EDGE]}}]}
    role = Example(
        type=ROLE, label="runs as", facts={READ_ROLE: {"AssumeRolePolicyDocument": trust}}
    )
    return Example(facts=facts, linked=[role], region="us-east-1")


def _publish(function: Draft) -> None:
    aliases = function.resource.facts[ALIASES] or []
    function.replace(ALIASES, [*aliases, {"Name": "on-paper", "FunctionVersion": "1"}])


def _aliases(*versions: str) -> Example:
    return Example(facts={ALIASES: [{"Name": "live", "FunctionVersion": v} for v in versions]})


@check(
    id="lambda.function_no_alias",
    resource_type=FUNCTION,
    title="A function has no published version to go back to: a rollback is another deployment",
    question=ROLLS_BACK,
    layer=Layer.CONTINUOUS_IMPROVEMENT,
    on_fail=(Effect(BAD_CHANGE, Phase.ACT, "redeploy_by_hand", by_person=True),),
    on_pass=(Effect(BAD_CHANGE, Phase.ACT, "roll_back_prepared", by_person=True),),
    effect_source="moving an alias against building and deploying the earlier code again",
    recommendation=(
        "Publish a version with every deployment, let callers use an alias, and shift the alias "
        "(with CodeDeploy or SAM's `AutoPublishAlias`): going back is then one call; no extra cost."
    ),
    documentation=(
        "Implement Lambda canary deployments using a weighted alias",
        "https://docs.aws.amazon.com/lambda/latest/dg/configuring-alias-routing.html",
    ),
    strength="functions can be rolled back by moving an alias",
    remedy=Remedy(change=_publish, effort=Effort.HOURS, cost=Cost.FREE),
    passes=[_aliases("7")],
    fails=[_aliases(), _aliases("$LATEST")],
    silent=[at_the_edge(**{ALIASES: []}), Example(name=HELPER, facts={ALIASES: []})],
)
def function_no_alias(function: View) -> Outcome:
    """Code that callers reach as $LATEST is overwritten by a deployment: nothing is left of it.

    CloudFront calls its functions by version, and takes no alias.
    """
    versions = function.read(ALIASES, "[].FunctionVersion") or []
    if any(version != "$LATEST" for version in versions):
        return passed()
    if serves_deployments_only(function) or runs_at_the_edge(function):
        return NOT_APPLICABLE
    return failed()


def _migrate(function: Draft) -> None:
    function.put(LIST, Runtime=newest(function.read(LIST, "Runtime")))


def _runtime(runtime: str | None) -> Example:
    return Example(facts={LIST: {"Runtime": runtime} if runtime else {"PackageType": "Image"}})


@check(
    id="lambda.function_runtime_deprecated",
    resource_type=FUNCTION,
    title="A function's runtime is out of support: no patches, and soon no deployment of a fix",
    question=EXPIRES,
    layer=Layer.CONTINUOUS_IMPROVEMENT,
    on_fail=(Effect(EXPIRY, Phase.ACT, "renew_by_hand", by_person=True),),
    effect_source="AWS's published deprecation dates of runtimes",
    recommendation=(
        "Move the function to a supported version of its language, tested in an alias first; "
        "usually hours of work, no extra cost."
    ),
    documentation=("Lambda runtimes", SOURCE),
    remedy=Remedy(change=_migrate, effort=Effort.HOURS, cost=Cost.FREE),
    passes=[_runtime("python3.13")],
    fails=[_runtime("python3.9"), _runtime("nodejs16.x")],
    silent=[_runtime(None), _runtime("cobol85")],
)
def function_runtime_deprecated(function: View) -> Outcome:
    """Lambda blocks updates of a deprecated runtime some time later: a fix then means migrating."""
    runtime = function.read(LIST, "Runtime")
    if runtime not in DEPRECATED:
        return NOT_APPLICABLE
    day = DEPRECATED[runtime]
    return passed_if(
        function.workload.taken_at.date() < day, note=f"{runtime} is deprecated from {day} on"
    )


def _give_a_role(function: Draft) -> None:
    function.drop_dangling("runs as")
    arn = function.read(LIST, "Role")
    facts = {"RoleName": arn.rpartition("/")[2], "Arn": arn}
    role = function.add(ROLE, facts["RoleName"], {READ_ROLE: facts}, region="global")
    function.link(role, "runs as", kind=RelationKind.PERMISSIONS)


def _with_role(*, gone: bool) -> Example:
    return Example(
        facts={LIST: {"Role": "arn:aws:iam::123456789012:role/orders"}},
        linked=[Example(type=ROLE, label="runs as", dangling=gone)],
    )


@check(
    id="lambda.function_role_missing",
    resource_type=FUNCTION,
    title="A function's execution role is gone: every call to it fails",
    question=BAD_CHANGES_KEPT_OUT,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=(Effect(BAD_CHANGE, Phase.ACT, "change_configuration", by_person=True),),
    effect_source="a role made anew, or the function given another one",
    recommendation="Give the function an execution role that exists, under the same deployment.",
    documentation=(
        "Defining Lambda function permissions with an execution role",
        "https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html",
    ),
    remedy=Remedy(change=_give_a_role, effort=Effort.HOURS, cost=Cost.FREE),
    passes=[_with_role(gone=False)],
    fails=[_with_role(gone=True)],
)
def function_role_missing(function: View) -> Outcome:
    """Lambda assumes the role for every execution environment it starts; without it none starts."""
    function.read(LIST, "Role")
    if function.dangling("runs as"):
        return failed()
    if not function.linked(ROLE, label="runs as"):
        raise Unknown("iam:GetRole")
    return passed()


def _keep_failed_events(function: Draft) -> None:
    config = {"DestinationConfig": {"OnFailure": {"Destination": keep_failures(function)}}}
    function.replace(EVENT_CONFIGS, [[config]])


def _called_by(
    caller: str | None, *rules: Example, queue: str = "", destination: str = ""
) -> Example:
    statement = {"Principal": {"Service": f"{caller}.amazonaws.com"}}
    config = {"DestinationConfig": {"OnFailure": {"Destination": destination}}}
    return Example(
        facts={
            POLICY: {"Policy": {"Statement": [statement]}} if caller else {},
            LIST: {"DeadLetterConfig": {"TargetArn": queue}} if queue else {},
            EVENT_CONFIGS: [[config] if destination else []],
        },
        linked_from=rules,
    )


_SCHEDULE = Example(type=RULE, facts={READ_RULE: {"ScheduleExpression": "rate(5 minutes)"}})
_PATTERN = Example(type=RULE, facts={READ_RULE: {"EventPattern": '{"source": ["shop"]}'}})


_DEAD = "arn:aws:sqs:eu-west-1:123456789012:dead"


@check(
    id="lambda.function_no_failure_destination",
    resource_type=FUNCTION,
    title="A function's failed events are thrown away: what it was told is lost after two retries",
    question=GUARDRAILS,
    layer=Layer.DISASTER_RECOVERY,
    on_fail=(Effect(BAD_CHANGE, Phase.LOSE, "dropped_until_noticed"),),
    effect_source="Lambda retries an asynchronous event twice within six hours, then discards it",
    recommendation=(
        "Add an on-failure destination (an SQS queue or an S3 bucket) to the function's "
        "asynchronous invocation: failed events can be replayed; costs next to nothing."
    ),
    documentation=(
        "Capturing records of Lambda asynchronous invocations",
        "https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html",
    ),
    strength="events that a function cannot handle are kept for replay",
    remedy=Remedy(change=_keep_failed_events, effort=Effort.MINUTES, cost=Cost.LITTLE),
    passes=[_called_by("s3", queue=_DEAD), _called_by("events", destination=_DEAD)],
    fails=[
        _called_by("s3"),
        _called_by("events"),
        _called_by("events", _SCHEDULE, _PATTERN),
        _called_by("s3", _SCHEDULE),
    ],
    silent=[
        _called_by("apigateway"),
        _called_by("bedrock"),
        _called_by(None),
        _called_by("events", _SCHEDULE),
    ],
)
def function_no_failure_destination(function: View) -> Outcome:
    """Nobody waits for an asynchronous call's answer, so nobody notices or repeats a lost one.

    Whoever calls synchronously (an API, a Bedrock agent) sees the error itself, and a schedule's
    next tick comes without being kept.
    """
    services = function.read(POLICY, "Policy.Statement[].Principal.Service") or []
    callers = {service for service in services if service in ASYNCHRONOUS_CALLERS}
    if not callers or (callers == {_EVENTS} and _is_called_on_schedule_only(function)):
        return NOT_APPLICABLE
    queue = function.read(LIST, "DeadLetterConfig.TargetArn")
    destinations = function.read(EVENT_CONFIGS, "[][].DestinationConfig.OnFailure.Destination")
    return passed_if(bool(queue or destinations))


def _is_called_on_schedule_only(function: View) -> bool:
    rules = function.linked_from(RULE)
    return bool(rules) and all(
        rule.has(READ_RULE) and not rule.read(READ_RULE, "EventPattern") for rule in rules
    )


def _place_in_another_zone(function: Draft) -> None:
    subnet = place_in(function, another_zone(function, zones_of(function)))
    subnets = function.read(LIST, "VpcConfig.SubnetIds")
    function.put_in(LIST, "VpcConfig.SubnetIds", [*subnets, subnet])


def _in_subnets(*zones: str) -> Example:
    return Example(
        facts={LIST: {"VpcConfig": {"SubnetIds": [f"subnet-{n}" for n in range(len(zones))]}}},
        linked=[
            Example(
                type=SUBNET,
                label="placed in",
                facts={"ec2:DescribeSubnets": {"AvailabilityZone": zone}},
            )
            for zone in zones
        ],
    )


@check(
    id="lambda.function_vpc_single_az",
    resource_type=FUNCTION,
    title="A function's subnets all lie in one zone: it stops with that zone",
    question=ZONE_LOSS,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=(Effect(ZONE_LOST, Phase.ACT, "change_configuration", by_person=True),),
    effect_source="a subnet of another zone has to be added by hand while the zone is down",
    recommendation=(
        "Add a subnet in a second zone to the function's `VpcConfig`; no cost, no downtime. See "
        "that what it calls is reachable from there."
    ),
    documentation=(
        "Giving Lambda functions access to resources in an Amazon VPC",
        "https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html",
    ),
    strength="functions in a VPC run in several zones",
    remedy=Remedy(change=_place_in_another_zone, effort=Effort.MINUTES, cost=Cost.FREE),
    passes=[_in_subnets("eu-west-1a", "eu-west-1b")],
    fails=[_in_subnets("eu-west-1a"), _in_subnets("eu-west-1a", "eu-west-1a")],
    silent=[Example(facts={LIST: {}}), Example(facts={LIST: {"VpcConfig": {"SubnetIds": []}}})],
)
def function_vpc_single_az(function: View) -> Outcome:
    """Outside a VPC Lambda moves to another zone by itself; inside, only to its subnets."""
    wanted = function.read(LIST, "VpcConfig.SubnetIds") or []
    if not wanted:
        return NOT_APPLICABLE
    subnets = function.linked(SUBNET, label="placed in")
    zones = {subnet.read("ec2:DescribeSubnets", "AvailabilityZone") for subnet in subnets}
    if len(zones) < 2 and len(subnets) < len(wanted):
        raise Unknown("ec2:DescribeSubnets")
    return passed_if(len(zones) > 1)
