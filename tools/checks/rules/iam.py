"""Roles, as far as recovery depends on them: one that is gone, and one that two workloads share."""

from collections.abc import Mapping

from state.categories.misconfiguration_and_bugs import BAD_CHANGE, GUARDRAILS
from state.categories.shared_fate import SHARED_COMPONENT_FAILED, SHARED_WITH_OTHERS
from state.categories.single_point_of_failure import COMPONENT_LOST
from state.judgements import Cost, Effort, Layer, Phase
from state.snapshot import RelationKind
from tools.checks import NOT_APPLICABLE, Effect, Example, Outcome, Remedy, check, passed_if
from tools.checks.neighbours import belongs_elsewhere, identify, show_use
from tools.checks.paper import Draft
from tools.checks.sharing import named
from tools.checks.view import View

ROLE = "AWS::IAM::Role"
FUNCTION = "AWS::Lambda::Function"
SERVICE = "AWS::ECS::Service"
STATE_MACHINE = "AWS::StepFunctions::StateMachine"
AGENT = "AWS::Bedrock::Agent"
READ = "iam:GetRole"

# Where each names the roles it acts under, and what the relation is called.
_NAMED: Mapping[str, tuple[str, str]] = {
    FUNCTION: ("lambda:ListFunctions", "Role"),
    SERVICE: ("ecs:DescribeTaskDefinition", "[taskRoleArn, executionRoleArn]"),
    STATE_MACHINE: ("stepfunctions:DescribeStateMachine", "roleArn"),
    AGENT: ("bedrock-agent:GetAgent", "agentResourceRoleArn"),
}
_OF_A_SERVICE = "role/aws-service-role/"
_LABELS = ("runs as", "acts as", "starts as")


def _function(*roles: Example, **more: str) -> Example:
    facts = {"lambda:ListFunctions": {"Role": "arn:aws:iam::123456789012:role/orders", **more}}
    return Example(facts=facts, type=FUNCTION, linked=roles)


def _service(*roles: Example, **fields: str) -> Example:
    return Example(type=SERVICE, facts={"ecs:DescribeTaskDefinition": fields}, linked=roles)


def _role(
    *users: Example, member: bool = True, dangling: bool = False, name: str = "orders"
) -> Example:
    facts = {READ: {"RoleName": "orders", "Arn": "arn:aws:iam::123456789012:role/orders"}}
    return Example(
        type=ROLE,
        name=name,
        facts=facts,
        label="runs as",
        linked_from=users,
        member=member,
        dangling=dangling,
    )


def _create(component: Draft) -> None:
    """Create the roles that are gone again, under the names that they had."""
    gone = [
        (relation.target, relation.label)
        for relation in component.paper.relations
        if relation.source == component.id and relation.dangling and relation.label in _LABELS
    ]
    for arn, label in gone:
        component.drop_dangling(label)
        _link(component, _new_role(component, arn.rpartition("/")[2]), label)


def _new_role(near: Draft, name: str) -> Draft:
    facts = {"RoleName": name, "Arn": near.paper.arn("iam", "", f"role/{name}")}
    return near.add(ROLE, name, {READ: facts}, member=False, region="global")


def _link(component: Draft, role: Draft, label: str) -> None:
    component.link(role, label, kind=RelationKind.PERMISSIONS)


@check(
    id="iam.role_missing",
    resource_type=(SERVICE, AGENT),  # functions and state machines: with their other references
    title="A component acts under a role that is gone: what has to start or sign in anew fails",
    question=GUARDRAILS,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=(
        Effect(COMPONENT_LOST, Phase.ACT, "redeploy_by_hand", by_person=True),
        Effect(BAD_CHANGE, Phase.ACT, "redeploy_by_hand", by_person=True),
    ),
    effect_source="the role and its permissions have to be put together again from code or memory",
    recommendation=(
        "Create the role again from the template that made it, with the same name and policies, "
        "and deploy the component once more: a role of the same name is not the same to trust "
        "policies."
    ),
    documentation=(
        "Troubleshoot IAM roles",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_roles.html",
    ),
    remedy=Remedy(change=_create, effort=Effort.HOURS, cost=Cost.FREE),
    passes=[_service(_role(), taskRoleArn="arn")],
    fails=[_service(_role(dangling=True), taskRoleArn="arn")],
    silent=[_service(family="web")],
)
def role_missing(component: View) -> Outcome:
    """What runs keeps its credentials for an hour, which hides it until the first replacement."""
    operation, path = _NAMED[component.type]
    roles = component.read(operation, path)
    if not roles or not any(roles):
        return NOT_APPLICABLE
    gone = [target for label in _LABELS for target in component.dangling(label)]
    return passed_if(not gone, ", ".join(sorted(gone)))


