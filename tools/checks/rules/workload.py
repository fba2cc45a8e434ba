"""The workload as a whole: its Regions, and what it leans on outside itself."""

from collections.abc import Iterator, Sequence

from state.categories.shared_fate import (
    BOUNDARIES,
    SHARED_COMPONENT_FAILED,
    SHARED_WITH_OTHERS,
    TIGHTLY_COUPLED,
)
from state.categories.single_point_of_failure import (
    REGION_LOSS,
    REGION_LOST,
)
from state.judgements import WORKLOAD, Cost, Effort, Layer, Phase
from state.snapshot import Relation, RelationKind
from tools.checks import NOT_APPLICABLE, Effect, Example, Outcome, Remedy, check, passed_if
from tools.checks.neighbours import identify, is_readable, tagged_otherwise
from tools.checks.paper import Draft
from tools.checks.regions import another_region
from tools.checks.sharing import named
from tools.checks.twins import build_twins
from tools.checks.view import View

_PILLAR = "https://docs.aws.amazon.com/wellarchitected/latest/reliability-pillar"
_FUNCTION = "AWS::Lambda::Function"
_TABLE = "AWS::DynamoDB::Table"

_GROUP = "AWS::AutoScaling::AutoScalingGroup"
_SERVICE = "AWS::ECS::Service"
_DATABASE = "AWS::RDS::DBInstance"
_RUNNING = (_GROUP, "AWS::EC2::Instance", _SERVICE, _FUNCTION)  # what does the work
_STORES = (
    "AWS::RDS::DBCluster",
    _DATABASE,
    "AWS::S3::Bucket",
    _TABLE,
    "AWS::EFS::FileSystem",
    "AWS::ElastiCache::ReplicationGroup",
)
_COMPONENTS = (
    *_RUNNING,
    "AWS::ElasticLoadBalancingV2::LoadBalancer",
    *_STORES,
    "AWS::ApiGateway::RestApi",
    "AWS::ApiGatewayV2::Api",
    "AWS::Bedrock::Agent",
    "AWS::ElastiCache::CacheCluster",
    "AWS::Kinesis::Stream",
    "AWS::SNS::Topic",
    "AWS::SQS::Queue",
    "AWS::SecretsManager::Secret",
    "AWS::StepFunctions::StateMachine",
)
_QUOTED = 10  # members that stand as evidence where nothing is wrong


def _dependencies(members: Sequence[View]) -> Iterator[tuple[View, Relation, View]]:
    """What a member cannot work without, among components that could be read."""
    for member in members:
        others = {other.id: other for other in member.linked(*_COMPONENTS)}
        for relation in member.workload.outgoing.get(member.id, ()):
            if relation.hard and relation.target in others and is_readable(others[relation.target]):
                yield member, relation, others[relation.target]


def _show(member: View, relation: Relation, other: View) -> None:
    """Read what proves the dependency: the field that names the other, and the other."""
    if member.has(relation.operation):
        member.read(relation.operation, relation.path)
    identify(other)


def _assessed(view: View) -> list[View]:
    members = [member for member in view.members(*_COMPONENTS) if is_readable(member)]
    for member in members[:_QUOTED]:
        identify(member)
    return members


def _member(
    kind: str, *, linked: Sequence[Example] = (), region: str | None = None, **tags: str
) -> Example:
    return Example(type=kind, facts=_FACTS[kind], tags=tags, linked=linked, region=region)


def _neighbour(kind: str, *, region: str | None = None, **tags: str) -> Example:
    return Example(
        type=kind, facts=_FACTS[kind], tags=tags, member=False, label="reads", region=region
    )


_FACTS: dict[str, dict[str, dict[str, object]]] = {
    _DATABASE: {"rds:DescribeDBInstances": {"DBInstanceIdentifier": "orders"}},
    _TABLE: {"dynamodb:DescribeTable": {"TableName": "orders"}},
    _SERVICE: {"ecs:DescribeServices": {"serviceName": "web", "desiredCount": 2}},
}


def _stand_by(workload: Draft) -> None:
    """What runs, once more in another Region; where nothing runs, what is kept."""
    known = {member.id for member in _assessed(workload.view()) if member.region != "global"}
    regional = [each for each in workload.members(*_COMPONENTS) if each.id in known]
    running = [each for each in regional if each.type in _RUNNING]
    build_twins(running or regional, region=another_region((running or regional)[0].region))


