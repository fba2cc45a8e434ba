"""Agents for Amazon Bedrock: what an agent calls, acts as, and is published under."""

from state.snapshot import RelationKind
from tools.aws.declarations import Call, Collector, Link

_DRAFT = {"agentId": "{id}", "agentVersion": "DRAFT"}

AGENT = Collector(
    type="AWS::Bedrock::Agent",
    read=Call(
        operation="bedrock-agent:GetAgent",
        items="agent",
        arguments={"agentId": "{id}"},
        absent=("ResourceNotFoundException",),
        iam="bedrock:GetAgent",
    ),
    each=True,
    id="agentId",
    arn="arn:{partition}:bedrock:{region}:{account}:agent/{id}",
    name="agentName",
    tag_call=Call(
        operation="bedrock-agent:ListTagsForResource",
        items="tags",
        arguments={"resourceArn": "{arn}"},
        iam="bedrock:ListTagsForResource",
    ),
    follow_ups=(
        Call(
            operation="bedrock-agent:ListAgentAliases",
            items="agentAliasSummaries[]",
            arguments={"agentId": "{id}"},
            iam="bedrock:ListAgentAliases",
        ),
        Call(
            operation="bedrock-agent:ListAgentActionGroups",
            items="actionGroupSummaries[]",
            arguments=_DRAFT,
            iam="bedrock:ListAgentActionGroups",
        ),
        Call(
            operation="bedrock-agent:GetAgentActionGroup",
            items="agentActionGroup",
            arguments={**_DRAFT, "actionGroupId": "{each}"},
            iam="bedrock:GetAgentActionGroup",
            over=("bedrock-agent:ListAgentActionGroups", "[].actionGroupId"),
        ),
        Call(
            operation="bedrock-agent:ListAgentKnowledgeBases",
            items="agentKnowledgeBaseSummaries[]",
            arguments=_DRAFT,
            iam="bedrock:ListAgentKnowledgeBases",
        ),
    ),
    links=(
        Link(
            path="agentResourceRoleArn",
            to="AWS::IAM::Role",
            kind=RelationKind.PERMISSIONS,
            label="acts as",
        ),
        Link(
            path="customerEncryptionKeyArn",
            to="AWS::KMS::Key",
            kind=RelationKind.PERMISSIONS,
            label="encrypted with",
        ),
        Link(
            path="[].actionGroupExecutor.lambda",
            to="AWS::Lambda::Function",
            label="invokes",
            operation="bedrock-agent:GetAgentActionGroup",
        ),
        Link(
            path="[?knowledgeBaseState=='ENABLED'].knowledgeBaseId",
            to="AWS::Bedrock::KnowledgeBase",
            label="reads",
            operation="bedrock-agent:ListAgentKnowledgeBases",
        ),
    ),
    redact=("instruction", "promptOverrideConfiguration", "*.apiSchema.payload"),
)

KNOWLEDGE_BASE = Collector(
    type="AWS::Bedrock::KnowledgeBase",
    read=Call(
        operation="bedrock-agent:GetKnowledgeBase",
        items="knowledgeBase",
        arguments={"knowledgeBaseId": "{id}"},
        absent=("ResourceNotFoundException",),
        iam="bedrock:GetKnowledgeBase",
    ),
    each=True,
    id="knowledgeBaseId",
    arn="arn:{partition}:bedrock:{region}:{account}:knowledge-base/{id}",
    name="name",
    tag_call=Call(
        operation="bedrock-agent:ListTagsForResource",
        items="tags",
        arguments={"resourceArn": "{arn}"},
        iam="bedrock:ListTagsForResource",
    ),
    links=(
        Link(path="roleArn", to="AWS::IAM::Role", kind=RelationKind.PERMISSIONS, label="acts as"),
        Link(
            path="storageConfiguration.rdsConfiguration.resourceArn",
            to="AWS::RDS::DBCluster",
            label="reads and writes",
        ),
    ),
    redact=("knowledgeBaseConfiguration.sqlKnowledgeBaseConfiguration",),
)

COLLECTORS = (AGENT, KNOWLEDGE_BASE)
