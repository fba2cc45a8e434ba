"""CloudWatch Logs: log groups."""

from state.snapshot import RelationKind
from tools.aws.declarations import Call, Collector, Link

LOG_GROUP = Collector(
    type="AWS::Logs::LogGroup",
    read=Call(operation="logs:DescribeLogGroups", items="logGroups[]", page_size=50),
    id="logGroupName",
    arn="arn:{partition}:logs:{region}:{account}:log-group:{id}",
    arn_pattern=r"arn:[^:]+:logs:[^:]*:[^:]*:log-group:(?P<id>[^:]+)(?::.*)?",
    name="logGroupName",
    links=(
        Link(
            path="kmsKeyId",
            to="AWS::KMS::Key",
            kind=RelationKind.PERMISSIONS,
            label="encrypted with",
        ),
    ),
)

COLLECTORS = (LOG_GROUP,)
