"""A small account of servers, load balancers, routes and names: what is read, related, judged."""

import logging
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto.moto_api._internal.models import moto_api_backend
from moto.server import ThreadedMotoServer

from state.judgements import Verdict
from state.snapshot import RelationKind, Selector, Snapshot
from tools.aws.account import Account
from tools.aws.discovery import discover
from tools.checks import all_checks
from tools.checks.view import Unknown, View, Workload

REGION = "eu-west-1"
ZONES = ("eu-west-1a", "eu-west-1b")
PAIRS = [{"Key": "workload", "Value": "shop"}]
FOREIGN = [{"Key": "workload", "Value": "payroll"}]
USER_DATA = "IyEvYmluL3NoCmV4cG9ydCBQQVNTV09SRD1odW50ZXIyCg=="


def _tagged(kind: str, pairs: list[dict[str, str]] = PAIRS) -> list[dict[str, Any]]:
    return [{"ResourceType": kind, "Tags": pairs}]


class Shop:
    """The account, and the ids of what is in it."""

    def __init__(self, session: boto3.Session, url: str) -> None:
        self.ec2 = session.client("ec2", endpoint_url=url)
        self.elbv2 = session.client("elbv2", endpoint_url=url)
        self.autoscaling = session.client("autoscaling", endpoint_url=url)
        self.acm = session.client("acm", endpoint_url=url)
        self.route53 = session.client("route53", endpoint_url=url)
        self._network()
        self._servers()
        self._balanced()
        self._names()

    def _network(self) -> None:
        """Two zones that leave through one NAT gateway, and an endpoint in one of them."""
        ec2 = self.ec2
        self.vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16", TagSpecifications=_tagged("vpc"))["Vpc"][
            "VpcId"
        ]
        self.subnets = [
            ec2.create_subnet(
                VpcId=self.vpc,
                CidrBlock=f"10.0.{number}.0/24",
                AvailabilityZone=zone,
                TagSpecifications=_tagged("subnet"),
            )["Subnet"]["SubnetId"]
            for number, zone in enumerate(ZONES)
        ]
        address = ec2.allocate_address(Domain="vpc")["AllocationId"]
        self.nat = ec2.create_nat_gateway(
            SubnetId=self.subnets[0],
            AllocationId=address,
            TagSpecifications=_tagged("natgateway"),
        )["NatGateway"]["NatGatewayId"]
        self.routes = ec2.create_route_table(VpcId=self.vpc)["RouteTable"]["RouteTableId"]
        ec2.create_route(
            RouteTableId=self.routes, DestinationCidrBlock="0.0.0.0/0", NatGatewayId=self.nat
        )
        for subnet in self.subnets:
            ec2.associate_route_table(RouteTableId=self.routes, SubnetId=subnet)
        self.endpoint = ec2.create_vpc_endpoint(
            VpcId=self.vpc,
            ServiceName=f"com.amazonaws.{REGION}.sqs",
            VpcEndpointType="Interface",
            SubnetIds=self.subnets[:1],
            TagSpecifications=_tagged("vpc-endpoint"),
        )["VpcEndpoint"]["VpcEndpointId"]

    def _servers(self) -> None:
        """A lone server with a data volume, and a volume of somebody else."""
        ec2 = self.ec2
        self.image = ec2.describe_images()["Images"][0]["ImageId"]
        self.server = ec2.run_instances(
            ImageId=self.image,
            InstanceType="t3.micro",
            MinCount=1,
            MaxCount=1,
            SubnetId=self.subnets[0],
            TagSpecifications=_tagged("instance"),
        )["Instances"][0]["InstanceId"]
        self.volume, self.foreign_volume = (
            ec2.create_volume(
                AvailabilityZone=ZONES[0],
                Size=50,
                VolumeType=kind,
                TagSpecifications=_tagged("volume", pairs),
            )["VolumeId"]
            for kind, pairs in (("gp2", PAIRS), ("gp3", FOREIGN))
        )
        ec2.attach_volume(VolumeId=self.volume, InstanceId=self.server, Device="/dev/sdf")
        ec2.create_snapshot(VolumeId=self.foreign_volume)

    def _balanced(self) -> None:
        """A group of two in two zones behind a load balancer, and a neighbour on the same one."""
        template = self.ec2.create_launch_template(
            LaunchTemplateName="web",
            LaunchTemplateData={
                "ImageId": self.image,
                "InstanceType": "m5.large",
                "UserData": USER_DATA,
            },
        )["LaunchTemplate"]["LaunchTemplateId"]
        self.template = template
        self.balancer = self.elbv2.create_load_balancer(
            Name="web", Subnets=self.subnets, Tags=PAIRS
        )["LoadBalancers"][0]["LoadBalancerArn"]
        self.targets, self.foreign_targets = (
            self.elbv2.create_target_group(
                Name=name, Protocol="HTTP", Port=80, VpcId=self.vpc, HealthCheckPath="/health"
            )["TargetGroups"][0]["TargetGroupArn"]
            for name in ("web", "payroll")
        )
        self.elbv2.add_tags(ResourceArns=[self.foreign_targets], Tags=FOREIGN)
        self.certificate = self.acm.request_certificate(
            DomainName="shop.example.org", ValidationMethod="DNS"
        )["CertificateArn"]
        for port, group in ((443, self.targets), (8443, self.foreign_targets)):
            self.elbv2.create_listener(
                LoadBalancerArn=self.balancer,
                Protocol="HTTPS",
                Port=port,
                Certificates=[{"CertificateArn": self.certificate}],
                DefaultActions=[{"Type": "forward", "TargetGroupArn": group}],
            )
        self.autoscaling.create_auto_scaling_group(
            AutoScalingGroupName="web",
            MinSize=1,
            MaxSize=4,
            LaunchTemplate={"LaunchTemplateId": template},
            VPCZoneIdentifier=self.subnets[0],
            TargetGroupARNs=[self.targets],
            HealthCheckType="ELB",
            HealthCheckGracePeriod=120,
            Tags=[{**PAIRS[0], "PropagateAtLaunch": False}],
        )
        for size, subnets in ((2, self.subnets[1:]), (2, self.subnets)):  # moto fills one zone only
            self.autoscaling.update_auto_scaling_group(
                AutoScalingGroupName="web", MinSize=size, VPCZoneIdentifier=",".join(subnets)
            )
        self.autoscaling.put_scaling_policy(
            AutoScalingGroupName="web",
            PolicyName="cpu",
            PolicyType="TargetTrackingScaling",
            TargetTrackingConfiguration={
                "PredefinedMetricSpecification": {
                    "PredefinedMetricType": "ASGAverageCPUUtilization"
                },
                "TargetValue": 50.0,
            },
        )

    def _names(self) -> None:
        """A name with a slow, cached failover of which one half is missing."""
        self.zone = self.route53.create_hosted_zone(Name="example.org", CallerReference="1")[
            "HostedZone"
        ]["Id"].removeprefix("/hostedzone/")
        self.health_check = self.route53.create_health_check(
            CallerReference="1",
            HealthCheckConfig={
                "Type": "HTTPS",
                "FullyQualifiedDomainName": "shop.example.org",
                "RequestInterval": 30,
                "FailureThreshold": 10,
            },
        )["HealthCheck"]["Id"]
        self.route53.change_tags_for_resource(
            ResourceType="hostedzone", ResourceId=self.zone, AddTags=PAIRS
        )
        self.route53.change_tags_for_resource(
            ResourceType="healthcheck", ResourceId=self.health_check, AddTags=PAIRS
        )
        address = self.elbv2.describe_load_balancers()["LoadBalancers"][0]["DNSName"]
        self._record(
            Type="A",
            Name="www.example.org",
            AliasTarget={
                "DNSName": f"dualstack.{address}.",
                "HostedZoneId": "Z32O12XQLNTSW2",
                "EvaluateTargetHealth": True,
            },
        )
        self._record(
            Type="A",
            Name="shop.example.org",
            SetIdentifier="one",
            Failover="PRIMARY",
            TTL=300,
            HealthCheckId=self.health_check,
            ResourceRecords=[{"Value": "192.0.2.1"}],
        )

    def _record(self, **record: Any) -> None:
        change = {"Action": "CREATE", "ResourceRecordSet": record}
        self.route53.change_resource_record_sets(
            HostedZoneId=self.zone, ChangeBatch={"Changes": [change]}
        )


