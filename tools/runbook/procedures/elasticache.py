"""ElastiCache: failover, a larger node, a snapshot restored."""

from state.categories.excessive_load import OVERLOAD
from state.categories.misconfiguration_and_bugs import BAD_CHANGE, DATA_DELETED
from state.categories.shared_fate import SHARED_COMPONENT_FAILED
from state.categories.single_point_of_failure import COMPONENT_LOST, ZONE_LOST
from state.runbooks import Command, Look
from tools.runbook.commands import blank
from tools.runbook.declarations import Draft, Place, act, look, metric, procedure

_GROUP, _CLUSTER = "AWS::ElastiCache::ReplicationGroup", "AWS::ElastiCache::CacheCluster"
_SERVERLESS = "AWS::ElastiCache::ServerlessCache"
_READ, _READ_CLUSTER = "elasticache:DescribeReplicationGroups", "elasticache:DescribeCacheClusters"


def _is_group(at: Place) -> bool:
    return at.resource.type == _GROUP


def _id(at: Place) -> str:
    found = (
        at.fact(_READ, "ReplicationGroupId")
        if _is_group(at)
        else at.fact(_READ_CLUSTER, "CacheClusterId")
    )
    return str(found or at.short)


def _state(at: Place) -> Look:
    if _is_group(at):
        call = at.aws(
            "elasticache",
            "describe-replication-groups",
            replication_group_id=_id(at),
            query="ReplicationGroups[0].{Status: Status, Failover: AutomaticFailover, "
            "Nodes: NodeGroups[].NodeGroupMembers[].[CacheClusterId, CurrentRole, "
            "PreferredAvailabilityZone]}",
        )
    else:
        call = at.aws(
            "elasticache",
            "describe-cache-clusters",
            cache_cluster_id=_id(at),
            show_cache_node_info=True,
            query="CacheClusters[0].{Status: CacheClusterStatus, Nodes: "
            "CacheNodes[].[CacheNodeId, CacheNodeStatus, CustomerAvailabilityZone]}",
        )
    return look(call, "`Status`, `Nodes`", "`available`")


def _node(at: Place) -> str:
    if not _is_group(at):
        return _id(at)
    return str(at.fact(_READ, "MemberClusters[0]") or f"{_id(at)}-001")


def _full(at: Place) -> Look:
    return look(
        metric(at, "AWS/ElastiCache", "EngineCPUUtilization", "Maximum", CacheClusterId=_node(at)),
        "`EngineCPUUtilization` (maximum)",
        "below 90",
    )


def _evicted(at: Place) -> Look:
    return look(
        metric(at, "AWS/ElastiCache", "Evictions", "Sum", CacheClusterId=_node(at)),
        "`Evictions` (sum)",
        "none, or as few as before the incident",
    )


@procedure((_GROUP, _CLUSTER), COMPONENT_LOST, ZONE_LOST, title="bring a node back")
def bring_back(at: Place) -> Draft:
    """Fail over where there is a replica; otherwise the node is replaced, and starts empty."""
    replicas = _is_group(at) and len(at.fact(_READ, "MemberClusters") or ()) > 1
    if replicas:
        shard = at.fact(_READ, "NodeGroups[0].NodeGroupId") or blank("CLUSTER_NODE_ID")
        steps = [
            act(
                "Fail over to a replica, if it has not happened by itself.",
                at.aws(
                    "elasticache",
                    "test-failover",
                    replication_group_id=_id(at),
                    node_group_id=shard,
                ),
                warning="Writes fail for some seconds; the newest ones may be lost.",
            )
        ]
    else:
        steps = [
            act("Wait: ElastiCache replaces the node. It starts empty, so the database is asked."),
            act(
                "If it only hangs, restart it.",
                at.aws(
                    "elasticache",
                    "reboot-cache-cluster",
                    cache_cluster_id=_node(at),
                    cache_node_ids_to_reboot=[blank("CLUSTER_NODE_ID")],
                ),
                warning="What the node holds is lost.",
            ),
            act(
                "Let requests in slowly until it is filled again: each one now asks the database.",
                phase="warm up",
            ),
        ]
    return Draft(
        purpose="A node or its zone is lost.",
        checks=[
            _state(at),
            look(
                at.aws(
                    "elasticache",
                    "describe-events",
                    source_identifier=_node(at),
                    source_type="cache-cluster",
                    duration=180,
                    query="Events[].[Date, Message]",
                ),
                "the messages of the last three hours",
                "a failover or a replacement that is under way: then wait",
            ),
        ],
        actions=steps,
        verification=[_state(at), _full(at)],
        rollback=[act("None is needed: the address stays the same.")],
        never=["Do not flush the cache: the database behind it has to take all of the load."],
    )


