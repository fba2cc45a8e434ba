"""Aurora clusters: storage spans three zones by itself, compute only where instances stand."""

import re
from collections.abc import Callable
from typing import Any

from state.categories.excessive_latency import SLOW_DEPENDENCY, SLOWNESS
from state.categories.excessive_load import BIMODAL, OVERLOAD
from state.categories.misconfiguration_and_bugs import (
    BAD_CHANGE,
    BAD_CHANGES_KEPT_OUT,
)
from state.categories.single_point_of_failure import (
    COMPONENT_LOST,
    REDUNDANT,
    ZONE_LOSS,
    ZONE_LOST,
)
from state.judgements import Cost, Effort, Layer, Phase
from state.snapshot import RelationKind
from tools.checks import (
    NOT_APPLICABLE,
    Effect,
    Example,
    Outcome,
    Remedy,
    check,
    passed_if,
)
from tools.checks.new_alarms import alarm_on_failure
from tools.checks.paper import Draft
from tools.checks.rules.rds import CLUSTER, INSTANCE
from tools.checks.rules.rds import READ as READ_INSTANCE
from tools.checks.rules.rds import READ_CLUSTER as READ
from tools.checks.view import Unknown, View
from tools.checks.zones import another_zone

_SIZES = {"nano": 0.0625, "micro": 0.125, "small": 0.25, "medium": 0.5, "large": 1.0, "xlarge": 2.0}


def cluster_of(*instances: dict[str, Any], **fields: object) -> Example:
    """A cluster whose first instance writes."""
    names = [f"instance-{number}" for number, _ in enumerate(instances)]
    members = [
        {
            "DBInstanceIdentifier": name,
            "IsClusterWriter": name == names[0],
            "PromotionTier": instance.get("PromotionTier", 1),
        }
        for name, instance in zip(names, instances, strict=True)
    ]
    facts = {"Engine": "aurora-postgresql", "DBClusterMembers": members, **fields}
    linked = [
        Example(
            type=INSTANCE,
            label="has member",
            facts={READ_INSTANCE: {"DBInstanceIdentifier": name, **instance}},
        )
        for name, instance in zip(names, instances, strict=True)
    ]
    return Example(facts={READ: facts}, linked=linked)


A = {"AvailabilityZone": "eu-west-1a", "DBInstanceClass": "db.r6g.xlarge"}
B = {"AvailabilityZone": "eu-west-1b", "DBInstanceClass": "db.r6g.xlarge"}
_SERVERLESS = {**A, "DBInstanceClass": "db.serverless"}
NOT_AURORA = cluster_of(A, Engine="postgres")
SECONDARY = Example(
    facts={
        READ: {
            "Engine": "aurora-postgresql",
            "GlobalClusterIdentifier": "orders",
            "DBClusterMembers": [{"DBInstanceIdentifier": "reader", "IsClusterWriter": False}],
        }
    }
)


def is_aurora(cluster: View) -> bool:
    """Not a Multi-AZ DB cluster, nor DocumentDB or Neptune, which answer to the same call."""
    return str(cluster.read(READ, "Engine")).startswith("aurora")


def size_in_gib(cluster: View) -> float:
    """What a restore moves: stated for other clusters; Aurora always says 1 of its volume."""
    return float(cluster.read(READ, "AllocatedStorage") or 1)


def _members(cluster: View) -> list[View]:
    """The cluster's instances.

    Raises:
        Unknown: one of them could not be read.
    """
    expected = cluster.read(READ, "DBClusterMembers[].DBInstanceIdentifier") or []
    found = cluster.linked(INSTANCE, label="has member") if expected else []
    if len(found) < len(expected):
        raise Unknown(READ_INSTANCE)
    return found