@pytest.fixture(scope="module")
def account() -> Iterator[tuple[Shop, Snapshot]]:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    moto_api_backend.reset()  # moto's state is the process's, not the server's
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        url = "http://{}:{}".format(*server.get_host_and_port())
        session = boto3.Session("test", "test", region_name=REGION)
        shop = Shop(session, url)
        reader = Account(boto3.Session("test", "test", region_name=REGION), endpoint_url=url)
        yield shop, discover(reader, Selector(tags={"workload": "shop"}), [REGION])
    finally:
        server.stop()


@pytest.fixture(scope="module")
def shop(account: tuple[Shop, Snapshot]) -> Shop:
    return account[0]


@pytest.fixture(scope="module")
def snapshot(account: tuple[Shop, Snapshot]) -> Snapshot:
    return account[1]


def arn(kind: str, name: str) -> str:
    return f"arn:aws:ec2:{REGION}:123456789012:{kind}/{name}"


def group(snapshot: Snapshot) -> str:
    return next(i for i in snapshot.resources if "autoScalingGroup" in i)


def zone(shop: Shop) -> str:
    return f"arn:aws:route53:::hostedzone/{shop.zone}"


def related(snapshot: Snapshot) -> set[tuple[str, str, str]]:
    return {(relation.source, relation.label, relation.target) for relation in snapshot.relations}


