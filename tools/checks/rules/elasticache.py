"""ElastiCache: availability matters even of a cache that is meant to be lost; its data does not.

Checks key on the replication group; a cluster is judged only where it is in none.
"""

from typing import Any

from state.categories.shared_fate import SHARED_COMPONENT_FAILED, SHARED_WITH_OTHERS
from state.categories.single_point_of_failure import (
    COMPONENT_LOST,
    EACH_COMPONENT_FAILS,
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
    failed,
    passed,
    passed_if,
)
from tools.checks.new_alarms import alarm_on_failure
from tools.checks.paper import Draft
from tools.checks.sharing import SECURITY_GROUP, named, outsiders, separate, users
from tools.checks.view import View
from tools.checks.zones import another_zone

GROUP = "AWS::ElastiCache::ReplicationGroup"
CLUSTER = "AWS::ElastiCache::CacheCluster"
READ = "elasticache:DescribeReplicationGroups"
READ_CLUSTER = "elasticache:DescribeCacheClusters"


def _group(*shards: str, **fields: Any) -> Example:
    """Each shard is written as the zones of its nodes: "ab" has two nodes in two zones."""
    nodes = [
        {"NodeGroupMembers": [{"PreferredAvailabilityZone": f"eu-west-1{zone}"} for zone in zones]}
        for zones in shards
    ]
    return Example(facts={READ: {"ReplicationGroupId": "sessions", "NodeGroups": nodes, **fields}})


def _cluster(**fields: Any) -> Example:
    return Example(facts={READ_CLUSTER: {"Engine": "redis", "NumCacheNodes": 1, **fields}})


_AUTOMATIC = {"AutomaticFailover": "enabled"}
_ZONE = "PreferredAvailabilityZone"


def _shards(group: View) -> list[list[str]]:
    """The zones of the nodes of each shard."""
    return group.read(READ, "NodeGroups[].NodeGroupMembers[*].PreferredAvailabilityZone") or []


def _nodes(group: View) -> list[int]:
    """How many nodes each shard has."""
    return group.read(READ, "NodeGroups[].length(NodeGroupMembers || `[]`)") or []


def _add_replicas(group: Draft) -> None:
    """A second node for each shard that has one, in another zone, which takes over by itself."""

    def change(answer: Any) -> None:
        for shard in answer.get("NodeGroups") or ():
            nodes = shard.setdefault("NodeGroupMembers", [])
            while len(nodes) < 2:
                taken = [node.get(_ZONE) for node in nodes]
                nodes.append({_ZONE: another_zone(group, taken), "CurrentRole": "replica"})

    group.edit(READ, change)
    group.put(READ, AutomaticFailover="enabled")
    _spread(group)


@check(
    id="elasticache.group_no_replica",
    resource_type=GROUP,
    title="A cache has no replica: until a lost node is back and filled, the database bears all",
    question=REDUNDANT,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=(
        Effect(COMPONENT_LOST, Phase.ACT, "cache_node_replaced"),
        Effect(COMPONENT_LOST, Phase.WARM_UP, "cache_filled"),
        Effect(ZONE_LOST, Phase.ACT, "cache_node_replaced", by_person=True),
        Effect(ZONE_LOST, Phase.WARM_UP, "cache_filled"),
    ),
    effect_source="assumptions: launching a node, and filling it again",
    recommendation=(
        "Add a replica in another zone to each shard and turn on automatic failover: no downtime, "
        "one more node per shard."
    ),
    documentation=(
        "High availability using replication groups",
        "https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Replication.html",
    ),
    strength="caches have replicas",
    saving="the replicas: a node per shard",
    remedy=Remedy(change=_add_replicas, effort=Effort.MINUTES, cost=Cost.MUCH),
    passes=[_group("ab"), _group("ab", "ba")],
    fails=[_group("a"), _group("ab", "a")],
    silent=[_group()],
)
def group_no_replica(group: View) -> Outcome:
    """A cache may be empty without loss of data, and still be what keeps the database alive."""
    nodes = _nodes(group)
    return passed_if(min(nodes) > 1) if nodes else NOT_APPLICABLE


def _fail_over(group: Draft) -> None:
    group.put(READ, AutomaticFailover="enabled")
    _spread(group)


