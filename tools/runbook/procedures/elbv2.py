"""Load balancers and target groups: health, rules, and the way away from a zone."""

from state.categories.excessive_latency import SLOW_DEPENDENCY
from state.categories.misconfiguration_and_bugs import BAD_CHANGE
from state.categories.shared_fate import SHARED_COMPONENT_FAILED
from state.categories.single_point_of_failure import COMPONENT_LOST, ZONE_LOST
from state.runbooks import Look
from tools.runbook.commands import blank
from tools.runbook.declarations import Draft, Place, act, look, metric, procedure

_BALANCER = "AWS::ElasticLoadBalancingV2::LoadBalancer"
_GROUP = "AWS::ElasticLoadBalancingV2::TargetGroup"


def _health(at: Place, group: str) -> Look:
    return look(
        at.aws(
            "elbv2",
            "describe-target-health",
            target_group_arn=group,
            query="TargetHealthDescriptions[].[Target.Id, Target.AvailabilityZone, "
            "TargetHealth.State, TargetHealth.Reason]",
        ),
        "the state of each target",
        "`healthy`, in more than one zone",
    )


def _state(at: Place) -> Look:
    return look(
        at.aws(
            "elbv2",
            "describe-load-balancers",
            load_balancer_arns=[at.id],
            query="LoadBalancers[0].{State: State.Code, Zones: AvailabilityZones[].ZoneName, "
            "Address: DNSName}",
        ),
        "`State`, `Zones`",
        "`active`",
    )


def _listeners(at: Place) -> Look:
    return look(
        at.aws(
            "elbv2",
            "describe-listeners",
            load_balancer_arn=at.id,
            query="Listeners[].{Arn: ListenerArn, Port: Port, Actions: DefaultActions, "
            "Certificates: Certificates[].CertificateArn}",
        ),
        "where requests go",
        "the target group of the workload. Keep the answer: it is the way back",
    )


def _errors(at: Place) -> Look:
    name = at.id.partition(":loadbalancer/")[2] or at.name
    return look(
        metric(at, "AWS/ApplicationELB", "HTTPCode_ELB_5XX_Count", "Sum", LoadBalancer=name),
        "`HTTPCode_ELB_5XX_Count` (sum)",
        "no points, or as few as before the incident",
    )


@procedure(
    _BALANCER, BAD_CHANGE, SLOW_DEPENDENCY, SHARED_COMPONENT_FAILED, title="send requests elsewhere"
)
def send_elsewhere(at: Place) -> Draft:
    """The listener's default action, to targets that work."""
    listener = at.fact("elbv2:DescribeListeners", "[0].ListenerArn") or blank("RULE_ARN")
    former = at.fact("elbv2:DescribeListeners", "[0].DefaultActions[0].TargetGroupArn")

    def forwarded(group: object) -> list[dict[str, object]]:
        return [{"Type": "forward", "TargetGroupArn": group}]

    return Draft(
        purpose="Requests reach targets that fail, or a change of a listener or rule broke it.",
        checks=[
            _state(at),
            _listeners(at),
            *([_health(at, str(former))] if former else []),
        ],
        actions=[
            act("If a deployment is the cause, roll that back first: see its procedure."),
            act(
                "Send requests to a target group that works.",
                at.aws(
                    "elbv2",
                    "modify-listener",
                    listener_arn=listener,
                    default_actions=forwarded(blank("TARGET_GROUP_ARN")),
                ),
                warning="It replaces the listener's default actions: keep them first.",
            ),
        ],
        verification=[_errors(at), _listeners(at)],
        rollback=[
            act(
                "Send requests to the former target group again.",
                at.aws(
                    "elbv2",
                    "modify-listener",
                    listener_arn=listener,
                    default_actions=forwarded(former or blank("TARGET_GROUP_ARN")),
                ),
                warning="It replaces the listener's default actions.",
            )
        ],
        never=["Do not delete the load balancer: its address cannot be had again."],
    )


@procedure(_BALANCER, ZONE_LOST, COMPONENT_LOST, title="move away from a zone")
def shift(at: Place) -> Draft:
    """Zonal shift: a data-plane switch, made for this."""
    managed = look(
        at.aws("arc-zonal-shift", "get-managed-resource", resource_identifier=at.id),
        "`appliedWeights`, `zonalShifts`",
        "weight 1 for each zone; an error means that zonal shift is off for this load balancer",
    )
    return Draft(
        purpose="A zone is lost or ill, and requests still go there.",
        checks=[_state(at), managed],
        actions=[
            act(
                "Move away from the zone.",
                at.aws(
                    "arc-zonal-shift",
                    "start-zonal-shift",
                    resource_identifier=at.id,
                    away_from=blank("ZONE_ID"),
                    expires_in="12h",
                    comment="zone impaired",
                ),
                phase="propagate",
                expect="`ACTIVE`; note the `zonalShiftId`",
                warning="The other zones take all of the load.",
            )
        ],
        verification=[managed, _errors(at)],
        rollback=[
            act(
                "End the shift.",
                at.aws("arc-zonal-shift", "cancel-zonal-shift", zonal_shift_id=blank("SHIFT_ID")),
            )
        ],
        never=["Do not take the zone's subnet away from the load balancer: that takes minutes."],
    )


@procedure(
    _GROUP, COMPONENT_LOST, ZONE_LOST, BAD_CHANGE, SLOW_DEPENDENCY, title="take out what is ill"
)
def take_out(at: Place) -> Draft:
    """A target that is ill and still gets requests; or a health check that is wrong."""
    path = at.fact("elbv2:DescribeTargetGroups", "HealthCheckPath")
    target = [{"Id": blank("TARGET_ID")}]
    health = _health(at, at.id)
    return Draft(
        purpose="Targets are ill, or the health check calls healthy ones ill.",
        checks=[
            health,
            look(
                at.aws(
                    "elbv2",
                    "describe-target-groups",
                    target_group_arns=[at.id],
                    query="TargetGroups[0].{Path: HealthCheckPath, Port: HealthCheckPort, "
                    "Every: HealthCheckIntervalSeconds, Codes: Matcher.HttpCode}",
                ),
                "how health is checked",
                "the path and port that the application answers at",
            ),
        ],
        actions=[
            act(
                "Take a target out that is ill.",
                at.aws("elbv2", "deregister-targets", target_group_arn=at.id, targets=target),
                warning="First see that enough healthy targets are left.",
            ),
            *(
                [
                    act(
                        "If the health check was changed, set its path back.",
                        at.aws(
                            "elbv2",
                            "modify-target-group",
                            target_group_arn=at.id,
                            health_check_path=path,
                        ),
                    )
                ]
                if path
                else []
            ),
        ],
        verification=[health],
        rollback=[
            act(
                "Take the target in again.",
                at.aws("elbv2", "register-targets", target_group_arn=at.id, targets=target),
            )
        ],
        never=["Do not take the last healthy target out."],
    )
