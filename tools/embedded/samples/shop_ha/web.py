"""The well-built shop's front: name, load balancer, servers and containers in three zones."""

from dataclasses import dataclass
from typing import Any

from tools.embedded.network import Network, machine_image
from tools.embedded.permissions import role
from tools.embedded.samples import Clients
from tools.embedded.samples.shop_ha.naming import NAME, TAGS
from tools.embedded.samples.shop_ha.stores import Stores
from tools.embedded.tags import pairs, small_pairs, specification

GROUP, SERVICE = "shop-ha-web", "shop-ha-reports"


@dataclass(frozen=True, kw_only=True)
class Web:
    """What the alarms need to know of the front."""

    balancer: str
    targets: str
    certificate: str


def build_web(client: Clients, network: Network, stores: Stores) -> Web:
    """The load balancer, what stands behind it, and the name before it."""
    certificate: str = client("acm").request_certificate(
        DomainName="www.shop-ha.example.com", ValidationMethod="DNS", Tags=pairs(TAGS)
    )["CertificateArn"]
    balancer, targets = _balancer(client, network, certificate)
    _servers(client, network, targets)
    _domain(client, balancer)
    _reports(client, network, stores)
    return Web(balancer=balancer["LoadBalancerArn"], targets=targets, certificate=certificate)


def _balancer(client: Clients, network: Network, certificate: str) -> tuple[dict[str, Any], str]:
    elb = client("elbv2")
    balancer: dict[str, Any] = elb.create_load_balancer(
        Name=NAME,
        Subnets=list(network.public),
        SecurityGroups=[network.web],
        Scheme="internet-facing",
        Type="application",
        Tags=pairs(TAGS),
    )["LoadBalancers"][0]
    elb.modify_load_balancer_attributes(
        LoadBalancerArn=balancer["LoadBalancerArn"],
        Attributes=[
            {"Key": "deletion_protection.enabled", "Value": "true"},
            {"Key": "load_balancing.cross_zone.enabled", "Value": "true"},
            {"Key": "zonal_shift.config.enabled", "Value": "true"},
        ],
    )
    targets: str = elb.create_target_group(
        Name=NAME,
        Protocol="HTTP",
        Port=8080,
        VpcId=network.vpc,
        HealthCheckPath="/health",
        HealthCheckIntervalSeconds=10,
        HealthCheckTimeoutSeconds=5,
        HealthyThresholdCount=2,
        UnhealthyThresholdCount=2,
        Tags=pairs(TAGS),
    )["TargetGroups"][0]["TargetGroupArn"]
    elb.modify_target_group_attributes(
        TargetGroupArn=targets,
        Attributes=[
            {"Key": "deregistration_delay.timeout_seconds", "Value": "30"},
            {"Key": "slow_start.duration_seconds", "Value": "30"},
        ],
    )
    elb.create_listener(
        LoadBalancerArn=balancer["LoadBalancerArn"],
        Protocol="HTTPS",
        Port=443,
        Certificates=[{"CertificateArn": certificate}],
        DefaultActions=[{"Type": "forward", "TargetGroupArn": targets}],
        Tags=pairs(TAGS),
    )
    return balancer, targets


def _servers(client: Clients, network: Network, targets: str) -> None:
    scaling = client("autoscaling")
    template = client("ec2").create_launch_template(
        LaunchTemplateName=GROUP,
        LaunchTemplateData={
            "ImageId": machine_image(client("ec2"), NAME, TAGS),
            "InstanceType": "m7i.large",
            "SecurityGroupIds": [network.app],
            "Monitoring": {"Enabled": True},
        },
        TagSpecifications=specification("launch-template", TAGS, GROUP),
    )["LaunchTemplate"]["LaunchTemplateId"]
    scaling.create_auto_scaling_group(
        AutoScalingGroupName=GROUP,
        MinSize=1,
        MaxSize=9,
        DesiredCapacity=1,
        LaunchTemplate={"LaunchTemplateId": template, "Version": "1"},
        VPCZoneIdentifier=network.private[0],
        TargetGroupARNs=[targets],
        HealthCheckType="ELB",
        HealthCheckGracePeriod=90,
        DefaultInstanceWarmup=60,
        CapacityRebalance=True,
        Tags=[
            {"Key": key, "Value": value, "PropagateAtLaunch": True}
            for key, value in {**TAGS, "Name": GROUP}.items()
        ],
    )
    for count in range(2, len(network.private) + 1):  # moto fills the subnet named first
        scaling.update_auto_scaling_group(
            AutoScalingGroupName=GROUP,
            MinSize=count,
            DesiredCapacity=count,
            VPCZoneIdentifier=",".join(reversed(network.private[:count])),
        )
    scaling.put_scaling_policy(
        AutoScalingGroupName=GROUP,
        PolicyName="cpu",
        PolicyType="TargetTrackingScaling",
        TargetTrackingConfiguration={
            "PredefinedMetricSpecification": {"PredefinedMetricType": "ASGAverageCPUUtilization"},
            "TargetValue": 50,
        },
    )
    scaling.enable_metrics_collection(
        AutoScalingGroupName=GROUP,
        Granularity="1Minute",
        Metrics=["GroupDesiredCapacity", "GroupInServiceInstances"],
    )


