"""What a person decides in the middle of a run: whether it goes on, and what is accepted."""

import sys
from typing import TYPE_CHECKING, Any

from seeams.console import complain, err, out, print_json

if TYPE_CHECKING:
    from seeams.outside import Help
    from seeams.progress import Progress
    from state.report import Report
    from state.snapshot import Snapshot

_HOW_TO_GO_ON = (
    "Nothing was judged yet. The same command without --review goes on from here; nothing is read "
    "again."
)


class Reviewer:
    """Asks the person at the terminal; where there is none, nothing goes on and nothing counts."""

    def __init__(self, progress: "Progress", helping: "Help", *, as_json: bool) -> None:
        """`helping` says what it costs to go on."""
        self.progress = progress
        self._helping, self._as_json = helping, as_json

    def goes_on(self, found: "Snapshot") -> bool:
        """Show what was found; whether the specialists may begin."""
        from seeams.rendering.discovery import discovery_document, print_discovery

        with self.progress.paused():
            if not sys.stdin.isatty():
                if self._as_json:
                    print_json(discovery_document(found))
                else:
                    print_discovery(out(), found)
                return False
            from seeams.asked import yes

            print_discovery(err(), found)
            return yes(f"Go on with the five specialists{self._at_most()}?")

    def say_how_to_go_on(self) -> None:
        """How the run that was held back is taken up again."""
        complain(_HOW_TO_GO_ON)

    def accepted(self, report: "Report", seen: "Snapshot") -> list[str]:
        """The proposals that the person accepts, asked one by one."""
        if not sys.stdin.isatty():
            return []
        from seeams.asked import yes
        from seeams.rendering.findings import finding_in_full
        from seeams.rendering.names import Names
        from seeams.rendering.page import Page

        page, names = Page(err()), Names(seen)
        chosen: list[str] = []
        with self.progress.paused():
            page.heading(
                "Proposed by a model",
                "verified against the account; they count for the letters if you accept them",
            )
            for number, proposal in enumerate(report.proposals, 1):
                page.space()
                finding_in_full(page, number, proposal, names)
                if yes(f"     Accept {number} of {len(report.proposals)}?"):
                    chosen.append(proposal.id)
        return chosen

    def _at_most(self) -> str:
        """Which model, and what it may cost."""
        if self._helping.model is None:
            return ""
        limits: Any = self._helping.limits
        return f", who ask {self._helping.model.name} for at most ${limits.usd:g}"
