"""The architecture as a Mermaid flowchart, fit for Git: the same facts make the same text."""

from tools.diagram.mermaid import draw

__all__ = ["draw"]
