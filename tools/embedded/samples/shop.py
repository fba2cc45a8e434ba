"""A web shop full of single points of failure: what a small team puts together in a hurry."""

import json
from typing import Any

from tools.embedded.network import Network, build_network, machine_image
from tools.embedded.permissions import function_code, role
from tools.embedded.samples import Clients, SuggestedObjectives
from tools.embedded.tags import pairs, small_pairs, specification

NAME = "shop"
TAGS = {"workload": "shop"}
DESCRIPTION = (
    "A three-tier web shop with one of everything: one server, one database without backups, one "
    "NAT gateway for three zones, a queue without dead-letter queue, alarms nobody hears."
)
OBJECTIVES = SuggestedObjectives(rto="4h", rpo="1h")


def build(client: Clients) -> None:
    """Build the shop."""
    network = build_network(client("ec2"), NAME, TAGS, net=10, zones="abc", nat_gateways=1)
    _stores(client, network)
    image = machine_image(client("ec2"), NAME, TAGS)
    certificate = client("acm").request_certificate(
        DomainName="www.shop.example.com", ValidationMethod="EMAIL", Tags=pairs(TAGS)
    )["CertificateArn"]
    balancer = _web(client, network, image, certificate)
    _domain(client, balancer)
    _machine(client, network, image)
    _functions(client, network)
    _reports(client, network)
    _alarms(client)


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


def _stores(client: Clients, network: Network) -> None:
    client("rds").create_db_subnet_group(
        DBSubnetGroupName="shop",
        DBSubnetGroupDescription="shop",
        SubnetIds=list(network.private),
        Tags=pairs(TAGS),
    )
    client("rds").create_db_instance(
        DBInstanceIdentifier="shop-orders",
        Engine="postgres",
        EngineVersion="13.14",
        DBInstanceClass="db.t3.medium",
        DBName="orders",
        AllocatedStorage=100,
        StorageType="gp3",
        MasterUsername="shop",
        MasterUserPassword="made-up-1",
        MultiAZ=False,
        AvailabilityZone=network.zones[0],
        BackupRetentionPeriod=0,
        DeletionProtection=False,
        AutoMinorVersionUpgrade=False,
        DBSubnetGroupName="shop",
        VpcSecurityGroupIds=[network.data],
        Tags=pairs(TAGS),
    )
    client("elasticache").create_cache_subnet_group(
        CacheSubnetGroupName="shop",
        CacheSubnetGroupDescription="shop",
        SubnetIds=[network.private[0]],
        Tags=pairs(TAGS),
    )
    client("elasticache").create_replication_group(
        ReplicationGroupId="shop-sessions",
        ReplicationGroupDescription="sessions",
        Engine="redis",
        EngineVersion="6.2",
        CacheNodeType="cache.t3.small",
        NumCacheClusters=1,
        AutomaticFailoverEnabled=False,
        MultiAZEnabled=False,
        SnapshotRetentionLimit=0,
        CacheSubnetGroupName="shop",
        SecurityGroupIds=[network.data],
        Tags=pairs(TAGS),
    )
    client("dynamodb").create_table(
        TableName="shop-carts",
        KeySchema=[{"AttributeName": "cart", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "cart", "AttributeType": "S"}],
        BillingMode="PROVISIONED",
        ProvisionedThroughput={"ReadCapacityUnits": 10, "WriteCapacityUnits": 5},
        Tags=pairs(TAGS),
    )
    invoices = _invoices(client)
    client("s3").create_bucket(Bucket=invoices)
    client("s3").put_bucket_tagging(Bucket=invoices, Tagging={"TagSet": pairs(TAGS)})
    files = client("efs").create_file_system(
        CreationToken="shop-images",
        PerformanceMode="generalPurpose",
        ThroughputMode="bursting",
        Backup=False,
        Tags=pairs({**TAGS, "Name": "shop-images"}),
    )["FileSystemId"]
    client("efs").create_mount_target(
        FileSystemId=files, SubnetId=network.private[0], SecurityGroups=[network.data]
    )


