"""Metrics that AWS services report: an alarm on any other name waits for data that never comes.

Namespaces that are not listed (programs' own, Container Insights, the agent's) may hold any metric.
"""

from collections.abc import Mapping


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ELB_COMMON = "HealthyHostCount UnHealthyHostCount ConsumedLCUs HealthyStateDNS UnhealthyStateDNS "
_ELB_STATES = "HealthyStateRouting UnhealthyStateRouting UnhealthyRoutingRequestCount "

_METRICS: Mapping[str, frozenset[str]] = {
    namespace: _words(names)
    for namespace, names in {
        "AWS/ApiGateway": (
            "4XXError 5XXError 4xx 5xx CacheHitCount CacheMissCount Count Latency "
            "IntegrationLatency DataProcessed ConnectCount MessageCount IntegrationError "
            "ClientError ExecutionError"
        ),
        "AWS/ApplicationELB": (
            _ELB_COMMON
            + _ELB_STATES
            + "ActiveConnectionCount AnomalousHostCount ClientTLSNegotiationErrorCount "
            "ELBAuthRefreshTokenSuccess ELBAuthUserClaimsSizeExceeded ReservedLCUs "
            "DesyncMitigationMode_NonCompliant_Request_Count DroppedInvalidHeaderRequestCount "
            "ELBAuthError ELBAuthFailure ELBAuthLatency ELBAuthSuccess "
            "ForwardedInvalidHeaderRequestCount GrpcRequestCount HTTP_Fixed_Response_Count "
            "HTTP_Redirect_Count HTTP_Redirect_Url_Limit_Exceeded_Count HTTPCode_ELB_3XX_Count "
            "HTTPCode_ELB_4XX_Count HTTPCode_ELB_5XX_Count HTTPCode_ELB_500_Count "
            "HTTPCode_ELB_502_Count HTTPCode_ELB_503_Count HTTPCode_ELB_504_Count "
            "HTTPCode_Target_2XX_Count HTTPCode_Target_3XX_Count HTTPCode_Target_4XX_Count "
            "HTTPCode_Target_5XX_Count IPv6ProcessedBytes IPv6RequestCount LambdaInternalError "
            "LambdaTargetProcessedBytes LambdaUserError LowReputationPacketsDropped "
            "LowReputationRequestsDenied MitigatedHostCount NewConnectionCount "
            "NonStickyRequestCount PeakLCUs ProcessedBytes RejectedConnectionCount RequestCount "
            "RequestCountPerTarget RuleEvaluations StandardProcessedBytes "
            "TargetConnectionErrorCount TargetResponseTime TargetTLSNegotiationErrorCount "
            "ZonalShiftedHostCount"
        ),
        "AWS/DynamoDB": (
            "AccountMaxReads AccountMaxTableLevelReads AccountMaxTableLevelWrites "
            "AccountMaxWrites AccountProvisionedReadCapacityUtilization "
            "AccountProvisionedWriteCapacityUtilization AgeOfOldestUnreplicatedRecord "
            "ConditionalCheckFailedRequests ConsumedChangeDataCaptureUnits "
            "ConsumedReadCapacityUnits ConsumedWriteCapacityUnits FailedToReplicateRecordCount "
            "MaxProvisionedTableReadCapacityUtilization "
            "MaxProvisionedTableWriteCapacityUtilization OnDemandMaxReadRequestUnits "
            "OnDemandMaxWriteRequestUnits OnlineIndexConsumedWriteCapacity "
            "OnlineIndexPercentageProgress OnlineIndexThrottleEvents PendingReplicationCount "
            "ProvisionedReadCapacityUnits ProvisionedWriteCapacityUnits ReadThrottleEvents "
            "ReadAccountLimitThrottleEvents ReadKeyRangeThroughputThrottleEvents "
            "ReadMaxOnDemandThroughputThrottleEvents ReadProvisionedThroughputThrottleEvents "
            "ReplicationLatency ReturnedBytes ReturnedItemCount ReturnedRecordsCount "
            "SuccessfulRequestLatency SystemErrors ThrottledPutRecordCount ThrottledRequests "
            "TimeToLiveDeletedItemCount TransactionConflict UserErrors WriteThrottleEvents "
            "WriteAccountLimitThrottleEvents WriteKeyRangeThroughputThrottleEvents "
            "WriteMaxOnDemandThroughputThrottleEvents WriteProvisionedThroughputThrottleEvents"
        ),
        "AWS/ECS": (
            "CPUReservation CPUUtilization MemoryReservation MemoryUtilization "
            "EBSFilesystemUtilization GPUReservation ActiveConnectionCount NewConnectionCount "
            "ProcessedBytes RequestCount GrpcRequestCount HTTPCode_Target_2XX_Count "
            "HTTPCode_Target_3XX_Count HTTPCode_Target_4XX_Count HTTPCode_Target_5XX_Count "
            "RequestCountPerTarget TargetProcessedBytes TargetResponseTime "
            "ClientTLSNegotiationErrorCount TargetTLSNegotiationErrorCount LiveTaskCount"
        ),
        "AWS/EFS": (
            "BurstCreditBalance ClientConnections DataReadIOBytes DataWriteIOBytes "
            "MetadataIOBytes MetadataReadIOBytes MetadataWriteIOBytes MeteredIOBytes "
            "PercentIOLimit PermittedThroughput StorageBytes TimeSinceLastSync TotalIOBytes"
        ),
        "AWS/Lambda": (
            "AsyncEventAge AsyncEventsDropped AsyncEventsReceived ClaimedAccountConcurrency "
            "ConcurrentExecutions DeadLetterErrors DeletedEventCount DestinationDeliveryFailures "
            "DroppedEventCount Duration Errors FailedInvokeEventCount FilteredOutEventCount "
            "InvokedEventCount Invocations IteratorAge OffsetLag "
            "OnFailureDestinationDeliveredEventCount OversizedRecordCount PolledEventCount "
            "PostRuntimeExtensionsDuration ProvisionedConcurrencyInvocations "
            "ProvisionedConcurrencySpilloverInvocations ProvisionedConcurrencyUtilization "
            "ProvisionedConcurrentExecutions RecursiveInvocationsDropped "
            "SignatureValidationErrors Throttles UnreservedConcurrentExecutions"
        ),
        "AWS/NetworkELB": (
            _ELB_COMMON
            + _ELB_STATES
            + "ActiveFlowCount ActiveFlowCount_TCP ActiveFlowCount_TLS ActiveFlowCount_UDP "
            "ActiveZonalShiftHostCount ClientTLSNegotiationErrorCount ConsumedLCUs_TCP "
            "ConsumedLCUs_TLS ConsumedLCUs_UDP NewFlowCount NewFlowCount_TCP NewFlowCount_TLS "
            "NewFlowCount_UDP PeakBytesPerSecond PeakPacketsPerSecond PortAllocationErrorCount "
            "ProcessedBytes ProcessedBytes_TCP ProcessedBytes_TLS ProcessedBytes_UDP "
            "ProcessedPackets RejectedFlowCount RejectedFlowCount_TCP "
            "SecurityGroupBlockedFlowCount_Inbound_ICMP SecurityGroupBlockedFlowCount_Inbound_TCP "
            "SecurityGroupBlockedFlowCount_Inbound_UDP SecurityGroupBlockedFlowCount_Outbound_ICMP "
            "SecurityGroupBlockedFlowCount_Outbound_TCP SecurityGroupBlockedFlowCount_Outbound_UDP "
            "ReservedLCUs "
            "TargetTLSNegotiationErrorCount TCP_Client_Reset_Count TCP_ELB_Reset_Count "
            "TCP_Target_Reset_Count UnhealthyRoutingFlowCount"
        ),
        "AWS/SNS": (
            "NumberOfMessagesPublished NumberOfNotificationsDelivered NumberOfNotificationsFailed "
            "NumberOfNotificationsFailedToRedriveToDlq NumberOfNotificationsFilteredOut "
            "NumberOfNotificationsFilteredOut-InvalidAttributes "
            "NumberOfNotificationsFilteredOut-InvalidMessageBody "
            "NumberOfNotificationsFilteredOut-MessageAttributes "
            "NumberOfNotificationsFilteredOut-MessageBody "
            "NumberOfNotificationsFilteredOut-NoMessageAttributes "
            "NumberOfNotificationsRedrivenToDlq PublishSize "
            "SMSMonthToDateSpentUSD SMSSuccessRate"
        ),
        "AWS/SQS": (
            "ApproximateAgeOfOldestMessage ApproximateNumberOfGroupsWithInflightMessages "
            "ApproximateNumberOfMessagesDelayed ApproximateNumberOfMessagesNotVisible "
            "ApproximateNumberOfMessagesVisible ApproximateNumberOfNoisyGroups "
            "NumberOfDeduplicatedSentMessages NumberOfEmptyReceives NumberOfMessagesDeleted "
            "NumberOfMessagesReceived NumberOfMessagesSent SentMessageSize "
            "ApproximateNumberOfMessagesVisibleInQuietGroups "
            "ApproximateNumberOfMessagesNotVisibleInQuietGroups "
            "ApproximateNumberOfMessagesDelayedInQuietGroups "
            "ApproximateAgeOfOldestMessageInQuietGroups"
        ),
        "AWS/States": (
            "ExecutionThrottled ExecutionTime ExecutionsAborted ExecutionsFailed "
            "ExecutionsStarted ExecutionsSucceeded ExecutionsTimedOut ExecutionsRedriven "
            "ExpressExecutionBilledDuration ExpressExecutionBilledMemory ExpressExecutionMemory "
            "LambdaFunctionRunTime LambdaFunctionScheduleTime LambdaFunctionTime "
            "LambdaFunctionsFailed LambdaFunctionsScheduled LambdaFunctionsStarted "
            "LambdaFunctionsSucceeded LambdaFunctionsTimedOut OpenExecutionCount "
            "ServiceIntegrationRunTime ServiceIntegrationsFailed ServiceIntegrationsTimedOut "
            "ServiceIntegrationScheduleTime ServiceIntegrationTime ServiceIntegrationsScheduled "
            "ServiceIntegrationsStarted ServiceIntegrationsSucceeded ActivityRunTime "
            "ActivityScheduleTime ActivityTime ActivitiesFailed ActivitiesHeartbeatTimedOut "
            "ActivitiesScheduled ActivitiesStarted ActivitiesSucceeded ActivitiesTimedOut "
            "ThrottledEvents ProvisionedBucketSize ProvisionedRefillRate ConsumedCapacity "
            "OpenExecutionLimit ApproximateOpenMapRunCount OpenMapRunLimit "
            "ApproximateMapRunBacklogSize"
        ),
    }.items()
}

