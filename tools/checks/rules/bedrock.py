"""Agents for Amazon Bedrock: whether they answer, roll back, and where their model runs."""

import re
from collections.abc import Mapping
from typing import Any

from state.categories.excessive_load import OVERLOAD, OVERWHELMED
from state.categories.misconfiguration_and_bugs import (
    BAD_CHANGE,
    BAD_CHANGES_KEPT_OUT,
    ROLLS_BACK,
)
from state.judgements import Cost, Effort, Layer, Phase
from tools.checks import NOT_APPLICABLE, Effect, Example, Outcome, Remedy, check, passed_if
from tools.checks.paper import Draft
from tools.checks.view import View

AGENT = "AWS::Bedrock::Agent"
KNOWLEDGE_BASE = "AWS::Bedrock::KnowledgeBase"
FUNCTION = "AWS::Lambda::Function"
READ = "bedrock-agent:GetAgent"
ALIASES = "bedrock-agent:ListAgentAliases"
ACTION_GROUPS = "bedrock-agent:ListAgentActionGroups"
ACTION_GROUP = "bedrock-agent:GetAgentActionGroup"
_GUIDE = "https://docs.aws.amazon.com/bedrock/latest/userguide"

# Models with cross-Region inference profiles in every geography: the profile's id begins with it.
_HAS_A_PROFILE = re.compile(
    r"(.*foundation-model/)?(anthropic\.claude-(?!v2|instant)|amazon\.nova-)"
)

_GEOGRAPHIES = {"eu": "eu", "us": "us", "ap": "apac"}  # a Region's first part -> its profiles'


def _prepare(agent: Draft) -> None:
    agent.put(READ, agentStatus="PREPARED")
    agent.drop(READ, "failureReasons")


def _agent(**fields: object) -> Example:
    return Example(facts={READ: {"agentName": "shop", "agentStatus": "PREPARED", **fields}})


@check(
    id="bedrock.agent_not_prepared",
    resource_type=AGENT,
    title="An agent is not prepared: it answers with an old version, or not at all",
    question=BAD_CHANGES_KEPT_OUT,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=(Effect(BAD_CHANGE, Phase.ACT, "change_configuration", by_person=True),),
    effect_source=(
        "the reasons of the failure have to be read, mended, and the agent prepared again"
    ),
    recommendation=(
        "Read `failureReasons`, correct the agent and run `aws bedrock-agent prepare-agent`; make "
        "that, and a test conversation, the last step of every deployment."
    ),
    documentation=("Test and troubleshoot agent behavior", f"{_GUIDE}/agents-test.html"),
    remedy=Remedy(change=_prepare, effort=Effort.HOURS, cost=Cost.FREE),
    passes=[_agent(), _agent(agentStatus="UPDATING")],
    fails=[_agent(agentStatus="FAILED"), _agent(agentStatus="NOT_PREPARED")],
)
def agent_not_prepared(agent: View) -> Outcome:
    """Changes do nothing until the agent is prepared; one that failed to prepare cannot be used."""
    status = agent.read(READ, "agentStatus")
    return passed_if(status not in ("FAILED", "NOT_PREPARED"), f"it is {status}")


def _publish(agent: Draft) -> None:
    alias = {"agentAliasName": "on-paper", "routingConfiguration": [{"agentVersion": "1"}]}
    agent.replace(ALIASES, [*(agent.resource.facts[ALIASES] or ()), alias])


def _published(*versions: str) -> Example:
    facts = {
        READ: {"agentName": "shop"},
        ALIASES: [{"routingConfiguration": [{"agentVersion": version}]} for version in versions],
    }
    return Example(facts=facts)


@check(
    id="bedrock.agent_no_versioned_alias",
    resource_type=AGENT,
    title=(
        "Callers use an agent's working draft: a bad change is live at once and cannot be taken "
        "back"
    ),
    question=ROLLS_BACK,
    layer=Layer.CONTINUOUS_IMPROVEMENT,
    on_fail=(Effect(BAD_CHANGE, Phase.ACT, "redeploy_by_hand", by_person=True),),
    on_pass=(Effect(BAD_CHANGE, Phase.ACT, "roll_back_prepared", by_person=True),),
    effect_source="an alias is pointed back in one call; a draft has to be put together again",
    recommendation=(
        "Create an alias, which makes a numbered version, have callers use it, and point it to the "
        "next version to release: free."
    ),
    documentation=("Deploy and use an Amazon Bedrock agent", f"{_GUIDE}/agents-deploy.html"),
    strength="agents are published under aliases of numbered versions",
    remedy=Remedy(change=_publish, effort=Effort.MINUTES, cost=Cost.FREE),
    passes=[_published("DRAFT", "3")],
    fails=[_published(), _published("DRAFT")],
)
def agent_no_versioned_alias(agent: View) -> Outcome:
    """A draft has no history: yesterday's instructions are gone when today's are saved."""
    versions = agent.read(ALIASES, "[].routingConfiguration[].agentVersion") or ()
    return passed_if(any(version != "DRAFT" for version in versions))


def _call_by_profile(agent: Draft) -> None:
    model = agent.read(READ, "foundationModel").rpartition("/")[2]
    geography = _GEOGRAPHIES.get(agent.region.partition("-")[0], "global")
    agent.put(READ, foundationModel=f"{geography}.{model}")