@check(
    id="workload.single_region",
    resource_type=WORKLOAD,
    title=("All that runs is in one Region: after its loss everything is set up anew elsewhere"),
    question=REGION_LOSS,
    layer=Layer.DISASTER_RECOVERY,
    on_fail=(Effect(REGION_LOST, Phase.ACT, "rebuild_in_region", by_person=True),),
    on_pass=(Effect(REGION_LOST, Phase.ACT, "switch_region", by_person=True),),
    effect_source="AWS's published recovery time for backup and restore",
    recommendation=(
        "Only if the loss of a Region must be survived: keep copies of the data and the templates "
        "in a second Region first (pilot light), then the smallest set that serves (warm standby)."
    ),
    documentation=(
        "Use defined recovery strategies to meet the recovery objectives",
        f"{_PILLAR}/rel_planning_for_recovery_disaster_recovery.html",
    ),
    strength="the workload runs in a second Region as well",
    saving="what stands by in the second Region",
    remedy=Remedy(change=_stand_by, effort=Effort.WEEKS, cost=Cost.MUCH),
    passes=[
        Example(linked=[_member(_SERVICE), _member(_SERVICE, region="eu-central-1")]),
        Example(linked=[_member(_TABLE), _member(_TABLE, region="eu-central-1")]),
    ],
    fails=[
        Example(linked=[_member(_TABLE), _member(_SERVICE)]),
        Example(linked=[_member(_TABLE), _member(_SERVICE, region="eu-central-1")]),
    ],
    silent=[Example()],
)
def single_region(workload: View) -> Outcome:
    """Most workloads rightly accept this; it counts where the loss of a Region must be survived.

    A bucket or a table elsewhere takes over nothing: what runs has to be there as well, if
    anything runs at all.
    """
    members = [m for m in _assessed(workload) if m.region != "global"]
    if not members:
        return NOT_APPLICABLE
    running = [member for member in members if member.type in _RUNNING]
    return passed_if(len({member.region for member in running or members}) > 1)


_Found = tuple[View, Relation, View]


def _far(members: Sequence[View]) -> list[_Found]:
    """What members cannot work without in another Region; a replica's source is meant to be far."""
    return [
        (member, relation, other)
        for member, relation, other in _dependencies(members)
        if relation.kind is RelationKind.DATA_FLOW
        and "global" not in (member.region, other.region)
        and member.region != other.region
        and "replica" not in relation.label
    ]


def _use(user: Draft, other: Draft, instead: Draft, relation: Relation) -> None:
    user.unlink(other)
    user.link(instead, relation.label, kind=relation.kind, hard=relation.hard)


def _bring_near(workload: Draft) -> None:
    """A replica of each far dependency in the Region of its users."""
    for member, relation, other in _far(_assessed(workload.view())):
        far = workload.paper.draft(other.id)
        [near] = build_twins([far], region=member.region, member=other.member)
        _use(workload.paper.draft(member.id), far, near, relation)


@check(
    id="workload.cross_region_dependency",
    resource_type=WORKLOAD,
    title="A component needs another one in a different Region: now two Regions have to work",
    question=TIGHTLY_COUPLED,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=(Effect(SHARED_COMPONENT_FAILED, Phase.ACT, "rebuild_component", by_person=True),),
    effect_source=(
        "the component has to be set up, or restored, in the Region of those that need it"
    ),
    recommendation=(
        "Bring the dependency into the Region of its users, or read from a replica there (a global "
        "table, a replicated secret or bucket); keep only what may fail across Regions."
    ),
    documentation=(
        "AWS fault isolation boundaries",
        "https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/"
        "abstract-and-introduction.html",
    ),
    remedy=Remedy(change=_bring_near, effort=Effort.DAYS, cost=Cost.SOME),
    passes=[Example(linked=[_member(_SERVICE, linked=[_neighbour(_TABLE)])])],
    fails=[
        Example(
            linked=[
                _member(_SERVICE, linked=[_neighbour(_TABLE, region="us-east-1")]),
            ]
        )
    ],
    silent=[Example()],
)
def cross_region_dependency(workload: View) -> Outcome:
    """Two Regions that must both be up are up less often than one, and the way between is long."""
    members = _assessed(workload)
    if not members:
        return NOT_APPLICABLE
    far = _far(members)
    for each in far:
        _show(*each)
    return passed_if(
        not far, ", ".join(f"{m.name} needs {o.name} in {o.region}" for m, _, o in far)
    )


def _keep_apart(workload: Draft) -> None:
    """One of its own for each component that uses another environment's."""
    paper = workload.paper
    for member, relation, other in _dependencies(_assessed(workload.view())):
        here, there = _environment(member), _environment(other)
        if here and there and here != there:
            theirs = paper.draft(other.id)
            [own] = build_twins([theirs], name=f"{other.name}-{here}", tags={"environment": here})
            _use(paper.draft(member.id), theirs, own, relation)