def _domain(client: Clients, balancer: dict[str, Any]) -> None:
    route53 = client("route53")
    zone = route53.create_hosted_zone(Name="shop-ha.example.com.", CallerReference=NAME)
    zone_id = zone["HostedZone"]["Id"].rsplit("/", 1)[-1]
    route53.change_tags_for_resource(
        ResourceType="hostedzone", ResourceId=zone_id, AddTags=pairs(TAGS)
    )
    route53.change_resource_record_sets(
        HostedZoneId=zone_id,
        ChangeBatch={
            "Changes": [
                {
                    "Action": "CREATE",
                    "ResourceRecordSet": {
                        "Name": "www.shop-ha.example.com.",
                        "Type": "A",
                        "AliasTarget": {
                            "HostedZoneId": balancer["CanonicalHostedZoneId"],
                            "DNSName": balancer["DNSName"],
                            "EvaluateTargetHealth": True,
                        },
                    },
                }
            ]
        },
    )


def _reports(client: Clients, network: Network, stores: Stores) -> None:
    """Three tasks, one in each zone, scaled on CPU, rolled back by a circuit breaker."""
    ecs, scaling = client("ecs"), client("application-autoscaling")
    ecs.create_cluster(
        clusterName=NAME,
        settings=[{"name": "containerInsights", "value": "enabled"}],
        tags=small_pairs(TAGS),
    )
    client("logs").create_log_group(logGroupName="/ecs/shop-ha-reports", tags=TAGS)
    client("logs").put_retention_policy(logGroupName="/ecs/shop-ha-reports", retentionInDays=30)
    tasks_role = role(client("iam"), SERVICE, "ecs-tasks.amazonaws.com", TAGS)
    task = ecs.register_task_definition(
        family=SERVICE,
        networkMode="awsvpc",
        requiresCompatibilities=["FARGATE"],
        cpu="512",
        memory="1024",
        executionRoleArn=tasks_role,
        taskRoleArn=tasks_role,
        containerDefinitions=[
            {
                "name": "reports",
                "image": "public.ecr.aws/docker/library/nginx:1.29.3",
                "essential": True,
                "portMappings": [{"containerPort": 8080}],
                "environment": [
                    {"name": "DATABASE_HOST", "value": stores.database},
                    {"name": "SESSIONS_HOST", "value": stores.sessions},
                    {"name": "INVOICES_BUCKET", "value": stores.invoices},
                ],
                "stopTimeout": 60,
                "healthCheck": {
                    "command": ["CMD-SHELL", "curl -f http://localhost:8080/health || exit 1"],
                    "interval": 10,
                    "timeout": 5,
                    "retries": 3,
                },
                "logConfiguration": {
                    "logDriver": "awslogs",
                    "options": {
                        "awslogs-group": "/ecs/shop-ha-reports",
                        "awslogs-region": ecs.meta.region_name,
                        "awslogs-stream-prefix": "reports",
                        "mode": "non-blocking",
                    },
                },
            }
        ],
        tags=small_pairs(TAGS),
    )["taskDefinition"]["taskDefinitionArn"]
    deployment: dict[str, Any] = {
        "availabilityZoneRebalancing": "ENABLED",
        "deploymentConfiguration": {
            "deploymentCircuitBreaker": {"enable": True, "rollback": True},
            "minimumHealthyPercent": 100,
            "maximumPercent": 200,
        },
    }
    ecs.create_service(
        cluster=NAME,
        serviceName=SERVICE,
        taskDefinition=task,
        desiredCount=3,
        launchType="FARGATE",
        **deployment,
        networkConfiguration={
            "awsvpcConfiguration": {
                "subnets": list(network.private),
                "securityGroups": [network.app],
            }
        },
        tags=small_pairs(TAGS),
    )
    ecs.update_service(  # moto starts tasks, and keeps how to deploy, only now
        cluster=NAME, service=SERVICE, desiredCount=3, **deployment
    )
    dimension = {
        "ServiceNamespace": "ecs",
        "ResourceId": f"service/{NAME}/{SERVICE}",
        "ScalableDimension": "ecs:service:DesiredCount",
    }
    scaling.register_scalable_target(**dimension, MinCapacity=3, MaxCapacity=12)
    scaling.put_scaling_policy(
        **dimension,
        PolicyName="cpu",
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration={
            "PredefinedMetricSpecification": {
                "PredefinedMetricType": "ECSServiceAverageCPUUtilization"
            },
            "TargetValue": 50,
        },
    )