@check(
    id="elasticache.group_auto_failover_off",
    resource_type=GROUP,
    title="A cache has a replica that does not take over until somebody promotes it",
    question=EACH_COMPONENT_FAILS,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=(
        Effect(COMPONENT_LOST, Phase.ACT, "change_configuration", by_person=True),
        Effect(ZONE_LOST, Phase.ACT, "change_configuration", by_person=True),
    ),
    on_pass=(
        Effect(COMPONENT_LOST, Phase.ACT, "cache_failover"),
        Effect(ZONE_LOST, Phase.ACT, "cache_failover"),
    ),
    effect_source="assumptions: promoting a replica by hand, against a failover by itself",
    recommendation=(
        "Turn on automatic failover, and Multi-AZ with it: free, the replica is paid for already."
    ),
    documentation=(
        "Minimizing downtime in ElastiCache by using Multi-AZ",
        "https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/AutoFailover.html",
    ),
    strength="caches fail over to a replica by themselves",
    remedy=Remedy(change=_fail_over, effort=Effort.MINUTES, cost=Cost.FREE),
    passes=[_group("ab", **_AUTOMATIC)],
    fails=[_group("ab", AutomaticFailover="disabled")],
    silent=[_group("a", AutomaticFailover="disabled")],
)
def group_auto_failover_off(group: View) -> Outcome:
    """A replica that waits for somebody to promote it shortens the repair, not the outage."""
    nodes = _nodes(group)
    if not nodes or min(nodes) < 2:
        return NOT_APPLICABLE
    return passed_if(group.read(READ, "AutomaticFailover") in ("enabled", "enabling"))


def _spread(group: Draft) -> None:
    """Move a node of each shard that stands in one zone, and keep them apart from then on."""

    def change(answer: Any) -> None:
        for shard in answer.get("NodeGroups") or ():
            nodes = shard.get("NodeGroupMembers") or []
            zones = {node.get(_ZONE) for node in nodes}
            if len(nodes) > 1 and len(zones) == 1:
                nodes[-1][_ZONE] = another_zone(group, zones)

    group.edit(READ, change)
    group.put(READ, MultiAZ="enabled")


@check(
    id="elasticache.group_multi_az_off",
    resource_type=GROUP,
    title="All nodes of a cache stand in one zone and are lost together with it",
    question=ZONE_LOSS,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=(
        Effect(ZONE_LOST, Phase.ACT, "cache_node_replaced", by_person=True),
        Effect(ZONE_LOST, Phase.WARM_UP, "cache_filled"),
    ),
    effect_source="assumptions: adding a node in another zone, and filling it again",
    recommendation=(
        "Turn on Multi-AZ and replace a replica by one in another zone: no more nodes than today."
    ),
    documentation=(
        "Minimizing downtime in ElastiCache by using Multi-AZ",
        "https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/AutoFailover.html",
    ),
    remedy=Remedy(change=_spread, effort=Effort.HOURS, cost=Cost.FREE),
    passes=[
        _group("ab", MultiAZ="enabled", **_AUTOMATIC),
        _group("ab", MultiAZ="disabled", **_AUTOMATIC),
    ],
    fails=[_group("aa", **_AUTOMATIC), _group("ab", "cc", **_AUTOMATIC)],
    silent=[_group("a"), _group("aa", AutomaticFailover="disabled")],
)
def group_multi_az_off(group: View) -> Outcome:
    """What counts is where the nodes stand: the setting alone only refuses to put them together."""
    nodes = _nodes(group)
    automatic = group.read(READ, "AutomaticFailover") in ("enabled", "enabling")
    if not nodes or min(nodes) < 2 or not automatic:
        return NOT_APPLICABLE
    if group.read(READ, "MultiAZ") == "enabled":
        return passed()
    shards = [zones for zones in _shards(group) if zones]
    return passed_if(all(len(set(zones)) > 1 for zones in shards)) if shards else NOT_APPLICABLE


def _have_several_nodes(cluster: Draft) -> None:
    """Memcached is spread; another becomes the primary of a new group, next to a replica."""
    if cluster.read(READ_CLUSTER, "Engine") == "memcached":
        cluster.put(READ_CLUSTER, NumCacheNodes=3, PreferredAvailabilityZone="Multiple")
        return
    name = f"{cluster.name}-group"
    zone = cluster.read(READ_CLUSTER, "PreferredAvailabilityZone")
    primary = {"CacheClusterId": cluster.name, _ZONE: zone or another_zone(cluster, ())}
    replica = {"CacheClusterId": f"{name}-002", _ZONE: another_zone(cluster, [primary[_ZONE]])}
    facts = {
        "ReplicationGroupId": name,
        "Status": "available",
        "AutomaticFailover": "enabled",
        "MultiAZ": "enabled",
        "MemberClusters": [cluster.name],
        "NodeGroups": [{"NodeGroupMembers": [primary, replica]}],
    }
    group = cluster.add(GROUP, name, {READ: facts})
    cluster.put(READ_CLUSTER, ReplicationGroupId=name)
    cluster.link(group, "member of", kind=RelationKind.CONTAINMENT)
    group.link(cluster, "has member", kind=RelationKind.CONTAINMENT)
    alarm_on_failure(group)


