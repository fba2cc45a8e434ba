"""What the workload is run by: stacks, alarms, backup plans and roles."""

from state.categories.excessive_latency import SLOW_DEPENDENCY
from state.categories.misconfiguration_and_bugs import BAD_CHANGE, DATA_DELETED
from state.categories.shared_fate import SHARED_COMPONENT_FAILED
from state.runbooks import Command, Look
from tools.runbook.commands import blank, from_file
from tools.runbook.declarations import Draft, Place, act, look, procedure

_STACK = "AWS::CloudFormation::Stack"
_ALARM, _COMPOSITE = "AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm"
_PLAN, _ROLE = "AWS::Backup::BackupPlan", "AWS::IAM::Role"


def _stack(at: Place) -> str:
    return str(at.fact("cloudformation:DescribeStacks", "StackName") or at.id)


def _state(at: Place) -> Look:
    return look(
        at.aws(
            "cloudformation",
            "describe-stacks",
            stack_name=_stack(at),
            query="Stacks[0].[StackStatus, StackStatusReason, DriftInformation]",
        ),
        "the status",
        "one that ends in `_COMPLETE`",
    )


@procedure(
    _STACK, BAD_CHANGE, DATA_DELETED, title="finish the rollback, see the drift", always=True
)
def continue_rollback(at: Place) -> Draft:
    """A stack that is stuck takes no change at all: unblock it before anything else."""
    stack = {"stack_name": _stack(at)}
    return Draft(
        purpose="A deployment failed half way, or resources differ from their template.",
        checks=[
            _state(at),
            look(
                at.aws(
                    "cloudformation",
                    "describe-stack-events",
                    **stack,
                    max_items=50,
                    query="StackEvents[?contains(ResourceStatus, 'FAILED')].[Timestamp, "
                    "LogicalResourceId, ResourceStatusReason]",
                ),
                "what failed first",
                "none; the oldest failure names the cause",
            ),
        ],
        actions=[
            act(
                "If the status is `UPDATE_FAILED`, roll it back.",
                at.aws("cloudformation", "rollback-stack", **stack),
                warning="What was changed since the last stable state is changed back.",
            ),
            act(
                "If the status is `UPDATE_ROLLBACK_FAILED`, mend the cause, then go on.",
                at.aws("cloudformation", "continue-update-rollback", **stack),
            ),
            act(
                "Wait until it is rolled back.",
                at.aws("cloudformation", "wait stack-rollback-complete", **stack),
            ),
            act(
                "Have differences from the template looked for.",
                at.aws("cloudformation", "detect-stack-drift", **stack),
                expect="a `StackDriftDetectionId`; the answer takes a minute or two",
            ),
        ],
        verification=[
            _state(at),
            look(
                at.aws(
                    "cloudformation",
                    "describe-stack-resource-drifts",
                    **stack,
                    stack_resource_drift_status_filters=["MODIFIED", "DELETED"],
                    query="StackResourceDrifts[].[LogicalResourceId, StackResourceDriftStatus]",
                ),
                "what differs from the template",
                "an empty list",
            ),
        ],
        rollback=[act("Deploy the newer template again, once its cause of failure is mended.")],
        never=[
            "Do not delete the stack: its resources go with it.",
            "Do not skip resources of a rollback unless their owner agrees: they are then out of "
            "step with the template.",
        ],
    )


def _alarm_state(at: Place) -> Look:
    composite = at.resource.type == _COMPOSITE
    names = at.fact("cloudwatch:DescribeAlarms", "AlarmName") or at.name
    kind = "CompositeAlarms" if composite else "MetricAlarms"
    return look(
        at.aws(
            "cloudwatch",
            "describe-alarms",
            alarm_names=[names],
            alarm_types=["CompositeAlarm" if composite else "MetricAlarm"],
            query=f"{kind}[0].[StateValue, StateUpdatedTimestamp, ActionsEnabled, AlarmActions]",
        ),
        "its state, whether actions are on, and what they are",
        "`OK` or `ALARM`, actions on, and a topic; long `INSUFFICIENT_DATA`: it watches nothing",
    )