@procedure((_GROUP, _CLUSTER), OVERLOAD, SHARED_COMPONENT_FAILED, title="give it a larger node")
def larger(at: Place) -> Draft:
    """Memory or processor is used up."""
    size = (
        at.fact(_READ, "CacheNodeType")
        if _is_group(at)
        else at.fact(_READ_CLUSTER, "CacheNodeType")
    )

    def sized(to: object) -> Command:
        if _is_group(at):
            return at.aws(
                "elasticache",
                "modify-replication-group",
                replication_group_id=_id(at),
                cache_node_type=to,
                apply_immediately=True,
            )
        return at.aws(
            "elasticache",
            "modify-cache-cluster",
            cache_cluster_id=_id(at),
            cache_node_type=to,
            apply_immediately=True,
        )

    return Draft(
        purpose="The cache is slow, full, or throws away what is still needed.",
        checks=[_state(at), _full(at), _evicted(at)],
        actions=[
            act("Stop what presses on it and can wait: reports, warming jobs, scans."),
            act(
                "Change to the next larger node.",
                sized(blank("NEW_NODE_TYPE")),
                warning="Connections break off for some seconds. A single node starts empty.",
            ),
        ],
        verification=[_state(at), _full(at), _evicted(at)],
        rollback=[
            act(
                "Go back to the former size in a quiet hour.", sized(size or blank("NEW_NODE_TYPE"))
            )
        ],
        never=["Do not flush the cache."],
    )


@procedure((_GROUP, _CLUSTER), BAD_CHANGE, title="put the parameters back")
def parameters(at: Place) -> Draft:
    """A parameter group that was changed: the value of before."""
    path = "CacheParameterGroup.CacheParameterGroupName"
    name = at.or_blank(_READ_CLUSTER, path, "PARAMETER_GROUP")
    if name.startswith("default."):  # nobody can set a value in it: another group was put in
        name = blank("PARAMETER_GROUP")
    value = at.aws(
        "elasticache",
        "modify-cache-parameter-group",
        cache_parameter_group_name=name,
        parameter_name_values=[
            {"ParameterName": blank("PARAMETER_NAME"), "ParameterValue": blank("PARAMETER_VALUE")}
        ],
    )
    return Draft(
        purpose="A change of parameters, security groups or version breaks clients.",
        checks=[
            _state(at),
            look(
                at.aws(
                    "elasticache",
                    "describe-cache-parameters",
                    cache_parameter_group_name=name,
                    source="user",
                    query="Parameters[].[ParameterName, ParameterValue]",
                ),
                "the parameters that were set by hand",
                "the values of your templates. Keep the answer",
            ),
        ],
        actions=[
            act("Put the former value back.", value, warning="Others may use the same group."),
        ],
        verification=[_state(at), _full(at)],
        rollback=[act("Set the value that you kept.", value)],
        never=["Do not change the default group: AWS owns it, and it cannot be changed."],
    )


@procedure((_GROUP, _CLUSTER, _SERVERLESS), DATA_DELETED, title="fill the cache again")
def fill(at: Place) -> Draft:
    """From a snapshot if one is kept, else from the database behind it."""
    new = at.new_name("restored", 40)
    kind = {_GROUP: "replication_group_id", _CLUSTER: "cache_cluster_id"}.get(at.resource.type)
    if kind is None:
        listed = at.aws(
            "elasticache",
            "describe-serverless-cache-snapshots",
            serverless_cache_name=at.short,
            query="ServerlessCacheSnapshots[].[ServerlessCacheSnapshotName, CreateTime, Status]",
        )
        state = look(
            at.aws(
                "elasticache",
                "describe-serverless-caches",
                serverless_cache_name=at.short,
                query="ServerlessCaches[0].[Status, Endpoint]",
            ),
            "the status",
            "`available`",
        )
        restore = act("Restore a snapshot into a new cache in the console, if there is one.")
    else:
        state = _state(at)
        listed = at.aws(
            "elasticache",
            "describe-snapshots",
            query="Snapshots[].[SnapshotName, SnapshotStatus, NodeSnapshots[0].SnapshotCreateTime]",
            **{kind: _id(at)},
        )
        restore = act(
            "If the data cannot be made again and a snapshot exists: restore it beside the cache.",
            at.aws(
                "elasticache",
                "create-replication-group",
                replication_group_id=new,
                replication_group_description="restored",
                snapshot_name=blank("SNAPSHOT_NAME"),
                cache_node_type=at.fact(_READ, "CacheNodeType")
                or at.fact(_READ_CLUSTER, "CacheNodeType"),
                cache_subnet_group_name=at.fact(_READ_CLUSTER, "CacheSubnetGroupName"),
            ),
            expect="`creating`",
        )
    return Draft(
        purpose="What the cache held is gone.",
        checks=[
            state,
            look(
                listed,
                "the snapshots",
                "one from before the damage; an empty list: the cache fills from what is behind it",
            ),
        ],
        actions=[
            act("Let requests in slowly: each one now asks the database.", phase="warm up"),
            restore,
        ],
        verification=[state],
        rollback=[act("Point the application back at the former cache.")],
        never=["Do not let all clients in at once: the database fails next."],
    )