@check(
    id="bedrock.model_single_region",
    resource_type=AGENT,
    title=(
        "An agent calls its model in one Region only: at peak times it is throttled where others "
        "are not"
    ),
    question=OVERWHELMED,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=(Effect(OVERLOAD, Phase.ACT, "change_configuration", by_person=True),),
    effect_source=(
        "somebody has to change the model id and prepare the agent anew while it is throttled"
    ),
    recommendation=(
        "Use the model's cross-Region inference profile (`eu.`, `us.` ...) as the agent's model: "
        "no extra charge, more throughput; check that the Regions it names may see your data."
    ),
    documentation=(
        "Increase throughput with cross-Region inference",
        f"{_GUIDE}/cross-region-inference.html",
    ),
    remedy=Remedy(change=_call_by_profile, effort=Effort.HOURS, cost=Cost.FREE),
    passes=[
        _agent(foundationModel="eu.anthropic.claude-sonnet-4-5-20250929-v1:0"),
        _agent(
            foundationModel="arn:aws:bedrock:eu-west-1:1:inference-profile/eu.amazon.nova-pro-v1:0"
        ),
    ],
    fails=[
        _agent(foundationModel="amazon.nova-pro-v1:0"),
        _agent(
            foundationModel="arn:aws:bedrock:eu-west-1::foundation-model/anthropic.claude-3-haiku"
        ),
    ],
    silent=[
        _agent(foundationModel="amazon.titan-text-premier-v1:0"),
        _agent(foundationModel="meta.llama3-70b-instruct-v1:0"),
        _agent(foundationModel="anthropic.claude-v2:1"),
        _agent(
            foundationModel="arn:aws:bedrock:eu-west-1:123456789012:provisioned-model/abcdefgh1234"
        ),
    ],
)
def model_single_region(agent: View) -> Outcome:
    """On-demand capacity and its quota are a Region's; a profile goes where there is room."""
    model = agent.read(READ, "foundationModel") or ""
    if "inference-profile/" in model or re.match(r"[a-z-]{2,6}\.[a-z]+\.", model):
        return passed_if(True)
    return passed_if(False, model) if _HAS_A_PROFILE.match(model) else NOT_APPLICABLE


def _take_the_action_off(agent: Draft) -> None:
    groups = agent.resource.facts[ACTION_GROUP]
    called = {function.id for function in agent.linked(FUNCTION, label="invokes")}
    agent.replace(ACTION_GROUP, [each for each in groups if _executor(each) in called])
    agent.drop_dangling("invokes")


def _executor(group: Mapping[str, Any]) -> str | None:
    executor: Mapping[str, str] = group.get("actionGroupExecutor") or {}
    return executor.get("lambda")


def _calls(function: Example) -> Example:
    facts = {
        ACTION_GROUPS: [{"actionGroupId": "1"}],
        ACTION_GROUP: [
            {"actionGroupState": "ENABLED", "actionGroupExecutor": {"lambda": "arn:function"}}
        ],
    }
    return Example(facts=facts, linked=[function])


@check(
    id="bedrock.agent_action_target_missing",
    resource_type=AGENT,
    title="An agent's action calls a function that is gone: it promises what it cannot do",
    question=BAD_CHANGES_KEPT_OUT,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=(Effect(BAD_CHANGE, Phase.ACT, "redeploy_by_hand", by_person=True),),
    effect_source="the function has to be deployed again, or the action group taken off",
    recommendation=(
        "Deploy the function again or point the action group to the one that replaced it, allow "
        "the agent to invoke it, and prepare the agent."
    ),
    documentation=(
        "Use action groups to define actions for your agent",
        f"{_GUIDE}/agents-action-create.html",
    ),
    remedy=Remedy(change=_take_the_action_off, effort=Effort.HOURS, cost=Cost.FREE),
    passes=[_calls(Example(type=FUNCTION, label="invokes"))],
    fails=[_calls(Example(type=FUNCTION, label="invokes", dangling=True))],
    silent=[Example(facts={ACTION_GROUPS: []})],
)
def agent_action_target_missing(agent: View) -> Outcome:
    """The model still offers the action; the error comes in the middle of a conversation."""
    if not agent.read(ACTION_GROUPS, "[].actionGroupId"):
        return NOT_APPLICABLE
    if not agent.read(ACTION_GROUP, "[].actionGroupExecutor.lambda"):
        return NOT_APPLICABLE
    return passed_if(not agent.dangling("invokes"))


def _ingest_again(base: Draft) -> None:
    base.put("bedrock-agent:GetKnowledgeBase", status="ACTIVE")
    base.drop("bedrock-agent:GetKnowledgeBase", "failureReasons")


@check(
    id="bedrock.knowledge_base_failed",
    resource_type=KNOWLEDGE_BASE,
    title="A knowledge base has failed: answers that need it fail, or are made up",
    question=BAD_CHANGES_KEPT_OUT,
    layer=Layer.HIGH_AVAILABILITY,
    on_fail=(Effect(BAD_CHANGE, Phase.ACT, "redeploy_by_hand", by_person=True),),
    effect_source="the store has to be mended and the documents ingested again",
    recommendation=(
        "Read `failureReasons`, mend the store or its permissions, and start an ingestion job for "
        "every data source; hours for large collections."
    ),
    documentation=(
        "Retrieve data with Amazon Bedrock Knowledge Bases",
        f"{_GUIDE}/knowledge-base.html",
    ),
    remedy=Remedy(change=_ingest_again, effort=Effort.HOURS, cost=Cost.FREE),
    passes=[Example(facts={"bedrock-agent:GetKnowledgeBase": {"status": "ACTIVE"}})],
    fails=[Example(facts={"bedrock-agent:GetKnowledgeBase": {"status": "FAILED"}})],
)
def knowledge_base_failed(base: View) -> Outcome:
    """The agent does not say that it searched nothing."""
    status = base.read("bedrock-agent:GetKnowledgeBase", "status")
    return passed_if(status not in ("FAILED", "DELETE_UNSUCCESSFUL"), f"it is {status}")
