"""Draws the README's pictures from real results: what `seeams demo` prints, a map and a sweep.

python docs/picture.py
"""

import io
import re
import tempfile
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

from graph.runs import assess, reckoning_of, snapshot_of
from seeams.accounts import account_of, reader
from seeams.rendering.names import Names
from seeams.rendering.report import print_report
from seeams.rendering.sweep_picture import draw as draw_sweep
from state.channels import Request
from state.objectives import HOUR, Objectives
from state.report import Report
from state.snapshot import Selector
from state.store import Store
from tools.diagram import draw
from tools.diagram.drawing import drawing
from tools.diagram.pictures import svg_of
from tools.embedded.server import EmbeddedAccount
from tools.grading.sweeping import sweep

HERE = Path(__file__).parent
WIDTH = 100  # columns
HEIGHT = 51  # lines: the letters, the arithmetic, the first finding
# rich's own frame names a web font; a picture that opens offline takes what the reader has.
_FONTS = "font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace"


def main() -> None:
    """Assess the samples and write the pictures."""
    console = Console(
        record=True, width=WIDTH, file=io.StringIO(), force_terminal=True, highlight=False
    )
    with (
        tempfile.TemporaryDirectory() as folder,
        Store(f"sqlite:///{folder}/seeams.db") as store,
        EmbeddedAccount() as embedded,
    ):
        report = _assessed("food-agent", embedded, store)
        snapshot = snapshot_of(store, report)
        print_report(console, report, Names(snapshot))
        architecture = svg_of(draw(snapshot, report), drawing(snapshot, report).nodes)
        report = _assessed("shop-ha", embedded, store)
        over_grid = sweep(reckoning_of(store, report), report.objectives)
        draw_sweep(over_grid, report, HERE / "sweep.png")
    (HERE / "demo.svg").write_text(_svg(console), encoding="utf-8")
    (HERE / "architecture.svg").write_text(architecture, encoding="utf-8")


def _assessed(workload: str, embedded: EmbeddedAccount, store: Store) -> Report:
    embedded.build(workload)
    account = account_of(embedded.session(), lambda *_: None, embedded.endpoint_url)
    request = Request(
        thread=f"demo-{workload}",
        selector=Selector(tags={"workload": workload}),
        account=account.identify(embedded.region)[0],
        regions=(embedded.region,),
    )
    objectives = Objectives(rto_seconds=24 * HOUR, rpo_seconds=12 * HOUR)
    return assess(store, request, objectives, reader(account))


def _svg(console: Console) -> str:
    """The first lines, in rich's drawing of a terminal."""
    shown = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True)
    for line in console.export_text(styles=True).splitlines()[:HEIGHT]:
        shown.print(Text.from_ansi(line))
    drawn = shown.export_svg(title="seeams demo --rto 24h --rpo 12h", theme=MONOKAI)
    without_fonts = re.sub(r"@font-face \{.*?\}", "", drawn, flags=re.DOTALL)
    return without_fonts.replace("font-family: Fira Code, monospace", _FONTS)


if __name__ == "__main__":
    main()
