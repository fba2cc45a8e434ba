"""Servers: restarted, started anew from an image, made larger."""

from state.categories.excessive_latency import SLOW_DEPENDENCY
from state.categories.excessive_load import OVERLOAD
from state.categories.misconfiguration_and_bugs import BAD_CHANGE, DATA_DELETED
from state.categories.single_point_of_failure import COMPONENT_LOST, ZONE_LOST
from state.runbooks import Action, Look
from tools.markdown import code
from tools.runbook.commands import blank
from tools.runbook.declarations import Draft, Place, act, look, metric, procedure

_INSTANCE, _READ = "AWS::EC2::Instance", "ec2:DescribeInstances"
_GROUP = "AWS::AutoScaling::AutoScalingGroup"


def _instance(at: Place) -> str:
    return str(at.fact(_READ, "InstanceId") or at.short)


def _state(at: Place) -> Look:
    return look(
        at.aws(
            "ec2",
            "describe-instance-status",
            instance_ids=[_instance(at)],
            include_all_instances=True,
            query="InstanceStatuses[0].{State: InstanceState.Name, System: SystemStatus.Status, "
            "Instance: InstanceStatus.Status, Zone: AvailabilityZone, Events: Events}",
        ),
        "`State`, `System`, `Instance`, `Events`",
        "`running`, `ok`, `ok`; `System` impaired: AWS's hardware; `Instance` impaired: what runs "
        "on it",
    )


def _running(at: Place) -> Action:
    return act(
        "Wait until both status checks are passed.",
        at.aws("ec2", "wait instance-status-ok", instance_ids=[_instance(at)]),
        phase="warm up",
    )


def _of_group(at: Place) -> Draft | None:
    """A server of a group is replaced, not mended: the group would end it while it is stopped."""
    group = next(iter((*at.linked_from(_GROUP), *at.linked(_GROUP))), None)
    if group is None:
        return None
    return Draft(
        purpose=f"The server belongs to the Auto Scaling group {code(group.name)}.",
        checks=[_state(at)],
        actions=[act("Follow the procedures of its group: it replaces the server.")],
        verification=[_state(at)],
        rollback=[act("See the procedures of its group.")],
        never=["Do not stop it: its group would call it ill and end it."],
    )


@procedure(_INSTANCE, COMPONENT_LOST, SLOW_DEPENDENCY, title="restart it on other hardware")
def restart(at: Place) -> Draft:
    """A stop and a start move it; a reboot does not."""
    if found := _of_group(at):
        return found
    return Draft(
        purpose="The server hangs, or the hardware under it failed.",
        checks=[_state(at)],
        actions=[
            act(
                "Stop it.",
                at.aws("ec2", "stop-instances", instance_ids=[_instance(at)]),
                warning="Instance store and, without an Elastic IP, the public address are lost. "
                "EBS volumes stay.",
            ),
            act(
                "Wait until it has stopped.",
                at.aws("ec2", "wait instance-stopped", instance_ids=[_instance(at)]),
            ),
            act(
                "Start it: it comes up on other hardware.",
                at.aws("ec2", "start-instances", instance_ids=[_instance(at)]),
            ),
            _running(at),
        ],
        verification=[_state(at)],
        rollback=[act("None is needed: it is the same server.")],
        never=["Do not terminate it: its volumes may go with it."],
    )


@procedure(_INSTANCE, ZONE_LOST, DATA_DELETED, BAD_CHANGE, title="start a new one from an image")
def rebuild(at: Place) -> Draft:
    """The same size and security groups, in a zone that works."""
    if found := _of_group(at):
        return found
    image = at.fact(_READ, "ImageId")
    return Draft(
        purpose="The server or its zone is lost, or what is on it was broken or deleted.",
        checks=[
            _state(at),
            look(
                at.aws(
                    "ec2",
                    "describe-images",
                    owners=["self"],
                    query="sort_by(Images, &CreationDate)[-5:].[ImageId, Name, CreationDate]",
                ),
                "the newest images of your own",
                "one of this server from before the damage; otherwise build it from the image that "
                "it was made from",
            ),
        ],
        actions=[
            act(
                "Start a new server in a zone that works.",
                at.aws(
                    "ec2",
                    "run-instances",
                    image_id=blank("IMAGE_ID"),
                    instance_type=at.fact(_READ, "InstanceType"),
                    subnet_id=blank("SUBNET_ID"),
                    security_group_ids=at.fact(_READ, "SecurityGroups[].GroupId") or None,
                    key_name=at.fact(_READ, "KeyName"),
                    iam_instance_profile=(
                        {"Arn": profile}
                        if (profile := at.fact(_READ, "IamInstanceProfile.Arn"))
                        else None
                    ),
                    count=1,
                ),
                expect="an `InstanceId`: note it",
            ),
            act(
                "Wait until both status checks are passed.",
                at.aws("ec2", "wait instance-status-ok", instance_ids=[blank("INSTANCE_ID")]),
            ),
            act("Bring its data back: see the procedures of its volumes."),
            act("Point at the new server what pointed at the former: targets, DNS, addresses."),
        ],
        verification=[
            look(
                at.aws(
                    "ec2",
                    "describe-instance-status",
                    instance_ids=[blank("INSTANCE_ID")],
                    query="InstanceStatuses[0].[InstanceState.Name, SystemStatus.Status, "
                    "InstanceStatus.Status]",
                ),
                "the new server",
                "`running`, `ok`, `ok`",
            )
        ],
        rollback=[
            act(
                "Point back at the former server"
                + (f" (made from `{image}`)." if _is_plain(image) else ".")
            )
        ],
        never=["Do not terminate the former server before the analysis is done."],
    )


def _is_plain(image: object) -> bool:
    return isinstance(image, str) and image.replace("-", "").isalnum()


@procedure(_INSTANCE, OVERLOAD, title="give it a larger size")
def larger(at: Place) -> Draft:
    """It has to stop for that."""
    if found := _of_group(at):
        return found
    size = at.fact(_READ, "InstanceType")

    def sized(to: object) -> Action:
        return act(
            "Change the size.",
            at.aws(
                "ec2",
                "modify-instance-attribute",
                instance_id=_instance(at),
                instance_type={"Value": to},
            ),
        )

    stop = act(
        "Stop it.",
        at.aws("ec2", "stop-instances", instance_ids=[_instance(at)]),
        warning="It is down until it is started again; instance store is lost.",
    )
    stopped = act(
        "Wait until it has stopped.",
        at.aws("ec2", "wait instance-stopped", instance_ids=[_instance(at)]),
    )
    start = act("Start it.", at.aws("ec2", "start-instances", instance_ids=[_instance(at)]))
    load = look(
        metric(at, "AWS/EC2", "CPUUtilization", "Maximum", InstanceId=_instance(at)),
        "`CPUUtilization` (maximum)",
        "below 90",
    )
    return Draft(
        purpose="The server has more to do than it can.",
        checks=[_state(at), load],
        actions=[
            act("Stop what can wait: jobs, reports, retries."),
            stop,
            stopped,
            sized(blank("NEW_INSTANCE_TYPE")),
            start,
            _running(at),
        ],
        verification=[_state(at), load],
        rollback=[stop, stopped, sized(size or blank("NEW_INSTANCE_TYPE")), start],
        never=["Do not restart it before the cause is known: what waits is lost."],
    )
