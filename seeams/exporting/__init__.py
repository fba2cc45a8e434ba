"""What a report can be taken home as: one module per format, found by itself.

`exporter` registers a function under a file extension; `exporters()` imports every module of this
package and returns them. `--output FILE` picks by the end of the file's name, the longest first.
"""

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from seeams.rendering.names import Names
    from state.report import Report
    from state.snapshot import Snapshot
    from tools.grading.reckoning import Reckoning


@dataclass(frozen=True)
class Result:
    """A stored report, and what can be worked out beside it without reading the account again."""

    report: "Report"
    snapshot: "Snapshot"
    reckon: "Callable[[], Reckoning]"

    @cached_property
    def reckoning(self) -> "Reckoning":
        """What it was graded from.

        Raises:
            StoreUnusable: its checkpoint is not there, or speaks of constants there are no more.
        """
        return self.reckon()

    @cached_property
    def names(self) -> "Names":
        """What its resources are called."""
        from seeams.rendering.names import Names

        return Names(self.snapshot)


@dataclass(frozen=True)
class Exporter:
    """A format of a report."""

    extension: str  # how a file's name ends: ".sarif"
    holds: str  # what for
    write: Callable[[Result], str]


_EXPORTERS: dict[str, Exporter] = {}


def exporter(
    extension: str, holds: str
) -> Callable[[Callable[[Result], str]], Callable[[Result], str]]:
    """Register what writes a format."""

    def register(write: Callable[[Result], str]) -> Callable[[Result], str]:
        if extension in _EXPORTERS and _EXPORTERS[extension].write.__module__ != write.__module__:
            raise ValueError(f"two modules write {extension!r} files")
        _EXPORTERS[extension] = Exporter(extension, holds, write)
        return write

    return register


@cache
def exporters() -> Mapping[str, Exporter]:
    """Extension -> what writes it, the longest extension first."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
    return dict(sorted(_EXPORTERS.items(), key=lambda item: (-len(item[0]), item[0])))


def exporter_for(file: Path) -> Exporter | None:
    """What writes a file of that name; None: nothing does."""
    name = file.name.lower()
    return next((e for extension, e in exporters().items() if name.endswith(extension)), None)