def _add_reader(cluster: Draft) -> None:
    """A copy of the writer in another zone, with an alarm, and with what new instances have."""
    writer = next(iter(_by_role(cluster, writes=True)), None)
    like = (writer.read(READ_INSTANCE, "@") if writer else None) or {}
    name = f"{cluster.name}-reader"
    facts = {
        **like,
        "DBInstanceIdentifier": name,
        "DBClusterIdentifier": cluster.name,
        "AvailabilityZone": another_zone(cluster, {like.get("AvailabilityZone", "")}),
        "CACertificateIdentifier": "rds-ca-rsa2048-g1",
        "PerformanceInsightsEnabled": True,
    }
    reader = cluster.add(INSTANCE, name, {READ_INSTANCE: facts})
    member = {"DBInstanceIdentifier": name, "IsClusterWriter": False, "PromotionTier": 1}
    cluster.edit(READ, lambda answer: answer["DBClusterMembers"].append(member))
    cluster.link(reader, "has member", kind=RelationKind.CONTAINMENT)
    for each in [r for r in cluster.paper.relations if writer and r.source == writer.id]:
        if not each.dangling:
            target = cluster.paper.draft(each.target)
            reader.link(target, each.label, kind=each.kind, hard=each.hard)
    reader.link(cluster, "member of", kind=RelationKind.CONTAINMENT)
    alarm_on_failure(reader)


def _by_role(cluster: Draft, *, writes: bool, tier: int | None = None) -> list[Draft]:
    """Members that write or do not, of one promotion tier or of all."""
    rows = cluster.read(
        READ, "DBClusterMembers[].[DBInstanceIdentifier, IsClusterWriter, PromotionTier]"
    )
    wanted = {
        name
        for name, is_writer, its_tier in rows or ()
        if bool(is_writer) == writes and tier in (None, its_tier or 0)
    }
    return [
        member
        for member in cluster.linked(INSTANCE, label="has member")
        if member.read(READ_INSTANCE, "DBInstanceIdentifier") in wanted
    ]


def _copy_from_writer(field: str) -> Callable[[Draft], None]:
    """Give the readers that take over first what the writer has."""

    def change(cluster: Draft) -> None:
        [writer, *_] = _by_role(cluster, writes=True)
        tiers = cluster.read(READ, "DBClusterMembers[?!IsClusterWriter].PromotionTier") or [0]
        for reader in _by_role(cluster, writes=False, tier=min(tiers)):
            reader.put(READ_INSTANCE, **{field: writer.read(READ_INSTANCE, field)})

    return change


@check(
    id="aurora.cluster_single_instance",
    resource_type=CLUSTER,
    title="A cluster has a single instance: when it fails, everything waits for a new one",
    question=REDUNDANT,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=(
        Effect(COMPONENT_LOST, Phase.ACT, "aurora_instance_replaced"),
        Effect(COMPONENT_LOST, Phase.PROPAGATE, "clients_reconnect"),
        Effect(ZONE_LOST, Phase.ACT, "aurora_instance_replaced", by_person=True),
        Effect(ZONE_LOST, Phase.PROPAGATE, "clients_reconnect"),
    ),
    on_pass=(
        Effect(COMPONENT_LOST, Phase.ACT, "aurora_failover"),
        Effect(ZONE_LOST, Phase.ACT, "aurora_failover"),
    ),
    effect_source="AWS's published times for failover and for replacing the only instance",
    recommendation=(
        "Add a reader in another zone, of the writer's size and with an alarm: it costs as much as "
        "the writer, and failover takes under a minute instead of about ten."
    ),
    documentation=(
        "High availability for Amazon Aurora",
        "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Concepts.AuroraHighAvailability.html",
    ),
    strength="database clusters have a reader that takes over by itself",
    saving="the reader: as much as an instance of its size costs",
    remedy=Remedy(change=_add_reader, effort=Effort.MINUTES, cost=Cost.MUCH),
    passes=[cluster_of(A, B)],
    fails=[cluster_of(A)],
    silent=[NOT_AURORA, cluster_of(), SECONDARY],
)
def cluster_single_instance(cluster: View) -> Outcome:
    """The data survives in three zones; without a reader there is nothing that serves it meanwhile.

    A new instance comes by itself in the same zone. If the zone is lost, somebody has to add it.
    The copy of a global database in another Region has no writer, and is spare as it is.
    """
    writers = cluster.read(READ, "DBClusterMembers[].IsClusterWriter") or ()
    if not any(writers) or not is_aurora(cluster):
        return NOT_APPLICABLE
    return passed_if(len(writers) > 1)


def _move_reader(cluster: Draft) -> None:
    reader = _by_role(cluster, writes=False)[-1]
    zone = another_zone(cluster, [reader.read(READ_INSTANCE, "AvailabilityZone")])
    reader.put(READ_INSTANCE, AvailabilityZone=zone)


