"""The machine: five specialists side by side, five grading branches side by side, one report.

START -> discover -> assess_* (5) -> assessed -> grade_* (5) -> compose -> write_report -> END
"""

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph

from agents.specialist import assess
from graph.nodes import NOTHING_OUTSIDE, AssessCategory, Nodes, Outside, ReadAccount
from state.categories import categories
from state.channels import State
from state.store import Store

Machine = CompiledStateGraph[State, None, State, State]


def build(
    store: Store,
    checkpointer: BaseCheckpointSaver[str],
    read_account: ReadAccount,
    specialist: AssessCategory = assess,
    outside: Outside = NOTHING_OUTSIDE,
) -> Machine:
    """Compile the machine.

    Args:
        store: where snapshots, rows and reports are kept; channels hold their digests.
        checkpointer: where the channels are kept after every step.
        read_account: reads the workload; the only node that touches AWS calls it.
        specialist: judges one category over a snapshot.
        outside: models and documentation; with them and without, the machine is the same.
    """
    nodes = Nodes(store, read_account, specialist, outside)
    builder = StateGraph(State)
    builder.add_node("discover", nodes.discover)
    builder.add_node("assessed", nodes.assessed)
    builder.add_node("compose", nodes.compose)
    builder.add_node("write_report", nodes.write_report)
    for category in categories():
        builder.add_node(f"assess_{category.slug}", nodes.assess(category))
        builder.add_node(f"grade_{category.slug}", nodes.grade(category))

    # Nothing is judged before everything is read: checks look across resources.
    builder.add_edge(START, "discover")
    for category in categories():
        builder.add_edge("discover", f"assess_{category.slug}")
        # One edge each: a list of sources would hide what comes next at this checkpoint.
        builder.add_edge(f"assess_{category.slug}", "assessed")
        # A plain edge: objectives are read in the branch, so a fork that replaces them here, at the
        # checkpoint before grading, is followed by all five.
        builder.add_edge("assessed", f"grade_{category.slug}")
        builder.add_edge(f"grade_{category.slug}", "compose")
    # The report quotes the overall letter.
    builder.add_edge("compose", "write_report")
    builder.add_edge("write_report", END)
    return builder.compile(checkpointer=checkpointer)
