"""ECS: task definition back, a new deployment, more tasks, other subnets."""

from state.categories.excessive_latency import SLOW_DEPENDENCY
from state.categories.excessive_load import OVERLOAD
from state.categories.misconfiguration_and_bugs import BAD_CHANGE
from state.categories.shared_fate import SHARED_COMPONENT_FAILED
from state.categories.single_point_of_failure import COMPONENT_LOST, ZONE_LOST
from state.runbooks import Action, Look
from tools.runbook.commands import blank
from tools.runbook.declarations import Draft, Place, act, last_part, look, metric, procedure

_SERVICE = "AWS::ECS::Service"
_READ = "ecs:DescribeServices"


def _name(at: Place) -> str:
    return str(at.fact(_READ, "serviceName") or at.short)


def _cluster(at: Place) -> str:
    return str(at.fact(_READ, "clusterArn") or "default")


def _state(at: Place) -> Look:
    return look(
        at.aws(
            "ecs",
            "describe-services",
            cluster=_cluster(at),
            services=[_name(at)],
            query="services[0].{Wanted: desiredCount, Running: runningCount, Task: taskDefinition, "
            "Deployments: deployments[].[status, rolloutState, failedTasks], "
            "Events: events[:5].message}",
        ),
        "`Wanted`, `Running`, `Deployments`, `Events`",
        "as many running as wanted, one deployment, `has reached a steady state`",
    )


def _stopped(at: Place) -> Look:
    return look(
        at.aws(
            "ecs",
            "list-tasks",
            cluster=_cluster(at),
            service_name=_name(at),
            desired_status="STOPPED",
            query="taskArns",
        ),
        "tasks that stopped within the last hour",
        "none; ask `aws ecs describe-tasks` for the `stoppedReason` of one",
    )


def _steady(at: Place, phase: str = "warm up") -> Action:
    return act(
        "Wait until the service is steady.",
        at.aws("ecs", "wait services-stable", cluster=_cluster(at), services=[_name(at)]),
        phase=phase,
        expect="no output; after ten minutes it gives up: look at the events again",
    )


def _updated(at: Place, says: str, warning: str = "", **change: object) -> Action:
    return act(
        says,
        at.aws("ecs", "update-service", cluster=_cluster(at), service=_name(at), **change),
        expect="a deployment with the status `PRIMARY`",
        warning=warning,
    )


@procedure(_SERVICE, BAD_CHANGE, title="roll the task definition back")
def roll_back(at: Place) -> Draft:
    """The revision before; its image must still be there."""
    current = str(at.fact(_READ, "taskDefinition") or "")
    family = last_part(current.rpartition(":")[0]) if current else None
    return Draft(
        purpose="A deployment or a change of the task definition broke the service.",
        checks=[
            _state(at),
            look(
                at.aws(
                    "ecs",
                    "list-task-definitions",
                    family_prefix=family,
                    sort="DESC",
                    max_items=5,
                    query="taskDefinitionArns",
                ),
                "the newest revisions",
                "one from before the change; if there is only one, build and register the earlier "
                "image first",
            ),
            _stopped(at),
        ],
        actions=[
            _updated(
                at,
                "Go back to the revision before.",
                "Tasks are replaced in rounds.",
                task_definition=blank("TASK_DEFINITION"),
            ),
            _steady(at, "propagate"),
        ],
        verification=[_state(at)],
        rollback=[
            _updated(
                at,
                "Go forward to the revision of before.",
                task_definition=current or blank("TASK_DEFINITION"),
            )
        ],
        never=["Do not deregister the bad revision: it is the evidence."],
    )


@procedure(_SERVICE, COMPONENT_LOST, SLOW_DEPENDENCY, title="start the tasks afresh")
def afresh(at: Place) -> Draft:
    """A forced deployment replaces every task by the same definition."""
    return Draft(
        purpose="Tasks are lost, hang or wait for something slow, and ECS has not replaced them.",
        checks=[_state(at), _stopped(at)],
        actions=[
            act("If something that they need is slow or down, mend that first."),
            _updated(
                at,
                "Replace every task.",
                "Work in hand in the tasks is cut off.",
                force_new_deployment=True,
            ),
            _steady(at),
        ],
        verification=[_state(at)],
        rollback=[act("None is needed: the definition is the same.")],
        never=["Do not stop all tasks at once by hand."],
    )


@procedure(_SERVICE, OVERLOAD, SHARED_COMPONENT_FAILED, title="scale out")
def scale(at: Place) -> Draft:
    """More tasks, as long as what they call can bear them."""
    dimensions = {"ClusterName": last_part(_cluster(at)), "ServiceName": _name(at)}
    count = at.fact(_READ, "desiredCount")
    return Draft(
        purpose="The service has more to do than its tasks can.",
        checks=[
            _state(at),
            look(
                metric(at, "AWS/ECS", "CPUUtilization", "Average", **dimensions),
                "`CPUUtilization` (average)",
                "below 80; if it is low, the tasks wait for something: more of them do not help",
            ),
        ],
        actions=[
            _updated(
                at,
                "Ask for more tasks.",
                "Each one opens connections to the database and to other services.",
                desired_count=blank("COUNT"),
            ),
            _steady(at),
        ],
        verification=[
            _state(at),
            look(
                metric(at, "AWS/ECS", "CPUUtilization", "Average", **dimensions),
                "`CPUUtilization` (average)",
                "below 80",
            ),
        ],
        rollback=[
            _updated(
                at,
                "Go back to the former number, once the load is.",
                desired_count=blank("COUNT") if count is None else count,
            )
        ],
        never=["Do not scale to zero."],
    )


@procedure(_SERVICE, ZONE_LOST, title="place tasks in zones that work")
def other_zone(at: Place) -> Draft:
    """Other subnets; Fargate and the scheduler do the rest."""
    path = "networkConfiguration.awsvpcConfiguration"
    subnets = at.fact(_READ, f"{path}.subnets") or [blank("SUBNET_ID")]
    network = {
        "securityGroups": at.fact(_READ, f"{path}.securityGroups") or [blank("SECURITY_GROUP_ID")],
        "assignPublicIp": at.fact(_READ, f"{path}.assignPublicIp") or "DISABLED",
    }
    return Draft(
        purpose="A zone is lost, and tasks do not start elsewhere.",
        checks=[
            _state(at),
            look(
                at.aws(
                    "ec2",
                    "describe-subnets",
                    subnet_ids=subnets,
                    query="Subnets[].[SubnetId, AvailabilityZone, VpcId]",
                ),
                "the zones of the service's subnets",
                "one that works: then ECS moves the tasks by itself",
            ),
        ],
        actions=[
            _updated(
                at,
                "Place the tasks in a subnet of a zone that works, with the same way out.",
                "Tasks are replaced.",
                network_configuration={
                    "awsvpcConfiguration": {"subnets": [blank("SUBNET_ID")], **network}
                },
            ),
            _steady(at),
        ],
        verification=[_state(at)],
        rollback=[
            _updated(
                at,
                "Go back to the former subnets once the zone is healthy.",
                network_configuration={"awsvpcConfiguration": {"subnets": subnets, **network}},
            )
        ],
        never=["Do not take a subnet without a route to what the tasks call."],
    )