@check(
    id="aurora.cluster_same_az",
    resource_type=CLUSTER,
    title="All instances of a cluster stand in one zone and are lost together with it",
    question=ZONE_LOSS,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=(Effect(ZONE_LOST, Phase.ACT, "aurora_instance_replaced", by_person=True),),
    effect_source="AWS's published time for a new instance, which somebody has to add",
    recommendation=(
        "Replace a reader by one in another zone: no more instances than today, no downtime; add "
        "the new one first."
    ),
    documentation=(
        "High availability for Amazon Aurora",
        "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Concepts.AuroraHighAvailability.html",
    ),
    remedy=Remedy(change=_move_reader, effort=Effort.HOURS, cost=Cost.FREE),
    passes=[cluster_of(A, B)],
    fails=[cluster_of(A, A)],
    silent=[cluster_of(A), cluster_of(A, A, Engine="postgres")],
)
def cluster_same_az(cluster: View) -> Outcome:
    """A reader helps against the loss of a zone only where it stands in another one."""
    if not is_aurora(cluster):
        return NOT_APPLICABLE
    members = _members(cluster)
    if len(members) < 2:
        return NOT_APPLICABLE
    zones = {member.read(READ_INSTANCE, "AvailabilityZone") for member in members}
    return passed_if(len(zones) > 1)


@check(
    id="aurora.failover_target_smaller",
    resource_type=CLUSTER,
    title="The reader that takes over is smaller than the writer and may not bear its load",
    question=BIMODAL,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=(Effect(OVERLOAD, Phase.ACT, "add_capacity_by_hand", by_person=True),),
    effect_source="an assumption: the reader is enlarged by hand while it is overloaded",
    recommendation=(
        "Give the reader of the lowest promotion tier the writer's instance class, or let another "
        "reader of that class take over first."
    ),
    documentation=(
        "High availability for Amazon Aurora",
        "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Concepts.AuroraHighAvailability.html",
    ),
    remedy=Remedy(change=_copy_from_writer("DBInstanceClass"), effort=Effort.HOURS, cost=Cost.SOME),
    passes=[
        cluster_of(A, B),
        cluster_of(
            A,
            {**B, "PromotionTier": 0},
            {**B, "PromotionTier": 2, "DBInstanceClass": "db.t4g.medium"},
        ),
    ],
    fails=[cluster_of(A, {**B, "DBInstanceClass": "db.r6g.large"})],
    silent=[cluster_of(A), cluster_of(A, {**B, "DBInstanceClass": "db.serverless"})],
)
def failover_target_smaller(cluster: View) -> Outcome:
    """A failover under load that halves the capacity is a second failure, minutes after the first.

    Of the readers of the lowest promotion tier the largest takes over. Serverless ones grow.
    """
    if not is_aurora(cluster):
        return NOT_APPLICABLE
    classes = {
        member.read(READ_INSTANCE, "DBInstanceIdentifier"): _size(
            member.read(READ_INSTANCE, "DBInstanceClass")
        )
        for member in _members(cluster)
    }
    rows = cluster.read(
        READ, "DBClusterMembers[].[DBInstanceIdentifier, IsClusterWriter, PromotionTier]"
    )
    readers = [(tier or 0, classes[name]) for name, writes, tier in rows or () if not writes]
    writers = [classes[name] for name, writes, _ in rows or () if writes]
    sizes = [size for _, size in readers]
    if not readers or not writers or None in sizes or None in writers:
        return NOT_APPLICABLE
    first = min(tier for tier, _ in readers)
    return passed_if(max(size or 0 for tier, size in readers if tier == first) >= (writers[0] or 0))


def _size(instance_class: str | None) -> float | None:
    """How large a class is, `large` being 1; None for serverless and metal."""
    name = str(instance_class).rsplit(".", maxsplit=1)[-1]
    many = re.fullmatch(r"(\d+)xlarge", name)
    return 2.0 * int(many.group(1)) if many else _SIZES.get(name)


