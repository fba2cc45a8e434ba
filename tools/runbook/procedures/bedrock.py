"""Bedrock: the agent's version before, its quota, a knowledge base read in again."""

from state.categories.excessive_load import OVERLOAD
from state.categories.misconfiguration_and_bugs import BAD_CHANGE, DATA_DELETED
from state.categories.shared_fate import SHARED_COMPONENT_FAILED
from state.categories.single_point_of_failure import COMPONENT_LOST
from state.runbooks import Action, Look
from tools.runbook.commands import blank
from tools.runbook.declarations import Draft, Place, act, look, metric, procedure

_AGENT, _BASE = "AWS::Bedrock::Agent", "AWS::Bedrock::KnowledgeBase"
_READ = "bedrock-agent:GetAgent"
_API = "bedrock-agent"


def _id(at: Place) -> str:
    return str(at.fact(_READ, "agentId") or at.short)


def _state(at: Place) -> Look:
    return look(
        at.aws(
            _API,
            "get-agent",
            agent_id=_id(at),
            query="agent.{Status: agentStatus, Model: foundationModel, Updated: updatedAt, "
            "Prepared: preparedAt, Failures: failureReasons}",
        ),
        "`Status`, `Updated`, `Failures`",
        "`PREPARED`; `Updated` shortly before the incident points to a bad change",
    )


def _aliases(at: Place) -> Look:
    return look(
        at.aws(
            _API,
            "list-agent-aliases",
            agent_id=_id(at),
            query="agentAliasSummaries[].[agentAliasId, agentAliasName, routingConfiguration, "
            "agentAliasStatus]",
        ),
        "each alias, and the version that it leads to",
        "`PREPARED`; note the version that is in use now",
    )


@procedure(_AGENT, BAD_CHANGE, COMPONENT_LOST, title="go back to the version before", always=True)
def version_back(at: Place) -> Draft:
    """By the alias that callers use."""
    name = at.fact("bedrock-agent:ListAgentAliases", "[0].agentAliasName") or blank("ALIAS")
    identity = at.fact("bedrock-agent:ListAgentAliases", "[0].agentAliasId") or blank("ALIAS_ID")

    def moved(says: str, version: str) -> Action:
        return act(
            says,
            at.aws(
                _API,
                "update-agent-alias",
                agent_id=_id(at),
                agent_alias_id=identity,
                agent_alias_name=name,
                routing_configuration=[{"agentVersion": blank(version)}],
            ),
            expect="`agentAliasStatus` is `UPDATING`, then `PREPARED`",
        )

    return Draft(
        purpose="A change of the agent (instructions, model, action group) breaks its answers.",
        checks=[
            _state(at),
            look(
                at.aws(
                    _API,
                    "list-agent-versions",
                    agent_id=_id(at),
                    query="agentVersionSummaries[].[agentVersion, agentStatus, createdAt]",
                ),
                "the versions and when they were made",
                "one from before the change; if only `DRAFT` is there, undo the change itself "
                "and prepare the agent",
            ),
            _aliases(at),
        ],
        actions=[
            moved("Let the alias lead to the version before.", "AGENT_VERSION"),
            act(
                "Without versions: put the former settings back from your templates, then prepare "
                "the agent.",
                at.aws(_API, "prepare-agent", agent_id=_id(at)),
                expect="`PREPARING`, then `PREPARED`",
                warning="Callers of the draft get it at once.",
            ),
        ],
        verification=[_aliases(at), _state(at)],
        rollback=[moved("Let the alias lead to the version that you noted.", "BAD_VERSION")],
        never=["Do not delete the agent or an alias: callers name it by its id."],
    )


@procedure(_AGENT, OVERLOAD, SHARED_COMPONENT_FAILED, title="get below the model's quota")
def quota(at: Place) -> Draft:
    """Requests and tokens a minute are shared by everything in the account and Region."""
    model = str(at.fact(_READ, "foundationModel") or "").rpartition("/")[2] or blank("MODEL_ID")
    throttled = look(
        metric(at, "AWS/Bedrock", "InvocationThrottles", "Sum", ModelId=model),
        "`InvocationThrottles` (sum)",
        "no points, or none above zero",
    )
    return Draft(
        purpose="The model refuses requests: a quota of requests or tokens is used up.",
        checks=[
            throttled,
            look(
                at.aws(
                    "service-quotas",
                    "list-service-quotas",
                    service_code="bedrock",
                    query="Quotas[?contains(QuotaName, 'per minute')].[QuotaName, Value]",
                ),
                "the quotas of this model",
                "well above what is used",
            ),
            _state(at),
        ],
        actions=[
            act("Hold back what can wait: batch jobs, tests, other users of the same model."),
            act(
                "If it lasts, move the agent to an inference profile over several Regions, or to "
                "another model that was tested with it: as a new version, by the alias."
            ),
            act("Ask for a higher quota in the Service Quotas console. It takes days."),
        ],
        verification=[throttled],
        rollback=[act("Let go on what was held back, step by step.")],
        never=["Do not let clients retry without backoff: retries count as requests."],
    )


@procedure(_BASE, DATA_DELETED, BAD_CHANGE, title="read the documents in again")
def read_in(at: Place) -> Draft:
    """The index is made from the documents: those have to be there."""
    base = at.fact("bedrock-agent:GetKnowledgeBase", "knowledgeBaseId") or at.short
    jobs = look(
        at.aws(
            _API,
            "list-ingestion-jobs",
            knowledge_base_id=base,
            data_source_id=blank("DATA_SOURCE_ID"),
            query="ingestionJobSummaries[].[ingestionJobId, status, updatedAt, statistics]",
        ),
        "the newest job",
        "`COMPLETE`, with as many documents as there should be",
    )
    return Draft(
        purpose="The knowledge base answers nothing, or with what is out of date.",
        checks=[
            look(
                at.aws(
                    _API,
                    "list-data-sources",
                    knowledge_base_id=base,
                    query="dataSourceSummaries[].[dataSourceId, name, status]",
                ),
                "the data sources",
                "`AVAILABLE`",
            ),
            jobs,
        ],
        actions=[
            act("See first that the documents themselves are there: see their bucket's procedure."),
            act(
                "Read them in again.",
                at.aws(
                    _API,
                    "start-ingestion-job",
                    knowledge_base_id=base,
                    data_source_id=blank("DATA_SOURCE_ID"),
                ),
                expect="`STARTING`",
                warning="What is no longer in the source leaves the index.",
            ),
        ],
        verification=[jobs],
        rollback=[act("Bring the former documents back, and read them in again.")],
        never=["Do not delete the data source: its vectors may go with it."],
    )
