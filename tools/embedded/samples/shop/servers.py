"""The shop's servers: one behind a load balancer, one set up by hand, one task."""

from tools.embedded.network import Network, machine_image
from tools.embedded.permissions import role
from tools.embedded.samples import Clients
from tools.embedded.samples.shop.naming import NAME, TAGS
from tools.embedded.samples.shop.stores import Stores
from tools.embedded.tags import pairs, small_pairs, specification


def build_servers(client: Clients, network: Network, stores: Stores) -> None:
    """Name, load balancer, server, machine and task."""
    image = machine_image(client("ec2"), NAME, TAGS)
    certificate = client("acm").request_certificate(
        DomainName="www.shop.example.com", ValidationMethod="EMAIL", Tags=pairs(TAGS)
    )["CertificateArn"]
    _domain(client, _web(client, network, image, certificate))
    _machine(client, network, image)
    _reports(client, network, stores)


def _web(client: Clients, network: Network, image: str, certificate: str) -> dict[str, str]:
    """A load balancer over one server in one zone, replaced only once EC2 itself sees it dead."""
    ec2, elb, scaling = client("ec2"), client("elbv2"), client("autoscaling")
    balancer: dict[str, str] = elb.create_load_balancer(
        Name="shop",
        Subnets=list(network.public[:2]),
        SecurityGroups=[network.web],
        Scheme="internet-facing",
        Type="application",
        Tags=pairs(TAGS),
    )["LoadBalancers"][0]
    elb.modify_load_balancer_attributes(
        LoadBalancerArn=balancer["LoadBalancerArn"],  # always so on AWS; moto starts with false
        Attributes=[{"Key": "load_balancing.cross_zone.enabled", "Value": "true"}],
    )
    targets = elb.create_target_group(
        Name="shop",
        Protocol="HTTP",
        Port=8080,
        VpcId=network.vpc,
        HealthCheckPath="/",
        Tags=pairs(TAGS),
    )["TargetGroups"][0]["TargetGroupArn"]
    elb.create_listener(
        LoadBalancerArn=balancer["LoadBalancerArn"],
        Protocol="HTTPS",
        Port=443,
        Certificates=[{"CertificateArn": certificate}],
        DefaultActions=[{"Type": "forward", "TargetGroupArn": targets}],
        Tags=pairs(TAGS),
    )
    template = ec2.create_launch_template(
        LaunchTemplateName="shop-web",
        LaunchTemplateData={
            "ImageId": image,
            "InstanceType": "t3.medium",
            "SecurityGroupIds": [network.app],
        },
        TagSpecifications=specification("launch-template", TAGS, "shop-web"),
    )["LaunchTemplate"]["LaunchTemplateId"]
    scaling.create_auto_scaling_group(
        AutoScalingGroupName="shop-web",
        MinSize=1,
        MaxSize=1,
        DesiredCapacity=1,
        LaunchTemplate={"LaunchTemplateId": template, "Version": "$Latest"},
        VPCZoneIdentifier=network.private[0],
        TargetGroupARNs=[targets],
        HealthCheckType="EC2",
        HealthCheckGracePeriod=300,
        Tags=[
            {"Key": key, "Value": value, "PropagateAtLaunch": True}
            for key, value in {**TAGS, "Name": "shop-web"}.items()
        ],
    )
    return balancer


def _domain(client: Clients, balancer: dict[str, str]) -> None:
    zone = client("route53").create_hosted_zone(Name="shop.example.com.", CallerReference=NAME)
    zone_id = zone["HostedZone"]["Id"].rsplit("/", 1)[-1]
    client("route53").change_tags_for_resource(
        ResourceType="hostedzone", ResourceId=zone_id, AddTags=pairs(TAGS)
    )
    client("route53").change_resource_record_sets(
        HostedZoneId=zone_id,
        ChangeBatch={
            "Changes": [
                {
                    "Action": "CREATE",
                    "ResourceRecordSet": {
                        "Name": "www.shop.example.com.",
                        "Type": "CNAME",
                        "TTL": 86400,
                        "ResourceRecords": [{"Value": balancer["DNSName"]}],
                    },
                }
            ]
        },
    )


def _machine(client: Clients, network: Network, image: str) -> None:
    """A machine that somebody set up by hand, with a data disk that nobody copies."""
    client("ec2").run_instances(
        ImageId=image,
        InstanceType="t3.large",
        MinCount=1,
        MaxCount=1,
        SubnetId=network.private[0],
        SecurityGroupIds=[network.app],
        BlockDeviceMappings=[
            {"DeviceName": "/dev/sda1", "Ebs": {"VolumeSize": 20, "VolumeType": "gp3"}},
            {
                "DeviceName": "/dev/sdf",
                "Ebs": {"VolumeSize": 200, "VolumeType": "gp3", "DeleteOnTermination": False},
            },
        ],
        TagSpecifications=[
            *specification("instance", TAGS, "shop-batch"),
            *specification("volume", TAGS, "shop-batch"),
        ],
    )


def _reports(client: Clients, network: Network, stores: Stores) -> None:
    """One task in one subnet."""
    ecs = client("ecs")
    ecs.create_cluster(clusterName="shop", tags=small_pairs(TAGS))
    tasks_role = role(client("iam"), "shop-reports", "ecs-tasks.amazonaws.com", TAGS)
    task = ecs.register_task_definition(
        family="shop-reports",
        networkMode="awsvpc",
        requiresCompatibilities=["FARGATE"],
        cpu="256",
        memory="512",
        executionRoleArn=tasks_role,
        taskRoleArn=tasks_role,
        containerDefinitions=[
            {
                "name": "reports",
                "image": "public.ecr.aws/docker/library/nginx:latest",
                "essential": True,
                "environment": [
                    {"name": "DATABASE_HOST", "value": stores.database},
                    {"name": "SESSIONS_HOST", "value": stores.sessions},
                ],
                "mountPoints": [{"sourceVolume": "images", "containerPath": "/images"}],
            }
        ],
        volumes=[
            {"name": "images", "efsVolumeConfiguration": {"fileSystemId": stores.images}},
        ],
        tags=small_pairs(TAGS),
    )["taskDefinition"]["taskDefinitionArn"]
    ecs.create_service(
        cluster="shop",
        serviceName="shop-reports",
        taskDefinition=task,
        desiredCount=1,
        launchType="FARGATE",
        networkConfiguration={
            "awsvpcConfiguration": {
                "subnets": [network.private[0]],
                "securityGroups": [network.app],
            }
        },
        tags=small_pairs(TAGS),
    )
    ecs.update_service(  # moto starts tasks now
        cluster="shop", service="shop-reports", desiredCount=1
    )
