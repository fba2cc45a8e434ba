"""A web shop full of single points of failure: what a small team puts together in a hurry."""

from tools.embedded.network import build_network
from tools.embedded.samples import Clients, SuggestedObjectives
from tools.embedded.samples.shop.alarms import build_alarms
from tools.embedded.samples.shop.functions import build_functions
from tools.embedded.samples.shop.naming import NAME, TAGS
from tools.embedded.samples.shop.servers import build_servers
from tools.embedded.samples.shop.stores import build_stores

__all__ = ["DESCRIPTION", "NAME", "OBJECTIVES", "TAGS", "build"]

DESCRIPTION = (
    "A three-tier web shop with one of everything: one server, one database without backups, one "
    "NAT gateway for three zones, a queue without dead-letter queue, alarms nobody hears."
)
OBJECTIVES = SuggestedObjectives(rto="4h", rpo="1h")


def build(client: Clients) -> None:
    """Build the shop."""
    network = build_network(client("ec2"), NAME, TAGS, net=10, zones="abc", nat_gateways=1)
    stores = build_stores(client, network)
    build_servers(client, network, stores)
    build_functions(client, network, stores)
    build_alarms(client)
