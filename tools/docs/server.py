"""The embedded documentation server: MCP over stdio, with the tools of AWS's own server.

`python -m tools.docs.server`. It answers without a network, from the pages that the product itself
knows (`tools.docs.index`); what it returns are addresses and a few sentences, not AWS's text.
"""

from typing import Any

from mcp.server.fastmcp import FastMCP
from mcp.server.fastmcp.exceptions import ToolError

from tools.docs.index import Index

MOST_RESULTS = 50


def server() -> FastMCP[Any]:
    """The server, with its tools."""
    index = Index()
    serving: FastMCP[Any] = FastMCP("seeams-documentation", log_level="ERROR")

    @serving.tool()
    def search_documentation(
        search_phrase: str, search_intent: str = "", limit: int = 10
    ) -> dict[str, Any]:
        """Search the bundled catalogue of AWS documentation pages."""
        found = index.search(f"{search_phrase} {search_intent}", max(1, min(limit, MOST_RESULTS)))
        return {
            "search_results": [
                {"rank_order": rank, "url": page.url, "title": page.title, "context": page.excerpt}
                for rank, page in enumerate(found, 1)
            ]
        }

    @serving.tool()
    def read_documentation(url: str, max_length: int = 5000, start_index: int = 0) -> str:
        """Read what the bundled catalogue says of a page."""
        text = index.read(url)
        if text is None:
            raise ToolError(f"no such page in the bundled catalogue: {url}")
        return text[start_index : start_index + max_length]

    @serving.tool()
    def recommend(url: str) -> list[dict[str, str]]:
        """Pages on the same topic as a page."""
        text = index.read(url)
        if text is None:
            raise ToolError(f"no such page in the bundled catalogue: {url}")
        alike = index.search(text[:400], 6)
        return [
            {"url": page.url, "title": page.title, "context": page.excerpt}
            for page in alike
            if page.url != url
        ]

    return serving


if __name__ == "__main__":
    server().run("stdio")