def verdict(snapshot: Snapshot, check: str, resource: str) -> Verdict | None:
    view = View(snapshot.resources[resource], Workload(snapshot))
    try:
        return all_checks()[check].judge(view).verdict
    except Unknown:
        return Verdict.UNKNOWN


def test_nothing_that_was_asked_for_was_refused(snapshot: Snapshot) -> None:
    own = {"ec2", "autoscaling", "elbv2", "acm", "route53"}
    assert [gap for gap in snapshot.gaps if gap.service in own] == []


def test_members_are_what_carries_the_tag(shop: Shop, snapshot: Snapshot) -> None:
    members = {r.id for r in snapshot.resources.values() if r.member}
    assert members == {
        arn("vpc", shop.vpc),
        *(arn("subnet", subnet) for subnet in shop.subnets),
        arn("natgateway", shop.nat),
        arn("vpc-endpoint", shop.endpoint),
        arn("instance", shop.server),
        arn("volume", shop.volume),
        shop.balancer,
        group(snapshot),
        zone(shop),
        f"arn:aws:route53:::healthcheck/{shop.health_check}",
    }


def test_neighbours_are_one_hop_away_and_foreign_resources_are_not_read(
    shop: Shop, snapshot: Snapshot
) -> None:
    neighbours = {r.id for r in snapshot.resources.values() if not r.member}
    assert {
        arn("route-table", shop.routes),
        arn("launch-template", shop.template),
        shop.targets,
        shop.foreign_targets,
        shop.certificate,
    } <= neighbours
    assert arn("volume", shop.foreign_volume) not in snapshot.resources


def test_traffic_is_followed_from_the_name_to_the_servers(shop: Shop, snapshot: Snapshot) -> None:
    relations = related(snapshot)
    assert (zone(shop), "resolves to", shop.balancer) in relations
    assert (shop.balancer, "forwards to", shop.targets) in relations
    assert (shop.targets, "forwards to", group(snapshot)) in relations
    assert (shop.balancer, "presents", shop.certificate) in relations
    launched = {t for s, label, t in relations if s == group(snapshot) and label == "launches"}
    reached = {t for s, label, t in relations if s == shop.targets and label == "forwards to"}
    assert len(launched) == 2
    assert launched <= reached