def _functions(client: Clients, network: Network) -> None:
    """Three functions under one role: behind a queue, behind an API, and told of events."""
    functions = client("lambda")
    execution_role = role(
        client("iam"),
        "shop-functions",
        "lambda.amazonaws.com",
        TAGS,
        (("sqs:*", "dynamodb:*", "sns:Publish", "logs:*"), ("*",)),
        (("s3:GetObject", "s3:PutObject"), (f"arn:aws:s3:::{_invoices(client)}/*",)),
    )
    common: dict[str, Any] = {
        "Role": execution_role,
        "Handler": "index.handler",
        "Code": {"ZipFile": function_code()},
        "MemorySize": 128,
        "Tags": TAGS,
    }
    orders = functions.create_function(
        FunctionName="shop-orders",
        Runtime="python3.9",
        Timeout=60,
        VpcConfig={"SubnetIds": [network.private[0]], "SecurityGroupIds": [network.app]},
        Environment={
            "Variables": {"INVOICES_BUCKET": _invoices(client), "CARTS_TABLE": "shop-carts"}
        },
        **common,
    )["FunctionArn"]
    queue = client("sqs").create_queue(
        QueueName="shop-orders", Attributes={"VisibilityTimeout": "60"}, tags=TAGS
    )["QueueUrl"]
    queue_arn = client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])[
        "Attributes"
    ]["QueueArn"]
    functions.create_event_source_mapping(
        FunctionName=orders, EventSourceArn=queue_arn, BatchSize=10, Tags=TAGS
    )
    mails = functions.create_function(
        FunctionName="shop-mails", Runtime="python3.12", Timeout=60, **common
    )["FunctionArn"]
    rule = client("events").put_rule(
        Name="shop-mails",
        EventPattern=json.dumps({"source": ["shop"], "detail-type": ["OrderPlaced"]}),
        Tags=pairs(TAGS),
    )["RuleArn"]
    client("events").put_targets(Rule="shop-mails", Targets=[{"Id": "mails", "Arn": mails}])
    functions.add_permission(
        FunctionName="shop-mails",
        StatementId="rule",
        Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com",
        SourceArn=rule,
    )
    checkout = functions.create_function(
        FunctionName="shop-api",
        Runtime="python3.12",
        Timeout=60,
        Environment={"Variables": {"ORDERS_QUEUE": queue, "CARTS_TABLE": "shop-carts"}},
        **common,
    )["FunctionArn"]
    _api(client, checkout)
    _checkout(client, checkout)


def _api(client: Clients, function: str) -> None:
    api = client("apigateway")
    region = api.meta.region_name
    rest_api = api.create_rest_api(name="shop", tags=TAGS)["id"]
    root = api.get_resources(restApiId=rest_api)["items"][0]["id"]
    address = {"restApiId": rest_api, "resourceId": root, "httpMethod": "POST"}
    api.put_method(**address, authorizationType="NONE")
    api.put_integration(
        **address,
        type="AWS_PROXY",
        integrationHttpMethod="POST",
        uri=f"arn:aws:apigateway:{region}:lambda:path/2015-03-31/functions/{function}/invocations",
    )
    deployment = api.create_deployment(restApiId=rest_api)["id"]
    api.create_stage(restApiId=rest_api, stageName="prod", deploymentId=deployment, tags=TAGS)
    client("lambda").add_permission(
        FunctionName="shop-api",
        StatementId="api",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
        SourceArn=f"arn:aws:execute-api:{region}:{_account(client)}:{rest_api}/*/POST/",
    )


def _checkout(client: Clients, function: str) -> None:
    """A state machine that neither retries nor gives up."""
    client("stepfunctions").create_state_machine(
        name="shop-checkout",
        roleArn=role(
            client("iam"),
            "shop-checkout",
            "states.amazonaws.com",
            TAGS,
            (("lambda:InvokeFunction",), (function,)),
        ),
        definition=json.dumps(
            {
                "StartAt": "Pay",
                "States": {"Pay": {"Type": "Task", "Resource": function, "End": True}},
            }
        ),
        tags=small_pairs(TAGS),
    )


def _reports(client: Clients, network: Network) -> None:
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
            }
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


def _alarms(client: Clients) -> None:
    """Two alarms: one is switched off, the other tells a topic that nobody listens to."""
    topic = client("sns").create_topic(Name="shop-alerts", Tags=pairs(TAGS))["TopicArn"]
    database = {
        "Namespace": "AWS/RDS",
        "Dimensions": [{"Name": "DBInstanceIdentifier", "Value": "shop-orders"}],
        "Statistic": "Average",
        "Period": 300,
        "EvaluationPeriods": 3,
        "AlarmActions": [topic],
        "Tags": pairs(TAGS),
    }
    client("cloudwatch").put_metric_alarm(
        AlarmName="shop-orders-cpu",
        MetricName="CPUUtilization",
        ComparisonOperator="GreaterThanThreshold",
        Threshold=90,
        ActionsEnabled=False,
        **database,
    )
    client("cloudwatch").put_metric_alarm(
        AlarmName="shop-orders-storage",
        MetricName="FreeStorageSpace",
        ComparisonOperator="LessThanThreshold",
        Threshold=5 * 1024**3,
        ActionsEnabled=True,
        **database,
    )


def _account(client: Clients) -> str:
    account: str = client("sts").get_caller_identity()["Account"]
    return account


def _invoices(client: Clients) -> str:
    return f"shop-invoices-{_account(client)}"
