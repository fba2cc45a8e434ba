"""RDS under load and when slow: storage, what can be seen, how clients meet a failover."""

from state.categories.excessive_latency import SLOW_DEPENDENCY, SLOWNESS, VISIBLE
from state.categories.excessive_load import OVERLOAD, QUOTAS
from state.categories.single_point_of_failure import COMPONENT_LOST, ZONE_LOST
from state.judgements import Cost, Effort, Layer, Phase
from state.snapshot import RelationKind
from tools.checks import (
    NOT_APPLICABLE,
    Effect,
    Example,
    Outcome,
    Remedy,
    check,
    passed,
    passed_if,
    puts,
)
from tools.checks.paper import Draft
from tools.checks.rules.rds import (
    CLUSTER,
    INSTANCE,
    PROXY,
    READ,
    READ_CLUSTER,
    instance_of,
    stands_alone,
)
from tools.checks.view import Unknown, View

VPC = "AWS::EC2::VPC"
_PROXIED_ENGINES = ("mysql", "mariadb", "postgres", "sqlserver")
_CUSTOM = "custom-"  # RDS Custom: its storage and its monitoring are its owner's
_NOT_RDS = ("docdb", "neptune", _CUSTOM)
_TOO_SMALL_TO_RECORD = (".micro", ".small")
_OLD_AURORA_MYSQL = ("db.t2.", "db.t3.")


def _let_storage_grow(db: Draft) -> None:
    """To twice of what it has, unless it may grow further already."""
    wanted = 2 * (db.read(READ, "AllocatedStorage") or 0)
    db.put(READ, MaxAllocatedStorage=max(wanted, db.read(READ, "MaxAllocatedStorage") or 1))


@check(
    id="rds.instance_storage_autoscaling_off",
    resource_type=INSTANCE,
    title="A database's storage does not grow by itself: when it is full, writes stop",
    question=QUOTAS,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=(Effect(OVERLOAD, Phase.ACT, "add_capacity_by_hand", by_person=True),),
    effect_source="an assumption: storage is added by hand, while the database refuses writes",
    recommendation=(
        "Set `MaxAllocatedStorage` well above the size of today: no downtime, and nothing is paid "
        "before it is used."
    ),
    documentation=(
        "Managing capacity automatically with storage autoscaling",
        "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PIOPS.Autoscaling.html",
    ),
    strength="the storage of databases grows by itself",
    remedy=Remedy(change=_let_storage_grow, effort=Effort.MINUTES, cost=Cost.FREE),
    passes=[instance_of(MaxAllocatedStorage=500)],
    fails=[instance_of(), instance_of(MaxAllocatedStorage=100)],
    silent=[
        instance_of(DBClusterIdentifier="orders"),
        instance_of(StorageType="standard"),
        instance_of(Engine="custom-sqlserver-se"),
    ],
)
def instance_storage_autoscaling_off(db: View) -> Outcome:
    """A full volume stops an instance as surely as a lost host, and one cannot fail over from it.

    A cluster's volume grows by itself; magnetic storage cannot.
    """
    if db.read(READ, "DBClusterIdentifier") or db.read(READ, "StorageType") == "standard":
        return NOT_APPLICABLE
    if str(db.read(READ, "Engine")).startswith(_CUSTOM):
        return NOT_APPLICABLE
    ceiling = db.read(READ, "MaxAllocatedStorage") or 0
    return passed_if(ceiling > (db.read(READ, "AllocatedStorage") or 0))


def _move_to_ssd(db: Draft) -> None:
    db.put(READ, StorageType="gp3")
    _let_storage_grow(db)


@check(
    id="rds.storage_magnetic",
    resource_type=INSTANCE,
    title="A database runs on magnetic storage, whose latency is high and unsteady",
    question=SLOWNESS,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=(Effect(SLOW_DEPENDENCY, Phase.ACT, "change_configuration", by_person=True),),
    effect_source="an assumption: the storage type is changed once it has become too slow",
    recommendation=(
        "Change `StorageType` to `gp3`, and set `MaxAllocatedStorage`, since it can then grow by "
        "itself: a short interruption, then faster storage at about the same price."
    ),
    documentation=(
        "Amazon RDS DB instance storage",
        "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Storage.html",
    ),
    remedy=Remedy(change=_move_to_ssd, effort=Effort.HOURS, cost=Cost.LITTLE),
    passes=[instance_of(StorageType="gp3")],
    fails=[instance_of(StorageType="standard")],
    silent=[instance_of(StorageType="aurora", DBClusterIdentifier="orders")],
)
def storage_magnetic(db: View) -> Outcome:
    """Magnetic storage is kept for old databases only; it does not grow by itself."""
    if db.read(READ, "DBClusterIdentifier"):
        return NOT_APPLICABLE
    return passed_if(db.read(READ, "StorageType") != "standard")


