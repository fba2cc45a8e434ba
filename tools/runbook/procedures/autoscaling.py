"""Auto Scaling groups: servers replaced, added, rolled back, started elsewhere."""

from state.categories.excessive_load import OVERLOAD
from state.categories.misconfiguration_and_bugs import BAD_CHANGE
from state.categories.single_point_of_failure import COMPONENT_LOST, ZONE_LOST
from state.runbooks import Action, Look
from tools.runbook.commands import blank
from tools.runbook.declarations import Draft, Place, act, look, metric, procedure

_GROUP = "AWS::AutoScaling::AutoScalingGroup"
_READ_GROUP = "autoscaling:DescribeAutoScalingGroups"


def _group(at: Place) -> str:
    return str(at.fact(_READ_GROUP, "AutoScalingGroupName") or at.short)


def _servers(at: Place) -> Look:
    return look(
        at.aws(
            "autoscaling",
            "describe-auto-scaling-groups",
            auto_scaling_group_names=[_group(at)],
            query="AutoScalingGroups[0].{Min: MinSize, Wanted: DesiredCapacity, Max: MaxSize, "
            "Suspended: SuspendedProcesses[].ProcessName, Instances: Instances[].[InstanceId, "
            "AvailabilityZone, LifecycleState, HealthStatus, LaunchTemplate.Version]}",
        ),
        "`Wanted`, `Instances`, `Suspended`",
        "as many `InService` and `Healthy` as wanted; no process suspended",
    )


def _activities(at: Place) -> Look:
    return look(
        at.aws(
            "autoscaling",
            "describe-scaling-activities",
            auto_scaling_group_name=_group(at),
            max_items=10,
            query="Activities[].[StartTime, StatusCode, StatusMessage, Cause]",
        ),
        "the last activities",
        "`Successful`; a `Failed` one says why no server starts",
    )


@procedure(_GROUP, COMPONENT_LOST, title="replace a server")
def replace(at: Place) -> Draft:
    """Called unhealthy, a server is replaced by the group."""
    return Draft(
        purpose="A server hangs or is gone, and the group has not replaced it.",
        checks=[_servers(at), _activities(at)],
        actions=[
            act(
                "Have the group replace it.",
                at.aws(
                    "autoscaling",
                    "set-instance-health",
                    instance_id=blank("INSTANCE_ID"),
                    health_status="Unhealthy",
                ),
                warning="The server is ended, with all that is on its own disks.",
            ),
            act("Wait until the new one is in service: run the check again.", phase="warm up"),
        ],
        verification=[_servers(at)],
        rollback=[act("None is needed: the new server is made from the same template.")],
        never=["Do not end the last server that still works."],
    )


@procedure(_GROUP, OVERLOAD, title="add servers")
def add(at: Place) -> Draft:
    """The ceiling first, then the number."""
    now = at.fact(_READ_GROUP, "DesiredCapacity")
    most = at.fact(_READ_GROUP, "MaxSize")
    load = look(
        metric(at, "AWS/EC2", "CPUUtilization", "Average", AutoScalingGroupName=_group(at)),
        "`CPUUtilization` (average)",
        "below 80; if it is low, the servers wait for something: more of them do not help",
    )
    return Draft(
        purpose="The servers have more to do than they can.",
        checks=[_servers(at), load],
        actions=[
            act(
                "Raise the ceiling and the number.",
                at.aws(
                    "autoscaling",
                    "update-auto-scaling-group",
                    auto_scaling_group_name=_group(at),
                    max_size=blank("COUNT"),
                    desired_capacity=blank("COUNT"),
                ),
                warning="Each server opens connections to the database and costs money.",
            ),
            act("Wait until they are in service: run the check again.", phase="warm up"),
        ],
        verification=[_servers(at), load],
        rollback=[
            act(
                "Go back to the former numbers, once the load is.",
                at.aws(
                    "autoscaling",
                    "update-auto-scaling-group",
                    auto_scaling_group_name=_group(at),
                    max_size=blank("COUNT") if most is None else most,
                    desired_capacity=blank("COUNT") if now is None else now,
                ),
                warning="Servers are ended: see that requests are drained first.",
            )
        ],
        never=["Do not scale in during the incident."],
    )