# Reported every minute while the resource is there; the others are reported when something happens.
_STEADY: Mapping[str, frozenset[str]] = {
    namespace: _words(names)
    for namespace, names in {
        "AWS/ApplicationELB": "HealthyHostCount UnHealthyHostCount ConsumedLCUs",
        "AWS/EC2": (
            "CPUUtilization CPUCreditBalance StatusCheckFailed StatusCheckFailed_System "
            "StatusCheckFailed_Instance StatusCheckFailed_AttachedEBS NetworkIn NetworkOut"
        ),
        "AWS/ECS": "CPUUtilization MemoryUtilization",
        "AWS/EFS": "PercentIOLimit PermittedThroughput StorageBytes",
        "AWS/ElastiCache": (
            "CPUUtilization EngineCPUUtilization CurrConnections FreeableMemory Evictions "
            "DatabaseMemoryUsagePercentage ReplicationLag SwapUsage"
        ),
        "AWS/NetworkELB": "HealthyHostCount UnHealthyHostCount",
        "AWS/RDS": (
            "CPUUtilization DatabaseConnections FreeStorageSpace FreeableMemory FreeLocalStorage "
            "ReadLatency WriteLatency ReadIOPS WriteIOPS DiskQueueDepth SwapUsage BurstBalance"
        ),
    }.items()
}

