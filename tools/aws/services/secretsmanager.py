"""Secrets: what AWS says about them, never what is in them."""

from state.snapshot import RelationKind
from tools.aws.declarations import Call, Collector, Link

SECRET = Collector(
    type="AWS::SecretsManager::Secret",
    read=Call(
        operation="secretsmanager:DescribeSecret",
        arguments={"SecretId": "{id}"},
        absent=("ResourceNotFoundException",),
    ),
    each=True,
    id="Name",
    arn="arn:{partition}:secretsmanager:{region}:{account}:secret:*",
    arn_path="ARN",
    # AWS appends a hyphen and six characters to the name; references may leave them out.
    arn_pattern=r"arn:[^:]+:secretsmanager:[^:]*:[^:]*:secret:(?P<id>.+?)(?:-[A-Za-z0-9]{6})?",
    tags="Tags",
    links=(
        Link(
            path="KmsKeyId",
            to="AWS::KMS::Key",
            kind=RelationKind.PERMISSIONS,
            label="encrypted with",
        ),
        Link(
            path="RotationLambdaARN",
            to="AWS::Lambda::Function",
            label="rotated by",
            hard=False,
        ),
    ),
)

COLLECTORS = (SECRET,)
