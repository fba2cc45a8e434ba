"""What happens to a result: printed, written to files, turned into an exit code."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from seeams.console import complain, out, plain, print_json
from seeams.exporting import Result, exporter_for, exporters
from seeams.failures import BELOW, UNGRADED, writing
from state.errors import WrongUse

if TYPE_CHECKING:
    from state.report import Report
    from state.snapshot import Snapshot
    from tools.grading.reckoning import Reckoning


@dataclass(frozen=True)
class Wanted:
    """What the user wants to have of a result."""

    as_json: bool = False
    everything: bool = False  # in print; JSON and files hold it anyway
    files: Sequence[Path] = ()
    fail_under: str | None = None
    store: str | None = None  # as it was given, for what to type next
    printed: bool = True


def require_known_kinds(files: Sequence[Path]) -> None:
    """Refuse what cannot be written before any work is done.

    Raises:
        WrongUse: a file's extension says nothing, or its folder is not there.
    """
    for file in files:
        if exporter_for(file) is None:
            *others, last = sorted(exporters())
            raise WrongUse(f"{str(file)!r}: --output writes {', '.join(others)} and {last} files")
        require_folder(file)


def require_folder(file: Path) -> None:
    """Refuse a file whose folder is not there.

    Raises:
        WrongUse: it is not.
    """
    if not file.parent.is_dir():
        raise WrongUse(f"{str(file)!r}: there is no folder {str(file.parent)!r}")


def deliver(report: "Report", snapshot: "Snapshot", wanted: Wanted) -> int:
    """Print a report and write the files asked for; returns the exit code."""
    from seeams.documents import document_of

    result = Result(report, snapshot, lambda: _reckoning_of(report, wanted.store))
    for file in wanted.files:
        export(result, file)
        complain(f"{plain(file)} written")
    if wanted.as_json:
        print_json(document_of(report))
    elif wanted.printed:
        from seeams.rendering.report import print_report

        print_report(out(), report, result.names, store=wanted.store, everything=wanted.everything)
    return exit_code(report, wanted.fail_under)


def export(result: Result, file: Path) -> None:
    """Write a report in the format that the file's name ends in.

    Raises:
        CannotWrite: the file cannot be written.
        WrongUse: nothing writes such files.
    """
    found = exporter_for(file)
    if found is None:
        raise WrongUse(f"{str(file)!r}: nothing writes such files")
    text = found.write(result)
    with writing(file):
        file.write_text(text, encoding="utf-8", newline="")


def _reckoning_of(report: "Report", store: str | None) -> "Reckoning":
    from graph.runs import reckoning_of
    from state.store import Store

    with Store(store) as opened:
        return reckoning_of(opened, report)


def exit_code(report: "Report", fail_under: str | None = None) -> int:
    """0, or why a script should stop here."""
    from tools.grading.letters import as_number

    if report.overall.letter is None or any(g.letter is None for g in report.grades.values()):
        return UNGRADED
    if fail_under and as_number(report.overall.letter) < as_number(fail_under):
        return BELOW
    return 0
