"""Questions understood without a model: rules over the words, and the workload's own names."""

from agents.conversation.planner.calls import Call, Said
from agents.conversation.planner.chat import Planner
from agents.conversation.planner.rules import understand
from agents.conversation.planner.vocabulary import Vocabulary

__all__ = ["Call", "Planner", "Said", "Vocabulary", "understand"]
