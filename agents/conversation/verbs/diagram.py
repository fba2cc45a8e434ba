"""The architecture as it was read."""

from agents.conversation.arguments import Arguments, At
from agents.conversation.desk import LATEST, Desk
from agents.conversation.verbs import Said, Verb
from tools.diagram import draw


class Diagram(Arguments):
    """Which result's findings are marked on it."""

    at: At = LATEST


def _draw(desk: Desk, asked: Diagram) -> Said:
    report = desk.report(asked.at)
    source = draw(desk.snapshot(report), report)
    return Said(f"```mermaid\n{source}```", {"mermaid": source, "checkpoint": report.checkpoint})


VERB = Verb(
    name="diagram",
    about="Draw the architecture as a Mermaid diagram, with the findings marked on it.",
    arguments=Diagram,
    carry_out=_draw,
)