# They rise when requests or events fail, whatever it is behind them that is to blame.
_FAILURES: Mapping[str, frozenset[str]] = {
    namespace: _words(names)
    for namespace, names in {
        "AWS/ApiGateway": "5XXError 5xx IntegrationError ExecutionError",
        "AWS/ApplicationELB": (
            "HTTPCode_ELB_5XX_Count HTTPCode_ELB_500_Count HTTPCode_ELB_502_Count "
            "HTTPCode_ELB_503_Count HTTPCode_ELB_504_Count HTTPCode_Target_5XX_Count "
            "LambdaUserError LambdaInternalError"
        ),
        "AWS/Bedrock/Agents": (
            "InvocationServerErrors InvocationClientErrors "
            "ModelInvocationServerErrors ModelInvocationClientErrors"
        ),
        "AWS/ECS": "HTTPCode_Target_5XX_Count",
        "AWS/Events": "FailedInvocations",
        "AWS/Lambda": "Errors IteratorAge AsyncEventAge AsyncEventsDropped",
        "AWS/Route53": "HealthCheckStatus HealthCheckPercentageHealthy",
        "AWS/SQS": "ApproximateAgeOfOldestMessage",
        "AWS/States": "ExecutionsFailed ExecutionsTimedOut",
    }.items()
}

