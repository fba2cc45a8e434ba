"""CloudFormation stacks that carry the workload's tag."""

from tools.aws.declarations import Call, Collector

STACK = Collector(
    type="AWS::CloudFormation::Stack",
    read=Call(
        operation="cloudformation:DescribeStacks",
        items="Stacks[]",
        arguments={"StackName": "{id}"},
        absent=("ValidationError",),
    ),
    each=True,
    id="StackName",
    arn="arn:{partition}:cloudformation:{region}:{account}:stack/*",
    arn_path="StackId",
    arn_pattern=r"arn:[^:]+:cloudformation:[^:]*:[^:]*:stack/(?P<id>[^/]+)(?:/.*)?",
    tags="Tags",
    redact=("Parameters.*.ParameterValue", "Outputs.*.OutputValue"),
)

COLLECTORS = (STACK,)
