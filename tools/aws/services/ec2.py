"""EC2: instances, the images and launch templates they start from."""

from collections.abc import Iterable, Mapping
from typing import Any

from state.snapshot import RelationKind
from tools.aws.declarations import Batch, Call, Collector, Item, Link, Reference
from tools.aws.services.vpc import IN_VPC, SECURITY_GROUP_TYPE, SUBNET_TYPE, by_filter

INSTANCE = Collector(
    type="AWS::EC2::Instance",
    read=Call(operation="ec2:DescribeInstances", items="Reservations[].Instances[]"),
    batch=by_filter("instance-id"),
    keep="State.Name != 'terminated' && State.Name != 'shutting-down'",  # listed for an hour
    id="InstanceId",
    arn="arn:{partition}:ec2:{region}:{account}:instance/{id}",
    tags="Tags",
    aliases=("PublicDnsName", "PublicIpAddress"),
    follow_ups=(
        Call(
            operation="ec2:DescribeInstanceCreditSpecifications",
            items="InstanceCreditSpecifications[]",
            batch=Batch(arguments={"InstanceIds": "{ids}"}, size=200),
            about="InstanceId",
            # One id of another type, such as trn1, fails the call for all.
            when=(
                "(starts_with(InstanceType, 't2.') || starts_with(InstanceType, 't3.')"
                " || starts_with(InstanceType, 't3a.') || starts_with(InstanceType, 't4g.'))"
                " && State.Name != 'stopped'"
            ),
        ),
    ),
    links=(
        IN_VPC,
        Link(path="SubnetId", to=SUBNET_TYPE, kind=RelationKind.CONTAINMENT, label="placed in"),
        Link(
            path="SecurityGroups[].GroupId",
            to=SECURITY_GROUP_TYPE,
            kind=RelationKind.PERMISSIONS,
            label="guarded by",
        ),
        Link(
            path="IamInstanceProfile.Arn",
            to="AWS::IAM::InstanceProfile",
            kind=RelationKind.PERMISSIONS,
            label="acts as",
        ),
        Link(
            path="BlockDeviceMappings[].Ebs.VolumeId",
            to="AWS::EC2::Volume",
            label="reads and writes",
        ),
        Link(
            path="Tags[?Key=='aws:autoscaling:groupName'].Value",
            to="AWS::AutoScaling::AutoScalingGroup",
            kind=RelationKind.CONTAINMENT,
            label="launches",
            hard=False,
            incoming=True,
        ),
    ),
)

IMAGE = Collector(
    type="AWS::EC2::Image",
    read=Call(
        operation="ec2:DescribeImages",
        items="Images[]",
        arguments={"IncludeDeprecated": True, "IncludeDisabled": True},
    ),
    batch=by_filter("image-id"),
    id="ImageId",
    arn="arn:{partition}:ec2:{region}:{account}:image/{id}",
    arn_pattern=r"arn:[^:]+:ec2:[^:]*:[^:]*:image/(?P<id>.+)",
    name="Name",
    tags="Tags",
)


def _images(item: Item, answers: Mapping[str, Any]) -> Iterable[Reference]:
    """Images named in the template's versions, but not those looked up in Parameter Store."""
    operation = "ec2:DescribeLaunchTemplateVersions"
    for version in answers.get(operation) or ():
        image = version.get("LaunchTemplateData", {}).get("ImageId", "")
        if image.startswith("ami-"):
            yield Reference(
                value=image,
                to="AWS::EC2::Image",
                kind=RelationKind.CONTAINMENT,
                label="boots from",
                path="[].LaunchTemplateData.ImageId",
                operation=operation,
            )


LAUNCH_TEMPLATE = Collector(
    type="AWS::EC2::LaunchTemplate",
    # By id the call fails for all if one template is gone, so all are listed.
    read=Call(operation="ec2:DescribeLaunchTemplates", items="LaunchTemplates[]", page_size=200),
    id="LaunchTemplateId",
    arn="arn:{partition}:ec2:{region}:{account}:launch-template/{id}",
    name="LaunchTemplateName",
    tags="Tags",
    aliases=("LaunchTemplateName",),
    follow_ups=(
        Call(
            operation="ec2:DescribeLaunchTemplateVersions",
            items="LaunchTemplateVersions[]",
            arguments={"Versions": ["$Latest", "$Default"]},
            batch=Batch(arguments={}, size=10_000),  # without an id it answers for all templates
            about="LaunchTemplateId",
            page_size=200,
        ),
    ),
    references=_images,
    redact=("*.LaunchTemplateData.UserData",),
)

COLLECTORS = (INSTANCE, IMAGE, LAUNCH_TEMPLATE)
