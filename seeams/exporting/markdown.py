"""`.md`: for a pull request, a wiki or a ticket."""

from seeams.exporting import Result, exporter


@exporter(".md", "the whole report as Markdown, for a pull request or a ticket")
def write(result: Result) -> str:
    """The report as Markdown."""
    from seeams.rendering.markdown import as_markdown

    return as_markdown(result.report, result.names)
