"""KMS keys, by id, ARN or alias. AWS-managed keys are read too, but nobody can change them."""

from tools.aws.declarations import Call, Collector

KEY = Collector(
    type="AWS::KMS::Key",
    read=Call(
        operation="kms:DescribeKey",
        items="KeyMetadata",
        arguments={"KeyId": "{id}"},
        absent=("NotFoundException",),
    ),
    each=True,
    id="KeyId",
    arn="arn:{partition}:kms:{region}:{account}:key/{id}",
    arn_path="Arn",
    arn_pattern=r"arn:[^:]+:kms:[^:]*:[^:]*:(?:key/)?(?P<id>alias/.+|[^/]+)",
    # Its id says nothing to anybody; its aliases would take a call for each key.
    name="length(Description || '') < `41` && Description",
    aliases=("_id",),
)

COLLECTORS = (KEY,)