def test_placement_is_containment_and_egress_is_data_flow(shop: Shop, snapshot: Snapshot) -> None:
    relations = related(snapshot)
    server, subnet = arn("instance", shop.server), arn("subnet", shop.subnets[0])
    assert (server, "placed in", subnet) in relations
    assert (subnet, "routed by", arn("route-table", shop.routes)) in relations
    egress = (
        arn("route-table", shop.routes),
        "sends traffic through",
        arn("natgateway", shop.nat),
    )
    assert egress in relations
    placed = {r.kind for r in snapshot.relations if r.label == "placed in"}
    assert placed == {RelationKind.CONTAINMENT}


def test_follow_up_facts_are_shared_out_to_their_resources(shop: Shop, snapshot: Snapshot) -> None:
    resources = snapshot.resources
    policies = resources[group(snapshot)].facts["autoscaling:DescribePolicies"]
    assert [policy["PolicyName"] for policy in policies] == ["cpu"]
    assert resources[arn("volume", shop.volume)].facts["ec2:DescribeSnapshots"] == []
    credit = resources[arn("instance", shop.server)].facts[
        "ec2:DescribeInstanceCreditSpecifications"
    ]
    assert len(credit) == 1
    health = resources[shop.targets].facts["elbv2:DescribeTargetHealth"]
    assert len(health) == 2
    records = resources[zone(shop)].facts["route53:ListResourceRecordSets"]
    assert "www.example.org." in [record["Name"] for record in records]


def test_user_data_never_leaves_the_reader(shop: Shop, snapshot: Snapshot) -> None:
    versions = snapshot.resources[arn("launch-template", shop.template)].facts[
        "ec2:DescribeLaunchTemplateVersions"
    ]
    assert versions[0]["LaunchTemplateData"]["UserData"] == "[redacted]"
    assert USER_DATA not in snapshot.model_dump_json()


def test_calls_are_few(snapshot: Snapshot) -> None:
    once = (
        "ec2:DescribeSubnets",
        "ec2:DescribeLaunchTemplates",
        "ec2:DescribeLaunchTemplateVersions",
        "autoscaling:DescribeAutoScalingGroups",
        "autoscaling:DescribePolicies",
        "elbv2:DescribeLoadBalancers",
        "elbv2:DescribeTargetGroups",
        "route53:ListHostedZones",
        "route53:ListHealthChecks",
    )
    assert {call: snapshot.calls.get(call) for call in once} == dict.fromkeys(once, 1)
    for call in ("ec2:DescribeInstances", "ec2:DescribeVolumes", "ec2:DescribeSnapshots"):
        assert snapshot.calls[call] == 2, "once for members, once for what they refer to"


@pytest.mark.parametrize(
    "check",
    [
        "ec2.instance_standalone",
        "ebs.volume_no_snapshot",
        "ebs.volume_burst_limited",
        "vpc.nat_gateway_single_az",
        "vpc.interface_endpoint_single_az",
        "route53.failover_record_incomplete",
        "route53.record_ttl_high",
        "route53.health_check_slow",
        "elbv2.lb_deletion_protection_off",
        "elbv2.lb_shared_by_workloads",
    ],
)
def test_what_is_weak_is_found(check: str, snapshot: Snapshot) -> None:
    types = all_checks()[check].resource_types
    members = [r for r in snapshot.resources.values() if r.member and r.type in types]
    assert Verdict.FAIL in {verdict(snapshot, check, each.id) for each in members}


def test_a_group_over_two_zones_behind_a_load_balancer_is_left_alone(
    shop: Shop, snapshot: Snapshot
) -> None:
    checks = [c for c in all_checks().values() if c.service == "asg"]
    verdicts = {c.id: verdict(snapshot, c.id, group(snapshot)) for c in checks}
    assert set(verdicts.values()) <= {Verdict.PASS, None}, verdicts
    assert verdicts["asg.group_broken_reference"] is Verdict.PASS
    assert verdict(snapshot, "elbv2.target_group_single_az", shop.targets) is Verdict.PASS
    assert verdict(snapshot, "elbv2.target_group_single_target", shop.targets) is Verdict.PASS
    launched = [
        r.target
        for r in snapshot.relations
        if r.source == group(snapshot) and r.label == "launches"
    ]
    for instance in launched:
        assert verdict(snapshot, "ec2.instance_standalone", instance) is None