# How old the oldest piece of work is: it takes as long to reach a threshold as the threshold says.
_AGES: Mapping[tuple[str, str], float] = {
    ("AWS/Kinesis", "GetRecords.IteratorAgeMilliseconds"): 0.001,
    ("AWS/Lambda", "AsyncEventAge"): 0.001,
    ("AWS/Lambda", "IteratorAge"): 0.001,
    ("AWS/SQS", "ApproximateAgeOfOldestMessage"): 1.0,
}

# Silence in one of these, below a threshold, is what the alarm is there to notice.
_SIGNS_OF_LIFE = _words(
    "HealthyHostCount Invocations RequestCount Count ExecutionsSucceeded ExecutionsStarted "
    "NumberOfMessagesSent NumberOfMessagesReceived NumberOfMessagesDeleted "
    "GroupInServiceInstances RunningTaskCount ProcessedBytes NewFlowCount SuccessPercent"
)
_LATENCY = _words(
    "TargetResponseTime Latency IntegrationLatency Duration SuccessfulRequestLatency ReadLatency "
    "WriteLatency ExecutionTime TotalTime OriginLatency SuccessfulReadRequestLatency "
    "SuccessfulWriteRequestLatency FirstByteLatency TotalRequestLatency"
)
_OF_REQUESTS = ("AWS/ApiGateway", "AWS/ApplicationELB", "AWS/CloudFront", "AWS/Lambda")


def exists(namespace: str, metric: str) -> bool:
    """Whether AWS reports such a metric; True for namespaces whose metrics are not listed."""
    return metric in _METRICS.get(namespace, {metric})


def always_has_data(namespace: str, metric: str) -> bool:
    """Whether a healthy resource reports it every minute, load or no load."""
    return metric in _STEADY.get(namespace, ())


def is_sign_of_life(metric: str) -> bool:
    """Whether its absence means that nothing runs."""
    return metric in _SIGNS_OF_LIFE or "heartbeat" in metric.lower()


def counts_failures(namespace: str, metric: str) -> bool:
    """Whether it shows that requests or events fail, its resource's own fault or another's."""
    return metric in _FAILURES.get(namespace, ())


def seconds_of_age(namespace: str, metric: str) -> float | None:
    """Seconds in a unit of a metric that grows with the time for which something fails."""
    return _AGES.get((namespace, metric))


def is_latency(metric: str) -> bool:
    """Whether it measures how long an answer takes."""
    return metric in _LATENCY


def has_percentiles(namespace: str, metric: str) -> bool:
    """Whether it measures single requests' latency: averages of samples have no slow tail."""
    return namespace in _OF_REQUESTS and is_latency(metric)