def _strangers(role: View) -> list[View]:
    """What acts as the role and belongs to others."""
    return [user for user in role.linked_from(*_NAMED) if belongs_elsewhere(user)]


def _part(component: Draft) -> None:
    """A role of the workload is left by others; a role of others, by the component."""
    if component.type == ROLE:
        for stranger in _strangers(component.view()):
            component.paper.draft(stranger.id).unlink(component)
        return
    for role in component.linked(ROLE):
        if not role.resource.member and _strangers(role.view()):
            _act_as_another(component, role)


def _act_as_another(component: Draft, role: Draft) -> None:
    """A role of its own that may do what the shared one may."""
    own = _new_role(component, f"{component.name}-{role.name}")
    for relation in list(component.paper.relations):
        if relation.source == role.id:
            target = component.paper.resources.get(relation.target)
            if target:
                permitted = component.paper.draft(target.id)
                own.link(permitted, relation.label, kind=relation.kind, hard=relation.hard)
        if (relation.source, relation.target) == (component.id, role.id):
            _link(component, own, relation.label)
    component.unlink(role)
    operation, _ = _NAMED[component.type]
    named = component.resource.facts.get(operation) or {}
    arn = own.read(READ, "Arn")
    component.put(operation, **{field: arn for field in named if named[field] == role.id})


@check(
    id="iam.role_shared_by_workloads",
    resource_type=(ROLE, *_NAMED),
    title="A role serves another workload too: one edit of its permissions stops both",
    question=SHARED_WITH_OTHERS,
    layer=Layer.CONTINUOUS_IMPROVEMENT,
    on_fail=(Effect(SHARED_COMPONENT_FAILED, Phase.ACT, "separate_by_hand", by_person=True),),
    effect_source=(
        "what each of them needs has to be found out before either gets a role of its own"
    ),
    recommendation=(
        "Give each component a role of its own with what it needs (IAM Access Analyzer writes the "
        "policy from what was used): free, one deployment each."
    ),
    documentation=(
        "Security best practices in IAM",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html",
    ),
    remedy=Remedy(change=_part, effort=Effort.HOURS, cost=Cost.FREE),
    passes=[_role(_function()), _function(_role(_function(), member=False))],
    fails=[
        _role(_function(), Example(type=FUNCTION, name="theirs", member=False, label="runs as")),
        _function(
            _role(
                Example(type=FUNCTION, name="theirs", member=False, label="runs as"), member=False
            )
        ),
    ],
    silent=[
        _function(_role()),
        _function(
            _role(
                Example(type=FUNCTION, name="theirs", member=False, label="runs as"),
                member=False,
                name="role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS",
            )
        ),
    ],
)
def role_shared_by_workloads(view: View) -> Outcome:
    """Whoever tightens or deletes the role for one of them does not know of the other.

    A service-linked role serves a whole account; nobody but AWS can edit it.
    """
    if view.type == ROLE:
        identify(view)
        roles = [view]
    else:
        view.read(*_NAMED[view.type])
        linked = [role for role in view.linked(ROLE) if not role.member]
        roles = [role for role in linked if _OF_A_SERVICE not in role.id]
    if not roles:
        return NOT_APPLICABLE  # judged on the role itself
    shared = [(user, role) for role in roles for user in _strangers(role)]
    for user, role in shared:
        show_use(user, role)
    others = [user for user, _ in shared]
    return passed_if(not others, f"also used by {named(others)}" if others else "")