_RECONNECTED = (
    Effect(COMPONENT_LOST, Phase.PROPAGATE, "clients_reconnect"),
    Effect(ZONE_LOST, Phase.PROPAGATE, "clients_reconnect"),
)


@check(
    id="elasticache.single_node",
    resource_type=CLUSTER,
    title="A cache is a single node: when it is lost, the database bears all until it is back",
    question=REDUNDANT,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=(
        Effect(COMPONENT_LOST, Phase.ACT, "cache_node_replaced"),
        Effect(COMPONENT_LOST, Phase.WARM_UP, "cache_filled"),
        Effect(ZONE_LOST, Phase.ACT, "cache_node_replaced", by_person=True),
        Effect(ZONE_LOST, Phase.WARM_UP, "cache_filled"),
        *_RECONNECTED,
    ),
    on_pass=_RECONNECTED,
    effect_source="assumptions: launching a node and filling it again, or doing without one",
    recommendation=(
        "Memcached: spread the same memory over several smaller nodes in several zones. Otherwise: "
        "make it the primary of a replication group with a replica in another zone, and watch it."
    ),
    documentation=(
        "Mitigating failures",
        "https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/FaultTolerance.html",
    ),
    remedy=Remedy(change=_have_several_nodes, effort=Effort.HOURS, cost=Cost.MUCH),
    passes=[_cluster(Engine="memcached", NumCacheNodes=3)],
    fails=[_cluster(), _cluster(Engine="memcached")],
    silent=[_cluster(ReplicationGroupId="sessions")],
)
def single_node(cluster: View) -> Outcome:
    """A node that is lost takes the whole cache with it, and its load to what it stood before."""
    if cluster.read(READ_CLUSTER, "ReplicationGroupId"):
        return NOT_APPLICABLE
    return passed_if((cluster.read(READ_CLUSTER, "NumCacheNodes") or 0) > 1)


def _used(*others: Example) -> Example:
    admitted = Example(type=SECURITY_GROUP, member=False, linked_from=others)
    node = Example(type=CLUSTER, linked=[Example(type=SECURITY_GROUP, linked=[admitted])])
    return Example(
        facts={READ: {"MemberClusters": ["sessions-001"]}},
        linked=[node],
        linked_from=[Example(type="AWS::Lambda::Function")],
    )


def _separate(group: Draft) -> None:
    separate(group, *group.linked(CLUSTER))


@check(
    id="elasticache.shared_by_workloads",
    resource_type=GROUP,
    title="A cache also serves users outside the workload: they can evict, block or flush it",
    question=SHARED_WITH_OTHERS,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=(Effect(SHARED_COMPONENT_FAILED, Phase.ACT, "separate_by_hand", by_person=True),),
    effect_source="an assumption: finding the other user and taking it off",
    recommendation=(
        "Give the other user a cache of its own (a small one costs ten dollars a month); if it "
        "belongs to this workload, tag it."
    ),
    documentation=(
        "Use bulkhead architectures to limit scope of impact",
        "https://docs.aws.amazon.com/wellarchitected/latest/framework/rel_fault_isolation_use_bulkhead.html",
    ),
    remedy=Remedy(change=_separate, effort=Effort.HOURS, cost=Cost.LITTLE),
    passes=[_used()],
    fails=[_used(Example(type="AWS::EC2::Instance", member=False))],
    silent=[_group("ab")],
)
def shared_by_workloads(group: View) -> Outcome:
    """Commands run one after the other: one user's slow command is every user's outage."""
    nodes = group.linked(CLUSTER) if group.read(READ, "MemberClusters") else []
    everyone = users(group, *nodes)
    others = outsiders(everyone)
    if others:
        return failed(f"used by {named(others)}")
    return passed() if everyone else NOT_APPLICABLE
