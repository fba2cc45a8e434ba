"""`.json`: the document of `--json`, by the published schema."""

import json

from seeams.exporting import Result, exporter


@exporter(".json", "the document of --json, for a program")
def write(result: Result) -> str:
    """The report as JSON."""
    from seeams.documents import document_of

    return json.dumps(document_of(result.report), indent=2) + "\n"
