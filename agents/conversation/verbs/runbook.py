"""What to do when the workload fails, or a part of it."""

from agents.conversation.arguments import Arguments, At
from agents.conversation.desk import LATEST, Desk, heading
from agents.conversation.verbs import Said, Verb
from tools.markdown import code
from tools.runbook import runbook_of
from tools.runbook.markdown import as_markdown

_MOST = 3000  # lines that are still an answer


class Runbook(Arguments):
    """What it is to cover, and by which result's estimates."""

    scope: str = ""  # a resource, a kind of it, a service or a category; none: everything
    at: At = LATEST


def _runbook(desk: Desk, asked: Runbook) -> Said:
    report = desk.report(asked.at)
    only = [asked.scope] if asked.scope else []
    book = runbook_of(report, desk.snapshot(report), desk.reckoning(report), only)
    written = as_markdown(book)
    lines = written.splitlines()
    if len(lines) > _MOST:
        parts = [line for line in lines if line.startswith(("## ", "### ", "#### "))]
        shown = "\n".join(f"- {line.lstrip('# ')}" for line in parts)
        command = code(f"seeams runbook --thread {report.thread} --output runbook.md")
        written = (
            f"It has {len(lines)} lines: {command} writes it. Or ask for a part of it: "
            f"the runbook for the database only.\n\n{shown}\n"
        )
    answer = f"{heading(report, desk.report())}\n\n{written}"
    return Said(answer, book.model_dump(mode="json"))


VERB = Verb(
    name="runbook",
    about="Write the runbook: severities, who is told, the order of recovery, and for each "
    "resource the checks, commands, times, verification and the way back. Optionally only for a "
    "resource, a kind of resource (database, storage, compute), a service or a category.",
    arguments=Runbook,
    carry_out=_runbook,
)
