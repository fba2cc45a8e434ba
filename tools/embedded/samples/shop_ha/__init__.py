"""The same web shop, built well: several of everything, in three zones, watched and backed up."""

from tools.embedded.network import build_network
from tools.embedded.samples import Clients, SuggestedObjectives
from tools.embedded.samples.shop_ha.alarms import build_alarms
from tools.embedded.samples.shop_ha.events import build_events
from tools.embedded.samples.shop_ha.functions import build_functions
from tools.embedded.samples.shop_ha.naming import NAME, TAGS
from tools.embedded.samples.shop_ha.queues import build_queues
from tools.embedded.samples.shop_ha.stores import build_stores
from tools.embedded.samples.shop_ha.web import build_web
from tools.embedded.tags import specification

__all__ = ["DESCRIPTION", "NAME", "OBJECTIVES", "TAGS", "build"]

DESCRIPTION = (
    "The web shop again, built well: three zones, failover without people, point-in-time recovery, "
    "limits, dead-letter queues, and alarms that reach somebody."
)
OBJECTIVES = SuggestedObjectives(rto="4h", rpo="1h")


def build(client: Clients) -> None:
    """Build the shop."""
    network = build_network(client("ec2"), NAME, TAGS, net=20, zones="abc", nat_gateways=3)
    client("ec2").create_vpc_endpoint(
        VpcId=network.vpc,
        ServiceName=f"com.amazonaws.{client('ec2').meta.region_name}.s3",
        VpcEndpointType="Gateway",
        RouteTableIds=list(network.private_route_tables),
        TagSpecifications=specification("vpc-endpoint", TAGS, "shop-ha-s3"),
    )
    stores = build_stores(client, network)
    web = build_web(client, network, stores)
    queues = build_queues(client)
    functions = build_functions(client, network, stores, queues)
    events = build_events(client, functions, queues)
    build_alarms(client, network, web, events)
