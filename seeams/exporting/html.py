"""`.html`: one file that opens offline, to read on a phone, to print, to hand to somebody."""

from seeams.exporting import Result, exporter


@exporter(".html", "one page that opens offline, to read, filter and print")
def write(result: Result) -> str:
    """The report as a self-contained page."""
    from seeams.rendering.html import as_html

    return as_html(result)
