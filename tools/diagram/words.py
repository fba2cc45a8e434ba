"""Resource types in the words people use for them: `AWS::RDS::DBInstance` -> "RDS DB instance"."""

import re

_SERVICES = {
    "ApiGateway": "API Gateway",
    "ApiGatewayV2": "API Gateway",
    "ApplicationAutoScaling": "Auto Scaling",
    "CertificateManager": "Certificate Manager",
    "CloudFormation": "CloudFormation",
    "CloudFront": "CloudFront",
    "CloudWatch": "CloudWatch",
    "DynamoDB": "DynamoDB",
    "ElastiCache": "ElastiCache",
    "ElasticLoadBalancing": "Classic",
    "ElasticLoadBalancingV2": "ELB",
    "Events": "EventBridge",
    "KinesisFirehose": "Firehose",
    "Logs": "CloudWatch Logs",
    "OpenSearchService": "OpenSearch",
    "Route53": "Route 53",
    "SecretsManager": "Secrets Manager",
    "StepFunctions": "Step Functions",
    "XRay": "X-Ray",
}
_KINDS = {
    "AWS::ApiGateway::RestApi": "API Gateway REST API",
    "AWS::ApiGatewayV2::Api": "API Gateway API",
    "AWS::AutoScaling::AutoScalingGroup": "Auto Scaling group",
    "AWS::Bedrock::Agent": "Bedrock agent",
    "AWS::CloudTrail::Trail": "CloudTrail trail",
    "AWS::EC2::EIP": "Elastic IP",
    "AWS::EC2::NatGateway": "NAT gateway",
    "AWS::EC2::Volume": "EBS volume",
    "AWS::ElasticLoadBalancingV2::LoadBalancer": "load balancer",
    "AWS::ElasticLoadBalancing::LoadBalancer": "Classic Load Balancer",
    "AWS::SNS::Topic": "SNS topic",
    "AWS::SQS::Queue": "SQS queue",
}
_WORDS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z0-9]+|[A-Z]+|[0-9]+")


def type_words(kind: str) -> str:
    """What people call a resource type; anything that is no CloudFormation name stays as it is."""
    if kind in _KINDS:
        return _KINDS[kind]
    if not kind:
        return "resource"
    parts = kind.split("::")
    if len(parts) == 2 and parts[0] == "AWS":
        return f"{_SERVICES.get(parts[1], parts[1])} resource"
    if len(parts) != 3 or parts[0] != "AWS":
        return kind
    words = [word if word.isupper() else word.lower() for word in _WORDS.findall(parts[2])]
    return " ".join([_SERVICES.get(parts[1], parts[1]), *words])
