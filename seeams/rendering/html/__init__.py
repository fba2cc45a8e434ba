"""A report as one HTML page that needs nothing but itself: no network, no server, no script.

What little script there is filters the findings, and opens what is folded away before printing.
"""

from seeams.rendering.html.page import as_html

__all__ = ["as_html"]
