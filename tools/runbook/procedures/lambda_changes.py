"""Lambda: version back, a supported runtime, subnets that work."""

from typing import Any

from state.categories.misconfiguration_and_bugs import BAD_CHANGE, EXPIRY
from state.categories.single_point_of_failure import ZONE_LOST
from state.runbooks import Action, Command, Look
from tools.runbook.commands import blank
from tools.runbook.declarations import Draft, Place, act, look, procedure
from tools.runbook.functions import FUNCTION, READ, configured, errors, function_name


@procedure(FUNCTION, BAD_CHANGE, title="go back to the version before")
def version_back(at: Place) -> Draft:
    """By the alias where there is one: that takes seconds. Otherwise the build before."""
    aliases = [str(each) for each in at.fact("lambda:ListAliases", "[].Name") or ()]
    versions = look(
        at.aws(
            "lambda",
            "list-versions-by-function",
            function_name=function_name(at),
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
        checks=[configured(at), versions, *extra],
        actions=steps,
        verification=[errors(at), configured(at)],
        rollback=back,
        never=[
            "Do not delete versions or the function: the permissions and triggers go with it.",
            "Do not mend the code by hand in the console: the next deployment takes it away.",
        ],
    )


def _by_alias(at: Place, aliases: list[str]) -> tuple[list[Action], list[Action], list[Look]]:
    shown = [
        look(
            at.aws("lambda", "get-alias", function_name=function_name(at), name=alias),
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
            function_name=function_name(at),
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
        function_name=function_name(at),
        description="kept for the post-incident analysis",
    )
    if at.fact(READ, "PackageType") == "Image":
        found = look(
            at.aws(
                "lambda",
                "get-function",
                function_name=function_name(at),
                query="Code.ImageUri",
            ),
            "the image that is in use",
            "note it down: it is the way back",
        )
        deployed = at.aws(
            "lambda",
            "update-function-code",
            function_name=function_name(at),
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
            "the one that ran before the change; note its key and its version (`null` where the "
            "bucket keeps none)",
        )
        deployed = at.aws(
            "lambda",
            "update-function-code",
            function_name=function_name(at),
            s3_bucket=blank("ARTEFACT_BUCKET"),
            s3_key=blank("ARTEFACT_KEY"),
            s3_object_version=blank("ARTEFACT_VERSION_ID"),
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
        _arrived(at),
    ]
    again = act("Deploy the newer build again: fill in what is its.", deployed)
    return steps, [again, _arrived(at)], [found]


@procedure(FUNCTION, EXPIRY, title="change to a runtime that is supported")
def runtime(at: Place) -> Draft:
    """A deprecated runtime blocks updates, long before functions stop."""
    return Draft(
        purpose="The function's runtime is no longer supported: it can soon not be updated.",
        checks=[configured(at)],
        actions=[
            act("Test the function with a supported runtime in a copy of it, first."),
            act(
                "Change the runtime.",
                _configured_with(at, runtime=blank("RUNTIME")),
                warning="Every caller gets it at once.",
            ),
            _arrived(at),
        ],
        verification=[errors(at), configured(at)],
        rollback=[
            act(
                "Change back, as long as AWS still takes the former runtime.",
                _configured_with(at, runtime=at.or_blank(READ, "Runtime", "RUNTIME")),
            )
        ],
        never=["Do not delete and create it again: permissions and triggers go with it."],
    )


@procedure(FUNCTION, ZONE_LOST, title="give it subnets that work")
def other_subnets(at: Place) -> Draft | None:
    """Only a function in a VPC can lose its zone."""
    subnets = at.fact(READ, "VpcConfig.SubnetIds") or []
    if not subnets:
        return None
    groups = at.fact(READ, "VpcConfig.SecurityGroupIds") or [blank("SECURITY_GROUP_ID")]
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
                _configured_with(
                    at, vpc_config={"SubnetIds": [blank("SUBNET_ID")], "SecurityGroupIds": groups}
                ),
                warning="New connections take up to a minute.",
            ),
            _arrived(at),
        ],
        verification=[configured(at), errors(at)],
        rollback=[
            act(
                "Give it its former subnets back once the zone is.",
                _configured_with(at, vpc_config={"SubnetIds": subnets, "SecurityGroupIds": groups}),
            )
        ],
        never=["Do not take a subnet without a route to what the function calls."],
    )


def _configured_with(at: Place, **settings: Any) -> Command:
    return at.aws(
        "lambda", "update-function-configuration", function_name=function_name(at), **settings
    )


def _arrived(at: Place) -> Action:
    return act(
        "Wait until the change has arrived.",
        at.aws("lambda", "wait function-updated-v2", function_name=function_name(at)),
    )