@check(
    id="aurora.parameter_groups_differ",
    resource_type=CLUSTER,
    title="Instances of a cluster run with different parameters: a failover changes behaviour",
    question=BAD_CHANGES_KEPT_OUT,
    layer=Layer.CONTINUOUS_IMPROVEMENT,
    on_fail=(Effect(BAD_CHANGE, Phase.ACT, "change_configuration", by_person=True),),
    effect_source="an assumption: the parameter group is put right after the failover",
    recommendation=(
        "Give all instances that may become the writer the same parameter group: free, a restart "
        "of the reader."
    ),
    documentation=(
        "Parameter groups for Amazon Aurora",
        "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/USER_WorkingWithParamGroups.html",
    ),
    remedy=Remedy(
        change=_copy_from_writer("DBParameterGroups"), effort=Effort.MINUTES, cost=Cost.FREE
    ),
    passes=[
        cluster_of(
            {"DBParameterGroups": [{"DBParameterGroupName": "orders"}]},
            {"DBParameterGroups": [{"DBParameterGroupName": "orders"}]},
        ),
        cluster_of(
            {"DBParameterGroups": [{"DBParameterGroupName": "orders"}]},
            {"DBParameterGroups": [{"DBParameterGroupName": "orders"}]},
            {"DBParameterGroups": [{"DBParameterGroupName": "reports"}], "PromotionTier": 15},
        ),
    ],
    fails=[
        cluster_of(
            {"DBParameterGroups": [{"DBParameterGroupName": "orders"}]},
            {"DBParameterGroups": [{"DBParameterGroupName": "default.aurora-postgresql16"}]},
        )
    ],
    silent=[cluster_of({"DBParameterGroups": [{"DBParameterGroupName": "orders"}]})],
)
def parameter_groups_differ(cluster: View) -> Outcome:
    """What was tuned on the writer is missing on the reader that becomes the writer at night.

    A reader of a higher promotion tier takes over last: it may be tuned for reports.
    """
    if not is_aurora(cluster):
        return NOT_APPLICABLE
    groups = {
        member.read(READ_INSTANCE, "DBInstanceIdentifier"): tuple(
            member.read(READ_INSTANCE, "DBParameterGroups[].DBParameterGroupName") or ()
        )
        for member in _members(cluster)
    }
    rows = cluster.read(
        READ, "DBClusterMembers[].[DBInstanceIdentifier, IsClusterWriter, PromotionTier]"
    )
    readers = [(tier or 0, name) for name, writes, tier in rows or () if not writes]
    if not readers or len(groups) < 2:
        return NOT_APPLICABLE
    first = min(tier for tier, _ in readers)
    takes_over = {name for tier, name in readers if tier == first}
    writers = {name for name, writes, _ in rows or () if writes}
    return passed_if(len({groups[name] for name in takes_over | writers}) == 1)


def _never_pause(cluster: Draft) -> None:
    """How far its logs lagged while it might pause says nothing of one that goes on."""
    cluster.put_in(READ, "ServerlessV2ScalingConfiguration.MinCapacity", 0.5)
    cluster.drop(READ, "LatestRestorableTime")


@check(
    id="aurora.serverless_auto_pause",
    resource_type=CLUSTER,
    title="A cluster pauses when idle: the first request after a pause waits for it to resume",
    question=SLOWNESS,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=(Effect(SLOW_DEPENDENCY, Phase.WARM_UP, "aurora_resume"),),
    effect_source="AWS's published time to resume",
    recommendation=(
        "Where half a minute matters, set `MinCapacity` to 0.5 or more: it is then paid for at "
        "night as well."
    ),
    documentation=(
        "Scaling to zero ACUs with automatic pause and resume",
        "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-serverless-v2-auto-pause.html",
    ),
    saving="the capacity of idle hours, if the cluster may pause",
    remedy=Remedy(change=_never_pause, effort=Effort.MINUTES, cost=Cost.SOME),
    passes=[cluster_of(_SERVERLESS, ServerlessV2ScalingConfiguration={"MinCapacity": 0.5})],
    fails=[cluster_of(_SERVERLESS, ServerlessV2ScalingConfiguration={"MinCapacity": 0.0})],
    silent=[cluster_of(A), cluster_of(A, ServerlessV2ScalingConfiguration={"MinCapacity": 0.0})],
)
def serverless_auto_pause(cluster: View) -> Outcome:
    """Clients with a short timeout fail on a paused cluster, and retry into its start.

    The setting says nothing of a cluster whose instances are all of a fixed size.
    """
    least = cluster.read(READ, "ServerlessV2ScalingConfiguration.MinCapacity")
    if least is None:
        return NOT_APPLICABLE
    classes = [each.read(READ_INSTANCE, "DBInstanceClass") for each in _members(cluster)]
    return passed_if(least > 0) if "db.serverless" in classes else NOT_APPLICABLE
