"""What engineers ask, and the page that they would open: it is among the first three."""

import pytest

from tools.docs.index import Index

AWS = "https://docs.aws.amazon.com/"
RDS = "AmazonRDS/latest/UserGuide/"
AURORA = "AmazonRDS/latest/AuroraUserGuide/"
DYNAMODB = "amazondynamodb/latest/developerguide/"
LAMBDA = "lambda/latest/dg/"
SQS = "AWSSimpleQueueService/latest/SQSDeveloperGuide/"
ALB = "elasticloadbalancing/latest/application/"
ECS = "AmazonECS/latest/developerguide/"
ALARMS = "AmazonCloudWatch/latest/monitoring/"
BACKUP = "aws-backup/latest/devguide/"
PRACTICE = "wellarchitected/latest/framework/"
PILLAR = "wellarchitected/latest/reliability-pillar/"
PATTERN = "prescriptive-guidance/latest/cloud-design-patterns/"
ARC = "r53recovery/latest/dg/"


@pytest.fixture(scope="module")
def index() -> Index:
    return Index()


@pytest.mark.parametrize(
    ("phrase", "page"),
    [
        # databases
        ("RDS multi-AZ failover time", RDS + "Concepts.MultiAZ.Failover"),
        ("restore RDS to a point in time", RDS + "USER_PIT"),
        ("RDS PITR", RDS + "USER_PIT"),
        (
            "RDS automated backup retention",
            RDS + "USER_WorkingWithAutomatedBackups.BackupRetention",
        ),
        ("too many database connections from Lambda", RDS + "rds-proxy"),
        (
            "Aurora global database failover to another region",
            AURORA + "aurora-global-database-disaster-recovery",
        ),
        ("DynamoDB global tables multi-region", DYNAMODB + "GlobalTables"),
        ("DynamoDB throttling", DYNAMODB + "TroubleshootingThrottling"),
        ("ElastiCache Multi-AZ automatic failover", "AmazonElastiCache/latest/dg/AutoFailover"),
        ("Redis backup", "AmazonElastiCache/latest/dg/backups"),
        # functions, queues, events
        ("Lambda reserved concurrency throttling", LAMBDA + "configuration-concurrency"),
        ("Lambda function timeout", LAMBDA + "configuration-timeout"),
        ("Lambda canary deployment alias rollback", LAMBDA + "configuring-alias-routing"),
        (
            "Lambda dead letter queue on failure destination",
            LAMBDA + "invocation-async-retain-records",
        ),
        ("Lambda in one subnet availability zone", LAMBDA + "configuration-vpc"),
        ("SQS DLQ", SQS + "sqs-dead-letter-queues"),
        ("SQS visibility timeout", SQS + "sqs-visibility-timeout"),
        ("poison message blocks batch", LAMBDA + "services-sqs-errorhandling"),
        ("SNS subscription delivery failed", "sns/latest/dg/sns-message-delivery-retries"),
        ("EventBridge rule target retries", "eventbridge/latest/userguide/eb-rule-retry-policy"),
        (
            "Step Functions retry and catch errors",
            "step-functions/latest/dg/concepts-error-handling",
        ),
        (
            "API Gateway throttling limits",
            "apigateway/latest/developerguide/api-gateway-request-throttling",
        ),
        # servers, containers, traffic
        ("ALB target group health checks", ALB + "target-group-health-checks"),
        ("cross-zone load balancing", ALB + "disable-cross-zone"),
        ("connection draining deregistration delay", ALB + "edit-target-group-attributes"),
        ("EC2 auto recovery instance", "AWSEC2/latest/UserGuide/ec2-instance-recover"),
        (
            "scale out faster warm-up",
            "autoscaling/ec2/userguide/ec2-auto-scaling-warm-pools",
        ),
        (
            "Auto Scaling group across availability zones",
            "autoscaling/ec2/userguide/as-add-availability-zone",
        ),
        ("ECS deployment circuit breaker rollback", ECS + "deployment-circuit-breaker"),
        ("ECS service autoscaling", ECS + "service-auto-scaling"),
        ("ECS container health check", ECS + "healthcheck"),
        ("NAT gateway per availability zone", "vpc/latest/userguide/nat-gateway-basics"),
        ("DNS TTL failover", "Route53/latest/DeveloperGuide/dns-failover-configuring"),
        (
            "Route 53 health check interval threshold",
            "Route53/latest/DeveloperGuide/dns-failover-determining-health-of-endpoints",
        ),
        # storage, keys, secrets
        ("EBS snapshot schedule", "ebs/latest/userguide/snapshot-lifecycle"),
        ("EBS lazy loading slow after restore", "ebs/latest/userguide/initalize-volume"),
        ("EFS backup", "efs/latest/ug/awsbackup"),
        ("S3 versioning accidental delete", "AmazonS3/latest/userguide/Versioning"),
        ("S3 cross-region replication", "AmazonS3/latest/userguide/replication"),
        ("KMS key deletion", "kms/latest/developerguide/deleting-keys"),
        ("secret rotation failed", "secretsmanager/latest/userguide/troubleshoot_rotation"),
        ("certificate expiry renewal", "acm/latest/userguide/managed-renewal"),
        # models
        ("Bedrock model throttling", "bedrock/latest/userguide/quotas"),
        (
            "Bedrock knowledge base sync failed",
            "bedrock/latest/userguide/kb-data-source-sync-ingest",
        ),
        # observability
        ("recommended alarms", ALARMS + "Best_Practice_Recommended_Alarms_AWS_Services"),
        ("composite alarm reduce noise", ALARMS + "Create_Composite_Alarm"),
        ("alarm notification to on-call", ALARMS + "Notify_Users_Alarm_Changes"),
        ("synthetic canary monitoring", ALARMS + "CloudWatch_Synthetics_Canaries"),
        ("service level objectives error budget", ALARMS + "CloudWatch-ServiceLevelObjectives"),
        ("dashboards", ALARMS + "create_dashboard"),
        ("distributed tracing", PRACTICE + "ops_observability_dist_trace"),
        (
            "structured logs query",
            "AmazonCloudWatch/latest/logs/CWL_AnalyzeLogData_LogsInsights",
        ),
        ("observability best practices", PRACTICE + "ops_observability_application_telemetry"),
        # backup and disaster recovery
        ("backup plan schedule", BACKUP + "about-backup-plans"),
        ("test restores regularly", BACKUP + "restore-testing"),
        ("backup copy to another account ransomware", BACKUP + "create-cross-account-backup"),
        (
            "disaster recovery strategy pilot light warm standby",
            PILLAR + "rel_planning_for_recovery_disaster_recovery",
        ),
        ("DR test", PRACTICE + "rel_planning_for_recovery_dr_tested"),
        (
            "RTO RPO define objectives",
            PILLAR + "rel_planning_for_recovery_objective_defined_recovery",
        ),
        ("region failover routing control", ARC + "routing-control"),
        (
            "zonal shift availability zone impaired",
            ARC + "arc-zonal-autoshift.how-it-works",
        ),
        # operations
        ("runbook", PRACTICE + "ops_ready_to_support_use_runbooks"),
        ("runbook automation", "systems-manager/latest/userguide/automation-documents"),
        (
            "incident response on-call escalation",
            PRACTICE + "ops_event_response_define_escalation_paths",
        ),
        ("postmortem", PRACTICE + "ops_evolve_ops_perform_rca_process"),
        ("chaos engineering fault injection", "fis/latest/userguide/what-is"),
        ("game day", PRACTICE + "rel_testing_resiliency_game_days_resiliency"),
        ("safe deployment rollback", PRACTICE + "ops_mit_deploy_risks_auto_testing_and_rollback"),
        ("blue/green deployment", ECS + "deployment-type-blue-green"),
        ("infrastructure as code", "AWSCloudFormation/latest/UserGuide/best-practices"),
        ("load testing", PRACTICE + "rel_adapt_to_changes_load_tested_adapt"),
        # the five categories
        (
            "retries exponential backoff jitter",
            PRACTICE + "rel_mitigate_interaction_failure_limit_retries",
        ),
        ("circuit breaker for a slow dependency", PATTERN + "circuit-breaker"),
        ("client timeouts", PILLAR + "rel_mitigate_interaction_failure_client_timeouts"),
        ("bulkhead cell-based isolation", PILLAR + "rel_fault_isolation_use_bulkhead"),
        (
            "static stability",
            PILLAR + "rel_withstand_component_failures_static_stability",
        ),
        (
            "graceful degradation",
            PRACTICE + "rel_mitigate_interaction_failure_graceful_degradation",
        ),
        ("idempotency", PRACTICE + "rel_prevent_interaction_failure_idempotent"),
        (
            "service quotas limits",
            PILLAR + "rel_manage_service_limits_aware_quotas_and_constraints",
        ),
        ("least privilege IAM role", PRACTICE + "sec_permissions_least_privileges"),
        ("multi-account isolation", PRACTICE + "sec_securely_operate_multi_accounts"),
    ],
)
def test_the_page_is_among_the_first_three(index: Index, phrase: str, page: str) -> None:
    assert AWS + page + ".html" in [found.url for found in index.search(phrase, 3)]
