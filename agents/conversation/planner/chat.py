"""The rules as a chat model, so that a conversation runs alike with a model and without."""

from collections.abc import Sequence
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.runnables import Runnable

from agents.conversation.planner.calls import Call, Said
from agents.conversation.planner.rules import understand
from agents.conversation.planner.vocabulary import Vocabulary

_ASKED_BACK = ("ambiguous", "incomplete", "unknown_name", "unknown_fix")  # for something


class Planner(BaseChatModel):
    """Answers a question with the call of one verb, and that verb's answer with nothing more."""

    vocabulary: Vocabulary

    @property
    def _llm_type(self) -> str:
        return "rules"

    def bind_tools(self, tools: Sequence[Any], **_: Any) -> Runnable[Any, AIMessage]:
        """The verbs are known by heart."""
        del tools
        return self

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **_: Any,
    ) -> ChatResult:
        del stop, run_manager
        if isinstance(messages[-1], ToolMessage):
            return _said(AIMessage(""))
        call = understand(str(messages[-1].content), self.vocabulary, said_in(messages[:-1]))
        number = sum(isinstance(message, HumanMessage) for message in messages)
        wanted = {"name": call.verb, "args": dict(call.arguments), "id": f"question-{number}"}
        return _said(AIMessage("", tool_calls=[{**wanted, "type": "tool_call"}]))


def said_in(messages: Sequence[BaseMessage]) -> Said:
    """What was said before, from the messages of a conversation."""
    calls: list[Call] = []
    question, unclear = "", ""
    for message in messages:
        if isinstance(message, HumanMessage):
            question, unclear = str(message.content), ""
        elif isinstance(message, AIMessage):
            for each in message.tool_calls:
                if each["name"] == "clarify":
                    unclear = question if each["args"].get("reason") in _ASKED_BACK else ""
                else:
                    calls.append(Call(each["name"], each["args"]))
    return Said(calls, unclear)


def _said(message: AIMessage) -> ChatResult:
    return ChatResult(generations=[ChatGeneration(message=message)])