@procedure(_GROUP, BAD_CHANGE, title="roll the servers back")
def roll_back(at: Place) -> Draft:
    """The launch template's version before, then an instance refresh."""
    template = at.fact(_READ_GROUP, "LaunchTemplate.LaunchTemplateId")
    version = at.fact(_READ_GROUP, "LaunchTemplate.Version")
    chosen = template or blank("LAUNCH_TEMPLATE_ID")

    def updated(to: object) -> Action:
        return act(
            "Let the group start servers from this version.",
            at.aws(
                "autoscaling",
                "update-auto-scaling-group",
                auto_scaling_group_name=_group(at),
                launch_template={"LaunchTemplateId": chosen, "Version": to},
            ),
        )

    refresh = at.aws(
        "autoscaling",
        "start-instance-refresh",
        auto_scaling_group_name=_group(at),
        preferences={"MinHealthyPercentage": 90},
    )
    return Draft(
        purpose="A new image, template or start script breaks the servers.",
        checks=[
            _servers(at),
            look(
                at.aws(
                    "ec2",
                    "describe-launch-template-versions",
                    launch_template_id=chosen,
                    query="LaunchTemplateVersions[].[VersionNumber, CreateTime, "
                    "LaunchTemplateData.ImageId]",
                ),
                "the versions, and their images",
                "one from before the change, whose image is still there",
            ),
        ],
        actions=[
            updated(blank("GOOD_VERSION")),
            act(
                "Replace the servers in rounds.",
                refresh,
                expect="an `InstanceRefreshId`",
                warning="Servers are ended one after the other.",
            ),
            act(
                "Follow it until it is `Successful`.",
                at.aws(
                    "autoscaling",
                    "describe-instance-refreshes",
                    auto_scaling_group_name=_group(at),
                    max_records=1,
                    query="InstanceRefreshes[].[Status, PercentageComplete, StatusReason]",
                ),
                phase="warm up",
            ),
        ],
        verification=[_servers(at)],
        rollback=[
            updated(str(version) if version else blank("BAD_VERSION")),
            act(
                "Replace the servers in rounds again, once the refresh before has ended.",
                refresh,
                warning="Servers are ended one after the other.",
            ),
        ],
        never=["Do not delete the template's bad version: it is the evidence."],
    )


@procedure(_GROUP, ZONE_LOST, title="start servers in zones that work")
def other_zone(at: Place) -> Draft:
    """The group's subnets decide where it starts servers."""
    former = at.fact(_READ_GROUP, "VPCZoneIdentifier") or blank("SUBNET_ID")
    return Draft(
        purpose="A zone is lost, and the group does not start servers elsewhere.",
        checks=[
            _servers(at),
            look(
                at.aws(
                    "ec2",
                    "describe-subnets",
                    filters=[
                        {
                            "Name": "vpc-id",
                            "Values": [
                                vpc.id.rpartition("/")[2]
                                for vpc in at.known.of_type("AWS::EC2::VPC")
                            ]
                            or ["*"],
                        }
                    ],
                    query="Subnets[].[SubnetId, AvailabilityZone, AvailableIpAddressCount, "
                    "Tags[?Key=='Name'].Value | [0]]",
                ),
                "subnets in zones that work",
                "one with free addresses and the same way out",
            ),
        ],
        actions=[
            act(
                "Give the group subnets in zones that work.",
                at.aws(
                    "autoscaling",
                    "update-auto-scaling-group",
                    auto_scaling_group_name=_group(at),
                    vpc_zone_identifier=blank("SUBNET_ID"),
                ),
                warning="Several subnets are separated by commas. Servers elsewhere are replaced.",
            ),
            act("Wait until they are in service: run the check again.", phase="warm up"),
        ],
        verification=[_servers(at)],
        rollback=[
            act(
                "Give it its former subnets back once the zone is healthy.",
                at.aws(
                    "autoscaling",
                    "update-auto-scaling-group",
                    auto_scaling_group_name=_group(at),
                    vpc_zone_identifier=former,
                ),
            )
        ],
        never=["Do not take a subnet in a zone that the load balancer does not lie in."],
    )
