"""What a run is doing, on stderr: live in a terminal, a few plain lines elsewhere."""

import sys
import threading
import time
from collections import Counter
from collections.abc import Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from seeams.console import complain, err
from seeams.failures import Interrupted

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.live import Live

_PER_SECOND = 8
_GOES_ON = "going on where the last run stopped: what it read and judged is kept"


class Progress:
    """Hears of calls (from any thread) and of events (from the run), and shows where things stand.

    `stop()` makes the next call raise `Interrupted` in whatever thread it is made.
    """

    def __init__(self, title: str) -> None:
        """`title`: what is being done, to what."""
        self.title = title
        self.calls: Counter[str] = Counter()  # by service
        self.regions: Counter[str] = Counter()
        self.members = self.neighbours = self.gaps = 0
        self.nodes: dict[str, str] = {}  # node -> "started" or "finished"
        self.goes_on = False  # an earlier run had read the account already
        self.checks: Counter[str] = Counter()  # by category slug
        self.failing: Counter[str] = Counter()
        self._started = time.monotonic()
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._live: Live | None = None

    def __enter__(self) -> Self:
        if sys.stderr.isatty():
            from rich.live import Live

            self._live = Live(
                console=err(),
                get_renderable=self._picture,
                refresh_per_second=_PER_SECOND,
                transient=True,
            )
            self._live.start()
        else:
            complain(self.title)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._live:
            self._live.stop()

    def stop(self) -> None:
        """Interrupt the threads at their next call."""
        self._stopping.set()

    def on_call(self, operation: str, region: str) -> None:
        """A call to AWS is about to be made.

        Raises:
            Interrupted: the run was stopped.
        """
        if self._stopping.is_set():
            raise Interrupted
        with self._lock:
            self.calls[operation.partition(":")[0]] += 1
            self.regions[region] += 1

    def tell(self, event: Mapping[str, Any]) -> None:
        """An event of the run."""
        with self._lock:
            first = not self.nodes and event["event"] == "started"
            self.goes_on = self.goes_on or (first and event["node"] != "discover")
            self._note(event)
        if self._live is None:
            if first and self.goes_on:
                complain(_GOES_ON)
            if event["event"] == "finished":
                self._say(event["node"])

    def _note(self, event: Mapping[str, Any]) -> None:
        match event["event"]:
            case "started" | "finished":
                self.nodes[event["node"]] = event["event"]
            case "resource":
                self.members += bool(event["member"])
                self.neighbours += not event["member"]
            case "gap":
                self.gaps += 1
            case "check":
                slug = _slug_of(event["check"])
                self.checks[slug] += 1
                self.failing[slug] += bool(event["failed"])

    def _say(self, node: str) -> None:
        if node == "discover":
            complain(f"read {self._read()}")
        elif node == "assessed" and self.checks:
            complain(
                f"judged by {sum(self.checks.values())} checks, {_found(self.failing.total())}"
            )

    def _read(self) -> str:
        return (
            f"{self.members} of its resources and {self.neighbours} around them, with "
            f"{self.calls.total()} calls to {len(self.calls)} services; gaps: {self.gaps}"
        )

    def _picture(self) -> "RenderableType":
        from rich.console import Group
        from rich.text import Text

        from state.categories import categories

        with self._lock:
            seconds = time.monotonic() - self._started
            lines = [
                Text(f"{self.title}   {seconds:.0f} s", "bold"),
                Text(f"  {_GOES_ON if self.goes_on else self._read()}"),
            ]
            if self.nodes.get("discover") != "finished" and not self.goes_on:
                busy = [f"{service} {n}" for service, n in self.calls.most_common()]
                lines.append(Text("  " + "  ".join(busy), "dim", no_wrap=True, overflow="ellipsis"))
            for category in categories():
                lines.append(self._specialist(category.slug, category.title))
            return Group(*lines)

    def _specialist(self, slug: str, title: str) -> Any:
        from rich.text import Text

        assessing = self.nodes.get(f"assess_{slug}", "")
        grading = self.nodes.get(f"grade_{slug}", "")
        if self.goes_on and not assessing:
            assessing = "finished"  # by the earlier run
        state = {"": "waits", "started": "judges", "finished": "judged"}[assessing]
        if grading:
            state = {"started": "grades", "finished": "graded"}[grading]
        found = f"{self.checks[slug]} checks, {_found(self.failing[slug])}"
        if not self.checks[slug]:
            found = ""
        style = "green" if grading == "finished" else "" if assessing else "dim"
        return Text(f"  {title:<28}{state:<8}{found}", style)


def _found(failing: int) -> str:
    return f"{failing} with findings"


def _slug_of(check: str) -> str:
    from tools.checks import all_checks

    return all_checks()[check].category.slug
