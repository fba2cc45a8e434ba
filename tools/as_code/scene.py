"""What experiments are made from: a workload's members in a Region, and what can strike them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from state.objectives import Objectives
from state.snapshot import Resource
from tools.as_code.stack import Stack
from tools.grading.placement import Placement, placement_of
from tools.grading.reckoning import Reckoning
from tools.grading.targets import targets_of

INSTANCE = "AWS::EC2::Instance"
GROUP = "AWS::AutoScaling::AutoScalingGroup"
SERVICE = "AWS::ECS::Service"
DB_INSTANCE, DB_CLUSTER = "AWS::RDS::DBInstance", "AWS::RDS::DBCluster"
NEIGHBOURS = "whatever else lies in the subnets"


@dataclass(frozen=True)
class Scene:
    """What experiments are made from: the members in a Region, and what can strike them."""

    stack: Stack
    reckoning: Reckoning
    objectives: Objectives

    @cached_property
    def placement(self) -> Placement:
        """In which zones they lie."""
        return placement_of(self.stack.snapshot)

    @cached_property
    def struck(self) -> frozenset[tuple[str, str]]:
        """Resource and scenario, where the objectives ask something of it."""
        return frozenset(
            (each.resource, each.scenario)
            for each in self.reckoning.estimates
            if targets_of(each.scenario, self.objectives)
        )

    def asks_of(self, scenario: str) -> bool:
        """Whether the scenario strikes anything of which the objectives ask something."""
        return any(strikes == scenario for _, strikes in self.struck)

    def members(self, *types: str, scenario: str | None = None) -> list[Resource]:
        """The workload's own in the Region, in the order of their names."""
        own = (each for each in self.stack.snapshot.resources.values() if each.member)
        found = (
            each
            for each in own
            if each.type in types and each.region == self.stack.region
            if scenario is None or (each.id, scenario) in self.struck
        )
        return sorted(found, key=lambda each: (each.name, each.id))

    def lies_in(self, resource: Resource, zone: str) -> bool:
        """Whether any of it lies in the zone."""
        return zone in self.placement.zones.get(resource.id, ())

    def in_group(self, instance: Resource) -> bool:
        """Whether an Auto Scaling group replaces the instance."""
        return "aws:autoscaling:groupName" in instance.tags or any(
            instance.id in (each.source, each.target)
            and GROUP in (self._type(each.source), self._type(each.target))
            for each in self.stack.snapshot.relations
        )

    def _type(self, resource: str) -> str:
        known = self.stack.snapshot.resources.get(resource)
        return known.type if known else ""


def cluster_of(service: Mapping[str, Any]) -> str:
    """The name of the cluster that an ECS service runs on."""
    return str(service.get("clusterArn") or "default").rpartition("/")[2]


def database_facts(database: Resource) -> Mapping[str, Any]:
    """What describes an RDS DB instance."""
    facts: Mapping[str, Any] = database.facts.get("rds:DescribeDBInstances", {})
    return facts


def has_standby(database: Resource) -> bool:
    """Whether a DB instance of its own can fail over."""
    facts = database_facts(database)
    return facts.get("MultiAZ") is True and not facts.get("DBClusterIdentifier")


def has_reader(cluster: Resource) -> bool:
    """Whether a DB cluster has an instance that its writer can fail over to."""
    return len(cluster.facts.get("rds:DescribeDBClusters", {}).get("DBClusterMembers") or ()) > 1