@procedure((_ALARM, _COMPOSITE), BAD_CHANGE, SLOW_DEPENDENCY, title="make the alarm heard again")
def heard(at: Place) -> Draft:
    """Switched off, or without anybody who listens."""
    name = at.fact("cloudwatch:DescribeAlarms", "AlarmName") or at.name
    topics = at.linked("AWS::SNS::Topic", label="notifies")
    return Draft(
        purpose="The alarm tells nobody: failures go unnoticed until a user calls.",
        checks=[
            _alarm_state(at),
            *(
                look(
                    at.aws(
                        "sns",
                        "list-subscriptions-by-topic",
                        topic_arn=topic.id,
                        query="Subscriptions[].[Protocol, SubscriptionArn]",
                    ),
                    "who listens",
                    "at least one with an ARN; `PendingConfirmation` does not count",
                )
                for topic in topics
            ),
        ],
        actions=[
            act(
                "Switch its actions on.",
                at.aws("cloudwatch", "enable-alarm-actions", alarm_names=[name]),
            ),
            *(
                act(
                    "If nobody listens, subscribe, and confirm the message that arrives.",
                    at.aws(
                        "sns",
                        "subscribe",
                        topic_arn=topic.id,
                        protocol="email",
                        notification_endpoint=blank("ENDPOINT"),
                    ),
                    expect="`pending confirmation`",
                )
                for topic in topics
            ),
        ],
        verification=[_alarm_state(at)],
        rollback=[
            act(
                "Switch its actions off again, if it only disturbs. Give that a date.",
                at.aws("cloudwatch", "disable-alarm-actions", alarm_names=[name]),
                warning="From then on nobody is told.",
            )
        ],
        never=["Do not delete an alarm because it fires."],
    )


@procedure(_PLAN, BAD_CHANGE, title="make backups again")
def backups(at: Place) -> Draft:
    """Jobs that fail or a plan that selects nothing any more."""
    return Draft(
        purpose="Backups are missing: the next loss of data would have no way back.",
        checks=[
            look(
                at.aws(
                    "backup",
                    "list-backup-jobs",
                    by_state="FAILED",
                    max_items=20,
                    query="BackupJobs[].[CreationDate, ResourceArn, StatusMessage]",
                ),
                "jobs that failed",
                "none that is new; the message names the cause",
            ),
            look(
                at.aws(
                    "backup",
                    "list-backup-selections",
                    backup_plan_id=at.short,
                    query="BackupSelectionsList[].[SelectionName, SelectionId, IamRoleArn]",
                ),
                "what the plan selects",
                "the selection of your templates",
            ),
        ],
        actions=[
            act(
                "Back up now what matters most.",
                at.aws(
                    "backup",
                    "start-backup-job",
                    backup_vault_name=blank("BACKUP_VAULT"),
                    resource_arn=blank("RESOURCE_ARN"),
                    iam_role_arn=blank("RESTORE_ROLE_ARN"),
                ),
                expect="a `BackupJobId`",
            ),
            act("Put the plan and its selection back from your templates."),
        ],
        verification=[
            look(
                at.aws(
                    "backup",
                    "list-backup-jobs",
                    by_state="COMPLETED",
                    max_items=20,
                    query="BackupJobs[].[CompletionDate, ResourceArn]",
                ),
                "jobs that are done",
                "one of today for each store",
            )
        ],
        rollback=[act("None is needed: one backup more does no harm.")],
        never=["Do not delete recovery points to make room."],
    )


@procedure(_ROLE, SHARED_COMPONENT_FAILED, BAD_CHANGE, title="put the role's permissions back")
def role(at: Place) -> Draft:
    """One role under several workloads: whoever changes it strikes them all."""
    name = at.fact("iam:GetRole", "RoleName") or at.short
    inline = at.fact("iam:ListRolePolicies", "[0]")
    attached = look(
        at.aws(
            "iam",
            "list-attached-role-policies",
            role_name=name,
            query="AttachedPolicies[].[PolicyName, PolicyArn]",
        ),
        "the managed policies",
        "those of your templates",
    )
    own = look(
        at.aws("iam", "list-role-policies", role_name=name, query="PolicyNames"),
        "the role's own policies",
        "those of your templates",
    )
    put_back = at.aws(
        "iam",
        "put-role-policy",
        role_name=name,
        policy_name=inline or blank("POLICY_NAME"),
        policy_document=from_file("POLICY_FILE"),
    )
    attach: Command = at.aws(
        "iam", "attach-role-policy", role_name=name, policy_arn=blank("POLICY_ARN")
    )
    return Draft(
        purpose="The role was changed, perhaps for another of its users, and calls are refused.",
        checks=[
            look(
                at.aws(
                    "iam",
                    "get-role",
                    role_name=name,
                    query="Role.[AssumeRolePolicyDocument, RoleLastUsed, PermissionsBoundary]",
                ),
                "who may take the role",
                "the services that act as it",
            ),
            attached,
            own,
            look(
                at.aws(
                    "iam",
                    "get-role-policy",
                    role_name=name,
                    policy_name=inline or blank("POLICY_NAME"),
                    query="PolicyDocument",
                ),
                "one of the role's own policies",
                "the one of your templates. Keep the answer in a file: it is the way back",
            ),
        ],
        actions=[
            act("Tell the owners of the role's other users before you change it."),
            act(
                "Put the former policy back from your templates.",
                put_back,
                warning="It replaces that policy: keep the present one first.",
            ),
            act("Attach again the managed policy that is missing.", attach),
            act("Afterwards give each user a role of its own."),
        ],
        verification=[attached, own],
        rollback=[act("Put back the policy that you kept.", put_back)],
        never=["Do not attach `AdministratorAccess` to see whether that helps."],
    )
