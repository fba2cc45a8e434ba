"""What a run is doing, on stderr: live in a terminal, a few plain lines elsewhere."""

import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from seeams.console import complain, err, plain
from seeams.failures import Interrupted

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.live import Live

    from state.categories import Category

_PER_SECOND = 8
_SPACE = "\n\t "
_LAST_WORDS = 160  # characters of what an agent said that are kept
_GOES_ON = "going on where the last run stopped: what it read and judged is kept"


@dataclass
class _Agent:
    """What one specialist's agent is doing."""

    tools: int = 0
    tool: str = ""  # the last that was used
    words: str = ""  # the last that it said
    ended: str = ""
    _speaking: bool = False

    def note(self, event: Mapping[str, Any]) -> None:
        """It began, uses a tool, says something, or ended."""
        match event["event"]:
            case "tool":
                self.tools += 1
                self.tool, self._speaking = event["tool"], False
            case "says":
                before = self.words if self._speaking else ""
                self.words, self._speaking = (before + event["text"])[-_LAST_WORDS:], True
            case "thought":
                from seeams.rendering.words import outcome_words
                from state.thinking import Stop

                stop = Stop(event["stop"])
                self.ended = outcome_words(stop, event["proposals"], event["detail"])

    @property
    def used(self) -> str:
        """`1 tool`, `2 tools`."""
        return f"{self.tools} tool{'' if self.tools == 1 else 's'}"

    @property
    def doing(self) -> str:
        """In a line: how many tools it used and which last, what it says; or how it ended."""
        if self.ended:
            return f"{self.used}, {self.ended}"
        said = f"\u201c{' '.join(plain(self.words, keep=_SPACE).split())}\u201d"
        parts = (f"{self.used:<8}", plain(self.tool), said if self.words else "")
        return "  ".join(part for part in parts if part)


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
        self.agents: dict[str, _Agent] = {}  # by category code
        self.looked_up = 0  # findings, in the documentation
        self.stopped = threading.Event()
        self._started = time.monotonic()
        self._lock = threading.Lock()
        self._so_far: Callable[[], str] = str
        self._stoppers: list[Callable[[], None]] = []
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

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Nothing is shown meanwhile: a person is asked."""
        if self._live:
            self._live.stop()
        yield
        if self._live:
            self._live.start()

    def stop(self) -> None:
        """Interrupt the threads at their next call; nothing may wait in here."""
        self.stopped.set()
        for stopper in self._stoppers:
            stopper()

    @property
    def is_stopped(self) -> bool:
        """Whether the user ended the run."""
        return self.stopped.is_set()

    def when_stopped(self, stopper: Callable[[], None]) -> None:
        """Call this too when the run is stopped."""
        self._stoppers.append(stopper)

    def watch(self, so_far: Callable[[], str]) -> None:
        """Show what agents have spent until now, in these words."""
        self._so_far = so_far

    def on_call(self, operation: str, region: str) -> None:
        """A call to AWS is about to be made.

        Raises:
            Interrupted: the run was stopped.
        """
        if self.stopped.is_set():
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
            elif event["event"] == "thought":
                self._say_thought(event)

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
            case "thinks" | "tool" | "says" | "thought":
                self.agents.setdefault(event["category"], _Agent()).note(event)
            case "documentation":
                self.looked_up += 1

    def _say(self, node: str) -> None:
        if node == "discover":
            complain(f"read {self._read()}")
        elif node == "assessed" and self.checks:
            complain(
                f"judged by {sum(self.checks.values())} checks, {_found(self.failing.total())}"
            )
        elif node == "write_report" and (so_far := self._so_far()):
            complain(f"used {so_far}")

    def _say_thought(self, event: Mapping[str, Any]) -> None:
        agent = self.agents[event["category"]]
        complain(f"{_title_of(event['category'])}: used {agent.used}, {agent.ended}")

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
                lines.append(self._specialist(category))
                if agent := self.agents.get(category.code):
                    doing = f"    {agent.doing}"
                    lines.append(Text(doing, "dim", no_wrap=True, overflow="ellipsis"))
            if self.nodes.get("write_report") == "started":
                looked_up = f": {self.looked_up} findings looked up" if self.looked_up else ""
                lines.append(Text(f"  Writes the report{looked_up}"))
            if so_far := self._so_far():
                lines.append(Text(f"  {so_far}"))
            return Group(*lines)

    def _specialist(self, category: "Category") -> Any:
        from rich.text import Text

        slug = category.slug
        assessing = self.nodes.get(f"assess_{slug}", "")
        grading = self.nodes.get(f"grade_{slug}", "")
        if self.goes_on and not assessing:
            assessing = "finished"  # by the earlier run
        state = {"": "waits", "started": "judges", "finished": "judged"}[assessing]
        if grading:
            state = {"started": "grades", "finished": "graded"}[grading]
        if assessing == "started" and category.code in self.agents:
            state = "thinks"
        checks = f"{self.checks[slug]} check{'' if self.checks[slug] == 1 else 's'}"
        found = f"{checks}, {_found(self.failing[slug])}"
        if not self.checks[slug]:
            found = ""
        style = "green" if grading == "finished" else "" if assessing else "dim"
        return Text(f"  {category.title:<28}{state:<8}{found}", style)


def _title_of(code: str) -> str:
    from seeams.rendering.words import title_of

    return title_of(code)


def _found(failing: int) -> str:
    return f"{failing} of them failed"


def _slug_of(check: str) -> str:
    from tools.checks import all_checks

    return all_checks()[check].category.slug
