"""A food-ordering agent on Bedrock, and a neighbour that shares its role and key."""

from typing import Any

from tools.embedded.permissions import function_code, role
from tools.embedded.samples import Clients, SuggestedObjectives
from tools.embedded.tags import kms_pairs, pairs

NAME = "food-agent"
TAGS = {"workload": "food-agent"}
DESCRIPTION = (
    "A Bedrock agent that takes food orders: a function as its action group, a versioned bucket, "
    "a secret, a log group, a KMS key. Decent, but nobody is told when it breaks."
)
OBJECTIVES = SuggestedObjectives(rto="24h", rpo="12h")

NEIGHBOUR_TAGS = {"workload": "menu-bot"}  # shares the role and the key: seen only outside the tag
MODEL = "amazon.nova-pro-v1:0"


def build(client: Clients) -> None:
    """Build the agent's workload, then menu-bot."""
    region = client("lambda").meta.region_name
    account = client("sts").get_caller_identity()["Account"]
    bucket = f"food-agent-orders-{account}"
    function = f"arn:aws:lambda:{region}:{account}:function:food-agent-orders"
    logs = f"arn:aws:logs:{region}:{account}:log-group:/aws/lambda/food-agent-orders"

    key = _key(client("kms"))
    _bucket(client("s3"), bucket, key)
    secret = client("secretsmanager").create_secret(
        Name="food-agent/payment-api",
        Description="API key of the payment provider",
        SecretString="made-up",
        KmsKeyId=key,
        Tags=pairs({**TAGS, "rotation": "every 30 days"}),  # meant; nothing rotates it
    )["ARN"]
    client("logs").create_log_group(logGroupName="/aws/lambda/food-agent-orders", tags=TAGS)
    client("logs").put_retention_policy(
        logGroupName="/aws/lambda/food-agent-orders", retentionInDays=30
    )
    function_role = role(
        client("iam"),
        "food-agent-function",
        "lambda.amazonaws.com",
        TAGS,
        (("s3:GetObject", "s3:PutObject"), (f"arn:aws:s3:::{bucket}/*",)),
        (("secretsmanager:GetSecretValue",), (secret,)),
        (("kms:Decrypt", "kms:GenerateDataKey"), (key,)),
        (("logs:CreateLogStream", "logs:PutLogEvents"), (f"{logs}:*",)),
    )
    agent_role = role(
        client("iam"),
        "food-agent-agent",
        "bedrock.amazonaws.com",
        TAGS,
        (("bedrock:InvokeModel",), (f"arn:aws:bedrock:{region}::foundation-model/{MODEL}",)),
        (("lambda:InvokeFunction",), (function,)),
    )
    _function(client("lambda"), "food-agent-orders", function_role, key, TAGS, bucket, secret)
    agent = client("bedrock-agent").create_agent(
        agentName="food-agent",
        instruction=(
            "You take food orders. Show the menu, take the order, confirm it with its price, and "
            "store it with the orders function. Never make up a dish or a price."
        ),
        foundationModel=MODEL,
        description="Takes food orders",
        idleSessionTTLInSeconds=600,
        agentResourceRoleArn=agent_role,
        tags=TAGS,
    )["agent"]["agentArn"]
    client("lambda").add_permission(
        FunctionName="food-agent-orders",
        StatementId="agent",
        Action="lambda:InvokeFunction",
        Principal="bedrock.amazonaws.com",
        SourceArn=agent,
    )
    _function(client("lambda"), "menu-bot", function_role, key, NEIGHBOUR_TAGS, bucket)


def _key(kms: Any) -> str:
    key = kms.create_key(Description="food-agent: orders, secret, function", Tags=kms_pairs(TAGS))
    arn: str = key["KeyMetadata"]["Arn"]
    kms.create_alias(AliasName="alias/food-agent", TargetKeyId=arn)
    kms.enable_key_rotation(KeyId=arn)
    return arn


def _bucket(s3: Any, name: str, key: str) -> None:
    s3.create_bucket(Bucket=name)
    s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": pairs(TAGS)})
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    s3.put_bucket_encryption(
        Bucket=name,
        ServerSideEncryptionConfiguration={
            "Rules": [
                {
                    "ApplyServerSideEncryptionByDefault": {
                        "SSEAlgorithm": "aws:kms",
                        "KMSMasterKeyID": key,
                    },
                    "BucketKeyEnabled": True,
                }
            ]
        },
    )


def _function(
    functions: Any,
    name: str,
    execution_role: str,
    key: str,
    tags: dict[str, str],
    bucket: str,
    secret: str | None = None,
) -> None:
    names = {"ORDERS_BUCKET": bucket} | ({"PAYMENT_SECRET_ARN": secret} if secret else {})
    functions.create_function(
        FunctionName=name,
        Runtime="python3.13",
        Role=execution_role,
        Handler="index.handler",
        Code={"ZipFile": function_code()},
        Timeout=30,
        MemorySize=512,
        Architectures=["arm64"],
        KMSKeyArn=key,
        Environment={"Variables": names},
        Tags=tags,
    )