@check(
    id="rds.performance_insights_off",
    resource_type=INSTANCE,
    title="Database load is not recorded: nobody can see which queries made it slow",
    question=VISIBLE,
    layer=Layer.CONTINUOUS_IMPROVEMENT,
    on_fail=(Effect(SLOW_DEPENDENCY, Phase.DIAGNOSE, "diagnose_blind", by_person=True),),
    on_pass=(Effect(SLOW_DEPENDENCY, Phase.DIAGNOSE, "diagnose_with_traces", by_person=True),),
    effect_source="assumptions: searching with and without a record of waits and queries",
    recommendation=(
        "Turn on Database Insights (`PerformanceInsightsEnabled`): no downtime, and seven days of "
        "history are free."
    ),
    documentation=(
        "Monitoring DB load with Performance Insights",
        "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PerfInsights.html",
    ),
    strength="the load of databases is recorded by query and wait",
    remedy=Remedy(
        change=puts(READ, PerformanceInsightsEnabled=True),
        effort=Effort.MINUTES,
        cost=Cost.FREE,
    ),
    passes=[instance_of(PerformanceInsightsEnabled=True)],
    fails=[
        instance_of(PerformanceInsightsEnabled=False, DBInstanceClass="db.r6g.large"),
        instance_of(
            PerformanceInsightsEnabled=False,
            DBClusterIdentifier="orders",
            DBInstanceClass="db.t4g.medium",
        ),
    ],
    silent=[
        instance_of(PerformanceInsightsEnabled=False, DBInstanceClass="db.t4g.micro"),
        instance_of(PerformanceInsightsEnabled=False, Engine="neptune"),
        instance_of(PerformanceInsightsEnabled=False, Engine="custom-oracle-ee"),
        instance_of(
            PerformanceInsightsEnabled=False, Engine="aurora-mysql", DBInstanceClass="db.t3.medium"
        ),
        instance_of(DBInstanceClass="db.r6g.large"),
    ],
)
def performance_insights_off(db: View) -> Outcome:
    """The wait that a slow query spends is gone once it has passed, unless it was recorded.

    The smallest classes cannot record it with every engine, so they are left alone, as is an
    instance of which AWS says neither yes nor no.
    """
    recorded = db.read(READ, "PerformanceInsightsEnabled")
    if recorded is None or str(db.read(READ, "Engine")).startswith(_NOT_RDS):
        return NOT_APPLICABLE
    if recorded:
        return passed()
    size = str(db.read(READ, "DBInstanceClass"))
    is_old = db.read(READ, "Engine") == "aurora-mysql" and size.startswith(_OLD_AURORA_MYSQL)
    return NOT_APPLICABLE if is_old or size.endswith(_TOO_SMALL_TO_RECORD) else passed_if(False)


def _placed(fields: dict[str, object], *proxies: Example) -> Example:
    placed: dict[str, object] = {"DBSubnetGroup": {"VpcId": "vpc-1"}, **fields}
    return Example(
        facts=instance_of(**placed).facts, linked=[Example(type=VPC, linked_from=proxies)]
    )


def _add_proxy(db: Draft) -> None:
    """A proxy in the database's own network, which every user of the database goes through."""
    instances = [db] if db.type == INSTANCE else db.linked(INSTANCE, label="has member")
    placed = next(each for each in instances if each.linked(VPC))
    name = f"{db.name}-proxy"
    target = {
        "RdsResourceId": db.name,
        "Type": "RDS_INSTANCE" if db.type == INSTANCE else "TRACKED_CLUSTER",
    }
    proxy = db.add(
        PROXY,
        name,
        {
            "rds:DescribeDBProxies": {
                "DBProxyName": name,
                "Status": "available",
                "VpcId": placed.read(READ, "DBSubnetGroup.VpcId"),
                "VpcSubnetIds": placed.read(READ, "DBSubnetGroup.Subnets[].SubnetIdentifier"),
            },
            "rds:DescribeDBProxyTargets": [target],
        },
    )
    proxy.link(placed.linked(VPC)[0], "placed in", kind=RelationKind.CONTAINMENT)
    proxy.link(db, "connects to")


@check(
    id="rds.no_proxy_for_failover",
    resource_type=(INSTANCE, CLUSTER),
    title="Clients meet a database failover directly, with broken connections and stale addresses",
    question=SLOWNESS,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=(
        Effect(COMPONENT_LOST, Phase.PROPAGATE, "clients_reconnect"),
        Effect(ZONE_LOST, Phase.PROPAGATE, "clients_reconnect"),
    ),
    effect_source="an assumption: time until pools and name caches have followed a failover",
    recommendation=(
        "Only where a minute matters: put an RDS Proxy before the database (priced per vCPU of the "
        "database); it holds connections through a failover and needs no name resolution. AWS's "
        "wrapper drivers follow a failover as fast, at no cost, if the application may take one."
    ),
    documentation=(
        "Amazon RDS Proxy",
        "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy.html",
    ),
    remedy=Remedy(change=_add_proxy, effort=Effort.HOURS, cost=Cost.SOME),
    passes=[_placed({"MultiAZ": True}, Example(type=PROXY, member=False))],
    fails=[_placed({"MultiAZ": True})],
    silent=[
        _placed({"MultiAZ": False}),
        _placed({"MultiAZ": True, "Engine": "oracle-ee"}),
        instance_of(MultiAZ=True),
    ],
)
def no_proxy_for_failover(db: View) -> Outcome:
    """A failover is as long as the slowest client takes to notice it, not as long as the database.

    Any proxy in the database's VPC counts, as its targets may not be known.
    """
    instances = [db] if db.type == INSTANCE else _instances(db)
    placed = [each for each in instances if each.read(READ, "DBSubnetGroup.VpcId")]
    if not placed or not _fails_over(db, instances):
        return NOT_APPLICABLE
    networks = placed[0].linked(VPC)
    if not networks:
        raise Unknown("ec2:DescribeVpcs")
    return passed_if(any(vpc.linked_from(PROXY) for vpc in networks))


def _instances(cluster: View) -> list[View]:
    members = cluster.read(READ_CLUSTER, "DBClusterMembers[].DBInstanceIdentifier")
    return cluster.linked(INSTANCE, label="has member") if members else []


def _fails_over(db: View, instances: list[View]) -> bool:
    if db.type == CLUSTER:
        return len(instances) > 1 and str(db.read(READ_CLUSTER, "Engine")).startswith("aurora")
    engine = str(db.read(READ, "Engine"))
    return bool(stands_alone(db) and db.read(READ, "MultiAZ")) and engine.startswith(
        _PROXIED_ENGINES
    )