@check(
    id="workload.environment_crossed",
    resource_type=WORKLOAD,
    title="A component depends on another environment's: a test over there stops this one",
    question=SHARED_WITH_OTHERS,
    layer=Layer.CONTINUOUS_IMPROVEMENT,
    on_fail=(Effect(SHARED_COMPONENT_FAILED, Phase.ACT, "separate_by_hand", by_person=True),),
    effect_source="the component has to get one of its own in its own environment",
    recommendation=(
        "Give each environment its own resource, best in its own account: for what is paid by use "
        "a second one costs next to nothing."
    ),
    documentation=(
        "Benefits of using multiple AWS accounts",
        "https://docs.aws.amazon.com/whitepapers/latest/organizing-your-aws-environment/"
        "benefits-of-using-multiple-aws-accounts.html",
    ),
    remedy=Remedy(change=_keep_apart, effort=Effort.DAYS, cost=Cost.SOME),
    passes=[
        Example(
            linked=[
                _member(_SERVICE, linked=[_neighbour(_TABLE, env="prod")], env="prod"),
            ]
        )
    ],
    fails=[
        Example(
            linked=[
                _member(
                    _SERVICE,
                    linked=[_neighbour(_TABLE, Environment="staging")],
                    env="prod",
                ),
            ]
        )
    ],
    silent=[
        Example(linked=[_member(_SERVICE, linked=[_neighbour(_TABLE)])]),
        Example(linked=[_member(_SERVICE, linked=[_neighbour(_TABLE, env="shared")], env="prod")]),
    ],
)
def environment_crossed(workload: View) -> Outcome:
    """Test environments are there to be broken; whoever breaks one does not think of production."""
    pairs = [
        (member, relation, other, _environment(member), _environment(other))
        for member, relation, other in _dependencies(_assessed(workload))
    ]
    both = [pair for pair in pairs if pair[3] and pair[4]]
    crossed = [pair for pair in both if pair[3] != pair[4]]
    for member, relation, other, _, _ in crossed:
        _show(member, relation, other)
    if not both:
        return NOT_APPLICABLE
    return passed_if(
        not crossed, ", ".join(f"{m.name} ({a}) uses {o.name} ({b})" for m, _, o, a, b in crossed)
    )


_SHORT = {
    "production": "prod",
    "prd": "prod",
    "development": "dev",
    "stage": "staging",
    "stg": "staging",
}
_EVERY_ENVIRONMENT = ("all", "common", "core", "global", "infra", "shared")


def _environment(view: View) -> str:
    """The environment by its tag, spelled one way; none for what serves every environment."""
    named = {key.lower(): value.lower() for key, value in view.tags.items()}
    value = named.get("environment") or named.get("env") or named.get("stage") or ""
    return "" if value in _EVERY_ENVIRONMENT else _SHORT.get(value, value)


def _untagged(members: Sequence[View]) -> list[_Found]:
    return [
        (member, relation, other)
        for member, relation, other in _dependencies(members)
        if not other.member and not tagged_otherwise(other)
    ]


def _say_whose(workload: Draft) -> None:
    """Tag it as shared: as the workload's own it would have to be assessed first."""
    view = workload.view()
    wanted = view.workload.snapshot.selector.tags
    for _, _, other in _untagged(_assessed(view)):
        workload.paper.draft(other.id).tag(dict.fromkeys(wanted, "shared"))


@check(
    id="workload.untagged_dependency",
    resource_type=WORKLOAD,
    title=(
        "A component that the workload needs lacks its tag: it was not assessed, and searches miss "
        "it"
    ),
    question=BOUNDARIES,
    layer=Layer.CONTINUOUS_IMPROVEMENT,
    on_fail=(Effect(SHARED_COMPONENT_FAILED, Phase.DIAGNOSE, "find_unlisted_dependency"),),
    effect_source="an inventory by tag does not show it, so it is found by reading configurations",
    recommendation=(
        "Tag it with the workload's tag if it is the workload's own, then run the assessment "
        "again; if it serves several, say so in a tag of its own."
    ),
    documentation=(
        "Best practices and strategies for tagging",
        "https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html",
    ),
    remedy=Remedy(change=_say_whose, effort=Effort.MINUTES, cost=Cost.FREE),
    passes=[
        Example(linked=[_member(_SERVICE, linked=[_neighbour(_TABLE, workload="x")])]),
        Example(linked=[_member(_SERVICE)]),
    ],
    fails=[Example(linked=[_member(_SERVICE, linked=[_neighbour(_TABLE, Name="t")])])],
    silent=[Example()],
)
def untagged_dependency(workload: View) -> Outcome:
    """What no inventory lists is missing from backups, alarms and runbooks as well."""
    members = _assessed(workload)
    if not members or not workload.workload.snapshot.selector.tags:
        return NOT_APPLICABLE  # a stack or a group lists its own
    missing = _untagged(members)
    for each in missing:
        _show(*each)
    others = {other.id: other for _, _, other in missing}
    return passed_if(not others, named(others.values()) if others else "")
